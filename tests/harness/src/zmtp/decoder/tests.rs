use super::*;
use crate::zmtp::{COMMAND, LONG, MORE, frame, message, subscription_message};

/// A decoder that has seen the greeting and READY of a socket of this type.
fn ready(socket_type: &str) -> Decoder {
    ready_with_limit(socket_type, DEFAULT_LIMIT)
}

fn ready_with_limit(socket_type: &str, limit: usize) -> Decoder {
    let mut decoder = Decoder::with_limit(limit);
    decoder.push(&Greeting::default().encode());
    decoder.push(&Command::ready(socket_type).encode());
    assert_eq!(decoder.by_ref().map(Result::unwrap).count(), 2);
    decoder
}

fn greeted(mechanism: Mechanism) -> Decoder {
    let mut decoder = Decoder::new();
    decoder.push(&Greeting { mechanism, ..Greeting::default() }.encode());
    decoder.next().unwrap().unwrap();
    decoder
}

fn contents(decoder: &mut Decoder, bytes: &[u8]) -> Vec<Content> {
    decoder.push(bytes);
    decoder.map(|unit| unit.unwrap().content).collect()
}

fn subscribe(topic: &str) -> Content {
    Content::Command(Command::Subscribe(topic.into()))
}

fn plain_message(frames: &[&str]) -> Content {
    Content::Message { frames: frames.iter().map(|body| body.as_bytes().to_vec()).collect(), between: vec![] }
}

#[test]
fn the_greeting_is_passed_on_in_the_pieces_it_comes_in() {
    let octets = Greeting::default().encode();
    let mut decoder = Decoder::new();
    for (piece, content) in [
        (0..10, Content::GreetingPart),
        (10..11, Content::GreetingPart),
        (11..64, Content::Greeting(Greeting::default())),
    ] {
        decoder.push(&octets[piece.clone()]);
        assert_eq!(decoder.next(), Some(Ok(Unit { raw: octets[piece].to_vec(), content })));
        assert_eq!(decoder.next(), None);
    }
    assert_eq!(decoder.greeting(), Some(&Greeting::default()));
}

#[test]
fn ready_tells_the_socket_type() {
    let mut decoder = Decoder::new();
    decoder.push(&Greeting::default().encode());
    decoder.next();
    let metadata = Metadata::default().with("SOCKET-type", "DEALER").with("Identity", [7]);
    let content = contents(&mut decoder, &Command::Ready(metadata.clone()).encode());
    assert_eq!(content, [Content::Command(Command::Ready(metadata))]);
    assert_eq!(decoder.socket_type(), Some("DEALER"));
    assert_eq!(decoder.metadata().unwrap().identity(), Some(&[7][..]));
}

#[test]
fn a_message_is_a_subscription_only_from_a_subscriber() {
    let bytes =
        [subscription_message(b"a", false), subscription_message(b"a", true), message(&["", "b"])].concat();
    let expected =
        [subscribe("a"), Content::Command(Command::Cancel(b"a".to_vec())), plain_message(&["", "b"])];
    assert_eq!(contents(&mut ready("SUB"), &bytes), expected);
    assert_eq!(contents(&mut ready("XSUB"), &bytes), expected);
    let expected = [plain_message(&["\u{1}a"]), plain_message(&["\0a"]), plain_message(&["", "b"])];
    assert_eq!(contents(&mut ready("XPUB"), &bytes), expected);
    // What XSUB sends otherwise, and what 3.1 sends.
    let bytes = [message(&["\u{2}a"]), message(&[""]), Command::Subscribe(b"a".to_vec()).encode()].concat();
    let expected = [plain_message(&["\u{2}a"]), plain_message(&[""]), subscribe("a")];
    assert_eq!(contents(&mut ready("XSUB"), &bytes), expected);
}

#[test]
fn a_command_between_the_frames_of_a_message_leaves_it_whole() {
    let ping = Command::Ping { ttl: 0, context: vec![] };
    let bytes = [frame(MORE, b"a"), ping.encode(), frame(0, b"b"), ping.encode()].concat();
    let mut decoder = ready("PUSH");
    let frames = vec![b"a".to_vec(), b"b".to_vec()];
    let expected = [Content::Message { frames, between: vec![ping.clone()] }, Content::Command(ping.clone())];
    assert_eq!(contents(&mut decoder, &bytes), expected);
}

