//! One direction of one connection: what was read, what is kept back, what is on its way out.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::time::Instant;

use crate::timeline::Fate;
use crate::zmtp::{Command, Content, Decoder, GREETING_LEN};

use super::barrier::Barrier;
use super::endpoint::Stream;

/// Octets on their way out from which on no more are read, so that a slow receiver slows the sender.
const OUT_LIMIT: usize = 256 << 10;
/// Octets that may be kept back before no more are read.
const HELD_LIMIT: usize = 16 << 20;
/// Small units are joined to pieces of about this size, to be written with one call.
const PIECE: usize = 64 << 10;

/// Bytes on their way to a socket.
#[derive(Debug, Default)]
pub(crate) struct Out {
    pieces: VecDeque<Vec<u8>>,
    /// How much of the first piece is written.
    written: usize,
    octets: usize,
}

impl Out {
    pub(crate) fn push(&mut self, bytes: Vec<u8>) {
        self.octets += bytes.len();
        match self.pieces.back_mut() {
            Some(last) if last.len() + bytes.len() <= PIECE => last.extend(bytes),
            _ if bytes.is_empty() => {}
            _ => self.pieces.push_back(bytes),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.octets == 0
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Writes what the socket takes now.
    pub(crate) fn write_to(&mut self, mut stream: &Stream) -> io::Result<()> {
        while let Some(first) = self.pieces.front() {
            match stream.write(&first[self.written..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => {
                    self.written += count;
                    self.octets -= count;
                    if self.written == first.len() {
                        self.pieces.pop_front();
                        self.written = 0;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// What a unit is, to the rules and to the order of what is kept back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Greeting,
    /// A command of the security handshake.
    Handshake,
    Subscription,
    Heartbeat,
    Message,
    /// More of a message that is too long to be kept.
    Part,
    Other,
}

/// A unit on its way through the tap.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) raw: Vec<u8>,
    pub(crate) content: Content,
    pub(crate) kind: Kind,
    pub(crate) corrupted: bool,
    /// Whether the connection is cut behind it.
    pub(crate) cut_after: bool,
}

/// A unit that is kept back.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) item: Item,
    /// Until these rules are lifted.
    pub(crate) by: Vec<u64>,
    /// Until then.
    pub(crate) due: Option<Instant>,
}

/// What must not overtake what is kept back.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stuck {
    messages: bool,
    subscriptions: bool,
    all: bool,
}

impl Stuck {
    pub(crate) fn covers(self, kind: Kind) -> bool {
        match kind {
            _ if self.all => true,
            Kind::Message | Kind::Part => self.messages,
            Kind::Subscription => self.subscriptions,
            _ => false,
        }
    }

    pub(crate) fn add(&mut self, held: &Held) {
        match held.item.kind {
            _ if held.due.is_some() => self.all = true,
            Kind::Message | Kind::Part => self.messages = true,
            Kind::Subscription => self.subscriptions = true,
            Kind::Heartbeat => {}
            Kind::Greeting | Kind::Handshake | Kind::Other => self.all = true,
        }
    }
}

/// How far the end of a direction has come.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct End {
    /// The sender has ended, or is gone.
    pub(crate) came: bool,
    /// The receiver was told so.
    pub(crate) told: bool,
    /// The receiver is gone.
    pub(crate) dead: bool,
}

/// What is known of a message that is too long to be kept, while it streams through.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Long {
    /// Its rest is swallowed.
    pub(crate) lost: bool,
    /// The connection is cut behind it.
    pub(crate) cut_after: bool,
    /// Of what was passed on last the end is still to come.
    pub(crate) under_way: bool,
}

/// One direction of one connection.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) decoder: Decoder,
    /// The octets of the greeting so far.
    pub(crate) greeting: Vec<u8>,
    /// Whether READY came.
    pub(crate) shaken: bool,
    /// Whether READY was passed on.
    pub(crate) ready: bool,
    /// What comes is not ZMTP, and passed on as it is.
    pub(crate) broken: bool,
    pub(crate) end: End,
    pub(crate) long: Long,
    pub(crate) out: Out,
    pub(crate) held: VecDeque<Held>,
    held_octets: usize,
    pub(crate) stuck: Stuck,
    pub(crate) barrier: Barrier,
}

impl Flow {
    pub(crate) fn new(unit_limit: usize) -> Self {
        Self {
            decoder: Decoder::with_limit(unit_limit),
            greeting: Vec::with_capacity(GREETING_LEN),
            shaken: false,
            ready: false,
            broken: false,
            end: End::default(),
            long: Long::default(),
            out: Out::default(),
            held: VecDeque::new(),
            held_octets: 0,
            stuck: Stuck::default(),
            barrier: Barrier::default(),
        }
    }

    /// Whether there is room for more.
    pub(crate) fn wants(&self) -> bool {
        let piped = self.broken && !self.decoder.rest().is_empty();
        !self.end.came && self.out.octets < OUT_LIMIT && self.held_octets < HELD_LIMIT && !piped
    }

    pub(crate) fn keep(&mut self, held: Held) {
        self.held_octets += held.item.raw.len();
        self.stuck.add(&held);
        self.held.push_back(held);
    }

    /// Takes out what is kept back; what is still to be kept is put back by [`keep`](Self::keep).
    pub(crate) fn take_held(&mut self) -> VecDeque<Held> {
        self.held_octets = 0;
        self.stuck = Stuck::default();
        std::mem::take(&mut self.held)
    }

    /// Looks what a unit is, before the rules see it.
    pub(crate) fn sort(&mut self, content: &Content) -> Kind {
        let kind = match content {
            Content::GreetingPart | Content::Greeting(_) => Kind::Greeting,
            Content::Command(_) if !self.shaken => Kind::Handshake,
            Content::Command(Command::Subscribe(_) | Command::Cancel(_)) => Kind::Subscription,
            Content::Command(Command::Ping { .. } | Command::Pong(_)) => Kind::Heartbeat,
            Content::Command(_) | Content::Opaque(_) => Kind::Other,
            Content::Message { .. } | Content::Oversized { .. } => Kind::Message,
            Content::OversizedPart { .. } => Kind::Part,
        };
        self.shaken = self.decoder.metadata().is_some();
        kind
    }
}

impl Held {
    /// What becomes of it when it is let go.
    pub(crate) fn fate(&self) -> Fate {
        if self.item.corrupted { Fate::Corrupted } else { Fate::Released }
    }
}
