//! A whole class in one go, where `LAB_CLASS` says how many students: right programs, known mistakes, starters and attacks, each with what must come out.
//!
//! It prints what a submission costs and how much memory the grader held, and beside it what one costs without the grader:
//! `cargo test -p lab01` in a fresh clone. `LAB_CLASS_FOLDER` says where submissions and reports are left, for `slurm/try`.
//!
//! `LAB_CLASS=200 cargo test -p grade --test whole_class -- --nocapture --test-threads 1`
//!
//! `LAB_MISTAKES=lab08` hands in all known mistakes of a lab instead, and each must fail in a box as it fails without one.

mod attacks;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use attacks::Attack;
use grade::entry::{Entry, Verdict};
use grade::journal;
use serde::Deserialize;

/// What of a `mistake.toml` is needed here.
#[derive(Clone, Debug, Deserialize)]
struct Mistake {
    check: String,
    #[serde(default)]
    also: Vec<String>,
    #[serde(default)]
    sometimes: Vec<String>,
}

/// What must come out.
enum Wanted {
    All,
    Starter,
    Mistake(Mistake),
    Attack(Box<Attack>),
}

/// The known mistakes of a lab that are written in Rust, by name, and the programs that are right in another way than the reference.
fn mistakes(lab: &str) -> Vec<(String, Option<Mistake>)> {
    let folder = attacks::root().join("tests/mistakes").join(lab);
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names.retain(|name| !differences(lab, name).is_empty());
    let read = |name: &String| {
        let text = fs::read_to_string(folder.join(name).join("mistake.toml")).ok()?;
        Some(toml::from_str(&text).unwrap())
    };
    names.into_iter().map(|name| (name.clone(), read(&name))).collect()
}

/// The files in Rust of a mistake.
fn differences(lab: &str, mistake: &str) -> Vec<PathBuf> {
    let folder = attacks::root().join("tests/mistakes").join(lab).join(mistake);
    let files = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|kind| kind == "rs")).collect()
}

/// The reference, with the files of a mistake in their place.
fn lay(lab: &str, student: &str, submissions: &Path, mistake: Option<&str>) {
    let sources = attacks::hand_in(&format!("solutions/{lab}"), submissions, student).join("src");
    for from in mistake.map(|name| differences(lab, name)).unwrap_or_default() {
        let file = from.file_name().unwrap();
        let program = sources.join("bin").join(file);
        fs::copy(&from, if program.exists() { program } else { sources.join(file) }).unwrap();
    }
}

/// Makes a class, and says what must come out for each student.
fn class(submissions: &Path, students: usize) -> Vec<(String, Wanted)> {
    let (mistakes, attacks) = (mistakes("lab01"), attacks::all());
    let wrong = mistakes.into_iter().filter_map(|(name, mistake)| Some((name, mistake?))).collect::<Vec<_>>();
    let (mut wrong, mut hostile) = (wrong.into_iter().cycle(), attacks.into_iter().cycle());
    let mut wanted = Vec::new();
    for number in 0..students {
        let kind = ["right", "wrong", "hostile", "wrong", "right", "wrong", "starter", "wrong"][number % 8];
        let student = format!("{number:03} {kind}");
        let expected = match kind {
            "wrong" => {
                let (name, mistake) = wrong.next().unwrap();
                lay("lab01", &student, submissions, Some(&name));
                Wanted::Mistake(mistake)
            }
            "hostile" => {
                let attack = Attack { student: Some(student.clone()), ..hostile.next().unwrap() };
                attack.lay(submissions);
                Wanted::Attack(Box::new(attack))
            }
            "starter" => {
                attacks::hand_in("labs/lab01", submissions, &student);
                Wanted::Starter
            }
            _ => {
                lay("lab01", &student, submissions, None);
                Wanted::All
            }
        };
        wanted.push((student, expected));
    }
    wanted
}

