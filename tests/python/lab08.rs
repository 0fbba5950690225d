//! Store and replica of lab 08 talk with Python, over `ipc://@NAME` and tcp. The Python programs are those of the zoo, where the suite judges
//! them; here each of them meets the other half of the reference.
//!
//! `LAB_PYTHON` names an interpreter that has what `tests/python/requirements.txt` lists; without it these tests are passed over.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::Duration;

use harness::program::{Launcher, Process, Start};
use harness::timeline::Timeline;

const LONG: Duration = Duration::from_secs(30);
const STORE: &str = env!("CARGO_BIN_EXE_solution08-store");
const REPLICA: &str = env!("CARGO_BIN_EXE_solution08-replica");

/// A store and a replica, each in the language that was asked for.
struct Pair {
    folder: tempfile::TempDir,
    timeline: Timeline,
    python: OsString,
}

impl Pair {
    /// None where there is no Python.
    fn new() -> Option<Self> {
        let Some(python) = std::env::var_os("LAB_PYTHON") else {
            println!("passed over: LAB_PYTHON names no Python");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("lab").tempdir().unwrap();
        Some(Self { folder, timeline: Timeline::new(), python })
    }

    /// An endpoint without a file, on Linux.
    fn abstract_ipc(&self, name: &str) -> String {
        format!("ipc://@{}-{name}", self.folder.path().file_name().unwrap().to_string_lossy())
    }

    fn start(&self, command: &[OsString], updates: &str, snapshot: &str) -> Process {
        let arguments = ["--updates", updates, "--snapshot", snapshot].map(OsStr::new);
        let command = command.iter().map(OsString::as_os_str).chain(arguments).collect();
        let start = Start {
            name: "program",
            command,
            launcher: Launcher::NONE,
            folder: self.folder.path(),
            timeline: &self.timeline,
        };
        Process::start(&start).unwrap()
    }

    fn in_python(&self, script: &str) -> Vec<OsString> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/mistakes/lab08/ok-python");
        vec![self.python.clone(), folder.join(script).into_os_string()]
    }

    /// The store's first lines come before the replica, others after its first line; then the store is started again.
    fn play(&self, store: &[OsString], replica: &[OsString], updates: &str, snapshot: &str) {
        let mut first = self.start(store, updates, snapshot);
        let endpoints = [bound(&first, "updates", 0), bound(&first, "snapshot", 1)];
        first.type_line(b"soup=cold").unwrap();
        first.type_line(b"\xff\xfe=\x80=\0").unwrap();
        let replica = self.start(replica, &endpoints[0], &endpoints[1]);
        let seen = wait_for(&replica, 0, b"2 soup=cold \xff\xfe=\x80=\0");
        let probes = reach(&mut first, &replica, seen);
        for line in ["soup=", "tea=hot", "tea=cold"] {
            first.type_line(line.as_bytes()).unwrap();
        }
        let line = format!("{} probe={probes} tea=cold ", probes + 5);
        let seen = wait_for(&replica, seen, &[line.as_bytes(), b"\xff\xfe=\x80=\0"].concat());
        first.kill();
        let mut second = self.start(store, &endpoints[0], &endpoints[1]);
        bound(&second, "snapshot", 1);
        let probes = reach(&mut second, &replica, seen);
        second.type_line(b"salt=some").unwrap();
        wait_for(&replica, seen, format!("{} probe={probes} salt=some", probes + 1).as_bytes());
    }
}

/// Types updates until the replica has heard one: before its subscription has arrived nothing reaches it. Gives how many there were.
fn reach(store: &mut Process, replica: &Process, seen: usize) -> u32 {
    let heard = (1..10_000).find(|number| {
        store.type_line(format!("probe={number}").as_bytes()).unwrap();
        replica.wait(Duration::from_millis(20), |output| output.out.get(seen).cloned()).is_some()
    });
    heard.expect("the replica hears the store")
}

/// The endpoint in the line `bound NAME ENDPOINT`.
fn bound(store: &Process, name: &str, number: usize) -> String {
    let line = store.wait(LONG, |output| output.out.get(number).cloned()).expect("a bound line");
    let line = String::from_utf8(line).unwrap();
    line.strip_prefix(&format!("bound {name} ")).expect("a bound line").to_string()
}

/// Waits until a line behind the first `seen` is this one, and gives how many lines there are up to it.
fn wait_for(replica: &Process, seen: usize, wanted: &[u8]) -> usize {
    let found = replica.wait(LONG, |output| {
        let at = output.out.iter().skip(seen).position(|line| line == wanted)?;
        Some(seen + at + 1)
    });
    found.unwrap_or_else(|| panic!("no line {}: {:?}", wanted.escape_ascii(), replica.output().out))
}

#[test]
fn a_replica_in_python_has_the_table_of_the_store() {
    let Some(pair) = Pair::new() else { return };
    let replica = pair.in_python("replica.py");
    pair.play(&[STORE.into()], &replica, "tcp://127.0.0.1:*", "tcp://127.0.0.1:*");
}

#[test]
fn the_replica_has_the_table_of_a_store_in_python() {
    let Some(pair) = Pair::new() else { return };
    let store = pair.in_python("store.py");
    pair.play(&store, &[REPLICA.into()], "tcp://127.0.0.1:*", "tcp://127.0.0.1:*");
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_without_a_file_does_as_well() {
    let Some(pair) = Pair::new() else { return };
    let (store, replica) = (pair.in_python("store.py"), pair.in_python("replica.py"));
    let (updates, snapshot) = (pair.abstract_ipc("updates"), pair.abstract_ipc("snapshot"));
    pair.play(&store, &[REPLICA.into()], &updates, &snapshot);
    pair.play(&[STORE.into()], &replica, &updates, &snapshot);
}
