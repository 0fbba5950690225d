//! Lab 03, messages: a gateway that takes a reading in four formats, and programs that talk with Python's pickles.
//!
//! Each check's comment is the idea that it checks; a failed check prints it.

#[path = "lab03/mistakes.rs"]
mod mistakes;
#[path = "lab03/wire.rs"]
mod wire;

use harness::failure::{show, show_frames};
use harness::peer::Peer;
use harness::program::Ended;
use harness::scene::Program;
use harness::{Scene, check, zmq};
use mistakes::*;
use wire::{Golden, Reading};

harness::lab!("lab03": "gateway", "pickler");

/// What a right program does not need more of, whatever comes: far above what any request is long, far below what a bomb takes.
const MOST_MEMORY: u64 = 64 << 20;

/// Starts the gateway on an ipc path and connects a REQ to it.
fn gateway(scene: &Scene, arguments: &[&str]) -> (Program, Peer) {
    let endpoint = scene.ipc("door");
    scene.suspect_when(&OVERFLOWS, |evidence| evidence.errors.contains("attempt to add with overflow"));
    scene.suspect_when(&PARSES_FIRST, |evidence| evidence.errors.contains("has overflowed its stack"));
    scene.suspect_when(&BELIEVES_LENGTHS, |evidence| {
        evidence.errors.contains("memory allocation of") || evidence.errors.contains("capacity overflow")
    });
    scene.suspect_when(&PANICS, harness::scene::Evidence::panicked);
    scene.suspect_when(&FRAME_BY_FRAME, |evidence| {
        evidence.errors.contains("cannot send on the REP socket: EFSM")
    });
    scene.suspect_when(&NO_REPLY, |evidence| evidence.errors.contains("EFSM"));
    scene.suspect_when(&ANSWERS_ONCE, |evidence| evidence.ended == Some(Ended::Code(0)));
    scene.suspect_when(&ENDS_ON_ERROR, |evidence| matches!(evidence.ended, Some(Ended::Code(_))));
    scene.suspect_when(&NO_REPLY, |evidence| evidence.hung && evidence.ended.is_none());
    let gateway = scene.start("gateway", ["--bind", &endpoint].iter().chain(arguments));
    let req = gateway.req(&endpoint);
    (gateway, req)
}

/// A reading of random words and numbers.
fn random(scene: &Scene) -> Reading {
    let celsius = scene.number(0..4000) as f64 / 16.0 - 40.0;
    Reading {
        sensor: scene.word(),
        seq: scene.number(0..1 << 40),
        celsius,
        tags: vec![scene.word(), scene.word()],
    }
}

/// Sends a reading in a format and expects the same, counted on, in this format.
fn gives_the_next(scene: &Scene, req: &Peer, format: &str, reading: &Reading, body: &[u8]) {
    let wanted = reading.next();
    let what = format!("the reply [`{format}`, {wanted}]");
    req.send_frames([format.as_bytes(), body]);
    let frames = req.receive(&what);
    let [got_format, got] = &frames[..] else {
        scene.suspect(&FRAME_BY_FRAME);
        scene.fail(what, format!("{} frames: {}", frames.len(), show_frames(&frames)))
    };
    if got_format == b"error" {
        if format == "bincode" {
            scene.suspect(without_version(req, &body[1..]));
        }
        scene.fail(what, format!("the refusal {}", show(got)));
    }
    if got_format != format.as_bytes() {
        scene.suspect(&OTHER_FORMAT);
        scene.fail(what, format!("the format {}", show(got_format)));
    }
    match wire::read(format, got) {
        Ok(seen) if seen.same(&wanted) => {}
        Ok(seen) => {
            if seen.same(reading) {
                scene.suspect(&NOT_COUNTED);
            }
            scene.fail(what, format!("the reading {seen}"));
        }
        Err(why) => {
            match (format, &got[..]) {
                ("msgpack", [0x90..=0x9f, ..]) => scene.suspect(&POSITIONAL),
                ("bincode", body) if body.first() != Some(&2) => scene.suspect(&NO_VERSION),
                _ if format != "json" && got.first() == Some(&b'{') => scene.suspect(&OTHER_FORMAT),
                _ => {}
            }
            scene.fail(what, format!("a body that is no such reading ({why}): {}", show(got)));
        }
    }
}

/// Why a good bincode body may have been refused: does the gateway take it without its version byte?
fn without_version(req: &Peer, body: &[u8]) -> &'static harness::Mistake {
    req.send_frames([b"bincode", body]);
    let reply = req.receive("the reply to the same without a version byte");
    if reply[0] == b"error" { &OTHER_CONFIGURATION } else { &NO_VERSION }
}

