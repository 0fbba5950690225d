//! Lab 10, the pipeline: a ventilator that deals tasks, workers, and a sink that collects the results, starts everybody and ends everybody.
//!
//! Each check's comment is the idea that it checks; a failed check prints it. Three programs are judged one by one, each with the check in the
//! place of the others, and in the end together.

#[path = "lab10/mistakes.rs"]
mod mistakes;
#[path = "lab10/runs.rs"]
mod runs;
#[path = "lab10/stage.rs"]
mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::thread::sleep;
use std::time::{Duration, Instant};

use harness::failure::{Failure, show, show_frames};
use harness::program::Ended;
use harness::raw::RawListener;
use harness::scene::Program;
use harness::tap::handshakes;
use harness::{Scene, check};
use mistakes::*;
use runs::{Pipeline, Run, at_the_end, dealt, names, primes, prints_the_rest, stays_after};
use stage::{Bench, Crew, Hall, frames, printed, text};

harness::lab!("lab10": "ventilator", "worker", "sink");

/// How long `go` or a worker is held back, to see who starts by the clock: longer than [`SOON`], so that no sleep can be right.
const HOLD: Duration = Duration::from_millis(2500);
/// How soon a ventilator starts after `go`. A right one needs milliseconds.
const SOON: Duration = Duration::from_secs(2);
/// How long one that did not start soon is watched, to tell one that sleeps from one that waits for ever.
const LATER: Duration = Duration::from_millis(3500);
/// How long nobody reads, to see who ends before everything is delivered: longer than the linger of `shared::Context`.
const UNREAD: Duration = Duration::from_millis(1300);
/// How long a worker gets nothing, to see whether it takes that for the end.
const IDLE: Duration = Duration::from_millis(1100);
/// How long a program that does something too early is given to do it. It does so in a millisecond.
const MOMENT: Duration = Duration::from_millis(200);
const GLANCE: Duration = Duration::from_millis(5);
const PLACE: &str = "tcp://127.0.0.1:*";

// The worker, with the check as its ventilator and its sink.

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
    for id in [scene.number(1..10), scene.number(100..1000), scene.number(10_000..100_000)] {
        scene.suspect(&NO_RESULT);
        let result = bench.does(id, scene.number(2..50));
        scene.suspect(&RESULT_FRAMES);
        let wanted = format!("the three frames {id}, a count, and the worker's name");
        let right = matches!(&result[..], [first, _, name] if *first == id.to_string().as_bytes() && !name.is_empty());
        scene.expect(right, &wanted, || show_frames(&result));
    }
}

/// The sink tells its workers from each other by their names, so no two may have the same. One that is given a name with `--name` has that.
#[check]
fn t1_workers_have_names_of_their_own(scene: &Scene) {
    let benches = [Bench::called(scene, "worker 1"), Bench::called(scene, "worker 2")];
    scene.suspect(&NO_RESULT);
    let names = benches.map(|bench| bench.does(1, 10).last().cloned().unwrap_or_default());
    scene.suspect(&SAME_NAME);
    scene.expect(names[0] != names[1], "two workers to have two names", || {
        format!("both call themselves {}", show(&names[0]))
    });
    let given = scene.word();
    let bench = Bench::given_a_name(scene, &given);
    scene.suspect(&NO_RESULT);
    let name = bench.does(1, 10).last().cloned().unwrap_or_default();
    scene.suspect(&NAME_NOT_TAKEN);
    scene.expect_bytes("the name of the worker that was given one", name, given);
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
        sleep(GLANCE);
    }
    bench.does(2, 10);
}

