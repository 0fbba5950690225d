//! The check in the place of the farmer.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use harness::failure::{show_frames, show_up_to};
use harness::peer::Peer;
use harness::program::Ended;
use harness::scene::{Evidence, Program};
use harness::{Mistake, Scene, zmq};
use shared::farm::{Job, Pixels, ToFarmer, ToWorker, decode, encode};

use crate::jobs::{counts, counts_of, named};
use crate::mistakes::*;

/// How long a job is left alone before it is cancelled, so that most wrong programs have begun it.
const A_MOMENT: Duration = Duration::from_millis(60);

/// Who computes uses so much more from time to time. Heartbeats alone are cheaper: a whole deadline of them is.
const COMPUTES: Duration = Duration::from_millis(20);
/// How often it is looked whether a worker computes, in milliseconds.
const LOOK_MS: i64 = 50;

/// The check as the farmer of one worker.
pub struct Farmer {
    pub scene: Scene,
    pub worker: Program,
    pub router: Peer,
    identity: RefCell<Vec<u8>>,
    /// The name and the credit of its Hello.
    pub hello: (String, u32),
    /// The jobs that were answered.
    done: RefCell<Vec<u64>>,
    /// Whether the worker was silent about a job that it should have computed.
    silent: Rc<Cell<Wait>>,
    /// Whether the worker may compute for as long as it likes before it answers.
    patient: bool,
}

/// What is waited for, and whether it came.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Wait {
    #[default]
    Other,
    Tile,
    OnlyHeartbeats,
}

/// What is watched in each check of the lab.
fn watch(scene: &Scene) {
    scene.suspect_when(&PANICS, Evidence::panicked);
    scene.suspect_when(&ENDS_EARLY, |evidence| evidence.ended == Some(Ended::Code(0)));
}

impl Farmer {
    /// Binds a ROUTER, starts a worker with so many threads, and waits for its Hello.
    pub fn with_worker(scene: &Scene, threads: u32) -> Self {
        Self::with(scene, "", &["--threads", &threads.to_string()])
    }

    /// The same from a shell that does something before, and with more arguments.
    pub fn with(scene: &Scene, before: &str, arguments: &[&str]) -> Self {
        watch(scene);
        let router = scene.peer(zmq::ROUTER, "worker");
        let endpoint = router.bind("tcp://127.0.0.1:*");
        let mut all = vec!["--connect", endpoint.as_str()];
        all.extend(arguments);
        if !arguments.contains(&"--name") {
            all.extend(["--name", "the check's"]);
        }
        // Most checks say nothing for as long as they wait.
        if !arguments.contains(&"--liveness") {
            all.extend(["--liveness", "80000000"]);
        }
        let worker = match before {
            "" => scene.start("worker", all),
            _ => scene.start_after(before, "worker", all),
        };
        Self::meet(scene, worker, router)
    }

    /// Waits for the Hello of a worker that was started.
    pub fn meet(scene: &Scene, worker: Program, router: Peer) -> Self {
        watch(scene);
        let silent = Rc::<Cell<Wait>>::default();
        let waits = Rc::clone(&silent);
        scene.suspect_when(&NO_TILE, move |evidence| {
            waits.get() == Wait::OnlyHeartbeats || evidence.hung && waits.get() == Wait::Tile
        });
        let farmer = Self {
            scene: scene.clone(),
            worker,
            router,
            identity: RefCell::default(),
            hello: (String::new(), 0),
            done: RefCell::default(),
            silent,
            patient: false,
        };
        scene.suspect(&NO_HELLO);
        match farmer.next("Hello") {
            ToFarmer::Hello { name, credit } => Self { hello: (name, credit), ..farmer },
            other => scene.fail("Hello as the worker's first message", told(&other)),
        }
    }

    /// Leaves what goes to and fro out of the timeline, because it is long.
    pub fn unrecorded(self) -> Self {
        Self { router: self.router.behind_a_tap(), ..self }
    }

    /// From now on a wait for an answer ends only when the worker has not computed for a deadline. For jobs that take a right program
    /// long enough for the machine's speed to matter.
    pub fn patient(self) -> Self {
        Self { patient: true, ..self }
    }

    /// Says something to the worker.
    pub fn say(&self, message: &ToWorker) {
        match encode(message) {
            Ok(frame) => self.send([frame]),
            Err(error) => harness::failure::Failure::error(error.to_string()).throw(),
        }
    }

    /// Sends it these frames, whatever they are.
    pub fn send<T: AsRef<[u8]>>(&self, frames: impl IntoIterator<Item = T>) {
        let identity = self.identity.borrow().clone();
        let frames = frames.into_iter().map(|frame| frame.as_ref().to_vec());
        self.router.send_frames(std::iter::once(identity).chain(frames));
    }

    /// Gives it a job.
    pub fn job(&self, job: &Job) {
        self.scene.note(named(job));
        self.say(&ToWorker::Job(job.clone()));
    }

    pub fn cancel(&self, id: u64) {
        self.scene.note(format!("Cancel of job {id}"));
        self.say(&ToWorker::Cancel { id });
    }

