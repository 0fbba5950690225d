//! What is sent: one reading of a thermometer.

use serde::{Deserialize, Serialize};

/// One reading. The names of its fields are part of what goes over the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Which thermometer it comes from.
    pub sensor: String,
    /// The number of the reading, counted by the thermometer.
    pub seq: u64,
    /// The temperature in degrees Celsius.
    pub celsius: f64,
    /// Words about it.
    pub tags: Vec<String>,
}
