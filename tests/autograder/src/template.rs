//! What a submission is built from and judged by, made once: the lab's libraries compiled, the suite compiled, and the command lines of
//! rustc with which cargo would build the lab's programs.
//!
//! A submission is then built by these command lines alone. Cargo has no part in it, so no manifest, build script, configuration or old file
//! of a submission has any effect, and nothing is shared between two submissions but files that neither can write.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, bail};
use harness::manifest::Manifest;
use lab_cli::course::{Course, Lab};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::prepared::write_in_one_step;

/// The variable that names the folder in which the command lines of rustc are noted.
const RECORD: &str = "GRADE_RECORD";

/// Where the sources lie inside the compiler's box.
pub const WORK: &str = "/submission";

/// Arguments that say what cargo wants to know; a report wants to be read.
const FOR_CARGO: [&str; 3] = ["--emit", "--json", "--error-format"];

/// What a verdict has no use for, and the compiler and every start of a program pay for: optimisation, which no check asks for (the known mistakes and right
/// programs in `tests/mistakes` are judged without), a second look at what was compiled in parts, and the lines of backtraces (a panic's place is told
/// without). Measured on lab 01, in processor time: 0.20 s for a program instead of 0.35 s, and 2 MB instead of 6 MB.
const QUICKLY: [&str; 4] = ["opt-level=0", "debuginfo=0", "strip=debuginfo", "lto=off"];

/// A command line of rustc's, as cargo gave it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rustc {
    arguments: Vec<String>,
    variables: BTreeMap<String, String>,
}

/// Arguments, and variables with their values.
pub type CommandLine = (Vec<String>, Vec<(String, String)>);

/// All that is needed to build and judge submissions for one lab.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Template {
    /// The lab, as in `lab03`.
    pub lab: String,
    /// Its `lab.toml`.
    pub manifest: Manifest,
    /// The executable of its suite.
    pub suite: PathBuf,
    /// SHA-256 of what judges: the suite's executable and `lab.toml`, in hexadecimal digits.
    pub judged_by: String,
    /// The starter's own sources, by path below the lab's folder.
    pub starter: BTreeMap<String, Vec<u8>>,
    rustc: BTreeMap<String, Rustc>,
    libraries: PathBuf,
    target: PathBuf,
}

/// The toolchain.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Toolchain {
    /// Its folder, as `rustc --print sysroot` tells.
    pub sysroot: PathBuf,
}

impl Toolchain {
    /// The one that builds this workspace.
    pub fn find(course: &Course) -> anyhow::Result<Self> {
        let output = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
            .args(["--print", "sysroot"])
            .current_dir(&course.root)
            .output()
            .context("rustc cannot be started")?;
        let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
        if !output.status.success() || !sysroot.join("bin/rustc").exists() {
            bail!("rustc does not say where its toolchain is");
        }
        Ok(Self { sysroot })
    }

    /// The machine's name, as in `x86_64-unknown-linux-gnu`.
    fn host(&self) -> anyhow::Result<String> {
        let output = Command::new(self.rustc()).arg("-vV").output().context("rustc cannot be started")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let host = text.lines().find_map(|line| line.strip_prefix("host: "));
        Ok(host.context("rustc does not say what it builds for")?.into())
    }

    /// The compiler itself, not a chooser of toolchains in front of it.
    pub fn rustc(&self) -> PathBuf {
        self.sysroot.join("bin/rustc")
    }
}

impl Template {
    /// Builds what is not built yet, which takes a minute the first time, and learns the command lines.
    pub fn make(course: &Course, lab: &Lab, toolchain: &Toolchain) -> anyhow::Result<Self> {
        let folder = course.target.join("grade");
        let record = folder.join("rustc").join(&lab.name);
        fs::create_dir_all(&record).with_context(|| format!("{} cannot be made", record.display()))?;
        let built = build_suite(course, lab, &record)?;
        let mut rustc = BTreeMap::new();
        for role in &lab.manifest.roles {
            let file = record.join(format!("{}_{role}.json", lab.name));
            let text = fs::read(&file).with_context(|| {
                format!(
                    "cargo's command line for {role} of {} was not learned; `cargo clean -p {}` and again",
                    lab.name, lab.name
                )
            })?;
            rustc.insert(
                role.clone(),
                serde_json::from_slice(&text).context("a command line that was noted")?,
            );
        }
        let libraries = folder.join("libraries").join(&lab.name);
        link_libraries(&built.libraries, &libraries)?;
        let suite = built.suite;
        let mut hash = Sha256::new();
        hash.update(fs::read(&suite).with_context(|| format!("{} cannot be read", suite.display()))?);
        hash.update(fs::read(lab.folder.join("lab.toml"))?);
        hash.update(toolchain.sysroot.as_os_str().as_encoded_bytes());
        let mut starter = BTreeMap::new();
        read_sources(&lab.folder, &lab.folder.join("src"), &mut starter)?;
        Ok(Self {
            lab: lab.name.clone(),
            manifest: lab.manifest.clone(),
            suite,
            judged_by: hex(&hash.finalize()),
            starter,
            rustc,
            libraries,
            target: course.target.clone(),
        })
    }

