//! What carries a check out: the scene is set, the suite's function runs on it, the failure is explained, the record written.
//!
//! Between suites and whoever runs them there is one contract, in the environment:
//!
//! | variable | meaning |
//! |---|---|
//! | `LAB_PROGRAMS` | folder of the executables to judge, named by role; else those of the suite's own package |
//! | `LAB_LAUNCHER` | command put before each program |
//! | `LAB_LAUNCHER_TELLS` | set where the launcher does not become the program: it writes the number of the program's process into the file `LAB_LAUNCHED`, in a line, and ends as the program ends |
//! | `LAB_RECORDS` | folder for the records; else `target/labs/PACKAGE` |
//! | `LAB_SEED` | seed of the random values; else a new one each time |
//! | `LAB_DEADLINE` | seconds that a wait may last; else 5 |
//! | `LAB_AFTER_HANG` | `run` to run the checks of a task in which one hung before; else they are not run |

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::chart;
use crate::explain::{Report, explain};
use crate::failure::{Failure, Outcome};
use crate::manifest::{CheckEntry, Manifest};
use crate::record::{Likely, Record, now_ms};
use crate::scene::{Programs, Scene};
use crate::timeline::Event;

/// How long a wait may last for a student at the keyboard. A right program answers in milliseconds; 0.3 s was the
/// slowest seen on a loaded machine.
const DEADLINE: Duration = Duration::from_secs(5);

/// What a suite knows of its lab at compile time. Made by [`lab!`](crate::lab).
#[derive(Debug)]
pub struct Lab {
    /// The lab's name, as in `lab01`.
    pub name: &'static str,
    /// The package that the suite was compiled for, as in `lab01` or `solution01`.
    pub package: &'static str,
    /// The text of `lab.toml`.
    pub manifest: &'static str,
    /// Cargo's folder for the files of tests, below `target`.
    pub target_tmp: &'static str,
    /// The programs of that package by role.
    pub programs: &'static [(&'static str, &'static str)],
}

