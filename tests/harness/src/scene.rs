//! A scene: the folder, the clock and the participants of one check, and the waits that explain themselves.
//!
//! A suite starts programs and opens peers on it. Every wait ends at a deadline; then the scene says who waited
//! for whom, and leaves the check with a [`Failure`].

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt::{Display, Write as _};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::common;
use crate::failure::{Failure, Mistake, Outcome, show, show_frames, show_up_to};
use crate::holes;
use crate::program::{
    Ended, FLOODED, Launcher, Output, Process, Start, ThreadUse, ignored_here, signal_name,
};
use crate::timeline::{Event, Fate, Stream, Timeline, What};
use crate::turns;

/// How often a wait looks whether the program it waits for is still alive.
pub(crate) const GLANCE: Duration = Duration::from_millis(20);

/// How long nothing must happen in a program that has nothing to do.
const MOMENT: Duration = Duration::from_millis(2);

/// How many deadlines a check may last. A right program takes a fraction of one.
const PATIENCE: u32 = 12;

/// What a predicate of [`Scene::suspect_when`] may look at.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "facts that have nothing to do with each other")]
pub struct Evidence {
    /// The bytes that were not as expected, where bytes were compared.
    pub got: Vec<u8>,
    /// The bytes that were expected instead.
    pub wanted: Vec<u8>,
    /// Whether the check waited in vain.
    pub hung: bool,
    /// The standard error of all programs.
    pub errors: String,
    /// Whether a peer got something that has no envelope, where its socket type asks for one.
    pub no_envelope: bool,
    /// Whether a program that binds printed something else before its bound line.
    pub speaks_first: bool,
    /// Whether nobody can connect to the endpoint that a program printed.
    pub nowhere: bool,
    /// Whether some program has ended, and how the last one did.
    pub ended: Option<Ended>,
}

impl Evidence {
    /// True where some program panicked.
    pub fn panicked(&self) -> bool {
        self.errors.contains("panicked at")
    }
}

type Suspicion = (&'static Mistake, Box<dyn Fn(&Evidence) -> bool>);

/// The paths of a lab's programs by role, and how they are started.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The executable of each role.
    pub paths: Vec<(String, PathBuf)>,
    /// Words put before each program, from `LAB_LAUNCHER`.
    pub launcher: Vec<String>,
    /// Whether these say which process the program is, from `LAB_LAUNCHER_TELLS`.
    pub tells: bool,
}

/// One check's stage. Cloning gives another handle to the same scene.
#[derive(Clone)]
pub struct Scene(Rc<Inside>);

struct Inside {
    timeline: Timeline,
    folder: tempfile::TempDir,
    programs: Programs,
    deadline: Duration,
    began: Instant,
    task: u32,
    no_envelope: Cell<bool>,
    speaks_first: Cell<bool>,
    nowhere: Cell<bool>,
    rng: RefCell<fastrand::Rng>,
    suspicions: RefCell<Vec<Suspicion>>,
    suspect: Cell<Option<&'static Mistake>>,
    running: RefCell<Vec<Rc<RefCell<Process>>>>,
    #[cfg(feature = "peers")]
    context: zmq::Context,
}

impl Scene {
    /// An empty scene with a folder of its own, for a check of a task.
    pub fn new(programs: Programs, deadline: Duration, seed: u64, task: u32) -> std::io::Result<Self> {
        // In the system's folder for temporary files, because the path of an ipc socket has at most 107 bytes.
        let folder = tempfile::Builder::new().prefix("lab").tempdir()?;
        Ok(Self(Rc::new(Inside {
            timeline: Timeline::new(),
            folder,
            programs,
            deadline,
            began: Instant::now(),
            task,
            no_envelope: Cell::new(false),
            speaks_first: Cell::new(false),
            nowhere: Cell::new(false),
            rng: RefCell::new(fastrand::Rng::with_seed(seed)),
            suspicions: RefCell::default(),
            suspect: Cell::default(),
            running: RefCell::default(),
            #[cfg(feature = "peers")]
            context: zmq::Context::new(),
        })))
    }

