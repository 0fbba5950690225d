//! Told nothing, the tap is not there: the same bytes, whatever the transport and the pattern.

use harness::raw::{RawListener, RawPeer};
use harness::tap::{Side, Tap};
use harness::timeline::{Timeline, What};
use harness::zmtp::{Command, Greeting, message, subscription_message};

use crate::stage::{LIMIT, bound, connected, messages_in, socket, story, tap_to};

/// Where a server is bound and where its tap listens, on each transport.
fn transports(folder: &tempfile::TempDir) -> Vec<(String, String)> {
    let path = |name: &str| format!("ipc://{}", folder.path().join(name).display());
    let mut all = vec![
        ("tcp://127.0.0.1:*".into(), "tcp://127.0.0.1:*".into()),
        (path("server"), path("tap")),
        ("tcp://127.0.0.1:*".into(), "ipc://*".into()),
    ];
    if cfg!(target_os = "linux") {
        let name = folder.path().file_name().unwrap().to_string_lossy().into_owned();
        all.push((format!("ipc://@{name}-server"), format!("ipc://@{name}-tap")));
    }
    all
}

fn frames() -> Vec<Vec<u8>> {
    vec![b"head".to_vec(), vec![], vec![0xFF; 255], vec![1; 256], vec![7; 1 << 20]]
}

type Pattern = fn(&zmq::Context, &str, &dyn Fn(&str) -> Tap);

#[test]
fn every_pattern_passes_on_every_transport() {
    let folder = tempfile::tempdir().unwrap();
    for (server, tapped) in transports(&folder) {
        for pattern in [requests, envelopes, publications] as [Pattern; 3] {
            let context = zmq::Context::new();
            let timeline = Timeline::new();
            pattern(&context, &server, &|target| {
                Tap::between(&timeline, "link").to(target).listen(&tapped).unwrap()
            });
            let story = story(&timeline);
            assert_eq!(story[0], "1 connect client 1 server");
            assert!(story[1].starts_with("1 handshake client 1 "), "{story:?}");
            assert!(messages_in(&timeline).iter().all(|line| line.ends_with("(Passed)")));
        }
    }
}

fn requests(context: &zmq::Context, server: &str, tap: &dyn Fn(&str) -> Tap) {
    let (server, endpoint) = bound(context, zmq::REP, server);
    let tap = tap(&endpoint);
    let client = connected(context, zmq::REQ, tap.endpoint());
    for _ in 0..3 {
        client.send_multipart(frames(), 0).unwrap();
        assert!(server.recv_multipart(0).unwrap() == frames());
        server.send_multipart(frames(), 0).unwrap();
        assert!(client.recv_multipart(0).unwrap() == frames());
    }
    assert_eq!(tap.state().passed(Side::Acceptor), 3);
}

fn envelopes(context: &zmq::Context, server: &str, tap: &dyn Fn(&str) -> Tap) {
    let (server, endpoint) = bound(context, zmq::ROUTER, server);
    let tap = tap(&endpoint);
    let client = socket(context, zmq::DEALER);
    client.set_identity(b"\x01me").unwrap();
    client.connect(tap.endpoint()).unwrap();
    client.send_multipart(frames(), 0).unwrap();
    let got = server.recv_multipart(0).unwrap();
    assert_eq!(got[0], b"\x01me");
    assert!(got[1..] == frames());
    server.send_multipart(&got, 0).unwrap();
    assert!(client.recv_multipart(0).unwrap() == frames());
}

fn publications(context: &zmq::Context, server: &str, tap: &dyn Fn(&str) -> Tap) {
    let (publisher, endpoint) = bound(context, zmq::XPUB, server);
    let tap = tap(&endpoint);
    let subscriber = connected(context, zmq::SUB, tap.endpoint());
    subscriber.set_subscribe(b"head").unwrap();
    assert_eq!(publisher.recv_bytes(0).unwrap(), b"\x01head");
    publisher.send_multipart(frames(), 0).unwrap();
    assert!(subscriber.recv_multipart(0).unwrap() == frames());
    subscriber.set_unsubscribe(b"head").unwrap();
    assert_eq!(publisher.recv_bytes(0).unwrap(), b"\x00head");
}

