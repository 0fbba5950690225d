//! Lab 09, work in the background: a service whose threads hash files, and which answers whatever they do, and ends well.
//!
//! Each check's comment is the idea that it checks; a failed check prints it.

#[path = "lab09/end.rs"]
mod end;
#[path = "lab09/life.rs"]
mod life;
#[path = "lab09/load.rs"]
mod load;
#[path = "lab09/mistakes.rs"]
mod mistakes;
#[path = "lab09/pipe.rs"]
mod pipe;
#[path = "lab09/vectors.rs"]
mod vectors;

use std::fs;
use std::time::{Duration, Instant};

use end::{
    blocked_until_told, cut_off, ends_on_a_signal, ends_on_a_signal_when_idle, ends_when_idle, mortal, stop,
};
use harness::failure::{show, show_frames};
use harness::scene::Evidence;
use harness::{Scene, Signal, check, zmq};
use life::{Life, born, file, is_failed, live, percent, proven, sparse};
use mistakes::*;
use pipe::{Pipe, Writer};
use vectors::{ABC, BLOCKS, EMPTY, FEWER_ZEROS, LENGTH, MILLION, MUCH_AND_ABC, NOTES, SHORT, ZEROS};

/// The length of a file that nobody hashes to its end here, in bytes.
const ENDLESS: u64 = 4 << 30;

harness::lab!("lab09": "service", "ask");

/// A job gets a number at once, a thread hashes its file, and a line tells the hash. SHA-256 is a standard, so the hashes of
/// some texts are known.
#[check]
fn t1_hashes_files(scene: &Scene) {
    let life = live(scene, 1);
    for (number, vector) in (1..).zip([&ABC, &BLOCKS, &NOTES]) {
        life.does(scene, number, vector);
    }
    // More than any buffer holds.
    let path = file(scene, "million", &vec![b'a'; 1_000_000]);
    life.hash(scene, &path, 4);
    scene.suspect(&NO_RESULT);
    life.line_is_done(scene, 4, MILLION);
}

/// Each thread has a socket of its own. With one thread nobody notices when a socket is shared; with several, who waits in a
/// receive keeps the others from sending.
#[check]
fn t1_works_with_several_threads(scene: &Scene) {
    let alone = live(scene, 1);
    alone.does(scene, 1, &ABC);
    let several = live(scene, 4);
    // Long enough for the others to wait for their jobs meanwhile.
    let path = sparse(scene, "zeros", SHORT);
    several.hash(scene, &path, 1);
    scene.suspect(&SHARED_SOCKET);
    several.line_is_done(scene, 1, FEWER_ZEROS);
}

/// Who has read the line of a job gets the same from `status`, now and later.
#[check]
fn t1_status_says_what_the_line_says(scene: &Scene) {
    let life = live(scene, 2);
    life.does(scene, 1, &ABC);
    life.does(scene, 2, &BLOCKS);
    scene.suspect(&WRONG_STATUS);
    for (number, vector) in [(1, &ABC), (2, &BLOCKS), (1, &ABC)] {
        scene.expect_bytes(
            &format!("the status of job {number}"),
            life.status(number),
            format!("done {}", vector.hash),
        );
    }
}

/// A number that no job has is `unknown`, and so is what is no number.
#[check]
fn t1_knows_no_other_jobs(scene: &Scene) {
    let life = live(scene, 1);
    let unknown = |number: &str| {
        scene.suspect(&NO_REPLY);
        let reply = life.ask(&format!("status {number}"));
        scene.suspect(&NOT_UNKNOWN);
        scene.expect_bytes(&format!("the status of {number}"), reply, "unknown");
    };
    unknown("1");
    life.does(scene, 1, &ABC);
    for number in ["2", "0", "-1", "1x", "one", "18446744073709551616", "18446744073709551617"] {
        unknown(number);
    }
}

