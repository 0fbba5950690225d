//! Takes submissions in: folders, zip and tar.gz files become, for each student, the few source files that count.
//!
//! Nothing is ever unpacked to disk. Entries are read one by one into memory, under caps, and only `labs/labNN/src/**/*.rs` is taken.

use std::collections::BTreeMap;

/// What was taken of one student.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The student's name: from the roster, or else the file's name.
    pub student: String,
    /// When it was handed in, in seconds since 1970, where that is known.
    pub submitted: Option<i64>,
    /// What it holds for each lab that is asked for, by the lab's name.
    pub labs: BTreeMap<String, Taken>,
}

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

/// SHA-256 of what was taken, in hexadecimal digits: each path and content with its length before it.
pub fn sha256(sources: &BTreeMap<String, Vec<u8>>) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for (name, bytes) in sources {
        for part in [name.as_bytes(), bytes] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    crate::template::hex(&hash.finalize())
}

/// The submissions of a class.
#[derive(Debug)]
pub struct Class(Vec<(String, std::path::PathBuf)>, Vec<String>);

impl Class {
    /// Finds them. (A first form: folders only.)
    pub fn find(
        folder: &std::path::Path,
        _roster: Option<&std::path::Path>,
        labs: &[String],
    ) -> anyhow::Result<Self> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            found.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
        }
        found.sort();
        Ok(Self(found, labs.to_vec()))
    }
}

impl crate::class::Submissions for Class {
    fn students(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.clone()).collect()
    }

    fn read(&self, number: usize) -> Submission {
        let (student, path) = self.0[number].clone();
        let mut labs = BTreeMap::new();
        for lab in &self.1 {
            let mut sources = BTreeMap::new();
            let folder = path.join("labs").join(lab);
            fn walk(root: &std::path::Path, at: &std::path::Path, into: &mut BTreeMap<String, Vec<u8>>) {
                for entry in std::fs::read_dir(at).into_iter().flatten().flatten() {
                    if entry.path().is_dir() {
                        walk(root, &entry.path(), into);
                    } else if let Ok(name) = entry.path().strip_prefix(root) {
                        into.insert(
                            name.to_string_lossy().into_owned(),
                            std::fs::read(entry.path()).unwrap_or_default(),
                        );
                    }
                }
            }
            walk(&folder, &folder.join("src"), &mut sources);
            labs.insert(
                lab.clone(),
                if sources.is_empty() { Taken::Missing } else { Taken::Sources(sources) },
            );
        }
        Submission { student, submitted: None, labs }
    }
}
