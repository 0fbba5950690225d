//! Lab 12, a worker that uses every core: rayon computes inside, a DEALER talks outside, and neither waits for the other.
//!
//! Each check's comment is the idea that it checks; a failed check prints it. Nothing here asks how fast a tile comes: a job that takes minutes
//! stands for "all threads compute", and heartbeats are counted between two messages.

#[path = "lab12/jobs.rs"]
mod jobs;
#[path = "lab12/mistakes.rs"]
mod mistakes;
#[path = "lab12/stage.rs"]
mod stage;
#[path = "lab12/threads.rs"]
mod threads;

use std::time::{Duration, Instant};

use harness::program::Ended;
use harness::{Scene, check, zmq};
use jobs::{DEEP, costly, endless, number, number_in, small};
use mistakes::*;
use shared::farm::{HEARTBEAT, Job, MAX_PIXELS, ToFarmer, ToWorker, encode};
use stage::{Farmer, told};

harness::lab!("lab12": "worker");

/// So many jobs are given at once where the credit is higher.
const MANY: u32 = 32;
/// How often the check speaks where it shall not keep the worker from its heartbeats, in milliseconds.
const CHATTER_MS: i64 = 20;

/// The worker speaks first: the farmer knows nobody before. Its Hello has the name, and how many jobs it may hold.
#[check]
fn t1_says_hello_first(scene: &Scene) {
    let name = format!("{} of {}", scene.word(), scene.number(2..100));
    let farmer = Farmer::with(scene, "", &["--threads", "1", "--name", &name]);
    let (told, credit) = &farmer.hello;
    scene.suspect(&WRONG_NAME);
    scene.expect_bytes("the name in Hello", told, &name);
    scene.suspect(&WRONG_CREDIT);
    scene.expect((1..=1000).contains(credit), "a credit from 1 to 1000", || credit.to_string());
}

/// A tile is a part of the picture: w columns from x on, h rows from y on, row by row.
#[check]
fn t1_computes_a_tile(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 1);
    scene.suspect(&WRONG_COUNTS);
    farmer.computes(&small(scene));
}

/// The last row and the last column belong to the tile, also where the picture ends there, and where they are the first as well.
#[check]
fn t1_a_tile_may_be_the_whole_picture(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 1);
    scene.suspect(&OFF_BY_ONE);
    let job = small(scene);
    for (w, h) in [(job.w, job.h), (job.h, job.w), (1, 1), (1, job.h), (job.w, 1)] {
        farmer.computes(&Job { id: number(), width: w, height: h, x: 0, y: 0, w, h, ..job.clone() });
    }
}

/// However many threads share the work, and in whatever order the rows are done: the bytes are the same.
#[check]
fn t1_the_same_bytes_for_every_number_of_threads(scene: &Scene) {
    // No number of rows is a multiple of all these numbers of threads.
    let job = Job { h: 29, ..small(scene) };
    let tiles = [1, 2, 4, 5].map(|threads| {
        let farmer = Farmer::with_worker(scene, threads);
        let job = Job { id: number(), ..job.clone() };
        farmer.job(&job);
        let tile = farmer.counts(&job);
        farmer.worker.kill();
        (threads, tile)
    });
    scene.suspect(&BANDS);
    let [(_, first), others @ ..] = &tiles;
    for (threads, tile) in others {
        scene.expect(tile == first, &format!("the same tile with {threads} threads as with one"), || {
            let counts = first.0.iter().zip(&tile.0);
            format!(
                "{} and {} counts, of which {} differ",
                first.0.len(),
                tile.0.len(),
                counts.filter(|(one, other)| one != other).count()
            )
        });
    }
}

/// The formula is the same for all workers, and its sums have one order. Here, deep in the picture, the last digit of a point decides.
#[check]
fn t1_every_digit_counts(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 2);
    let (w, h) = (number_in(scene, 20..30), number_in(scene, 20..30));
    scene.suspect(&WRONG_COUNTS);
    farmer.computes(&Job {
        id: number(),
        view: DEEP,
        width: w + 2,
        height: h + 2,
        x: 0,
        y: 0,
        w,
        h,
        max_iter: 4000,
    });
}

