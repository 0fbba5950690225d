//! `cargo lab trace`: what goes over the wire, while it goes, and then as a picture.
//!
//! Either it starts the programs of a lab with a tap on every link, or it sits between any two ZeroMQ programs that are
//! told to meet at its endpoint.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anstream::println;
use anyhow::{Context, bail};
use clap::Args;
use harness::chart::{self, Live, TextOptions};
use harness::locale;
use harness::manifest::TraceEntry;
use harness::program::{Launcher, Process, Start};
use harness::tap::Tap;
use harness::timeline::{Stream, Timeline, What};
use rustix::process::Signal;

use lab_cli::cargo;
use lab_cli::course::{Course, Lab};

/// How often a waiting trace looks for Ctrl-C.
const GLANCE: Duration = Duration::from_millis(20);
/// How long a program may take until it has printed its `bound` line.
const BIND_LIMIT: Duration = Duration::from_secs(10);

/// For how long nothing happens before the next line of `later` is typed.
const QUIET: Duration = Duration::from_millis(300);

/// What to trace.
#[derive(Args)]
pub(crate) struct Options {
    /// The lab whose programs are run, as in lab01
    #[arg(required_unless_present = "between", conflicts_with = "between")]
    lab: Option<String>,
    /// Run this program for a role instead of the lab's own
    #[arg(value_name = "ROLE=PROGRAM", conflicts_with = "between")]
    programs: Vec<String>,
    /// Run the reference instead of the lab
    #[arg(long, conflicts_with = "between")]
    solution: bool,
    /// Sit between programs: pass on to the one that has bound here
    #[arg(long, value_name = "ENDPOINT")]
    between: Option<String>,
    /// Sit between programs: let the others connect here
    #[arg(long, value_name = "ENDPOINT", requires = "between", default_value = "tcp://127.0.0.1:*")]
    listen: String,
    /// End after this many seconds; without it a lab's trace ends after 30, one between programs on Ctrl-C
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
    /// Where trace.svg and trace.json go
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Traces, and writes what was seen; exit code 1 where a program of the lab failed.
pub(crate) fn run(course: &Course, options: &Options) -> anyhow::Result<ExitCode> {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    ctrlc::set_handler(move || stopped.store(true, Ordering::Relaxed)).context("Ctrl-C cannot be caught")?;
    if let Some(target) = &options.between {
        let folder = options.out.clone().unwrap_or_else(|| course.target.join("labs/trace"));
        let mut view = View::new(stop, []);
        sit_between(&mut view, target, options)?;
        view.write(&folder, &format!("{} through {}", target, options.listen))?;
        return Ok(ExitCode::SUCCESS);
    }
    let lab = course.lab(options.lab.as_deref().unwrap_or_default())?;
    let folder = options.out.clone().unwrap_or_else(|| lab.records.join("trace"));
    let paths = programs(course, lab, options)?;
    let mut view = View::new(stop, lab.manifest.trace.iter().map(TraceEntry::name));
    let outcome = run_lab(&mut view, lab, &paths, options.seconds.unwrap_or(30));
    // What was seen is kept also when something went wrong: then it is needed most.
    view.write(&folder, &format!("{}: {}", lab.name, lab.manifest.title))?;
    outcome
}

/// The rows as they come.
struct View {
    timeline: Timeline,
    live: Live,
    seen: usize,
    stop: Arc<AtomicBool>,
}

impl View {
    /// The participants that are known keep their lanes from the start.
    fn new<'a>(stop: Arc<AtomicBool>, participants: impl IntoIterator<Item = &'a str>) -> Self {
        let options = TextOptions { ascii: !locale::speaks_utf8(), ..TextOptions::default() };
        Self { timeline: Timeline::new(), live: Live::new(participants, options), seen: 0, stop }
    }

    /// Prints what came, and waits a moment for it; false after Ctrl-C.
    fn follow(&mut self) -> bool {
        let events = self.timeline.wait_from(self.seen, GLANCE);
        self.seen += events.len();
        for event in &events {
            let rows = self.live.row(event);
            // A closed terminal is no reason to lose the files.
            let _ = std::io::stdout().write_all(rows.as_bytes());
        }
        !self.stop.load(Ordering::Relaxed)
    }

    /// Follows until `done`, Ctrl-C, or the limit; tells whether it was done.
    fn follow_until(&mut self, limit: Option<Duration>, mut done: impl FnMut() -> bool) -> bool {
        let end = limit.map(|limit| Instant::now() + limit);
        loop {
            if done() {
                return true;
            }
            if !self.follow() || end.is_some_and(|end| Instant::now() >= end) {
                return false;
            }
        }
    }

    /// Follows until nothing has happened for a moment; false after Ctrl-C or at the end of the time.
    fn follow_until_quiet(&mut self, end: Instant) -> bool {
        let mut since = Instant::now();
        while since.elapsed() < QUIET {
            let seen = self.seen;
            if !self.follow() || Instant::now() >= end {
                return false;
            }
            if self.seen > seen {
                since = Instant::now();
            }
        }
        true
    }

