//! Who stands on the other side: for the student's publisher a SUB, for the student's subscriber an XPUB, each behind a tap that
//! shows what goes over the wire.

use harness::failure::{show, show_frames};
use harness::peer::Peer;
use harness::program::Ended;
use std::time::Instant;

use harness::SceneTap;
use harness::scene::{Evidence, Program};
use harness::timeline::What;
use harness::{Scene, zmq};

use crate::mistakes::*;

/// Starts the publisher on a port of the system's choice.
pub fn publisher(scene: &Scene) -> (Program, String) {
    scene.suspect_when(&PANICS, Evidence::panicked);
    let publisher = scene.start("publisher", ["--bind", "tcp://127.0.0.1:*"]);
    let endpoint = publisher.bound();
    (publisher, endpoint)
}

/// A SUB of the check's, and the tap before it.
pub struct Listener {
    scene: Scene,
    sub: Peer,
    pub tap: SceneTap,
}

impl Listener {
    /// Subscribes to a topic at a publisher that has bound; comes back when the publisher's socket knows of it.
    pub fn at(scene: &Scene, name: &str, endpoint: &str, topic: &str) -> Self {
        let tap = scene.tap(name).called(name, "publisher").to(endpoint).start();
        let sub = subscribing(scene, name, topic);
        sub.connect(tap.endpoint());
        Self { scene: scene.clone(), sub, tap }.live()
    }

    /// Waits until its subscription is known, so that nothing which is published from now on is lost.
    fn live(self) -> Self {
        self.scene.suspect(&NOT_A_PUBLISHER);
        self.tap.wait_live(1);
        self.scene.suspect(&PUBLISHES_NOTHING);
        self
    }

    /// The next message, which was made from this line.
    pub fn message(&self, line: &str) -> Vec<Vec<u8>> {
        self.sub.receive(&format!("the message of the line {}", show(line.as_bytes())))
    }

    /// Fails the check unless the next message is this topic and this value.
    pub fn expect(&self, topic: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        let wanted = [topic.as_ref(), value.as_ref()];
        let what = format!("the message {}", show_frames(&wanted));
        let frames = self.sub.receive(&what);
        if frames != wanted {
            if let Some(mistake) = misshapen(&frames, wanted[0], wanted[1]) {
                self.scene.suspect(mistake);
            }
            self.scene.fail(what, show_frames(&frames));
        }
    }
}

/// A SUB that has this subscription.
fn subscribing(scene: &Scene, name: &str, topic: &str) -> Peer {
    let sub = scene.peer_as(name, zmq::SUB, "publisher").behind_a_tap();
    if let Err(error) = sub.socket().set_subscribe(topic.as_bytes()) {
        harness::failure::Failure::error(format!("{name} cannot subscribe: {error}")).throw();
    }
    sub
}

/// Starts a publisher that connects to a SUB of the check's.
pub fn connecting_publisher(scene: &Scene) -> (Program, Listener) {
    scene.suspect_when(&PANICS, Evidence::panicked);
    let name = "the check's SUB";
    let sub = subscribing(scene, name, "");
    let tap = scene.tap("wire").called("publisher", name).to(&sub.bind("tcp://127.0.0.1:*")).start();
    let publisher = scene.start("publisher", ["--connect", tap.endpoint()]);
    scene.suspect(&MUST_BIND);
    // A SUB that has bound tells who comes what it wants only while it is inside a call.
    let end = Instant::now() + scene.deadline();
    while tap.state().subscriptions() == 0 && Instant::now() < end {
        if publisher.has_ended() {
            scene.fail("the publisher to connect", publisher.how_it_ended(publisher.end()));
        }
        let _ = sub.socket().poll(zmq::POLLIN, 5);
    }
    let listener = Listener { scene: scene.clone(), sub, tap };
    listener.tap.wait_live(1);
    (publisher, listener)
}

/// What the frames of a message say of the program that sent them.
fn misshapen(frames: &[Vec<u8>], topic: &[u8], value: &[u8]) -> Option<&'static harness::Mistake> {
    let trimmed = |bytes: &[u8]| bytes.trim_ascii().to_vec();
    match frames {
        [only] if only == topic => Some(&TWO_MESSAGES),
        [_] => Some(&ONE_FRAME),
        [first, second] if first == value && second == topic => Some(&VALUE_FIRST),
        [first, second] if first == topic => match second.strip_prefix(value) {
            Some(b"\n" | b"\r\n" | b"\0") => Some(&ADDS_TO_VALUE),
            _ if value.starts_with(second) || trimmed(value) == trimmed(second) => Some(&FIRST_WORD),
            _ if std::str::from_utf8(value).is_err() => Some(&NOT_TEXT),
            _ => Some(&FIRST_WORD),
        },
        [first, _] if first.contains(&b' ') && trimmed(first) != topic => Some(&LAST_BLANK),
        [first, _] if first.starts_with(topic) => Some(&ADDS_TO_TOPIC),
        _ => None,
    }
}

