//! Bytes, times and counts in visible characters.
//!
//! What comes out of [`clean`], [`payload`] and [`frames`] holds no control character, nothing that turns the
//! direction of text, and nothing invisible; so it can be shown anywhere. XML is escaped by `svg_page`.

use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

use crate::timeline::Payload;

/// A text of the record longer than this many characters is cut before it is drawn at all.
const LONGEST: usize = 1500;
/// So many bytes are written in hexadecimal before a cut.
const LONGEST_HEX: usize = 256;
/// Stands where something was cut.
const CUT: char = '…';

/// True for characters that a terminal obeys or hides instead of showing them.
fn is_treacherous(char: char) -> bool {
    char.is_control()
        || matches!(u32::from(char),
            0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x180b..=0x180f | 0x200b..=0x200f | 0x2028..=0x202e
            | 0x2060..=0x206f | 0x3164 | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0xfffe | 0xffff
            | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
}

/// True for variation selectors: they only ask for another look of the character before them, and terminals
/// do not agree how wide that look is. They are left out.
fn is_a_look(char: char) -> bool {
    matches!(u32::from(char), 0xfe00..=0xfe0f)
}

fn escape(text: &str, also: Option<char>) -> String {
    let mut out = String::new();
    for (count, char) in text.chars().filter(|char| !is_a_look(*char)).enumerate() {
        if count == LONGEST {
            out.push(CUT);
            break;
        }
        match char {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            char if is_treacherous(char) && u32::from(char) < 0x100 => {
                let _ = write!(out, "\\x{:02x}", u32::from(char));
            }
            char if is_treacherous(char) => out.push_str(&char.escape_unicode().to_string()),
            char if Some(char) == also => out.extend(['\\', char]),
            char => out.push(char),
        }
    }
    out
}

/// A text of the record (a name, a remark) in visible characters, a backslash included as it is.
pub(super) fn clean(text: &str) -> String {
    escape(text, None).replace("\\\\", "\\")
}

fn hex(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().take(LONGEST_HEX).map(|byte| format!("{byte:02x}")).collect();
    let cut = if bytes.len() > LONGEST_HEX { "…" } else { "" };
    format!("0x{digits}{cut}")
}

/// Bytes as text where they are text, in hexadecimal where they are not: a zero byte or nothing but control
/// characters count as no text, because identities and numbers look so.
fn bytes(bytes: &[u8], also: Option<char>) -> String {
    match std::str::from_utf8(bytes) {
        Ok("") => String::new(),
        Ok(text) if !text.contains('\0') && !text.chars().all(char::is_control) => escape(text, also),
        _ => hex(bytes),
    }
}

/// One payload.
pub(super) fn payload(payload: &Payload) -> String {
    bytes(&payload.0, None)
}

/// A line that was printed or typed, in quotation marks.
pub(super) fn quoted(text: &Payload) -> String {
    if text.0.is_empty() { "\"\"".into() } else { format!("\"{}\"", payload(text)) }
}

/// The frames of a message: `[one|two]`, or a single frame as it is. A `|` in a frame becomes `\|` where it
/// could be taken for the mark between two.
pub(super) fn frames(frames: &[Payload]) -> String {
    match frames {
        [] => "[no frames]".into(),
        [only] if only.0.is_empty() => "[]".into(),
        [only] => bytes(&only.0, only.0.starts_with(b"[").then_some('|')),
        many => {
            let mut out = String::from("[");
            for (index, frame) in many.iter().enumerate() {
                if out.len() > LONGEST {
                    return format!("{out}|{CUT}]");
                }
                out.push_str(if index == 0 { "" } else { "|" });
                out.push_str(&bytes(&frame.0, Some('|')));
            }
            out.push(']');
            out
        }
    }
}

/// The text with nothing but ASCII in it.
pub(super) fn ascii(text: &str) -> String {
    let mut out = String::new();
    for char in text.chars() {
        match char {
            CUT => out.push_str("..."),
            char if char.is_ascii() => out.push(char),
            char => out.push_str(&char.escape_unicode().to_string()),
        }
    }
    out
}

/// The columns that a character takes.
pub(super) fn char_width(char: char) -> usize {
    char.width().unwrap_or(0)
}

/// The columns that a text takes: of its characters one by one, so never less than a terminal uses.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// The text, cut to `room` columns; `mark` stands where something was cut.
pub(super) fn cut(text: &str, room: usize, mark: &str) -> String {
    // The second condition cuts heaps of accents, which have no width of their own.
    if width(text) <= room && text.chars().count() <= 4 * room {
        return text.into();
    }
    let mark = if width(mark) <= room { mark } else { "" };
    let mut left = room - width(mark);
    let mut out = String::new();
    for char in text.chars().take(4 * room) {
        let Some(rest) = left.checked_sub(char_width(char)) else { break };
        left = rest;
        out.push(char);
    }
    out + mark
}

/// A moment for the time column, in at most seven columns: milliseconds, or seconds with their unit.
pub(super) fn moment(us: u64) -> String {
    let ms = us / 1000;
    match ms {
        0..100_000 => format!("{ms}.{}", us % 1000 / 100),
        100_000..10_000_000 => ms.to_string(),
        10_000_000..1_000_000_000 => format!("{}s", ms / 1000),
        _ => "late".into(),
    }
}

/// A span of time as one says it: `120 ms`, `1.2 s`, `3 min 20 s`.
pub(super) fn duration(us: u64) -> String {
    let ms = us / 1000;
    match ms {
        0..1000 => format!("{ms} ms"),
        1000..120_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1000),
    }
}

/// `1 row`, `2 rows`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
