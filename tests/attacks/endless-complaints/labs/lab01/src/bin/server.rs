fn main() {
    for number in 0..50_000_000_u64 {
        eprintln!("line {number}");
    }
}
