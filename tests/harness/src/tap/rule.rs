//! What a tap is told to do, said as a sentence: `messages(3).from_acceptor().lose()`.
//!
//! A rule names what it is about, on which side and connections, and what is done with it. Which rule
//! applies is decided in `rules`, how it is carried out in `connection`.

use std::fmt;
use std::ops::{RangeFrom, RangeFull, RangeInclusive};
use std::time::Duration;

/// A side of a link, by how its connections were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The one that connected.
    Connector,
    /// The one that accepted.
    Acceptor,
}

impl Side {
    /// Both sides.
    pub(crate) const BOTH: [Self; 2] = [Self::Connector, Self::Acceptor];

    /// The other side.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Connector => Self::Acceptor,
            Self::Acceptor => Self::Connector,
        }
    }

    pub(crate) fn index(self) -> usize {
        usize::from(self == Self::Acceptor)
    }
}

type Predicate = Box<dyn Fn(&[Vec<u8>]) -> bool + Send>;

/// Which messages a rule is about. Numbers count from 1 the messages that one side sent.
///
/// Made from a number (`3`), a range (`3..=5`, `3..`, `..`), or by [`next`](Self::next) and
/// [`matching`](Self::matching).
pub struct Which(pub(super) Choice);

pub(super) enum Choice {
    Numbers { first: u64, last: u64 },
    Next(u64),
    Matching(Predicate),
}

impl Which {
    /// The next ones that come, so many of them.
    pub fn next(count: u64) -> Self {
        Self(Choice::Next(count))
    }

    /// Those whose frames are so. A message that is longer than the tap's limit is never one of them.
    pub fn matching(fits: impl Fn(&[Vec<u8>]) -> bool + Send + 'static) -> Self {
        Self(Choice::Matching(Box::new(fits)))
    }
}

impl From<u64> for Which {
    fn from(number: u64) -> Self {
        Self(Choice::Numbers { first: number, last: number })
    }
}

impl From<RangeInclusive<u64>> for Which {
    fn from(numbers: RangeInclusive<u64>) -> Self {
        Self(Choice::Numbers { first: *numbers.start(), last: *numbers.end() })
    }
}

impl From<RangeFrom<u64>> for Which {
    fn from(numbers: RangeFrom<u64>) -> Self {
        Self(Choice::Numbers { first: numbers.start, last: u64::MAX })
    }
}

impl From<RangeFull> for Which {
    fn from(_: RangeFull) -> Self {
        Self(Choice::Numbers { first: 1, last: u64::MAX })
    }
}

impl fmt::Debug for Which {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl fmt::Display for Which {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Choice::Numbers { first: 1, last: u64::MAX } => write!(out, "every message"),
            Choice::Numbers { first, last: u64::MAX } => write!(out, "the messages from {first} on"),
            Choice::Numbers { first, last } if first == last => write!(out, "message {first}"),
            Choice::Numbers { first, last } => write!(out, "the messages {first} to {last}"),
            Choice::Next(1) => write!(out, "the next message"),
            Choice::Next(count) => write!(out, "the next {count} messages"),
            Choice::Matching(_) => write!(out, "certain messages"),
        }
    }
}

/// What a rule is about.
#[derive(Debug)]
pub(super) enum Object {
    Connections,
    Greetings,
    Handshakes,
    Subscriptions,
    Heartbeats,
    Messages(Which),
}

/// On which connections a rule holds, and so how messages are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// All of them, counted together.
    Link,
    /// All of them, each counted by itself.
    Each,
    /// This one.
    One(u32),
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Lose,
    Hold,
    Delay(Duration),
    CutBefore,
    CutInside,
    CutAfter,
    Freeze,
    Corrupt,
}

/// The first half of a rule: what it is about. What is done with it makes it a [`Rule`].
///
/// Without a side it is about what both sides send; without a connection about all, counted together, so that
/// `messages(1)` is the very first on the link, also where its sender connects again.
#[derive(Debug)]
#[must_use]
pub struct About {
    pub(super) object: Object,
    pub(super) side: Option<Side>,
    pub(super) scope: Scope,
}

