//! That libzmq takes what the decoder takes, and closes the connection for what the decoder calls an error.

use std::net::TcpStream;

use harness::zmtp::{COMMAND, Command, Decoder, Greeting, LONG, MORE, Mechanism, Metadata, frame, message};

use crate::far::{Far, socket};
use crate::raw::Raw;

/// A raw connection to a PULL, and the PULL, which expects this one message and no other.
fn connect_to_pull(expected: Option<&'static str>) -> (Raw, Far) {
    let (tell, told) = std::sync::mpsc::channel();
    let far = Far::thread(move |context| {
        let socket = socket(context, zmq::PULL);
        socket.bind("tcp://127.0.0.1:*").unwrap();
        tell.send(socket.get_last_endpoint().unwrap().unwrap()).unwrap();
        if let Some(expected) = expected {
            assert_eq!(socket.recv_multipart(0).unwrap(), [expected.as_bytes()]);
        }
        socket
    });
    let endpoint = told.recv().unwrap();
    (Raw::over(TcpStream::connect(endpoint.trim_start_matches("tcp://")).unwrap()), far)
}

/// What the decoder says to these bytes after a greeting.
fn is_error(after_greeting: &[u8]) -> bool {
    let mut decoder = Decoder::new();
    decoder.push(&Greeting::default().encode());
    decoder.push(after_greeting);
    decoder.by_ref().for_each(drop);
    decoder.error().is_some()
}

#[test]
fn libzmq_takes_what_the_decoder_takes() {
    let ready = |flags| {
        let mut bytes = Command::ready("PUSH").encode();
        bytes[0] = flags;
        bytes
    };
    let long = [LONG | 0x40, 0, 0, 0, 0, 0, 0, 0, 5, b'h', b'e', b'l', b'l', b'o'];
    let plain = message(&["hello"]);
    let metadata = Metadata::of("PUSH").with("", "").with("x", [0; 300]);
    for (ready, traffic) in [
        (ready(0xF8), plain.clone()),
        (ready(COMMAND | MORE), long.to_vec()),
        (ready(COMMAND), [frame(COMMAND | MORE, b"\x04PONG"), plain.clone()].concat()),
        (
            ready(COMMAND),
            [frame(COMMAND, b"\x09MALFORMED?"), frame(COMMAND, b"\x20x"), plain.clone()].concat(),
        ),
        (ready(COMMAND), [ready(COMMAND), plain.clone()].concat()),
        (Command::Ready(metadata).encode(), plain.clone()),
        (Command::Ready(Metadata::default()).encode(), plain),
    ] {
        assert!(!is_error(&[&ready[..], &traffic].concat()));
        let (mut raw, far) = connect_to_pull(Some("hello"));
        raw.greet(&Greeting::default());
        raw.send_ready(&ready);
        raw.send(&traffic);
        far.finish();
    }
}

#[test]
fn libzmq_closes_where_the_decoder_sees_an_error() {
    let mut huge = Command::ready("PUSH").encode();
    huge.extend([LONG, 0x80, 0, 0, 0, 0, 0, 0, 0]);
    for broken in [
        frame(COMMAND, b"\x05READY\x0bSocket-Type\0\0\0\x09PUSH"),
        frame(COMMAND, b"\x05READY\0"),
        frame(COMMAND, b"\x05HELLO"),
        frame(COMMAND, b"\x05ERROR\x03no"),
        message(&["hello"]),
        Command::Initiate(Metadata::of("PUSH")).encode(),
        huge,
    ] {
        assert!(is_error(&broken), "{}", broken.escape_ascii());
        let (mut raw, far) = connect_to_pull(None);
        raw.greet(&Greeting::default());
        raw.send(&broken);
        assert!(raw.is_closed_by_peer(), "{}", broken.escape_ascii());
        far.finish();
    }
}

/// Only the 20 octets `NULL` with zeros are NULL, for the decoder and for libzmq.
#[test]
fn another_mechanism_is_refused_by_libzmq_and_opaque_here() {
    let (mut raw, far) = connect_to_pull(None);
    raw.send(&Greeting { mechanism: Mechanism::padded(b"NULL\0x"), ..Greeting::default() }.encode());
    assert!(raw.is_closed_by_peer());
    far.finish();
}