    /// The record of what happens here.
    pub fn timeline(&self) -> &Timeline {
        &self.0.timeline
    }

    /// The folder in which the programs run; it goes away with the scene.
    pub fn folder(&self) -> &Path {
        self.0.folder.path()
    }

    /// How long a wait may last. Leaves the check where the check as a whole has gone on for too long.
    pub fn deadline(&self) -> Duration {
        let left = self.patience().saturating_sub(self.0.began.elapsed());
        if left.is_zero() {
            self.hang("the check", "the last of what the programs do here", None);
        }
        self.0.deadline.min(left)
    }

    /// How long a check may go on though each of its waits ends: two programs can talk to each other for ever.
    fn patience(&self) -> Duration {
        self.0.deadline * PATIENCE
    }

    /// The context of the harness's own sockets.
    #[cfg(feature = "peers")]
    pub(crate) fn context(&self) -> &zmq::Context {
        &self.0.context
    }

    /// An `ipc://` endpoint in the scene's folder.
    pub fn ipc(&self, name: &str) -> String {
        format!("ipc://{}", self.folder().join(name).display())
    }

    /// An `ipc://@NAME` endpoint that no other scene has; Linux only.
    pub fn abstract_ipc(&self, name: &str) -> String {
        let folder = self.folder().file_name().unwrap_or_default().to_string_lossy();
        format!("ipc://@{folder}-{name}")
    }

    /// A random word of small letters, from the check's seed.
    pub fn word(&self) -> String {
        let mut rng = self.0.rng.borrow_mut();
        let length = rng.usize(5..=9);
        std::iter::repeat_with(|| rng.lowercase()).take(length).collect()
    }

    /// Random bytes, from the check's seed.
    pub fn bytes(&self, length: usize) -> Vec<u8> {
        let mut rng = self.0.rng.borrow_mut();
        std::iter::repeat_with(|| rng.u8(..)).take(length).collect()
    }

    /// A random whole number of the range, from the check's seed.
    pub fn number(&self, range: std::ops::Range<u64>) -> u64 {
        self.0.rng.borrow_mut().u64(range)
    }

    /// A remark in the timeline.
    pub fn note(&self, text: impl Into<String>) {
        self.timeline().record(What::Note { text: text.into() });
    }

    /// From here on, what goes wrong is explained by this mistake, unless a suspicion fits better.
    pub fn suspect(&self, mistake: &'static Mistake) {
        self.0.suspect.set(Some(mistake));
    }

    /// Explains a failure by this mistake where the evidence fits; the suspicion that was told first wins.
    pub fn suspect_when(&self, mistake: &'static Mistake, fits: impl Fn(&Evidence) -> bool + 'static) {
        self.0.suspicions.borrow_mut().push((mistake, Box::new(fits)));
    }

    /// Starts the program of a role, under the role's name.
    pub fn start<T: AsRef<OsStr>>(&self, role: &str, arguments: impl IntoIterator<Item = T>) -> Program {
        self.start_as(role, role, arguments)
    }

    /// Starts the program of a role under a name, where there are several of it.
    pub fn start_as<T: AsRef<OsStr>>(
        &self,
        name: &str,
        role: &str,
        arguments: impl IntoIterator<Item = T>,
    ) -> Program {
        self.launch(name, role, &[], arguments)
    }

    /// Starts the program of a role from a shell, which first does `preparation`: what a child inherits, as limits and
    /// ignored signals, can be set there, as in `trap '' XFSZ; ulimit -v 4000000`.
    pub fn start_after<T: AsRef<OsStr>>(
        &self,
        preparation: &str,
        role: &str,
        arguments: impl IntoIterator<Item = T>,
    ) -> Program {
        let script = format!("{preparation}; exec \"$0\" \"$@\"");
        self.launch(role, role, &["/bin/sh", "-c", &script], arguments)
    }

