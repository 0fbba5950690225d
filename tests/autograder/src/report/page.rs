//! `report.html`: the whole class on one page that needs nothing but itself.
//!
//! Whatever comes from students is escaped by the template. Only the pictures, which `harness::chart` has escaped, and the pieces of this page
//! itself are put in as they are. A policy in the page's head forbids every request, and every script but the page's own, by its sum.

use std::io::Write;

use harness::chart::{self, TextOptions};
use harness::failure::Outcome;
use minijinja::{Environment, HtmlEscape, Value, context};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::class::{Class, Student, Work, hundredths};
use super::overview::{self, Overview, class_of};
use super::policy::Late;
use super::visible;
use crate::entry::{CheckResult, Verdict};

const PAGE: &str = include_str!("page.html");
const STUDENT: &str = include_str!("student.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the students' part of the page may weigh: it shall open quickly, and be sent by mail.
const HEAVIEST: usize = 10 << 20;

/// How much is told of each failed check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// With a picture of so many last events.
    Picture(usize),
    /// With so many last rows as text.
    Text(usize),
    /// In words.
    Words,
    /// Its name.
    Names,
}

/// From the fullest to the lightest; the first that is not too heavy is taken.
const LEVELS: [Level; 6] =
    [Level::Picture(60), Level::Picture(20), Level::Text(30), Level::Text(12), Level::Words, Level::Names];

#[derive(Serialize)]
struct StudentView {
    id: String,
    name: String,
    /// What is searched by the page's filter.
    search: String,
    /// What the page sorts by: the points.
    points: String,
    outcomes: String,
    works: Vec<WorkView>,
}

#[derive(Serialize)]
struct WorkView {
    lab: String,
    title: String,
    class: &'static str,
    words: &'static str,
    reason: String,
    details: String,
    judged: bool,
    total: u32,
    max: u32,
    per_cent: u32,
    late: String,
    failed: Vec<FailedView>,
    todo: Vec<String>,
    not_run: Vec<String>,
    passed: Vec<String>,
    seed: u64,
}

#[derive(Serialize)]
struct FailedView {
    name: String,
    outcome: &'static str,
    points: u32,
    suspect: bool,
    expected: String,
    seen: String,
    mistake: String,
    says: String,
    idea: String,
    read: String,
    told: String,
    picture: String,
    text: String,
    command: String,
}

/// Writes the page.
pub(super) fn write(class: &Class<'_>, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut templates = Environment::new();
    templates.set_trim_blocks(true);
    templates.set_lstrip_blocks(true);
    templates.add_filter("ticks", ticks);
    templates.add_template("page.html", PAGE)?;
    templates.add_template("student.html", STUDENT)?;
    let (students, level) = students(class, &templates, HEAVIEST)?;
    let safe = Value::from_safe_string;
    let page = templates.get_template("page.html")?;
    let values = context! {
        overview => Overview::new(class),
        students => safe(students),
        light => !matches!(level, Level::Picture(_)),
        names_only => level == Level::Names,
        style => safe(format!("{STYLE}{}", drawing_style())),
        script => safe(SCRIPT.into()),
        script_sum => base64(&Sha256::digest(SCRIPT)),
    };
    Ok(out.write_all(page.render(values)?.as_bytes())?)
}

/// The text escaped, and what stands between two backticks of a line as code.
fn ticks(text: &str) -> Value {
    let lines: Vec<String> = text.split('\n').map(ticks_of_line).collect();
    Value::from_safe_string(lines.join("\n"))
}

fn ticks_of_line(line: &str) -> String {
    let pieces: Vec<String> = line.split('`').map(|piece| HtmlEscape(piece).to_string()).collect();
    if pieces.len() % 2 == 0 {
        return pieces.join("`");
    }
    let code = |(index, piece): (usize, String)| match index % 2 {
        1 => format!("<code>{piece}</code>"),
        _ => piece,
    };
    pieces.into_iter().enumerate().map(code).collect()
}

