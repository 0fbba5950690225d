//! Races that usually go well, made to go the same way every time. `LAB_REPEAT` says how often each is run.

use std::sync::atomic::{AtomicBool, Ordering};

use harness::tap::{Rule, Side, messages, subscriptions};
use harness::timeline::Fate;

use crate::stage::{LIMIT, bound, connected, repeated, socket, story, subscription_fates, tap_to};

fn publish(publisher: &zmq::Socket, number: u32) {
    publisher.send(&number.to_be_bytes()[..], 0).unwrap();
}

fn number(subscriber: &zmq::Socket) -> u32 {
    u32::from_be_bytes(subscriber.recv_bytes(0).unwrap().try_into().unwrap())
}

/// A publisher that goes step by step loses for the late subscriber exactly what it sent while the subscription was
/// held, and nothing that it sends once the subscription is live.
#[test]
fn exactly_so_many_are_lost() {
    repeated(|time| {
        let context = zmq::Context::new();
        let (publisher, endpoint) = bound(&context, zmq::PUB, "tcp://127.0.0.1:*");
        let (open, _) = tap_to(&endpoint, |tap| tap);
        let (late, timeline) = tap_to(&endpoint, |tap| tap.with(subscriptions().hold()));
        let witness = connected(&context, zmq::SUB, open.endpoint());
        witness.set_subscribe(b"").unwrap();
        open.wait_live(1, LIMIT).unwrap();
        let subscriber = connected(&context, zmq::SUB, late.endpoint());
        subscriber.set_subscribe(b"").unwrap();
        late.wait_until(LIMIT, |state| state.subscriptions() == 1).unwrap();

        let lost = time % 7;
        for step in 0..lost {
            publish(&publisher, step);
            assert_eq!(number(&witness), step);
        }
        late.release();
        late.wait_live(1, LIMIT).unwrap();
        for step in lost..lost + 5 {
            publish(&publisher, step);
            assert_eq!(number(&witness), step);
            assert_eq!(number(&subscriber), step);
        }
        assert_eq!(subscription_fates(&timeline), [Fate::Held, Fate::Released]);
        let story = story(&timeline);
        assert_eq!(story[..2], ["1 connect client server", "1 handshake client SUB server PUB NULL"]);
        assert!(!story.iter().any(|line| line.contains("ping") || line.contains("pong")), "{story:?}");
    });
}

/// A publisher that runs freely loses for the late subscriber a beginning, and nothing else.
#[test]
fn what_is_received_is_a_suffix_of_what_the_witness_received() {
    repeated(|_| {
        let context = zmq::Context::new();
        let (publisher, endpoint) = bound(&context, zmq::PUB, "tcp://127.0.0.1:*");
        let (open, _) = tap_to(&endpoint, |tap| tap);
        let (late, _) = tap_to(&endpoint, |tap| tap.with(subscriptions().hold()));
        let witness = connected(&context, zmq::SUB, open.endpoint());
        witness.set_subscribe(b"").unwrap();
        open.wait_live(1, LIMIT).unwrap();
        let subscriber = connected(&context, zmq::SUB, late.endpoint());
        subscriber.set_subscribe(b"").unwrap();
        late.wait_until(LIMIT, |state| state.subscriptions() == 1).unwrap();

        let enough = AtomicBool::new(false);
        let (seen, got) = std::thread::scope(|scope| {
            let enough = &enough;
            let running = scope.spawn(move || {
                let mut step = 0;
                while !enough.load(Ordering::Relaxed) {
                    publish(&publisher, step);
                    step += 1;
                    std::thread::yield_now();
                }
                publish(&publisher, u32::MAX);
                publisher
            });
            open.wait_until(LIMIT, |state| state.passed(Side::Acceptor) >= 20).unwrap();
            late.release();
            late.wait_until(LIMIT, |state| state.passed(Side::Acceptor) >= 20).unwrap();
            enough.store(true, Ordering::Relaxed);
            let received = (until_the_end(&witness), until_the_end(&subscriber));
            // Until here: with it would go what it has not sent yet.
            drop(running.join().unwrap());
            received
        });
        assert_eq!(seen, (0..u32::try_from(seen.len()).unwrap()).collect::<Vec<_>>());
        assert!(got.len() + 20 <= seen.len(), "{} of {}", got.len(), seen.len());
        assert!(seen.ends_with(&got));
    });
}

fn until_the_end(subscriber: &zmq::Socket) -> Vec<u32> {
    std::iter::repeat_with(|| number(subscriber)).take_while(|number| *number != u32::MAX).collect()
}

