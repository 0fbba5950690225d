//! Every attack of `tests/attacks/` is handed in beside right submissions, and judged in boxes in one run: it comes out as its `attack.toml` says,
//! harms nothing, and those beside it are judged right.
//!
//! Where no boxes can be made (`cargo grade doctor` says why) these tests are ignored: attacks are never run without a box.

mod attacks;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::LazyLock;

use grade::entry::{Entry, Verdict};
use grade::journal;
use libtest_mimic::{Arguments, Failed, Trial};

use attacks::Attack;

/// How long a submission may take here, in seconds: those that never end shall not take long.
const BUDGET: &str = "12";
/// How long a check waits, in seconds.
const DEADLINE: &str = "2";
/// Right submissions, judged among the attacks: before, between and after them.
const RIGHT: [&str; 3] = ["0 right", "m right", "z right"];

/// What came of the one run.
static RUN: LazyLock<Result<Run, String>> = LazyLock::new(run);

struct Run {
    entries: BTreeMap<String, Entry>,
    /// What a hostile program could have changed, before and after.
    before: Vec<String>,
    after: Vec<String>,
}

fn main() -> ExitCode {
    let boxes = attacks::boxes();
    let mut arguments = Arguments::from_args();
    // All look at the same run.
    arguments.test_threads = Some(1);
    let mut trials: Vec<Trial> = attacks::all()
        .into_iter()
        .map(|attack| Trial::test(format!("attack/{}", attack.name), move || comes_out(&attack)))
        .collect();
    for name in RIGHT {
        trials.push(Trial::test(format!("right/{name}"), move || is_judged_right(name)));
    }
    trials.push(Trial::test("nothing_is_harmed", nothing_is_harmed));
    let trials = trials.into_iter().map(|trial| trial.with_ignored_flag(!boxes)).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn outcome() -> Result<&'static Run, Failed> {
    RUN.as_ref().map_err(Failed::from)
}

/// Hands everything in, and judges it.
fn run() -> Result<Run, String> {
    let place = tempfile::tempdir().map_err(|error| error.to_string())?;
    let submissions = place.path().join("submissions");
    std::fs::create_dir(&submissions).map_err(|error| error.to_string())?;
    for attack in attacks::all() {
        attack.lay(&submissions);
    }
    for name in RIGHT {
        attacks::hand_in("solutions/lab01", &submissions, name);
    }
    let before = around();
    let report = place.path().join("report");
    let output = Command::new(env!("CARGO_BIN_EXE_grade"))
        .arg(&submissions)
        .args(["--lab", "01", "--seed", "7", "--budget", BUDGET, "--deadline", DEADLINE, "--compile", "10"])
        .args(["--jobs", "4", "--out"])
        .arg(&report)
        .env_remove("RUST_BACKTRACE")
        .output()
        .map_err(|error| error.to_string())?;
    print!("{}", String::from_utf8_lossy(&output.stdout));
    let (_, entries) = journal::read(&report)
        .map_err(|error| format!("{error:#}\n{}", String::from_utf8_lossy(&output.stderr)))?;
    for file in ["gradebook.csv", "report.html", "junit.xml"] {
        if !report.join(file).exists() {
            return Err(format!("{file} was not written\n{}", String::from_utf8_lossy(&output.stderr)));
        }
    }
    let entries = entries.into_iter().map(|entry| (entry.student.clone(), entry)).collect();
    Ok(Run { entries, before, after: around() })
}

/// An attack comes out as it should, with no points to speak of.
fn comes_out(attack: &Attack) -> Result<(), Failed> {
    let run = outcome()?;
    let entry = run.entries.get(attack.student()).ok_or("it is not in the journal")?;
    let told = format!("{:?}: {}\n{}", entry.verdict, entry.reason, entry.details);
    if !attack.expect.contains(&entry.verdict) {
        return Err(format!("expected one of {:?}, and got {told}", attack.expect).into());
    }
    if !told.contains(&attack.says) {
        return Err(format!("the reason does not say `{}`: {told}", attack.says).into());
    }
    // The starter itself passes a check or two that ask for nothing more than it does.
    if entry.verdict != Verdict::Passed && entry.total() > attack.points.max(1) {
        let green: Vec<&str> =
            entry.checks.iter().filter(|check| check.earned() > 0).map(|check| check.name.as_str()).collect();
        return Err(format!(
            "it got {} points, and may have {}: {green:?}\n{told}",
            entry.total(),
            attack.points
        )
        .into());
    }
    Ok(())
}

/// A right submission between attacks gets all points.
fn is_judged_right(name: &str) -> Result<(), Failed> {
    let run = outcome()?;
    let entry = run.entries.get(name).ok_or("it is not in the journal")?;
    if entry.verdict == Verdict::Passed && entry.total() == entry.max() {
        return Ok(());
    }
    let red = entry.checks.iter().find(|check| !check.outcome.is_green());
    Err(format!("{:?}: {} {}\n{red:#?}", entry.verdict, entry.reason, entry.details).into())
}

/// Outside the boxes everything is as it was: no process is left, and no file where hostile programs would have put one.
fn nothing_is_harmed() -> Result<(), Failed> {
    let run = outcome()?;
    if run.before == run.after {
        return Ok(());
    }
    let new: Vec<&String> = run.after.iter().filter(|line| !run.before.contains(line)).collect();
    Err(format!("left behind or changed: {new:#?}").into())
}

/// What lies in the folders that anybody can write to, what stands in the workspace, and which programs of submissions run.
fn around() -> Vec<String> {
    let mut seen = Vec::new();
    for folder in ["/dev/shm", "/var/tmp", "/home"] {
        let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
        seen.extend(names.map(|entry| entry.path().display().to_string()));
    }
    for file in ["Cargo.toml", "solutions/lab01/src/bin/server.rs", "labs/lab01/lab.toml", "tests/lab01.rs"] {
        let path = attacks::root().join(file);
        let changed = std::fs::metadata(&path).and_then(|metadata| metadata.modified());
        seen.push(format!("{file} of {changed:?}"));
    }
    for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let path: PathBuf = process.path();
        let line = std::fs::read(path.join("cmdline")).unwrap_or_default();
        if line.starts_with(b"/programs/") {
            seen.push(format!("{} runs {}", path.display(), String::from_utf8_lossy(&line)));
        }
    }
    seen.sort();
    seen
}
