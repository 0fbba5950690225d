//! Builds a lab with its suite, runs it, and reads the records that it leaves.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use harness::failure::Outcome;
use harness::manifest::CheckEntry;
use harness::record::Record;

use lab_cli::cargo::{self, Executable};
use lab_cli::course::{Course, Lab};

/// How a lab stands.
pub(crate) enum Verdict {
    /// It does not compile; cargo has said why.
    DoesNotCompile,
    /// It was judged.
    Judged(BTreeMap<String, Record>),
}

impl Verdict {
    /// Whether every core check passed.
    pub(crate) fn is_green(&self, lab: &Lab) -> bool {
        match self {
            Self::DoesNotCompile => false,
            Self::Judged(records) => lab
                .manifest
                .core_checks()
                .all(|check| records.get(&check.name).is_some_and(|record| record.outcome.is_green())),
        }
    }

    /// The first check that is not green, in the order of `lab.toml`, and its record. One that was carried out goes before those
    /// that were not, because another had hung.
    pub(crate) fn first_red<'a>(&'a self, lab: &'a Lab) -> Option<(&'a CheckEntry, Option<&'a Record>)> {
        let Self::Judged(records) = self else { return None };
        let found = lab.manifest.checks.iter().map(|check| (check, records.get(&check.name)));
        let mut red = found.filter(|(_, record)| !record.is_some_and(|record| record.outcome.is_green()));
        let first = red.next()?;
        let ran = |record: Option<&Record>| record.is_none_or(|record| record.outcome != Outcome::NotRun);
        if ran(first.1) { Some(first) } else { red.find(|(_, record)| ran(*record)).or(Some(first)) }
    }
}

/// Builds and runs the suite of a lab.
pub(crate) fn judge(course: &Course, lab: &Lab) -> anyhow::Result<Verdict> {
    let Some(suite) = build(course, lab)? else { return Ok(Verdict::DoesNotCompile) };
    // What an earlier run left must not be taken for this one's.
    for check in &lab.manifest.checks {
        let _ = std::fs::remove_file(lab.records.join(&check.name).join(harness::record::FILE));
    }
    run(lab, suite)?;
    let records = lab.read_records();
    if records.is_empty() {
        bail!("the suite of {} left no record under {}; is the disk full?", lab.name, lab.records.display());
    }
    Ok(Verdict::Judged(records))
}

/// Has cargo build it.
fn build(course: &Course, lab: &Lab) -> anyhow::Result<Option<PathBuf>> {
    let built = cargo::build(course, &["test", "--no-run", "-p", &lab.name, "--test", &lab.name])?;
    let suite = |built: &Executable| built.kind == "test" && built.name == lab.name;
    Ok(built.and_then(|built| Some(built.into_iter().find(suite)?.path)))
}

/// Runs the suite; the verdicts are in its records, so its output is only counted.
fn run(lab: &Lab, suite: PathBuf) -> anyhow::Result<()> {
    let shown = std::io::stderr().is_terminal();
    let mut child = Command::new(suite)
        .current_dir(&lab.folder)
        .env("LAB_RECORDS", &lab.records)
        .stdout(Stdio::piped())
        .spawn()
        .context("the suite cannot be started")?;
    let mut done = 0;
    if let Some(out) = child.stdout.take() {
        for line in BufReader::new(out).split(b'\n') {
            let line = line.context("the suite cannot be read")?;
            if line.starts_with(b"test t") && shown {
                done += 1;
                eprint!("\r{}: {done} of {} checks ", lab.name, lab.manifest.checks.len());
                let _ = std::io::stderr().flush();
            }
        }
    }
    if shown {
        eprint!("\r\x1b[K");
    }
    child.wait().context("the suite cannot be waited for")?;
    Ok(())
}
