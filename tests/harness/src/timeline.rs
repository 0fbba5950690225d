//! The record of one scene: what happened, in one order, by one clock.
//!
//! Everything that a check can see becomes an [`Event`] here: programs start, print and exit, connections
//! are made and closed, frames travel, faults are injected. `chart` draws it; this module only keeps it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// Bytes that were sent, printed or typed.
///
/// In JSON they are a string where they are UTF-8, and `{"hex": "00ff"}` where they are not, so that
/// a record written and read again holds the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "PayloadText", into = "PayloadText")]
pub struct Payload(pub Vec<u8>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum PayloadText {
    Text(String),
    Hex { hex: String },
}

impl From<Payload> for PayloadText {
    fn from(payload: Payload) -> Self {
        match String::from_utf8(payload.0) {
            Ok(text) => Self::Text(text),
            Err(error) => {
                Self::Hex { hex: error.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect() }
            }
        }
    }
}

impl TryFrom<PayloadText> for Payload {
    type Error = String;

    fn try_from(text: PayloadText) -> Result<Self, String> {
        match text {
            PayloadText::Text(text) => Ok(Self(text.into_bytes())),
            PayloadText::Hex { hex } => {
                if !hex.is_ascii() || hex.len() % 2 != 0 {
                    return Err(format!("`{hex}` is not pairs of hexadecimal digits"));
                }
                (0..hex.len())
                    .step_by(2)
                    .map(|at| u8::from_str_radix(&hex[at..at + 2], 16))
                    .collect::<Result<_, _>>()
                    .map(Self)
                    .map_err(|error| format!("`{hex}`: {error}"))
            }
        }
    }
}

impl<T: AsRef<[u8]>> From<T> for Payload {
    fn from(bytes: T) -> Self {
        Self(bytes.as_ref().to_vec())
    }
}

/// One connection on a wire: the link's name and the number of the connection on it, from 1.
///
/// A link is one endpoint between two sides; a reconnecting socket makes connection 2, 3, … on the same link.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Link {
    /// What the check, or `cargo lab trace`, calls this link.
    pub name: String,
    /// 1 for the first connection made on it.
    pub connection: u32,
}

/// Where a line of text came from or went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
    /// Standard input: typed by the check.
    In,
}

/// What became of a message on a tapped link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It went through.
    Passed,
    /// The tap swallowed it: it never arrived.
    Lost,
    /// The tap keeps it back; when it is let go, an event with `Released` follows.
    Held,
    /// It was held or delayed before, and goes through now.
    Released,
    /// The connection was cut in front of it or in the middle of it: it never arrived.
    Cut,
    /// It was passed on with other bytes than it came with.
    Corrupted,
}

/// What happened.
///
/// Participants (`who`, `from`, `to`, `by`) are the names under which a scene started its programs and opened
/// its own sockets, such as `server`, `client 2` or `the check's REQ`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum What {
    /// A program was started.
    Start {
        /// The program.
        who: String,
        /// Its command line, the program's file name first.
        command: Vec<String>,
    },
    /// A line was printed by a program, or typed to it; without its newline.
    Line {
        /// The program.
        who: String,
        /// Which of its streams.
        stream: Stream,
        /// The line.
        text: Payload,
    },
    /// A program was sent a signal by the check.
    Signal {
        /// The program.
        who: String,
        /// The signal's name, as in `SIGTERM`.
        signal: String,
    },
    /// A program ended.
    Exit {
        /// The program.
        who: String,
        /// Its exit code, unless a signal ended it.
        code: Option<i32>,
        /// The signal that ended it, as in `SIGKILL`.
        signal: Option<String>,
    },
    /// A socket of the harness's own was opened.
    Open {
        /// The socket's name.
        who: String,
        /// Its type, as in `REQ`.
        socket: String,
        /// `bind` or `connect` and the endpoint.
        endpoint: String,
    },
    /// A connection was made.
    Connect {
        /// Which connection.
        link: Link,
        /// The side that connected.
        from: String,
        /// The side that accepted.
        to: String,
    },
    /// Greetings and READY commands were exchanged.
    Handshake {
        /// Which connection.
        link: Link,
        /// The side that connected, and its socket type as in `REQ`.
        from: (String, String),
        /// The side that accepted, and its socket type.
        to: (String, String),
        /// The security mechanism, as in `NULL`.
        mechanism: String,
    },
    /// A subscription, or its end.
    Subscribe {
        /// Which connection, where the link is tapped.
        link: Option<Link>,
        /// The subscriber.
        from: String,
        /// The publisher.
        to: String,
        /// The prefix that is subscribed to.
        topic: Payload,
        /// True where the subscription ends.
        cancel: bool,
        /// What became of it.
        fate: Fate,
    },
    /// A message.
    Message {
        /// Which connection, where the link is tapped.
        link: Option<Link>,
        /// The sender.
        from: String,
        /// The receiver.
        to: String,
        /// Its frames.
        frames: Vec<Payload>,
        /// What became of it.
        fate: Fate,
    },
    /// A ZMTP PING or PONG.
    Heartbeat {
        /// Which connection.
        link: Link,
        /// The sender.
        from: String,
        /// The receiver.
        to: String,
        /// True for PING, false for PONG.
        ping: bool,
        /// What became of it.
        fate: Fate,
    },
    /// Another ZMTP command: ERROR, or one that is not known here.
    Command {
        /// Which connection.
        link: Link,
        /// The sender.
        from: String,
        /// The receiver.
        to: String,
        /// The command's name, as in `ERROR`.
        name: String,
        /// The command's body.
        body: Payload,
    },
    /// Bytes that are not ZMTP.
    Garbage {
        /// Which connection.
        link: Link,
        /// The sender.
        from: String,
        /// The first of the bytes, at most 64.
        bytes: Payload,
        /// What is wrong with them, in a sentence.
        why: String,
    },
    /// A connection ended.
    Close {
        /// Which connection.
        link: Link,
        /// Who closed it: a participant, or `tap` where a fault was injected.
        by: String,
    },
    /// A fault was injected, or lifted.
    Fault {
        /// Which connection, where there is one.
        link: Option<Link>,
        /// What was done, as in `hold the subscriptions` or `cut before message 3`.
        what: String,
    },
    /// A remark of the check.
    Note {
        /// The remark.
        text: String,
    },
}

