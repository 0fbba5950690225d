//! One side of the broker has more to read than it can pass on in a while; the other side must get through all the same.
//!
//! Nothing is judged by time. Requests are put into the broker before there is a worker, and the worker stops reading when a part of them is
//! through. Replies are put before the broker's door while it is stopped; it reads them no sooner than the one request.

use harness::peer::Peer;
use harness::{Scene, Signal, zmq};

use crate::mistakes::*;
use crate::stage::*;

/// How many sockets flood with replies, how many messages each of them sends, and which of them is marked. A broker that takes as much as a
/// thousand of one side before it looks at the other (`zmq::proxy` does) is fair enough; when all marks are through, four thousand were.
const FLOODERS: usize = 4;
const MESSAGES: usize = 2_000;
const MARK: usize = MESSAGES / 2;
const MARKED: &str = "marked";
/// The frames of such a message. The more there are, the longer the broker needs for what its socket reads in a moment, so that it never runs
/// out of replies.
const FRAMES: usize = 12;
/// A broker that is wrong may run out of replies all the same, and look at the other side. Hardly so often.
const FLOODS: usize = 4;

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

/// How many clients flood with requests, how many each of them sends, and which of them is marked. A queue holds 1000 messages, so all of them
/// are in the broker before it passes on the first. The reply is sent when the worker has some of them, so that the broker is in the midst of them.
const CLIENTS: usize = 8;
const FIRST: usize = 100;
const REQUESTS: usize = 900;
const MARKED_REQUEST: usize = 600;

/// The flood is one of requests, and one reply must get through it.
pub fn of_requests(scene: &Scene) {
    let broker = start_with(scene, "tcp://127.0.0.1:*", &scene.ipc("workers"), &[]);
    suspect_hang(scene, &STARVES_REPLIES);
    let reader = broker.client(scene, zmq::DEALER, "reader");
    let mut clients: Vec<_> =
        (1..=CLIENTS).map(|number| broker.raw_client(scene, &format!("client {number}"))).collect();
    scene.note(format!(
        "{CLIENTS} clients send {REQUESTS} requests each; number {MARKED_REQUEST} of each is marked"
    ));
    // A Unix socket holds a few hundred of these, so that the worker decides how far the broker can get.
    let body = "r".repeat(1_000);
    for client in &mut clients {
        for number in 1..=REQUESTS {
            let body = if number == MARKED_REQUEST { MARKED } else { &body };
            client.send_unseen(&["", body]);
        }
    }
    reader.send_frames(["", "hello"]);
    broker.settles(scene);
    let mut worker = broker.raw_worker(scene, "worker");
    let mut passed = 0;
    let mut marks = 0;
    while marks < CLIENTS {
        if passed == FIRST {
            worker.send(&["reader", "", "a reply"]);
        }
        let frames = worker.receive(&format!("more requests than {passed} at the worker"));
        marks += usize::from(frames.last().is_some_and(|last| last == MARKED.as_bytes()));
        passed += 1;
    }
    scene.note(format!("{passed} requests have come to the worker, and it reads no more"));
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
    for _ in 0..FLOODS {
        one_of_replies(scene, &broker, &workers, &counter, &asker);
    }
}

fn one_of_replies(scene: &Scene, broker: &Broker, workers: &[Peer], counter: &Peer, asker: &Peer) {
    broker.program.signal(Signal::STOP);
    asker.send_frames(["", "a request"]);
    scene.note(format!("{FLOODERS} workers send {MESSAGES} replies each; number {MARK} of each is marked"));
    let message = [&["reader", ""][..], &["x"; FRAMES]].concat();
    for worker in workers {
        for number in 1..=MESSAGES {
            let frames = if number == MARK { &["counter", "", MARKED][..] } else { &message };
            if let Err(error) = worker.socket().send_multipart(frames, 0) {
                scene.fail(format!("{} to be able to send", worker.name()), error.to_string());
            }
        }
    }
    broker.program.signal(Signal::CONT);
    for _ in 0..FLOODERS {
        gets(scene, counter, &["", MARKED]);
    }
    let passed = FLOODERS * MARK;
    scene.note(format!("{passed} replies and more have been passed on"));
    scene.suspect(&STARVES_REQUESTS);
    let through = workers.iter().any(|worker| is_there(scene, worker));
    scene.expect(through, "the request to get through while replies lie ready", || {
        format!(
            "more than {passed} replies were passed on, and the request, which was there before them, was not"
        )
    });
    let (_, got) = Peer::receive_any(workers, "the request");
    expect_frames(scene, "the request", &got, &["asker", "", "a request"]);
}

/// Requests that fill the queue of the one worker: a high-water mark is 1000, and the first of these are so large that they stay in it, too.
const LARGE: usize = 4;
const SMALL: usize = 940;
/// How many more requests come, one at a time, each followed by a reply that must get through.
const MORE: usize = 150;

/// A worker that reads nothing has more requests than its queue holds; its replies must get through.
///
/// Where the queue becomes full the requests come one by one, because `zmq::proxy` asks for room only once in a thousand.
pub fn of_a_full_worker(scene: &Scene) {
    let broker = start_with(scene, "tcp://127.0.0.1:*", &scene.ipc("workers"), &[]);
    let mut worker = broker.raw_worker(scene, "worker");
    let mut client = broker.raw_client(scene, "client");
    let reader = broker.client(scene, zmq::DEALER, "reader");
    reader.send_frames(["", "hello"]);
    worker.gets(&["reader", "", "hello"]);
    suspect_hang(scene, &BLOCKS);
    scene.note(format!("the client sends {} requests, which the worker does not read", LARGE + SMALL));
    let large = "r".repeat(1_000_000);
    let first = std::iter::repeat_n(large.as_str(), LARGE).chain(std::iter::repeat_n("small", SMALL));
    for request in first {
        client.send_unseen(&["", request]);
    }
    broker.settles(scene);
    for number in 1..=MORE {
        let reply = format!("reply {number}");
        client.send_unseen(&["", "one more"]);
        worker.send_unseen(&["reader", "", &reply]);
        gets(scene, &reader, &["", &reply]);
    }
}

/// Whether something has come to this socket.
fn is_there(scene: &Scene, peer: &Peer) -> bool {
    match peer.socket().poll(zmq::POLLIN, 0) {
        Ok(ready) => ready > 0,
        Err(error) => scene.fail(format!("{} to be able to look", peer.name()), error.to_string()),
    }
}
