//! Judges a class: what is not in the journal yet, some at once, and what failed by the machine's fault once more at the end, alone.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::bail;
use harness::failure::Outcome;
use indicatif::{ProgressBar, ProgressStyle};

use crate::entry::{CheckResult, Entry, Tier, Verdict};
use crate::ingest::{self, Submission, Taken, sha256};
use crate::journal::Journal;
use crate::judge::Judge;
use crate::template::Template;

/// The submissions of a class, read one at a time.
pub trait Submissions: Sync {
    /// The students, in order.
    fn students(&self) -> Vec<String>;
    /// What a student handed in, by the student's number in that order.
    fn read(&self, number: usize) -> Submission;
}

impl Submissions for ingest::Class {
    fn students(&self) -> Vec<String> {
        ingest::Class::students(self).map(String::from).collect()
    }

    fn read(&self, number: usize) -> Submission {
        ingest::Class::read(self, number)
    }
}

/// What to judge again of what was judged already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Regrade {
    /// Nothing.
    Nothing,
    /// What did not pass.
    Failed,
    /// What was handed in anew, or is judged by another suite now.
    Changed,
    /// All of one student.
    Student(String),
}

impl Regrade {
    /// Whether work that is in the journal is to be judged again. What the machine could not judge always is.
    fn asks_for(&self, known: &Entry, changed: bool) -> bool {
        known.verdict == Verdict::InfrastructureError
            || match self {
                Self::Nothing => false,
                Self::Failed => !matches!(known.verdict, Verdict::Passed),
                Self::Changed => changed,
                Self::Student(name) => known.student == *name,
            }
    }
}

/// How a class is judged.
#[derive(Debug)]
pub struct Class<'a> {
    /// The boxes, the compiler, the limits.
    pub judge: &'a Judge,
    /// What each lab is built from and judged by.
    pub templates: &'a [Template],
    /// What to judge again.
    pub regrade: Regrade,
    /// How many submissions at once.
    pub jobs: usize,
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Pieces of work that were judged now.
    pub judged: usize,
    /// Pieces that were in the journal already.
    pub kept: usize,
    /// Pieces in the journal that have changed since, and were not judged again.
    pub changed: usize,
}

impl Class<'_> {
    /// Judges those of the students whose numbers are given.
    pub fn run(
        &self,
        submissions: &dyn Submissions,
        numbers: &[usize],
        journal: Journal,
        bar: &ProgressBar,
    ) -> anyhow::Result<(Journal, Tally)> {
        let students = submissions.students();
        if let Regrade::Student(name) = &self.regrade {
            if !students.contains(name) {
                bail!("there is no student `{name}`");
            }
        }
        bar.set_length(numbers.len() as u64);
        let desk = Mutex::new(Desk { journal, tally: Tally::default(), again: Vec::new(), error: None });
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.jobs.clamp(1, numbers.len().max(1)) {
                scope.spawn(|| {
                    while let Some(&number) = numbers.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if !self.one(submissions, number, &self.regrade, &desk) {
                            return;
                        }
                        bar.inc(1);
                    }
                });
            }
        });
        // What failed by the machine's fault gets the machine to itself.
        let again = std::mem::take(&mut desk.lock().unwrap_or_else(PoisonError::into_inner).again);
        for number in again {
            bar.set_message("once more, alone");
            // Nothing else of that student is judged a second time, whatever was asked for.
            self.one(submissions, number, &Regrade::Nothing, &desk);
        }
        let desk = desk.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = desk.error {
            return Err(error);
        }
        Ok((desk.journal, desk.tally))
    }

    /// Judges what is to be judged of one student. False when the journal cannot be written any more.
    fn one(
        &self,
        submissions: &dyn Submissions,
        number: usize,
        regrade: &Regrade,
        desk: &Mutex<Desk>,
    ) -> bool {
        let submission = submissions.read(number);
        for template in self.templates {
            let taken = submission.labs.get(&template.lab).unwrap_or(&Taken::Missing);
            let mut blank = blank(&submission, template, taken);
            {
                let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
                if desk.error.is_some() {
                    return false;
                }
                if let Some(known) = desk.journal.get(&blank.student, &blank.lab) {
                    let changed = known.sha256 != blank.sha256 || known.judged_by != blank.judged_by;
                    if !regrade.asks_for(known, changed) {
                        desk.tally.kept += 1;
                        desk.tally.changed += usize::from(changed);
                        continue;
                    }
                    if known.verdict == Verdict::InfrastructureError {
                        blank.retries = known.retries + 1;
                    }
                }
            }
            let entry = self.judge_taken(template, taken, blank);
            let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
            if entry.verdict == Verdict::InfrastructureError
                && !desk.again.contains(&number)
                && entry.retries == 0
            {
                desk.again.push(number);
            }
            desk.tally.judged += 1;
            if let Err(error) = desk.journal.add(entry) {
                desk.error.get_or_insert(error);
                return false;
            }
        }
        true
    }

    fn judge_taken(&self, template: &Template, taken: &Taken, mut blank: Entry) -> Entry {
        let (verdict, reason) = match taken {
            Taken::Sources(sources) => return self.judge.judge(template, sources, blank),
            Taken::Rejected(reason) => (Verdict::Rejected, reason.clone()),
            Taken::Missing => (Verdict::Missing, format!("nothing was handed in for {}", template.lab)),
            Taken::Unreadable(reason) => (Verdict::InfrastructureError, reason.clone()),
        };
        blank.began_ms = harness::record::now_ms();
        Entry { verdict, reason, tier: self.judge.sandbox.tier, seed: self.judge.settings.seed, ..blank }
    }
}

/// What the workers share.
struct Desk {
    journal: Journal,
    tally: Tally,
    /// Students whose work the machine could not judge.
    again: Vec<usize>,
    error: Option<anyhow::Error>,
}

/// An entry before anything was judged: no check was carried out.
fn blank(submission: &Submission, template: &Template, taken: &Taken) -> Entry {
    let empty = BTreeMap::new();
    let sources = if let Taken::Sources(sources) = taken { sources } else { &empty };
    let checks = template.manifest.checks.iter().map(|check| CheckResult {
        name: check.name.clone(),
        task: check.task,
        points: check.points,
        outcome: Outcome::NotRun,
        runs: Vec::new(),
        expected: String::new(),
        seen: String::new(),
        mistake: None,
        read: String::new(),
        explanation: String::new(),
        timeline: Vec::new(),
    });
    Entry {
        student: submission.student.clone(),
        lab: template.lab.clone(),
        verdict: Verdict::InfrastructureError,
        reason: String::new(),
        details: String::new(),
        checks: checks.collect(),
        submitted: submission.submitted,
        sha256: sha256(sources),
        judged_by: template.judged_by.clone(),
        seed: 0,
        tier: Tier::None,
        began_ms: 0,
        took_ms: 0,
        retries: 0,
    }
}

/// A bar with the time left where there is a terminal, and nothing elsewhere.
pub fn progress() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len} submissions, {eta} left {msg}") {
        bar.set_style(style);
    }
    bar
}
