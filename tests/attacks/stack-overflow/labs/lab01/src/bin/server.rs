fn deeper(number: u64) -> u64 {
    std::hint::black_box([number; 64]);
    deeper(number + 1) + 1
}

fn main() {
    println!("{}", deeper(0));
}
