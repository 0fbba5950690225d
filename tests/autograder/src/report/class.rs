//! The entries as the reports look at them: by student and lab, the newest of each, with what being late costs.

use std::collections::{BTreeMap, BTreeSet};

use harness::failure::Outcome;
use harness::manifest::Manifest;

use super::policy::Late;
use super::{LabInfo, Options, files};
use crate::entry::{CheckResult, Entry, Verdict};

/// All that there is to report.
pub(super) struct Class<'a> {
    /// The labs that entries are about, by name.
    pub(super) labs: Vec<Lab<'a>>,
    /// The students, by name.
    pub(super) students: Vec<Student<'a>>,
    /// What the instructor wishes.
    pub(super) options: &'a Options,
}

/// One lab.
pub(super) struct Lab<'a> {
    pub(super) name: &'a str,
    /// Its `lab.toml`; none where the course no longer has it.
    pub(super) manifest: Option<&'a Manifest>,
    /// The SHA-256 of the starter, where it is known.
    pub(super) starter: Option<&'a str>,
    /// Its checks, in order; then those that the journal knows and the course does not.
    pub(super) checks: Vec<Check<'a>>,
}

/// One check of a lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Check<'a> {
    pub(super) name: &'a str,
    pub(super) task: u32,
    pub(super) points: u32,
}

/// One student.
pub(super) struct Student<'a> {
    pub(super) name: &'a str,
    /// The name of the student's files, without extension.
    pub(super) file: String,
    /// The work on each lab, in the labs' order.
    pub(super) works: Vec<Work<'a>>,
}

/// One student's work on one lab.
pub(super) struct Work<'a> {
    pub(super) entry: &'a Entry,
    /// Where its lab stands in [`Class::labs`].
    pub(super) lab: usize,
    /// What it costs to be late.
    pub(super) late: Late,
}

impl<'a> Class<'a> {
    /// Sorts entries by student and lab; an error where the policy speaks of what there is not.
    pub(super) fn new(
        entries: &'a [Entry],
        labs: &[LabInfo<'a>],
        options: &'a Options,
    ) -> anyhow::Result<Self> {
        let newest = newest(entries);
        let labs_seen: BTreeSet<&str> = newest.keys().map(|(_, lab)| *lab).collect();
        let names: BTreeSet<&str> = newest.keys().map(|(student, _)| *student).collect();
        if let Some(policy) = &options.policy {
            let known = labs.iter().map(|lab| lab.name).chain(labs_seen.iter().copied()).collect();
            policy.check(&names, &known)?;
        }
        let labs: Vec<Lab> =
            labs_seen.iter().map(|name| Lab::new(name, labs, newest.values().copied())).collect();
        let files = files::names(&names);
        let mut students: Vec<Student> =
            files.into_iter().map(|(name, file)| Student { name, file, works: Vec::new() }).collect();
        for ((name, lab), entry) in newest {
            let student = students.binary_search_by(|student| student.name.cmp(name));
            let lab = labs.binary_search_by(|known| known.name.cmp(lab));
            if let (Ok(student), Ok(lab)) = (student, lab) {
                let late = options
                    .policy
                    .as_ref()
                    .map_or(Late::NoDue, |policy| policy.late(&entry.student, &entry.lab, entry.submitted));
                students[student].works.push(Work { entry, lab, late });
            }
        }
        Ok(Self { labs, students, options })
    }

    /// Everybody's work on everything, by student and lab.
    pub(super) fn works(&self) -> impl Iterator<Item = (&Student<'a>, &Work<'a>)> {
        self.students.iter().flat_map(|student| student.works.iter().map(move |work| (student, work)))
    }

    /// The lab of a work.
    pub(super) fn lab(&self, work: &Work<'_>) -> &Lab<'a> {
        &self.labs[work.lab]
    }
}

/// For each student and lab the entry that counts.
fn newest(entries: &[Entry]) -> BTreeMap<(&str, &str), &Entry> {
    let mut newest: BTreeMap<(&str, &str), &Entry> = BTreeMap::new();
    for entry in entries {
        let counts = newest.entry((&entry.student, &entry.lab)).or_insert(entry);
        if entry.began_ms >= counts.began_ms {
            *counts = entry;
        }
    }
    newest
}

impl<'a> Lab<'a> {
    fn new(name: &'a str, labs: &[LabInfo<'a>], entries: impl Iterator<Item = &'a Entry>) -> Self {
        let info = labs.iter().find(|lab| lab.name == name);
        let mut checks: Vec<Check> = Vec::new();
        for check in info.map(|info| &info.manifest.checks).into_iter().flatten() {
            checks.push(Check { name: &check.name, task: check.task, points: check.points });
        }
        let mut others: BTreeMap<&str, Check> = BTreeMap::new();
        for check in entries.filter(|entry| entry.lab == name).flat_map(|entry| &entry.checks) {
            if checks.iter().all(|known| known.name != check.name) {
                others.entry(&check.name).or_insert(Check {
                    name: &check.name,
                    task: check.task,
                    points: check.points,
                });
            }
        }
        checks.extend(others.into_values());
        let manifest = info.map(|info| info.manifest);
        Self { name, manifest, starter: info.and_then(|info| info.starter), checks }
    }

    /// Its title; empty where the course no longer has it.
    pub(super) fn title(&self) -> &'a str {
        self.manifest.map_or("", |manifest| manifest.title.as_str())
    }

