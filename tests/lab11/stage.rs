//! A broker on the stage, and the clients and workers of the check's that meet at it.

use std::cell::{Cell, RefCell};

use harness::failure::{show, show_frames};
use harness::peer::Peer;
use harness::program::Ended;
use harness::raw::RawPeer;
use harness::scene::{Evidence, Program};
use harness::zmtp::{Command, Content, Greeting, Metadata};
use harness::{Mistake, Scene, zmq};

use crate::mistakes::*;

/// All frames of one message.
pub type Frames = Vec<Vec<u8>>;

/// A broker, and where it can be reached.
pub struct Broker {
    pub program: Program,
    pub frontend: String,
    pub backend: String,
    /// What tells of the workers' connections; a socket whose news nobody can get would wait for ever.
    news: RefCell<Vec<Peer>>,
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
    LRU.set(options.contains(&"--lru"));
    suspect_hang(scene, &BOUND_LINES);
    let program = scene.start("broker", arguments);
    let lines = ["frontend", "backend"].map(|name| {
        String::from_utf8_lossy(&program.line(&format!("the line `bound {name} ENDPOINT`"))).into_owned()
    });
    let find = |name: &str| {
        let before = format!("bound {name} ");
        let found = lines
            .iter()
            .find_map(|line| line.strip_prefix(&before))
            .filter(|endpoint| endpoint.contains("://") && !endpoint.ends_with('*'));
        found.map(String::from).unwrap_or_else(|| {
            scene.suspect(&BOUND_LINES);
            scene.fail(
                "the lines `bound frontend ENDPOINT` and `bound backend ENDPOINT` first on the broker's standard output",
                format!("{} and {}", show(lines[0].as_bytes()), show(lines[1].as_bytes())),
            )
        })
    };
    let (frontend, backend) = (find("frontend"), find("backend"));
    HANG.set(None);
    Broker { program, frontend, backend, news: RefCell::default() }
}

/// What is likely where the broker ended because a ROUTER could not reach somebody.
pub fn suspect_unreachable(scene: &Scene, mistake: &'static Mistake) {
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
    scene.suspect_when(&SOCKET_TYPES, |evidence| {
        evidence.ended.is_some() && evidence.errors.contains("EINVAL")
    });
    scene.suspect_when(&ENDS, |evidence| {
        evidence.ended == Some(Ended::Code(0))
            && HANG.get().is_none_or(|likely| likely.name != GONE_CLIENT.name)
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
        self.worker_with(scene, kind, name, name.as_bytes())
    }

    /// The same with an identity that is not its name.
    pub fn worker_with(&self, scene: &Scene, kind: zmq::SocketType, name: &str, identity: &[u8]) -> Peer {
        let worker = scene.peer_as(name, kind, "broker");
        identify(scene, &worker, identity);
        // Waits until the connection stands. A right broker needs no such wait; a wrong one that drops requests while no worker is there shall
        // fail the checks that are about that, and no others.
        let news = scene.peer_as(&format!("news of {name}"), zmq::PAIR, "broker");
        let place = format!("inproc://{}", scene.word());
        let wait = || {
            worker.socket().monitor(&place, i32::from(zmq::SocketEvent::HANDSHAKE_SUCCEEDED.to_raw()))?;
            news.socket().connect(&place)?;
            worker.connect(&self.backend);
            let limit = i64::try_from(scene.deadline().as_millis()).unwrap_or(i64::MAX);
            news.socket().poll(zmq::POLLIN, limit)
        };
        let ready = wait();
        self.news.borrow_mut().push(news);
        match ready {
            Ok(0) => no_connection(scene, self, name, &std::io::ErrorKind::TimedOut.into()),
            Ok(_) => worker,
            Err(error) => scene.fail("a socket whose connection can be watched", error.to_string()),
        }
    }

    /// A client that is made of bytes: what it sends is on its way when `send` returns, and it leaves when it is told to.
    pub fn raw_client(&self, scene: &Scene, name: &str) -> Raw<'_> {
        Raw::connect(scene, self, &self.frontend, name)
    }

    /// A worker of this kind.
    pub fn raw_worker(&self, scene: &Scene, name: &str) -> Raw<'_> {
        Raw::connect(scene, self, &self.backend, name)
    }
}

