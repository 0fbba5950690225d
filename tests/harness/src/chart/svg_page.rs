//! Where shapes and texts of the picture go.

use std::fmt::Write;

use super::fold::Story;
use super::label::Label;
use super::rows::{Kind, Line, Mark, Row, Tone, fate_word, stops};
use super::svg::{CHAR, Drawing, STYLE, line_class, tone_class, xml};
use super::words::{clean, count, cut, duration, moment, width};
use crate::timeline::Fate;

/// The width of a book's column.
const WIDTH: f64 = 720.0;
/// Where times end.
const TIME: f64 = 58.0;
/// Where the room of the first lane begins.
const LEFT: f64 = 66.0;
/// Lanes closer than this would not be readable; then the picture grows wider.
const CLOSEST: f64 = 76.0;
/// A picture with more rows than this repeats the names at its end.
const LONG: usize = 28;
/// A label may be wider than its arrow, up to this.
const LABEL: f64 = 230.0;
/// Between the frame and what it holds.
const EDGE: f64 = 12.0;

struct Page<'a> {
    story: &'a Story,
    out: Drawing,
    width: f64,
    lanes: Vec<f64>,
    names: Vec<String>,
}

/// Draws the story; see [`super::svg`].
pub(super) fn draw(story: &Story, title: &str) -> String {
    let names: Vec<String> = story.lanes.names().iter().map(|name| clean(name)).collect();
    let number = float(names.len().max(1));
    let gap = ((WIDTH - LEFT - EDGE) / number).max(CLOSEST);
    let width = LEFT + EDGE + gap * number;
    let lanes = (0..names.len()).map(|lane| LEFT + gap * (float(lane) + 0.5)).collect();
    let mut page = Page { story, out: Drawing::default(), width, lanes, names };
    page.draw(&clean(title))
}

/// The room a text needs.
fn wide(text: &str) -> f64 {
    float(width(text)) * CHAR
}

/// The characters that have room here.
fn chars(room: f64) -> usize {
    let mut chars = 0;
    while float(chars + 1) * CHAR <= room {
        chars += 1;
    }
    chars
}

#[allow(clippy::cast_precision_loss)] // columns and rows of one picture
fn float(number: usize) -> f64 {
    number as f64
}

fn height(row: &Row) -> f64 {
    match row.kind {
        Kind::Arrow { .. } => 31.0,
        Kind::Lane { .. } => 21.0,
        Kind::Wide { .. } | Kind::Folded => 28.0,
        Kind::Gap(_) => 34.0,
    }
}

