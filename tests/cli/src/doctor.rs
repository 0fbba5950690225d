//! Looks whether the machine has what the course needs, and says what to do where it has not.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Command, ExitCode};

use anstream::println;

/// What is wrong, and how to mend it.
type Finding = Result<String, String>;

/// Examines the machine; exit code 1 where something is missing.
pub(crate) fn examine() -> ExitCode {
    let findings: [(&str, Finding); 5] = [
        ("Rust", version("cargo", "install Rust from rustup or your system's packages, 1.85 or newer")),
        ("C++ compiler", compiler()),
        ("tcp on 127.0.0.1", loopback()),
        ("ipc sockets", ipc()),
        ("temporary folder", temporary()),
    ];
    let mut healthy = true;
    for (name, finding) in findings {
        match finding {
            Ok(text) => println!("ok       {name:<18} {text}"),
            Err(text) => {
                healthy = false;
                println!("missing  {name:<18} {text}");
            }
        }
    }
    if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn version(program: &str, advice: &str) -> Finding {
    let output = Command::new(program).arg("--version").output();
    match output {
        Ok(output) if output.status.success() => {
            Ok(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_string())
        }
        _ => Err(advice.into()),
    }
}

/// libzmq is C++; its build asks for the compiler that `CXX` names, else for `c++`.
fn compiler() -> Finding {
    let advice = "install g++ or clang++: `apt install g++`, `dnf install gcc-c++`, `xcode-select --install`";
    version(&std::env::var("CXX").unwrap_or_else(|_| "c++".into()), advice)
}

fn loopback() -> Finding {
    let talk = || -> std::io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let stream = TcpStream::connect(listener.local_addr()?)?;
        round_trip(stream, listener.accept()?.0)
    };
    talk()
        .map(|()| "a byte went there and back".into())
        .map_err(|error| format!("127.0.0.1 cannot be used: {error}"))
}

fn ipc() -> Finding {
    let talk = || -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("door");
        let listener = UnixListener::bind(&path)?;
        let stream = UnixStream::connect(&path)?;
        round_trip(stream, listener.accept()?.0)
    };
    talk()
        .map(|()| "a byte went there and back".into())
        .map_err(|error| format!("ipc cannot be used: {error}"))
}

fn round_trip(mut near: impl Read + Write, mut far: impl Read + Write) -> std::io::Result<()> {
    let mut byte = [0];
    near.write_all(b"x")?;
    far.read_exact(&mut byte)?;
    far.write_all(&byte)?;
    near.read_exact(&mut byte)
}

/// The path of an ipc socket has 107 bytes at most, 103 on macOS; a long folder leaves no room.
fn temporary() -> Finding {
    let folder = std::env::temp_dir();
    let length = folder.as_os_str().len();
    if !Path::new(&folder).is_dir() {
        return Err(format!("{} is not there; set TMPDIR to a folder that is", folder.display()));
    }
    if length > 60 {
        return Err(format!(
            "{} is too long for ipc sockets; set TMPDIR to a short path such as /tmp",
            folder.display()
        ));
    }
    Ok(folder.display().to_string())
}