/// Why an entry is not what must come out; none where it is.
fn complaint(entry: &Entry, wanted: &Wanted) -> Option<String> {
    let told = || format!("{:?}: {} ({} of {})", entry.verdict, entry.reason, entry.total(), entry.max());
    let right = match wanted {
        Wanted::All => entry.verdict == Verdict::Passed && entry.total() == entry.max(),
        Wanted::Starter => entry.verdict == Verdict::Failed && entry.total() <= 1,
        Wanted::Attack(attack) => {
            attack.expect.contains(&entry.verdict) && entry.reason.contains(&attack.says)
        }
        Wanted::Mistake(mistake) => {
            let red = entry.checks.iter().filter(|check| !check.outcome.is_green());
            let named = |name: &String| {
                *name == mistake.check || mistake.also.contains(name) || mistake.sometimes.contains(name)
            };
            let odd: Vec<&str> =
                red.filter(|check| !named(&check.name)).map(|check| check.name.as_str()).collect();
            if !odd.is_empty() {
                return Some(format!("{odd:?} should pass; {}", told()));
            }
            let red = |name: &String| {
                entry.checks.iter().any(|check| check.name == *name && !check.outcome.is_green())
            };
            let fine: Vec<&String> =
                mistake.also.iter().chain([&mistake.check]).filter(|name| !red(name)).collect();
            if !fine.is_empty() {
                return Some(format!("{fine:?} should fail; {}", told()));
            }
            entry.verdict != Verdict::Passed
        }
    };
    (!right).then(told)
}

/// The most memory that a process has held so far, in KiB.
fn peak(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

/// How many students there are to be; none where `LAB_CLASS` does not say.
fn students() -> Option<usize> {
    let students =
        std::env::var("LAB_CLASS").ok().and_then(|count| count.parse().ok()).filter(|count| *count > 0);
    if students.is_none() {
        println!("LAB_CLASS does not say how many students");
    }
    students
}

/// How long a command takes that must succeed, in seconds.
fn seconds(command: &mut Command) -> f64 {
    let began = Instant::now();
    let output = command.env_remove("RUST_BACKTRACE").output().unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{text}", output.status);
    began.elapsed().as_secs_f64()
}

/// How many right submissions are judged to see what one costs.
const RIGHT: usize = 24;

/// Nothing is asserted but that all pass: a machine may be slow.
#[test]
fn what_a_right_submission_costs() {
    if students().is_none() {
        return;
    }
    assert!(attacks::boxes(), "boxes cannot be made here");
    let place = tempfile::tempdir().unwrap();
    let submissions = place.path().join("submissions");
    for number in 0..RIGHT {
        lay("lab01", &format!("{number:03}"), &submissions, None);
    }
    let judge = |out: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_grade"));
        command.arg(&submissions).args(["--lab", "01", "--seed", "7", "--out"]).arg(place.path().join(out));
        seconds(&mut command)
    };
    judge("warms up");
    let took = judge("counts");
    let cores = std::thread::available_parallelism().unwrap().get();
    let each = took * ms(cores as u64) / ms(RIGHT as u64);
    println!("{RIGHT} right submissions to lab 01: {took:.1} s on {cores} cores, {each:.2} s of a core each");
    let clone = place.path().join("clone");
    seconds(Command::new("git").args(["clone", "--quiet"]).arg(attacks::root()).arg(&clone));
    attacks::copy(&clone.join("solutions/lab01/src"), &clone.join("labs/lab01/src"));
    let mut plain = Command::new("cargo");
    plain.args(["test", "-p", "lab01"]).current_dir(&clone).env("CARGO_TARGET_DIR", clone.join("target"));
    let plain = seconds(&mut plain);
    let times = plain * ms(cores as u64) / each;
    println!("`cargo test -p lab01` in a fresh clone: {plain:.1} s, {times:.0} times as much");
}

