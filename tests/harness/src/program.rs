//! Starts a program, reads its lines, types to it, sends it signals, and knows how it ended.
//!
//! A program runs in a process group of its own; dropping the [`Process`] ends it and everything it started. What waits
//! with a deadline and explains itself stands in `scene`; here nothing knows of checks.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::ops::Range;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, getpgid, kill_process_group, waitid};

use crate::timeline::{Stream, Timeline, What};
use crate::watchdog;

/// The words by which a failure says that a program was ended because it printed too much.
pub const FLOODED: &str = "printed without end";
/// What a program may print before it is ended: more is an endless loop.
const MOST_OUTPUT: usize = 8 << 20;
/// And this many lines; the longest honest output of a lab has 100 001.
const MOST_LINES: usize = 300_000;
/// A line longer than this is taken apart: a program that never prints a newline must not fill the memory.
const LONGEST_LINE: u64 = 1 << 20;
/// The variable that tells a launcher in which file it says, in a line of its own, the number of the program's process.
const LAUNCHED: &str = "LAB_LAUNCHED";
/// How long the readers may have nothing to read after the program ended, where a child of it keeps its output open.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// What a thread has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThreadUse {
    /// The processor time that it has used, in steps of 10 ms.
    pub time: Duration,
    /// How often it has waited for something; 0 where the system does not tell. Who computes hardly ever does, whoever else wants the
    /// processor.
    pub waits: u64,
    /// Whether it runs now, or would if a processor were free.
    pub runs: bool,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with this exit code.
    Code(i32),
    /// By a signal of this number.
    Signal(i32),
}

impl std::fmt::Display for Ended {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(formatter, "exit code {code}"),
            Self::Signal(number) => write!(formatter, "signal {}", signal_name(*number)),
        }
    }
}

/// Whether this process ignores a signal, which every program that it starts then does, too. False where the system does not tell.
///
/// Source: `SigIgn` in `/proc/PID/status`, a bit for each signal from the lowest on, see proc(5).
pub fn ignored_here(signal: Signal) -> bool {
    ignores(&std::fs::read_to_string("/proc/self/status").unwrap_or_default(), signal)
}

fn ignores(status: &str, signal: Signal) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal.as_raw() - 1) & 1 == 1
}

/// The name of a signal, as in `SIGKILL`.
pub fn signal_name(number: i32) -> String {
    let names = [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::ILL, "SIGILL"),
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::KILL, "SIGKILL"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::ALARM, "SIGALRM"),
        (Signal::TERM, "SIGTERM"),
        (Signal::STOP, "SIGSTOP"),
        (Signal::CONT, "SIGCONT"),
    ];
    names
        .into_iter()
        .find(|(signal, _)| signal.as_raw() == number)
        .map_or_else(|| format!("signal {number}"), |(_, name)| name.to_string())
}

/// What has come out of a program so far.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// The lines of its standard output, without their newlines.
    pub out: Vec<Vec<u8>>,
    /// The lines of its standard error.
    pub err: Vec<Vec<u8>>,
    /// How it ended; none while it runs.
    pub ended: Option<Ended>,
    /// True when it was ended because it printed without end.
    pub flooded: bool,
    bytes: usize,
    open_streams: u8,
}

impl Output {
    /// Its standard error as text.
    pub fn errors(&self) -> String {
        self.err.iter().map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>().join("\n")
    }
}

