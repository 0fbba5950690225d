//! Rows in columns of text: where the lanes stand, and one line for each row.

use super::canvas::{ASCII, BOXES, Canvas, Glyphs};
use super::label::Label;
use super::lanes::Lanes;
use super::rows::{Kind, Line, Mark, Row, fate_word, stops};
use super::words::{ascii, clean, cut, moment, width};
use crate::timeline::Fate;

/// Where the lanes begin: seven columns of time, two of space.
pub(super) const LEFT: usize = 9;
/// Lanes closer than this are not readable; then rows are written as a list.
const CLOSEST: usize = 12;

/// Where everything stands in lines of text.
pub(super) struct Layout {
    width: usize,
    ascii: bool,
    names: Vec<String>,
    /// The column of each lane; empty where rows are a list.
    columns: Vec<usize>,
}

impl Layout {
    /// Lanes that suit these rows; without rows, lanes as far apart as they can be.
    pub(super) fn new(lanes: &Lanes, rows: &[Row], width: usize, ascii_only: bool) -> Self {
        let shown = |name: &String| if ascii_only { ascii(&clean(name)) } else { clean(name) };
        let names: Vec<String> = lanes.names().iter().map(shown).collect();
        let mut layout = Self { width, ascii: ascii_only, names, columns: vec![] };
        let Some(others) = layout.names.len().checked_sub(1) else { return layout };
        let room = width - LEFT;
        let fair = room / (others + 1);
        let (gap, last) = if rows.is_empty() { (fair, fair) } else { layout.wishes(rows) };
        let last = last.min(fair).max(10);
        let widest = (room - last).checked_div(others).unwrap_or(room);
        if widest >= CLOSEST {
            let gap = gap.clamp(CLOSEST, widest);
            layout.columns = (0..=others).map(|lane| LEFT + lane * gap).collect();
        }
        layout
    }

    /// The columns that the rows would like to have between two lanes, and right of the last one.
    fn wishes(&self, rows: &[Row]) -> (usize, usize) {
        let most = self.width;
        let end = self.names.len() - 1;
        let mut gap = self.names[..end].iter().map(|name| width(name) + 2).max().unwrap_or(0);
        let mut last = width(&self.names[end]).min(24);
        for row in rows {
            match &row.kind {
                Kind::Lane { who, label, .. } if *who == end => {
                    last = last.max(self.own(label).wish(most) + 3);
                }
                Kind::Lane { label, .. } => gap = gap.max(self.own(label).wish(most) + 4),
                Kind::Arrow { from, to, fate, label, .. } => {
                    let near = to.iter().map(|lane| lane.abs_diff(*from)).min().unwrap_or(1).max(1);
                    let tail = if stops(*fate) { fate_word(*fate).len() + 4 } else { 0 };
                    gap = gap.max((self.own(label).wish(most) + tail + 10).div_ceil(near));
                }
                _ => {}
            }
        }
        (gap, last)
    }

