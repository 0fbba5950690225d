//! Builds one student's work on one lab and has the suite judge it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use harness::failure::Outcome;
use harness::manifest::CheckEntry;
use harness::record::{Record, now_ms};
use harness::timeline::{Event, What};
use launcher::limits::Limits;
use rustix::process::Signal;

use crate::capped::{self, Done};
use crate::entry::{CheckResult, Entry, MOST_EVENTS, Tier, Verdict};
use crate::sandbox::{BuildBox, JudgeBox, Sandbox};
use crate::template::{Template, Toolchain, WORK};

/// How much of the compiler's messages is kept, in bytes.
const MOST_MESSAGES: usize = 16 << 10;
/// How much of a record's text is kept, in bytes, of a payload, in characters, and of a message, in frames.
const MOST_TEXT: usize = 32 << 10;
const MOST_PAYLOAD: usize = 2000;
const MOST_FRAMES: usize = 100;
/// The system's words for a full disk, or for one with too many files.
const DISK_FULL: &str = "No space left on device";
/// How much an executable may have, in bytes, so that a folder of submissions does not fill the disk.
const MOST_PROGRAM: u64 = 128 << 20;

/// How submissions are judged.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The seed of the random values, the same for the class.
    pub seed: u64,
    /// How long a wait of a check may last.
    pub deadline: Duration,
    /// How long the compiler may take for a program.
    pub compile: Duration,
    /// How long a submission may take, without the compiler.
    pub budget: Duration,
    /// What a program may use.
    pub limits: Limits,
    /// How many checks of a submission run beside each other.
    pub checks_at_once: usize,
}

/// Builds and judges.
#[derive(Clone, Debug)]
pub struct Judge {
    /// The boxes.
    pub sandbox: Sandbox,
    /// The compiler.
    pub toolchain: Toolchain,
    /// How.
    pub settings: Settings,
}

/// Why there is nothing to judge.
struct NotBuilt {
    verdict: Verdict,
    reason: String,
    details: String,
}

impl Judge {
    /// Builds and judges a student's sources for a lab. Whatever goes wrong with the machine becomes an infrastructure error in the entry.
    pub fn judge(&self, template: &Template, sources: &BTreeMap<String, Vec<u8>>, blank: Entry) -> Entry {
        let began = Instant::now();
        let mut entry =
            Entry { began_ms: now_ms(), tier: self.sandbox.tier, seed: self.settings.seed, ..blank };
        if let Err(error) = self.try_judge(template, sources, &mut entry) {
            entry.verdict = Verdict::InfrastructureError;
            entry.reason = "the machine could not judge it".into();
            entry.details = format!("{error:#}");
        }
        entry.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        entry
    }

    fn try_judge(
        &self,
        template: &Template,
        sources: &BTreeMap<String, Vec<u8>>,
        entry: &mut Entry,
    ) -> anyhow::Result<()> {
        let work = tempfile::Builder::new().prefix("grade").tempdir().context("no temporary folder")?;
        let programs = work.path().join("programs");
        fs::create_dir(&programs)?;
        if let Some(not) = self.build(template, sources, work.path(), &programs)? {
            entry.verdict = not.verdict;
            entry.reason = not.reason;
            entry.details = not.details;
            return Ok(());
        }
        self.run_suite(template, work.path(), &programs, entry)
    }

