//! Recorded bytes of real sockets: `tests/fixtures/zmtp/IMPLEMENTATION-CONVERSATION.hex`.
//!
//! They are written anew when the tests run with `LAB_RECORD_ZMTP` set, and read in every run.

use std::path::PathBuf;
use std::{env, fs};

use crate::conversation::Conversation;

fn path(implementation: &str, conversation: Conversation) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/zmtp");
    PathBuf::from(folder).join(format!("{implementation}-{}.hex", conversation.name()))
}

/// Keeps what a socket sent, where that was asked for.
pub(crate) fn record(implementation: &str, version: &str, conversation: Conversation, bytes: &[u8]) {
    if env::var_os("LAB_RECORD_ZMTP").is_none() {
        return;
    }
    let mut text = format!("# All that {version} sent in the conversation `{}`.\n", conversation.name());
    for line in bytes.chunks(32) {
        text.extend(line.iter().map(|octet| format!("{octet:02x}")));
        text.push('\n');
    }
    fs::write(path(implementation, conversation), text).unwrap();
}

/// The recorded bytes.
pub(crate) fn read(implementation: &str, conversation: Conversation) -> Vec<u8> {
    let path = path(implementation, conversation);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| line.as_bytes().chunks(2))
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}