    /// Starts the program of a role: first these words, then the launcher's, then the program.
    fn launch<T: AsRef<OsStr>>(
        &self,
        name: &str,
        role: &str,
        before: &[&str],
        arguments: impl IntoIterator<Item = T>,
    ) -> Program {
        let programs = &self.0.programs;
        let Some((_, path)) = programs.paths.iter().find(|(known, _)| known == role) else {
            Failure::error(format!("this lab has no program `{role}`")).throw()
        };
        let launcher = programs.launcher.iter().map(OsString::from);
        let mut command: Vec<OsString> = before.iter().map(OsString::from).chain(launcher).collect();
        let launcher = Launcher { words: before.len()..command.len(), tells: programs.tells };
        command.push(path.into());
        command.extend(arguments.into_iter().map(|argument| argument.as_ref().to_os_string()));
        let start = Start {
            name,
            command: command.iter().map(OsString::as_os_str).collect(),
            launcher,
            folder: self.folder(),
            timeline: self.timeline(),
        };
        match Process::start(&start) {
            Ok(process) => {
                let process = Rc::new(RefCell::new(process));
                self.0.running.borrow_mut().push(Rc::clone(&process));
                Program { scene: self.clone(), process, read: Cell::new(0) }
            }
            Err(error) => {
                Failure::error(format!("the program {} cannot be started: {error}", path.display())).throw()
            }
        }
    }

    /// Ends every program of the scene.
    pub fn stop_all(&self) {
        for process in self.0.running.borrow().iter() {
            process.borrow_mut().kill();
        }
    }

    /// Fails the check if a program has passed a hole of the check's task, even if it did right otherwise: the
    /// task is not done.
    pub(crate) fn expect_no_hole(&self) {
        if holes::reached(&self.all_errors(), self.0.task).is_some() {
            self.fail("the task to be done", "a hole of the starter");
        }
    }

    /// Something came to a socket of the check's that is no request or reply.
    #[cfg(feature = "peers")]
    pub(crate) fn saw_no_envelope(&self, who: &str) {
        if !self.0.no_envelope.replace(true) {
            self.note(format!("what came to {who} has no empty frame before it, and was dropped"));
        }
    }

    /// Whether a message from this participant was seen.
    pub fn has_message_from(&self, who: &str) -> bool {
        self.timeline()
            .events()
            .iter()
            .any(|event| matches!(&event.what, What::Message { from, .. } if from == who))
    }

    /// The standard error of all programs.
    fn all_errors(&self) -> String {
        errors_of(&self.outputs())
    }

    /// Whether the last program of this name has ended.
    pub(crate) fn has_ended(&self, name: &str) -> bool {
        let running = self.0.running.borrow();
        let last = running.iter().rev().find(|process| process.borrow().name() == name);
        last.is_some_and(|process| process.borrow().ended().is_some())
    }

