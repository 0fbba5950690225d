//! An experiment: what does a subscription let through, and what goes over the wire? The timeline shows it.
//!
//! `cargo run -p lab05 --example prefix`

use std::time::Duration;

use harness::chart::{self, TextOptions};
use harness::tap::{Side, Tap};
use harness::timeline::{Timeline, What};
use harness::zmq;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Long enough for anything that happens at all.
const LIMIT: Duration = Duration::from_secs(10);

/// A publisher, and a tap before it that sees every frame.
struct Stage {
    context: zmq::Context,
    publisher: zmq::Socket,
    tap: Tap,
    timeline: Timeline,
    subscriptions: u64,
}

fn main() -> Result<()> {
    let context = zmq::Context::new();
    let publisher = context.socket(zmq::XPUB)?;
    publisher.bind("tcp://127.0.0.1:*")?;
    let endpoint = publisher.get_last_endpoint()?.unwrap_or_default();
    let timeline = Timeline::new();
    let tap = Tap::between(&timeline, "wire")
        .connectors_called(|number| format!("subscriber {number}"))
        .acceptor_called("publisher")
        .to(&endpoint)
        .listen("tcp://127.0.0.1:*")?;
    let mut stage = Stage { context, publisher, tap, timeline, subscriptions: 0 };

    // P6: nobody is there yet.
    stage.publish("a", "too early")?;
    let first = stage.subscriber(&["a"])?;
    // P1 and P5: all of these are published; the last one tells that nothing more will come.
    for topic in ["a", "ab", "b", "A", "ba", ""] {
        stage.publish(topic, "a")?;
    }
    stage.publish("a.end", "")?;
    println!("subscribed to `a`:            {}", until_the_end(&first)?);
    drop(first);

    // P2 and P3: a socket that subscribes to nothing, and to everything a moment later.
    let second = stage.subscriber(&[])?;
    stage.publish("b", "while nothing is subscribed")?;
    second.set_subscribe(b"")?;
    stage.wait_live(1)?;
    stage.publish("b", "now")?;
    stage.publish("", "now")?;
    stage.publish("z.end", "")?;
    println!("to nothing, then everything:  {}", until_the_end(&second)?);
    drop(second);

    // P4: two subscriptions that both fit.
    let third = stage.subscriber(&["a", "ab"])?;
    stage.publish("ab", "once or twice?")?;
    stage.publish("a.end", "")?;
    println!("subscribed to `a` and `ab`:   {}", until_the_end(&third)?);

    // P7: a thousand messages that nobody wants, then one that somebody wants.
    let before = stage.tap.state().messages(Side::Acceptor);
    for _ in 0..1000 {
        stage.publish_quietly("unwanted", "x")?;
    }
    stage.publish("a.end", "")?;
    let _ = until_the_end(&third)?;
    let passed = stage.tap.state().messages(Side::Acceptor) - before;
    println!("of 1000 unwanted messages and 1 wanted one {passed} went over the wire\n");
    print!("{}", chart::text(&stage.timeline.events(), &TextOptions::default()));
    Ok(())
}

impl Stage {
    /// A SUB with these subscriptions; comes back when it is connected and the publisher knows of them.
    fn subscriber(&mut self, topics: &[&str]) -> Result<zmq::Socket> {
        let handshakes = self.tap.state().handshakes();
        let socket = self.context.socket(zmq::SUB)?;
        for topic in topics {
            socket.set_subscribe(topic.as_bytes())?;
        }
        socket.connect(self.tap.endpoint())?;
        self.tap.wait_until(LIMIT, |state| state.handshakes() > handshakes)?;
        self.wait_live(topics.len() as u64)?;
        Ok(socket)
    }

    /// Waits until the publisher knows of so many more subscriptions.
    fn wait_live(&mut self, more: u64) -> Result<()> {
        self.subscriptions += more;
        Ok(self.tap.wait_live(self.subscriptions, LIMIT)?)
    }

    fn publish(&self, topic: &str, value: &str) -> Result<()> {
        self.timeline.record(What::Note { text: format!("the publisher sends [`{topic}`, `{value}`]") });
        self.publish_quietly(topic, value)
    }

    fn publish_quietly(&self, topic: &str, value: &str) -> Result<()> {
        Ok(self.publisher.send_multipart([topic, value], 0)?)
    }
}

/// The topics that come, until one that ends with `.end`.
fn until_the_end(socket: &zmq::Socket) -> Result<String> {
    let mut topics = Vec::new();
    loop {
        let frames = socket.recv_multipart(0)?;
        let topic = String::from_utf8_lossy(&frames[0]).into_owned();
        if topic.ends_with(".end") {
            return Ok(topics.join(" "));
        }
        topics.push(format!("`{topic}`"));
    }
}
