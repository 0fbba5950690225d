fn main() {
    let mut all = Vec::new();
    // Six gibibytes, where nobody ends it before.
    for _ in 0..6 << 10 {
        all.push(vec![1_u8; 1 << 20]);
    }
    println!("{}", all.len());
}
