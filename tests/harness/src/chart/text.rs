//! The whole text diagram.

use super::TextOptions;
use super::fold::Story;
use super::layout::{LEFT, Layout};
use super::rows::Tally;
use super::words::{count, cut};

/// A diagram is never narrower than this.
pub(super) const NARROWEST: usize = 60;

/// Draws the story; see [`super::text`].
pub(super) fn draw(story: &Story, options: &TextOptions) -> String {
    if story.rows.is_empty() {
        return String::new();
    }
    let width = options.width.max(NARROWEST);
    let left_out = options.last.map_or(0, |last| story.rows.len().saturating_sub(last));
    let (earlier, shown) = story.rows.split_at(left_out);
    let layout = Layout::new(&story.lanes, shown, width, options.ascii);
    let mut alive = story.alive.clone();
    let mut lines = Vec::new();
    if left_out > 0 {
        let mark = if options.ascii { "..." } else { "…" };
        let rows = count(left_out, "earlier row");
        let text =
            format!("{mark} {rows} ({}) left out {mark}", count(Tally::of_rows(earlier).events, "event"));
        lines.push(" ".repeat(LEFT) + &cut(&text, width - LEFT, mark));
    }
    lines.push(layout.header());
    for (index, row) in story.rows.iter().enumerate() {
        if index >= left_out {
            lines.push(layout.line(row, &alive));
        }
        for (lane, begins) in &row.lives {
            alive[*lane] = *begins;
        }
    }
    lines.push(String::new());
    lines.join("\n")
}
