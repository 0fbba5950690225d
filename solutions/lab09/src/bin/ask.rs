//! A client for trying the service by hand. It is whole; leave it as it is.

use std::process::ExitCode;

use clap::Parser;
use shared::{ConnectEndpoint, Context, Error, OrExplain, print_line};

/// Sends requests to the service, one after the other, and prints the replies
#[derive(Parser)]
struct Args {
    /// Connect to this endpoint, as in tcp://127.0.0.1:5555
    #[arg(long, value_name = "ENDPOINT")]
    connect: ConnectEndpoint,
    /// The requests, as in 'hash Cargo.toml' 'status 1' stop
    #[arg(value_name = "REQUEST", required = true)]
    requests: Vec<String>,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let socket = context.socket(zmq::REQ)?;
    args.connect.connect(&socket)?;
    for request in &args.requests {
        socket.send(request, 0).or_explain("send on", "the REQ socket")?;
        print_line(socket.recv_bytes(0).or_explain("receive on", "the REQ socket")?)?;
    }
    Ok(())
}