/// Everything behind `hash` and one blank is the path. Blanks are bytes like others, at the end too.
#[check]
fn t1_takes_a_path_as_it_is(scene: &Scene) {
    let life = proven(scene, 1);
    for (number, name) in (1..).zip(["two  blanks", " before", "behind ", "пошук", "status 1"]) {
        let _ = file(scene, name.trim(), b"another file");
        let _ = file(scene, name, ABC.text);
        // A path that is not absolute begins in the folder in which the service was started.
        let path =
            if number % 2 == 0 { name.into() } else { scene.folder().join(name).display().to_string() };
        life.hash_or(scene, &path, number, &NO_REPLY);
        scene.suspect(&NO_RESULT);
        let line = life.line_of(number, &format!("a line for job {number}, the file `{name}`"));
        scene.suspect(&CUTS_PATH);
        scene.expect_bytes(&format!("the line of `{name}`"), line, format!("{number} done {}", ABC.hash));
    }
}

/// Whatever comes, the service replies, because a REQ that gets no reply waits for ever. What is no request gets an `error`, and the
/// next one is served as if nothing had been.
#[check]
fn t1_answers_what_is_no_request(scene: &Scene) {
    let life = live(scene, 1);
    let requests: [&[&[u8]]; 9] = [
        &[b""],
        &[b"hash"],
        &[b"status"],
        &[b"hello there"],
        &[b"HASH x"],
        &[b"stop now"],
        &[b"status 1", b"status 2"],
        &[b"hash", b"x"],
        &[b"\xff\xfe"],
    ];
    for frames in requests {
        let what = format!("the reply to {}", show_frames(frames));
        scene.suspect(&NO_REPLY);
        life.req.send_frames(frames);
        let reply = life.req.receive(&what);
        scene.suspect(&NOT_REFUSED);
        let right = match reply.as_slice() {
            [frame] => std::str::from_utf8(frame).is_ok_and(|text| {
                text.strip_prefix("error: ").is_some_and(|why| !why.trim().is_empty() && !why.contains('\n'))
            }),
            _ => false,
        };
        scene.expect(right, &format!("{what} to be `error: WHY`"), || show_frames(&reply));
    }
    // An empty path may be refused, or fail as a job. It costs no thread.
    scene.suspect(&NO_REPLY);
    let jobs = usize::from(life.ask("hash ").starts_with("job "));
    if jobs > 0 {
        scene.suspect(&NO_RESULT);
        let _ = life.line_of(1, "a line for job 1, whose path is empty");
    }
    life.does(scene, jobs + 1, &ABC);
}

/// Where the main thread cannot go on, the threads are told as well, or the program never ends. Here the line of a job cannot be printed,
/// because standard output is a disk without room: `/dev/full`.
#[check]
fn t1_an_error_ends_it(scene: &Scene) {
    scene.suspect_when(&PRINTLN, |evidence| evidence.errors.contains("failed printing to stdout"));
    live(scene, 1).does(scene, 1, &ABC);
    let req = scene.peer(zmq::REQ, "service");
    let endpoint = req.bind("tcp://127.0.0.1:*");
    // With one thread, which works: nobody is still at connecting when the context is ended, see the notes.
    let service = scene.start_after("exec >/dev/full", "service", ["--connect", &endpoint, "--threads", "1"]);
    scene.note("what service prints goes to /dev/full");
    scene.suspect(&NO_REPLY);
    let _ = req.ask(format!("hash {}", file(scene, "file", ABC.text)));
    scene.suspect(&NOT_WOKEN);
    service.ends_with(1);
}

/// The threads wait for pipes that nobody writes to, and the service replies all the same: to `status`, to further jobs, to whatever
/// comes. Nobody opens the pipes before the replies are here.
#[check]
fn t2_answers_while_all_threads_are_blocked(scene: &Scene) {
    let life = proven(scene, 2);
    // One more than there are threads.
    let pipes = ["pipe-1", "pipe-2", "pipe-3"].map(|name| Pipe::new(scene, name));
    for (number, pipe) in (1..).zip(&pipes) {
        life.hash_or(scene, &pipe.path(), number, &MAIN_WORKS);
    }
    for number in (0..30).map(|turn| turn % 3 + 1) {
        scene.suspect(&MAIN_WORKS);
        life.runs(scene, number, &EMPTY_PIPE);
    }
}

