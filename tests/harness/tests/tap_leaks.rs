//! A dropped tap leaves nothing behind: no thread, no socket, no file. In a process of its own, because it counts
//! those of the whole process, and so in one test.

#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use harness::raw::{RawListener, RawPeer};
use harness::tap::{Tap, connections, handshakes, messages};
use harness::timeline::Timeline;
use harness::zmtp::Greeting;

const LIMIT: Duration = Duration::from_secs(30);

fn count(folder: &str) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

fn counts() -> (usize, usize) {
    (count("/proc/self/task"), count("/proc/self/fd"))
}

fn shake(tap: &Tap, server: &RawListener) -> (RawPeer, RawPeer) {
    let mut client = RawPeer::connect(tap.endpoint(), LIMIT).unwrap();
    let mut accepted = server.accept().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| accepted.shake_hands("PULL").unwrap());
        client.shake_hands("PUSH").unwrap();
    });
    (client, accepted)
}

/// Leaves connections in all states that a tap can be dropped in.
fn busy(endpoint: &str) {
    let server = RawListener::bind("ipc://*", LIMIT).unwrap();
    let timeline = Timeline::new();
    let tap = Tap::between(&timeline, "link")
        .to(&server.endpoint())
        .with(messages(2).on_connection(1).hold())
        .with(messages(1).on_connection(2).freeze())
        .with(connections().on_connection(4).hold())
        .with(handshakes().on_connection(5).hold())
        .with(messages(1).on_connection(6).cut_after())
        .listen(endpoint)
        .unwrap();
    let mut peers = Vec::new();
    for _ in 1..=3 {
        let (mut client, accepted) = shake(&tap, &server);
        client.send_message(&["1"]).unwrap();
        client.send_message(&["2"]).unwrap();
        peers.push((client, accepted));
    }
    // Connection 3 is stuck: its receiver does not read.
    let mut stuck = peers.pop().unwrap();
    let frame = vec![0; 1 << 20];
    let blocked = std::thread::spawn(move || {
        // Ends when the tap closes: writing fails then.
        while stuck.0.send_message(&[&frame]).is_ok() {}
        stuck
    });
    let mut held = RawPeer::connect(tap.endpoint(), LIMIT).unwrap();
    held.send(&Greeting::default().encode()).unwrap();
    tap.wait_until(LIMIT, |state| state.connections.len() == 4).unwrap();
    let silent = RawPeer::connect(tap.endpoint(), LIMIT).unwrap();
    tap.wait_until(LIMIT, |state| state.connections.len() == 5).unwrap();
    server.accept().unwrap();
    let (mut cut, cut_too) = shake(&tap, &server);
    cut.send_message(&["1"]).unwrap();
    tap.wait_until(LIMIT, |state| !state.connections[5].open && state.connections[1].frozen).unwrap();
    tap.wait_until(LIMIT, |state| state.connections[2].from(harness::tap::Side::Connector).messages > 2)
        .unwrap();

    let began = Instant::now();
    drop(tap);
    // It waits for nobody; the lingering of a cut connection alone would be two seconds.
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    let stuck = blocked.join().unwrap();
    let (first, second) = peers.split_at_mut(1);
    for peer in [&mut first[0].0, &mut second[0].1, &mut held] {
        peer.wait_closed().unwrap();
    }
    drop((peers, stuck, held, silent, cut, cut_too));
}

#[test]
fn a_dropped_tap_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tap");
    let path = path.to_str().unwrap();
    busy("tcp://127.0.0.1:*");
    let before = counts();
    for endpoint in ["tcp://127.0.0.1:*", &format!("ipc://{path}"), "ipc://*", &format!("ipc://@{path}")] {
        busy(endpoint);
        assert_eq!(counts(), before, "{endpoint}");
    }
    assert_eq!(count(folder.path().to_str().unwrap()), 0);
}
