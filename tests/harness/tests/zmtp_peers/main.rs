//! The codec against the bytes of libzmq itself, live and recorded: through the `zmq` crate, and through pyzmq.

mod conversation;
mod far;
mod fixture;
mod raw;
mod tolerance;

use std::net::{TcpListener, TcpStream};
use std::process::Command as Process;

use conversation::{Conversation, frames};
use far::Far;
use harness::zmtp::{Command, Content, Decoder, Greeting, message};
use raw::Raw;

fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("tcp://{}", listener.local_addr().unwrap());
    (listener, endpoint)
}

/// Holds a conversation with a socket that connects, and gives back all bytes that it sent.
fn hold(conversation: Conversation, listener: &TcpListener, far: Far) -> Vec<u8> {
    let mut raw = Raw::accept(listener);
    conversation.play(&mut raw);
    assert_eq!(Conversation::comparable(raw.contents), conversation.sent(), "{conversation:?}");
    far.finish();
    raw.received
}

#[test]
fn every_conversation_is_held_with_libzmq() {
    let (major, minor, patch) = zmq::version();
    let version = format!("libzmq {major}.{minor}.{patch} through the zmq crate");
    for conversation in Conversation::ALL {
        if conversation == Conversation::Curve {
            continue; // This libzmq is built without it.
        }
        let (listener, endpoint) = listen();
        let bytes = hold(conversation, &listener, Far::libzmq(conversation, endpoint));
        fixture::record("libzmq", &version, conversation, &bytes);
    }
}

/// Needs `LAB_PYTHON`, a Python interpreter that has pyzmq; says so and passes where it is not set.
#[test]
fn every_conversation_is_held_with_pyzmq() {
    let Some(python) = std::env::var_os("LAB_PYTHON") else {
        eprintln!("skipped: LAB_PYTHON is not set");
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/zmtp_peers/far.py");
    let version = Process::new(python).args([script, "--version"]).output().unwrap().stdout;
    let version = String::from_utf8(version).unwrap();
    for conversation in Conversation::ALL {
        let (listener, endpoint) = listen();
        let far = Far::pyzmq(conversation, &endpoint).unwrap();
        let bytes = hold(conversation, &listener, far);
        fixture::record("pyzmq", version.trim(), conversation, &bytes);
    }
}

#[test]
fn recorded_bytes_are_decoded_whole_and_octet_by_octet() {
    for implementation in ["libzmq", "pyzmq"] {
        for conversation in Conversation::ALL {
            if (implementation, conversation) == ("libzmq", Conversation::Curve) {
                continue;
            }
            let bytes = fixture::read(implementation, conversation);
            for piece in [1, 7, bytes.len()] {
                let (contents, pings) = decode(&bytes, piece);
                assert_eq!(contents, conversation.sent(), "{implementation}: {conversation:?}");
                assert_eq!(pings >= 2, conversation == Conversation::Dealer);
            }
        }
    }
}

/// The two forms of a subscription mean the same, so only the bytes tell that both were recorded.
#[test]
fn both_forms_of_a_subscription_were_recorded() {
    for implementation in ["libzmq", "pyzmq"] {
        let says = |conversation, bytes: &[u8]| {
            fixture::read(implementation, conversation).windows(bytes.len()).any(|window| window == bytes)
        };
        let (new, old) = (Command::Subscribe(b"weather".to_vec()).encode(), b"\0\x08\x01weather");
        assert!(says(Conversation::Sub, &new) && !says(Conversation::Sub, old));
        assert!(says(Conversation::SubOfOldPublisher, old) && !says(Conversation::SubOfOldPublisher, &new));
    }
}

/// What a recording means, in pieces of this size, and how many PINGs there are in it.
fn decode(bytes: &[u8], piece: usize) -> (Vec<Content>, usize) {
    let mut decoder = Decoder::new();
    let (mut contents, mut raw) = (Vec::new(), Vec::new());
    for piece in bytes.chunks(piece) {
        decoder.push(piece);
        for unit in decoder.by_ref().map(Result::unwrap) {
            raw.extend(unit.raw);
            contents.push(unit.content);
        }
    }
    raw.extend(decoder.take_rest());
    assert_eq!(raw, bytes);
    contents.retain(|content| *content != Content::GreetingPart);
    let all = contents.len();
    contents.retain(|content| !matches!(content, Content::Command(Command::Ping { .. })));
    let pings = all - contents.len();
    (Conversation::comparable(contents), pings)
}

/// The raw side connects, as a client to a bound REP; its greeting goes in the lock-step of an old libzmq.
#[test]
fn a_bound_socket_answers_a_raw_client_that_greets_in_pieces() {
    let (tell, told) = std::sync::mpsc::channel();
    let far = Far::thread(move |context| {
        let socket = far::socket(context, zmq::REP);
        socket.bind("tcp://127.0.0.1:*").unwrap();
        tell.send(socket.get_last_endpoint().unwrap().unwrap()).unwrap();
        let request = socket.recv_multipart(0).unwrap();
        socket.send_multipart(request, 0).unwrap();
        socket
    });
    let endpoint = told.recv().unwrap();
    let mut raw = Raw::over(TcpStream::connect(endpoint.trim_start_matches("tcp://")).unwrap());
    let greeting = Greeting::default().encode();
    let mut at = 0;
    // libzmq answers 10 octets with the 11th, and 11 with all the others.
    for (piece, answered) in [(10, 11), (1, 64), (53, 64)] {
        raw.send(&greeting[at..at + piece]);
        at += piece;
        while raw.received.len() < answered {
            raw.read();
        }
    }
    raw.send_ready(&Command::ready("REQ").encode());
    let long = "y".repeat(70_000);
    raw.send(&message(&["", "", &long, "end"]));
    raw.wait_for(3);
    assert_eq!(raw.peer(), Some("REP"));
    assert_eq!(raw.contents[2], frames(&["", "", &long, "end"]));
    far.finish();
}

/// A PUB publishes without end until the raw subscriber has seen the topic that it asked for.
#[test]
fn a_publisher_sends_what_a_raw_subscriber_asked_for() {
    let (listener, endpoint) = listen();
    let (enough, stop) = std::sync::mpsc::channel::<()>();
    let far = Far::thread(move |context| {
        let socket = far::socket(context, zmq::PUB);
        socket.connect(&endpoint).unwrap();
        while stop.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
            socket.send_multipart(["weather", "21 °C"], 0).unwrap();
            socket.send_multipart(["sport", "1:0"], 0).unwrap();
        }
        socket
    });
    let mut raw = Raw::accept(&listener);
    raw.shake_hands(&Greeting::default(), "SUB");
    raw.send(&Command::Subscribe(b"wea".to_vec()).encode());
    raw.wait_for(5);
    drop(enough);
    assert_eq!(raw.peer(), Some("PUB"));
    assert!(raw.contents[2..].iter().all(|content| *content == frames(&["weather", "21 °C"])));
    far.finish();
}

