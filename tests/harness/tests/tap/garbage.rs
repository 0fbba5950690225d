//! What is not ZMTP is recorded and passed on, or closed where told; nothing is believed of what a length claims.

use harness::raw::{RawListener, RawPeer};
use harness::tap::{Builder, Side, Tap, greetings, handshakes, messages};
use harness::timeline::Timeline;
use harness::zmtp::{Greeting, LONG};

use crate::stage::{LIMIT, bound, connected, story, tap_to};

fn far() -> RawListener {
    RawListener::bind("tcp://127.0.0.1:*", LIMIT).unwrap()
}

fn all(peer: &mut RawPeer) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        match peer.receive_bytes().unwrap() {
            bytes if bytes.is_empty() => return all,
            bytes => all.extend(bytes),
        }
    }
}

#[test]
fn another_protocol_is_passed_on_and_told_of() {
    let server = far();
    let (tap, timeline) = tap_to(&server.endpoint(), |tap| tap);
    let mut client = RawPeer::connect(tap.endpoint(), LIMIT).unwrap();
    client.send(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let mut accepted = server.accept().unwrap();
    assert_eq!(accepted.receive_bytes().unwrap(), b"GET / HTTP/1.1\r\n\r\n");
    accepted.send(b"HTTP/1.1 200 OK\r\n").unwrap();
    assert_eq!(client.receive_bytes().unwrap(), b"HTTP/1.1 200 OK\r\n");
    accepted.send(b"\r\n").unwrap();
    drop(accepted);
    assert_eq!(all(&mut client), b"\r\n");
    let story = story(&timeline);
    assert_eq!(story.len(), 4, "{story:?}");
    assert_eq!(
        story[1],
        "garbage client GET / HTTP/1.1\\r\\n\\r\\n: this is not ZMTP: it begins with \"GE\""
    );
    assert_eq!(story[3], "1 close server");
}

#[test]
fn another_protocol_is_closed_where_told() {
    let server = far();
    let (tap, timeline) = tap_to(&server.endpoint(), Builder::closing_on_garbage);
    let mut client = RawPeer::connect(tap.endpoint(), LIMIT).unwrap();
    client.send(b"\x80\x05 nonsense").unwrap();
    client.wait_closed().unwrap();
    assert!(all(&mut server.accept().unwrap()).is_empty());
    assert_eq!(story(&timeline).last().unwrap(), "1 close tap");
}

#[test]
fn an_end_in_the_middle_of_the_greeting_is_told_of() {
    let server = far();
    let (tap, timeline) = tap_to(&server.endpoint(), |tap| tap);
    let mut client = RawPeer::connect(tap.endpoint(), LIMIT).unwrap();
    client.send(&Greeting::default().encode()[..11]).unwrap();
    drop(client);
    assert_eq!(all(&mut server.accept().unwrap()), Greeting::default().encode()[..11]);
    tap.wait_until(LIMIT, |state| state.closed() == 1).unwrap();
    let story = story(&timeline);
    assert!(story[1].ends_with("ended after 11 of the 64 octets of the greeting"), "{story:?}");
    assert_eq!(story[2], "1 close client");
}

#[test]
fn a_length_is_not_believed() {
    for claim in [1 << 63, u64::MAX, (1 << 63) - 1, 1 << 40] {
        let server = far();
        let (tap, timeline) = tap_to(&server.endpoint(), |tap| tap);
        let mut client = RawPeer::connect(tap.endpoint(), LIMIT).unwrap();
        let other = std::thread::scope(|scope| {
            let other = scope.spawn(|| {
                let mut peer = server.accept().unwrap();
                peer.shake_hands("REP").unwrap();
                all(&mut peer)
            });
            client.shake_hands("REQ").unwrap();
            let frame = [&[LONG][..], &claim.to_be_bytes(), b"and no more"].concat();
            client.send(&frame).unwrap();
            client.finish();
            other.join().unwrap() == frame
        });
        assert!(other, "the bytes for {claim} are not the same");
        tap.wait_until(LIMIT, |state| {
            state.connections[0].from(Side::Connector).garbage == (claim >> 63 != 0)
        })
        .unwrap();
        // Where the length is valid, that of the frame's header belongs to it.
        let told = if claim >> 63 == 0 { claim + 9 } else { claim };
        assert!(
            story(&timeline).iter().any(|line| line.contains(&told.to_string())),
            "{:?}",
            story(&timeline)
        );
    }
}

#[test]
fn what_streams_through_is_the_same_and_counts_as_one_message() {
    let server = far();
    let (tap, _) = tap_to(&server.endpoint(), |tap| {
        tap.keeping_at_most(1000).with(messages(2).lose()).with(messages(4).cut_after())
    });
    let mut client = RawPeer::connect(tap.endpoint(), LIMIT).unwrap();
    let big = |octet: u8| vec![vec![octet; 600], vec![octet; 300_000], vec![octet; 10]];
    std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            let mut peer = server.accept().unwrap();
            peer.shake_hands("PULL").unwrap();
            let got: Vec<_> = (0..3).map(|_| peer.receive_message().unwrap()).collect();
            assert!(got == [big(1), vec![b"small".to_vec()], big(3)]);
            peer.wait_closed().unwrap();
        });
        client.shake_hands("PUSH").unwrap();
        client.send_message(&big(1)).unwrap();
        client.send_message(&big(2)).unwrap();
        client.send_message(&["small"]).unwrap();
        client.send_message(&big(3)).unwrap();
        other.join().unwrap();
    });
    assert_eq!((tap.state().passed(Side::Connector), tap.state().lost(Side::Connector)), (3, 1));
}