/// The output, and a bell that rings whenever it grows.
#[derive(Debug, Default)]
struct Board {
    output: Mutex<Output>,
    bell: Condvar,
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, Output> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Output)) {
        change(&mut self.lock());
        self.bell.notify_all();
    }

    /// Waits until `done` gives something or the time is over.
    fn wait<T>(&self, limit: Duration, mut done: impl FnMut(&Output) -> Option<T>) -> Option<T> {
        let end = Instant::now() + limit;
        let mut output = self.lock();
        loop {
            if let Some(found) = done(&output) {
                return Some(found);
            }
            let left = end.checked_duration_since(Instant::now())?;
            output = self.bell.wait_timeout(output, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// A running program, or one that has ended.
#[derive(Debug)]
pub struct Process {
    name: String,
    /// Of the process that was started: the program, or its launcher.
    group: Pid,
    /// Of the program.
    pid: Pid,
    child: Child,
    input: Option<ChildStdin>,
    board: Arc<Board>,
    timeline: Timeline,
    waiter: Option<JoinHandle<()>>,
    mark: String,
    signalled: Cell<bool>,
}

/// The launcher's words among those that start a program, from `LAB_LAUNCHER`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launcher {
    /// Which words these are; none where the program is started directly.
    pub words: Range<usize>,
    /// Whether it says which process the program is, because it does not become the program itself: `LAB_LAUNCHER_TELLS`.
    pub tells: bool,
}

impl Launcher {
    /// No launcher.
    pub const NONE: Self = Self { words: 0..0, tells: false };
}

/// How to start a program.
#[derive(Debug)]
pub struct Start<'a> {
    /// Its name in the timeline.
    pub name: &'a str,
    /// What comes before the program, the program and its arguments.
    pub command: Vec<&'a OsStr>,
    /// What is known of the launcher among them.
    pub launcher: Launcher,
    /// Where it runs.
    pub folder: &'a Path,
    /// The record that its lines go into.
    pub timeline: &'a Timeline,
}

impl Start<'_> {
    /// The command line for the timeline: without the launcher's words, and with the program's file name first.
    fn shown(&self) -> Vec<String> {
        let words = self.command.iter().enumerate().filter(|(at, _)| !self.launcher.words.contains(at));
        let mut shown: Vec<String> = words.map(|(_, word)| word.to_string_lossy().into_owned()).collect();
        if let Some(first) = shown.first_mut() {
            *first = file_name(OsStr::new(first));
        }
        shown
    }
}

/// The file in which a launcher says which process the program is. A box stands between the two: the process that was started is the
/// launcher, and signals and measurements are meant for the program.
struct Launched(tempfile::TempPath);

impl Launched {
    fn new() -> io::Result<Self> {
        Ok(Self(tempfile::NamedTempFile::new()?.into_temp_path()))
    }

    fn path(&self) -> &Path {
        &self.0
    }

