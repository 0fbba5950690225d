//! With a thread for the sender: three ways to treat a receiver that is too slow, within one program: keep the oldest, keep the latest, lose nothing.

use std::process::ExitCode;
use std::thread;

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

/// The receiver binds and looks around once, so that the publisher knows its subscription when it has connected.
fn oldest(context: &Context, hwm: i32, words: &[String]) -> Result<Vec<Vec<u8>>, Error> {
    let subscriber = context.socket(zmq::SUB)?;
    subscriber.set_rcvhwm(hwm).or_explain("set the mark of", "the SUB socket")?;
    subscriber.set_subscribe(b"").or_explain("subscribe with", "the SUB socket")?;
    subscriber.bind(PLACE).or_explain("bind", PLACE)?;
    let publisher = context.socket(zmq::XPUB)?;
    publisher.set_sndhwm(hwm).or_explain("set the mark of", "the XPUB socket")?;
    publisher.connect(PLACE).or_explain("connect to", PLACE)?;
    subscriber.poll(zmq::POLLIN, 0).or_explain("poll", "the SUB socket")?;
    publisher.recv_bytes(0).or_explain("wait for a subscription on", "the XPUB socket")?;
    let _publisher = send_elsewhere(publisher, words)?;
    drain(&subscriber)
}

fn latest(context: &Context, words: &[String]) -> Result<Vec<Vec<u8>>, Error> {
    let subscriber = context.socket(zmq::SUB)?;
    subscriber.set_conflate(true).or_explain("conflate", "the SUB socket")?;
    subscriber.connect(PLACE).or_explain("connect to", PLACE)?;
    let publisher = context.socket(zmq::PUB)?;
    publisher.bind(PLACE).or_explain("bind", PLACE)?;
    subscriber.set_subscribe(b"").or_explain("subscribe with", "the SUB socket")?;
    let _publisher = send_elsewhere(publisher, words)?;
    drain(&subscriber)
}

/// Sends all from another thread, which gives the socket back: closed too early, its end would take the place of the latest word.
fn send_elsewhere<'a>(sender: shared::Socket<'a>, words: &[String]) -> Result<shared::Socket<'a>, Error> {
    let work = move || send(&sender, words).map(|()| sender);
    thread::scope(|scope| scope.spawn(work).join().expect("the thread does not panic"))
}

fn send(sender: &zmq::Socket, words: &[String]) -> Result<(), Error> {
    words.iter().try_for_each(|word| sender.send(word, 0)).or_explain("send on", "the sending socket")
}

/// The sender waits for room in a thread of its own, while the receiver reads here.
fn never_lose(context: &Context, hwm: i32, words: &[String]) -> Result<Vec<Vec<u8>>, Error> {
    let receiver = context.socket(zmq::PULL)?;
    receiver.set_rcvhwm(hwm).or_explain("set the mark of", "the PULL socket")?;
    receiver.bind(PLACE).or_explain("bind", PLACE)?;
    let sender = context.socket(zmq::PUSH)?;
    sender.set_sndhwm(hwm).or_explain("set the mark of", "the PUSH socket")?;
    sender.connect(PLACE).or_explain("connect to", PLACE)?;
    thread::scope(|scope| {
        scope.spawn(move || send(&sender, words));
        let word = |_| receiver.recv_bytes(0).or_explain("receive on", "the PULL socket");
        (0..words.len()).map(word).collect()
    })
}

/// Receives until nothing has come for a moment.
fn drain(receiver: &zmq::Socket) -> Result<Vec<Vec<u8>>, Error> {
    receiver.set_rcvtimeo(50).or_explain("set the timeout of", "the receiving socket")?;
    let mut arrived = Vec::new();
    loop {
        match receiver.recv_bytes(0) {
            Err(zmq::Error::EAGAIN) => return Ok(arrived),
            word => arrived.push(word.or_explain("receive on", "the receiving socket")?),
        }
    }
}