/// Lets a request lie before a broker that has no worker; meanwhile it must not compute.
pub fn sleeps_beside_a_request(scene: &Scene, broker: &Broker, otherwise: &'static Mistake) {
    let mut client = broker.raw_client(scene, "client");
    client.send(&["", "question"]);
    // What comes to the broker later has come when this connection stands; so has the request.
    let _barrier = broker.raw_client(scene, "somebody else");
    scene.suspect(otherwise);
    scene.expect(
        broker.program.comes_to_rest(scene.deadline()),
        "the broker to sleep, as there is nothing that it can do until a worker comes",
        || "it computes all the time".into(),
    );
}

thread_local! {
    /// What is likely where a raw peer waits in vain; a check runs in one thread.
    static HANG: Cell<Option<&'static Mistake>> = const { Cell::new(None) };
    /// Whether the broker runs with `--lru`.
    static LRU: Cell<bool> = const { Cell::new(false) };
}

/// A client or worker that is made of bytes.
pub struct Raw<'a> {
    scene: Scene,
    broker: &'a Broker,
    name: String,
    peer: RawPeer,
}

impl<'a> Raw<'a> {
    fn connect(scene: &Scene, broker: &'a Broker, endpoint: &str, name: &str) -> Self {
        let open = || {
            let mut peer = RawPeer::connect(endpoint, scene.deadline())?;
            peer.greet(&Greeting::default())?;
            peer.ready(Metadata::of("DEALER").with("Identity", name))?;
            Ok(peer)
        };
        let peer = open().unwrap_or_else(|error| no_connection(scene, broker, name, &error));
        Self { scene: scene.clone(), broker, name: name.into(), peer }
    }

    /// Sends a message.
    pub fn send<T: AsRef<[u8]>>(&mut self, frames: &[T]) {
        self.scene.note(format!("{} sends {}", self.name, show_frames(frames)));
        self.send_unseen(frames);
    }

    /// Sends one of too many messages for a timeline.
    pub fn send_unseen<T: AsRef<[u8]>>(&mut self, frames: &[T]) {
        let _ = self.scene.deadline(); // ends a check that goes on for ever
        if let Err(error) = self.peer.send_message(frames) {
            failed(&self.scene, self.broker, &format!("the broker to take what {} sends", self.name), &error);
        }
    }

    /// Waits until the broker's socket has been told of this peer: a PONG comes only behind the whole handshake.
    pub fn is_known(&mut self) {
        let context = b"known".to_vec();
        let ping = Command::Ping { ttl: 0, context: context.clone() };
        let mut wait = || {
            self.peer.send_command(&ping)?;
            loop {
                match self.peer.receive()? {
                    Some(unit) if unit.content == Content::Command(Command::Pong(context.clone())) => {
                        return Ok(());
                    }
                    Some(_) => {}
                    None => return Err(std::io::ErrorKind::UnexpectedEof.into()),
                }
            }
        };
        let known = wait();
        if let Err(error) = known {
            no_connection(&self.scene, self.broker, &self.name, &error);
        }
    }

    /// Receives a message.
    pub fn receive(&mut self, what: &str) -> Frames {
        let _ = self.scene.deadline(); // ends a check that goes on for ever
        self.peer.receive_message().unwrap_or_else(|error| failed(&self.scene, self.broker, what, &error))
    }

    /// Receives a message, which must have these frames.
    pub fn gets<T: AsRef<[u8]>>(&mut self, wanted: &[T]) {
        let got = self.receive(&format!("{} at {}", show_frames(wanted), self.name));
        self.scene.note(format!("{} gets {}", self.name, show_frames(&got)));
        expect_frames(&self.scene, &format!("what {} gets", self.name), &got, wanted);
    }

    /// Leaves, and waits until the broker's sockets know.
    ///
    /// libzmq closes its side as soon as it sees the end, and tells the socket a few turns of its input/output thread later; a handshake takes
    /// more turns than that.
    pub fn leaves(mut self, how: &str) {
        self.scene.note(format!("{} {how}", self.name));
        self.peer.finish();
        if let Err(error) = self.peer.wait_closed() {
            failed(
                &self.scene,
                self.broker,
                &format!("the broker to close the connection of {}", self.name),
                &error,
            );
        }
        let _barrier = self.broker.raw_client(&self.scene, "somebody else");
        self.broker.settles(&self.scene);
    }
}