/// Sends frames that are no good request and expects [`error`, WHY]; gives WHY.
fn refuses<T: AsRef<[u8]>>(
    scene: &Scene,
    req: &Peer,
    what: &str,
    frames: impl IntoIterator<Item = T>,
) -> String {
    let expected = format!("the reply [`error`, WHY] to {what}");
    req.send_frames(frames);
    let reply = req.receive(&expected);
    match &reply[..] {
        [error, why] if error == b"error" => match std::str::from_utf8(why) {
            Ok(why) if !why.trim().is_empty() && !why.contains(['\n', '\0']) => why.to_string(),
            _ => {
                scene.suspect(&SAYS_NOTHING);
                scene.fail(format!("{expected}, WHY as one line of text"), format!("WHY is {}", show(why)))
            }
        },
        [error] if error == b"error" => {
            scene.suspect(&SAYS_NOTHING);
            scene.fail(expected, "one frame: `error`")
        }
        [error, ..] if error == b"error" => {
            scene.suspect(&FRAME_BY_FRAME);
            scene.fail(expected, format!("{} frames: {}", reply.len(), show_frames(&reply)))
        }
        [_] => {
            scene.suspect(&FRAME_BY_FRAME);
            scene.fail(expected, format!("one frame: {}", show_frames(&reply)))
        }
        _ => scene.fail(expected, show_frames(&reply)),
    }
}

/// Sends a good reading after bad ones: the gateway is still there. What its reply says is judged elsewhere.
fn still_serves(scene: &Scene, req: &Peer) {
    scene.suspect(&ENDS_ON_ERROR);
    req.send_frames([b"json", &wire::json(&random(scene))[..]]);
    let _ = req.receive("the reply to a good reading after these");
}

/// A reading comes as a JSON object and goes back as one, with its `seq` counted on and the rest as it was.
#[check]
fn t1_answers_json(scene: &Scene) {
    let (_gateway, req) = gateway(scene, &[]);
    for _ in 0..3 {
        let reading = random(scene);
        gives_the_next(scene, &req, "json", &reading, &wire::json(&reading));
    }
}

/// In MessagePack a reading is a map from the names of its fields. Without the names both sides must agree on an order, and
/// nobody notices when they do not.
#[check]
fn t1_answers_msgpack(scene: &Scene) {
    let (_gateway, req) = gateway(scene, &[]);
    for _ in 0..3 {
        let reading = random(scene);
        gives_the_next(scene, &req, "msgpack", &reading, &wire::msgpack(&reading));
    }
}

/// What comes back is the same to the last bit: large whole numbers, fractions, infinity, letters of any alphabet, empty texts
/// and empty lists. The bytes are Python's.
#[check]
fn t1_keeps_every_value(scene: &Scene) {
    scene.suspect(&NARROW);
    let (_gateway, req) = gateway(scene, &[]);
    let golden = Golden::load();
    for format in ["json", "msgpack"] {
        for (reading, body) in golden.readings(format) {
            gives_the_next(scene, &req, format, &reading, &body);
        }
    }
    for (reading, body, _) in golden.odd_numbers() {
        gives_the_next(scene, &req, "msgpack", &reading, &body);
    }
    let large = Reading { seq: u64::MAX - 1, ..random(scene) };
    gives_the_next(scene, &req, "json", &large, &wire::json(&large));
    gives_the_next(scene, &req, "msgpack", &large, &wire::msgpack(&large));
}

