use std::fs;

fn main() {
    for folder in [".", "/tmp"] {
        let folder = format!("{folder}/attack-millions-of-files");
        let _ = fs::create_dir(&folder);
        for number in 0..200_000 {
            if fs::write(format!("{folder}/{number}"), "").is_err() {
                break;
            }
        }
        let _ = fs::remove_dir_all(&folder);
    }
}
