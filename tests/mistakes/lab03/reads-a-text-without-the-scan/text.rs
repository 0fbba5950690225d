//! A text as a pickle, as Python's `send_pyobj` and `recv_pyobj` exchange it. Both programs include this file.

use serde_pickle::{DeOptions, SerOptions};

/// The text in a pickle; or why there is none.
pub fn decode(pickle: &[u8]) -> Result<String, String> {
    serde_pickle::from_slice(pickle, DeOptions::new()).map_err(|error| error.to_string())
}

/// A text as a pickle.
pub fn encode(text: &str) -> Vec<u8> {
    serde_pickle::to_vec(&text, SerOptions::new())
        .expect("a text can always be pickled, and memory always be written to")
}