/// What comes over a socket is somebody else's. A message that is no task is skipped, and the next task is done.
#[check]
fn t1_worker_skips_what_is_no_task(scene: &Scene) {
    let bench = Bench::new(scene);
    scene.suspect(&NO_TASK);
    scene.suspect_when(&RESULT_FRAMES, |evidence| {
        !evidence.got.is_empty() && !evidence.got.iter().all(u8::is_ascii_digit)
    });
    for odd in [&["7"][..], &["7", "many"], &["7", "10", "more"], &["seven", "10"], &["7", "-1"]] {
        bench.tasks.send_frames(odd);
    }
    bench.tasks.send_frames([b"7".as_slice(), b"\xff"]);
    let id = scene.number(100..1000);
    bench.does_just(id, "the first result to be of the first task there was; its id");
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
    if gone.first().is_some_and(|word| word == b"gone") {
        scene.suspect(&GONE_AS_ANOTHER);
    }
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

/// Both words come over the control socket. `go` is for the ventilator; a worker that hears it works on. It ends at the word `stop`, and at none
/// that only begins so.
#[check]
fn t3_worker_knows_go_from_stop(scene: &Scene) {
    let bench = Bench::new(scene);
    bench.listens();
    for (word, mistake) in [("go", &GO_IS_STOP), ("stopwatch", &BEGINS_LIKE_STOP)] {
        scene.suspect(mistake);
        // The word and the task come over two links: by the third task the first word has been heard.
        for id in 1..=3 {
            bench.control.send(word);
            bench.does_just(id, &format!("the next result, after `{word}`; its id"));
        }
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
    let began = Instant::now();
    while began.elapsed() < UNREAD && !bench.worker.has_ended() {
        sleep(GLANCE);
    }
    let after = began.elapsed().as_millis();
    scene.suspect(if bench.worker.has_ended() { &WORKER_LINGER } else { &NOT_GONE });
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

// The ventilator, with the check as its workers and as its sink.

/// A ventilator deals a task for every id from 1 to N, each once and each in two frames, and ends with exit code 0.
#[check]
fn t1_ventilator_deals_every_task_once(scene: &Scene) {
    let tasks = scene.number(11..40);
    let (hall, all) = dealt(scene, tasks, &[]);
    scene.suspect(&WRONG_TASKS);
    if let Some(odd) = all.iter().find(|task| task.len() != 2) {
        scene.fail("every task to have two frames, its id and n", show_frames(odd));
    }
    let mut ids: Vec<String> = all.iter().map(|task| text(&task[0])).collect();
    // Workers do not care in which order the tasks come.
    ids.sort_by_key(|id| (id.len(), id.clone()));
    let wanted: Vec<String> = (1..=tasks).map(|id| id.to_string()).collect();
    if ids.is_empty() {
        scene.suspect(&DEALS_NOTHING);
    }
    scene.expect(ids == wanted, &format!("the tasks 1 to {tasks}, each once"), || {
        format!("{} tasks, with the ids {}", ids.len(), ids.join(" "))
    });
    scene.suspect(&ENDS_IN_AN_ERROR);
    hall.ventilator.ends_with(0);
}

/// The n of every task is between 1 and `--max`, and between 1 and 10 000 where that is left out.
#[check]
fn t1_ventilator_keeps_n_in_range(scene: &Scene) {
    let max = scene.number(3..9);
    for (more, max) in [(vec!["--max".to_string(), max.to_string()], max), (Vec::new(), 10_000)] {
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        let (_hall, all) = dealt(scene, 60, &more);
        scene.suspect(&N_OUT_OF_RANGE);
        let right = |n: &str| n.parse().is_ok_and(|n: u64| (1..=max).contains(&n));
        let ns: BTreeSet<String> =
            all.iter().map(|task| text(task.get(1).map_or(b"", Vec::as_slice))).collect();
        let odd: Vec<&str> = ns.iter().map(String::as_str).filter(|n| !right(n)).collect();
        scene.expect(odd.is_empty(), &format!("every n to be between 1 and {max}"), || odd.join(" "));
    }
}

/// Until the sink announces `go`, nothing is dealt, however long that takes: a worker that is not there yet would get nothing. A word that only begins
/// with `go` is none.
#[check]
fn t2_ventilator_waits_for_go(scene: &Scene) {
    let hall = Hall::new(scene, PLACE, 10, &[]);
    scene.suspect(&NO_BARRIER);
    let mut hand = hall.hand("first worker");
    let began = Instant::now();
    while began.elapsed() < HOLD {
        // It may subscribe or not, and in its own time.
        let left = HOLD.saturating_sub(began.elapsed()).max(Duration::from_millis(1));
        if let Some(task) = hand.task(left) {
            let after = began.elapsed().as_millis();
            let seen =
                format!("the task {}, {after} ms after the first worker was there", show_frames(&task));
            scene.fail("nothing to be dealt before the sink announces `go`", seen);
        }
        if hall.ventilator.has_ended() {
            let how = hall.ventilator.how_it_ended(hall.ventilator.end());
            scene.fail("the ventilator to wait for `go`", how);
        }
    }
    if hall.says("gossip") {
        scene.suspect(&BEGINS_LIKE_GO);
        // Whether it waits on after that word is another check's matter.
        if let Some(task) = hand.task(MOMENT * 2) {
            let seen = format!("the task {}, after `gossip`", show_frames(&task));
            scene.fail("nothing to be dealt before the sink announces `go`", seen);
        }
    }
}

/// `go` is the sign to start, and the ventilator starts at once, whatever it has heard before.
#[check]
fn t2_ventilator_starts_at_go(scene: &Scene) {
    let hall = Hall::new(scene, PLACE, 10, &[]);
    scene.suspect(&DOES_NOT_LISTEN);
    let mut hand = hall.hand("worker");
    hall.listens();
    // Who takes that for `go` has started; that is another check's matter.
    hall.control.send("gossip");
    let began = Instant::now();
    let mut starts_within = |limit: Duration| {
        while began.elapsed() < limit {
            hall.control.send("go");
            if hand.task(Duration::from_millis(20)).is_some() {
                return true;
            }
            if hall.ventilator.has_ended() {
                return false;
            }
        }
        false
    };
    if starts_within(SOON) {
        return;
    }
    let expected = format!("the first task within {} s once `go` is announced", SOON.as_secs());
    if hall.ventilator.has_ended() {
        let ended = hall.ventilator.end();
        scene.suspect(if ended == Ended::Code(0) { &DEALS_NOTHING } else { &ENDS_AT_ANOTHER_WORD });
        scene.fail(expected, hall.ventilator.how_it_ended(ended));
    }
    if starts_within(SOON + LATER) {
        scene.suspect(&BY_THE_CLOCK);
        scene.fail(expected, format!("it came {} ms after the first `go`", began.elapsed().as_millis()));
    }
    scene.suspect(&NEVER_STARTS);
    scene.fail(expected, format!("nothing for {} ms, while `go` is announced", began.elapsed().as_millis()));
}

/// A task that was sent is in a queue. The ventilator ends when the last one has left it, however slow its workers are.
#[check]
fn t4_ventilator_stays_until_all_is_delivered(scene: &Scene) {
    let tasks = scene.number(100..200);
    // Over ipc, where little fits between the two; a connection over tcp would take all of the tasks at once.
    let hall = Hall::new(scene, &scene.ipc("door"), tasks, &[]);
    scene.suspect(&DEALS_NOTHING);
    let mut hand = hall.hand("worker");
    hand.fill();
    let began = Instant::now();
    while began.elapsed() < UNREAD && !hall.ventilator.has_ended() {
        hall.gives_go();
    }
    let after = began.elapsed().as_millis();
    scene.suspect(&VENTILATOR_LINGER);
    let ended = hall.ventilator.has_ended();
    // What is dealt twice, or besides, is another check's matter.
    let ids: BTreeSet<String> =
        hand.all().iter().map(|task| text(task.first().map_or(b"", Vec::as_slice))).collect();
    let got = (1..=tasks).filter(|id| ids.contains(&id.to_string())).count();
    if got == 0 && !ended {
        scene.suspect(&DEALS_NOTHING);
    }
    let how =
        if ended { format!("the ventilator ended {after} ms after it was there; ") } else { String::new() };
    scene.expect(got as u64 == tasks, &format!("a worker that reads late to get all {tasks} tasks"), || {
        format!("{how}it got {got}")
    });
    hall.ventilator.end();
}

// The sink, with the check as its workers and as those who hear what it announces.

/// Results overtake each other: the task that was dealt first may be done last. The sink puts them into the order of their ids.
#[check]
fn t1_sink_prints_by_id(scene: &Scene) {
    let run = Run::new(scene);
    let lines = |results: &[(u64, u64, String)]| -> Vec<String> {
        results.iter().map(|(id, count, _)| format!("{id} {count}")).collect()
    };
    let arrival = lines(&run.results);
    let mut sorted = run.results.clone();
    sorted.sort_by_key(|(id, ..)| *id);
    let wanted = lines(&sorted);
    let mut as_text = arrival.clone();
    as_text.sort();
    let mut by_text = sorted.clone();
    by_text.sort_by_key(|(id, ..)| id.to_string());
    let got = run.of_tasks();
    let ids = |lines: &[String]| -> Vec<String> {
        lines.iter().map(|line| line.split(' ').next().unwrap_or_default().into()).collect()
    };
    scene.suspect(match &got {
        got if *got == arrival => &ARRIVAL_ORDER,
        got if *got == as_text || *got == lines(&by_text) => &TEXT_ORDER,
        got if ids(got) == ids(&wanted) => &WRONG_RESULTS,
        _ => &OTHER_LINES,
    });
    scene.expect(got == wanted, &format!("the lines {}", printed(&wanted)), || printed(&got));
}

/// Behind the tasks comes the total of their counts, once.
#[check]
fn t1_sink_adds_up(scene: &Scene) {
    let run = Run::new(scene);
    let total: u64 = run.results.iter().map(|(_, count, _)| count).sum();
    scene.suspect(&WRONG_TOTAL);
    let got = run.lines("total");
    scene.expect(got == [format!("total {total}")], &format!("the line `total {total}`, once"), || {
        printed(&got)
    });
    scene.suspect(&OTHER_LINES);
    let place = run.lines.iter().position(|line| *line == got[0]);
    scene.expect(
        place == Some(run.results.len()),
        "the total behind the tasks, and before the workers",
        || printed(&run.lines),
    );
}

/// The last line names the workers, in the order of their names, with the number of tasks that each of them has done.
#[check]
fn t1_sink_names_its_workers(scene: &Scene) {
    let run = Run::new(scene);
    let mut tally: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, _, name) in &run.results {
        *tally.entry(name).or_default() += 1;
    }
    let words: Vec<String> = tally.iter().map(|(name, tasks)| format!("{name}:{tasks}")).collect();
    let wanted = format!("workers {}", words.join(" "));
    let got = run.lines("workers");
    let mut found: Vec<&str> = got.iter().flat_map(|line| line.split(' ').skip(1)).collect();
    found.sort_unstable();
    scene.suspect(if found == words { &UNSORTED_WORKERS } else { &WRONG_TALLY });
    scene
        .expect(got == [wanted.as_str()], &format!("the line {}", show(wanted.as_bytes())), || printed(&got));
}

/// The last line names every worker that is there. One that got nothing has `:0`: without a barrier that is how it shows.
#[check]
fn t2_sink_names_who_got_nothing(scene: &Scene) {
    let names = names(scene, 2);
    let crew = Crew::new(scene, 2, 2);
    for name in &names {
        crew.say(&["ready", name]);
    }
    for id in 1..=2 {
        crew.result(id, scene.number(1..100), &names[0]);
    }
    scene.suspect(&PRINTS_NOTHING);
    let lines = crew.lines(&[&names[0], &names[1]]);
    scene.suspect(&LEAVES_OUT_THE_IDLE);
    let wanted = format!("{}:0", names[1]);
    let last = lines.iter().find(|line| line.starts_with("workers")).cloned().unwrap_or_default();
    let told = last.split(' ').any(|word| word == wanted);
    scene.expect(told, &format!("`{wanted}` in the line `workers …`"), || show(last.as_bytes()));
}

/// The sink announces `go` only when K different workers are ready. One that says it twice is one.
#[check]
fn t2_sink_waits_for_all(scene: &Scene) {
    let names = names(scene, 3);
    let crew = Crew::new(scene, 5, 3);
    let mut ear = crew.ear("ventilator");
    scene.suspect(&GO_TOO_EARLY);
    let expected = "no `go` before three different workers are ready";
    crew.say(&["ready", &names[0]]);
    scene.expect(!ear.hears("go", MOMENT), expected, || "`go`, when one was ready".into());
    crew.say(&["ready", &names[1]]);
    scene.expect(!ear.hears("go", MOMENT), expected, || "`go`, when two were ready".into());
    scene.suspect(&COUNTS_READY);
    crew.say(&["ready", &names[0]]);
    scene.expect(!ear.hears("go", MOMENT), expected, || {
        "`go`, when two were ready, and one of them had said so twice".into()
    });
}

/// With `--workers 0` the sink waits for nobody, and announces `go` at once.
#[check]
fn t2_sink_waits_for_none_where_told_so(scene: &Scene) {
    let crew = Crew::new(scene, 5, 0);
    let mut ear = crew.ear("ventilator");
    if ear.hears("go", scene.deadline()) {
        return;
    }
    crew.say(&["ready", &scene.word()]);
    scene.suspect(&NO_GO);
    ear.must_hear(&crew.sink, "go", "`go`, because there is nobody to wait for");
    scene.suspect(&WAITS_FOR_SOMEBODY);
    scene.fail("`go`, because there is nobody to wait for", "`go` only when a worker was ready");
}

/// Once all workers are ready, the sink announces `go`. What is published is lost for who does not listen yet, and the ventilator may come last: so it
/// is announced again and again.
#[check]
fn t2_sink_repeats_go(scene: &Scene) {
    let crew = Crew::new(scene, 5, 1);
    let mut early = crew.ear("early listener");
    crew.say(&["ready", &scene.word()]);
    scene.suspect(&NO_GO);
    early.must_hear(&crew.sink, "go", "`go`, because the worker is ready");
    let mut late = crew.ear("late ventilator");
    scene.suspect(&GO_ONCE);
    late.must_hear(&crew.sink, "go", "`go` for a ventilator that came after the first one was announced");
}

/// A worker that was slow to subscribe has missed the first `stop`, and the second, too. The sink repeats it until each has said that it is gone.
#[check]
fn t3_sink_repeats_stop(scene: &Scene) {
    let names = names(scene, 3);
    let crew = at_the_end(scene, 3, &names);
    crew.say(&["gone", &names[0]]);
    crew.say(&["gone", &names[1]]);
    scene.suspect_when(&ENDS_TOO_SOON, |evidence| evidence.ended.is_some());
    scene.suspect(&ONE_STOP);
    let mut late = crew.ear("late worker");
    late.must_hear(
        &crew.sink,
        "stop",
        "`stop` for the worker that is still there, and has heard none so far",
    );
}

/// The sink ends when each of its workers is gone: it counts names and no messages.
#[check]
fn t3_sink_waits_for_each(scene: &Scene) {
    let names = names(scene, 3);
    let crew = at_the_end(scene, 3, &names);
    stays_after(&crew, &names[0], 1, &ENDS_TOO_SOON);
    stays_after(&crew, &names[0], 2, &COUNTS_GONE);
    crew.say(&["gone", &names[1]]);
    crew.say(&["gone", &names[2]]);
    scene.suspect(&STAYS);
    // Whether it calls that end an error is another check's matter.
    crew.sink.end();
}

/// K workers are enough to start. Who comes later works as well, and must be ended as well.
#[check]
fn t3_sink_ends_who_came_late(scene: &Scene) {
    let names = names(scene, 2);
    let crew = at_the_end(scene, 1, &names);
    stays_after(&crew, &names[0], 1, &FORGETS_THE_LATE);
    crew.say(&["gone", &names[1]]);
    scene.suspect(&STAYS);
    crew.sink.end();
}

/// A result may come twice: somebody has dealt a task again, because he thought it lost. It is one result all the same, in the lines, in the total, for
/// its worker, and for the question whether all are there.
#[check]
fn t4_sink_counts_a_duplicate_once(scene: &Scene) {
    let twice = |crew: &Crew, one: u64, two: u64, [first, second]: [&str; 2]| {
        crew.result(1, one, second);
        crew.result(2, two, second);
        crew.result(1, one, first);
    };
    prints_the_rest(scene, twice, &COUNTS_TWICE);
}

/// An id that nobody has dealt is no result: neither 0 nor N + 1 are among the tasks 1 to N.
#[check]
fn t4_sink_skips_ids_that_nobody_dealt(scene: &Scene) {
    let strange = |crew: &Crew, one: u64, two: u64, [first, second]: [&str; 2]| {
        crew.result(0, one, first);
        crew.result(5, two, second);
        crew.result(4_000_000_000, two, second);
    };
    prints_the_rest(scene, strange, &STRANGE_IDS);
}

/// What comes over a socket is somebody else's. A message that is no result is skipped, and the sink works on.
#[check]
fn t4_sink_skips_what_is_no_result(scene: &Scene) {
    let broken = |crew: &Crew, _: u64, _: u64, [first, _]: [&str; 2]| {
        for odd in [
            &["3"][..],
            &[""],
            &["hello", "stranger"],
            &["3", "many", first],
            &["three", "7", first],
            &["-3", "7", first],
            &["3", "7", first, "more"],
        ] {
            crew.say(odd);
        }
    };
    prints_the_rest(scene, broken, &BROKEN_RESULTS);
}

// All three programs together.

/// A worker that is there when the others have the work already gets nothing. With the barrier every one of them gets some, also where one came
/// much earlier than the others: no length of time says that nobody comes any more.
#[check]
fn t2_every_worker_gets_work(scene: &Scene) {
    let pipeline = Pipeline::new(scene, 30, 3, "10");
    let tasks = scene.tap("tasks").called("workers", "ventilator").to(&pipeline.tasks).start();
    scene.suspect(&DOES_NOT_FETCH);
    let mut workers = vec![pipeline.worker(1, tasks.endpoint(), &pipeline.results)];
    tasks.wait_until("the first worker to connect to the ventilator", |state| state.handshakes() == 1);
    // Whoever does not wait for the others, or only for a while, deals everything to the first one now.
    sleep(HOLD);
    if pipeline.ventilator.has_ended() {
        let ended = pipeline.ventilator.end();
        if ended == Ended::Code(0) {
            scene.suspect(&NO_BARRIER);
        }
        let how = pipeline.ventilator.how_it_ended(ended);
        scene.fail("the ventilator to be there for workers who come later", how);
    }
    // Nobody is heard to be ready whose way to the ventilator is not open: the barrier cannot know of that link.
    let results = scene
        .tap("results")
        .called("workers", "sink")
        .to(&pipeline.results)
        .with(handshakes().hold())
        .start();
    for number in 2..=3 {
        workers.push(pipeline.worker(number, tasks.endpoint(), results.endpoint()));
    }
    tasks.wait_until("all three workers to connect to the ventilator", |state| state.handshakes() == 3);
    results.release();
    scene.suspect(&NOT_ALL_RESULTS);
    let (_, tally) = pipeline.printed(30);
    let busy = tally.iter().filter(|word| word.rsplit(':').next().is_some_and(|tasks| tasks != "0")).count();
    scene.suspect(&NO_BARRIER);
    scene.expect(busy == 3, "each of the three workers to get some of the 30 tasks", || {
        format!("the line `workers {}`", tally.join(" "))
    });
}

/// When all results are there, nobody stays behind: every worker, the ventilator and the sink end, and where all went well, the exit code is 0.
#[check]
fn t3_all_programs_end(scene: &Scene) {
    let pipeline = Pipeline::new(scene, 20, 3, "10");
    let workers: Vec<Program> =
        (1..=3).map(|number| pipeline.worker(number, &pipeline.tasks, &pipeline.results)).collect();
    scene.suspect(&STAYS_BEHIND);
    for worker in &workers {
        // Whether it calls its end an error is another check's matter.
        let ended = worker.end();
        scene.expect(
            matches!(ended, Ended::Code(0 | 1)),
            &format!("{} to end by itself", worker.name()),
            || worker.how_it_ended(ended),
        );
    }
    for program in [&pipeline.ventilator, &pipeline.sink] {
        program.end();
        scene.suspect(&ENDS_IN_AN_ERROR);
        program.ends_with(0);
        scene.suspect(&STAYS_BEHIND);
    }
}

/// Many tasks, more than the queues hold: each of them is done and counted, and all is over when it is over.
#[check]
fn t4_nothing_is_lost(scene: &Scene) {
    let many = scene.number(4000..5000);
    let pipeline = Pipeline::new(scene, many, 3, "5");
    let _workers: Vec<Program> =
        (1..=3).map(|number| pipeline.worker(number, &pipeline.tasks, &pipeline.results)).collect();
    scene.suspect(&NOT_ALL_OF_MANY);
    let (lines, tally) = pipeline.printed(many);
    // In which order they stand is another check's matter.
    let ids: BTreeSet<&str> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
    if let Some(missing) = (1..=many).find(|id| !ids.contains(id.to_string().as_str())) {
        scene.fail(format!("a line for each of the {many} tasks"), format!("none for task {missing}"));
    }
    let done: u64 = tally.iter().filter_map(|word| word.rsplit(':').next()?.parse::<u64>().ok()).sum();
    scene
        .expect(done == many, &format!("the workers to have done {many} tasks together"), || printed(&tally));
}
