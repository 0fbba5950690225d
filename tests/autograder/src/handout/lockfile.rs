//! `Cargo.lock` with only what some members need, so that cargo takes it as it is with `--locked`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use serde::Deserialize;

/// A package of the lock file.
#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    #[serde(default)]
    dependencies: Vec<String>,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

/// The lock file with these members and what they depend on, in the same order and with the same words.
pub(super) fn only(text: &str, members: &BTreeSet<String>) -> anyhow::Result<String> {
    let lock: Lock = toml::from_str(text).context("it cannot be read")?;
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, package) in lock.package.iter().enumerate() {
        by_name.entry(&package.name).or_default().push(number);
    }
    let mut needed: BTreeSet<usize> = BTreeSet::new();
    let mut left: Vec<usize> =
        members.iter().filter_map(|name| by_name.get(name.as_str())).flatten().copied().collect();
    while let Some(number) = left.pop() {
        if !needed.insert(number) {
            continue;
        }
        for dependency in &lock.package[number].dependencies {
            // `NAME`, or `NAME VERSION` where there are several.
            let mut words = dependency.split(' ');
            let (name, version) = (words.next().unwrap_or_default(), words.next());
            let named = by_name.get(name).into_iter().flatten().copied();
            left.extend(
                named.filter(|&other| version.is_none_or(|version| lock.package[other].version == version)),
            );
        }
    }
    // The text has its packages in the order in which they were read.
    let mut parts = text.split("[[package]]\n");
    let start = parts.next().unwrap_or_default().to_string();
    let kept = parts.enumerate().filter(|(number, _)| needed.contains(number));
    let text = kept.fold(start, |text, (_, part)| text + "[[package]]\n" + part);
    Ok(text.trim_end().to_string() + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_needs_any_more_is_gone() {
        let package = |name: &str, version: &str, rest: &str| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{rest}\n")
        };
        let text = format!(
            "version = 4\n\n{}{}{}{}",
            package("a", "1", "dependencies = [\n \"b 2\",\n]\n"),
            package("b", "1", ""),
            package("b", "2", ""),
            package("c", "1", "dependencies = [\n \"a\",\n]\n")
        );
        let wanted = format!(
            "version = 4\n\n{}{}",
            package("a", "1", "dependencies = [\n \"b 2\",\n]\n"),
            package("b", "2", "").trim_end().to_string() + "\n"
        );
        assert_eq!(only(&text, &BTreeSet::from(["a".to_string()])).unwrap(), wanted);
    }
}
