//! The `lab` command, tried on a small course of its own, so that a student's half-done labs never turn it red.
//!
//! The fixture's suite is a program without dependencies that leaves the records it is told to leave.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

const MANIFEST: &str = r#"
title = "A lab"
chapter = "lab01.md"
roles = []
minutes = 1
[[task]]
number = 1
title = "First"
file = "src/main.rs"
lines = 1
[[task]]
number = 2
title = "Second"
file = "src/main.rs"
lines = 1
further = true
[[check]]
name = "t1_works"
task = 1
points = 7
section = "Work"
hints = ["a nudge", "a push", "the answer"]
[[check]]
name = "t2_works_further"
task = 2
points = 3
section = "Work"
hints = ["a", "b", "c"]
"#;

/// A suite that copies `outcomes/*.json` of the lab's folder to where records belong.
const SUITE: &str = r#"
fn main() {
    let records = std::path::PathBuf::from(std::env::var_os("LAB_RECORDS").unwrap());
    println!("test t1_works ... ok");
    for check in ["t1_works", "t2_works_further"] {
        let text = std::fs::read_to_string(format!("outcomes/{check}.json")).unwrap();
        std::fs::create_dir_all(records.join(check)).unwrap();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
        std::fs::write(records.join(check).join("record.json"), text.replace("\"NOW\"", &now.to_string())).unwrap();
    }
    let ran = records.join("ran");
    std::fs::write(&ran, "x".repeat(std::fs::read(&ran).unwrap_or_default().len() + 1)).unwrap();
}
"#;

/// A course of two labs, whose checks have these outcomes.
fn course(outcomes: [[&str; 2]; 2]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"labs/*\"]\n");
    for (number, [first, second]) in (1..).zip(outcomes) {
        let lab = format!("labs/lab0{number}");
        let package = format!(
            "[package]\nname = \"lab0{number}\"\nedition = \"2024\"\n[[test]]\nname = \"lab0{number}\"\npath = \"suite.rs\"\nharness = false\n"
        );
        write(&format!("{lab}/Cargo.toml"), &package);
        write(&format!("{lab}/lab.toml"), MANIFEST);
        write(&format!("{lab}/src/main.rs"), "fn main() {}");
        write(&format!("{lab}/suite.rs"), SUITE);
        write(&format!("{lab}/outcomes/t1_works.json"), &record("t1_works", first));
        write(&format!("{lab}/outcomes/t2_works_further.json"), &record("t2_works_further", second));
    }
    root
}

fn record(check: &str, outcome: &str) -> String {
    format!(
        r#"{{"package": "p", "check": "{check}", "task": 1, "points": 7, "outcome": "{outcome}", "expected": "", "seen": "",
            "mistake": null, "todo": null, "read": "", "explanation": "WHY {check} IS {outcome}", "seed": 1,
            "deadline_ms": 1, "began_ms": "NOW", "took_ms": 0, "timeline": []}}"#
    )
}

/// Runs the command on a course and gives its output and exit code.
fn lab(root: &Path, arguments: &[&str]) -> (String, i32) {
    let mut command = Command::cargo_bin("lab").unwrap();
    let output = command.args(arguments).env("LAB_ROOT", root).env("LANG", "C.UTF-8").output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.code().unwrap())
}

fn runs(root: &Path, lab: &str) -> usize {
    fs::read(root.join("target/labs").join(lab).join("ran")).unwrap_or_default().len()
}

#[test]
fn the_overview_stops_at_the_first_red_lab_and_ends_with_0() {
    let root = course([["passed", "failed"], ["failed", "todo"]]);
    let (text, code) = lab(root.path(), &[]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("lab01  A lab") && text.contains("1 of 2"), "{text}");
    assert!(text.contains("WHY t1_works IS failed"), "{text}");
    let here = text.lines().find(|line| line.contains("you are here")).unwrap();
    assert!(here.contains("lab02"), "a further task must not keep one in lab01: {text}");
}

