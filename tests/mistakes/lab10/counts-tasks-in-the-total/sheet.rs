//! The sheet of the sink: which results are there, which workers are, and what each of them has done.

use std::collections::BTreeMap;

use super::report::Report;

/// What the sink knows.
pub(crate) struct Sheet {
    /// How many tasks there are; their ids are 1 to this.
    tasks: u32,
    /// The count of each task that is done, by its id.
    counts: BTreeMap<u32, u32>,
    /// The workers by name.
    workers: BTreeMap<String, Worker>,
}

/// What the sink knows of a worker.
#[derive(Default)]
struct Worker {
    tasks: u32,
    gone: bool,
}

impl Sheet {
    /// An empty sheet for so many tasks.
    pub(crate) fn new(tasks: u32) -> Self {
        Self { tasks, counts: BTreeMap::new(), workers: BTreeMap::new() }
    }

    /// Enters what a worker has reported.
    pub(crate) fn enter(&mut self, report: Report) {
        match report {
            Report::Ready { worker } => {
                self.workers.entry(worker).or_default();
            }
            Report::Result { id, count, worker } => {
                // A task that was done twice is one task, and a task that nobody dealt is none.
                if (1..=self.tasks).contains(&id) && !self.counts.contains_key(&id) {
                    self.counts.insert(id, count);
                    self.workers.entry(worker).or_default().tasks += 1;
                }
            }
            Report::Gone { worker } => self.workers.entry(worker).or_default().gone = true,
        }
    }

    /// How many different workers are known.
    pub(crate) fn workers(&self) -> usize {
        self.workers.len()
    }

    /// Whether the result of every task is there.
    pub(crate) fn is_full(&self) -> bool {
        self.counts.len() == self.tasks as usize
    }

    /// Whether every known worker has said `gone`.
    pub(crate) fn all_are_gone(&self) -> bool {
        self.workers.values().all(|worker| worker.gone)
    }

    /// What the sink prints: the tasks by id, the total, and the workers by name.
    pub(crate) fn lines(&self) -> Vec<String> {
        let total: u64 = self.counts.values().map(|count| u64::from(*count > 0)).sum();
        let workers = self.workers.iter().map(|(name, worker)| format!(" {name}:{}", worker.tasks));
        let mut lines: Vec<String> = self.counts.iter().map(|(id, count)| format!("{id} {count}")).collect();
        lines.push(format!("total {total}"));
        lines.push(format!("workers{}", workers.collect::<String>()));
        lines
    }
}