/// The credit is a promise: so many jobs may come at once, and each gets one answer. Which comes first is free.
#[check]
fn t1_answers_each_job_once(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 2);
    scene.suspect(&LOSES_JOBS);
    // The first takes a while, so that the others come before it is done.
    let mut open = vec![costly()];
    open.extend((1..farmer.hello.1.clamp(1, MANY)).map(|_| small(scene)));
    for job in &open {
        farmer.job(job);
    }
    while !open.is_empty() {
        let what = format!("the tiles of {} more jobs", open.len());
        match farmer.answer(&what) {
            ToFarmer::Tile { id, .. } if open.iter().any(|job| job.id == id) => {
                open.retain(|job| job.id != id);
            }
            other => {
                scene.suspect(&ANSWERS_TWICE);
                scene.fail(what, told(&other))
            }
        }
    }
    // A second answer to one of them would come before this tile.
    scene.suspect(&ANSWERS_TWICE);
    let last = small(scene);
    farmer.job(&last);
    match farmer.answer("the tile of the last job") {
        ToFarmer::Tile { id, .. } if id == last.id => {}
        other => scene.fail("one answer to each job", told(&other)),
    }
}

/// Either side may bind. A worker that binds tells where, and waits for its farmer.
#[check]
fn t1_the_worker_may_bind(scene: &Scene) {
    scene.suspect(&ONE_SIDE);
    let worker = scene.start("worker", ["--bind", "tcp://127.0.0.1:*", "--threads", "1", "--name", "binds"]);
    let endpoint = worker.bound();
    let router = scene.peer(zmq::ROUTER, "worker");
    router.connect(&endpoint);
    let farmer = Farmer::meet(scene, worker, router);
    farmer.does(&small(scene));
}

/// A worker that has nothing to do says that it is alive, every quarter of a second: no more often, and not much less.
#[check]
fn t2_a_heartbeat_every_quarter_of_a_second(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 1);
    // What is said behind the tile is said after this moment, however long the worker took to start.
    let asked = Instant::now();
    let job = small(scene);
    farmer.does(&job);
    scene.suspect(&NO_HEARTBEAT);
    farmer.heartbeat_behind(&job);
    let mut last = Instant::now();
    let mut shortest = Duration::MAX;
    for _ in 1..=3 {
        farmer.heartbeats(1, "without a job");
        shortest = shortest.min(last.elapsed());
        last = Instant::now();
    }
    // A slow machine makes this time longer, and one that stands still for a moment makes it shorter for a worker that catches up. A fifth
    // is left for that, and for timers that are not exact.
    let (time, least) = (asked.elapsed(), HEARTBEAT * 4 / 5 * 3);
    scene.suspect(&TOO_MANY_HEARTBEATS);
    scene.expect(time >= least, &format!("4 heartbeats to take {} ms or more", least.as_millis()), || {
        format!("{} ms", time.as_millis())
    });
    // A machine may stop for a moment, but hardly each time.
    scene.suspect(&TOO_FEW_HEARTBEATS);
    let seen = || format!("the shortest of three was {} ms", shortest.as_millis());
    scene.expect(shortest < HEARTBEAT * 2, "a time between two heartbeats of less than twice 250 ms", seen);
}

/// Who computes for minutes is alive as well, and has to say so. Here all threads have work, and nobody is free to wait for the clock but the
/// thread of the sockets.
#[check]
fn t2_heartbeats_while_every_core_computes(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 2);
    scene.suspect(&SILENT_WHILE_COMPUTING);
    farmer.job(&endless());
    farmer.heartbeats(3, "while a job is computed that takes minutes");
}

/// A heartbeat is due when its time has come, also if the farmer has just said something. Who waits for silence first may wait for ever.
#[check]
fn t2_heartbeats_among_many_messages(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 1);
    scene.suspect(&HEARTBEAT_IN_SILENCE);
    let began = Instant::now();
    let (mut spoke, mut silence) = (began, Duration::ZERO);
    let (mut sure, mut all) = (0, 0);
    while sure < 3 && began.elapsed() < scene.deadline() {
        if farmer.router.socket().poll(zmq::POLLIN, CHATTER_MS).is_ok_and(|ready| ready > 0) {
            farmer.heartbeats(1, "while the farmer speaks often");
            all += 1;
            // Where this machine has kept the check from speaking, it says nothing.
            sure += u32::from(silence.max(spoke.elapsed()) < HEARTBEAT / 2);
            silence = Duration::ZERO;
        }
        farmer.say(&ToWorker::Heartbeat);
        silence = silence.max(spoke.elapsed());
        spoke = Instant::now();
    }
    if sure < 3 && HEARTBEAT * 2 * all >= began.elapsed() {
        return scene.note("the check itself was silent for too long, so nothing is proved");
    }
    let what = format!("heartbeats also while the farmer says something every {CHATTER_MS} ms");
    scene.expect(sure == 3, &what, || format!("{sure} of 3"));
}

