use std::os::unix::process::parent_id;
use std::process::Command;

fn main() {
    // Never 1, and never a group: without a box this ends the suite, and nothing else.
    let parent = parent_id();
    if parent > 1 {
        let _ = Command::new("sh").args(["-c", &format!("kill -9 {parent}")]).status();
    }
}
