//! Who has which tile: the farmer's book of jobs and workers. No sockets.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use shared::farm::Job;

use super::plan::Plan;

/// What a ROUTER calls a peer.
pub type Identity = Vec<u8>;

/// What becomes of a message about a job.
#[derive(Debug)]
pub enum Verdict {
    /// This tile is new, and fits.
    Take(Job),
    /// This job is not in the worker's hands any more.
    Ignore,
    /// Whoever sends this cannot be relied on: what it sent.
    Wrong(String),
}

/// Where a worker stands.
#[derive(PartialEq)]
enum State {
    /// It gets jobs.
    Present,
    /// It gets jobs again when something is heard of it.
    Silent,
    /// It gets nothing any more.
    Dropped,
}

/// One who said Hello.
struct Worker {
    name: String,
    credit: usize,
    state: State,
    heard: Instant,
    /// The jobs in its hands.
    holds: BTreeSet<u64>,
    /// The jobs that it was ever given.
    given: HashSet<u64>,
    /// The jobs that it failed to do.
    failed: HashSet<u64>,
}

/// The book.
pub struct Ledger {
    jobs: Vec<Job>,
    /// The jobs that nobody holds, the next one first.
    waiting: VecDeque<u64>,
    done: Vec<bool>,
    finished: usize,
    workers: HashMap<Identity, Worker>,
}

impl Ledger {
    /// All tiles are to be done, and nobody is there.
    pub fn new(plan: &Plan) -> Self {
        let jobs = plan.jobs();
        let waiting = jobs.iter().map(|job| job.id).collect();
        let done = vec![false; jobs.len()];
        Self { jobs, waiting, done, finished: 0, workers: HashMap::new() }
    }

    /// How many tiles are done.
    pub fn finished(&self) -> usize {
        self.finished
    }

    /// Whether all tiles are done.
    pub fn is_whole(&self) -> bool {
        self.finished == self.jobs.len()
    }

    /// Notes a tile that is done already, and gives its job; none where it was noted before, or is no tile of this picture.
    pub fn was_finished(&mut self, id: u64, pixels: usize) -> Option<Job> {
        if pixels == self.size(id)? { self.note(id) } else { None }
    }

    /// From now on only those are to be given that are not done.
    pub fn give_out_the_rest(&mut self) {
        let done = &self.done;
        self.waiting.retain(|id| usize::try_from(*id).is_ok_and(|index| !done[index]));
    }

    /// How many pixels a tile has; none where there is no such tile.
    fn size(&self, id: u64) -> Option<usize> {
        let job = self.jobs.get(usize::try_from(id).ok()?)?;
        Some(job.w as usize * job.h as usize)
    }

    /// Marks a tile as done; none where it is that already.
    fn note(&mut self, id: u64) -> Option<Job> {
        let index = usize::try_from(id).ok()?;
        let done = self.done.get_mut(index).filter(|done| !**done)?;
        *done = true;
        self.finished += 1;
        Some(self.jobs[index].clone())
    }

    /// A worker introduces itself. Whoever says Hello again has begun anew, and holds nothing.
    pub fn hello(&mut self, who: &Identity, name: &str, credit: u32) {
        if self.workers.get(who).is_some_and(|worker| worker.state == State::Dropped) {
            return;
        }
        if self.workers.contains_key(who) {
            shared::still_to_do("lab13 task 3: who says Hello again holds nothing; others may have its jobs");
        }
        let worker = self.workers.entry(who.clone()).or_insert_with(|| Worker {
            name: String::new(),
            credit: 0,
            state: State::Present,
            heard: Instant::now(),
            holds: BTreeSet::new(),
            given: HashSet::new(),
            failed: HashSet::new(),
        });
        worker.name = name.escape_default().to_string();
        worker.credit = credit as usize;
        worker.state = State::Present;
        worker.heard = Instant::now();
    }

    /// Something was heard of this worker; false where it never said Hello, or was dropped.
    pub fn heard(&mut self, who: &Identity) -> bool {
        let worker = self.workers.get_mut(who).filter(|worker| worker.state != State::Dropped);
        if let Some(worker) = worker {
            worker.state = State::Present;
            worker.heard = Instant::now();
            return true;
        }
        false
    }

