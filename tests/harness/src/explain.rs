//! The text of a failed check, in the order in which a student needs it.

use std::fmt::Write as _;

use crate::chart::{self, TextOptions};
use crate::check::Lab;
use crate::failure::{Failure, Hole, Mistake, Outcome};
use crate::locale;
use crate::manifest::{CheckEntry, Manifest, anchor};
use crate::paragraph::paragraph;
use crate::timeline::Event;

/// How many rows of the timeline a message shows.
const ROWS: usize = 30;

/// What an explanation is made from.
pub(crate) struct Report<'a> {
    pub(crate) lab: &'static Lab,
    pub(crate) manifest: &'a Manifest,
    pub(crate) entry: &'a CheckEntry,
    pub(crate) idea: &'a str,
    pub(crate) seed: u64,
    /// Whether a check of the first task has passed already, so that the student has started.
    pub(crate) started: bool,
    /// Whether a task that is still to do is told with where to begin, or in one line.
    pub(crate) in_full: bool,
    pub(crate) timeline: &'a [Event],
    /// The path of the timeline as a picture.
    pub(crate) picture: Option<String>,
}

impl Report<'_> {
    /// The heading to read, and its place in the book as `lab01.md#heading`.
    pub(crate) fn section(&self, mistake: Option<&Mistake>) -> (String, String) {
        let heading = mistake.map(|mistake| mistake.section).filter(|heading| !heading.is_empty());
        let heading = heading.unwrap_or(&self.entry.section);
        (heading.to_string(), format!("{}#{}", self.manifest.chapter, anchor(heading)))
    }

    /// The file of a task, as a path from the workspace's root.
    fn file(&self, task: u32) -> String {
        let file = self.manifest.task(task).map_or("src", |task| &task.file);
        format!("labs/{}/{file}", self.lab.name)
    }

    /// Where the book explains it, in words.
    fn chapter(&self, mistake: Option<&Mistake>) -> String {
        format!("docs/src/{}, section \"{}\"", self.manifest.chapter, self.section(mistake).0)
    }
}

/// The whole text.
pub(crate) fn explain(report: &Report<'_>, failure: &Failure) -> String {
    match (failure.outcome, &failure.todo) {
        (Outcome::Todo, Some(hole)) => still_to_do(report, hole),
        (Outcome::NotRun, _) => failure.seen.clone(),
        (Outcome::Error, _) => machine_error(report, failure),
        _ => essay(report, failure),
    }
}

/// A task that is not done yet gets a line. The first of a run says where to begin, and on a fresh starter that
/// nothing is broken.
fn still_to_do(report: &Report<'_>, hole: &Hole) -> String {
    let task = hole.task;
    let file = report.file(task);
    let line = format!("task {task} is still to do, in {}", hole.place.as_ref().unwrap_or(&file));
    if !report.in_full {
        return line;
    }
    let lab = report.lab.name;
    let mut text = String::new();
    // The first hole of the first task is met in the task's own file; whoever is past it has started.
    let fresh =
        task == 1 && !report.started && hole.place.as_ref().is_none_or(|place| place.starts_with(&file));
    let friendly = if fresh {
        format!(
            "This red is the beginning, not a broken set-up: {line}. Everything is installed and works; what is missing is \
             yours to write. The other checks wait for it, or for a later task."
        )
    } else {
        format!("This is the next hole to fill: {line}.")
    };
    paragraph(&mut text, "", &friendly);
    paragraph(&mut text, "To do", &hole.text);
    // What this check is about, where the hole is of its task.
    let own = (report.entry.task == task).then_some(report.entry);
    let first = own.or_else(|| report.manifest.first_check_of(task)).unwrap_or(report.entry);
    paragraph(
        &mut text,
        "Read",
        &format!("docs/src/{}, section \"{}\"", report.manifest.chapter, first.section),
    );
    paragraph(&mut text, "Hint", &format!("cargo lab hint {lab} {task}"));
    text.trim_end().to_string()
}

fn machine_error(report: &Report<'_>, failure: &Failure) -> String {
    let mut text = String::new();
    paragraph(&mut text, "", "This check could not be carried out. That is not your program's fault.");
    paragraph(&mut text, "Seen", &failure.seen);
    paragraph(&mut text, "Help", "cargo lab doctor");
    paragraph(&mut text, "Replay", &replay(report));
    text.trim_end().to_string()
}

/// Expected, seen, likely mistake, chapter, hint, timeline, seed.
fn essay(report: &Report<'_>, failure: &Failure) -> String {
    let entry = report.entry;
    let lab = report.lab.name;
    let mut text = String::new();
    let title = report.manifest.task(entry.task).map_or("", |task| task.title.as_str());
    paragraph(&mut text, "", &format!("{lab}, task {}: {title} ({} points)", entry.task, entry.points));
    text.push('\n');
    paragraph(&mut text, "Expected", &failure.expected);
    paragraph(&mut text, "Seen", &failure.seen);
    if let Some(mistake) = failure.mistake {
        paragraph(&mut text, "Likely", mistake.says);
    }
    if !report.idea.is_empty() {
        paragraph(&mut text, "Idea", report.idea);
    }
    paragraph(&mut text, "Read", &report.chapter(failure.mistake));
    paragraph(&mut text, "Hint", &format!("cargo lab hint {lab} {}", entry.task));
    drawing(&mut text, report);
    paragraph(&mut text, "Replay", &replay(report));
    text.trim_end().to_string()
}

/// The last rows of the timeline, and where the picture of the whole is.
fn drawing(text: &mut String, report: &Report<'_>) {
    let options = TextOptions { last: Some(ROWS), ascii: !locale::speaks_utf8(), ..TextOptions::default() };
    let rows = chart::text(report.timeline, &options);
    if rows.is_empty() {
        return;
    }
    let _ = write!(text, "\n{rows}");
    if let Some(picture) = &report.picture {
        let _ = writeln!(text, "picture: {picture}");
    }
    text.push('\n');
}

fn replay(report: &Report<'_>) -> String {
    let Report { lab, entry, seed, .. } = report;
    format!("LAB_SEED={seed} cargo test -p {} {}", lab.package, entry.name)
}