/// A body that is no reading gets [`error`, WHY], whatever is wrong with it, and the gateway goes on.
#[check]
fn t1_answers_bad_bodies_with_an_error(scene: &Scene) {
    scene.suspect(&ACCEPTS_ANYTHING);
    let (_gateway, req) = gateway(scene, &[]);
    let good = random(scene);
    let json = wire::json(&good);
    let text = String::from_utf8_lossy(&json).into_owned();
    let mut cases = vec![
        ("json", "an empty body", Vec::new()),
        ("json", "a JSON object that stops in the middle", json[..json.len() - 2].to_vec()),
        (
            "json",
            "JSON that is no UTF-8",
            b"{\"sensor\": \"\xff\xc3\x28\", \"seq\": 1, \"celsius\": 1.5, \"tags\": []}".to_vec(),
        ),
        ("json", "an object without seq", text.replace("\"seq\"", "\"number\"").into()),
        ("json", "a seq below zero", br#"{"sensor": "a", "seq": -1, "celsius": 1.5, "tags": []}"#.to_vec()),
        (
            "json",
            "a text in the place of a number",
            br#"{"sensor": "a", "seq": 1, "celsius": "1.5", "tags": []}"#.to_vec(),
        ),
        (
            "json",
            "a number among the tags",
            br#"{"sensor": "a", "seq": 1, "celsius": 1.5, "tags": ["a", 2]}"#.to_vec(),
        ),
        (
            "json",
            "a number too large for 64 bits",
            br#"{"sensor": "a", "seq": 1, "celsius": 1e999, "tags": []}"#.to_vec(),
        ),
        ("json", "100 000 open brackets", vec![b'['; 100_000]),
        ("msgpack", "an empty body", Vec::new()),
        ("msgpack", "a map that stops in the middle", wire::msgpack(&good)[..20].to_vec()),
        (
            "msgpack",
            "a text that is no UTF-8",
            b"\x84\xa6sensor\xa2\xc3\x28\xa3seq\x01\xa7celsius\xcb\0\0\0\0\0\0\0\0\xa4tags\x90".to_vec(),
        ),
        ("msgpack", "a text that claims 4 GiB", b"\x84\xa6sensor\xdb\xff\xff\xff\xffabc".to_vec()),
        ("msgpack", "a list that claims 4 billion texts", b"\x84\xa4tags\xdd\xff\xff\xff\xff\xa1a".to_vec()),
        ("msgpack", "100 000 nested lists", vec![0x91; 100_000]),
        ("msgpack", "random bytes", [&[0xc1], &scene.bytes(200)[..]].concat()),
    ];
    cases.extend(
        Golden::load()
            .json_with_odd_numbers()
            .into_iter()
            .map(|body| ("json", "a number that JSON does not have", body)),
    );
    for (format, what, body) in cases {
        refuses(scene, &req, &format!("{what}, as {format}"), [format.as_bytes(), &body]);
    }
    still_serves(scene, &req);
}

/// There are four formats, by exactly these names. Any other name gets an error; a gateway that guesses reads bytes as what
/// they are not.
#[check]
fn t1_answers_unknown_formats_with_an_error(scene: &Scene) {
    scene.suspect(&LOOSE_NAMES);
    let (_gateway, req) = gateway(scene, &[]);
    let body = wire::json(&random(scene));
    let word = scene.word();
    for format in ["JSON", "json ", "json\0", "jso", "yaml", "", "error", &word] {
        let what = format!("the format {}", show(format.as_bytes()));
        refuses(scene, &req, &what, [format.as_bytes(), &body]);
    }
    refuses(scene, &req, "a format that is no text", [&[0xff, 0xfe][..], &body]);
    still_serves(scene, &req);
}

/// A request has two frames. One with more or fewer is no request, and still gets its reply.
#[check]
fn t1_answers_other_frame_counts_with_an_error(scene: &Scene) {
    scene.suspect(&COUNTS_NO_FRAMES);
    // Who receives frame by frame, and always two, is told so by the socket.
    scene.suspect_when(&COUNTS_NO_FRAMES, |evidence| evidence.errors.contains("EFSM"));
    let (_gateway, req) = gateway(scene, &[]);
    let body = wire::json(&random(scene));
    refuses(scene, &req, "one empty frame", [b""]);
    refuses(scene, &req, "the format alone", [b"json"]);
    refuses(scene, &req, "the body alone", [&body]);
    refuses(scene, &req, "three frames", [b"json", &body[..], b""]);
    refuses(scene, &req, "five frames", [b"json", &body[..], b"json", &body, b""]);
    still_serves(scene, &req);
}

/// A body is a whole reading and nothing else. Bytes behind it mean that the two sides do not mean the same.
#[check]
fn t1_refuses_bytes_behind_the_reading(scene: &Scene) {
    scene.suspect(&TRAILING);
    let (_gateway, req) = gateway(scene, &[]);
    let reading = random(scene);
    let bodies = [("json", wire::json(&reading)), ("msgpack", wire::msgpack(&reading))];
    for (format, body) in &bodies {
        for behind in [&b"x"[..], b"\0", body] {
            let what = format!("a reading in {format} and {} bytes behind it", behind.len());
            refuses(scene, &req, &what, [format.as_bytes(), &[body, behind].concat()]);
        }
    }
    still_serves(scene, &req);
}

/// `seq` ends at 18446744073709551615. What comes after it is an error, not a panic and not 0.
#[check]
fn t1_refuses_to_count_past_the_highest_seq(scene: &Scene) {
    scene.suspect(&OVERFLOWS);
    let (_gateway, req) = gateway(scene, &[]);
    let last = Reading { seq: u64::MAX, ..random(scene) };
    for (format, body) in [("json", wire::json(&last)), ("msgpack", wire::msgpack(&last))] {
        refuses(scene, &req, &format!("the seq {} in {format}", u64::MAX), [format.as_bytes(), &body]);
    }
    still_serves(scene, &req);
}

/// A bincode body begins with a version byte, 2. Then come the fields in order, without names: a length and its text, numbers in as few
/// bytes as they need.
#[check]
fn t2_answers_bincode(scene: &Scene) {
    scene.suspect(&NO_VERSION);
    let (_gateway, req) = gateway(scene, &[]);
    let mut seqs = vec![0, 249, 250, 251, 65_534, 65_535, u64::from(u32::MAX), u64::MAX - 1];
    seqs.push(scene.number(0..u64::MAX - 1));
    for seq in seqs {
        let reading = Reading { seq, ..random(scene) };
        gives_the_next(scene, &req, "bincode", &reading, &wire::bincode(&reading));
    }
    for (reading, _) in Golden::load().readings("json") {
        gives_the_next(scene, &req, "bincode", &reading, &wire::bincode(&reading));
    }
}

/// Version 1 is bincode 1. Its bytes can be read as bincode 2 without an error, as another reading. So it is refused, and
/// the reason says what it is.
#[check]
fn t2_tells_bincode_1_by_its_name(scene: &Scene) {
    scene.suspect(&READS_1_AS_2);
    let (_gateway, req) = gateway(scene, &[]);
    // Made so that bincode 2 reads all of it, as one text of 20 zeros and letters among others, and finds nothing wrong.
    let seq = 0x1401_0000 + scene.number(0..1 << 16);
    let treacherous = Reading { sensor: "thermometer".into(), seq, celsius: 2.0, tags: Vec::new() };
    for reading in [treacherous, random(scene)] {
        let body = bincode_1(scene, &reading);
        let why = refuses(scene, &req, &format!("{reading}, in bincode 1"), [b"bincode", &body[..]]);
        if !why.contains("bincode 1") {
            scene.suspect(&SAYS_NOT_WHICH);
            scene.fail("a reason that has `bincode 1` in it", format!("the reason {}", show(why.as_bytes())));
        }
    }
    still_serves(scene, &req);
}

/// The version byte 1 and what bincode 1.3.3 writes.
fn bincode_1(scene: &Scene, reading: &Reading) -> Vec<u8> {
    match bincode1::serialize(&(&reading.sensor, reading.seq, reading.celsius, &reading.tags)) {
        Ok(body) => [&[1], &body[..]].concat(),
        Err(error) => scene.fail("bincode 1 to write a reading", error.to_string()),
    }
}

/// A version that is not known is refused, and so is a body without one. Nobody can tell how the rest is written.
#[check]
fn t2_refuses_other_versions(scene: &Scene) {
    scene.suspect(&ANY_VERSION);
    let (_gateway, req) = gateway(scene, &[]);
    let body = wire::bincode(&random(scene));
    for version in [0, 3, 4, 255] {
        let what = format!("a reading in bincode of the version {version}");
        refuses(scene, &req, &what, [b"bincode", &[&[version], &body[1..]].concat()[..]]);
    }
    refuses(scene, &req, "an empty body in bincode", [b"bincode", &b""[..]]);
    refuses(scene, &req, "the version byte alone", [b"bincode", &b"\x02"[..]]);
    still_serves(scene, &req);
}

/// A reading that is followed by more bytes was written by somebody whose reading has other fields.
#[check]
fn t2_refuses_bytes_behind_the_reading(scene: &Scene) {
    scene.suspect(&TRAILING);
    let (_gateway, req) = gateway(scene, &[]);
    let body = wire::bincode(&random(scene));
    for behind in [&b"\0"[..], b"x", &body] {
        let what = format!("a reading in bincode and {} bytes behind it", behind.len());
        refuses(scene, &req, &what, [b"bincode", &[&body, behind].concat()[..]]);
    }
    still_serves(scene, &req);
}

/// A length is a claim. Whoever allocates what it claims gives a few bytes power over the whole memory.
#[check]
fn t2_believes_no_length(scene: &Scene) {
    scene.suspect(&BELIEVES_LENGTHS);
    let (gateway, req) = gateway(scene, &[]);
    still_serves(scene, &req);
    let before = gateway.peak_memory();
    for length in [1 << 62, u64::MAX, 8 << 30, 1 << 20] {
        for begin in [&b"\x02"[..], b"\x02\x01a\x07\0\0\0\0\0\0\0\0\x01", b"\x02\x01a\x07\0\0\0\0\0\0\0\0"] {
            let mut body = begin.to_vec();
            wire::bincode_number(&mut body, length);
            body.extend(b"abc");
            let what = format!("a body of {} bytes that claims {length}", body.len());
            refuses(scene, &req, &what, [b"bincode", &body[..]]);
        }
    }
    is_bounded(scene, &gateway, before, &BELIEVES_LENGTHS);
    still_serves(scene, &req);
}

/// Fails if the program has needed much more memory than it had needed before.
fn is_bounded(scene: &Scene, program: &Program, before: Option<u64>, mistake: &'static harness::Mistake) {
    let (Some(before), Some(after)) = (before, program.peak_memory()) else {
        return scene.note("this system does not tell how much memory a program needs");
    };
    if after > before + MOST_MEMORY {
        scene.suspect(mistake);
        let name = program.name();
        scene.fail(
            format!("{name} to need no more than {} MiB more than before", MOST_MEMORY >> 20),
            format!("it needed {} MiB before and {} MiB after", before >> 20, after >> 20),
        );
    }
}

/// More than 64 KiB is refused, also when all of it is really there. A limit that both sides know is part of the format.
#[check]
fn t2_refuses_what_is_over_the_limit(scene: &Scene) {
    scene.suspect(&LOW_LIMIT);
    let (_gateway, req) = gateway(scene, &[]);
    let fits = Reading { sensor: "x".repeat(20_000), ..random(scene) };
    req.send_frames([b"bincode", &wire::bincode(&fits)[..]]);
    let reply = req.receive("the reply to a reading of 20 000 bytes in bincode");
    scene.expect(reply[0] != b"error", "a reading of 20 000 bytes in bincode not to be refused", || {
        show_frames(&reply)
    });
    scene.suspect(&NO_LIMIT);
    for length in [70_000, 1_000_000] {
        let large = Reading { sensor: "x".repeat(length), ..random(scene) };
        refuses(
            scene,
            &req,
            &format!("a reading of {length} bytes in bincode"),
            [b"bincode", &wire::bincode(&large)[..]],
        );
    }
    still_serves(scene, &req);
}

/// A pickled dict of texts, numbers and lists is data like any other, in every protocol from 2 to 5. The bytes are Python's.
#[check]
fn t3_answers_pickle(scene: &Scene) {
    scene.suspect(&NO_PICKLE);
    let (_gateway, req) = gateway(scene, &[]);
    let golden = Golden::load();
    for _ in 0..2 {
        let reading = random(scene);
        gives_the_next(scene, &req, "pickle", &reading, &wire::pickle(&reading));
    }
    for (reading, body) in golden.pickled_readings() {
        gives_the_next(scene, &req, "pickle", &reading, &body);
    }
    for (reading, _, pickles) in golden.odd_numbers() {
        for body in pickles {
            gives_the_next(scene, &req, "pickle", &reading, &body);
        }
    }
}

/// Fails if one of the pickles that call `touch ran` or the like has been obeyed.
fn nothing_ran(scene: &Scene, what: &str) {
    if scene.folder().join("ran").exists() {
        scene.suspect(&RUNS_CODE);
        scene.fail(
            format!("nothing to run when {what} comes"),
            "the pickle made the file `ran`: whoever can send to your program can run any command in it",
        );
    }
}

/// A pickle may name a function and call it. The gateway must refuse it before anything is called: here the pickle would make
/// a file, elsewhere it would do worse.
#[check]
fn t3_refuses_what_would_call_code(scene: &Scene) {
    scene.suspect(&OBJECT_AS_DICT);
    let (_gateway, req) = gateway(scene, &[]);
    for (what, body) in Golden::load().group("hostile") {
        req.send_frames([b"pickle", &body[..]]);
        let reply = req.receive(&format!("the reply [`error`, WHY] to {what}"));
        nothing_ran(scene, &what);
        let refused = matches!(&reply[..], [error, _] if error == b"error");
        scene.expect(refused, &format!("the reply [`error`, WHY] to {what}"), || show_frames(&reply));
    }
    still_serves(scene, &req);
}

/// An object is not a dict, though its fields may look like one. Making an object calls code of its class; the gateway takes
/// plain data only.
#[check]
fn t3_refuses_objects_in_the_place_of_data(scene: &Scene) {
    scene.suspect(&OBJECT_AS_DICT);
    let (_gateway, req) = gateway(scene, &[]);
    for (what, body) in Golden::load().group("objects") {
        refuses(scene, &req, &what, [b"pickle", &body[..]]);
    }
    still_serves(scene, &req);
}

/// Lists in lists in lists: a parser that calls itself for each of them runs out of stack, and no program survives that. So the
/// depth is counted before anything is parsed, and more than 64 is refused.
#[check]
fn t3_refuses_deep_nesting(scene: &Scene) {
    scene.suspect(&PARSES_FIRST);
    let (_gateway, req) = gateway(scene, &[]);
    for levels in [100, 10_000, 300_000] {
        let lists = [b"]".repeat(levels), b"a".repeat(levels - 1)].concat();
        let tuples = [b")".to_vec(), b"\x85".repeat(levels - 1)].concat();
        let marks = [b"(".repeat(levels), b"l".repeat(levels)].concat();
        for (kind, nested) in [("lists", lists), ("tuples", tuples), ("lists with marks", marks)] {
            // In a field that nobody asked for: a parser has to go through it, and a reader would not miss it.
            let mut body = b"\x80\x02}(".to_vec();
            wire::pickle_text(&mut body, "note");
            body.extend(nested);
            let reading = wire::pickle(&random(scene));
            // The fields of the reading, without protocol and mark before them and DICT and STOP behind.
            body.extend(&reading[3..reading.len() - 2]);
            body.extend(b"u.");
            refuses(scene, &req, &format!("a pickle with {levels} nested {kind}"), [b"pickle", &body[..]]);
        }
    }
    still_serves(scene, &req);
}

/// What is no pickle, or a pickle of something else, gets [`error`, WHY]; so does a pickle with bytes behind it.
#[check]
fn t3_answers_bad_pickles_with_an_error(scene: &Scene) {
    scene.suspect(&ACCEPTS_ANYTHING);
    let (_gateway, req) = gateway(scene, &[]);
    let golden = Golden::load();
    let good = golden.pickled_readings().swap_remove(0).1;
    let mut cases = golden.group("wrong_types");
    cases.extend([
        ("an empty body".to_string(), Vec::new()),
        ("a pickle that stops in the middle".into(), good[..good.len() / 2].to_vec()),
        ("a pickle without its end".into(), good[..good.len() - 1].to_vec()),
        ("a pickle and one byte behind it".into(), [&good[..], b"."].concat()),
        ("two pickles".into(), [&good[..], &good].concat()),
        ("JSON".into(), wire::json(&random(scene))),
        ("a pickle that takes from an empty stack".into(), b"\x80\x02a.".to_vec()),
        ("a pickle that asks an empty memo".into(), b"\x80\x02h\x05.".to_vec()),
        ("random bytes".into(), [b"\x80\x02\xff", &scene.bytes(100)[..]].concat()),
    ]);
    for (what, body) in cases {
        refuses(scene, &req, &what, [b"pickle", &body[..]]);
    }
    still_serves(scene, &req);
}

/// A few bytes of a pickle can stand for gigabytes: a length that is claimed, a text that is named again and again, marks that each
/// need a new stack. The gateway's memory must stay as small as its messages.
#[check]
fn t3_memory_stays_bounded(scene: &Scene) {
    scene.suspect(&BELIEVES_REFERENCES);
    let (gateway, req) = gateway(scene, &[]);
    still_serves(scene, &req);
    let before = gateway.peak_memory();
    for (what, body) in bombs() {
        refuses(scene, &req, what, [b"pickle", &body[..]]);
        is_bounded(scene, &gateway, before, &BELIEVES_REFERENCES);
    }
    still_serves(scene, &req);
}

/// Pickles that are small and stand for much; none is a reading. As large as it takes to be seen, and no larger.
fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let mut text = Vec::new();
    wire::pickle_text(&mut text, &"x".repeat(10_000));
    let mut references = b"\x80\x02}(".to_vec();
    wire::pickle_text(&mut references, "tags");
    references.extend([b"](", &text[..], b"q\x01", &b"h\x01".repeat(10_000), b"e"].concat());
    wire::pickle_text(&mut references, "seq");
    wire::pickle_text(&mut references, "none");
    references.extend(b"u.");
    let eight_gib = (8u64 << 30).to_le_bytes();
    vec![
        ("a pickle that names one text 10 000 times", references),
        ("a pickle with 30 000 marks", [b"\x80\x02".as_slice(), &b"(".repeat(30_000), b"."].concat()),
        ("a pickled text that claims 8 GiB", [b"\x80\x04\x8d".as_slice(), &eight_gib, b"abc."].concat()),
        ("pickled bytes that claim 8 GiB", [b"\x80\x04\x8e".as_slice(), &eight_gib, b"abc."].concat()),
        ("a text that claims 4 GiB", b"\x80\x02X\xff\xff\xff\xffabc.".to_vec()),
        ("a pickle that asks for a memo of 20 million places", b"\x80\x02Nr\x00\x2d\x31\x01.".to_vec()),
    ]
}