    /// The next message of the worker.
    pub fn next(&self, what: &str) -> ToFarmer {
        let message = self.router.receive(&format!("{what} from the worker"));
        let [identity, frames @ ..] = &message[..] else { self.scene.fail(what, "nothing") };
        self.identity.replace(identity.clone());
        let [frame] = frames else {
            if frames.first().is_some_and(Vec::is_empty) {
                self.scene.suspect(&DELIMITER);
            }
            self.scene.fail("each message to be one frame", show_frames(frames));
        };
        match decode(frame) {
            Ok(message) => message,
            Err(error) => {
                self.scene.suspect(&NO_MESSAGE);
                let seen = format!("{error}: {}", show_up_to(frame, 60));
                self.scene
                    .fail("a message of the protocol: the version byte 2, then bincode of a ToFarmer", seen)
            }
        }
    }

    /// The next message that is no heartbeat. A worker that does not come to it may send heartbeats for ever; then this ends as well.
    pub fn answer(&self, what: &str) -> ToFarmer {
        let mut end = Instant::now() + self.scene.deadline();
        let mut used = self.used();
        let mut heartbeats = 0;
        while Instant::now() < end {
            if self.patient {
                let ready = self.router.socket().poll(zmq::POLLIN, LOOK_MS).is_ok_and(|ready| ready > 0);
                if self.used() >= used + COMPUTES {
                    (used, end) = (self.used(), Instant::now() + self.scene.deadline());
                }
                if !ready && !self.worker.has_ended() {
                    continue;
                }
            }
            match self.next(what) {
                ToFarmer::Heartbeat => heartbeats += 1,
                message => return message,
            }
        }
        if heartbeats == 0 {
            self.router.hang(what);
        }
        if self.silent.get() == Wait::Tile {
            self.silent.set(Wait::OnlyHeartbeats);
        }
        self.scene.fail(what, format!("nothing but heartbeats: {heartbeats} of them"))
    }

    /// The processor time that the worker has used.
    fn used(&self) -> Duration {
        self.worker.cpu_time().unwrap_or_default()
    }

    /// The next answer that is about no job that was answered before; that each is answered once is a check of its own.
    fn new_answer(&self, what: &str) -> ToFarmer {
        loop {
            let answer = self.answer(what);
            let (ToFarmer::Tile { id, .. } | ToFarmer::Failed { id, .. }) = answer else { return answer };
            if !self.done.borrow().contains(&id) {
                self.done.borrow_mut().push(id);
                return answer;
            }
        }
    }

    /// Waits for the tile of this job, and gives its counts.
    pub fn counts(&self, job: &Job) -> Pixels {
        self.silent.set(Wait::Tile);
        match self.new_answer(&format!("the tile of job {}", job.id)) {
            ToFarmer::Tile { id, pixels } if id == job.id => {
                self.silent.set(Wait::Other);
                pixels
            }
            other => {
                if matches!(&other, ToFarmer::Failed { id, .. } if *id == job.id) {
                    self.scene.suspect(&REFUSES_GOOD_JOBS);
                }
                self.scene.fail(format!("the tile of job {}", job.id), told(&other))
            }
        }
    }

    /// Gives a job, and waits for its tile. What is in it is not looked at.
    pub fn does(&self, job: &Job) {
        self.job(job);
        let _ = self.counts(job);
    }

    /// Gives a job, waits for its tile, and looks at it.
    pub fn computes(&self, job: &Job) {
        self.job(job);
        self.judge(job, &self.counts(job));
    }

    /// Gives a job that cannot be done, and waits for the answer that says so.
    pub fn refuses(&self, job: &Job, mistake: &'static Mistake) {
        self.scene.suspect(mistake);
        self.job(job);
        let wanted = format!("Failed for job {}, and a reason", job.id);
        match self.new_answer(&wanted) {
            ToFarmer::Failed { id, why } if id == job.id && !why.trim().is_empty() => {}
            other => self.scene.fail(wanted, told(&other)),
        }
    }

    /// Waits for the tile of a job. What is said about these others, which were cancelled, is another check's.
    pub fn comes_to(&self, job: &Job, cancelled: &[u64]) {
        loop {
            match self.new_answer(&format!("the tile of job {}", job.id)) {
                ToFarmer::Tile { id, .. } if id == job.id => return,
                ToFarmer::Tile { id, .. } | ToFarmer::Failed { id, .. } if cancelled.contains(&id) => {}
                other => self.scene.fail(format!("the tile of job {}", job.id), told(&other)),
            }
        }
    }

    /// Waits for the tile of a job that has the number of a cancelled one. An answer to that one is another check's.
    pub fn comes_again(&self, job: &Job) {
        let what = "the tile of the job that came again";
        loop {
            match self.answer(what) {
                ToFarmer::Tile { pixels, .. } if pixels.0.len() == (job.w * job.h) as usize => return,
                ToFarmer::Tile { .. } | ToFarmer::Failed { .. } => {}
                other => self.scene.fail(what, told(&other)),
            }
        }
    }

