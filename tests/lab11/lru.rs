//! Workers of a broker with `--lru`, as DEALER sockets: they write the delimiter of a REQ themselves, and can speak out of turn.

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
    let worker = broker.worker(scene, zmq::DEALER, name);
    worker.send_frames(["", READY]);
    worker
}

/// So many workers, each with a request of one client in its hands.
pub fn prime(scene: &Scene, broker: &Broker, count: usize) -> (Vec<Peer>, Peer, Vec<Held>) {
    let workers: Vec<Peer> =
        (1..=count).map(|number| dealer_worker(scene, broker, &format!("worker {number}"))).collect();
    let client = broker.client(scene, zmq::DEALER, "client");
    let mut held: Vec<Held> = vec![None; count];
    scene.suspect_when(&LRU_SILENT, |evidence| evidence.hung);
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
    }
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
