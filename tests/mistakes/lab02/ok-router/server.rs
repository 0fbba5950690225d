//! The server with a ROUTER, which shows the envelope that a REP hides: a small text service for any number of clients, which answers every request, also one that it cannot fulfil.

#[path = "../service.rs"]
mod service;

use std::process::ExitCode;

use clap::Parser;
use shared::{Attach, Context, Error, OrExplain};

/// Answers `fact N`, `fib N` and `palindrome TEXT`, and anything else with `error: ` and why
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    attach: Attach,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Opens the program's one socket and serves.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let socket = context.socket(zmq::ROUTER)?;
    args.attach.attach(&socket)?;
    serve(&socket)
}

/// Sends each answer in the envelope of its request: the client's identity, and all up to the first empty frame.
fn serve(socket: &zmq::Socket) -> Result<(), Error> {
    loop {
        let mut message = socket.recv_multipart(0).or_explain("receive on", "the ROUTER socket")?;
        let Some(delimiter) = message.iter().position(Vec::is_empty) else { continue };
        let request = message.split_off(delimiter + 1);
        let reply = match service::answer(&request) {
            Ok(answer) => answer,
            Err(why) => format!("error: {why}"),
        };
        message.push(reply.into_bytes());
        socket.send_multipart(message, 0).or_explain("send on", "the ROUTER socket")?;
    }
}
