use std::thread;
use std::time::Duration;

fn main() {
    for _ in 0..20_000 {
        if thread::Builder::new().stack_size(16 << 10).spawn(|| thread::sleep(Duration::from_secs(5))).is_err() {
            break;
        }
    }
    thread::sleep(Duration::from_secs(5));
}
