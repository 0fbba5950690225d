//! What runs inside a box: small programs, called by hidden names, that set limits and then become something else.
//!
//! `__limit` sets limits on itself and becomes the program. `__drop` becomes it as nobody. `__outer` makes a small disk, gives root's rights away and becomes the suite.
//! `__launch` is what the suite puts before each student's program: it makes the inner box, says which process the program is, and ends as
//! the program ends.

pub mod limits;

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::{Pid, Resource, Rlimit, Signal, WaitOptions};

use limits::Limits;

/// The user and group that a box of root's works as: nobody's number in Linux distributions.
pub const NOBODY: u32 = 65534;
/// The variable with the limits of the programs, for the launcher.
pub const LIMITS: &str = "GRADE_LIMITS";
/// Where the suite's box holds what the programs' boxes are made of: the one mount of a tree costs bubblewrap less than one for each of its parts.
pub const INNER: &str = "/inner";

/// Where the launchers count, a byte for each program: in a file for each folder in which programs run, which is one for each check. No program sees it.
const COUNT: &str = "/tmp/programs-so-far";
/// Where the folders for temporary files are, one for each check.
const TEMPORARY: &str = "/tmp/temporary";
/// How many numbers programs get: far more than run at once in a check.
const MOST_NUMBERS: u64 = 300;

/// Runs the hidden command that the arguments name; none where they name none.
pub fn run() -> Option<ExitCode> {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let (name, rest) = arguments.split_first()?;
    let done = match name.to_str()? {
        "__limit" => limit(rest),
        "__drop" => drop_rights(rest),
        "__init" => init(rest),
        "__nothing" => Ok(ExitCode::SUCCESS),
        "__outer" => outer(rest),
        "__launch" => launch(rest),
        _ => return None,
    };
    Some(finish(done))
}

/// Says an error on standard error, with the exit code of what cannot be started (sysexits(3): `EX_OSERR`).
pub fn finish(done: anyhow::Result<ExitCode>) -> ExitCode {
    done.unwrap_or_else(|error| {
        eprintln!("grade: {error:#}");
        ExitCode::from(71)
    })
}

/// `__limit LIMITS PROGRAM ARGUMENTS…`: becomes the program, with less.
fn limit(arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    let [limits, program, arguments @ ..] = arguments else { bail!("__limit LIMITS PROGRAM…") };
    lower_all(limits)?;
    Err(Command::new(program).args(arguments).exec())
        .with_context(|| format!("{} cannot be started", Path::new(program).display()))
}

/// Sets the limits, as they were told.
fn lower_all(limits: &OsStr) -> anyhow::Result<()> {
    let limits: Limits = serde_json::from_str(&limits.to_string_lossy()).context("the limits")?;
    limits.resources().into_iter().try_for_each(|(resource, value)| {
        lower(resource, value).with_context(|| format!("the limit {resource:?}"))
    })
}

/// Sets a limit, or leaves a lower one.
fn lower(resource: Resource, value: u64) -> rustix::io::Result<()> {
    let now = rustix::process::getrlimit(resource);
    let least = |limit: Option<u64>| Some(limit.map_or(value, |limit| limit.min(value)));
    // A check of lab 04 lowers and lifts the limit of files, and may only do so where nothing else than the suite's own is lifted.
    let maximum = if resource == Resource::Fsize { now.maximum } else { least(now.maximum) };
    rustix::process::setrlimit(resource, Rlimit { current: least(now.current), maximum })
}

/// `__outer BYTES FILES USER PROGRAM ARGUMENTS…`: mounts a small `/tmp` and becomes the program, as that user: nobody where the box is root's.
///
/// bubblewrap's own tmpfs has no limit on the number of files.
fn outer(arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    let [bytes, files, user, program, arguments @ ..] = arguments else {
        bail!("__outer BYTES FILES USER PROGRAM…")
    };
    let user: u32 = user.to_string_lossy().parse().context("the user")?;
    let options = format!("size={},nr_inodes={},mode=1777", bytes.to_string_lossy(), files.to_string_lossy());
    let options = std::ffi::CString::new(options)?;
    let flags = rustix::mount::MountFlags::NOSUID | rustix::mount::MountFlags::NODEV;
    rustix::mount::mount("tmpfs", "/tmp", "tmpfs", flags, options.as_c_str())
        .context("the small disk at /tmp cannot be mounted")?;
    let mut command = Command::new(program);
    command.args(arguments);
    if rustix::process::geteuid().as_raw() != user {
        command.uid(user).gid(user);
    }
    Err(command.exec()).with_context(|| format!("{} cannot be started", Path::new(program).display()))
}

