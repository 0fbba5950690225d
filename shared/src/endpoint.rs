//! Endpoints as arguments: what libzmq would take wrongly is refused, with a sentence that says what to write instead.
//!
//! Measured on libzmq 4.3.4: `bind tcp://127.0.0.1:70000` silently gets port 4464; port 65536 is accepted on connect and
//! never reached; `bind tcp://localhost:*` gives ENODEV; a second bind on an ipc path takes it from the first without
//! an error; the zmq crate panics on an errno that it does not know, as ENOTDIR of `ipc:///etc/passwd/x`.

use std::fmt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::str::FromStr;

use rustix::fs::{Access, access};

use crate::announce::announce;
use crate::error::{Error, OrExplain};

/// The longest path of a Unix socket, in bytes: `sun_path` of unix(7) has 108, one of them for the NUL.
/// (macOS has 104; there libzmq itself tells.)
const LONGEST_PATH: usize = 107;

/// Why an endpoint was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot use {endpoint}: {why}")]
pub struct EndpointError {
    /// The endpoint as it was given, control characters escaped.
    pub endpoint: String,
    /// What is wrong with it, and what to write instead.
    pub why: String,
}

/// An endpoint that a socket may bind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindEndpoint(String);

/// An endpoint that a socket may connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectEndpoint(String);

impl FromStr for BindEndpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        check(text, Side::Bind).map_err(|why| refusal(text, why))?;
        Ok(Self(text.into()))
    }
}

impl FromStr for ConnectEndpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        check(text, Side::Connect).map_err(|why| refusal(text, why))?;
        Ok(Self(text.into()))
    }
}

impl fmt::Display for BindEndpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for ConnectEndpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl BindEndpoint {
    /// Binds the socket, and gives an error with a name and an explanation where that does not work.
    pub fn bind(&self, socket: &zmq::Socket) -> Result<(), Error> {
        if let Some(path) =
            self.0.strip_prefix("ipc://").filter(|path| !path.starts_with('@') && *path != "*")
        {
            usable_path(path).map_err(|why| refusal(&self.0, why))?;
        }
        socket.bind(&self.0).or_explain("bind", &self.0)
    }
}

impl ConnectEndpoint {
    /// Connects the socket. That somebody is there is not needed: ZeroMQ goes on trying.
    pub fn connect(&self, socket: &zmq::Socket) -> Result<(), Error> {
        socket.connect(&self.0).or_explain("connect to", &self.0)
    }
}

/// `--bind ENDPOINT` or `--connect ENDPOINT`: how a program with one socket reaches the others, for clap's `flatten`.
#[derive(Clone, Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct Attach {
    /// Bind here, as in tcp://127.0.0.1:5555 or tcp://127.0.0.1:* for any free port
    #[arg(long, value_name = "ENDPOINT")]
    pub bind: Option<BindEndpoint>,
    /// Connect to this endpoint, as in tcp://127.0.0.1:5555
    #[arg(long, value_name = "ENDPOINT")]
    pub connect: Option<ConnectEndpoint>,
}

impl Attach {
    /// Binds the socket and prints the `bound` line, or connects it.
    pub fn attach(&self, socket: &zmq::Socket) -> Result<(), Error> {
        if let Some(endpoint) = &self.bind {
            endpoint.bind(socket)?;
            announce(socket)?;
        }
        if let Some(endpoint) = &self.connect {
            endpoint.connect(socket)?;
        }
        Ok(())
    }

    /// The endpoint as it was given, for messages.
    pub fn endpoint(&self) -> String {
        let bind = self.bind.as_ref().map(ToString::to_string);
        bind.or_else(|| self.connect.as_ref().map(ToString::to_string)).unwrap_or_default()
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Bind,
    Connect,
}

fn refusal(endpoint: &str, why: String) -> EndpointError {
    EndpointError { endpoint: endpoint.escape_debug().to_string(), why }
}

/// What can be told from the text alone.
fn check(text: &str, side: Side) -> Result<(), String> {
    if text.chars().any(char::is_control) {
        return Err("an endpoint has no control characters".into());
    }
    match text.split_once("://") {
        Some(("tcp", address)) => check_tcp(address, side),
        Some(("ipc", path)) => check_ipc(path, side),
        Some(("inproc", "")) => Err("an inproc endpoint needs a name, as in inproc://jobs".into()),
        Some(("inproc", _)) => Ok(()),
        Some((other, _)) => {
            Err(format!("`{other}` is no transport of this course; write tcp://, ipc:// or inproc://"))
        }
        None => Err("an endpoint is TRANSPORT://ADDRESS, as in tcp://127.0.0.1:5555".into()),
    }
}

fn check_tcp(address: &str, side: Side) -> Result<(), String> {
    let Some((host, port)) = address.rsplit_once(':') else {
        return Err(
            "there is no colon before the port; write tcp://HOST:PORT, as in tcp://127.0.0.1:5555".into()
        );
    };
    if host.is_empty() {
        return Err("there is no host before the colon; write 127.0.0.1 for this machine".into());
    }
    if side == Side::Connect && host == "*" {
        return Err("`*` means every address of this machine and is for binding; to connect, write one address, as 127.0.0.1".into());
    }
    if side == Side::Bind && host == "localhost" {
        return Err(
            "to bind, write an address or an interface, not a name: 127.0.0.1 for this machine".into()
        );
    }
    match port {
        "*" if side == Side::Bind => Ok(()),
        "*" => Err("`*` lets the system choose a port and is for binding; to connect, write the port that was chosen".into()),
        _ => check_port(port, side),
    }
}

fn check_port(port: &str, side: Side) -> Result<(), String> {
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        return Err(format!("`{port}` is no port; write a number from 1 to 65535"));
    }
    match port.parse::<u16>() {
        Ok(0) if side == Side::Connect => Err("port 0 means any free port and is for binding".into()),
        Ok(_) => Ok(()),
        Err(_) => Err(format!("port {port} is over 65535, the highest port there is")),
    }
}