    /// Waits for a line with the program's process number; none where the launcher ends without one.
    fn wait(self, launcher: Pid) -> Option<Pid> {
        loop {
            let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
            let over = !matches!(waitid(WaitId::Pid(launcher), ended), Ok(None));
            let text = std::fs::read_to_string(&self.0).unwrap_or_default();
            if let Some(number) = text.strip_suffix('\n') {
                return number.parse().ok().and_then(Pid::from_raw);
            }
            if over {
                return None;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Process {
    /// Starts a program. Its environment is ours, without a wish for backtraces, and with a terminal that can draw: whether the reader has
    /// one, and which, decides no verdict.
    pub fn start(start: &Start<'_>) -> io::Result<Self> {
        let Some((program, arguments)) = start.command.split_first() else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the command is empty"));
        };
        // Children that leave the process group are found again by this mark in their environment.
        let mark = format!("LAB_PROCESS={}.{:016x}", std::process::id(), fastrand::u64(..));
        let (key, value) = mark.split_once('=').unwrap_or(("LAB_PROCESS", ""));
        start.timeline.record(What::Start { who: start.name.into(), command: start.shown() });
        let mut command = Command::new(program);
        let launched = start.launcher.tells.then(Launched::new).transpose()?;
        if let Some(launched) = &launched {
            command.env(LAUNCHED, launched.path());
        }
        let mut child = command
            .args(arguments)
            .current_dir(start.folder)
            .env_remove("RUST_BACKTRACE")
            .env_remove("RUST_LIB_BACKTRACE")
            .env("TERM", "xterm")
            .env(key, value)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let group = Pid::from_child(&child);
        watchdog::guard(group);
        let board = Arc::new(Board::default());
        board.lock().open_streams = 2;
        let reader = |stream| Reader {
            name: start.name.to_string(),
            stream,
            board: Arc::clone(&board),
            timeline: start.timeline.clone(),
            group,
        };
        let out = child.stdout.as_ref().and_then(|out| out.as_fd().try_clone_to_owned().ok());
        let err = child.stderr.as_ref().and_then(|err| err.as_fd().try_clone_to_owned().ok());
        let pipes = out.into_iter().chain(err).collect();
        if let Some(out) = child.stdout.take() {
            reader(Stream::Out).spawn(out);
        }
        if let Some(err) = child.stderr.take() {
            reader(Stream::Err).spawn(err);
        }
        let waiter = spawn_waiter(start.name, group, &board, start.timeline, pipes);
        let input = child.stdin.take();
        let pid = launched.and_then(|launched| launched.wait(group)).unwrap_or(group);
        Ok(Self {
            name: start.name.into(),
            group,
            pid,
            child,
            input,
            board,
            timeline: start.timeline.clone(),
            waiter: Some(waiter),
            mark,
            signalled: Cell::new(false),
        })
    }

    /// True once it was sent a signal, or killed, by the check.
    pub fn was_signalled(&self) -> bool {
        self.signalled.get()
    }

    /// Its name in the timeline.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its process number. Without a launcher it is its group's too.
    pub fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// What has come out of it so far.
    pub fn output(&self) -> Output {
        self.board.lock().clone()
    }

    /// How it ended; none while it runs.
    pub fn ended(&self) -> Option<Ended> {
        self.board.lock().ended
    }

    /// Waits until `done` finds in the output what it looks for; none when `limit` is over.
    pub fn wait<T>(&self, limit: Duration, done: impl FnMut(&Output) -> Option<T>) -> Option<T> {
        self.board.wait(limit, done)
    }

    /// Types a line to it; the newline is added. An error means that it no longer reads.
    pub fn type_line(&mut self, line: &[u8]) -> io::Result<()> {
        self.timeline.record(What::Line { who: self.name.clone(), stream: Stream::In, text: line.into() });
        self.type_unrecorded(line)
    }

    /// The same without a trace of it in the timeline.
    pub fn type_unrecorded(&mut self, line: &[u8]) -> io::Result<()> {
        let input = self.input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        input.write_all(line)?;
        input.write_all(b"\n")?;
        input.flush()
    }

    /// Ends its standard input.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Sends a signal to it and to all in its group; to nobody after [`Process::kill`].
    pub fn signal(&self, signal: Signal) {
        let name = signal_name(signal.as_raw());
        self.timeline.record(What::Signal { who: self.name.clone(), signal: name });
        self.signalled.set(true);
        if self.waiter.is_none() {
            return;
        }
        // A box does not hand signals on, so the program gets it itself.
        let group = if self.pid == self.group { Some(self.group) } else { getpgid(Some(self.pid)).ok() };
        if let Some(group) = group {
            let _ = kill_process_group(group, signal);
        }
    }

    /// The processor time that it has used, by all its threads; none where the system does not tell.
    ///
    /// Source: fields `utime` and `stime` of `/proc/PID/stat`, in ticks of 10 ms.
    pub fn cpu_time(&self) -> Option<Duration> {
        time_in(&std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).ok()?)
    }

    /// What each of its threads has done so far, and each thread of the programs that it started, by the thread's number; none where the
    /// system does not tell.
    ///
    /// Source: `stat`, `status` and `children` in `/proc/PID/task/TID`, see proc(5).
    pub fn threads(&self) -> Option<BTreeMap<i32, ThreadUse>> {
        let mut threads = BTreeMap::new();
        let mut left = vec![self.pid()];
        while let Some(pid) = left.pop() {
            let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else { continue };
            for task in tasks.flatten() {
                let number = task.file_name().to_string_lossy().parse().ok()?;
                // A thread may end while it is looked at.
                if let Ok(text) = std::fs::read_to_string(task.path().join("stat")) {
                    let status = std::fs::read_to_string(task.path().join("status")).unwrap_or_default();
                    let runs = text.rsplit_once(") ").is_some_and(|(_, fields)| fields.starts_with('R'));
                    let (time, waits) = (time_in(&text)?, waits_in(&status));
                    threads.insert(number, ThreadUse { time, waits, runs });
                }
                let children = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
                left.extend(children.split_whitespace().filter_map(|child| child.parse::<i32>().ok()));
            }
        }
        (!threads.is_empty()).then_some(threads)
    }

    /// Whether all its threads sleep, and how often they have been woken or interrupted so far: where the same number comes twice,
    /// nothing happened between. The outer none where the system does not tell, the inner one where some thread runs.
    ///
    /// Source: the state in `/proc/PID/task/TID/stat` and the context switches in `/proc/PID/task/TID/status`, see proc(5).
    pub fn asleep(&self) -> Option<Option<u64>> {
        let mut switches = 0;
        for task in std::fs::read_dir(format!("/proc/{}/task", self.pid())).ok()? {
            let path = task.ok()?.path();
            let stat = std::fs::read_to_string(path.join("stat")).ok()?;
            if !stat.rsplit_once(") ")?.1.starts_with('S') {
                return Some(None);
            }
            let status = std::fs::read_to_string(path.join("status")).ok()?;
            let counts = status.lines().filter_map(|line| line.split_once("ctxt_switches:"));
            switches += counts.filter_map(|(_, count)| count.trim().parse::<u64>().ok()).sum::<u64>();
        }
        Some(Some(switches))
    }

    /// The most memory that it has held so far, in bytes: what was really in use, not what was reserved. None where the system does
    /// not tell, and once it has ended.
    ///
    /// Source: `VmHWM` in `/proc/PID/status`, see proc(5).
    pub fn peak_memory(&self) -> Option<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
        Some(kib * 1024)
    }

    /// Ends it and all that it started, and waits until it has ended. A second time does nothing.
    pub fn kill(&mut self) {
        // Once it has been waited for, its number may belong to another.
        let Some(waiter) = self.waiter.take() else { return };
        self.signalled.set(true);
        // The dead program is not waited for before this, so its number still belongs to it.
        let _ = kill_process_group(self.group, Signal::KILL);
        kill_marked(&self.mark);
        let _ = waiter.join();
        let _ = self.child.wait();
        watchdog::release(self.group);
    }
}

/// The processor time in the text of a `stat` file.
fn time_in(stat: &str) -> Option<Duration> {
    // The command in brackets may hold blanks; the fields after it do not. utime is field 14 of all.
    let after = stat.rsplit_once(')')?.1;
    let mut fields = after.split_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}

/// How often a thread has waited, in the text of its `status` file.
fn waits_in(status: &str) -> u64 {
    let count = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
    count.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.waiter.is_some() {
            self.kill();
        }
    }
}

