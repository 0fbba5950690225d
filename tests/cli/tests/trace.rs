//! `lab trace`, tried between peers that speak ZMTP by themselves, and with programs that are shell scripts.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use harness::raw::{RawListener, RawPeer};
use harness::timeline::{Event, Payload, What};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(20);

fn lab(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.env("LAB_ROOT", root).env("LANG", "C.UTF-8").arg("trace");
    command
}

/// A course of one lab with this trace, and no package: its programs are named on the command line.
fn course(trace: &str) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("labs/lab01");
    fs::create_dir_all(&folder).unwrap();
    let manifest = "title = \"A lab\"\nchapter = \"lab01.md\"\nroles = [\"server\", \"client\"]\nminutes = 1\ntask = []\ncheck = []\n";
    fs::write(folder.join("lab.toml"), format!("{manifest}{trace}")).unwrap();
    root
}

const TRACE: &str = r#"
[[trace]]
role = "server"
arguments = ["--bind", "somewhere"]
[[trace]]
role = "client"
arguments = ["--connect", "{server}"]
input = ["a line"]
ends = true
"#;

fn script(root: &Path, name: &str, text: &str) -> PathBuf {
    let path = root.join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn events(folder: &Path) -> Vec<Event> {
    serde_json::from_slice(&fs::read(folder.join("trace.json")).unwrap()).unwrap()
}

fn messages(events: &[Event]) -> Vec<(String, String, Vec<Payload>)> {
    let message = |event: &Event| match &event.what {
        What::Message { from, to, frames, .. } => Some((from.clone(), to.clone(), frames.clone())),
        _ => None,
    };
    events.iter().filter_map(message).collect()
}

#[test]
fn between_any_two_programs_it_shows_what_passes_and_writes_it_on_ctrl_c() {
    let root = course("");
    let listener = RawListener::bind("tcp://127.0.0.1:*", LIMIT).unwrap();
    let out = root.path().join("out");
    let mut command = lab(root.path());
    command.args(["--between", &listener.endpoint(), "--out"]).arg(&out).stdout(Stdio::piped());
    let mut trace = command.spawn().unwrap();
    let mut lines = BufReader::new(trace.stdout.take().unwrap()).lines().map(Result::unwrap);
    let first = lines.next().unwrap();
    let endpoint = first.strip_prefix("listening at ").unwrap().split(',').next().unwrap();

    let mut req = RawPeer::connect(endpoint, LIMIT).unwrap();
    let mut rep = listener.accept().unwrap();
    std::thread::scope(|scope| {
        let far = scope.spawn(|| rep.shake_hands("REP").unwrap());
        req.shake_hands("REQ").unwrap();
        far.join().unwrap();
    });
    req.send_message(&["", "ping"]).unwrap();
    assert_eq!(rep.receive_message().unwrap(), [b"".to_vec(), b"ping".to_vec()]);
    assert!(lines.any(|line| line.contains("[|ping]")), "the row is shown while it runs");

    let pid = Pid::from_child(&trace);
    kill_process(pid, Signal::INT).unwrap();
    assert!(trace.wait().unwrap().success());
    let seen = messages(&events(&out));
    assert_eq!(seen, [("connector 1".into(), "acceptor".into(), vec!["".into(), "ping".into()])]);
    assert!(fs::read_to_string(out.join("trace.svg")).unwrap().contains("ping"));
}

#[test]
fn a_lab_is_run_with_a_tap_before_what_is_bound() {
    let root = course(TRACE);
    let listener = RawListener::bind("tcp://127.0.0.1:*", LIMIT).unwrap();
    let server =
        script(root.path(), "server", &format!("echo bound {}; exec sleep 1000", listener.endpoint()));
    let client = script(root.path(), "client", "read line; echo \"$1 $line $2\"");
    let output = lab(root.path())
        .arg("lab01")
        .args([format!("server={}", server.display()), format!("client={}", client.display())])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let events = events(&root.path().join("target/labs/lab01/trace"));
    let said = events.iter().find_map(|event| match &event.what {
        What::Line { who, text, .. } if who == "client" => {
            String::from_utf8(text.0.clone()).ok().filter(|text| text.starts_with("--"))
        }
        _ => None,
    });
    let said = said.expect("the client printed its arguments and its input");
    assert!(said.starts_with("--connect a line tcp://127.0.0.1:"), "{said}");
    assert!(!said.ends_with(&listener.endpoint()), "the client is led through the tap");
    assert!(text.contains("server") && text.contains("exits 0") && text.contains("trace.svg"), "{text}");
}

#[test]
fn a_program_that_never_says_where_it_is_ends_the_trace_and_what_was_seen_is_kept() {
    let root = course(TRACE);
    let server = script(root.path(), "server", "echo 'not yet implemented: lab01 task 1' >&2; exit 101");
    let output = lab(root.path())
        .arg("lab01")
        .args([format!("server={}", server.display()), format!("client={}", server.display())])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("server has not printed the line `bound ENDPOINT`"), "{errors}");
    assert!(events(&root.path().join("target/labs/lab01/trace")).len() >= 2);
}

