//! Who stands on the other side: for the student's publisher a SUB, for the student's subscriber an XPUB, each behind a tap that
//! shows what goes over the wire.

use harness::failure::{show, show_frames};
use harness::peer::Peer;
use harness::program::Ended;
use std::cell::Cell;
use std::ops::Deref;
use std::rc::Rc;
use std::time::Instant;

use harness::SceneTap;
use harness::scene::{Evidence, Program};
use harness::timeline::{Event, What};
use harness::{Scene, zmq};

use crate::mistakes::*;

/// The student's publisher, and what it reads.
pub struct Station {
    program: Program,
    pub endpoint: String,
    /// Whether there is more to read.
    open: Rc<Cell<bool>>,
}

impl Station {
    /// Starts the publisher on a port of the system's choice.
    pub fn start(scene: &Scene) -> Self {
        let open = suspect_the_publisher(scene);
        scene.suspect(&NEVER_ATTACHES);
        let program = scene.start("publisher", ["--bind", "tcp://127.0.0.1:*"]);
        let endpoint = program.bound();
        Self { program, endpoint, open }
    }

    /// Ends its input.
    pub fn close_input(&self) {
        self.open.set(false);
        self.program.close_input();
    }
}

impl Deref for Station {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.program
    }
}

/// What is likely where a publisher goes wrong, whichever line showed it. As long as what is returned holds true, there is more to
/// read, and a publisher that has ended did so too early.
fn suspect_the_publisher(scene: &Scene) -> Rc<Cell<bool>> {
    let open = Rc::new(Cell::new(true));
    let more = Rc::clone(&open);
    scene.suspect_when(&PANICS, Evidence::panicked);
    scene.suspect_when(&NOT_TEXT, |evidence| evidence.errors.contains("UTF-8"));
    scene.suspect_when(&ENDS_EARLY, move |evidence| more.get() && ended_early(evidence));
    open
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
        let (topic, value) = (topic.as_ref(), value.as_ref());
        let what = format!("the message {}", show_frames(&[topic, value]));
        let frames = self.sub.receive(&what);
        if frames != [topic, value] {
            self.misshapen(&what, &frames, topic, value);
        }
    }

    /// Fails the check unless the next message has this topic and this value in it, in whatever frames.
    pub fn expect_loosely(&self, topic: &str, value: &str) {
        let what = format!("a message with `{topic}` and `{value}` in it");
        let frames = self.sub.receive(&what);
        let whole = frames.concat();
        let has = |part: &str| whole.windows(part.len()).any(|bytes| bytes == part.as_bytes());
        if !has(topic) || !has(value) {
            self.misshapen(&what, &frames, topic.as_bytes(), value.as_bytes());
        }
    }

    /// Fails the check because of the shape of a message.
    pub fn misshapen(&self, what: &str, frames: &[Vec<u8>], topic: &[u8], value: &[u8]) -> ! {
        if let Some(mistake) = misshapen(frames, topic, value) {
            self.scene.suspect(mistake);
        }
        self.scene.fail(what, show_frames(frames))
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
    suspect_the_publisher(scene);
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
    scene.suspect(&PUBLISHES_NOTHING);
    (publisher, listener)
}

