//! The workspace's own files for cargo, cut down to what students get. They are changed as text, so that their comments stay, and then read again.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use toml::Table;

/// The root's `Cargo.toml` with these packages and the labs as members; `cargo build` and `cargo test` are for the labs.
pub(super) fn for_students(text: &str, packages: &[&str]) -> anyhow::Result<String> {
    let gone = "mistakes";
    let list = |members: &[&str]| {
        members.iter().map(|member| format!("\"{member}\"")).collect::<Vec<_>>().join(", ")
    };
    let members = [&["labs/*"], packages].concat();
    let blocks = text.split("\n\n").filter(|block| !block.contains(&format!("[profile.dev.package.{gone}]")));
    let mut lines: Vec<String> = Vec::new();
    for line in blocks.collect::<Vec<_>>().join("\n\n").lines() {
        if line.starts_with("members = ") {
            lines.push(format!("members = [{}]", list(&members)));
        } else if line.starts_with("default-members = ") {
            // What stands above it tells of the references.
            while lines.last().is_some_and(|last| last.starts_with('#')) {
                lines.pop();
            }
            lines.push(format!("default-members = [{}]", list(&["labs/*"])));
        } else if path_of(line).is_some_and(|path| !packages.contains(&path)) {
            // A package that stays here.
        } else {
            lines.push(line.into());
        }
    }
    let text = lines.join("\n") + "\n";
    let read: Table = text.parse().context("it cannot be read after it was cut down")?;
    let of = |key: &str| {
        read.get("workspace").and_then(|workspace| workspace.get(key)).and_then(toml::Value::as_array)
    };
    let says = |key: &str, members: &[&str]| {
        of(key).is_some_and(|list| {
            list.iter().map(toml::Value::as_str).eq(members.iter().map(|&member| Some(member)))
        })
    };
    if !says("members", &members) || !says("default-members", &["labs/*"]) || text.contains(gone) {
        bail!(
            "`members` and `default-members` must each be one line, and `{gone}` a profile between empty lines"
        );
    }
    Ok(text)
}

/// Where a line says that a dependency is, if it is in the workspace.
fn path_of(line: &str) -> Option<&str> {
    line.split_once("= { path = \"")?.1.split('"').next()
}

/// `.cargo/config.toml` without the alias that is the instructor's, and the comment above it.
pub(super) fn without_grade(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        if line.starts_with("grade = ") {
            while lines.last().is_some_and(|last| last.starts_with('#')) {
                lines.pop();
            }
        } else {
            lines.push(line);
        }
    }
    lines.join("\n") + "\n"
}

/// The name of the package in a folder.
pub(super) fn name(folder: &Path) -> anyhow::Result<String> {
    let path = folder.join("Cargo.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let table: Table = text.parse().with_context(|| format!("{} is wrong", path.display()))?;
    let name = table.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
    Ok(name.with_context(|| format!("{} names no package", path.display()))?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_those_that_are_there_and_comments_stay() {
        let text = "[workspace]\nmembers = [\"labs/*\", \"solutions/*\"]\n# Why.\ndefault-members = [\"solutions/*\"]\n\n\
                    [workspace.dependencies]\nours = { path = \"ours\" }\nshared = { path = \"shared\" }\n\n\
                    # Kept.\n[profile.dev]\nopt-level = 1\n\n# A hundred.\n[profile.dev.package.mistakes]\ndebug = 0\n";
        assert_eq!(
            for_students(text, &["shared"]).unwrap(),
            "[workspace]\nmembers = [\"labs/*\", \"shared\"]\ndefault-members = [\"labs/*\"]\n\n\
             [workspace.dependencies]\nshared = { path = \"shared\" }\n\n# Kept.\n[profile.dev]\nopt-level = 1\n"
        );
        assert!(for_students("[workspace]\nmembers = [\n\"labs/*\"\n]\n", &[]).is_err());
        assert_eq!(
            without_grade("[alias]\n# Theirs.\nlab = \"x\"\n# Ours.\ngrade = \"y\"\n"),
            "[alias]\n# Theirs.\nlab = \"x\"\n"
        );
    }
}
