//! Makes a module of each chapter, with the chapter as its documentation, so that `cargo test` compiles and runs the
//! chapter's Rust blocks. The chapters are found in `src/`; nothing lists them.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=src");
    let folder = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("src");
    let mut chapters: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    chapters.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    // The folder's order is the file system's; the same chapters shall give the same crate.
    chapters.sort();
    let modules: String = chapters.iter().map(|path| module(path)).collect();
    fs::write(Path::new(&variable("OUT_DIR")?).join("chapters.rs"), modules)
}

/// `#[doc = include_str!("…/lab01.md")] mod lab01 {}`; the name is what a failing block is reported under.
fn module(chapter: &Path) -> String {
    let name = chapter.file_stem().unwrap_or_default().to_string_lossy().to_lowercase().replace('-', "_");
    format!("#[doc = include_str!({:?})]\nmod {name} {{}}\n", chapter.display().to_string())
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(io::Error::other)
}
