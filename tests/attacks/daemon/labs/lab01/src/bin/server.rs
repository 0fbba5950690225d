use std::process::Command;

fn main() {
    // A minute, where nobody ends it before.
    let _ = Command::new("setsid").args(["sleep", "60"]).spawn();
    let _ = Command::new("sh").args(["-c", "(trap '' TERM HUP; sleep 60) &"]).spawn();
    println!("bound tcp://127.0.0.1:1");
}
