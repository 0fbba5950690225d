//! The reports on made-up entries: tables, results and letters, with hostile names and output.
#![allow(missing_docs)]

mod made;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use grade::entry::{Entry, Verdict};
use grade::report::policy::Policy;
use grade::report::{Options, write_all};
use harness::failure::Outcome;
use harness::manifest::Manifest;
use lab_cli::course::Lab;
use made::{HOSTILE, PRINTED, class, fail, infos, labs, right};
use tempfile::TempDir;

const LATE: &str = r#"
    [default]
    per_day = 10
    grace = "15 min"
    [lab01]
    due = "2025-11-16T12:00[Europe/Kyiv]"
"#;

fn report(entries: &[Entry], labs: &[Lab], options: &Options) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_all(folder.path(), entries, &infos(labs), options).unwrap();
    folder
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn rows(folder: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(folder.join("gradebook.csv")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// Every file of a folder.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            files.extend(
                tree(&entry.path()).into_iter().map(|(inner, text)| (format!("{name}/{inner}"), text)),
            );
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    files
}

#[test]
fn the_gradebook_has_a_row_for_each_student_and_lab() {
    let labs = labs(&["lab01", "lab02"]);
    let mut late = right("Ada", &labs[0]);
    fail(&mut late, 1, Outcome::Failed, "x");
    late.submitted = Some("2025-11-18T10:00:01Z".parse::<jiff::Timestamp>().unwrap().as_second());
    let mut broken = right("Bob", &labs[0]);
    broken.verdict = Verdict::InfrastructureError;
    broken.reason = "the box could not be made".into();
    let mut rejected = right("Bob", &labs[1]);
    rejected.verdict = Verdict::Rejected;
    rejected.reason = "a link".into();
    rejected.checks.clear();
    let options = Options { policy: Some(Policy::parse(LATE).unwrap()), ..Options::default() };
    let folder = report(&[rejected, broken, late, right("Ada", &labs[1])], &labs, &options);

    let header = read(folder.path(), "gradebook.csv").lines().next().unwrap().to_string();
    assert!(
        header.starts_with("\"student\",\"lab\",\"outcome\",\"lab01/t1_answers_a_ping_with_pong\","),
        "{header}"
    );
    assert!(header.ends_with("\"total\",\"max\",\"late_days\",\"penalty\",\"final\",\"reason\""), "{header}");
    let rows = rows(folder.path());
    let cells =
        |row: usize, names: &[&str]| names.iter().map(|name| rows[row][*name].clone()).collect::<Vec<_>>();
    let names = [
        "student",
        "lab",
        "outcome",
        "lab01/t1_answers_every_ping",
        "total",
        "late_days",
        "penalty",
        "final",
        "reason",
    ];
    assert_eq!(cells(0, &names), ["Ada", "lab01", "failed", "0", "95", "3", "30", "66.5", "1 check failed"]);
    assert_eq!(cells(1, &names)[..4], ["Ada", "lab02", "passed", ""]);
    assert_eq!(cells(1, &names)[5..8], ["", "", &*rows[1]["total"]]);
    assert_eq!(
        cells(2, &names),
        ["Bob", "lab01", "infrastructure error", "", "", "1", "10", "", "the box could not be made"],
        "what was not judged is empty, not zero"
    );
    assert_eq!(cells(3, &names), ["Bob", "lab02", "rejected", "", "0", "", "", "0", "a link"]);
    assert_eq!(rows[2]["max"], "100");
}

#[test]
fn python_reads_the_same_back() {
    let labs = labs(&["lab01"]);
    let names = ["O'Neill, \"Jo\"", "Леся Українка", "a;b", "=1+1", "🦀", "line\nbreak"];
    let entries: Vec<Entry> = names.iter().map(|name| right(name, &labs[0])).collect();
    let folder = report(&entries, &labs, &Options::default());
    let script = "import csv,sys\nfor r in csv.DictReader(open(sys.argv[1],newline='',encoding='utf-8')): print(r['student']+'|'+r['final'])";
    let python =
        Command::new("python3").args(["-c", script]).arg(folder.path().join("gradebook.csv")).output();
    let Ok(output) = python else { return eprintln!("passed over: there is no python3") };
    let mut read: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(String::from).collect();
    read.sort();
    let mut expected: Vec<String> =
        names.map(|name| format!("{}|100", name.replace('=', "'=").replace('\n', "\\n"))).into();
    expected.sort();
    assert_eq!(read, expected);
}

