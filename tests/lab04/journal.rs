//! The server's journal, looked at from outside: what a line holds is the student's business, but not that there are lines.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;
use std::time::Instant;

use harness::failure::show;
use harness::program::Ended;
use harness::{Mistake, Scene, Signal, zmq};

use crate::mistakes::*;
use crate::server::{Life, arguments, born};

pub fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// Which file it is, if it is one with something in it: by this a file that was emptied is told from a new one.
pub fn full(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().filter(|metadata| metadata.len() > 0).map(|metadata| metadata.ino())
}

/// Whether this file was emptied since it was looked at.
pub fn is_emptied(path: &Path, before: Option<u64>) -> bool {
    fs::metadata(path).is_ok_and(|now| now.len() == 0 && before == Some(now.ino()))
}

/// The places of the newlines.
pub fn ends(bytes: &[u8]) -> Vec<usize> {
    bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect()
}

/// What is wrong with a journal that must hold answers: what can be seen without knowing what a line means.
pub fn fault(bytes: &[u8]) -> Option<&'static Mistake> {
    if bytes.is_empty() {
        Some(&NO_JOURNAL)
    } else if ends(bytes).is_empty() {
        Some(&NO_NEWLINE)
    } else if bytes[0] == 0 || bytes.windows(2).any(|pair| pair == b"\n\0") {
        Some(&HOLE)
    } else {
        None
    }
}

/// Starts the server again on the journal of one that was killed. Where it knows too little, that is explained by what can be
/// seen in the file, and else by `otherwise`.
pub fn again(scene: &Scene, journal: &Path, otherwise: &'static Mistake) -> Life {
    again_after(scene, "", journal, otherwise)
}

/// The same from a shell that does `preparation` first; nothing where it is empty.
pub fn again_after(scene: &Scene, preparation: &str, journal: &Path, otherwise: &'static Mistake) -> Life {
    let before = fs::read(journal).unwrap_or_default();
    let (seen, file) = (fault(&before), full(journal));
    scene.suspect(seen.unwrap_or(otherwise));
    let arguments = arguments(journal);
    let server = if preparation.is_empty() {
        scene.start("server", arguments)
    } else {
        scene.start_after(preparation, "server", arguments)
    };
    let life = born(server);
    if seen.is_none() && is_emptied(journal, file) {
        scene.suspect(&EMPTIES);
    }
    life
}

/// Fails the check unless the journal has this many lines at least; gives its bytes.
pub fn expect_lines(scene: &Scene, journal: &Path, least: usize) -> Vec<u8> {
    let bytes = fs::read(journal).unwrap_or_default();
    scene.suspect(fault(&bytes).unwrap_or(&NO_JOURNAL));
    let lines = ends(&bytes).len();
    scene.expect(lines >= least, &format!("a line in the journal for each of {least} payments"), || {
        format!("{lines} newlines in {} bytes", bytes.len())
    });
    bytes
}

/// The server must end with exit code 1, one line on standard error that names the journal, and no bound line. `serves`
/// explains a server that goes on.
pub fn ends_with_a_line(scene: &Scene, journal: &Path, serves: &'static Mistake) {
    let path = journal.display().to_string();
    let expected = format!("the server to end with exit code 1 and to name {path}");
    scene.suspect(serves);
    let server = scene.start("server", arguments(journal));
    match server.end_or_line(&expected) {
        Err(line) => {
            if server.ends_soon().is_some() {
                scene.suspect(&BINDS_FIRST);
            }
            scene.fail(expected, format!("it printed {} on standard output", show(&line)));
        }
        Ok(Ended::Code(1)) => {}
        Ok(ended) => scene.fail(expected, server.how_it_ended(ended)),
    }
    scene.suspect(&OPENS);
    let errors = server.output().err;
    let named = errors.len() == 1 && String::from_utf8_lossy(&errors[0]).contains(&path);
    scene.expect(named, &format!("one line on standard error that names {path}"), || {
        let lines: Vec<String> = errors.iter().map(|line| show(line)).collect();
        if lines.is_empty() { "nothing on standard error".into() } else { lines.join("\n") }
    });
}

