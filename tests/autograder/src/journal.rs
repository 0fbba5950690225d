//! The journal: one line for each finished piece of work, on disk before the next begins. Killed at any moment, the same command goes on.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::fs::FlockOperation;
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::entry::Entry;

/// The journal's name in the report's folder.
pub const FILE: &str = "journal.jsonl";
/// The longest line that is read: a record with its timelines has some 100 KB.
const LONGEST_LINE: u64 = 64 << 20;

/// What holds for all of a report: the first line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The format of the lines that follow.
    pub version: u32,
    /// The labs, as in `lab03`.
    pub labs: Vec<String>,
    /// The seed of the random values.
    pub seed: u64,
    /// Which part of the class this is, and of how many: `(1, 1)` for all.
    pub shard: (usize, usize),
}

/// A journal that is written.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// What holds for all of it.
    pub head: Head,
    /// The last entry of each student and lab.
    entries: BTreeMap<(String, String), Entry>,
}

impl Journal {
    /// Opens the journal in a folder, or begins one. An error where it was begun for something else, or another process writes it.
    ///
    /// A last line that is not whole, because its writer was killed, is taken away.
    pub fn open(folder: &Path, begin: impl FnOnce() -> Head) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let path = folder.join(FILE);
        let file = open_file(&path)?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => bail!(
                "{} is being written by another `cargo grade`; wait for it, or choose another --out",
                path.display()
            ),
            // Some shared file systems have no locks.
            Err(error) => eprintln!(
                "{} cannot be locked ({error}); see to it that no other `cargo grade` writes it",
                path.display()
            ),
        }
        Self::begin_or_go_on(path, file, begin)
    }

    /// Opens the journal in a folder whose last writer may still be there although it ought to be dead: a task on a machine that was given up.
    ///
    /// Waits for the other's lock for some time. After that, or where the file system has no locks, the journal becomes a new file with the
    /// same whole lines, which takes the old one's place in one step: what the other still writes goes into a file without a name, and at its
    /// next entry it notices and ends. Whatever it had judged in between is judged again.
    pub fn take_over(
        folder: &Path,
        patience: Duration,
        begin: impl FnOnce() -> Head,
    ) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let path = folder.join(FILE);
        let mut file = open_file(&path)?;
        let end = Instant::now() + patience;
        loop {
            match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) if is_at(&file, &path) => break,
                // Another has taken the file's place meanwhile.
                Ok(()) => file = open_file(&path)?,
                Err(Errno::WOULDBLOCK) if Instant::now() < end => {
                    std::thread::sleep(Duration::from_millis(200));
                }
                Err(error) => {
                    eprintln!("{}: {error}; the journal is taken over", path.display());
                    file = replace(&file, &path)?;
                    break;
                }
            }
        }
        Self::begin_or_go_on(path, file, begin)
    }

    fn begin_or_go_on(path: PathBuf, mut file: File, begin: impl FnOnce() -> Head) -> anyhow::Result<Self> {
        let (lines, whole) =
            whole_lines(&file).with_context(|| format!("{} cannot be read", path.display()))?;
        file.set_len(whole).with_context(|| format!("{} cannot be mended", path.display()))?;
        file.seek(SeekFrom::End(0))?;
        let (head, entries) = if let Some(read) = parse(&lines, &path)? {
            read
        } else {
            let head = begin();
            write_line(&mut file, &head).with_context(|| cannot_write(&path))?;
            (head, BTreeMap::new())
        };
        Ok(Self { path, file, head, entries })
    }

    /// Writes an entry, and returns when it is on disk.
    pub fn add(&mut self, entry: Entry) -> anyhow::Result<()> {
        if !is_at(&self.file, &self.path) {
            bail!(
                "{} was taken over by another `cargo grade`, or removed; this one ends",
                self.path.display()
            );
        }
        write_line(&mut self.file, &entry).with_context(|| cannot_write(&self.path))?;
        self.entries.insert((entry.student.clone(), entry.lab.clone()), entry);
        Ok(())
    }

    /// What is known of a student's work on a lab.
    pub fn get(&self, student: &str, lab: &str) -> Option<&Entry> {
        self.entries.get(&(student.to_string(), lab.to_string()))
    }

    /// The last entry of each student and lab, in this order.
    pub fn entries(&self) -> Vec<Entry> {
        self.entries.values().cloned().collect()
    }
}

