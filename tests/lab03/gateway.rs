//! The gateway on the scene: how it is started and asked, and what its replies must be.

use std::os::unix::net::UnixListener;

use harness::failure::{Failure, show, show_frames};
use harness::peer::Peer;
use harness::program::Ended;
use harness::scene::{Evidence, Program};
use harness::timeline::{Timeline, What};
use harness::{Mistake, Scene, zmq};

use super::mistakes::*;
use super::wire::{self, Reading};

/// What a right program does not need more of, whatever comes: far above what any request is long, far below what a bomb takes.
const MOST_MEMORY: u64 = 64 << 20;

/// Starts the gateway on an ipc path and connects a REQ to it.
pub fn gateway(scene: &Scene, arguments: &[&str]) -> (Program, Peer) {
    suspect_of_any(scene);
    scene.suspect_when(&FRAME_BY_FRAME, |evidence| {
        out_of_turn(evidence) && evidence.errors.contains("cannot send")
    });
    scene.suspect_when(&NO_REPLY, |evidence| {
        out_of_turn(evidence) && evidence.errors.contains("cannot receive")
    });
    suspect_of_a_server(scene);
    let endpoint = scene.ipc("door");
    let gateway = scene.start("gateway", ["--bind", &endpoint].iter().chain(arguments));
    let req = gateway.req(&endpoint);
    (gateway, req)
}

/// The same with `--plain-pickle`; waits for its bound line.
pub fn gateway_of_texts(scene: &Scene) -> (Program, Peer) {
    suspect_of_any(scene);
    let timeline = scene.timeline().clone();
    scene.suspect_when(&TAKES_THE_FIRST, move |evidence| {
        out_of_turn(evidence)
            && last_message(&timeline).is_some_and(|(_, to, frames)| to == "gateway" && frames > 1)
    });
    scene.suspect_when(&ANSWERS_TWICE, |evidence| {
        out_of_turn(evidence) && evidence.errors.contains("cannot send")
    });
    scene.suspect_when(&NO_REPLY, |evidence| {
        out_of_turn(evidence) && evidence.errors.contains("cannot receive")
    });
    suspect_of_a_server(scene);
    // Nobody is waited for but the gateway: when it has replied, what is missing is its line.
    let timeline = scene.timeline().clone();
    scene.suspect_when(&PRINTS_NO_TEXT, move |evidence| {
        waits(evidence) && last_message(&timeline).is_some_and(|(from, ..)| from == "gateway")
    });
    let endpoint = scene.ipc("door");
    let gateway = scene.start("gateway", ["--bind", &endpoint, "--plain-pickle"]);
    let req = gateway.req(&endpoint);
    gateway.bound();
    (gateway, req)
}

/// Starts the gateway where nobody is there yet, lets it try to connect so often, and then comes as a REQ that binds.
pub fn gateway_that_waits(scene: &Scene, attempts: u32) -> Peer {
    scene.suspect_when(&GIVES_UP, |evidence| {
        evidence.errors.contains("EAGAIN") || matches!(evidence.ended, Some(Ended::Code(_)))
    });
    let (endpoint, door) = (scene.ipc("door"), scene.folder().join("door"));
    let watch = UnixListener::bind(&door).unwrap_or_else(|error| {
        Failure::error(format!("{} cannot be bound: {error}", door.display())).throw()
    });
    let gateway = scene.start("gateway", ["--connect", &endpoint]);
    for attempt in 1..=attempts {
        gateway.comes_to(&watch);
        scene.note(format!("the gateway has come, and nobody had a request: attempt {attempt}"));
    }
    drop(watch);
    let _ = std::fs::remove_file(&door);
    let req = scene.peer(zmq::REQ, "gateway");
    req.bind(&endpoint);
    req
}

/// What the evidence tells in every mode.
fn suspect_of_any(scene: &Scene) {
    let timeline = scene.timeline().clone();
    let was_asked = move || last_message(&timeline).is_some_and(|(_, to, _)| to == "gateway");
    scene.suspect_when(&OVERFLOWS, |evidence| evidence.errors.contains("attempt to add with overflow"));
    scene.suspect_when(&PARSES_FIRST, |evidence| evidence.errors.contains("has overflowed its stack"));
    scene.suspect_when(&BELIEVES_LENGTHS, |evidence| {
        evidence.errors.contains("memory allocation of") || evidence.errors.contains("capacity overflow")
    });
    scene.suspect_when(&PANICS, move |evidence| evidence.panicked() && !out_of_turn(evidence) && was_asked());
}

