//! The students' workspace: it stands on its own, it begins red, and nothing in it gives an answer away.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use grade::handout;
use lab_cli::course::Course;

/// Folders here that no student gets, and files by which the instructor's side is known.
const WITHHELD: [&str; 4] = ["solutions", "tests/mistakes", "tests/autograder", "tests/attacks"];

/// All files of a folder, but what is built, relative to it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                if entry.file_name() != "target" && entry.file_name() != ".git" {
                    walk(root, &path, found);
                }
            } else {
                found.insert(path.strip_prefix(root).unwrap().to_path_buf(), fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Cargo in the handout, with a target folder of its own: in the workspace's, its `lab` would take the place of the workspace's.
fn cargo(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO"));
    // What cargo tells a test must not reach the cargo that the test starts.
    for (name, _) in std::env::vars() {
        if name.starts_with("CARGO_") && name != "CARGO_HOME" {
            command.env_remove(name);
        }
    }
    let command =
        command.args(arguments).current_dir(folder).env("CARGO_TARGET_DIR", target().join("handout"));
    command.env_remove("RUST_BACKTRACE").env_remove("LAB_ROOT").env("LAB_DEADLINE", "5").output().unwrap()
}

/// The workspace's target folder.
fn target() -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_path_buf()
}

/// Brings what the workspace has built of other people's crates over, libzmq above all, so that it is not compiled once more. Where this does not
/// fit, cargo compiles.
fn bring_over(members: &BTreeSet<String>) {
    let (from, to) = (target().join("debug"), target().join("handout/debug"));
    if to.exists() {
        return;
    }
    for folder in [".fingerprint", "build", "deps"] {
        fs::create_dir_all(to.join(folder)).unwrap();
        for entry in fs::read_dir(from.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let stem = name.rsplit_once('-').map_or("", |(stem, _)| stem).replace('_', "-");
            if !stem.is_empty()
                && !members.contains(stem.strip_prefix("lib").unwrap_or(&stem))
                && !members.contains(&stem)
            {
                bring(&from.join(folder).join(&name), &to.join(folder).join(&name), folder == "deps");
            }
        }
    }
}

/// Gives files that are as they are in the workspace its times, so that a second run of this test finds them built.
fn keep_times(root: &Path, out: &Path) {
    for (path, contents) in files(out) {
        let original = root.join(&path);
        if fs::read(&original).is_ok_and(|original| original == contents) {
            let time = fs::metadata(&original).unwrap().modified().unwrap();
            fs::File::options().write(true).open(out.join(path)).unwrap().set_modified(time).unwrap();
        }
    }
}

/// One file or folder. Cargo compares times; a compiler replaces files and does not write into them, so those may be the same file.
fn bring(from: &Path, to: &Path, as_a_link: bool) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let name = entry.unwrap().file_name();
            bring(&from.join(&name), &to.join(&name), as_a_link);
        }
    } else if as_a_link {
        fs::hard_link(from, to).unwrap();
    } else {
        fs::copy(from, to).unwrap();
        let time = fs::metadata(from).unwrap().modified().unwrap();
        fs::File::options().write(true).open(to).and_then(|file| file.set_modified(time)).ok();
    }
}

