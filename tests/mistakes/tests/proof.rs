//! The proof of the course: each known mistake fails the check that is meant for it, with that check's explanation, and each
//! program that is right in another way passes.
//!
//! `LAB_PROOF=full` runs every check against every mistake as well, and compares which of them fail with what
//! the mistake's `mistake.toml` says; it also proves that the starters are red in the right way, and soon.
//! `LAB_PROOF=1/4` does so with every fourth of the mistakes, from the one numbered 1 on, and with all starters.
//! `LAB_ZOO=lab05` builds and proves one lab only. Programs in Python run where `LAB_PYTHON` names an interpreter that has pyzmq.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};
use std::{env, fs};

use harness::failure::Outcome;
use harness::manifest::Manifest;
use harness::record::Record;
use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;

/// How long a wait may last for a program that is meant to hang, in seconds.
const SHORT: &str = "1";
/// How long a wait may last for a right program, in seconds.
const LONG: &str = "20";
/// How many checks of a suite run at once: against a wrong program they mostly wait.
const CHECKS_AT_ONCE: &str = "4";
/// How many programs are judged at once, for each core. Most of the time is spent in hangs, which cost none.
const TRIALS_PER_CORE: usize = 2;
/// How often checks are judged again, alone, that came out otherwise than `mistake.toml` says.
const RUNS_ALONE: usize = 3;
/// How soon a starter must have told that it is red.
const SOON: Duration = Duration::from_secs(20);

/// `mistake.toml`: what a mistake is, and which checks catch it. An `ok-…` folder needs none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mistake {
    /// The thought behind it.
    #[allow(dead_code, reason = "for the reader of the folder")]
    thought: String,
    /// The check that is meant for it.
    check: String,
    /// The other checks that it fails.
    #[serde(default)]
    also: Vec<String>,
    /// Further checks that it fails in some runs and passes in others, because its own outcome is a matter of timing.
    #[serde(default)]
    sometimes: Vec<String>,
    /// The name of the explanation that is printed; the folder's name where it is left out.
    explains: Option<String>,
}

/// Where everything is.
struct Course {
    root: PathBuf,
    /// The suite of each lab, compiled for its solution.
    suites: BTreeMap<String, PathBuf>,
    python: Option<PathBuf>,
    full: Option<Part>,
    /// Held for writing by a trial that must have the machine to itself.
    alone: RwLock<()>,
}

/// Which of the mistakes are judged by every check: each `of`th, from number `first` on.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Part {
    first: usize,
    of: usize,
}

impl Part {
    /// Reads `full` or `1/4`.
    fn parse(wish: &str) -> Option<Self> {
        if wish == "full" {
            return Some(Self { first: 0, of: 1 });
        }
        let (first, of) = wish.split_once('/')?;
        let part = Self { first: first.parse().ok()?, of: of.parse().ok()? };
        (part.first < part.of).then_some(part)
    }

    fn has(self, number: usize) -> bool {
        number % self.of == self.first
    }
}

