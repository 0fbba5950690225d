//! The broker: stands between clients and workers, so that neither need know the other, and passes their frames on as they are.

#[path = "../lru.rs"]
mod lru;

use std::process::ExitCode;

use clap::Parser;
use shared::{BindEndpoint, Context, Error, announce_as};

/// Passes requests from clients to workers, and their replies back
#[derive(Parser)]
struct Args {
    /// Bind here for the clients, as in tcp://127.0.0.1:5555 or tcp://127.0.0.1:* for any free port
    #[arg(long, value_name = "ENDPOINT")]
    frontend: BindEndpoint,
    /// Bind here for the workers
    #[arg(long, value_name = "ENDPOINT")]
    backend: BindEndpoint,
    /// Give each request to the worker that has been free longest; workers say READY first
    #[arg(long)]
    lru: bool,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Opens the program's two sockets and serves.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let _ = (&context, &args.frontend, &args.backend, args.lru, announce_as, serve, lru::serve);
    todo!(
        "lab11 task 1: open a ROUTER and a DEALER (a second ROUTER with --lru), bind and announce both, then serve"
    )
}

/// Passes on what comes, from either side, for ever.
fn serve(frontend: &zmq::Socket, backend: &zmq::Socket) -> Result<(), Error> {
    shared::still_to_do(
        "lab11 task 2: wait for both sides at once, and pass on from the one that has something",
    );
    shared::still_to_do("lab11 task 3: take a request only where a worker can take it");
    loop {
        // One request at a time, and then its reply: a beginning, which tasks 2 and 3 replace.
        pass(frontend, backend)?;
        pass(backend, frontend)?;
    }
}

/// Passes one message on, with all its frames as they are.
fn pass(from: &zmq::Socket, to: &zmq::Socket) -> Result<(), Error> {
    let _ = (from, to);
    todo!("lab11 task 1: receive a message with all its frames, and send it on as it is")
}
