//! The check in the place of the others: as ventilator and sink around a worker, as workers before a sink, as workers behind a ventilator.

use std::time::{Duration, Instant};

use harness::failure::show_frames;
use harness::peer::Peer;
use harness::program::Ended;
use harness::raw::RawPeer;
use harness::scene::{Evidence, Program};
use harness::timeline::{Fate, What};
use harness::zmtp::{Command, Content};
use harness::{Scene, zmq};

use crate::mistakes::*;

/// How long one look takes where a check watches two places.
const GLANCE: Duration = Duration::from_millis(5);
/// After the answer to a PING a socket of libzmq may take so long to look at what came before it.
const SETTLED: Duration = Duration::from_millis(6);
/// How many messages that are not asked for a check passes over.
const MOST: usize = 200;

/// Frames of text.
pub fn frames(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// A frame as text.
pub fn text(frame: &[u8]) -> String {
    String::from_utf8_lossy(frame).into_owned()
}

/// Draws a message that a raw peer of the check's got.
fn draw(scene: &Scene, from: &str, to: &str, frames: &[Vec<u8>]) {
    let frames = frames.iter().map(Into::into).collect();
    let (from, to) = (from.to_string(), to.to_string());
    scene.timeline().record(What::Message { link: None, from, to, frames, fate: Fate::Passed });
}

/// What is likely where any program of the pipeline goes wrong.
fn suspect_in_all(scene: &Scene) {
    scene.suspect_when(&PANICS, Evidence::panicked);
}

/// The check as ventilator and sink of one worker.
pub struct Bench {
    pub scene: Scene,
    pub worker: Program,
    pub tasks: Peer,
    pub results: Peer,
    pub control: Peer,
}

impl Bench {
    /// Binds the three sockets and starts a worker on them.
    pub fn new(scene: &Scene) -> Self {
        Self::open(scene, "worker", None, &[])
    }

    /// The same for a worker whose results go elsewhere.
    pub fn with_results(scene: &Scene, endpoint: &str) -> Self {
        Self::open(scene, "worker", Some(endpoint), &[])
    }

    /// The same with a name for the worker on the scene, where there are two.
    pub fn called(scene: &Scene, name: &str) -> Self {
        Self::open(scene, name, None, &[])
    }

    /// A third worker, which gets its name from the command line.
    pub fn given_a_name(scene: &Scene, name: &str) -> Self {
        Self::open(scene, "worker 3", None, &["--name", name])
    }

    fn open(scene: &Scene, name: &str, elsewhere: Option<&str>, more: &[&str]) -> Self {
        suspect_in_all(scene);
        let number = name.trim_start_matches("worker");
        let open = |what: &str, kind| {
            let peer = scene.peer_as(&format!("{what}{number}"), kind, name);
            let endpoint = peer.bind("tcp://127.0.0.1:*");
            (peer, endpoint)
        };
        let (tasks, first) = open("ventilator's PUSH", zmq::PUSH);
        let (results, second) = open("sink's PULL", zmq::PULL);
        let (control, third) = open("sink's XPUB", zmq::XPUB);
        let second = elsewhere.map_or(second, String::from);
        let arguments = ["--tasks", &first, "--results", &second, "--control", &third];
        let worker = scene.start_as(name, "worker", arguments.iter().chain(more));
        Self { scene: scene.clone(), worker, tasks, results, control }
    }

    /// Deals a task.
    pub fn deal(&self, id: u64, n: u64) {
        self.tasks.send_frames([id.to_string(), n.to_string()]);
    }

    /// The next message of the worker that is no `ready`.
    pub fn report(&self, what: &str) -> Vec<Vec<u8>> {
        for _ in 0..MOST {
            let message = self.results.receive(what);
            if message.first().is_none_or(|word| word != b"ready") {
                return message;
            }
        }
        self.scene.suspect(&READY_FOR_EVER);
        self.scene.fail(what, format!("{MOST} times `ready`"))
    }

    /// Deals a task and gives the result.
    pub fn does(&self, id: u64, n: u64) -> Vec<Vec<u8>> {
        self.deal(id, n);
        self.report(&format!("the result of task {id}"))
    }

    /// Deals a task, and fails the check unless the next message is its result; `what` was judged. How the id is written is another check's matter.
    pub fn does_just(&self, id: u64, what: &str) {
        let result = self.does(id, 10);
        let first = result.first().cloned().unwrap_or_default();
        if text(&first).parse() != Ok(id) {
            self.scene.expect_bytes(what, first, id.to_string());
        }
    }

    /// Waits until the worker hears what is published as `stop`.
    pub fn listens(&self) {
        self.scene.suspect(&NO_SUBSCRIPTION);
        for _ in 0..MOST {
            let report = self.control.receive_frame("the worker's subscription to `stop`");
            if report.split_first().is_some_and(|(join, topic)| *join == 1 && b"stop".starts_with(topic)) {
                return;
            }
        }
    }
}

/// The check as the workers of a sink; a message names the worker it comes from, so one socket is enough for all of them.
pub struct Crew {
    pub scene: Scene,
    pub sink: Program,
    workers: Peer,
    pub control: String,
}

impl Crew {
    /// Starts a sink for so many tasks and so many workers, and connects to it.
    pub fn new(scene: &Scene, tasks: usize, workers: usize) -> Self {
        suspect_in_all(scene);
        let (tasks, count) = (tasks.to_string(), workers.to_string());
        let ends = ["--results", "tcp://127.0.0.1:*", "--control", "tcp://127.0.0.1:*"];
        let sink = scene.start("sink", ends.into_iter().chain(["--tasks", &tasks, "--workers", &count]));
        let results = sink.bound_named("results");
        let control = sink.bound_named("control");
        let workers = scene.peer_as("workers", zmq::PUSH, "sink");
        workers.connect(&results);
        Self { scene: scene.clone(), sink, workers, control }
    }

    /// Sends these frames.
    pub fn say(&self, frames: &[&str]) {
        self.workers.send_frames(frames);
    }

    /// Sends a result.
    pub fn result(&self, id: u64, count: u64, worker: &str) {
        self.workers.send_frames([&id.to_string(), &count.to_string(), worker]);
    }

    /// Somebody who hears what the sink announces.
    pub fn ear(&self, name: &str) -> Ear {
        let connect = || {
            let mut peer = RawPeer::connect(&self.control, self.scene.deadline())?;
            peer.shake_hands("SUB")?;
            peer.subscribe(b"")?;
            Ok(peer)
        };
        let peer = connect().unwrap_or_else(|error: std::io::Error| {
            let seen = self.sink.ends_soon().map(|ended| self.sink.how_it_ended(ended));
            self.scene.fail(
                "the sink to take a subscription on its control socket",
                seen.unwrap_or_else(|| error.to_string()),
            )
        });
        let mut ear = Ear { scene: self.scene.clone(), name: name.into(), peer, heard: Vec::new() };
        ear.is_live();
        ear
    }

    /// What the sink prints after its bound lines, up to the line `workers …`. Its workers are gone as soon as they hear `stop`.
    pub fn lines(&self, workers: &[&str]) -> Vec<String> {
        let mut ear = Some(self.ear("listener"));
        let end = Instant::now() + self.scene.deadline();
        loop {
            let output = self.sink.output().out;
            let lines: Vec<String> = output.iter().skip(2).map(|line| text(line)).collect();
            if lines.iter().any(|line| line.starts_with("workers")) {
                return lines;
            }
            if self.sink.has_ended() && self.sink.output().out.len() == output.len() {
                self.scene.fail("the results, the total and the workers", printed(&lines));
            }
            if Instant::now() > end {
                // Waits for the line that does not come, and so tells who waits for what.
                for line in &lines {
                    self.sink.line(line);
                }
                self.sink.line("the line `workers …`");
            }
            if ear.as_mut().is_some_and(|ear| ear.hears("stop", GLANCE)) {
                ear = None;
                for worker in workers {
                    self.say(&["gone", worker]);
                }
            } else if ear.is_none() {
                std::thread::sleep(GLANCE);
            }
        }
    }

    /// Fails the check where the sink ends within this time.
    pub fn goes_on(&self, time: Duration, expected: &str) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            if self.sink.has_ended() {
                self.scene.fail(expected, self.sink.how_it_ended(self.sink.end()));
            }
            std::thread::sleep(GLANCE);
        }
    }
}

