//! `cargo grade`: see the library.

fn main() {}
