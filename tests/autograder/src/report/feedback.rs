//! `feedback/NAME.md`: what a student gets back.
//!
//! Whatever comes from a program stands in a fence that is longer than any run of backticks in it, with control characters shown.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use harness::failure::Outcome;

use super::class::{Class, Lab, Student, Work, hundredths};
use super::policy::Late;
use super::{files, visible};
use crate::entry::{CheckResult, Verdict};

/// By what our files are known.
const MARK: &str = "<!-- made by cargo grade -->";
/// The longest text in a fence, in characters.
const LONGEST: usize = 12_000;

/// Writes a file for each student into a folder, which is made where it is missing.
pub(super) fn write_all(folder: &Path, class: &Class<'_>) -> anyhow::Result<()> {
    files::make_folder(folder)?;
    for student in &class.students {
        let path = folder.join(format!("{}.md", student.file));
        files::replace(&path, |out| Ok(out.write_all(letter(class, student).as_bytes())?))?;
    }
    let keep: BTreeSet<&str> = class.students.iter().map(|student| student.file.as_str()).collect();
    files::remove_stale(folder, "md", MARK, &keep)
}

/// How the work came out, in sentences to the student.
pub(super) fn verdict(work: &Work<'_>, lab: &Lab<'_>) -> String {
    let points = format!("{} of {} points.", work.total().unwrap_or(0), work.max(lab));
    match work.verdict() {
        Verdict::Passed => format!("passed, {points}"),
        Verdict::InfrastructureError => {
            "not judged yet. The machine that judges had a fault; that is not your program's fault and costs no points. It will be judged again.".into()
        }
        Verdict::Missing => "nothing was handed in.".into(),
        verdict if work.entry.reason.is_empty() => format!("{}, {points}", verdict.words()),
        verdict => format!("{}, {points} {}", verdict.words(), sentence(&work.reason())),
    }
}

