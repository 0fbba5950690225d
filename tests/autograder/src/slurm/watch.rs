//! Sees a class through: submits its parts, waits, submits again what was not finished, and knows after a crash what it had submitted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};

use super::parts::{Part, last_lines};
use super::queue::{Slurm, Task};
use crate::prepared::write_in_one_step;

/// How often a part is submitted: once, and twice more.
const ATTEMPTS: usize = 3;
/// How many times in a row a task must be missing from the queue: a node that dies puts its tasks back, which may take a moment.
const ABSENT: u32 = 2;
/// How much is shown of a log.
const LOG_LINES: usize = 4;

/// What was submitted, in the file `job`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The name of all its arrays, which no other job has.
    pub name: String,
    /// How many parts there are.
    pub parts: usize,
    /// The arrays, in order.
    pub arrays: Vec<Array>,
    /// Whether it was given up; the next start begins to count anew.
    pub given_up: bool,
}

/// One submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Array {
    /// Its number. None between the decision to submit and sbatch's answer: the queue is asked then, by name.
    pub number: Option<String>,
    /// Its parts.
    pub parts: Vec<usize>,
}

impl Job {
    /// The one in a file, or a new one. An error where it was submitted in another number of parts.
    pub fn open(file: &Path, parts: Option<usize>, new_parts: usize) -> anyhow::Result<Self> {
        match fs::read(file) {
            Ok(text) => {
                let job: Self = serde_json::from_slice(&text)
                    .with_context(|| format!("{} is damaged; choose another --out", file.display()))?;
                if let Some(parts) = parts.filter(|parts| *parts != job.parts) {
                    bail!(
                        "{} was begun with --parts {}; choose another --out for --parts {parts}",
                        file.display(),
                        job.parts
                    );
                }
                Ok(job)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self {
                name: format!("grade-{:08x}", fastrand::u32(..)),
                parts: parts.unwrap_or(new_parts),
                arrays: Vec::new(),
                given_up: false,
            }),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", file.display())),
        }
    }

    /// Writes it into its folder.
    pub fn write(&self, folder: &Path) -> anyhow::Result<()> {
        write_in_one_step(&folder.join(super::JOB), 0o644, &serde_json::to_vec_pretty(self)?)
    }

    fn attempts(&self, part: usize) -> usize {
        self.arrays.iter().filter(|array| array.parts.contains(&part)).count()
    }

    /// The numbers of its arrays, for scancel.
    fn numbers(&self) -> String {
        let numbers: Vec<&str> = self.arrays.iter().filter_map(|array| array.number.as_deref()).collect();
        numbers.join(" ")
    }
}

/// How waiting ended.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// All is judged.
    Complete,
    /// Some parts are not, and why not, in lines for the instructor.
    Incomplete(Vec<String>),
    /// Ctrl-C.
    Interrupted,
}

/// What is waited for.
#[derive(Debug)]
pub struct Watch<'a> {
    /// Slurm.
    pub slurm: &'a Slurm,
    /// The script of a part; its folder has the logs and `job`.
    pub script: &'a Path,
    /// How long between two questions.
    pub poll: Duration,
    /// How long Slurm may fail to answer.
    pub patience: Duration,
    /// Gets something at Ctrl-C.
    pub stop: &'a Receiver<()>,
    /// Shows how far it is.
    pub bar: &'a ProgressBar,
}