/// Done means that the picture is whole. The worker ends, and all is well.
#[check]
fn t2_done_ends_the_worker(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 2);
    farmer.does(&small(scene));
    scene.suspect(&DOES_NOT_END);
    scene.suspect_when(&DONE_IS_AN_ERROR, |evidence| evidence.ended == Some(Ended::Code(1)));
    farmer.say(&ToWorker::Done);
    farmer.worker.ends_with(0);
}

/// Cancel frees the threads: a job that would take minutes more is over at the end of the row, and the next one is computed.
#[check]
fn t3_cancel_stops_the_job(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 2);
    scene.suspect(&IGNORES_CANCEL);
    let (long, next) = (endless(), small(scene));
    farmer.job(&long);
    farmer.lets_it_begin();
    farmer.cancel(long.id);
    farmer.job(&next);
    farmer.comes_to(&next, &[long.id]);
}

/// Cancel is not only about the answer. What nobody wants must not take the cores from what is wanted.
#[check]
fn t3_a_cancelled_job_is_computed_no_more(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 4);
    scene.suspect(&COMPUTES_ON);
    let long = endless();
    farmer.job(&long);
    farmer.lets_it_begin();
    farmer.cancel(long.id);
    threads::expect_rest(&farmer);
}

/// Nothing is said about a cancelled job: no part of a tile, and no Failed. The farmer has counted it back already.
#[check]
fn t3_a_cancelled_job_is_not_answered(scene: &Scene) {
    // How several threads are stopped is another check's.
    let farmer = Farmer::with_worker(scene, 1);
    scene.suspect(&IGNORES_CANCEL);
    let (long, next) = (endless(), small(scene));
    farmer.job(&long);
    farmer.lets_it_begin();
    farmer.cancel(long.id);
    farmer.job(&next);
    // An answer to the cancelled job may come before the tile or after it.
    for job in [next, small(scene)] {
        match farmer.answer("a tile") {
            ToFarmer::Tile { id, .. } if id != long.id => {}
            other => {
                scene.suspect(&ANSWERS_CANCELLED);
                scene.fail("nothing about the cancelled job", told(&other))
            }
        }
        farmer.job(&Job { id: number(), ..job });
    }
}

/// A Cancel names one job. All others go on, those that are computed and those that wait.
#[check]
fn t3_cancel_means_one_job(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 1);
    scene.suspect(&CANCELS_ALL);
    let jobs = [costly(), costly(), costly()];
    farmer.job(&jobs[0]);
    let unknown = number();
    farmer.cancel(unknown);
    farmer.comes_to(&jobs[0], &[unknown]);
    // The tile was on its way when this was sent: there is nothing to stop.
    farmer.cancel(jobs[0].id);
    farmer.job(&jobs[1]);
    farmer.job(&jobs[2]);
    farmer.cancel(jobs[1].id);
    // The cancelled one may have been complete when the Cancel came.
    farmer.comes_to(&jobs[2], &[unknown, jobs[0].id, jobs[1].id]);
}

/// A job that has not begun can be cancelled, too. It must not begin.
#[check]
fn t3_a_waiting_job_can_be_cancelled(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 1);
    scene.suspect(&CANCELS_THE_RUNNING_ONE);
    let (first, second, next) = (endless(), endless(), small(scene));
    farmer.job(&first);
    farmer.job(&second);
    farmer.lets_it_begin();
    farmer.cancel(second.id);
    farmer.cancel(first.id);
    farmer.job(&next);
    farmer.comes_to(&next, &[first.id, second.id]);
}

/// The farmer may cancel a tile and give it again. Then it is a job like any other, though its number was cancelled before.
#[check]
fn t3_a_cancelled_number_may_come_again(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 1);
    scene.suspect(&REMEMBERS_CANCELS);
    let job = small(scene);
    // Nobody has this job: the tile is not in hand, and the Cancel means nothing.
    farmer.cancel(job.id);
    farmer.job(&job);
    farmer.comes_again(&job);
    let long = endless();
    farmer.job(&long);
    farmer.cancel(long.id);
    let again = Job { id: long.id, ..small(scene) };
    farmer.job(&again);
    farmer.comes_again(&again);
}

/// Done comes while a job is computed that nobody needs any more. The worker does not finish it first.
#[check]
fn t3_done_does_not_wait_for_a_job(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 2);
    farmer.job(&endless());
    farmer.job(&endless());
    scene.suspect(&WAITS_FOR_THE_JOB);
    farmer.say(&ToWorker::Done);
    // With which exit code is another check's.
    let _ = farmer.worker.end();
}

