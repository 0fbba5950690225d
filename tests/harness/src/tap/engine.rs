//! The tap's one thread: it waits for sockets, for time and for orders, and lets connections advance.
//!
//! One thread for all connections gives one order to what is recorded, and one thing to end when the tap is dropped.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};

use crate::timeline::{Link, Timeline, What};

use super::connection::{Connection, Freeze, Options, Stage};
use super::endpoint::{Listener, Stream, timespec};
use super::rule::{Act, Side};
use super::rules::{Seen, Thing};
use super::state::{ConnectionState, Control, Order, Shared};
use super::voice::{Naming, Voice};

/// Octets that are read with one call.
const CHUNK: usize = 128 << 10;
/// How long nobody is accepted after the system refused to accept, for want of file descriptors as a rule.
const BREATHER: Duration = Duration::from_millis(20);

/// All that the thread owns.
pub(crate) struct Engine {
    pub(crate) shared: Arc<Shared>,
    pub(crate) listener: Listener,
    pub(crate) bell: UnixStream,
    pub(crate) timeline: Timeline,
    pub(crate) name: String,
    pub(crate) connector: Naming,
    pub(crate) acceptor: String,
    pub(crate) options: Options,
    pub(crate) connections: Vec<Connection>,
    pub(crate) no_accept_before: Option<Instant>,
}

/// Says that the thread has ended, also where it panicked, so that nobody waits for it in vain.
struct LastWord(Arc<Shared>);

impl Drop for LastWord {
    fn drop(&mut self) {
        self.0.lock().ended = true;
        self.0.ring();
    }
}

/// What poll said.
struct Woken {
    bell: bool,
    listener: bool,
    sockets: Vec<(usize, Side)>,
}

impl Engine {
    /// Works until it is told to stop. All sockets are closed when it returns.
    pub(crate) fn run(mut self) {
        let _last_word = LastWord(Arc::clone(&self.shared));
        let shared = Arc::clone(&self.shared);
        let mut buffer = vec![0; CHUNK];
        let mut advanced = Instant::now();
        loop {
            let woken = match self.wait(advanced) {
                Ok(woken) => woken,
                Err(error) => {
                    self.timeline
                        .record(What::Note { text: format!("{}: the tap cannot wait: {error}", self.name) });
                    return;
                }
            };
            let mut control = shared.lock();
            if control.stop {
                return;
            }
            advanced = Instant::now();
            self.turn(&woken, &mut buffer, &mut control, advanced);
            shared.ring();
        }
    }

