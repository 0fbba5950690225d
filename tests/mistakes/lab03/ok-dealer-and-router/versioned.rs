//! Bincode by what `shared` offers to the later labs.

use super::reading::Reading;

pub fn decode(body: &[u8]) -> Result<Reading, String> {
    shared::message::decode(body).map_err(|error| error.to_string())
}

pub fn encode(reading: &Reading) -> Result<Vec<u8>, String> {
    shared::message::encode(reading).map_err(|error| error.to_string())
}
