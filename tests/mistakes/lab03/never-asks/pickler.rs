//! The pickler: sends a pickled text, as Python's `send_pyobj` does, and prints the text that comes back.

#[path = "../text.rs"]
mod text;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use shared::{Attach, Context, Error, OrExplain};

/// Sends a pickled text, prints the text of the reply, and does so as often as asked
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    attach: Attach,
    /// The text to send
    #[arg(long, default_value = "ping")]
    text: String,
    /// How often to send it
    #[arg(long, value_name = "N", default_value_t = 1)]
    count: u32,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Opens the program's one socket and asks.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let socket = context.socket(zmq::REQ)?;
    args.attach.attach(&socket)?;
    for _ in 1..args.count {
        socket.send(text::encode(&args.text), 0).or_explain("send on", "the REQ socket")?;
        let reply = socket.recv_bytes(0).or_explain("receive on", "the REQ socket")?;
        print(&text::decode(&reply).map_err(unreadable)?)?;
    }
    Ok(())
}

/// The error of a reply that is no pickled text.
fn unreadable(why: String) -> Error {
    Error::Io { act: "read".into(), object: "the reply".into(), why }
}

/// Prints a line.
fn print(text: &str) -> Result<(), Error> {
    writeln!(std::io::stdout(), "{text}").map_err(|error| Error::output(&error))
}
