//! Subscribers that read as fast or as slowly as the check wants, over ipc, where little fits between publisher and subscriber.
//!
//! A connection over tcp to this machine holds megabytes in the kernel's buffers, all of the numbers to 100 000; an ipc socket of Linux
//! holds 200 kB. So who does not read is soon felt by the publisher's queue.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use harness::raw::RawPeer;

/// What a subscriber has read.
#[derive(Debug, Default)]
pub struct Reading {
    /// How many messages came.
    pub count: u64,
    /// The first numbers that did not come, where others came after them: from and to.
    pub gap: Option<(u64, u64)>,
    /// Something that is not what should come.
    pub odd: Option<Vec<Vec<u8>>>,
    /// The last number that came.
    pub last: u64,
    /// Whether `end` came.
    pub whole: bool,
}

/// Connects and subscribes to everything. Each wait ends after `limit`.
pub fn subscribe(endpoint: &str, limit: Duration) -> io::Result<RawPeer> {
    let mut peer = RawPeer::connect(endpoint, limit)?;
    peer.shake_hands("SUB")?;
    peer.subscribe(b"")?;
    Ok(peer)
}

/// Reads up to `end`, to the end of the connection, or until nothing comes any more; tells on the way how much it has.
pub fn read(peer: &mut RawPeer, progress: &AtomicU64) -> Reading {
    let mut reading = Reading::default();
    while let Ok(message) = peer.receive_message() {
        reading.count += 1;
        progress.store(reading.count, Ordering::Relaxed);
        let text = message.first().and_then(|frame| std::str::from_utf8(frame).ok());
        match text.map(str::parse::<u64>) {
            Some(Ok(number)) => {
                if number != reading.last + 1 && reading.gap.is_none() {
                    reading.gap = Some((reading.last + 1, number.saturating_sub(1)));
                }
                reading.last = number;
            }
            _ if text == Some("end") => {
                reading.whole = true;
                return reading;
            }
            _ => reading.odd = reading.odd.or(Some(message)),
        }
    }
    reading
}

impl Reading {
    /// What is missing of the numbers to `count` and `end`, in words; none where nothing is.
    pub fn missing(&self, count: u64) -> Option<String> {
        if self.whole && self.gap.is_none() && self.last == count && self.odd.is_none() {
            return None;
        }
        let tail = if self.whole { "`end`" } else { "no `end`" };
        let gap = self.gap.map_or(String::new(), |(from, to)| format!("; the first gap is {from} to {to}"));
        let lost = (count + 1).saturating_sub(self.count);
        Some(format!(
            "{} of {} messages, the last number was {}, and {tail}; {lost} were lost{gap}",
            self.count,
            count + 1,
            self.last
        ))
    }
}
