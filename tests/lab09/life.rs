//! A service, and the REQ that talks to it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::rc::Rc;

use harness::failure::show;
use harness::peer::Peer;
use harness::scene::{Evidence, Program};
use harness::{Mistake, Scene, zmq};

use crate::mistakes::*;
use crate::vectors::{ABC, Vector};

/// More memory than a service may use, in bytes. It reads files piece by piece.
const MUCH_MEMORY: u64 = 400 << 20;

pub struct Life {
    pub service: Program,
    pub endpoint: String,
    pub req: Peer,
    /// The job whose line is waited for.
    awaited: Rc<Cell<Option<usize>>>,
}

/// How long a service that hangs may take to tell what it knows of a job, in milliseconds.
const TELLS: i32 = 1000;

/// Starts a service with as many threads. A panic is told as such.
pub fn live(scene: &Scene, threads: usize) -> Life {
    scene.suspect_when(&PANICS, Evidence::panicked);
    scene.suspect_when(&ENDS, |evidence| evidence.ended.is_some());
    born(scene, threads)
}

/// The same, once a service with as many threads has done two jobs: then what goes wrong is not for want of that.
pub fn proven(scene: &Scene, threads: usize) -> Life {
    let life = live(scene, threads);
    life.does(scene, 1, &ABC);
    life.does(scene, 2, &ABC);
    born(scene, threads)
}

/// The same as [`live`], where a panic or an end is what the check is about.
pub fn born(scene: &Scene, threads: usize) -> Life {
    let arguments = ["--bind", "tcp://127.0.0.1:*", "--threads", &threads.to_string()].map(String::from);
    let service = scene.start("service", arguments);
    let endpoint = service.bound();
    let req = service.req(&endpoint);
    let awaited = Rc::new(Cell::new(None));
    let (number, asked) = (Rc::clone(&awaited), endpoint.clone());
    scene.suspect_when(&NO_LINE, move |evidence| {
        evidence.hung && number.get().is_some_and(|number| is_over(&asked, number))
    });
    Life { service, endpoint, req, awaited }
}

/// Whether a service whose line did not come says that the job is over. This tells one failure from another, and is no verdict.
fn is_over(endpoint: &str, number: usize) -> bool {
    let ask = || {
        let context = zmq::Context::new();
        let req = context.socket(zmq::REQ)?;
        req.set_linger(0)?;
        req.set_rcvtimeo(TELLS)?;
        req.connect(endpoint)?;
        req.send(&format!("status {number}"), 0)?;
        req.recv_bytes(0)
    };
    ask().is_ok_and(|text| text.starts_with(b"done ") || text.starts_with(b"failed "))
}

/// Writes a file into the scene's folder and gives its path.
pub fn file(scene: &Scene, name: &str, text: &[u8]) -> String {
    let path = scene.folder().join(name);
    if let Err(error) = fs::write(&path, text) {
        harness::failure::Failure::error(format!("{name} cannot be written: {error}")).throw();
    }
    path.display().to_string()
}

/// Makes a file of zeros that takes no room on the disk.
pub fn sparse(scene: &Scene, name: &str, length: u64) -> String {
    let path = scene.folder().join(name);
    if let Err(error) = fs::File::create(&path).and_then(|file| file.set_len(length)) {
        harness::failure::Failure::error(format!("{name} of {length} bytes cannot be made: {error}")).throw();
    }
    scene.note(format!("{name} has {} MiB of zeros", length >> 20));
    path.display().to_string()
}

/// What was told of a job: whether it runs still.
pub fn percent(text: &str) -> Option<u64> {
    let digits = text.strip_prefix("running ")?.strip_suffix('%')?;
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|percent| plain && *percent <= 100)
}

pub fn is_failed(text: &str) -> bool {
    text.strip_prefix("failed ").is_some_and(|why| !why.trim().is_empty())
}

impl Life {
    /// Sends a request and gives the reply as text.
    pub fn ask(&self, request: &str) -> String {
        String::from_utf8_lossy(&self.req.ask(request)).into_owned()
    }

    /// Submits a job, which must be the one of this number.
    pub fn hash(&self, scene: &Scene, path: &str, number: usize) {
        self.hash_or(scene, path, number, &NOT_HANDED_ON);
    }

    /// The same, with another explanation of no reply.
    pub fn hash_or(&self, scene: &Scene, path: &str, number: usize, hung: &'static Mistake) {
        scene.suspect(hung);
        let reply = self.ask(&format!("hash {path}"));
        scene.suspect(&WRONG_NUMBER);
        scene.expect_bytes("the reply", reply, format!("job {number}"));
        scene.suspect(hung);
    }