    fn glyphs(&self) -> &'static Glyphs {
        if self.ascii { &ASCII } else { &BOXES }
    }

    fn own(&self, label: &Label) -> Label {
        if self.ascii { label.ascii() } else { label.clone() }
    }

    fn name(&self, lane: usize) -> &str {
        self.names.get(lane).map_or("", String::as_str)
    }

    /// The line above all: what the columns are.
    pub(super) fn header(&self) -> String {
        let mut canvas = Canvas::new(self.width);
        canvas.put(LEFT - 4, "ms");
        for (lane, column) in self.columns.iter().enumerate() {
            let next = self.columns.get(lane + 1).map_or(self.width, |next| next - 1);
            canvas.put(*column, &cut(self.name(lane), next - column, self.glyphs().mark));
        }
        canvas.line()
    }

    /// The line of a row. `alive` says for each lane whether it is there, before this row.
    pub(super) fn line(&self, row: &Row, alive: &[bool]) -> String {
        let mut canvas = Canvas::new(self.width);
        if !matches!(row.kind, Kind::Gap(_)) {
            canvas.put(0, &format!("{:>7}", moment(row.at)));
        }
        if let Some(label) = row.wide_words() {
            self.wide(&mut canvas, row, &label);
        } else if self.columns.is_empty() {
            canvas.put(LEFT, &self.sentence(row));
        } else {
            for (column, _) in self.columns.iter().zip(alive).filter(|(_, alive)| **alive) {
                canvas.put_char(*column, self.glyphs().bar);
            }
            match &row.kind {
                Kind::Lane { who, mark, label, .. } => self.lane(&mut canvas, *who, *mark, &self.own(label)),
                _ => self.arrow(&mut canvas, &row.kind),
            }
        }
        canvas.line()
    }

    fn wide(&self, canvas: &mut Canvas, row: &Row, label: &Label) {
        let glyphs = self.glyphs();
        let (before, after) = match &row.kind {
            Kind::Gap(_) => (glyphs.pause, glyphs.pause),
            Kind::Folded => (glyphs.mark, glyphs.mark),
            _ if self.ascii => ("==", "=="),
            _ => ("══", "══"),
        };
        let text = self.own(label).fit(self.width - LEFT - 2 - width(before) - width(after), glyphs.mark);
        canvas.put(LEFT, &format!("{before} {text} {after}"));
    }

    /// The row as a sentence, where there is no room for lanes.
    fn sentence(&self, row: &Row) -> String {
        let (glyphs, room) = (self.glyphs(), self.width - LEFT);
        let name = |lane: &usize| cut(self.name(*lane), room / 4, glyphs.mark);
        let (begin, label) = match &row.kind {
            Kind::Arrow { from, to, both, fate, label, .. } => {
                let arrow = if *both && self.ascii {
                    "<->"
                } else if *both {
                    "↔"
                } else {
                    glyphs.arrow
                };
                let whom = cut(&to.iter().map(name).collect::<Vec<_>>().join(", "), room / 3, glyphs.mark);
                let fate = if stops(*fate) { format!(" ({})", fate_word(*fate)) } else { String::new() };
                (format!("{} {arrow} {whom}{fate}: ", name(from)), label)
            }
            Kind::Lane { who, label, .. } => (format!("{} ", name(who)), label),
            _ => return String::new(),
        };
        let text = self.own(label).fit(room.saturating_sub(width(&begin)), glyphs.mark);
        format!("{begin}{text}")
    }

    fn lane(&self, canvas: &mut Canvas, who: usize, mark: Mark, label: &Label) {
        let (glyphs, column) = (self.glyphs(), self.columns[who]);
        let (left, right) = (column.saturating_sub(LEFT + 1), self.width - column - 2);
        let near = if who > 0 { column - self.columns[who - 1] - 3 } else { 0 };
        let on_the_left = label.is_better_left(near, left, right);
        let glyph = match mark {
            Mark::Start => glyphs.start,
            Mark::Exit => glyphs.exit,
            Mark::Tick if on_the_left => glyphs.from_right,
            Mark::Tick => glyphs.from_left,
        };
        if on_the_left {
            let text = label.fit(left, glyphs.mark);
            canvas.put(column - 1 - width(&text) - usize::from(column - 1 - width(&text) > LEFT), " ");
            canvas.put(column - 1 - width(&text), &format!("{text} "));
        } else {
            canvas.put(column + 1, &format!(" {} ", label.fit(right, glyphs.mark)));
        }
        canvas.put_char(column, glyph);
    }

    fn arrow(&self, canvas: &mut Canvas, kind: &Kind) {
        let Kind::Arrow { from, to, both, line, fate, label, .. } = kind else { return };
        let (glyphs, start) = (self.glyphs(), self.columns[*from]);
        let dash = match (fate, line) {
            (Fate::Released, _) => glyphs.released,
            (Fate::Corrupted, _) => glyphs.corrupted,
            (_, Line::Message) => glyphs.dash,
            (_, Line::Protocol) => glyphs.dots,
        };
        let least = self.columns[to.iter().copied().fold(*from, usize::min)];
        let most = self.columns[to.iter().copied().fold(*from, usize::max)];
        for column in least + 1..most {
            canvas.put_char(column, if self.columns.contains(&column) { glyphs.cross } else { dash });
        }
        let leave = if start == least { glyphs.from_left } else { glyphs.from_right };
        canvas.put_char(start, if least < start && start < most { glyphs.cross } else { leave });
        for lane in to {
            self.head(canvas, *from, *lane);
            if *both {
                self.head(canvas, *lane, *from);
            }
        }
        let near = to.iter().min_by_key(|lane| (lane.abs_diff(*from), **lane)).unwrap_or(from);
        let end = self.columns[*near];
        let label = self.own(label);
        let span = if stops(*fate) {
            self.stop(canvas, start, end, *fate, &label)
        } else {
            (start.min(end) + 2, start.max(end) - 2)
        };
        self.caption(canvas, span, most, &label);
    }

    /// The head of an arrow between these two lanes.
    fn head(&self, canvas: &mut Canvas, from: usize, to: usize) {
        let (glyphs, column) = (self.glyphs(), self.columns[to]);
        let (head, beside) =
            if to > from { (glyphs.to_right, column - 1) } else { (glyphs.to_left, column + 1) };
        canvas.put_char(beside, head);
    }

    /// Puts the label onto the stroke, whose first and last column these are; where it has no room there, right
    /// of the column where the arrow ends or begins.
    fn caption(&self, canvas: &mut Canvas, (first, last): (usize, usize), most: usize, label: &Label) {
        let mark = self.glyphs().mark;
        let (length, right) = ((last + 1).saturating_sub(first), self.width - most - 2);
        // On the stroke a label has a space on each side.
        let inside = length.saturating_sub(2);
        if label.whole(inside).is_none() && (label.whole(right).is_some() || right > 2 * inside) {
            canvas.put(most + 2, &format!("{} ", label.fit(right, mark)));
        } else {
            let text = label.fit(inside, mark);
            if !text.is_empty() {
                canvas.put(first + length.saturating_sub(width(&text) + 2) / 2, &format!(" {text} "));
            }
        }
    }

    /// Ends an arrow before it arrives, and says so. Returns the columns that are left for the label.
    fn stop(
        &self,
        canvas: &mut Canvas,
        start: usize,
        end: usize,
        fate: Fate,
        label: &Label,
    ) -> (usize, usize) {
        let glyphs = self.glyphs();
        let rightwards = end > start;
        let mark = match fate {
            Fate::Lost => glyphs.lost,
            Fate::Cut => glyphs.cut,
            _ if rightwards => glyphs.from_right,
            _ => glyphs.from_left,
        };
        let word = fate_word(fate);
        let length = start.abs_diff(end);
        // The stroke ends in the middle, or further on where the label needs it, but the word must fit behind it.
        let step = self.columns.windows(2).map(|pair| pair[1] - pair[0]).next().unwrap_or(length);
        let middle = length - step.min(length) / 2;
        let stroke = middle.max(label.wish(length) + 6).min(length.saturating_sub(word.len() + 3)).max(2);
        let blank = " ".repeat(length.saturating_sub(stroke + 1));
        if rightwards {
            canvas.put(
                start + stroke,
                &format!("{mark}{}", cut(&format!(" {word}{blank}"), length - stroke - 1, "")),
            );
            (start + 2, start + stroke - 1)
        } else {
            let text = cut(&format!("{word} "), length - stroke - 1, "");
            canvas.put(end + 1, &blank);
            canvas.put(start - stroke - width(&text), &format!("{text}{mark}"));
            (start - stroke + 1, start - 2)
        }
    }
}
