//! An experiment: one publisher, a fast subscriber and a slow one. Who waits, who loses what, and how old is the news?
//!
//! `cargo run -p lab07 --example slow`

use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use shared::{Context, Error, OrExplain};

const PLACE: &str = "inproc://news";
/// The high-water mark of each socket, in messages.
const MARK: i32 = 10;
const NUMBERS: u64 = 100;
/// How long the publisher waits between two numbers.
const PAUSE: Duration = Duration::from_millis(10);
/// How long the slow subscriber works on a number.
const WORK: Duration = Duration::from_millis(50);
/// A subscriber that gets nothing for so long takes it for the end, in milliseconds. A message that says so could be lost like any other.
const SILENCE: i32 = 300;

fn main() -> Result<(), Error> {
    let began = Instant::now();
    let context = Context::new();
    let publisher = context.socket(zmq::PUB)?;
    publisher.set_sndhwm(MARK).or_explain("set the mark of", "the PUB socket")?;
    publisher.bind(PLACE).or_explain("bind", PLACE)?;
    let fast = subscriber(&context)?;
    let slow = subscriber(&context)?;
    scope(|threads| {
        let fast = threads.spawn(move || follow(&fast, began, "fast", Duration::ZERO));
        let slow = threads.spawn(move || follow(&slow, began, "slow", WORK));
        let longest = publish(&publisher, began)?;
        let line = |what: String| println!("{:6.3} s  {what}", began.elapsed().as_secs_f64());
        line(format!(
            "publisher: {NUMBERS} numbers are sent; the longest send took {} µs",
            longest.as_micros()
        ));
        for (name, subscriber) in [("fast", fast), ("slow", slow)] {
            let got = subscriber.join().unwrap_or(Ok(0))?;
            line(format!("{name}: got {got} of {NUMBERS}"));
        }
        Ok(())
    })
}

/// A SUB with its mark, linked to the publisher.
fn subscriber(context: &Context) -> Result<shared::Socket<'_>, Error> {
    let socket = context.socket(zmq::SUB)?;
    socket.set_rcvhwm(MARK).or_explain("set the mark of", "a SUB socket")?;
    socket.set_rcvtimeo(SILENCE).or_explain("set the timeout of", "a SUB socket")?;
    socket.set_subscribe(b"").or_explain("subscribe with", "a SUB socket")?;
    socket.connect(PLACE).or_explain("connect to", PLACE)?;
    Ok(socket)
}

/// Sends the numbers, each with the time, and gives how long the longest send took.
fn publish(socket: &zmq::Socket, began: Instant) -> Result<Duration, Error> {
    let mut longest = Duration::ZERO;
    for number in 1..=NUMBERS {
        let before = Instant::now();
        let sent_at = began.elapsed().as_millis();
        socket
            .send_multipart([number.to_string().as_bytes(), sent_at.to_string().as_bytes()], 0)
            .or_explain("send on", "the PUB socket")?;
        longest = longest.max(before.elapsed());
        sleep(PAUSE);
    }
    Ok(longest)
}

/// Receives until it is silent, works on each number, tells what is missing, and gives how many came.
fn follow(socket: &zmq::Socket, began: Instant, name: &str, work: Duration) -> Result<u64, Error> {
    let (mut count, mut last) = (0, 0);
    while let Ok(frames) = socket.recv_multipart(0) {
        let value = |index: usize| {
            let text = frames.get(index).map(|frame| String::from_utf8_lossy(frame).into_owned());
            text.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0)
        };
        let (number, sent_at) = (value(0), u128::from(value(1)));
        let now = began.elapsed();
        if number > last + 1 {
            println!("{:6.3} s      {name}: lost {}-{}", now.as_secs_f64(), last + 1, number - 1);
        }
        // The fast one would fill the screen.
        if number % 10 == 0 || !work.is_zero() {
            let age = now.as_millis().saturating_sub(sent_at);
            println!("{:6.3} s      {name}: got {number}, which is {age} ms old", now.as_secs_f64());
        }
        count += 1;
        last = number;
        sleep(work);
    }
    Ok(count)
}