/// All students, told as fully as weight allows.
fn students(
    class: &Class<'_>,
    templates: &Environment<'_>,
    heaviest: usize,
) -> anyhow::Result<(String, Level)> {
    let template = templates.get_template("student.html")?;
    let mut level = Level::Names;
    for next in LEVELS {
        level = next;
        let mut out = String::new();
        for (index, student) in class.students.iter().enumerate() {
            out += &template.render(view(class, index, student, level))?;
            // There is nothing lighter than names.
            if out.len() > heaviest && level != Level::Names {
                break;
            }
        }
        if out.len() <= heaviest || level == Level::Names {
            return Ok((out, level));
        }
    }
    Ok((String::new(), level))
}

fn view(class: &Class<'_>, index: usize, student: &Student<'_>, level: Level) -> StudentView {
    let outcomes: Vec<&str> = student.works.iter().map(|work| class_of(work.verdict())).collect();
    let left: u64 = student.works.iter().filter_map(Work::final_hundredths).sum();
    let name = visible::line(student.name);
    StudentView {
        id: overview::id(index),
        search: visible::cut(&name, 300).to_lowercase(),
        name: visible::cut(&name, 120),
        points: hundredths(left),
        outcomes: outcomes.join(" "),
        works: student.works.iter().map(|work| work_view(class, work, level)).collect(),
    }
}

fn work_view(class: &Class<'_>, work: &Work<'_>, level: Level) -> WorkView {
    let lab = class.lab(work);
    let entry = work.entry;
    let verdict = work.verdict();
    let names = |outcome: Outcome| {
        let of = entry.checks.iter().filter(|check| check.outcome == outcome);
        of.map(|check| visible::line(&check.name)).collect::<Vec<_>>()
    };
    let failed = entry.checks.iter().filter(|check| matches!(check.outcome, Outcome::Failed | Outcome::Hung));
    let (total, max) = (work.total().unwrap_or(0), work.max(lab));
    let words = level != Level::Names;
    WorkView {
        lab: visible::line(lab.name),
        title: lab.title().into(),
        class: class_of(verdict),
        words: verdict.words(),
        reason: if verdict == Verdict::Passed { String::new() } else { work.reason() },
        details: if words { visible::cut(&visible::lines(&entry.details), 4000) } else { String::new() },
        judged: work.is_judged(),
        total,
        max,
        per_cent: total * 100 / max.max(1),
        late: late(work),
        failed: failed.map(|check| failed_view(work, check, level)).collect(),
        todo: names(Outcome::Todo),
        not_run: names(Outcome::NotRun),
        passed: names(Outcome::Passed),
        seed: entry.seed,
    }
}

fn late(work: &Work<'_>) -> String {
    match work.late {
        Late::NoDue | Late::InTime => String::new(),
        Late::Unknown if work.verdict() == Verdict::Missing => String::new(),
        Late::Unknown => "handed in at an unknown time, so nothing is taken off".into(),
        Late::Late { days, penalty } => {
            let left = work.final_hundredths().map(|left| format!(", {} left", hundredths(left)));
            format!(
                "{} late, −{} %{}",
                visible::count(days as usize, "day"),
                hundredths(penalty.into()),
                left.unwrap_or_default()
            )
        }
    }
}

