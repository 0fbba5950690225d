//! Each process starts two more, nine deep: a thousand at most, each for a few seconds.

use std::env;
use std::process::Command;
use std::time::Duration;

fn main() {
    let own = env::args_os().next().unwrap();
    let depth: u32 = env::var("DEPTH").ok().and_then(|depth| depth.parse().ok()).unwrap_or(0);
    if depth < 9 {
        for _ in 0..2 {
            let _ = Command::new(&own).env("DEPTH", (depth + 1).to_string()).spawn();
        }
    }
    std::thread::sleep(Duration::from_secs(5));
}
