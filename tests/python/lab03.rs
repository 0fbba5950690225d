//! The programs of lab 03 talk with real Python: with the handout's own programs, and with the libraries that Python uses for
//! the formats.
//!
//! `LAB_PYTHON` names an interpreter that has what `tests/python/requirements.txt` lists; without it these tests are passed over.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::Duration;

use harness::program::{Ended, Launcher, Process, Start};
use harness::timeline::Timeline;

const LONG: Duration = Duration::from_secs(30);
const GATEWAY: &str = env!("CARGO_BIN_EXE_solution03-gateway");
const PICKLER: &str = env!("CARGO_BIN_EXE_solution03-pickler");

/// A folder with two programs in it that meet at an ipc path.
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

    fn endpoint(&self) -> String {
        format!("ipc://{}", self.folder.path().join("door").display())
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

    fn python(&self, script: &str) -> Process {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/python/lab03").join(script);
        let endpoint = self.endpoint();
        self.start("python", &[&self.python, script.as_os_str(), OsStr::new(&endpoint)])
    }
}

/// Waits for the end, and gives the lines of standard output.
fn lines(process: &Process) -> Vec<String> {
    let ended = process.wait(LONG, |output| output.ended);
    let output = process.output();
    assert_eq!(ended, Some(Ended::Code(0)), "{}", output.errors());
    output.out.iter().map(|line| String::from_utf8_lossy(line).into_owned()).collect()
}

#[test]
fn the_handouts_client_is_answered() {
    let Some(meeting) = Meeting::new() else { return };
    let gateway = meeting.rust(GATEWAY, &["--bind", &meeting.endpoint(), "--plain-pickle"]);
    assert_eq!(lines(&meeting.python("client.py")), ["pong"; 3]);
    let printed = gateway.wait(LONG, |output| (output.out.len() >= 4).then(|| output.out[1..].to_vec()));
    assert_eq!(printed.unwrap(), [b"ping"; 3]);
}

#[test]
fn the_handouts_server_is_asked() {
    let Some(meeting) = Meeting::new() else { return };
    let server = meeting.python("server.py");
    let text = "пинг ☕";
    let pickler = meeting.rust(PICKLER, &["--connect", &meeting.endpoint(), "--text", text, "--count", "3"]);
    assert_eq!(lines(&pickler), ["pong"; 3]);
    let printed = server.wait(LONG, |output| (output.out.len() >= 3).then(|| output.out.clone()));
    assert_eq!(printed.unwrap(), [text.as_bytes(); 3]);
}

#[test]
fn pythons_libraries_and_the_gateway_understand_each_other() {
    let Some(meeting) = Meeting::new() else { return };
    let _gateway = meeting.rust(GATEWAY, &["--bind", &meeting.endpoint()]);
    assert_eq!(lines(&meeting.python("readings.py")), ["all right"]);
}
