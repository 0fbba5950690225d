//! The record that each check leaves behind, for `cargo lab`, for graders and for reports.
//!
//! It lies in `target/labs/PACKAGE/CHECK/record.json`, or under `LAB_RECORDS` in `CHECK/record.json`, and is
//! replaced in one step, so that a reader never sees half of it.

use std::io::{self, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::failure::Outcome;
use crate::timeline::Event;

/// The name of the file in the check's folder.
pub const FILE: &str = "record.json";

/// The likely mistake, as a record tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Likely {
    /// Its name, as in `answers-once`.
    pub name: String,
    /// What it is, to the student.
    pub says: String,
}

/// How one check went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The package that was judged, as in `lab01`.
    pub package: String,
    /// The check's name.
    pub check: String,
    /// The task it belongs to.
    pub task: u32,
    /// What it is worth, whether earned or not.
    pub points: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// What was expected; empty where the check passed.
    pub expected: String,
    /// What was seen instead; empty where the check passed.
    pub seen: String,
    /// The likely mistake, where one was recognised.
    pub mistake: Option<Likely>,
    /// The task whose `todo!` was reached.
    pub todo: Option<u32>,
    /// The chapter's file and heading, as in `lab01.md#the-servers-half`.
    pub read: String,
    /// What the student was shown.
    pub explanation: String,
    /// The seed of the random values.
    pub seed: u64,
    /// The deadline of each wait, in milliseconds.
    pub deadline_ms: u64,
    /// When the check began, in milliseconds since 1970.
    pub began_ms: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Everything that happened.
    pub timeline: Vec<Event>,
}

impl Record {
    /// Writes the record into a folder, which is made where it is missing.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        // Buffered: serde_json writes token by token, and a long timeline has a hundred thousand of them.
        let mut out = io::BufWriter::new(&mut file);
        serde_json::to_writer(&mut out, self)?;
        out.flush()?;
        drop(out);
        file.persist(folder.join(FILE))?;
        Ok(())
    }

    /// Reads the record of a check from its folder.
    pub fn read(folder: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&std::fs::read(folder.join(FILE))?)?)
    }
}

/// The time of day, in milliseconds since 1970.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
