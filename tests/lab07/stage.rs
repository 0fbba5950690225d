//! What the checks of lab 07 have in common: words on standard input, a publisher that a subscriber listens to, and what a wrong line says.

use std::fmt::Write as _;

use harness::failure::{Failure, show};
use harness::peer::Peer;
use harness::program::Ended;
use harness::scene::{Evidence, Program};
use harness::timeline::{Event, Stream, Timeline, What};
use harness::{Scene, zmq};

use crate::mistakes::*;

/// So many different words, which show in which order they were.
pub fn words(scene: &Scene, count: u64) -> Vec<String> {
    let stem = scene.word();
    (1..=count).map(|number| format!("{stem}{number}")).collect()
}

/// What is likely where `policies` goes wrong, whatever the policy is.
pub fn suspect_the_policies(scene: &Scene) {
    scene.suspect_when(&FAILS, |evidence| {
        // The zmq crate says it in a sentence, the labs' errors by its name.
        evidence.errors.contains("EAGAIN") || evidence.errors.contains("Resource temporarily unavailable")
    });
}

/// Runs `policies` on these words, waits for its end with exit code 0, and gives what it printed.
pub fn arrived(scene: &Scene, policy: &str, mark: u64, words: &[String]) -> Vec<String> {
    // From a file, because thousands of typed lines would bury what happens in the timeline.
    let text: String = words.iter().map(|word| format!("{word}\n")).collect();
    if let Err(error) = std::fs::write(scene.folder().join("words"), text) {
        Failure::error(format!("the words cannot be written: {error}")).throw();
    }
    scene.note(match words {
        [] => "standard input is empty".to_string(),
        [one] => format!("standard input has one word, {one}"),
        [first, .., last] => format!("standard input has {} words, {first} to {last}", words.len()),
    });
    let arguments = ["--policy", policy, "--hwm", &mark.to_string()];
    let program = scene.start_after("exec < words", "policies", arguments);
    program.ends_with(0);
    program.output().out.iter().map(|line| String::from_utf8_lossy(line).into_owned()).collect()
}

/// Runs `policies` on so many words, and expects all of them.
pub fn all_arrive(scene: &Scene, policy: &str, mark: u64, count: u64) {
    let words = words(scene, count);
    let lines = arrived(scene, policy, mark, &words);
    scene.suspect(match lines.len() as u64 {
        0 => &NOTHING_ARRIVES,
        _ if !words.starts_with(&lines) => &OTHER_LINES,
        kept if kept == mark => &HALF,
        _ => &WRONG_ROOM,
    });
    if lines != words {
        scene.fail(
            format!("all {count} words in their order, with a mark of {mark} on each side"),
            missing(&lines, &words),
        );
    }
}

/// Lines by their number, the first and the last of them.
pub fn in_short(lines: &[String]) -> String {
    match lines {
        [] => "nothing on standard output".into(),
        [one] => format!("one line, {}", show(one.as_bytes())),
        [first, .., last] => {
            format!("{} lines, {} to {}", lines.len(), show(first.as_bytes()), show(last.as_bytes()))
        }
    }
}

/// The same, and the first word that did not come in its place.
pub fn missing(lines: &[String], words: &[String]) -> String {
    let mut text = in_short(lines);
    let place = lines.iter().zip(words).position(|(line, word)| line != word).unwrap_or(lines.len());
    if let Some(word) = words.get(place) {
        let _ = write!(text, "; the first that is not in its place is {}", show(word.as_bytes()));
    }
    text
}

/// Whether the wrong line tells of a loss.
pub fn told_a_loss(evidence: &Evidence) -> bool {
    evidence.got.starts_with(b"lost ")
}

/// Whether the wrong line tells of a loss where there is none.
pub fn told_another_loss(evidence: &Evidence) -> bool {
    told_a_loss(evidence) && !evidence.wanted.starts_with(b"lost ")
}

/// Whether the subscriber left although it should not.
pub fn left_as_too_slow(evidence: &Evidence) -> bool {
    evidence.got == b"too slow" || evidence.ended == Some(Ended::Code(1))
}

/// Whether no program has printed anything on standard output.
fn printed_nothing(timeline: &Timeline) -> bool {
    let is_line = |event: &Event| matches!(&event.what, What::Line { stream: Stream::Out, .. });
    !timeline.events().iter().any(is_line)
}

/// A subscriber whose subscription is known to the publisher that it listens to.
pub struct Listening {
    scene: Scene,
    pub program: Program,
    pub peer: Peer,
}

/// Starts a subscriber that connects to a publisher of the check's.
pub fn listen(scene: &Scene, max_lag: u64) -> Listening {
    listen_as(scene, "subscriber", max_lag)
}

/// The same under a name, where there are several.
pub fn listen_as(scene: &Scene, name: &str, max_lag: u64) -> Listening {
    let peer = scene.peer(zmq::XPUB, name);
    let endpoint = peer.bind("tcp://127.0.0.1:*");
    let arguments = ["--connect", &endpoint, "--max-lag", &max_lag.to_string()];
    let program = scene.start_as(name, "subscriber", arguments);
    Listening::new(scene, program, peer)
}

impl Listening {
    /// Waits for the subscription: what is sent after it arrives.
    pub fn new(scene: &Scene, program: Program, peer: Peer) -> Self {
        scene.suspect_when(&PANICS, Evidence::panicked);
        scene.suspect_when(&PRINTS_OTHERWISE, |evidence| {
            let kind = evidence.got.split(|byte| *byte == b' ').next().unwrap_or_default();
            let known: [&[u8]; 4] = [b"got", b"lost", b"restart", b"too"];
            let is_line = known.iter().any(|kind| evidence.wanted.starts_with(kind));
            let goes_on = evidence.got.starts_with(&evidence.wanted);
            is_line && evidence.got != evidence.wanted && (goes_on || !known.contains(&kind))
        });
        // Both are borders of a gap, and not the same.
        scene.suspect_when(&GAP_BORDERS, |evidence| {
            told_a_loss(evidence) && evidence.wanted.starts_with(b"lost ") && evidence.got != evidence.wanted
        });
        let timeline = scene.timeline().clone();
        scene.suspect_when(&NO_LINE, move |evidence| {
            evidence.hung && !evidence.errors.trim().is_empty() && printed_nothing(&timeline)
        });
        scene.suspect(&NOT_SUBSCRIBED);
        let subscription = peer.receive("a subscription");
        scene.suspect(&TOPIC);
        // RFC 29: 1 and the topic, here the empty one.
        scene.expect_bytes("the subscription, 1 and its topic,", subscription.concat(), [1]);
        Self { scene: scene.clone(), program, peer }
    }

    /// Publishes a number with some payload.
    pub fn send(&self, number: u64) {
        self.peer.send_frames([number.to_string(), self.scene.word()]);
    }

    /// The next line must be this one.
    pub fn says(&self, wanted: &str) {
        let line = self.program.line(&format!("the line `{wanted}`"));
        self.scene.expect_bytes("the next line", line, wanted);
    }

    /// Publishes a number, which must be printed as the next line.
    pub fn got(&self, number: u64) {
        self.send(number);
        self.got_after(number);
    }

    /// A number that was published must be printed as the next line.
    pub fn got_after(&self, number: u64) {
        self.says(&format!("got {number}"));
    }

    /// Has ended: nothing more may stand on its standard output than the lines that were read.
    pub fn says_no_more(&self) {
        if let Err(line) = self.program.end_or_line("the end of its output") {
            self.scene.fail("no further line on standard output", show(&line));
        }
    }
}
