const SUITE: &str = include_str!("../../../../tests/lab01.rs");

fn main() {
    println!("{SUITE}");
}
