//! A thread that takes jobs from a queue that all threads share. Sockets are not shared: each thread has a PUSH to the main thread.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;

use shared::{Context, Error, OrExplain, open_without_waiting, uninterrupted};

use super::digest::Digest;

/// How long a thread waits for its file before it looks at the flag again, in milliseconds.
const GLANCE: i64 = 20;

/// What the threads share: the jobs that wait, and the wish to end.
#[derive(Default)]
pub struct Queue {
    jobs: Mutex<VecDeque<(usize, String)>>,
    bell: Condvar,
    ending: AtomicBool,
}

impl Queue {
    pub fn push(&self, number: usize, path: &str) {
        self.jobs.lock().unwrap().push_back((number, path.into()));
        self.bell.notify_one();
    }

    /// Wakes all threads for the last time, and gives the jobs that nobody will begin.
    pub fn end(&self) -> VecDeque<(usize, String)> {
        let mut jobs = self.jobs.lock().unwrap();
        self.ending.store(true, Ordering::SeqCst);
        self.bell.notify_all();
        std::mem::take(&mut jobs)
    }

    fn next(&self) -> Option<(usize, String)> {
        let mut jobs = self.jobs.lock().unwrap();
        loop {
            if self.ending.load(Ordering::SeqCst) {
                return None;
            }
            if let Some(job) = jobs.pop_front() {
                return Some(job);
            }
            jobs = self.bell.wait(jobs).unwrap();
        }
    }
}

pub fn work(context: &Context, queue: &Queue) -> Result<(), Error> {
    let results = context.socket(zmq::PUSH)?;
    results.connect("inproc://results").or_explain("connect to", "inproc://results")?;
    let tell = |text: &str| uninterrupted(|| results.send(text, 0)).or_explain("send on", "a PUSH socket");
    while let Some((number, path)) = queue.next() {
        // A thread of its own for the job: its panic is what `join` gives.
        let text = thread::scope(|scope| {
            let job = scope.spawn(|| hash(number, Path::new(&path), queue));
            job.join().unwrap_or_else(|_| "failed it panicked".into())
        });
        tell(&format!("{number} {text}"))?;
    }
    tell("")
}

fn hash(number: usize, path: &Path, queue: &Queue) -> String {
    match hashed(number, path, queue) {
        Ok(Some(hash)) => format!("done {hash}"),
        Ok(None) => "failed the end came first".into(),
        Err(error) => format!("failed {error}"),
    }
}

/// How far each job is, for `status`.
pub static PERCENT: Mutex<BTreeMap<usize, u64>> = Mutex::new(BTreeMap::new());

fn hashed(number: usize, path: &Path, queue: &Queue) -> std::io::Result<Option<String>> {
    let mut digest = Digest::new(path);
    let mut file = open_without_waiting(path)?;
    let length = file.metadata()?.len();
    let mut piece = vec![0; 1 << 20];
    let mut read = 0_u128;
    while !queue.ending.load(Ordering::SeqCst) {
        if !ready(&file)? {
            continue;
        }
        match file.read(&mut piece) {
            Ok(0) => return Ok(Some(digest.finish())),
            Ok(count) => {
                digest.update(&piece[..count]);
                read += count as u128;
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(error) => return Err(error),
        }
        if length > 0 {
            let percent = u64::try_from(read * 100 / u128::from(length)).unwrap_or(100).min(100);
            PERCENT.lock().unwrap().insert(number, percent);
        }
    }
    Ok(None)
}

fn ready(file: &File) -> std::io::Result<bool> {
    let mut items = [zmq::PollItem::from_fd(file.as_raw_fd(), zmq::POLLIN)];
    match uninterrupted(|| zmq::poll(&mut items, GLANCE)) {
        Ok(count) => Ok(count > 0),
        Err(error) => Err(std::io::Error::other(error)),
    }
}
