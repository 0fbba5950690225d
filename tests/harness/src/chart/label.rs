//! What is written at a row, in as many forms as there may be room for.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::words;
use crate::timeline::Payload;

/// A text for a place whose width is known only when it is drawn.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Label {
    /// The same in different lengths, the longest first; never empty.
    texts: Vec<String>,
    /// How many bytes the text stands for; said where it must be cut.
    bytes: usize,
    /// Tells messages apart whose texts were cut before they differ.
    frames: u64,
    /// Added at the end and never cut, as ` (released)`.
    suffix: &'static str,
}

impl Label {
    /// One text without shorter forms.
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { texts: vec![text.into()], ..Self::default() }
    }

    /// The same in different lengths, the longest first.
    pub(super) fn forms<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self { texts: texts.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// With the number of bytes that it stands for.
    pub(super) fn of_bytes(self, bytes: usize) -> Self {
        Self { bytes, ..self }
    }

    /// The frames of a message.
    pub(super) fn of_frames(frames: &[Payload]) -> Self {
        let mut hasher = DefaultHasher::new();
        frames.hash(&mut hasher);
        let bytes = frames.iter().map(|frame| frame.0.len()).sum();
        Self { frames: hasher.finish(), ..Self::new(words::frames(frames)).of_bytes(bytes) }
    }

    /// With an end that is never cut.
    pub(super) fn ending(self, suffix: &'static str) -> Self {
        Self { suffix, ..self }
    }

    /// The longest form, uncut.
    pub(super) fn full(&self) -> String {
        format!("{}{}", self.texts.first().map_or("", String::as_str), self.suffix)
    }

    /// True where both stand for the same frames.
    pub(super) fn is_same_message(&self, other: &Self) -> bool {
        self.frames == other.frames && self.bytes == other.bytes && self.texts == other.texts
    }

    /// The same with nothing but ASCII in it.
    pub(super) fn ascii(&self) -> Self {
        Self { texts: self.texts.iter().map(|text| words::ascii(text)).collect(), ..self.clone() }
    }

    /// The longest form that fits into `room` columns uncut.
    pub(super) fn whole(&self, room: usize) -> Option<String> {
        let room = room.checked_sub(self.suffix.len())?;
        let text = self.texts.iter().find(|text| words::width(text) <= room)?;
        (text.chars().count() <= 4 * room).then(|| format!("{text}{}", self.suffix))
    }

    /// A form that fits into `room` columns, cut if it must be; `mark` stands where it was cut.
    pub(super) fn fit(&self, room: usize, mark: &str) -> String {
        if let Some(whole) = self.whole(room) {
            return whole;
        }
        let size = if self.bytes > 0 {
            format!("{mark} ({})", words::count(self.bytes, "byte"))
        } else {
            mark.into()
        };
        let size = if words::width(&size) + self.suffix.len() + 12 <= room { size } else { mark.into() };
        let Some(left) = room.checked_sub(words::width(&size) + self.suffix.len()).filter(|left| *left > 0)
        else {
            return words::cut(self.suffix.trim_start(), room, mark);
        };
        let shortest = self.texts.last().map_or("", String::as_str);
        format!("{}{size}{}", words::cut(shortest, left, ""), self.suffix)
    }

    /// True where this should stand left of its lane: where `near`, the room up to the lane before, shows more than
    /// the room on the right, or where neither shows it whole and there is more room on the `left` at large.
    pub(super) fn is_better_left(&self, near: usize, left: usize, right: usize) -> bool {
        match (self.whole(near), self.whole(right)) {
            (Some(here), Some(there)) => words::width(&here) > words::width(&there),
            (here, there) => here.is_some() || (there.is_none() && left > right),
        }
    }

    /// The columns of the longest form, but no more than `most`: what this label would like to have.
    pub(super) fn wish(&self, most: usize) -> usize {
        (self.texts.first().map_or(0, |text| words::width(text)) + self.suffix.len()).min(most)
    }
}