/// Waits for the program's end, lets the readers finish, then tells how it ended.
///
/// `NOWAIT` leaves the dead program in the process table until [`Process::kill`]: its number cannot be given to
/// another process meanwhile, so killing its group can hit nobody else.
fn spawn_waiter(
    name: &str,
    group: Pid,
    board: &Arc<Board>,
    timeline: &Timeline,
    pipes: Vec<OwnedFd>,
) -> JoinHandle<()> {
    let (name, board, timeline) = (name.to_string(), Arc::clone(board), timeline.clone());
    thread::spawn(move || {
        let status = loop {
            match waitid(WaitId::Pid(group), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
                Ok(Some(status)) => break Some(status),
                Err(error) if error != rustix::io::Errno::INTR => break None,
                _ => {}
            }
        };
        let ended = status.as_ref().and_then(|status| {
            status.exit_status().map(Ended::Code).or_else(|| status.terminating_signal().map(Ended::Signal))
        });
        hear_last_words(&board, &pipes);
        let (code, signal) = match ended {
            Some(Ended::Code(code)) => (Some(code), None),
            Some(Ended::Signal(number)) => (None, Some(signal_name(number))),
            None => (None, None),
        };
        timeline.record(What::Exit { who: name, code, signal });
        board.change(|output| output.ended = ended.or(Some(Ended::Code(-1))));
    })
}

/// Waits until the readers have read all that the program left. A child of it may keep its output open and silent for ever, so this
/// ends where nothing more comes, too; but on a busy machine it may be our own readers that do not come to it. So it goes on while there
/// is something to read in a pipe, or while lines came since the last look.
fn hear_last_words(board: &Board, pipes: &[OwnedFd]) {
    let unread = || pipes.iter().any(|pipe| rustix::io::ioctl_fionread(pipe).is_ok_and(|bytes| bytes > 0));
    // What was in a pipe at the last look and is in none now may be in the hands of a reader.
    let (mut before, mut waiting) = (board.lock().bytes, unread());
    while board.wait(LAST_WORDS, |output| (output.open_streams == 0).then_some(())).is_none() {
        let (now, waits) = (board.lock().bytes, unread());
        if !waits && !waiting && now == before {
            break;
        }
        (before, waiting) = (now, waits);
    }
}

