//! What the page tells of the whole class: counts, bars, the commonest mistakes, and what an instructor should look at.

use std::collections::{BTreeMap, BTreeSet};

use harness::failure::Outcome;
use serde::Serialize;

use super::class::{Class, Lab, Work};
use super::policy::Late;
use super::visible;
use crate::entry::Verdict;

/// The bars of a distribution.
const BARS: usize = 10;

/// Every verdict, in the order in which they are told.
const VERDICTS: [Verdict; 9] = [
    Verdict::Passed,
    Verdict::Failed,
    Verdict::TimedOut,
    Verdict::OutOfMemory,
    Verdict::TooMuchOutput,
    Verdict::DoesNotBuild,
    Verdict::Rejected,
    Verdict::Missing,
    Verdict::InfrastructureError,
];

/// The class of elements that tell a verdict.
pub(super) fn class_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "pass",
        Verdict::Failed => "fail",
        Verdict::TimedOut | Verdict::OutOfMemory | Verdict::TooMuchOutput => "limit",
        Verdict::DoesNotBuild => "build",
        Verdict::Rejected => "reject",
        Verdict::Missing => "gone",
        Verdict::InfrastructureError => "infra",
    }
}

/// A part of a whole.
#[derive(Serialize)]
pub(super) struct Part {
    class: &'static str,
    words: &'static str,
    count: usize,
}

/// A student, as a link.
#[derive(Serialize)]
pub(super) struct Link {
    id: String,
    name: String,
}

#[derive(Serialize)]
pub(super) struct LabView {
    name: String,
    title: String,
    policy: String,
    handed_in: usize,
    judged: usize,
    max: u32,
    mean: String,
    median: String,
    parts: Vec<Part>,
    bars: Vec<Bar>,
    checks: Vec<CheckView>,
}

/// How many had so many of the points.
#[derive(Serialize)]
pub(super) struct Bar {
    from: usize,
    to: usize,
    count: usize,
    per_cent: f64,
}

/// How a check came out over the class.
#[derive(Serialize)]
pub(super) struct CheckView {
    name: String,
    points: u32,
    passed: usize,
    todo: usize,
    of: usize,
    passed_per_cent: f64,
    todo_per_cent: f64,
    task: Option<String>,
}

#[derive(Serialize)]
pub(super) struct MistakeView {
    lab: String,
    name: String,
    says: String,
    checks: usize,
    students: Vec<Link>,
}

/// Something to look at: who, in which lab, and what.
#[derive(Serialize)]
pub(super) struct Remark {
    student: Link,
    lab: String,
    what: String,
}

/// What kept the machine from judging, and whom it struck.
#[derive(Serialize)]
pub(super) struct Cause {
    what: String,
    who: Vec<Remark>,
}

#[derive(Serialize)]
pub(super) struct Same {
    lab: String,
    students: Vec<Link>,
}

/// What stands on the page above the students.
#[derive(Serialize)]
pub(super) struct Overview {
    students: usize,
    works: usize,
    parts: Vec<Part>,
    labs: Vec<LabView>,
    mistakes: Vec<MistakeView>,
    not_judged: usize,
    infrastructure: Vec<Cause>,
    suspects: Vec<Remark>,
    same: Vec<Same>,
    without_time: Vec<Remark>,
}

impl Overview {
    pub(super) fn new(class: &Class<'_>) -> Self {
        let all: Vec<&Work> = class.works().map(|(_, work)| work).collect();
        Self {
            students: class.students.len(),
            works: all.len(),
            parts: parts(&all),
            labs: (0..class.labs.len()).map(|index| lab(class, index)).collect(),
            mistakes: mistakes(class),
            not_judged: all.iter().filter(|work| !work.is_judged()).count(),
            infrastructure: causes(class),
            suspects: remarks(class, suspects),
            same: same(class),
            without_time: remarks(class, |work| {
                let unknown = work.late == Late::Unknown && work.verdict() != Verdict::Missing;
                if unknown { vec![String::new()] } else { Vec::new() }
            }),
        }
    }
}

/// Where a student stands on the page.
pub(super) fn id(index: usize) -> String {
    format!("s{}", index + 1)
}

