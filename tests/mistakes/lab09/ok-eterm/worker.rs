//! A thread that hashes files. Paths come by a DEALER, results go by a channel, and the end of the context is the end.

use std::io::{ErrorKind, Read};
use std::os::fd::AsRawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::Sender;

use shared::{Context, open_without_waiting, uninterrupted};

use super::digest::Digest;

/// What a thread says: its number, and what is to be told of its job.
pub type Word = (usize, String);

pub fn work(context: &Context, number: usize, words: &Sender<Word>) {
    // Any error means that the context has ended.
    let _ = work_until_the_end(context, number, words);
}

fn work_until_the_end(context: &Context, number: usize, words: &Sender<Word>) -> zmq::Result<()> {
    let Ok(main) = context.socket(zmq::DEALER) else { return Err(zmq::Error::ETERM) };
    main.set_identity(&number.to_be_bytes())?;
    main.connect("inproc://main")?;
    loop {
        // The main thread hears that there is something in the channel, or that this thread is free.
        uninterrupted(|| main.send("", 0))?;
        let path = uninterrupted(|| main.recv_string(0))?.unwrap_or_default();
        let say = |text: String| {
            let _ = words.send((number, text));
            uninterrupted(|| main.send("word", 0))
        };
        let job = || hash(Path::new(&path), &main, &say);
        let outcome = catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|_| Ok("failed: a panic".into()));
        let text = outcome.as_ref().map_or_else(|_| "failed as the context has ended".to_string(), Clone::clone);
        say(text.replace("failed:", "failed"))?;
        outcome?;
    }
}

fn hash(path: &Path, main: &zmq::Socket, say: &dyn Fn(String) -> zmq::Result<()>) -> zmq::Result<String> {
    let mut digest = Digest::new(path);
    let (mut file, length) = match open_without_waiting(path).and_then(|file| {
        let length = file.metadata()?.len();
        Ok((file, length))
    }) {
        Ok(both) => both,
        Err(error) => return Ok(format!("failed {error}")),
    };
    let mut piece = vec![0; 1 << 16];
    let (mut read, mut told) = (0, 0);
    loop {
        let mut items = [main.as_poll_item(zmq::POLLIN), zmq::PollItem::from_fd(file.as_raw_fd(), zmq::POLLIN)];
        uninterrupted(|| zmq::poll(&mut items, -1))?;
        match file.read(&mut piece) {
            Ok(0) => return Ok(format!("done {}", digest.finish())),
            Ok(count) => {
                digest.update(&piece[..count]);
                read += count as u64;
                if length > 0 && read * 100 / length > told {
                    told = (read * 100 / length).min(100);
                    say(format!("running {told}%"))?;
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(error) => return Ok(format!("failed {error}")),
        }
    }
}
