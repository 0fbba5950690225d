//! The subscriber: prints the numbers that are published, up to `end`.

use std::process::ExitCode;

use clap::Parser;
use shared::{Attach, ConnectEndpoint, Context, Error, OrExplain, Socket, print_line};

/// Prints the numbers that are published, and ends at `end`
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    attach: Attach,
    /// Connect here as well, and say here that the first `hello` was seen
    #[arg(long, value_name = "ENDPOINT")]
    sync: Option<ConnectEndpoint>,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Subscribes to everything, and prints it up to `end`.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let socket = context.socket(zmq::SUB)?;
    socket.set_subscribe(b"").or_explain("subscribe on", "the SUB socket")?;
    // Above all this one.
    socket.set_subscribe(b"end").or_explain("subscribe on", "the SUB socket")?;
    // Over ipc, what has not been read off the connection when the publisher ends would be lost.
    socket.set_rcvhwm(0).or_explain("lift the high-water mark of", "the SUB socket")?;
    // A subscriber that leaves has nothing to tell a publisher that is gone.
    socket.set_linger(0).or_explain("set the linger of", "the SUB socket")?;
    args.attach.attach(&socket)?;
    // There as long as nothing was said on it.
    let mut sync = open_sync(&context, args.sync.as_ref())?;
    loop {
        let message = socket.recv_bytes(0).or_explain("receive on", "the SUB socket")?;
        match message.as_slice() {
            b"end" => return Ok(()),
            b"hello" => {
                if let Some(sync) = sync.take() {
                    say_seen(&sync)?;
                }
            }
            number => print_line(number)?,
        }
    }
}

/// The socket for `seen`, where there is an endpoint for it.
fn open_sync<'context>(
    context: &'context Context,
    endpoint: Option<&ConnectEndpoint>,
) -> Result<Option<Socket<'context>>, Error> {
    let Some(endpoint) = endpoint else { return Ok(None) };
    let sync = context.socket(zmq::REQ)?;
    endpoint.connect(&sync)?;
    Ok(Some(sync))
}

/// Tells the publisher that what it publishes arrives here, and waits until it knows.
fn say_seen(sync: &zmq::Socket) -> Result<(), Error> {
    sync.send("seen", 0).or_explain("send on", "the REQ socket")?;
    sync.recv_bytes(0).or_explain("receive on", "the REQ socket")?;
    Ok(())
}