impl Drop for Journal {
    /// Closing the file would do, but for a child that was forked a moment ago and has not closed its copy yet.
    fn drop(&mut self) {
        let _ = rustix::fs::flock(&self.file, FlockOperation::Unlock);
    }
}

fn open_file(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    options.open(path).with_context(|| format!("{} cannot be opened", path.display()))
}

/// Whether this file still is what its path names.
fn is_at(file: &File, path: &Path) -> bool {
    let same = |a: &std::fs::Metadata, b: &std::fs::Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
    file.metadata().ok().zip(std::fs::metadata(path).ok()).is_some_and(|(a, b)| same(&a, &b))
}

/// Puts a new file with the same whole lines in the file's place, locked where that is possible.
fn replace(file: &File, path: &Path) -> anyhow::Result<File> {
    let (lines, _) = whole_lines(file).with_context(|| format!("{} cannot be read", path.display()))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new().prefix("journal").append(true).tempfile_in(folder)?;
    for line in lines {
        new.write_all(&line)?;
        new.write_all(b"\n")?;
    }
    new.as_file().sync_all()?;
    let _ = rustix::fs::flock(new.as_file(), FlockOperation::NonBlockingLockExclusive);
    new.persist(path).with_context(|| format!("{} cannot be replaced", path.display()))
}

/// Reads a journal that nobody need write.
pub fn read(folder: &Path) -> anyhow::Result<(Head, Vec<Entry>)> {
    let path = folder.join(FILE);
    let file = File::open(&path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let (lines, _) = whole_lines(&file).with_context(|| format!("{} cannot be read", path.display()))?;
    let Some((head, entries)) = parse(&lines, &path)? else { bail!("{} is empty", path.display()) };
    Ok((head, entries.into_values().collect()))
}

fn cannot_write(path: &Path) -> String {
    format!(
        "{} cannot be written; what stands in it so far is whole, and the same command goes on from there",
        path.display()
    )
}

/// One line, whole and on disk, or an error.
fn write_line(file: &mut File, value: &impl Serialize) -> anyhow::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    if line.len() as u64 > LONGEST_LINE {
        bail!("an entry of {} bytes is more than a journal's line may have", line.len());
    }
    let before = file.metadata()?.len();
    let written = file.write_all(&line).and_then(|()| file.sync_data());
    if written.is_err() {
        // Half a line would hide the next one.
        let _ = file.set_len(before);
    }
    Ok(written?)
}

/// The lines that end with a newline, and how many bytes they are.
fn whole_lines(file: &File) -> std::io::Result<(Vec<Vec<u8>>, u64)> {
    let mut reader = BufReader::new(file);
    reader.seek(SeekFrom::Start(0))?;
    let (mut lines, mut whole) = (Vec::new(), 0);
    loop {
        let mut line = Vec::new();
        let count = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if line.pop() != Some(b'\n') {
            return Ok((lines, whole));
        }
        whole += count as u64;
        lines.push(line);
    }
}

type Entries = BTreeMap<(String, String), Entry>;

/// The head, and the last entry of each student and lab; none of an empty journal.
fn parse(lines: &[Vec<u8>], path: &Path) -> anyhow::Result<Option<(Head, Entries)>> {
    let Some((first, rest)) = lines.split_first() else { return Ok(None) };
    let head: Head = serde_json::from_slice(first)
        .with_context(|| format!("{}: line 1 is not the beginning of a journal", path.display()))?;
    if head.version != VERSION {
        bail!(
            "{} was written by another version of `cargo grade` ({} and not {VERSION}); choose another --out",
            path.display(),
            head.version
        );
    }
    let mut entries = BTreeMap::new();
    for (at, line) in rest.iter().enumerate() {
        let entry: Entry = serde_json::from_slice(line).with_context(|| {
            format!("{}: line {} is no entry; a damaged journal is not guessed at", path.display(), at + 2)
        })?;
        entries.insert((entry.student.clone(), entry.lab.clone()), entry);
    }
    Ok(Some((head, entries)))
}