/// Reads one stream of a program line by line.
struct Reader {
    name: String,
    stream: Stream,
    board: Arc<Board>,
    timeline: Timeline,
    group: Pid,
}

impl Reader {
    fn spawn(self, stream: impl Read + Send + 'static) {
        thread::spawn(move || {
            let mut input = BufReader::new(stream);
            while self.read_line(&mut input) {}
            self.board.change(|output| output.open_streams -= 1);
        });
    }

    /// Reads one line; false at the end of the stream, or when there was too much of it.
    fn read_line(&self, input: &mut impl BufRead) -> bool {
        let mut line = Vec::new();
        match input.take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return false,
            Ok(_) => {}
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        self.timeline.record(What::Line {
            who: self.name.clone(),
            stream: self.stream,
            text: line.as_slice().into(),
        });
        let mut flooded = false;
        self.board.change(|output| {
            output.bytes += line.len() + 1;
            let lines = if self.stream == Stream::Out { &mut output.out } else { &mut output.err };
            lines.push(line);
            flooded = lines.len() > MOST_LINES || output.bytes > MOST_OUTPUT;
            output.flooded |= flooded;
        });
        if flooded {
            let _ = kill_process_group(self.group, Signal::KILL);
        }
        !flooded
    }
}

/// Ends processes that carry the mark in their environment: children that left their group.
///
/// Only where there is `/proc`; elsewhere the group has to do.
fn kill_marked(mark: &str) {
    let Ok(entries) = std::fs::read_dir("/proc") else { return };
    for entry in entries.flatten() {
        let pid = entry.file_name().to_str().and_then(|name| name.parse().ok()).and_then(Pid::from_raw);
        let (Some(pid), Ok(environment)) = (pid, std::fs::read(entry.path().join("environ"))) else {
            continue;
        };
        if environment.split(|&byte| byte == 0).any(|variable| variable == mark.as_bytes()) {
            let _ = rustix::process::kill_process(pid, Signal::KILL);
        }
    }
}