fn link(class: &Class<'_>, index: usize) -> Link {
    Link { id: id(index), name: visible::cut(&visible::line(class.students[index].name), 60) }
}

#[allow(clippy::cast_precision_loss)] // of a class
fn per_cent(count: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { (count as f64 * 10_000.0 / of as f64).round() / 100.0 }
}

fn parts(works: &[&Work<'_>]) -> Vec<Part> {
    let count = |verdict| works.iter().filter(|work| work.verdict() == verdict).count();
    let part =
        |verdict: Verdict| Part { class: class_of(verdict), words: verdict.words(), count: count(verdict) };
    VERDICTS.into_iter().map(part).filter(|part| part.count > 0).collect()
}

fn lab(class: &Class<'_>, index: usize) -> LabView {
    let lab = &class.labs[index];
    let works: Vec<&Work> = class.works().map(|(_, work)| work).filter(|work| work.lab == index).collect();
    let judged: Vec<&Work> = works.iter().copied().filter(|work| counts(work)).collect();
    let mut totals: Vec<u32> = judged.iter().filter_map(|work| work.total()).collect();
    totals.sort_unstable();
    let policy = class.options.policy.as_ref().and_then(|policy| policy.describe(lab.name));
    LabView {
        name: visible::line(lab.name),
        title: lab.title().into(),
        policy: policy.unwrap_or_default(),
        handed_in: works.iter().filter(|work| work.verdict() != Verdict::Missing).count(),
        judged: judged.len(),
        max: lab.max(),
        mean: mean(&totals),
        median: median(&totals),
        parts: parts(&works),
        bars: bars(&judged, lab),
        checks: checks(&judged, lab),
    }
}

/// Whether a work belongs into the class's numbers: it was handed in, and judged.
fn counts(work: &Work<'_>) -> bool {
    work.is_judged() && work.verdict() != Verdict::Missing
}

#[allow(clippy::cast_precision_loss)] // points of a class
fn mean(totals: &[u32]) -> String {
    let sum: u32 = totals.iter().sum();
    format!("{:.1}", f64::from(sum) / totals.len().max(1) as f64)
}

fn median(totals: &[u32]) -> String {
    let middle = totals.len() / 2;
    match totals.len() {
        0 => "0".into(),
        count if count % 2 == 1 => totals[middle].to_string(),
        _ => (f64::from(totals[middle - 1] + totals[middle]) * 0.5).to_string(),
    }
}

fn bars(works: &[&Work<'_>], lab: &Lab<'_>) -> Vec<Bar> {
    let mut counts = [0; BARS];
    for work in works {
        let max = work.max(lab).max(1) as usize;
        let bar = work.total().unwrap_or(0) as usize * BARS / max;
        counts[bar.min(BARS - 1)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    let bar = |(index, count): (usize, &usize)| Bar {
        from: index * 100 / BARS,
        to: (index + 1) * 100 / BARS,
        count: *count,
        per_cent: per_cent(*count, most),
    };
    counts.iter().enumerate().map(bar).collect()
}

fn checks(works: &[&Work<'_>], lab: &Lab<'_>) -> Vec<CheckView> {
    let mut task = 0;
    let view = |check: &super::class::Check| {
        let outcomes = || works.iter().map(|work| work.check(check.name).map(|result| result.outcome));
        let passed = outcomes().filter(|outcome| outcome.is_some_and(Outcome::is_green)).count();
        let open =
            |outcome: &Option<Outcome>| matches!(outcome, None | Some(Outcome::Todo | Outcome::NotRun));
        let todo = outcomes().filter(open).count();
        let begins = check.task != task;
        task = check.task;
        let title =
            lab.manifest.and_then(|manifest| manifest.task(check.task)).map_or("", |task| &*task.title);
        CheckView {
            name: visible::line(check.name),
            points: check.points,
            passed,
            todo,
            of: works.len(),
            passed_per_cent: per_cent(passed, works.len()),
            todo_per_cent: per_cent(todo, works.len()),
            task: begins.then(|| format!("Task {}. {title}", check.task)),
        }
    };
    lab.checks.iter().map(view).collect()
}

fn mistakes(class: &Class<'_>) -> Vec<MistakeView> {
    #[derive(Default)]
    struct Found<'a> {
        says: &'a str,
        checks: usize,
        students: BTreeSet<usize>,
    }
    let mut found: BTreeMap<(&str, &str), Found> = BTreeMap::new();
    for (index, student) in class.students.iter().enumerate() {
        for work in student.works.iter().filter(|work| work.is_judged()) {
            for mistake in work.entry.checks.iter().filter_map(|check| check.mistake.as_ref()) {
                let found = found.entry((&work.entry.lab, &mistake.name)).or_default();
                // Every suite says the same of it; the least, so that the order of entries does not matter.
                let says = mistake.says.as_str();
                found.says = if found.checks == 0 { says } else { found.says.min(says) };
                found.checks += 1;
                found.students.insert(index);
            }
        }
    }
    let view = |((lab, name), found): ((&str, &str), Found)| MistakeView {
        lab: visible::line(lab),
        name: visible::line(name),
        says: visible::line(found.says),
        checks: found.checks,
        students: found.students.iter().map(|index| link(class, *index)).collect(),
    };
    let mut mistakes: Vec<MistakeView> = found.into_iter().map(view).collect();
    mistakes.sort_by_key(|mistake| std::cmp::Reverse((mistake.students.len(), mistake.checks)));
    mistakes
}

fn remarks(class: &Class<'_>, of: impl Fn(&Work<'_>) -> Vec<String>) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for (index, student) in class.students.iter().enumerate() {
        for work in &student.works {
            let lab = visible::line(class.lab(work).name);
            remarks.extend(of(work).into_iter().map(|what| Remark {
                student: link(class, index),
                lab: lab.clone(),
                what,
            }));
        }
    }
    remarks
}

/// One cause may strike the whole class: it is told once.
fn causes(class: &Class<'_>) -> Vec<Cause> {
    let struck = remarks(class, |work| if work.is_judged() { Vec::new() } else { vec![work.reason()] });
    let mut causes: BTreeMap<String, Vec<Remark>> = BTreeMap::new();
    for remark in struck {
        causes.entry(remark.what.clone()).or_default().push(remark);
    }
    causes.into_iter().map(|(what, who)| Cause { what, who }).collect()
}

fn suspects(work: &Work<'_>) -> Vec<String> {
    let suspects = work.entry.checks.iter().filter(|check| check.is_suspect());
    let runs = |runs: &[Outcome]| runs.iter().map(|run| outcome(*run)).collect::<Vec<_>>().join(", then ");
    let what = |check: &crate::entry::CheckResult| {
        format!("`{}`: {}; {} counts", check.name, runs(&check.runs), outcome(check.outcome))
    };
    suspects.map(|check| visible::line(&what(check))).collect()
}

/// A check's outcome in words.
pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Hung => "hung",
        Outcome::Todo => "still to do",
        Outcome::NotRun => "not run",
        Outcome::Error => "could not be carried out",
    }
}