#[test]
fn equal_entries_give_equal_files_in_whatever_order() {
    let labs = labs(&["lab01", "lab02"]);
    let mut entries = class(30, &labs);
    let one = report(&entries, &labs, &Options::default());
    fastrand::Rng::with_seed(1).shuffle(&mut entries);
    for (index, entry) in entries.iter_mut().enumerate() {
        entry.began_ms = 1000 + index as u64;
        entry.took_ms += 5;
    }
    let other = report(&entries, &labs, &Options::default());
    let (one, other) = (tree(one.path()), tree(other.path()));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (name, text) in one {
        assert!(text == other[&name], "{name} differs");
    }
}

/// A small class, whose whole files are kept beside this test; `LAB_BLESS=1` writes them anew.
#[test]
fn the_files_of_a_small_class_are_as_they_were() {
    let manifest = Manifest::parse(
        r#"
        title = "Two checks"
        chapter = "lab01.md"
        roles = ["server"]
        minutes = 5
        [[task]]
        number = 1
        title = "The server answers"
        file = "src/bin/server.rs"
        lines = 10
        [[check]]
        name = "t1_answers"
        task = 1
        points = 10
        section = "One context, one socket"
        hints = ["a", "b", "c"]
        [[check]]
        name = "t1_answers_every_ping"
        task = 1
        points = 5
        section = "The server answers for ever"
        hints = ["a", "b", "c"]
        "#,
    )
    .unwrap();
    let mut lab = labs(&["lab01"]).remove(0);
    lab.manifest = manifest;
    let mut ada = right("Ada Lovelace", &lab);
    fail(&mut ada, 1, Outcome::Failed, "pong");
    // How a timeline is drawn has tests of its own.
    ada.checks[1].explanation =
        "Expected  the reply to `ping`\nSeen      server ended with exit code 0".into();
    let mut broken = right("Alan Turing", &lab);
    broken.verdict = Verdict::InfrastructureError;
    broken.reason = "the box could not be made: no space left on device".into();
    let mut rejected = right("=cmd()", &lab);
    rejected.verdict = Verdict::Rejected;
    rejected.reason = "`labs/lab01/src/lib.rs` is a symbolic link".into();
    rejected.checks.clear();
    let options = Options { policy: Some(Policy::parse(LATE).unwrap()), ..Options::default() };
    let folder = report(&[ada, broken, rejected], &[lab], &options);
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for (name, kept) in [
        ("gradebook.csv", "gradebook.csv"),
        ("feedback/Ada Lovelace.md", "feedback.md"),
        ("results/Ada Lovelace.json", "results.json"),
        ("junit.xml", "junit.xml"),
    ] {
        let made = read(folder.path(), name);
        if std::env::var_os("LAB_BLESS").is_some() {
            fs::create_dir_all(&golden).unwrap();
            fs::write(golden.join(kept), &made).unwrap();
        }
        assert_eq!(made, read(&golden, kept), "{kept}");
    }
}

/// The worst that can come: everybody fails everything, and is told a lot.
#[test]
fn the_page_of_the_largest_class_stays_light() {
    let labs = labs(&["lab01", "lab02", "lab03", "lab04", "lab05"]);
    let mut entries = Vec::new();
    for number in 0..200 {
        for lab in &labs {
            let mut entry = right(&format!("student {number}"), lab);
            for check in &mut entry.checks {
                check.outcome = Outcome::Failed;
                check.expected = "the reply to `ping`".into();
                check.seen = "x".repeat(1000);
                check.explanation = "Idea      A server has no last request.".into();
            }
            entry.verdict = Verdict::Failed;
            entries.push(entry);
        }
    }
    let folder = report(&entries, &labs, &Options::default());
    let page = read(folder.path(), "report.html");
    assert!(page.len() < 20 << 20, "{} bytes", page.len());
    assert!(page.contains("too large for one page to tell everything"), "and says what it leaves out");
}