/// `__drop PROGRAM ARGUMENTS…`: becomes the program, as nobody.
fn drop_rights(arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    let [program, arguments @ ..] = arguments else { bail!("__drop PROGRAM…") };
    Err(Command::new(program).args(arguments).uid(NOBODY).gid(NOBODY).exec())
        .with_context(|| format!("{} cannot be started as nobody", Path::new(program).display()))
}

/// `__launch PROGRAM ARGUMENTS…`: runs the program in a box of its own, in this folder.
fn launch(arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    let limits = env::var(LIMITS).context("the limits are not told")?;
    let here = env::current_dir()?;
    let (mut told, tell) = rustix::pipe::pipe().map(|(read, write)| (std::fs::File::from(read), write))?;
    // The reading end is ours only; the writing end is inherited.
    rustix::io::fcntl_setfd(&told, rustix::io::FdFlags::CLOEXEC)?;
    let mut command = Command::new("bwrap");
    let check = here.metadata().with_context(|| format!("{}", here.display()))?.ino();
    let temporary = temporary(check)?;
    command.args(inner_box(&here, &temporary));
    if let Some(terminal) = env::var_os("TERM") {
        command.args([OsStr::new("--setenv"), OsStr::new("TERM"), &terminal]);
    }
    command.arg("--info-fd").arg(tell.as_raw_fd().to_string());
    command.args(["--as-pid-1", "--", "/grade", "__init", &number(check)?.to_string(), &limits]);
    command.args(arguments);
    // Only the program reads what is typed; a launcher that holds the ends of its pipes would keep them open.
    let mut child = command.spawn().context("bwrap cannot be started")?;
    drop(tell);
    detach_streams();
    let mut info = String::new();
    told.read_to_string(&mut info)?;
    let first = serde_json::from_str::<serde_json::Value>(&info).ok();
    let first = first.and_then(|info| i32::try_from(info["child-pid"].as_i64()?).ok());
    if let Some(pid) = first.and_then(|first| program_of(first, &mut child)) {
        announce(pid)?;
    }
    Ok(end_like(child.wait()?))
}

/// `__init NUMBER LIMITS PROGRAM ARGUMENTS…`: the first process of an inner box. It starts the program with a process number of at least NUMBER and with the limits,
/// which are its own from then on, takes over what the program leaves behind, and ends as the program ends; with it everything in the box ends.
///
/// Without the number, the program of every box would be process 2, and whoever takes his process number for a name that nobody else has is
/// right everywhere but here.
fn init(arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    let [number, limits, program, arguments @ ..] = arguments else {
        bail!("__init NUMBER LIMITS PROGRAM…")
    };
    let number: i32 = number.to_string_lossy().parse().context("the number")?;
    // A thread takes a number too, and costs less than a process.
    let mut last = 1;
    while last + 1 < number {
        let thread = std::thread::spawn(|| rustix::thread::gettid().as_raw_nonzero().get());
        last = thread.join().unwrap_or(number);
    }
    lower_all(limits)?;
    let child = Command::new(program)
        .args(arguments)
        .process_group(0)
        .spawn()
        .with_context(|| format!("{} cannot be started", Path::new(program).display()))?;
    let child = Pid::from_child(&child);
    detach_streams();
    loop {
        match rustix::process::wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid == child => {
                let code = status.exit_status().or_else(|| Some(128 + status.terminating_signal()?));
                return Ok(ExitCode::from(u8::try_from(code.unwrap_or(255)).unwrap_or(255)));
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error).context("the program cannot be waited for"),
        }
    }
}

/// A process number that no other program of the check has: its programs are counted. Small, since each number up to it costs a thread,
/// which takes a number outside the box too: the launcher's own number would double from program to program.
fn number(check: u64) -> anyhow::Result<u64> {
    let count = format!("{COUNT}-{check}");
    let mut count = std::fs::OpenOptions::new().append(true).create(true).open(&count).context(count)?;
    rustix::fs::flock(&count, rustix::fs::FlockOperation::LockExclusive)?;
    count.write_all(b".")?;
    Ok(2 + count.metadata()?.len() % MOST_NUMBERS)
}

