#![expect(unsafe_code)]

fn main() {
    let secret = 0xdead_beef_usize as *const u8;
    println!("{}", unsafe { *secret });
}
