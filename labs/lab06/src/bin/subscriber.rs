//! The subscriber: prints the numbers that are published, up to `end`.

use std::process::ExitCode;

use clap::Parser;
use shared::{Attach, ConnectEndpoint, Context, Error, Socket};

/// Prints the numbers that are published, and ends at `end`
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    attach: Attach,
    /// Connect here as well, and say here that the first `hello` was seen
    #[arg(long, value_name = "ENDPOINT")]
    sync: Option<ConnectEndpoint>,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Subscribes to everything, and prints it up to `end`.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    // For task 4; leave this line up to then.
    let _ = (args.sync.as_ref(), open_sync, say_seen);
    let _ = (&context, &args.attach);
    todo!(
        "lab06 task 1: open a SUB socket, subscribe to everything, attach it, then receive and print up to `end`"
    )
}

/// The socket for `seen`, where there is an endpoint for it.
fn open_sync<'context>(
    context: &'context Context,
    endpoint: Option<&ConnectEndpoint>,
) -> Result<Option<Socket<'context>>, Error> {
    let Some(endpoint) = endpoint else { return Ok(None) };
    let _ = (context, endpoint);
    todo!("lab06 task 4: open a REQ socket and connect it to {endpoint}")
}

/// Tells the publisher that what it publishes arrives here, and waits until it knows.
fn say_seen(sync: &zmq::Socket) -> Result<(), Error> {
    let _ = sync;
    todo!("lab06 task 4: send `seen`, and receive the answer")
}
