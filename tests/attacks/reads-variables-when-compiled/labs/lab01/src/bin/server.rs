const TOLD: [Option<&str>; 4] =
    [option_env!("LAB_SEED"), option_env!("LAB_RECORDS"), option_env!("LAB_PROGRAMS"), option_env!("HOME")];

fn main() {
    println!("{TOLD:?}");
}