impl Watch<'_> {
    /// Waits until the parts are complete, and submits what has to be.
    pub fn run(&self, job: &mut Job, parts: &mut [Part], labs: usize) -> anyhow::Result<End> {
        if std::mem::take(&mut job.given_up) {
            job.arrays.clear();
        }
        let mut told = Told::new(self.bar);
        let mut absent: BTreeMap<usize, u32> = BTreeMap::new();
        let mut failing: Option<Instant> = None;
        loop {
            parts.iter_mut().for_each(Part::look);
            let incomplete: BTreeSet<usize> =
                parts.iter().filter(|part| !part.standing().is_complete()).map(|part| part.number).collect();
            let done = parts.iter().map(Part::done).sum::<usize>() / labs.max(1);
            if incomplete.is_empty() {
                self.clear_queue(job);
                return Ok(End::Complete);
            }
            match self.step(job, &incomplete, &mut absent) {
                Ok(Step::Waiting(says)) => {
                    failing = None;
                    told.say(done, &says);
                }
                Ok(Step::Over) => {
                    // Once more, whole: what is told to be missing must be.
                    parts.iter_mut().for_each(Part::read);
                    if parts.iter().all(|part| part.standing().is_complete()) {
                        continue;
                    }
                    job.given_up = true;
                    job.write(&self.folder())?;
                    return Ok(End::Incomplete(parts.iter().filter_map(|part| self.why(part)).collect()));
                }
                Err(error) if job.arrays.iter().all(|array| array.number.is_none()) => return Err(error),
                Err(error) => {
                    let since = *failing.get_or_insert_with(Instant::now);
                    if since.elapsed() >= self.patience {
                        return Err(error.context(format!(
                            "Slurm has not answered for {} minutes; the same command goes on waiting",
                            self.patience.as_secs() / 60
                        )));
                    }
                    let error = format!("{error:#}");
                    told.say(done, &format!("Slurm does not answer: {}", error.lines().next().unwrap_or("")));
                }
            }
            match self.stop.recv_timeout(self.poll) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) => return Ok(End::Interrupted),
                // Nobody can interrupt any more.
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(self.poll),
            }
        }
    }

    /// How to go on and how to cancel, for whoever interrupts.
    pub fn advice(&self, job: &Job) -> String {
        if job.numbers().is_empty() {
            return "Nothing was submitted yet.".into();
        }
        format!(
            "The parts are judged on without this command.\n  \
             To wait for them and get the report: the same command once more.\n  \
             To cancel: scancel {}  (what is judged already is kept, and the same command goes on from there)",
            job.numbers()
        )
    }

    /// Asks the queue once, and submits what is in it no more although it is not complete.
    fn step(
        &self,
        job: &mut Job,
        incomplete: &BTreeSet<usize>,
        absent: &mut BTreeMap<usize, u32>,
    ) -> anyhow::Result<Step> {
        let tasks = if job.arrays.is_empty() { Vec::new() } else { self.slurm.tasks(&job.name)? };
        self.settle(job, &tasks)?;
        let queued: BTreeSet<usize> = tasks.iter().filter_map(|task| task.part).collect();
        let mut again = Vec::new();
        let mut open = 0;
        for &part in incomplete {
            if queued.contains(&part) {
                absent.remove(&part);
                open += 1;
                continue;
            }
            let attempts = job.attempts(part);
            let times = absent.entry(part).or_default();
            *times += 1;
            if attempts > 0 && *times < ABSENT {
                open += 1;
            } else if attempts < ATTEMPTS {
                again.push(part);
            }
        }
        if !again.is_empty() {
            self.submit(job, &again)?;
            for part in &again {
                absent.remove(part);
            }
            open += again.len();
        }
        if open == 0 { Ok(Step::Over) } else { Ok(Step::Waiting(summary(&tasks, again.len()))) }
    }

    /// Whether a submission whose answer was never read has taken place, the queue knows.
    fn settle(&self, job: &mut Job, tasks: &[Task]) -> anyhow::Result<()> {
        let known: BTreeSet<String> = job.arrays.iter().filter_map(|array| array.number.clone()).collect();
        let Some(open) = job.arrays.iter().position(|array| array.number.is_none()) else { return Ok(()) };
        match tasks.iter().find(|task| !known.contains(&task.job)) {
            Some(task) => job.arrays[open].number = Some(task.job.clone()),
            None => drop(job.arrays.remove(open)),
        }
        job.write(&self.folder())
    }

    fn submit(&self, job: &mut Job, parts: &[usize]) -> anyhow::Result<()> {
        if job.arrays.iter().any(|array| array.number.is_some()) {
            let list: Vec<String> = parts.iter().map(ToString::to_string).collect();
            self.bar
                .suspend(|| eprintln!("part {} was not finished and is submitted again", list.join(", ")));
        }
        job.arrays.push(Array { number: None, parts: parts.to_vec() });
        job.write(&self.folder())?;
        let number = self.slurm.submit(&job.name, self.script, parts)?;
        if let Some(array) = job.arrays.last_mut() {
            array.number = Some(number);
        }
        job.write(&self.folder())
    }

    /// What still waits has nothing left to do: a task of a node that died when all was judged.
    fn clear_queue(&self, job: &Job) {
        if job.arrays.is_empty() {
            return;
        }
        let tasks = self.slurm.tasks(&job.name).unwrap_or_default();
        let waiting = tasks.iter().filter(|task| task.state == "PENDING").map(|task| task.job.as_str());
        for number in waiting.collect::<BTreeSet<_>>() {
            let _ = self.slurm.cancel(number);
        }
    }

    fn folder(&self) -> PathBuf {
        self.script.parent().map(Path::to_path_buf).unwrap_or_default()
    }

    /// Why a part is not complete; none where it is.
    fn why(&self, part: &Part) -> Option<String> {
        let standing = part.standing();
        if standing.is_complete() {
            return None;
        }
        let log = self.folder().join(format!("part-{}.log", part.number));
        let mut text = format!("part {}: {} of {} not judged", part.number, standing.missing, part.len());
        if standing.unjudged > 0 {
            text = format!("{text}, and {} that the machine could not judge", standing.unjudged);
        }
        if let Some(error) =
            standing.error.as_ref().filter(|_| part.folder.join(crate::journal::FILE).exists())
        {
            text = format!("{text}; {error}");
        }
        let lines = last_lines(&log, LOG_LINES);
        if lines.is_empty() {
            return Some(format!("{text}; its task left no log at {}", log.display()));
        }
        Some(format!("{text}; the end of {}:\n    {}", log.display(), lines.replace('\n', "\n    ")))
    }
}