/// What the frames of a message say of the program that sent them.
fn misshapen(frames: &[Vec<u8>], topic: &[u8], value: &[u8]) -> Option<&'static harness::Mistake> {
    let holds =
        |whole: &[u8], part: &[u8]| !part.is_empty() && whole.windows(part.len()).any(|bytes| bytes == part);
    match frames {
        [only] if holds(only, topic) && (value.is_empty() || holds(only, value)) && only != topic => {
            Some(&ONE_FRAME)
        }
        [_] => Some(&TWO_MESSAGES),
        [first, second] if first == value && second == topic => Some(&VALUE_FIRST),
        [first, second] if first == topic => match () {
            () if value.is_empty() || (second.len() > value.len() && holds(second, value)) => {
                Some(&ADDS_TO_VALUE)
            }
            () if second.len() < value.len() && holds(value, second) => Some(&FIRST_WORD),
            () if second.is_empty() => Some(&FIRST_WORD),
            () if std::str::from_utf8(value).is_err() => Some(&NOT_TEXT),
            () => None,
        },
        // The blank is at another place, and nothing is lost.
        [_, _] if frames.join(&b' ') == [topic, value].join(&b' ') => Some(&LAST_BLANK),
        [first, second] if topic.starts_with(first) && second.ends_with(value) => Some(&LAST_BLANK),
        [first, second] if [&first[..], second].concat() == [topic, b" ", value].concat() => {
            Some(&ADDS_TO_TOPIC)
        }
        [first, _] if first.starts_with(topic) => Some(&ADDS_TO_TOPIC),
        [first, second] if first.eq_ignore_ascii_case(topic) && second == value => Some(&CHANGES_TOPIC),
        [_, _, _, ..] => Some(&MORE_FRAMES),
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
    scene.suspect_when(&NOT_A_SUBSCRIBER, |evidence| {
        evidence.errors.contains("cannot subscribe") && evidence.errors.contains("EINVAL")
    });
    scene.suspect_when(&ENDS_LATE, |evidence| evidence.wanted.ends_with(LINES));
    scene.suspect_when(&COUNTS_OTHERS, |evidence| {
        ended_early(evidence) && evidence.ended == Some(Ended::Code(0))
    });
}

/// Whether a program has ended, and nothing that it said was compared: what is wrong with a line or a message is no matter of its end.
pub fn ended_early(evidence: &Evidence) -> bool {
    evidence.ended.is_some() && evidence.wanted.is_empty()
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
    let covers =
        |known: &[Vec<u8>], topic: &str| known.iter().any(|known| topic.as_bytes().starts_with(known));
    while let Some(missing) = topics.iter().find(|topic| !covers(&known, topic)) {
        let one_of_them = |known: &Vec<u8>| topics.iter().any(|topic| topic.as_bytes() == known);
        scene.suspect(match () {
            () if known.is_empty() => &NO_SUBSCRIPTION,
            () if known.iter().any(one_of_them) => &FIRST_TOPIC_ONLY,
            () => &OTHER_TOPIC,
        });
        let frames = xpub.receive(&format!("a subscription that lets `{missing}` through"));
        if let [frame] = frames.as_slice() {
            known.extend(frame.strip_prefix(&[1]).map(<[u8]>::to_vec));
        }
    }
    scene.suspect(&PRINTS_NOTHING);
}

/// The line for this topic and this value must be the next one of the subscriber's.
pub fn expect_line(scene: &Scene, subscriber: &Program, topic: &str, value: impl AsRef<[u8]>) {
    let wanted = [topic.as_bytes(), b" ", value.as_ref()].concat();
    let line = subscriber.line(&format!("the line {}", show(&wanted)));
    // Where not even the beginning is right, what is printed is something else than topic, blank and value.
    let begins =
        line.iter().position(|&byte| byte == b' ').is_some_and(|blank| topic.as_bytes() == &line[..blank]);
    if !begins && !line.windows(OTHER.len()).any(|bytes| bytes == OTHER) {
        scene.suspect(&PRINTS_OTHERWISE);
    }
    scene.expect_bytes("the subscriber's line", line, wanted);
}

/// What stands in the value of each message that must not be printed.
pub const OTHER: &[u8] = b"other";
/// How the number of lines ends, where it is compared.
const LINES: &[u8] = b" lines on standard output";

impl Audience {
    /// Publishes a message of these frames.
    pub fn send<T: AsRef<[u8]>>(&self, frames: &[T]) {
        self.xpub.send_frames(frames);
    }

    /// Fails the check unless the next line is this topic and this value.
    pub fn expect_line(&self, topic: &str, value: impl AsRef<[u8]>) {
        expect_line(&self.scene, &self.subscriber, topic, value);
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
        let count = |lines: usize| [lines.to_string().as_bytes(), LINES].concat();
        let printed = self.subscriber.output().out.len();
        self.scene.expect_bytes("what the subscriber has printed", count(printed), count(lines));
    }
}

/// Whether the subscriber has more than one connection.
pub fn many_connections(scene: &Scene) -> impl Fn(&Evidence) -> bool + 'static {
    let scene = scene.clone();
    move |_| {
        let shaken = |event: &Event| matches!(event.what, What::Handshake { .. });
        scene.timeline().events().iter().filter(|event| shaken(event)).count() > 1
    }
}
