//! Pickles that are written here by hand, because no pickler writes them.

use super::wire::{self, Reading};

/// Pickles that call `os.system("touch ran")` and stand for this reading if the call is left out: its result is thrown away, or
/// stands in a field that nobody asked for. Source: `Lib/pickle.py` of CPython on POP, INST, OBJ and BUILD.
pub fn calls(reading: &Reading) -> Vec<(&'static str, Vec<u8>)> {
    let command = {
        let mut text = Vec::new();
        wire::pickle_text(&mut text, "touch ran");
        text
    };
    let reduce = [b"cos\nsystem\n(", &command[..], b"tR"].concat();
    let inst = [b"(", &command[..], b"ios\nsystem\n"].concat();
    let obj = [b"(cos\nsystem\n", &command[..], b"o"].concat();
    // BUILD puts a state into what was made; a reader that makes nothing has the state only.
    let state = [&reduce[..], b"}b"].concat();
    vec![
        ("a call of os.system before the reading", before(reading, &[&reduce[..], b"0"].concat())),
        ("a call of os.system by INST in a field that nobody asked for", with_note(reading, &inst)),
        ("a call of os.system by OBJ in a field that nobody asked for", with_note(reading, &obj)),
        ("a call of os.system under a BUILD in a field that nobody asked for", with_note(reading, &state)),
    ]
}

/// A pickle that does something and is then this reading.
fn before(reading: &Reading, instructions: &[u8]) -> Vec<u8> {
    let reading = wire::pickle(reading);
    // Behind the two bytes of the protocol.
    [&reading[..2], instructions, &reading[2..]].concat()
}

/// This reading as a pickle, with a field `note` in front that nobody asked for: a parser has to go through it, and a reader would not
/// miss it.
pub fn with_note(reading: &Reading, note: &[u8]) -> Vec<u8> {
    let mut body = b"\x80\x02}(".to_vec();
    wire::pickle_text(&mut body, "note");
    body.extend(note);
    let reading = wire::pickle(reading);
    // Its fields, without protocol and mark before them and DICT and STOP behind.
    body.extend(&reading[3..reading.len() - 2]);
    body.extend(b"u.");
    body
}

/// So many lists or tuples, each in the next, made in three ways.
pub fn nested(levels: usize) -> [(&'static str, Vec<u8>); 3] {
    [
        ("lists", [b"]".repeat(levels), b"a".repeat(levels - 1)].concat()),
        ("tuples", [b")".to_vec(), b"\x85".repeat(levels - 1)].concat()),
        ("lists with marks", [b"(".repeat(levels), b"l".repeat(levels)].concat()),
    ]
}

/// A pickle of as many lists in each other as overflow the stack of any parser.
pub fn nested_lists() -> Vec<u8> {
    [&b"]".repeat(300_000)[..], &b"a".repeat(299_999), b"."].concat()
}

/// Pickles that are small and stand for much; none is a reading. As large as it takes to be seen, and no larger.
pub fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let mut text = Vec::new();
    wire::pickle_text(&mut text, &"x".repeat(10_000));
    let mut references = b"\x80\x02}(".to_vec();
    wire::pickle_text(&mut references, "tags");
    references.extend([b"](", &text[..], b"q\x01", &b"h\x01".repeat(10_000), b"e"].concat());
    wire::pickle_text(&mut references, "seq");
    wire::pickle_text(&mut references, "none");
    references.extend(b"u.");
    let eight_gib = (8u64 << 30).to_le_bytes();
    vec![
        ("a pickle that names one text 10 000 times", references),
        ("a pickle with 30 000 marks", [b"\x80\x02".as_slice(), &b"(".repeat(30_000), b"."].concat()),
        ("a pickled text that claims 8 GiB", [b"\x80\x04\x8d".as_slice(), &eight_gib, b"abc."].concat()),
        ("pickled bytes that claim 8 GiB", [b"\x80\x04\x8e".as_slice(), &eight_gib, b"abc."].concat()),
        ("a text that claims 4 GiB", b"\x80\x02X\xff\xff\xff\xffabc.".to_vec()),
        ("a pickle that asks for a memo of 20 million places", b"\x80\x02Nr\x00\x2d\x31\x01.".to_vec()),
    ]
}
