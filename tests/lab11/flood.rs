//! One side of the broker has more to read than it can pass on in a while; the other side must get through all the same.
//!
//! The broker is stopped while the messages are put before its door, so both sides have something to read when it goes on. Nothing is
//! judged by time: the first message of the quiet side must be through before the half of the flood is.

use harness::peer::Peer;
use harness::{Scene, Signal, zmq};

use crate::mistakes::*;
use crate::stage::*;

/// How many sockets flood.
const FLOODERS: usize = 4;
/// How many messages each of them sends.
const MESSAGES: usize = 5_000;
/// Which of them is marked. A broker that takes as much as a thousand of one side before it looks at the other (`zmq::proxy` does) is fair
/// enough; when all marks are through, ten thousand were.
const MARK: usize = MESSAGES / 2;
const MARKED: &str = "marked";

/// How many requests it may take until each worker has had one; a worker is known as soon as it has connected.
const ROUNDS: usize = 5_000;

/// Lets each of these workers, all of one kind, answer a request, so that the broker knows them all.
pub fn meet(scene: &Scene, broker: &Broker, workers: &[Peer]) {
    let client = broker.client(scene, zmq::REQ, "the first client");
    let mut met = vec![false; workers.len()];
    for _ in 0..ROUNDS {
        if !met.contains(&false) {
            break;
        }
        client.send("who is there?");
        let (who, got) = Peer::receive_any(workers, "a request at one of the workers");
        workers[who].send_frames(&got);
        let _ = client.receive("the reply of a worker");
        met[who] = true;
    }
    scene.expect(!met.contains(&false), "a request at each of the workers", || {
        format!("only some of them got one of {ROUNDS}")
    });
    scene.note("the broker knows all workers");
}

/// A DEALER of the check's that never has to wait, and never loses what it has not read.
fn unlimited(scene: &Scene, name: &str, endpoint: &str) -> Peer {
    let peer = named(scene, zmq::DEALER, name);
    let set = || {
        peer.socket().set_sndhwm(0)?;
        peer.socket().set_rcvhwm(0)
    };
    if let Err(error) = set() {
        scene.fail("an option that libzmq takes", error.to_string());
    }
    peer.connect(endpoint);
    peer
}

/// Sends the flood, which would be too much for a timeline; the message with the number [`MARK`] is the marked one.
fn flood(scene: &Scene, peers: &[Peer], message: &[&str], marked: &[&str]) {
    for peer in peers {
        scene.note(format!("{} sends {MESSAGES} messages; number {MARK} is marked", peer.name()));
        for number in 1..=MESSAGES {
            let frames = if number == MARK { marked } else { message };
            if let Err(error) = peer.socket().send_multipart(frames, 0) {
                scene.fail(format!("{} to be able to send", peer.name()), error.to_string());
            }
        }
    }
}

/// The flood is one of requests, and one reply must get through it.
pub fn of_requests(scene: &Scene) {
    let broker = start(scene);
    suspect_hang(scene, &LOCKSTEP);
    let worker = unlimited(scene, "worker", &broker.backend);
    let reader = broker.client(scene, zmq::DEALER, "reader");
    let clients: Vec<Peer> = (1..=FLOODERS)
        .map(|number| unlimited(scene, &format!("client {number}"), &broker.frontend))
        .collect();
    for client in clients.iter().chain([&reader]) {
        client.send_frames(["", "hello"]);
        gets(scene, &worker, &[client.name(), "", "hello"]);
        worker.send_frames([client.name(), "", "hello"]);
        gets(scene, client, &["", "hello"]);
    }
    broker.program.signal(Signal::STOP);
    worker.send_frames(["reader", "", "a reply"]);
    flood(scene, &clients, &["", "x"], &["", MARKED]);
    broker.program.signal(Signal::CONT);
    let mut marks = 0;
    let mut passed = 0;
    while marks < FLOODERS {
        let frames = take(scene, &worker, "the requests of the flood");
        passed += 1;
        marks += usize::from(frames.last().is_some_and(|last| last == MARKED.as_bytes()));
    }
    scene.note(format!("{passed} requests have been passed on"));
    scene.suspect(&STARVES_REPLIES);
    scene.expect(is_there(scene, &reader), "the reply to get through while requests lie ready", || {
        format!("{passed} requests were passed on, and the reply, which was there before them, was not")
    });
    gets(scene, &reader, &["", "a reply"]);
}

