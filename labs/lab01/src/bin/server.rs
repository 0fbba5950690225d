//! The server: answers every `ping` with `pong`, and anything else with `unknown: ` and the same bytes.

#[path = "../endpoint.rs"]
mod endpoint;

use std::process::ExitCode;

use clap::Parser;
use shared::{Context, Error};

/// Answers every `ping` with `pong`, and anything else with `unknown: ` and the same bytes
#[derive(Parser)]
#[group(required = true, multiple = false)]
struct Args {
    /// Bind here, as in tcp://127.0.0.1:5555 or tcp://127.0.0.1:* for any free port
    #[arg(long, value_name = "ENDPOINT")]
    bind: Option<String>,
    /// Connect to this endpoint, as in tcp://127.0.0.1:5555
    #[arg(long, value_name = "ENDPOINT")]
    connect: Option<String>,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Opens the program's one socket and serves.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let _ = (&context, args, attach, serve);
    todo!("lab01 task 1: open a REP socket of the context, attach it as the arguments say, and serve")
}

/// Binds the socket or connects it: in ZeroMQ either side may do either.
fn attach(socket: &zmq::Socket, args: &Args) -> Result<(), Error> {
    if let Some(endpoint) = &args.bind {
        endpoint::bind(socket, endpoint)?;
    }
    if let Some(endpoint) = &args.connect {
        let _ = endpoint::connect;
        todo!("lab01 task 4: connect the server's socket to {endpoint}");
    }
    Ok(())
}

/// Answers one request after the other, for ever. A REP socket sends each reply to whoever sent the request.
fn serve(socket: &zmq::Socket) -> Result<(), Error> {
    let _ = (socket, answer);
    todo!("lab01 task 1: receive a request, send its answer, and begin again")
}

/// The reply to a request. Frames are bytes; nothing promises that they are text.
fn answer(request: &[u8]) -> Vec<u8> {
    let _ = request;
    todo!("lab01 task 1: pong for ping, and for anything else `unknown: ` and the same bytes")
}
