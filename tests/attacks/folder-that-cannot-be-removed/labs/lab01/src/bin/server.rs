use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

fn main() {
    let mut path = PathBuf::from("deep");
    for _ in 0..300 {
        let _ = fs::create_dir(&path);
        path.push("deep");
    }
    let _ = fs::write("deep/line\nbreak \u{1b}[2J", "");
    let _ = fs::set_permissions("deep/deep", Permissions::from_mode(0));
    let _ = fs::set_permissions("deep", Permissions::from_mode(0));
}