#[test]
fn the_newest_entry_counts() {
    let labs = labs(&["lab01"]);
    let mut old = right("Ada", &labs[0]);
    fail(&mut old, 0, Outcome::Failed, "x");
    let mut new = right("Ada", &labs[0]);
    new.began_ms = 2;
    let folder = report(&[new.clone(), old.clone()], &labs, &Options::default());
    assert_eq!(rows(folder.path())[0]["outcome"], "passed");
    old.began_ms = 2;
    let folder = report(&[new, old], &labs, &Options::default());
    assert_eq!(rows(folder.path())[0]["outcome"], "failed", "of two at the same time the last");
}

#[test]
fn every_student_has_files_of_a_safe_name() {
    let labs = labs(&["lab01"]);
    let long = "ы".repeat(300);
    let names = HOSTILE.iter().copied().chain([&*long, "Ada", "ADA", "a_b", "", ".."]);
    let entries: Vec<Entry> = names.map(|name| right(name, &labs[0])).collect();
    let folder = report(&entries, &labs, &Options::default());
    let files = tree(folder.path());
    let letters = files.keys().filter(|name| name.starts_with("feedback/")).count();
    let results = files.keys().filter(|name| name.starts_with("results/")).count();
    assert_eq!(
        (letters, results, files.len()),
        (entries.len(), entries.len(), 2 * entries.len() + 3),
        "{:?}",
        files.keys()
    );
    assert!(files.contains_key("feedback/a_b.md") && files.contains_key("feedback/Леся Українка.md"));

    // A student who is gone leaves nothing behind, and what is not ours stays.
    fs::write(folder.path().join("feedback/notes.md"), "mine").unwrap();
    write_all(folder.path(), &entries[..1], &infos(&labs), &Options::default()).unwrap();
    let files = tree(folder.path());
    assert_eq!(files.len(), 3 + 2 + 1, "{:?}", files.keys());
}

#[test]
fn nothing_steers_a_terminal() {
    let labs = labs(&["lab01", "lab02"]);
    let folder = report(&class(40, &labs), &labs, &Options::default());
    for (name, text) in tree(folder.path()) {
        let text = String::from_utf8(text).unwrap();
        let bad = text
            .chars()
            .find(|char| (char.is_control() && *char != '\n') || matches!(char, '\u{202a}'..='\u{202e}'));
        assert_eq!(bad, None, "{name}");
        assert!(!text.contains("/home/prof"), "{name} names a path of the machine");
    }
}

