static LARGE: [u8; 8 << 30] = [1; 8 << 30];

fn main() {
    println!("{}", LARGE[std::process::id() as usize]);
}
