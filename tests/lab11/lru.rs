//! Workers of a broker with `--lru`, as DEALER sockets: they write the delimiter of a REQ themselves, and can speak out of turn.

use std::cell::Cell;
use std::rc::Rc;

use harness::failure::show_frames;
use harness::peer::Peer;
use harness::{Scene, zmq};

use crate::mistakes::*;
use crate::stage::*;

/// What a worker says before its first request.
pub const READY: &str = "READY";

/// The request that a worker has in its hands, with the delimiter before it.
pub type Held = Option<Frames>;

/// A worker that has said READY.
pub fn dealer_worker(scene: &Scene, broker: &Broker, name: &str) -> Peer {
    let worker = named(scene, zmq::DEALER, name);
    // Sends when the connection stands, and not into a queue before; so the broker knows the worker when this returns.
    if let Err(error) = worker.socket().set_immediate(true) {
        scene.fail("an option that libzmq takes", error.to_string());
    }
    worker.connect(&broker.backend);
    worker.send_frames(["", READY]);
    broker.settles(scene);
    worker
}

/// Passes two plain requests and their replies: where this goes wrong it is not for the reason that the check is about.
pub fn warm_up_lru(scene: &Scene, broker: &Broker, worker: &Peer) {
    let client = broker.client(scene, zmq::DEALER, "early client");
    for likely in [&LRU_SILENT, &LRU_AGAIN] {
        let (request, reply) = (scene.word(), scene.word());
        suspect_hang(scene, likely);
        client.send_frames(["", &request]);
        gets(scene, worker, &["", client.name(), "", &request]);
        suspect_hang(scene, &LRU_REPLY);
        worker.send_frames(["", client.name(), "", &reply]);
        gets(scene, &client, &["", &reply]);
    }
}

/// So many workers, each with a request of one client in its hands.
pub fn prime(scene: &Scene, broker: &Broker, count: usize) -> (Vec<Peer>, Peer, Vec<Held>) {
    let workers: Vec<Peer> =
        (1..=count).map(|number| dealer_worker(scene, broker, &format!("worker {number}"))).collect();
    let client = broker.client(scene, zmq::DEALER, "client");
    let mut held: Vec<Held> = vec![None; count];
    // None before the first request came, then whether more are to come.
    let more: Rc<Cell<Option<bool>>> = Rc::default();
    let (started, begins) = (Rc::clone(&more), Rc::clone(&more));
    scene.suspect_when(&LRU_SILENT, move |evidence| evidence.hung && begins.get().is_none());
    scene.suspect_when(&LRU_LOCKSTEP, move |evidence| evidence.hung && started.get() == Some(true));
    for number in 1..=count {
        client.send_frames(["", &format!("first {number}")]);
    }
    for _ in 0..count {
        let (who, got) = Peer::receive_any(&workers, "a request at each worker that is free");
        if held[who].is_some() {
            scene.suspect(&TO_THE_BUSY);
            scene.fail(
                "one request at each of the free workers",
                format!("a second one at {}: {}", workers[who].name(), show_frames(&got)),
            );
        }
        held[who] = Some(got);
        more.set(Some(true));
    }
    more.set(Some(false));
    suspect_hang(scene, &LRU_REPLY);
    (workers, client, held)
}

/// Lets a worker answer the request that it holds, and waits until the client has the reply: from then on it is free.
pub fn free(scene: &Scene, worker: &Peer, client: &Peer, held: &mut Held) {
    let request = held.take().unwrap_or_default();
    worker.send_frames(&request);
    gets(scene, client, &request[2.min(request.len())..]);
}

/// Sends a request, which must come to this worker.
pub fn requests(scene: &Scene, client: &Peer, workers: &[Peer], wanted: usize, why: &str) -> Held {
    let word = scene.word();
    client.send_frames(["", &word]);
    let name = workers[wanted].name();
    let (who, got) = Peer::receive_any(workers, &format!("the request {word} at {name}, {why}"));
    scene.expect(who == wanted, &format!("the request {word} at {name}, {why}"), || {
        format!("it came to {}", workers[who].name())
    });
    expect_frames(scene, "the request", &got, &["", "client", "", &word]);
    Some(got)
}

/// Lets a client ask and this worker answer, so many times.
pub fn replies_to(scene: &Scene, client: &Peer, worker: &Peer, times: u32) {
    for _ in 0..times {
        let word = scene.word();
        client.send_frames(["", &word]);
        gets(scene, worker, &["", client.name(), "", &word]);
        worker.send_frames(["", client.name(), "", &word]);
        gets(scene, client, &["", &word]);
    }
}
