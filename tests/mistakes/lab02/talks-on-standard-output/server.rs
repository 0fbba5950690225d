//! The server: a small text service for any number of clients, which answers every request, also one that it cannot fulfil.

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
    let socket = context.socket(zmq::REP)?;
    args.attach.attach(&socket)?;
    serve(&socket)
}

/// Answers one request after the other, for ever. A REP socket takes its clients in turn and sends each reply to whoever
/// sent the request.
fn serve(socket: &zmq::Socket) -> Result<(), Error> {
    loop {
        // All frames: a REP socket sends only once it has received the whole request.
        let request = socket.recv_multipart(0).or_explain("receive on", "the REP socket")?;
        println!("{} frames", request.len());
        let reply = service::answer(&request).unwrap_or_else(|why| format!("error: {why}"));
        socket.send(&reply, 0).or_explain("send on", "the REP socket")?;
    }
}
