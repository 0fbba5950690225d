//! `cargo grade handout`: the workspace that students get. It has the labs, the checks and the book; no solutions, no known mistakes, no autograder.
//!
//! Nothing is left out by name: what goes along is listed here, and what is new in the workspace does not. The folder is filled beside its
//! place and then renamed, so that it is there whole or not at all.

mod lockfile;
mod manifest;

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use lab_cli::course::Course;

/// Files of the root that go along as they are, where they exist.
const FILES: [&str; 7] = [
    ".editorconfig",
    ".gitignore",
    "LICENSE-MIT",
    "rust-toolchain",
    "rust-toolchain.toml",
    "rustfmt.toml",
    ".cargo/system-libzmq.toml",
];

/// Packages that go along, beside the labs. Their own tests stay: they are for whoever changes the course.
const PACKAGES: [&str; 5] = ["docs", "shared", "tests/cli", "tests/harness", "tests/harness/macros"];

/// What no chapter for students is.
const NOT_FOR_STUDENTS: [&str; 1] = ["grading.md"];

/// What students read instead of the README here.
const README: &str = include_str!("handout/README.md");

/// Writes the students' workspace into a folder that is not there yet, or is empty.
pub fn write(course: &Course, out: &Path) -> anyhow::Result<()> {
    let out = std::path::absolute(out).with_context(|| format!("{} is no path", out.display()))?;
    if out.symlink_metadata().is_ok() && !is_empty_folder(&out) {
        bail!("{} is there and not empty; name a folder that is not there yet", out.display());
    }
    let built = [&course.target, &course.root.join("target")];
    if out.starts_with(&course.root) && !built.iter().any(|folder| out.starts_with(folder)) {
        bail!("{} is in the workspace itself; name a folder outside of it", out.display());
    }
    for lab in &course.labs {
        has_holes(&lab.folder)?;
    }
    let parent = out.parent().with_context(|| format!("{} is no folder's name", out.display()))?;
    fs::create_dir_all(parent).with_context(|| format!("{} cannot be made", parent.display()))?;
    let scratch = tempfile::Builder::new()
        .prefix(".handout-")
        .tempdir_in(parent)
        .with_context(|| format!("{} cannot be written to", parent.display()))?;
    fill(course, scratch.path())?;
    // A temporary folder is its owner's alone.
    fs::set_permissions(scratch.path(), Permissions::from_mode(0o755)).context("rights cannot be set")?;
    fs::rename(scratch.path(), &out)
        .with_context(|| format!("the handout cannot be put at {}", out.display()))?;
    // It has moved; there is nothing to remove.
    let _ = scratch.keep();
    Ok(())
}

fn is_empty_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
        && fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

/// A lab without holes is one that somebody has solved in its place: students would get the answers.
fn has_holes(lab: &Path) -> anyhow::Result<()> {
    let mut sources = Vec::new();
    list(&lab.join("src"), Path::new(""), &mut sources)?;
    for source in sources {
        let path = lab.join("src").join(source);
        let text = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let text = String::from_utf8_lossy(&text);
        if text.contains("todo!(") || text.contains("still_to_do(") {
            return Ok(());
        }
    }
    bail!("{} has no hole left: it has been solved here; bring the starter back first", lab.display())
}

/// Puts all of it into an empty folder.
fn fill(course: &Course, to: &Path) -> anyhow::Result<()> {
    let root = &course.root;
    for file in FILES.iter().filter(|file| root.join(file).is_file()) {
        copy_file(root, file, to)?;
    }
    let mut members: BTreeSet<String> = BTreeSet::new();
    for lab in &course.labs {
        members.insert(format!("labs/{}", lab.name));
        copy(root, &format!("labs/{}", lab.name), to)?;
        copy_file(root, &format!("tests/{}.rs", lab.name), to)?;
        copy(root, &format!("tests/{}", lab.name), to)?;
    }
    copy(root, "tests/golden", to)?;
    for package in PACKAGES {
        members.insert(package.into());
        copy(root, package, to)?;
    }
    book(&to.join("docs/src"))?;
    write_file(to, "README.md", README)?;
    let manifest = read(&root.join("Cargo.toml"))?;
    let manifest = manifest::for_students(&manifest, &PACKAGES).context("Cargo.toml")?;
    write_file(to, "Cargo.toml", &manifest)?;
    write_file(to, ".cargo/config.toml", &manifest::without_grade(&read(&root.join(".cargo/config.toml"))?))?;
    let names: BTreeSet<String> =
        members.iter().map(|member| manifest::name(&root.join(member))).collect::<anyhow::Result<_>>()?;
    let lock = lockfile::only(&read(&root.join("Cargo.lock"))?, &names).context("Cargo.lock")?;
    write_file(to, "Cargo.lock", &lock)
}

