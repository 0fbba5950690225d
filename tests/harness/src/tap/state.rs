//! What a tap has seen so far, in numbers that a suite can wait for.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::endpoint::Endpoint;
use super::rule::Side;
use super::rules::Rules;

/// What one side sent on one connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Messages that reached the tap, whatever became of them.
    pub messages: u64,
    /// Messages that were passed on, broken ones included.
    pub passed: u64,
    /// Messages that were swallowed.
    pub lost: u64,
    /// Messages that are kept back now.
    pub held: u64,
    /// Subscriptions that reached the tap; their ends are not counted.
    pub subscriptions: u64,
    /// Subscriptions that were passed on.
    pub subscribed: u64,
    /// Subscriptions of which the publisher is known to know; see [`Tap::wait_live`](super::Tap::wait_live).
    pub live: u64,
    /// PINGs and PONGs that reached the tap.
    pub heartbeats: u64,
    /// Octets that reached the tap.
    pub octets: u64,
    /// Whether something came that is not ZMTP.
    pub garbage: bool,
}

/// One connection, as a tap sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionState {
    /// Its number on the link, from 1.
    pub number: u32,
    /// Whether neither side, nor the tap, has closed it.
    pub open: bool,
    /// Whether READY went through in both directions.
    pub shaken: bool,
    /// Whether nothing is passed on any more.
    pub frozen: bool,
    counts: [Counts; 2],
}

impl ConnectionState {
    pub(crate) fn new(number: u32) -> Self {
        Self { number, open: true, ..Self::default() }
    }

    /// What this side sent.
    pub fn from(&self, side: Side) -> &Counts {
        &self.counts[side.index()]
    }

    pub(crate) fn of(&mut self, side: Side) -> &mut Counts {
        &mut self.counts[side.index()]
    }
}

/// A link, as a tap sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// All connections there were, in the order of their numbers.
    pub connections: Vec<ConnectionState>,
    /// How often somebody came while there was nobody to lead them to. These have no number.
    pub refused: u64,
    /// Messages that each side sent, counted over all connections.
    pub(crate) sent: [u64; 2],
}

impl State {
    /// Connections that are open.
    pub fn open(&self) -> usize {
        self.connections.iter().filter(|connection| connection.open).count()
    }

    /// Connections that ended.
    pub fn closed(&self) -> usize {
        self.connections.len() - self.open()
    }

    /// Connections on which READY went through in both directions.
    pub fn handshakes(&self) -> usize {
        self.connections.iter().filter(|connection| connection.shaken).count()
    }

    /// Messages from this side that reached the tap.
    pub fn messages(&self, side: Side) -> u64 {
        self.sum(side, |counts| counts.messages)
    }

    /// Messages from this side that were passed on.
    pub fn passed(&self, side: Side) -> u64 {
        self.sum(side, |counts| counts.passed)
    }

    /// Messages from this side that were swallowed.
    pub fn lost(&self, side: Side) -> u64 {
        self.sum(side, |counts| counts.lost)
    }

    /// Messages from this side that are kept back now.
    pub fn held(&self, side: Side) -> u64 {
        self.sum(side, |counts| counts.held)
    }

    /// Subscriptions that reached the tap, from either side.
    pub fn subscriptions(&self) -> u64 {
        self.both(|counts| counts.subscriptions)
    }

    /// Subscriptions that were passed on, from either side.
    pub fn subscribed(&self) -> u64 {
        self.both(|counts| counts.subscribed)
    }

    /// Subscriptions of which the publisher is known to know.
    pub fn live(&self) -> u64 {
        self.both(|counts| counts.live)
    }

    /// The sum over all connections of what this side did.
    pub fn sum(&self, side: Side, what: impl Fn(&Counts) -> u64) -> u64 {
        self.connections.iter().map(|connection| what(connection.from(side))).sum()
    }

    fn both(&self, what: impl Fn(&Counts) -> u64) -> u64 {
        Side::BOTH.iter().map(|side| self.sum(*side, &what)).sum()
    }
}

impl fmt::Display for State {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} connections, {} of them open", self.connections.len(), self.open())?;
        write!(out, ", {} handshakes, {} subscriptions", self.handshakes(), self.subscriptions())?;
        for (side, name) in [(Side::Connector, "connecting"), (Side::Acceptor, "accepting")] {
            write!(out, ", {} messages from the {name} side", self.messages(side))?;
        }
        if self.refused > 0 {
            write!(out, ", {} times nobody to lead to", self.refused)?;
        }
        Ok(())
    }
}

/// Why a wait did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaitError {
    /// The time was over; what the tap had seen by then.
    Deadline(Box<State>),
    /// The publisher speaks ZMTP 3.0, which has no PING to ask with.
    NoPing,
    /// The tap's thread has ended, which is a mistake of the harness.
    Ended,
}

impl fmt::Display for WaitError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadline(state) => write!(out, "the tap saw only {state}"),
            Self::NoPing => write!(out, "the publisher speaks ZMTP 3.0, which has no PING"),
            Self::Ended => write!(out, "the tap has ended"),
        }
    }
}

impl std::error::Error for WaitError {}

/// What a tap is asked to do once. It is done before the call returns that asks for it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    /// Close what is open.
    Cut,
    /// Stop passing on.
    Freeze,
    /// Go on passing on.
    Thaw,
}

/// Whether subscriptions are followed by a PING of the tap's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Asking {
    #[default]
    No,
    Yes,
    /// There was a publisher that knows no PING.
    InVain,
}

/// What a tap's handle and its thread share. The thread holds it while it works, and not while it waits.
#[derive(Debug, Default)]
pub(crate) struct Control {
    pub(crate) rules: Rules,
    pub(crate) state: State,
    pub(crate) target: Option<Endpoint>,
    pub(crate) orders: VecDeque<Order>,
    pub(crate) barrier: Asking,
    pub(crate) stop: bool,
    pub(crate) ended: bool,
    /// How often the thread was asked to look here, and how often it has.
    pub(crate) asked: u64,
    pub(crate) answered: u64,
}

/// The control and its bell.
#[derive(Debug)]
pub(crate) struct Shared {
    control: Mutex<Control>,
    changed: Condvar,
}

impl Shared {
    pub(crate) fn of(control: Control) -> Self {
        Self { control: Mutex::new(control), changed: Condvar::new() }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn ring(&self) {
        self.changed.notify_all();
    }

    /// Waits until it is so, or the thread has ended, or the time is over.
    pub(crate) fn wait(
        &self,
        limit: Duration,
        mut so: impl FnMut(&Control) -> bool,
    ) -> Result<(), WaitError> {
        // A limit too long for the clock is no limit.
        let end = Instant::now().checked_add(limit);
        let mut control = self.lock();
        loop {
            if so(&control) {
                return Ok(());
            }
            if control.ended {
                return Err(WaitError::Ended);
            }
            let left =
                end.map_or(Duration::from_secs(3600), |end| end.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return Err(WaitError::Deadline(Box::new(control.state.clone())));
            }
            control = self.changed.wait_timeout(control, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