#[test]
fn a_hundred_connections_at_once_are_all_served() {
    let context = zmq::Context::new();
    let (server, endpoint) = bound(&context, zmq::REP, "tcp://127.0.0.1:*");
    let (tap, _) = tap_to(&endpoint, |tap| tap);
    let clients: Vec<_> = (0..100_u8)
        .map(|number| {
            let client = connected(&context, zmq::REQ, tap.endpoint());
            client.send(&[number][..], 0).unwrap();
            client
        })
        .collect();
    for _ in &clients {
        let request = server.recv_bytes(0).unwrap();
        server.send(request, 0).unwrap();
    }
    for (number, client) in clients.iter().enumerate() {
        assert_eq!(usize::from(client.recv_bytes(0).unwrap()[0]), number);
    }
    assert_eq!((tap.state().open(), tap.state().handshakes()), (100, 100));
}

/// Raw clients of libzmq behind a tap that breaks what they send: libzmq closes.
#[test]
fn libzmq_closes_what_is_corrupted() {
    let context = zmq::Context::new();
    for rule in [greetings, handshakes, || messages(1)] {
        let (_server, endpoint) = bound(&context, zmq::PULL, "tcp://127.0.0.1:*");
        let (tap, timeline) = tap_to(&endpoint, |tap| tap.with(rule().from_connector().corrupt()));
        let mut client = RawPeer::connect(tap.endpoint(), LIMIT).unwrap();
        if client.shake_hands("PUSH").is_ok() {
            client.send_message(&["a", "b"]).unwrap();
        }
        client.wait_closed().unwrap();
        tap.wait_until(LIMIT, |state| state.closed() == 1).unwrap();
        let story = story(&timeline);
        assert!(story.iter().any(|line| line.starts_with("fault corrupt ")), "{story:?}");
        assert!(story.contains(&"1 close server".to_string()), "{story:?}");
    }
}

/// A receiver that does not read makes the sender wait, and then gets all of it.
#[test]
fn a_slow_receiver_slows_the_sender() {
    let server = far();
    let timeline = Timeline::new();
    let tap = Tap::between(&timeline, "link").to(&server.endpoint()).listen("tcp://127.0.0.1:*").unwrap();
    let mut client = RawPeer::connect(tap.endpoint(), LIMIT).unwrap();
    let mut peer = server.accept().unwrap();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| peer.shake_hands("PULL").unwrap());
        client.shake_hands("PUSH").unwrap();
        other.join().unwrap();
    });
    let frame = vec![5; 100_000];
    let count = 1000;
    std::thread::scope(|scope| {
        let sent = scope.spawn(|| (0..count).for_each(|_| client.send_message(&[&frame]).unwrap()));
        // The kernel's buffers and the tap's are far below a hundred megabytes: the tap comes to a stand.
        let mut seen = 0;
        while tap
            .wait_until(std::time::Duration::from_millis(300), |state| state.messages(Side::Connector) > seen)
            .is_ok()
        {
            seen = tap.state().messages(Side::Connector);
        }
        assert!(seen < count, "all was taken in while nobody read");
        assert!(!sent.is_finished());
        for _ in 0..count {
            assert!(peer.receive_message().unwrap() == [&frame[..]]);
        }
        sent.join().unwrap();
    });
    assert_eq!(tap.state().passed(Side::Connector), count);
}
