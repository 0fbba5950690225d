//! How many threads of a worker compute: what the system says of each thread's processor time.

use std::time::{Duration, Instant};

use harness::program::ThreadUse;
use harness::{Scene, zmq};
use shared::farm::ToFarmer;

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
/// So much a worker may use to finish the rows that it has begun when a job is cancelled, and more.
const LAST_ROWS: Duration = Duration::from_secs(1);

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
        let (time, waits) = (now.time.saturating_sub(before.time), now.waits.saturating_sub(before.waits));
        ThreadUse { time, waits, ..*now }
    };
    farmer.job(&endless());
    let enough = SHARE * threads;
    let (mut busy, mut total, mut wants) = (0, Duration::ZERO, 0);
    let end = Instant::now() + scene.deadline();
    while Instant::now() < end && (total < enough || busy < threads && total < enough * PATIENCE) {
        listen(&farmer);
        let used: Vec<_> = farmer.worker.threads().unwrap_or_default().iter().map(since).collect();
        total = used.iter().map(|thread| thread.time).sum();
        busy = u32::try_from(used.iter().filter(|thread| computes(thread)).count()).unwrap_or(0);
        wants = u32::try_from(used.iter().filter(|thread| thread.runs).count()).unwrap_or(0);
    }
    // As many want to compute as should, or it has not come to its job yet.
    if busy < threads && total < enough && (wants >= threads || total < BUSY && wants > 0) {
        return scene.note("this machine gave the worker too little processor time, so nothing is proved");
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

/// Fails the check unless the worker comes to rest: at some moment all its threads wait. One that computes never does, and wants a processor
/// also where it does not get it.
pub fn expect_rest(farmer: &Farmer) {
    let scene = &farmer.scene;
    if farmer.worker.threads().is_none() {
        return scene.note("this system does not say whether a program computes, so nothing is proved");
    }
    // Until then most wrong programs have begun the job, and most right ones have left it.
    for _ in 0..2 {
        while farmer.next("a heartbeat after the Cancel") != ToFarmer::Heartbeat {}
    }
    let used = || {
        let threads = farmer.worker.threads().unwrap_or_default();
        let rests = threads.values().all(|thread| !thread.runs);
        (rests, threads.values().map(|thread| thread.time).sum::<Duration>())
    };
    let (mut rests, before) = used();
    let mut now = before;
    while !rests && now.saturating_sub(before) < LAST_ROWS {
        listen(farmer);
        (rests, now) = used();
    }
    let time = now.saturating_sub(before).as_millis();
    scene.expect(rests, "a worker without a job to use no core", || {
        format!("{time} ms of processor time after the second heartbeat behind the Cancel, and some thread always ran")
    });
}
