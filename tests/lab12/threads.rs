//! How many threads of a worker compute: what the system says of each thread's processor time.

use std::time::{Duration, Instant};

use harness::{Scene, zmq};
use shared::farm::{HEARTBEAT, ToFarmer};

use crate::jobs::endless;
use crate::mistakes::*;
use crate::stage::Farmer;

/// A thread that has used so much computes. The others of a worker need less than a tenth of it.
const BUSY: Duration = Duration::from_millis(20);
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
    farmer.job(&endless());
    let enough = SHARE * threads;
    let (mut busy, mut total) = (0, Duration::ZERO);
    let end = Instant::now() + scene.deadline();
    while Instant::now() < end && (total < enough || busy < threads && total < enough * PATIENCE) {
        listen(&farmer);
        let used = farmer.worker.threads().unwrap_or_default();
        total = used.values().sum();
        busy = u32::try_from(used.values().filter(|time| **time >= BUSY).count()).unwrap_or(0);
    }
    if busy == 1 {
        scene.suspect(&ONE_THREAD);
    }
    scene.expect(busy == threads, &format!("{threads} threads that compute, as --threads says"), || {
        format!("{busy}; RAYON_NUM_THREADS is {other} here")
    });
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
    let used = || farmer.worker.threads().map(|threads| threads.values().sum::<Duration>());
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
