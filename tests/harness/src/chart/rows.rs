//! One row for each thing that happened: on which lanes, and in which words.
//!
//! Rows are not drawn yet: `layout` puts them into columns of text, `svg` into a picture.

use super::label::Label;
use super::lanes::{Lanes, TAP};
use super::words::{clean, count, duration, payload, quoted};
use crate::timeline::{Event, Fate, Payload, Stream, What};

/// How a thing strikes the eye. Text has no colours, so the words say it, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// What a program prints or is told, and what the check remarks.
    Plain,
    /// What goes on beside the story: connections, commands, heartbeats.
    Faint,
    /// What went wrong.
    Bad,
    /// What the tap or the check did to it.
    Fault,
}

/// What a row shows at a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Its life begins.
    Start,
    /// Its life ends.
    Exit,
    /// Anything else.
    Tick,
}

/// How an arrow is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A message.
    Message,
    /// What libzmq says to libzmq.
    Protocol,
}

/// What a row shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Something at one lane.
    Lane { who: usize, mark: Mark, tone: Tone, label: Label },
    /// Something from one lane to one or more others; `to` is not empty and does not hold `from`.
    Arrow { from: usize, to: Vec<usize>, both: bool, line: Line, tone: Tone, fate: Fate, label: Label },
    /// Something that concerns them all.
    Wide { tone: Tone, label: Label },
    /// Nothing, for this many microseconds.
    Gap(u64),
    /// Rows that were folded; the tally says what they were.
    Folded,
}

/// What a row stands for, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Tally {
    /// Events in all.
    pub(super) events: usize,
    /// Messages by what became of them, in the order of [`Fate`].
    pub(super) fates: [usize; 6],
    /// Lines of output or input.
    pub(super) lines: usize,
    /// PINGs.
    pub(super) pings: usize,
    /// PONGs.
    pub(super) pongs: usize,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// When it began, in microseconds since the scene began.
    pub(super) at: u64,
    /// When the last of its events was.
    pub(super) until: u64,
    /// What it stands for.
    pub(super) tally: Tally,
    /// Lanes whose lives begin (true) or end here, in this order.
    pub(super) lives: Vec<(usize, bool)>,
    /// What it shows.
    pub(super) kind: Kind,
}

/// The place of a fate in [`Tally::fates`].
pub(super) fn place(fate: Fate) -> usize {
    match fate {
        Fate::Passed => 0,
        Fate::Lost => 1,
        Fate::Held => 2,
        Fate::Released => 3,
        Fate::Cut => 4,
        Fate::Corrupted => 5,
    }
}

/// A fate in a word.
pub(super) fn fate_word(fate: Fate) -> &'static str {
    ["passed", "lost", "held", "released", "cut", "corrupted"][place(fate)]
}

/// True where an arrow of this fate does not arrive.
pub(super) fn stops(fate: Fate) -> bool {
    matches!(fate, Fate::Lost | Fate::Held | Fate::Cut)
}

impl Tally {
    /// The tally of one event.
    pub(super) fn of(what: &What) -> Self {
        let mut tally = Self { events: 1, ..Self::default() };
        match what {
            What::Message { fate, .. } => tally.fates[place(*fate)] = 1,
            What::Line { .. } => tally.lines = 1,
            What::Heartbeat { ping: true, .. } => tally.pings = 1,
            What::Heartbeat { .. } => tally.pongs = 1,
            _ => {}
        }
        tally
    }

    /// The tally of all these rows together.
    pub(super) fn of_rows(rows: &[Row]) -> Self {
        let mut tally = Self::default();
        for row in rows {
            tally.add(&row.tally);
        }
        tally
    }

    /// Adds another one.
    pub(super) fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.lines += other.lines;
        self.pings += other.pings;
        self.pongs += other.pongs;
        for (fate, number) in self.fates.iter_mut().zip(other.fates) {
            *fate += number;
        }
    }

    /// Messages, each counted once: one that was held and released is one.
    pub(super) fn messages(&self) -> usize {
        let all: usize = self.fates.iter().sum();
        all - self.fates[place(Fate::Held)].min(self.fates[place(Fate::Released)])
    }

    /// What a fold says: `478 more messages, 478 passed, 0 lost; 12 lines`.
    pub(super) fn words(&self) -> String {
        let mut parts = Vec::new();
        if self.messages() > 0 {
            let mut text = format!(
                "{}, {} passed, {} lost",
                count(self.messages(), "more message"),
                self.fates[0],
                self.fates[1]
            );
            for fate in [Fate::Held, Fate::Released, Fate::Cut, Fate::Corrupted] {
                if self.fates[place(fate)] > 0 {
                    text = format!("{text}, {} {}", self.fates[place(fate)], fate_word(fate));
                }
            }
            parts.push(text);
        }
        let beats = self.pings + self.pongs;
        let others = self.events - self.lines - beats - self.fates.iter().sum::<usize>();
        for (number, noun) in [(self.lines, "line"), (beats, "heartbeat"), (others, "other event")] {
            if number > 0 {
                parts.push(count(number, if parts.is_empty() { "more @" } else { "@" }).replace('@', noun));
            }
        }
        parts.join("; ")
    }
}