/// The version of the lines.
pub const VERSION: u32 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{Tier, Verdict};

    fn head() -> Head {
        Head { version: VERSION, labs: vec!["lab01".into()], seed: 7, shard: (1, 1) }
    }

    fn entry(student: &str, reason: &str) -> Entry {
        Entry {
            student: student.into(),
            lab: "lab01".into(),
            verdict: Verdict::Failed,
            reason: reason.into(),
            details: String::new(),
            checks: Vec::new(),
            submitted: None,
            sha256: String::new(),
            judged_by: String::new(),
            seed: 7,
            tier: Tier::None,
            began_ms: 0,
            took_ms: 0,
            retries: 0,
        }
    }

    #[test]
    fn what_was_added_is_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path(), head).unwrap();
        journal.add(entry("b", "first")).unwrap();
        journal.add(entry("a", "x")).unwrap();
        journal.add(entry("b", "second")).unwrap();
        drop(journal);
        let journal = Journal::open(folder.path(), || panic!("it is there")).unwrap();
        let reasons: Vec<String> = journal.entries().into_iter().map(|entry| entry.reason).collect();
        assert_eq!(reasons, ["x", "second"]);
        assert_eq!(read(folder.path()).unwrap().0, head());
    }

    #[test]
    fn half_a_line_is_taken_away_wherever_the_writer_was_killed() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path(), head).unwrap();
        journal.add(entry("a", "x")).unwrap();
        journal.add(entry("b", "y")).unwrap();
        drop(journal);
        let path = folder.path().join(FILE);
        let whole = std::fs::read(&path).unwrap();
        let second = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0 + 1;
        for length in second..whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            let mut journal = Journal::open(folder.path(), head).unwrap();
            assert_eq!(journal.entries().len(), 1, "{length}");
            journal.add(entry("b", "y")).unwrap();
            drop(journal);
            assert_eq!(std::fs::read(&path).unwrap(), whole, "{length}");
        }
    }

    #[test]
    fn two_writers_are_refused_and_damage_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path(), head).unwrap();
        journal.add(entry("a", "x")).unwrap();
        assert!(
            Journal::open(folder.path(), head).unwrap_err().to_string().contains("another `cargo grade`")
        );
        drop(journal);
        let path = folder.path().join(FILE);
        let text = std::fs::read_to_string(&path).unwrap().replace("\"verdict\"", "\"verdicd\"");
        std::fs::write(&path, text).unwrap();
        let error = format!("{:#}", Journal::open(folder.path(), head).unwrap_err());
        assert!(error.contains("line 2 is no entry"), "{error}");
    }

    #[test]
    fn a_journal_whose_writer_lingers_is_taken_over_and_its_writer_ends() {
        let folder = tempfile::tempdir().unwrap();
        let mut lingering = Journal::open(folder.path(), head).unwrap();
        lingering.add(entry("a", "x")).unwrap();
        let mut journal = Journal::take_over(folder.path(), Duration::from_millis(1), head).unwrap();
        let error = lingering.add(entry("b", "too late")).unwrap_err().to_string();
        assert!(error.contains("was taken over"), "{error}");
        journal.add(entry("b", "y")).unwrap();
        assert!(Journal::open(folder.path(), head).is_err(), "the new file is locked");
        drop((lingering, journal));
        let reasons: Vec<String> =
            read(folder.path()).unwrap().1.into_iter().map(|entry| entry.reason).collect();
        assert_eq!(reasons, ["x", "y"]);
    }

    #[test]
    fn a_lock_that_is_given_up_in_time_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut dying = Journal::open(folder.path(), head).unwrap();
        dying.add(entry("a", "x")).unwrap();
        let path = folder.path().join(FILE);
        let before = std::fs::metadata(&path).unwrap().ino();
        std::thread::scope(|scope| {
            let next =
                scope.spawn(|| Journal::take_over(folder.path(), Duration::from_secs(3600), head).unwrap());
            dying.add(entry("b", "the last words")).unwrap();
            drop(dying);
            assert_eq!(next.join().unwrap().entries().len(), 2);
        });
        assert_eq!(std::fs::metadata(&path).unwrap().ino(), before, "nothing was replaced");
    }

    #[test]
    fn a_full_disk_is_said_and_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path(), head).unwrap();
        journal.add(entry("a", "x")).unwrap();
        let before = std::fs::metadata(folder.path().join(FILE)).unwrap().len();
        journal.file = OpenOptions::new().append(true).open("/dev/full").unwrap();
        journal.path = "/dev/full".into();
        let error = format!("{:#}", journal.add(entry("b", "y")).unwrap_err());
        assert!(error.contains("the same command goes on"), "{error}");
        assert_eq!(std::fs::metadata(folder.path().join(FILE)).unwrap().len(), before);
        assert!(journal.get("b", "lab01").is_none());
    }
}
