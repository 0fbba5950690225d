//! Subscribers that read as fast or as slowly as the check wants, over ipc, where little fits between publisher and subscriber.
//!
//! A connection over tcp to this machine holds megabytes in the kernel's buffers, all of the numbers to 100 000; an ipc socket of Linux
//! holds 200 kB. So who does not read is soon felt by the publisher's queue.

use std::fmt;
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
    /// The last number that came.
    last: u64,
    /// Whether `end` came.
    whole: bool,
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
        if text == Some("end") {
            reading.whole = true;
            break;
        }
        if let Some(number) = text.and_then(|text| text.parse::<u64>().ok()) {
            if number.saturating_sub(1) > reading.last && reading.gap.is_none() {
                reading.gap = Some((reading.last + 1, number - 1));
            }
            reading.last = number;
        }
    }
    reading
}

impl fmt::Display for Reading {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.whole { "`end` came" } else { "`end` did not come" };
        write!(out, "{} messages; the last number was {}, and {end}", self.count, self.last)?;
        match self.gap {
            Some((from, to)) => write!(out, "; the first gap is {from} to {to}"),
            None => Ok(()),
        }
    }
}
