//! Three ways to treat a receiver that is too slow, within one program: keep the oldest, keep the latest, lose nothing.

use std::process::ExitCode;

use clap::builder::RangedI64ValueParser;
use clap::{Parser, ValueEnum};
use shared::{Context, Error, OrExplain, print_line};

/// Where the two sockets of this program meet.
const PLACE: &str = "inproc://words";

/// Reads words from standard input to its end, sends them to a receiver that begins late, and prints what arrived
#[derive(Parser)]
struct Args {
    /// What to do when the receiver does not keep up
    #[arg(long, value_enum)]
    policy: Policy,
    /// The high-water mark of each of the two sockets, in messages
    #[arg(long, value_name = "H", value_parser = RangedI64ValueParser::<i32>::new().range(1..=1_000_000))]
    hwm: i32,
}

/// What happens to the words for which there is no room.
#[derive(Clone, Copy, ValueEnum)]
enum Policy {
    /// Keep the first words, drop the later ones
    Oldest,
    /// Keep the last word only
    Latest,
    /// Keep all: the sender waits for the receiver
    NeverLose,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Sends all words as the policy wants it, then prints what arrived.
fn run(args: &Args) -> Result<(), Error> {
    let words = words()?;
    let context = Context::new();
    let arrived = match args.policy {
        Policy::Oldest => oldest(&context, args.hwm, &words)?,
        Policy::Latest => latest(&context, &words)?,
        Policy::NeverLose => never_lose(&context, args.hwm, &words)?,
    };
    arrived.iter().try_for_each(print_line)
}

/// All words of standard input; blanks and newlines stand between them.
fn words() -> Result<Vec<String>, Error> {
    let text = std::io::read_to_string(std::io::stdin()).map_err(|error| Error::input(&error))?;
    Ok(text.split_whitespace().map(String::from).collect())
}

/// PUB and SUB, with a mark on each side: the first words stay, and what finds no room is dropped.
fn oldest(context: &Context, hwm: i32, words: &[String]) -> Result<Vec<Vec<u8>>, Error> {
    let publisher = context.socket(zmq::PUB)?;
    let subscriber = context.socket(zmq::SUB)?;
    set_marks(&publisher, &subscriber, hwm)?;
    subscriber.set_subscribe(b"").or_explain("subscribe with", "the SUB socket")?;
    link(&publisher, &subscriber)?;
    for word in words {
        publisher.send(word, 0).or_explain("send on", "the PUB socket")?;
    }
    drain(&subscriber)
}

/// PUB and SUB, and the SUB keeps one message only: each new one takes the place of the one before.
fn latest(context: &Context, words: &[String]) -> Result<Vec<Vec<u8>>, Error> {
    let publisher = context.socket(zmq::PUB)?;
    let subscriber = context.socket(zmq::SUB)?;
    subscriber.set_conflate(true).or_explain("conflate", "the SUB socket")?;
    subscriber.set_subscribe(b"").or_explain("subscribe with", "the SUB socket")?;
    link(&publisher, &subscriber)?;
    publisher.send(words.last().unwrap(), 0).or_explain("send on", "the PUB socket")?;
    drain(&subscriber)
}

/// PUSH and PULL: where there is no room, the sender is told so, and nothing is dropped.
fn never_lose(context: &Context, hwm: i32, words: &[String]) -> Result<Vec<Vec<u8>>, Error> {
    let sender = context.socket(zmq::PUSH)?;
    let receiver = context.socket(zmq::PULL)?;
    set_marks(&sender, &receiver, hwm)?;
    link(&sender, &receiver)?;
    let mut arrived = Vec::new();
    for word in words {
        // Both ends are in this one thread, so a send that waits for room would wait for ever.
        match sender.send(word, zmq::DONTWAIT) {
            Err(zmq::Error::EAGAIN) => {
                arrived.extend(drain(&receiver)?);
                // Now there is room. The sender learns of it in its own time, so this send waits for a moment.
                sender.send(word, 0).or_explain("send on", "the PUSH socket")?;
            }
            sent => sent.or_explain("send on", "the PUSH socket")?,
        }
    }
    arrived.extend(drain(&receiver)?);
    Ok(arrived)
}

/// Sets the high-water mark of the side that sends and of the side that receives. What is linked already keeps its marks.
fn set_marks(sender: &zmq::Socket, receiver: &zmq::Socket, hwm: i32) -> Result<(), Error> {
    sender.set_sndhwm(hwm).or_explain("set the mark of", "the sending socket")?;
    receiver.set_rcvhwm(hwm).or_explain("set the mark of", "the receiving socket")
}

/// Binds the sender and connects the receiver.
fn link(sender: &zmq::Socket, receiver: &zmq::Socket) -> Result<(), Error> {
    sender.bind(PLACE).or_explain("bind", PLACE)?;
    receiver.connect(PLACE).or_explain("connect to", PLACE)
}

/// Receives what is there, and does not wait for more.
fn drain(receiver: &zmq::Socket) -> Result<Vec<Vec<u8>>, Error> {
    let mut arrived = Vec::new();
    loop {
        match receiver.recv_bytes(zmq::DONTWAIT) {
            Err(zmq::Error::EAGAIN) => return Ok(arrived),
            word => arrived.push(word.or_explain("receive on", "the receiving socket")?),
        }
    }
}
