//! What the tap does when it is told to, before it starts and while it runs.

use std::time::{Duration, Instant};

use harness::raw::{RawListener, RawPeer};
use harness::tap::{
    Side, Tap, WaitError, Which, connections, handshakes, heartbeats, messages, subscriptions,
};
use harness::timeline::Timeline;
use harness::zmtp::{Command, Content};

use crate::stage::{LIMIT, bound, connected, messages_in, socket, story, tap_to};

/// Two raw peers with the tap between, after their handshake.
fn raw_pair(tap: &Tap, server: &RawListener, types: [&str; 2]) -> (RawPeer, RawPeer) {
    let mut client = RawPeer::connect(tap.endpoint(), LIMIT).unwrap();
    let mut accepted = server.accept().unwrap();
    std::thread::scope(|scope| {
        let shaken = scope.spawn(|| accepted.shake_hands(types[1]).unwrap());
        client.shake_hands(types[0]).unwrap();
        shaken.join().unwrap();
    });
    (client, accepted)
}

fn far() -> RawListener {
    RawListener::bind("ipc://*", LIMIT).unwrap()
}

#[test]
fn chosen_messages_are_lost() {
    let server = far();
    let (tap, timeline) = tap_to(&server.endpoint(), |tap| {
        tap.with(messages(2..=3).from_connector().lose())
            .with(messages(Which::matching(|frames| frames[0] == b"bad")).lose())
    });
    let (mut client, mut accepted) = raw_pair(&tap, &server, ["PUSH", "PULL"]);
    for text in ["1", "2", "3", "bad", "5"] {
        client.send_message(&[text]).unwrap();
    }
    assert_eq!(accepted.receive_message().unwrap(), [b"1"]);
    assert_eq!(accepted.receive_message().unwrap(), [b"5"]);
    tap.lose_next(Side::Connector);
    client.send_message(&["6"]).unwrap();
    client.send_message(&["7"]).unwrap();
    assert_eq!(accepted.receive_message().unwrap(), [b"7"]);
    let every = tap.with(messages(..).lose());
    client.send_message(&["8"]).unwrap();
    tap.wait_until(LIMIT, |state| state.lost(Side::Connector) == 5).unwrap();
    every.release();
    client.send_message(&["9"]).unwrap();
    assert_eq!(accepted.receive_message().unwrap(), [b"9"]);
    assert_eq!(messages_in(&timeline)[1], "client: 2 (Lost)");
    let faults: Vec<_> = story(&timeline).into_iter().filter(|line| line.starts_with("fault")).collect();
    let expected = [
        "fault lose the messages 2 to 3",
        "fault lose certain messages",
        "fault lose the next message",
        "fault lose every message",
        "fault no longer: lose every message",
    ];
    assert_eq!(faults, expected);
}

#[test]
fn held_messages_keep_their_order_and_heartbeats_overtake_them() {
    let server = far();
    let (tap, timeline) = tap_to(&server.endpoint(), |tap| tap.with(messages(2..).hold()));
    let (mut client, mut accepted) = raw_pair(&tap, &server, ["PUSH", "PULL"]);
    for text in ["1", "2", "3"] {
        client.send_message(&[text]).unwrap();
    }
    client.send_command(&Command::Ping { ttl: 0, context: vec![] }).unwrap();
    assert_eq!(accepted.receive_message().unwrap(), [b"1"]);
    let next = accepted.receive().unwrap().unwrap();
    assert!(matches!(next.content, Content::Command(Command::Ping { .. })), "{next:?}");
    assert_eq!(tap.state().held(Side::Connector), 2);
    tap.release();
    client.send_message(&["4"]).unwrap();
    for text in ["2", "3", "4"] {
        assert_eq!(accepted.receive_message().unwrap(), [text.as_bytes()]);
    }
    let messages = messages_in(&timeline);
    assert_eq!(
        messages[1..],
        [
            "client: 2 (Held)",
            "client: 3 (Held)",
            "client: 2 (Released)",
            "client: 3 (Released)",
            "client: 4 (Passed)"
        ]
    );
}

#[test]
fn a_delayed_message_delays_what_comes_behind_it() {
    for time in [Duration::ZERO, Duration::from_millis(30)] {
        let server = far();
        let (tap, _) = tap_to(&server.endpoint(), |tap| tap.with(messages(1).delay(time)));
        let (mut client, mut accepted) = raw_pair(&tap, &server, ["PUSH", "PULL"]);
        let began = Instant::now();
        client.send_message(&["1"]).unwrap();
        client.send_command(&Command::Ping { ttl: 0, context: vec![] }).unwrap();
        client.send_message(&["2"]).unwrap();
        assert_eq!(accepted.receive_message().unwrap(), [b"1"]);
        assert!(began.elapsed() >= time);
        let next = accepted.receive().unwrap().unwrap();
        assert!(matches!(next.content, Content::Command(Command::Ping { .. })), "{next:?}");
        assert_eq!(accepted.receive_message().unwrap(), [b"2"]);
    }
}