fn main() {
    let mut arguments = Arguments::from_args();
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    arguments.test_threads.get_or_insert(TRIALS_PER_CORE * cores);
    let course: &'static Course = Box::leak(Box::new(Course::find()));
    let mut trials = Vec::new();
    // The executable of all programs is built for one lab only where `LAB_ZOO` names it.
    let built = env::var("LAB_ZOO").unwrap_or_default();
    for lab in names(&course.root.join("labs")).into_iter().filter(|lab| built.is_empty() || *lab == built) {
        for name in names(&course.root.join("tests/mistakes").join(&lab)) {
            let in_full = course.full.is_some_and(|part| part.has(trials.len()));
            trials.push(course.trial(&lab, &name, in_full));
        }
        trials.push(Trial::test(format!("{lab}/lab.toml"), {
            let lab = lab.clone();
            move || course.manifest_lists_the_suite(&lab)
        }));
        let starter = Trial::test(format!("{lab}/starter"), move || course.starter_is_red(&lab));
        trials.push(starter.with_ignored_flag(course.full.is_none()));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

impl Course {
    fn find() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .canonicalize()
            .expect("the workspace is there");
        // Of one lab only, only its suite is needed.
        let package = env::var("LAB_ZOO").ok().map(|lab| lab.replace("lab", "solution"));
        let suites = suites(&root, package.as_slice());
        let python = env::var_os("LAB_PYTHON").map(PathBuf::from);
        let full = env::var("LAB_PROOF").ok().map(|wish| {
            Part::parse(&wish)
                .unwrap_or_else(|| panic!("LAB_PROOF is `full`, or a part as 1/4, and not `{wish}`"))
        });
        Self { root, suites, python, full, alone: RwLock::new(()) }
    }

    fn trial(&'static self, lab: &str, name: &str, in_full: bool) -> Trial {
        let folder = self.root.join("tests/mistakes").join(lab).join(name);
        let needs_python = needs_python(&folder);
        let title = format!("{lab}/{name}");
        let (lab, name) = (lab.to_string(), name.to_string());
        let trial = Trial::test(title, move || {
            if name.starts_with("ok-") {
                self.passes(&lab, &name, &folder)
            } else {
                self.is_caught(&lab, &name, &folder, in_full)
            }
        });
        trial.with_ignored_flag(needs_python && self.python.is_none())
    }

    /// A right program passes every check.
    fn passes(&self, lab: &str, name: &str, folder: &Path) -> Result<(), Failed> {
        let run = self.judge(lab, name, folder, &[], LONG)?;
        let red: Vec<&Record> = run.records.values().filter(|record| !record.outcome.is_green()).collect();
        if let Some(record) = red.first() {
            return Err(format!(
                "{} checks fail; `{}` says:\n{}",
                red.len(),
                record.check,
                record.explanation
            )
            .into());
        }
        if run.records.is_empty() {
            return Err(format!("no check ran:\n{}", run.output).into());
        }
        Ok(())
    }

    /// A wrong program fails the check meant for it, and is told that mistake.
    fn is_caught(&self, lab: &str, name: &str, folder: &Path, in_full: bool) -> Result<(), Failed> {
        let text = fs::read_to_string(folder.join("mistake.toml"))
            .map_err(|error| format!("mistake.toml: {error}"))?;
        let mistake: Mistake = toml::from_str(&text).map_err(|error| format!("mistake.toml: {error}"))?;
        let only = ["--exact", &mistake.check];
        let mut run =
            self.judge(lab, name, folder, if in_full { &[] } else { &only }, deadline_of(folder))?;
        let quick = catches(&run, name, &mistake, in_full);
        if quick.is_ok() {
            return Ok(());
        }
        // A short deadline makes the many hangs cheap. What a busy machine may have cut off is judged again with time to spare;
        // what then remains is so.
        let mut doubtful = vec!["--exact", &mistake.check];
        let unnamed = unnamed(&run, &mistake);
        doubtful.extend(unnamed.iter().map(String::as_str));
        let patient = self.judge(lab, name, folder, &doubtful, LONG)?;
        run.records.extend(patient.records);
        run.output.push_str(&patient.output);
        let judged = catches(&run, name, &mistake, in_full);
        if judged.is_ok() || catches(&run, name, &mistake, false).is_err() {
            return judged;
        }
        self.races(lab, name, folder, &mistake, &run).or(judged)
    }

    /// Whether the checks besides the one that is meant for a mistake, which were not judged as `mistake.toml` says, are so in another
    /// run, by itself: then the wrong program races, and the outcome of those checks says nothing. It is told, so that it can be named.
    fn races(
        &self,
        lab: &str,
        name: &str,
        folder: &Path,
        mistake: &Mistake,
        run: &Run,
    ) -> Result<(), Failed> {
        let _alone = self.alone.write().unwrap_or_else(PoisonError::into_inner);
        let mut odd = unnamed(run, mistake);
        odd.extend(passed(run, mistake));
        let told = odd.join(", ");
        for _ in 0..RUNS_ALONE {
            let filter: Vec<&str> = ["--exact"].into_iter().chain(odd.iter().map(String::as_str)).collect();
            let again = self.run(lab, name, folder, &filter, deadline_of(folder))?;
            let still = [unnamed(&again, mistake), passed(&again, mistake)].concat();
            odd.retain(|check| still.contains(check));
            if odd.is_empty() {
                eprintln!(
                    "{lab}/{name} fails {told} in some runs and passes in others: `sometimes` should name that"
                );
                return Ok(());
            }
        }
        Err(format!("{odd:?} come out otherwise than mistake.toml says in every run").into())
    }

    /// Every check of the suite stands in `lab.toml` and the other way round; every heading it names is in the chapter.
    fn manifest_lists_the_suite(&self, lab: &str) -> Result<(), Failed> {
        let text = fs::read_to_string(self.root.join("labs").join(lab).join("lab.toml"))?;
        let manifest = Manifest::parse(&text)?;
        let listed: BTreeSet<String> = manifest.checks.iter().map(|check| check.name.clone()).collect();
        let output = Command::new(self.suite(lab)?).args(["--list", "--format", "terse"]).output()?;
        let output = String::from_utf8_lossy(&output.stdout).into_owned();
        let tests = output.lines().filter_map(|line| line.strip_suffix(": test")).map(String::from).collect();
        if listed != tests {
            let odd: Vec<_> = listed.symmetric_difference(&tests).collect();
            return Err(format!("only in one of lab.toml and the suite: {odd:?}").into());
        }
        let chapter = fs::read_to_string(self.root.join("docs/src").join(&manifest.chapter))?;
        let headings: BTreeSet<&str> = chapter
            .lines()
            .filter(|line| line.starts_with('#'))
            .map(|line| line.trim_start_matches('#').trim())
            .collect();
        // A suite is one file, or one with modules in a folder of its name.
        let mut suite = fs::read_to_string(self.root.join("tests").join(format!("{lab}.rs")))?;
        for module in fs::read_dir(self.root.join("tests").join(lab)).into_iter().flatten().flatten() {
            suite.push_str(&fs::read_to_string(module.path())?);
        }
        let named =
            suite.lines().filter_map(|line| line.trim().strip_prefix("section: \"")?.strip_suffix("\","));
        let named = named.chain(manifest.checks.iter().map(|check| check.section.as_str()));
        let missing: BTreeSet<&str> =
            named.filter(|section| !section.is_empty() && !headings.contains(section)).collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(format!("{} has no heading {missing:?}", manifest.chapter).into())
        }
    }

    /// The starter compiles without a warning and is red because of its `todo!`s, soon.
    fn starter_is_red(&self, lab: &str) -> Result<(), Failed> {
        let build = cargo(&self.root).args(["build", "--message-format", "json", "-p", lab]).output()?;
        let messages = String::from_utf8_lossy(&build.stdout);
        let warned = messages
            .lines()
            .any(|line| line.contains("\"reason\":\"compiler-message\"") && line.contains("/labs/"));
        if !build.status.success() || warned {
            return Err(format!("the starter does not compile in silence:\n{messages}").into());
        }
        let package = [lab.to_string()];
        let suites = suites(&self.root, &package);
        let suite = suites.get(lab).ok_or("the starter's suite was not built")?;
        let records = tempfile::tempdir()?;
        let began = Instant::now();
        let output = Command::new(suite).env("LAB_RECORDS", records.path()).output()?;
        let took = began.elapsed();
        let text = String::from_utf8_lossy(&output.stdout);
        let records = read_records(records.path())?;
        let all_todo = |task: u32| {
            let mut of_task = records.values().filter(|record| record.task == task);
            of_task.all(|record| record.outcome == Outcome::Todo)
        };
        if took > SOON || !all_todo(1) || !text.contains("This red is the beginning") {
            return Err(format!("the starter is not red as a beginning (after {took:?}):\n{text}").into());
        }
        match records.values().find(|record| matches!(record.outcome, Outcome::Hung | Outcome::Error)) {
            Some(record) => {
                Err(format!("`{}` of the starter ends as {:?}", record.check, record.outcome).into())
            }
            None => Ok(()),
        }
    }

    fn suite(&self, lab: &str) -> Result<&Path, Failed> {
        self.suites
            .get(lab)
            .map(PathBuf::as_path)
            .ok_or_else(|| format!("no suite was built for {lab}").into())
    }

    /// Runs the suite of a lab against one program of the zoo, beside others.
    fn judge(
        &self,
        lab: &str,
        name: &str,
        folder: &Path,
        filter: &[&str],
        deadline: &str,
    ) -> Result<Run, Failed> {
        let _beside_others = self.alone.read().unwrap_or_else(PoisonError::into_inner);
        self.run(lab, name, folder, filter, deadline)
    }

    fn run(
        &self,
        lab: &str,
        name: &str,
        folder: &Path,
        filter: &[&str],
        deadline: &str,
    ) -> Result<Run, Failed> {
        let work = tempfile::tempdir()?;
        let programs = work.path().join(lab).join(name);
        fs::create_dir_all(&programs)?;
        for role in names_of_roles(&self.root, lab)? {
            self.lay_program(lab, name, folder, &role, &programs)?;
        }
        let records = work.path().join("records");
        let output = Command::new(self.suite(lab)?)
            .args(filter)
            .env("LAB_PROGRAMS", &programs)
            .env("LAB_RECORDS", &records)
            .env("LAB_DEADLINE", deadline)
            .env("LAB_AFTER_HANG", "run")
            .env("RUST_TEST_THREADS", CHECKS_AT_ONCE)
            .output()?;
        let output = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(Run { output, records: read_records(&records)? })
    }

    /// Puts the program of one role into the folder: a link to the executable of all mistakes, or a Python script.
    fn lay_program(
        &self,
        lab: &str,
        name: &str,
        folder: &Path,
        role: &str,
        programs: &Path,
    ) -> Result<(), Failed> {
        let target = programs.join(role);
        let script = folder.join(format!("{role}.py"));
        if script.exists() {
            let python = self.python.as_deref().unwrap_or(Path::new("python3"));
            fs::write(
                &target,
                format!("#!/bin/sh\nexec '{}' '{}' \"$@\"\n", python.display(), script.display()),
            )?;
            fs::set_permissions(&target, fs::Permissions::from_mode(0o755))?;
            return Ok(());
        }
        let zoo = Path::new(env!("CARGO_BIN_EXE_mistakes"));
        let only_other_roles = !differs(folder, role, &names_of_roles(&self.root, lab)?)?;
        if only_other_roles {
            // What is not wrong is the solution's; its name must end the path, so it lies in a folder of that name.
            let solution = programs.with_file_name(format!("{name}.solution")).join(lab).join("solution");
            fs::create_dir_all(&solution)?;
            symlink(zoo, solution.join(role))?;
            fs::write(&target, format!("#!/bin/sh\nexec '{}' \"$@\"\n", solution.join(role).display()))?;
            fs::set_permissions(&target, fs::Permissions::from_mode(0o755))?;
        } else {
            symlink(zoo, target)?;
        }
        Ok(())
    }
}