/// With `--plain-pickle` the gateway is the server of the handout: it takes one frame, a pickled text, prints the text, and answers a pickled
/// `pong`.
#[check]
fn t4_prints_a_pickled_text_and_answers_pong(scene: &Scene) {
    scene.suspect(&NO_PICKLE);
    let (gateway, req) = gateway(scene, &["--plain-pickle"]);
    gateway.bound();
    let word = scene.word();
    let mut pickle = b"\x80\x02".to_vec();
    wire::pickle_text(&mut pickle, &word);
    pickle.push(b'.');
    let mut cases = Golden::load().texts();
    cases.insert(0, (word, pickle));
    for (text, pickle) in cases {
        let expected = format!("a reply of one frame to the pickled text {}", show(text.as_bytes()));
        req.send(&pickle);
        let reply = req.receive(&expected);
        let [reply] = &reply[..] else {
            scene.suspect(&IGNORES_THE_OPTION);
            scene.fail(expected, format!("{} frames: {}", reply.len(), show_frames(&reply)))
        };
        expect_text(scene, "the reply", reply, "pong");
        scene.suspect(&PRINTS_OTHERWISE);
        scene.expect_bytes("the gateway's line", gateway.line("the text"), &text);
    }
}

/// A pickle of as many lists in each other as overflow the stack of any parser.
fn nested_lists() -> Vec<u8> {
    [&b"]".repeat(300_000)[..], &b"a".repeat(299_999), b"."].concat()
}