/// Opens the pipe of a job for writing, once the service has opened it for reading.
fn begins(scene: &Scene, life: &Life, pipe: &Pipe, number: usize) -> Writer {
    life.runs(scene, number, &EMPTY_PIPE);
    scene.suspect(&NO_BEGIN);
    pipe.opened_by(&life.service, &format!("the service to open the pipe of job {number}"))
}

/// A pipe is a file whose bytes come when somebody writes them. Its end is where its last writer has closed it, and not where there
/// is nothing to read at the moment.
#[check]
fn t2_a_pipe_ends_with_its_writer(scene: &Scene) {
    let life = proven(scene, 1);
    let pipe = Pipe::new(scene, "pipe");
    life.hash_or(scene, &pipe.path(), 1, &MAIN_WORKS);
    let mut writer = begins(scene, &life, &pipe, 1);
    writer.write_much(&life.service, "the service to read from the pipe of job 1");
    load::until_it_rests(&life.service);
    // What the thread says of it may come a moment later than our question.
    for _ in 0..5 {
        still_runs(scene, &life);
    }
    for byte in ABC.text {
        still_runs(scene, &life);
        writer.write(&[*byte]);
    }
    still_runs(scene, &life);
    drop(writer);
    scene.suspect(&NO_RESULT);
    let line = life.line_of(1, "the line of job 1, whose pipe is at its end");
    scene.suspect(if line.starts_with(b"1 ") { &OVER_EARLY } else { &WRONG_LINE });
    scene.expect_bytes("the line", line, format!("1 done {MUCH_AND_ABC}"));
}

/// Fails the check unless job 1 runs, a pipe whose writer has written and is still there.
fn still_runs(scene: &Scene, life: &Life) {
    let text = life.status(1);
    let over = text.starts_with("done ") || is_failed(&text);
    scene.suspect(if over { &OVER_EARLY } else { &NO_PERCENT });
    scene.expect(
        percent(&text).is_some(),
        "`running P%` for job 1, with a whole number from 0 to 100, as long as its writer is there",
        || show(text.as_bytes()),
    );
}

/// `--threads T` is T jobs at the same time. Three pipes can be open at once only where three threads work.
#[check]
fn t2_uses_all_its_threads(scene: &Scene) {
    let life = proven(scene, 3);
    let pipes = ["pipe-1", "pipe-2", "pipe-3"].map(|name| Pipe::new(scene, name));
    for (number, pipe) in (1..).zip(&pipes) {
        life.hash_or(scene, &pipe.path(), number, &MAIN_WORKS);
    }
    let mut writers = Vec::new();
    for number in 1..=3 {
        life.runs(scene, number, &EMPTY_PIPE);
    }
    for (number, pipe) in (1..).zip(&pipes) {
        scene.suspect(if number == 1 { &NO_BEGIN } else { &FEW_THREADS });
        let what = format!("the service to open the pipe of job {number}, with {number} jobs at work");
        writers.push(pipe.opened_by(&life.service, &what));
    }
}

/// And it is no more than T. A job that waits begins when another one is over.
#[check]
fn t2_begins_no_more_jobs_than_it_has_threads(scene: &Scene) {
    let life = proven(scene, 2);
    let pipes = ["pipe-1", "pipe-2"].map(|name| Pipe::new(scene, name));
    let mut writers = Vec::new();
    for (number, pipe) in (1..).zip(&pipes) {
        life.hash_or(scene, &pipe.path(), number, &MAIN_WORKS);
        writers.push(begins(scene, &life, pipe, number));
    }
    let waiting = file(scene, "waiting", BLOCKS.text);
    for number in 3..=6 {
        life.hash_or(scene, &waiting, number, &MAIN_WORKS);
    }
    // A thread that should not be there has done them by now.
    load::until_it_rests(&life.service);
    for _ in 0..5 {
        for number in 3..=6 {
            life.runs(scene, number, &MANY_THREADS);
        }
    }
    writers[0].write(ABC.text);
    writers.remove(0);
    scene.suspect(&NO_RESULT);
    let line = life.line_of(1, "the line of job 1, whose pipe is at its end");
    scene.suspect(if line.starts_with(b"1 ") { &WRONG_HASH } else { &MANY_THREADS });
    scene.expect_bytes("the first line", line, format!("1 done {}", ABC.hash));
}