#[test]
fn a_green_lab_is_judged_again_only_when_something_changed() {
    let root = course([["passed", "passed"], ["failed", "todo"]]);
    lab(root.path(), &[]);
    lab(root.path(), &[]);
    assert_eq!(runs(root.path(), "lab01"), 1);
    assert_eq!(runs(root.path(), "lab02"), 2);
    let source = root.path().join("labs/lab01/src/main.rs");
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
    fs::File::options().write(true).open(source).unwrap().set_modified(later).unwrap();
    lab(root.path(), &[]);
    assert_eq!(runs(root.path(), "lab01"), 2);
}

#[test]
fn the_map_tells_of_a_lab_that_changed_since_it_was_judged() {
    let root = course([["passed", "failed"], ["failed", "todo"]]);
    lab(root.path(), &["check", "lab02"]);
    // Lab 01 is the first that is not green now, so lab 02 is not judged again.
    fs::write(root.path().join("labs/lab01/outcomes/t1_works.json"), record("t1_works", "failed")).unwrap();
    let (text, _) = lab(root.path(), &[]);
    assert!(!text.contains("changed since"), "{text}");
    let source = root.path().join("labs/lab02/src/main.rs");
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
    fs::File::options().write(true).open(source).unwrap().set_modified(later).unwrap();
    let (text, _) = lab(root.path(), &[]);
    let line = text.lines().find(|line| line.contains("changed since")).unwrap_or_default();
    assert!(line.contains("lab02"), "{text}");
}

#[test]
fn check_ends_with_1_when_red_and_0_when_green() {
    let root = course([["passed", "todo"], ["hung", "not-run"]]);
    let (text, code) = lab(root.path(), &["check", "lab01"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("7 of 10 points"), "{text}");
    let (text, code) = lab(root.path(), &["check", "2"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("hangs") && text.contains("not run") && text.contains("0 of 10 points"), "{text}");
    let (text, code) = lab(root.path(), &["check"]);
    assert_eq!(code, 1, "{text}");
}

#[test]
fn a_lab_that_does_not_compile_is_named() {
    let root = course([["passed", "todo"], ["failed", "todo"]]);
    fs::write(root.path().join("labs/lab01/suite.rs"), "fn main() { oops }").unwrap();
    let (text, code) = lab(root.path(), &[]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("lab01 does not compile") && text.contains("oops"), "{text}");
    assert_eq!(lab(root.path(), &["check", "lab01"]).1, 1);
}

#[test]
fn hints_become_clearer_each_time() {
    let root = course([["failed", "todo"], ["failed", "todo"]]);
    let first = lab(root.path(), &["hint", "lab01", "1"]).0;
    assert!(first.contains("a nudge") && !first.contains("a push"), "{first}");
    let second = lab(root.path(), &["hint", "1", "1"]).0;
    assert!(second.contains("a push") && !second.contains("the answer"), "{second}");
    lab(root.path(), &["hint", "01"]);
    let last = lab(root.path(), &["hint", "lab01"]).0;
    assert!(last.contains("the answer") && last.contains("That was the last hint"), "{last}");
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let root = course([["failed", "todo"], ["failed", "todo"]]);
    let (text, code) = lab(root.path(), &["hint", "lab09"]);
    assert!(code == 2 && text.contains("there are lab01, lab02"), "{text}");
    let (text, code) = lab(root.path(), &["hint", "lab01", "9"]);
    assert!(code == 2 && text.contains("its tasks are 1 to 2"), "{text}");
    let (text, code) = lab(&root.path().join("nowhere"), &[]);
    assert!(code == 2 && text.contains("nowhere"), "{text}");
    fs::write(root.path().join("labs/lab01/lab.toml"), "title = 3").unwrap();
    let (text, code) = lab(root.path(), &[]);
    assert!(code == 2 && text.contains("lab.toml is wrong"), "{text}");
}

#[test]
fn without_utf8_everything_is_ascii() {
    let root = course([["passed", "failed"], ["failed", "todo"]]);
    let mut command = Command::cargo_bin("lab").unwrap();
    let output = command.env("LAB_ROOT", root.path()).env("LC_ALL", "C").output().unwrap();
    assert!(output.stdout.is_ascii(), "{}", String::from_utf8_lossy(&output.stdout));
}
