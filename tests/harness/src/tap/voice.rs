//! What a tap writes into the timeline about one connection, under the names of the two sides.

use crate::timeline::{Fate, Link, Payload, Timeline, What};
use crate::zmtp::{Command, Content};

use super::rule::Side;

/// How many octets of what is not ZMTP are kept.
const GARBAGE_LEN: usize = 64;

type NameOf = Box<dyn Fn(u32) -> String + Send>;

/// How the side that connects is called.
pub(crate) enum Naming {
    /// By the number of its connection.
    ByNumber(NameOf),
    /// By the identity in its READY; before that, and where there is none, by the number.
    ByIdentity(NameOf),
}

/// One connection's voice in the timeline.
pub(crate) struct Voice {
    timeline: Timeline,
    link: Link,
    names: [String; 2],
    /// Whether the connection itself was told of. Where the name is in READY that waits.
    introduced: bool,
}

impl Voice {
    pub(crate) fn new(timeline: Timeline, link: Link, names: [String; 2]) -> Self {
        Self { timeline, link, names, introduced: false }
    }

    pub(crate) fn call_connector(&mut self, name: String) {
        if !self.introduced {
            self.names[Side::Connector.index()] = name;
        }
    }

    pub(crate) fn name(&self, side: Side) -> String {
        self.names[side.index()].clone()
    }

    pub(crate) fn link(&self) -> Link {
        self.link.clone()
    }

    /// Tells of the connection, if that was not done yet.
    pub(crate) fn introduce(&mut self) {
        if !self.introduced {
            self.introduced = true;
            let [from, to] = self.names.clone();
            self.timeline.record(What::Connect { link: self.link(), from, to });
        }
    }

    pub(crate) fn say(&mut self, what: What) {
        self.introduce();
        self.timeline.record(what);
    }

    pub(crate) fn fault(&mut self, what: impl Into<String>) {
        let link = Some(self.link());
        self.say(What::Fault { link, what: what.into() });
    }

    pub(crate) fn note(&mut self, text: &str) {
        self.say(What::Note { text: format!("{}: {text}", self.link.name) });
    }

    pub(crate) fn garbage(&mut self, side: Side, bytes: &[u8], why: impl Into<String>) {
        let bytes = Payload::from(&bytes[..bytes.len().min(GARBAGE_LEN)]);
        self.say(What::Garbage { link: self.link(), from: self.name(side), bytes, why: why.into() });
    }

    /// Tells of a unit of traffic. `fate` is its own; what stood between its frames shares it.
    pub(crate) fn unit(&mut self, side: Side, content: Content, fate: Fate) {
        match content {
            Content::Message { frames, between } => {
                for command in between {
                    self.command(side, command, fate);
                }
                self.message(side, frames.into_iter().map(Payload).collect(), fate);
            }
            Content::Oversized { claimed, .. } => {
                self.note(&format!(
                    "a message from {} has {claimed} octets or more; it streams through, its frames are not kept",
                    self.name(side)
                ));
                self.message(side, Vec::new(), fate);
            }
            Content::Command(command) => self.command(side, command, fate),
            Content::Opaque(frame) => self.other(side, "opaque frame".into(), frame.body),
            Content::GreetingPart | Content::Greeting(_) | Content::OversizedPart { .. } => {}
        }
    }

    fn message(&mut self, side: Side, frames: Vec<Payload>, fate: Fate) {
        let (from, to) = (self.name(side), self.name(side.other()));
        self.say(What::Message { link: Some(self.link()), from, to, frames, fate });
    }

    fn command(&mut self, side: Side, command: Command, fate: Fate) {
        let (link, from, to) = (self.link(), self.name(side), self.name(side.other()));
        let subscribe = |topic, cancel| {
            let topic = Payload(topic);
            What::Subscribe {
                link: Some(self.link()),
                from: from.clone(),
                to: to.clone(),
                topic,
                cancel,
                fate,
            }
        };
        let what = match command {
            Command::Subscribe(topic) => subscribe(topic, false),
            Command::Cancel(topic) => subscribe(topic, true),
            Command::Ping { .. } => What::Heartbeat { link, from, to, ping: true, fate },
            Command::Pong(_) => What::Heartbeat { link, from, to, ping: false, fate },
            Command::Malformed { ref body, .. } => {
                let body = Payload(body.clone());
                What::Command { link, from, to, name: command.name().into_owned(), body }
            }
            other => {
                let body = Payload(other.data());
                What::Command { link, from, to, name: other.name().into_owned(), body }
            }
        };
        self.say(what);
    }

    fn other(&mut self, side: Side, name: String, body: Vec<u8>) {
        let (from, to) = (self.name(side), self.name(side.other()));
        self.say(What::Command { link: self.link(), from, to, name, body: Payload(body) });
    }

    /// Tells of the handshake, with the socket types in the order of the sides.
    pub(crate) fn handshake(&mut self, types: [String; 2], mechanism: String) {
        let [from_type, to_type] = types;
        let (from, to) = (self.name(Side::Connector), self.name(Side::Acceptor));
        let (from, to) = ((from, from_type), (to, to_type));
        self.say(What::Handshake { link: self.link(), from, to, mechanism });
    }

    pub(crate) fn close(&mut self, by: Option<Side>) {
        let by = by.map_or_else(|| "tap".into(), |side| self.name(side));
        self.say(What::Close { link: self.link(), by });
    }
}