#[test]
fn a_trace_that_goes_on_for_ever_is_ended() {
    let root = course(TRACE.split("[[trace]]\nrole = \"client\"").next().unwrap());
    let server = script(root.path(), "server", "exec sleep 1000");
    let output = lab(root.path())
        .args(["lab01", &format!("server={}", server.display()), "--seconds", "0"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("the trace ends after 0 s"));
}

#[test]
fn wrong_arguments_are_named() {
    let root = course(TRACE);
    for (arguments, named) in [
        (&["lab01", "broker=/bin/sh"][..], "no role `broker`; its roles are server, client"),
        (&["lab01", "server=/no/such/file"], "/no/such/file is no program"),
        (&["lab01", "server"], "not ROLE=PROGRAM"),
        (&["lab07"], "there is no lab `lab07`"),
        (&["--between", "tcp://127.0.0.1"], "tcp://127.0.0.1"),
        (&["--between", "http://x"], "http://x"),
        (&["--between", "tcp://127.0.0.1:1", "--listen", "tcp://127.0.0.1:70000"], "70000"),
        (&[], "<LAB>"),
    ] {
        let output = lab(root.path()).args(arguments).args(["--seconds", "0"]).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        assert!(errors.contains(named) && !errors.contains("panicked"), "{arguments:?}: {errors}");
    }
}

/// The lines that a program printed, and what was typed to it, in their order.
fn said(events: &[Event], program: &str) -> Vec<String> {
    let line = |event: &Event| match &event.what {
        What::Line { who, text, .. } if who == program => Some(String::from_utf8_lossy(&text.0).into_owned()),
        _ => None,
    };
    events.iter().filter_map(line).collect()
}

#[test]
fn what_is_typed_later_waits_until_the_line_before_has_had_its_effect() {
    let root = course(
        r#"
[[trace]]
role = "server"
arguments = []
input = ["first"]
later = ["second", "third"]
"#,
    );
    // Typed too early, the lines would stand before the `done` of the line before them.
    let server = script(
        root.path(),
        "server",
        "while read line; do echo \"got $line\"; sleep 0.1; echo \"done $line\"; done",
    );
    let output = lab(root.path()).args(["lab01", &format!("server={}", server.display())]).output().unwrap();
    assert!(output.status.success(), "where no program ends, the trace ends with the last line");
    let events = events(&root.path().join("target/labs/lab01/trace"));
    let lines: Vec<String> =
        said(&events, "server").into_iter().filter(|line| !line.starts_with("got ")).collect();
    assert_eq!(lines, ["first", "done first", "second", "done second", "third", "done third"]);
}

#[test]
fn a_publisher_is_typed_to_when_its_subscribers_are_there() {
    let root = course(
        r#"
[[trace]]
role = "server"
arguments = []
input = ["a line"]
after_subscriptions = 1
ends = true
[[trace]]
role = "client"
arguments = ["--connect", "{server}"]
"#,
    );
    let context = harness::zmq::Context::new();
    let publisher = context.socket(harness::zmq::XPUB).unwrap();
    publisher.bind("tcp://127.0.0.1:*").unwrap();
    let endpoint = publisher.get_last_endpoint().unwrap().unwrap();
    let server =
        script(root.path(), "server", &format!("echo bound {endpoint}; read line; echo \"got $line\""));
    let place = root.path().join("place");
    let there = format!("echo \"$2\" > {0}.new; mv {0}.new {0}; exec sleep 1000", place.display());
    let client = script(root.path(), "client", &there);
    let mut trace = lab(root.path());
    trace.arg("lab01").args([format!("server={}", server.display()), format!("client={}", client.display())]);
    let mut trace = trace.stdout(Stdio::null()).spawn().unwrap();
    while !place.exists() && trace.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(5));
    }
    // Whoever does not wait for the subscription has typed the line by now.
    std::thread::sleep(Duration::from_millis(300));
    let subscriber = context.socket(harness::zmq::SUB).unwrap();
    subscriber.set_subscribe(b"topic").unwrap();
    subscriber.connect(fs::read_to_string(&place).unwrap().trim()).unwrap();
    assert!(trace.wait().unwrap().success());
    let events = events(&root.path().join("target/labs/lab01/trace"));
    let at = events.iter().position(|event| matches!(event.what, What::Subscribe { .. })).unwrap();
    assert_eq!(said(&events[..at], "server").len(), 1, "its `bound` line alone");
    assert_eq!(said(&events[at..], "server").last().unwrap(), "got a line");
}
