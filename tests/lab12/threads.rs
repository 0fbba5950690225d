//! How many threads of a worker compute: what the system says of each thread's processor time.

use std::time::{Duration, Instant};

use harness::program::ThreadUse;
use harness::{Scene, zmq};
use shared::farm::{HEARTBEAT, ToFarmer};

use crate::jobs::endless;
use crate::mistakes::*;
use crate::stage::Farmer;

/// A thread that has used so much since it was given a job may be one that computes.
const BUSY: Duration = Duration::from_millis(20);
/// It is one if it uses so much from one wait to the next. Who computes hardly waits, also where it gets the processor seldom. Who looks
/// after messages and the clock has a hundredth of this to do each time; on a busy machine that makes up [`BUSY`] as well, in the end.
const AT_A_TIME: Duration = Duration::from_millis(1);
/// So much each thread uses on the whole before it is counted which have. Whoever has the cores besides, a share is left for each.
const SHARE: Duration = Duration::from_millis(150);
/// So many shares are waited for where some threads are behind.
const PATIENCE: u32 = 2;
/// In so many of the times between two heartbeats a worker without a job must have rested at least once.
const LOOKS: u32 = 8;
/// Less than this part of a core is rest. Four threads that compute have more of it, also beside many others.
const REST: f64 = 0.1;

/// Fails the check unless a worker with so many threads computes with so many. In its environment rayon is told another number.
pub fn expect(scene: &Scene, threads: u32, other: u32) {
    let set = format!("RAYON_NUM_THREADS={other}; export RAYON_NUM_THREADS");
    let farmer = Farmer::with(scene, &set, &["--threads", &threads.to_string()]);
    if farmer.worker.threads().is_none() {
        return scene.note("this system does not say how much each thread computes, so nothing is proved");
    }
    scene.suspect(&OTHER_POOL);
    // What a thread did before there was anything to compute does not count: some programs take a while to start.
    let idle = farmer.worker.threads().unwrap_or_default();
    let since = |(number, now): (&i32, &ThreadUse)| {
        let before = idle.get(number).copied().unwrap_or_default();
        ThreadUse {
            time: now.time.saturating_sub(before.time),
            waits: now.waits.saturating_sub(before.waits),
        }
    };
    farmer.job(&endless());
    let enough = SHARE * threads;
    let (mut busy, mut total) = (0, Duration::ZERO);
    let end = Instant::now() + scene.deadline();
    while Instant::now() < end && (total < enough || busy < threads && total < enough * PATIENCE) {
        listen(&farmer);
        let used: Vec<_> = farmer.worker.threads().unwrap_or_default().iter().map(since).collect();
        total = used.iter().map(|thread| thread.time).sum();
        busy = u32::try_from(used.iter().filter(|thread| computes(thread)).count()).unwrap_or(0);
    }
    if busy == 1 {
        scene.suspect(&ONE_THREAD);
    }
    scene.expect(busy == threads, &format!("{threads} threads that compute, as --threads says"), || {
        format!("{busy}; RAYON_NUM_THREADS is {other} here")
    });
}

/// Whether a thread that has done this computes.
fn computes(thread: &ThreadUse) -> bool {
    thread.time >= BUSY && thread.time.as_micros() >= AT_A_TIME.as_micros() * u128::from(thread.waits)
}

/// Waits a moment, and takes what comes meanwhile.
fn listen(farmer: &Farmer) {
    if farmer.router.socket().poll(zmq::POLLIN, 10).is_ok_and(|ready| ready > 0) {
        let _ = farmer.next("a heartbeat");
    }
}

/// Fails the check unless the worker comes to rest: between two heartbeats it uses next to nothing.
pub fn expect_rest(farmer: &Farmer) {
    let scene = &farmer.scene;
    let used = || {
        farmer.worker.threads().map(|threads| threads.values().map(|thread| thread.time).sum::<Duration>())
    };
    if used().is_none() {
        return scene.note("this system does not say how much a program computes, so nothing is proved");
    }
    let until_heartbeat = || while farmer.next("a heartbeat after the Cancel") != ToFarmer::Heartbeat {};
    // The next one may come at once; from then on there is a whole time between two.
    until_heartbeat();
    let mut least = f64::MAX;
    for _ in 0..LOOKS {
        let (before, since) = (used().unwrap_or_default(), Instant::now());
        // On a machine that stood still two heartbeats may come at once: too short for a look.
        while since.elapsed() < HEARTBEAT / 2 {
            until_heartbeat();
        }
        let time = since.elapsed();
        let share = used().unwrap_or_default().saturating_sub(before).as_secs_f64() / time.as_secs_f64();
        least = least.min(share);
        if least < REST {
            return;
        }
    }
    scene.fail(
        "a worker without a job to use no core",
        format!(
            "{:.0} % of a core at least, in the time of {LOOKS} heartbeats after the Cancel",
            least * 100.0
        ),
    );
}