/// Whether the check that is meant for a mistake failed with its explanation; of a run of all checks also, whether those
/// failed that `mistake.toml` names, and no others.
fn catches(run: &Run, name: &str, mistake: &Mistake, full: bool) -> Result<(), Failed> {
    let Some(record) = run.records.get(&mistake.check) else {
        return Err(format!("the check `{}` left no record:\n{}", mistake.check, run.output).into());
    };
    if !matches!(record.outcome, Outcome::Failed | Outcome::Hung) {
        let outcome = record.outcome;
        return Err(
            format!("`{}` ends as {outcome:?}, and should fail\n{}", mistake.check, run.output).into()
        );
    }
    let wanted = mistake.explains.as_deref().unwrap_or(name);
    let told = record.mistake.as_ref().map_or("nothing", |likely| &likely.name);
    if told != wanted {
        let text = &record.explanation;
        return Err(format!(
            "`{}` should be explained as {wanted}, and is as {told}:\n{text}",
            mistake.check
        )
        .into());
    }
    if !run.output.contains(&record.explanation) {
        return Err(format!("the explanation is not printed:\n{}", run.output).into());
    }
    if !full {
        return Ok(());
    }
    let passed = passed(run, mistake);
    let unnamed = unnamed(run, mistake);
    if passed.is_empty() && unnamed.is_empty() {
        return Ok(());
    }
    Err(format!("named in mistake.toml, and passed: {passed:?}\nfailed, and not named there: {unnamed:?}")
        .into())
}

