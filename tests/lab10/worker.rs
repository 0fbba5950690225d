//! The worker, with the check as its ventilator and its sink.

use std::time::Instant;

use harness::failure::{Failure, show, show_frames};
use harness::raw::RawListener;
use harness::{Scene, check};

use crate::mistakes::*;
use crate::stage::{Bench, frames, text};
use crate::{IDLE, UNREAD};

/// How many primes there are up to n, n included.
fn primes(n: u64) -> usize {
    (2..=n).filter(|number| (2..*number).take_while(|d| d * d <= *number).all(|d| number % d > 0)).count()
}

/// The result of a task is how many primes there are from 2 up to n, n included; up to 0 and 1 there are none.
#[check]
fn t1_worker_counts_primes(scene: &Scene) {
    let bench = Bench::new(scene);
    scene.suspect(&NO_RESULT);
    let random = scene.number(100..2000);
    for (id, n) in (1..).zip([random, 0, 1, 2, 3, 4, 25, 97, 100]) {
        let result = bench.does(id, n);
        scene.suspect(&WRONG_COUNT);
        let count = result.get(1).cloned().unwrap_or_default();
        scene.expect_bytes(
            &format!("the second frame of the result, the primes up to {n},"),
            count,
            primes(n).to_string(),
        );
    }
}

/// A result goes to the sink as three frames: the id of the task, the count, and the name of the worker. It must say whose result it is, because
/// results overtake each other.
#[check]
fn t1_worker_sends_id_count_and_name(scene: &Scene) {
    let bench = Bench::new(scene);
    for _ in 0..3 {
        let id = scene.number(100..100_000);
        scene.suspect(&NO_RESULT);
        let result = bench.does(id, scene.number(2..50));
        scene.suspect(&RESULT_FRAMES);
        let wanted = format!("the three frames {id}, a count, and the worker's name");
        let right = matches!(&result[..], [first, _, name] if *first == id.to_string().as_bytes() && !name.is_empty());
        scene.expect(right, &wanted, || show_frames(&result));
    }
}

/// The sink tells its workers from each other by their names, so no two may have the same.
#[check]
fn t1_workers_have_names_of_their_own(scene: &Scene) {
    let benches = [Bench::called(scene, "worker 1"), Bench::called(scene, "worker 2")];
    scene.suspect(&NO_RESULT);
    let names = benches.map(|bench| bench.does(1, 10).last().cloned().unwrap_or_default());
    scene.suspect(&SAME_NAME);
    scene.expect(names[0] != names[1], "two workers to have two names", || {
        format!("both call themselves {}", show(&names[0]))
    });
}

