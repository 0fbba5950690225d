const SUITE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/lab01.rs"));

fn main() {
    println!("{SUITE}");
}