/// One thread is blocked for long. The other one takes every job that comes, one after the other.
#[check]
fn t2_a_free_thread_takes_the_next_job(scene: &Scene) {
    let life = proven(scene, 2);
    let pipe = Pipe::new(scene, "pipe");
    life.hash_or(scene, &pipe.path(), 1, &MAIN_WORKS);
    let path = file(scene, "file", ABC.text);
    let jobs = [2, 3, 4, 5, 6, 7];
    for number in jobs {
        life.hash_or(scene, &path, number, &MAIN_WORKS);
    }
    life.runs(scene, 1, &EMPTY_PIPE);
    scene.suspect(&HOARDS);
    let _ = life.lines(scene, &jobs);
}

/// Jobs that wait begin in the order in which they came: nobody waits for ever because others come later.
#[check]
fn t2_jobs_wait_in_their_order(scene: &Scene) {
    let life = proven(scene, 1);
    let pipe = Pipe::new(scene, "pipe");
    life.hash_or(scene, &pipe.path(), 1, &MAIN_WORKS);
    let path = file(scene, "file", ABC.text);
    for number in 2..=5 {
        life.hash_or(scene, &path, number, &MAIN_WORKS);
    }
    drop(begins(scene, &life, &pipe, 1));
    for number in 1..=5 {
        scene.suspect(&NO_RESULT);
        let line = life.line_of(number, &format!("a line for job {number}"));
        // Job 1 blocks the only thread. Once it is over, the others come in their order.
        scene.suspect(if number == 1 { &MANY_THREADS } else { &OUT_OF_ORDER });
        scene.expect(
            line.starts_with(format!("{number} ").as_bytes()),
            &format!("the line of job {number}"),
            || show(&line),
        );
    }
}

/// How far a job is, in whole percent: it begins at 0 and only grows. The file has 2 GiB of zeros, and takes no room on the disk.
#[check]
fn t2_tells_how_far_it_is(scene: &Scene) {
    let life = proven(scene, 1);
    let path = sparse(scene, "zeros", LENGTH);
    let end = Instant::now() + scene.deadline();
    // Whoever is kept from asking while the file is hashed asks again, with another job.
    for number in 1.. {
        life.hash(scene, &path, number);
        if moves(scene, &life, number, end) {
            return;
        }
        scene.suspect(&NO_PROGRESS);
        scene.expect(
            number < 2 && Instant::now() < end,
            "a percentage that grows while a file of 2 GiB is hashed",
            || format!("not in the time of {number} jobs"),
        );
        life.line_is_done(scene, number, ZEROS);
    }
}

/// Whether the percentage was seen to move three times before the job or the time is over.
fn moves(scene: &Scene, life: &Life, number: usize, end: Instant) -> bool {
    let (mut last, mut seen) = (0, 0);
    while seen < 3 {
        life.uses_little_memory(scene);
        scene.suspect(&NO_REPLY);
        let text = life.status(number);
        if text == format!("done {ZEROS}") || Instant::now() > end {
            return false;
        }
        scene.suspect(&NO_PERCENT);
        let Some(percent) = percent(&text) else {
            scene.fail("`running P%`, with a whole number from 0 to 100", show(text.as_bytes()));
        };
        scene.suspect(&BACKWARDS);
        scene.expect(percent >= last, &format!("at least {last} % after that was told"), || {
            format!("{percent} %")
        });
        seen += usize::from(percent > last);
        last = percent;
    }
    true
}

