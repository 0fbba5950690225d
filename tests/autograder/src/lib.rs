//! The instructor's side: `cargo grade` takes the submissions of a class in, builds and judges each in a box, keeps a journal that
//! survives everything, and reports.

pub mod capped;
pub mod class;
pub mod cli;
pub mod doctor;
pub mod entry;
pub mod handout;
pub mod ingest;
pub mod journal;
pub mod jplag;
pub mod judge;
pub mod prepared;
pub mod report;
pub mod sandbox;
pub mod slurm;
pub mod template;