/// A tile without pixels is a mistake of the farmer's. It is told so, and the worker lives.
#[check]
fn t4_an_empty_tile_is_failed(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 1);
    let job = small(scene);
    for (w, h) in [(0, 0), (0, 5), (5, 0)] {
        farmer.refuses(&Job { id: number(), w, h, ..job.clone() }, &EMPTY_TILE);
    }
    farmer.does(&job);
}

/// A tile lies inside its picture, all of it. The sum that says so must not overflow.
#[check]
fn t4_a_tile_outside_the_picture_is_failed(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 1);
    let job = small(scene);
    let at = |x, y, w, h| Job { id: number(), x, y, w, h, ..job.clone() };
    let (width, height) = (job.width, job.height);
    for outside in [at(width - 3, 0, 4, 2), at(0, height - 3, 2, 4), at(width, 0, 1, 1), at(0, height, 1, 1)]
    {
        farmer.refuses(&outside, &OUTSIDE);
    }
    for far in [at(u32::MAX, 0, 2, 1), at(0, u32::MAX, 1, 2), at(u32::MAX - 1, 0, 2, 1)] {
        farmer.refuses(&far, &OVERFLOWS);
    }
    farmer.refuses(&Job { width: 0, height: 0, ..at(0, 0, 1, 1) }, &OUTSIDE);
    // The last pixel of the picture is inside.
    farmer.does(&at(width - 3, height - 2, 3, 2));
}

/// A tile has at most MAX_PIXELS pixels, and may have so many. Who asks for more than the memory has is told so, before a byte is asked for.
#[check]
fn t4_a_tile_that_is_too_large_is_failed(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 2).unrecorded();
    let whole =
        |w, h| Job { id: number(), width: w, height: h, x: 0, y: 0, w, h, max_iter: 1, ..small(scene) };
    for (w, h) in [(1025, 1024), (1, (1 << 20) + 1), ((1 << 20) + 1, 1)] {
        farmer.refuses(&whole(w, h), &TOO_LARGE);
    }
    // 2^32 and more: a product of 32 bits begins again at 0.
    for (w, h) in [(1 << 16, 1 << 16), (1 << 31, 2), (u32::MAX, u32::MAX)] {
        farmer.refuses(&whole(w, h), &PRODUCT_OVERFLOWS);
    }
    // A million pixels are work, also at one step each: how long that takes is not judged.
    let (farmer, largest) = (farmer.patient(), whole(1024, 1024));
    farmer.job(&largest);
    let pixels = farmer.counts(&largest);
    scene.expect(pixels.0.len() == MAX_PIXELS, "1024 x 1024 counts", || pixels.0.len().to_string());
}

/// Without a step nothing can be counted.
#[check]
fn t4_no_steps_are_failed(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 1);
    farmer.refuses(&Job { max_iter: 0, ..small(scene) }, &NO_STEPS);
    farmer.does(&Job { max_iter: 1, ..small(scene) });
    farmer.does(&Job { max_iter: u16::MAX, w: 3, h: 2, ..small(scene) });
}

/// What comes over a socket is somebody else's. Garbage is no reason to end, and has no number that could be answered.
#[check]
fn t4_goes_on_after_garbage(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 1);
    scene.suspect(&ANSWERS_GARBAGE);
    scene.suspect_when(&ENDS_ON_GARBAGE, |evidence| evidence.ended == Some(Ended::Code(1)));
    let whole = encode(&ToWorker::Job(small(scene))).unwrap_or_default();
    let random = [&[2, 77][..], &scene.bytes(40)].concat();
    for frame in [&[][..], b"\x02", b"hello", &random, &whole[..whole.len() / 2]] {
        farmer.send([frame]);
    }
    farmer.send(["", "", ""]);
    farmer.does(&small(scene));
}

/// A message is one frame: the version byte 2, and then one message, whole. What only looks like a job is none.
#[check]
fn t4_computes_only_what_is_a_message(scene: &Scene) {
    let farmer = Farmer::with_worker(scene, 1);
    scene.suspect(&LOOKS_AWAY);
    scene.suspect_when(&ENDS_ON_GARBAGE, |evidence| evidence.ended == Some(Ended::Code(1)));
    let job = || encode(&ToWorker::Job(small(scene))).unwrap_or_default();
    for version in [0, 1, 3, 255] {
        let mut other = job();
        other[0] = version;
        scene.note(format!("a job with the version byte {version}"));
        farmer.send([other]);
    }
    scene.note("a job and three bytes more, in one frame; and a job in a message of two frames");
    farmer.send([[job(), b"abc".to_vec()].concat()]);
    farmer.send([job(), Vec::new()]);
    // Each of them that was computed would be answered before this one. Whether one was Failed is another check's.
    let last = small(scene);
    farmer.job(&last);
    loop {
        match farmer.answer("the tile of the only job") {
            ToFarmer::Tile { id, .. } if id == last.id => return,
            ToFarmer::Failed { id, .. } if id != last.id => {}
            other => scene.fail("the tile of the only job", told(&other)),
        }
    }
}