/// A word that stands in a line as a word of its own, exchanged for another of the same length; none where it stands nowhere.
fn exchange(line: &[u8], word: &[u8], other: &[u8]) -> Option<Vec<u8>> {
    let is_edge = |at: Option<&u8>| at.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let at = line.windows(word.len()).enumerate().find(|(at, here)| {
        let before = at.checked_sub(1).and_then(|at| line.get(at));
        *here == word && is_edge(before) && is_edge(line.get(at + word.len()))
    });
    let (at, _) = at?;
    let mut line = line.to_vec();
    line[at..at + word.len()].copy_from_slice(other);
    Some(line)
}

/// Ways to damage the second line of a journal, in words, and the journal after it.
pub fn damaged(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let ends = ends(bytes);
    let (begin, end) = (ends[0] + 1, ends[1]);
    let line = &bytes[begin..end];
    let with = |line: &[u8]| [&bytes[..begin], line, &bytes[end..]].concat();
    let filled = with(&vec![b'#'; line.len()]);
    let no_digits: Vec<u8> =
        line.iter().map(|byte| if byte.is_ascii_digit() { b'x' } else { *byte }).collect();
    let mut journals = vec![
        ("is `#` from its begin to its end", filled.clone()),
        ("has an `x` for every digit", with(&no_digits)),
        ("is `#`, and the journal ends in a torn line", [&filled[..], &bytes[..2]].concat()),
    ];
    if let Some(line) = exchange(line, b"ok", b"ko") {
        journals.push(("has `ko` for `ok`", with(&line)));
    }
    journals
}

/// Whether this is the middle of a line.
pub fn middle(bytes: &[u8], cut: usize) -> bool {
    let begin = bytes[..cut].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let length = bytes[begin..].iter().position(|&byte| byte == b'\n').unwrap_or(0);
    length > 1 && cut == begin + length / 2
}

/// Where the last line begins.
pub fn last_line(bytes: &[u8]) -> usize {
    let body = &bytes[..bytes.len().saturating_sub(1)];
    body.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1)
}

/// Where to cut: at every byte of a short journal; of a long one at every byte of the last line, evenly thinned out, and around the
/// ends of the others.
pub fn cuts(bytes: &[u8]) -> Vec<usize> {
    const MOST: usize = 40;
    if bytes.len() <= MOST {
        return (0..=bytes.len()).collect();
    }
    let last = last_line(bytes);
    let before_last = ends(&bytes[..bytes.len() - 1]);
    let mut cuts: Vec<usize> =
        before_last.into_iter().take(4).flat_map(|at| [at.saturating_sub(1), at, at + 1]).collect();
    let step = (bytes.len() - last).div_ceil(MOST / 2);
    cuts.extend((last..=bytes.len()).rev().step_by(step));
    cuts.push(0);
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

/// Where a server is killed.
#[derive(Clone, Copy)]
pub enum Point {
    Unseen,
    Sent,
    Written,
    Answered,
}

impl Point {
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Unseen => "before it saw the request",
            Self::Sent => "right after the request was sent",
            Self::Written => "when the journal grew",
            Self::Answered => "when its answer was here",
        }
    }

    /// Sends a payment and waits until the server is at this point with it.
    pub fn wait_after_sending(
        self,
        scene: &Scene,
        life: &Life,
        journal: &Path,
        (id, amount): &(String, String),
    ) {
        if let Self::Unseen = self {
            life.server.signal(Signal::STOP);
        }
        let before = length(journal);
        life.req.send_frames([id, amount]);
        let answered = || life.req.socket().poll(zmq::POLLIN, 0).is_ok_and(|ready| ready > 0);
        let reached = || match self {
            Self::Unseen | Self::Sent => true,
            // Who does not write must not hold up the check.
            Self::Written => length(journal) > before || answered(),
            Self::Answered => answered(),
        };
        let end = Instant::now() + scene.deadline();
        while !reached() {
            if life.server.has_ended() || Instant::now() > end {
                let _ = life.req.receive(&format!("the answer to {id}"));
            }
            thread::yield_now();
        }
    }
}
