use std::io::Write;

fn main() {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(b"bound ");
    // One gibibyte, where nobody ends it before.
    for _ in 0..1 << 10 {
        if out.write_all(&[b'a'; 1 << 20]).is_err() {
            return;
        }
    }
}
