//! The harness of ZeroMQ Labs: it runs the programs of a lab, plays their peers, stands on their wires,
//! and explains what went wrong.
//!
//! A suite under `tests/` is written with [`lab!`], [`macro@check`] and [`scene::Scene`]; everything else here serves
//! them. Without the feature `peers` nothing here needs libzmq, so that the `lab` command is built before it.

pub mod chart;
pub mod check;
mod explain;
pub mod failure;
pub mod manifest;
#[cfg(feature = "peers")]
pub mod peer;
pub mod program;
pub mod record;
pub mod scene;
pub mod timeline;
mod watchdog;
pub mod zmtp;

pub use failure::Mistake;
pub use harness_macros::check;
pub use rustix::process::Signal;
pub use scene::Scene;
#[cfg(feature = "peers")]
pub use zmq;