/// One thread is one thread, whatever rayon would choose by itself: it looks at the cores, and at RAYON_NUM_THREADS.
#[check]
fn t5_no_more_threads_than_told(scene: &Scene) {
    threads::expect(scene, 1, 4);
}

/// All threads that were asked for compute, one more than there are cores here, and the environment changes nothing.
#[check]
fn t5_as_many_threads_as_told(scene: &Scene) {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    threads::expect(scene, u32::try_from(cores).unwrap_or(2).clamp(2, 7) + 1, 1);
}

/// A farmer that says nothing for --liveness may be dead, and who speaks next may be another one that has never heard of this worker. So the
/// worker says Hello again. As long as the farmer speaks, it does not.
#[check]
fn t6_says_hello_again_after_a_silence(scene: &Scene) {
    let liveness = HEARTBEAT * 74 / 25;
    let began = Instant::now();
    let text = liveness.as_millis().to_string();
    let farmer = Farmer::with(scene, "", &["--threads", "1", "--liveness", &text]);
    scene.suspect(&NO_SECOND_HELLO);
    for round in 1..=2 {
        match farmer.answer("Hello again, after a silence") {
            ToFarmer::Hello { name, credit } => {
                scene.expect((name, credit) == farmer.hello, "the same Hello again", || "another one".into());
            }
            other => scene.fail("Hello again, after a silence", told(&other)),
        }
        scene.suspect(&HELLO_TOO_SOON);
        scene.expect(began.elapsed() >= liveness * round, "Hello again only after a silence", || {
            format!("Hello number {} after {} ms", round + 1, began.elapsed().as_millis())
        });
        scene.suspect(&NO_SECOND_HELLO);
    }
}

/// As long as the farmer says something now and then, the worker does not give up.
#[check]
fn t6_a_heartbeat_of_the_farmer_is_enough(scene: &Scene) {
    let liveness = HEARTBEAT * 8 / 5;
    let text = liveness.as_millis().to_string();
    let farmer = Farmer::with(scene, "", &["--threads", "1", "--liveness", &text]);
    scene.suspect(&DEAF);
    let (mut spoke, mut longest) = (Instant::now(), Duration::ZERO);
    let end = Instant::now() + liveness * 2;
    while Instant::now() < end && !farmer.worker.has_ended() {
        if farmer.router.socket().poll(zmq::POLLIN, CHATTER_MS).is_ok_and(|ready| ready > 0) {
            let message = farmer.next("a heartbeat while the farmer speaks");
            // If this machine has kept the check from speaking, the worker is right.
            if message != ToFarmer::Heartbeat && longest.max(spoke.elapsed()) * 2 > liveness {
                return scene.note("the check itself was silent for too long, so nothing is proved");
            }
            scene.expect(
                message == ToFarmer::Heartbeat,
                "heartbeats, because the farmer was never silent",
                || told(&message),
            );
        }
        farmer.say(&ToWorker::Heartbeat);
        longest = longest.max(spoke.elapsed());
        spoke = Instant::now();
    }
}

/// Hello means: my hands are empty. So what was in them before is given up, and the next job is computed at once.
#[check]
fn t6_gives_up_its_jobs_with_the_second_hello(scene: &Scene) {
    let farmer = Farmer::with(scene, "", &["--threads", "1", "--liveness", "400"]);
    scene.suspect(&NO_SECOND_HELLO);
    farmer.job(&endless());
    farmer.job(&endless());
    match farmer.answer("Hello again, after a silence") {
        ToFarmer::Hello { .. } => {}
        other => scene.fail("Hello again, after a silence", told(&other)),
    }
    scene.suspect(&KEEPS_ITS_JOBS);
    let next = small(scene);
    farmer.job(&next);
    // A slow machine may take longer than the short liveness of this check; then there are more Hellos, and the job is lost with each.
    for _ in 0..8 {
        match farmer.answer("the tile of the first job after the second Hello") {
            ToFarmer::Hello { .. } => farmer.job(&Job { id: number(), ..next.clone() }),
            ToFarmer::Tile { .. } => return,
            other => scene.fail("the tile of the first job after the second Hello", told(&other)),
        }
    }
    scene.fail("the tile of the first job after the second Hello", "Hello again and again, and no tile");
}