impl Row {
    /// The row of one event. All its participants must have lanes.
    pub(super) fn of(event: &Event, lanes: &Lanes) -> Self {
        let what = &event.what;
        let lives = match what {
            What::Start { who, .. } => vec![(lanes.place(who), true)],
            What::Exit { who, .. } => vec![(lanes.place(who), false)],
            _ => vec![],
        };
        Self { at: event.at_us, until: event.at_us, tally: Tally::of(what), lives, kind: kind(what, lanes) }
    }

    /// The row of a pause between two others.
    pub(super) fn gap(from: u64, until: u64) -> Self {
        let kind = Kind::Gap(until.saturating_sub(from));
        Self { at: from, until, tally: Tally::default(), lives: vec![], kind }
    }

    /// The words of a row that concerns all lanes, without decoration.
    pub(super) fn wide_words(&self) -> Option<Label> {
        match &self.kind {
            Kind::Wide { label, .. } => Some(label.clone()),
            Kind::Gap(us) => Some(Label::new(format!("{} without anything", duration(*us)))),
            Kind::Folded => Some(Label::new(self.tally.words())),
            Kind::Lane { .. } | Kind::Arrow { .. } => None,
        }
    }
}

fn kind(what: &What, lanes: &Lanes) -> Kind {
    match what {
        What::Connect { link, from, to } => {
            let text = match link.connection {
                0 | 1 => "connects".into(),
                more => format!("connects again (connection {more})"),
            };
            arrow(lanes, from, to, Fate::Passed, Label::new(text))
        }
        What::Handshake { from, to, mechanism, .. } => {
            arrow(lanes, &from.0, &to.0, Fate::Passed, handshake(&from.1, &to.1, mechanism, ""))
        }
        What::Subscribe { from, to, topic, cancel, fate, .. } => {
            arrow(lanes, from, to, *fate, subscription(topic, *cancel))
        }
        What::Message { from, to, frames, fate, .. } => {
            let mut kind = arrow(lanes, from, to, *fate, Label::of_frames(frames));
            if let Kind::Arrow { line, tone, .. } = &mut kind {
                *line = Line::Message;
                *tone = if stops(*fate) || *fate == Fate::Corrupted { Tone::Bad } else { Tone::Plain };
            }
            kind
        }
        What::Heartbeat { from, to, ping, fate, .. } => {
            arrow(lanes, from, to, *fate, Label::new(if *ping { "PING" } else { "PONG" }))
        }
        What::Command { from, to, name, body, .. } => {
            let text = format!("{}: {}", clean(name), payload(body));
            let label = Label::new(text.trim_end_matches([':', ' '])).of_bytes(body.0.len());
            let mut kind = arrow(lanes, from, to, Fate::Passed, label);
            if let Kind::Arrow { tone, .. } = &mut kind {
                *tone = if name == "ERROR" { Tone::Bad } else { Tone::Faint };
            }
            kind
        }
        What::Fault { link, what } => {
            let place = link.as_ref().map_or(String::new(), |link| format!(" on {}", clean(&link.name)));
            Kind::Wide { tone: Tone::Fault, label: Label::new(format!("tap{place}: {}", clean(what))) }
        }
        What::Close { link, by } if by == TAP => {
            let text = format!("tap on {}: closes connection {}", clean(&link.name), link.connection);
            Kind::Wide { tone: Tone::Fault, label: Label::new(text) }
        }
        What::Note { text } => Kind::Wide { tone: Tone::Plain, label: Label::new(clean(text)) },
        _ => at_lane(what, lanes),
    }
}

