//! The same class comes out the same: without boxes, in boxes, in parts that are merged, and when the grader is killed and started again. And whoever
//! runs it is told what came out, and what is wrong with the command.

mod attacks;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use harness::failure::Outcome;

/// A student, what stands in the place of a file of the reference, and what must come out.
type Student = (&'static str, &'static [(&'static str, &'static str)], &'static str);

/// The class.
const CLASS: [Student; 7] = [
    ("Ada", &[], "passed"),
    ("Alan", &[("src/bin/client.rs", "tests/mistakes/lab01/client-adds-newline/client.rs")], "failed"),
    ("Barbara", &[("src/bin/server.rs", "tests/mistakes/lab01/adds-newline/server.rs")], "failed"),
    ("Edsger, W.", &[("src/bin/server.rs", "README.md")], "does not build"),
    ("Grace", &[("src/bin/client.rs", "tests/mistakes/lab01/chats/client.rs")], "failed"),
    ("Tony", &[("src/bin/server.rs", "")], "does not build"),
    ("Zed", &[], "passed"),
];

/// The class as folders, and a roster on which one student handed nothing in.
fn class(place: &Path) -> std::path::PathBuf {
    let submissions = place.join("submissions");
    let mut roster = String::from("student,submission\nNobody,nobody\n");
    for (number, (student, files, _)) in CLASS.into_iter().enumerate() {
        let folder = format!("upload{number}");
        roster.extend(["\"", student, "\",", &folder, "\n"]);
        let lab = attacks::hand_in("solutions/lab01", &submissions, &folder);
        for (file, from) in files {
            match *from {
                "" => fs::remove_file(lab.join(file)).unwrap(),
                from => drop(fs::copy(attacks::root().join(from), lab.join(file)).unwrap()),
            }
        }
    }
    fs::write(submissions.join("roster.csv"), roster).unwrap();
    submissions
}

fn command(submissions: &Path, out: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_grade"));
    command.arg(submissions).args(["--lab", "01", "--seed", "7", "--out"]).arg(out);
    if !more.contains(&"--deadline") {
        command.args(["--deadline", "10"]);
    }
    command.args(more).env_remove("RUST_BACKTRACE").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn gradebook(out: &Path) -> String {
    fs::read_to_string(out.join("gradebook.csv")).unwrap()
}

const TRUST: [&str; 2] = ["--i-trust-these", "--no-box"];

#[test]
fn the_same_class_comes_out_the_same_however_it_is_judged() {
    let place = tempfile::tempdir().unwrap();
    let submissions = class(place.path());
    let out = |name: &str| place.path().join(name);
    let whole = command(&submissions, &out("whole"), &TRUST).output().unwrap();
    assert!(whole.status.success(), "{}", text(&whole));
    let wanted = gradebook(&out("whole"));
    for (student, _, outcome) in CLASS.into_iter().chain([("Nobody", &[][..], "missing")]) {
        let mut lines = csv::Reader::from_reader(wanted.as_bytes());
        let line = lines.records().map(Result::unwrap).find(|line| &line[0] == student);
        let line = line.unwrap_or_else(|| panic!("{student} is missing in\n{wanted}"));
        assert_eq!(&line[2], outcome, "{student}\n{wanted}");
    }

    // In three parts, merged in another order.
    for part in ["1/3", "2/3", "3/3"] {
        let folder = out(&part.replace('/', "-"));
        let part =
            command(&submissions, &folder, &[&TRUST[..], &["--shard", part]].concat()).output().unwrap();
        assert!(part.status.success(), "{}", text(&part));
    }
    let merged = Command::new(env!("CARGO_BIN_EXE_grade"))
        .arg("merge")
        .args([out("3-3"), out("1-3"), out("2-3")])
        .arg("--out")
        .arg(out("merged"))
        .output()
        .unwrap();
    assert!(merged.status.success(), "{}", text(&merged));
    assert_eq!(gradebook(&out("merged")), wanted);

    // Killed when some are judged, and started again.
    let resumed = out("resumed");
    let mut killed = command(&submissions, &resumed, &TRUST).spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(300);
    let lines = || fs::read_to_string(resumed.join("journal.jsonl")).unwrap_or_default().lines().count();
    while lines() < 4 && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(5));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let before = lines();
    assert!(!resumed.join("gradebook.csv").exists(), "it was not killed in time");
    let again = command(&submissions, &resumed, &TRUST).output().unwrap();
    assert!(again.status.success(), "{}", text(&again));
    assert!(text(&again).contains("were in the journal already"), "{}", text(&again));
    assert_eq!(gradebook(&resumed), wanted);
    // The head, and one line for each: nothing was judged twice.
    assert_eq!((before.min(4), lines()), (4, 1 + CLASS.len() + 1));

    if attacks::boxes() {
        let boxed = command(&submissions, &out("boxed"), &[]).output().unwrap();
        assert!(boxed.status.success(), "{}", text(&boxed));
        assert_eq!(gradebook(&out("boxed")), wanted);
    }

    // What has changed is said, and judged again when asked.
    let server = submissions.join("upload1/labs/lab01/src/bin/client.rs");
    fs::copy(attacks::root().join("solutions/lab01/src/bin/client.rs"), server).unwrap();
    let kept = command(&submissions, &out("whole"), &TRUST).output().unwrap();
    assert!(text(&kept).contains("1 of these have changed since"), "{}", text(&kept));
    assert_eq!(gradebook(&out("whole")), wanted);
    let changed = command(&submissions, &out("whole"), &[&TRUST[..], &["--regrade", "changed"]].concat());
    let changed = { changed }.output().unwrap();
    assert!(text(&changed).contains("1 judged now, 7 were in the journal already"), "{}", text(&changed));
    let table = gradebook(&out("whole"));
    assert!(table.contains(r#""Alan","lab01","passed","#), "{}{table}", text(&changed));
}

/// At home a check that hangs ends its task. Here each check is carried out: what comes after one that hung may work.
#[test]
fn no_check_is_left_out_after_one_that_hung() {
    let place = tempfile::tempdir().unwrap();
    let submissions = place.path().join("submissions");
    let lab = attacks::hand_in("solutions/lab01", &submissions, "Ada");
    let wrong = "tests/mistakes/lab01/reads-standard-input-first/client.rs";
    fs::copy(attacks::root().join(wrong), lab.join("src/bin/client.rs")).unwrap();
    let out = place.path().join("out");
    let output = command(&submissions, &out, &[&TRUST[..], &["--deadline", "2"]].concat()).output().unwrap();
    let (_, entries) =
        grade::journal::read(&out).unwrap_or_else(|error| panic!("{error:#}\n{}", text(&output)));
    let outcome = |name: &str| entries[0].checks.iter().find(|check| check.name == name).unwrap().outcome;
    assert_eq!(outcome("t5_accepts_what_works"), Outcome::Hung);
    assert_eq!(outcome("t5_refuses_wrong_arguments"), Outcome::Passed);
    assert!(
        entries[0].checks.iter().all(|check| check.outcome != Outcome::NotRun),
        "{:?}",
        entries[0].checks
    );
}

/// What a lab's program may need and a box does not have is missed here: a device, a variable, a file of the system.
#[test]
fn the_reference_of_every_lab_passes_in_boxes() {
    if !attacks::boxes() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let labs = fs::read_dir(attacks::root().join("solutions")).unwrap();
    let labs: Vec<String> = labs.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let mut command = command(&place.path().join("submissions"), &place.path().join("out"), &[]);
    for lab in &labs {
        attacks::hand_in(&format!("solutions/{lab}"), &place.path().join("submissions"), "Ada");
        command.args(["--lab", lab]);
    }
    let output = command.output().unwrap();
    let table = gradebook(&place.path().join("out"));
    assert_eq!(table.matches(r#","passed","#).count(), labs.len(), "{}{table}", text(&output));
}

#[test]
fn a_wrong_command_is_refused_before_anything_is_judged() {
    let place = tempfile::tempdir().unwrap();
    let submissions = class(place.path());
    let out = place.path().join("out");
    let refused = |more: &[&str], says: &str| {
        let output = command(&submissions, &out, more).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{more:?}: {}", text(&output));
        assert!(text(&output).contains(says), "{more:?}: {}", text(&output));
        assert!(!text(&output).contains("panicked"), "{more:?}: {}", text(&output));
    };
    refused(&["--lab", "99"], "there is no lab `99`");
    refused(&["--shard", "4/3"], "not a part of a class");
    refused(&["--shard", "0/3"], "not a part of a class");
    refused(&["--budget", "0"], "not a time in seconds");
    refused(&["--policy", "/no/such/policy.toml"], "/no/such/policy.toml");
    refused(&["--roster", "/no/such/roster.csv"], "/no/such/roster.csv");
    refused(&["--no-box"], "--i-trust-these");
    assert!(!out.join("journal.jsonl").exists());
    let nowhere = command(Path::new("/no/such/folder"), &out, &[]).output().unwrap();
    assert!(text(&nowhere).contains("/no/such/folder"), "{}", text(&nowhere));
}