/// The folder for temporary files of a check's programs, on the small disk: as at home they share one, but no check meets another's.
fn temporary(check: u64) -> anyhow::Result<PathBuf> {
    let folder = PathBuf::from(format!("{TEMPORARY}-{check}"));
    match std::fs::create_dir(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(error).with_context(|| format!("{} cannot be made", folder.display()))
        }
        _ => Ok(folder),
    }
}

/// Gives the standard streams away, so that only the program holds them.
fn detach_streams() {
    if let Ok(nothing) = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null") {
        let _ = rustix::stdio::dup2_stdin(&nothing);
        let _ = rustix::stdio::dup2_stdout(&nothing);
        let _ = rustix::stdio::dup2_stderr(&nothing);
    }
}

/// The words for bubblewrap that make the inner box: what [`INNER`] holds, one folder to write into, and one for temporary files; no /proc, no
/// other processes.
fn inner_box(here: &Path, temporary: &Path) -> Vec<OsString> {
    let words = [
        "--unshare-user",
        "--unshare-pid",
        "--unshare-ipc",
        "--unshare-uts",
        "--unshare-cgroup-try",
        "--disable-userns",
        "--die-with-parent",
        "--new-session",
        "--clearenv",
        "--cap-drop",
        "ALL",
        "--setenv",
        "PATH",
        "/usr/bin:/bin",
        "--dev-bind",
        INNER,
        "/",
    ];
    let mut words: Vec<OsString> = words.map(OsString::from).to_vec();
    words.extend(bind("--bind", temporary, Path::new("/tmp")));
    words.extend(bind("--bind", here, here));
    words.push("--chdir".into());
    words.push(here.into());
    words
}

/// The words for bubblewrap that bring a file or folder into a box.
pub fn bind(how: &str, outside: &Path, inside: &Path) -> [OsString; 3] {
    [OsStr::new(how), outside.as_os_str(), inside.as_os_str()].map(OsString::from)
}

/// The program in a box: the first child of the box's first process. None where it has ended before it was seen.
fn program_of(first: i32, child: &mut std::process::Child) -> Option<Pid> {
    loop {
        let children = std::fs::read_to_string(format!("/proc/{first}/task/{first}/children"));
        let children = children.unwrap_or_default();
        if let Some(pid) = children.split_whitespace().next().and_then(|pid| pid.parse().ok()) {
            return Pid::from_raw(pid);
        }
        if !matches!(child.try_wait(), Ok(None)) {
            return None;
        }
        std::thread::sleep(Duration::from_micros(300));
    }
}

/// Says to the harness which process the program is: in one step, so that no half of a number is read.
fn announce(pid: Pid) -> anyhow::Result<()> {
    let Some(file) = env::var_os("LAB_LAUNCHED").map(PathBuf::from) else { return Ok(()) };
    std::fs::write(&file, format!("{}\n", pid.as_raw_nonzero()))
        .with_context(|| format!("{} cannot be written", file.display()))
}

/// Ends as a box's program ended. A box tells a signal by an exit code of 128 and its number; the harness is to see the signal.
fn end_like(status: ExitStatus) -> ExitCode {
    let number = status.signal().or_else(|| status.code().filter(|code| *code > 128).map(|code| code - 128));
    let deadly = [
        Signal::HUP,
        Signal::INT,
        Signal::QUIT,
        Signal::ILL,
        Signal::ABORT,
        Signal::BUS,
        Signal::FPE,
        Signal::KILL,
        Signal::SEGV,
        Signal::PIPE,
        Signal::TERM,
        Signal::XCPU,
        Signal::XFSZ,
    ];
    if let Some(signal) = deadly.into_iter().find(|signal| Some(signal.as_raw()) == number) {
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        let _ = rustix::process::setrlimit(Resource::Core, none);
        let _ = rustix::process::kill_process(rustix::process::getpid(), signal);
    }
    ExitCode::from(u8::try_from(status.code().unwrap_or(255)).unwrap_or(255))
}
