//! Names in archives and folders: which are refused wherever they stand, which only where they would be taken, which nobody need see.

use std::path::Path;

use unicode_normalization::UnicodeNormalization;

/// What stands before each byte, in hexadecimal, that is not UTF-8.
const NOT_UTF8: char = '\u{fffd}';

/// Splits the name of an archive's entry at `/`, without `.` and empty parts.
///
/// Names that could lead out of the folder are an error wherever they stand: somebody wrote them on purpose. Bytes that are not UTF-8 are kept
/// in a readable form; they are refused only where they would be taken ([`flaw`]), since the folder above may have been named on an old Windows.
pub(super) fn parts(raw: &[u8]) -> Result<Vec<String>, String> {
    let refuse = |why: &str| Err(format!("`{}` {why}", shown(&readable(raw))));
    if raw.contains(&0) {
        return refuse("has a NUL character in its name");
    }
    if raw.contains(&b'\\') {
        return refuse(
            "has a backslash in its name; pack the folder with a tool that separates folders by `/`",
        );
    }
    if raw.starts_with(b"/") {
        return refuse("is an absolute path");
    }
    if raw.get(1) == Some(&b':') && raw[0].is_ascii_alphabetic() {
        return refuse("begins with a drive");
    }
    let parts: Vec<String> = raw
        .split(|&byte| byte == b'/')
        .filter(|part| !part.is_empty() && *part != b".")
        .map(readable)
        .collect();
    if parts.iter().any(|part| part == "..") {
        return refuse("leads out of its folder by `..`");
    }
    Ok(parts)
}

/// The bytes as text; each that is not UTF-8 as U+FFFD and two hexadecimal digits.
pub(super) fn readable(raw: &[u8]) -> String {
    let mut text = String::new();
    for chunk in raw.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("{NOT_UTF8}{byte:02x}")));
    }
    text
}

/// Why a part of a name is not taken, where it is not.
pub(super) fn flaw(part: &str) -> Option<&'static str> {
    if part.contains(NOT_UTF8) {
        return Some("has a name that is not UTF-8");
    }
    if part.chars().any(char::is_control) {
        return Some("has a control character in its name");
    }
    part.chars().any(is_invisible).then_some("has an invisible character in its name")
}

/// Characters that make a name look like another: marks of writing direction, and those without width.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Two paths with the same key are the same file on some computer: one that does not tell upper from lower case, or that normalises.
pub(super) fn key(path: &str) -> String {
    path.nfkc().collect::<String>().to_lowercase().nfkc().collect()
}

/// A path for a message: on one line, without anything that a terminal would obey, and not too long.
pub(super) fn shown(path: &str) -> String {
    const MOST: usize = 160;
    let mut text: String = path
        .chars()
        .take(MOST)
        .flat_map(|character| {
            let escape = character.is_control() || is_invisible(character);
            let (plain, escaped) =
                if escape { (None, Some(character.escape_unicode())) } else { (Some(character), None) };
            plain.into_iter().chain(escaped.into_iter().flatten())
        })
        .collect();
    if path.chars().nth(MOST).is_some() {
        text.push('…');
    }
    text
}

/// Whether a file or folder is what computers leave behind, or what is built: ignored silently, with all that is in it. `above` are the folders it
/// is in: below `src` a folder named `target` is a module.
pub(super) fn is_litter(above: &[String], part: &str) -> bool {
    matches!(part, "__MACOSX" | ".DS_Store" | ".git" | "Thumbs.db" | "desktop.ini" | "Icon\r")
        || part.starts_with("._")
        || (part == "target" && !above.iter().any(|part| part == "src"))
}

/// Whether a path is, or is in, what [`is_litter`] means.
pub(super) fn is_in_litter(path: &[String]) -> bool {
    (0..path.len()).any(|at| is_litter(&path[..at], &path[at]))
}

/// Whether a file's name is that of a Rust source.
pub(super) fn is_rust(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "rs")
}

/// The ending of an archive's name, whether it is one that can be read or not.
pub(super) fn archive_ending(name: &str) -> Option<&'static str> {
    const ENDINGS: [&str; 14] = [
        ".zip", ".tar.gz", ".tgz", ".tar", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst", ".7z", ".rar",
        ".gz", ".xz", ".bz2",
    ];
    let lower = name.to_ascii_lowercase();
    ENDINGS.into_iter().find(|ending| lower.ends_with(ending) && lower.len() > ending.len())
}