#[test]
fn gradescope_gets_scores_and_never_a_zero_for_the_machine() {
    let labs = labs(&["lab01", "lab02"]);
    let mut failed = right("Ada", &labs[0]);
    fail(&mut failed, 1, Outcome::Failed, PRINTED);
    let mut broken = right("Bob", &labs[0]);
    broken.verdict = Verdict::InfrastructureError;
    let options = Options { policy: Some(Policy::parse(LATE).unwrap()), ..Options::default() };
    failed.submitted = Some("2025-11-16T18:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second());
    let folder = report(&[failed, broken, right("Bob", &labs[1])], &labs, &options);
    let json = |name: &str| serde_json::from_str::<serde_json::Value>(&read(folder.path(), name)).unwrap();

    let ada = json("results/Ada.json");
    assert_eq!(ada["score"], 85.5, "95 points, 10 % off");
    assert_eq!(ada["tests"][1]["score"], 0);
    assert_eq!(ada["tests"][1]["status"], "failed");
    assert_eq!(ada["tests"][1]["number"], "1.2");
    assert_eq!(ada["tests"][0]["max_score"], 10);
    assert!(ada["tests"][1]["output"].as_str().unwrap().contains("\\x1b[2J"));
    assert!(ada["output"].as_str().unwrap().contains("1 day late, which costs 10 %"), "{}", ada["output"]);
    for test in ada["tests"].as_array().unwrap() {
        assert!(test["visibility"] == "visible" && test["output_format"] == "text", "{test}");
    }

    let bob = json("results/Bob.json");
    assert!(
        bob.get("score").is_none() && bob["output"].as_str().unwrap().contains("not judged yet"),
        "{bob}"
    );
    assert!(bob["tests"].as_array().unwrap().iter().all(|test| test.get("score").is_none()));
}

#[test]
fn junit_tells_failures_from_errors() {
    let labs = labs(&["lab01"]);
    let mut failed = right("<Ada>", &labs[0]);
    fail(&mut failed, 1, Outcome::Failed, PRINTED);
    failed.checks[2].outcome = Outcome::NotRun;
    let mut broken = right("Bob", &labs[0]);
    broken.verdict = Verdict::InfrastructureError;
    let mut rejected = right("Eve", &labs[0]);
    rejected.verdict = Verdict::Rejected;
    rejected.reason = "a link".into();
    rejected.checks.clear();
    let folder = report(&[failed, broken, rejected], &labs, &Options::default());
    let text = read(folder.path(), "junit.xml");
    let document = roxmltree::Document::parse(&text).unwrap();
    let count = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
    let checks = labs[0].manifest.checks.len();
    assert_eq!(
        (count("testcase"), count("failure"), count("error"), count("skipped")),
        (2 * checks + 1, checks + 1, 1, 1)
    );
    assert!(document.descendants().any(|node| node.attribute("classname") == Some("<Ada>")));
}

#[test]
fn a_letter_explains_and_can_be_replayed() {
    let labs = labs(&["lab01"]);
    let mut failed = right("<b>Ada</b>", &labs[0]);
    fail(&mut failed, 1, Outcome::Failed, PRINTED);
    let folder = report(&[failed.clone()], &labs, &Options::default());
    let letter = |folder: &Path| {
        let name = fs::read_dir(folder.join("feedback")).unwrap().next().unwrap().unwrap();
        fs::read_to_string(name.path()).unwrap()
    };
    let text = letter(folder.path());
    assert!(text.contains("# &lt;b&gt;Ada&lt;/b&gt;\n"), "{text}");
    assert!(text.contains("### `t1_answers_every_ping` (0 of 5 points)"), "{text}");
    assert!(text.contains("`LAB_SEED=4711 cargo test -p lab01 t1_answers_every_ping`"), "{text}");
    assert!(text.contains("Read `docs/src/lab01.md#the-server-answers-for-ever`"), "{text}");
    assert!(text.contains("| 1 | The server answers | 20 of 25 |"), "{text}");
    let fenced = text.split("`````").nth(1).unwrap();
    assert!(fenced.contains("<script>") && fenced.contains("# heading"), "all of it is in the fence: {text}");

    // A hidden check's values stay hidden.
    let options = Options { brief_feedback: true, ..Options::default() };
    let folder = report(&[failed.clone()], &labs, &options);
    let json = tree(&folder.path().join("results")).into_values().next().unwrap();
    for text in [letter(folder.path()), String::from_utf8(json).unwrap()] {
        for secret in ["4711", "owned", "Expected", "waits for ever", "ms  "] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        assert!(
            text.contains("A server has no last request") && text.contains("The server answers for ever"),
            "{text}"
        );
    }
    // Where some are named, only these.
    let options = Options { hidden: ["lab01/t5_accepts_what_works".into()].into(), ..options };
    let folder = report(&[failed], &labs, &options);
    assert!(letter(folder.path()).contains("4711"));
}

#[test]
fn a_policy_that_names_nobody_is_refused_before_anything_is_written() {
    let labs = labs(&["lab01", "lab02"]);
    let folder = tempfile::tempdir().unwrap();
    let refused = |policy: &str| {
        let options = Options { policy: Some(Policy::parse(policy).unwrap()), ..Options::default() };
        let entries = [right("Ada Lovelace", &labs[0])];
        let error = write_all(&folder.path().join("out"), &entries, &infos(&labs), &options).unwrap_err();
        assert!(!folder.path().join("out").exists());
        error.to_string()
    };
    let error = refused("[extensions]\n\"ada lovelac\" = 3");
    assert!(error.contains("Is \"Ada Lovelace\" meant?"), "{error}");
    let error = refused("[lab1]\ndue = 2025-11-16T12:00:00Z");
    assert!(error.contains("Is \"lab01\" meant?"), "{error}");
    // A lab of the course that nobody is judged in is no mistake.
    let policy = Policy::parse("[lab02]\ndue = 2025-11-16T12:00:00Z").unwrap();
    report(&[right("Ada", &labs[0])], &labs, &Options { policy: Some(policy), ..Options::default() });
}
