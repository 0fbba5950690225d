//! The programs of lab 05 talk with real Python: a publisher and a subscriber with pyzmq, over tcp and over names without a file.
//!
//! `LAB_PYTHON` names an interpreter that has what `tests/python/requirements.txt` lists; without it these tests are passed over.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::{Duration, Instant};

use harness::program::{Ended, Launcher, Output, Process, Start};
use harness::timeline::Timeline;

const LONG: Duration = Duration::from_secs(30);
/// How long a wait for a line may last before the next line is typed that could bring it.
const GLANCE: Duration = Duration::from_millis(20);
const PUBLISHER: &str = env!("CARGO_BIN_EXE_solution05-publisher");
const SUBSCRIBER: &str = env!("CARGO_BIN_EXE_solution05-subscriber");

/// A folder, a name that nobody else has, and programs that meet at it.
struct Meeting {
    folder: tempfile::TempDir,
    timeline: Timeline,
    python: OsString,
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

    /// `ipc://@NAME` on Linux, a path elsewhere.
    fn name(&self) -> String {
        let folder = self.folder.path();
        if cfg!(target_os = "linux") {
            format!("ipc://@{}-door", folder.file_name().unwrap().to_str().unwrap())
        } else {
            format!("ipc://{}", folder.join("door").display())
        }
    }

    fn start(&self, name: &str, command: &[&OsStr]) -> Process {
        let start = Start {
            name,
            command: command.to_vec(),
            launcher: Launcher::NONE,
            folder: self.folder.path(),
            timeline: &self.timeline,
        };
        Process::start(&start).unwrap()
    }

    fn rust(&self, program: &str, arguments: &[&str]) -> Process {
        let command: Vec<&OsStr> =
            std::iter::once(program).chain(arguments.iter().copied()).map(OsStr::new).collect();
        self.start("rust", &command)
    }

    fn python(&self, script: &str, arguments: &[&str]) -> Process {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/python/lab05").join(script);
        let mut command = vec![self.python.as_os_str(), script.as_os_str()];
        command.extend(arguments.iter().map(OsStr::new));
        self.start("python", &command)
    }
}

/// Waits for the line `bound ENDPOINT` and gives the endpoint.
fn bound(process: &Process) -> String {
    let line = process.wait(LONG, |output| output.out.first().cloned());
    let line = String::from_utf8(line.unwrap_or_else(|| panic!("{}", process.output().errors()))).unwrap();
    line.strip_prefix("bound ").unwrap().to_string()
}

/// Waits for the end, and gives what it printed.
fn at_the_end(process: &Process) -> Output {
    let ended = process.wait(LONG, |output| output.ended);
    let output = process.output();
    assert_eq!(ended, Some(Ended::Code(0)), "{}", output.errors());
    output
}

/// The subscriber hears a publisher in Python, and prints what is for it.
fn hears_python(meeting: &Meeting, endpoint: &str) {
    let mut python = meeting.python("publisher.py", &[endpoint]);
    let arguments = ["--connect", &bound(&python), "--topic", "temp.1", "--topic", "door", "--count", "4"];
    let subscriber = meeting.rust(SUBSCRIBER, &arguments);
    let lines = at_the_end(&subscriber).out;
    let wanted: [&[u8]; 4] =
        ["temp.1 21 °C".as_bytes(), b"door ", b"door \xff\x00\xfe", b"temp.1   blanks  "];
    assert_eq!(lines, wanted);
    python.close_input();
    at_the_end(&python);
}

/// A subscriber in Python hears the publisher. When its subscription is known, only a message can tell: so one is sent until it came.
fn is_heard_by_python(meeting: &Meeting, endpoint: &str) {
    let mut publisher = meeting.rust(PUBLISHER, &["--bind", endpoint]);
    let python = meeting.python("subscriber.py", &[&bound(&publisher), "temp.1"]);
    let end = Instant::now() + LONG;
    while python.wait(GLANCE, |output| (!output.out.is_empty()).then_some(())).is_none() {
        assert!(Instant::now() < end, "{}", python.output().errors());
        publisher.type_line(b"temp.1 hello").unwrap();
    }
    let lines: [&[u8]; 6] = [
        b"door open",
        b"temp.10 3.9",
        b"temp.1 in the  kitchen ",
        b"temp.1 \xff\x00",
        b"temp.1 ",
        b"temp.1 end",
    ];
    for line in lines {
        publisher.type_line(line).unwrap();
    }
    let mut printed = at_the_end(&python).out;
    printed.retain(|line| line != b"b'temp.1' b'hello'");
    let wanted = [
        r"b'temp.10' b'3.9'",
        r"b'temp.1' b'in the  kitchen '",
        r"b'temp.1' b'\xff\x00'",
        r"b'temp.1' b''",
        r"b'temp.1' b'end'",
    ];
    assert_eq!(printed, wanted.map(str::as_bytes));
    publisher.close_input();
    at_the_end(&publisher);
}

#[test]
fn the_subscriber_hears_python_at_a_name() {
    let Some(meeting) = Meeting::new() else { return };
    hears_python(&meeting, &meeting.name());
}

#[test]
fn the_subscriber_hears_python_over_tcp() {
    let Some(meeting) = Meeting::new() else { return };
    hears_python(&meeting, "tcp://127.0.0.1:*");
}

#[test]
fn the_publisher_is_heard_by_python_at_a_name() {
    let Some(meeting) = Meeting::new() else { return };
    is_heard_by_python(&meeting, &meeting.name());
}

#[test]
fn the_publisher_is_heard_by_python_over_tcp() {
    let Some(meeting) = Meeting::new() else { return };
    is_heard_by_python(&meeting, "tcp://127.0.0.1:*");
}
