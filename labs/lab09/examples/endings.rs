//! An experiment: a thread waits in a receive. What wakes it: the end of the context, and whose? And what does a signal do to it?
//!
//! `cargo run -p lab09 --example endings`

use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use shared::Signals;

/// How long we look whether something happens.
const WHILE: Duration = Duration::from_millis(500);

fn main() -> zmq::Result<()> {
    let clock = Clock(Instant::now());
    dropping(&clock)?;
    ending(&clock)?;
    unread(&clock)?;
    interrupting(&clock)
}

/// Starts a thread that waits in a receive on a socket of its own; it reports what the receive gave.
fn waiter(context: &zmq::Context) -> zmq::Result<mpsc::Receiver<zmq::Result<Vec<u8>>>> {
    let socket = context.socket(zmq::PULL)?;
    socket.bind("inproc://jobs")?;
    let (report, reports) = mpsc::channel();
    thread::spawn(move || report.send(socket.recv_bytes(0)));
    Ok(reports)
}

/// The main thread lets go of all that it has, and the other one should notice.
fn dropping(clock: &Clock) -> zmq::Result<()> {
    let context = zmq::Context::new();
    let reports = waiter(&context)?;
    let sender = context.socket(zmq::PUSH)?;
    sender.connect("inproc://jobs")?;
    clock.say("1. a thread waits in a receive; the main thread closes its socket and drops its context");
    drop(sender);
    drop(context);
    clock.say(&match reports.recv_timeout(WHILE) {
        Ok(result) => format!("   the receive gave {}", show(result)),
        Err(_) => "   nothing: the thread still waits".into(),
    });
    Ok(())
}

/// The main thread ends the context, first with a socket of its own open, then without.
fn ending(clock: &Clock) -> zmq::Result<()> {
    let context = zmq::Context::new();
    let reports = waiter(&context)?;
    let own = context.socket(zmq::PUSH)?;
    own.connect("inproc://jobs")?;
    clock.say("2. a thread waits in a receive; the context is ended, and the main thread has a socket open");
    let (ended, end) = mpsc::channel();
    let mut other = context.clone();
    thread::spawn(move || ended.send(other.destroy()));
    clock.say(&match reports.recv_timeout(WHILE) {
        Ok(result) => format!("   the receive gave {}", show(result)),
        Err(_) => "   nothing: the thread still waits".into(),
    });
    clock.say(&match end.recv_timeout(WHILE) {
        Ok(_) => "   the context is at its end".into(),
        Err(_) => "   and the end of the context still waits, for the main thread's socket".to_string(),
    });
    drop(own);
    clock.say("   the main thread closes it");
    if end.recv_timeout(WHILE).is_ok() {
        clock.say("   the context is at its end");
    }
    Ok(())
}

/// Results have arrived, nobody has received them, and the context is ended.
fn unread(clock: &Clock) -> zmq::Result<()> {
    let context = zmq::Context::new();
    let results = context.socket(zmq::PULL)?;
    results.bind("inproc://results")?;
    let worker = context.socket(zmq::PUSH)?;
    worker.connect("inproc://results")?;
    for number in 0..10 {
        worker.send(&format!("result {number}"), 0)?;
    }
    clock.say("3. ten results wait in a socket; one is received, then the context is ended");
    clock.say(&format!("   the receive gave {}", show(results.recv_bytes(0))));
    let mut other = context.clone();
    let end = thread::spawn(move || other.destroy());
    // The end reaches a socket once a call on it looks at its mailbox; this one always does.
    while results.get_events() != Err(zmq::Error::ETERM) {
        thread::yield_now();
    }
    clock.say(&format!("   the next receive gave {}", show(results.recv_bytes(0))));
    drop((results, worker));
    let _ = end.join();
    Ok(())
}

/// A signal that the program catches comes while it waits.
fn interrupting(clock: &Clock) -> zmq::Result<()> {
    let Ok(signals) = Signals::catch() else { return Ok(()) };
    clock.say("4. the main thread waits in a poll, without end, and gets a SIGTERM, which is caught");
    let sender = thread::spawn(|| {
        thread::sleep(WHILE / 2);
        Command::new("kill").args(["-TERM", &std::process::id().to_string()]).status()
    });
    for _ in 0..2 {
        clock.say(&match zmq::poll(&mut [signals.as_poll_item()], -1) {
            Ok(count) => format!("   the poll gave {count}: the signal can be read"),
            Err(error) => format!("   the poll gave an error, {}", shared::errno_name(error)),
        });
    }
    let _ = sender.join();
    Ok(())
}

fn show(result: zmq::Result<Vec<u8>>) -> String {
    match result {
        Ok(bytes) => format!("`{}`", String::from_utf8_lossy(&bytes)),
        Err(error) => format!("an error, {}", shared::errno_name(error)),
    }
}

struct Clock(Instant);

impl Clock {
    fn say(&self, what: &str) {
        println!("{:6.3} s  {what}", self.0.elapsed().as_secs_f64());
    }
}