    /// Waits in slices, and looks between them whether another program has failed meanwhile. Then what is waited for will
    /// hardly come, and the reason is the other's.
    ///
    /// `wait` is given the length of a slice and gives what it found.
    pub(crate) fn watching_the_others<T>(
        &self,
        waiter: &str,
        limit: Duration,
        mut wait: impl FnMut(Duration) -> Option<T>,
    ) -> Option<T> {
        let end = Instant::now() + limit;
        // What failed before this wait has been dealt with, or is what the check is about.
        let known = self.failed_programs(waiter);
        let mut fresh = false;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if let Some(found) = wait(left.min(GLANCE)) {
                return Some(found);
            }
            // One slice more after the failure was seen: what was sent before it may still be on its way.
            if left.is_zero() || fresh {
                return None;
            }
            fresh = self.failed_programs(waiter).iter().any(|name| !known.contains(name));
        }
    }

    /// The programs but one that have ended with an error, and not because the check sent them a signal.
    fn failed_programs(&self, except: &str) -> Vec<String> {
        let running = self.0.running.borrow();
        let failed = running.iter().filter(|process| {
            let process = process.borrow();
            process.name() != except
                && !process.was_signalled()
                && process.ended().is_some_and(|ended| ended != Ended::Code(0))
        });
        failed.map(|process| process.borrow().name().to_string()).collect()
    }

    /// Fails the check.
    pub fn fail(&self, expected: impl Into<String>, seen: impl Into<String>) -> ! {
        self.throw(Failure::new(expected, seen), &[])
    }

    /// Fails the check because nobody can connect to what a program printed as its endpoint.
    pub(crate) fn fail_to_connect(&self, who: &str, endpoint: &str, error: impl Display) -> ! {
        self.0.nowhere.set(true);
        self.fail(
            format!("{who} to print an endpoint that can be connected to"),
            format!("connecting to {} gives: {error}", endpoint.escape_debug()),
        )
    }

    /// Fails the check unless both are the same.
    pub fn expect_bytes(&self, what: &str, got: impl AsRef<[u8]>, wanted: impl AsRef<[u8]>) {
        let (got, wanted) = (got.as_ref(), wanted.as_ref());
        if got != wanted {
            let (shown_got, shown_wanted) = match first_difference(got, wanted) {
                Some(at) => (show_around(got, at), show_around(wanted, at)),
                None => (different(got, wanted), show(wanted)),
            };
            let failure = Failure::new(format!("{what} to be {shown_wanted}"), shown_got);
            self.throw_bytes(failure, got, wanted);
        }
    }

    /// Fails the check with this explanation unless `right`.
    pub fn expect(&self, right: bool, expected: &str, seen: impl FnOnce() -> String) {
        if !right {
            self.fail(expected, seen());
        }
    }

    /// Leaves the check; adds the likely mistake, and turns a reached `todo!` into its own outcome.
    pub(crate) fn throw(&self, failure: Failure, got: &[u8]) -> ! {
        self.throw_bytes(failure, got, got)
    }

    fn throw_bytes(&self, mut failure: Failure, got: &[u8], wanted: &[u8]) -> ! {
        let outputs = self.outputs();
        let errors = errors_of(&outputs);
        if let Some(hole) = holes::reached(&errors, self.0.task) {
            failure.outcome = Outcome::Todo;
            failure.todo = Some(hole);
        }
        for (name, output) in &outputs {
            let errors = output.errors();
            if turns::is_out_of_turn(&errors) {
                let _ =
                    write!(failure.seen, "\n{}", turns::explain(&self.timeline().events(), name, &errors));
            }
        }
        let evidence = Evidence {
            got: got.to_vec(),
            wanted: wanted.to_vec(),
            no_envelope: self.0.no_envelope.get(),
            speaks_first: self.0.speaks_first.get(),
            nowhere: self.0.nowhere.get(),
            hung: failure.outcome == Outcome::Hung,
            ended: outputs.iter().rev().find_map(|(_, output)| output.ended),
            errors,
        };
        let fitting =
            self.0.suspicions.borrow().iter().find(|(_, fits)| fits(&evidence)).map(|(mistake, _)| *mistake);
        failure.mistake = failure.mistake.or(fitting).or(common::likely(&evidence)).or(self.0.suspect.get());
        failure.throw()
    }

    fn outputs(&self) -> Vec<(String, Output)> {
        let running = self.0.running.borrow();
        running
            .iter()
            .map(|process| (process.borrow().name().to_string(), process.borrow().output()))
            .collect()
    }

    /// Leaves the check because a wait reached its deadline, or can no longer come to its end.
    ///
    /// `waiter` waited for `wanted`, which `other` should have sent or printed.
    pub(crate) fn hang(&self, waiter: &str, wanted: &str, other: Option<&str>) -> ! {
        let mut seen = String::new();
        let dead = other.and_then(|name| self.end_of(name)).or_else(|| {
            let failed = self.failed_programs(waiter);
            failed.first().and_then(|name| self.end_of(name))
        });
        let outcome = if let Some(text) = &dead {
            seen.push_str(text);
            Outcome::Failed
        } else {
            let _ = if self.0.began.elapsed() >= self.patience() {
                let time = seconds(self.patience());
                write!(seen, "no end after {time}, though something happens all the time; this is a loop")
            } else {
                let time = seconds(self.0.deadline);
                write!(seen, "nothing for {time}; this is a hang, and not your computer's fault")
            };
            for line in self.who_waits(waiter, wanted) {
                let _ = write!(seen, "\n{line}");
            }
            Outcome::Hung
        };
        self.throw(Failure { outcome, ..Failure::new(wanted, seen) }, &[])
    }

    /// How a program ended and what it said last; none while it runs.
    pub(crate) fn end_of(&self, name: &str) -> Option<String> {
        let (_, output) = self.outputs().into_iter().rev().find(|(known, _)| known == name)?;
        Some(describe_end(name, &output, output.ended?))
    }

    /// A line for each participant: what it did last, and whether it waits or computes.
    fn who_waits(&self, waiter: &str, wanted: &str) -> Vec<String> {
        let events = self.timeline().events();
        let mut lines = vec![format!("{waiter} waits for {wanted}{}", last_frames(&events, waiter))];
        for process in self.0.running.borrow().iter() {
            let process = process.borrow();
            if let Some(ended) = process.ended() {
                lines.push(describe_end(process.name(), &process.output(), ended));
                continue;
            }
            // Who waits uses a thousandth of a core; who spins gets a good part of one, also on a loaded machine.
            let computes = process.cpu_time().is_some_and(|used| used * 5 > self.0.deadline);
            let state = if computes { "is busy computing" } else { "is running and waits" };
            lines.push(format!("{} {state}{}", process.name(), last_frames(&events, process.name())));
        }
        lines
    }
}