/// Who waits uses no processor. The check computes for a while, in a thread of its own, and looks how much the service
/// has computed meanwhile: with one job on a pipe without a writer, one on a pipe whose writer is silent, and a thread without a job.
#[check]
fn t2_waits_without_computing(scene: &Scene) {
    let life = proven(scene, 3);
    let (closed, silent) = (Pipe::new(scene, "no-writer"), Pipe::new(scene, "silent-writer"));
    life.hash_or(scene, &closed.path(), 1, &MAIN_WORKS);
    life.hash_or(scene, &silent.path(), 2, &MAIN_WORKS);
    let mut writer = begins(scene, &life, &silent, 2);
    writer.write(b"ab");
    life.runs(scene, 1, &EMPTY_PIPE);
    life.runs(scene, 2, &EMPTY_PIPE);
    if let Some(seen) = computes(&life) {
        let idle = live(scene, 1);
        idle.does(scene, 1, &ABC);
        scene.suspect(if computes(&idle).is_some() { &SPINS } else { &SPINS_ON_JOB });
        scene.fail("a service that waits to use no processor time", seen);
    }
}

/// What a service computed that should have waited; none where it waited.
fn computes(life: &Life) -> Option<String> {
    let (service, check) = load::used_while_we_compute(&life.service)?;
    let much = service * 4 > check && service > Duration::from_millis(20);
    much.then(|| {
        format!("{} ms of processor time, while the check used {} ms", service.as_millis(), check.as_millis())
    })
}

/// A job that cannot be done is an answer: `failed` and the reason. The thread takes the next job.
#[check]
fn t3_a_file_that_is_not_there_fails(scene: &Scene) {
    scene.suspect_when(&UNWRAPS, Evidence::panicked);
    let life = proven(scene, 1);
    let path = scene.folder().join("not-there").display().to_string();
    life.hash(scene, &path, 1);
    scene.suspect(&NO_FAILURE);
    life.line_is_failed(scene, 1);
    life.does(scene, 2, &ABC);
}

/// A file may be gone when its turn comes. It is the thread that opens it, and the thread that says so.
#[check]
fn t3_a_file_that_vanishes_fails(scene: &Scene) {
    scene.suspect_when(&UNWRAPS, Evidence::panicked);
    let life = proven(scene, 1);
    let pipe = Pipe::new(scene, "pipe");
    life.hash_or(scene, &pipe.path(), 1, &MAIN_WORKS);
    let writer = begins(scene, &life, &pipe, 1);
    let path = file(scene, "vanishes", ABC.text);
    life.hash_or(scene, &path, 2, &MAIN_WORKS);
    life.runs(scene, 2, &MANY_THREADS);
    if let Err(error) = fs::remove_file(&path) {
        harness::failure::Failure::error(format!("a file cannot be removed: {error}")).throw();
    }
    scene.note("the file of job 2 is gone");
    drop(writer);
    scene.suspect(&NO_RESULT);
    life.line_is_done(scene, 1, EMPTY.hash);
    let line = life.line_of(2, "the line `2 failed WHY`");
    let text = String::from_utf8_lossy(&line).into_owned();
    scene.suspect(if text == format!("2 done {}", ABC.hash) { &LOOKS_EARLY } else { &NO_FAILURE });
    scene.expect(text.starts_with("2 failed"), "the line `2 failed WHY`", || show(&line));
}

/// A folder can be opened, and not be read.
#[check]
fn t3_a_folder_fails(scene: &Scene) {
    scene.suspect_when(&UNWRAPS, Evidence::panicked);
    let life = proven(scene, 1);
    life.hash(scene, &scene.folder().display().to_string(), 1);
    scene.suspect(&FOLDER);
    life.line_is_failed(scene, 1);
    life.does(scene, 2, &ABC);
}

/// A file of 0 bytes is a file. Its hash is a known one.
#[check]
fn t3_an_empty_file_is_done(scene: &Scene) {
    scene.suspect_when(&NOT_EMPTY, Evidence::panicked);
    let life = proven(scene, 1);
    let path = file(scene, "empty", EMPTY.text);
    life.hash(scene, &path, 1);
    scene.suspect(&NOT_EMPTY);
    let line = life.line_of(1, "a line for job 1, an empty file");
    scene.expect_bytes("the line of an empty file", line, format!("1 done {}", EMPTY.hash));
}

