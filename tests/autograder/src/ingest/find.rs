//! Which submissions there are, and whose.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Seek};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, bail};
use unicode_normalization::UnicodeNormalization;

use super::folder::Folder;
use super::tarball::Tar;
use super::unzip::Zip;
use super::{Caps, Holder, Roster, Stop, Submission, Taken, layout, name, reject};

/// What a roster is called that lies beside the submissions.
const ROSTER: &str = "roster.csv";

/// The submissions of a class, sorted by student. Each is read when it is asked for, and not kept.
#[derive(Clone, Debug)]
pub struct Class {
    /// Submissions of nobody on the roster: file or folder names. They are not judged.
    pub unknown: Vec<String>,
    /// What else lies there and is no submission.
    pub others: Vec<String>,
    found: Vec<Found>,
    labs: Vec<String>,
    caps: Caps,
}

/// Where one student's work is.
#[derive(Clone, Debug)]
struct Found {
    student: String,
    /// None where nothing was handed in.
    path: Option<PathBuf>,
    /// When it was handed in, by the roster.
    submitted: Option<i64>,
}

impl Class {
    /// How many students there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The students' names, in order.
    pub fn students(&self) -> impl Iterator<Item = &str> {
        self.found.iter().map(|found| found.student.as_str())
    }

    /// Takes in the submission of the student of this number, from 0 to [`Class::len`].
    pub fn read(&self, number: usize) -> Submission {
        let found = &self.found[number];
        let all = |taken: &Taken| self.labs.iter().map(|lab| (lab.clone(), taken.clone())).collect();
        let mut submission = Submission {
            student: found.student.clone(),
            submitted: found.submitted,
            labs: BTreeMap::new(),
            ignored: Vec::new(),
        };
        let Some(path) = &found.path else {
            submission.labs = all(&Taken::Missing);
            return submission;
        };
        let mut newest = None;
        match super::read(path, &self.labs, &self.caps) {
            Ok(read) => (submission.labs, submission.ignored, newest) = read,
            Err(stop) => submission.labs = all(&stop.into()),
        }
        submission.submitted = submission.submitted.or(newest).or_else(|| modified(path));
        submission
    }
}

/// Finds the submissions in a folder of folders and archives, or the one that `submissions` is itself, without opening any.
///
/// Without a roster, `roster.csv` in that folder is it, if it is there. Two submissions of one student are an error.
pub fn find(
    submissions: &Path,
    roster: Option<&Roster>,
    labs: &[String],
    caps: &Caps,
) -> anyhow::Result<Class> {
    if labs.is_empty() {
        bail!("no lab is asked for");
    }
    // A link given on the command line is the instructor's own.
    let path = submissions
        .canonicalize()
        .with_context(|| format!("the submissions {} cannot be found", submissions.display()))?;
    let is_one = !path.is_dir() || is_submission(&path, labs);
    let beside = if path.is_dir() && !is_one && path.join(ROSTER).exists() {
        Some(Roster::read(&path.join(ROSTER))?)
    } else {
        None
    };
    let mut class = Class {
        unknown: Vec::new(),
        others: Vec::new(),
        found: Vec::new(),
        labs: labs.to_vec(),
        caps: caps.clone(),
    };
    let there = if is_one { vec![path.clone()] } else { candidates(&path, &mut class.others)? };
    match roster.or(beside.as_ref()) {
        Some(roster) => by_roster(&mut class, roster, there, is_one)?,
        None => {
            for path in there {
                let student = student(&file_name(&path));
                class.found.push(Found { student, path: Some(inner(path, labs)), submitted: None });
            }
        }
    }
    class.found.sort_by(|a, b| (&a.student, &a.path).cmp(&(&b.student, &b.path)));
    if let Some(pair) = class.found.windows(2).find(|pair| pair[0].student == pair[1].student) {
        let [first, second] =
            [0, 1].map(|at| pair[at].path.as_deref().map(Path::display).map(|path| path.to_string()));
        bail!(
            "two submissions of {}: {} and {}; keep one of them, or tell them apart in {ROSTER}",
            pair[0].student,
            first.unwrap_or_default(),
            second.unwrap_or_default()
        );
    }
    if class.found.is_empty() {
        bail!(
            "no submission in {}: a folder, zip, tar.gz or tar for each student is one",
            submissions.display()
        );
    }
    Ok(class)
}

/// Gives each student of the roster what was handed in under the name there.
fn by_roster(class: &mut Class, roster: &Roster, there: Vec<PathBuf>, is_one: bool) -> anyhow::Result<()> {
    let mut left: Vec<(String, Option<PathBuf>)> =
        there.into_iter().map(|path| (file_name(&path), Some(path))).collect();
    let labs = class.labs.clone();
    for row in &roster.rows {
        let mine: Vec<usize> = (0..left.len()).filter(|&at| is_named(&left[at].0, &row.submission)).collect();
        if let [first, second, ..] = mine[..] {
            bail!(
                "two submissions of {}: {} and {}; keep one of them, or name the one that counts in {ROSTER}",
                row.student,
                left[first].0,
                left[second].0
            );
        }
        let path = match mine.first() {
            Some(&at) => Some(left[at].1.take().with_context(|| {
                format!(
                    "{} is the submission of {} and of another student in {ROSTER}",
                    left[at].0, row.student
                )
            })?),
            // Where one submission is judged, the others of the class are not missing.
            None if is_one => continue,
            None => None,
        };
        let path = path.map(|path| inner(path, &labs));
        class.found.push(Found { student: row.student.clone(), path, submitted: row.submitted });
    }
    class.unknown.extend(left.into_iter().filter_map(|(name, path)| path.map(|_| name)));
    if class.found.is_empty() && !class.unknown.is_empty() {
        bail!("{} is not on the roster", class.unknown.join(", "));
    }
    Ok(())
}

