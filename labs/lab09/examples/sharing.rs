//! An experiment: two threads and one socket, two threads and two contexts, and a socket that moves from one thread to another.
//!
//! `cargo run -p lab09 --example sharing`

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Instant;

/// How long a receive waits for what may never come, in milliseconds.
const WHILE: i32 = 500;

fn main() -> zmq::Result<()> {
    let clock = Clock(Instant::now());
    two_contexts(&clock)?;
    a_mutex(&clock)?;
    a_move(&clock)
}

/// Each thread makes a context of its own, as it would make a file or a Vec of its own.
fn two_contexts(clock: &Clock) -> zmq::Result<()> {
    let (mine, yours) = (zmq::Context::new(), zmq::Context::new());
    let jobs = mine.socket(zmq::PAIR)?;
    jobs.bind("inproc://jobs")?;
    let worker = yours.socket(zmq::PAIR)?;
    clock.say(
        "1. one thread binds inproc://jobs in its context, another connects to it in a context of its own",
    );
    let connected = worker.connect("inproc://jobs");
    clock.say(&format!("   the connect gave {}", show(&connected)));
    clock.say(&format!("   a send gave {}", show(&worker.send("done", zmq::DONTWAIT))));
    jobs.set_rcvtimeo(WHILE)?;
    clock.say(&format!("   the receive at the other end gave {}", show(&jobs.recv_bytes(0).map(drop))));
    worker.set_linger(0)
}

/// Two threads share a socket behind a Mutex. One waits for a job, the other has a result to send.
fn a_mutex(clock: &Clock) -> zmq::Result<()> {
    let context = zmq::Context::new();
    let main = context.socket(zmq::PAIR)?;
    main.bind("inproc://shared")?;
    let worker = context.socket(zmq::PAIR)?;
    worker.connect("inproc://shared")?;
    let worker = Arc::new(Mutex::new(worker));
    let lock = |socket: &Mutex<zmq::Socket>, what: &dyn Fn(&zmq::Socket) -> zmq::Result<()>| {
        what(&socket.lock().unwrap_or_else(PoisonError::into_inner))
    };
    clock.say("2. thread A locks the Mutex and waits in a receive; thread B wants to send a result");
    let (waits, is_waiting) = mpsc::channel();
    let shared = Arc::clone(&worker);
    let a = thread::spawn(move || {
        lock(&shared, &|socket| {
            let _ = waits.send(());
            socket.recv_bytes(0).map(drop)
        })
    });
    let _ = is_waiting.recv();
    let b = thread::spawn(move || lock(&worker, &|socket| socket.send("result", 0)));
    main.set_rcvtimeo(WHILE)?;
    clock.say(&format!("   the main thread's receive gave {}", show(&main.recv_bytes(0).map(drop))));
    main.send("a job", 0)?;
    clock.say("   the main thread sends a job, which nobody wanted");
    main.set_rcvtimeo(-1)?;
    clock.say(&format!("   the main thread's receive gave {}", show(&main.recv_bytes(0).map(drop))));
    let _ = (a.join(), b.join());
    Ok(())
}

/// A socket is made here and used there, and here no more.
fn a_move(clock: &Clock) -> zmq::Result<()> {
    let context = zmq::Context::new();
    let main = context.socket(zmq::PAIR)?;
    main.bind("inproc://moved")?;
    let worker = context.socket(zmq::PAIR)?;
    worker.connect("inproc://moved")?;
    clock.say("3. the main thread makes a socket and moves it into another thread");
    let thread = thread::spawn(move || worker.send("from there", 0));
    clock.say(&format!("   the main thread's receive gave {}", show(&main.recv_bytes(0).map(drop))));
    let _ = thread.join();
    Ok(())
}

fn show(result: &zmq::Result<()>) -> String {
    match result {
        Ok(()) => "Ok".into(),
        Err(error) => format!("an error, {}", shared::errno_name(*error)),
    }
}

struct Clock(Instant);

impl Clock {
    fn say(&self, what: &str) {
        println!("{:6.3} s  {what}", self.0.elapsed().as_secs_f64());
    }
}
