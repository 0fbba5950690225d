//! Subscribers of the check's own, raw so that each step is known to be done when the call returns, and taps before them.

use std::time::{Duration, Instant};

use harness::failure::{show, show_frames};
use harness::program::Ended;
use harness::raw::RawPeer;
use harness::scene::Program;
use harness::tap::{Side, State, subscriptions};
use harness::timeline::{Fate, Link, What};
use harness::zmtp::{Command, Content};
use harness::{Scene, SceneTap};

use crate::mistakes::UNHEARD;

/// How often a wait looks whether the publisher is still there.
const GLANCE: Duration = Duration::from_millis(20);

/// How long a tap on a busy machine may take to read what a publisher sent before it ended.
const GRACE: Duration = Duration::from_secs(1);

/// Tells when a wait for something from a publisher is in vain: at the deadline, or soon after the publisher's end.
pub struct Watch {
    end: Instant,
    ended: Option<Instant>,
}

impl Watch {
    /// Begins to wait.
    pub fn new(scene: &Scene) -> Self {
        Self::within(scene.deadline())
    }

    /// The same, with another limit than the deadline.
    pub fn within(limit: Duration) -> Self {
        Self { end: Instant::now() + limit, ended: None }
    }

    /// Whether it is in vain by now.
    pub fn is_over(&mut self, publisher: &Program) -> bool {
        if publisher.has_ended() {
            return self.ended.get_or_insert_with(Instant::now).elapsed() > GRACE;
        }
        Instant::now() > self.end
    }
}

/// A subscriber of the check's own, behind a tap of its own that bears its name.
pub struct Subscriber {
    pub name: String,
    scene: Scene,
    tap: SceneTap,
    peer: RawPeer,
    got: Vec<Vec<Vec<u8>>>,
}

impl Subscriber {
    /// Connects and subscribes to everything. With `held` the subscription stays with the tap.
    pub fn connect(scene: &Scene, publisher: &Program, endpoint: &str, name: &str, held: bool) -> Self {
        let builder = scene.tap(name).called(name, &publisher.name()).to(endpoint);
        let tap = if held { builder.with(subscriptions().hold()) } else { builder }.start();
        let begin = || {
            let mut peer = RawPeer::connect(tap.endpoint(), scene.deadline())?;
            peer.shake_hands("SUB")?;
            peer.subscribe(b"")?;
            std::io::Result::Ok(peer)
        };
        let peer = begin().unwrap_or_else(|error| not_there(scene, publisher, name, &error));
        let this = Self { name: name.into(), scene: scene.clone(), tap, peer, got: Vec::new() };
        if held {
            this.await_state(publisher, "the subscription to reach the tap", |state| {
                state.subscriptions() == 1
            });
        }
        this
    }

    /// Connects, subscribes, and waits until the publisher's socket knows.
    pub fn join(scene: &Scene, publisher: &Program, endpoint: &str, name: &str) -> Self {
        let this = Self::connect(scene, publisher, endpoint, name, false);
        this.is_live(publisher);
        this
    }

    /// Lets the subscription go, and waits until the publisher's socket knows.
    pub fn release(&self, publisher: &Program) {
        self.tap.release();
        self.is_live(publisher);
    }

    fn is_live(&self, publisher: &Program) {
        let mut watch = Watch::new(&self.scene);
        while self.tap.tap().wait_live(1, GLANCE).is_err() {
            // Who is published to is there; and a publisher that is done may have ended before it answered the tap.
            if self.sent() > 0 {
                return;
            }
            if watch.is_over(publisher) {
                self.vanished(publisher, "its subscription to be known to the publisher");
            }
        }
    }

    /// Takes the subscription back, and waits until the publisher's socket knows: the answer to a PING comes behind it.
    pub fn leave(&mut self) {
        let context = self.name.as_bytes().iter().copied().take(16).collect::<Vec<_>>();
        let cancel = Command::Cancel(Vec::new());
        let ping = Command::Ping { ttl: 0, context: context.clone() };
        let sent = self.peer.send_command(&cancel).and_then(|()| self.peer.send_command(&ping));
        let mut known = sent.is_ok();
        while known {
            match self.peer.receive() {
                Ok(Some(unit)) if unit.content == Content::Command(Command::Pong(context.clone())) => return,
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => known = false,
            }
        }
        self.scene.fail(format!("the publisher to hear that {} leaves", self.name), "its connection ended");
    }

    /// How many messages the publisher has sent on this link.
    pub fn sent(&self) -> u64 {
        self.tap.state().messages(Side::Acceptor)
    }

    /// Whether something was published here before the publisher ended.
    pub fn got_something(&self, publisher: &Program) -> bool {
        let mut watch = Watch::new(&self.scene);
        while self.sent() == 0 && !watch.is_over(publisher) {
            std::thread::sleep(GLANCE);
        }
        self.sent() > 0
    }

