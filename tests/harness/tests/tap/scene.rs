//! A tap as a suite uses it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use harness::failure::{Failure, Outcome};
use harness::scene::{Programs, Scene};
use harness::tap::{Side, messages};

use crate::stage::LIMIT;

fn scene(deadline: Duration) -> Scene {
    Scene::new(Programs { paths: vec![], launcher: vec![], tells: false }, deadline, 1, 1).unwrap()
}

#[test]
fn a_scene_has_taps() {
    let scene = scene(LIMIT);
    let server = scene.peer(zmq::REP, "client");
    let endpoint = server.bind("tcp://127.0.0.1:*");
    let tap = scene.tap("questions").called("client", "server").to(&endpoint).with(messages(2).hold());
    let tap = tap.listen(&scene.ipc("tap"));
    let client = scene.peer(zmq::REQ, "server");
    client.connect(tap.endpoint());
    client.send("one");
    assert_eq!(server.receive_frame("the request"), b"one");
    server.send("ja");
    assert_eq!(client.receive_frame("the reply"), b"ja");
    client.send("two");
    tap.wait_until("the second request", |state| state.held(Side::Connector) == 1);
    tap.release();
    assert_eq!(server.receive_frame("the request"), b"two");
}

#[test]
fn a_wait_in_vain_says_what_the_tap_saw() {
    let scene = scene(Duration::from_millis(1));
    let tap = scene.tap("late link").called("subscriber", "publisher").start();
    let thrown = catch_unwind(AssertUnwindSafe(|| {
        tap.wait_until("a subscription", |state| state.subscriptions() > 0);
    }));
    let failure = thrown.unwrap_err().downcast::<Failure>().unwrap();
    assert_eq!(failure.outcome, Outcome::Hung);
    let waits = "the tap `late link`, which saw 0 connections, 0 of them open, 0 handshakes, 0 subscriptions";
    assert!(failure.seen.contains(waits), "{}", failure.seen);
    assert!(failure.seen.contains("waits for a subscription"), "{}", failure.seen);
}