    /// Builds the programs; tells why not, where they do not build.
    fn build(
        &self,
        template: &Template,
        sources: &BTreeMap<String, Vec<u8>>,
        work: &Path,
        programs: &Path,
    ) -> anyhow::Result<Option<NotBuilt>> {
        let root = work.join("work");
        let lab = root.join("labs").join(&template.lab);
        for (name, bytes) in sources {
            let path = lab.join(name);
            fs::create_dir_all(path.parent().unwrap_or(&lab))?;
            fs::write(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))?;
        }
        // Without a box everything is where it is.
        let boxed = self.sandbox.tier != Tier::None;
        let sysroot = (self.toolchain.sysroot.clone(), PathBuf::from("/toolchain"));
        let places = if boxed { template.readable() } else { Vec::new() };
        let here = if boxed { PathBuf::from(WORK) } else { root.clone() };
        let rustc = if boxed { PathBuf::from("/toolchain/bin/rustc") } else { self.toolchain.rustc() };
        for role in &template.manifest.roles {
            if !sources.contains_key(&format!("src/bin/{role}.rs")) {
                let reason = format!("src/bin/{role}.rs is missing");
                return Ok(Some(NotBuilt { verdict: Verdict::DoesNotBuild, reason, details: String::new() }));
            }
            let out = work.join("out");
            let _ = fs::remove_dir_all(&out);
            fs::create_dir(&out)?;
            let inside = if boxed { PathBuf::from("/out") } else { out.clone() };
            let (arguments, variables) = template.command_line(role, &inside, &places)?;
            let readable = [&places[..], &[sysroot.clone(), (root.clone(), PathBuf::from(WORK))]].concat();
            let mut command =
                self.sandbox.building(&BuildBox { readable, out: &out, here: &here, variables })?;
            command.arg(&rustc).args(&arguments);
            let done = capped::run(&mut command, self.settings.compile, MOST_MESSAGES)
                .context("the compiler cannot be started")?;
            if let Some(not) = self.not_built(role, done)? {
                return Ok(Some(not));
            }
            if let Some(not) = reads_elsewhere(&out.join(format!("{role}.d")), template)? {
                return Ok(Some(not));
            }
            take_program(&out.join(role), &programs.join(role))?;
        }
        Ok(None)
    }

    /// What the compiler's end means; none where it built the program.
    fn not_built(&self, role: &str, done: Done) -> anyhow::Result<Option<NotBuilt>> {
        let mut details = done.text;
        if done.cut {
            details.push_str("\n… (more of this is not kept)");
        }
        let Some(status) = done.status else {
            let seconds = self.settings.compile.as_secs();
            let reason = format!("the compiler did not come to an end with {role}.rs in {seconds} s");
            return Ok(Some(NotBuilt { verdict: Verdict::TimedOut, reason, details }));
        };
        if status.success() {
            return Ok(None);
        }
        if details.starts_with("bwrap:") || details.starts_with("grade:") {
            anyhow::bail!("the compiler's box: {}", details.trim());
        }
        // A source can make the compiler end, but not take the machine's processes or disk.
        let machine = ["Resource temporarily unavailable", DISK_FULL];
        if let Some(words) = machine.into_iter().find(|words| details.contains(words)) {
            anyhow::bail!("the compiler: {words}");
        }
        let memory = ["memory allocation of", "out of memory", "Cannot allocate memory", "bad_alloc"];
        if memory.iter().any(|words| details.contains(words)) {
            let reason = format!("the compiler wants more memory for {role}.rs than it may have");
            return Ok(Some(NotBuilt { verdict: Verdict::OutOfMemory, reason, details }));
        }
        let first = details.lines().find(|line| line.starts_with("error")).unwrap_or("rustc gave up");
        let reason = format!("{role}.rs: {first}");
        Ok(Some(NotBuilt { verdict: Verdict::DoesNotBuild, reason, details }))
    }

    /// Runs the suite against the programs, what it left out after a check had hung, and the failed checks once more by themselves.
    fn run_suite(
        &self,
        template: &Template,
        work: &Path,
        programs: &Path,
        entry: &mut Entry,
    ) -> anyhow::Result<()> {
        let suite = Suite { judge: self, template, programs, end: Instant::now() + self.settings.budget };
        let (mut all, mut over) = suite.run(&work.join("records"), Round::All)?;
        // At home, a check that hangs ends its task, to save time. Here no points are lost for what was not looked at.
        let left = names(&all, |outcome| outcome == Outcome::NotRun);
        if !left.is_empty() && !over {
            let (rest, late) = suite.run(&work.join("rest"), Round::Rest(&left))?;
            all.extend(rest);
            over = late;
        }
        let failed = names(&all, |outcome| matches!(outcome, Outcome::Failed | Outcome::Hung));
        let mut results = BTreeMap::new();
        for check in &template.manifest.checks {
            let judged = all.remove(&check.name).map(|kept| {
                let runs = vec![kept.record.outcome];
                (kept, runs)
            });
            results.insert(check.name.clone(), judged);
        }
        if !failed.is_empty() && !over {
            let (alone, _) = suite.run(&work.join("alone"), Round::Alone(&failed))?;
            let differs = names(&alone, Outcome::is_green);
            let third = if differs.is_empty() {
                BTreeMap::new()
            } else {
                suite.run(&work.join("third"), Round::Alone(&differs))?.0
            };
            for (name, second) in alone {
                if let Some(Some((record, runs))) = results.get_mut(&name) {
                    // A check that was not carried out because one before it hung again says nothing new.
                    if second.record.outcome == Outcome::NotRun {
                        continue;
                    }
                    runs.push(second.record.outcome);
                    // Two of three: with one for and one against, the third says which.
                    if let Some(third) = third.get(&name) {
                        runs.push(third.record.outcome);
                        if third.record.outcome.is_green() {
                            *record = third.clone();
                        }
                    }
                }
            }
        }
        // Where the time ended only while a failure was looked at again, every check has come out.
        fill(entry, template, results, over, self.settings.budget)
    }
}