    /// The points that there are.
    pub(super) fn max(&self) -> u32 {
        self.checks.iter().map(|check| check.points).sum()
    }
}

impl<'a> Work<'a> {
    /// Whether it was judged at all. If not, that is the machine's fault, and there are no points, which is not the same as none earned.
    pub(super) fn is_judged(&self) -> bool {
        let broken = |check: &CheckResult| check.outcome == Outcome::Error;
        self.entry.verdict != Verdict::InfrastructureError && !self.entry.checks.iter().any(broken)
    }

    /// How it came out, for all who read reports.
    pub(super) fn verdict(&self) -> Verdict {
        if self.is_judged() { self.entry.verdict } else { Verdict::InfrastructureError }
    }

    /// Why, in one line of visible characters.
    pub(super) fn reason(&self) -> String {
        let broken = self.entry.checks.iter().find(|check| check.outcome == Outcome::Error);
        let text = match broken {
            Some(check) if self.entry.reason.is_empty() => {
                format!("{} could not be carried out: {}", check.name, check.seen)
            }
            _ => self.entry.reason.clone(),
        };
        super::visible::cut(&super::visible::line(&text), 300)
    }

    /// How one of its checks came out, where it is known.
    pub(super) fn check(&self, name: &str) -> Option<&'a CheckResult> {
        self.entry.checks.iter().find(|check| check.name == name)
    }

    /// The points that there are: of the checks it was judged by, or of the lab's where it did not come to that.
    pub(super) fn max(&self, lab: &Lab<'_>) -> u32 {
        if self.entry.checks.is_empty() { lab.max() } else { self.entry.max() }
    }

    /// The points earned, where it was judged.
    pub(super) fn total(&self) -> Option<u32> {
        self.is_judged().then(|| self.entry.total())
    }

    /// What is left of them, in hundredths of a point.
    pub(super) fn final_hundredths(&self) -> Option<u64> {
        let left = u64::from(10_000 - self.late.penalty().min(10_000));
        // Half a hundredth is rounded up: in doubt for the student.
        self.total().map(|total| (u64::from(total) * left + 50) / 100)
    }
}

/// Hundredths as one writes them: `34`, `34.5`, `34.25`.
pub(super) fn hundredths(number: u64) -> String {
    let text = format!("{}.{:02}", number / 100, number % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundredths_are_written_short() {
        for (number, text) in [(0, "0"), (100, "1"), (1000, "10"), (3450, "34.5"), (3405, "34.05")] {
            assert_eq!(hundredths(number), text);
        }
    }
}
