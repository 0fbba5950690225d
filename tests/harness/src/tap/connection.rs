//! One connection through the tap: its two sockets, its two directions, its beginning and its end.
//!
//! What becomes of a unit is decided in `passage`; here are the bytes and the sockets.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;

use crate::zmtp::{Error, GREETING_LEN};

use super::endpoint::Stream;
use super::flow::Flow;
use super::rule::Side;
use super::state::{ConnectionState, Control};
use super::voice::Voice;

/// How long the two sides of a cut connection may take to read what was sent to them, and to close.
const LINGER: Duration = Duration::from_secs(2);

/// What a tap does on all its connections.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// Octets of the longest unit that is kept as a whole.
    pub(crate) unit_limit: usize,
    /// Whether a connection is closed on which something else than ZMTP comes.
    pub(crate) close_on_garbage: bool,
    /// Whether the connecting side is called by its identity.
    pub(crate) by_identity: bool,
}

/// How far a connection is.
#[derive(Debug)]
pub(crate) enum Stage {
    /// Accepted, and not led on until these rules are lifted.
    Waiting(Vec<u64>),
    Open,
    /// Nothing new is passed on; what was passed on is still written.
    Closing(Instant),
    Gone,
}

/// What keeps a connection frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freeze {
    ByRule(u64),
    ByOrder,
}

/// One connection.
pub(crate) struct Connection {
    pub(crate) number: u32,
    pub(crate) stage: Stage,
    pub(crate) frozen: Option<Freeze>,
    pub(crate) flows: [Flow; 2],
    pub(crate) voice: Voice,
    pub(crate) options: Options,
    streams: [Option<Stream>; 2],
    /// Whether the timeline tells that it was closed.
    closed: bool,
}

impl Connection {
    pub(crate) fn new(number: u32, stream: Stream, voice: Voice, options: Options) -> Self {
        let flow = || Flow::new(options.unit_limit);
        Self {
            number,
            stage: Stage::Open,
            frozen: None,
            flows: [flow(), flow()],
            voice,
            options,
            streams: [Some(stream), None],
            closed: false,
        }
    }

    /// Gives it its other socket; from now on it passes on.
    pub(crate) fn lead_to(&mut self, stream: Stream) {
        self.streams[Side::Acceptor.index()] = Some(stream);
        self.stage = Stage::Open;
    }

    pub(crate) fn stream(&self, side: Side) -> Option<&Stream> {
        self.streams[side.index()].as_ref()
    }

    pub(crate) fn flow(&mut self, side: Side) -> &mut Flow {
        &mut self.flows[side.index()]
    }