/// libzmq answers a PING as soon as what it holds in its buffer is sent, even in the middle of a message.
#[test]
fn a_pong_in_the_middle_of_a_message_leaves_the_message_whole() {
    let (listener, endpoint) = listen();
    let body = "z".repeat(256 * 1024);
    let sent = vec![body; 60];
    let frames: Vec<Vec<u8>> = sent.iter().map(|body| body.clone().into_bytes()).collect();
    let far = Far::thread(move |context| {
        let socket = far::socket(context, zmq::PUSH);
        socket.connect(&endpoint).unwrap();
        socket.send_multipart(&sent, 0).unwrap();
        socket
    });
    let mut raw = Raw::accept(&listener);
    raw.shake_hands(&Greeting::default(), "PULL");
    raw.send(&Command::Ping { ttl: 0, context: b"now".to_vec() }.encode());
    let pong = Command::Pong(b"now".to_vec());
    let alone = |content: &Content| *content == Content::Command(pong.clone());
    let inside = |content: &Content| matches!(content, Content::Message { between, .. } if between[..] == [pong.clone()]);
    // Where PONG falls is libzmq's choice: before, in, or after the message.
    while !(raw.contents.iter().any(inside) || raw.contents.iter().any(alone) && raw.contents.len() == 4) {
        raw.read();
    }
    let message = raw.contents.iter().find_map(|content| match content {
        Content::Message { frames, .. } => Some(frames),
        _ => None,
    });
    assert!(message == Some(&frames), "the frames differ");
    println!("PONG came inside the message: {}", raw.contents.iter().any(inside));
    far.finish();
}