/// A program on a scene. The scene ends it, with all that it started, when the check is over.
pub struct Program {
    scene: Scene,
    process: Rc<RefCell<Process>>,
    read: Cell<usize>,
}

impl Program {
    /// The scene it stands on.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// Its name on the scene.
    pub fn name(&self) -> String {
        self.process.borrow().name().to_string()
    }

    /// What has come out of it so far.
    pub fn output(&self) -> Output {
        self.process.borrow().output()
    }

    /// True once it has ended.
    pub fn has_ended(&self) -> bool {
        self.process.borrow().ended().is_some()
    }

    /// The processor time it has used; none where the system does not tell.
    pub fn cpu_time(&self) -> Option<Duration> {
        self.process.borrow().cpu_time()
    }

    /// What each of its threads has done so far, by the thread's number; none where the system does not tell.
    pub fn threads(&self) -> Option<BTreeMap<i32, ThreadUse>> {
        self.process.borrow().threads()
    }

    /// The most memory it has held so far, in bytes; none where the system does not tell, and once it has ended.
    pub fn peak_memory(&self) -> Option<u64> {
        self.process.borrow().peak_memory()
    }

    /// Waits until it has nothing more to do: all its threads sleep, and none is woken for a moment. False where it has not come to rest
    /// within the limit. What has reached it before was dealt with then, unless it waits for something else.
    ///
    /// True at once where the system does not tell, so this may help to catch a wrong program, and a right one must not need it.
    pub fn comes_to_rest(&self, limit: Duration) -> bool {
        let end = Instant::now() + limit;
        let mut before = None;
        while !self.has_ended() {
            let Some(now) = self.process.borrow().asleep() else { return true };
            if now.is_some() && now == before {
                return true;
            }
            before = now;
            if Instant::now() >= end {
                return false;
            }
            self.process.borrow().wait(MOMENT, |output| output.ended);
        }
        true
    }

    /// Its process number.
    pub fn pid(&self) -> i32 {
        self.process.borrow().pid()
    }

    /// The next line of its standard output; `what` says in a failure what the line should be.
    pub fn line(&self, what: &str) -> Vec<u8> {
        let number = self.read.get();
        let limit = self.scene.deadline();
        let task = self.scene.0.task;
        let found = self.scene.watching_the_others(&self.name(), limit, |slice| {
            self.process.borrow().wait(slice, |output| match output.out.get(number) {
                Some(line) => Some(Some(line.clone())),
                // What is still to do will not come, so there is nothing to wait for.
                None if holes::reached(&output.errors(), task).is_some() => Some(None),
                None => output.ended.map(|_| None),
            })
        });
        let Some(Some(line)) = found else {
            let wanted = format!("{what}, on {}'s standard output", self.name());
            self.scene.hang("the check", &wanted, Some(&self.name()))
        };
        self.read.set(number + 1);
        line
    }

    /// Waits for the line `bound ENDPOINT` and gives the endpoint.
    pub fn bound(&self) -> String {
        self.bound_as("bound ")
    }