    /// Takes what comes for a moment, so that a job has begun. Nothing depends on it: a right worker need not have begun.
    pub fn lets_it_begin(&self) {
        let end = Instant::now() + A_MOMENT;
        while Instant::now() < end && !self.worker.has_ended() {
            if self.router.socket().poll(zmq::POLLIN, 10).is_ok_and(|ready| ready > 0) {
                let _ = self.next("a heartbeat");
            }
        }
    }

    /// Waits for so many heartbeats. No other message may come before them.
    pub fn heartbeats(&self, count: u32, when: &str) {
        for number in 1..=count {
            match self.next(&format!("heartbeat {number} of {count} {when}")) {
                ToFarmer::Heartbeat => {}
                other => self.scene.fail(format!("heartbeats {when}"), told(&other)),
            }
        }
    }

    /// Waits for the first heartbeat behind the tile of this job. Whether the tile comes twice is another check's.
    pub fn heartbeat_behind(&self, job: &Job) {
        loop {
            match self.next("a heartbeat without a job") {
                ToFarmer::Heartbeat => return,
                ToFarmer::Tile { id, .. } if id == job.id => {}
                other => self.scene.fail("heartbeats without a job", told(&other)),
            }
        }
    }

    /// Fails the check unless these are the escape counts of the job; says which other counts they are where that can be told.
    pub fn judge(&self, job: &Job, pixels: &Pixels) {
        let wanted = counts(job);
        let got = &pixels.0;
        if *got == wanted {
            return;
        }
        let (w, h) = (job.w as usize, job.h as usize);
        let what = format!("the {w} x {h} escape counts of job {}, row by row", job.id);
        if got.len() != wanted.len() {
            self.scene.suspect(&WRONG_SIZE);
            let rows =
                if got.len() % w == 0 { format!(", which is {} rows", got.len() / w) } else { String::new() };
            self.scene.fail(what, format!("{} counts{rows}", got.len()));
        }
        if let Some(mistake) = likely(job, got) {
            self.scene.suspect(mistake);
        }
        let differ: Vec<usize> = (0..got.len()).filter(|&at| got[at] != wanted[at]).collect();
        let first = differ.first().copied().unwrap_or_default();
        let last = differ.last().copied().unwrap_or_default();
        self.scene.fail(
            what,
            format!(
                "{} of {} counts are others; the first is in row {}, column {} of the tile: {} instead of {}; the last in row {}, column {}",
                differ.len(),
                got.len(),
                first / w,
                first % w,
                got[first],
                wanted[first],
                last / w,
                last % w
            ),
        )
    }
}

/// Which mistake makes these counts of a job.
fn likely(job: &Job, got: &[u16]) -> Option<&'static Mistake> {
    let (w, h) = (job.w as usize, job.h as usize);
    let point = |column: u32, row: u32| job.view.point(job.width, job.height, column, row);
    let wanted = counts(job);
    let turned: Vec<u16> = (0..w * h).map(|at| wanted[at % h * w + at / h]).collect();
    let upside_down: Vec<u16> = wanted.chunks(w).rev().flatten().copied().collect();
    // What an incremented coordinate changes are last digits, so most of the counts are right.
    let same = (0..got.len()).filter(|&at| got[at] == wanted[at]).count();
    let rows_below = |from: usize| got[from * w..].iter().all(|&count| count == 0);
    let is = |other: &[u16]| other == got;
    let as_picture = |column: u32, row: u32| job.view.point(job.w, job.h, column - job.x, row - job.y);
    if is(&turned) {
        Some(&COLUMNS)
    } else if is(&upside_down) {
        Some(&UPSIDE_DOWN)
    } else if is(&counts_of(job, |column, row| point(column, row - job.y)))
        || is(&counts_of(job, |column, row| point(column - job.x, row)))
        || is(&counts_of(job, |column, row| point(column - job.x, row - job.y)))
    {
        Some(&FORGETS_THE_PLACE)
    } else if is(&counts_of(job, as_picture)) {
        Some(&TILE_IS_THE_PICTURE)
    } else if is(&counts_of(job, |column, row| point(column, row + 1)))
        || is(&counts_of(job, |column, row| point(column, row.wrapping_sub(1))))
        || is(&counts_of(job, |column, row| point(column + 1, row)))
        || is(&counts_of(job, |column, row| point(column + 1, row + 1)))
        || (h > 1 && rows_below(h - 1) && got[..(h - 1) * w] == wanted[..(h - 1) * w])
    {
        Some(&OFF_BY_ONE)
    } else if h > 1 && (1..h).any(|from| rows_below(from) && got[..from * w] == wanted[..from * w]) {
        Some(&BANDS)
    } else if same * 3 > got.len() || job.view.width < 1e-9 {
        Some(&ROUNDING)
    } else {
        None
    }
}

/// A message of the worker, in words.
pub fn told(message: &ToFarmer) -> String {
    match message {
        ToFarmer::Hello { name, credit } => format!("Hello of `{name}` with a credit of {credit}"),
        ToFarmer::Heartbeat => "Heartbeat".into(),
        ToFarmer::Tile { id, pixels } => format!("the tile of job {id}, {} counts", pixels.0.len()),
        ToFarmer::Failed { id, why } => format!("Failed for job {id}: `{why}`"),
    }
}