/// A bug in code that is not yours panics. It costs one job: the thread lives on, the service too. A file whose name ends in `.panic`
/// stands for such a job.
#[check]
fn t3_a_panic_costs_one_job(scene: &Scene) {
    scene.suspect_when(&SERVICE_DIES, |evidence| evidence.ended.is_some());
    let life = born(scene, 2);
    // One more than there are threads.
    for number in 1..=3 {
        let path = file(scene, &format!("{number}.panic"), ABC.text);
        life.hash(scene, &path, number);
    }
    scene.suspect(&THREAD_DIES);
    for (number, text) in life.lines(scene, &[1, 2, 3]) {
        scene.suspect(&NO_FAILURE);
        scene.expect(is_failed(&text), &format!("`{number} failed WHY`"), || show(text.as_bytes()));
    }
    let path = file(scene, "file", ABC.text);
    life.hash_or(scene, &path, 4, &THREAD_DIES);
    scene.suspect(&THREAD_DIES);
    life.line_is_done(scene, 4, ABC.hash);
}

/// `stop` is answered with `bye`, which arrives; then the service ends, with exit code 0.
#[check]
fn t4_says_bye_and_ends(scene: &Scene) {
    let life = mortal(scene, 3);
    life.does(scene, 1, &ABC);
    stop(scene, &life);
    scene.suspect(&WAITS_FOR_ITSELF);
    life.ends_well(scene, 1);
}

/// Ctrl-C is SIGINT, and whoever manages services sends SIGTERM. Both end it as `stop` does, and a job that is over stays what it is.
#[check]
fn t4_a_signal_ends_it(scene: &Scene) {
    ends_when_idle(scene);
    for signal in [Signal::INT, Signal::TERM] {
        ends_on_a_signal(scene, signal);
    }
}

/// Who is impatient presses Ctrl-C twice. The second signal changes nothing. Here both are there at once: the service is frozen while
/// they are sent.
#[check]
fn t4_a_second_signal_changes_nothing(scene: &Scene) {
    ends_when_idle(scene);
    ends_on_a_signal_when_idle(scene, Signal::TERM);
    scene.suspect_when(&SECOND, |evidence| evidence.hung);
    for signals in [[Signal::INT, Signal::TERM], [Signal::TERM, Signal::INT]] {
        let life = mortal(scene, 8);
        let _ = life.status(1);
        load::until_it_rests(&life.service);
        life.service.signal(Signal::STOP);
        for signal in signals {
            life.service.signal(signal);
        }
        life.service.signal(Signal::CONT);
        scene.suspect(&SECOND);
        life.ends_well(scene, 0);
    }
}

/// A thread that waits for a pipe is woken, too. Nobody ever writes to this one.
#[check]
fn t4_ends_while_a_pipe_has_no_writer(scene: &Scene) {
    ends_when_idle(scene);
    for signal in [None, Some(Signal::TERM)] {
        if let Some(signal) = signal {
            ends_on_a_signal_when_idle(scene, signal);
        }
        let life = mortal(scene, 2);
        let pipe = Pipe::new(scene, if signal.is_some() { "pipe-2" } else { "pipe-1" });
        life.hash_or(scene, &pipe.path(), 1, &MAIN_WORKS);
        life.runs(scene, 1, &EMPTY_PIPE);
        match signal {
            None => stop(scene, &life),
            Some(signal) => life.service.signal(signal),
        }
        cut_off(scene, &life, &BLOCKED);
    }
}

/// And so is one that waits in the middle of a pipe, whose writer keeps it open and says nothing.
#[check]
fn t4_ends_while_a_writer_is_silent(scene: &Scene) {
    ends_when_idle(scene);
    let life = mortal(scene, 2);
    let pipe = Pipe::new(scene, "pipe");
    life.hash_or(scene, &pipe.path(), 1, &MAIN_WORKS);
    let writer = begins(scene, &life, &pipe, 1);
    scene.suspect(&NO_BEGIN);
    writer.write_much(&life.service, "the service to read from the pipe of job 1");
    load::until_it_rests(&life.service);
    stop(scene, &life);
    cut_off(scene, &life, &BLOCKED_READ);
}