/// The subscriber, and the XPUB that it listens to.
pub struct Audience {
    scene: Scene,
    pub subscriber: Program,
    pub xpub: Peer,
    pub tap: SceneTap,
}

/// The arguments for these topics, and for a count.
pub fn arguments<'a>(side: [&'a str; 2], topics: &[&'a str], count: &'a str) -> Vec<&'a str> {
    let mut arguments = side.to_vec();
    for topic in topics {
        arguments.extend(["--topic", topic]);
    }
    if !count.is_empty() {
        arguments.extend(["--count", count]);
    }
    arguments
}

/// What is likely where a subscriber goes wrong, whichever message showed it.
pub fn suspect_the_subscriber(scene: &Scene) {
    scene.suspect_when(&PANICS, Evidence::panicked);
}

/// Starts the subscriber on an XPUB of the check's; comes back when the subscriptions cover all topics.
pub fn audience(scene: &Scene, topics: &[&str], count: &str) -> Audience {
    suspect_the_subscriber(scene);
    let xpub = xpub(scene, "the check's XPUB");
    let endpoint = xpub.bind("tcp://127.0.0.1:*");
    let tap = scene.tap("wire").called("subscriber", "the check's XPUB").to(&endpoint).start();
    let subscriber = scene.start("subscriber", arguments(["--connect", tap.endpoint()], topics, count));
    cover(scene, &xpub, topics);
    Audience { scene: scene.clone(), subscriber, xpub, tap }
}

/// An XPUB of the check's. It gives each subscription that comes to it as a message: a byte 1, then the topic.
pub fn xpub(scene: &Scene, name: &str) -> Peer {
    scene.peer_as(name, zmq::XPUB, "subscriber").behind_a_tap()
}

/// Waits until this XPUB knows subscriptions that let all of these topics through.
pub fn cover(scene: &Scene, xpub: &Peer, topics: &[&str]) {
    let mut known: Vec<Vec<u8>> = Vec::new();
    for topic in topics {
        scene.suspect(if known.is_empty() { &NO_SUBSCRIPTION } else { &FIRST_TOPIC_ONLY });
        let told = !known.is_empty();
        while !known.iter().any(|known| topic.as_bytes().starts_with(known)) {
            if told || known.is_empty() {
                scene.suspect(if told { &FIRST_TOPIC_ONLY } else { &NO_SUBSCRIPTION });
            } else {
                scene.suspect(&OTHER_TOPIC);
            }
            let frames = xpub.receive(&format!("a subscription that lets `{topic}` through"));
            if let [frame] = frames.as_slice() {
                known.extend(frame.strip_prefix(&[1]).map(<[u8]>::to_vec));
            }
        }
    }
    scene.suspect(&PRINTS_NOTHING);
}

impl Audience {
    /// Publishes a message of these frames.
    pub fn send<T: AsRef<[u8]>>(&self, frames: &[T]) {
        self.xpub.send_frames(frames);
    }

    /// Fails the check unless the next line is this topic and this value.
    pub fn expect_line(&self, topic: &str, value: impl AsRef<[u8]>) {
        let wanted = [topic.as_bytes(), b" ", value.as_ref()].concat();
        let line = self.subscriber.line(&format!("the line {}", show(&wanted)));
        self.scene.expect_bytes("the subscriber's line", line, wanted);
    }

    /// Waits for its end, and for that of its connection; gives all that it has subscribed to.
    pub fn subscriptions(&self) -> Vec<Vec<u8>> {
        self.subscriber.kill();
        self.tap.wait_until("the subscriber's connection to end", |state| state.open() == 0);
        let events = self.scene.timeline().events();
        let topics = events.into_iter().filter_map(|event| match event.what {
            What::Subscribe { topic, cancel: false, .. } => Some(topic.0),
            _ => None,
        });
        topics.collect()
    }

    /// Fails the check unless it ends with exit code 0 and has printed so many lines in all.
    pub fn ends_after(&self, lines: usize) {
        self.subscriber.ends_with(0);
        let printed = self.subscriber.output().out;
        self.scene.expect(printed.len() == lines, &format!("{lines} lines on standard output"), || {
            format!(
                "{} lines, the last of them {}",
                printed.len(),
                show(printed.last().map_or(&[], |line| line))
            )
        });
    }
}

/// Whether a program ended by itself as if all were done.
pub fn ended_well(evidence: &Evidence) -> bool {
    evidence.ended == Some(Ended::Code(0))
}