#[test]
fn nothing_in_it_gives_an_answer_away() {
    let course = Course::find().unwrap();
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("handed/out");
    handout::write(&course, &out).unwrap();
    let handed = files(&out);
    for path in handed.keys() {
        let path = path.to_string_lossy();
        assert!(!WITHHELD.iter().any(|folder| path.contains(folder)), "{path} is in the handout");
        assert!(!path.contains(".git/") && !path.contains("grading"), "{path} is in the handout");
    }
    for file in [
        "Cargo.toml",
        "Cargo.lock",
        ".cargo/config.toml",
        "README.md",
        "docs/src/lab01.md",
        "labs/lab01/lab.toml",
    ] {
        assert!(handed.contains_key(Path::new(file)), "{file} is missing");
    }
    // A file that is in the starters too is no answer.
    let starters: BTreeSet<Vec<u8>> = files(&course.root.join("labs")).into_values().collect();
    let mut answers = BTreeMap::new();
    for folder in ["solutions", "tests/mistakes"] {
        for (path, contents) in files(&course.root.join(folder)) {
            if !starters.contains(&contents) && contents.len() > 40 {
                answers.insert(contents, Path::new(folder).join(path));
            }
        }
    }
    assert!(answers.len() > 30);
    for (path, contents) in &handed {
        if let Some(answer) = answers.get(contents) {
            panic!("{} is {}", path.display(), answer.display());
        }
    }
    // Nor does it speak of folders that are not there.
    for (path, contents) in &handed {
        let is_text_for_students = path.extension().is_some_and(|it| it == "md" || it == "toml");
        let contents = String::from_utf8_lossy(contents);
        for word in ["solutions/", "cargo grade", "tests/mistakes", "tests/autograder"] {
            assert!(!is_text_for_students || !contents.contains(word), "{} says {word}", path.display());
        }
    }
    links_lead_somewhere(&handed);
    let mut left: Vec<_> =
        fs::read_dir(out.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!((left.pop(), left.pop()), (Some("out".into()), None), "something is left beside it");
    let error = handout::write(&course, &out).unwrap_err().to_string();
    assert!(error.contains("is there and not empty"), "{error}");
    let error = handout::write(&course, &course.root.join("tests/new")).unwrap_err().to_string();
    assert!(error.contains("in the workspace itself"), "{error}");
}

/// Links between files of the handout.
fn links_lead_somewhere(handed: &BTreeMap<PathBuf, Vec<u8>>) {
    for (path, contents) in handed.iter().filter(|(path, _)| path.extension().is_some_and(|it| it == "md")) {
        let contents = String::from_utf8_lossy(contents);
        for link in contents.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            if link.is_empty() || link.contains("://") || link.contains(['`', ' ', '\n']) {
                continue;
            }
            let mut target = path.parent().unwrap().to_path_buf();
            for part in Path::new(link) {
                if part == ".." {
                    target.pop();
                } else if part != "." {
                    target.push(part);
                }
            }
            let is_there = handed.keys().any(|file| file.starts_with(&target));
            assert!(is_there, "{} links to {link}", path.display());
        }
    }
}

#[test]
fn it_builds_alone_and_is_red() {
    let course = Course::find().unwrap();
    // Always the same place: cargo builds anew what has moved.
    let out = target().join("handout/workspace");
    if out.exists() {
        fs::remove_dir_all(&out).unwrap();
    }
    fs::create_dir_all(&out).unwrap();
    handout::write(&course, &out).unwrap();
    keep_times(&course.root, &out);

    let known = cargo(&out, &["metadata", "--offline", "--locked", "--format-version", "1"]);
    assert!(known.status.success(), "{}", text(&known));
    assert!(!text(&known).contains("did not match any packages"), "{}", text(&known));
    let known: serde_json::Value = serde_json::from_slice(&known.stdout).unwrap();
    let members = known["workspace_members"].as_array().unwrap();
    assert_eq!(members.len(), course.labs.len() + 5, "{members:?}");

    let names = known["packages"].as_array().unwrap().iter().filter(|package| package["source"].is_null());
    let names = names.map(|package| package["name"].as_str().unwrap().to_string());
    bring_over(&names.chain(["grade", "mistakes"].map(String::from)).collect());
    let built = cargo(&out, &["build", "--offline", "--locked"]);
    assert!(built.status.success(), "{}", text(&built));
    assert!(!text(&built).contains("warning"), "{}", text(&built));

    let tested = cargo(&out, &["test", "-p", "lab01", "--offline", "--locked"]);
    assert!(!tested.status.success(), "{}", text(&tested));
    assert!(text(&tested).contains("This red is the beginning"), "{}", text(&tested));

    let lab = cargo(&out, &["--offline", "lab"]);
    let said = text(&lab);
    assert!(said.contains("lab01") && said.contains("First sockets"), "{said}");
    assert!(!said.contains("solutions"), "{said}");
    assert!(!cargo(&out, &["--offline", "grade"]).status.success());
}
