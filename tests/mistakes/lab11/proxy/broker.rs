//! The broker: stands between clients and workers, so that neither need know the other, and passes their frames on as they are.

#[path = "../lru.rs"]
mod lru;

use std::process::ExitCode;

use clap::Parser;
use shared::{BindEndpoint, Context, Error, OrExplain, announce_as};

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
    let frontend = context.socket(zmq::ROUTER)?;
    let backend = context.socket(if args.lru { zmq::ROUTER } else { zmq::DEALER })?;
    args.frontend.bind(&frontend)?;
    announce_as("frontend", &frontend)?;
    args.backend.bind(&backend)?;
    announce_as("backend", &backend)?;
    if args.lru { lru::serve(&frontend, &backend) } else { serve(&frontend, &backend) }
}

/// Passes on what comes, from either side, for ever.
fn serve(frontend: &zmq::Socket, backend: &zmq::Socket) -> Result<(), Error> {
    zmq::proxy(frontend, backend).or_explain("pass on between", "frontend and backend")
}

