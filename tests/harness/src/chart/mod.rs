//! Drawings of a timeline: a sequence diagram as text for terminals and failure messages, the same one as SVG
//! for the book and for reports, and one line per event for a live view.
//!
//! All three speak of the same rows (`rows`): one thing that happened, told in words, on lanes that stand for
//! the participants. `text` and `svg` fold first what would drown the story (`fold`); the live view cannot.
//!
//! Whatever a program prints or sends is hostile until `words` has cleaned it: no byte of it
//! reaches a terminal or a page as anything but visible characters.

mod canvas;
mod fold;
mod label;
mod lanes;
mod layout;
mod live;
mod rows;
mod svg;
mod svg_page;
mod text;
mod words;

#[cfg(test)]
mod tests;

use crate::timeline::Event;

pub use live::Live;

/// How a text diagram looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextOptions {
    /// No line is wider than this many terminal columns; less than 60 is taken as 60.
    pub width: usize,
    /// Only ASCII: for terminals and logs that cannot show more. What is not ASCII is written `\u{…}`.
    pub ascii: bool,
    /// Only so many of the last rows, under a line that says how many were left out.
    pub last: Option<usize>,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self { width: 100, ascii: false, last: None }
    }
}

/// Draws the events as a text diagram. Every line ends with a newline; no events give no text.
///
/// Times are milliseconds since the scene began. Participants that send first stand left of those that hear
/// from them; with more of them than lanes fit, each row is written as `who → whom: what`.
pub fn text(events: &[Event], options: &TextOptions) -> String {
    text::draw(&fold::Story::of(events), options)
}

/// Draws the events as a picture: one self-contained SVG document without scripts, 720 units wide (wider from
/// nine participants on), readable on light and dark pages.
pub fn svg(events: &[Event], title: &str) -> String {
    svg_page::draw(&fold::Story::of(events), title)
}
