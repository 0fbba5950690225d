//! Takes submissions in: folders, zip and tar.gz files become, for each student, the few source files that count.
//!
//! Nothing is ever unpacked to disk. Entries are read one by one into memory, under caps, and only `labs/labNN/src/**/*.rs` is taken.

use std::collections::BTreeMap;

/// What was taken of one student.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The student's name: from the roster, or else the file's name.
    pub student: String,
    /// When it was handed in, in seconds since 1970, where that is known.
    pub submitted: Option<i64>,
    /// What it holds for each lab that is asked for, by the lab's name.
    pub labs: BTreeMap<String, Taken>,
}

/// What was taken for one lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The source files: paths below the lab's folder, as in `src/bin/server.rs`, and contents.
    Sources(BTreeMap<String, Vec<u8>>),
    /// The submission must not be judged; why, in one line for the student.
    Rejected(String),
    /// It holds nothing for this lab, or the student is on the roster and handed nothing in.
    Missing,
    /// The machine could not read it: not the student's fault.
    Unreadable(String),
}
