//! Runs a command under a deadline, keeping no more of its output than a report needs.

use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// How a command went.
#[derive(Debug)]
pub struct Done {
    /// How it ended; none where its time was over.
    pub status: Option<ExitStatus>,
    /// The beginning of its standard output and error.
    pub text: String,
    /// Whether there was more.
    pub cut: bool,
}

/// Runs a command in a process group of its own, which is ended when the command has ended or its time is over.
pub fn run(command: &mut Command, limit: Duration, most: usize) -> io::Result<Done> {
    let mut child = command
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let group = Pid::from_child(&child);
    let streams: [Option<Box<dyn Read + Send>>; 2] = [
        child.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
    ];
    let readers: Vec<_> =
        streams.into_iter().flatten().map(|stream| thread::spawn(move || read_some(stream, most))).collect();
    let (ended, end) = mpsc::channel();
    let waiter = thread::spawn(move || {
        // It stays in the process table, so that its number belongs to it until its group has been ended.
        let _ = waitid(WaitId::Pid(group), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        let _ = ended.send(());
    });
    let in_time = end.recv_timeout(limit).is_ok();
    let _ = kill_process_group(group, Signal::KILL);
    let status = child.wait()?;
    let _ = waiter.join();
    let mut text = Vec::new();
    let mut cut = false;
    for reader in readers {
        let (bytes, more) = reader.join().unwrap_or_default();
        text.extend(bytes);
        cut |= more;
    }
    cut |= text.len() > most;
    text.truncate(most);
    let text = String::from_utf8_lossy(&text).into_owned();
    Ok(Done { status: in_time.then_some(status), text, cut })
}

/// Reads to the end and keeps the beginning: a writer must not be stopped by a full pipe.
fn read_some(mut stream: impl Read, most: usize) -> (Vec<u8>, bool) {
    let mut kept = Vec::new();
    let read = stream.by_ref().take(most as u64).read_to_end(&mut kept);
    let more = read.is_ok() && io::copy(&mut stream, &mut io::sink()).is_ok_and(|bytes| bytes > 0);
    (kept, more)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn sh(script: &str, limit: Duration, most: usize) -> Done {
        run(Command::new("/bin/sh").args(["-c", script]), limit, most).unwrap()
    }

    #[test]
    fn the_output_is_kept_up_to_its_limit() {
        let done = sh("head -c 1000000 /dev/zero | tr '\\0' x; exit 3", LONG, 1000);
        assert_eq!(done.status.unwrap().code(), Some(3));
        assert_eq!((done.text.len(), done.cut), (1000, true));
        let done = sh("echo out; echo err >&2", LONG, 1000);
        assert_eq!((done.text.as_str(), done.cut), ("err\nout\n", false));
    }

    #[test]
    fn what_does_not_end_is_ended_with_its_children() {
        let began = Instant::now();
        let done = sh("sleep 1000 & echo $!; wait", Duration::from_millis(300), 1000);
        assert!(done.status.is_none());
        let child = done.text.trim();
        // A process that was killed still takes a moment to go; one that was not would sleep for a quarter of an hour.
        let is_alive = || {
            let stat = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
            !stat.is_empty() && !stat.contains(") Z ")
        };
        while is_alive() {
            assert!(began.elapsed() < LONG, "{child} is still there");
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_child_that_stays_behind_is_not_waited_for() {
        let done = sh("sleep 1000 & exit 0", LONG, 1000);
        assert!(done.status.unwrap().success());
    }
}
