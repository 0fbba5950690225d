//! The publisher: publishes what you type, once somebody listens. It is whole; use it to try your subscriber.

use std::io::BufRead;
use std::process::ExitCode;

use clap::Parser;
use shared::{Attach, Context, Error, OrExplain};

/// Waits for a subscriber, then publishes each line of standard input: `7 pears` as the frames `7` and `pears`, `end` as one frame
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    attach: Attach,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Publishes line by line until the input ends.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    // An XPUB is a PUB that is told who subscribes (lab 06).
    let socket = context.socket(zmq::XPUB)?;
    args.attach.attach(&socket)?;
    socket.recv_bytes(0).or_explain("wait for a subscriber on", "the XPUB socket")?;
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| Error::input(&error))?;
        let frames: Vec<&str> = line.splitn(2, ' ').collect();
        socket.send_multipart(frames, 0).or_explain("send on", "the XPUB socket")?;
    }
    Ok(())
}