/// The frame must be a pickle of this text.
fn expect_text(scene: &Scene, what: &str, pickle: &[u8], wanted: &str) {
    let expected = format!("{what} to be a pickle of {}", show(wanted.as_bytes()));
    match wire::read_text(pickle) {
        Ok(text) if text == wanted => {}
        Ok(text) => scene.fail(expected, format!("a pickle of {}", show(text.as_bytes()))),
        Err(why) => {
            scene.suspect(&NO_PICKLED_TEXT);
            scene.fail(expected, format!("{}: {why}", show(pickle)))
        }
    }
}

/// What is no pickled text is answered with a pickled text that begins with `error: `. Nothing of it is printed, and nothing of it runs.
#[check]
fn t4_answers_other_pickles_with_a_pickled_error(scene: &Scene) {
    scene.suspect(&ACCEPTS_ANYTHING);
    let (gateway, req) = gateway(scene, &["--plain-pickle"]);
    gateway.bound();
    let golden = Golden::load();
    let ping = golden.text("ping").swap_remove(0);
    let mut cases: Vec<(String, Vec<Vec<u8>>)> = Vec::new();
    for group in ["hostile", "not_texts", "objects"] {
        cases.extend(golden.group(group).into_iter().map(|(what, pickle)| (what, vec![pickle])));
    }
    cases.extend([
        ("an empty frame".to_string(), vec![Vec::new()]),
        ("the text itself, without a pickle".into(), vec![b"ping".to_vec()]),
        ("a pickle with a byte behind it".into(), vec![[&ping[..], b"x"].concat()]),
        ("two frames".into(), vec![ping.clone(), ping.clone()]),
        ("300 000 nested lists".into(), vec![nested_lists()]),
    ]);
    for (what, frames) in cases {
        let expected = format!("a pickled text that begins with `error: `, as the reply to {what}");
        req.send_frames(&frames);
        let reply = req.receive(&expected);
        nothing_ran(scene, &what);
        let [reply] = &reply[..] else {
            scene.suspect(&NO_PICKLED_TEXT);
            scene.fail(expected, format!("{} frames: {}", reply.len(), show_frames(&reply)))
        };
        match wire::read_text(reply) {
            Ok(text) if text.starts_with("error: ") => {}
            Ok(text) if text != "pong" => {
                scene.suspect(&NO_PREFIX);
                scene.fail(expected, format!("a pickle of {}", show(text.as_bytes())))
            }
            Ok(text) => scene.fail(expected, format!("a pickle of {}", show(text.as_bytes()))),
            Err(why) => {
                scene.suspect(&NO_PICKLED_TEXT);
                scene.fail(expected, format!("{}: {why}", show(reply)))
            }
        }
    }
    let _ = req.ask(&ping);
    scene.suspect(&PRINTS_ERRORS);
    let line = gateway.line("the text `ping`");
    let only_ping = line.windows(4).any(|part| part == b"ping");
    scene.expect(only_ping, "the gateway to print `ping` and nothing before it", || {
        format!("the line {}", show(&line))
    });
}

