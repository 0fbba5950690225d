//! The harness's own side of a wire: ZeroMQ sockets whose waits have a deadline and explain themselves.
//!
//! What the zmq API hides (frames of a REQ, a handshake, a subscription's exact moment) belongs to `zmtp` and `tap`.

use std::cell::{Cell, RefCell};
use std::time::Instant;

use crate::failure::Failure;
use crate::scene::{Program, Scene};
use crate::timeline::{Fate, Payload, What};

/// How soon a peer tries again to connect. libzmq's own 100 ms would be most of a check's time.
const RECONNECT_MS: i32 = 5;

/// A socket of the harness's own.
pub struct Peer {
    scene: Scene,
    name: String,
    partner: RefCell<String>,
    socket: zmq::Socket,
    recorded: Cell<bool>,
}

/// The names of the socket types, as RFC 37 writes them.
fn type_name(kind: zmq::SocketType) -> &'static str {
    match kind {
        zmq::SocketType::REQ => "REQ",
        zmq::SocketType::REP => "REP",
        zmq::SocketType::ROUTER => "ROUTER",
        zmq::SocketType::DEALER => "DEALER",
        zmq::SocketType::PUB => "PUB",
        zmq::SocketType::SUB => "SUB",
        zmq::SocketType::XPUB => "XPUB",
        zmq::SocketType::XSUB => "XSUB",
        zmq::SocketType::PUSH => "PUSH",
        zmq::SocketType::PULL => "PULL",
        _ => "PAIR",
    }
}

impl Scene {
    /// Opens a socket of the harness's own, named `the check's TYPE`, to talk with `partner`.
    pub fn peer(&self, kind: zmq::SocketType, partner: &str) -> Peer {
        self.peer_as(&format!("the check's {}", type_name(kind)), kind, partner)
    }

    /// Opens a socket of the harness's own under a name, where there are several of its type.
    pub fn peer_as(&self, name: &str, kind: zmq::SocketType, partner: &str) -> Peer {
        let open = || {
            let socket = self.context().socket(kind)?;
            socket.set_linger(0)?;
            socket.set_reconnect_ivl(RECONNECT_MS)?;
            Ok(socket)
        };
        match open() {
            Ok(socket) => {
                let partner = RefCell::new(partner.into());
                Peer { scene: self.clone(), name: name.into(), partner, socket, recorded: Cell::new(true) }
            }
            Err(error) => broken(&format!("a {} cannot be opened", type_name(kind)), error),
        }
    }
}

/// The harness itself cannot go on: never the student's fault.
fn broken(what: &str, error: zmq::Error) -> ! {
    Failure::error(format!("{what}: {error} ({error:?})")).throw()
}

impl Peer {
    /// Its name on the scene.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Leaves what it sends and receives out of the timeline: a tap on its link records it already.
    #[must_use]
    pub fn behind_a_tap(self) -> Self {
        self.recorded.set(false);
        self
    }

    /// The socket itself, for options.
    pub fn socket(&self) -> &zmq::Socket {
        &self.socket
    }

    /// Connects to an endpoint; fails the check if libzmq does not take it.
    pub fn connect(&self, endpoint: &str) -> &Self {
        if let Err(error) = self.socket.connect(endpoint) {
            let partner = self.partner.borrow();
            self.scene.fail_to_connect(&partner, endpoint, error);
        }
        self.opened(format!("connect {endpoint}"));
        self
    }

    /// Binds, `tcp://127.0.0.1:*` as a rule, and gives the endpoint it got.
    pub fn bind(&self, endpoint: &str) -> String {
        if let Err(error) = self.socket.bind(endpoint) {
            broken(&format!("{} cannot bind {endpoint}", self.name), error);
        }
        let got = match self.socket.get_last_endpoint() {
            Ok(Ok(got)) => got,
            Ok(Err(_)) | Err(_) => endpoint.to_string(),
        };
        self.opened(format!("bind {got}"));
        got
    }

    fn opened(&self, endpoint: String) {
        let socket = self.socket.get_socket_type().map_or("", type_name).to_string();
        self.scene.timeline().record(What::Open { who: self.name.clone(), socket, endpoint });
    }

    /// Sends one frame.
    pub fn send(&self, frame: impl AsRef<[u8]>) {
        self.send_frames([frame]);
    }

    /// Sends a message of these frames.
    pub fn send_frames<T: AsRef<[u8]>>(&self, frames: impl IntoIterator<Item = T>) {
        let frames: Vec<Vec<u8>> = frames.into_iter().map(|frame| frame.as_ref().to_vec()).collect();
        self.record(true, &frames);
        let end = Instant::now() + self.scene.deadline();
        loop {
            self.until_ready(zmq::POLLOUT, "somebody to connect, so that it can send", end);
            match self.socket.send_multipart(&frames, zmq::DONTWAIT) {
                Ok(()) => return,
                // Whom it could have sent to has gone in this moment.
                Err(zmq::Error::EAGAIN) if Instant::now() < end => {}
                Err(zmq::Error::EAGAIN) => self.hang("its message to be taken"),
                Err(error) => broken(&format!("{} cannot send", self.name), error),
            }
        }
    }

