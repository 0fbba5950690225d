//! A reading as a pickled dict. Only data is read: the scan refuses what would call code, and what is nested too deep.

use serde_pickle::{DeOptions, SerOptions};

use super::reading::Reading;

/// The reading in a pickle; or why there is none.
pub fn decode(body: &[u8]) -> Result<Reading, String> {
    let _ = (body, DeOptions::new());
    todo!("lab03 task 3: scan the pickle, then parse it")
}

/// A reading as a pickled dict.
pub fn encode(reading: &Reading) -> Result<Vec<u8>, String> {
    let _ = (reading, SerOptions::new());
    todo!("lab03 task 3: write the reading as a pickle")
}
