//! A reading taken out of a pickled dict field by field, and written with protocol 2.

use serde_pickle::{DeOptions, HashableValue, SerOptions, Value};

use super::reading::Reading;

pub fn decode(body: &[u8]) -> Result<Reading, String> {
    shared::pickle::scan(body).map_err(|error| error.to_string())?;
    let Ok(Value::Dict(mut fields)) = serde_pickle::value_from_slice(body, DeOptions::new()) else {
        return Err("this is no dict".into());
    };
    let mut take = |name: &str| fields.remove(&HashableValue::String(name.into())).ok_or(format!("{name} is missing"));
    Ok(Reading {
        sensor: text(take("sensor")?)?,
        seq: match take("seq")? {
            Value::I64(seq) => seq.try_into().map_err(|_| "seq is below zero")?,
            Value::Int(seq) => seq.try_into().map_err(|_| "seq has more than 64 bits")?,
            _ => return Err("seq is no whole number".into()),
        },
        celsius: match take("celsius")? {
            Value::F64(celsius) => celsius,
            Value::I64(celsius) => celsius as f64,
            _ => return Err("celsius is no number".into()),
        },
        tags: match take("tags")? {
            Value::List(tags) => tags.into_iter().map(text).collect::<Result<_, _>>()?,
            _ => return Err("tags is no list".into()),
        },
    })
}

fn text(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err("a text is wanted".into()),
    }
}

pub fn encode(reading: &Reading) -> Result<Vec<u8>, String> {
    serde_pickle::to_vec(reading, SerOptions::new().proto_v2()).map_err(|error| error.to_string())
}