/// Whether a file of this name is meant by what the roster says.
fn is_named(file: &str, wanted: &str) -> bool {
    let nfc = |text: &str| text.nfc().collect::<String>();
    let (file, wanted) = (nfc(file), nfc(wanted));
    match wanted.strip_suffix('*') {
        Some(beginning) => file.starts_with(beginning),
        None => file == wanted || student(&file) == wanted,
    }
}

/// Folders and archives in a folder, sorted; `others` gets the rest.
fn candidates(folder: &Path, others: &mut Vec<String>) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let cannot = || format!("{} cannot be read", folder.display());
    for entry in fs::read_dir(folder).with_context(cannot)? {
        let entry = entry.with_context(cannot)?;
        let name = name::readable(entry.file_name().as_encoded_bytes());
        if name == ROSTER || name.starts_with('.') || name::is_litter(&[], &name) {
            continue;
        }
        let kind = entry.file_type().with_context(cannot)?;
        if kind.is_dir() || kind.is_symlink() || name::archive_ending(&name).is_some() {
            found.push(entry.path());
        } else {
            others.push(name);
        }
    }
    found.sort();
    others.sort();
    Ok(found)
}

/// Whether a folder is one submission, not a folder of them.
fn is_submission(folder: &Path, labs: &[String]) -> bool {
    let is_folder = |path: PathBuf| fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file());
    is_folder(folder.join("labs"))
        || is_folder(folder.join("src"))
        || labs.iter().any(|lab| is_folder(folder.join(lab).join("src")))
}

/// The archive in a folder that holds nothing else, which is how Moodle hands out submissions; else the folder.
fn inner(path: PathBuf, labs: &[String]) -> PathBuf {
    let is_folder = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir());
    if !is_folder || is_submission(&path, labs) {
        return path;
    }
    let Ok(entries) = fs::read_dir(&path) else { return path };
    let mut archives = Vec::new();
    // More entries than anybody would look at: then it is not what is looked for.
    for entry in entries.take(100) {
        let Ok(entry) = entry else { return path };
        let name = name::readable(entry.file_name().as_encoded_bytes());
        match entry.file_type() {
            _ if name::is_litter(&[], &name) => {}
            Ok(kind) if kind.is_file() && name::archive_ending(&name).is_some() => {
                archives.push(entry.path());
            }
            Ok(kind) if kind.is_file() && !name::is_rust(&name) => {}
            _ => return path,
        }
    }
    if archives.len() == 1 { archives.remove(0) } else { path }
}

fn file_name(path: &Path) -> String {
    name::readable(path.file_name().unwrap_or_default().as_encoded_bytes())
}

/// The student that a file or folder is named after: without an archive's ending, and without what Moodle appends.
fn student(name: &str) -> String {
    let name = name::archive_ending(name).map_or(name, |ending| &name[..name.len() - ending.len()]);
    let moodle = name.find("_assignsubmission_").and_then(|at| name[..at].rsplit_once('_'));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let name = moodle.filter(|(_, number)| is_number(number)).map_or(name, |(student, _)| student);
    name.nfc().collect()
}

fn modified(path: &Path) -> Option<i64> {
    let time = fs::symlink_metadata(path).ok()?.modified().ok()?;
    i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()
}

/// Opens a submission, by what it is and not by what it is called.
pub(super) fn open(path: &Path, caps: &Caps) -> Result<Box<dyn Holder>, Stop> {
    let unreadable =
        |error: std::io::Error| Stop::Unreadable(format!("the submission cannot be read: {error}"));
    let metadata = fs::symlink_metadata(path).map_err(unreadable)?;
    if metadata.is_symlink() {
        return reject("the submission itself is a symbolic link; copy what it points to");
    }
    if metadata.is_dir() {
        return Ok(Box::new(Folder::open(path, caps)?));
    }
    if !metadata.is_file() {
        return reject("the submission is neither a file nor a folder");
    }
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let mut file = File::options().read(true).custom_flags(flags).open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Stop::Unreadable("the submission changed while it was read".into()));
    }
    let length = metadata.len();
    if length > caps.archive {
        return reject(format!(
            "the archive is too large: {}, more than {}; leave out target/",
            layout::bytes(length),
            layout::bytes(caps.archive)
        ));
    }
    let mut start = Vec::new();
    file.by_ref().take(512).read_to_end(&mut start).map_err(unreadable)?;
    file.rewind().map_err(unreadable)?;
    match start.as_slice() {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Ok(Box::new(Zip::new(file, length, caps))),
        [0x1f, 0x8b, ..] => Ok(Box::new(Tar::new(file, true, caps))),
        block if block.len() == 512 && (block[257..262] == *b"ustar" || is_named_tar(path)) => {
            Ok(Box::new(Tar::new(file, false, caps)))
        }
        [] => reject("cannot be read: the file is empty"),
        _ => {
            let name = file_name(path);
            let ending = name::archive_ending(&name).unwrap_or("file");
            reject(format!("cannot be read: the {ending} is neither zip nor tar.gz nor tar"))
        }
    }
}

fn is_named_tar(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tar"))
}
