//! Where a tap listens and where it leads: tcp, ipc and abstract ipc endpoints, and std sockets over them.
//!
//! The names are libzmq's (manual pages zmq_tcp(7) and zmq_ipc(7)), so that a suite hands on what a program printed.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType};

/// An endpoint that a tap or a raw peer can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// `tcp://HOST:PORT`; a port of `*` is 0, which lets the system choose one.
    Tcp(SocketAddr),
    /// `ipc://PATH`.
    Path(PathBuf),
    /// `ipc://@NAME`: in Linux's abstract namespace, without a file.
    Abstract(String),
    /// `ipc://*`: a new path in a folder of its own.
    AnyPath,
}

impl FromStr for Endpoint {
    type Err = io::Error;

    fn from_str(text: &str) -> io::Result<Self> {
        let wrong =
            || io::Error::new(io::ErrorKind::InvalidInput, format!("`{text}` is no endpoint of tcp or ipc"));
        if let Some(name) = text.strip_prefix("ipc://") {
            return Ok(match name.strip_prefix('@') {
                Some(name) => Self::Abstract(name.into()),
                None if name == "*" => Self::AnyPath,
                None if name.is_empty() => return Err(wrong()),
                None => Self::Path(name.into()),
            });
        }
        let (host, port) =
            text.strip_prefix("tcp://").and_then(|rest| rest.rsplit_once(':')).ok_or_else(wrong)?;
        let port = if port == "*" { 0 } else { port.parse().map_err(|_| wrong())? };
        if host == "*" {
            return Ok(Self::Tcp((Ipv4Addr::UNSPECIFIED, port).into()));
        }
        let host = host.trim_start_matches('[').trim_end_matches(']');
        (host, port).to_socket_addrs()?.next().map(Self::Tcp).ok_or_else(wrong)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(out, "tcp://{address}"),
            Self::Path(path) => write!(out, "ipc://{}", path.display()),
            Self::Abstract(name) => write!(out, "ipc://@{name}"),
            Self::AnyPath => write!(out, "ipc://*"),
        }
    }
}

