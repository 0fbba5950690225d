//! The attacks on the autograder: `tests/attacks/NAME/attack.toml` tells of one, and the files beside it, or a generator, make the submission.
//!
//! Nothing of it is ever built with the workspace. A file may end in `.planted`, which is cut off when the submission is laid: so no `Cargo.toml` of an
//! attack lies in the workspace.

#![allow(dead_code, unreachable_pub)] // each test that uses this module uses a part of it

pub mod archives;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use grade::entry::Verdict;
use serde::Deserialize;

/// One attack, as its `attack.toml` tells it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Attack {
    /// The folder's name.
    #[serde(skip)]
    pub name: String,
    /// What its author hopes for.
    pub thought: String,
    /// Its number in the list of attacks; none where it is one of our own.
    #[serde(default)]
    pub row: Option<u32>,
    /// How it may come out: any of these is right.
    pub expect: Vec<Verdict>,
    /// A part of the reason.
    #[serde(default)]
    pub says: String,
    /// The labs that it is judged by.
    #[serde(default = "lab01")]
    pub labs: Vec<String>,
    /// What it starts from, before its own files are laid over: `reference`, `starter`, or `nothing`.
    #[serde(default)]
    pub base: Base,
    /// The most points that it may get, of 100.
    #[serde(default)]
    pub points: u32,
    /// The generator that makes the submission of the files, see `archives.rs`; else they are handed in as a folder.
    #[serde(default)]
    pub archive: Option<String>,
    /// The name that the submission is handed in under; the attack's where left out.
    #[serde(default)]
    pub student: Option<String>,
    /// Whether it would hinder others on the machine, for a while, if nothing kept it in. Even then it ends by itself.
    #[serde(default)]
    pub needs_a_box: bool,
}

/// What an attack starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Base {
    /// The lab's reference, so that the program is right besides.
    Reference,
    /// The starter, so that nothing is earned but by the attack.
    #[default]
    Starter,
    /// Nothing.
    Nothing,
}

fn lab01() -> Vec<String> {
    vec!["lab01".into()]
}

/// The workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn folder() -> PathBuf {
    root().join("tests/attacks")
}

/// All attacks, by name.
pub fn all() -> Vec<Attack> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names.retain(|name| folder().join(name).is_dir());
    names.into_iter().map(|name| one(&name)).collect()
}

/// The attack of this name.
pub fn one(name: &str) -> Attack {
    let path = folder().join(name).join("attack.toml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut attack: Attack =
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    attack.name = name.into();
    attack
}

impl Attack {
    /// The name that it is handed in under.
    pub fn student(&self) -> &str {
        self.student.as_deref().unwrap_or(&self.name)
    }

    /// Makes the submission in a folder of submissions; gives where it lies.
    pub fn lay(&self, submissions: &Path) -> PathBuf {
        let Some(generator) = &self.archive else {
            let submission = submissions.join(self.student());
            self.lay_files(&submission);
            return submission;
        };
        let scratch = tempfile::tempdir().unwrap();
        self.lay_files(scratch.path());
        archives::make(generator, scratch.path(), submissions, self.student())
    }

    /// The files of the submission, as a folder.
    fn lay_files(&self, submission: &Path) {
        for lab in &self.labs {
            let from = match self.base {
                Base::Reference => root().join("solutions").join(lab),
                Base::Starter => root().join("labs").join(lab),
                Base::Nothing => continue,
            };
            copy(&from.join("src"), &submission.join("labs").join(lab).join("src"));
        }
        fs::create_dir_all(submission).unwrap();
        copy(&folder().join(&self.name), submission);
        fs::remove_file(submission.join("attack.toml")).unwrap();
    }
}

/// Hands in a lab as it stands in a folder of the workspace, as in `solutions/lab01`; gives its folder.
pub fn hand_in(from: &str, submissions: &Path, student: &str) -> PathBuf {
    let from = root().join(from);
    let lab = submissions.join(student).join("labs").join(from.file_name().unwrap());
    copy(&from.join("src"), &lab.join("src"));
    lab
}

/// Whether boxes can be made here.
pub fn boxes() -> bool {
    let doctor = Command::new(env!("CARGO_BIN_EXE_grade")).arg("doctor").output();
    doctor.is_ok_and(|output| output.status.success())
}

/// Copies a folder into another. `.planted` at the end of a name is cut off.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let name = name.strip_suffix(".planted").unwrap_or(&name);
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(name));
        } else {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

/// A symbolic link, in a folder that is made where it is missing.
fn link(to: &str, at: &Path) {
    fs::create_dir_all(at.parent().unwrap()).unwrap();
    if at.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
        fs::remove_dir_all(at).unwrap();
    } else if at.symlink_metadata().is_ok() {
        fs::remove_file(at).unwrap();
    }
    symlink(to, at).unwrap();
}

/// A FIFO.
fn fifo(at: &Path) {
    assert!(Command::new("mkfifo").arg(at).status().unwrap().success());
}