    /// Its row in the numbers that suites wait for.
    pub(crate) fn row<'a>(&self, control: &'a mut Control) -> &'a mut ConnectionState {
        &mut control.state.connections[self.number as usize - 1]
    }

    /// Whether units are looked at and passed on.
    pub(crate) fn flows_on(&self) -> bool {
        matches!(self.stage, Stage::Open) && self.frozen.is_none()
    }

    pub(crate) fn is_gone(&self) -> bool {
        matches!(self.stage, Stage::Gone)
    }

    /// What to wait for on the socket of this side. One with nothing to wait for must not be polled: its end would
    /// be reported again and again.
    pub(crate) fn interest(&self, side: Side) -> PollFlags {
        let mut interest = PollFlags::empty();
        let (from, to) = (&self.flows[side.index()], &self.flows[side.other().index()]);
        let reads = match self.stage {
            Stage::Open => self.frozen.is_none() && from.wants(),
            Stage::Closing(_) => !from.end.came,
            Stage::Waiting(_) | Stage::Gone => return interest,
        };
        interest.set(PollFlags::IN, reads);
        interest.set(PollFlags::OUT, !to.out.is_empty());
        interest
    }

    /// Reads what came from this side.
    pub(crate) fn read(&mut self, side: Side, buffer: &mut [u8], control: &mut Control) {
        let Some(mut stream) = self.streams[side.index()].as_ref() else { return };
        let count = match stream.read(buffer) {
            Ok(count) => count,
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {
                return;
            }
            // A connection that was reset has ended.
            Err(_) => 0,
        };
        if count == 0 {
            self.flow(side).end.came = true;
        } else if self.flows_on() {
            self.row(control).of(side).octets += count as u64;
            self.flow(side).decoder.push(&buffer[..count]);
        }
    }

    /// Passes on what can be passed on, and ends what has ended.
    pub(crate) fn advance(&mut self, control: &mut Control, now: Instant) {
        for side in Side::BOTH {
            if self.flows_on() {
                self.let_go(side, control, now);
                self.digest(side, control, now);
                self.drain(side, control);
                self.mind_the_barrier(side, control, now);
            }
        }
        for side in Side::BOTH {
            self.write(side);
        }
        self.end(now);
    }

    /// When it must advance though nothing comes. What was due before it advanced last and still waits, waits
    /// for something else.
    pub(crate) fn due(&self, advanced: Instant) -> Option<Instant> {
        if let Stage::Closing(until) = self.stage {
            return Some(until);
        }
        if !self.flows_on() {
            return None;
        }
        let dues = self.flows.iter().flat_map(|flow| {
            let held = flow.held.iter().filter(|held| held.by.is_empty()).filter_map(|held| held.due);
            held.chain(flow.barrier.due())
        });
        dues.filter(|due| *due >= advanced).min()
    }

    fn digest(&mut self, side: Side, control: &mut Control, now: Instant) {
        while self.flows_on() {
            match self.flow(side).decoder.next() {
                None => return,
                Some(Ok(unit)) => self.take(side, unit, control, now),
                Some(Err(error)) => self.garbage(side, &error, control),
            }
        }
    }

    fn garbage(&mut self, side: Side, error: &Error, control: &mut Control) {
        self.row(control).of(side).garbage = true;
        let flow = &self.flows[side.index()];
        // What was not handed out, and where the greeting broke off, what was.
        let in_greeting = flow.decoder.greeting().is_none();
        let bytes = if in_greeting {
            [&flow.greeting, flow.decoder.rest()].concat()
        } else {
            flow.decoder.rest().to_vec()
        };
        self.voice.garbage(side, &bytes, error.to_string());
        self.flow(side).broken = true;
        if self.options.close_on_garbage {
            self.cut(None, control);
        }
    }

    /// Passes on bytes that make no unit: after garbage, and at the end. Tells of the end.
    fn drain(&mut self, side: Side, control: &mut Control) {
        let flow = &mut self.flows[side.index()];
        if !matches!(self.stage, Stage::Open) || self.frozen.is_some() {
            return;
        }
        if flow.end.came && !self.closed {
            let garbage = Self::broke_off(flow);
            if let Some((bytes, why)) = garbage {
                self.row(control).of(side).garbage = true;
                self.voice.garbage(side, &bytes, why);
            }
            self.tell_end(Some(side), control);
        }
        let flow = &mut self.flows[side.index()];
        if flow.held.is_empty() && (flow.broken || flow.end.came) {
            let rest = flow.decoder.take_rest();
            flow.out.push(rest);
        }
    }

    /// What came of a unit that never became whole.
    fn broke_off(flow: &Flow) -> Option<(Vec<u8>, String)> {
        let greeted = flow.greeting.len();
        if flow.broken || (greeted == 0 && flow.decoder.rest().is_empty()) {
            None
        } else if flow.decoder.greeting().is_none() {
            let why =
                format!("the connection ended after {greeted} of the {GREETING_LEN} octets of the greeting");
            Some((flow.greeting.clone(), why))
        } else {
            let rest = flow.decoder.rest();
            (!rest.is_empty())
                .then(|| (rest.to_vec(), "the connection ended inside a frame or a message".into()))
        }
    }

    fn tell_end(&mut self, by: Option<Side>, control: &mut Control) {
        if !self.closed {
            self.closed = true;
            self.row(control).open = false;
            self.voice.close(by);
        }
    }

    /// Writes what this side sent to the other one.
    fn write(&mut self, side: Side) {
        let flow = &mut self.flows[side.index()];
        let Some(receiver) = self.streams[side.other().index()].as_ref() else { return };
        if flow.end.dead {
            flow.out.clear();
        } else if !flow.out.is_empty() && flow.out.write_to(receiver).is_err() {
            // It is gone. That it has ended is told when its last bytes are read.
            flow.end.dead = true;
            flow.out.clear();
        }
    }

    /// Closes both sides; what was passed on before is still written. By the tap, unless a side is named.
    pub(crate) fn cut(&mut self, by: Option<Side>, control: &mut Control) {
        self.tell_end(by, control);
        for side in Side::BOTH {
            self.row(control).of(side).held = 0;
            let absent = self.stream(side).is_none();
            let flow = self.flow(side);
            flow.end.came |= absent;
            flow.take_held();
            flow.decoder.take_rest();
        }
        self.frozen = None;
        self.row(control).frozen = false;
        self.stage = Stage::Closing(Instant::now() + LINGER);
    }

    /// Hands an end on, and is gone when both sides have ended and know.
    fn end(&mut self, now: Instant) {
        let closing = matches!(self.stage, Stage::Closing(_));
        if self.frozen.is_some() || matches!(self.stage, Stage::Waiting(_) | Stage::Gone) {
            return;
        }
        for side in Side::BOTH {
            let flow = &mut self.flows[side.index()];
            let over = closing || (flow.end.came && flow.held.is_empty());
            if over && !flow.end.told && flow.out.is_empty() {
                flow.end.told = true;
                if let Some(receiver) = self.streams[side.other().index()].as_ref() {
                    receiver.finish();
                }
            }
        }
        let [there, back] = &self.flows;
        // A side that is gone for good takes the connection with it, once all it sent has gone through.
        let gone = |from: &Flow, to: &Flow| from.end.came && from.end.told && to.end.dead;
        let both_ended = there.end.came && back.end.came && there.end.told && back.end.told;
        match self.stage {
            _ if both_ended => self.stage = Stage::Gone,
            Stage::Closing(until) if until <= now => self.stage = Stage::Gone,
            Stage::Open if gone(there, back) || gone(back, there) => {
                self.stage = Stage::Closing(now + LINGER);
            }
            _ => {}
        }
    }
}
