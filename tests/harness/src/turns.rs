//! Explains `EFSM`: a socket that was used out of turn, with what it did on the wire before.

use crate::failure::show_frames;
use crate::timeline::{Event, Fate, What};

/// How many of the last messages are told.
const MOST: usize = 6;

/// Whether a text is about a socket in the wrong state: by the errno's name, or by the sentence that libzmq has for it.
pub(crate) fn is_out_of_turn(errors: &str) -> bool {
    errors.contains("EFSM") || errors.contains("cannot be accomplished in current state")
}

/// What a program sent and got before it used its socket out of turn, and what its turn would have been.
pub(crate) fn explain(events: &[Event], who: &str) -> String {
    let turns: Vec<(bool, String)> = events.iter().filter_map(|event| turn(event, who)).collect();
    let told: Vec<&str> = turns.iter().rev().take(MOST).rev().map(|(_, text)| text.as_str()).collect();
    let before = if told.is_empty() { "nothing".to_string() } else { told.join(", ") };
    let next = match turns.last() {
        Some((true, _)) => "A REQ that has sent receives next; a REP that has sent receives next, too.",
        Some((false, _)) => "After a receive comes a send: a REP answers what it got, a REQ asks anew.",
        None => "A REQ begins with a send, a REP with a receive.",
    };
    format!("EFSM is an error of order. On the wire {who} did before: {before}. {next}")
}

/// What an event is to a program: sent (true) or got, in words.
fn turn(event: &Event, who: &str) -> Option<(bool, String)> {
    let What::Message { from, to, frames, fate, .. } = &event.what else { return None };
    let frames: Vec<&[u8]> = frames.iter().map(|frame| frame.0.as_slice()).collect();
    let arrived = matches!(fate, Fate::Passed | Fate::Released | Fate::Corrupted);
    if from == who && *fate != Fate::Released {
        Some((true, format!("sent {}", show_frames(&frames))))
    } else if to == who && arrived {
        Some((false, format!("got {}", show_frames(&frames))))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::Timeline;

    #[test]
    fn the_sequence_that_led_to_it_is_told() {
        let timeline = Timeline::new();
        for (from, to, text, fate) in [
            ("a", "b", "ping", Fate::Passed),
            ("b", "a", "pong", Fate::Passed),
            ("a", "b", "lost", Fate::Lost),
        ] {
            let frames = vec![text.into()];
            timeline.record(What::Message { link: None, from: from.into(), to: to.into(), frames, fate });
        }
        let text = explain(&timeline.events(), "b");
        assert!(text.contains("b did before: got `ping`, sent `pong`. A REQ that has sent"), "{text}");
        assert!(explain(&[], "b").contains("did before: nothing. A REQ begins"));
        assert!(explain(&timeline.events(), "a").contains("sent `ping`, got `pong`, sent `lost`"));
    }
}