/// A client that gives up on a reply and asks anew over a new socket: how often the server carried the request out, and
/// what happened on the wire.
fn retry(rule: Rule, given_up: impl FnMut(&harness::tap::State) -> bool) -> (u32, Vec<String>) {
    let context = zmq::Context::new();
    let (server, endpoint) = bound(&context, zmq::REP, "tcp://127.0.0.1:*");
    let (tap, timeline) = tap_to(&endpoint, |tap| tap.with(rule));
    std::thread::scope(|scope| {
        let other = scope.spawn(move || {
            let mut count = 0;
            loop {
                let request = server.recv_bytes(0).unwrap();
                if request == b"end" {
                    return (count, server);
                }
                count += 1;
                server.send("done", 0).unwrap();
            }
        });
        let first = socket(&context, zmq::REQ);
        // It is given up: it must not come again before the second one does.
        first.set_reconnect_ivl(-1).unwrap();
        first.connect(tap.endpoint()).unwrap();
        first.send("do", 0).unwrap();
        tap.wait_until(LIMIT, given_up).unwrap();
        drop(first);
        tap.wait_until(LIMIT, |state| state.open() == 0).unwrap();
        let second = connected(&context, zmq::REQ, tap.endpoint());
        second.send("do", 0).unwrap();
        assert_eq!(second.recv_bytes(0).unwrap(), b"done");
        // Past the tap, so that it adds nothing to the story.
        let end = connected(&context, zmq::REQ, &endpoint);
        end.send("end", 0).unwrap();
        let (count, _server) = other.join().unwrap();
        // Told while all sockets are open: how they close is another story.
        (count, story(&timeline))
    })
}

/// What is told of a connection on which a request is made and answered.
fn answered(number: u32) -> Vec<String> {
    let connect = format!("{number} connect client server");
    let handshake = format!("{number} handshake client REQ server REP NULL");
    vec![connect, handshake, "client: |do Passed".into(), "server: |done Passed".into()]
}

fn story_of(first: &[&str]) -> Vec<String> {
    first.iter().map(|line| (*line).to_string()).chain(answered(2)).collect()
}

#[test]
fn a_cut_request_is_carried_out_once() {
    repeated(|_| {
        let (count, story) = retry(messages(1).from_connector().cut_before(), |state| {
            state.connections.len() == 1 && state.open() == 0
        });
        assert_eq!(count, 1);
        let first = ["1 connect client server", "1 handshake client REQ server REP NULL"];
        let then = ["fault cut before message 1", "client: |do Cut", "1 close tap"];
        assert_eq!(story, story_of(&[&first[..], &then].concat()));
    });
}

#[test]
fn a_request_whose_reply_is_cut_is_carried_out_twice() {
    repeated(|_| {
        let (count, story) = retry(messages(1).from_acceptor().cut_before(), |state| {
            state.connections.len() == 1 && state.open() == 0
        });
        assert_eq!(count, 2);
        let first =
            ["1 connect client server", "1 handshake client REQ server REP NULL", "client: |do Passed"];
        let then = ["fault cut before message 1", "server: |done Cut", "1 close tap"];
        assert_eq!(story, story_of(&[&first[..], &then].concat()));
    });
}

#[test]
fn a_request_whose_reply_is_swallowed_is_carried_out_twice() {
    repeated(|_| {
        let (count, story) =
            retry(messages(1).from_acceptor().lose(), |state| state.lost(Side::Acceptor) == 1);
        assert_eq!(count, 2);
        let first =
            ["1 connect client server", "1 handshake client REQ server REP NULL", "client: |do Passed"];
        let then = ["fault lose message 1", "server: |done Lost", "1 close client"];
        assert_eq!(story, story_of(&[&first[..], &then].concat()));
    });
}

/// What was passed before a cut arrives, though the connection ends right behind it.
#[test]
fn what_comes_before_a_cut_arrives() {
    repeated(|time| {
        let context = zmq::Context::new();
        let (puller, endpoint) = bound(&context, zmq::PULL, "tcp://127.0.0.1:*");
        let count = u64::from(time % 5 + 1);
        let (tap, _) = tap_to(&endpoint, |tap| tap.with(messages(count).cut_after()));
        let pusher = connected(&context, zmq::PUSH, tap.endpoint());
        for number in 0..count {
            pusher.send(vec![u8::try_from(number).unwrap(); 70_000], 0).unwrap();
        }
        for number in 0..count {
            assert_eq!(u64::from(puller.recv_bytes(0).unwrap()[0]), number);
        }
        tap.wait_until(LIMIT, |state| state.closed() == 1).unwrap();
    });
}
