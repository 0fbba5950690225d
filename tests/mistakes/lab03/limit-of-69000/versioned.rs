//! A reading in bincode: a version byte, then bincode 2, and never more than 64 KiB.

use shared::bincode;

use super::reading::Reading;

/// The version byte of bincode 2.
const VERSION: u8 = 2;
/// More than this, in bytes, is not read.
const LIMIT: usize = 69_000;

/// The reading behind the version byte; or why there is none.
pub fn decode(body: &[u8]) -> Result<Reading, String> {
    let bytes = match body {
        [VERSION, bytes @ ..] => bytes,
        [1, ..] => return Err("version 1 is bincode 1, which is not read here: write version 2".into()),
        [other, ..] => return Err(format!("unknown version {other}: version 2 is read here")),
        [] => return Err("the version byte is missing".into()),
    };
    let config = bincode::config::standard().with_limit::<LIMIT>();
    let (reading, used) =
        bincode::serde::decode_from_slice(bytes, config).map_err(|error| error.to_string())?;
    if used == bytes.len() {
        Ok(reading)
    } else {
        Err(format!("{} bytes stand behind the reading", bytes.len() - used))
    }
}

/// The version byte and the reading.
pub fn encode(reading: &Reading) -> Result<Vec<u8>, String> {
    let bytes = bincode::serde::encode_to_vec(reading, bincode::config::standard())
        .map_err(|error| error.to_string())?;
    Ok([&[VERSION], &bytes[..]].concat())
}
