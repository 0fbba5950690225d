//! Subscribers of the check's own that hear all the time: a publisher may say `hello` as often as it likes, and nothing may pile up.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use harness::failure::show_frames;
use harness::program::Ended;
use harness::raw::RawPeer;
use harness::scene::Program;
use harness::timeline::{Fate, Timeline, What};
use harness::{Mistake, Scene};

use crate::mistakes::{FLOODS, NEVER_ENDS, UNHEARD};

/// What was heard so far.
#[derive(Default)]
struct Heard {
    hellos: u64,
    /// Everything that is no `hello`.
    others: Vec<Vec<Vec<u8>>>,
    closed: bool,
}

/// The board on which the hearing thread writes, and its bell.
#[derive(Default)]
struct Board {
    heard: Mutex<Heard>,
    bell: Condvar,
    over: AtomicBool,
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One subscriber to everything.
pub struct Ear<'a> {
    name: &'static str,
    scene: &'a Scene,
    publisher: &'a Program,
    board: Arc<Board>,
}

impl Drop for Ear<'_> {
    fn drop(&mut self) {
        self.board.over.store(true, Ordering::Relaxed);
    }
}

impl<'a> Ear<'a> {
    /// Subscribes, and hears from now on.
    pub fn new(scene: &'a Scene, publisher: &'a Program, peer: RawPeer, name: &'static str) -> Self {
        let board = Arc::<Board>::default();
        let (heard, timeline, from) = (Arc::clone(&board), scene.timeline().clone(), publisher.name());
        // It ends with the publisher, which the scene ends.
        thread::spawn(move || hear(peer, &heard, &timeline, &from, name));
        Self { name, scene, publisher, board }
    }

    /// Waits for a `hello`, which must be the first that comes; `early` is what else coming first means.
    pub fn hears_hello(&self, early: &'static Mistake) {
        let heard = self.until(self.scene.deadline(), |heard| heard.hellos > 0 || !heard.others.is_empty());
        let (hellos, closed) = (heard.hellos, heard.closed);
        let other = heard.others.first().map(|frames| show_frames(frames));
        drop(heard);
        if hellos == 0 {
            if other.is_some() || self.publisher.ends_soon() == Some(Ended::Code(0)) {
                self.scene.suspect(early);
            }
            let seen = other.unwrap_or_else(|| self.silence(closed));
            self.scene.fail(format!("`hello` for {}", self.name), seen);
        }
    }

    /// Fails the check if something else was heard.
    pub fn hears_only_hello(&self, when: &str) {
        let others: Vec<String> = self.board.lock().others.iter().map(|frames| show_frames(frames)).collect();
        self.scene.expect(others.is_empty(), "nothing but `hello` before all have said `seen`", || {
            format!("the publisher published {}, {when}", others.join(" "))
        });
    }

    /// Fails the check where `hello` came without end: more often than so many times for each millisecond.
    pub fn is_not_flooded(&self, time: Duration, per_ms: u64) {
        let hellos = self.board.lock().hellos;
        // Some may have come before the time began.
        let most = 1000 + per_ms * u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        if hellos > most {
            self.scene.suspect(&FLOODS);
            self.scene.fail(
                "a pause between one `hello` and the next",
                format!("{hellos} of them in {} ms, and no pause", time.as_millis()),
            );
        }
    }

    /// Whether anything but `hello` is heard within this time.
    pub fn hears_more(&self, limit: Duration) -> bool {
        !self.until(limit, |heard| !heard.others.is_empty()).others.is_empty()
    }

    /// Waits until the publisher has closed the connection, and gives what was heard besides `hello`, in words; fails the check where that
    /// is nothing.
    pub fn hears_the_rest(&self) -> String {
        let heard = self.until(self.scene.deadline(), |_| false);
        let got: Vec<String> = heard.others.iter().map(|frames| show_frames(frames)).collect();
        let closed = heard.closed;
        drop(heard);
        if got.is_empty() || !closed {
            if !got.is_empty() {
                self.scene.suspect(&NEVER_ENDS);
            } else if self.publisher.ends_soon() == Some(Ended::Code(0)) {
                self.scene.suspect(&UNHEARD);
            }
            let got = if got.is_empty() { "nothing of that".into() } else { got.join(" ") };
            let seen = format!("{got}; {}", self.silence(closed));
            self.scene.fail(
                format!("the numbers and `end` for {}, and then the end of the connection", self.name),
                seen,
            );
        }
        got.join(" ")
    }

    /// Waits until enough was heard, or no more will be.
    fn until(&self, limit: Duration, enough: impl Fn(&Heard) -> bool) -> MutexGuard<'_, Heard> {
        let end = Instant::now() + limit;
        let mut heard = self.board.lock();
        while !enough(&heard) && !heard.closed {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            heard = self.board.bell.wait_timeout(heard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        heard
    }

    fn silence(&self, closed: bool) -> String {
        match self.publisher.ends_soon() {
            Some(ended) => self.publisher.how_it_ended(ended),
            None if closed => "the publisher closed the connection".into(),
            None => "nothing; the publisher still runs".into(),
        }
    }
}

fn hear(mut peer: RawPeer, board: &Board, timeline: &Timeline, from: &str, name: &str) {
    loop {
        let message = peer.receive_message();
        let mut heard = board.lock();
        match message {
            Ok(frames) => {
                let hello = frames == [b"hello"];
                if !hello || heard.hellos == 0 {
                    timeline.record(What::Message {
                        link: None,
                        from: from.into(),
                        to: name.into(),
                        frames: frames.iter().map(Into::into).collect(),
                        fate: Fate::Passed,
                    });
                }
                heard.hellos += u64::from(hello);
                if !hello && heard.others.len() < 1000 {
                    heard.others.push(frames);
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::TimedOut => {}
            Err(_) => heard.closed = true,
        }
        if heard.closed || board.over.load(Ordering::Relaxed) {
            board.bell.notify_all();
            return;
        }
        board.bell.notify_all();
    }
}
