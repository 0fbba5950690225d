//! What the student sees: the map of the course, a lab's checks, and its first red check.

use anstream::{print, println};
use anstyle::{AnsiColor, Style};
use harness::failure::Outcome;
use harness::locale;
use harness::paragraph::paragraph;

use crate::suite::Verdict;
use lab_cli::course::{Course, Lab};

/// How wide the bar of the course is, in columns.
const COURSE_BAR: usize = 30;
/// How wide the bar of a lab is.
const LAB_BAR: usize = 10;

const GREEN: Style = AnsiColor::Green.on_default();
const RED: Style = AnsiColor::Red.on_default();
const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// The course with a bar, and each lab with its own.
pub(crate) fn map(course: &Course, here: Option<&str>) {
    let standing: Vec<(&Lab, usize)> = course.labs.iter().map(|lab| (lab, lab.green_checks())).collect();
    let all: usize = standing.iter().map(|(lab, _)| lab.manifest.checks.len()).sum();
    let green: usize = standing.iter().map(|(_, green)| green).sum();
    println!();
    println!("{BOLD}ZeroMQ Labs{BOLD:#}  {}  {green} of {all} checks", bar(green, all, COURSE_BAR));
    println!();
    for (lab, green) in standing {
        let all = lab.manifest.checks.len();
        let is_here = here == Some(lab.name.as_str());
        let mark = if is_here {
            locale::pick("▶", ">")
        } else if green == all {
            locale::pick("✓", "+")
        } else {
            " "
        };
        let title = &lab.manifest.title;
        let note = if is_here {
            "  you are here"
        } else if lab.has_changed_since() {
            "  changed since its checks ran"
        } else {
            ""
        };
        let style = if is_here { BOLD } else { Style::new() };
        println!(
            "{style}{mark} {}  {title:<44}{style:#} {}  {green:>2} of {all}{note}",
            lab.name,
            bar(green, all, LAB_BAR)
        );
    }
}

/// A bar of a width: how many of how many.
fn bar(part: usize, whole: usize, width: usize) -> String {
    let full = (part * width).checked_div(whole).unwrap_or(0);
    let (filled, empty) = (locale::pick("█", "#"), locale::pick("░", "."));
    format!("{GREEN}{}{GREEN:#}{DIM}{}{DIM:#}", filled.repeat(full), empty.repeat(width - full))
}

/// Each check of a lab in a line.
pub(crate) fn checks(lab: &Lab, verdict: &Verdict) {
    let Verdict::Judged(records) = verdict else { return };
    println!();
    println!("{BOLD}{}: {}{BOLD:#}", lab.name, lab.manifest.title);
    let mut earned = 0;
    let mut all = 0;
    for task in &lab.manifest.tasks {
        println!();
        println!("  task {}: {}{}", task.number, task.title, if task.further { " (further)" } else { "" });
        for check in lab.manifest.checks.iter().filter(|check| check.task == task.number) {
            let outcome = records.get(&check.name).map(|record| record.outcome);
            let (style, word) = word(outcome);
            println!("    {style}{word:<8}{style:#} {:>3} points  {}", check.points, check.name);
            all += check.points;
            earned += if outcome.is_some_and(Outcome::is_green) { check.points } else { 0 };
        }
    }
    println!();
    println!("  {earned} of {all} points");
}

fn word(outcome: Option<Outcome>) -> (Style, &'static str) {
    match outcome {
        Some(Outcome::Passed) => (GREEN, "ok"),
        Some(Outcome::Failed) => (RED, "red"),
        Some(Outcome::Hung) => (RED, "hangs"),
        Some(Outcome::Todo) => (DIM, "to do"),
        Some(Outcome::NotRun) => (DIM, "not run"),
        Some(Outcome::Error) => (RED, "error"),
        None => (DIM, "no news"),
    }
}

/// The first red check with its explanation, or that all is green, and the next step.
pub(crate) fn verdict(lab: &Lab, verdict: &Verdict) {
    let name = &lab.name;
    if matches!(verdict, Verdict::DoesNotCompile) {
        println!();
        println!(
            "{RED}{name} does not compile.{RED:#} The compiler says why above; read its first error first."
        );
        println!();
        step(&format!("mend labs/{name}, then run `cargo lab` again"));
        return;
    }
    let Some((check, record)) = verdict.first_red(lab) else {
        println!();
        println!("{GREEN}{name} is green.{GREEN:#}");
        println!();
        step("compare your programs with those in `solutions/`; `cargo lab` shows where you are");
        return;
    };
    println!();
    println!("The first red check is {RED}{}{RED:#}:", check.name);
    println!();
    println!(
        "{}",
        record.map_or("it left no record; run it alone to see why", |record| record.explanation.as_str())
    );
    println!();
    let file = lab.manifest.task(check.task).map_or("src", |task| &task.file);
    step(&format!(
        "read docs/src/{}, edit labs/{name}/{file}, then `cargo lab` or `cargo test -p {name}`",
        lab.manifest.chapter
    ));
}

/// Every lab is green.
pub(crate) fn all_done(course: &Course) {
    println!();
    match course.labs.as_slice() {
        [only] => println!("{GREEN}{} is green, and the only lab there is.{GREEN:#}", only.name),
        labs => println!("{GREEN}All {} labs are green.{GREEN:#}", labs.len()),
    }
    println!();
    step(
        "compare your programs with those in `solutions/`, and try what the chapters name under \"More to try\"",
    );
}

fn step(text: &str) {
    let mut next = String::new();
    paragraph(&mut next, "Next", text);
    print!("{next}");
}
