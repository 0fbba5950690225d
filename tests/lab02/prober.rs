//! A prober and the server of the check's that it talks to.

use std::cell::Cell;
use std::rc::Rc;

use harness::failure::show;
use harness::peer::Peer;
use harness::scene::Program;
use harness::{Scene, zmq};

use crate::mistakes::*;

/// A server of the check's: a ROUTER, which sees over which connection a request came.
pub struct Server {
    pub router: Peer,
}

/// A request as a ROUTER sees it: the connection, and the frames behind the empty one.
pub struct Request {
    pub connection: Vec<u8>,
    pub text: Vec<u8>,
}

impl Request {
    /// Takes the frames apart that a ROUTER got from a REQ: connection, empty frame, text.
    pub fn of(scene: &Scene, mut frames: Vec<Vec<u8>>) -> Self {
        let shown = harness::failure::show_frames(frames.get(1..).unwrap_or_default());
        if frames.len() != 3 || !frames[1].is_empty() {
            scene.suspect(match &frames[..] {
                [_, number, empty, ..] if number.len() == 4 && empty.is_empty() => &CORRELATES,
                [_, empty, ..] if empty.is_empty() => &CHANGES_TEXT,
                _ => &NOT_A_REQ,
            });
            scene.fail("a request of a REQ socket: an empty frame, then one frame of text", shown);
        }
        let text = frames.pop().unwrap_or_default();
        Self { connection: frames.swap_remove(0), text }
    }
}

impl Server {
    pub fn new(scene: &Scene, name: &str) -> (Self, String) {
        let router = scene.peer_as(name, zmq::ROUTER, "prober");
        let endpoint = router.bind("tcp://127.0.0.1:*");
        (Self { router }, endpoint)
    }

    /// Receives the next request, which must be this text.
    pub fn gets(&self, scene: &Scene, text: &str) -> Request {
        let what = format!("the request {}", show(text.as_bytes()));
        let request = Request::of(scene, self.router.receive(&what));
        scene.expect_bytes("the next request", &request.text, text);
        request
    }

    pub fn replies(&self, request: &Request, reply: impl AsRef<[u8]>) {
        self.router.send_frames([&request.connection[..], b"", reply.as_ref()]);
    }
}

/// The prober, and whether it was last told to send and has not said what came of it.
pub struct Prober {
    pub program: Program,
    pub sends: Rc<Cell<bool>>,
}

impl Prober {
    pub fn start<'a>(scene: &Scene, endpoints: impl IntoIterator<Item = &'a String>) -> Self {
        suspect_the_prober(scene);
        let sends = Rc::new(Cell::new(false));
        let told = Rc::clone(&sends);
        scene.suspect_when(&PRINTS_LATE, move |evidence| evidence.hung && told.get());
        let told = Rc::clone(&sends);
        scene.suspect_when(&PRINTS_MORE, move |evidence| {
            told.get()
                && !evidence.got.is_empty()
                && evidence.got != b"sent"
                && !evidence.got.starts_with(b"E")
        });
        let options = endpoints.into_iter().flat_map(|endpoint| ["--connect", endpoint]);
        Self { program: scene.start("prober", options), sends }
    }

    /// Types a line, and waits for the one line that the prober must print then.
    pub fn does(&self, line: &str, wanted: impl AsRef<[u8]>) {
        self.program.type_line(line);
        self.sends.set(line.starts_with("send "));
        self.prints(line, wanted);
        self.sends.set(false);
    }

    /// Waits for the one line that the prober must print after this one was typed.
    pub fn prints(&self, line: &str, wanted: impl AsRef<[u8]>) {
        let line = show(line.as_bytes());
        let got = self.program.line(&format!("what came of {line}"));
        self.program.scene().expect_bytes(&format!("what the prober prints after {line}"), got, wanted);
    }
}

/// What is likely where the prober goes wrong, whichever line showed it.
pub fn suspect_the_prober(scene: &Scene) {
    scene.suspect_when(&GIVES_UP, |evidence| evidence.got == b"EAGAIN");
    scene.suspect_when(&CHANGES_TEXT, |evidence| {
        let blank_more = evidence.got.strip_prefix(b" ").is_some_and(|text| text == evidence.wanted);
        evidence.got.ends_with(b"\n") || evidence.got.starts_with(b"send ") || blank_more
    });
    scene.suspect_when(&CHANGES_REPLY, |evidence| {
        evidence.got.starts_with(b"\"") || (evidence.got.starts_with(b"[") && evidence.got.ends_with(b"]"))
    });
    scene.suspect_when(&NAMES_IT_OTHERWISE, |evidence| {
        let names_it = evidence.got.windows(4).any(|part| part == b"EFSM") && evidence.got != b"EFSM";
        names_it || evidence.got.windows(9).any(|part| part == b"Operation")
    });
    scene.suspect_when(&STOPS_AT_EFSM, |evidence| {
        evidence.errors.contains("EFSM") || (evidence.panicked() && evidence.errors.contains("current state"))
    });
}

/// Starts the prober on one server of the check's.
pub fn probe(scene: &Scene) -> (Prober, Server) {
    let (server, endpoint) = Server::new(scene, "the check's ROUTER");
    (Prober::start(scene, [&endpoint]), server)
}
