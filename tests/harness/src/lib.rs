//! The harness of ZeroMQ Labs: it runs the programs of a lab, plays their peers, stands on their wires,
//! and explains what went wrong.
//!
//! A suite under `tests/` is written with [`mod@check`]; everything else here serves it.

pub mod chart;
pub mod timeline;