    pub fn status(&self, number: usize) -> String {
        self.ask(&format!("status {number}"))
    }

    /// Fails the check unless the job runs, or waits for a thread.
    pub fn runs(&self, scene: &Scene, number: usize, done: &'static Mistake) {
        let text = self.status(number);
        scene.suspect(if text.starts_with("done ") { done } else { &NO_PERCENT });
        scene.expect(
            percent(&text).is_some(),
            &format!("`running P%` for job {number}, with a whole number from 0 to 100"),
            || show(text.as_bytes()),
        );
    }

    /// The next line, which should be that of this job.
    pub fn line_of(&self, number: usize, what: &str) -> Vec<u8> {
        self.awaited.set(Some(number));
        let line = self.service.line(what);
        self.awaited.set(None);
        line
    }

    /// Fails the check unless the next line says that this job is done, with this hash.
    pub fn line_is_done(&self, scene: &Scene, number: usize, hash: &str) {
        let wanted = format!("{number} done {hash}");
        let line = self.line_of(number, &format!("the line `{}`", short(&wanted)));
        if line != wanted.as_bytes() {
            let begins = |word| line.starts_with(format!("{number} {word} ").as_bytes());
            // Where the number and the word are right, it is the hash.
            scene.suspect(match () {
                () if begins("done") => &WRONG_HASH,
                () if begins("failed") => &FAILS,
                () => &WRONG_LINE,
            });
        }
        scene.expect_bytes("the line", line, wanted);
    }

    /// Fails the check unless the next line says that this job failed, and why.
    pub fn line_is_failed(&self, scene: &Scene, number: usize) {
        let line = self.line_of(number, &format!("the line `{number} failed WHY`"));
        let text = String::from_utf8_lossy(&line);
        let right = text.strip_prefix(&format!("{number} ")).is_some_and(is_failed);
        scene.expect(right, &format!("the line `{number} failed WHY`"), || show(&line));
    }

    /// Hashes the file, and fails the check unless it is done.
    pub fn does(&self, scene: &Scene, number: usize, vector: &Vector) {
        let path = file(scene, &format!("file-{number}"), vector.text);
        self.hash(scene, &path, number);
        scene.suspect(&NO_RESULT);
        self.line_is_done(scene, number, vector.hash);
    }

    /// The lines of these many jobs, which come in any order: what became of each.
    pub fn lines(&self, scene: &Scene, jobs: &[usize]) -> BTreeMap<usize, String> {
        let mut texts = BTreeMap::new();
        while texts.len() < jobs.len() {
            let missing: Vec<String> =
                jobs.iter().filter(|job| !texts.contains_key(*job)).map(ToString::to_string).collect();
            let first = jobs.iter().find(|job| !texts.contains_key(*job)).copied().unwrap_or_default();
            let line = self.line_of(first, &format!("a line for job {}", missing.join(", ")));
            let line = String::from_utf8_lossy(&line).into_owned();
            let parts =
                line.split_once(' ').and_then(|(number, text)| Some((number.parse::<usize>().ok()?, text)));
            if parts.is_none() {
                scene.suspect(&WRONG_LINE);
            }
            let Some((number, text)) = parts.filter(|(number, _)| missing.contains(&format!("{number}")))
            else {
                scene.fail(
                    format!("one line for each of the jobs {}: `N done HASH` or `N failed WHY`", list(jobs)),
                    format!("the line {}", show(line.as_bytes())),
                );
            };
            texts.insert(number, text.to_string());
        }
        texts
    }

    /// Fails the check where the service has read a large file into its memory.
    pub fn uses_little_memory(&self, scene: &Scene) {
        let used = self.service.peak_memory().unwrap_or(0);
        if used > MUCH_MEMORY {
            scene.suspect(&READS_WHOLE);
            scene.fail("a file to be read piece by piece", format!("{} MiB of memory in use", used >> 20));
        }
    }

    /// Waits for the end; nothing more may be printed, and the exit code must be 0.
    pub fn ends_well(&self, scene: &Scene, lines: usize) {
        self.service.ends_with(0);
        let out = self.service.output().out;
        // The first is the bound line.
        scene.suspect(if out.len() > lines + 1 { &TOLD_TWICE } else { &LOST });
        scene.expect(out.len() == lines + 1, &format!("{lines} lines for {lines} jobs"), || {
            let shown: Vec<String> = out.iter().skip(1).map(|line| show(line)).collect();
            format!("{} lines: {}", shown.len(), shown.join(", "))
        });
    }
}

fn list(jobs: &[usize]) -> String {
    jobs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// A line whose hash is cut, for messages.
fn short(line: &str) -> String {
    match line.char_indices().nth(24) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.into(),
    }
}
