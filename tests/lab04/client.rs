//! The client, judged by a ROUTER of the check's, which sees every socket that it opens.

use std::time::Instant;

use harness::failure::show_frames;
use harness::peer::Peer;
use harness::scene::{Evidence, Program};
use harness::{Scene, zmq};

use crate::mistakes::*;

/// A timeout that is reached on purpose, in milliseconds.
pub const SHORT: &str = "250";

/// A request as a ROUTER sees it.
pub struct Request {
    /// The identity of the client's socket, and the number of the request where the client correlates.
    pub envelope: Vec<Vec<u8>>,
    pub body: Vec<Vec<u8>>,
}

impl Request {
    /// Whether it asks for this payment.
    pub fn is_for(&self, (id, _): &(String, String)) -> bool {
        self.body.first().is_some_and(|frame| frame == id.as_bytes())
    }
}

/// Starts the client on a ROUTER of the check's.
pub fn asked(scene: &Scene, timeout: &str, tries: &str, payments: &[&(String, String)]) -> (Program, Peer) {
    scene.suspect_when(&SAME_SOCKET, |evidence| evidence.errors.contains("EFSM"));
    scene.suspect_when(&PANICS, Evidence::panicked);
    let router = scene.peer(zmq::ROUTER, "client");
    let endpoint = router.bind("tcp://127.0.0.1:*");
    (client_at(scene, &endpoint, timeout, tries, payments), router)
}

pub fn client_at(
    scene: &Scene,
    endpoint: &str,
    timeout: &str,
    tries: &str,
    payments: &[&(String, String)],
) -> Program {
    let mut arguments: Vec<String> =
        ["--connect", endpoint, "--timeout", timeout, "--tries", tries].map(String::from).into();
    for (id, amount) in payments {
        arguments.extend(["--pay".into(), format!("{id}:{amount}")]);
    }
    scene.start("client", arguments)
}

/// The next request; a REQ puts an empty frame between the envelope and the rest.
pub fn request(scene: &Scene, router: &Peer, what: &str) -> Request {
    let mut envelope = router.receive(what);
    let Some(delimiter) = envelope.iter().skip(1).position(Vec::is_empty) else {
        scene.fail(
            format!("{what} from a REQ socket, with the empty frame that REQ sends"),
            show_frames(&envelope[1..]),
        )
    };
    let body = envelope.split_off(delimiter + 2);
    envelope.truncate(delimiter + 1);
    Request { envelope, body }
}

/// Answers a request.
pub fn reply(router: &Peer, envelope: &[Vec<u8>], body: &[&str]) {
    let envelope = envelope.iter().map(Vec::as_slice);
    let body = body.iter().map(|frame| frame.as_bytes());
    router.send_frames(envelope.chain([&b""[..]]).chain(body));
}

/// Whether a request is there, or the client has printed this many lines or ended: what comes first.
pub fn request_or_lines(scene: &Scene, client: &Program, router: &Peer, lines: usize) -> Option<Request> {
    let end = Instant::now() + scene.deadline();
    // Once the client has printed or ended, what it sent before is looked for once more.
    loop {
        let done = client.output().out.len() >= lines || client.has_ended() || Instant::now() > end;
        if router.socket().poll(zmq::POLLIN, if done { 0 } else { 5 }).is_ok_and(|ready| ready > 0) {
            return Some(request(scene, router, "a request of the client"));
        }
        if done {
            return None;
        }
    }
}

/// Fails the check unless the client's next line is this one.
pub fn expect_line(scene: &Scene, client: &Program, wanted: &str) {
    scene.expect_bytes("the client's line", client.line(&format!("the line `{wanted}`")), wanted);
}
