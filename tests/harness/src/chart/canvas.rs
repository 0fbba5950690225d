//! One line of a text diagram while it is drawn, and the characters it is drawn with.

use super::words::char_width;

/// The characters that a diagram is drawn with.
pub(super) struct Glyphs {
    pub(super) bar: char,
    pub(super) dash: char,
    pub(super) dots: char,
    pub(super) released: char,
    pub(super) corrupted: char,
    pub(super) to_right: char,
    pub(super) to_left: char,
    pub(super) from_left: char,
    pub(super) from_right: char,
    pub(super) cross: char,
    pub(super) start: char,
    pub(super) exit: char,
    pub(super) lost: char,
    pub(super) cut: char,
    pub(super) mark: &'static str,
    pub(super) pause: &'static str,
    pub(super) arrow: &'static str,
}

/// Lines of boxes, for terminals of today.
pub(super) const BOXES: Glyphs = Glyphs {
    bar: '│',
    dash: '─',
    dots: '╌',
    released: '═',
    corrupted: '≈',
    to_right: '►',
    to_left: '◄',
    from_left: '├',
    from_right: '┤',
    cross: '┼',
    start: '┬',
    exit: '┴',
    lost: '✗',
    cut: '╱',
    mark: "…",
    pause: "···",
    arrow: "→",
};

/// For terminals and logs that show only ASCII.
pub(super) const ASCII: Glyphs = Glyphs {
    bar: '|',
    dash: '-',
    dots: '.',
    released: '=',
    corrupted: '~',
    to_right: '>',
    to_left: '<',
    from_left: '+',
    from_right: '+',
    cross: '+',
    start: '+',
    exit: '+',
    lost: 'x',
    cut: '/',
    mark: "...",
    pause: "...",
    arrow: "->",
};

/// One line while it is drawn. A character of two columns leaves the second cell empty.
pub(super) struct Canvas(Vec<String>);

impl Canvas {
    /// An empty line of this many columns.
    pub(super) fn new(width: usize) -> Self {
        Self(vec![" ".into(); width])
    }

    /// Writes over what stands here; what has no room at the end is left out.
    pub(super) fn put(&mut self, column: usize, text: &str) {
        let mut column = column;
        for char in text.chars() {
            let wide = char_width(char);
            match wide {
                0 => {
                    if let Some(cell) = column.checked_sub(1).and_then(|before| self.0.get_mut(before)) {
                        cell.push(char);
                    }
                }
                _ if column + wide <= self.0.len() => {
                    for cell in column..column + wide {
                        self.clear(cell);
                    }
                    self.0[column] = char.into();
                    self.0[column + 1..column + wide].fill(String::new());
                }
                _ => return,
            }
            column += wide;
        }
    }

    /// Makes room in a cell, with the other half of a wide character if it held one.
    fn clear(&mut self, cell: usize) {
        if self.0[cell].is_empty() && cell > 0 {
            self.0[cell - 1] = " ".into();
        } else if self.0[cell].chars().next().map_or(0, char_width) > 1 && cell + 1 < self.0.len() {
            self.0[cell + 1] = " ".into();
        }
        self.0[cell] = " ".into();
    }

    /// Writes one character.
    pub(super) fn put_char(&mut self, column: usize, char: char) {
        self.put(column, char.encode_utf8(&mut [0; 4]));
    }

    /// The line, without spaces at its end.
    pub(super) fn line(&self) -> String {
        self.0.concat().trim_end().into()
    }
}