/// Lines as they are told.
pub fn printed(lines: &[String]) -> String {
    if lines.is_empty() { "no line".into() } else { show_frames(lines) }
}

/// Somebody who listens to the sink's control socket, and whose subscription the sink knows.
pub struct Ear {
    scene: Scene,
    name: String,
    peer: RawPeer,
    heard: Vec<Vec<Vec<u8>>>,
}

impl Ear {
    /// Waits until the sink's socket knows the subscription: the answer to a PING comes behind it.
    fn is_live(&mut self) {
        let ping = Command::Ping { ttl: 0, context: b"live".to_vec() };
        let mut known = self.peer.send_command(&ping).is_ok();
        while known {
            match self.peer.receive() {
                Ok(Some(unit)) => match unit.content {
                    Content::Command(Command::Pong(_)) => break,
                    Content::Message { frames, .. } => self.note(frames),
                    _ => {}
                },
                Ok(None) | Err(_) => known = false,
            }
        }
        std::thread::sleep(SETTLED);
    }

    /// Draws each message the first time only: the sink repeats itself.
    fn note(&mut self, frames: Vec<Vec<u8>>) {
        if !self.heard.contains(&frames) && self.heard.len() < MOST {
            draw(&self.scene, "sink", &self.name, &frames);
            self.heard.push(frames);
        }
    }

