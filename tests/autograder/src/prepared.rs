//! What a class is judged by, kept in a folder that several machines share: made once by the command that hands the parts out, used as it
//! is by every part. No part asks cargo for anything.
//!
//! The executables of this program and of the suites are linked or copied there, so that a build in the workspace, while the class is
//! judged, does not judge its second half by another suite.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use crate::template::{Template, Toolchain};

/// The file's name.
pub const FILE: &str = "prepared.json";

/// What a class is judged by.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Prepared {
    /// The version of this program; another one must not go on.
    pub version: String,
    /// The compiler.
    pub toolchain: Toolchain,
    /// What works inside the boxes.
    pub launcher: PathBuf,
    /// The templates of all labs.
    pub templates: Vec<Template>,
}

impl Prepared {
    /// Of this version.
    pub fn new(toolchain: Toolchain, launcher: PathBuf, templates: Vec<Template>) -> Self {
        Self { version: env!("CARGO_PKG_VERSION").into(), toolchain, launcher, templates }
    }

    /// Reads what [`Prepared::keep`] wrote.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let text = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let prepared: Self = serde_json::from_slice(&text)
            .with_context(|| format!("{} is damaged; choose another --out", file.display()))?;
        if prepared.version != env!("CARGO_PKG_VERSION") {
            bail!(
                "{} was written by another version of `cargo grade` ({}); choose another --out",
                file.display(),
                prepared.version
            );
        }
        Ok(prepared)
    }

    /// Puts everything into a folder; the file with the rest comes last, so that it is whole when it is there. What is there already stays.
    pub fn keep(folder: &Path, prepare: impl FnOnce() -> anyhow::Result<Self>) -> anyhow::Result<Self> {
        let file = folder.join(FILE);
        if file.exists() {
            return Self::read(&file);
        }
        let mut prepared = prepare()?;
        for template in &mut prepared.templates {
            template.suite = keep_executable(&template.suite, folder, &template.lab)?;
        }
        prepared.launcher = keep_executable(&prepared.launcher, folder, "launcher")?;
        let own = std::env::current_exe().context("this program's own path is not known")?;
        keep_executable(&own, folder, "grade")?;
        write_in_one_step(&file, 0o644, &serde_json::to_vec(&prepared)?)?;
        Ok(prepared)
    }
}

/// Links an executable into a folder, or copies it where the folder is on another disk.
fn keep_executable(from: &Path, folder: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let to = folder.join(name);
    let _ = fs::remove_file(&to);
    fs::hard_link(from, &to)
        .or_else(|_| fs::copy(from, &to).map(drop))
        .with_context(|| format!("{} cannot be copied to {}", from.display(), to.display()))?;
    Ok(to)
}

/// Writes a file that is there as a whole or not at all.
pub fn write_in_one_step(path: &Path, mode: u32, text: &[u8]) -> anyhow::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;
    let folder = path.parent().context("a file has a folder")?;
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::Builder::new()
            .permissions(fs::Permissions::from_mode(mode))
            .prefix(".new")
            .tempfile_in(folder)?;
        file.write_all(text)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}
