//! The files of a report: replaced in one step, under names that are safe on every system.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::Context;
use sha2::{Digest, Sha256};

/// The longest name of a file, in bytes and without its extension. File systems allow 255; some archives and Windows' paths less.
const LONGEST: usize = 80;
/// How much of a file is read to see who made it.
const HEAD: u64 = 120;

/// Makes a folder where it is missing.
pub(super) fn make_folder(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))
}

/// Writes a file beside its place and puts it there when it is whole, so that nobody ever sees half of it, and an older one stays where
/// writing fails.
pub(super) fn replace(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let failed = || format!("cannot write {}; what was there is still there", path.display());
    let explain = |error: anyhow::Error| match error.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => error
            .context("the disk is full: make room and run the same command again, nothing is judged anew"),
        _ => error,
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    let whole = || -> anyhow::Result<()> {
        // As other files: readable by whom the user's umask lets.
        let mode = Permissions::from_mode(0o666);
        let mut file = tempfile::Builder::new().prefix(".writing-").permissions(mode).tempfile_in(folder)?;
        let mut out = BufWriter::new(file.as_file_mut());
        write(&mut out)?;
        out.flush()?;
        drop(out);
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    whole().map_err(explain).with_context(failed)
}

/// Removes what an earlier report left in a folder for students who are no longer there: a file under an old name may be handed to the
/// wrong one. Only files that begin with our `mark` are removed.
pub(super) fn remove_stale(
    folder: &Path,
    extension: &str,
    mark: &str,
    keep: &BTreeSet<&str>,
) -> anyhow::Result<()> {
    let failed = || format!("the folder {} cannot be tidied", folder.display());
    for file in fs::read_dir(folder).with_context(failed)? {
        let path = file.with_context(failed)?.path();
        let ours = path.extension().is_some_and(|found| found == extension);
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if ours && !keep.contains(stem) && path.is_file() && begins_with(&path, mark) {
            fs::remove_file(&path).with_context(failed)?;
        }
    }
    Ok(())
}

fn begins_with(path: &Path, mark: &str) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    read.is_ok() && String::from_utf8_lossy(&head).contains(mark)
}

/// A name of a file for each student, without extension; no two are equal, also where case does not count.
///
/// A name that is safe stays as it is. Another gets `_` for what is not safe, and digits of its SHA-256 behind a `~`; so do names that differ in
/// case only. As no safe name holds a `~`, nobody can call himself by the name of another one's file.
pub(super) fn names<'a>(students: &BTreeSet<&'a str>) -> BTreeMap<&'a str, String> {
    let mut folded: BTreeMap<String, usize> = BTreeMap::new();
    for student in students {
        *folded.entry(student.to_lowercase()).or_default() += 1;
    }
    let name = |student: &str| {
        let safe = safe(student);
        let alone = folded.get(&student.to_lowercase()) == Some(&1);
        if safe == student && alone { safe } else { format!("{safe}~{}", digits(student)) }
    };
    students.iter().map(|student| (*student, name(student))).collect()
}

fn digits(text: &str) -> String {
    crate::template::hex(&Sha256::digest(text)[..8])
}

/// Letters and digits of any script, and `-`, `_`, `.` and blanks where they do no harm.
fn safe(name: &str) -> String {
    let mut out = String::new();
    for char in name.chars() {
        let fits = char.is_alphanumeric()
            || matches!(char, '-' | '_')
            || (!out.is_empty() && matches!(char, '.' | ' '));
        if out.len() + char.len_utf8() > LONGEST {
            break;
        }
        out.push(if fits { char } else { '_' });
    }
    while out.ends_with(['.', ' ']) {
        out.pop();
        out.push('_');
    }
    if out.starts_with('-') {
        out.replace_range(..1, "_");
    }
    let stem = out.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let device = matches!(&*stem, "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")));
    if out.is_empty() || device { format!("_{out}") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str) -> String {
        names(&BTreeSet::from([name]))[name].clone()
    }

    #[test]
    fn ordinary_names_stay() {
        for name in ["ada", "Ada Lovelace", "Леся Українка", "a.b-c_d", "王小明"] {
            assert_eq!(one(name), name);
        }
    }

    #[test]
    fn hostile_names_cannot_leave_the_folder() {
        for name in [
            "../../x",
            "/etc/passwd",
            "a\\b",
            "..",
            ".",
            "",
            "-rf",
            "a\0b",
            "a\nb",
            "CON",
            "nul.txt",
            "x.",
            "x ",
            "🙂",
        ] {
            let safe = one(name);
            assert!(!safe.contains(['/', '\\', '\0', '\n']), "{name:?}: {safe:?}");
            assert!(!safe.starts_with(['.', '-']) && !safe.ends_with(['.', ' ']), "{name:?}: {safe:?}");
            assert!(safe.contains('~') && safe != name, "{name:?}: {safe:?}");
        }
        assert!(one(&"я".repeat(300)).len() <= LONGEST + 17);
    }

    #[test]
    fn names_that_become_equal_are_told_apart() {
        let long = ["x".repeat(300), format!("{}y", "x".repeat(299))];
        let students = BTreeSet::from(["a/b", "a:b", "a_b", "Ada", "ada", "ADA", &*long[0], &*long[1]]);
        let names = names(&students);
        let folded: BTreeSet<String> = names.values().map(|name| name.to_lowercase()).collect();
        assert_eq!(folded.len(), students.len(), "{names:?}");
        assert_eq!(names["a_b"], "a_b", "nobody can take another one's name");
    }

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        replace(&path, |out| Ok(out.write_all(b"old")?)).unwrap();
        let full = |out: &mut dyn Write| {
            out.write_all(b"new")?;
            Err(io::Error::from(io::ErrorKind::StorageFull).into())
        };
        let error = format!("{:#}", replace(&path, full).unwrap_err());
        assert!(error.contains("cannot write") && error.contains("the disk is full: make room"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing half is left");
    }

    /// A real full disk, which every Linux has.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_said_so() {
        let write = || -> anyhow::Result<()> {
            let mut out = File::options().write(true).open("/dev/full")?;
            out.write_all(b"x")?;
            Ok(())
        };
        let folder = tempfile::tempdir().unwrap();
        let error = replace(&folder.path().join("x"), |_| write()).unwrap_err();
        assert!(format!("{error:#}").contains("the disk is full"), "{error:#}");
    }

    #[test]
    fn only_our_own_leftovers_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in
            [("old.md", "<!-- mine -->"), ("kept.md", "<!-- mine -->"), ("notes.md", "dear diary")]
        {
            fs::write(folder.path().join(name), text).unwrap();
        }
        remove_stale(folder.path(), "md", "<!-- mine -->", &BTreeSet::from(["kept"])).unwrap();
        assert!(!folder.path().join("old.md").exists());
        assert!(folder.path().join("kept.md").exists() && folder.path().join("notes.md").exists());
    }
}
