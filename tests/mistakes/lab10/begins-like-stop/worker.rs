//! The worker: fetches tasks, does them, and sends the results on, until it hears `stop`.

#[path = "../primes.rs"]
mod primes;

use std::process::ExitCode;

use clap::Parser;
use shared::{ConnectEndpoint, Context, Error, OrExplain};

/// Counts primes for the ventilator, and sends the results to the sink
#[derive(Parser)]
struct Args {
    /// Connect to the ventilator, where the tasks come from
    #[arg(long, value_name = "ENDPOINT")]
    tasks: ConnectEndpoint,
    /// Connect to the sink, where the results go
    #[arg(long, value_name = "ENDPOINT")]
    results: ConnectEndpoint,
    /// Connect to the sink's control socket
    #[arg(long, value_name = "ENDPOINT")]
    control: ConnectEndpoint,
    /// The name of this worker, which no other may have; made from the number of the process where it is left out
    #[arg(long)]
    name: Option<String>,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Opens the sockets, says that it is ready, and works until it hears `stop`.
fn run(args: &Args) -> Result<(), Error> {
    let name = args.name.clone().unwrap_or_else(|| format!("worker-{}", std::process::id()));
    let context = Context::new();
    let tasks = context.socket(zmq::PULL)?;
    let results = context.socket(zmq::PUSH)?;
    let control = context.socket(zmq::SUB)?;
    keep_all(&results)?;
    listen_for_stop(&control)?;
    args.tasks.connect(&tasks)?;
    args.results.connect(&results)?;
    args.control.connect(&control)?;
    say_ready(&results, &name)?;
    while let Some(frames) = next(&tasks, &control)? {
        if let Some((id, n)) = task_of(&frames) {
            let result = [id.to_string(), primes::up_to(n).to_string(), name.clone()];
            results.send_multipart(&result, 0).or_explain("send on", "the PUSH socket")?;
        } else {
            eprintln!("skipped a message of {} frames that is no task", frames.len());
        }
    }
    say_gone(&results, &name)
}

/// Makes the socket keep every message until the sink has it, however long that takes.
fn keep_all(results: &zmq::Socket) -> Result<(), Error> {
    results.set_linger(-1).or_explain("set the linger of", "the PUSH socket")
}

/// Subscribes to what the sink says at the end.
fn listen_for_stop(control: &zmq::Socket) -> Result<(), Error> {
    control.set_subscribe(b"stop").or_explain("subscribe on", "the SUB socket")?;
    // At the end the sink may be gone, and nobody need hear that we no longer listen.
    control.set_linger(0).or_explain("set the linger of", "the SUB socket")
}

/// Tells the sink that this worker waits for tasks.
fn say_ready(results: &zmq::Socket, name: &str) -> Result<(), Error> {
    results.send_multipart(["ready", name], 0).or_explain("send on", "the PUSH socket")
}

/// Waits for the next message on the tasks' socket; none where the sink says `stop` first.
fn next(tasks: &zmq::Socket, control: &zmq::Socket) -> Result<Option<Vec<Vec<u8>>>, Error> {
    loop {
        let mut items = [control.as_poll_item(zmq::POLLIN), tasks.as_poll_item(zmq::POLLIN)];
        zmq::poll(&mut items, -1).or_explain("poll", "the sockets")?;
        if items[0].is_readable() {
            return Ok(None);
        }
        if items[1].is_readable() {
            return tasks.recv_multipart(0).map(Some).or_explain("receive on", "the PULL socket");
        }
    }
}

/// Tells the sink that this worker has heard `stop`, and ends.
fn say_gone(results: &zmq::Socket, name: &str) -> Result<(), Error> {
    results.send_multipart(["gone", name], 0).or_explain("send on", "the PUSH socket")
}

/// The id and the n of a task; none where the message is no task.
fn task_of(frames: &[Vec<u8>]) -> Option<(u32, u32)> {
    let number = |frame: &[u8]| std::str::from_utf8(frame).ok()?.parse().ok();
    match frames {
        [id, n] => Some((number(id)?, number(n)?)),
        _ => None,
    }
}