impl Endpoint {
    /// Connects. Loopback and ipc answer at once; one that does not, because too many wait to be accepted, counts as
    /// absent after [`PATIENCE`].
    pub(crate) fn connect(&self) -> io::Result<Stream> {
        let family = match self {
            Self::Tcp(SocketAddr::V4(_)) => AddressFamily::INET,
            Self::Tcp(SocketAddr::V6(_)) => AddressFamily::INET6,
            _ => AddressFamily::UNIX,
        };
        let socket = socket(family)?;
        let begun = match self {
            Self::Tcp(address) => rustix::net::connect(&socket, address),
            Self::Path(path) => rustix::net::connect(&socket, &SocketAddrUnix::new(path)?),
            Self::Abstract(name) => rustix::net::connect(&socket, &abstract_name(name)?),
            Self::AnyPath => return Err(no_such("`ipc://*` can only be listened on")),
        };
        match begun {
            Ok(()) => {}
            Err(Errno::INPROGRESS) => {
                if !is_ready(&socket, PollFlags::OUT, PATIENCE)? {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                rustix::net::sockopt::socket_error(&socket)??;
            }
            Err(error) => return Err(error.into()),
        }
        let stream = match self {
            Self::Tcp(_) => Stream::Tcp(socket.into()),
            _ => Stream::Unix(socket.into()),
        };
        stream.prepare()?;
        Ok(stream)
    }

    /// Listens; an ipc file that it makes goes away with the listener.
    pub(crate) fn listen(&self) -> io::Result<Listener> {
        let mut folder = None;
        let (kind, endpoint) = match self {
            Self::Tcp(address) => {
                let listener = TcpListener::bind(address)?;
                let endpoint = Self::Tcp(listener.local_addr()?);
                (Kind::Tcp(listener), endpoint)
            }
            Self::Path(path) => (Kind::Unix(UnixListener::bind(path)?), self.clone()),
            Self::Abstract(name) => (Kind::Unix(listen_abstract(name)?), self.clone()),
            Self::AnyPath => {
                let own = tempfile::Builder::new().prefix("tap").tempdir()?;
                let path = own.path().join("socket");
                folder = Some(own);
                (Kind::Unix(UnixListener::bind(&path)?), Self::Path(path))
            }
        };
        let listener = Listener { kind, endpoint, _folder: folder };
        match &listener.kind {
            Kind::Tcp(socket) => socket.set_nonblocking(true)?,
            Kind::Unix(socket) => socket.set_nonblocking(true)?,
        }
        Ok(listener)
    }
}

/// How long a side may take to be connected to.
const PATIENCE: Duration = Duration::from_millis(200);

/// Waits until the socket can do this; false when the time is over.
pub(crate) fn is_ready(socket: &impl AsFd, what: PollFlags, limit: Duration) -> io::Result<bool> {
    let end = Instant::now() + limit;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        match poll(&mut [PollFd::new(socket, what)], Some(&timespec(left))) {
            Ok(ready) => return Ok(ready > 0),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// A time as poll takes it.
pub(crate) fn timespec(time: Duration) -> Timespec {
    Timespec { tv_sec: time.as_secs().try_into().unwrap_or(i64::MAX), tv_nsec: time.subsec_nanos().into() }
}

/// A socket that never blocks and that programs started meanwhile do not inherit.
fn socket(family: AddressFamily) -> io::Result<OwnedFd> {
    #[cfg(not(target_vendor = "apple"))]
    {
        let flags = rustix::net::SocketFlags::CLOEXEC | rustix::net::SocketFlags::NONBLOCK;
        Ok(rustix::net::socket_with(family, SocketType::STREAM, flags, None)?)
    }
    #[cfg(target_vendor = "apple")]
    {
        let socket = rustix::net::socket(family, SocketType::STREAM, None)?;
        rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
        rustix::io::ioctl_fionbio(&socket, true)?;
        Ok(socket)
    }
}

fn no_such(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, why)
}

#[cfg(target_os = "linux")]
fn abstract_name(name: &str) -> io::Result<SocketAddrUnix> {
    Ok(SocketAddrUnix::new_abstract_name(name.as_bytes())?)
}

#[cfg(not(target_os = "linux"))]
fn abstract_name(_: &str) -> io::Result<SocketAddrUnix> {
    Err(no_such("only Linux has abstract ipc endpoints"))
}

#[cfg(target_os = "linux")]
fn listen_abstract(name: &str) -> io::Result<UnixListener> {
    use std::os::linux::net::SocketAddrExt;
    UnixListener::bind_addr(&std::os::unix::net::SocketAddr::from_abstract_name(name)?)
}

#[cfg(not(target_os = "linux"))]
fn listen_abstract(_: &str) -> io::Result<UnixListener> {
    Err(no_such("only Linux has abstract ipc endpoints"))
}

#[derive(Debug)]
enum Kind {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// A socket that is listened on, never blocking.
#[derive(Debug)]
pub(crate) struct Listener {
    kind: Kind,
    endpoint: Endpoint,
    /// Of `ipc://*`; removed after the socket's file.
    _folder: Option<tempfile::TempDir>,
}

impl Listener {
    /// Where it can be connected to.
    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The next connection; `WouldBlock` where there is none.
    pub(crate) fn accept(&self) -> io::Result<Stream> {
        let stream = match &self.kind {
            Kind::Tcp(listener) => Stream::Tcp(listener.accept()?.0),
            Kind::Unix(listener) => Stream::Unix(listener.accept()?.0),
        };
        stream.prepare()?;
        Ok(stream)
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.kind {
            Kind::Tcp(listener) => listener.as_fd(),
            Kind::Unix(listener) => listener.as_fd(),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Endpoint::Path(path) = &self.endpoint {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// One end of a connection; it never blocks.
#[derive(Debug)]
pub(crate) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    /// Small messages must not wait for an acknowledgement (Nagle's algorithm); libzmq sets the same.
    fn prepare(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => {
                stream.set_nonblocking(true)?;
                stream.set_nodelay(true)
            }
            Self::Unix(stream) => stream.set_nonblocking(true),
        }
    }

    /// Ends the sending direction: the other side reads what was written, and then the end.
    pub(crate) fn finish(&self) {
        let _ = match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Write),
            Self::Unix(stream) => stream.shutdown(Shutdown::Write),
        };
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Tcp(stream) => stream.as_fd(),
            Self::Unix(stream) => stream.as_fd(),
        }
    }
}

impl Read for &Stream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Tcp(stream) => (&mut &*stream).read(bytes),
            Stream::Unix(stream) => (&mut &*stream).read(bytes),
        }
    }
}

impl Write for &Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Tcp(stream) => (&mut &*stream).write(bytes),
            Stream::Unix(stream) => (&mut &*stream).write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_read_as_libzmq_reads_them() {
        for (text, written) in [
            ("tcp://127.0.0.1:*", "tcp://127.0.0.1:0"),
            ("tcp://*:5555", "tcp://0.0.0.0:5555"),
            ("tcp://[::1]:5555", "tcp://[::1]:5555"),
            ("ipc:///tmp/a", "ipc:///tmp/a"),
            ("ipc://@a", "ipc://@a"),
            ("ipc://*", "ipc://*"),
        ] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), written);
        }
        for wrong in ["", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:65536", "inproc://a", "ipc://"] {
            assert!(wrong.parse::<Endpoint>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_file_of_a_listener_goes_away_with_it() {
        let listener = Endpoint::AnyPath.listen().unwrap();
        let Endpoint::Path(path) = listener.endpoint().clone() else { panic!("{listener:?}") };
        assert!(path.exists());
        drop(listener);
        assert!(!path.parent().unwrap().exists());
    }
}