#[test]
fn what_libzmq_tolerates_is_tolerated() {
    // READY without the COMMAND flag, reserved bits, MORE on a command, a long size for a short body.
    let mut decoder = greeted(Mechanism::NULL);
    let mut handshake = Command::ready("PULL").encode();
    handshake[0] = 0xF8;
    assert_eq!(contents(&mut decoder, &handshake), [Content::Command(Command::ready("PULL"))]);
    let pong = Content::Command(Command::Pong(vec![]));
    assert_eq!(contents(&mut decoder, &frame(COMMAND | MORE | 0x80, b"\x04PONG")), [pong]);
    let long = [LONG | 0x40, 0, 0, 0, 0, 0, 0, 0, 1, b'a'];
    assert_eq!(contents(&mut decoder, &long), [plain_message(&["a"])]);
    let content = contents(&mut decoder, &frame(COMMAND, b""));
    assert!(matches!(&content[..], [Content::Command(Command::Malformed { .. })]), "{content:?}");
}

#[test]
fn plain_is_read_through_its_handshake() {
    let mut decoder = greeted(Mechanism::PLAIN);
    let hello = Command::Other { name: b"HELLO".to_vec(), data: b"\x01u\x01p".to_vec() };
    let initiate = Command::Initiate(Metadata::of("SUB"));
    let bytes = [hello.encode(), initiate.encode(), subscription_message(b"a", false)].concat();
    let expected = [Content::Command(hello), Content::Command(initiate), subscribe("a")];
    assert_eq!(contents(&mut decoder, &bytes), expected);
    assert_eq!(decoder.socket_type(), Some("SUB"));
}

#[test]
fn other_mechanisms_are_kept_opaque() {
    for mechanism in [Mechanism::CURVE, Mechanism::padded(b"X"), Mechanism::padded(b"NULL\0\0x")] {
        let mut decoder = greeted(mechanism);
        let bytes = [frame(COMMAND, b"\x05HE"), frame(MORE, b"\xFF"), frame(0xF0, b"")].concat();
        let frame = |flags, body: &[u8]| Content::Opaque(Frame { flags, body: body.to_vec() });
        let expected = [frame(COMMAND, b"\x05HE"), frame(MORE, b"\xFF"), frame(0xF0, b"")];
        assert_eq!(contents(&mut decoder, &bytes), expected);
        assert_eq!(decoder.socket_type(), None);
    }
}

#[test]
fn a_broken_handshake_ends_the_decoding_and_loses_no_byte() {
    for broken in [
        frame(COMMAND, b"\x05READY\x0bSocket-Type\0\0\0\x09REQ"),
        frame(COMMAND, b"\x05HELLO"),
        frame(COMMAND, b""),
        message(&["hello"]),
        Command::Initiate(Metadata::of("REQ")).encode(),
    ] {
        let mut decoder = greeted(Mechanism::NULL);
        decoder.push(&[&broken[..], b"tail"].concat());
        let error = decoder.next().unwrap().unwrap_err();
        assert!(matches!(error, Error::Handshake(_)), "{error:?}");
        assert_eq!((decoder.next(), decoder.error()), (None, Some(&error)));
        assert_eq!(decoder.take_rest(), [&broken[..], b"tail"].concat());
        decoder.push(b"more");
        assert_eq!((decoder.next(), decoder.take_rest()), (None, b"more".to_vec()));
    }
}

#[test]
fn an_error_of_the_handshake_is_a_command() {
    let mut decoder = greeted(Mechanism::NULL);
    let refused = Command::Error(b"400".to_vec());
    assert_eq!(contents(&mut decoder, &refused.encode()), [Content::Command(refused)]);
}

#[test]
fn a_length_of_64_bits_ends_the_decoding_in_front_of_its_message() {
    let mut decoder = ready("PUSH");
    let bad = [&frame(MORE, b"a")[..], &[LONG, 0x80, 0, 0, 0, 0, 0, 0, 0, b'x']].concat();
    decoder.push(&[&message(&["good"])[..], &bad].concat());
    assert_eq!(decoder.next().unwrap().unwrap().content, plain_message(&["good"]));
    assert_eq!(decoder.next(), Some(Err(Error::Length(1 << 63))));
    assert_eq!(decoder.take_rest(), bad);
}

