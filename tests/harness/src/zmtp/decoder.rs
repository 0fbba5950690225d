//! One direction of one connection, cut into units that can be passed on byte for byte.

use super::Error;
use super::command::{Command, Metadata};
use super::frame::{Frame, Header};
use super::greeting::{CHECKPOINTS, GREETING_LEN, Greeting, Mechanism, check};

/// Octets that a unit may have before it is handed out in pieces, unless [`Decoder::with_limit`] says otherwise.
pub const DEFAULT_LIMIT: usize = 16 << 20;

/// The smallest thing that is passed on, held or lost as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The bytes it was made of. Those of all units in a row, and then [`Decoder::take_rest`], are the stream.
    pub raw: Vec<u8>,
    /// What they mean.
    pub content: Content,
}

/// What a unit means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Some octets of the greeting. They must be passed on at once: a side may wait for the other's first 10 or 11
    /// octets before it sends its next ones (RFC 37, "Backwards Interoperability").
    GreetingPart,
    /// The greeting is complete; `raw` holds those of its octets that came in no part before.
    Greeting(Greeting),
    /// A command. A subscription is [`Command::Subscribe`] or [`Command::Cancel`] also where ZMTP 3.0 sent it as
    /// a message (RFC 23, "The Publish-Subscribe Pattern"): `raw` shows the difference.
    Command(Command),
    /// A message with all its frames.
    Message {
        /// The bodies of its frames.
        frames: Vec<Vec<u8>>,
        /// Commands that came between its frames, and so stand in its `raw`. libzmq puts PING and PONG there.
        between: Vec<Command>,
    },
    /// A frame whose body is not looked into, because the mechanism is neither NULL nor PLAIN.
    Opaque(Frame),
    /// A command or a message that is longer than the limit begins. `raw` is what was held of it up to the header
    /// of the frame that is too much; more follows in parts unless this is the `last`.
    Oversized {
        /// The octets that the unit has with this frame, by its claim; the message may go on after it.
        claimed: u64,
        /// Whether this is all of it.
        last: bool,
    },
    /// The next bytes of what is oversized, as they came.
    OversizedPart {
        /// Whether this is the end of it.
        last: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Greeting,
    /// Every frame is a command, whatever its flags say, as in libzmq.
    Handshake,
    Traffic,
    /// Every frame is a unit of its own.
    Opaque,
}

/// The part of an oversized unit that is still to come.
#[derive(Clone, Copy, Debug)]
struct Oversized {
    /// Octets to come of the frame's body.
    left: u64,
    /// Whether the unit ends with this frame.
    ends: bool,
}

/// Reads the bytes that one side sends, pushed in any pieces, and hands out [`Unit`]s.
///
/// As an iterator it ends when it needs more bytes, and goes on after the next [`push`](Self::push). An error is
/// handed out once; from then on all bytes are in [`take_rest`](Self::take_rest). Whoever takes all units after each
/// push makes it hold no more than the limit and what was pushed last, whatever the stream claims.
#[derive(Debug)]
pub struct Decoder {
    limit: u64,
    phase: Phase,
    buffer: Vec<u8>,
    /// Where in the buffer the bytes begin that were not handed out.
    start: usize,
    /// How many octets of the unit at the front are complete frames.
    scanned: usize,
    greeting_octets: Vec<u8>,
    greeting: Option<Greeting>,
    metadata: Option<Metadata>,
    oversized: Option<Oversized>,
    error: Option<Error>,
    given_up: bool,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder that waits for the first octet of a connection.
    pub fn new() -> Self {
        Self::with_limit(DEFAULT_LIMIT)
    }

    /// A decoder that holds units of at most this many octets, headers included.
    pub fn with_limit(octets: usize) -> Self {
        Self {
            limit: octets as u64,
            phase: Phase::Greeting,
            buffer: Vec::new(),
            start: 0,
            scanned: 0,
            greeting_octets: Vec::with_capacity(GREETING_LEN),
            greeting: None,
            metadata: None,
            oversized: None,
            error: None,
            given_up: false,
        }
    }

