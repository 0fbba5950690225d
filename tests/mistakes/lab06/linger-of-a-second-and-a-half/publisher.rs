//! The publisher: waits until all its subscribers are there, publishes the numbers, and loses none of them.

use std::process::ExitCode;

use clap::Parser;
use shared::{Attach, BindEndpoint, Context, Error, OrExplain, announce_as};

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
    let socket = context.socket(zmq::XPUB)?;
    socket.set_xpub_verbose(true).or_explain("make talkative", "the XPUB socket")?;
    keep_all(&socket)?;
    args.attach.attach(&socket)?;
    match &args.sync {
        Some(endpoint) => wait_until_seen(&context, endpoint, &socket, args.subscribers)?,
        None => wait_for(&socket, args.subscribers)?,
    }
    publish(&socket, args.count)
}

/// Makes the socket keep every message until it is delivered, however many there are and however long that takes.
fn keep_all(socket: &zmq::Socket) -> Result<(), Error> {
    socket.set_sndhwm(0).or_explain("lift the high-water mark of", "the XPUB socket")?;
    socket.set_linger(1500).or_explain("set the linger of", "the XPUB socket")
}

/// Waits until so many subscriptions are live, as the socket itself reports them.
fn wait_for(socket: &zmq::Socket, subscribers: usize) -> Result<(), Error> {
    let mut live = 0;
    while live < subscribers {
        let report = socket.recv_bytes(0).or_explain("receive on", "the XPUB socket")?;
        // Each join is reported, but of the leaves only the last one: then nobody is there any more.
        live = if report.first() == Some(&1) { live + 1 } else { 0 };
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
    let sync = context.socket(zmq::REP)?;
    endpoint.bind(&sync)?;
    announce_as("sync", &sync)?;
    let mut seen = 0;
    while seen < subscribers {
        socket.send("hello", 0).or_explain("send on", "the XPUB socket")?;
        if sync.poll(zmq::POLLIN, PAUSE).or_explain("poll", "the REP socket")? > 0 {
            sync.recv_bytes(0).or_explain("receive on", "the REP socket")?;
            sync.send("ok", 0).or_explain("send on", "the REP socket")?;
            seen += 1;
        }
    }
    Ok(())
}

/// Publishes the numbers, and `end` behind them.
fn publish(socket: &zmq::Socket, count: u32) -> Result<(), Error> {
    for number in 1..=count {
        socket.send(&number.to_string(), 0).or_explain("send on", "the XPUB socket")?;
    }
    socket.send("end", 0).or_explain("send on", "the XPUB socket")
}