#[test]
fn a_frozen_connection_passes_nothing_and_closes_nothing_until_it_is_released() {
    let server = far();
    let (tap, timeline) = tap_to(&server.endpoint(), |tap| tap.with(messages(2).from_connector().freeze()));
    let (mut client, mut accepted) = raw_pair(&tap, &server, ["DEALER", "DEALER"]);
    client.send_message(&["1"]).unwrap();
    client.send_message(&["2"]).unwrap();
    tap.wait_until(LIMIT, |state| state.connections[0].frozen).unwrap();
    accepted.send_message(&["back"]).unwrap();
    accepted.finish();
    assert_eq!(accepted.receive_message().unwrap(), [b"1"]);
    assert_eq!((tap.state().messages(Side::Acceptor), tap.state().open()), (0, 1));
    tap.release();
    assert_eq!(client.receive_message().unwrap(), [b"back"]);
    assert_eq!(accepted.receive_message().unwrap(), [b"2"]);
    tap.freeze_now();
    assert!(tap.state().connections[0].frozen);
    assert!(story(&timeline).contains(&"fault freeze before message 2".to_string()));
}

#[test]
fn a_cut_inside_a_message_passes_on_half_of_it() {
    let server = far();
    let (tap, _) = tap_to(&server.endpoint(), |tap| tap.with(messages(1).cut_inside()));
    let (mut client, mut accepted) = raw_pair(&tap, &server, ["PUSH", "PULL"]);
    client.send_message(&["0123456789"]).unwrap();
    assert_eq!(accepted.receive_bytes().unwrap(), b"\x00\x0a0123");
    accepted.wait_closed().unwrap();
    client.wait_closed().unwrap();
}

#[test]
fn cutting_now_closes_what_there_is_and_the_client_comes_again() {
    let context = zmq::Context::new();
    let (server, endpoint) = bound(&context, zmq::PULL, "tcp://127.0.0.1:*");
    let (tap, _) = tap_to(&endpoint, |tap| tap);
    let client = connected(&context, zmq::PUSH, tap.endpoint());
    client.send("1", 0).unwrap();
    assert_eq!(server.recv_bytes(0).unwrap(), b"1");
    tap.cut_now();
    assert_eq!(tap.state().closed(), 1);
    tap.wait_until(LIMIT, |state| state.handshakes() == 2).unwrap();
    client.send("2", 0).unwrap();
    assert_eq!(server.recv_bytes(0).unwrap(), b"2");
}

#[test]
fn a_lost_connection_is_closed_and_the_next_one_is_served() {
    let context = zmq::Context::new();
    let (server, endpoint) = bound(&context, zmq::REP, "tcp://127.0.0.1:*");
    let (tap, timeline) = tap_to(&endpoint, |tap| tap.with(connections().on_connection(1).lose()));
    let client = connected(&context, zmq::REQ, tap.endpoint());
    client.send("hello", 0).unwrap();
    assert_eq!(server.recv_bytes(0).unwrap(), b"hello");
    let told =
        ["1 connect client server", "fault lose the connection", "1 close tap", "2 connect client server"];
    assert_eq!(story(&timeline)[..4], told);
}

#[test]
fn a_rule_can_count_on_each_connection() {
    let server = far();
    let (tap, _) = tap_to(&server.endpoint(), |tap| tap.with(messages(1).on_each_connection().lose()));
    for _ in 0..2 {
        let (mut client, mut accepted) = raw_pair(&tap, &server, ["PUSH", "PULL"]);
        client.send_message(&["1"]).unwrap();
        client.send_message(&["2"]).unwrap();
        assert_eq!(accepted.receive_message().unwrap(), [b"2"]);
    }
}

#[test]
fn a_client_that_comes_before_the_server_is_served_once_there_is_one() {
    let context = zmq::Context::new();
    let timeline = Timeline::new();
    let tap = Tap::between(&timeline, "link").listen("tcp://127.0.0.1:*").unwrap();
    let client = connected(&context, zmq::REQ, tap.endpoint());
    client.send("hello", 0).unwrap();
    tap.wait_until(LIMIT, |state| state.refused >= 2).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let endpoint = format!("ipc://{}", folder.path().join("server").display());
    tap.to(&endpoint).unwrap();
    let refused = tap.state().refused;
    tap.wait_until(LIMIT, |state| state.refused > refused).unwrap();
    let (server, _) = bound(&context, zmq::REP, &endpoint);
    assert_eq!(server.recv_bytes(0).unwrap(), b"hello");
    assert_eq!(tap.state().connections.len(), 1);
    assert_eq!(story(&timeline)[0], "note link: nobody to lead to yet; who came was closed and comes again");
}