/// The checks that came out so, by name.
fn names(records: &BTreeMap<String, Kept>, so: impl Fn(Outcome) -> bool) -> Vec<String> {
    records.iter().filter(|(_, kept)| so(kept.record.outcome)).map(|(name, _)| name.clone()).collect()
}

/// Which checks are carried out, and how.
#[derive(Clone, Copy, Debug)]
enum Round<'a> {
    /// All, as at home: those of a task in which one has hung are left out from then on.
    All,
    /// These, each of them, whatever hangs.
    Rest(&'a [String]),
    /// These, one after the other.
    Alone(&'a [String]),
}

/// A suite and what it judges.
struct Suite<'a> {
    judge: &'a Judge,
    template: &'a Template,
    programs: &'a Path,
    /// When the time for the submission is over.
    end: Instant,
}

impl Suite<'_> {
    /// Carries checks out and reads the records. Whether the time was over, too.
    ///
    /// Some of what a program may send ends libzmq, and with it the suite. What is missing then is carried out check by check, and the one that ends again has
    /// failed.
    fn run(&self, records: &Path, round: Round<'_>) -> anyhow::Result<(BTreeMap<String, Kept>, bool)> {
        let (mut read, done) = self.carry_out(records, round)?;
        let wanted = |check: &&CheckEntry| match round {
            Round::All => true,
            Round::Rest(only) | Round::Alone(only) => only.contains(&check.name),
        };
        let checks = self.template.manifest.checks.iter().filter(wanted);
        let missing: Vec<&CheckEntry> = checks.filter(|check| !read.contains_key(&check.name)).collect();
        if done.status.is_none() || missing.is_empty() {
            return Ok((read, done.status.is_none()));
        }
        if ended_by_what_came(&done).is_none() {
            anyhow::bail!("the suite left no record of {} checks: {}", missing.len(), last_lines(&done.text));
        }
        for check in missing {
            let name = std::slice::from_ref(&check.name);
            let folder = records.with_extension(&check.name);
            let (mut one, done) = self.carry_out(&folder, Round::Alone(name))?;
            let kept = match (one.remove(&check.name), ended_by_what_came(&done)) {
                (Some(kept), _) => kept,
                (None, _) if done.status.is_none() => return Ok((read, true)),
                (None, Some(assertion)) => self.ended(check, &assertion),
                (None, None) => {
                    anyhow::bail!("the suite left no record of {}: {}", check.name, last_lines(&done.text))
                }
            };
            read.insert(check.name.clone(), kept);
        }
        Ok((read, false))
    }

    /// What is said of a check that ended because of what the program sent.
    fn ended(&self, check: &CheckEntry, assertion: &str) -> Kept {
        let expected = "ZMTP from the program, as every socket of libzmq speaks it".to_string();
        let seen = format!("what came ended libzmq itself, in the check: {assertion}");
        let record = Record {
            package: self.template.lab.clone(),
            check: check.name.clone(),
            task: check.task,
            points: check.points,
            outcome: Outcome::Failed,
            explanation: format!("Expected  {expected}\nSeen      {seen}\n"),
            expected,
            seen,
            mistake: None,
            todo: None,
            read: String::new(),
            seed: self.judge.settings.seed,
            deadline_ms: 0,
            began_ms: now_ms(),
            took_ms: 0,
            timeline: Vec::new(),
        };
        Kept::of(record)
    }

    /// Has the suite carry checks out, and reads the records that it left.
    fn carry_out(&self, records: &Path, round: Round<'_>) -> anyhow::Result<(BTreeMap<String, Kept>, Done)> {
        fs::create_dir(records)?;
        let settings = &self.judge.settings;
        let (only, threads) = match round {
            Round::All => (&[][..], settings.checks_at_once),
            Round::Rest(only) => (only, settings.checks_at_once),
            Round::Alone(only) => (only, 1),
        };
        let mut variables = vec![
            ("LAB_SEED", settings.seed.to_string()),
            ("LAB_DEADLINE", settings.deadline.as_secs_f64().to_string()),
            ("RUST_TEST_THREADS", threads.to_string()),
        ];
        if matches!(round, Round::Rest(_)) {
            variables.push(("LAB_AFTER_HANG", "run".into()));
        }
        let mut command = self.judge.sandbox.judging(&JudgeBox {
            suite: &self.template.suite,
            programs: self.programs,
            records,
            limits: settings.limits.clone(),
            variables,
        })?;
        if !only.is_empty() {
            command.arg("--exact").args(only);
        }
        let left = self.end.saturating_duration_since(Instant::now());
        let done = capped::run(&mut command, left, MOST_MESSAGES).context("the suite cannot be started")?;
        Ok((read_records(records, self.template)?, done))
    }
}

