//! What instructors and students are told: made from the journal's entries alone, so that it can be made again at any time.
//!
//! Equal entries give equal files, byte for byte, in whatever order the entries come: nothing here asks the clock or names a path of this
//! machine. When an entry was judged, and how long that took, is left out for the same reason.

mod class;
mod feedback;
mod files;
mod gradebook;
mod gradescope;
mod junit;
mod overview;
mod page;
pub mod policy;
mod visible;

use std::collections::BTreeSet;
use std::path::Path;

use harness::manifest::Manifest;
use lab_cli::course;

use crate::entry::Entry;
use class::Class;
use policy::Policy;

/// What of a lab the reports need.
#[derive(Clone, Copy, Debug)]
pub struct LabInfo<'a> {
    /// Its name, as in `lab03`.
    pub name: &'a str,
    /// Its `lab.toml`.
    pub manifest: &'a Manifest,
    /// The SHA-256 of the untouched starter, made as that of a submission: whoever hands it in has copied nothing. None where it is not known.
    pub starter: Option<&'a str>,
}

impl<'a> From<&'a course::Lab> for LabInfo<'a> {
    fn from(lab: &'a course::Lab) -> Self {
        Self { name: &lab.name, manifest: &lab.manifest, starter: None }
    }
}

/// What an instructor may wish of the reports.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What being late costs; without it, nothing.
    pub policy: Option<Policy>,
    /// Students are told a hidden check's words only: no values, no timeline, no seed.
    pub brief_feedback: bool,
    /// Which checks are hidden, as in `t1_answers_every_ping` or `lab01/t1_answers_every_ping`; where it is empty, all are.
    pub hidden: BTreeSet<String>,
}

impl Options {
    /// Whether students are told this check's words only.
    fn is_hidden(&self, lab: &str, check: &str) -> bool {
        let named = |name: &String| name == check || name.split_once('/') == Some((lab, check));
        self.brief_feedback && (self.hidden.is_empty() || self.hidden.iter().any(named))
    }
}

/// Writes all reports into a folder, which is made where it is missing: `gradebook.csv`, `report.html`, `junit.xml`, and for each student
/// `results/NAME.json` and `feedback/NAME.md`.
///
/// `labs` are the labs of the course; those that no entry is about are left out, but the policy may speak of them. Of several entries about the
/// same student and lab the newest counts, and of several that began at the same time the last. Each file is replaced in one step.
pub fn write_all(
    folder: &Path,
    entries: &[Entry],
    labs: &[LabInfo<'_>],
    options: &Options,
) -> anyhow::Result<()> {
    let class = Class::new(entries, labs, options)?;
    files::make_folder(folder)?;
    // The table first: it is what must not be missing when the disk is full.
    files::replace(&folder.join("gradebook.csv"), |out| gradebook::write(&class, out))?;
    feedback::write_all(&folder.join("feedback"), &class)?;
    gradescope::write_all(&folder.join("results"), &class)?;
    files::replace(&folder.join("junit.xml"), |out| junit::write(&class, out))?;
    files::replace(&folder.join("report.html"), |out| page::write(&class, out))
}