/// Makes the book one for students: no chapter of the instructor's, and no word of a folder that is not there.
fn book(chapters: &Path) -> anyhow::Result<()> {
    for name in NOT_FOR_STUDENTS.iter().filter(|name| chapters.join(name).exists()) {
        fs::remove_file(chapters.join(name)).with_context(|| format!("{name} cannot be left out"))?;
    }
    let mut names = Vec::new();
    list(chapters, Path::new(""), &mut names)?;
    for name in names.iter().filter(|name| name.extension().is_some_and(|extension| extension == "md")) {
        let path = chapters.join(name);
        let text = read(&path)?;
        fs::write(&path, for_students(&text))
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

/// A chapter's text, where it speaks of what students have not got.
fn for_students(text: &str) -> String {
    const INSTEAD: [(&str, &str); 3] = [
        (
            "Then compare with the reference in `solutions/`.",
            "Then compare with the reference, when it is handed out.",
        ),
        (
            "`cargo test` proves that the workspace itself is in order. It runs the checks on the reference solutions, not on your\nprograms.",
            "`cargo test` runs the checks of all labs, up to the first lab that is red.",
        ),
        ("On a fresh clone this is red", "In the beginning this is red"),
    ];
    const COMPARE: &str = "compare your files with those in `solutions/";
    let mut text = text.to_string();
    for (here, there) in INSTEAD {
        text = text.replace(here, there);
    }
    while let Some(at) = text.find(COMPARE) {
        let name = at + COMPARE.len();
        let end = text[name..].find('`').map_or(text.len(), |end| name + end + 1);
        text.replace_range(at..end, "compare your files with the reference, when it is handed out");
    }
    let is_for_others = |line: &str| NOT_FOR_STUDENTS.iter().any(|name| line.contains(&format!("]({name}")));
    let lines: Vec<&str> = text.split('\n').filter(|line| !is_for_others(line)).collect();
    lines.join("\n")
}

/// Copies a folder of the workspace, where there is one: its regular files, without what is built, hidden, or a package's own tests.
fn copy(root: &Path, folder: &str, to: &Path) -> anyhow::Result<()> {
    if !root.join(folder).is_dir() {
        return Ok(());
    }
    let mut files = Vec::new();
    list(&root.join(folder), Path::new(""), &mut files)?;
    let is_package = PACKAGES.contains(&folder);
    for file in files {
        if is_package && file.starts_with("tests") {
            continue;
        }
        let path = Path::new(folder).join(file);
        copy_file(root, path.to_str().context("a file's name is not UTF-8")?, to)?;
    }
    Ok(())
}

/// The regular files of a folder, sorted, relative to it.
fn list(folder: &Path, below: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let here = folder.join(below);
    let cannot = || format!("{} cannot be read", here.display());
    let mut entries: Vec<_> =
        fs::read_dir(&here).with_context(cannot)?.collect::<Result<_, _>>().with_context(cannot)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let text = name.to_string_lossy();
        let kind = entry.file_type().with_context(cannot)?;
        if text.starts_with('.') || text == "target" || text.ends_with('~') || text == "trace.json" {
            continue;
        }
        if kind.is_dir() {
            list(folder, &below.join(&name), files)?;
        } else if kind.is_file() {
            files.push(below.join(&name));
        }
    }
    Ok(())
}

fn copy_file(root: &Path, path: &str, to: &Path) -> anyhow::Result<()> {
    let target = to.join(path);
    make_folder(&target)?;
    fs::copy(root.join(path), &target)
        .with_context(|| format!("{path} cannot be copied to {}", target.display()))?;
    Ok(())
}

fn write_file(to: &Path, path: &str, text: &str) -> anyhow::Result<()> {
    let target = to.join(path);
    make_folder(&target)?;
    fs::write(&target, text).with_context(|| format!("{} cannot be written", target.display()))
}

fn make_folder(file: &Path) -> anyhow::Result<()> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_speaks_of_nothing_that_students_have_not_got() {
        let text = "When all is green, compare your files with those in `solutions/lab04`. Yours may look different.\n- [Grading](grading.md)\nEnd\n";
        assert_eq!(
            for_students(text),
            "When all is green, compare your files with the reference, when it is handed out. Yours may look different.\nEnd\n"
        );
    }

    #[test]
    fn a_lab_that_was_solved_in_its_place_is_not_handed_out() {
        let place = tempfile::tempdir().unwrap();
        let src = place.path().join("lab01/src");
        fs::create_dir_all(&src).unwrap();
        fs::write(src.join("main.rs"), "fn main() { todo!(\"lab01 task 1\") }").unwrap();
        has_holes(&place.path().join("lab01")).unwrap();
        fs::write(src.join("main.rs"), "fn main() {}").unwrap();
        assert!(has_holes(&place.path().join("lab01")).unwrap_err().to_string().contains("has no hole left"));
    }
}
