//! A farmer, and the workers that the check plays.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use harness::peer::Peer;
use harness::program::Ended;
use harness::scene::{Evidence, Program};
use harness::timeline::{Fate, What};
use harness::{Mistake, Scene, zmq};
use shared::farm::{Job, Pixels, ToFarmer, ToWorker, View, decode, encode, escape_count};
use shared::paint::colour;

use crate::mistakes::*;

/// A liveness that is never reached, for checks in which nobody shall count as silent.
pub const LONG: &str = "600000";
/// A liveness that is reached on purpose, in milliseconds.
pub const SHORT: &str = "200";
/// How often a worker that is alive says so.
const BEAT: Duration = Duration::from_millis(20);
/// How long one look at the sockets takes, in milliseconds.
const GLANCE_MS: i64 = 5;

/// What a picture is of, and where it goes.
#[derive(Clone, Debug)]
pub struct Order {
    pub width: u32,
    pub height: u32,
    pub tile: u32,
    pub max_iter: u16,
    pub out: PathBuf,
}

impl Order {
    /// Twelve tiles of 16 by 16.
    pub fn small(scene: &Scene) -> Self {
        Self::of(scene, 64, 48, 16)
    }

    /// A picture of this size, in tiles of that.
    pub fn of(scene: &Scene, width: u32, height: u32, tile: u32) -> Self {
        Self { width, height, tile, max_iter: 60, out: scene.folder().join("picture.png") }
    }

    /// How many tiles there are.
    pub fn count(&self) -> usize {
        self.width.div_ceil(self.tile) as usize * self.height.div_ceil(self.tile) as usize
    }

    /// The arguments that ask for it.
    pub fn arguments(&self, bind: &str, liveness: &str) -> Vec<String> {
        let Self { width, height, tile, max_iter, out } = self;
        let pairs = [
            ("--bind", bind.to_string()),
            ("--size", format!("{width}x{height}")),
            ("--tile", tile.to_string()),
            ("--max-iter", max_iter.to_string()),
            ("--liveness", liveness.to_string()),
            ("--out", out.display().to_string()),
        ];
        pairs.into_iter().flat_map(|(option, value)| [option.to_string(), value]).collect()
    }

    /// The escape counts of the whole picture, computed in this process.
    pub fn counts(&self) -> Counts {
        let point = |(x, y)| View::WHOLE.point(self.width, self.height, x, y);
        let places = (0..self.height).flat_map(|y| (0..self.width).map(move |x| (x, y)));
        Counts {
            order: self.clone(),
            counts: places.map(|at| escape_count(point(at), self.max_iter)).collect(),
        }
    }
}

/// What the picture should show.
#[derive(Clone)]
pub struct Counts {
    order: Order,
    counts: Vec<u16>,
}

impl Counts {
    /// Where this tile is, everything has the same count: the mark of one who did not compute.
    pub fn mark(&mut self, job: &Job, mark: u16) {
        for y in job.y..job.y + job.h {
            for x in job.x..job.x + job.w {
                self.counts[(y * self.order.width + x) as usize] = mark;
            }
        }
    }

    /// Where this tile is, something else is drawn over its counts.
    pub fn draw(&mut self, job: &Job, change: impl FnOnce(&mut [u16])) {
        let mut counts = compute(job);
        change(&mut counts);
        let places = (job.y..job.y + job.h).flat_map(|y| (job.x..job.x + job.w).map(move |x| (x, y)));
        for ((x, y), count) in places.zip(counts) {
            self.counts[(y * self.order.width + x) as usize] = count;
        }
    }

    /// The colours, row by row.
    fn colours(&self) -> Vec<[u8; 3]> {
        self.counts.iter().map(|count| colour(*count, self.order.max_iter)).collect()
    }
}