/// What the evidence tells of a gateway that ends or says nothing.
fn suspect_of_a_server(scene: &Scene) {
    let timeline = scene.timeline().clone();
    scene.suspect_when(&ANSWERS_ONCE, |evidence| evidence.ended == Some(Ended::Code(0)));
    scene.suspect_when(&ENDS_ON_ERROR, |evidence| {
        matches!(evidence.ended, Some(Ended::Code(_))) && !evidence.panicked() && !out_of_turn(evidence)
    });
    scene.suspect_when(&NO_REPLY, move |evidence| {
        waits(evidence) && last_message(&timeline).is_some_and(|(_, to, _)| to == "gateway")
    });
}

/// Whether a program used its socket when it was not its turn. zmq's Rust crate shows the sentence where it is unwrapped.
fn out_of_turn(evidence: &Evidence) -> bool {
    evidence.errors.contains("EFSM") || evidence.errors.contains("cannot be accomplished in current state")
}

/// Whether the check waits in vain for a program that still runs.
fn waits(evidence: &Evidence) -> bool {
    evidence.hung && evidence.ended.is_none()
}

/// Who sent the last message to whom, and of how many frames.
pub fn last_message(timeline: &Timeline) -> Option<(String, String, usize)> {
    timeline.events().into_iter().rev().find_map(|event| match event.what {
        What::Message { from, to, frames, .. } => Some((from, to, frames.len())),
        _ => None,
    })
}

/// A reading of random words and numbers.
pub fn random(scene: &Scene) -> Reading {
    let celsius = scene.number(0..4000) as f64 / 16.0 - 40.0;
    Reading {
        sensor: scene.word(),
        seq: scene.number(0..1 << 40),
        celsius,
        tags: vec![scene.word(), scene.word()],
    }
}

/// Sends a reading in a format and expects the same, counted on, in this format.
pub fn gives_the_next(scene: &Scene, req: &Peer, format: &str, reading: &Reading, body: &[u8]) {
    let wanted = reading.next();
    let what = format!("the reply [`{format}`, {wanted}]");
    req.send_frames([format.as_bytes(), body]);
    let frames = req.receive(&what);
    let [got_format, got] = &frames[..] else {
        scene.suspect(&FRAME_BY_FRAME);
        scene.fail(what, counted(&frames))
    };
    if got_format == b"error" {
        why_refused(scene, req, format, body, got);
        scene.fail(what, format!("the refusal {}", show(got)));
    }
    if got_format != format.as_bytes() {
        scene.suspect(if got == format.as_bytes() { &SWAPPED } else { &OTHER_FORMAT });
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
                ("bincode", [2, ..]) => scene.suspect(&WRITES_OTHERWISE),
                ("bincode", _) => scene.suspect(&NO_VERSION),
                (_, [b'{', ..]) if format != "json" => scene.suspect(&OTHER_FORMAT),
                // A pickle has its own, which the check suspects.
                ("json" | "msgpack", _) => scene.suspect(&BY_HAND),
                _ => {}
            }
            scene.fail(what, format!("a body that is no such reading ({why}): {}", show(got)));
        }
    }
}

/// Names what a gateway may have thought that refuses a good reading, where that can be told.
fn why_refused(scene: &Scene, req: &Peer, format: &str, body: &[u8], why: &[u8]) {
    if format == "bincode" {
        // Does the gateway take it without its version byte?
        req.send_frames([b"bincode", &body[1..]]);
        let reply = req.receive("the reply to the same without a version byte");
        scene.suspect(if reply[0] == b"error" { &OTHER_CONFIGURATION } else { &NO_VERSION });
    }
    let all_of_it = body.len().to_string();
    if format == "msgpack" && String::from_utf8_lossy(why).contains(&all_of_it) {
        scene.suspect(&REST_STAYS);
    }
}

/// Frames with their number.
pub fn counted<T: AsRef<[u8]>>(frames: &[T]) -> String {
    match frames {
        [only] => format!("one frame: {}", show(only.as_ref())),
        _ => format!("{} frames: {}", frames.len(), show_frames(frames)),
    }
}

