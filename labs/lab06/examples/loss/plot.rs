//! The picture of the experiment: a dot for each run, as high as its loss, and a bar at the median.

use std::fmt::Write;

use super::Cell;

/// The room of one wait of one transport.
const COLUMN: f64 = 56.0;
/// Between two transports.
const GAP: f64 = 18.0;
/// Where the first column begins.
const LEFT: f64 = 48.0;
/// Where the scale ends, and below where it begins.
const TOP: f64 = 66.0;
const BOTTOM: f64 = 286.0;
const STYLE: &str = "\
    .bg{fill:#fff;stroke:#d0d7de}.panel{fill:#f6f8fa}.line{stroke:#d0d7de}.text{font:12px system-ui,sans-serif;fill:#57606a}\
    .strong{font-weight:600;fill:#1f2328}.mid{text-anchor:middle}.end{text-anchor:end}.dot{fill:#0a5fc2;fill-opacity:.55}\
    .dot.none{fill:#818b96}.median{stroke:#b35900;stroke-width:2.5}\
    @media (prefers-color-scheme:dark){.bg{fill:#12161c;stroke:#333b45}.panel{fill:#1b212a}.line{stroke:#333b45}\
    .text{fill:#a0a9b4}.strong{fill:#e6edf3}.dot{fill:#58a6ff;fill-opacity:.6}.dot.none{fill:#7d8793}.median{stroke:#f2b45c}}";

/// Draws the cells, which stand in the order of their transports.
pub fn draw(cells: &[Cell], most: u32, title: &str) -> String {
    let mut body = String::new();
    let mut left = LEFT;
    let panels: Vec<&[Cell]> = cells.chunk_by(|one, other| one.transport == other.transport).collect();
    for panel in &panels {
        left = draw_panel(&mut body, panel, most, left) + GAP;
    }
    let (width, height) = (left, BOTTOM + 80.0);
    let mut svg = String::new();
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} \
         {height}\"><title>How many of {most} messages are lost</title><desc>{}</desc><style>{STYLE}</style>",
        describe(cells)
    );
    let _ = writeln!(
        svg,
        "<rect class=\"bg\" x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"8\"/>",
        width - 1.0,
        height - 1.0
    );
    text(
        &mut svg,
        14.0,
        24.0,
        "strong",
        &format!("Lost of {most} messages, by how long the publisher waited"),
    );
    text(
        &mut svg,
        14.0,
        42.0,
        "",
        &format!("{title}; a dot is a run, the bar the median; below, how many runs lost some"),
    );
    svg + &body + "</svg>\n"
}

/// Draws one transport, and gives where it ends.
fn draw_panel(svg: &mut String, panel: &[Cell], most: u32, left: f64) -> f64 {
    let width = COLUMN * f64::from(u32::try_from(panel.len()).unwrap_or(1));
    let _ = writeln!(
        svg,
        "<rect class=\"panel\" x=\"{left}\" y=\"{}\" width=\"{width}\" height=\"{}\"/>",
        TOP - 10.0,
        BOTTOM - TOP + 20.0
    );
    for quarter in 0..=4 {
        let lost = most * quarter / 4;
        let y = height_of(lost, most);
        let _ = writeln!(svg, "<path class=\"line\" d=\"M{left} {y}H{}\"/>", left + width);
        if left <= LEFT {
            text(svg, left - 6.0, y + 4.0, "end", &lost.to_string());
        }
    }
    let mut middle = left + COLUMN / 2.0;
    for cell in panel {
        draw_cell(svg, cell, most, middle);
        middle += COLUMN;
    }
    text(svg, left + width / 2.0, BOTTOM + 66.0, "mid strong", panel[0].transport);
    left + width
}

/// Draws one wait: the median, the dots, side by side where they are equally high, and how many runs lost some.
fn draw_cell(svg: &mut String, cell: &Cell, most: u32, middle: f64) {
    let y = height_of(cell.lost[cell.lost.len() / 2], most);
    let _ = writeln!(svg, "<path class=\"median\" d=\"M{} {y:.1}H{}\"/>", middle - 26.0, middle + 26.0);
    // From the middle outwards, so that many runs with one result make a broad heap, and few a narrow one.
    let mut before = None;
    let mut heap = 0_u32;
    for &lost in &cell.lost {
        // Dots closer than three pixels would cover each other.
        let level = (height_of(lost, most) / 3.0).floor();
        heap = if before == Some(level) { heap + 1 } else { 0 };
        before = Some(level);
        let step = f64::from(heap.div_ceil(2) % 11) * 2.0;
        let x = if heap % 2 == 0 { middle + step } else { middle - step };
        let class = if lost == 0 { "dot none" } else { "dot" };
        let y = height_of(lost, most);
        let _ = writeln!(svg, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y:.1}\" r=\"3\"/>");
    }
    let some = cell.lost.iter().filter(|&&lost| lost > 0).count();
    text(svg, middle, BOTTOM + 26.0, "mid strong", &format!("{} ms", cell.wait));
    text(svg, middle, BOTTOM + 43.0, "mid", &format!("{some}/{}", cell.lost.len()));
}

fn height_of(lost: u32, most: u32) -> f64 {
    BOTTOM - (BOTTOM - TOP) * f64::from(lost) / f64::from(most)
}

fn text(svg: &mut String, x: f64, y: f64, class: &str, text: &str) {
    let _ = writeln!(svg, "<text class=\"text {class}\" x=\"{x}\" y=\"{y}\">{text}</text>");
}

/// The medians in words, for who cannot see the picture.
fn describe(cells: &[Cell]) -> String {
    let medians = cells.iter().map(|cell| {
        format!("{} after {} ms: median {}", cell.transport, cell.wait, cell.lost[cell.lost.len() / 2])
    });
    medians.collect::<Vec<_>>().join("; ")
}
