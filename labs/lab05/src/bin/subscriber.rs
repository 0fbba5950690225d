//! The subscriber: prints the messages of its topics, and no others.

use std::process::ExitCode;

use clap::Parser;
use shared::{Attach, Context, Error};

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
    let _ = (&context, &args.attach, subscribe, listen);
    todo!("lab05 task 2: open a SUB socket, subscribe, attach it as the arguments say, and listen")
}

/// Subscribes to every topic. The publisher is told, and sends nothing else; what it is told is a prefix.
fn subscribe(socket: &zmq::Socket, topics: &[String]) -> Result<(), Error> {
    let [topic] = topics else {
        todo!("lab05 task 3: subscribe to all of these topics, and no longer to one only");
    };
    let _ = (socket, topic);
    todo!("lab05 task 2: subscribe to the topic")
}

/// Prints what is wanted as it comes, until as many lines are printed as were asked for.
fn listen(socket: &zmq::Socket, args: &Args) -> Result<(), Error> {
    let _ = (socket, args.count, topic_and_value, is_wanted);
    todo!("lab05 task 2: receive messages, print those that are wanted, and end after `--count` lines")
}

/// Whether this is one of the topics, to the last byte. The subscription lets `temp.10` through for `temp.1`.
fn is_wanted(topic: &[u8], topics: &[String]) -> bool {
    let [wanted] = topics else {
        todo!("lab05 task 3: compare with all of these topics");
    };
    let _ = (topic, wanted);
    todo!("lab05 task 2: compare with the topic")
}

/// The two frames of a message; none where it has more or fewer, and so is none of ours.
fn topic_and_value(message: &[Vec<u8>]) -> Option<(&[u8], &[u8])> {
    match message {
        [topic, value] => Some((topic, value)),
        _ => todo!("lab05 task 5: a message of another number of frames is none of ours: give `None`"),
    }
}