/// The assertion of libzmq that ended a suite, where it is about what came over a connection.
fn ended_by_what_came(done: &Done) -> Option<String> {
    let status = done.status?;
    let aborted = status.signal() == Some(Signal::ABORT.as_raw())
        || status.code() == Some(128 + Signal::ABORT.as_raw());
    let of_a_connection = ["engine", "decoder", "mechanism"];
    let lines = done.text.lines().filter(|_| aborted);
    let mut assertions = lines.filter_map(|line| line.rsplit_once('/')).filter(|(_, place)| {
        place.contains(".cpp:") && of_a_connection.into_iter().any(|part| place.contains(part))
    });
    let (before, place) = assertions.next_back()?;
    let what = before.split(" (").next().unwrap_or_default();
    Some(format!("{what} ({place}"))
}

/// Reads what a suite left.
fn read_records(folder: &Path, template: &Template) -> anyhow::Result<BTreeMap<String, Kept>> {
    let mut records = BTreeMap::new();
    for check in &template.manifest.checks {
        match Record::read(&folder.join(&check.name)) {
            Ok(record) => {
                records.insert(check.name.clone(), Kept::of(record));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("the record of {}", check.name)),
        }
    }
    Ok(records)
}

/// A program that reads files beside its sources when it is compiled is not judged.
fn reads_elsewhere(dep_info: &Path, template: &Template) -> anyhow::Result<Option<NotBuilt>> {
    let text = fs::read_to_string(dep_info).context("the list of files that were compiled")?;
    let own = format!("labs/{}/src/", template.lab);
    // Lines are `TARGET: FILE FILE`, with a backslash before a blank in a name; `FILE:` alone; and comments on variables.
    let files = text.lines().filter(|line| !line.starts_with('#')).flat_map(|line| {
        let line = line.split_once(": ").map_or(line, |(_, files)| files);
        let line = line.strip_suffix(':').unwrap_or(line);
        line.replace("\\ ", "\u{1}").split(' ').map(|file| file.replace('\u{1}', " ")).collect::<Vec<_>>()
    });
    // There are no links among the sources, so `bin/../x` is `x`.
    let is_own = |file: &str| without_dots(file).is_some_and(|file| file.starts_with(&own));
    // A line's target is the program, which a file of that name is not.
    let mut foreign = files.filter(|file| !file.is_empty() && !is_own(file));
    Ok(foreign.next().map(|file| NotBuilt {
        verdict: Verdict::Rejected,
        reason: format!("it reads `{file}` when it is compiled, which is not one of its sources"),
        details: String::new(),
    }))
}

/// A relative path without `.` and `..`; none where it leaves the folder, or is absolute.
fn without_dots(path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in Path::new(path).components() {
        match part {
            std::path::Component::Normal(name) => parts.push(name.to_str()?),
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => drop(parts.pop()?),
            _ => return None,
        }
    }
    Some(parts.join("/"))
}