/// A thread that hashes is told, too. This file would take it long: the service ends in the middle.
#[check]
fn t4_ends_while_a_file_is_hashed(scene: &Scene) {
    ends_when_idle(scene);
    let life = mortal(scene, 1);
    let path = sparse(scene, "endless", ENDLESS);
    life.hash(scene, &path, 1);
    scene.suspect(&NO_PROGRESS);
    let end = Instant::now() + scene.deadline();
    // It has begun once the percentage moves.
    while percent(&life.status(1)).is_some_and(|percent| percent == 0) {
        life.uses_little_memory(scene);
        if Instant::now() > end {
            life.service.never("the percentage of a file of 4 GiB to move");
        }
    }
    stop(scene, &life);
    cut_off(scene, &life, &FINISHES);
}

/// Every job that was accepted has one line before the service ends: those that are over have theirs, and those that were cut
/// off or never began are told as failed.
#[check]
fn t4_every_job_has_its_line_at_the_end(scene: &Scene) {
    ends_when_idle(scene);
    let life = mortal(scene, 2);
    life.does(scene, 1, &ABC);
    let pipes = ["pipe-2", "pipe-3"].map(|name| Pipe::new(scene, name));
    let mut writers = Vec::new();
    for (number, pipe) in (2..).zip(&pipes) {
        life.hash_or(scene, &pipe.path(), number, &MAIN_WORKS);
        writers.push(begins(scene, &life, pipe, number));
    }
    let path = file(scene, "file", ABC.text);
    for number in 4..=6 {
        life.hash_or(scene, &path, number, &MAIN_WORKS);
    }
    let told = blocked_until_told(scene);
    stop(scene, &life);
    scene.suspect(&LOST);
    for (number, text) in life.lines(scene, &[2, 3, 4, 5, 6]) {
        let done = number > 3 && text == format!("done {}", ABC.hash);
        if text.starts_with("done ") {
            scene.suspect(&CUT_IS_DONE);
        }
        scene.expect(done || is_failed(&text), &format!("`{number} failed WHY`"), || show(text.as_bytes()));
    }
    told.set(true);
    scene.suspect(&NOT_GONE);
    life.ends_well(scene, 6);
}

/// A client that does not wait for replies sends fifty jobs and `stop` in one go, while the only thread is blocked. All replies arrive,
/// `bye` is the last, and each of the jobs has its line.
#[check]
fn t4_nothing_that_was_sent_is_lost(scene: &Scene) {
    const JOBS: usize = 50;
    ends_when_idle(scene);
    let life = mortal(scene, 1);
    let pipe = Pipe::new(scene, "pipe");
    life.hash_or(scene, &pipe.path(), 1, &MAIN_WORKS);
    let _writer = begins(scene, &life, &pipe, 1);
    let path = file(scene, "file", ABC.text);
    let dealer = scene.peer(zmq::DEALER, "service");
    dealer.connect(&life.endpoint);
    for _ in 0..JOBS {
        dealer.send_frames(["", &format!("hash {path}")]);
    }
    dealer.send_frames(["", "stop"]);
    scene.suspect(&UNREAD);
    let wanted = (2..=JOBS + 1).map(|number| format!("job {number}")).chain(["bye".to_string()]);
    for wanted in wanted {
        let reply = dealer.receive(&format!("the reply `{wanted}`"));
        let right =
            matches!(reply.as_slice(), [empty, frame] if empty.is_empty() && frame == wanted.as_bytes());
        scene.expect(right, &format!("the reply `{wanted}`"), || show_frames(&reply));
    }
    let told = blocked_until_told(scene);
    scene.suspect(&LOST);
    let jobs: Vec<usize> = (1..=JOBS + 1).collect();
    let _ = life.lines(scene, &jobs);
    told.set(true);
    scene.suspect(&NOT_GONE);
    life.ends_well(scene, JOBS + 1);
}