#[test]
fn a_whole_class_comes_out_as_it_must() {
    let Some(students) = students() else { return };
    assert!(attacks::boxes(), "attacks are judged in boxes only, and none can be made here");
    let place = tempfile::tempdir().unwrap();
    let folder = std::env::var_os("LAB_CLASS_FOLDER").map_or(place.path().to_path_buf(), Into::into);
    let (submissions, out) = (folder.join("submissions"), folder.join("report"));
    assert!(!submissions.exists() && !out.exists(), "{} is in use", folder.display());
    let wanted = class(&submissions, students);
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_grade"))
        .arg(&submissions)
        .args(["--lab", "01", "--seed", "7", "--budget", "60", "--out"])
        .arg(&out)
        .env_remove("RUST_BACKTRACE")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut most = 0;
    let status = loop {
        most = most.max(peak(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let took = began.elapsed().as_secs_f64();
    let cores = std::thread::available_parallelism().unwrap().get();
    println!("{students} students: {took:.0} s on {cores} cores, {most} KiB at most");
    let (_, entries) = journal::read(&out).unwrap();
    for kind in ["right", "wrong", "starter", "hostile"] {
        let of_kind: Vec<&Entry> = entries.iter().filter(|entry| entry.student.ends_with(kind)).collect();
        let total: u64 = of_kind.iter().map(|entry| entry.took_ms).sum();
        let count = of_kind.len().max(1);
        println!(
            "{kind}: {count}, {:.2} s each, with others beside it",
            ms(total) / 1000.0 / ms(count as u64)
        );
    }
    let mut complaints = Vec::new();
    for (student, wanted) in &wanted {
        let entry = entries.iter().find(|entry| entry.student == *student);
        let complaint = entry.map_or(Some("not in the journal".into()), |entry| complaint(entry, wanted));
        complaints.extend(complaint.map(|complaint| format!("{student}: {complaint}")));
    }
    assert!(complaints.is_empty(), "{status}\n{complaints:#?}");
    assert!(most < 300 << 10, "the grader held {most} KiB");
}

/// What of the known mistakes comes out otherwise in a box, and why.
const NOT_IN_A_BOX: [(&str, &str); 2] = [
    ("opens-early", "it opens files by /proc, which a box does not have"),
    ("second-signal-kills", "it uses a package that the lab does not have"),
];

#[test]
fn the_mistakes_of_a_lab_come_out_in_boxes_as_without() {
    let Ok(lab) = std::env::var("LAB_MISTAKES") else {
        println!("LAB_MISTAKES names no lab, as in lab08");
        return;
    };
    assert!(attacks::boxes(), "boxes cannot be made here");
    let place = tempfile::tempdir().unwrap();
    let (submissions, out) = (place.path().join("submissions"), place.path().join("report"));
    let mut mistakes = mistakes(&lab);
    mistakes.retain(|(name, _)| NOT_IN_A_BOX.iter().all(|(other, _)| name != other));
    assert!(!mistakes.is_empty(), "there is no {lab}");
    for (name, _) in &mistakes {
        lay(&lab, name, &submissions, Some(name));
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_grade"));
    command.arg(&submissions).args(["--lab", &lab, "--seed", "7", "--budget", "300", "--out"]).arg(&out);
    let took = seconds(&mut command);
    println!("{} mistakes of {lab} in boxes: {took:.0} s", mistakes.len());
    let (_, entries) = journal::read(&out).unwrap();
    let complaints = mistakes.into_iter().filter_map(|(name, mistake)| {
        let entry = entries.iter().find(|entry| entry.student == name).unwrap();
        let wanted = mistake.map_or(Wanted::All, Wanted::Mistake);
        Some(format!("{name}: {}", complaint(entry, &wanted)?))
    });
    let complaints: Vec<String> = complaints.collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
}

/// A count as a number that can be divided.
#[allow(clippy::cast_precision_loss)] // far below 2^52
fn ms(count: u64) -> f64 {
    count as f64
}
