//! The pickler on the scene, and texts that must be in pickles.

use std::time::Instant;

use harness::failure::show;
use harness::peer::Peer;
use harness::scene::Program;
use harness::{Mistake, Scene, zmq};

use super::gateway::last_message;
use super::mistakes::*;
use super::wire;

/// How long a wait is between two looks, in milliseconds.
const GLANCE: i64 = 20;

/// Starts the pickler on a REP of the check's.
pub fn pickler(scene: &Scene, arguments: &[&str]) -> (Program, Peer) {
    let timeline = scene.timeline().clone();
    scene.suspect_when(&PARSES_FIRST, |evidence| evidence.errors.contains("has overflowed its stack"));
    scene.suspect_when(&OUT_OF_TURN, |evidence| {
        evidence.errors.contains("EFSM")
            || evidence.errors.contains("cannot be accomplished in current state")
    });
    scene.suspect_when(&PANICS_ON_A_REPLY, move |evidence| {
        evidence.panicked() && last_message(&timeline).is_some_and(|(_, to, _)| to == "pickler")
    });
    let rep = scene.peer(zmq::REP, "pickler");
    let endpoint = rep.bind("tcp://127.0.0.1:*");
    let pickler = scene.start("pickler", ["--connect", &endpoint].iter().chain(arguments));
    (pickler, rep)
}

/// The pickler must print this text, which was in the reply.
pub fn prints_the_reply(scene: &Scene, pickler: &Program, text: &str) {
    scene.suspect(&PRINTS_NO_REPLY);
    let line = pickler.line("the text of the reply");
    scene.suspect(&PRINTS_ANOTHER);
    scene.expect(line == text.as_bytes(), &format!("the pickler's line to be {}", show_text(text)), || {
        format!("the line {}", show_text(&line))
    });
}

/// The pickler has its last reply: it must end with exit code 0, and not ask again.
pub fn ends_without_another_request(scene: &Scene, pickler: &Program, rep: &Peer, asked: u64) {
    scene.suspect(&DOES_NOT_END);
    let deadline = Instant::now() + scene.deadline();
    while !pickler.has_ended() && Instant::now() < deadline {
        if rep.socket().poll(zmq::POLLIN, GLANCE).is_ok_and(|ready| ready > 0) {
            let _ = rep.receive("one more request");
            scene.suspect(&ASKS_TOO_OFTEN);
            scene.fail(
                format!("the pickler to end after {asked} {}", if asked == 1 { "reply" } else { "replies" }),
                "it sent another request",
            );
        }
    }
    pickler.ends_with(0);
}

/// The frame must be a pickle of this text. A pickle of another text is explained by `mistake`.
pub fn expect_text(scene: &Scene, what: &str, pickle: &[u8], wanted: &str, mistake: &'static Mistake) {
    let expected = format!("{what} to be a pickle of {}", show_text(wanted));
    match wire::read_text(pickle) {
        Ok(text) if text == wanted => {}
        Ok(text) => {
            // A refusal is explained by what the check suspects.
            if !text.starts_with("error") {
                scene.suspect(mistake);
            }
            scene.fail(expected, format!("a pickle of {}", show_text(text)))
        }
        Err(why) => {
            scene.suspect(&NO_PICKLED_TEXT);
            scene.fail(expected, format!("{}: {why}", show(pickle)))
        }
    }
}

/// A text as a person reads it.
pub fn show_text(text: impl AsRef<[u8]>) -> String {
    if text.as_ref().is_empty() { "an empty text".into() } else { show(text.as_ref()) }
}
