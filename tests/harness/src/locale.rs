//! What the reader's terminal can show.

use std::env;

/// Whether it can be expected to show more than ASCII: the locale says UTF-8, or says nothing.
pub fn speaks_utf8() -> bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"];
    let locale = names.into_iter().find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
    locale.is_none_or(|locale| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// The first where the terminal shows it, else its stand-in of ASCII.
pub fn pick(text: &'static str, ascii: &'static str) -> &'static str {
    if speaks_utf8() { text } else { ascii }
}
