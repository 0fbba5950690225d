//! With other types of sockets: three ways to treat a receiver that is too slow, within one program: keep the oldest, keep the latest, lose nothing.

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

/// An XSUB subscribes by sending: 1 and the topic (RFC 29).
fn open_sub(context: &Context) -> Result<shared::Socket<'_>, Error> {
    context.socket(zmq::XSUB)
}

fn link<'a>(context: &'a Context, receiver: &zmq::Socket, hwm: i32) -> Result<shared::Socket<'a>, Error> {
    let publisher = context.socket(zmq::XPUB)?;
    publisher.set_sndhwm(hwm).or_explain("set the mark of", "the XPUB socket")?;
    receiver.set_rcvhwm(hwm).or_explain("set the mark of", "the XSUB socket")?;
    publisher.bind(PLACE).or_explain("bind", PLACE)?;
    receiver.connect(PLACE).or_explain("connect to", PLACE)?;
    Ok(publisher)
}

fn oldest(context: &Context, hwm: i32, words: &[String]) -> Result<Vec<Vec<u8>>, Error> {
    let subscriber = open_sub(context)?;
    let publisher = link(context, &subscriber, hwm)?;
    subscriber.send(vec![1], 0).or_explain("subscribe with", "the XSUB socket")?;
    for word in words {
        publisher.send(word, 0).or_explain("send on", "the XPUB socket")?;
    }
    let mut arrived = Vec::new();
    while subscriber.poll(zmq::POLLIN, 0).or_explain("poll", "the XSUB socket")? > 0 {
        arrived.push(subscriber.recv_bytes(0).or_explain("receive on", "the XSUB socket")?);
    }
    Ok(arrived)
}

/// PUSH and PULL conflate as well.
fn latest(context: &Context, words: &[String]) -> Result<Vec<Vec<u8>>, Error> {
    let sender = context.socket(zmq::PUSH)?;
    let receiver = context.socket(zmq::PULL)?;
    sender.set_conflate(true).or_explain("conflate", "the PUSH socket")?;
    receiver.set_conflate(true).or_explain("conflate", "the PULL socket")?;
    sender.bind(PLACE).or_explain("bind", PLACE)?;
    receiver.connect(PLACE).or_explain("connect to", PLACE)?;
    for word in words {
        sender.send(word, 0).or_explain("send on", "the PUSH socket")?;
    }
    Ok(receiver.recv_bytes(zmq::DONTWAIT).into_iter().collect())
}

/// One word goes and comes at a time: the sender never gets ahead of the receiver.
fn never_lose(context: &Context, hwm: i32, words: &[String]) -> Result<Vec<Vec<u8>>, Error> {
    let sender = context.socket(zmq::DEALER)?;
    let receiver = context.socket(zmq::DEALER)?;
    sender.set_sndhwm(hwm).or_explain("set the mark of", "the DEALER socket")?;
    receiver.set_rcvhwm(hwm).or_explain("set the mark of", "the DEALER socket")?;
    sender.bind(PLACE).or_explain("bind", PLACE)?;
    receiver.connect(PLACE).or_explain("connect to", PLACE)?;
    let mut arrived = Vec::new();
    for word in words {
        sender.send(word, 0).or_explain("send on", "the DEALER socket")?;
        arrived.push(receiver.recv_bytes(0).or_explain("receive on", "the DEALER socket")?);
    }
    Ok(arrived)
}
