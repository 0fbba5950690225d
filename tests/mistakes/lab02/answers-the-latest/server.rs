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
    let socket = context.socket(zmq::ROUTER)?;
    args.attach.attach(&socket)?;
    serve(&socket)
}

/// Answers one request after the other, for ever. A REP socket takes its clients in turn and sends each reply to whoever
/// sent the request.
fn serve(socket: &zmq::Socket) -> Result<(), Error> {
    loop {
        let mut waiting = vec![socket.recv_multipart(0).or_explain("receive on", "the REP socket")?];
        while socket.poll(zmq::POLLIN, 10).or_explain("poll", "the REP socket")? > 0 {
            waiting.push(socket.recv_multipart(0).or_explain("receive on", "the REP socket")?);
        }
        let client = waiting.last().unwrap()[0].clone();
        for request in waiting {
            let reply = service::answer(&request[2..]).unwrap_or_else(|why| format!("error: {why}"));
            socket.send_multipart([client.as_slice(), b"", reply.as_bytes()], 0).or_explain("send on", "the REP socket")?;
        }
    }
}
