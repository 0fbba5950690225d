//! `--jplag DIR`: the sources of a class as JPlag wants them, which finds those that were copied from each other.
//!
//! JPlag compares the folders of `submissions/`, and takes no notice of what is in `base/`: the starter, which all have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use lab_cli::course::Lab;

use crate::ingest::{Class, Taken};

/// Writes what was taken of each student for these labs into a folder that is not there yet, or is empty; gives how many students are in it.
pub fn write(out: &Path, class: &Class, labs: &[&Lab]) -> anyhow::Result<usize> {
    let is_used = fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some());
    if is_used {
        bail!("{} is not empty; name a folder that is not there yet for JPlag's sources", out.display());
    }
    for lab in labs {
        copy_starter(&lab.folder.join("src"), &out.join("base").join(&lab.name).join("src"))?;
    }
    let mut names = BTreeSet::new();
    let mut table = vec!["folder,student\n".to_string()];
    for number in 0..class.len() {
        let submission = class.read(number);
        let taken = submission.labs.iter().filter_map(|(lab, taken)| match taken {
            Taken::Sources(sources) => Some((lab, sources)),
            _ => None,
        });
        let taken: BTreeMap<_, _> = taken.collect();
        if taken.is_empty() {
            continue;
        }
        let name = folder_name(&submission.student, &mut names);
        table.push(format!("{name},{}\n", quoted(&submission.student)));
        for (lab, sources) in taken {
            for (path, contents) in sources {
                put(&out.join("submissions").join(&name).join(lab).join(path), contents)?;
            }
        }
    }
    put(&out.join("students.csv"), table.concat().as_bytes())?;
    put(&out.join("README.md"), readme(labs).as_bytes())?;
    Ok(names.len())
}

/// How JPlag is called.
fn readme(labs: &[&Lab]) -> String {
    let names: Vec<&str> = labs.iter().map(|lab| lab.name.as_str()).collect();
    format!(
        "# Sources of {} for JPlag\n\n\
         JPlag (https://github.com/jplag/JPlag) finds work that was copied. It needs Java; then, in this folder:\n\n\
         ```sh\njava -jar jplag.jar --language rust --base-code base submissions\n```\n\n\
         It shows the pairs that are alike, with the lines. What is in `base` is the starter, which counts for nobody. A number proves nothing: look at\n\
         the lines, and talk to the students. `students.csv` says whose folder is which.\n",
        names.join(", ")
    )
}

/// A folder's name that is a student's as far as a file system everywhere allows, and no other's.
fn folder_name(student: &str, names: &mut BTreeSet<String>) -> String {
    let safe = |character: char| {
        if character.is_alphanumeric() || "-_".contains(character) { character } else { '_' }
    };
    let stem: String = student.chars().map(safe).take(60).collect();
    let stem = if stem.is_empty() { "_".into() } else { stem };
    let mut name = stem.clone();
    let mut number = 2;
    // Also where upper and lower case are the same.
    while !names.insert(name.to_lowercase()) {
        name = format!("{stem}-{number}");
        number += 1;
    }
    name
}

/// A cell of a CSV file that no spreadsheet takes for a formula.
fn quoted(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// Copies the Rust files of a starter.
fn copy_starter(from: &Path, to: &Path) -> anyhow::Result<()> {
    let cannot = || format!("{} cannot be read", from.display());
    for entry in fs::read_dir(from).with_context(cannot)? {
        let path: PathBuf = entry.with_context(cannot)?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy_starter(&path, &target)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            put(&target, &fs::read(&path).with_context(cannot)?)?;
        }
    }
    Ok(())
}

fn put(path: &Path, contents: &[u8]) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    fs::write(path, contents).with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use lab_cli::course::Course;

    use super::*;
    use crate::ingest::{Caps, find};

    #[test]
    fn each_student_has_a_folder_and_the_starter_is_the_base() {
        let place = tempfile::tempdir().unwrap();
        let submissions = place.path().join("submissions");
        for (student, text) in
            [("=Ann", "fn a() {}"), ("Bob B.", "fn b() {}"), ("bob_b_", "fn c() {}"), ("none", "")]
        {
            let file = if text.is_empty() { "notes.txt" } else { "labs/lab01/src/bin/server.rs" };
            put(&submissions.join(student).join(file), text.as_bytes()).unwrap();
        }
        let course = Course::find().unwrap();
        let lab = course.lab("01").unwrap();
        let class = find(&submissions, None, &["lab01".into()], &Caps::default()).unwrap();
        let out = place.path().join("jplag");
        assert_eq!(write(&out, &class, &[lab]).unwrap(), 3);
        let read = |path: &str| fs::read_to_string(out.join(path)).unwrap();
        assert_eq!(read("submissions/_Ann/lab01/src/bin/server.rs"), "fn a() {}");
        assert_eq!(read("submissions/Bob_B_/lab01/src/bin/server.rs"), "fn b() {}");
        assert_eq!(read("submissions/bob_b_-2/lab01/src/bin/server.rs"), "fn c() {}");
        assert!(read("base/lab01/src/bin/server.rs").contains("todo!"));
        assert!(read("students.csv").contains("_Ann,\"'=Ann\"\n"));
        assert!(read("README.md").contains("--base-code base submissions"));
        assert!(write(&out, &class, &[lab]).unwrap_err().to_string().contains("is not empty"));
    }
}
