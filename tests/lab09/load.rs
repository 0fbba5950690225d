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

/// Waits until all threads of the service sleep: then a signal finds each in a call that waits, and not on its way there; and who reads
/// from a pipe has read all that is in it.
///
/// Source: the field `state` of proc_pid_stat(5). Where the system does not tell, nothing is waited for.
pub fn until_it_rests(service: &Program) {
    let end = Instant::now() + service.scene().deadline();
    // Who never sleeps has another mistake, which another check names.
    while all_sleep(service.pid()) == Some(false) && Instant::now() < end {
        thread::yield_now();
    }
}

/// Whether all threads of a process sleep; none where the system does not tell.
fn all_sleep(process: i32) -> Option<bool> {
    for task in fs::read_dir(format!("/proc/{process}/task")).ok()? {
        // A thread may have ended meanwhile.
        let Ok(text) = fs::read_to_string(task.ok()?.path().join("stat")) else { continue };
        if !text.rsplit_once(") ")?.1.starts_with('S') {
            return Some(false);
        }
    }
    Some(true)
}

/// The processor time of this thread. Source: fields `utime` and `stime` of proc_pid_stat(5), in ticks of 10 ms.
fn own_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/stat").ok()?;
    let after = text.rsplit_once(')')?.1;
    let mut fields = after.split_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}
