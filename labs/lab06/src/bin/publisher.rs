//! The publisher: waits until all its subscribers are there, publishes the numbers, and loses none of them.

use std::process::ExitCode;

use clap::Parser;
use shared::{Attach, BindEndpoint, Context, Error};

/// How long to wait for somebody's `seen` before the next `hello`, in milliseconds.
const PAUSE: i64 = 10;

/// Publishes the numbers from 1 to N and then `end`, once all subscribers are there
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    attach: Attach,
    /// How many subscribers to wait for
    #[arg(long, value_name = "K")]
    subscribers: usize,
    /// How many numbers to publish
    #[arg(long, value_name = "N")]
    count: u32,
    /// Bind here as well, and publish `hello` until each subscriber has said here that it has seen one
    #[arg(long, value_name = "ENDPOINT")]
    sync: Option<BindEndpoint>,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Opens the sockets, waits for the subscribers, and publishes.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let _ = (&context, &args.attach, args.subscribers, args.count, keep_all, wait_for, publish);
    if let Some(endpoint) = &args.sync {
        let _ = (endpoint, wait_until_seen);
        todo!("lab06 task 4: with --sync, call `wait_until_seen` in the place of `wait_for`");
    }
    todo!(
        "lab06 task 1: open an XPUB socket, call `keep_all`, attach it, then `wait_for` the subscribers and `publish`"
    )
}

/// Makes the socket keep every message until it is delivered, however many there are and however long that takes.
fn keep_all(socket: &zmq::Socket) -> Result<(), Error> {
    let _ = socket;
    shared::still_to_do("lab06 task 3: set the high-water mark and the linger of the socket");
    Ok(())
}

/// Waits until so many subscriptions are live, as the socket itself reports them.
fn wait_for(socket: &zmq::Socket, subscribers: usize) -> Result<(), Error> {
    let live = 0;
    if live < subscribers {
        let _ = socket;
        todo!("lab06 task 2: receive the socket's reports, and count until {subscribers} are there");
    }
    Ok(())
}

/// Publishes `hello` until so many subscribers have said that they have seen one.
fn wait_until_seen(
    context: &Context,
    endpoint: &BindEndpoint,
    socket: &zmq::Socket,
    subscribers: usize,
) -> Result<(), Error> {
    let _ = (context, endpoint, socket, subscribers, PAUSE);
    todo!(
        "lab06 task 4: bind a REP socket and announce it as `sync`; publish `hello` and answer each request with `ok`, until all have seen one"
    )
}

/// Publishes the numbers, and `end` behind them.
fn publish(socket: &zmq::Socket, count: u32) -> Result<(), Error> {
    let _ = (socket, count);
    todo!("lab06 task 1: send the numbers from 1 to {count}, each as a frame of text, and then `end`")
}