/// Moves a program out of the compiler's folder: a file of a bounded size, which only we can write.
fn take_program(from: &Path, to: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::symlink_metadata(from).with_context(|| format!("{} is missing", from.display()))?;
    if !metadata.is_file() || metadata.len() > MOST_PROGRAM {
        anyhow::bail!("{} is no program of a usual size", from.display());
    }
    fs::copy(from, to).with_context(|| format!("{} cannot be copied", from.display()))?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// What is kept of a check's record. A program may print megabytes in every check, and many are judged at once.
#[derive(Clone, Debug)]
struct Kept {
    /// The record, cut to what a report shows.
    record: Record,
    /// Whether a program wanted more memory than it may have.
    memory: bool,
}

impl Kept {
    fn of(mut record: Record) -> Self {
        let memory = record.timeline.iter().any(is_out_of_memory);
        let first = record.timeline.len().saturating_sub(MOST_EVENTS);
        record.timeline = record.timeline[first..].iter().filter_map(cut_event).collect();
        record.expected = cut(record.expected);
        record.seen = cut(record.seen);
        record.explanation = cut(record.explanation);
        Self { record, memory }
    }
}

/// What was recorded of one check, and how it ended each time.
type Judged = Option<(Kept, Vec<Outcome>)>;

/// Puts the results into the entry, with the verdict that follows from them.
fn fill(
    entry: &mut Entry,
    template: &Template,
    mut results: BTreeMap<String, Judged>,
    timed_out: bool,
    budget: Duration,
) -> anyhow::Result<()> {
    let (mut memory, mut flooded, mut full) = (false, false, false);
    for check in &mut entry.checks {
        let Some((Kept { record, memory: wanted }, runs)) = results.remove(&check.name).flatten() else {
            check.seen = format!("not carried out: the {} s for a submission were over", budget.as_secs());
            continue;
        };
        // The box has a disk of its own, so only the submission can have filled it.
        if record.outcome == Outcome::Error && record.seen.contains(DISK_FULL) {
            full = true;
        } else if record.outcome == Outcome::Error {
            anyhow::bail!("`{}` could not be carried out: {}", record.check, record.seen);
        }
        if !record.outcome.is_green() {
            memory |= wanted;
            flooded |= record.seen.contains(harness::program::FLOODED);
        }
        set_result(check, record, runs);
    }
    let failed = entry.checks.iter().filter(|check| !check.outcome.is_green()).count();
    let count = template.manifest.checks.len();
    (entry.verdict, entry.reason) = if timed_out && failed > 0 {
        (
            Verdict::TimedOut,
            format!(
                "the {} s for a submission were over; {failed} of {count} checks did not pass",
                budget.as_secs()
            ),
        )
    } else if failed == 0 {
        (Verdict::Passed, String::new())
    } else if memory {
        (
            Verdict::OutOfMemory,
            format!("a program wants more memory than it may have; {failed} of {count} checks did not pass"),
        )
    } else if full {
        (
            Verdict::TooMuchOutput,
            format!("a program fills the disk of its box; {failed} of {count} checks did not pass"),
        )
    } else if flooded {
        (
            Verdict::TooMuchOutput,
            format!("a program prints without end; {failed} of {count} checks did not pass"),
        )
    } else {
        (Verdict::Failed, format!("{failed} of {count} checks did not pass"))
    };
    Ok(())
}

/// What rust's allocator says on standard error when there is no more.
fn is_out_of_memory(event: &Event) -> bool {
    match &event.what {
        What::Line { text, .. } => {
            text.0.starts_with(b"memory allocation of ") || text.0.ends_with(b"std::bad_alloc")
        }
        _ => false,
    }
}

fn set_result(check: &mut CheckResult, record: Record, runs: Vec<Outcome>) {
    check.outcome = record.outcome;
    check.runs = if runs.len() > 1 { runs } else { Vec::new() };
    if record.outcome.is_green() {
        return;
    }
    check.expected = record.expected;
    check.seen = record.seen;
    // Who has not come to it yet has made no mistake.
    check.mistake = record.mistake.filter(|_| record.outcome != Outcome::Todo);
    check.read = record.read;
    check.explanation = record.explanation;
    check.timeline = record.timeline;
}

/// A text of a record, as far as a report shows it.
fn cut(mut text: String) -> String {
    let mut end = MOST_TEXT;
    if text.len() > end {
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
    text
}

/// An event with no more of its payloads than a drawing shows. A program may print a line of megabytes.
fn cut_event(event: &Event) -> Option<Event> {
    let mut value = serde_json::to_value(event).ok()?;
    cut_value(&mut value);
    serde_json::from_value(value).ok()
}

fn cut_value(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) if text.len() > MOST_PAYLOAD => {
            // An even number of characters: it may be hexadecimal digits.
            *text = text.chars().take(MOST_PAYLOAD).collect();
        }
        serde_json::Value::Array(items) => {
            items.truncate(MOST_FRAMES);
            items.iter_mut().for_each(cut_value);
        }
        serde_json::Value::Object(fields) => fields.values_mut().for_each(cut_value),
        _ => {}
    }
}

