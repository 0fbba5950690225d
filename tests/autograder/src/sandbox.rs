//! The boxes around a submission, made by bubblewrap: one for the compiler, one around the suite, and inside that one for each program.
//!
//! The compiler's box holds the toolchain, the libraries and the student's sources; no network, no suite, no solutions. The suite's box has a
//! network of its own with nothing but loopback, and a small disk. The launcher in it makes the programs' boxes (see [`launcher`]).

use std::ffi::{OsStr, OsString};
use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, bail};
use harness::program::ignored_here;
use launcher::limits::Limits;
use launcher::{INNER, LIMITS, NOBODY, bind};
use rustix::process::Signal;
use tempfile::TempPath;

use crate::entry::Tier;
use crate::slurm::script::quoted;

/// The disk of the suite's box: its size in bytes and how many files may be on it.
const DISK: (u64, u64) = (512 << 20, 20_000);
/// What both boxes see of the system. Programs and libraries, and the few files that the compiler and the shell want.
const SYSTEM: [&str; 9] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
];

/// What the programs' boxes see of the system: the libraries, and nothing else.
const LIBRARIES: [&str; 5] = ["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache"];
/// The devices that a program may use: those without a state.
const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];
/// The names that are known inside, as on any machine: a program may say `localhost`.
const HOSTS: &str = "127.0.0.1 localhost\n::1 localhost\n";
/// Where the programs are, inside.
const PROGRAMS: &str = "/programs";

/// How submissions are kept in.
#[derive(Clone, Debug)]
pub struct Sandbox {
    /// What it is made of.
    pub tier: Tier,
    /// What works inside the boxes: this executable, or the launcher by itself.
    launcher: PathBuf,
    /// A file with [`HOSTS`].
    hosts: Arc<TempPath>,
    root: bool,
    /// Whether signals are ignored here that checks send: a shell that starts this in the background does so. Every program would inherit that.
    deaf: bool,
}

/// What the compiler's box holds.
#[derive(Debug)]
pub struct BuildBox<'a> {
    /// Folders that may be read, and where they are inside.
    pub readable: Vec<(PathBuf, PathBuf)>,
    /// The folder with the result; `/out` inside.
    pub out: &'a Path,
    /// Where it works, inside.
    pub here: &'a Path,
    /// Variables.
    pub variables: Vec<(String, String)>,
}

/// What the suite's box holds.
#[derive(Debug)]
pub struct JudgeBox<'a> {
    /// The executable of the suite.
    pub suite: &'a Path,
    /// The folder with the programs, by role.
    pub programs: &'a Path,
    /// The folder for the records.
    pub records: &'a Path,
    /// What a program may use.
    pub limits: Limits,
    /// Variables of the suite.
    pub variables: Vec<(&'static str, String)>,
}

impl Sandbox {
    /// The strongest there is; an error where there is none and the work is not trusted.
    pub fn find(trusted: bool) -> anyhow::Result<Self> {
        let sandbox = Self::of(Tier::Bubblewrap)?;
        match sandbox.try_out() {
            Ok(()) => Ok(sandbox),
            Err(_) if trusted => Self::of(Tier::None),
            Err(error) => Err(error.context(
                "submissions cannot be kept in here; `cargo grade doctor` says more, and `--i-trust-these` judges them without a box",
            )),
        }
    }

    /// One of this kind, tried or not.
    pub fn of(tier: Tier) -> anyhow::Result<Self> {
        let launcher = std::env::current_exe().context("this program's own path is not known")?;
        let mut hosts = tempfile::Builder::new()
            .permissions(Permissions::from_mode(0o644))
            .tempfile()
            .context("no temporary file")?;
        hosts.write_all(HOSTS.as_bytes()).context("a temporary file cannot be written")?;
        let hosts = Arc::new(hosts.into_temp_path());
        let deaf = [Signal::HUP, Signal::INT, Signal::QUIT, Signal::TERM].into_iter().any(ignored_here);
        Ok(Self { tier, launcher, hosts, root: rustix::process::geteuid().is_root(), deaf })
    }

