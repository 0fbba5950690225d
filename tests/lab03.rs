//! Lab 03, messages: a gateway that takes a reading in four formats, and programs that talk with Python's pickles.
//!
//! Each check's comment is the idea that it checks; a failed check prints it.

#[path = "lab03/gateway.rs"]
mod gateway;
#[path = "lab03/mistakes.rs"]
mod mistakes;
#[path = "lab03/pickler.rs"]
mod pickler;
#[path = "lab03/pickles.rs"]
mod pickles;
#[path = "lab03/wire.rs"]
mod wire;

use gateway::{
    counted, gateway, gateway_of_texts, gateway_that_waits, gives_the_next, is_bounded, nothing_ran, random,
    reason, refuses, refuses_other_formats, still_serves,
};
use harness::failure::{show, show_frames};
use harness::peer::Peer;
use harness::program::Ended;
use harness::{Scene, check};
use mistakes::*;
use pickler::{ends_without_another_request, expect_text, pickler, prints_the_reply, show_text};
use wire::{Golden, Reading};

harness::lab!("lab03": "gateway", "pickler");

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
fn t1_refuses_bad_bodies(scene: &Scene) {
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
fn t1_refuses_unknown_formats(scene: &Scene) {
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
fn t1_refuses_other_frame_counts(scene: &Scene) {
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
            let what = format!("a reading in {format} and {} behind it", bytes(behind.len()));
            refuses(scene, &req, &what, [format.as_bytes(), &[body, behind].concat()]);
        }
    }
    still_serves(scene, &req);
}

/// The first frame says what the body is, and nothing else does. A gateway that tries another format where the named one does not fit reads
/// bytes as what they are not.
#[check]
fn t1_refuses_a_body_of_another_format(scene: &Scene) {
    let (_gateway, req) = gateway(scene, &[]);
    for format in ["json", "msgpack"] {
        refuses_other_formats(scene, &req, format);
    }
    still_serves(scene, &req);
}

/// Standard output has results only. In this mode there are none: the replies are the results, so only the bound line is printed.
#[check]
fn t1_prints_only_the_bound_line(scene: &Scene) {
    let (gateway, req) = gateway(scene, &[]);
    let good = wire::json(&random(scene));
    for body in [&good[..], &good, b"", b"{}", &good] {
        req.send_frames([b"json", body]);
        let _ = req.receive("a reply");
    }
    // What was printed for all requests but the last one is there when the last one is answered.
    let lines = gateway.lines_at_the_end();
    scene.suspect(&PRINTS_MORE);
    if let Some(line) = lines.iter().find(|line| !line.starts_with(b"bound ")) {
        let seen = format!("the line {} too", show_text(line));
        scene.fail("the bound line and nothing else on gateway's standard output", seen);
    }
}

/// The gateway waits for ever. Nobody knows when the next request comes, and that none comes is no error.
#[check]
fn t1_waits_as_long_as_it_takes(scene: &Scene) {
    let req = gateway_that_waits(scene, 5);
    req.send_frames([b"json", &wire::json(&random(scene))[..]]);
    let _ = req.receive("the reply to the first request, which came late");
}

/// A number of bytes, in words.
fn bytes(count: usize) -> String {
    if count == 1 { "one byte".into() } else { format!("{count} bytes") }
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
    refuses_other_formats(scene, &req, "bincode");
    still_serves(scene, &req);
}

