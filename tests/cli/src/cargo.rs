//! Has cargo build something, and reads from its messages what came out.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context;

use crate::course::Course;

/// An executable that cargo built.
pub struct Executable {
    /// The kind of its target: `bin`, `test`, `example`.
    pub kind: String,
    /// The name of its target.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// Runs cargo with these arguments and gives the executables; none where something does not compile, which cargo has said.
///
/// Cargo's own progress goes to the terminal, since the first time takes a minute.
pub fn build(course: &Course, arguments: &[&str]) -> anyhow::Result<Option<Vec<Executable>>> {
    let mut child = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(arguments)
        .args(["--message-format", "json-render-diagnostics"])
        .env("CARGO_TARGET_DIR", &course.target)
        .current_dir(&course.root)
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo cannot be started")?;
    let mut found = Vec::new();
    if let Some(out) = child.stdout.take() {
        for line in BufReader::new(out).lines() {
            let message = line.context("cargo's messages cannot be read")?;
            found.extend(serde_json::from_str(&message).ok().as_ref().and_then(executable));
        }
    }
    let status = child.wait().context("cargo cannot be waited for")?;
    Ok(status.success().then_some(found))
}

/// The executable that a message of cargo's tells of.
fn executable(message: &serde_json::Value) -> Option<Executable> {
    let target = &message["target"];
    Some(Executable {
        kind: target["kind"][0].as_str()?.into(),
        name: target["name"].as_str()?.into(),
        path: message["executable"].as_str()?.into(),
    })
}
