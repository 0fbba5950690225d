fn main() {
    let number = 7_u32;
    println!("{}", unsafe { *(&raw const number) });
}