    /// Whether this word is heard within a time.
    pub fn hears(&mut self, word: &str, limit: Duration) -> bool {
        let end = Instant::now() + limit;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            self.peer.wait_at_most(left);
            match self.peer.receive_message() {
                Ok(frames) => {
                    let right = frames == [word.as_bytes()];
                    self.note(frames);
                    if right {
                        return true;
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::TimedOut => return false,
                // The sink has closed the connection.
                Err(_) => {
                    std::thread::sleep(left.min(GLANCE));
                    return false;
                }
            }
        }
    }

    /// Fails the check unless this word is heard.
    pub fn must_hear(&mut self, sink: &Program, word: &str, what: &str) {
        if self.hears(word, self.scene.deadline()) {
            return;
        }
        if self.heard.iter().any(|frames| *frames != [b"go"] && *frames != [b"stop"]) {
            self.scene.suspect(&ANOTHER_WORD);
        }
        let heard: Vec<String> = self.heard.iter().map(|frames| show_frames(frames)).collect();
        let heard = if heard.is_empty() { "nothing".into() } else { heard.join(", ") };
        let end = match sink.ends_soon() {
            Some(ended) => sink.how_it_ended(ended),
            None => "the sink still runs".into(),
        };
        self.scene.fail(what, format!("{} heard {heard}; {end}", self.name));
    }
}

/// The check as the workers and the sink of a ventilator.
pub struct Hall {
    pub scene: Scene,
    pub ventilator: Program,
    pub endpoint: String,
    pub control: Peer,
}

impl Hall {
    /// Opens the sink's control socket and starts a ventilator for so many tasks.
    pub fn new(scene: &Scene, bind: &str, tasks: u64, more: &[&str]) -> Self {
        suspect_in_all(scene);
        let control = scene.peer_as("sink's XPUB", zmq::XPUB, "ventilator");
        let place = control.bind("tcp://127.0.0.1:*");
        let tasks = tasks.to_string();
        let arguments = ["--bind", bind, "--control", &place, "--tasks", &tasks];
        let ventilator = scene.start("ventilator", arguments.iter().chain(more));
        let endpoint = ventilator.bound();
        Self { scene: scene.clone(), ventilator, endpoint, control }
    }

    /// A worker whose connection the ventilator's socket knows.
    pub fn hand(&self, name: &str) -> Hand {
        let connect = || {
            let mut peer = RawPeer::connect(&self.endpoint, self.scene.deadline())?;
            peer.shake_hands("PULL")?;
            Ok(peer)
        };
        let peer = connect().unwrap_or_else(|error: std::io::Error| {
            let seen = self.ventilator.ends_soon().map(|ended| self.ventilator.how_it_ended(ended));
            self.scene.fail(
                "the ventilator to take a worker's connection",
                seen.unwrap_or_else(|| error.to_string()),
            )
        });
        Hand { scene: self.scene.clone(), name: name.into(), peer }
    }

    /// Waits until the ventilator hears what is published as `go`.
    pub fn listens(&self) {
        for _ in 0..MOST {
            let report = self.control.receive_frame("the ventilator's subscription to `go`");
            if report.split_first().is_some_and(|(join, topic)| *join == 1 && b"go".starts_with(topic)) {
                return;
            }
        }
    }

    /// Announces `go` to a ventilator that listens for it, and waits for its end.
    pub fn lead_to_the_end(&self) -> Ended {
        let end = Instant::now() + self.scene.deadline();
        while !self.ventilator.has_ended() && Instant::now() < end {
            self.gives_go();
        }
        self.ventilator.end()
    }

    /// Announces `go` where a subscription comes within a moment.
    pub fn gives_go(&self) {
        self.says("go");
    }

    /// Announces a word where a subscription comes within a moment, or has come; whether one has.
    pub fn says(&self, word: &str) -> bool {
        let glance = i64::try_from(GLANCE.as_millis()).unwrap_or(1);
        let comes = self.control.socket().poll(zmq::POLLIN, glance).is_ok_and(|ready| ready > 0)
            && self.control.receive_frame("a subscription").first() == Some(&1);
        if comes {
            self.control.send(word);
        }
        comes
    }
}

/// A worker of the check's, raw so that it reads when the check wants it to.
pub struct Hand {
    scene: Scene,
    name: String,
    peer: RawPeer,
}

impl Hand {
    /// The next task, where one comes within this time; none also where the ventilator has closed the connection.
    pub fn task(&mut self, limit: Duration) -> Option<Vec<Vec<u8>>> {
        self.peer.wait_at_most(limit);
        let task = self.peer.receive_message().ok()?;
        draw(&self.scene, "ventilator", &self.name, &task);
        Some(task)
    }

    /// All tasks up to the end of the connection.
    pub fn all(mut self) -> Vec<Vec<Vec<u8>>> {
        let limit = self.scene.deadline();
        std::iter::from_fn(|| self.task(limit)).collect()
    }

    /// Asks for so many answers, which it does not read, that nothing more fits into the connection.
    pub fn fill(&mut self) {
        let ping = Command::Ping { ttl: 0, context: vec![7; 16] }.encode();
        if let Err(error) = self.peer.send(&ping.repeat(PINGS)) {
            self.scene.fail(
                format!("the ventilator to keep the connection to {}", self.name),
                format!("the connection is closed: {error}"),
            );
        }
        self.scene.note(format!("the connection to {} is full, and it does not read", self.name));
    }
}

/// PINGs whose answers are more than an ipc connection holds (200 kB on Linux), also when a connection's worth of PINGs is still to be read.
const PINGS: usize = 25_000;
