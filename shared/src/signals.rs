//! The wish to end, as something that can be polled.

use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

use crate::error::Error;

/// SIGINT (Ctrl-C), SIGTERM and SIGHUP, caught: they no longer end the program, but make this ready to be polled, for good.
///
/// A signal comes at any moment, also right before a call that waits. Whoever sets a flag then and looks at it *before* waiting has lost a
/// race. So the signal is turned into a byte in a pipe, and the pipe is polled beside the sockets: whenever the
/// byte comes, the poll returns. More signals change nothing.
///
/// The signal also interrupts the call that waits, which returns `EINTR`; that is no failure, and means: poll again.
#[derive(Debug)]
pub struct Signals {
    reader: UnixStream,
}

impl Signals {
    /// Catches the signals from now on. A program does so once, before it says that it is there: the `bound` line.
    pub fn catch() -> Result<Self, Error> {
        let failed = |why: String| Error::Io { act: "catch".into(), object: "signals".into(), why };
        let (reader, mut writer) = UnixStream::pair().map_err(|error| failed(error.to_string()))?;
        // Who sends a thousand signals must not make the handler wait for room in the pipe.
        writer.set_nonblocking(true).map_err(|error| failed(error.to_string()))?;
        ctrlc::set_handler(move || {
            let _ = writer.write(&[1]);
        })
        .map_err(|error| failed(error.to_string()))?;
        Ok(Self { reader })
    }

    /// As an item for `zmq::poll`: readable once a signal has come.
    pub fn as_poll_item(&self) -> zmq::PollItem<'_> {
        zmq::PollItem::from_fd(self.reader.as_raw_fd(), zmq::POLLIN)
    }
}

/// Makes a call of ZeroMQ, and makes it again as long as a signal interrupts it: `EINTR`.
///
/// libzmq gives every interruption on to its caller, also where the operating system would have gone on by itself (`SA_RESTART`,
/// sigaction(2)). A call that was interrupted has done nothing.
///
/// ```
/// # let context = zmq::Context::new();
/// # let socket = context.socket(zmq::PULL).unwrap();
/// let ready = shared::uninterrupted(|| zmq::poll(&mut [socket.as_poll_item(zmq::POLLIN)], 0));
/// assert_eq!(ready, Ok(0));
/// ```
pub fn uninterrupted<T>(mut call: impl FnMut() -> zmq::Result<T>) -> zmq::Result<T> {
    loop {
        match call() {
            Err(zmq::Error::EINTR) => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use rustix::process::{Signal, getpid, kill_process};

    use super::*;

    #[test]
    fn a_signal_can_be_polled_and_another_one_changes_nothing() {
        let signals = Signals::catch().unwrap();
        let poll = |timeout| loop {
            let mut items = [signals.as_poll_item()];
            match zmq::poll(&mut items, timeout) {
                Err(zmq::Error::EINTR) => {}
                ready => break ready.unwrap() > 0 && items[0].is_readable(),
            }
        };
        assert!(!poll(0));
        for signal in [Signal::TERM, Signal::INT] {
            kill_process(getpid(), signal).unwrap();
            assert!(poll(-1));
        }
        assert!(Signals::catch().is_err(), "a second one would take the signals from the first");
    }
}