#[test]
fn what_is_no_zmtp_is_passed_on_too() {
    let mut decoder = Decoder::new();
    decoder.push(b"G");
    assert_eq!(decoder.next(), Some(Ok(Unit { raw: b"G".to_vec(), content: Content::GreetingPart })));
    decoder.push(b"ET / HTTP/1.1");
    assert_eq!(decoder.next(), Some(Err(Error::NotZmtp(b"GE".to_vec()))));
    assert_eq!(decoder.take_rest(), b"ET / HTTP/1.1");
}

#[test]
fn a_claim_takes_no_memory() {
    let mut decoder = ready_with_limit("PUSH", 1024);
    let header = [LONG, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
    let claimed = u64::MAX / 2 + 9;
    decoder.push(&header);
    let expected = Unit { raw: header.to_vec(), content: Content::Oversized { claimed, last: false } };
    assert_eq!(decoder.next(), Some(Ok(expected)));
    for _ in 0..1000 {
        decoder.push(&[7; 4096]);
        let part = Unit { raw: vec![7; 4096], content: Content::OversizedPart { last: false } };
        assert_eq!(decoder.next(), Some(Ok(part)));
        assert_eq!(decoder.next(), None);
        assert!(decoder.buffer.capacity() <= 16 * 1024, "{} octets are held", decoder.buffer.capacity());
    }
}

#[test]
fn a_frame_within_the_limit_is_not_allocated_before_it_comes() {
    let mut decoder = ready("PUSH");
    decoder.push(&[LONG, 0, 0, 0, 0, 0, 0xF0, 0, 0]);
    assert_eq!(decoder.next(), None);
    assert!(decoder.buffer.capacity() < 1024);
}

#[test]
fn an_oversized_message_is_streamed_to_its_end_and_no_further() {
    let mut decoder = ready_with_limit("PUSH", 64);
    let ping = Command::Ping { ttl: 0, context: vec![] };
    let long = [frame(MORE, &[1; 80]), ping.encode(), message(&[&[2; 40][..], &[], &[3; 300], &[]])].concat();
    let bytes =
        [message(&[[9; 62]]), frame(MORE, &[8; 61]), ping.encode(), long, message(&["after"])].concat();
    decoder.push(&bytes);
    let units: Vec<Unit> = decoder.by_ref().map(Result::unwrap).collect();
    assert_eq!(units[0].raw, message(&[[9; 62]]), "64 octets are within the limit");
    assert_eq!(units[1].content, Content::Oversized { claimed: 63 + 9, last: false });
    let last = units.iter().position(|unit| unit.content == Content::OversizedPart { last: true }).unwrap();
    assert_eq!(
        units[last + 1..].iter().map(|unit| &unit.content).collect::<Vec<_>>(),
        [&plain_message(&["after"])]
    );
    assert_eq!(units.iter().flat_map(|unit| unit.raw.clone()).collect::<Vec<_>>(), bytes);
}

#[test]
fn an_oversized_command_ends_with_its_frame() {
    let mut decoder = ready_with_limit("SUB", 64);
    let bytes = [Command::Subscribe(vec![7; 300]).encode(), message(&["after"])].concat();
    let expected = [
        Content::Oversized { claimed: 9 + 10 + 300, last: false },
        Content::OversizedPart { last: true },
        plain_message(&["after"]),
    ];
    assert_eq!(contents(&mut decoder, &bytes), expected);
}

#[test]
fn a_message_of_endless_empty_frames_is_oversized_too() {
    let mut decoder = ready_with_limit("PUSH", 64);
    let units = contents(&mut decoder, &message(&[""; 40]));
    assert_eq!(units.first(), Some(&Content::Oversized { claimed: 66, last: false }));
    assert_eq!(units.last(), Some(&Content::OversizedPart { last: true }));
    assert_eq!(contents(&mut decoder, &message(&[""; 33])), [Content::Oversized { claimed: 66, last: true }]);
    assert_eq!(contents(&mut decoder, &message(&["a"])), [plain_message(&["a"])]);
}
