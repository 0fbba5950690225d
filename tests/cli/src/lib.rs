//! What the student's and the instructor's command have in common: the labs of the workspace, and cargo's builds.

pub mod cargo;
pub mod course;