/// What a student is told of a hidden check: words that hold no value of this run.
pub(super) fn words(lab: &Lab<'_>, check: &CheckResult) -> String {
    let mut text = match check.outcome {
        Outcome::Todo => "This is still to do.".to_string(),
        Outcome::NotRun => "It was not run, because another check of the same task hung before.".to_string(),
        Outcome::Hung => "It waited for something that never came.".to_string(),
        _ => "It did not pass.".to_string(),
    };
    if let Some(mistake) = &check.mistake {
        let _ = write!(text, "\nLikely: {}", visible::line(&mistake.says));
    }
    if let Some(entry) = lab.manifest.and_then(|manifest| manifest.check(&check.name)) {
        let chapter = lab.manifest.map_or("", |manifest| manifest.chapter.as_str());
        let _ = write!(text, "\nRead: docs/src/{chapter}, section \"{}\"", entry.section);
    }
    let _ = write!(text, "\nHint: cargo lab hint {} {}", lab.name, check.task);
    text
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.is_empty() || text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

fn letter(class: &Class<'_>, student: &Student<'_>) -> String {
    let mut text = format!("{MARK}\n\n# {}\n", prose(student.name));
    for work in &student.works {
        about(&mut text, class, work);
    }
    text
}

fn about(text: &mut String, class: &Class<'_>, work: &Work<'_>) {
    let lab = class.lab(work);
    let title = if lab.title().is_empty() { String::new() } else { format!(". {}", lab.title()) };
    let _ = writeln!(text, "\n## {}{}\n", prose(lab.name), prose(&title));
    let _ = writeln!(text, "{}", prose(&sentence(&verdict(work, lab))));
    late(text, work);
    if !work.is_judged() {
        return;
    }
    if matches!(work.verdict(), Verdict::DoesNotBuild | Verdict::Rejected) && !work.entry.details.is_empty() {
        fence(text, &visible::lines(&work.entry.details));
    }
    if work.entry.checks.is_empty() {
        return;
    }
    tasks(text, lab, work);
    for check in &work.entry.checks {
        match check.outcome {
            Outcome::Failed | Outcome::Hung => failed(text, class, work, check),
            _ => {}
        }
    }
    open(text, work, Outcome::Todo, "Still to do");
    open(text, work, Outcome::NotRun, "Not run");
}

fn late(text: &mut String, work: &Work<'_>) {
    if let (Late::Late { days, penalty }, Some(left)) = (work.late, work.final_hundredths()) {
        let _ = writeln!(
            text,
            "\nHanded in {} late, which costs {} % of the points: {} are left.",
            visible::count(days as usize, "day"),
            hundredths(penalty.into()),
            hundredths(left)
        );
    }
}

/// The points of each task.
fn tasks(text: &mut String, lab: &Lab<'_>, work: &Work<'_>) {
    let mut tasks: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
    for check in &work.entry.checks {
        let (earned, points) = tasks.entry(check.task).or_default();
        *earned += check.earned();
        *points += check.points;
    }
    text.push_str("\n| Task | | Points |\n|---:|---|---:|\n");
    for (task, (earned, points)) in tasks {
        let title = lab.manifest.and_then(|manifest| manifest.task(task)).map_or("", |task| &*task.title);
        let _ = writeln!(text, "| {task} | {} | {earned} of {points} |", prose(title));
    }
}

fn failed(text: &mut String, class: &Class<'_>, work: &Work<'_>, check: &CheckResult) {
    let lab = class.lab(work);
    let _ = writeln!(text, "\n### {} (0 of {} points)", code(&check.name), check.points);
    if check.is_suspect() {
        text.push_str(
            "It came out differently when it was judged again: look for a race in your program.\n\n",
        );
    }
    if class.options.is_hidden(lab.name, &check.name) {
        for line in words(lab, check).lines() {
            let _ = writeln!(text, "\n{}", sentences(line));
        }
        return;
    }
    if let Some(mistake) = &check.mistake {
        let _ = writeln!(text, "\n{}", sentences(&mistake.says));
    }
    if !check.read.is_empty() {
        let _ = writeln!(text, "\nRead {}.", code(&format!("docs/src/{}", check.read)));
    }
    if check.explanation.is_empty() && check.expected.is_empty() && check.seen.is_empty() {
        // Nothing is known but that it failed.
    } else if check.explanation.is_empty() {
        fence(text, &visible::lines(&format!("Expected  {}\nSeen      {}", check.expected, check.seen)));
    } else {
        fence(text, &visible::explanation(&check.explanation));
    }
    let command = format!("LAB_SEED={} cargo test -p {} {}", work.entry.seed, lab.name, check.name);
    let _ = writeln!(text, "\nThe same again at home: {}", code(&command));
}

/// The checks that it never came to, in one paragraph.
fn open(text: &mut String, work: &Work<'_>, outcome: Outcome, title: &str) {
    let names: Vec<String> = work
        .entry
        .checks
        .iter()
        .filter(|check| check.outcome == outcome)
        .map(|check| code(&check.name))
        .collect();
    if !names.is_empty() {
        let _ = writeln!(text, "\n{title}: {}.", names.join(", "));
    }
}

/// A text of one line as Markdown shows it: as it is.
fn prose(text: &str) -> String {
    // What follows a `://` would become a link.
    marked(&visible::line(text), true).replace("://", "&#58;//")
}

/// A sentence of the course's own, whose backticks mark code.
fn sentences(text: &str) -> String {
    let text = visible::line(text);
    let pieces = text.split('`').enumerate();
    let pieces: Vec<String> = pieces
        .map(|(index, piece)| if index % 2 == 0 { marked(piece, false) } else { piece.into() })
        .collect();
    pieces.join("`")
}

fn marked(text: &str, all: bool) -> String {
    let mut out = String::new();
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' if all => out.push_str("&gt;"),
            '*' | '_' | '[' | ']' => out.extend(['\\', char]),
            '\\' | '`' | '|' | '~' | '#' if all => out.extend(['\\', char]),
            _ => out.push(char),
        }
    }
    out
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|char| char != '`').map(str::len).max().unwrap_or(0)
}

/// A text of one line as code.
fn code(text: &str) -> String {
    let text = visible::line(text);
    let marks = "`".repeat(longest_run(&text) + 1);
    let room = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{marks}{room}{text}{room}{marks}")
}

/// A block that shows a text as it is.
fn fence(text: &mut String, body: &str) {
    let body = visible::cut(body, LONGEST);
    let marks = "`".repeat(longest_run(&body).max(2) + 1);
    let _ = writeln!(text, "\n{marks}text\n{}\n{marks}", body.trim_end_matches('\n'));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        let mut text = String::new();
        fence(&mut text, "a\n````\n# not a heading");
        assert_eq!(text, "\n`````text\na\n````\n# not a heading\n`````\n");
        assert_eq!(code("a``b`"), "``` a``b` ```");
    }

    #[test]
    fn prose_has_no_marks() {
        assert_eq!(prose("<script>[x](http://y)*"), "&lt;script&gt;\\[x\\](http&#58;//y)\\*");
        assert_eq!(sentences("Use `a_<b>`, not a_<b>."), "Use `a_<b>`, not a\\_&lt;b>.");
    }

    #[test]
    fn a_reason_becomes_a_sentence() {
        assert_eq!(sentence("too large: x"), "Too large: x.");
        assert_eq!(sentence(""), "");
    }
}
