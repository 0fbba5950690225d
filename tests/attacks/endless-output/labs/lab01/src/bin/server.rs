use std::io::Write;

fn main() {
    let mut out = std::io::stdout().lock();
    // Two gibibytes, where nobody ends it before.
    for _ in 0..1 << 21 {
        if out.write_all(&[b'x'; 1024]).is_err() {
            return;
        }
    }
}