/// One thing that happened, with its place in the order of all things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its place in the order of the record, from 0.
    pub seq: u64,
    /// Microseconds since the scene began, by a clock that never goes back.
    pub at_us: u64,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// The record, shared by all that write to it; cloning gives another handle to the same record.
#[derive(Clone, Debug)]
pub struct Timeline {
    start: Instant,
    events: Arc<(Mutex<Vec<Event>>, Condvar)>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self::new()
    }
}

impl Timeline {
    /// An empty record whose clock starts now.
    pub fn new() -> Self {
        Self { start: Instant::now(), events: Arc::default() }
    }

    /// Adds an event. Its place and its time are taken under one lock, so both have the same order.
    pub fn record(&self, what: What) {
        let mut events = self.lock();
        let at_us = u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX);
        let seq = events.len() as u64;
        events.push(Event { seq, at_us, what });
        self.events.1.notify_all();
    }

    /// What was recorded so far.
    pub fn events(&self) -> Vec<Event> {
        self.lock().clone()
    }

    /// What was recorded from the event `seq` on; waits for one, and gives none when `limit` is over.
    pub fn wait_from(&self, seq: usize, limit: Duration) -> Vec<Event> {
        let events = self.lock();
        let waited = self.events.1.wait_timeout_while(events, limit, |events| events.len() <= seq);
        let (events, _) = waited.unwrap_or_else(PoisonError::into_inner);
        events.get(seq..).unwrap_or_default().to_vec()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Event>> {
        self.events.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_survives_json_byte_for_byte() {
        let record = Timeline::new();
        let frames = vec![
            Payload::from("привіт"),
            Payload::from([0, 255]),
            Payload::default(),
            "{\"hex\": \"00\"}".into(),
        ];
        let link = Link { name: "server".into(), connection: 2 };
        record.record(What::Message {
            link: Some(link),
            from: "a".into(),
            to: "b".into(),
            frames,
            fate: Fate::Lost,
        });
        record.record(What::Exit { who: "a".into(), code: None, signal: Some("SIGKILL".into()) });
        let json = serde_json::to_string(&record.events()).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Event>>(&json).unwrap(), record.events());
    }

    #[test]
    fn who_waits_gets_what_is_recorded_meanwhile_or_nothing() {
        let record = Timeline::new();
        assert_eq!(record.wait_from(0, Duration::ZERO), []);
        let other = record.clone();
        let writer = std::thread::spawn(move || other.record(What::Note { text: "x".into() }));
        assert_eq!(record.wait_from(0, Duration::from_secs(20)).len(), 1);
        assert_eq!(record.wait_from(1, Duration::ZERO), []);
        writer.join().unwrap();
    }

    #[test]
    fn hexadecimal_of_odd_length_is_refused() {
        assert!(serde_json::from_str::<Payload>("{\"hex\": \"0\"}").is_err());
        assert!(serde_json::from_str::<Payload>("{\"hex\": \"zz\"}").is_err());
    }
}
