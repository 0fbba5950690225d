//! From the body of a message to a reading and back, by the name of the format. JSON and MessagePack stand here.

use super::reading::Reading;
use super::{pickled, versioned};

/// The reading in a body of this format; or why there is none.
pub fn decode(format: &[u8], body: &[u8]) -> Result<Reading, String> {
    match format {
        b"json" => serde_json::from_slice(body).map_err(|error| error.to_string()),
        b"msgpack" => decode_msgpack(body),
        b"bincode" => versioned::decode(body),
        b"pickle" => pickled::decode(body),
        _ => Err("unknown format: json, msgpack, bincode and pickle are read here".into()),
    }
}

/// The body of this format for a reading.
pub fn encode(format: &[u8], reading: &Reading) -> Result<Vec<u8>, String> {
    match format {
        b"json" => serde_json::to_vec(reading).map_err(|error| error.to_string()),
        // With the names of the fields; `to_vec` writes a list without them.
        b"msgpack" => rmp_serde::to_vec_named(reading).map_err(|error| error.to_string()),
        b"bincode" => versioned::encode(reading),
        b"pickle" => pickled::encode(reading),
        _ => Err("unknown format".into()),
    }
}

/// `from_read` takes the bytes it needs from the front of the slice; what it leaves belongs to no reading.
fn decode_msgpack(body: &[u8]) -> Result<Reading, String> {
    let rest = body;
    let reading = rmp_serde::from_slice(rest).map_err(|error| error.to_string())?;
    if rest.is_empty() { Ok(reading) } else { Err(format!("{} bytes left over", rest.len())) }
}