    /// Waits for the line `bound NAME ENDPOINT` of a program with several sockets.
    pub fn bound_named(&self, name: &str) -> String {
        self.bound_as(&format!("bound {name} "))
    }

    fn bound_as(&self, before: &str) -> String {
        let what = format!("the line `{before}ENDPOINT`");
        let which = if self.read.get() == 0 { "first" } else { "next" };
        let line = self.line(&what);
        let text = String::from_utf8_lossy(&line);
        match text.strip_prefix(before) {
            // Neither a program's arguments nor the names of libzmq can hold one.
            Some(endpoint) if endpoint.contains('\0') => {
                self.scene.fail_to_connect(&self.name(), endpoint, "there is a NUL in it")
            }
            Some(endpoint) if endpoint.contains("://") => endpoint.to_string(),
            _ => {
                let failure = Failure::new(
                    format!("{what} {which} on {}'s standard output", self.name()),
                    format!("{} printed {}", self.name(), show(&line)),
                );
                self.scene.0.speaks_first.set(!text.starts_with("bound"));
                self.scene.throw(failure, &line)
            }
        }
    }

    /// Waits for its end and gives the way it ended.
    pub fn end(&self) -> Ended {
        let found = self.process.borrow().wait(self.scene.deadline(), |output| output.ended);
        found.unwrap_or_else(|| {
            self.scene.hang("the check", &format!("{} to end", self.name()), Some(&self.name()))
        })
    }

    /// Waits for its end, or for a line that it prints instead of ending; `what` should have happened.
    pub fn end_or_line(&self, what: &str) -> Result<Ended, Vec<u8>> {
        let number = self.read.get();
        let task = self.scene.0.task;
        let found =
            self.process.borrow().wait(self.scene.deadline(), |output| match output.out.get(number) {
                Some(line) => Some(Some(Err(line.clone()))),
                None if output.ended.is_none() && holes::reached(&output.errors(), task).is_some() => {
                    Some(None)
                }
                None => output.ended.map(|ended| Some(Ok(ended))),
            });
        found.flatten().unwrap_or_else(|| self.scene.hang("the check", what, Some(&self.name())))
    }

    /// How it ended, if it ends soon; none where it goes on. For telling one failure from another, never for a verdict.
    pub fn ends_soon(&self) -> Option<Ended> {
        self.process.borrow().wait(GLANCE * 10, |output| output.ended)
    }

    /// The way it ended, in words: where it panicked, or what it said last.
    pub fn how_it_ended(&self, ended: Ended) -> String {
        describe_end(&self.name(), &self.output(), ended)
    }

    /// Waits until this program connects to a listener, where no ZeroMQ answers it.
    pub fn comes_to(&self, listener: &UnixListener) {
        let end = Instant::now() + self.scene.deadline();
        if let Err(error) = listener.set_nonblocking(true) {
            Failure::error(format!("a listener cannot be polled: {error}")).throw();
        }
        loop {
            match listener.accept() {
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Ok(_) => return,
                Err(error) => Failure::error(format!("nobody can be accepted: {error}")).throw(),
            }
            if self.has_ended() || Instant::now() >= end {
                self.scene.hang("the check", &format!("{} to connect", self.name()), Some(&self.name()));
            }
            self.process.borrow().wait(GLANCE, |output| output.ended);
        }
    }

    /// Waits for its end and fails unless it ended with this exit code.
    pub fn ends_with(&self, code: i32) {
        let ended = self.end();
        if ended != Ended::Code(code) {
            let output = self.output();
            let seen = describe_end(&self.name(), &output, ended);
            self.scene.fail(format!("{} to end with exit code {code}", self.name()), seen);
        }
    }

    /// Leaves the check because this program never did what was waited for until the deadline, or can no longer do it.
    pub fn never(&self, what: &str) -> ! {
        self.scene.hang("the check", what, Some(&self.name()))
    }

    /// Types a line to its standard input; it is no failure if it reads no more.
    pub fn type_line(&self, line: impl AsRef<[u8]>) {
        let _ = self.process.borrow_mut().type_line(line.as_ref());
    }

