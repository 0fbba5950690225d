//! A client to try the broker with: asks on a REQ socket and prints the replies. It is whole; no task changes it.

use std::process::ExitCode;

use clap::Parser;
use shared::{ConnectEndpoint, Context, Error, OrExplain, print_line};

/// Sends requests, one after the other, and prints the replies
#[derive(Parser)]
struct Args {
    /// Connect to the broker's frontend
    #[arg(long, value_name = "ENDPOINT")]
    connect: ConnectEndpoint,
    /// The client's name, which is also the identity of its socket
    #[arg(long, value_name = "NAME")]
    name: String,
    /// How many requests to send
    #[arg(long, value_name = "N", default_value_t = 1)]
    count: u32,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let socket = context.socket(zmq::REQ)?;
    socket.set_identity(args.name.as_bytes()).or_explain("set the identity of", "the REQ socket")?;
    args.connect.connect(&socket)?;
    for number in 1..=args.count {
        let request = format!("request {number}");
        socket.send(&request, 0).or_explain("send on", "the REQ socket")?;
        let reply = socket.recv_bytes(0).or_explain("receive on", "the REQ socket")?;
        print_line(reply)?;
    }
    Ok(())
}
