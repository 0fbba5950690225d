//! What the timeline tells of one program, for explanations. [`harness::scene::Evidence`] speaks of all programs together.

use harness::Scene;
use harness::timeline::{Stream, Timeline, What};

/// A program's traces in the timeline.
#[derive(Clone)]
pub struct Traces {
    timeline: Timeline,
    who: &'static str,
}

impl Traces {
    pub fn of(scene: &Scene, who: &'static str) -> Self {
        Self { timeline: scene.timeline().clone(), who }
    }

    /// Whether it printed a line with this word on this stream.
    pub fn says(&self, on: Stream, word: &str) -> bool {
        self.timeline.events().iter().any(|event| match &event.what {
            What::Line { who, stream, text } if who == self.who && *stream == on => {
                String::from_utf8_lossy(&text.0).contains(word)
            }
            _ => false,
        })
    }

    /// Whether its standard error speaks of EAGAIN, by name or with libzmq's sentence.
    pub fn ran_out_of_time(&self) -> bool {
        ["EAGAIN", "Resource temporarily unavailable"].iter().any(|word| self.says(Stream::Err, word))
    }

    /// Whether its standard error speaks of EFSM, by name or with libzmq's sentence.
    pub fn was_out_of_turn(&self) -> bool {
        ["EFSM", "cannot be accomplished in current state"].iter().any(|word| self.says(Stream::Err, word))
    }

    /// Whether it ended by itself.
    pub fn ended(&self) -> bool {
        let events = self.timeline.events();
        events
            .iter()
            .any(|event| matches!(&event.what, What::Exit { who, code: Some(_), .. } if who == self.who))
    }

    /// Its messages in their order: whether it got or sent them, and their frames.
    pub fn messages(&self) -> Vec<(Way, Vec<Vec<u8>>)> {
        let events = self.timeline.events();
        let message = |what: &What| {
            let What::Message { from, to, frames, .. } = what else { return None };
            let way = match (from == self.who, to == self.who) {
                (true, _) => Way::Sent,
                (_, true) => Way::Got,
                _ => return None,
            };
            Some((way, frames.iter().map(|frame| frame.0.clone()).collect()))
        };
        events.iter().filter_map(|event| message(&event.what)).collect()
    }
}

/// Which way a message went, as its program sees it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Sent,
    Got,
}
