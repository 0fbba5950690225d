const SECRET: &[u8] = include_bytes!("/etc/passwd");

fn main() {
    println!("{}", String::from_utf8_lossy(SECRET));
}