/// The escape counts of a tile.
pub fn compute(job: &Job) -> Vec<u16> {
    let places = (job.y..job.y + job.h).flat_map(|y| (job.x..job.x + job.w).map(move |x| (x, y)));
    places.map(|(x, y)| escape_count(job.view.point(job.width, job.height, x, y), job.max_iter)).collect()
}

/// A worker that the check plays.
pub struct Hand {
    scene: Scene,
    pub name: String,
    peer: Peer,
    beats: Cell<bool>,
    inbox: RefCell<VecDeque<ToWorker>>,
    /// How many jobs have come, and how many Heartbeats.
    pub jobs: Cell<usize>,
    pub heartbeats: Cell<usize>,
    pub done: Cell<bool>,
}

impl Hand {
    /// Says something, and records it as people read it.
    pub fn say(&self, message: &ToFarmer) {
        if *message != ToFarmer::Heartbeat {
            self.record(true, &in_words_of_worker(message));
        }
        match encode(message) {
            Ok(frame) => self.peer.send(frame),
            Err(error) => harness::failure::Failure::error(format!("no message: {error}")).throw(),
        }
    }

    /// Sends frames that are no message.
    pub fn say_frames(&self, frames: &[&[u8]]) {
        self.record(true, "something that is no message");
        self.peer.send_frames(frames);
    }

    /// Introduces itself.
    pub fn hello(&self, credit: u32) {
        self.say(&ToFarmer::Hello { name: self.name.clone(), credit });
    }

    /// Does a job.
    pub fn finish(&self, job: &Job) {
        self.answer(job.id, compute(job));
    }

    /// Answers a job with tiles of one count, so that the picture shows whose tile it has.
    pub fn answer_marked(&self, job: &Job, mark: u16) {
        self.answer(job.id, vec![mark; job.w as usize * job.h as usize]);
    }

    /// Sends these pixels as a tile.
    pub fn answer(&self, id: u64, pixels: Vec<u16>) {
        self.say(&ToFarmer::Tile { id, pixels: Pixels(pixels) });
    }

    /// From here on it says nothing by itself; the check is its voice.
    pub fn falls_silent(&self) {
        self.scene.note(format!("{} sends no Heartbeat from here on", self.name));
        self.beats.set(false);
    }

    /// From here on it sends Heartbeats.
    pub fn beats(&self) {
        self.scene.note(format!("{} sends Heartbeats from here on", self.name));
        self.say(&ToFarmer::Heartbeat);
        self.beats.set(true);
    }

    /// The next job that has come, where one has.
    pub fn next_job(&self) -> Option<Job> {
        let mut inbox = self.inbox.borrow_mut();
        let at = inbox.iter().position(|message| matches!(message, ToWorker::Job(_)))?;
        match inbox.remove(at) {
            Some(ToWorker::Job(job)) => Some(job),
            _ => None,
        }
    }

    /// Whether this job was cancelled.
    pub fn is_cancelled(&self, id: u64) -> bool {
        self.inbox.borrow().iter().any(|message| *message == ToWorker::Cancel { id })
    }

    /// Takes in what has come.
    fn read(&self) {
        while let Some(frames) = self.peer.try_receive() {
            let message = match &frames[..] {
                [frame] => decode::<ToWorker>(frame).map_err(|error| error.to_string()),
                _ => Err(format!("{} frames", frames.len())),
            };
            let message = message.unwrap_or_else(|why| {
                self.scene.suspect(&OTHER_MESSAGE);
                self.scene.fail("a message of the farmer's in one frame", why)
            });
            match &message {
                ToWorker::Heartbeat => self.heartbeats.set(self.heartbeats.get() + 1),
                ToWorker::Done => self.done.set(true),
                ToWorker::Job(_) => self.jobs.set(self.jobs.get() + 1),
                ToWorker::Cancel { .. } => {}
            }
            if message != ToWorker::Heartbeat {
                self.record(false, &in_words_of_farmer(&message));
                self.inbox.borrow_mut().push_back(message);
            }
        }
    }