    /// Waits until the publisher has sent so many messages here.
    pub fn await_messages(&self, publisher: &Program, count: u64, what: &str) {
        self.await_within(self.scene.deadline(), publisher, count, what);
    }

    /// The same, with another limit than the deadline.
    pub fn await_within(&self, limit: Duration, publisher: &Program, count: u64, what: &str) {
        let mut watch = Watch::within(limit);
        while self.tap.tap().wait_until(GLANCE, |state| state.passed(Side::Acceptor) >= count).is_err() {
            if watch.is_over(publisher) {
                if publisher.ends_soon() == Some(Ended::Code(0)) {
                    self.scene.suspect(&UNHEARD);
                }
                self.vanished(publisher, what);
            }
        }
    }

    fn await_state(&self, publisher: &Program, what: &str, enough: impl Fn(&State) -> bool) {
        let mut watch = Watch::new(&self.scene);
        while self.tap.tap().wait_until(GLANCE, &enough).is_err() {
            if watch.is_over(publisher) {
                self.vanished(publisher, what);
            }
        }
    }

    /// The wait was in vain: because the publisher has ended, or because it waits itself.
    fn vanished(&self, publisher: &Program, what: &str) -> ! {
        if let Some(ended) = publisher.has_ended().then(|| publisher.end()) {
            self.scene.fail(format!("{what}, for {}", self.name), publisher.how_it_ended(ended));
        }
        // Explains the hang; the time that it takes to see that nothing comes is over already.
        self.tap.wait_until(what, |_| false);
        unreachable!("a wait for what never comes leaves the check")
    }

    /// All messages that have reached the tap's other side by now.
    pub fn messages(&mut self) -> &[Vec<Vec<u8>>] {
        let passed = self.tap.state().passed(Side::Acceptor);
        while (self.got.len() as u64) < passed {
            match self.peer.receive_message() {
                Ok(message) => self.got.push(message),
                Err(error) => {
                    self.scene.fail(format!("{} to get what was published", self.name), error.to_string())
                }
            }
        }
        &self.got
    }

    /// Fails the check unless this subscriber gets the numbers from 1 to `count`, and `end` behind them.
    pub fn expect_all(&mut self, publisher: &Program, count: u64) {
        let mut watch = Watch::new(&self.scene);
        while self.tap.tap().wait_until(GLANCE, |state| state.passed(Side::Acceptor) > count).is_err() {
            if watch.is_over(publisher) {
                let texts: Vec<String> = self.messages().iter().map(|frames| show_frames(frames)).collect();
                let ended = if publisher.has_ended() { "has ended" } else { "sends no more" };
                let seen = format!("{} messages: {}; the publisher {ended}", texts.len(), texts.join(" "));
                let wanted = format!("{} messages, the numbers from 1 to {count} and `end`", count + 1);
                self.scene.fail(format!("{wanted}, for {}", self.name), seen);
            }
        }
        let (scene, name) = (self.scene.clone(), self.name.clone());
        let wanted = (1..=count).map(|number| number.to_string()).chain(["end".to_string()]);
        for (number, (got, wanted)) in self.messages().iter().zip(wanted).enumerate() {
            let [frame] = got.as_slice() else {
                scene.fail(
                    format!("message {} for {name} to be one frame, {}", number + 1, show(wanted.as_bytes())),
                    format!("{} frames: {}", got.len(), show_frames(got)),
                )
            };
            scene.expect_bytes(&format!("message {} for {name}", number + 1), frame, wanted);
        }
    }

    /// Its name, and everything that it got till the publisher closed the connection.
    pub fn all(mut self) -> (String, Vec<Vec<Vec<u8>>>) {
        self.tap.wait_until("the connection to end", |state| state.closed() > 0);
        self.messages();
        (self.name, self.got)
    }

    /// Draws what was published and never reached this subscriber.
    pub fn lost(&self, publisher: &str, messages: &[Vec<Vec<u8>>]) {
        for frames in messages {
            self.scene.timeline().record(What::Message {
                link: Some(Link { name: self.name.clone(), connection: 1 }),
                from: publisher.into(),
                to: self.name.clone(),
                frames: frames.iter().map(Into::into).collect(),
                fate: Fate::Lost,
            });
        }
    }
}

/// Nobody answers a subscriber.
fn not_there(scene: &Scene, publisher: &Program, name: &str, error: &std::io::Error) -> ! {
    let seen = match publisher.ends_soon() {
        Some(ended) => publisher.how_it_ended(ended),
        None => format!("{} still runs, but its socket does not shake hands: {error}", publisher.name()),
    };
    scene.fail(format!("{} to be there when {name} comes", publisher.name()), seen)
}
