//! The instructor's side: `cargo grade` takes the submissions of a class in, builds and judges each in a box, keeps a journal that
//! survives everything, and reports.

pub mod entry;
pub mod ingest;
pub mod report;
