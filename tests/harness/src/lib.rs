//! The harness of ZeroMQ Labs: it runs the programs of a lab, plays their peers, stands on their wires,
//! and explains what went wrong.
//!
//! A suite under `tests/` is written with [`lab!`], [`macro@check`] and [`scene::Scene`]; everything else here serves
//! them. Without the feature `peers` nothing here needs libzmq, so that the `lab` command is built before it.

pub mod chart;
pub mod check;
mod common;
mod explain;
pub mod failure;
mod holes;
pub mod locale;
pub mod manifest;
pub mod paragraph;
#[cfg(feature = "peers")]
pub mod peer;
pub mod program;
pub mod raw;
pub mod record;
pub mod scene;
mod scene_tap;
pub mod tap;
pub mod timeline;
mod turns;
mod watchdog;
pub mod zmtp;

pub use failure::Mistake;
pub use harness_macros::check;
pub use rustix::process::Signal;
pub use scene::Scene;
pub use scene_tap::{SceneTap, SceneTapBuilder};
#[cfg(feature = "peers")]
pub use zmq;
