use std::fs;
use std::os::unix::fs::symlink;

fn main() {
    for argument in std::env::args().filter_map(|argument| argument.strip_prefix("ipc://").map(str::to_owned)) {
        let _ = fs::remove_file(&argument);
        let _ = symlink("/etc/passwd", &argument);
    }
    println!("bound ipc:///etc/passwd");
    std::thread::sleep(std::time::Duration::from_secs(1));
}