    /// Takes the next bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.start);
        self.start = 0;
        self.buffer.extend(bytes);
    }

    /// The greeting, once it is complete.
    pub fn greeting(&self) -> Option<&Greeting> {
        self.greeting.as_ref()
    }

    /// What the sender said of itself in READY, or in INITIATE of PLAIN; nothing under other mechanisms.
    pub fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }

    /// The sender's socket type, as in `REQ`, once it is known.
    pub fn socket_type(&self) -> Option<&str> {
        self.metadata.as_ref().and_then(Metadata::socket_type)
    }

    /// The error that ended the decoding.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// The bytes that were not handed out yet: a unit that is not complete, or all since an error.
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Hands out those bytes, for the end of the connection or after an error. No unit follows after that: bytes that
    /// are pushed later come out here too.
    pub fn take_rest(&mut self) -> Vec<u8> {
        self.given_up = true;
        let rest = self.buffer.split_off(self.start);
        self.buffer.clear();
        self.start = 0;
        rest
    }

    fn greet(&mut self) -> Result<Option<Unit>, Error> {
        let known = self.greeting_octets.len();
        let fresh = self.rest().len().min(GREETING_LEN - known);
        if fresh == 0 {
            return Ok(None);
        }
        let mut octets = self.greeting_octets.clone();
        octets.extend(&self.rest()[..fresh]);
        for checkpoint in CHECKPOINTS {
            if known < checkpoint && checkpoint <= octets.len() {
                check(&octets[..checkpoint])?;
            }
        }
        let content = match octets.first_chunk::<GREETING_LEN>() {
            None => Content::GreetingPart,
            Some(octets) => {
                let greeting = Greeting::decode(octets)?;
                self.phase = if greeting.mechanism.is_clear() { Phase::Handshake } else { Phase::Opaque };
                self.greeting = Some(greeting.clone());
                Content::Greeting(greeting)
            }
        };
        self.greeting_octets = octets;
        Ok(Some(self.hand_out(fresh, content)))
    }

    /// The command or message at the front, once all its frames are there.
    fn assemble(&mut self) -> Result<Option<Unit>, Error> {
        loop {
            let bytes = &self.buffer[self.start..];
            let Some(header) = Header::decode(&bytes[self.scanned..])? else { return Ok(None) };
            let body = self.scanned + header.len;
            let claimed = body as u64 + header.size;
            let ends = self.ends_with(header, self.scanned > 0);
            if claimed > self.limit {
                let last = ends && header.size == 0;
                if !last {
                    self.oversized = Some(Oversized { left: header.size, ends });
                }
                if self.phase == Phase::Handshake {
                    self.phase = Phase::Traffic;
                }
                return Ok(Some(self.hand_out(body, Content::Oversized { claimed, last })));
            }
            match usize::try_from(claimed) {
                Ok(end) if end <= bytes.len() => self.scanned = end,
                _ => return Ok(None),
            }
            if ends {
                let content = self.read(self.scanned)?;
                return Ok(Some(self.hand_out(self.scanned, content)));
            }
        }
    }

    /// Whether a unit ends with this frame. A command between the frames of a message does not end it.
    fn ends_with(&self, header: Header, in_message: bool) -> bool {
        match self.phase {
            Phase::Traffic if header.is_command() => !in_message,
            Phase::Traffic => header.is_last(),
            _ => true,
        }
    }

    /// The bytes of an oversized unit as far as they are there.
    fn stream(&mut self, now: Oversized) -> Result<Option<Unit>, Error> {
        let (octets, next) = if now.left == 0 {
            let Some(header) = Header::decode(self.rest())? else { return Ok(None) };
            (header.len, Oversized { left: header.size, ends: self.ends_with(header, true) })
        } else {
            let octets =
                usize::try_from(now.left).map_or(self.rest().len(), |left| left.min(self.rest().len()));
            if octets == 0 {
                return Ok(None);
            }
            (octets, Oversized { left: now.left - octets as u64, ..now })
        };
        let last = next.left == 0 && next.ends;
        self.oversized = if last { None } else { Some(next) };
        Ok(Some(self.hand_out(octets, Content::OversizedPart { last })))
    }

    /// What the complete frames mean that make up the first octets.
    fn read(&mut self, octets: usize) -> Result<Content, Error> {
        let frames = split(&self.rest()[..octets])?;
        match (self.phase, &frames[..]) {
            (Phase::Traffic, _) => Ok(self.traffic(frames)),
            (Phase::Handshake, [(_, body)]) => {
                let command = Command::decode(body);
                self.shake_hands(&command)?;
                Ok(Content::Command(command))
            }
            (_, [(header, body)]) => Ok(Content::Opaque(Frame { flags: header.flags, body: body.to_vec() })),
            _ => unreachable!("outside traffic every frame is a unit"),
        }
    }

    /// What libzmq takes in the handshake (RFC 37, "The NULL Security Mechanism"; RFC 24 for PLAIN).
    fn shake_hands(&mut self, command: &Command) -> Result<(), Error> {
        let plain = self.greeting.as_ref().is_some_and(|greeting| greeting.mechanism == Mechanism::PLAIN);
        match command {
            Command::Ready(metadata) => self.metadata = Some(metadata.clone()),
            Command::Initiate(metadata) if plain => self.metadata = Some(metadata.clone()),
            Command::Error(_) => {}
            Command::Other { name, .. } if plain && (name == b"HELLO" || name == b"WELCOME") => return Ok(()),
            Command::Malformed { why, .. } => return Err(Error::Handshake(why.clone())),
            other => {
                return Err(Error::Handshake(format!("{} came where READY was due", other.name())));
            }
        }
        self.phase = Phase::Traffic;
        Ok(())
    }

    fn traffic(&self, all: Vec<(Header, &[u8])>) -> Content {
        if let [(header, body)] = all[..] {
            if header.is_command() {
                return Content::Command(Command::decode(body));
            }
            if let Some(command) = self.old_subscription(body) {
                return Content::Command(command);
            }
        }
        let (commands, frames): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(header, _)| header.is_command());
        Content::Message {
            frames: frames.into_iter().map(|(_, body)| body.to_vec()).collect(),
            between: commands.into_iter().map(|(_, body)| Command::decode(body)).collect(),
        }
    }

    /// A subscription in the form of ZMTP 3.0, which only the sender's socket type tells from a message. The version
    /// in the greeting does not: a peer of version 3.1 sends this form to one of version 3.0.
    fn old_subscription(&self, body: &[u8]) -> Option<Command> {
        if !matches!(self.socket_type(), Some("SUB" | "XSUB")) {
            return None;
        }
        match body.split_first()? {
            (1, topic) => Some(Command::Subscribe(topic.to_vec())),
            (0, topic) => Some(Command::Cancel(topic.to_vec())),
            _ => None,
        }
    }

    fn hand_out(&mut self, octets: usize, content: Content) -> Unit {
        let raw = self.rest()[..octets].to_vec();
        self.start += octets;
        self.scanned = 0;
        Unit { raw, content }
    }
}

impl Iterator for Decoder {
    type Item = Result<Unit, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.given_up {
            return None;
        }
        let step = match (self.oversized, self.phase) {
            (Some(now), _) => self.stream(now),
            (None, Phase::Greeting) => self.greet(),
            (None, _) => self.assemble(),
        };
        if let Err(error) = &step {
            self.error = Some(error.clone());
            self.given_up = true;
        }
        step.transpose()
    }
}

/// The headers and bodies of complete frames in a row.
fn split(mut bytes: &[u8]) -> Result<Vec<(Header, &[u8])>, Error> {
    let mut frames = Vec::new();
    while let Some(header) = Header::decode(bytes)? {
        let size = usize::try_from(header.size).map_err(|_| Error::Length(header.size))?;
        let (body, rest) = bytes[header.len..].split_at(size);
        frames.push((header, body));
        bytes = rest;
    }
    Ok(frames)
}

#[cfg(test)]
mod tests;
