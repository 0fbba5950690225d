//! Text of untrusted programs in visible characters.
//!
//! A name, a line of output or a compiler's message may hold escape sequences, marks that turn the direction of text, and characters that cannot be
//! seen. Here they become their escapes, as in `\x1b` and `\u{202e}`: shown, never sent. Marks of HTML, Markdown and CSV are the business of
//! whoever writes those.

use std::fmt::Write as _;

/// True for characters that a terminal or a browser obeys or hides instead of showing them.
fn is_treacherous(char: char) -> bool {
    char.is_control()
        || matches!(u32::from(char),
            0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f | 0x200b | 0x200e | 0x200f | 0x2028..=0x202e
            | 0x2060..=0x206f | 0x3164 | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0xfffe | 0xffff
            | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
}

/// True for the joiners, which belong to some scripts and to emoji, and hide between other letters.
fn is_joiner(char: char) -> bool {
    matches!(char, '\u{200c}' | '\u{200d}')
}

fn escape(text: &str, keeps_lines: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = 'a';
    for char in text.chars() {
        match char {
            '\n' if keeps_lines => out.push('\n'),
            '\t' if keeps_lines => out.push_str("    "),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_treacherous(char) && u32::from(char) < 0x100 => {
                let _ = write!(out, "\\x{:02x}", u32::from(char));
            }
            _ if is_treacherous(char) || (is_joiner(char) && u32::from(before) < 0x600) => {
                let _ = write!(out, "{}", char.escape_unicode());
            }
            _ => out.push(char),
        }
        before = char;
    }
    out
}

/// A text of one line; a line break in it is shown as `\n`.
pub(super) fn line(text: &str) -> String {
    escape(text, false)
}

/// A text of several lines.
pub(super) fn lines(text: &str) -> String {
    escape(&text.replace("\r\n", "\n"), true)
}

/// The text, cut to so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.into(),
    }
}

/// The text of a failed check as a report may show it: without the line that names a file of the machine that judged.
pub(super) fn explanation(text: &str) -> String {
    let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with("picture: ")).collect();
    lines(&kept.join("\n"))
}

/// `1 check`, `2 checks`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_or_turns_text_is_shown() {
        assert_eq!(line("a\x1b[2Jb\u{202e}c\u{9b}\0\n"), "a\\x1b[2Jb\\u{202e}c\\x9b\\x00\\n");
        assert_eq!(lines("a\r\n\tb\rc"), "a\n    b\\rc");
    }

    #[test]
    fn names_of_all_scripts_stay_as_they_are() {
        for name in ["Леся Українка", "José", "王小明", "👩\u{200d}🔬", "می\u{200c}خواهم"]
        {
            assert_eq!(line(name), name);
        }
        assert_eq!(line("Ada\u{200d}"), "Ada\\u{200d}");
    }

    #[test]
    fn a_path_of_the_machine_is_left_out() {
        assert_eq!(explanation("Seen  x\npicture: /tmp/x.svg\n\nReplay y"), "Seen  x\n\nReplay y");
    }

    #[test]
    fn a_cut_counts_characters() {
        assert_eq!(cut("äöü", 2), "äö…");
        assert_eq!(cut("äöü", 3), "äöü");
    }
}