/// That there is nothing to receive says only that nothing has come yet. A worker waits for its next task, however long that takes.
#[check]
fn t1_worker_waits_while_nothing_comes(scene: &Scene) {
    let bench = Bench::new(scene);
    scene.suspect(&NO_RESULT);
    bench.does(1, 10);
    scene.suspect(&ENDS_WHEN_IDLE);
    let began = Instant::now();
    while began.elapsed() < IDLE {
        if bench.worker.has_ended() {
            let how = bench.worker.how_it_ended(bench.worker.end());
            let after = began.elapsed().as_millis();
            scene.fail(
                "the worker to wait for its next task",
                format!("{how}, {after} ms after its last result"),
            );
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    bench.does(2, 10);
}

/// What comes over a socket is somebody else's. A message that is no task is skipped, and the next task is done.
#[check]
fn t1_worker_skips_what_is_no_task(scene: &Scene) {
    let bench = Bench::new(scene);
    scene.suspect(&NO_TASK);
    for odd in [&["7"][..], &["7", "many"], &["7", "10", "more"], &["seven", "10"], &["7", "-1"]] {
        bench.tasks.send_frames(odd);
    }
    bench.tasks.send_frames([b"7".as_slice(), b"\xff"]);
    let id = scene.number(100..1000);
    let result = bench.does(id, 10);
    let first = result.first().cloned().unwrap_or_default();
    scene.expect_bytes("the first result to be of the first task there was; its id", first, id.to_string());
}

/// The start barrier counts the workers that are there. So the first thing that a worker says is [`ready`, its name], before it has any task.
#[check]
fn t2_worker_says_ready_first(scene: &Scene) {
    let bench = Bench::new(scene);
    scene.suspect(&NOT_READY);
    let ready = bench.results.receive("[`ready`, NAME]");
    let right = matches!(&ready[..], [word, name] if word == b"ready" && !name.is_empty());
    scene.expect(right, "[`ready`, NAME] as the first message of the worker", || show_frames(&ready));
    scene.suspect(&NO_RESULT);
    let result = bench.does(1, 10);
    scene.suspect(&ANOTHER_NAME);
    scene.expect_bytes("the name in the result", result.last().cloned().unwrap_or_default(), &ready[1]);
}

/// A worker that hears `stop` tells the sink that it is gone. The sink counts on that, and announces `stop` until it has heard it of each.
#[check]
fn t3_worker_says_gone(scene: &Scene) {
    let bench = Bench::new(scene);
    bench.listens();
    scene.suspect(&NO_RESULT);
    let name = text(bench.does(1, 10).last().map_or(b"", Vec::as_slice));
    bench.control.send("stop");
    scene.suspect(&NOT_GONE);
    let gone = bench.report("[`gone`, NAME]");
    scene.expect(gone == frames(&["gone", &name]), &format!("[`gone`, `{name}`]"), || show_frames(&gone));
}

/// `stop` ends a worker that has worked and now waits for more, with exit code 0.
#[check]
fn t3_worker_ends(scene: &Scene) {
    let bench = Bench::new(scene);
    bench.listens();
    scene.suspect(&NO_RESULT);
    bench.does(1, 10);
    bench.control.send("stop");
    scene.suspect(&DOES_NOT_END);
    bench.worker.ends_with(0);
}

/// A worker that never got a task is told to stop as well. It waits for both, tasks and `stop`, from its first moment on.
#[check]
fn t3_worker_ends_without_work(scene: &Scene) {
    let bench = Bench::new(scene);
    bench.listens();
    bench.control.send("stop");
    scene.suspect(&WAITS_FOR_A_TASK);
    bench.worker.end();
}

/// Both words come over the control socket. `go` is for the ventilator; a worker that hears it works on.
#[check]
fn t3_worker_knows_go_from_stop(scene: &Scene) {
    let bench = Bench::new(scene);
    bench.listens();
    scene.suspect(&GO_IS_STOP);
    for id in 1..=3 {
        bench.control.send("go");
        let result = bench.does(id, 10);
        let first = result.first().cloned().unwrap_or_default();
        scene.expect_bytes("the id in the next result", first, id.to_string());
    }
}

/// What was sent is delivered also where the link to the sink is up only later, or slow: a worker ends when its last message has left.
#[check]
fn t4_worker_stays_until_all_is_delivered(scene: &Scene) {
    let broken = |error: std::io::Error| -> ! { Failure::error(format!("a raw sink: {error}")).throw() };
    let sink = RawListener::bind("tcp://127.0.0.1:*", scene.deadline()).unwrap_or_else(|error| broken(error));
    let bench = Bench::with_results(scene, &sink.endpoint());
    bench.listens();
    let mut link = sink.accept().unwrap_or_else(|_| {
        scene.suspect(&NOT_READY);
        scene.fail("the worker to connect to the sink", "nobody")
    });
    scene.note("the link to the sink is not up yet");
    bench.deal(1, 10);
    bench.control.send("stop");
    scene.suspect(&WORKER_LINGER);
    let began = Instant::now();
    while began.elapsed() < UNREAD && !bench.worker.has_ended() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let after = began.elapsed().as_millis();
    let mut got = Vec::new();
    if link.shake_hands("PULL").is_ok() {
        while let Ok(message) = link.receive_message() {
            got.push(show_frames(&message));
            if message.first().is_some_and(|word| word == b"gone") {
                return;
            }
        }
    }
    let got = if got.is_empty() { "nothing".into() } else { got.join(", ") };
    let how = match bench.worker.ends_soon() {
        Some(ended) => bench.worker.how_it_ended(ended),
        None => "the worker still runs".into(),
    };
    scene.fail(
        "the worker to stay until the sink has [`gone`, NAME]",
        format!("the link to the sink was up {after} ms after `stop`, and {got} came over it; {how}"),
    );
}