    /// Types a line to its standard input of which the timeline keeps a remark only, because it is long.
    pub fn type_long_line(&self, remark: &str, line: &[u8]) {
        self.scene.note(format!("typed to {}: {remark}", self.name()));
        let _ = self.process.borrow_mut().type_unrecorded(line);
    }

    /// Ends its standard input.
    pub fn close_input(&self) {
        self.process.borrow_mut().close_input();
    }

    /// Ends it and gives all lines that it has printed on standard output. What it printed before it ended is all there then.
    pub fn lines_at_the_end(&self) -> Vec<Vec<u8>> {
        self.process.borrow_mut().kill();
        self.output().out
    }

    /// Sends it a signal. The check is an error where this process ignores it: then the program does so from its start, and the answer would tell
    /// something of the shell.
    pub fn signal(&self, signal: Signal) {
        if ignored_here(signal) {
            let name = signal_name(signal.as_raw());
            Failure::error(format!(
                "{name} is ignored by what started this check, and so by every program that it starts. A shell does that to what a script starts \
                 with `&`. Run the check in the foreground, or behind `env --default-signal`"
            ))
            .throw();
        }
        self.process.borrow().signal(signal);
    }

    /// Limits the length of the files that it writes, in bytes, while it runs; none lifts the limit again. Like a signal it
    /// goes to the process that was started. A write over the limit fails with EFBIG where SIGXFSZ is ignored (see
    /// [`Scene::start_after`]), and ends the program elsewhere; of a write across the limit the part up to it is written
    /// (setrlimit(2)).
    #[cfg(target_os = "linux")]
    pub fn limit_files(&self, bytes: Option<u64>) {
        use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
        self.scene.note(match bytes {
            Some(bytes) => {
                format!("from here on {} cannot make a file longer than {bytes} bytes", self.name())
            }
            None => format!("{} may write long files again", self.name()),
        });
        // The hard limit stays what it is for all of us; only root could raise it again.
        let maximum = getrlimit(Resource::Fsize).maximum;
        let limit = Rlimit { current: bytes.or(maximum), maximum };
        let set = prlimit(Pid::from_raw(self.pid()), Resource::Fsize, limit);
        // Who has ended writes nothing, and whoever waits for it is told how it ended.
        if let Some(error) = set.err().filter(|error| *error != rustix::io::Errno::SRCH) {
            Failure::error(format!("the limit of {}'s files cannot be set: {error}", self.name())).throw();
        }
    }

    /// Ends it at once with SIGKILL, and everything it started.
    pub fn kill(&self) {
        self.process.borrow().signal(Signal::KILL);
        self.process.borrow_mut().kill();
    }
}

/// The standard error of several programs.
fn errors_of(outputs: &[(String, Output)]) -> String {
    outputs.iter().map(|(_, output)| output.errors()).collect::<Vec<_>>().join("\n")
}

/// The end of a program in words: how it ended, where it panicked, what it said last.
fn describe_end(name: &str, output: &Output, ended: Ended) -> String {
    if output.flooded {
        return format!("{name} {FLOODED} and was ended by the check");
    }
    if let Some((place, message)) = panic_in(&output.errors()) {
        return format!("{name} panicked at {place}: {message}");
    }
    let mut text = format!("{name} ended with {ended}");
    // Rust puts an empty line before some of its last words.
    let said = output.err.iter().rev().filter(|line| !line.trim_ascii().is_empty());
    let last: Vec<String> = said.take(4).map(|line| show_up_to(line, 240)).collect();
    if last.is_empty() {
        text.push_str(" and said nothing on standard error");
    } else {
        let _ = write!(text, "; its standard error ends with");
        for line in last.iter().rev() {
            let _ = write!(text, "\n  {line}");
        }
    }
    text
}

/// Where a program panicked, and what the panic said.
fn panic_in(errors: &str) -> Option<(String, String)> {
    let (_, after) = errors.split_once("panicked at ")?;
    let mut lines = after.lines();
    let place = lines.next()?.trim_end_matches(':').to_string();
    Some((place, lines.next().unwrap_or_default().to_string()))
}