    /// The rest of the rows, then the picture and the data.
    fn write(&mut self, folder: &Path, title: &str) -> anyhow::Result<()> {
        self.follow();
        let _ = std::io::stdout().write_all(self.live.finish().as_bytes());
        let events = self.timeline.events();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.join(name);
            fs::write(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))?;
            anyhow::Ok(path)
        };
        fs::create_dir_all(folder)
            .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
        let picture = write("trace.svg", chart::svg(&events, title).as_bytes())?;
        let data = write("trace.json", &serde_json::to_vec_pretty(&events)?)?;
        println!();
        println!("picture: {}", picture.display());
        println!("data:    {}", data.display());
        Ok(())
    }
}

/// Passes everything on between programs that are not ours, until Ctrl-C.
fn sit_between(view: &mut View, target: &str, options: &Options) -> anyhow::Result<()> {
    let tap = Tap::between(&view.timeline, "tap")
        .acceptor_called("acceptor")
        .connectors_called(|number| format!("connector {number}"))
        .to(target)
        .listen(&options.listen)
        .with_context(|| format!("cannot sit between {} and {target}", options.listen))?;
    println!("listening at {}, passing on to {target}; Ctrl-C ends it", tap.endpoint());
    view.follow_until(options.seconds.map(Duration::from_secs), || false);
    Ok(())
}