    /// A picture of ten thousand tiles is told in a note.
    fn record(&self, sent: bool, words: &str) {
        if self.jobs.get() > 200 {
            return;
        }
        let (from, to) = if sent { (self.name.as_str(), "farmer") } else { ("farmer", self.name.as_str()) };
        self.scene.timeline().record(What::Message {
            link: None,
            from: from.into(),
            to: to.into(),
            frames: vec![(&words.as_bytes().to_vec()).into()],
            fate: Fate::Passed,
        });
    }
}

fn in_words_of_worker(message: &ToFarmer) -> String {
    match message {
        ToFarmer::Hello { credit, .. } => format!("Hello, credit {credit}"),
        ToFarmer::Heartbeat => "Heartbeat".into(),
        ToFarmer::Tile { id, pixels } => format!("Tile {id}, {} pixels", pixels.0.len()),
        ToFarmer::Failed { id, .. } => format!("Failed {id}"),
    }
}

fn in_words_of_farmer(message: &ToWorker) -> String {
    match message {
        ToWorker::Job(job) => format!("Job {}: {}x{} at {},{}", job.id, job.w, job.h, job.x, job.y),
        ToWorker::Cancel { id } => format!("Cancel {id}"),
        ToWorker::Heartbeat => "Heartbeat".into(),
        ToWorker::Done => "Done".into(),
    }
}

/// The farmer, and all who work for it.
pub struct Farm {
    pub scene: Scene,
    pub farmer: Program,
    pub order: Order,
    endpoint: String,
    hands: RefCell<Vec<Rc<Hand>>>,
    beaten: Cell<Instant>,
}

impl Farm {
    /// Starts a farmer for a picture.
    pub fn new(scene: &Scene, order: Order, liveness: &str) -> Self {
        Self::with(scene, order, liveness, &[])
    }

    /// The same with more arguments.
    pub fn with(scene: &Scene, order: Order, liveness: &str, more: &[&str]) -> Self {
        Self::begin(scene, order, "tcp://127.0.0.1:*", liveness, more, |arguments| {
            scene.start("farmer", arguments)
        })
    }

    /// The same, where the check starts it or binds elsewhere.
    pub fn begin(
        scene: &Scene,
        order: Order,
        bind: &str,
        liveness: &str,
        more: &[&str],
        start: impl FnOnce(Vec<String>) -> Program,
    ) -> Self {
        scene.suspect_when(&PANICS, Evidence::panicked);
        let mut arguments = order.arguments(bind, liveness);
        arguments.extend(more.iter().map(ToString::to_string));
        let farmer = start(arguments);
        let endpoint = farmer.bound();
        let beaten = Cell::new(Instant::now());
        Self { scene: scene.clone(), farmer, order, endpoint, hands: RefCell::default(), beaten }
    }

    /// A worker that has said nothing yet.
    pub fn stranger(&self, name: &str) -> Rc<Hand> {
        self.hand(name, |_| {})
    }

    /// A worker that has said Hello and sends Heartbeats.
    pub fn worker(&self, name: &str, credit: u32) -> Rc<Hand> {
        let hand = self.stranger(name);
        hand.hello(credit);
        hand.beats.set(true);
        hand
    }

    /// A worker that has as little room for what it has not read as can be. A job has come, and it does not read.
    pub fn slow_worker(&self, name: &str, credit: u32) -> Rc<Hand> {
        let small = |socket: &zmq::Socket| socket.set_rcvhwm(1).and_then(|()| socket.set_rcvbuf(4096));
        let hand = self.hand(name, |socket| {
            if small(socket).is_err() {
                harness::failure::Failure::error("a DEALER takes no options").throw();
            }
        });
        self.hands.borrow_mut().pop();
        hand.hello(credit);
        let end = Instant::now() + self.scene.deadline();
        while !hand.peer.socket().poll(zmq::POLLIN, GLANCE_MS).is_ok_and(|ready| ready > 0) {
            if self.farmer.has_ended() || Instant::now() >= end {
                hand.peer.hang("a job after its Hello");
            }
        }
        hand
    }

