//! The side of the conversation that a real ZeroMQ socket plays: of the `zmq` crate in a thread, or of pyzmq in a
//! process.

use std::env;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use zmq::{Context, Socket, SocketType};

use crate::conversation::Conversation;

/// Ends a hang, in milliseconds.
const DEADLINE: i32 = 30_000;

/// The other side, which keeps its socket open until it is told that the conversation is over.
pub(crate) enum Far {
    Thread(Sender<()>, JoinHandle<()>),
    Process(Child),
}

impl Far {
    /// A socket of the `zmq` crate, in a thread that runs this script and then waits.
    pub(crate) fn thread(script: impl FnOnce(&Context) -> Socket + Send + 'static) -> Self {
        let (over, wait) = channel();
        Self::Thread(over, thread::spawn(move || run(script, &wait)))
    }

    pub(crate) fn libzmq(conversation: Conversation, endpoint: String) -> Self {
        Self::thread(move |context| play(conversation, context, &endpoint))
    }

    /// A socket of pyzmq, where `LAB_PYTHON` names an interpreter that has it.
    pub(crate) fn pyzmq(conversation: Conversation, endpoint: &str) -> Option<Self> {
        let python = env::var_os("LAB_PYTHON")?;
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/zmtp_peers/far.py");
        let mut command = Command::new(python);
        command.args([script, conversation.name(), endpoint]).stdin(Stdio::piped());
        Some(Self::Process(command.spawn().expect("LAB_PYTHON names an interpreter")))
    }

    /// Tells the other side that the conversation is over, and expects that it was content with it.
    pub(crate) fn finish(self) {
        match self {
            Self::Thread(over, thread) => {
                drop(over);
                thread.join().unwrap();
            }
            Self::Process(mut child) => {
                drop(child.stdin.take());
                assert!(child.wait().unwrap().success());
            }
        }
    }
}

fn run(script: impl FnOnce(&Context) -> Socket, over: &Receiver<()>) {
    let context = Context::new();
    let socket = script(&context);
    over.recv().unwrap_err();
    socket.set_linger(0).unwrap();
}

/// A socket that gives up after the deadline.
pub(crate) fn socket(context: &Context, socket_type: SocketType) -> Socket {
    let socket = context.socket(socket_type).unwrap();
    socket.set_rcvtimeo(DEADLINE).unwrap();
    socket.set_sndtimeo(DEADLINE).unwrap();
    socket.set_linger(0).unwrap();
    socket
}

/// The socket's part; `far.py` says the same in Python.
fn play(conversation: Conversation, context: &Context, endpoint: &str) -> Socket {
    let connected = |socket_type, options: &dyn Fn(&Socket) -> zmq::Result<()>| {
        let socket = socket(context, socket_type);
        options(&socket).unwrap();
        socket.connect(endpoint).unwrap();
        socket
    };
    let none = |_: &Socket| Ok(());
    match conversation {
        Conversation::Req => {
            let socket = connected(zmq::REQ, &|socket| socket.set_identity(b"client-7"));
            socket.send("hello", 0).unwrap();
            assert_eq!(socket.recv_bytes(0).unwrap(), b"world");
            socket.send("again", 0).unwrap();
            socket
        }
        Conversation::Rep => {
            let socket = connected(zmq::REP, &none);
            let request = socket.recv_bytes(0).unwrap();
            socket.send(request.to_ascii_uppercase(), 0).unwrap();
            socket
        }
        Conversation::Sub | Conversation::SubOfOldPublisher => {
            let socket = connected(zmq::SUB, &none);
            socket.set_subscribe(b"weather").unwrap();
            socket.set_subscribe(b"").unwrap();
            assert_eq!(socket.recv_bytes(0).unwrap(), b"go");
            socket.set_unsubscribe(b"weather").unwrap();
            socket
        }
        Conversation::Xpub => {
            let socket = connected(zmq::XPUB, &none);
            assert_eq!(socket.recv_bytes(0).unwrap(), b"\x01new");
            assert_eq!(socket.recv_bytes(0).unwrap(), b"\x01old");
            socket.send_multipart(["new", "1"], 0).unwrap();
            socket.send_multipart(["old", "2"], 0).unwrap();
            socket
        }
        Conversation::Dealer => {
            let socket = connected(zmq::DEALER, &|socket| {
                socket.set_heartbeat_ivl(50)?;
                socket.set_heartbeat_ttl(300)?;
                socket.set_heartbeat_timeout(DEADLINE)
            });
            socket.send_multipart(["part", "", &"x".repeat(300)], 0).unwrap();
            socket.send("", 0).unwrap();
            socket
        }
        Conversation::Plain => {
            let socket = connected(zmq::DEALER, &|socket| {
                socket.set_plain_username(Some("anna"))?;
                socket.set_plain_password(Some("secret"))
            });
            socket.send("in", 0).unwrap();
            socket
        }
        Conversation::Refusal => {
            let authenticator = socket(context, zmq::REP);
            authenticator.bind("inproc://zeromq.zap.01").unwrap();
            let socket = connected(zmq::REP, &|socket| socket.set_zap_domain("all"));
            let request = authenticator.recv_multipart(0).unwrap();
            authenticator.send_multipart([&b"1.0"[..], &request[1], b"400", b"", b"", b""], 0).unwrap();
            socket
        }
        Conversation::Curve => unreachable!("the zmq crate's libzmq has no CURVE"),
    }
}