/// Starts the pickler on a REP of the check's.
fn pickler(scene: &Scene, arguments: &[&str]) -> (Program, Peer) {
    scene.suspect_when(&PARSES_FIRST, |evidence| evidence.errors.contains("has overflowed its stack"));
    scene.suspect_when(&OUT_OF_TURN, |evidence| evidence.errors.contains("EFSM"));
    scene.suspect_when(&PANICS, harness::scene::Evidence::panicked);
    let rep = scene.peer(zmq::REP, "pickler");
    let endpoint = rep.bind("tcp://127.0.0.1:*");
    let pickler = scene.start("pickler", ["--connect", &endpoint].iter().chain(arguments));
    (pickler, rep)
}

/// The pickler is the client of the handout: it sends a pickled text, receives a pickled text, and prints that. The replies are Python's.
#[check]
fn t4_pickler_asks_and_prints_the_reply(scene: &Scene) {
    scene.suspect(&NEVER_ASKS);
    let word = scene.word();
    for (text, option) in
        [("ping", None), (&*word, Some(&*word)), ("два слова ☕", Some("два слова ☕")), ("", Some(""))]
    {
        let arguments = option.map_or(vec![], |text| vec!["--text", text]);
        let (pickler, rep) = pickler(scene, &arguments);
        expect_text(scene, "the request", &rep.receive_frame("a request of the pickler"), text);
        let (answer, pickle) = Golden::load().texts().swap_remove(scene.number(0..36) as usize);
        rep.send(pickle);
        scene.expect_bytes("the pickler's line", pickler.line("the text of the reply"), answer);
        pickler.ends_with(0);
    }
}