/// Declares the lab of a suite: its name and the roles of its programs. Stands once, at the suite's root.
#[macro_export]
macro_rules! lab {
    ($name:literal: $($role:literal),+ $(,)?) => {
        static LAB: $crate::check::Lab = $crate::check::Lab {
            name: $name,
            package: env!("CARGO_PKG_NAME"),
            manifest: include_str!(concat!("../labs/", $name, "/lab.toml")),
            target_tmp: env!("CARGO_TARGET_TMPDIR"),
            programs: &[$(($role, env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME"), "-", $role)))),+],
        };
    };
}

/// Which task hung, and in which check.
static HANGS: LazyLock<Mutex<BTreeMap<u32, String>>> = LazyLock::new(Mutex::default);

/// Whether a check of this run was red already. Checks run beside each other and are printed as they end, so the first to
/// end red is the first that a student reads.
static RED: AtomicBool = AtomicBool::new(false);

/// Whether a check of the first task has passed in this run.
static STARTED: AtomicBool = AtomicBool::new(false);

/// Carries out one check. Called by the `#[check]` attribute.
///
/// `idea` is the doc comment of the check's function.
pub fn run(lab: &'static Lab, name: &str, idea: &str, body: fn(&Scene)) {
    let manifest = match Manifest::parse(lab.manifest) {
        Ok(manifest) => manifest,
        Err(error) => refuse(&format!("labs/{}/lab.toml cannot be read: {error}", lab.name)),
    };
    let Some(entry) = manifest.check(name) else {
        refuse(&format!("labs/{}/lab.toml does not list the check `{name}`", lab.name))
    };
    let settings = Settings::from_environment(lab).unwrap_or_else(|error| refuse(&error));
    let began_ms = now_ms();
    let began = Instant::now();
    let (failure, timeline) = match hang_before(entry.task) {
        Some(other) => (Some(not_run(&other)), Vec::new()),
        None => carry_out(&settings, entry, body),
    };
    if failure.as_ref().is_some_and(|failure| failure.outcome == Outcome::Hung) {
        let mut hangs = HANGS.lock().unwrap_or_else(PoisonError::into_inner);
        hangs.entry(entry.task).or_insert_with(|| name.to_string());
    }
    if failure.is_none() && entry.task == 1 {
        STARTED.store(true, Ordering::Relaxed);
    }
    let first_red = failure.is_some() && !RED.swap(true, Ordering::Relaxed);
    let folder = settings.records.join(name);
    let picture = draw(&folder, &format!("{} {name}", lab.name), failure.as_ref(), &timeline);
    let seed = settings.seed;
    // The record may be shown alone, so it says all; of the run's many lines on tasks to do only the first says more.
    let started = STARTED.load(Ordering::Relaxed);
    let mut report = Report {
        lab,
        manifest: &manifest,
        entry,
        idea,
        seed,
        started,
        in_full: true,
        timeline: &timeline,
        picture,
    };
    let mut record = record_of(&report, failure.as_ref(), &settings);
    report.in_full = first_red;
    let printed = failure.as_ref().map(|failure| explain(&report, failure)).unwrap_or_default();
    record.began_ms = began_ms;
    record.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    if let Err(error) = record.write(&folder) {
        println!("(the record cannot be written to {}: {error})", folder.display());
    }
    if failure.is_some() {
        println!("{printed}");
        resume_unwind(Box::new("the check failed"));
    }
}

/// Draws the timeline of a check that failed, and gives the picture's path as seen from the workspace; takes an old
/// picture away where there is nothing to draw.
fn draw(folder: &Path, title: &str, failure: Option<&Failure>, timeline: &[Event]) -> Option<String> {
    let path = folder.join("timeline.svg");
    let worth = failure.is_some_and(|failure| matches!(failure.outcome, Outcome::Failed | Outcome::Hung));
    if !worth || timeline.is_empty() {
        let _ = std::fs::remove_file(&path);
        return None;
    }
    std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, chart::svg(timeline, title))).ok()?;
    let shown = std::env::current_dir().ok().and_then(|here| {
        // Suites run in their package's folder, two levels below the workspace's root.
        let root = here.ancestors().nth(2)?;
        Some(path.strip_prefix(root).ok()?.to_path_buf())
    });
    Some(shown.unwrap_or(path).display().to_string())
}

/// Sets the scene, runs the suite's function on it, and ends what it started.
fn carry_out(settings: &Settings, entry: &CheckEntry, body: fn(&Scene)) -> (Option<Failure>, Vec<Event>) {
    let scene = match Scene::new(
        settings.programs.clone(),
        settings.deadline,
        seed_of(settings.seed, &entry.name),
        entry.task,
    ) {
        Ok(scene) => scene,
        Err(error) => return (Some(Failure::error(format!("no temporary folder: {error}"))), Vec::new()),
    };
    let result = catch_unwind(AssertUnwindSafe(|| {
        body(&scene);
        scene.expect_no_hole();
    }));
    let timeline = scene.timeline().events();
    scene.stop_all();
    (result.err().map(failure_of), timeline)
}

/// A thrown failure, or the panic of a check, which is our own mistake.
fn failure_of(thrown: Box<dyn Any + Send>) -> Failure {
    match thrown.downcast::<Failure>() {
        Ok(failure) => *failure,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
            Failure::error(format!("the check itself panicked: {}", text.unwrap_or_default()))
        }
    }
}

fn hang_before(task: u32) -> Option<String> {
    if std::env::var("LAB_AFTER_HANG").is_ok_and(|wish| wish == "run") {
        return None;
    }
    HANGS.lock().unwrap_or_else(PoisonError::into_inner).get(&task).cloned()
}

fn not_run(other: &str) -> Failure {
    Failure {
        outcome: Outcome::NotRun,
        ..Failure::new("", format!("not run: `{other}` of the same task hung; mend that first"))
    }
}

/// The settings are wrong, so no check can run: told in one line, without a record.
fn refuse(error: &str) -> ! {
    println!("{error}");
    resume_unwind(Box::new("the check cannot run"))
}

fn record_of(report: &Report<'_>, failure: Option<&Failure>, settings: &Settings) -> Record {
    let Report { lab, entry, .. } = report;
    Record {
        package: lab.package.into(),
        check: entry.name.clone(),
        task: entry.task,
        points: entry.points,
        outcome: failure.map_or(Outcome::Passed, |failure| failure.outcome),
        expected: failure.map(|failure| failure.expected.clone()).unwrap_or_default(),
        seen: failure.map(|failure| failure.seen.clone()).unwrap_or_default(),
        mistake: failure
            .and_then(|failure| failure.mistake)
            .map(|mistake| Likely { name: mistake.name.into(), says: mistake.says.into() }),
        todo: failure.and_then(|failure| Some(failure.todo.as_ref()?.task)),
        read: report.section(failure.and_then(|failure| failure.mistake)).1,
        explanation: failure.map(|failure| explain(report, failure)).unwrap_or_default(),
        seed: settings.seed,
        deadline_ms: u64::try_from(settings.deadline.as_millis()).unwrap_or(u64::MAX),
        began_ms: 0,
        took_ms: 0,
        timeline: report.timeline.to_vec(),
    }
}