    /// A worker's name, for people.
    pub fn name(&self, who: &Identity) -> &str {
        self.workers.get(who).map_or("somebody", |worker| &worker.name)
    }

    /// All who said Hello and were not dropped.
    pub fn everybody(&self) -> Vec<Identity> {
        self.those(|worker| worker.state != State::Dropped)
    }

    /// Those who may get jobs.
    pub fn present(&self) -> Vec<Identity> {
        self.those(|worker| worker.state == State::Present && worker.holds.len() < worker.credit)
    }

    fn those(&self, wanted: impl Fn(&Worker) -> bool) -> Vec<Identity> {
        self.workers.iter().filter(|(_, worker)| wanted(worker)).map(|(who, _)| who.clone()).collect()
    }

    /// The next job for a worker, which holds it from now on; none where it has no credit left, or nothing is to be done.
    pub fn give(&mut self, who: &Identity) -> Option<Job> {
        let _ = (who, &self.workers, &self.waiting, &self.jobs);
        let _ =
            |worker: &Worker| (worker.credit, worker.failed.len(), worker.holds.len(), worker.given.len());
        todo!(
            "lab13 task 1: if the worker has credit left, the next job; note that it holds it, and was given it"
        )
    }

    /// A worker says that it has done a job, and sent so many pixels.
    pub fn finish(&mut self, who: &Identity, id: u64, pixels: usize) -> Verdict {
        let wanted = self.size(id);
        let Some(worker) = self.workers.get_mut(who) else { return Verdict::Ignore };
        if !worker.given.contains(&id) {
            let _ = Verdict::Wrong;
            shared::still_to_do("lab13 task 4: wrong is a tile that this worker was never given");
            return Verdict::Ignore;
        }
        if wanted != Some(pixels) {
            shared::still_to_do("lab13 task 4: wrong is a tile of another size, too");
            return Verdict::Ignore;
        }
        if !worker.holds.contains(&id) {
            shared::still_to_do("lab13 task 2: what it does not hold any more is ignored");
        }
        let _ = (&worker.holds, Self::note, Verdict::Take);
        todo!("lab13 task 1: it does not hold this job any more; note the tile, and take it if it is new")
    }

    /// A worker says that it cannot do a job: others may.
    pub fn failed(&mut self, who: &Identity, id: u64) -> Verdict {
        let Some(worker) = self.workers.get_mut(who) else { return Verdict::Ignore };
        if !worker.given.contains(&id) {
            shared::still_to_do("lab13 task 4: wrong is a failure of what it was never given");
            return Verdict::Ignore;
        }
        let _ = (&worker.failed, &worker.holds);
        shared::still_to_do("lab13 task 2: if it holds this job, it has failed at it, and others may try");
        Verdict::Ignore
    }

    /// When somebody will count as silent, if nothing more is heard of anybody.
    pub fn next_silence(&self, liveness: Duration) -> Option<Instant> {
        let present = self.workers.values().filter(|worker| worker.state == State::Present);
        present.map(|worker| worker.heard + liveness).min()
    }

    /// Those of whom nothing was heard for so long. They get no more jobs until they are heard again.
    pub fn silent_for(&mut self, liveness: Duration) -> Vec<Identity> {
        let _ = (&self.workers, liveness, State::Silent);
        shared::still_to_do(
            "lab13 task 2: find those who are present and not heard for so long, and note that they are silent",
        );
        Vec::new()
    }

    /// Takes all jobs out of a worker's hands; they are the next to be given.
    pub fn take_back(&mut self, who: &Identity) -> BTreeSet<u64> {
        let _ = (who, &self.workers, &self.waiting);
        shared::still_to_do("lab13 task 2: empty the worker's hands; its jobs are the next to be given");
        BTreeSet::new()
    }

    /// From now on nothing that this worker says counts.
    pub fn drop_worker(&mut self, who: &Identity) {
        let _ = (who, &self.workers, State::Dropped);
        shared::still_to_do("lab13 task 4: note that it is dropped");
    }
}
