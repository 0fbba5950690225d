//! The server: a small text service for any number of clients, which answers every request, also one that it cannot fulfil.

#[path = "../service.rs"]
mod service;

use std::process::ExitCode;

use clap::Parser;
use shared::{Attach, Context, Error};

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
    let _ = (&context, &args.attach, serve);
    todo!("lab02 task 1: open a REP socket of the context, attach it as the arguments say, and serve")
}

/// Answers one request after the other, for ever. A REP socket takes its clients in turn and sends each reply to whoever
/// sent the request.
fn serve(socket: &zmq::Socket) -> Result<(), Error> {
    let _ = (socket, service::answer);
    todo!("lab02 task 1: receive all frames of a request, send the answer or `error: WHY`, and begin again")
}
