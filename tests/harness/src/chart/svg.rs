//! Shapes and texts of the picture, by class; `svg_page` says where they go.
//!
//! Colours stand in one style sheet, once for light and once for dark pages. The picture brings its own
//! background: a reader's browser may prefer light while the book's theme is dark, and in an `<img>` the
//! picture knows only the former.

use std::fmt::Write;

use super::rows::Tone;
use crate::timeline::Fate;

/// Width of a monospace character of 11.5 units, measured in the widest common face (DejaVu Sans Mono), rounded up.
pub(super) const CHAR: f64 = 6.95;

/// The style sheet. All classes begin with `z-`, because a picture may stand inside a page.
pub(super) const STYLE: &str = "\
.z-bg{fill:#fff;stroke:#d0d7de}\
.z-title{font:600 14px system-ui,sans-serif;fill:#1f2328}\
.z-name{font:600 12px system-ui,sans-serif;fill:#1f2328;text-anchor:middle}\
.z-small{font-size:10.5px}\
.z-box{fill:#eef2f7;stroke:#b6c2cf}\
.z-time{font:10.5px monospace;fill:#6e7781;text-anchor:end}\
.z-text{font:11.5px monospace;fill:#1f2328;stroke:#fff;stroke-width:4px;stroke-linejoin:round;paint-order:stroke}\
.z-text.z-faint{fill:#57606a}.z-text.z-bad{fill:#c4121f}.z-text.z-fault{fill:#9a4a00}\
.z-mid{text-anchor:middle}.z-end{text-anchor:end}\
.z-life{stroke:#b6c2cf;stroke-width:1.2;fill:none}.z-life.z-wait{stroke-dasharray:2 4}\
.z-line{stroke:#0a5fc2;stroke-width:1.6;fill:none}.z-head{fill:#0a5fc2}\
.z-line.z-faint{stroke:#818b96;stroke-width:1.1;stroke-dasharray:2 3}.z-head.z-faint{fill:#818b96}\
.z-line.z-bad{stroke:#d1242f;stroke-dasharray:6 4}.z-head.z-bad{fill:#d1242f}\
.z-line.z-held{stroke:#b35900;stroke-dasharray:6 4}.z-head.z-held{fill:#b35900}\
.z-line.z-go{stroke-dasharray:none}.z-line.z-stop{stroke-width:2.4;stroke-dasharray:none}\
.z-dot{fill:#57606a}.z-dot.z-bad{fill:#d1242f}.z-dot.z-fault{fill:#b35900}\
.z-band{fill:#fff3e0}.z-note{fill:#e6f0fc}.z-fold{fill:#f3f5f7}\
.z-hit{fill:none;pointer-events:all}\
@media (prefers-color-scheme:dark){\
.z-bg{fill:#12161c;stroke:#333b45}\
.z-title,.z-name{fill:#e6edf3}\
.z-box{fill:#222a35;stroke:#465261}\
.z-time{fill:#8b949e}\
.z-text{fill:#e6edf3;stroke:#12161c}\
.z-text.z-faint{fill:#a0a9b4}.z-text.z-bad{fill:#ff7b72}.z-text.z-fault{fill:#f2b45c}\
.z-life{stroke:#465261}\
.z-line{stroke:#58a6ff}.z-head{fill:#58a6ff}\
.z-line.z-faint{stroke:#7d8793}.z-head.z-faint{fill:#7d8793}\
.z-line.z-bad{stroke:#f85149}.z-head.z-bad{fill:#f85149}\
.z-line.z-held{stroke:#e3a04a}.z-head.z-held{fill:#e3a04a}\
.z-dot{fill:#a0a9b4}.z-dot.z-bad{fill:#f85149}.z-dot.z-fault{fill:#e3a04a}\
.z-band{fill:#33240f}.z-note{fill:#13263f}.z-fold{fill:#1b212a}}\
.z-band-text,.z-band-text.z-fault{stroke:none}";

