//! A broker on the stage, and the clients and workers of the check's that meet at it.

use harness::failure::{show, show_frames};
use harness::peer::Peer;
use harness::raw::RawPeer;
use harness::scene::{Evidence, Program};
use harness::zmtp::{Greeting, Metadata};
use harness::{Scene, zmq};

use crate::mistakes::*;

/// All frames of one message.
pub type Frames = Vec<Vec<u8>>;

/// A broker, and where it can be reached.
pub struct Broker {
    pub program: Program,
    pub frontend: String,
    pub backend: String,
}

/// Starts the broker on ports of the system's choice.
pub fn start(scene: &Scene) -> Broker {
    suspect_unreachable(scene, &UNREACHABLE);
    start_with(scene, "tcp://127.0.0.1:*", "tcp://127.0.0.1:*", &[])
}

/// The same with `--lru`.
pub fn start_lru(scene: &Scene) -> Broker {
    scene.suspect_when(&NO_WORKER, |evidence| {
        evidence.panicked() && ["None", "empty", "len is 0"].iter().any(|word| evidence.errors.contains(word))
    });
    start_with(scene, "tcp://127.0.0.1:*", "tcp://127.0.0.1:*", &["--lru"])
}

/// Starts the broker, and reads where it has bound from the first two lines, in whatever order they are.
pub fn start_with(scene: &Scene, frontend: &str, backend: &str, options: &[&str]) -> Broker {
    suspect_the_usual(scene);
    let arguments = [&["--frontend", frontend, "--backend", backend], options].concat();
    let program = scene.start("broker", arguments);
    let lines = ["frontend", "backend"].map(|name| {
        String::from_utf8_lossy(&program.line(&format!("the line `bound {name} ENDPOINT`"))).into_owned()
    });
    let find = |name: &str| {
        let before = format!("bound {name} ");
        let found = lines
            .iter()
            .find_map(|line| line.strip_prefix(&before))
            .filter(|endpoint| endpoint.contains("://"));
        found.map(String::from).unwrap_or_else(|| {
            scene.suspect(&BOUND_LINES);
            scene.fail(
                "the lines `bound frontend ENDPOINT` and `bound backend ENDPOINT` first on the broker's standard output",
                format!("{} and {}", show(lines[0].as_bytes()), show(lines[1].as_bytes())),
            )
        })
    };
    let (frontend, backend) = (find("frontend"), find("backend"));
    Broker { program, frontend, backend }
}

/// What is likely where the broker ended because a ROUTER could not reach somebody.
pub fn suspect_unreachable(scene: &Scene, mistake: &'static harness::Mistake) {
    scene.suspect_when(mistake, |evidence| {
        evidence.ended.is_some()
            && ["EHOSTUNREACH", "Host unreachable", "No route"]
                .iter()
                .any(|word| evidence.errors.contains(word))
    });
}

/// What is likely whatever is checked, because the program itself says it.
fn suspect_the_usual(scene: &Scene) {
    scene.suspect_when(&TEXT, |evidence| evidence.panicked() && evidence.errors.contains("Utf8Error"));
    scene.suspect_when(&DOES_NOT_WAIT, |evidence| {
        evidence.errors.contains("EAGAIN") || evidence.errors.contains("Resource temporarily unavailable")
    });
}

impl Broker {
    /// Gives the broker the time to deal with what has reached it. It helps to catch a wrong broker; a right one need not come to rest.
    pub fn settles(&self, scene: &Scene) {
        self.program.comes_to_rest(scene.deadline() / 10);
    }

    /// A client of the check's under this name, which is also its identity.
    pub fn client(&self, scene: &Scene, kind: zmq::SocketType, name: &str) -> Peer {
        let client = named(scene, kind, name);
        client.connect(&self.frontend);
        client
    }

    /// A worker of the check's under this name, which is also its identity.
    pub fn worker(&self, scene: &Scene, kind: zmq::SocketType, name: &str) -> Peer {
        let worker = named(scene, kind, name);
        worker.connect(&self.backend);
        worker
    }

    /// A client that is made of bytes: what it sends is in the broker's hands when `send_message` returns, and dropping it closes its
    /// connection at once.
    pub fn raw_client(&self, scene: &Scene, name: &str) -> RawPeer {
        raw(scene, &self.frontend, name)
    }

    /// A worker of this kind.
    pub fn raw_worker(&self, scene: &Scene, name: &str) -> RawPeer {
        raw(scene, &self.backend, name)
    }
}

/// A socket of the check's whose identity is its name, so that identities are text where the check is about something else.
pub fn named(scene: &Scene, kind: zmq::SocketType, name: &str) -> Peer {
    let peer = scene.peer_as(name, kind, "broker");
    identify(scene, &peer, name.as_bytes());
    peer
}

pub fn identify(scene: &Scene, peer: &Peer, identity: &[u8]) {
    if let Err(error) = peer.socket().set_identity(identity) {
        scene.fail("an identity that libzmq takes", error.to_string());
    }
}

