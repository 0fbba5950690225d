//! What holds for every stream of bytes, however it is split.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// What a stream came to: units with their bytes, and what was left.
#[derive(Debug, PartialEq)]
struct Outcome {
    units: Vec<(Result<Content, Error>, Vec<u8>)>,
    rest: Vec<u8>,
}

impl Outcome {
    fn bytes(&self) -> Vec<u8> {
        self.units.iter().flat_map(|(_, raw)| raw).chain(&self.rest).copied().collect()
    }

    fn contents(&self) -> Vec<Content> {
        self.units.iter().map(|(content, _)| content.clone().unwrap()).collect()
    }
}

/// Decodes the pieces. Parts are put together again, for where they are cut is all that may depend on the pieces.
fn decode<'a>(limit: usize, pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut decoder = Decoder::with_limit(limit);
    let (mut units, mut greeting) = (Vec::<(Result<Content, Error>, Vec<u8>)>::new(), Vec::new());
    for piece in pieces {
        decoder.push(piece);
        for unit in decoder.by_ref() {
            match unit.map(|unit| (unit.content, unit.raw)) {
                Ok((Content::GreetingPart, raw)) => greeting.extend(raw),
                Ok((Content::OversizedPart { last: ended }, raw)) => {
                    let (content, bytes) = units.last_mut().unwrap();
                    let Ok(Content::Oversized { last, .. }) = content else {
                        panic!("a part of {content:?}")
                    };
                    assert!(!*last);
                    *last = ended;
                    bytes.extend(raw);
                }
                Ok((content, raw)) => {
                    greeting.extend(raw);
                    units.push((Ok(content), std::mem::take(&mut greeting)));
                }
                Err(error) => units.push((Err(error), Vec::new())),
            }
        }
    }
    greeting.extend(decoder.take_rest());
    Outcome { units, rest: greeting }
}

/// The bytes cut at these places.
fn cut<'a>(bytes: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places.iter().map(|place| place % (bytes.len() + 1)).collect();
    places.sort_unstable();
    let mut pieces = Vec::new();
    let mut from = 0;
    for place in places {
        pieces.push(&bytes[from..place]);
        from = place;
    }
    pieces.push(&bytes[from..]);
    pieces
}

fn octets(most: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..=most)
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        octets(300).prop_map(Command::Subscribe),
        octets(9).prop_map(Command::Cancel),
        (any::<u16>(), octets(16)).prop_map(|(ttl, context)| Command::Ping { ttl, context }),
        octets(16).prop_map(Command::Pong),
        octets(255).prop_map(Command::Error),
        vec((octets(255), octets(300)), 0..4).prop_map(|all| Command::Ready(Metadata(all))),
        (octets(9), octets(300)).prop_map(|(mut name, data)| {
            name.insert(0, b'X');
            Command::Other { name, data }
        }),
    ]
}

/// A unit of traffic and its bytes.
fn traffic() -> impl Strategy<Value = (Content, Vec<u8>)> {
    prop_oneof![
        command().prop_map(|command| {
            let bytes = command.encode();
            (Content::Command(command), bytes)
        }),
        vec(octets(300), 1..4).prop_map(|frames| {
            let bytes = message(&frames);
            (Content::Message { frames, between: Vec::new() }, bytes)
        }),
    ]
}

/// A connection's units and all its bytes; the sender is no subscriber, so that each message is one.
fn connection() -> impl Strategy<Value = (Vec<Content>, Vec<u8>)> {
    let mechanism = prop_oneof![Just(Mechanism::NULL), Just(Mechanism::PLAIN)];
    let greeting = (3..=255_u8, any::<u8>(), mechanism, any::<bool>())
        .prop_map(|(major, minor, mechanism, as_server)| Greeting { major, minor, mechanism, as_server });
    let ready = vec((octets(20), octets(300)), 0..3)
        .prop_map(|others| Command::Ready(Metadata([Metadata::of("ROUTER").0, others].concat())));
    (greeting, ready, vec(traffic(), 0..8)).prop_map(|(greeting, ready, traffic)| {
        let mut bytes = [&greeting.encode()[..], &ready.encode()].concat();
        let mut units = vec![Content::Greeting(greeting), Content::Command(ready)];
        for (content, raw) in traffic {
            units.push(content);
            bytes.extend(raw);
        }
        (units, bytes)
    })
}

/// A connection of any socket type in which some octets were changed and which may stop anywhere.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let types = prop::sample::select(vec!["SUB", "XSUB", "REQ", "DISH", ""]);
    let changes = vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (types, connection(), changes, any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(socket_type, (units, mut bytes), changes, end, short)| {
            if let [Content::Greeting(greeting), Content::Command(ready), ..] = &units[..] {
                let replaced = 64..64 + ready.encode().len();
                bytes.splice(replaced, Command::ready(socket_type).encode());
                debug_assert_eq!(bytes[..64], greeting.encode());
            }
            for (at, octet) in changes {
                let at = at.index(bytes.len());
                bytes[at] = octet;
            }
            if short {
                bytes.truncate(end.index(bytes.len()));
            }
            bytes
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_encoded_is_decoded((units, bytes) in connection(), places in vec(any::<usize>(), 0..9)) {
        let outcome = decode(DEFAULT_LIMIT, cut(&bytes, &places));
        prop_assert_eq!(outcome.contents(), units);
        prop_assert_eq!(outcome.bytes(), bytes);
        prop_assert!(outcome.rest.is_empty());
    }

    #[test]
    fn a_split_changes_nothing_and_no_byte_is_lost(
        bytes in damaged(),
        places in vec(any::<usize>(), 0..12),
        limit in prop_oneof![Just(DEFAULT_LIMIT), 0..700_usize],
    ) {
        let whole = decode(limit, [&bytes[..]]);
        prop_assert_eq!(whole.bytes(), &bytes[..]);
        prop_assert_eq!(&decode(limit, cut(&bytes, &places)), &whole);
        prop_assert_eq!(&decode(limit, bytes.chunks(1)), &whole);
    }

    #[test]
    fn noise_is_decoded_without_a_panic(
        noise in octets(200),
        start in prop::sample::select(vec![0, 1, 9, 10, 11, 12, 63, 64, 91]),
        limit in 0..300_usize,
    ) {
        let polite = [&Greeting::default().encode()[..], &Command::ready("SUB").encode()].concat();
        let bytes = [&polite[..start.min(polite.len())], &noise].concat();
        let outcome = decode(limit, bytes.chunks(7));
        prop_assert_eq!(outcome.bytes(), &bytes[..]);
        prop_assert_eq!(&decode(limit, [&bytes[..]]), &outcome);
    }

    #[test]
    fn a_greeting_survives(name in octets(20), major in 2..=255_u8, minor: u8, as_server: bool) {
        let greeting = Greeting { major, minor, mechanism: Mechanism::padded(&name), as_server };
        prop_assert_eq!(Greeting::decode(&greeting.encode()), Ok(greeting));
    }
}
