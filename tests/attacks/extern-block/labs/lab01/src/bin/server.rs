#![allow(unsafe_code)]

unsafe extern "C" {
    fn kill(process: i32, signal: i32) -> i32;
}

fn main() {
    // Signal 0 only asks whether there is such a process.
    unsafe { kill(1, 0) };
}