    /// From here on this worker reads what comes.
    pub fn reads(&self, hand: &Rc<Hand>) {
        self.hands.borrow_mut().push(Rc::clone(hand));
    }

    fn hand(&self, name: &str, options: impl FnOnce(&zmq::Socket)) -> Rc<Hand> {
        let peer = self.scene.peer_as(name, zmq::DEALER, "farmer");
        options(peer.socket());
        peer.connect(&self.endpoint);
        let hand = Rc::new(Hand {
            scene: self.scene.clone(),
            name: name.into(),
            // Frames of bincode tell a reader nothing; what is recorded is what they mean.
            peer: peer.behind_a_tap(),
            beats: Cell::new(false),
            inbox: RefCell::default(),
            jobs: Cell::new(0),
            heartbeats: Cell::new(0),
            done: Cell::new(false),
        });
        self.hands.borrow_mut().push(Rc::clone(&hand));
        hand
    }

    /// A worker goes: its connection is closed.
    pub fn leaves(&self, hand: Rc<Hand>) {
        self.scene.note(format!("{} is gone", hand.name));
        self.hands.borrow_mut().retain(|other| !Rc::ptr_eq(other, &hand));
        drop(hand);
    }

    /// One look at all sockets: takes in what has come, and lets those send a Heartbeat that do.
    fn turn(&self) {
        let hands = self.hands.borrow().clone();
        let mut items: Vec<_> =
            hands.iter().map(|hand| hand.peer.socket().as_poll_item(zmq::POLLIN)).collect();
        let _ = zmq::poll(&mut items, GLANCE_MS);
        for hand in &hands {
            hand.read();
        }
        if self.beaten.get().elapsed() >= BEAT {
            self.beaten.set(Instant::now());
            for hand in hands.iter().filter(|hand| hand.beats.get()) {
                hand.say(&ToFarmer::Heartbeat);
            }
        }
    }

    /// Waits until `seen` gives something; `who` waits for it.
    pub fn until<T>(&self, who: &Hand, what: &str, mut seen: impl FnMut() -> Option<T>) -> T {
        let end = Instant::now() + self.scene.deadline();
        loop {
            // What a farmer said at its end may still be on the way to our sockets when it is gone, so one that ended well is waited for.
            let ended = self.farmer.output().ended;
            let ended_well = ended == Some(Ended::Code(0));
            let over = (ended.is_some() && !ended_well) || Instant::now() >= end;
            self.turn();
            if let Some(found) = seen() {
                return found;
            }
            if over {
                if ended_well && self.hands.borrow().iter().all(|hand| !hand.done.get()) {
                    self.scene.suspect(&NO_DONE);
                }
                who.peer.hang(what);
            }
        }
    }

    /// The next job of a worker.
    pub fn job(&self, who: &Hand, what: &str) -> Job {
        self.until(who, what, || who.next_job())
    }

    /// So many jobs of a worker.
    pub fn jobs(&self, who: &Hand, count: usize, what: &str) -> Vec<Job> {
        (1..=count).map(|number| self.job(who, &format!("{what} ({number} of {count})"))).collect()
    }

    /// The worker finishes what it is given until it is given this job, which it then holds.
    pub fn works_until(&self, who: &Hand, id: u64, what: &str) -> Job {
        self.works_until_looking(who, id, what, |_| ())
    }

    /// The same, with a look at each job that it is given.
    pub fn works_until_looking(&self, who: &Hand, id: u64, what: &str, look: impl Fn(&Job)) -> Job {
        for _ in 0..=self.order.count() * 2 {
            let job = self.job(who, what);
            look(&job);
            if job.id == id {
                return job;
            }
            who.finish(&job);
        }
        self.scene.fail(what, "the same tiles again and again")
    }

