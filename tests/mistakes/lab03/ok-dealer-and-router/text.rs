//! A pickled text by hand: protocol 2, BINUNICODE, the length, the text, STOP.

use serde_pickle::{DeOptions, Value};

pub fn decode(pickle: &[u8]) -> Result<String, String> {
    shared::pickle::scan(pickle).map_err(|error| error.to_string())?;
    match serde_pickle::value_from_slice(pickle, DeOptions::new()) {
        Ok(Value::String(text)) => Ok(text),
        Ok(_) => Err("this is no text".into()),
        Err(error) => Err(error.to_string()),
    }
}

pub fn encode(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes();
    [b"\x80\x02X", &length[..], text.as_bytes(), b"."].concat()
}
