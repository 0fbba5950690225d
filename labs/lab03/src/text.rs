//! A text as a pickle, as Python's `send_pyobj` and `recv_pyobj` exchange it. Both programs include this file.

use serde_pickle::{DeOptions, SerOptions};

/// The text in a pickle; or why there is none.
pub fn decode(pickle: &[u8]) -> Result<String, String> {
    let _ = (pickle, DeOptions::new());
    todo!("lab03 task 4: scan the pickle, then parse it")
}

/// A text as a pickle.
pub fn encode(text: &str) -> Vec<u8> {
    let _ = (text, SerOptions::new());
    todo!("lab03 task 4: write the text as a pickle")
}
