//! `results/NAME.json`: a student's results in the form that Gradescope shows.
//!
//! The fields are those of Gradescope's autograder specification ("Output format" of `results.json`). Where something could not be judged, no
//! score is given anywhere, so that Gradescope says that the autograder failed, and shows no zero.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use harness::failure::Outcome;
use serde::Serialize;

use super::class::{Class, Lab, Student, Work, hundredths};
use super::{feedback, files, visible};
use crate::entry::{CheckResult, Verdict};

/// By what our files are known.
const MARK: &str = "\"made_by\": \"cargo grade\"";
/// The longest output of a test, in characters.
const LONGEST: usize = 8000;

#[derive(Serialize)]
struct Results {
    extra_data: Extra,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    output: String,
    output_format: &'static str,
    visibility: &'static str,
    stdout_visibility: &'static str,
    tests: Vec<Test>,
}

#[derive(Serialize)]
struct Extra {
    made_by: &'static str,
}

#[derive(Serialize)]
struct Test {
    name: String,
    number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_score: Option<u32>,
    status: &'static str,
    output: String,
    output_format: &'static str,
    visibility: &'static str,
}

/// Writes a file for each student into a folder, which is made where it is missing.
pub(super) fn write_all(folder: &Path, class: &Class<'_>) -> anyhow::Result<()> {
    files::make_folder(folder)?;
    for student in &class.students {
        let path = folder.join(format!("{}.json", student.file));
        files::replace(&path, |out| {
            let text = serde_json::to_string_pretty(&results(class, student))?;
            Ok(writeln!(out, "{text}")?)
        })?;
    }
    let keep: BTreeSet<&str> = class.students.iter().map(|student| student.file.as_str()).collect();
    files::remove_stale(folder, "json", MARK, &keep)
}

fn results(class: &Class<'_>, student: &Student<'_>) -> Results {
    let judged = student.works.iter().all(Work::is_judged);
    let total: Option<u64> = student.works.iter().map(Work::final_hundredths).sum();
    let paragraphs = student.works.iter().map(|work| about(class, work)).collect::<Vec<_>>();
    let tests = student.works.iter().filter(|work| work.is_judged());
    Results {
        extra_data: Extra { made_by: "cargo grade" },
        #[allow(clippy::cast_precision_loss)] // points of a person
        score: total.map(|total| total as f64 / 100.0),
        output: paragraphs.join("\n\n"),
        output_format: "text",
        visibility: "visible",
        stdout_visibility: "hidden",
        tests: tests.flat_map(|work| tests_of(class, work, judged)).collect(),
    }
}

/// How the work on one lab came out, in a paragraph.
fn about(class: &Class<'_>, work: &Work<'_>) -> String {
    let lab = class.lab(work);
    let mut text = format!("{}: {}", lab.name, feedback::verdict(work, lab));
    if work.late.penalty() > 0 {
        let days = visible::count(work.late.days().unwrap_or(0) as usize, "day");
        let per_cent = hundredths(work.late.penalty().into());
        let _ = write!(text, " It was {days} late, which costs {per_cent} % of the points.");
    }
    if work.verdict() == Verdict::DoesNotBuild && !work.entry.details.is_empty() {
        text += "\n\n";
        text += &visible::cut(&visible::lines(&work.entry.details), LONGEST);
    }
    text
}

fn tests_of(class: &Class<'_>, work: &Work<'_>, scored: bool) -> Vec<Test> {
    let lab = class.lab(work);
    let mut of_task = BTreeMap::new();
    let test = |check: &super::class::Check| {
        let number = of_task.entry(check.task).and_modify(|number| *number += 1).or_insert(1_u32);
        let result = work.check(check.name);
        let green = result.is_some_and(|result| result.outcome.is_green());
        let points = result.map_or(check.points, |result| result.points);
        Test {
            name: title(class, lab, check.name),
            number: format!("{}.{number}", check.task),
            score: scored.then_some(if green { points } else { 0 }),
            max_score: scored.then_some(points),
            status: if green { "passed" } else { "failed" },
            output: output(class, work, check.name, result),
            output_format: "text",
            visibility: "visible",
        }
    };
    lab.checks.iter().map(test).collect()
}

fn title(class: &Class<'_>, lab: &Lab<'_>, check: &str) -> String {
    if class.labs.len() == 1 { visible::line(check) } else { visible::line(&format!("{}/{check}", lab.name)) }
}

/// What a student is told of one check.
fn output(class: &Class<'_>, work: &Work<'_>, name: &str, result: Option<&CheckResult>) -> String {
    let Some(result) = result else { return "It never came to this check.".into() };
    if result.outcome.is_green() {
        return String::new();
    }
    if class.options.is_hidden(class.lab(work).name, name) {
        return feedback::words(class.lab(work), result);
    }
    let text = match result.outcome {
        Outcome::NotRun if result.explanation.is_empty() => "It was not run.".into(),
        _ if result.explanation.is_empty() => {
            format!("Expected  {}\nSeen      {}", result.expected, result.seen)
        }
        _ => visible::explanation(&result.explanation),
    };
    visible::cut(&visible::lines(&text), LONGEST)
}