/// Sends frames that are no good request and expects [`error`, WHY]; gives WHY.
pub fn refuses<T: AsRef<[u8]>>(
    scene: &Scene,
    req: &Peer,
    what: &str,
    frames: impl IntoIterator<Item = T>,
) -> String {
    let request: Vec<Vec<u8>> = frames.into_iter().map(|frame| frame.as_ref().to_vec()).collect();
    let expected = format!("the reply [`error`, WHY] to {what}");
    req.send_frames(&request);
    let reply = req.receive(&expected);
    reason(scene, req, &expected, &request, &reply)
}

/// WHY of a reply that must be [`error`, WHY].
pub fn reason(scene: &Scene, req: &Peer, expected: &str, request: &[Vec<u8>], reply: &[Vec<u8>]) -> String {
    match reply {
        [error, why] if error == b"error" => one_line(scene, expected, why),
        [error] if error == b"error" => {
            // Was the reason left out, or sent as a message of its own? That has ended the gateway, and it has said so.
            req.send_frames([b"json", &wire::json(&random(scene))[..]]);
            let _ = req.receive(&format!("{expected}, in one message, and the gateway to go on"));
            scene.suspect(&SAYS_NOTHING);
            scene.fail(expected, counted(reply))
        }
        [_] => {
            scene.suspect(&FRAME_BY_FRAME);
            scene.fail(expected, counted(reply))
        }
        [error, ..] if error == b"error" => {
            scene.suspect(&FRAME_BY_FRAME);
            scene.fail(expected, counted(reply))
        }
        [_, second] => {
            if second == b"error" || (is_prose(second) && request.last() != Some(second)) {
                scene.suspect(&OTHER_BEGINNING);
            }
            scene.fail(expected, show_frames(reply))
        }
        _ => scene.fail(expected, counted(reply)),
    }
}

/// Whether bytes are a sentence for a person: a line of text, and no value of JSON.
fn is_prose(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let is_line =
        !text.trim().is_empty() && !text.contains(|letter: char| letter.is_control() && letter != '\n');
    is_line && serde_json::from_slice::<serde_json::Value>(bytes).is_err()
}

/// The reason as one line of text.
fn one_line(scene: &Scene, expected: &str, why: &[u8]) -> String {
    let fail = |mistake, seen: &str| -> ! {
        scene.suspect(mistake);
        scene.fail(format!("{expected}, WHY as one line of text"), format!("WHY is {seen}"))
    };
    match std::str::from_utf8(why) {
        Ok(text) if text.trim().is_empty() => fail(&SAYS_NOTHING, &show(why)),
        Ok(text) if text.contains('\n') => fail(&SEVERAL_LINES, &show(why)),
        Ok(text) if !text.contains('\0') => text.to_string(),
        _ => fail(&OTHER_BEGINNING, &show(why)),
    }
}

/// Sends the bodies that other formats have for a reading under the name of one: what is named is what must be read.
pub fn refuses_other_formats(scene: &Scene, req: &Peer, format: &str) {
    scene.suspect(&TRIES_FORMATS);
    let reading = random(scene);
    let bodies = [
        ("JSON", "json", wire::json(&reading)),
        ("MessagePack", "msgpack", wire::msgpack(&reading)),
        ("bincode", "bincode", wire::bincode(&reading)),
        ("a pickle", "pickle", wire::pickle(&reading)),
    ];
    for (what, of, body) in bodies {
        if of != format {
            let what = format!("a body that is {what} under the name `{format}`");
            refuses(scene, req, &what, [format.as_bytes(), &body]);
        }
    }
}

/// Sends a good reading after bad ones: the gateway is still there. What its reply says is judged elsewhere.
pub fn still_serves(scene: &Scene, req: &Peer) {
    scene.suspect(&ENDS_ON_ERROR);
    req.send_frames([b"json", &wire::json(&random(scene))[..]]);
    let _ = req.receive("the reply to a good reading after these");
}

/// Fails if the program has needed much more memory than it had needed before.
pub fn is_bounded(scene: &Scene, program: &Program, before: Option<u64>, mistake: &'static Mistake) {
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

/// Fails if one of the pickles that call `touch ran` or the like has been obeyed.
pub fn nothing_ran(scene: &Scene, what: &str) {
    if scene.folder().join("ran").exists() {
        scene.suspect(&RUNS_CODE);
        scene.fail(
            format!("nothing to run when {what} comes"),
            "the pickle made the file `ran`: whoever can send to your program can run any command in it",
        );
    }
}