/// Each check gets values of its own from the one seed, whichever checks run beside it.
fn seed_of(seed: u64, check: &str) -> u64 {
    check.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// What the environment asks for.
struct Settings {
    programs: Programs,
    records: PathBuf,
    seed: u64,
    deadline: Duration,
}

impl Settings {
    fn from_environment(lab: &Lab) -> Result<Self, String> {
        let folder = folder_from("LAB_PROGRAMS");
        let paths = lab.programs.iter().map(|(role, built)| {
            let path = folder.as_ref().map_or_else(|| PathBuf::from(built), |folder| folder.join(role));
            Ok(((*role).to_string(), executable(&path)?))
        });
        let paths = paths.collect::<Result<_, String>>()?;
        let launcher = parse_launcher(&std::env::var("LAB_LAUNCHER").unwrap_or_default())?;
        let tells = !launcher.is_empty() && std::env::var_os("LAB_LAUNCHER_TELLS").is_some();
        let records = folder_from("LAB_RECORDS").unwrap_or_else(|| default_records(lab));
        let seed = match std::env::var("LAB_SEED") {
            Ok(text) => {
                text.parse().map_err(|_| format!("LAB_SEED is `{text}`, and must be a whole number"))?
            }
            Err(_) => fastrand::u64(..1_000_000),
        };
        let deadline = match std::env::var("LAB_DEADLINE") {
            Ok(text) => parse_seconds(&text)?,
            Err(_) => DEADLINE,
        };
        Ok(Self { programs: Programs { paths, launcher, tells }, records, seed, deadline })
    }
}

/// A folder that the environment names. Cargo runs a suite in its package's folder, but a relative path is meant as seen
/// from where the command was typed, which the shell keeps in `PWD`.
fn folder_from(variable: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(variable).map(PathBuf::from)?;
    let typed_in = std::env::var_os("PWD").map(PathBuf::from).filter(|path| path.is_absolute());
    Some(typed_in.map_or_else(|| folder.clone(), |typed_in| typed_in.join(&folder)))
}

/// `target/labs/PACKAGE`.
fn default_records(lab: &Lab) -> PathBuf {
    let target = Path::new(lab.target_tmp).parent().unwrap_or(Path::new("target"));
    target.join("labs").join(lab.package)
}

/// The absolute path of a program, because programs run in another folder; an error where it is no executable file.
fn executable(path: &Path) -> Result<PathBuf, String> {
    use std::os::unix::fs::PermissionsExt;
    let missing = |why: &str| format!("the program {} {why}", path.display());
    let absolute =
        std::path::absolute(path).map_err(|error| missing(&format!("has no absolute path: {error}")))?;
    let metadata =
        std::fs::metadata(&absolute).map_err(|error| missing(&format!("cannot be used: {error}")))?;
    if !metadata.is_file() {
        return Err(missing("is not a file"));
    }
    if metadata.permissions().mode() & 0o111 == 0 {
        return Err(missing("is not executable; `chmod +x` makes it so"));
    }
    Ok(absolute)
}

/// The words of a command line, as a shell takes it apart.
fn parse_launcher(line: &str) -> Result<Vec<String>, String> {
    shlex::split(line).ok_or_else(|| format!("LAB_LAUNCHER is `{line}`, in which a quote is not closed"))
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let wrong = || format!("LAB_DEADLINE is `{text}`, and must be seconds, as in `10` or `0.5`");
    let seconds: f64 = text.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_launcher_is_taken_apart_like_a_command_line() {
        let words = parse_launcher("bwrap --ro-bind '/a b' \"/c\" '' '/it'\\''s'").unwrap();
        assert_eq!(words, ["bwrap", "--ro-bind", "/a b", "/c", "", "/it's"]);
        assert!(parse_launcher("bwrap '/a b").is_err());
    }

    #[test]
    fn the_same_seed_gives_each_check_values_of_its_own() {
        assert_ne!(seed_of(1, "t1_a"), seed_of(1, "t1_b"));
        assert_ne!(seed_of(1, "t1_a"), seed_of(2, "t1_a"));
        assert_eq!(seed_of(1, "t1_a"), seed_of(1, "t1_a"));
    }

    #[test]
    fn a_deadline_is_seconds() {
        assert_eq!(parse_seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["", "x", "-1", "0", "inf", "nan"] {
            assert!(parse_seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_program_that_cannot_run_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("server");
        assert!(executable(&file).unwrap_err().contains("cannot be used"));
        std::fs::write(&file, "").unwrap();
        assert!(executable(&file).unwrap_err().contains("chmod +x"));
    }
}