/// Starts the programs as `lab.toml` says, each link through a tap of its own, and follows them to their end.
fn run_lab(
    view: &mut View,
    lab: &Lab,
    paths: &BTreeMap<String, PathBuf>,
    seconds: u64,
) -> anyhow::Result<ExitCode> {
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let mut stage = Stage { folder: folder.path().to_path_buf(), running: Vec::new(), taps: Vec::new() };
    for entry in &lab.manifest.trace {
        let mut arguments = Vec::new();
        for argument in &entry.arguments {
            arguments.push(stage.fill(view, entry, argument)?);
        }
        stage.start(view, entry, &paths[&entry.role], &arguments)?;
    }
    stage.type_to_publishers(view);
    let limit = Duration::from_secs(seconds);
    let typed = stage.type_later(view, Instant::now() + limit);
    let in_time = typed && (stage.none_ends() || view.follow_until(Some(limit), || stage.is_over()));
    if !in_time {
        view.timeline.record(What::Note { text: format!("the trace ends after {seconds} s, or by Ctrl-C") });
    }
    let failed = stage
        .running
        .iter()
        .any(|(entry, process)| process.ended().is_some_and(|ended| !entry.ends || !is_success(ended)));
    stage.end();
    Ok(if failed || !in_time { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Types to a program what `lab.toml` has for it, and ends its input where nothing is to come later.
fn type_input(entry: &TraceEntry, process: &mut Process) {
    for line in &entry.input {
        // A program that reads no more has ended, and its end is a row of its own.
        let _ = process.type_line(line.as_bytes());
    }
    if entry.later.is_empty() {
        process.close_input();
    }
}

fn is_success(ended: harness::program::Ended) -> bool {
    ended == harness::program::Ended::Code(0)
}

/// The running programs and the taps between them.
struct Stage<'a> {
    folder: PathBuf,
    running: Vec<(&'a TraceEntry, Process)>,
    taps: Vec<Tap>,
}

impl<'a> Stage<'a> {
    /// Puts in what an argument leaves open.
    fn fill(&mut self, view: &mut View, entry: &TraceEntry, argument: &str) -> anyhow::Result<String> {
        let Some((before, rest)) = argument.split_once('{') else { return Ok(argument.into()) };
        let Some((hole, after)) = rest.split_once('}') else { return Ok(argument.into()) };
        let value = if hole == "folder" {
            self.folder.display().to_string()
        } else {
            self.tap_to(view, entry.name(), hole)?
        };
        Ok(format!("{before}{value}{after}"))
    }

    /// A tap to where a program has bound: `NAME`, or `NAME.SOCKET`.
    fn tap_to(&mut self, view: &mut View, connector: &str, hole: &str) -> anyhow::Result<String> {
        let (name, socket) = hole.split_once('.').unwrap_or((hole, ""));
        let before = if socket.is_empty() { "bound ".to_string() } else { format!("bound {socket} ") };
        let Some((_, process)) = self.running.iter().find(|(entry, _)| entry.name() == name) else {
            bail!("lab.toml says {{{hole}}}, and no program `{name}` is started before")
        };
        let timeline = view.timeline.clone();
        let find = || timeline.events().iter().find_map(|event| bound(&event.what, name, &before));
        view.follow_until(Some(BIND_LIMIT), || find().is_some() || process.ended().is_some());
        let Some(endpoint) = find() else {
            bail!(
                "{name} has not printed the line `{before}ENDPOINT`, so nothing can be put between it and {connector}"
            )
        };
        let tap = Tap::between(&view.timeline, &format!("{connector} to {hole}"))
            .called(connector, name)
            .to(&endpoint)
            .listen("tcp://127.0.0.1:*")
            .with_context(|| format!("no tap can be put before {endpoint}"))?;
        let own = tap.endpoint().to_string();
        self.taps.push(tap);
        Ok(own)
    }

    fn start(
        &mut self,
        view: &View,
        entry: &'a TraceEntry,
        path: &Path,
        arguments: &[String],
    ) -> anyhow::Result<()> {
        let command = std::iter::once(path.as_os_str()).chain(arguments.iter().map(OsStr::new)).collect();
        let start = Start {
            name: entry.name(),
            command,
            launcher: Launcher::NONE,
            folder: &self.folder,
            timeline: &view.timeline,
        };
        let mut process =
            Process::start(&start).with_context(|| format!("{} cannot be started", path.display()))?;
        if entry.after_subscriptions == 0 {
            type_input(entry, &mut process);
        }
        self.running.push((entry, process));
        Ok(())
    }

    /// Types to those whose input waits for subscriptions, once these are known; after a while in any case, so that it
    /// is seen what comes of it.
    fn type_to_publishers(&mut self, view: &mut View) {
        for (entry, process) in self.running.iter_mut().filter(|(entry, _)| entry.after_subscriptions > 0) {
            view.follow_until(Some(BIND_LIMIT), || {
                // A wait of no length has the tap ask the publisher.
                let live = self.taps.iter().map(|tap| {
                    let _ = tap.wait_live(0, Duration::ZERO);
                    tap.state().live()
                });
                live.sum::<u64>() >= entry.after_subscriptions || process.ended().is_some()
            });
            type_input(entry, process);
        }
    }

    /// Types what is to be typed later, each line when the one before has had its effect; false where the time was over before.
    fn type_later(&mut self, view: &mut View, end: Instant) -> bool {
        for (entry, process) in &mut self.running {
            for line in &entry.later {
                if !view.follow_until_quiet(end) {
                    return false;
                }
                let _ = process.type_line(line.as_bytes());
            }
            if !entry.later.is_empty() && !view.follow_until_quiet(end) {
                return false;
            }
        }
        true
    }

    /// Whether the trace is over with the last line that was typed.
    fn none_ends(&self) -> bool {
        let mut entries = self.running.iter().map(|(entry, _)| entry);
        entries.clone().any(|entry| !entry.later.is_empty()) && !entries.any(|entry| entry.ends)
    }

    /// Ends what still runs, and says that it was us.
    fn end(self) {
        for (_, process) in self.running.iter().filter(|(_, process)| process.ended().is_none()) {
            process.signal(Signal::KILL);
        }
    }

    /// Over when all that end by themselves have, or one that should go on has not.
    fn is_over(&self) -> bool {
        let ended = |(_, process): &&(&TraceEntry, Process)| process.ended().is_some();
        let (ending, staying): (Vec<_>, Vec<_>) = self.running.iter().partition(|(entry, _)| entry.ends);
        (!ending.is_empty() && ending.iter().all(ended)) || staying.iter().any(ended)
    }
}

/// The endpoint, where this is the line in which a program tells it.
fn bound(what: &What, name: &str, before: &str) -> Option<String> {
    match what {
        What::Line { who, stream: Stream::Out, text } if who == name => {
            Some(std::str::from_utf8(&text.0).ok()?.strip_prefix(before)?.to_string())
        }
        _ => None,
    }
}

/// The executable of each role: the one that was named, else the lab's or the reference's own, built now.
fn programs(course: &Course, lab: &Lab, options: &Options) -> anyhow::Result<BTreeMap<String, PathBuf>> {
    let mut paths = BTreeMap::new();
    for named in &options.programs {
        let (role, path) = named.split_once('=').with_context(|| format!("`{named}` is not ROLE=PROGRAM"))?;
        if !lab.manifest.roles.iter().any(|known| known == role) {
            bail!("{} has no role `{role}`; its roles are {}", lab.name, lab.manifest.roles.join(", "));
        }
        let path = std::path::absolute(path).with_context(|| format!("{path} has no absolute path"))?;
        if !path.is_file() {
            bail!("{} is no program", path.display());
        }
        paths.insert(role.to_string(), path);
    }
    if lab.manifest.trace.is_empty() {
        bail!("{} says nothing about a trace in its lab.toml", lab.name);
    }
    let missing = |paths: &BTreeMap<String, PathBuf>| {
        lab.manifest.trace.iter().any(|entry| !paths.contains_key(&entry.role))
    };
    if missing(&paths) {
        let package = if options.solution { lab.name.replace("lab", "solution") } else { lab.name.clone() };
        for (role, path) in build(course, &package)? {
            paths.entry(role).or_insert(path);
        }
    }
    if missing(&paths) {
        bail!("cargo built no program for some role of {}", lab.name);
    }
    Ok(paths)
}

/// Builds a package and gives its programs by role.
fn build(course: &Course, package: &str) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let Some(built) = cargo::build(course, &["build", "-p", package])? else {
        bail!("{package} does not compile; the compiler says why above")
    };
    let by_role = built.into_iter().filter_map(|built| {
        let role = built.name.strip_prefix(package)?.strip_prefix('-')?.to_string();
        Some((role, built.path))
    });
    Ok(by_role.collect())
}