/// Fails the check: the broker does not take a connection. Its sockets do that by themselves, whatever the program does.
fn no_connection(scene: &Scene, broker: &Broker, name: &str, error: &std::io::Error) -> ! {
    if broker.program.ends_soon().is_none() {
        HANG.set(Some(&SOCKET_TYPES));
    }
    failed(scene, broker, &format!("the broker to take the connection of {name}"), error)
}

/// Fails the check: a raw peer could not go on. Where the broker has ended, that is why.
fn failed(scene: &Scene, broker: &Broker, wanted: &str, error: &std::io::Error) -> ! {
    let ended = broker.program.ends_soon();
    if ended.is_none() {
        if let Some(mistake) = HANG.get() {
            scene.suspect(mistake);
        }
    }
    scene.fail(wanted, ended.map_or_else(|| error.to_string(), |ended| broker.program.how_it_ended(ended)))
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
fn difference(got: &[&[u8]], wanted: &[&[u8]]) -> Option<&'static Mistake> {
    let without =
        |index: usize| wanted.len() > index && [&wanted[..index], &wanted[index + 1..]].concat() == got;
    let empty = |index: usize| wanted.get(index).is_some_and(|frame| frame.is_empty());
    if LRU.get() && empty(0) && without(0) {
        return Some(&LRU_ENVELOPE);
    }
    if [0, 1].iter().any(|index| empty(index + 1) && !empty(*index) && without(*index)) {
        return Some(&NO_IDENTITY);
    }
    let filled = |frames: &[&[u8]]| {
        frames.iter().filter(|frame| !frame.is_empty()).map(|frame| frame.to_vec()).collect::<Frames>()
    };
    let lossy = |frame: &[u8]| String::from_utf8_lossy(frame).into_owned().into_bytes();
    // The delimiter is the second frame at least, or at a client the first one.
    let position =
        got.iter().zip(wanted).position(|(got, wanted)| got != wanted).unwrap_or(got.len().min(wanted.len()));
    let empties = |frames: &[&[u8]]| frames.iter().filter(|frame| frame.is_empty()).count();
    if filled(got) == filled(wanted) && empties(got) != empties(wanted) {
        let delimiter =
            position < 2 || (position == 2 && wanted.first().is_some_and(|frame| frame.is_empty()));
        return Some(match (got.len() < wanted.len(), delimiter) {
            (true, true) => &STRIPS,
            (false, _) if position < 3 => &ADDS,
            _ => &EMPTY_FRAMES,
        });
    }
    if got.len() < wanted.len() && wanted.starts_with(got) {
        return Some(&FIRST_FRAME);
    }
    if got.len() != wanted.len() {
        return (got.concat() == wanted.concat()).then_some(&JOINS);
    }
    let mut pairs = got.iter().zip(wanted).filter(|(got, wanted)| got != wanted);
    let (got, wanted) = pairs.next()?;
    if lossy(wanted) == *got && lossy(wanted) != *wanted {
        return Some(&TEXT);
    }
    if got.len() < wanted.len() && wanted.starts_with(got) && got.len() > 1_000 {
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

/// What is likely from here on where something is waited for in vain.
pub fn suspect_hang(scene: &Scene, mistake: &'static Mistake) {
    HANG.set(Some(mistake));
    scene.suspect_when(mistake, |evidence: &Evidence| {
        evidence.hung && HANG.get().is_some_and(|likely| likely.name == mistake.name)
    });
}

/// Passes the plainest request and its reply, between a REQ and a DEALER: where this goes wrong it is not for the reason that the check is about.
pub fn warm_up(scene: &Scene, worker: &Peer, client: &Peer) {
    let (request, reply) = (scene.word(), scene.word());
    suspect_hang(scene, &NOTHING_PASSES);
    client.send(&request);
    gets(scene, worker, &[client.name(), "", &request]);
    suspect_hang(scene, &REPLY_STAYS);
    worker.send_frames([client.name(), "", &reply]);
    gets(scene, client, &[&reply]);
}
