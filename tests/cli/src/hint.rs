//! Hints: three for each check, from a nudge to nearly the answer, one more each time they are asked for.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::println;
use anyhow::Context;
use harness::manifest::CheckEntry;
use harness::paragraph::paragraph;

use lab_cli::course::{Course, Lab};

/// Gives the next hint for the first red check of a task.
pub(crate) fn give(course: &Course, lab: &Lab, task: Option<u32>) -> anyhow::Result<ExitCode> {
    let check = choose(lab, task)?;
    let file = Given::file(lab);
    let mut given = Given::read(&file);
    let number = given.0.get(&check.name).map_or(1, |last| (last + 1).min(check.hints.len()));
    println!("{}, task {}, for the check {}", lab.name, check.task, check.name);
    println!();
    for (index, hint) in check.hints.iter().enumerate().take(number) {
        let mut text = String::new();
        paragraph(&mut text, &format!("hint {}/{}", index + 1, check.hints.len()), hint);
        println!("{text}");
    }
    println!("Read docs/src/{}, section \"{}\".", lab.manifest.chapter, check.section);
    if number < check.hints.len() {
        println!("Ask again for a clearer hint.");
    } else {
        let solution = lab.name.replace("lab", "solutions/lab");
        if course.root.join(&solution).is_dir() {
            println!(
                "That was the last hint. The reference is in {solution}/; write it yourself after you have read it."
            );
        } else {
            println!("That was the last hint.");
        }
    }
    given.0.insert(check.name.clone(), number);
    given.write(&file).with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// The first check of the task, or of the lab, that is not known to be green; the first of all where all are.
fn choose(lab: &Lab, task: Option<u32>) -> anyhow::Result<&CheckEntry> {
    let records = lab.read_records();
    let of_task = |check: &&CheckEntry| task.is_none_or(|task| check.task == task);
    let red = |check: &&CheckEntry| !records.get(&check.name).is_some_and(|record| record.outcome.is_green());
    let mut checks = lab.manifest.checks.iter().filter(of_task);
    let first = checks.next().with_context(|| {
        let last = lab.manifest.tasks.iter().map(|task| task.number).max().unwrap_or(0);
        format!("{} has no task {}; its tasks are 1 to {last}", lab.name, task.unwrap_or(0))
    })?;
    Ok(lab.manifest.checks.iter().filter(of_task).find(red).unwrap_or(first))
}

/// How many hints of each check were given. Kept beside the records, so it is no part of what is handed in.
struct Given(BTreeMap<String, usize>);

impl Given {
    fn file(lab: &Lab) -> PathBuf {
        lab.records.join("hints.json")
    }

    /// A file that is missing or broken counts as no hints given.
    fn read(file: &PathBuf) -> Self {
        let text = std::fs::read(file).unwrap_or_default();
        Self(serde_json::from_slice(&text).unwrap_or_default())
    }

    fn write(&self, file: &PathBuf) -> std::io::Result<()> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(file, serde_json::to_vec(&self.0)?)
    }
}
