use std::fs::File;
use std::io::Write;

fn main() {
    for path in ["attack-one-large-file", "/tmp/attack-one-large-file"] {
        let Ok(mut file) = File::create(path) else { continue };
        // Four gibibytes, where nobody ends it before.
        for _ in 0..4 << 10 {
            if file.write_all(&[1; 1 << 20]).is_err() {
                break;
            }
        }
        let _ = std::fs::remove_file(path);
    }
}