/// The end of a text, for a message.
fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_megabytes_is_cut_and_bytes_stay_bytes() {
        let line = |bytes: &[u8]| What::Line {
            who: "server".into(),
            stream: harness::timeline::Stream::Out,
            text: bytes.into(),
        };
        for bytes in [vec![b'x'; 3 << 20], vec![0xff; 3 << 20]] {
            let timeline = harness::timeline::Timeline::new();
            timeline.record(line(&bytes));
            let events = timeline.events();
            let What::Line { text, .. } = cut_event(&events[0]).unwrap().what else { panic!("a line") };
            assert!(text.0.len() <= MOST_PAYLOAD && bytes.starts_with(&text.0));
        }
        assert!(cut("é".repeat(MOST_TEXT)).len() < MOST_TEXT + 4);
    }

    /// A suite that is ended, by an assertion of libzmq's, in its second check, and leaves the third out.
    const ENDS: &str = r#"#!/bin/sh
pass() { mkdir -p "$LAB_RECORDS/$1" && sed "s/NAME/$1/" "$(dirname "$0")/record" >"$LAB_RECORDS/$1/record.json"; }
aborts() { echo "Resource temporarily unavailable (/some/where/vendor/src/zmtp_engine.cpp:446)" >&2; kill -ABRT $$; }
[ $# -eq 0 ] && { pass first; aborts; }
[ "$2" = second ] && aborts
pass "$2"
"#;

    #[test]
    fn what_ends_libzmq_costs_the_check_in_which_it_came_and_no_other() {
        let place = tempfile::tempdir().unwrap();
        let text =
            fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../labs/lab01/lab.toml")).unwrap();
        let mut manifest: harness::manifest::Manifest = toml::from_str(&text).unwrap();
        manifest.checks.truncate(3);
        for (check, name) in manifest.checks.iter_mut().zip(["first", "second", "third"]) {
            check.name = name.into();
        }
        let suite = place.path().join("suite");
        fs::write(&suite, ENDS).unwrap();
        fs::set_permissions(&suite, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let template: Template = serde_json::from_value(serde_json::json!({
            "lab": "lab01", "manifest": manifest, "suite": suite, "judged_by": "", "starter": {}, "rustc": {},
            "libraries": "", "target": "",
        }))
        .unwrap();
        let judge = Judge {
            sandbox: Sandbox::of(Tier::None).unwrap(),
            toolchain: Toolchain { sysroot: PathBuf::new() },
            settings: Settings {
                seed: 1,
                deadline: Duration::from_secs(1),
                compile: Duration::from_secs(1),
                budget: Duration::from_secs(100),
                limits: Limits::program(),
                checks_at_once: 4,
            },
        };
        let end = Instant::now() + judge.settings.budget;
        let suite = Suite { judge: &judge, template: &template, programs: place.path(), end };
        let green =
            Record { outcome: Outcome::Passed, ..suite.ended(&template.manifest.checks[0], "").record };
        let green = Record { check: "NAME".into(), ..green };
        fs::write(place.path().join("record"), serde_json::to_vec(&green).unwrap()).unwrap();
        let (read, over) = suite.run(&place.path().join("records"), Round::All).unwrap();
        assert!(!over);
        let outcomes: Vec<(&str, Outcome)> =
            read.iter().map(|(name, kept)| (name.as_str(), kept.record.outcome)).collect();
        assert_eq!(
            outcomes,
            [("first", Outcome::Passed), ("second", Outcome::Failed), ("third", Outcome::Passed)]
        );
        assert_eq!(
            read["second"].record.seen,
            "what came ended libzmq itself, in the check: Resource temporarily unavailable (zmtp_engine.cpp:446)"
        );
    }

    #[test]
    fn a_path_that_leaves_its_folder_is_none() {
        assert_eq!(
            without_dots("labs/lab01/src/bin/../endpoint.rs").as_deref(),
            Some("labs/lab01/src/endpoint.rs")
        );
        assert_eq!(without_dots("labs/../../etc/passwd"), None);
        assert_eq!(without_dots("/etc/passwd"), None);
    }
}
