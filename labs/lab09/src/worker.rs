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

use shared::{Context, Error, OrExplain, open_without_waiting, uninterrupted};

use super::digest::Digest;

/// How much is read at once, in bytes: a wish to stop is seen between two pieces.
const PIECE: usize = 64 * 1024;

/// The endpoint at which the main thread and this thread meet.
pub fn endpoint(number: usize) -> String {
    format!("inproc://worker-{number}")
}

/// Works until it is told to stop.
pub fn work(context: &Context, number: usize) -> Result<(), Error> {
    let main = context.socket(zmq::PAIR)?;
    main.connect(&endpoint(number)).or_explain("connect to", endpoint(number))?;
    let _ = (&main, zmq::Socket::recv_string, uninterrupted(|| Ok(())), outcome, tell);
    todo!(
        "lab09 task 1: receive a path, tell what became of it, and again; at an empty frame send one back and leave"
    )
}

/// What became of a job. Whatever happens in it, the thread lives on.
fn outcome(path: &Path, main: &zmq::Socket) -> Result<String, Error> {
    let _ = (catch_unwind::<fn(), ()>, AssertUnwindSafe(()));
    shared::still_to_do("lab09 task 3: catch a panic of the job, and make `failed` of it");
    hash(path, main)
}

/// Hashes a file, or says why not.
fn hash(path: &Path, main: &zmq::Socket) -> Result<String, Error> {
    let _ = (path, main, open_without_waiting(path), may_go_on, percent, ErrorKind::WouldBlock);
    let _ = (Digest::new, Digest::update, Digest::finish, File::read, [0_u8; PIECE]);
    todo!(
        "lab09 task 1: open the file, read it piece by piece, tell when the percentage grew; then `done HASH`"
    )
}

/// Waits until there is something to read. False where the main thread has said something: that can only be stop.
fn may_go_on(main: &zmq::Socket, file: &File) -> Result<bool, Error> {
    let _ =
        (main.as_poll_item(zmq::POLLIN), zmq::PollItem::from_fd(file.as_raw_fd(), zmq::POLLIN), zmq::poll);
    shared::still_to_do("lab09 task 2: poll the PAIR and the file; false where the PAIR is readable");
    Ok(true)
}

/// How far it is. A pipe has no length, and a file may grow while it is read.
fn percent(read: u64, length: u64) -> u64 {
    let _ = (read, length);
    shared::still_to_do(
        "lab09 task 2: the percentage of the length that was read; 0 where there is no length",
    );
    0
}

fn tell(main: &zmq::Socket, text: &str) -> Result<(), Error> {
    uninterrupted(|| main.send(text, 0)).or_explain("send on", "a PAIR socket")
}