    /// The arguments of rustc that build the program of a role into a folder, and the variables that cargo sets for it. The libraries are where
    /// `places` has them.
    pub fn command_line(
        &self,
        role: &str,
        out: &Path,
        places: &[(PathBuf, PathBuf)],
    ) -> anyhow::Result<CommandLine> {
        let rustc = self.rustc.get(role).with_context(|| format!("{} has no program {role}", self.lab))?;
        let deps = self.target.join("debug/deps");
        let (built, libraries) = (deps.to_string_lossy().into_owned(), self.libraries.to_string_lossy());
        let moved = |argument: &str| {
            let mut text = argument.replace(&built, &libraries);
            for (outside, inside) in places {
                text = text.replace(&*outside.to_string_lossy(), &inside.to_string_lossy());
            }
            text
        };
        let mut arguments = Vec::new();
        let mut left = rustc.arguments.iter();
        while let Some(argument) = left.next() {
            let codegen = if argument == "-C" { left.as_slice().first().map(String::as_str) } else { None };
            let takes = |name: &str| codegen.is_some_and(|codegen| codegen.starts_with(name));
            let ours = ["incremental=", "extra-filename=", "metadata="].into_iter().any(takes);
            if ours || argument == "--out-dir" {
                left.next();
            } else if !FOR_CARGO.into_iter().any(|name| argument.starts_with(name)) {
                arguments.push(moved(argument));
            }
        }
        // Of two, rustc takes the last.
        arguments.extend(QUICKLY.into_iter().flat_map(|option| ["-C".into(), option.into()]));
        let program = out.join(role).display().to_string();
        arguments.push(format!("--emit=dep-info={program}.d,link={program}"));
        arguments.extend(["--color=never".into(), "--out-dir".into(), out.display().to_string()]);
        let folder = format!("{WORK}/labs/{}", self.lab);
        let mut variables = rustc.variables.clone();
        variables.retain(|name, _| is_for_sources(name));
        variables.insert("CARGO_MANIFEST_DIR".into(), folder.clone());
        variables.insert("CARGO_MANIFEST_PATH".into(), format!("{folder}/Cargo.toml"));
        variables.insert("TMPDIR".into(), "/tmp".into());
        variables.insert("PATH".into(), "/usr/bin:/bin".into());
        Ok((arguments, variables.into_iter().collect()))
    }

    /// The folders that rustc reads besides the sources and the toolchain, and where they are in the compiler's box: compiled libraries, and
    /// what is linked from the folders of build scripts.
    pub fn readable(&self) -> Vec<(PathBuf, PathBuf)> {
        let mut folders = vec![(self.libraries.clone(), PathBuf::from("/libraries"))];
        for argument in self.rustc.values().flat_map(|rustc| &rustc.arguments) {
            if let Some(native) = argument.strip_prefix("native=").map(PathBuf::from) {
                if native.is_dir() && folders.iter().all(|(known, _)| *known != native) {
                    let inside = PathBuf::from(format!("/native{}", folders.len()));
                    folders.push((native, inside));
                }
            }
        }
        folders
    }
}

/// What cargo built for a lab.
struct Built {
    /// The executable of the suite.
    suite: PathBuf,
    /// The compiled libraries of the lab, the suite and all that they use: not those of an older build, among which rustc would have to choose.
    libraries: Vec<PathBuf>,
}

/// Cargo, for this workspace.
fn cargo(course: &Course) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(&course.root).env("CARGO_TARGET_DIR", &course.target);
    command
}

/// What cargo says of what it built.
fn messages(output: &[u8]) -> impl Iterator<Item = serde_json::Value> {
    output.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok())
}

/// Has cargo build the lab's suite, with this program in front of rustc.
fn build_suite(course: &Course, lab: &Lab, record: &Path) -> anyhow::Result<Built> {
    let own = env::current_exe().context("this program's own path is not known")?;
    let output = cargo(course)
        .args(["test", "--no-run", "--quiet", "--message-format", "json-render-diagnostics"])
        .args(["-p", &lab.name, "--test", &lab.name])
        .env("RUSTC_WORKSPACE_WRAPPER", &own)
        .env(RECORD, record)
        .stderr(Stdio::inherit())
        .output()
        .context("cargo cannot be started")?;
    if !output.status.success() {
        bail!("{} does not build here, in the instructor's workspace; nothing was judged", lab.name);
    }
    let (mut suite, mut libraries) = (None, Vec::new());
    for message in messages(&output.stdout) {
        if message["target"]["kind"][0] == "test" && message["target"]["name"] == lab.name.as_str() {
            suite = message["executable"].as_str().map(PathBuf::from).or(suite);
        }
        let files = message["filenames"].as_array().into_iter().flatten().filter_map(|file| file.as_str());
        libraries.extend(files.map(PathBuf::from).filter(|path| is_library(path)));
    }
    let suite = suite.with_context(|| format!("cargo built no suite for {}", lab.name))?;
    Ok(Built { suite, libraries })
}

