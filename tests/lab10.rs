//! Lab 10, the pipeline: a ventilator that deals tasks, workers, and a sink that collects the results, starts everybody and ends everybody.
//!
//! Each check's comment is the idea that it checks; a failed check prints it.

#[path = "lab10/mistakes.rs"]
mod mistakes;
#[path = "lab10/sink.rs"]
mod sink;
#[path = "lab10/stage.rs"]
mod stage;
#[path = "lab10/together.rs"]
mod together;
#[path = "lab10/ventilator.rs"]
mod ventilator;
#[path = "lab10/worker.rs"]
mod worker;

use std::time::Duration;

harness::lab!("lab10": "ventilator", "worker", "sink");

/// How long `go` is held back, to see who starts by the clock: longer than [`SOON`], so that no sleep can be right.
const HOLD: Duration = Duration::from_millis(2500);
/// How soon a ventilator starts after `go`. A right one needs milliseconds.
const SOON: Duration = Duration::from_secs(2);
/// How long one that did not start soon is watched, to tell one that sleeps from one that waits for ever.
const LATER: Duration = Duration::from_millis(3500);
/// How long nobody reads, to see who ends before everything is delivered: longer than the linger of `shared::Context`.
const UNREAD: Duration = Duration::from_millis(1300);
/// How long a worker gets nothing, to see whether it takes that for the end.
const IDLE: Duration = Duration::from_millis(1100);
/// How long a program that does something too early is given to do it. It does so in a millisecond.
const MOMENT: Duration = Duration::from_millis(200);
