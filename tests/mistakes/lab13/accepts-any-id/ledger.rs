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
        self.take_back(who);
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
        let worker = self.workers.get_mut(who)?;
        if worker.holds.len() >= worker.credit {
            return None;
        }
        let next = self.waiting.iter().position(|id| !worker.failed.contains(id))?;
        let id = self.waiting.remove(next)?;
        worker.holds.insert(id);
        worker.given.insert(id);
        self.jobs.get(usize::try_from(id).ok()?).cloned()
    }

    /// A worker says that it has done a job, and sent so many pixels.
    pub fn finish(&mut self, who: &Identity, id: u64, pixels: usize) -> Verdict {
        let wanted = self.size(id);
        let Some(worker) = self.workers.get_mut(who) else { return Verdict::Ignore };
        if wanted != Some(pixels) {
            return Verdict::Wrong(format!("{pixels} pixels for tile {id}, which has another size"));
        }
        worker.holds.remove(&id);
        self.note(id).map_or(Verdict::Ignore, Verdict::Take)
    }

    /// A worker says that it cannot do a job: others may.
    pub fn failed(&mut self, who: &Identity, id: u64) -> Verdict {
        let Some(worker) = self.workers.get_mut(who) else { return Verdict::Ignore };
        if !worker.given.contains(&id) {
            return Verdict::Wrong(format!("a failure of tile {id}, which it was never given"));
        }
        if worker.holds.remove(&id) {
            worker.failed.insert(id);
            self.waiting.push_front(id);
        }
        Verdict::Ignore
    }

    /// When somebody will count as silent, if nothing more is heard of anybody.
    pub fn next_silence(&self, liveness: Duration) -> Option<Instant> {
        let present = self.workers.values().filter(|worker| worker.state == State::Present);
        present.map(|worker| worker.heard + liveness).min()
    }

    /// Those of whom nothing was heard for so long. They get no more jobs until they are heard again.
    pub fn silent_for(&mut self, liveness: Duration) -> Vec<Identity> {
        let mut silent = Vec::new();
        for (who, worker) in &mut self.workers {
            if worker.state == State::Present && worker.heard.elapsed() >= liveness {
                worker.state = State::Silent;
                silent.push(who.clone());
            }
        }
        silent
    }

    /// Takes all jobs out of a worker's hands; they are the next to be given.
    pub fn take_back(&mut self, who: &Identity) -> BTreeSet<u64> {
        let held =
            self.workers.get_mut(who).map(|worker| std::mem::take(&mut worker.holds)).unwrap_or_default();
        for id in held.iter().rev() {
            self.waiting.push_front(*id);
        }
        held
    }

    /// From now on nothing that this worker says counts.
    pub fn drop_worker(&mut self, who: &Identity) {
        if let Some(worker) = self.workers.get_mut(who) {
            worker.state = State::Dropped;
        }
    }
}