    /// Receives a message; fails the check at the deadline, or once the partner has ended.
    pub fn receive(&self, what: &str) -> Vec<Vec<u8>> {
        let end = Instant::now() + self.scene.deadline();
        loop {
            self.until_ready(zmq::POLLIN, what, end);
            match self.socket.recv_multipart(zmq::DONTWAIT) {
                Ok(frames) => {
                    self.record(false, &frames);
                    return frames;
                }
                // Something was there, and it was no request or reply: libzmq has dropped it.
                Err(zmq::Error::EAGAIN) => self.scene.saw_no_envelope(&self.name),
                Err(error) => broken(&format!("{} cannot receive", self.name), error),
            }
        }
    }

    /// Receives a message of one frame; more frames fail the check.
    pub fn receive_frame(&self, what: &str) -> Vec<u8> {
        let mut frames = self.receive(what);
        match frames.len() {
            1 => frames.remove(0),
            count => self.scene.fail(
                format!("{what} in one frame"),
                format!("{count} frames: {}", crate::failure::show_frames(&frames)),
            ),
        }
    }

    /// Receives the next message of any of these peers, and gives the index of the one that got it; fails the check at the
    /// deadline, or once the partner of the first has ended.
    pub fn receive_any(peers: &[Self], what: &str) -> (usize, Vec<Vec<u8>>) {
        let Some(first) = peers.first() else { Failure::error("there are no peers to receive with").throw() };
        let all: Vec<&Self> = peers.iter().collect();
        let end = Instant::now() + first.scene.deadline();
        let ready = Self::until_any_ready(&all, "the check", zmq::POLLIN, what, end);
        (ready, peers[ready].receive(what))
    }

    /// Receives a message that is there already; none where there is none. It does not wait.
    pub fn try_receive(&self) -> Option<Vec<Vec<u8>>> {
        match self.socket.recv_multipart(zmq::DONTWAIT) {
            Ok(frames) => {
                self.record(false, &frames);
                Some(frames)
            }
            Err(zmq::Error::EAGAIN | zmq::Error::EINTR) => None,
            Err(error) => broken(&format!("{} cannot receive", self.name), error),
        }
    }

    /// Leaves the check as a wait of this peer's that has reached its deadline, or whose partner has ended: for checks that wait
    /// for several things at once, with [`try_receive`](Self::try_receive). `what` did not come.
    pub fn hang(&self, what: &str) -> ! {
        let partner = self.partner.borrow().clone();
        self.scene.hang(&self.name, what, Some(&partner))
    }

    /// Sends a request and waits for its reply, each of one frame.
    pub fn ask(&self, request: impl AsRef<[u8]>) -> Vec<u8> {
        let what = format!("the reply to {}", crate::failure::show(request.as_ref()));
        self.send(request);
        self.receive_frame(&what)
    }

    fn record(&self, sent: bool, frames: &[Vec<u8>]) {
        if !self.recorded.get() {
            return;
        }
        let partner = self.partner.borrow().clone();
        let (from, to) = if sent { (self.name.clone(), partner) } else { (partner, self.name.clone()) };
        let (link, fate) = (None, Fate::Passed);
        let what = match frames {
            // What an XPUB receives are subscriptions, and the ends of them.
            [only] if !sent && self.is_xpub() && matches!(only.first(), Some(0 | 1)) => What::Subscribe {
                link,
                from,
                to,
                topic: Payload(only[1..].to_vec()),
                cancel: only[0] == 0,
                fate,
            },
            _ => What::Message { link, from, to, frames: frames.iter().map(Into::into).collect(), fate },
        };
        self.scene.timeline().record(what);
    }

    fn is_xpub(&self) -> bool {
        self.socket.get_socket_type().is_ok_and(|kind| kind == zmq::XPUB)
    }

    /// Waits until the socket can do it.
    fn until_ready(&self, events: zmq::PollEvents, what: &str, end: Instant) {
        Self::until_any_ready(&[self], &self.name, events, what, end);
    }

    /// Waits until one of these sockets can do it, and gives its index. Looks now and then whether the partner of the first
    /// still lives, so that a crash is told at once and not at the deadline.
    fn until_any_ready(
        peers: &[&Self],
        waiter: &str,
        events: zmq::PollEvents,
        what: &str,
        end: Instant,
    ) -> usize {
        let scene = &peers[0].scene;
        let partner = peers[0].partner.borrow();
        let limit = end.saturating_duration_since(Instant::now());
        let ready = scene.watching_the_others(waiter, limit, |slice| {
            let partner_ended = scene.has_ended(&partner);
            let mut items: Vec<_> = peers.iter().map(|peer| peer.socket.as_poll_item(events)).collect();
            match zmq::poll(&mut items, i64::try_from(slice.as_millis()).unwrap_or(0)) {
                Ok(0) if partner_ended => Some(None),
                Ok(0) | Err(zmq::Error::EINTR) => None,
                Ok(_) => Some(items.iter().position(|item| !item.get_revents().is_empty())),
                Err(error) => broken(&format!("{waiter} cannot wait"), error),
            }
        });
        match ready.flatten() {
            Some(ready) => ready,
            None => scene.hang(waiter, what, Some(&partner)),
        }
    }
}

impl Program {
    /// A REQ of the check's, connected to this program at an endpoint.
    pub fn req(&self, endpoint: &str) -> Peer {
        let peer = self.scene().peer(zmq::REQ, &self.name());
        peer.connect(endpoint);
        peer
    }
}