/// A sentence that a tap obeys.
#[derive(Debug)]
#[must_use]
pub struct Rule {
    pub(super) about: About,
    pub(super) act: Act,
}

fn about(object: Object) -> About {
    About { object, side: None, scope: Scope::Link }
}

/// The connections themselves. Held, the tap accepts and does not go on to the other side; lost, it closes at once.
pub fn connections() -> About {
    about(Object::Connections)
}

/// The greetings, the first 64 octets of each side.
pub fn greetings() -> About {
    about(Object::Greetings)
}

/// READY, and what else the security handshake has. Held, everything behind it waits too; libzmq gives up after 30 s.
pub fn handshakes() -> About {
    about(Object::Handshakes)
}

/// The subscriptions and their ends. Held, heartbeats and messages still pass.
pub fn subscriptions() -> About {
    about(Object::Subscriptions)
}

/// ZMTP's PING and PONG.
pub fn heartbeats() -> About {
    about(Object::Heartbeats)
}

/// Messages; subscriptions are none, also where ZMTP 3.0 sends them as such. Held, heartbeats still pass.
pub fn messages(which: impl Into<Which>) -> About {
    about(Object::Messages(which.into()))
}

impl About {
    /// Only what the side sends that connected.
    pub fn from_connector(self) -> Self {
        self.from(Side::Connector)
    }

    /// Only what the side sends that accepted.
    pub fn from_acceptor(self) -> Self {
        self.from(Side::Acceptor)
    }

    /// Only what this side sends.
    pub fn from(mut self, side: Side) -> Self {
        self.side = Some(side);
        self
    }

    /// Only on this connection, from 1; messages are counted on it alone.
    pub fn on_connection(mut self, number: u32) -> Self {
        self.scope = Scope::One(number);
        self
    }

    /// On every connection, and messages are counted on each by itself.
    pub fn on_each_connection(mut self) -> Self {
        self.scope = Scope::Each;
        self
    }

    /// They never arrive.
    pub fn lose(self) -> Rule {
        self.with(Act::Lose)
    }

    /// They are kept back until the rule is released, and what must not overtake them too.
    pub fn hold(self) -> Rule {
        self.with(Act::Hold)
    }

    /// They are passed on so much later, and all that comes behind them.
    pub fn delay(self, time: Duration) -> Rule {
        self.with(Act::Delay(time))
    }

    /// Both sides are closed in front of it; what came before still arrives.
    pub fn cut_before(self) -> Rule {
        self.with(Act::CutBefore)
    }

    /// Both sides are closed when half of its bytes are through.
    pub fn cut_inside(self) -> Rule {
        self.with(Act::CutInside)
    }

    /// Both sides are closed behind it; it arrives.
    pub fn cut_after(self) -> Rule {
        self.with(Act::CutAfter)
    }

    /// From it on nothing is passed on in either direction, and nothing is closed: a half-open connection.
    pub fn freeze(self) -> Rule {
        self.with(Act::Freeze)
    }

    /// It is passed on broken so that libzmq closes the connection: the greeting's mechanism, READY's name, or the
    /// length of a message's first frame. Of heartbeats and subscriptions the length is broken too.
    pub fn corrupt(self) -> Rule {
        self.with(Act::Corrupt)
    }

    fn with(self, act: Act) -> Rule {
        Rule { about: self, act }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = match &self.about.object {
            Object::Connections => "the connection".into(),
            Object::Greetings => "the greeting".into(),
            Object::Handshakes => "the handshake".into(),
            Object::Subscriptions => "the subscriptions".into(),
            Object::Heartbeats => "the heartbeats".into(),
            Object::Messages(which) => which.to_string(),
        };
        match self.act {
            Act::Lose => write!(out, "lose {object}"),
            Act::Hold => write!(out, "hold {object}"),
            Act::Delay(time) => write!(out, "delay {object} by {} ms", time.as_millis()),
            Act::CutBefore => write!(out, "cut before {object}"),
            Act::CutInside => write!(out, "cut inside {object}"),
            Act::CutAfter => write!(out, "cut after {object}"),
            Act::Freeze => write!(out, "freeze before {object}"),
            Act::Corrupt => write!(out, "corrupt {object}"),
        }
    }
}
