//! A worker to try the broker with: a REP, or with `--lru` a REQ that says READY first. It is whole; no task changes it.

use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;

use clap::Parser;
use shared::{ConnectEndpoint, Context, Error, OrExplain, print_line};

/// Answers requests that a broker brings
#[derive(Parser)]
struct Args {
    /// Connect to the broker's backend
    #[arg(long, value_name = "ENDPOINT")]
    connect: ConnectEndpoint,
    /// The worker's name, which is also the identity of its socket
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Be a worker for a broker with `--lru`
    #[arg(long)]
    lru: bool,
    /// How long each request takes, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    work: u64,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let socket = context.socket(if args.lru { zmq::REQ } else { zmq::REP })?;
    socket.set_identity(args.name.as_bytes()).or_explain("set the identity of", "the worker's socket")?;
    args.connect.connect(&socket)?;
    if args.lru {
        socket.send("READY", 0).or_explain("send on", "the worker's socket")?;
    }
    loop {
        let mut frames = socket.recv_multipart(0).or_explain("receive on", "the worker's socket")?;
        // What stands before the request is the client's envelope, and goes back as it came. A REP never sees one: it keeps
        // the envelope to itself.
        let request = frames.pop().unwrap_or_default();
        print_line(&request)?;
        sleep(Duration::from_millis(args.work));
        frames.push([&request[..], b", done by ", args.name.as_bytes()].concat());
        socket.send_multipart(frames, 0).or_explain("send on", "the worker's socket")?;
    }
}
