//! How far the parts of a class are, read from their journals: what Slurm says of a task is not asked, for a task that failed may have
//! finished its part, and one that is said to be done may not.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::entry::Verdict;
use crate::journal;

/// One part of a class.
#[derive(Debug)]
pub struct Part {
    /// Its number, from 1.
    pub number: usize,
    /// The folder of its journal.
    pub folder: PathBuf,
    /// What it has to judge: student and lab.
    wanted: BTreeSet<(String, String)>,
    seen: Seen,
    standing: Standing,
}

/// What was read of a journal so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    file: u64,
    bytes: u64,
    lines: usize,
}

/// What a part still lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Pieces of work of which nothing is known.
    pub missing: usize,
    /// Pieces that the machine could not judge.
    pub unjudged: usize,
    /// Why the journal cannot be read, where it cannot.
    pub error: Option<String>,
}

impl Standing {
    /// Whether everything was judged.
    pub fn is_complete(&self) -> bool {
        self.missing == 0 && self.unjudged == 0
    }
}

impl Part {
    /// The parts of a class, as `--shard` makes them, with their folders in a folder.
    pub fn all(students: &[String], labs: &[String], parts: usize, folder: &Path) -> Vec<Self> {
        let part = |number: usize| {
            let own = students.iter().skip(number - 1).step_by(parts);
            let wanted: BTreeSet<(String, String)> =
                own.flat_map(|student| labs.iter().map(|lab| (student.clone(), lab.clone()))).collect();
            let standing = Standing { missing: wanted.len(), unjudged: 0, error: None };
            let folder = folder.join(number.to_string());
            Self { number, folder, wanted, seen: Seen::default(), standing }
        };
        (1..=parts).map(part).collect()
    }

    /// How many pieces of work it has.
    pub fn len(&self) -> usize {
        self.wanted.len()
    }

    /// Whether it has nothing to judge.
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// How many pieces of work are judged, as far as was seen.
    pub fn done(&self) -> usize {
        if self.standing.is_complete() {
            self.len()
        } else {
            self.seen.lines.saturating_sub(1).min(self.len())
        }
    }

    /// What it lacks, as far as was seen.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Looks at its journal. Only what is new is read, until there is enough for a whole part.
    pub fn look(&mut self) {
        let before = self.seen;
        // A journal that is not there yet, or just being replaced, is looked at next time.
        if let Ok(seen) = count_lines(&self.folder.join(journal::FILE), before) {
            self.seen = seen;
        }
        if self.seen != before && self.seen.lines > self.len() {
            self.read();
        }
    }

    /// Reads its journal as a whole.
    pub fn read(&mut self) {
        let (entries, error) = match journal::read(&self.folder) {
            Ok((_, entries)) => (entries, None),
            Err(error) => (Vec::new(), Some(format!("{error:#}"))),
        };
        let mut missing = self.wanted.clone();
        let mut unjudged = 0;
        for entry in entries {
            let was_wanted = missing.remove(&(entry.student, entry.lab));
            unjudged += usize::from(was_wanted && entry.verdict == Verdict::InfrastructureError);
        }
        self.standing = Standing { missing: missing.len(), unjudged, error };
    }
}

/// The lines of a file, of which some were counted before. Half a last line does not count, and is read again.
fn count_lines(path: &Path, before: Seen) -> std::io::Result<Seen> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    let same = metadata.ino() == before.file && metadata.len() >= before.bytes;
    let mut seen = if same { before } else { Seen { file: metadata.ino(), ..Seen::default() } };
    file.seek(SeekFrom::Start(seen.bytes))?;
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
        seen.bytes += line.len() as u64;
        seen.lines += 1;
        line.clear();
    }
    Ok(seen)
}

/// The last lines of a file that may be long; empty where there is none.
pub fn last_lines(path: &Path, count: usize) -> String {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(4096)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn parts_are_the_shards_of_a_run() {
        let students: Vec<String> = ["a", "b", "c", "d", "e"].map(String::from).to_vec();
        let parts = Part::all(&students, &["lab01".into()], 2, Path::new("parts"));
        let names = |part: &Part| part.wanted.iter().map(|(student, _)| student.clone()).collect::<String>();
        assert_eq!(parts.iter().map(names).collect::<Vec<_>>(), ["ace", "bd"]);
        assert_eq!(parts[1].folder, Path::new("parts/2"));
    }

    #[test]
    fn lines_are_counted_on_and_from_the_beginning_in_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        std::fs::write(&path, "1\n2\nhalf").unwrap();
        let seen = count_lines(&path, Seen::default()).unwrap();
        assert_eq!((seen.lines, seen.bytes), (2, 4));
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b" a line\n4\n").unwrap();
        assert_eq!(count_lines(&path, seen).unwrap().lines, 4);
        let other = folder.path().join("other");
        std::fs::write(&other, "1\n").unwrap();
        std::fs::rename(&other, &path).unwrap();
        assert_eq!(count_lines(&path, seen).unwrap().lines, 1);
    }
}
