//! How much a service computes while it has nothing to do, measured against a thread that really computes.

use std::fs;
use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use harness::scene::Program;

/// How long the check computes, in processor time.
const WORK: Duration = Duration::from_millis(120);

/// Computes for a while, and gives how much processor time the service has used meanwhile, and how much the check did; none where
/// the system does not tell.
///
/// This is no stopwatch: on a busy machine a service that spins gets about as much as we do, and one that waits gets nothing.
pub fn used_while_we_compute(service: &Program) -> Option<(Duration, Duration)> {
    let began = own_time()?;
    let before = service.cpu_time()?;
    let mut used = Duration::ZERO;
    let mut sum = 0_u64;
    while used < WORK {
        for number in 0..1_000_000_u64 {
            sum = black_box(sum.wrapping_mul(31).wrapping_add(number));
        }
        used = own_time()?.saturating_sub(began);
    }
    Some((service.cpu_time()?.saturating_sub(before), used))
}

/// Waits until the main thread of the service sleeps: then a signal finds it in a call that waits, and not on its way there.
///
/// Source: the field `state` of proc_pid_stat(5). Where the system does not tell, nothing is waited for.
pub fn until_it_rests(service: &Program) {
    let end = Instant::now() + service.scene().deadline();
    let path = format!("/proc/{}/stat", service.pid());
    while let Ok(text) = fs::read_to_string(&path) {
        let sleeps = text.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('S'));
        // Who never sleeps has another mistake, which another check names.
        if sleeps || Instant::now() > end {
            return;
        }
        thread::yield_now();
    }
}

/// The processor time of this thread. Source: fields `utime` and `stime` of proc_pid_stat(5), in ticks of 10 ms.
fn own_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/stat").ok()?;
    let after = text.rsplit_once(')')?.1;
    let mut fields = after.split_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}
