//! Explains `EFSM`: a socket that was used out of turn, with what it did on the wire before.

use crate::failure::show_frames;
use crate::timeline::{Event, Fate, What};

/// How many of the last messages are told.
const MOST: usize = 6;

/// Whether a text is about a socket in the wrong state: by the errno's name, or by the sentence that libzmq has for it.
pub(crate) fn is_out_of_turn(errors: &str) -> bool {
    errors.contains("EFSM") || errors.contains("cannot be accomplished in current state")
}

/// Which call was out of turn, and what had gone over the wire before it; `errors` is the program's standard error.
///
/// What went over the wire need not be what the program has called: a message to it may wait in its socket, and one from it may
/// be on its way. So the wire is told as the wire, and what was wrong follows from the call that failed.
pub(crate) fn explain(events: &[Event], who: &str, errors: &str) -> String {
    let seen: Vec<String> = events.iter().filter_map(|event| passed(event, who)).collect();
    let wire = match seen.len().checked_sub(MOST) {
        None | Some(0) if seen.is_empty() => format!("no message from {who} or to it was seen yet"),
        None | Some(0) => format!("over the wire went {}", seen.join(", ")),
        Some(before) => format!("over the wire went, after {before} others, {}", seen[before..].join(", ")),
    };
    format!("EFSM is an error of order. {} Before it, {wire}.", turn(errors))
}

/// What the failed call needed, as far as the error says which it was.
fn turn(errors: &str) -> &'static str {
    let last = errors.lines().rev().find(|line| is_out_of_turn(line)).unwrap_or_default();
    if last.contains("cannot send") {
        "The call that failed is a send. A REQ may send when it has received the reply to its last request, a REP once for each request \
         that it has received: this one sent twice, or too early."
    } else if last.contains("cannot receive") {
        "The call that failed is a receive. A REQ may receive when it has sent, once; a REP when it has answered the request before: \
         a send is missing, or was skipped."
    } else {
        "A REQ sends, receives, and so on, beginning with a send; a REP receives, sends, and so on."
    }
}

/// A message from a program or to it, in words.
fn passed(event: &Event, who: &str) -> Option<String> {
    let What::Message { from, to, frames, fate, .. } = &event.what else { return None };
    let frames: Vec<&[u8]> = frames.iter().map(|frame| frame.0.as_slice()).collect();
    let arrived = matches!(fate, Fate::Passed | Fate::Released | Fate::Corrupted);
    if from == who && *fate != Fate::Released {
        Some(format!("{} from it", show_frames(&frames)))
    } else if to == who && arrived {
        Some(format!("{} to it", show_frames(&frames)))
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
        let errors = "cannot send on the REP socket: EFSM, not now";
        let text = explain(&timeline.events(), "b", errors);
        assert!(
            text.contains("failed is a send") && text.contains("went `ping` to it, `pong` from it."),
            "{text}"
        );
        let text = explain(&[], "b", "cannot receive on the REQ socket: EFSM, not now");
        assert!(text.contains("failed is a receive") && text.contains("no message from b"), "{text}");
        let text = explain(&timeline.events(), "a", "Operation cannot be accomplished in current state");
        assert!(text.contains("A REQ sends, receives") && text.contains("`lost` from it"), "{text}");
    }

    #[test]
    fn of_many_messages_the_last_are_told() {
        let timeline = Timeline::new();
        for number in 0..MOST + 2 {
            let frames = vec![number.to_string().as_str().into()];
            timeline.record(What::Message {
                link: None,
                from: "a".into(),
                to: "b".into(),
                frames,
                fate: Fate::Passed,
            });
        }
        let text = explain(&timeline.events(), "b", "EFSM");
        assert!(text.contains("went, after 2 others, `2` to it"), "{text}");
    }
}