/// The launcher as an executable of its own, linked statically: that starts in a third of the time that this program takes, and is started about a
/// hundred times for each submission. This program itself where it cannot be made so: some systems have the C library's static half in another package.
pub fn launcher(course: &Course, toolchain: &Toolchain) -> anyhow::Result<PathBuf> {
    let own = env::current_exe().context("this program's own path is not known")?;
    let kept = course.target.join("grade/launcher");
    let time = |file: &Path| fs::metadata(file).and_then(|metadata| metadata.modified()).ok();
    if time(&kept) > time(&own) {
        return Ok(kept);
    }
    let output = cargo(course)
        .args(["build", "--quiet", "-p", "launcher", "--bin", "launcher", "--target", &toolchain.host()?])
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", "-Ctarget-feature=+crt-static")
        .stderr(Stdio::null())
        .args(["--message-format", "json"])
        .output()
        .context("cargo cannot be started")?;
    let built = messages(&output.stdout)
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .last();
    let Some(built) = built.filter(|_| output.status.success()) else { return Ok(own) };
    // Cargo leaves the time of what is built already as it is.
    write_in_one_step(&kept, 0o755, &fs::read(&built)?)?;
    Ok(kept)
}

/// Whether it is what rustc reads of a crate.
fn is_library(path: &Path) -> bool {
    let kind = path.extension().and_then(|kind| kind.to_str());
    matches!(kind, Some("rlib" | "so" | "rmeta" | "dylib"))
}

/// Whether cargo has called this program instead of rustc.
pub fn is_in_place_of_rustc() -> bool {
    env::var_os(RECORD).is_some()
}

/// Takes rustc's place: notes the command line of a lab's program, then becomes rustc.
pub fn record_rustc() -> anyhow::Result<ExitCode> {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let (rustc, rest) = arguments.split_first().context("rustc's path is missing")?;
    let texts: Vec<String> = rest.iter().map(|text| text.to_string_lossy().into_owned()).collect();
    let after = |name: &str| texts.iter().position(|text| text == name).and_then(|at| texts.get(at + 1));
    if let (Some(name), Some("bin")) = (after("--crate-name"), after("--crate-type").map(String::as_str)) {
        let folder = PathBuf::from(env::var_os(RECORD).context("where to note it is missing")?);
        let variables = env::vars().filter(|(name, _)| is_for_sources(name)).collect();
        let text = serde_json::to_vec(&Rustc { arguments: texts.clone(), variables })?;
        let file = folder.join(format!("{name}.json"));
        fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Err(Command::new(rustc).args(rest).exec()).context("rustc cannot be started")
}

/// Whether a variable is one that sources may ask for with `env!`. Source: the Cargo book, "Environment variables Cargo sets for crates".
fn is_for_sources(name: &str) -> bool {
    name.starts_with("CARGO_PKG_")
        || matches!(name, "CARGO_BIN_NAME" | "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE")
}

/// Links the compiled libraries, and nothing else, into a folder of their own: among the executables beside them are solutions.
fn link_libraries(built: &[PathBuf], libraries: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(libraries).with_context(|| format!("{} cannot be made", libraries.display()))?;
    let wanted: BTreeMap<&OsStr, &PathBuf> =
        built.iter().filter_map(|path| Some((path.file_name()?, path))).collect();
    let there = fs::read_dir(libraries).with_context(|| format!("{} cannot be read", libraries.display()))?;
    for entry in there {
        let entry = entry?;
        if !wanted.contains_key(&*entry.file_name()) {
            fs::remove_file(entry.path())?;
        }
    }
    for (name, path) in wanted {
        let target = libraries.join(name);
        // A library that was built again is another file.
        let same = |a: &fs::Metadata, b: &fs::Metadata| {
            a.len() == b.len() && a.modified().ok().zip(b.modified().ok()).is_some_and(|(a, b)| a == b)
        };
        let fresh =
            fs::metadata(&target).ok().zip(fs::metadata(path).ok()).is_some_and(|(a, b)| same(&a, &b));
        if !fresh {
            let _ = fs::remove_file(&target);
            fs::hard_link(path, &target)
                .or_else(|_| fs::copy(path, &target).map(drop))
                .with_context(|| format!("{} cannot be linked", target.display()))?;
        }
    }
    Ok(())
}

/// The sources of a lab in the instructor's workspace.
fn read_sources(lab: &Path, folder: &Path, into: &mut BTreeMap<String, Vec<u8>>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            read_sources(lab, &path, into)?;
        } else if let Ok(name) = path.strip_prefix(lab) {
            into.insert(name.to_string_lossy().into_owned(), fs::read(&path)?);
        }
    }
    Ok(())
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