/// The rows that stand at one lane.
fn at_lane(what: &What, lanes: &Lanes) -> Kind {
    let (who, mark, tone, label) = match what {
        What::Start { who, command } => {
            let words = command.iter().map(|word| clean(word)).collect::<Vec<_>>().join(" ");
            let more = if command.len() > 1 { " ..." } else { "" };
            let program = command.first().map_or(String::new(), |program| clean(program) + more);
            (
                who,
                Mark::Start,
                Tone::Faint,
                Label::forms([format!("starts: {words}"), format!("starts: {program}"), "starts".into()]),
            )
        }
        What::Line { who, stream, text } => {
            let verb = match stream {
                Stream::Out => "prints",
                Stream::Err => "stderr",
                Stream::In => "stdin",
            };
            (
                who,
                Mark::Tick,
                Tone::Plain,
                Label::new(format!("{verb} {}", quoted(text))).of_bytes(text.0.len()),
            )
        }
        What::Signal { who, signal } => {
            (who, Mark::Tick, Tone::Fault, Label::new(format!("gets {}", clean(signal))))
        }
        What::Exit { who, code, signal } => match (code, signal) {
            (_, Some(signal)) => {
                (who, Mark::Exit, Tone::Bad, Label::new(format!("ended by {}", clean(signal))))
            }
            (Some(0), None) => (who, Mark::Exit, Tone::Faint, Label::new("exits 0")),
            (Some(code), None) => (who, Mark::Exit, Tone::Bad, Label::new(format!("exits {code}"))),
            (None, None) => (who, Mark::Exit, Tone::Faint, Label::new("ends")),
        },
        What::Open { who, socket, endpoint } => {
            let (socket, endpoint) = (clean(socket), clean(endpoint));
            let forms = [format!("opens {socket}, {endpoint}"), format!("opens {socket}")];
            (who, Mark::Tick, Tone::Faint, Label::forms(forms))
        }
        What::Garbage { from, bytes, why, .. } => {
            let text = format!("not ZMTP: {} ({})", payload(bytes), clean(why));
            (from, Mark::Tick, Tone::Bad, Label::forms([text, format!("not ZMTP: {}", payload(bytes))]))
        }
        What::Close { link, by } => {
            let short = format!("closes connection {}", link.connection);
            let forms = [format!("{short} of {}", clean(&link.name)), short, "closes".into()];
            (by, Mark::Tick, Tone::Faint, Label::forms(forms))
        }
        // Every other event has rows of another kind, made in `kind`.
        _ => return Kind::Wide { tone: Tone::Faint, label: Label::new("") },
    };
    Kind::Lane { who: lanes.place(who), mark, tone, label }
}

/// An arrow of the protocol; a message is made from it. What one sends to itself stands at its lane.
fn arrow(lanes: &Lanes, from: &str, to: &str, fate: Fate, label: Label) -> Kind {
    let (from, to) = (lanes.place(from), lanes.place(to));
    if from == to {
        let text = match fate {
            Fate::Passed => format!("to itself: {}", label.full()),
            fate => format!("to itself ({}): {}", fate_word(fate), label.full()),
        };
        return Kind::Lane { who: from, mark: Mark::Tick, tone: Tone::Plain, label: Label::new(text) };
    }
    let label = match fate {
        Fate::Released => label.ending(" (released)"),
        Fate::Corrupted => label.ending(" (corrupted)"),
        _ => label,
    };
    let tone = if fate == Fate::Passed || fate == Fate::Released { Tone::Faint } else { Tone::Bad };
    Kind::Arrow { from, to: vec![to], both: false, line: Line::Protocol, tone, fate, label }
}

/// What a handshake agreed on; `before` is what goes without saying where there is no room.
pub(super) fn handshake(from: &str, to: &str, mechanism: &str, before: &str) -> Label {
    let (pair, mechanism) = (format!("{}-{}", clean(from), clean(to)), clean(mechanism));
    Label::forms([
        format!("{before}handshake {pair}, {mechanism}"),
        format!("handshake {pair}, {mechanism}"),
        format!("{pair}, {mechanism}"),
        pair,
    ])
}

fn subscription(topic: &Payload, cancel: bool) -> Label {
    let un = if cancel { "un" } else { "" };
    let long = if topic.0.is_empty() { "to everything".into() } else { format!("to {}", quoted(topic)) };
    let short = if topic.0.is_empty() { "all".into() } else { quoted(topic) };
    let sub = if cancel { "unsub" } else { "sub" };
    Label::forms([
        format!("{un}subscribes {long}"),
        format!("{un}subscribes {short}"),
        format!("{sub} {short}"),
    ])
    .of_bytes(topic.0.len())
}