/// A reading that is followed by more bytes was written by somebody whose reading has other fields.
#[check]
fn t2_refuses_bytes_behind_the_reading(scene: &Scene) {
    scene.suspect(&TRAILING);
    let (_gateway, req) = gateway(scene, &[]);
    let body = wire::bincode(&random(scene));
    for behind in [&b"\0"[..], b"x", &body] {
        let what = format!("a reading in bincode and {} behind it", bytes(behind.len()));
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

/// More than 64 KiB is refused, also when all of it is really there. A limit that both sides know is part of the format.
#[check]
fn t2_refuses_what_is_over_the_limit(scene: &Scene) {
    let (_gateway, req) = gateway(scene, &[]);
    // As bincode counts, the rest of the reading takes 32 bytes: a length, two numbers and another length, of eight bytes each.
    let of = |letters| Reading { sensor: "x".repeat(letters), tags: Vec::new(), ..random(scene) };
    for letters in [20_000, 65_500] {
        scene.suspect(&LOW_LIMIT);
        let what = format!("a reading in bincode with a sensor of {letters} letters");
        req.send_frames([b"bincode", &wire::bincode(&of(letters))[..]]);
        let reply = req.receive(&format!("the reply to {what}"));
        scene.expect(reply[0] != b"error", &format!("{what} not to be refused"), || show_frames(&reply));
    }
    scene.suspect(&NO_LIMIT);
    for letters in [65_537, 70_000, 1_000_000] {
        let what = format!("a reading in bincode with a sensor of {letters} letters");
        refuses(scene, &req, &what, [b"bincode", &wire::bincode(&of(letters))[..]]);
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

/// A pickle may name a function and call it. The gateway must refuse it before anything is called: here the pickle would make
/// a file, elsewhere it would do worse.
#[check]
fn t3_refuses_what_would_call_code(scene: &Scene) {
    scene.suspect(&OBJECT_AS_DICT);
    let (_gateway, req) = gateway(scene, &[]);
    let by_hand = pickles::calls(&random(scene));
    let by_hand = by_hand.into_iter().map(|(what, body)| (what.to_string(), body));
    for (what, body) in Golden::load().group("hostile").into_iter().chain(by_hand) {
        let request = [b"pickle".to_vec(), body];
        let expected = format!("the reply [`error`, WHY] to {what}");
        req.send_frames(&request);
        let reply = req.receive(&expected);
        nothing_ran(scene, &what);
        reason(scene, &req, &expected, &request, &reply);
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
        for (kind, nested) in pickles::nested(levels) {
            let body = pickles::with_note(&random(scene), &nested);
            refuses(scene, &req, &format!("a pickle with {levels} nested {kind}"), [b"pickle", &body[..]]);
        }
    }
    still_serves(scene, &req);
}

/// What is no pickle, or a pickle of something else, gets [`error`, WHY]; so does a pickle with bytes behind it.
#[check]
fn t3_refuses_bad_pickles(scene: &Scene) {
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
        ("a pickle that takes from an empty stack".into(), b"\x80\x02a.".to_vec()),
        ("a pickle that asks an empty memo".into(), b"\x80\x02h\x05.".to_vec()),
        ("random bytes".into(), [b"\x80\x02\xff", &scene.bytes(100)[..]].concat()),
    ]);
    for (what, body) in cases {
        refuses(scene, &req, &what, [b"pickle", &body[..]]);
    }
    refuses_other_formats(scene, &req, "pickle");
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
    for (what, body) in pickles::bombs() {
        refuses(scene, &req, what, [b"pickle", &body[..]]);
        is_bounded(scene, &gateway, before, &BELIEVES_REFERENCES);
    }
    still_serves(scene, &req);
}

/// With `--plain-pickle` the gateway is the server of the handout: it takes one frame, a pickled text, prints the text, and answers a pickled
/// `pong`.
#[check]
fn t4_answers_a_text_with_pong(scene: &Scene) {
    let (gateway, req) = gateway_of_texts(scene);
    let word = scene.word();
    let mut pickle = b"\x80\x02".to_vec();
    wire::pickle_text(&mut pickle, &word);
    pickle.push(b'.');
    let mut cases = Golden::load().texts();
    cases.insert(0, (word, pickle));
    for (text, pickle) in cases {
        scene.suspect(&NO_PICKLE);
        let expected = format!("a reply of one frame to a pickle of {}", show_text(&text));
        req.send(&pickle);
        let reply = req.receive(&expected);
        let [reply] = &reply[..] else {
            scene.suspect(&IGNORES_THE_OPTION);
            scene.fail(expected, counted(&reply))
        };
        expect_text(scene, "the reply", reply, "pong", &NO_PONG);
        scene.suspect(&PRINTS_OTHERWISE);
        let line = gateway.line("the text");
        scene.expect(line == text.as_bytes(), &format!("gateway's line to be {}", show_text(&text)), || {
            format!("the line {}", show_text(&line))
        });
    }
}

/// What is no pickled text is answered with a pickled text that begins with `error: `. Nothing of it is printed, and nothing of it runs.
#[check]
fn t4_refuses_other_pickles(scene: &Scene) {
    let (gateway, req) = gateway_of_texts(scene);
    let golden = Golden::load();
    let ping = golden.text("ping").swap_remove(0);
    let mut cases: Vec<(String, Vec<u8>)> = vec![
        ("the text itself, without a pickle".to_string(), b"ping".to_vec()),
        ("an empty frame".into(), Vec::new()),
        ("a pickle with a byte behind it".into(), [&ping[..], b"x"].concat()),
    ];
    for group in ["not_texts", "objects", "hostile"] {
        cases.extend(golden.group(group));
    }
    cases.push(("300 000 nested lists".into(), pickles::nested_lists()));
    for (what, pickle) in cases {
        scene.suspect(&ACCEPTS_ANYTHING);
        refuses_as_text(scene, &req, &what, &[pickle]);
    }
    scene.suspect(&TAKES_THE_FIRST);
    refuses_as_text(scene, &req, "two frames", &[ping.clone(), ping.clone()]);
    let _ = req.ask(&ping);
    scene.suspect(&PRINTS_ERRORS);
    let line = gateway.line("the text `ping`");
    let only_ping = line.windows(4).any(|part| part == b"ping");
    scene.expect(only_ping, "the gateway to print `ping` and nothing before it", || {
        format!("the line {}", show_text(&line))
    });
}

/// Sends what is no pickled text and expects a pickled text that begins with `error: `.
fn refuses_as_text(scene: &Scene, req: &Peer, what: &str, frames: &[Vec<u8>]) {
    let expected = format!("a pickled text that begins with `error: `, as the reply to {what}");
    req.send_frames(frames);
    let reply = req.receive(&expected);
    nothing_ran(scene, what);
    let [reply] = &reply[..] else {
        scene.suspect(&IGNORES_THE_OPTION);
        scene.fail(expected, counted(&reply))
    };
    match wire::read_text(reply) {
        Ok(text) if text.starts_with("error: ") => {}
        Ok(text) => {
            // A pong of any spelling is the answer to a text; everything else is meant as a refusal.
            if !text.trim().eq_ignore_ascii_case("pong") {
                scene.suspect(&NO_PREFIX);
            }
            scene.fail(expected, format!("a pickle of {}", show_text(text)))
        }
        Err(why) => {
            scene.suspect(&NO_PICKLED_TEXT);
            scene.fail(expected, format!("{}: {why}", show(reply)))
        }
    }
}

/// The pickler is the client of the handout: it sends a pickled text, receives a pickled text, and prints that. The replies are Python's.
#[check]
fn t4_pickler_asks_and_prints_the_reply(scene: &Scene) {
    let word = scene.word();
    for (text, option) in
        [("ping", None), (&*word, Some(&*word)), ("два слова ☕", Some("два слова ☕")), ("", Some(""))]
    {
        scene.suspect(&NEVER_ASKS);
        let arguments = option.map_or(vec![], |text| vec!["--text", text]);
        let (pickler, rep) = pickler(scene, &arguments);
        let request = rep.receive_frame("a request of the pickler");
        expect_text(scene, "the request", &request, text, &IGNORES_TEXT);
        let (answer, pickle) = Golden::load().texts().swap_remove(scene.number(0..36) as usize);
        rep.send(pickle);
        prints_the_reply(scene, &pickler, &answer);
    }
}

/// With `--count N` the pickler asks N times, each time waiting for the reply, and prints each. Then it ends.
#[check]
fn t4_pickler_asks_as_often_as_told(scene: &Scene) {
    let texts = Golden::load().texts();
    let count = scene.number(3..7);
    for (count, arguments) in [(1, vec![]), (count, vec!["--count".to_string(), count.to_string()])] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (pickler, rep) = pickler(scene, &arguments);
        for number in 1..=count {
            scene.suspect(if number == 1 { &NEVER_ASKS } else { &WRONG_COUNT });
            let _ = rep.receive_frame(&format!("request {number} of {count}"));
            let (text, pickle) = &texts[scene.number(0..texts.len() as u64) as usize];
            rep.send(pickle);
            prints_the_reply(scene, &pickler, text);
        }
        ends_without_another_request(scene, &pickler, &rep, count);
    }
}

/// A server may be hostile, too. A reply that is no pickled text ends the pickler with exit code 1 and a line on standard error; nothing of
/// it is printed, and nothing of it runs.
#[check]
fn t4_pickler_refuses_replies_that_are_no_text(scene: &Scene) {
    scene.suspect(&TRUSTS_THE_SERVER);
    let golden = Golden::load();
    let some_of = |group: &str| golden.group(group).into_iter().step_by(5);
    let mut cases = vec![("the text itself, without a pickle".to_string(), b"pong".to_vec())];
    cases.extend(some_of("not_texts").step_by(2));
    cases.extend(some_of("objects").chain(some_of("hostile")));
    cases.push(("300 000 nested lists".into(), pickles::nested_lists()));
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
