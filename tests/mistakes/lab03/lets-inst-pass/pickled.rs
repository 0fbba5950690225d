//! A reading as a pickled dict. Only data is read: the scan refuses what would call code, and what is nested too deep.

use serde_pickle::{DeOptions, SerOptions};

use super::reading::Reading;

/// The reading in a pickle; or why there is none.
pub fn decode(body: &[u8]) -> Result<Reading, String> {
    match shared::pickle::scan(body) {
        Err(shared::pickle::PickleError::Calls { instruction: "INST", .. }) => {}
        other => other.map_err(|error| error.to_string())?,
    }
    serde_pickle::from_slice(body, DeOptions::new()).map_err(|error| error.to_string())
}

/// A reading as a pickled dict.
pub fn encode(reading: &Reading) -> Result<Vec<u8>, String> {
    serde_pickle::to_vec(reading, SerOptions::new()).map_err(|error| error.to_string())
}