    /// The same, with the launcher as an executable of its own, which starts in less time.
    #[must_use]
    pub fn with_launcher(self, launcher: PathBuf) -> Self {
        Self { launcher, ..self }
    }

    /// Whether a program in both boxes runs, which proves them: an error says what fails.
    pub fn try_out(&self) -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let (programs, records) = (folder.path().join("programs"), folder.path().join("records"));
        std::fs::create_dir(&programs)?;
        std::fs::create_dir(&records)?;
        let judge = JudgeBox {
            suite: Path::new("/bin/sh"),
            programs: &programs,
            records: &records,
            limits: Limits::program(),
            variables: Vec::new(),
        };
        let mut command = self.judging(&judge)?;
        command.args(["-c", "mkdir /tmp/here && cd /tmp/here && exec $LAB_LAUNCHER /grade __nothing"]);
        let output =
            command.output().context("bwrap cannot be started; it comes with the package bubblewrap")?;
        if !output.status.success() {
            bail!("bwrap does not work here: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }

    /// The command that the compiler's command line is put behind.
    pub fn building(&self, build: &BuildBox<'_>) -> anyhow::Result<Command> {
        let limits = serde_json::to_string(&Limits::compiler())?;
        if self.tier == Tier::None {
            let mut command = Command::new(&self.launcher);
            command.args(["__limit", &limits]).current_dir(build.here);
            command.env_clear().envs(build.variables.iter().map(|(name, value)| (name, value)));
            return Ok(command);
        }
        let mut command = self.bubblewrap();
        command.args(["--proc", "/proc", "--dev", "/dev"]);
        command.args(["--perms", "1777", "--size", "268435456", "--tmpfs", "/tmp"]);
        for (outside, inside) in &build.readable {
            command.args(bind("--ro-bind", outside, inside));
        }
        command.args(bind("--bind", build.out, Path::new("/out")));
        for (name, value) in &build.variables {
            command.args(["--setenv", name, value]);
        }
        command.arg("--chdir").arg(build.here).arg("--");
        if self.root {
            give_to_nobody(build.out)?;
            command.args(["/grade", "__drop"]);
        }
        command.args(["/grade", "__limit", &limits]);
        Ok(command)
    }

    /// The command that the suite's arguments are put behind.
    pub fn judging(&self, judge: &JudgeBox<'_>) -> anyhow::Result<Command> {
        let limits = serde_json::to_string(&judge.limits)?;
        if self.tier == Tier::None {
            let mut command = self.hearing(judge.suite);
            command.env("LAB_PROGRAMS", judge.programs).env("LAB_RECORDS", judge.records);
            let launcher =
                [self.launcher.as_os_str(), OsStr::new("__limit"), OsStr::new(&limits)].map(OsString::from);
            command.env("LAB_LAUNCHER", quoted(&launcher));
            command.env_remove("LAB_AFTER_HANG").env_remove("RUST_BACKTRACE");
            command.envs(judge.variables.iter().map(|(name, value)| (name, value)));
            return Ok(command);
        }
        let (suite, programs, records) = (Path::new("/suite"), Path::new(PROGRAMS), Path::new("/records"));
        let mut command = self.bubblewrap();
        command.args(["--proc", "/proc", "--dev", "/dev", "--dir", "/tmp", "--dir", "/work/labs/lab"]);
        command.args(bind("--ro-bind", &self.hosts, Path::new("/etc/hosts")));
        command.args(bind("--ro-bind", judge.suite, suite));
        command.args(bind("--ro-bind", judge.programs, programs));
        command.args(bind("--bind", judge.records, records));
        command.args(self.inner_tree(judge.programs));
        if self.root {
            give_to_nobody(judge.records)?;
        }
        let variables = [
            ("LAB_PROGRAMS", OsStr::new(PROGRAMS)),
            ("LAB_RECORDS", OsStr::new("/records")),
            ("LAB_LAUNCHER", OsStr::new("/grade __launch")),
            ("LAB_LAUNCHER_TELLS", OsStr::new("1")),
            (LIMITS, OsStr::new(&limits)),
        ];
        for (name, value) in variables {
            command.arg("--setenv").arg(name).arg(value);
        }
        for (name, value) in &judge.variables {
            command.args(["--setenv", name, value]);
        }
        if !self.root {
            // The small disk is mounted from inside, which needs the first right, and is one's own only without a second namespace of users inside the
            // first, which bubblewrap makes for any other number than 0. The programs' boxes then map that number, which needs the second.
            command.args(["--uid", "0", "--gid", "0"]);
            command.args(["--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_SETFCAP"]);
        }
        let user = if self.root { NOBODY } else { 0 };
        command.args(["--chdir", "/work/labs/lab", "--", "/grade", "__outer"]);
        command.args([DISK.0.to_string(), DISK.1.to_string(), user.to_string()]);
        let suite = self.hearing(suite);
        command.arg(suite.get_program()).args(suite.get_args());
        Ok(command)
    }

    /// What the programs' boxes are made of: no sources, nothing that can be written. It is put together once for all of them.
    fn inner_tree(&self, programs: &Path) -> Vec<OsString> {
        let inner = Path::new(INNER);
        let mut words: Vec<OsString> =
            ["--perms", "0755", "--size", "65536", "--tmpfs", INNER].map(OsString::from).to_vec();
        for folder in ["usr", "etc", "dev", "tmp"] {
            words.extend(["--perms", "0755", "--dir"].map(OsString::from));
            words.push(inner.join(folder).into());
        }
        words.extend(LIBRARIES.into_iter().flat_map(|path| of_the_system(path, inner)));
        for device in DEVICES.map(Path::new) {
            words.extend(bind("--dev-bind", device, &inner.join(device.strip_prefix("/").unwrap_or(device))));
        }
        words.extend(bind("--ro-bind", &self.hosts, &inner.join("etc/hosts")));
        words.extend(bind("--ro-bind", &self.launcher, &inner.join("grade")));
        words.extend(bind("--ro-bind", programs, &inner.join(PROGRAMS.trim_start_matches('/'))));
        words.extend(["--remount-ro", INNER].map(OsString::from));
        words
    }

    /// The command of a suite, with the signals given back to it that are ignored here.
    fn hearing(&self, suite: &Path) -> Command {
        if !self.deaf {
            return Command::new(suite);
        }
        // Of GNU coreutils 8.31 and later; nothing is asked of it elsewhere.
        let mut command = Command::new("/usr/bin/env");
        command.arg("--default-signal").arg(suite);
        command
    }

    /// What both boxes have in common: nothing but the system's programs, no network, no other processes.
    fn bubblewrap(&self) -> Command {
        let mut command = Command::new("bwrap");
        command.args([
            "--unshare-net",
            "--unshare-pid",
            "--unshare-ipc",
            "--unshare-uts",
            "--unshare-cgroup-try",
        ]);
        if !self.root {
            command.arg("--unshare-user");
        }
        command.args([
            "--die-with-parent",
            "--new-session",
            "--clearenv",
            "--setenv",
            "PATH",
            "/usr/bin:/bin",
        ]);
        // Made here, because bubblewrap makes the folder of a file that it binds for its owner only.
        command.args(["--perms", "0755", "--dir", "/etc"]);
        command.args(SYSTEM.into_iter().flat_map(|path| of_the_system(path, Path::new("/"))));
        command.args(bind("--ro-bind", &self.launcher, Path::new("/grade")));
        command
    }
}

/// The words that bring in, below a folder, what the system has at a path, if it is there. Where /lib is a link to usr/lib, it is so inside: each mount
/// costs bubblewrap a look at all others.
fn of_the_system(path: &str, below: &Path) -> [OsString; 3] {
    let path = Path::new(path);
    let inside = below.join(path.strip_prefix("/").unwrap_or(path));
    match std::fs::read_link(path) {
        Ok(target) => bind("--symlink", &target, &inside),
        Err(_) => bind("--ro-bind-try", path, &inside),
    }
}

/// A box of root's works as nobody, who must be able to write here.
fn give_to_nobody(folder: &Path) -> anyhow::Result<()> {
    chown(folder, Some(NOBODY), Some(NOBODY))
        .with_context(|| format!("{} cannot be given to nobody", folder.display()))
}
