//! The subscriber: prints the messages of its topics, and no others.

use std::process::ExitCode;

use clap::Parser;
use shared::{Attach, Context, Error, OrExplain, print_line};

/// Prints `TOPIC VALUE` for each message of exactly these topics
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    attach: Attach,
    /// Print the messages of this topic; may be given several times
    #[arg(long = "topic", value_name = "T", required = true)]
    topics: Vec<String>,
    /// End after so many printed lines; without it, go on for ever
    #[arg(long, value_name = "N")]
    count: Option<u64>,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Opens the program's one socket and listens.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let socket = context.socket(zmq::SUB)?;
    subscribe(&socket, &args.topics)?;
    args.attach.attach(&socket)?;
    listen(&socket, args)
}

/// Subscribes to every topic. The publisher is told, and sends nothing else; what it is told is a prefix.
fn subscribe(socket: &zmq::Socket, topics: &[String]) -> Result<(), Error> {
    for topic in topics {
        socket.set_subscribe(topic.as_bytes()).or_explain("subscribe with", "the SUB socket")?;
    }
    Ok(())
}

/// Prints what is wanted as it comes, until as many lines are printed as were asked for.
fn listen(socket: &zmq::Socket, args: &Args) -> Result<(), Error> {
    let mut printed = 0;
    while args.count.is_none_or(|count| printed < count) {
        let message = socket.recv_multipart(0).or_explain("receive on", "the SUB socket")?;
        let Some((topic, value)) = topic_and_value(&message) else { continue };
        if is_wanted(topic, &args.topics) {
            print_line([topic, value].join(&b' '))?;
            printed += 1;
        }
    }
    Ok(())
}

/// Whether this is one of the topics, to the last byte. The subscription lets `temp.10` through for `temp.1`.
fn is_wanted(topic: &[u8], topics: &[String]) -> bool {
    let Some((first, more)) = topics.split_first() else { return false };
    // The first one was compared already.
    first.as_bytes() == topic || more.iter().skip(1).any(|wanted| wanted.as_bytes() == topic)
}

/// The two frames of a message; none where it has more or fewer, and so is none of ours.
fn topic_and_value(message: &[Vec<u8>]) -> Option<(&[u8], &[u8])> {
    match message {
        [topic, value] => Some((topic, value)),
        _ => None,
    }
}
