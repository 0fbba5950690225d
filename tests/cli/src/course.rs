//! The labs of the workspace, and what is known of how far they are.
//!
//! Nothing lists the labs: a folder with a `lab.toml` under `labs/` is one. Progress is read from the records that the suites leave
//! under `target/`, so it is never committed and never wrong for long.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use harness::manifest::Manifest;
use harness::record::Record;

/// The workspace.
pub struct Course {
    /// Its root.
    pub root: PathBuf,
    /// Where cargo builds.
    pub target: PathBuf,
    /// Its labs, in order.
    pub labs: Vec<Lab>,
}

/// One lab.
pub struct Lab {
    /// Its name, as in `lab01`.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Its `lab.toml`.
    pub manifest: Manifest,
    /// Where its records are.
    pub records: PathBuf,
}

impl Course {
    /// The workspace that this command belongs to, or the one that `LAB_ROOT` names.
    pub fn find() -> anyhow::Result<Self> {
        let (root, target) = if let Some(root) = env::var_os("LAB_ROOT").map(PathBuf::from) {
            let target = root.join("target");
            (root, target)
        } else {
            // A workspace that was moved or copied keeps its executables: cargo, which starts this one, knows better where it is now.
            let told = env::var_os("CARGO_MANIFEST_DIR").map(|folder| Path::new(&folder).join("../.."));
            let told = told.filter(|root| root.join("labs").is_dir());
            let root = told.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
            // The command lies in TARGET/debug.
            let own = env::current_exe().ok();
            let target = own.and_then(|path| Some(path.parent()?.parent()?.to_path_buf()));
            let target = target.unwrap_or_else(|| root.join("target"));
            (root, target)
        };
        let root = root
            .canonicalize()
            .with_context(|| format!("the workspace {} cannot be read", root.display()))?;
        let mut labs = Vec::new();
        let folder = root.join("labs");
        let entries =
            fs::read_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))?;
        for entry in entries {
            let folder = entry?.path();
            if folder.join("lab.toml").exists() {
                labs.push(Lab::read(folder, &target)?);
            }
        }
        if labs.is_empty() {
            bail!("there is no lab in {}", folder.display());
        }
        labs.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { root, target, labs })
    }

    /// The lab of this name: `lab03`, `03` and `3` are the same.
    pub fn lab(&self, name: &str) -> anyhow::Result<&Lab> {
        let number = |text: &str| text.trim_start_matches("lab").parse::<u32>().ok();
        let found = self
            .labs
            .iter()
            .find(|lab| lab.name == name || (number(name).is_some() && number(name) == number(&lab.name)));
        found.with_context(|| {
            let names: Vec<&str> = self.labs.iter().map(|lab| lab.name.as_str()).collect();
            format!("there is no lab `{name}`; there are {}", names.join(", "))
        })
    }
}

impl Lab {
    fn read(folder: PathBuf, target: &Path) -> anyhow::Result<Self> {
        let path = folder.join("lab.toml");
        let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let manifest = Manifest::parse(&text)
            .map_err(|error| anyhow::anyhow!("{} is wrong: {error}", path.display()))?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let records = target.join("labs").join(&name);
        Ok(Self { name, folder, manifest, records })
    }

    /// The records of its checks, by name; those that cannot be read count as missing.
    pub fn read_records(&self) -> BTreeMap<String, Record> {
        let read = |name: &str| Record::read(&self.records.join(name)).ok();
        self.manifest
            .checks
            .iter()
            .filter_map(|check| Some((check.name.clone(), read(&check.name)?)))
            .collect()
    }

    /// How many of its checks were green when they last ran.
    pub fn green_checks(&self) -> usize {
        self.read_records().values().filter(|record| record.outcome.is_green()).count()
    }

    /// Whether all core checks were green, and nothing that they depend on has changed since.
    pub fn is_green_since_last_change(&self, course: &Course) -> bool {
        let records = self.read_records();
        let mut oldest = u64::MAX;
        for check in self.manifest.core_checks() {
            match records.get(&check.name) {
                Some(record) if record.outcome.is_green() => oldest = oldest.min(record.began_ms),
                _ => return false,
            }
        }
        self.newest_source(course) < UNIX_EPOCH + Duration::from_millis(oldest)
    }

    /// Whether its own programs were changed after its checks ran last; false where they never ran.
    pub fn has_changed_since(&self) -> bool {
        let last = self.read_records().values().map(|record| record.began_ms).max();
        let last = last.map(|last| UNIX_EPOCH + Duration::from_millis(last));
        last.is_some_and(|last| newest_change(&self.folder.join("src")) > last)
    }

    /// When something that its checks depend on was last changed.
    fn newest_source(&self, course: &Course) -> SystemTime {
        let root = &course.root;
        let suite = root.join("tests").join(format!("{}.rs", self.name));
        let modules = root.join("tests").join(&self.name);
        let common = [root.join("shared/src"), root.join("tests/harness/src")];
        let sources = common.iter().chain([&self.folder, &suite, &modules]);
        sources.map(|path| newest_change(path)).max().unwrap_or(UNIX_EPOCH)
    }
}

/// When something in a folder, or a file, was last changed.
fn newest_change(path: &Path) -> SystemTime {
    let own = fs::metadata(path).and_then(|metadata| metadata.modified()).unwrap_or(UNIX_EPOCH);
    let Ok(entries) = fs::read_dir(path) else { return own };
    entries.flatten().map(|entry| newest_change(&entry.path())).max().map_or(own, |newest| newest.max(own))
}
