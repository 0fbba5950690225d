//! Standard input, beside a socket: both are waited for in one poll, so the store needs no second thread.

use std::io::BufRead;
use std::path::Path;

use shared::{Error, OrExplain};

/// The file descriptor of standard input.
const STDIN: i32 = 0;

/// What there is to do.
pub(crate) struct Ready {
    /// The lines that were typed, without their newlines.
    pub(crate) lines: Vec<Vec<u8>>,
    /// Whether there is a message on the socket.
    pub(crate) message: bool,
}

/// Standard input by lines. At its end nothing comes from it any more, and the socket is still waited for.
#[derive(Default)]
pub(crate) struct Input {
    /// The beginning of a line whose end has not come yet.
    begun: Vec<u8>,
    ended: bool,
}

impl Input {
    /// Waits until a line was typed, or a message has come to the socket.
    pub(crate) fn wait(&mut self, socket: &zmq::Socket) -> Result<Ready, Error> {
        if self.ended {
            std::process::exit(0);
        }
        let typed = zmq::PollItem::from_fd(STDIN, zmq::POLLIN);
        let mut items = [socket.as_poll_item(zmq::POLLIN), typed];
        // An input that has ended is always readable, so it must not be asked again.
        let count = if self.ended { 1 } else { 2 };
        zmq::poll(&mut items[..count], -1).or_explain("wait for", "standard input and the socket")?;
        let message = items[0].is_readable();
        // The end of a pipe shows as an error, not as something to read.
        let typed = !items[1].get_revents().is_empty();
        Ok(Ready { lines: if typed { self.read()? } else { Vec::new() }, message })
    }

    /// Takes what is there, and gives the lines that it completes.
    fn read(&mut self) -> Result<Vec<Vec<u8>>, Error> {
        let mut input = std::io::stdin().lock();
        let bytes =
            input.fill_buf().map_err(|error| Error::file("read", Path::new("standard input"), &error))?;
        let count = bytes.len();
        self.begun.extend_from_slice(bytes);
        input.consume(count);
        self.ended = count == 0;
        let mut lines: Vec<Vec<u8>> = self.begun.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
        self.begun = lines.pop().unwrap_or_default();
        if self.ended && !self.begun.is_empty() {
            // The last line counts also where its newline is missing.
            lines.push(std::mem::take(&mut self.begun));
        }
        Ok(lines)
    }
}
