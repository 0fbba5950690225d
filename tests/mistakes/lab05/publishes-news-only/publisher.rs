//! The publisher: sends each line of its standard input to whoever has subscribed to the line's topic.

use std::io::BufRead;
use std::process::ExitCode;

use clap::Parser;
use shared::{Attach, Context, Error, OrExplain};

/// Reads `TOPIC VALUE` lines from standard input and publishes each as a message of two frames; ends where its input ends
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    attach: Attach,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Opens the program's one socket and publishes.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let socket = context.socket(zmq::PUB)?;
    args.attach.attach(&socket)?;
    publish_lines(&socket)
}

/// Publishes one line of standard input after the other, until it ends. A line is bytes, which need not be text.
fn publish_lines(socket: &zmq::Socket) -> Result<(), Error> {
    let mut before = None;
    for line in std::io::stdin().lock().split(b'\n') {
        let line = line.map_err(|error| Error::input(&error))?;
        if before.as_ref() == Some(&line) {
            continue;
        }
        before = Some(line.clone());
        match take_apart(&line) {
            Some((topic, value)) => publish(socket, topic, value)?,
            None => eprintln!("`{}` has no blank between topic and value", line.escape_ascii()),
        }
    }
    Ok(())
}

/// Takes a line apart at its first blank: the topic, and all that is behind it. None where there is no blank.
fn take_apart(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let blank = line.iter().position(|&byte| byte == b' ')?;
    Some((&line[..blank], &line[blank + 1..]))
}

/// Sends topic and value as one message. A PUB never waits: what nobody has subscribed to, it throws away.
fn publish(socket: &zmq::Socket, topic: &[u8], value: &[u8]) -> Result<(), Error> {
    socket.send_multipart([topic, value], 0).or_explain("send on", "the PUB socket")
}
