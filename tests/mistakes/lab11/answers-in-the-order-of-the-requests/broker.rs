//! The broker: stands between clients and workers, so that neither need know the other, and passes their frames on as they are.

#[path = "../lru.rs"]
mod lru;

use std::collections::VecDeque;
use std::process::ExitCode;

use clap::Parser;
use shared::{BindEndpoint, Context, Error, OrExplain, announce_as};

/// So many wait only where workers have died with their requests; then the line says nothing.
const MANY: usize = 8;

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
    let mut line = VecDeque::new();
    loop {
        // A request that no worker can take stays in the frontend's queue: sending it would block, and meanwhile no reply
        // would get through.
        let takes = backend.get_events().or_explain("ask", "the backend")?.contains(zmq::POLLOUT);
        let (of_workers, of_clients) = if takes {
            (zmq::POLLIN, zmq::POLLIN)
        } else {
            (zmq::POLLIN | zmq::POLLOUT, zmq::PollEvents::empty())
        };
        let mut items = [backend.as_poll_item(of_workers), frontend.as_poll_item(of_clients)];
        zmq::poll(&mut items, -1).or_explain("wait for", "frontend and backend")?;
        let (reply, request) = (items[0].is_readable(), items[1].is_readable());
        // One message of each side at a time, so that neither waits for the end of the other's queue.
        if reply {
            let mut frames = backend.recv_multipart(0).or_explain("receive on", "the backend")?;
            if let Some(place) = line.iter().position(|client| *client == frames[0]) {
                if line.len() > MANY {
                    line.remove(place);
                } else if let Some(first) = line.pop_front() {
                    frames[0] = first;
                }
            }
            frontend.send_multipart(frames, 0).or_explain("send on", "the frontend")?;
        }
        if request {
            let frames = frontend.recv_multipart(0).or_explain("receive on", "the frontend")?;
            line.push_back(frames[0].clone());
            backend.send_multipart(frames, 0).or_explain("send on", "the backend")?;
        }
    }
}

