//! The server: answers every `ping` with `pong`, and anything else with `unknown: ` and the same bytes.

#[path = "../endpoint.rs"]
mod endpoint;

use std::process::ExitCode;

use clap::Parser;
use shared::{Context, Error, OrExplain};

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
    let socket = context.socket(zmq::REP)?;
    attach(&socket, args)?;
    serve(&socket)
}

/// Binds the socket or connects it: in ZeroMQ either side may do either.
fn attach(socket: &zmq::Socket, args: &Args) -> Result<(), Error> {
    if let Some(endpoint) = &args.bind {
        endpoint::bind(socket, endpoint)?;
    }
    if let Some(endpoint) = &args.connect {
        endpoint::connect(socket, endpoint)?;
        shared::print_line(format!("bound {endpoint}"))?;
    }
    Ok(())
}

/// Answers one request after the other, for ever. A REP socket sends each reply to whoever sent the request.
fn serve(socket: &zmq::Socket) -> Result<(), Error> {
    loop {
        let request = socket.recv_bytes(0).or_explain("receive on", "the REP socket")?;
        socket.send(answer(&request), 0).or_explain("send on", "the REP socket")?;
    }
}

/// The reply to a request. Frames are bytes; nothing promises that they are text.
fn answer(request: &[u8]) -> Vec<u8> {
    if request == b"ping" { b"pong".to_vec() } else { [b"unknown: ", request].concat() }
}