fn check_ipc(path: &str, side: Side) -> Result<(), String> {
    match path {
        "" | "@" => Err("an ipc endpoint needs a path, as in ipc:///tmp/door".into()),
        "*" if side == Side::Connect => Err("`*` lets the system choose a path and is for binding".into()),
        _ if path.len() > LONGEST_PATH => {
            Err(format!("the path has {} bytes, and a socket's path has {LONGEST_PATH} at most", path.len()))
        }
        _ => Ok(()),
    }
}

/// What only the file system can tell of a path to bind, before libzmq or the zmq crate take it wrongly.
fn usable_path(path: &str) -> Result<(), String> {
    let path = Path::new(path);
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let show = folder.display();
    match std::fs::metadata(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(format!("ENOENT, the folder {show} does not exist"));
        }
        Err(error) => return Err(format!("the folder {show} cannot be used: {error}")),
        Ok(metadata) if !metadata.is_dir() => return Err(format!("ENOTDIR, {show} is not a folder")),
        Ok(_) => {}
    }
    access(folder, Access::WRITE_OK | Access::EXEC_OK)
        .map_err(|error| format!("nothing can be made in the folder {show}: {error}"))?;
    match std::fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err("EISDIR, this path is a folder".into()),
        // libzmq would unlink the path and take it over, and the other program would hear nothing of it.
        Ok(_) if UnixStream::connect(path).is_ok() => {
            Err("EADDRINUSE, another program holds this path".into())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T: FromStr<Err = EndpointError>>(text: &str) -> String {
        match text.parse::<T>() {
            Ok(_) => panic!("`{text}` was accepted"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_works_is_accepted() {
        for text in [
            "tcp://127.0.0.1:5555",
            "tcp://*:5555",
            "tcp://127.0.0.1:*",
            "tcp://[::1]:5555",
            "ipc://@a",
            "inproc://a",
        ] {
            assert!(text.parse::<BindEndpoint>().is_ok(), "{text}");
        }
        for text in
            ["tcp://127.0.0.1:65535", "tcp://localhost:5555", "ipc:///tmp/a", "ipc://@a", "inproc://a"]
        {
            assert!(text.parse::<ConnectEndpoint>().is_ok(), "{text}");
        }
    }

    #[test]
    fn what_libzmq_takes_wrongly_is_refused_with_what_to_write() {
        assert!(refused::<BindEndpoint>("tcp://*5555").contains("no colon before the port"));
        assert!(refused::<BindEndpoint>("tcp://127.0.0.1:70000").contains("over 65535"));
        assert!(refused::<ConnectEndpoint>("tcp://127.0.0.1:65536").contains("over 65535"));
        assert!(refused::<ConnectEndpoint>("tcp://*:5555").contains("is for binding"));
        assert!(refused::<ConnectEndpoint>("tcp://127.0.0.1:*").contains("is for binding"));
        assert!(refused::<BindEndpoint>("tcp://localhost:*").contains("127.0.0.1"));
        assert!(refused::<BindEndpoint>("tcp://127.0.0.1:-1").contains("no port"));
        assert!(refused::<BindEndpoint>("127.0.0.1:5555").contains("TRANSPORT://ADDRESS"));
        assert!(refused::<BindEndpoint>("ftp://127.0.0.1:5555").contains("no transport"));
        assert!(refused::<BindEndpoint>("ipc://a\0b").contains("control"));
        assert!(refused::<BindEndpoint>(&format!("ipc:///{}", "a".repeat(107))).contains("107 at most"));
    }

    #[test]
    fn paths_that_libzmq_or_the_zmq_crate_take_wrongly_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let door = folder.path().join("door");
        let _held = std::os::unix::net::UnixListener::bind(&door).unwrap();
        let context = zmq::Context::new();
        let bind = |path: &Path| {
            let endpoint: BindEndpoint = format!("ipc://{}", path.display()).parse().unwrap();
            endpoint.bind(&context.socket(zmq::REP).unwrap())
        };
        for (path, errno) in [
            (folder.path().join("none/x"), "ENOENT"),
            (file.join("x"), "ENOTDIR"),
            (folder.path().to_path_buf(), "EISDIR"),
            (door, "EADDRINUSE"),
        ] {
            let error = bind(&path).unwrap_err();
            assert!(error.to_string().contains(errno), "{error}");
            assert_eq!(error.exit_code(), 2);
        }
        assert!(bind(&folder.path().join("free")).is_ok());
    }
}
