//! The client: sends pings one after the other and prints each reply as it came.

#[path = "../endpoint.rs"]
mod endpoint;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use shared::{Context, Error, OrExplain};

/// Sends `ping`, prints the reply, and does so as often as asked
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    side: Side,
    /// How many pings to send
    #[arg(long, value_name = "N", default_value_t = 2)]
    count: u32,
}

/// Which side of the connection the client is.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Side {
    /// Connect to this endpoint, as in tcp://127.0.0.1:5555
    #[arg(long, value_name = "ENDPOINT")]
    connect: Option<String>,
    /// Bind here, as in tcp://127.0.0.1:5555 or tcp://127.0.0.1:* for any free port
    #[arg(long, value_name = "ENDPOINT")]
    bind: Option<String>,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Opens the program's one socket and asks.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let socket = context.socket(zmq::REQ)?;
    attach(&socket, &args.side)?;
    for _ in 0..args.count {
        let reply = ask(&socket)?;
        print(&reply)?;
    }
    Ok(())
}

/// Connects the socket or binds it: in ZeroMQ either side may do either.
fn attach(socket: &zmq::Socket, side: &Side) -> Result<(), Error> {
    if let Some(endpoint) = &side.connect {
        endpoint::connect(socket, endpoint)?;
    }
    if let Some(endpoint) = &side.bind {
        endpoint::bind(socket, endpoint)?;
    }
    Ok(())
}

/// Sends one `ping` and waits for its reply.
fn ask(socket: &zmq::Socket) -> Result<Vec<u8>, Error> {
    socket.send("ping", 0).or_explain("send on", "the REQ socket")?;
    socket.recv_bytes(0).or_explain("receive on", "the REQ socket")
}

/// Prints a reply as it came, which need not be text, and a newline.
fn print(reply: &[u8]) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    out.write_all(&[reply, b"\n"].concat()).and_then(|()| out.flush()).map_err(|error| Error::output(&error))
}