/// Groups of students who handed in the same bytes, other than the starter's.
fn same(class: &Class<'_>) -> Vec<Same> {
    let mut groups: BTreeMap<(usize, &str), Vec<usize>> = BTreeMap::new();
    for (index, student) in class.students.iter().enumerate() {
        for work in student.works.iter().filter(|work| is_own_work(class.lab(work), work)) {
            groups.entry((work.lab, &work.entry.sha256)).or_default().push(index);
        }
    }
    let mut same: Vec<Same> = groups
        .into_iter()
        .filter(|(_, students)| students.len() > 1)
        .map(|((lab, _), students)| Same {
            lab: visible::line(class.labs[lab].name),
            students: students.into_iter().map(|index| link(class, index)).collect(),
        })
        .collect();
    same.sort_by_key(|same| std::cmp::Reverse(same.students.len()));
    same
}

/// Whether something was handed in that is not the starter. Where the starter's sum is not known, work that earned nothing and reached a hole
/// is taken for it.
fn is_own_work(lab: &Lab<'_>, work: &Work<'_>) -> bool {
    let entry = work.entry;
    let untouched = match lab.starter {
        Some(starter) => entry.sha256 == starter,
        None => entry.total() == 0 && entry.checks.iter().any(|check| check.outcome == Outcome::Todo),
    };
    !entry.sha256.is_empty() && !matches!(entry.verdict, Verdict::Missing | Verdict::Rejected) && !untouched
}
