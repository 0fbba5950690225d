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
    // Takes every request at once, and keeps those that no worker can take.
    let mut waiting = Vec::new();
    loop {
        let of_workers = if waiting.is_empty() { zmq::POLLIN } else { zmq::POLLIN | zmq::POLLOUT };
        let mut items = [frontend.as_poll_item(zmq::POLLIN), backend.as_poll_item(of_workers)];
        zmq::poll(&mut items, -1).or_explain("wait for", "frontend and backend")?;
        let (request, reply) = (items[0].is_readable(), items[1].is_readable());
        if request {
            waiting.push(frontend.recv_multipart(0).or_explain("receive on", "the frontend")?);
        }
        if reply {
            pass(backend, frontend)?;
        }
        if let Some(first) = waiting.last() {
            match backend.send_multipart(first, zmq::DONTWAIT) {
                Ok(()) => drop(waiting.pop()),
                Err(zmq::Error::EAGAIN) => {}
                Err(error) => return Err(error).or_explain("send on", "the backend"),
            }
        }
    }
}

/// Passes one message on, with all its frames as they are.
fn pass(from: &zmq::Socket, to: &zmq::Socket) -> Result<(), Error> {
    let frames = from.recv_multipart(0).or_explain("receive on", "the one side")?;
    to.send_multipart(frames, 0).or_explain("send on", "the other side")
}
