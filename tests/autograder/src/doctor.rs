//! `cargo grade doctor`: how well submissions are kept in here, each line tried and not read off a version number.

use std::process::{Command, ExitCode};

use anyhow::Context;
use lab_cli::course::Course;

use crate::entry::Tier;
use crate::sandbox::Sandbox;
use crate::template::Toolchain;

/// Tries what `cargo grade` needs and says what holds. The exit code is 1 where untrusted work would be refused.
pub fn run() -> anyhow::Result<ExitCode> {
    let course = Course::find()?;
    let mut good = true;
    let mut line = |ok: bool, what: &str, says: &str| {
        println!("{} {what}: {says}", if ok { "ok " } else { "no " });
        good &= ok;
    };
    match Toolchain::find(&course) {
        Ok(toolchain) => line(true, "compiler", &toolchain.rustc().display().to_string()),
        Err(error) => line(false, "compiler", &format!("{error:#}")),
    }
    match version("bwrap") {
        Ok(version) => line(true, "bubblewrap", &version),
        Err(error) => line(false, "bubblewrap", &format!("{error:#}; the package is called bubblewrap")),
    }
    match Sandbox::of(Tier::Bubblewrap)?.try_out() {
        Ok(()) => line(
            true,
            "boxes",
            "a program ran in a box inside a box, with its own processes, network and small disk",
        ),
        Err(error) => {
            line(false, "boxes", &format!("{error:#}"));
            println!("    {}", advice());
        }
    }
    let user = if rustix::process::geteuid().is_root() {
        "root; what runs in the boxes is nobody (65534)"
    } else {
        "not root; what runs in the boxes has your number, and sees nothing of yours"
    };
    println!("    you are {user}");
    let answer = if good {
        "untrusted submissions are judged here, in boxes (tier: bubblewrap)"
    } else {
        "untrusted submissions are refused here (tier: none); `--i-trust-these` judges without a box what you would run yourself"
    };
    println!("{answer}");
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// What a program says to `--version`.
fn version(program: &str) -> anyhow::Result<String> {
    let output = Command::new(program).arg("--version").output().context("it cannot be started")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_string())
}

/// The usual reason why boxes cannot be made, and what helps.
fn advice() -> &'static str {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    if read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns").trim() == "1" {
        "AppArmor keeps programs from making namespaces: `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`, or run as root"
    } else if read("/proc/sys/kernel/unprivileged_userns_clone").trim() == "0" {
        "the kernel keeps users from making namespaces: `sudo sysctl kernel.unprivileged_userns_clone=1`, or run as root"
    } else if std::path::Path::new("/.dockerenv").exists() {
        "this is a Docker container, which keeps namespaces from being made: start it with --privileged, or grade outside"
    } else {
        "try `bwrap --unshare-all --ro-bind / / true` to see bubblewrap's own message"
    }
}
