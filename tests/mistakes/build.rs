//! Makes one executable of a hundred programs.
//!
//! A mistake's folder `labNN/NAME/` holds only the files that differ from `solutions/labNN/src`: `ROLE.rs` stands for
//! `bin/ROLE.rs`, any other file for the one of its name. Here the rest is laid beside them, each role that a
//! difference touches becomes a module, and a table names their entries. `LAB_ZOO=lab05` builds those of one lab only,
//! which is quicker while it is written.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("programs");
    let solutions = here.join("../../solutions");
    // The folders themselves, so that a new lab or mistake is seen, too.
    rerun_if_changed(&solutions);
    rerun_if_changed(&here);
    println!("cargo::rerun-if-env-changed=LAB_ZOO");
    let only = env::var("LAB_ZOO").unwrap_or_default();
    // A folder that is gone must not leave its modules behind.
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    let mut modules = String::new();
    let mut table = String::new();
    for lab in folders(&solutions)?.into_iter().filter(|lab| only.is_empty() || *lab == only) {
        let source = solutions.join(&lab).join("src");
        let mut programs = vec![("solution".to_string(), None)];
        if here.join(&lab).is_dir() {
            programs.extend(folders(&here.join(&lab))?.into_iter().map(|name| {
                let folder = here.join(&lab).join(&name);
                (name, Some(folder))
            }));
        }
        for (name, difference) in programs {
            let target = out.join(&lab).join(&name);
            for role in lay(&source, difference.as_deref(), &target)? {
                let module = format!("{lab}_{name}_{role}").replace('-', "_");
                let file = target.join("bin").join(format!("{role}.rs"));
                let _ = writeln!(modules, "#[path = \"{}\"] mod {module};", file.display());
                let _ = writeln!(table, "({lab:?}, {name:?}, {role:?}, {module}::entry),");
            }
        }
    }
    let text = format!(
        "{modules}\nstatic PROGRAMS: &[(&str, &str, &str, fn() -> std::process::ExitCode)] = &[\n{table}];\n"
    );
    fs::write(out.join("table.rs"), text)
}

/// Lays a program's sources into `target` and gives the roles that differ from the solution.
fn lay(source: &Path, difference: Option<&Path>, target: &Path) -> io::Result<Vec<String>> {
    let bin = target.join("bin");
    fs::create_dir_all(&bin)?;
    let mut touched_all = difference.is_none();
    for file in files(source)? {
        let other = difference.map(|folder| folder.join(&file)).filter(|path| path.exists());
        touched_all |= other.is_some();
        fs::copy(other.unwrap_or_else(|| source.join(&file)), target.join(&file))?;
    }
    let mut roles = Vec::new();
    for file in files(&source.join("bin"))? {
        let other = difference.map(|folder| folder.join(&file)).filter(|path| path.exists());
        if other.is_some() || touched_all {
            let mut text = fs::read_to_string(other.unwrap_or_else(|| source.join("bin").join(&file)))?;
            text.push_str(
                "\npub(crate) fn entry() -> std::process::ExitCode { std::process::Termination::report(main()) }\n",
            );
            fs::write(bin.join(&file), text)?;
            roles.push(file.trim_end_matches(".rs").to_string());
        }
    }
    Ok(roles)
}

fn rerun_if_changed(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}

fn folders(path: &Path) -> io::Result<Vec<String>> {
    names(path, true)
}

fn files(path: &Path) -> io::Result<Vec<String>> {
    Ok(names(path, false)?
        .into_iter()
        .filter(|name| Path::new(name).extension() == Some("rs".as_ref()))
        .collect())
}

fn names(path: &Path, folders: bool) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() == folders {
            names.extend(entry.file_name().into_string());
        }
    }
    names.sort();
    Ok(names)
}