/// The checks that `mistake.toml` names and that passed.
fn passed(run: &Run, mistake: &Mistake) -> Vec<String> {
    let green = |check: &&String| run.records.get(*check).is_none_or(|record| record.outcome.is_green());
    mistake.also.iter().filter(green).cloned().collect()
}

/// The checks that failed and that `mistake.toml` does not name.
fn unnamed(run: &Run, mistake: &Mistake) -> Vec<String> {
    let named = |check: &String| {
        *check == mistake.check || mistake.also.contains(check) || mistake.sometimes.contains(check)
    };
    let red = run.records.values().filter(|record| !record.outcome.is_green());
    red.map(|record| record.check.clone()).filter(|check| !named(check)).collect()
}

/// What a run of a suite left.
struct Run {
    output: String,
    records: BTreeMap<String, Record>,
}

/// Whether a program of the folder is written in Python.
fn needs_python(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut files| {
        files.any(|file| file.is_ok_and(|file| file.path().extension() == Some("py".as_ref())))
    })
}

/// How long a wait may last for a wrong program. Python takes its time to start, and no wrong program in Python hangs.
fn deadline_of(folder: &Path) -> &'static str {
    if needs_python(folder) { LONG } else { SHORT }
}

/// Whether a mistake's folder changes the program of a role: by its own file, or by one that all roles include.
fn differs(folder: &Path, role: &str, roles: &[String]) -> Result<bool, Failed> {
    let files = fs::read_dir(folder)?
        .flatten()
        .map(|file| file.path())
        .filter(|path| path.extension() == Some("rs".as_ref()));
    let stems = files.filter_map(|path| Some(path.file_stem()?.to_str()?.to_string()));
    Ok(stems.into_iter().any(|stem| stem == role || !roles.contains(&stem)))
}

