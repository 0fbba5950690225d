//! The programs of lab 06 with Python on the other side: the reference, and `ok-python` of the collection of programs, by turns.
//!
//! `LAB_PYTHON` names an interpreter that has what `tests/python/requirements.txt` lists; without it these tests are passed over.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::Duration;

use harness::program::{Ended, Launcher, Process, Start};
use harness::timeline::Timeline;

const LONG: Duration = Duration::from_secs(30);
/// More than a queue of default size holds.
const COUNT: u32 = 5000;

/// A folder with programs in it that meet at an endpoint.
struct Meeting {
    folder: tempfile::TempDir,
    timeline: Timeline,
    python: OsString,
}

/// What a program is written in.
#[derive(Clone, Copy)]
enum Language {
    Rust,
    Python,
}

impl Meeting {
    /// None where there is no Python.
    fn new() -> Option<Self> {
        let Some(python) = std::env::var_os("LAB_PYTHON") else {
            println!("passed over: LAB_PYTHON names no Python");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("lab").tempdir().unwrap();
        Some(Self { folder, timeline: Timeline::new(), python })
    }

    /// A name in Linux's abstract namespace that no other meeting has.
    fn name(&self, name: &str) -> String {
        format!("ipc://@{}-{name}", self.folder.path().file_name().unwrap().to_string_lossy())
    }

    fn start(&self, language: Language, role: &str, arguments: &[&str]) -> Process {
        let script = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../tests/mistakes/lab06/ok-python")
            .join(format!("{role}.py"));
        let program = match role {
            "publisher" => env!("CARGO_BIN_EXE_solution06-publisher"),
            _ => env!("CARGO_BIN_EXE_solution06-subscriber"),
        };
        let mut command = match language {
            Language::Rust => vec![OsStr::new(program)],
            Language::Python => vec![&self.python, script.as_os_str()],
        };
        command.extend(arguments.iter().map(OsStr::new));
        let start = Start {
            name: role,
            command,
            launcher: Launcher::NONE,
            folder: self.folder.path(),
            timeline: &self.timeline,
        };
        Process::start(&start).unwrap()
    }
}

/// Line `number` of standard output.
fn line(process: &Process, number: usize) -> String {
    let line = process.wait(LONG, |output| output.out.get(number).cloned());
    String::from_utf8(line.unwrap_or_else(|| panic!("{}", process.output().errors()))).unwrap()
}

/// One publisher, and a subscriber in each language; with `sync` they shake hands.
fn meet(language: Language, data: &str, sync: Option<&str>) {
    let Some(meeting) = Meeting::new() else { return };
    let (data, sync) = if data.contains('@') {
        (meeting.name("data"), sync.map(|_| meeting.name("sync")))
    } else {
        (data.to_string(), sync.map(String::from))
    };
    let count = COUNT.to_string();
    let mut arguments = vec!["--bind", &data, "--subscribers", "2", "--count", &count];
    arguments.extend(sync.iter().flat_map(|sync| ["--sync", sync]));
    let publisher = meeting.start(language, "publisher", &arguments);
    let data = line(&publisher, 0).strip_prefix("bound ").unwrap().to_string();
    let sync = sync.map(|_| line(&publisher, 1).strip_prefix("bound sync ").unwrap().to_string());
    let mut arguments = vec!["--connect", &data];
    arguments.extend(sync.iter().flat_map(|sync| ["--sync", sync]));
    let subscribers =
        [Language::Rust, Language::Python].map(|language| meeting.start(language, "subscriber", &arguments));
    let wanted: Vec<Vec<u8>> = (1..=COUNT).map(|number| number.to_string().into_bytes()).collect();
    for process in subscribers.iter().chain([&publisher]) {
        let ended = process.wait(LONG, |output| output.ended);
        assert_eq!(ended, Some(Ended::Code(0)), "{} {}", process.name(), process.output().errors());
    }
    for subscriber in &subscribers {
        assert_eq!(subscriber.output().out, wanted);
    }
}

#[test]
fn over_tcp() {
    meet(Language::Rust, "tcp://127.0.0.1:*", None);
    meet(Language::Python, "tcp://127.0.0.1:*", None);
}

#[test]
fn over_tcp_with_a_handshake() {
    meet(Language::Rust, "tcp://127.0.0.1:*", Some("tcp://127.0.0.1:*"));
    meet(Language::Python, "tcp://127.0.0.1:*", Some("tcp://127.0.0.1:*"));
}

#[cfg(target_os = "linux")]
#[test]
fn over_names_without_files() {
    meet(Language::Rust, "ipc://@", None);
    meet(Language::Python, "ipc://@", None);
}

#[cfg(target_os = "linux")]
#[test]
fn over_names_without_files_with_a_handshake() {
    meet(Language::Rust, "ipc://@", Some("ipc://@"));
    meet(Language::Python, "ipc://@", Some("ipc://@"));
}