/// What a look at the queue came to.
enum Step {
    /// There is something to wait for, in a few words.
    Waiting(String),
    /// Nothing is in the queue, and nothing is submitted any more.
    Over,
}

/// The tasks by state, and why they wait: `2 running, 1 waiting (Resources)`.
fn summary(tasks: &[Task], submitted: usize) -> String {
    let waits = |task: &&Task| task.state == "PENDING" || task.state.starts_with("REQUEUE");
    let waiting: Vec<&Task> = tasks.iter().filter(waits).collect();
    let mut words = Vec::new();
    if tasks.len() > waiting.len() {
        words.push(format!("{} running", tasks.len() - waiting.len()));
    }
    if !waiting.is_empty() {
        let reasons: BTreeSet<&str> = waiting.iter().map(|task| task.reason.as_str()).collect();
        let reasons: Vec<&str> = reasons.into_iter().collect();
        words.push(format!("{} waiting ({})", waiting.len(), reasons.join("; ")));
    }
    if submitted > 0 {
        words.push(format!("{submitted} submitted"));
    }
    words.join(", ")
}

/// Shows how far it is: in the bar, or where there is no terminal in a line for every change.
struct Told<'a> {
    bar: &'a ProgressBar,
    last: (usize, String),
    when: Option<Instant>,
}

impl<'a> Told<'a> {
    /// Without a terminal, not more often than this.
    const BETWEEN: Duration = Duration::from_secs(10);

    fn new(bar: &'a ProgressBar) -> Self {
        Self { bar, last: (0, String::new()), when: None }
    }

    fn say(&mut self, done: usize, says: &str) {
        if self.when.is_none() {
            // What was judged before this command began says nothing about how fast it goes.
            self.bar.reset_eta();
        }
        self.bar.set_position(done as u64);
        self.bar.set_message(says.to_string());
        let now = (done, says.to_string());
        let soon = self.when.is_some_and(|when| when.elapsed() < Self::BETWEEN);
        if self.bar.is_hidden() && now != self.last && !soon {
            eprintln!("{done} of {} submissions; {says}", self.bar.length().unwrap_or_default());
            self.last = now;
            self.when = Some(Instant::now());
        } else if !self.bar.is_hidden() {
            self.when.get_or_insert_with(Instant::now);
        }
    }
}