/// With `--count N` the pickler asks N times, each time waiting for the reply, and prints each.
#[check]
fn t4_pickler_asks_as_often_as_told(scene: &Scene) {
    scene.suspect(&WRONG_COUNT);
    let texts = Golden::load().texts();
    let count = scene.number(3..7);
    let (pickler, rep) = pickler(scene, &["--count", &count.to_string()]);
    for number in 1..=count {
        let _ = rep.receive_frame(&format!("request {number} of {count}"));
        let (text, pickle) = &texts[scene.number(0..texts.len() as u64) as usize];
        rep.send(pickle);
        scene.expect_bytes("the pickler's line", pickler.line("the text of the reply"), text);
    }
    pickler.ends_with(0);
}

/// A server may be hostile, too. A reply that is no pickled text ends the pickler with exit code 1 and a line on standard error; nothing of
/// it is printed, and nothing of it runs.
#[check]
fn t4_pickler_refuses_replies_that_are_no_text(scene: &Scene) {
    scene.suspect(&TRUSTS_THE_SERVER);
    let golden = Golden::load();
    let some_of = |group: &str| golden.group(group).into_iter().step_by(5);
    let mut cases: Vec<(String, Vec<u8>)> = some_of("hostile").chain(some_of("objects")).collect();
    cases.extend(some_of("not_texts").step_by(2));
    cases.push(("the text itself, without a pickle".into(), b"pong".to_vec()));
    cases.push(("300 000 nested lists".into(), nested_lists()));
    for (what, pickle) in cases {
        let (pickler, rep) = pickler(scene, &[]);
        let _ = rep.receive_frame("a request of the pickler");
        rep.send(pickle);
        let expected = format!("the pickler to end with exit code 1 when the reply is {what}");
        let ended = pickler.end_or_line(&expected);
        nothing_ran(scene, &what);
        match ended {
            Err(line) => scene.fail(expected, format!("it printed {}", show(&line))),
            Ok(Ended::Code(1)) if pickler.output().err.len() == 1 => {}
            Ok(ended) => {
                scene.fail(format!("{expected}, and one line on standard error"), pickler.how_it_ended(ended))
            }
        }
    }
}