fn failed_view(work: &Work<'_>, check: &CheckResult, level: Level) -> FailedView {
    let words = |text: &str, most: usize| match level {
        Level::Names => String::new(),
        _ => visible::cut(&visible::lines(text), most),
    };
    let mistake = check.mistake.as_ref();
    let (picture, text) = drawing(check, level);
    // The sentences are in their own places; the whole text is for what has none.
    let bare = check.expected.is_empty() && check.seen.is_empty();
    FailedView {
        name: visible::line(&check.name),
        outcome: overview::outcome(check.outcome),
        points: check.points,
        suspect: check.is_suspect(),
        expected: words(&check.expected, 600),
        seen: words(&check.seen, 1500),
        mistake: mistake.map(|mistake| visible::line(&mistake.name)).unwrap_or_default(),
        says: words(mistake.map_or("", |mistake| &mistake.says), 1000),
        idea: words(&idea(&check.explanation), 1000),
        read: if check.read.is_empty() {
            String::new()
        } else {
            visible::line(&format!("docs/src/{}", check.read))
        },
        told: if bare { words(&visible::explanation(&check.explanation), 3000) } else { String::new() },
        picture,
        text,
        command: match level {
            Level::Names => String::new(),
            _ => visible::line(&format!(
                "LAB_SEED={} cargo test -p {} {}",
                work.entry.seed, work.entry.lab, check.name
            )),
        },
    }
}

/// The last events, as a picture or as text.
fn drawing(check: &CheckResult, level: Level) -> (String, String) {
    let last = |most: usize| &check.timeline[check.timeline.len().saturating_sub(most)..];
    match level {
        _ if check.timeline.is_empty() => (String::new(), String::new()),
        Level::Picture(most) => (bare(&chart::svg(last(most), "")), String::new()),
        Level::Text(rows) => {
            let options = TextOptions { last: Some(rows), ..TextOptions::default() };
            (String::new(), chart::text(&check.timeline, &options))
        }
        Level::Words | Level::Names => (String::new(), String::new()),
    }
}

/// Where the style sheet of a picture stands in it; the first mark is the picture's own, because everything else in it is escaped.
fn sheet(picture: &str) -> Option<(usize, usize)> {
    let begin = picture.find("<style>")?;
    Some((begin, begin + picture[begin..].find("</style>")?))
}

/// The style sheet that all pictures have in common.
fn drawing_style() -> String {
    let picture = chart::svg(&[], "");
    sheet(&picture).map(|(begin, end)| picture[begin + "<style>".len()..end].to_string()).unwrap_or_default()
}

/// A picture without its style sheet, which stands once in the page's head.
fn bare(picture: &str) -> String {
    match sheet(picture) {
        Some((begin, end)) => format!("{}{}", &picture[..begin], &picture[end + "</style>".len()..]),
        None => picture.into(),
    }
}

/// The idea that a check is about: the paragraph of that label in what a student is shown.
fn idea(explanation: &str) -> String {
    let mut lines = explanation.lines().skip_while(|line| !line.starts_with("Idea  "));
    let Some(first) = lines.next() else { return String::new() };
    let more = lines.take_while(|line| line.starts_with("          "));
    let lines: Vec<&str> = std::iter::once(&first[4..]).chain(more).map(str::trim).collect();
    lines.join(" ")
}

/// As RFC 4648 has it, section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let number = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let digit = number >> (18 - 6 * index) & 63;
            out.push(if index > chunk.len() { '=' } else { char::from(DIGITS[digit as usize]) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648, section 10.
    #[test]
    fn base64_is_that_of_the_rfc() {
        for (text, sum) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(text.as_bytes()), sum);
        }
    }

    #[test]
    fn the_style_of_pictures_stands_apart() {
        assert!(drawing_style().contains(".z-bg{"));
        let picture = bare(&chart::svg(&[], "</style><script>"));
        assert!(!picture.contains("<style>") && !picture.contains("<script>"), "{picture}");
    }

    #[test]
    fn backticks_mark_code_and_nothing_else() {
        assert_eq!(ticks("a `<b>` & c").to_string(), "a <code>&lt;b&gt;</code> &amp; c");
        assert_eq!(ticks("`<b>\n`a`").to_string(), "`&lt;b&gt;\n<code>a</code>");
    }

    #[test]
    fn the_idea_is_found_in_the_text() {
        let text = "Seen      x\nIdea      A server has\n          no last request.\nRead      y";
        assert_eq!(idea(text), "A server has no last request.");
        assert_eq!(idea("Seen x"), "");
    }
}