/// The flood is one of replies, and one request must get through it.
pub fn of_replies(scene: &Scene) {
    let broker = start(scene);
    suspect_hang(scene, &LOCKSTEP);
    let workers: Vec<Peer> =
        (1..=FLOODERS).map(|number| unlimited(scene, &format!("worker {number}"), &broker.backend)).collect();
    let reader = unlimited(scene, "reader", &broker.frontend);
    let counter = broker.client(scene, zmq::DEALER, "counter");
    let asker = broker.client(scene, zmq::DEALER, "asker");
    meet(scene, &broker, &workers);
    for client in [&reader, &counter, &asker] {
        client.send_frames(["", "hello"]);
        let (who, got) = Peer::receive_any(&workers, "a request at one of the workers");
        workers[who].send_frames(&got);
        gets(scene, client, &["", "hello"]);
    }
    broker.program.signal(Signal::STOP);
    asker.send_frames(["", "a request"]);
    flood(scene, &workers, &["reader", "", "x"], &["counter", "", MARKED]);
    broker.program.signal(Signal::CONT);
    for _ in 0..FLOODERS {
        gets(scene, &counter, &["", MARKED]);
    }
    scene.note(format!("{} replies and more have been passed on", FLOODERS * MARK));
    scene.suspect(&STARVES_REQUESTS);
    scene.expect(
        workers.iter().any(|worker| is_there(scene, worker)),
        "the request to get through while replies lie ready",
        || {
            format!(
                "more than {} replies were passed on, and the request, which was there before them, was not",
                FLOODERS * MARK
            )
        },
    );
    let (_, got) = Peer::receive_any(&workers, "the request");
    expect_frames(scene, "the request", &got, &["asker", "", "a request"]);
}

/// How many replies must get through while nobody takes a request.
const REPLIES: u32 = 300;
/// Requests that one client sends while nobody takes any; a high-water mark is 1000, and a Unix socket holds 200 of this size.
const WAITING: usize = 1_000;

/// A worker that reads nothing has more requests than its queue holds; its replies must get through.
pub fn of_a_full_worker(scene: &Scene) {
    let broker = start_with(scene, "tcp://127.0.0.1:*", &scene.ipc("workers"), &[]);
    suspect_hang(scene, &BLOCKS);
    let mut worker = broker.raw_worker(scene, "worker");
    let reader = broker.client(scene, zmq::DEALER, "reader");
    reader.send_frames(["", "hello"]);
    raw_gets(scene, &mut worker, "worker", &["reader", "", "hello"]);
    let request = "r".repeat(1_000);
    let clients: Vec<Peer> = (1..=FLOODERS)
        .map(|number| unlimited(scene, &format!("client {number}"), &broker.frontend))
        .collect();
    for client in &clients {
        scene.note(format!(
            "{} sends {WAITING} requests of 1000 bytes, which the worker does not read",
            client.name()
        ));
        for _ in 0..WAITING {
            if let Err(error) = client.socket().send_multipart(["", &request], 0) {
                scene.fail(format!("{} to be able to send", client.name()), error.to_string());
            }
        }
    }
    for number in 1..=REPLIES {
        let reply = format!("reply {number}");
        if let Err(error) = worker.send_message(&["reader", "", &reply]) {
            scene.suspect(&BLOCKS);
            scene.fail("the broker to take the worker's replies", error.to_string());
        }
        gets(scene, &reader, &["", &reply]);
    }
}

/// Receives a message that is one of too many for a timeline.
fn take(scene: &Scene, peer: &Peer, what: &str) -> Frames {
    match peer.socket().recv_multipart(zmq::DONTWAIT) {
        Ok(frames) => frames,
        Err(zmq::Error::EAGAIN) => peer.receive(what),
        Err(error) => scene.fail(format!("{} to be able to receive", peer.name()), error.to_string()),
    }
}

/// Whether something has come to this socket.
fn is_there(scene: &Scene, peer: &Peer) -> bool {
    match peer.socket().poll(zmq::POLLIN, 0) {
        Ok(ready) => ready > 0,
        Err(error) => scene.fail(format!("{} to be able to look", peer.name()), error.to_string()),
    }
}
