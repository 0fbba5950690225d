//! The worker: fetches tasks, does them, and sends the results on, until it hears `stop`.

#[path = "../primes.rs"]
mod primes;

use std::process::ExitCode;

use clap::Parser;
use shared::{ConnectEndpoint, Context, Error};

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
    let _ = (&context, &args.tasks, &args.results, &args.control, &name, primes::up_to, task_of);
    let _ = (keep_all, listen_for_stop, say_ready, next, say_gone);
    todo!(
        "lab10 task 1: open a PULL, a PUSH and a SUB, call `keep_all` and `listen_for_stop`, connect all three, call `say_ready`; for each message that `next` gives send the result; then `say_gone`"
    )
}

/// Makes the socket keep every message until the sink has it, however long that takes.
fn keep_all(results: &zmq::Socket) -> Result<(), Error> {
    let _ = results;
    shared::still_to_do("lab10 task 4: set the linger of the socket");
    Ok(())
}

/// Subscribes to what the sink says at the end.
fn listen_for_stop(control: &zmq::Socket) -> Result<(), Error> {
    let _ = control;
    shared::still_to_do("lab10 task 3: subscribe to `stop`, and set the linger of the socket");
    Ok(())
}

/// Tells the sink that this worker waits for tasks.
fn say_ready(results: &zmq::Socket, name: &str) -> Result<(), Error> {
    let _ = (results, name);
    shared::still_to_do("lab10 task 2: send `ready` and the name");
    Ok(())
}

/// Waits for the next message on the tasks' socket; none where the sink says `stop` first.
fn next(tasks: &zmq::Socket, control: &zmq::Socket) -> Result<Option<Vec<Vec<u8>>>, Error> {
    let _ = (tasks, control);
    todo!("lab10 task 1: receive a message with all its frames; in task 3 wait for both sockets")
}

/// Tells the sink that this worker has heard `stop`, and ends.
fn say_gone(results: &zmq::Socket, name: &str) -> Result<(), Error> {
    let _ = (results, name);
    shared::still_to_do("lab10 task 3: send `gone` and the name");
    Ok(())
}

/// The id and the n of a task; none where the message is no task.
fn task_of(frames: &[Vec<u8>]) -> Option<(u32, u32)> {
    let number = |frame: &[u8]| std::str::from_utf8(frame).ok()?.parse().ok();
    match frames {
        [id, n] => Some((number(id)?, number(n)?)),
        _ => None,
    }
}