/// The text as XML: the five marks escaped, and what XML 1.0 (section 2.2) forbids replaced.
pub(super) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            char if char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            char => out.push(char),
        }
    }
    out
}

/// The class of texts of this tone.
pub(super) fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "",
        Tone::Faint => " z-faint",
        Tone::Bad => " z-bad",
        Tone::Fault => " z-fault",
    }
}

/// The class of lines of this tone and fate.
pub(super) fn line_class(tone: Tone, fate: Fate) -> &'static str {
    match (fate, tone) {
        (Fate::Held, _) => " z-held",
        (Fate::Released, _) => " z-held z-go",
        (Fate::Lost | Fate::Cut | Fate::Corrupted, _) | (_, Tone::Bad) => " z-bad",
        (_, Tone::Faint) => " z-faint",
        _ => "",
    }
}

/// A document under construction. Writing to a string cannot fail, so the results of `write!` are dropped.
#[derive(Default)]
pub(super) struct Drawing(pub(super) String);

impl Drawing {
    /// A text whose base line begins, ends or has its middle at this place, as its class says.
    pub(super) fn text(&mut self, x: f64, y: f64, class: &str, text: &str) {
        let _ = write!(self.0, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", xml(text));
    }

    /// A straight line.
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let ((x1, y1), (x2, y2)) = (from, to);
        let _ = write!(self.0, "<path class=\"{class}\" d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\"/>");
    }

    /// A line that trembles: what it carries was changed on the way.
    pub(super) fn wave(&mut self, from: f64, to: f64, y: f64, class: &str) {
        let step = if to > from { 6.0 } else { -6.0 };
        let _ =
            write!(self.0, "<path class=\"{class}\" style=\"stroke-dasharray:none\" d=\"M{from:.1} {y:.1}");
        let mut x = from;
        while (to - x).abs() > 16.0 {
            let _ = write!(self.0, "q{:.1} -4 {step:.1} 0t{step:.1} 0", step / 2.0);
            x += 2.0 * step;
        }
        let _ = write!(self.0, "L{to:.1} {y:.1}\"/>");
    }

    /// The head of an arrow that points at this place; `side` is 1 where it comes from the left, else -1.
    pub(super) fn head(&mut self, x: f64, y: f64, side: f64, class: &str) {
        let back = x - side * 8.0;
        let _ = write!(
            self.0,
            "<path class=\"z-head{class}\" d=\"M{x:.1} {y:.1}L{back:.1} {:.1}V{:.1}Z\"/>",
            y - 4.0,
            y + 4.0
        );
    }

    /// The end of an arrow that does not arrive: an X, a slash or a bar.
    pub(super) fn stop(&mut self, x: f64, y: f64, fate: Fate, class: &str) {
        let path = match fate {
            Fate::Lost => format!("M{:.1} {:.1}l9 9m0 -9l-9 9", x - 4.5, y - 4.5),
            Fate::Cut => format!("M{:.1} {:.1}l5 -12m-1 12l5 -12", x - 5.0, y + 6.0),
            _ => format!("M{x:.1} {:.1}v14", y - 7.0),
        };
        let _ = write!(self.0, "<path class=\"z-line{class} z-stop\" d=\"{path}\"/>");
    }

    /// A dot on a lane.
    pub(super) fn dot(&mut self, x: f64, y: f64, class: &str) {
        let _ = write!(self.0, "<circle class=\"z-dot{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>");
    }

    /// A rectangle.
    pub(super) fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), radius: f64, class: &str) {
        let _ = write!(
            self.0,
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{radius}\"/>"
        );
    }

    /// Begins a group that shows this text when the mouse rests on it.
    pub(super) fn begin(&mut self, hover: &str) {
        let _ = write!(self.0, "<g><title>{}</title>", xml(hover));
    }

    /// Ends a group.
    pub(super) fn end(&mut self) {
        self.0.push_str("</g>\n");
    }
}