    /// Waits for something to do.
    fn wait(&self, advanced: Instant) -> io::Result<Woken> {
        let accepts = if self.no_accept_before.is_some() { PollFlags::empty() } else { PollFlags::IN };
        let mut polled = vec![PollFd::new(&self.bell, PollFlags::IN), PollFd::new(&self.listener, accepts)];
        let mut sockets = Vec::new();
        for (at, connection) in self.connections.iter().enumerate() {
            for side in Side::BOTH {
                let interest = connection.interest(side);
                if let (false, Some(stream)) = (interest.is_empty(), connection.stream(side)) {
                    polled.push(PollFd::new(stream, interest));
                    sockets.push((at, side));
                }
            }
        }
        let dues = self.connections.iter().filter_map(|connection| connection.due(advanced));
        let due = dues.chain(self.no_accept_before).min();
        let timeout = due.map(|due| timespec(due.saturating_duration_since(Instant::now())));
        match poll(&mut polled, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let is_ready = |at: usize| !polled[at].revents().is_empty();
        let sockets = sockets.into_iter().enumerate().filter(|(at, _)| is_ready(at + 2)).map(|(_, it)| it);
        Ok(Woken { bell: is_ready(0), listener: is_ready(1), sockets: sockets.collect() })
    }

    /// Does what there is to do.
    fn turn(&mut self, woken: &Woken, buffer: &mut [u8], control: &mut Control, now: Instant) {
        if woken.bell {
            while matches!((&self.bell).read(buffer), Ok(count) if count > 0) {}
        }
        self.obey(control);
        self.lead_on_released(control);
        for (at, side) in &woken.sockets {
            let connection = &mut self.connections[*at];
            if connection.interest(*side).contains(PollFlags::IN) {
                connection.read(*side, buffer, control);
            }
        }
        if self.no_accept_before.is_some_and(|then| then <= now) {
            self.no_accept_before = None;
        }
        if woken.listener {
            self.accept(control, now);
        }
        for connection in &mut self.connections {
            connection.advance(control, now);
        }
        self.connections.retain(|connection| !connection.is_gone());
        control.answered = control.asked;
    }

    fn obey(&mut self, control: &mut Control) {
        while let Some(order) = control.orders.pop_front() {
            for connection in &mut self.connections {
                match order {
                    Order::Cut if matches!(connection.stage, Stage::Open | Stage::Waiting(_)) => {
                        connection.voice.fault("cut");
                        connection.cut(None, control);
                    }
                    Order::Freeze if connection.flows_on() => {
                        connection.voice.fault("freeze");
                        connection.freeze(Freeze::ByOrder, control);
                    }
                    Order::Thaw if connection.frozen == Some(Freeze::ByOrder) => {
                        connection.voice.fault("no longer: freeze");
                        connection.thaw(control);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Goes on with what lifted rules kept.
    fn lead_on_released(&mut self, control: &mut Control) {
        for connection in &mut self.connections {
            match (&connection.stage, connection.frozen) {
                (Stage::Waiting(by), _) if by.iter().all(|rule| control.rules.is_lifted(*rule)) => {
                    match control.target.as_ref().map(super::endpoint::Endpoint::connect) {
                        Some(Ok(stream)) => connection.lead_to(stream),
                        _ => connection.cut(Some(Side::Acceptor), control),
                    }
                }
                (_, Some(Freeze::ByRule(rule))) if control.rules.is_lifted(rule) => connection.thaw(control),
                _ => {}
            }
        }
    }

    fn accept(&mut self, control: &mut Control, now: Instant) {
        loop {
            match self.listener.accept() {
                Ok(stream) => self.admit(stream, control),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // The one that came is gone again.
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted
                    ) => {}
                Err(_) => {
                    self.no_accept_before = Some(now + BREATHER);
                    return;
                }
            }
        }
    }

    /// Makes a connection of who came, or closes where there is nobody to lead to: libzmq comes again.
    fn admit(&mut self, stream: Stream, control: &mut Control) {
        let number = u32::try_from(control.state.connections.len() + 1).unwrap_or(u32::MAX);
        let seen = Seen { thing: Thing::Connection, side: None, connection: number };
        let verdict = control.rules.judge(seen);
        let lost =
            matches!(verdict.act, Some((_, Act::Lose | Act::CutBefore | Act::CutInside | Act::CutAfter)));
        let onward = if lost || !verdict.held_by.is_empty() {
            None
        } else {
            let led = control.target.as_ref().and_then(|target| target.connect().ok());
            if led.is_none() {
                return self.refuse(control);
            }
            led
        };
        control.state.connections.push(ConnectionState::new(number));
        let mut connection = Connection::new(number, stream, self.voice(number), self.options);
        if !self.options.by_identity || !verdict.faults.is_empty() {
            connection.voice.introduce();
        }
        for fault in verdict.faults {
            connection.voice.fault(fault);
        }
        match onward {
            Some(onward) => connection.lead_to(onward),
            None if lost => connection.cut(None, control),
            None => connection.stage = Stage::Waiting(verdict.held_by),
        }
        if let Some((rule, Act::Freeze)) = verdict.act {
            connection.freeze(Freeze::ByRule(rule), control);
        }
        self.connections.push(connection);
    }

    fn refuse(&self, control: &mut Control) {
        control.state.refused += 1;
        if control.state.refused == 1 {
            let text = format!("{}: nobody to lead to yet; who came was closed and comes again", self.name);
            self.timeline.record(What::Note { text });
        }
    }

    fn voice(&self, number: u32) -> Voice {
        let link = Link { name: self.name.clone(), connection: number };
        let (Naming::ByNumber(name_of) | Naming::ByIdentity(name_of)) = &self.connector;
        Voice::new(self.timeline.clone(), link, [name_of(number), self.acceptor.clone()])
    }
}