fn names_of_roles(root: &Path, lab: &str) -> Result<Vec<String>, Failed> {
    let text = fs::read_to_string(root.join("labs").join(lab).join("lab.toml"))?;
    Ok(Manifest::parse(&text)?.roles)
}

fn read_records(folder: &Path) -> Result<BTreeMap<String, Record>, Failed> {
    let mut records = BTreeMap::new();
    for check in names(folder) {
        records.insert(check.clone(), Record::read(&folder.join(&check))?);
    }
    Ok(records)
}

/// A cargo that builds into the folder that this test was built into, from what is there already.
fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap_or(Path::new("target"));
    command.current_dir(root).env("CARGO_TARGET_DIR", target).env("CARGO_NET_OFFLINE", "true");
    command
}

/// Builds the suites, of the default members or of some packages, and tells where they are.
fn suites(root: &Path, packages: &[String]) -> BTreeMap<String, PathBuf> {
    // Of all default members, because then every dependency has the features that `cargo test` gives it, and
    // nothing is compiled twice.
    let mut command = cargo(root);
    command.args(["test", "--no-run", "--message-format", "json"]);
    for package in packages {
        command.args(["-p", package]);
    }
    let output = command.output().expect("cargo runs");
    assert!(
        output.status.success(),
        "the suites are not built:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut suites = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        let target = &message["target"];
        if let (Some(name), Some(executable)) = (target["name"].as_str(), message["executable"].as_str()) {
            if name.starts_with("lab") && target["kind"][0] == "test" {
                suites.insert(name.to_string(), PathBuf::from(executable));
            }
        }
    }
    suites
}

/// The folders in a folder, by name; none where there is no folder.
fn names(path: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
    let folders = entries.flatten().filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}
