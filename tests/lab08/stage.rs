//! The check in the place of the store, and in the place of a replica.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use harness::failure::{show, show_frames};
use harness::peer::Peer;
use harness::program::Ended;
use harness::scene::{Evidence, Program};
use harness::timeline::{Event, Stream, Timeline, What};
use harness::{Mistake, Scene, SceneTap, zmq};

use crate::mistakes::*;

/// How long one look at a socket takes, in milliseconds, where a check watches two places.
const GLANCE_MS: i64 = 10;
/// How often a replica may ask, where one request is enough.
const MOST_REQUESTS: usize = 20;

/// For how many glances a replica may read its updates before an answer ends.
const GLANCES_TO_READ: usize = 8;

/// Key and value.
pub type Pair<'a> = (&'a [u8], &'a [u8]);

/// A key and a value in text.
pub fn pair<'a>(key: &'a str, value: &'a str) -> Pair<'a> {
    (key.as_bytes(), value.as_bytes())
}

/// A run of the store that the check plays: what it would answer now.
pub struct Run {
    pub session: String,
    pub seq: u64,
    pub table: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Run {
    /// A run of a new session, after so many updates, with this table.
    pub fn new(scene: &Scene, seq: u64, table: &[Pair<'_>]) -> Self {
        let session = format!("{}-{}", scene.word(), scene.number(0..1_000_000));
        Self { session, seq, table: owned(table) }
    }

    /// The same run later.
    pub fn at(&self, seq: u64, table: &[Pair<'_>]) -> Self {
        Self { session: self.session.clone(), seq, table: owned(table) }
    }

    /// The line that a replica of this run prints.
    pub fn line(&self) -> Vec<u8> {
        let mut table = self.table.clone();
        table.sort();
        let mut line = self.seq.to_string().into_bytes();
        for (key, value) in table {
            line.extend([b" ", key.as_slice(), b"=", &value].concat());
        }
        line
    }
}

fn owned(table: &[Pair<'_>]) -> Vec<(Vec<u8>, Vec<u8>)> {
    table.iter().map(|(key, value)| (key.to_vec(), value.to_vec())).collect()
}

/// What the check waits for, where that tells one hang from another.
#[derive(Clone, Copy, PartialEq)]
enum Wait {
    FirstRequest,
    Request,
    Subscription,
    Line,
    /// A line that comes of the answer to a request after the first.
    LaterLine,
}

impl Wait {
    fn is_for_a_line(self) -> bool {
        matches!(self, Self::Line | Self::LaterLine)
    }
}

/// The check as the store of one replica.
pub struct Store {
    scene: Scene,
    pub replica: Program,
    pub updates: Peer,
    pub requests: Rc<Peer>,
    /// Whether the end of an answer was sent.
    answered: Rc<Cell<bool>>,
    wait: Rc<Cell<Wait>>,
    /// Updates that wait for a replica which subscribes late; `None` as long as it is not known to do so.
    late: RefCell<Option<Vec<Vec<Vec<u8>>>>>,
}

impl Store {
    /// Opens both sockets of a store and starts a replica. `timeout` is its `--timeout`.
    pub fn with_replica(scene: &Scene, timeout: &str) -> Self {
        scene.suspect_when(&PANICS, Evidence::panicked);
        let updates = scene.peer_as("the store's XPUB", zmq::XPUB, "replica");
        let requests = Rc::new(scene.peer_as("the store's ROUTER", zmq::ROUTER, "replica"));
        let (first, second) = (updates.bind("tcp://127.0.0.1:*"), requests.bind("tcp://127.0.0.1:*"));
        let replica =
            scene.start("replica", ["--updates", &first, "--snapshot", &second, "--timeout", timeout]);
        let answered = Rc::new(Cell::new(false));
        let wait = Rc::new(Cell::new(Wait::FirstRequest));
        for (mistake, what) in [(&NO_REQUEST, Wait::FirstRequest), (&NO_SUBSCRIPTION, Wait::Subscription)] {
            let wait = Rc::clone(&wait);
            scene.suspect_when(mistake, move |evidence| evidence.hung && wait.get() == what);
        }
        let (sent, timeline) = (Rc::clone(&answered), scene.timeline().clone());
        let waits = Rc::clone(&wait);
        scene.suspect_when(&NO_FIRST_LINE, move |evidence| {
            evidence.hung && waits.get().is_for_a_line() && sent.get() && printed(&timeline) == 0
        });
        let late = RefCell::new(None);
        Self { scene: scene.clone(), replica, updates, requests, answered, wait, late }
    }

    /// A replica that has its first snapshot and is subscribed: the beginning of most checks.
    pub fn with_follower(scene: &Scene, run: &Run) -> Self {
        scene.suspect(&WRONG_LINE);
        let store = Self::with_replica(scene, &long(scene));
        store.answer(&store.request("the first request"), run);
        store.prints(run);
        store.subscribed();
        // A peer keeps its scene, and the scene its suspicions, so they must not keep the peer.
        let (requests, waits) = (Rc::downgrade(&store.requests), Rc::clone(&store.wait));
        scene.suspect_when(&ASKS_FOR_NOTHING, move |evidence| {
            let asked = || requests.upgrade().is_some_and(|requests| receive_all(&requests));
            evidence.hung && waits.get().is_for_a_line() && asked()
        });
        let (waits, timeline) = (Rc::clone(&store.wait), scene.timeline().clone());
        scene.suspect_when(&NO_UPDATE, move |evidence| {
            evidence.hung && waits.get() == Wait::Line && printed(&timeline) == 1
        });
        store
    }

    /// Waits for a request, and gives the identity of the one who asks.
    pub fn request(&self, what: &str) -> Vec<u8> {
        // Until the first has come it is the first that is waited for.
        let later = self.wait.get() != Wait::FirstRequest;
        if later {
            self.wait.set(Wait::Request);
        }
        let message = self.requests.receive(&format!("{what} for a snapshot"));
        self.wait.set(if later { Wait::LaterLine } else { Wait::Line });
        match message.as_slice() {
            [identity, request] if request == b"snapshot?" => identity.clone(),
            [_, frames @ ..] => {
                self.scene.suspect(&NO_REQUEST);
                self.scene.fail(format!("{what} to be the frame `snapshot?`"), show_frames(frames))
            }
            [] => self.scene.fail("a request", "nothing"),
        }
    }

    /// Waits until the replica has subscribed, while an answer is still to come. Who subscribes only when it has the answer gets the updates then: that it is too
    /// late is judged by one check, and what a replica makes of its updates by the others.
    pub fn subscribes_meanwhile(&self) {
        if !self.subscription_comes() {
            self.scene.note("no subscription yet: the updates are kept back until it is there");
            self.late.replace(Some(Vec::new()));
        }
    }

    /// Waits until the replica has subscribed to the updates.
    pub fn subscribed(&self) {
        self.wait.set(Wait::Subscription);
        while !is_subscription(&self.updates.receive("the replica's subscription")) {}
        self.wait.set(Wait::Line);
    }

    /// Whether the subscription comes within half of a wait.
    pub fn subscription_comes(&self) -> bool {
        let end = std::time::Instant::now() + self.scene.deadline() / 2;
        while std::time::Instant::now() < end && !self.replica.has_ended() {
            if readable(&self.updates) {
                return is_subscription(&self.updates.receive("a subscription"));
            }
        }
        false
    }

    /// Answers a request with all that the store has.
    pub fn answer(&self, identity: &[u8], run: &Run) {
        for (key, value) in &run.table {
            self.entry(identity, (key, value));
        }
        self.end(identity, run);
    }

    /// One entry of an answer.
    pub fn entry(&self, identity: &[u8], (key, value): Pair<'_>) {
        self.requests.send_frames([identity, b"entry", key, value]);
    }

    /// Leaves a replica some time to read what was published, before the answer ends. No verdict depends on it: a right replica may be as slow as it
    /// likes. But if all of an answer is there before the first update, whoever keeps updates in a wrong way has none to keep.
    pub fn lets_it_read(&self) {
        for _ in 0..GLANCES_TO_READ {
            if readable(&self.requests) {
                return;
            }
        }
    }

    /// The end of an answer.
    pub fn end(&self, identity: &[u8], run: &Run) {
        self.answered.set(true);
        let seq = run.seq.to_string();
        self.requests.send_frames([identity, b"end", run.session.as_bytes(), seq.as_bytes()]);
        if let Some(late) = self.late.take() {
            self.subscribed();
            late.iter().for_each(|frames| self.updates.send_frames(frames));
        }
    }

    /// Publishes the update that has this number in a run.
    pub fn update(&self, run: &Run, seq: u64, (key, value): Pair<'_>) {
        let seq = seq.to_string();
        let frames = [b"update", run.session.as_bytes(), seq.as_bytes(), key, value];
        match self.late.borrow_mut().as_mut() {
            Some(late) => late.push(frames.iter().map(|frame| frame.to_vec()).collect()),
            None => self.updates.send_frames(frames),
        }
    }

    /// Fails the check unless the replica's next line is the table of this run.
    pub fn prints(&self, run: &Run) {
        let wanted = run.line();
        let line = self.replica.line(&format!("the line {}", show(&wanted)));
        say_what_is_to_do(&self.replica, line == wanted);
        self.scene.expect_bytes("the replica's next line", line, wanted);
    }

    /// The same, and whenever the replica asks before it prints, it is answered with this run.
    pub fn prints_and_may_ask(&self, printed: usize, run: &Run) {
        self.prints_while(printed, run, |identity| self.answer(identity, run));
    }

    /// The same, with another answer.
    pub fn prints_while(&self, printed: usize, run: &Run, answers: impl Fn(&[u8])) {
        for _ in 0..MOST_REQUESTS {
            let Some(identity) = self.request_before_line(printed) else { return self.prints(run) };
            answers(&identity);
        }
        self.scene.fail(
            format!("a replica that asks once and then prints {}", show(&run.line())),
            format!("it asked {MOST_REQUESTS} times"),
        );
    }

    /// Sends the entries of an answer, one at each glance and again from the first, for at least this time. Gives the next request,
    /// where the replica asks meanwhile.
    pub fn entries_for(&self, time: std::time::Duration, identity: &[u8], run: &Run) -> Option<Vec<u8>> {
        let began = std::time::Instant::now();
        for (key, value) in run.table.iter().cycle() {
            if began.elapsed() >= time || self.replica.has_ended() {
                break;
            }
            self.entry(identity, (key, value));
            if readable(&self.requests) {
                return Some(self.request("a request"));
            }
        }
        None
    }

    /// Fails the check, with this explanation, where the replica asks before it has printed more than so many lines.
    pub fn asks_nothing_before_line(&self, printed: usize, mistake: &'static Mistake) {
        if self.request_before_line(printed).is_some() {
            self.scene.suspect(mistake);
            self.scene.fail("no request, because nothing is missing", "a request for a snapshot");
        }
    }

    /// Waits for a request, or until more than so many lines are printed.
    fn request_before_line(&self, printed: usize) -> Option<Vec<u8>> {
        let end = std::time::Instant::now() + self.scene.deadline();
        while self.replica.output().out.len() <= printed
            && !self.replica.has_ended()
            && std::time::Instant::now() < end
        {
            if readable(&self.requests) {
                return Some(self.request("a request"));
            }
        }
        None
    }
}

/// Before a line that is not as it should be is judged: what the program says of a hole comes on another pipe, perhaps a moment later.
pub fn say_what_is_to_do(program: &Program, right: bool) {
    if !right {
        program.ends_soon();
    }
}

/// Receives what is there already, so that the timeline shows it; false where nothing is.
fn receive_all(peer: &Peer) -> bool {
    let mut any = false;
    while peer.socket().poll(zmq::POLLIN, 0).is_ok_and(|ready| ready > 0) {
        peer.receive("what is there");
        any = true;
    }
    any
}

/// How many lines the replica has printed.
fn printed(timeline: &Timeline) -> usize {
    let is_line = |event: &Event| matches!(&event.what, What::Line { who, stream: Stream::Out, .. } if who == "replica");
    timeline.events().iter().filter(|event| is_line(event)).count()
}

fn is_subscription(message: &[Vec<u8>]) -> bool {
    // XPUB gives a frame of 1 and the topic (zmq_socket(3), ZMQ_XPUB).
    matches!(message, [frame] if frame.first() == Some(&1) && b"update".starts_with(&frame[1..]))
}

/// Whether something came to a socket within a glance.
pub fn readable(peer: &Peer) -> bool {
    peer.socket().poll(zmq::POLLIN, GLANCE_MS).is_ok_and(|ready| ready > 0)
}

/// A timeout that is never reached, for checks in which asking again must have another reason.
pub fn long(scene: &Scene) -> String {
    (scene.deadline() * 10).as_millis().to_string()
}

/// Whether a program ended by itself, and not by a panic.
pub fn ended_by_itself(evidence: &Evidence) -> bool {
    matches!(evidence.ended, Some(Ended::Code(0 | 1)))
}

/// A timeout that is reached on purpose, in milliseconds.
pub const SHORT: &str = "250";

/// An update, as a replica gets it.
pub struct Update {
    pub session: Vec<u8>,
    pub seq: Vec<u8>,
    pub key: Vec<u8>,
    pub value: Vec<u8>,
}

/// The student's store, and a SUB of the check's that is known to it.
pub struct Served {
    scene: Scene,
    pub store: Program,
    snapshot: String,
    sub: Peer,
    _tap: SceneTap,
    /// What a wrong number tells.
    number: Cell<&'static Mistake>,
    wait: Rc<Cell<Answer>>,
}

/// How far the store has come with its answers.
#[derive(Clone, Copy, PartialEq)]
enum Answer {
    NotAsked,
    NothingYet,
    Some,
}

/// The whole answer to a request.
pub struct Snapshot {
    pub entries: Vec<(Vec<u8>, Vec<u8>)>,
    pub session: Vec<u8>,
    pub seq: Vec<u8>,
}

/// Starts a store, and gives it with its endpoints of updates and snapshots.
pub fn start_store(scene: &Scene) -> (Program, String, String) {
    scene.suspect_when(&PANICS, Evidence::panicked);
    let store = scene.start("store", ["--updates", "tcp://127.0.0.1:*", "--snapshot", "tcp://127.0.0.1:*"]);
    let bound = Rc::new(Cell::new(false));
    let is_bound = Rc::clone(&bound);
    scene.suspect_when(&NOT_BOUND, move |evidence| !is_bound.get() && !evidence.panicked());
    let (updates, snapshot) = (store.bound_named("updates"), store.bound_named("snapshot"));
    bound.set(true);
    (store, updates, snapshot)
}

/// The same, and types a line to it. Gives it when the line is in its table, so that no replica sees an empty one.
pub fn start_store_with(scene: &Scene, line: &str) -> (Program, String, String) {
    let (store, updates, snapshot) = start_store(scene);
    let (_tap, sub) = listen(scene, &updates);
    store.type_line(line);
    sub.receive("an update");
    (store, updates, snapshot)
}

/// A SUB of the check's that is known to the store, and the tap before it.
fn listen(scene: &Scene, updates: &str) -> (SceneTap, Peer) {
    let tap = scene.tap("updates").called("the check's SUB", "store").to(updates).start();
    let sub = scene.peer(zmq::SUB, "store").behind_a_tap();
    if sub.socket().set_subscribe(b"").is_err() {
        harness::failure::Failure::error("a SUB cannot subscribe").throw();
    }
    sub.connect(tap.endpoint());
    tap.wait_live(1);
    (tap, sub)
}

impl Served {
    /// Starts a store, and waits until it knows the subscription of the check.
    pub fn new(scene: &Scene) -> Self {
        Self::after(scene, |_| {})
    }

    /// The same, with something typed to the store before anybody subscribes.
    pub fn after(scene: &Scene, typed: impl FnOnce(&Program)) -> Self {
        let (store, updates, snapshot) = start_store(scene);
        scene.suspect_when(&ENDS, ended_by_itself);
        let wait = Rc::new(Cell::new(Answer::NotAsked));
        let waits = Rc::clone(&wait);
        scene.suspect_when(&NO_ANSWER, move |evidence| evidence.hung && waits.get() == Answer::NothingYet);
        typed(&store);
        let (tap, sub) = listen(scene, &updates);
        let number = Cell::new(&WRONG_NUMBER);
        Self { scene: scene.clone(), store, snapshot, sub, _tap: tap, number, wait }
    }

    /// From here on a wrong number is explained by this mistake.
    pub fn number_tells(&self, mistake: &'static Mistake) {
        self.number.set(mistake);
    }

    /// A DEALER of the check's, connected to the snapshots.
    pub fn dealer(&self, name: &str) -> Peer {
        let dealer = self.scene.peer_as(name, zmq::DEALER, "store");
        dealer.connect(&self.snapshot);
        dealer
    }

    /// The same, with as little room for what it has not read as can be.
    pub fn slow_dealer(&self) -> Peer {
        let dealer = self.scene.peer_as("the slow DEALER", zmq::DEALER, "store");
        let small = dealer.socket().set_rcvhwm(1).and_then(|()| dealer.socket().set_rcvbuf(8192));
        if small.is_err() {
            harness::failure::Failure::error("a DEALER takes no options").throw();
        }
        dealer.connect(&self.snapshot);
        dealer
    }

    /// The next update that the store publishes.
    pub fn update(&self, what: &str) -> Update {
        let frames = self.sub.receive(what);
        match frames.as_slice() {
            [kind, session, seq, key, value] if kind == b"update" => {
                Update { session: session.clone(), seq: seq.clone(), key: key.clone(), value: value.clone() }
            }
            _ => {
                self.scene.suspect(&WRONG_UPDATE);
                self.scene.fail(format!("{what}: [`update`, session, seq, key, value]"), show_frames(&frames))
            }
        }
    }

    /// Types `KEY=VALUE` and fails the check unless that is published under this number.
    pub fn sets(&self, (key, value): Pair<'_>, seq: u64) {
        self.store.type_line([key, b"=", value].concat());
        self.publishes((key, value), seq);
    }

    /// Waits for the update of this number, whatever comes before it.
    pub fn comes_to(&self, seq: u64) {
        let digits = seq.to_string();
        while self.update(&format!("update {seq}")).seq != digits.as_bytes() {}
    }

    /// Fails the check unless the next update is this one.
    pub fn publishes(&self, (key, value): Pair<'_>, seq: u64) {
        let update = self.update(&format!("update {seq}"));
        let what = format!("update {seq} to have the key {} and the value {}", show(key), show(value));
        self.scene.expect(update.key == key && update.value == value, &what, || {
            show_frames(&[update.key.as_slice(), update.value.as_slice()])
        });
        let digits = seq.to_string();
        if update.seq != digits.as_bytes() {
            self.scene.suspect(self.number.get());
            let line = show(&[key, b"=", value].concat());
            self.scene.fail(
                format!("the update of the line {line} to have the number `{digits}`"),
                show(&update.seq),
            );
        }
    }

    /// Asks for a snapshot and receives it.
    pub fn snapshot(&self, dealer: &Peer) -> Snapshot {
        self.ask(dealer);
        self.receive_snapshot(dealer)
    }

    /// Asks for a snapshot.
    pub fn ask(&self, dealer: &Peer) {
        if self.wait.get() == Answer::NotAsked {
            self.wait.set(Answer::NothingYet);
        }
        dealer.send("snapshot?");
    }

    /// Waits until an answer begins, or does not come.
    pub fn answer_begins(&self, dealer: &Peer) {
        let end = std::time::Instant::now() + self.scene.deadline();
        while !readable(dealer) && !self.store.has_ended() && std::time::Instant::now() < end {}
        if readable(dealer) {
            self.wait.set(Answer::Some);
        }
    }

    /// Receives the answer to a request, up to its end.
    pub fn receive_snapshot(&self, dealer: &Peer) -> Snapshot {
        let mut entries = Vec::new();
        loop {
            let frames = dealer.receive("an entry of the snapshot, or its end");
            self.wait.set(Answer::Some);
            match frames.as_slice() {
                [kind, key, value] if kind == b"entry" => entries.push((key.clone(), value.clone())),
                [kind, session, seq] if kind == b"end" => {
                    return Snapshot { entries, session: session.clone(), seq: seq.clone() };
                }
                _ => {
                    self.scene.suspect(&WRONG_ANSWER);
                    self.scene.fail("[`entry`, key, value] or [`end`, session, seq]", show_frames(&frames))
                }
            }
        }
    }

    /// Fails the check unless the snapshot is this table after so many updates.
    pub fn expect_snapshot(&self, mut got: Snapshot, seq: u64, table: &[Pair<'_>]) {
        let mut wanted = owned(table);
        wanted.sort();
        got.entries.sort();
        let shown = |entries: &[(Vec<u8>, Vec<u8>)]| {
            let shown = entries.iter().take(12).map(|(key, value)| format!("{}={}", show(key), show(value)));
            let shown = shown.collect::<Vec<_>>().join(", ");
            let more = if entries.len() > 12 { ", …" } else { "" };
            match entries.len() {
                0 => "no entries".to_string(),
                1 => format!("1 entry: {shown}"),
                count => format!("{count} entries: {shown}{more}"),
            }
        };
        let what = format!("a snapshot with {}", shown(&wanted));
        let digits = seq.to_string();
        if got.entries.is_empty() && !wanted.is_empty() && got.seq == digits.as_bytes() {
            self.scene.suspect(&WRONG_ANSWER);
        }
        self.scene.expect(got.entries == wanted, &what, || shown(&got.entries));
        if got.seq != digits.as_bytes() {
            self.scene.suspect(&WRONG_ANSWER);
            self.scene.fail(format!("the end of the snapshot to say `{digits}`"), show(&got.seq));
        }
    }
}
