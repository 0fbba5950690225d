fn main() {
    println!("not mine");
}
