//! A thread that hashes files. It has one socket, a PAIR to the main thread, and shares nothing.
//!
//! To it comes the path of a file, or an empty frame, which is no path: stop. From it goes what `status` says of its job,
//! `running P%`, `done HASH` or `failed WHY`; and at the end an empty frame, behind which nothing comes.
//!
//! The service includes this file; it is no program itself.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::fd::AsRawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use shared::{Context, Error, OrExplain, Socket, open_without_waiting, uninterrupted};

use super::digest::Digest;

/// Where all threads tell how far they are.
pub const PROGRESS: &str = "inproc://progress";

/// How much is read at once, in bytes: a wish to stop is seen between two pieces.
const PIECE: usize = 64 * 1024;

/// The endpoint at which the main thread and this thread meet.
pub fn endpoint(number: usize) -> String {
    format!("inproc://worker-{number}")
}

/// Works until it is told to stop.
pub fn work(context: &Context, number: usize, progress: Option<Socket<'_>>) -> Result<(), Error> {
    let main = context.socket(zmq::PAIR)?;
    main.connect(&endpoint(number)).or_explain("connect to", endpoint(number))?;
    loop {
        let order = uninterrupted(|| main.recv_string(0)).or_explain("receive on", "a PAIR socket")?;
        let path = order.unwrap_or_default();
        if path.is_empty() {
            return tell(&main, "");
        }
        let text = outcome(Path::new(&path), &main, &|percent| match &progress {
            Some(progress) => tell(progress, &format!("{number} running {percent}%")),
            None => Ok(()),
        })?;
        tell(&main, &text)?;
    }
}

/// Tells how far it is.
type Tell<'a> = &'a dyn Fn(u64) -> Result<(), Error>;

/// What became of a job. Whatever happens in it, the thread lives on.
fn outcome(path: &Path, main: &zmq::Socket, told_at: Tell<'_>) -> Result<String, Error> {
    // The socket is only sent on in there, and what was half hashed is thrown away.
    let hashed = catch_unwind(AssertUnwindSafe(|| hash(path, main, told_at)));
    hashed.unwrap_or_else(|_| Ok("failed the job panicked".into()))
}

/// Hashes a file, or says why not.
fn hash(path: &Path, main: &zmq::Socket, told_at: Tell<'_>) -> Result<String, Error> {
    let mut digest = Digest::new(path);
    let mut file = match open_without_waiting(path) {
        Ok(file) => file,
        Err(error) => return Ok(format!("failed {error}")),
    };
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let mut piece = vec![0; PIECE];
    let (mut read, mut told) = (0, 0);
    while may_go_on(main, &file)? {
        match file.read(&mut piece) {
            Ok(0) => return Ok(format!("done {}", digest.finish())),
            Ok(count) => {
                digest.update(&piece[..count]);
                read += count as u64;
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(error) => return Ok(format!("failed {error}")),
        }
        let percent = percent(read, length);
        // 100 % is said by `done`.
        if percent > told && percent < 100 {
            told = percent;
            told_at(percent)?;
        }
    }
    Ok("failed the service was ended".into())
}

/// Waits until there is something to read. False where the main thread has said something: that can only be stop.
fn may_go_on(main: &zmq::Socket, file: &File) -> Result<bool, Error> {
    let mut items = [main.as_poll_item(zmq::POLLIN), zmq::PollItem::from_fd(file.as_raw_fd(), zmq::POLLIN)];
    uninterrupted(|| zmq::poll(&mut items, -1)).or_explain("poll", "a PAIR socket and a file")?;
    Ok(!items[0].is_readable())
}

/// How far it is. A pipe has no length, and a file may grow while it is read.
fn percent(read: u64, length: u64) -> u64 {
    (read * 100).checked_div(length).unwrap_or(0).min(100)
}

fn tell(main: &zmq::Socket, text: &str) -> Result<(), Error> {
    uninterrupted(|| main.send(text, 0)).or_explain("send on", "a PAIR socket")
}