impl Page<'_> {
    fn draw(&mut self, title: &str) -> String {
        let top = if title.is_empty() { EDGE } else { 36.0 };
        let body = top + 34.0;
        let end = body + self.story.rows.iter().map(height).sum::<f64>() + 6.0;
        let long = self.story.rows.len() > LONG;
        let bottom = if long { end + 24.0 + EDGE } else { end + EDGE };
        self.head(title, bottom);
        self.lives(body - 10.0, body, end);
        self.boxes(top);
        if long {
            self.boxes(end);
        }
        let mut y = body;
        let story = self.story;
        for row in &story.rows {
            self.row(row, y);
            y += height(row);
        }
        self.out.0.push_str("</svg>\n");
        std::mem::take(&mut self.out.0)
    }

    fn head(&mut self, title: &str, bottom: f64) {
        let tally = self.story.tally();
        let names = self.names.iter().map(|name| cut(name, 40, "…")).collect::<Vec<_>>().join(", ");
        let until = self.story.rows.iter().map(|row| row.until).max().unwrap_or(0);
        let about = format!(
            "Sequence diagram of {} ({names}) over {}: {}, {} lost.",
            count(self.names.len(), "participant"),
            duration(until),
            count(tally.messages(), "message"),
            tally.fates[1]
        );
        let width = self.width;
        let _ = writeln!(
            self.out.0,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" xml:space=\"preserve\" width=\"{width:.0}\" \
             height=\"{bottom:.0}\" viewBox=\"0 0 {width:.0} {bottom:.0}\"><title>{}</title><desc>{}</desc>\
             <style>{STYLE}</style>",
            xml(if title.is_empty() { "Sequence diagram" } else { title }),
            xml(&about)
        );
        self.out.rect((0.5, 0.5), (width - 1.0, bottom - 1.0), 8.0, "z-bg");
        if !title.is_empty() {
            // A title is set in a proportional face, whose characters are at most as wide on average.
            self.out.text(EDGE, 24.0, "z-title", &cut(title, chars((width - 2.0 * EDGE) * 0.85), "…"));
        }
    }

    /// The boxes with the names.
    fn boxes(&mut self, y: f64) {
        let gap = (self.width - LEFT - EDGE) / float(self.lanes.len().max(1));
        for (x, name) in self.lanes.clone().into_iter().zip(self.names.clone()) {
            let room = chars((gap - 16.0) / 1.1);
            let lines = match name.rsplit_once(' ') {
                Some((one, other)) if width(&name) > room => {
                    // Two lines are set smaller.
                    vec![cut(one, room * 5 / 4, "…"), cut(other, room * 5 / 4, "…")]
                }
                _ => vec![cut(&name, room, "…")],
            };
            let widest = lines.iter().map(|line| wide(line)).fold(0.0, f64::max);
            // Names are set bold in a proportional face: wide letters need more than a column.
            let box_width = (widest * 1.15 + 18.0).min(gap - 4.0);
            self.out.begin(&name);
            self.out.rect((x - box_width / 2.0, y - 2.0), (box_width, 28.0), 5.0, "z-box");
            match &lines[..] {
                [one, other] => {
                    self.out.text(x, y + 10.0, "z-name z-small", one);
                    self.out.text(x, y + 21.5, "z-name z-small", other);
                }
                _ => self.out.text(x, y + 16.5, "z-name", &lines.concat()),
            }
            self.out.end();
        }
        self.out.text(TIME, y + 16.5, "z-time", "ms");
    }

    /// The life lines: a dashed one through a pause, none before a program starts and after it ends.
    fn lives(&mut self, top: f64, body: f64, end: f64) {
        for lane in 0..self.lanes.len() {
            let x = self.lanes[lane];
            let mut alive = self.story.alive[lane];
            let (mut from, mut y) = (top, body);
            let story = self.story;
            for row in &story.rows {
                if matches!(row.kind, Kind::Gap(_)) && alive {
                    self.out.line((x, from), (x, y + 3.0), "z-life");
                    self.out.line((x, y + 3.0), (x, y + 31.0), "z-life z-wait");
                    from = y + 31.0;
                }
                for begins in row.lives.iter().filter(|(who, _)| *who == lane).map(|(_, begins)| *begins) {
                    let at = y + height(row) / 2.0;
                    if alive && !begins {
                        self.out.line((x, from), (x, at), "z-life");
                    } else if !alive && begins {
                        from = at;
                    }
                    alive = begins;
                }
                y += height(row);
            }
            if alive {
                self.out.line((x, from), (x, end), "z-life");
            }
        }
        self.out.0.push('\n');
    }

    fn row(&mut self, row: &Row, y: f64) {
        self.out.begin(&self.hover(row));
        self.out.rect((1.0, y), (self.width - 2.0, height(row)), 0.0, "z-hit");
        match &row.kind {
            Kind::Lane { who, mark, tone, label } => self.lane(*who, *mark, *tone, label, y),
            Kind::Arrow { .. } => self.arrow(&row.kind, y),
            _ => self.wide(row, y),
        }
        if !matches!(row.kind, Kind::Gap(_)) {
            let base = if matches!(row.kind, Kind::Arrow { .. }) { 25.5 } else { height(row) / 2.0 + 4.0 };
            self.out.text(TIME, y + base, "z-time", &moment(row.at));
        }
        self.out.end();
    }

    /// All that a row has to say.
    fn hover(&self, row: &Row) -> String {
        let when = format!("{} ms", moment(row.at));
        match &row.kind {
            Kind::Arrow { from, to, fate, label, .. } => {
                let whom = to.iter().map(|lane| self.names[*lane].as_str()).collect::<Vec<_>>().join(", ");
                let fate = if stops(*fate) { format!(" ({})", fate_word(*fate)) } else { String::new() };
                format!("{when}: {} → {whom}{fate}: {}", self.names[*from], label.full())
            }
            Kind::Lane { who, label, .. } => format!("{when}: {} {}", self.names[*who], label.full()),
            _ => row.wide_words().map_or(when, |label| label.full()),
        }
    }

    fn wide(&mut self, row: &Row, y: f64) {
        let Some(label) = row.wide_words() else { return };
        let middle = f64::midpoint(LEFT, self.width - EDGE);
        let size = (self.width - LEFT - EDGE, height(row) - 6.0);
        let (class, frame) = match row.kind {
            Kind::Gap(_) => ("z-text z-faint z-mid", "···"),
            Kind::Folded => ("z-text z-faint z-mid z-band-text", "…"),
            Kind::Wide { tone: Tone::Plain, .. } => ("z-text z-mid z-band-text", ""),
            _ => ("z-text z-fault z-mid z-band-text", ""),
        };
        match row.kind {
            Kind::Gap(_) => {}
            Kind::Folded => self.out.rect((LEFT, y + 3.0), size, 4.0, "z-fold"),
            Kind::Wide { tone: Tone::Plain, .. } => self.out.rect((LEFT, y + 3.0), size, 4.0, "z-note"),
            _ => self.out.rect((LEFT, y + 3.0), size, 4.0, "z-band"),
        }
        let text = label.fit(chars(size.0 - 70.0), "…");
        let text = if frame.is_empty() { text } else { format!("{frame} {text} {frame}") };
        self.out.text(middle, y + height(row) / 2.0 + 4.0, class, &text);
    }

    fn lane(&mut self, who: usize, mark: Mark, tone: Tone, label: &Label, y: f64) {
        let (x, middle) = (self.lanes[who], y + 10.5);
        let (right, left) = (self.width - EDGE - x - 9.0, x - 9.0 - LEFT);
        let class = tone_class(tone);
        let near = if who > 0 { x - self.lanes[who - 1] - 18.0 } else { 0.0 };
        let on_the_left = label.is_better_left(chars(near), chars(left), chars(right));
        match mark {
            Mark::Tick => self.out.dot(x, middle, class),
            _ => self.out.line((x - 6.0, middle), (x + 6.0, middle), "z-life z-stop"),
        }
        let class = format!("z-text{class}");
        if on_the_left {
            let text = label.fit(chars(left), "…");
            self.out.text(x - 9.0, middle + 4.0, &format!("{class} z-end"), &text);
        } else {
            self.out.text(x + 9.0, middle + 4.0, &class, &label.fit(chars(right), "…"));
        }
    }

    fn arrow(&mut self, kind: &Kind, top: f64) {
        let Kind::Arrow { from, to, both, line, tone, fate, label } = kind else { return };
        let (start, y) = (self.lanes[*from], top + 22.0);
        let class = line_class(*tone, *fate);
        let places: Vec<f64> = to.iter().map(|lane| self.lanes[*lane]).collect();
        let least = places.iter().copied().fold(start, f64::min);
        let most = places.iter().copied().fold(start, f64::max);
        let stroke = format!("z-line{class}");
        // Where the label stands: above the stroke.
        let mut over = (least, most);
        if stops(*fate) {
            let at = self.stopped(start, places.first().copied().unwrap_or(start), y, *fate, class);
            over = (start.min(at), start.max(at));
        } else {
            for end in [least, most].into_iter().filter(|end| (end - start).abs() > 1.0) {
                let end = end - (end - start).signum() * 6.0;
                if *fate == Fate::Corrupted {
                    self.out.wave(start, end, y, &stroke);
                } else {
                    self.out.line((start, y), (end, y), &stroke);
                }
            }
            for place in &places {
                self.out.head(*place, y, (place - start).signum(), class);
            }
            if *both {
                self.out.head(start, y, (start - places.first().unwrap_or(&start)).signum(), class);
            }
            if places.len() > 1 {
                self.out.dot(start, y, "");
            }
        }
        let room = (most - least - 22.0).max(LABEL.min(self.width - LEFT - EDGE));
        let text = label.fit(chars(room), "…");
        let half = wide(&text) / 2.0;
        // Best above the stroke, else above the way it would have gone, else within the picture.
        let mut middle = f64::midpoint(over.0, over.1);
        if most - least > 2.0 * half {
            middle = middle.max(least + half).min(most - half);
        }
        let middle = middle.min(self.width - EDGE - half).max(LEFT + half);
        let tone = match (fate, line) {
            (Fate::Held, _) => " z-fault",
            (Fate::Released, _) | (_, Line::Message) if *tone != Tone::Bad => "",
            _ => tone_class(*tone),
        };
        self.out.text(middle, y - 8.0, &format!("z-text z-mid{tone}"), &text);
    }

    /// An arrow that does not arrive: it ends in the middle of the last gap, with a word behind its end. Returns where.
    fn stopped(&mut self, start: f64, end: f64, y: f64, fate: Fate, class: &str) -> f64 {
        let side = (end - start).signum();
        let gap = self.lanes.windows(2).map(|pair| pair[1] - pair[0]).next().unwrap_or(0.0);
        let at = end - side * gap / 2.0;
        self.out.line((start, y), (at, y), &format!("z-line{class}"));
        self.out.stop(at, y, fate, class);
        let tone = if fate == Fate::Held { " z-fault" } else { " z-bad" };
        let anchor = if side > 0.0 { "" } else { " z-end" };
        self.out.text(at + side * 9.0, y + 4.0, &format!("z-text{tone}{anchor}"), fate_word(fate));
        at
    }
}
