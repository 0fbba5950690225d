//! Takes submissions in: folders, zip and tar files become, for each student, the few source files that count.
//!
//! Nothing is ever unpacked to disk. Entries are listed first; of them only `labs/labNN/src/**/*.rs` is read, one by one, into memory and under
//! caps. What else a submission holds is named as ignored, and what looks like a trick is refused with its reason.

mod find;
mod folder;
mod layout;
mod name;
mod roster;
mod tarball;
mod unzip;

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

pub use find::{Class, find};
pub use roster::{Roster, Row};

/// What was taken of one student.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The student's name: from the roster, or else the file's name.
    pub student: String,
    /// When it was handed in, in seconds since 1970, where that is known.
    pub submitted: Option<i64>,
    /// What it holds for each lab that is asked for, by the lab's name.
    pub labs: BTreeMap<String, Taken>,
    /// What it holds besides and nobody looks at, what could change a build first; [`MOST_IGNORED`] at most, then how many more.
    pub ignored: Vec<String>,
}

/// How many ignored files are named.
pub const MOST_IGNORED: usize = 20;

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

impl Taken {
    /// The hash of what was taken, see [`sha256`]; empty where nothing was.
    pub fn sha256(&self) -> String {
        match self {
            Self::Sources(sources) => sha256(sources),
            _ => String::new(),
        }
    }
}

/// SHA-256 of source files, in hexadecimal: their number, then for each its path and its contents, each with its length before it, so that no two
/// sets of files give the same bytes.
pub fn sha256(sources: &BTreeMap<String, Vec<u8>>) -> String {
    let mut hash = Sha256::new();
    hash.update((sources.len() as u64).to_le_bytes());
    for part in sources.iter().flat_map(|(path, contents)| [path.as_bytes(), contents]) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    crate::template::hex(&hash.finalize())
}

/// How much is read of one submission. Honest work is far below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Files and folders in one submission; what is skipped in a folder, as `target/`, does not count.
    pub entries: usize,
    /// Folders inside each other.
    pub depth: usize,
    /// Source files for one lab.
    pub sources: usize,
    /// Bytes in one source file.
    pub source: u64,
    /// Bytes in all source files of one lab.
    pub all: u64,
    /// Bytes of an archive.
    pub archive: u64,
    /// Bytes that an archive unpacks to, counted as far as it has to be unpacked to reach the sources.
    pub unpacked: u64,
    /// How many bytes one packed byte may become, once there are more than [`Caps::ratio_above`].
    pub ratio: u64,
    /// Up to here any ratio will do: short files that repeat themselves pack well.
    pub ratio_above: u64,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            entries: 20_000,
            depth: 40,
            sources: 200,
            source: 256 << 10,
            all: 2 << 20,
            archive: 64 << 20,
            unpacked: 1 << 30,
            ratio: 100,
            ratio_above: 1 << 20,
        }
    }
}

/// Why reading a submission stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stop {
    /// Because of what it holds.
    Rejected(String),
    /// Because of the machine.
    Unreadable(String),
}

impl From<Stop> for Taken {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Rejected(why) => Self::Rejected(why),
            Stop::Unreadable(why) => Self::Unreadable(why),
        }
    }
}

/// Refuses, with the reason.
fn reject<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Rejected(why.into()))
}

/// A file or folder of a submission, as listed: nothing of it has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    /// Its path in parts, see [`name::parts`].
    path: Vec<String>,
    kind: Kind,
    /// Its size as the listing says; a reader counts.
    size: u64,
}

impl Item {
    /// An item of an archive. Litter becomes a folder without name, of which nobody takes notice: it keeps its place, so that numbers agree.
    fn new(path: Vec<String>, kind: Kind, size: u64) -> Self {
        if name::is_in_litter(&path) {
            return Self { path: Vec::new(), kind: Kind::Folder, size: 0 };
        }
        Self { path, kind, size }
    }
}

/// What an [`Item`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    /// Anything else, in words, as in `a symbolic link`.
    Odd(&'static str),
}

/// A folder or an archive that holds a submission.
trait Holder {
    /// All that is in it, but what is skipped silently.
    fn items(&mut self) -> Result<Vec<Item>, Stop>;

    /// The contents of some of these, all of them files: exactly as many bytes as listed, or an error. `wanted` is sorted.
    fn contents(&mut self, wanted: &[usize]) -> Result<BTreeMap<usize, Vec<u8>>, Stop>;

    /// The newest time of some of these, in seconds since 1970, where the holder knows it better than its own file's time tells.
    fn newest(&self, wanted: &[usize]) -> Option<i64> {
        let _ = wanted;
        None
    }
}

/// What was read: for each lab, the ignored, and the newest time where known.
type Read = (BTreeMap<String, Taken>, Vec<String>, Option<i64>);

/// Reads what counts for these labs.
fn read(path: &Path, labs: &[String], caps: &Caps) -> Result<Read, Stop> {
    let mut holder = find::open(path, caps)?;
    let items = holder.items()?;
    let (plans, ignored) = layout::plan(&items, labs, caps);
    let mut wanted: Vec<usize> =
        plans.values().filter_map(|plan| plan.as_ref().ok()).flatten().map(|file| file.item).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut contents = if wanted.is_empty() { BTreeMap::new() } else { holder.contents(&wanted)? };
    let newest = holder.newest(&wanted);
    let mut taken = BTreeMap::new();
    for (lab, plan) in plans {
        let sources = match plan {
            Ok(files) if files.is_empty() => Taken::Missing,
            Ok(files) => Taken::Sources(
                files
                    .into_iter()
                    .map(|file| (file.path, contents.remove(&file.item).unwrap_or_default()))
                    .collect(),
            ),
            Err(why) => Taken::Rejected(why),
        };
        taken.insert(lab, sources);
    }
    Ok((taken, ignored, newest))
}