fn raw(scene: &Scene, endpoint: &str, name: &str) -> RawPeer {
    let open = || {
        let mut peer = RawPeer::connect(endpoint, scene.deadline())?;
        peer.greet(&Greeting::default())?;
        peer.ready(Metadata::of("DEALER").with("Identity", name))?;
        Ok(peer)
    };
    open().unwrap_or_else(|error: std::io::Error| {
        scene.fail(format!("a connection to the broker at {endpoint}"), error.to_string())
    })
}

/// Sends a message from a raw peer, and says so in the timeline.
pub fn raw_send<T: AsRef<[u8]>>(scene: &Scene, peer: &mut RawPeer, name: &str, frames: &[T]) {
    scene.note(format!("{name} sends {}", show_frames(frames)));
    if let Err(error) = peer.send_message(frames) {
        scene.fail(format!("{name} to be able to send"), error.to_string());
    }
}

/// Receives a message with a raw peer, which must have these frames.
pub fn raw_gets<T: AsRef<[u8]>>(scene: &Scene, peer: &mut RawPeer, name: &str, wanted: &[T]) {
    match peer.receive_message() {
        Ok(got) => expect_frames(scene, &format!("what {name} gets"), &got, wanted),
        Err(error) => scene.fail(format!("{} at {name}", show_frames(wanted)), error.to_string()),
    }
}

/// Receives a message, which must have these frames.
pub fn gets<T: AsRef<[u8]>>(scene: &Scene, peer: &Peer, wanted: &[T]) {
    let what = format!("{} at {}", show_frames(wanted), peer.name());
    let got = peer.receive(&what);
    expect_frames(scene, &format!("what {} gets", peer.name()), &got, wanted);
}

/// Fails the check unless these are the frames that were wanted; names the way in which they differ, where it is a known one.
pub fn expect_frames<T: AsRef<[u8]>>(scene: &Scene, what: &str, got: &[Vec<u8>], wanted: &[T]) {
    let wanted: Vec<&[u8]> = wanted.iter().map(AsRef::as_ref).collect();
    let got: Vec<&[u8]> = got.iter().map(Vec::as_slice).collect();
    if got == wanted {
        return;
    }
    if let Some(mistake) = difference(&got, &wanted) {
        scene.suspect(mistake);
    }
    scene.fail(format!("{what} to be {}", show_frames(&wanted)), show_frames(&got));
}

/// The known way in which frames differ from those that were wanted.
fn difference(got: &[&[u8]], wanted: &[&[u8]]) -> Option<&'static harness::Mistake> {
    let filled = |frames: &[&[u8]]| {
        frames.iter().filter(|frame| !frame.is_empty()).map(|frame| frame.to_vec()).collect::<Frames>()
    };
    let lossy = |frame: &[u8]| String::from_utf8_lossy(frame).into_owned().into_bytes();
    if got.len() < wanted.len() && wanted.starts_with(got) {
        return Some(&FIRST_FRAME);
    }
    if filled(got) == filled(wanted) {
        let (few, position) =
            (got.len() < wanted.len(), got.iter().zip(wanted).position(|(got, wanted)| got != wanted));
        // The delimiter is the frame behind the identity; at the front of a message it is the first.
        return Some(match position {
            Some(0 | 1) if few => &STRIPS,
            Some(0 | 1) => &ADDS,
            _ => &EMPTY_FRAMES,
        });
    }
    if got.len() != wanted.len() {
        return (got.concat() == wanted.concat()).then_some(&JOINS);
    }
    let mut pairs = got.iter().zip(wanted).filter(|(got, wanted)| got != wanted);
    let (got, wanted) = pairs.next()?;
    if lossy(wanted) == *got && lossy(wanted) != *wanted {
        return Some(&TEXT);
    }
    if got.len() < wanted.len() && wanted.starts_with(got) && got.len() > 4 {
        return Some(&CUTS);
    }
    None
}

/// A message made of an envelope and a body.
pub fn frames<T: AsRef<[u8]>>(before: &[&[u8]], body: &[T]) -> Frames {
    before
        .iter()
        .map(|frame| frame.to_vec())
        .chain(body.iter().map(|frame| frame.as_ref().to_vec()))
        .collect()
}

/// The identity that a request begins with where a worker gets it.
pub fn client_of(scene: &Scene, request: &[Vec<u8>], at: usize) -> Vec<u8> {
    let Some(identity) = request.get(at) else {
        scene.suspect(&FIRST_FRAME);
        scene.fail("a request that begins with its client's identity", show_frames(request))
    };
    identity.clone()
}

/// What is likely where something was waited for in vain.
pub fn suspect_hang(scene: &Scene, mistake: &'static harness::Mistake) {
    scene.suspect_when(mistake, |evidence: &Evidence| evidence.hung);
}