/// The bytes that came, and in which way they differ where that is easily overlooked.
fn different(got: &[u8], wanted: &[u8]) -> String {
    let extra = match got.strip_prefix(wanted) {
        Some([b'\n']) => ", with a newline at its end",
        Some([0]) => ", with a NUL byte at its end",
        _ if got.eq_ignore_ascii_case(wanted) => ", in other letters, large and small",
        _ => "",
    };
    format!("{}{extra}", show(got))
}

/// How much of two long texts stands before their first difference, where both are shown from there on.
const BEFORE: usize = 20;

/// Where two texts begin to differ, if that is so far behind that the beginning of both would look the same.
fn first_difference(got: &[u8], wanted: &[u8]) -> Option<usize> {
    let same = got.iter().zip(wanted).take_while(|(got, wanted)| got == wanted).count();
    (same > 50 && got.len().max(wanted.len()) > 60).then_some(same)
}

/// A long text from a little before this place on.
fn show_around(bytes: &[u8], at: usize) -> String {
    let mut from = at.saturating_sub(BEFORE);
    // Not from the midst of a character.
    while bytes.get(from).is_some_and(|byte| byte & 0xc0 == 0x80) && from < at {
        from += 1;
    }
    let rest = if from < bytes.len() { show(&bytes[from..]) } else { "nothing more".into() };
    format!("{} bytes, and from byte {from} on {rest}", bytes.len())
}

/// What a participant sent and got last.
fn last_frames(events: &[Event], who: &str) -> String {
    let mut sent = None;
    let mut got = None;
    let mut typed = None;
    for event in events {
        match &event.what {
            What::Message { from, to, frames, fate, .. } => {
                let frames: Vec<&[u8]> = frames.iter().map(|frame| &frame.0[..]).collect();
                if from == who {
                    sent = Some(show_frames(&frames));
                } else if to == who && !matches!(fate, Fate::Lost | Fate::Held | Fate::Cut) {
                    got = Some(show_frames(&frames));
                }
            }
            What::Line { who: name, stream: Stream::In, text } if name == who => typed = Some(show(&text.0)),
            _ => {}
        }
    }
    let mut parts = Vec::new();
    parts.extend(typed.map(|line| format!("the last line typed to it was {line}")));
    match (got, sent) {
        (Some(got), Some(sent)) => parts.push(format!("it was last sent {got} and sent {sent} itself")),
        (Some(got), None) => parts.push(format!("it was sent {got} and has sent nothing")),
        (None, Some(sent)) => parts.push(format!("it sent {sent} and has been sent nothing")),
        (None, None) => {}
    }
    if parts.is_empty() { String::new() } else { format!("; {}", parts.join(", ")) }
}

/// A time as a person says it: `5 s`, `250 ms`.
pub(crate) fn seconds(time: Duration) -> String {
    let ms = time.as_millis();
    if ms % 1000 == 0 { format!("{} s", ms / 1000) } else { format!("{ms} ms") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_tells_its_place_and_message() {
        let text = "\nthread 'main' (77) panicked at labs/lab01/src/bin/server.rs:30:5:\ncalled `Result::unwrap()`\nnote: run";
        let expected =
            ("labs/lab01/src/bin/server.rs:30:5".to_string(), "called `Result::unwrap()`".to_string());
        assert_eq!(panic_in(text), Some(expected));
    }

    #[test]
    fn empty_lines_are_no_last_words() {
        let mut output = Output::default();
        for line in ["", "thread 'main' has overflowed its stack", ""] {
            output.err.push(line.into());
        }
        let text = describe_end("server", &output, Ended::Code(1));
        assert!(!text.contains("empty"), "{text}");
        assert!(text.ends_with("ends with\n  `thread 'main' has overflowed its stack`"), "{text}");
    }

    #[test]
    fn a_difference_that_is_easily_overlooked_is_named() {
        assert_eq!(different(b"pong\n", b"pong"), "`pong\\n`, with a newline at its end");
        assert_eq!(different(b"PONG", b"pong"), "`PONG`, in other letters, large and small");
    }
}
