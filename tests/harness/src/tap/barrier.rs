//! When a subscription is live: the publisher has read it *and* its socket knows.
//!
//! libzmq reads commands and answers PING in its I/O thread, in the order in which they came. So a PONG to a PING
//! behind a SUBSCRIBE says that the I/O thread has handed the subscription to the socket's mailbox. The socket looks
//! there only every 3 000 000 clock ticks when it sends, so a little time must pass too (measured).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::zmtp::{COMMAND, Command, Greeting, LONG};

/// Longer than 3 000 000 ticks of a slow processor's clock.
const MAILBOX: Duration = Duration::from_millis(5);
/// The front of the context by which the tap knows its own PONG.
const MARK: &[u8] = b"tap";

/// The questions of the tap about the subscriptions of one side.
#[derive(Debug, Default)]
pub(crate) struct Barrier {
    /// Subscriptions that were passed on.
    pub(crate) subscribed: u64,
    /// Those that a PING was sent behind.
    asked: u64,
    pings: u64,
    pending: VecDeque<(Vec<u8>, u64)>,
    answered: VecDeque<(Instant, u64)>,
}

impl Barrier {
    /// Whether there are subscriptions that nobody was asked about.
    pub(crate) fn is_due(&self) -> bool {
        self.subscribed > self.asked
    }

    /// The PING to send behind the subscriptions so far.
    pub(crate) fn ping(&mut self) -> Vec<u8> {
        self.asked = self.subscribed;
        self.pings += 1;
        let context = [MARK, &self.pings.to_be_bytes()].concat();
        self.pending.push_back((context.clone(), self.asked));
        Command::Ping { ttl: 0, context }.encode()
    }

    /// Whether a PONG with this context answers the tap; then it is not passed on.
    pub(crate) fn answers(&mut self, context: &[u8], now: Instant) -> bool {
        let Some(at) = self.pending.iter().position(|(known, _)| known == context) else { return false };
        if let Some((_, subscribed)) = self.pending.drain(..=at).next_back() {
            self.answered.push_back((now + MAILBOX, subscribed));
        }
        true
    }

    /// How many subscriptions are live by now, if that changed.
    pub(crate) fn live(&mut self, now: Instant) -> Option<u64> {
        let ripe = self.answered.iter().take_while(|(due, _)| *due <= now).count();
        self.answered.drain(..ripe).next_back().map(|(_, subscribed)| subscribed)
    }

    pub(crate) fn due(&self) -> Option<Instant> {
        self.answered.front().map(|(due, _)| *due)
    }
}

/// Whether this peer knows PING (RFC 37 does, RFC 23 does not).
pub(crate) fn knows_ping(greeting: &Greeting) -> bool {
    (greeting.major, greeting.minor) >= (3, 1)
}

/// One frame: where it begins, where its body begins, where it ends. Nothing where it is not complete.
fn frame_at(bytes: &[u8], start: usize) -> Option<(u8, usize, usize)> {
    let flags = *bytes.get(start)?;
    let (body, size) = if flags & LONG == 0 {
        (start + 2, u64::from(*bytes.get(start + 1)?))
    } else {
        (start + 9, u64::from_be_bytes(*bytes.get(start + 1..)?.first_chunk()?))
    };
    let end = body.checked_add(usize::try_from(size).ok()?)?;
    (end <= bytes.len()).then_some((flags, body, end))
}

/// A message's bytes without the commands in it for which `unwanted` is true.
pub(crate) fn without(raw: &[u8], mut unwanted: impl FnMut(&Command) -> bool) -> Vec<u8> {
    let mut kept = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some((flags, body, end)) = frame_at(raw, at) {
        if flags & COMMAND == 0 || !unwanted(&Command::decode(&raw[body..end])) {
            kept.extend(&raw[at..end]);
        }
        at = end;
    }
    kept.extend(&raw[at..]);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zmtp::{MORE, frame};

    #[test]
    fn a_subscription_is_live_some_time_after_the_pong() {
        let mut barrier = Barrier { subscribed: 2, ..Barrier::default() };
        assert!(barrier.is_due());
        let Command::Ping { context, .. } = Command::decode(&barrier.ping()[2..]) else { panic!("no PING") };
        assert!(context.len() <= 16, "libzmq echoes no more");
        assert!(!barrier.is_due());
        let now = Instant::now();
        assert!(!barrier.answers(b"", now));
        assert!(barrier.answers(&context, now));
        assert!(!barrier.answers(&context, now), "it was asked once");
        assert_eq!(barrier.live(now), None);
        assert_eq!(barrier.due(), Some(now + MAILBOX));
        assert_eq!(barrier.live(now + MAILBOX), Some(2));
        assert_eq!(barrier.live(now + MAILBOX), None);
    }

    #[test]
    fn a_pong_is_taken_out_from_between_the_frames() {
        let long = frame(MORE, &[7; 300]);
        let pong = Command::Pong(b"x".to_vec()).encode();
        let other = Command::Pong(b"y".to_vec()).encode();
        let last = frame(0, b"end");
        let raw = [&long[..], &pong, &other, &last].concat();
        let kept = without(&raw, |command| *command == Command::Pong(b"x".to_vec()));
        assert_eq!(kept, [long, other, last].concat());
    }
}