    /// The worker finishes all that it is given, until it has finished so many.
    pub fn works(&self, who: &Hand, count: usize) -> Vec<Job> {
        let finish = |number| {
            let job = self.job(who, &format!("a job ({number} of {count})"));
            who.finish(&job);
            job
        };
        (1..=count).map(finish).collect()
    }

    /// These workers finish all that they are given until the farmer says Done, and ends with exit code 0.
    pub fn ends_well(&self, hands: &[&Rc<Hand>]) {
        let most = self.order.count() * 4;
        let mut finished = 0;
        self.until(hands[0], "a Done, or a job to do", || {
            for hand in hands {
                while let Some(job) = hand.next_job() {
                    finished += 1;
                    if finished > most {
                        self.scene.fail("each tile to be given once", format!("{finished} jobs in all"));
                    }
                    hand.finish(&job);
                }
            }
            // Whether everybody is told is judged where nothing else is.
            hands.iter().any(|hand| hand.done.get()).then_some(())
        });
        self.farmer.ends_with(0);
    }

    /// Fails the check unless there is a picture of the right size; gives its pixels.
    pub fn has_a_picture(&self) -> Vec<[u8; 3]> {
        let picture = match image::open(&self.order.out) {
            Ok(picture) => picture.into_rgb8(),
            Err(error) => self.scene.fail("a picture in PNG", error.to_string()),
        };
        let size = (self.order.width, self.order.height);
        self.scene.expect(
            picture.dimensions() == size,
            &format!("a picture of {}x{} pixels", size.0, size.1),
            || format!("{}x{}", picture.width(), picture.height()),
        );
        picture.pixels().map(|pixel| pixel.0).collect()
    }

    /// Fails the check unless the picture shows this.
    pub fn shows(&self, wanted: &Counts) {
        let (got, width) = (self.has_a_picture(), self.order.width as usize);
        let wanted = wanted.colours();
        let wrong = got.iter().zip(&wanted).filter(|(got, wanted)| got != wanted).count();
        if let Some(first) = got.iter().zip(&wanted).position(|(got, wanted)| got != wanted) {
            if let Some(likely) = self.turned(&got, &wanted) {
                self.scene.suspect(likely);
            }
            let (x, y) = (first % width, first / width);
            self.scene.fail(
                format!("pixel {x},{y} to have the colour {:?}", wanted[first]),
                format!("{:?}; {wrong} of {} pixels are not right", got[first], wanted.len()),
            );
        }
    }

    /// The mistake whose marks a wrong picture bears, where it does.
    fn turned(&self, got: &[[u8; 3]], wanted: &[[u8; 3]]) -> Option<&'static Mistake> {
        let (width, height, tile) =
            (self.order.width as usize, self.order.height as usize, self.order.tile as usize);
        let same = |place: &dyn Fn(usize, usize) -> Option<(usize, usize)>| {
            let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
            let mut inside = places.filter_map(|(x, y)| Some((got[y * width + x], place(x, y)?)));
            inside.all(|(colour, (x, y))| colour == wanted[y * width + x])
        };
        // Only whole tiles can be turned; those at the border are left out.
        let whole = |x: usize, y: usize| (x / tile + 1) * tile <= width && (y / tile + 1) * tile <= height;
        let within = |x: usize, y: usize| (x % tile, y % tile, x - x % tile, y - y % tile);
        let columns = |x, y| {
            let (dx, dy, x0, y0) = within(x, y);
            whole(x, y).then_some((x0 + dy, y0 + dx))
        };
        let from_below = |x, y| {
            let (_, dy, _, y0) = within(x, y);
            whole(x, y).then_some((x, y0 + tile - 1 - dy))
        };
        let upside_down = |x, y| Some((x, height - 1 - y));
        if same(&columns) || same(&from_below) || same(&upside_down) {
            return Some(&WRONG_ROWS);
        }
        None
    }
}

/// The path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}