#[test]
fn held_connections_and_handshakes_go_on_when_released() {
    let context = zmq::Context::new();
    let (server, endpoint) = bound(&context, zmq::REP, "tcp://127.0.0.1:*");
    let (tap, timeline) = tap_to(&endpoint, |tap| tap.with(connections().hold()));
    let held = tap.with(handshakes().from_acceptor().hold());
    let client = connected(&context, zmq::REQ, tap.endpoint());
    client.send("hello", 0).unwrap();
    tap.wait_until(LIMIT, |state| state.connections.len() == 1).unwrap();
    assert_eq!(tap.state().connections[0].from(Side::Connector).octets, 0);
    let _ = held;
    tap.release();
    assert_eq!(server.recv_bytes(0).unwrap(), b"hello");
    assert_eq!(story(&timeline)[..2], ["1 connect client server", "fault hold the connection"]);

    let (tap, _) = tap_to(&endpoint, |tap| tap.with(handshakes().from_acceptor().hold()));
    let client = connected(&context, zmq::REQ, tap.endpoint());
    client.send("hello", 0).unwrap();
    // READY of NULL is sent as soon as the greeting is known: the connecting side's comes through.
    tap.wait_until(LIMIT, |state| state.sum(Side::Acceptor, |counts| counts.octets) > 64).unwrap();
    assert_eq!((tap.state().handshakes(), tap.state().messages(Side::Connector)), (0, 0));
    server.send("", 0).unwrap();
    tap.release();
    assert_eq!(server.recv_bytes(0).unwrap(), b"hello");
    assert_eq!(tap.state().handshakes(), 1);
}

#[test]
fn lost_heartbeats_end_a_connection_that_minds_them() {
    let context = zmq::Context::new();
    let (_server, endpoint) = bound(&context, zmq::REP, "tcp://127.0.0.1:*");
    let (tap, timeline) = tap_to(&endpoint, |tap| tap.with(heartbeats().from_acceptor().lose()));
    let client = socket(&context, zmq::REQ);
    client.set_heartbeat_ivl(20).unwrap();
    client.set_heartbeat_timeout(60).unwrap();
    client.connect(tap.endpoint()).unwrap();
    tap.wait_until(LIMIT, |state| state.closed() >= 1).unwrap();
    assert!(story(&timeline).contains(&"1 close client".to_string()));
}

#[test]
fn a_publisher_without_ping_cannot_be_asked() {
    let server = far();
    let (tap, _) = tap_to(&server.endpoint(), |tap| tap.with(subscriptions().hold()));
    let mut client = RawPeer::connect(tap.endpoint(), LIMIT).unwrap();
    let mut accepted = server.accept().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| accepted.shake_hands_3_0("PUB").unwrap());
        client.shake_hands("SUB").unwrap();
    });
    client.subscribe(b"a").unwrap();
    tap.wait_until(LIMIT, |state| state.subscriptions() == 1).unwrap();
    let soon = Duration::from_millis(1);
    assert!(matches!(tap.wait_live(1, soon), Err(WaitError::Deadline(state)) if state.subscribed() == 0));
    tap.release();
    assert_eq!(tap.wait_live(1, LIMIT), Err(WaitError::NoPing));
}

/// The tap's own PING stands behind the subscription, its PONG goes no further, also not from inside a message.
#[test]
fn the_barrier_is_seen_by_nobody_but_the_publisher() {
    let server = far();
    let (tap, _) = tap_to(&server.endpoint(), |tap| tap);
    let (mut client, mut accepted) = raw_pair(&tap, &server, ["SUB", "PUB"]);
    client.subscribe(b"a").unwrap();
    accepted.receive().unwrap().unwrap();
    std::thread::scope(|scope| {
        let live = scope.spawn(|| tap.wait_live(1, LIMIT));
        let Content::Command(Command::Ping { context, .. }) = accepted.receive().unwrap().unwrap().content
        else {
            panic!("no PING")
        };
        let message = [&b"\x01\x01a"[..], &Command::Pong(context).encode(), b"\x00\x01b"].concat();
        accepted.send(&message).unwrap();
        live.join().unwrap().unwrap();
    });
    let unit = client.receive().unwrap().unwrap();
    assert_eq!(unit.raw, b"\x01\x01a\x00\x01b");
}