fn file_name(program: &OsStr) -> String {
    Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    fn sh(script: &str) -> (Process, Timeline, tempfile::TempDir) {
        let timeline = Timeline::new();
        let folder = tempfile::tempdir().unwrap();
        let command = ["/bin/sh", "-c", script].map(OsStr::new).to_vec();
        let start = Start {
            name: "program",
            command,
            launcher: Launcher::NONE,
            folder: folder.path(),
            timeline: &timeline,
        };
        (Process::start(&start).unwrap(), timeline, folder)
    }

    fn line(process: &Process, number: usize) -> String {
        let found = process.wait(LONG, |output| output.out.get(number).cloned());
        String::from_utf8(found.expect("the line came")).unwrap()
    }

    fn runs(pid: i32) -> bool {
        rustix::process::test_kill_process(Pid::from_raw(pid).unwrap()).is_ok()
    }

    /// Waits until the process is gone; a killed one may be a zombie until init has seen it.
    fn goes_away(pid: i32) -> bool {
        let end = Instant::now() + LONG;
        while Instant::now() < end {
            let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            if !runs(pid) || state.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('Z')) {
                return true;
            }
            thread::yield_now();
        }
        false
    }

    #[test]
    fn lines_and_exit_code_arrive_and_are_recorded_in_order() {
        let (process, timeline, _folder) = sh("echo one; echo two >&2; exit 3");
        assert_eq!(process.wait(LONG, |output| output.ended), Some(Ended::Code(3)));
        let output = process.output();
        assert_eq!((output.out, output.err), (vec![b"one".to_vec()], vec![b"two".to_vec()]));
        let last = timeline.events().pop().unwrap();
        assert_eq!(last.what, What::Exit { who: "program".into(), code: Some(3), signal: None });
    }

    #[test]
    fn whether_a_bar_is_drawn_does_not_depend_on_the_readers_terminal() {
        let (process, _timeline, _folder) = sh("echo $TERM");
        assert_eq!(line(&process, 0), "xterm");
    }

    #[test]
    fn what_is_typed_is_read_and_the_end_of_input_is_seen() {
        let (mut process, _timeline, _folder) = sh("read a; echo got $a; cat; echo end");
        process.type_line(b"x").unwrap();
        assert_eq!(line(&process, 0), "got x");
        process.close_input();
        assert_eq!(line(&process, 1), "end");
    }

    #[test]
    fn dropping_ends_the_children_in_the_group() {
        let (process, _timeline, _folder) = sh("sleep 1000 & echo $!; wait");
        let child: i32 = line(&process, 0).parse().unwrap();
        assert!(runs(child));
        drop(process);
        assert!(goes_away(child));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn dropping_ends_a_child_that_left_the_group() {
        let (process, _timeline, _folder) = sh("setsid sh -c 'echo $$; exec sleep 1000' & wait");
        let child: i32 = line(&process, 0).parse().unwrap();
        drop(process);
        assert!(goes_away(child));
    }

    #[test]
    fn a_program_that_prints_without_end_is_ended() {
        let (process, _timeline, _folder) = sh("yes");
        assert_eq!(process.wait(LONG, |output| output.ended), Some(Ended::Signal(Signal::KILL.as_raw())));
        assert!(process.output().flooded);
    }

    #[test]
    fn a_silent_child_that_keeps_the_output_open_is_not_waited_for() {
        let (process, _timeline, _folder) = sh("sleep 1000 & echo $!");
        assert_eq!(process.wait(LONG, |output| output.ended), Some(Ended::Code(0)));
        assert_eq!(process.output().out.len(), 1);
    }

    #[test]
    fn what_lies_in_a_pipe_is_waited_for() {
        let (reader, mut writer) = std::os::unix::net::UnixStream::pair().unwrap();
        writer.write_all(b"last words").unwrap();
        let board = Arc::new(Board::default());
        board.lock().open_streams = 1;
        let pipes = [OwnedFd::from(reader.try_clone().unwrap())];
        let (mut slow, theirs) = (reader, Arc::clone(&board));
        let late = thread::spawn(move || {
            // Three looks go by before this reader comes to it.
            thread::sleep(LAST_WORDS * 3);
            let mut bytes = [0; 10];
            slow.read_exact(&mut bytes).unwrap();
            theirs.change(|output| {
                output.bytes += bytes.len();
                output.open_streams = 0;
            });
        });
        hear_last_words(&board, &pipes);
        assert_eq!(board.lock().bytes, 10);
        late.join().unwrap();
        drop(writer);
    }

    #[test]
    fn a_line_without_end_is_taken_apart() {
        let (process, _timeline, _folder) = sh("head -c 3000000 /dev/zero");
        process.wait(LONG, |output| output.ended).unwrap();
        let lengths: Vec<usize> = process.output().out.iter().map(Vec::len).collect();
        assert_eq!(lengths, [1 << 20, 1 << 20, 3_000_000 - (2 << 20)]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_signal_that_the_shell_ignores_is_known() {
        let (process, _timeline, _folder) = sh("trap '' INT; exec cat /proc/self/status");
        process.wait(LONG, |output| output.ended).unwrap();
        let status = String::from_utf8(process.output().out.join(&b'\n')).unwrap();
        assert!(ignores(&status, Signal::INT), "{status}");
        assert!(!ignores(&status, Signal::TERM), "{status}");
    }

    #[test]
    fn a_signal_is_told_by_its_name() {
        let (process, _timeline, _folder) = sh("echo up; exec sleep 1000");
        line(&process, 0);
        process.signal(Signal::TERM);
        let ended = process.wait(LONG, |output| output.ended).unwrap();
        assert_eq!(ended.to_string(), "signal SIGTERM");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_busy_loop_shows_in_the_processor_time() {
        let (process, _timeline, _folder) = sh("while :; do :; done");
        let end = Instant::now() + LONG;
        while process.cpu_time().unwrap() < Duration::from_millis(50) {
            assert!(Instant::now() < end, "the loop used no processor time");
            thread::yield_now();
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn who_waits_is_asleep_and_who_loops_is_not() {
        let (mut process, _timeline, _folder) = sh("read go; echo on; while :; do :; done");
        let end = Instant::now() + LONG;
        while process.asleep().unwrap().is_none() {
            assert!(Instant::now() < end, "it never slept");
            thread::yield_now();
        }
        process.type_line(b"go").unwrap();
        line(&process, 0);
        for _ in 0..20 {
            assert_eq!(process.asleep(), Some(None));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_threads_of_a_child_are_told_too() {
        let (process, _timeline, _folder) = sh("(while :; do :; done) & wait");
        let end = Instant::now() + LONG;
        let busy = |threads: &BTreeMap<i32, ThreadUse>| {
            threads.values().filter(|thread| thread.time >= Duration::from_millis(50)).count()
        };
        while busy(&process.threads().unwrap()) < 1 {
            assert!(Instant::now() < end, "the loop of the child used no processor time");
            thread::yield_now();
        }
        let threads = process.threads().unwrap();
        assert_eq!((threads.len(), busy(&threads)), (2, 1), "{threads:?}");
        assert!(threads.values().any(|thread| thread.runs), "{threads:?}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn it_is_told_how_often_a_thread_has_waited() {
        let (mut process, _timeline, _folder) = sh("while read line; do echo $line; done");
        let waits =
            |process: &Process| process.threads().unwrap().values().map(|thread| thread.waits).sum::<u64>();
        process.type_line(b"0").unwrap();
        line(&process, 0);
        let before = waits(&process);
        for number in 1..=20 {
            // It has to wait for a line that is typed when the one before was seen.
            let end = Instant::now() + LONG;
            while process.asleep() == Some(None) {
                assert!(Instant::now() < end, "it never slept");
                thread::yield_now();
            }
            process.type_line(number.to_string().as_bytes()).unwrap();
            line(&process, number);
        }
        assert!(waits(&process) >= before + 20, "{before} {}", waits(&process));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_peak_of_memory_is_told_also_after_it_was_given_back() {
        let script =
            "echo up; read go; text=$(head -c 20000000 /dev/zero | tr '\\0' x); text=; echo done; read go";
        let (mut process, _timeline, _folder) = sh(script);
        line(&process, 0);
        let before = process.peak_memory().unwrap();
        process.type_line(b"go").unwrap();
        line(&process, 1);
        let after = process.peak_memory().unwrap();
        assert!(after >= before + 15_000_000, "{before} {after}");
    }

    /// A launcher that starts the program in a session of its own, as a box does, and ends as the program ends.
    const LAUNCHER: &str = r#"setsid "$@" <&0 & echo $! >"$LAB_LAUNCHED.new"; mv "$LAB_LAUNCHED.new" "$LAB_LAUNCHED"; wait $!; exit $?"#;

    fn launched(launcher: &str, script: &str) -> (Process, Timeline, tempfile::TempDir) {
        let timeline = Timeline::new();
        let folder = tempfile::tempdir().unwrap();
        let command = ["/bin/sh", "-c", launcher, "launcher", "/bin/sh", "-c", script].map(OsStr::new);
        let start = Start {
            name: "program",
            command: command.to_vec(),
            launcher: Launcher { words: 0..4, tells: true },
            folder: folder.path(),
            timeline: &timeline,
        };
        (Process::start(&start).unwrap(), timeline, folder)
    }

    #[test]
    fn a_launched_program_gets_the_signals_itself() {
        let (process, timeline, _folder) =
            launched(LAUNCHER, "trap 'echo got it; exit 3' USR1; echo $$; while :; do sleep 0.01; done");
        assert_eq!(line(&process, 0), process.pid().to_string());
        process.signal(Signal::USR1);
        assert_eq!(line(&process, 1), "got it");
        assert_eq!(process.wait(LONG, |output| output.ended), Some(Ended::Code(3)));
        let What::Start { command, .. } = &timeline.events()[0].what else { panic!("it was not started") };
        assert_eq!(command[0], "sh");
        assert_eq!(command.len(), 3);
    }

    #[test]
    fn a_launcher_that_fails_is_not_waited_for() {
        let (process, _timeline, _folder) = launched("exit 9", "echo never");
        assert_eq!(process.wait(LONG, |output| output.ended), Some(Ended::Code(9)));
    }

    #[test]
    fn killing_twice_is_killing_once() {
        let (mut process, _timeline, _folder) = sh("exec sleep 1000");
        process.kill();
        assert_eq!(process.ended(), Some(Ended::Signal(Signal::KILL.as_raw())));
        process.kill();
        process.signal(Signal::KILL);
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        let timeline = Timeline::new();
        let command = vec![OsStr::new("/no/such/program")];
        let start = Start {
            name: "x",
            command,
            launcher: Launcher::NONE,
            folder: Path::new("/"),
            timeline: &timeline,
        };
        assert!(Process::start(&start).is_err());
    }
}