#[test]
fn heartbeats_pass_and_are_told_of() {
    let context = zmq::Context::new();
    let (server, endpoint) = bound(&context, zmq::REP, "tcp://127.0.0.1:*");
    let (tap, timeline) = tap_to(&endpoint, |tap| tap);
    let client = socket(&context, zmq::REQ);
    client.set_heartbeat_ivl(10).unwrap();
    client.connect(tap.endpoint()).unwrap();
    tap.wait_until(LIMIT, |state| {
        [Side::Connector, Side::Acceptor].iter().all(|side| state.sum(*side, |it| it.heartbeats) >= 3)
    })
    .unwrap();
    drop(server);
    let story = story(&timeline);
    assert!(story.contains(&"ping client".to_string()) && story.contains(&"pong server".to_string()));
}

/// A conversation of everything that ZMTP has, and of some that it has not yet, byte for byte.
#[test]
fn the_stream_is_the_same_in_whatever_pieces_it_comes() {
    let server = RawListener::bind("tcp://127.0.0.1:*", LIMIT).unwrap();
    let (tap, timeline) = tap_to(&server.endpoint(), |tap| tap);
    let stream = [
        &Greeting::default().encode()[..],
        &Command::ready("SUB").encode(),
        &Command::Subscribe(b"a".to_vec()).encode(),
        &subscription_message(b"b", false),
        &message(&frames()),
        &Command::Other { name: b"JOIN".to_vec(), data: b"x".to_vec() }.encode(),
        // Reserved flags, a long size for a short body, a PING inside a message, a command that is malformed.
        &[
            0xF8, 1, b'r', 2, 0, 0, 0, 0, 0, 0, 0, 1, b'l', 1, 1, b'f', 4, 7, 4, b'P', b'I', b'N', b'G', 0,
            0, 0, 0, 4, 1, 9,
        ],
    ]
    .concat();
    for size in [1, 7, 64, stream.len()] {
        let mut client = RawPeer::connect(tap.endpoint(), LIMIT).unwrap();
        let mut far = server.accept().unwrap();
        let mut got = Vec::new();
        let pieces = if size < 64 { &stream[..400] } else { &stream };
        for piece in pieces.chunks(size) {
            client.send(piece).unwrap();
        }
        client.finish();
        loop {
            match far.receive_bytes().unwrap() {
                bytes if bytes.is_empty() => break,
                bytes => got.extend(bytes),
            }
        }
        assert!(got == *pieces, "in pieces of {size}");
    }
    let whys: Vec<_> = story(&timeline).into_iter().filter(|line| line.starts_with("garbage")).collect();
    assert!(whys.iter().all(|line| line.ends_with("inside a frame or a message")), "{whys:?}");
}

#[test]
fn connectors_are_called_as_told() {
    let context = zmq::Context::new();
    let (server, endpoint) = bound(&context, zmq::ROUTER, "tcp://127.0.0.1:*");
    let (tap, timeline) = tap_to(&endpoint, harness::tap::Builder::connectors_called_by_identity);
    for name in ["anna", "berta"] {
        let client = socket(&context, zmq::DEALER);
        client.set_identity(name.as_bytes()).unwrap();
        client.connect(tap.endpoint()).unwrap();
        client.send("hello", 0).unwrap();
        assert_eq!(server.recv_multipart(0).unwrap()[0], name.as_bytes());
    }
    let from = |what| match what {
        What::Connect { from, .. } | What::Message { from, .. } => Some(from),
        _ => None,
    };
    let mut names: Vec<_> = timeline.events().into_iter().filter_map(|event| from(event.what)).collect();
    names.dedup();
    assert_eq!(names, ["anna", "berta"]);
}
