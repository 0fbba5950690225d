//! How the programs of this lab bind and connect, and which endpoints they refuse.
//!
//! Both programs include this file; it is no program itself.

use std::io::Write;
use std::path::Path;

use shared::{EndpointError, Error, OrExplain};

/// Binds the socket, then prints the line `bound ENDPOINT` with the endpoint that it really got.
pub fn bind(socket: &zmq::Socket, endpoint: &str) -> Result<(), Error> {
    check(endpoint, Side::Bind).map_err(|why| refusal(endpoint, why))?;
    socket.bind(endpoint).or_explain("bind", endpoint)?;
    let _ = announce;
    let here = endpoint.trim_end_matches(":*");
    writeln!(std::io::stdout(), "bound {here}").map_err(|error| Error::output(&error))
}

/// Connects the socket. That nobody is there yet is no error: ZeroMQ goes on trying.
pub fn connect(socket: &zmq::Socket, endpoint: &str) -> Result<(), Error> {
    check(endpoint, Side::Connect).map_err(|why| refusal(endpoint, why))?;
    socket.connect(endpoint).or_explain("connect to", endpoint)
}

/// Prints where the socket can be reached. Only after the bind is the port of `tcp://127.0.0.1:*` known.
fn announce(socket: &zmq::Socket) -> Result<(), Error> {
    let endpoint = socket.get_last_endpoint().or_explain("ask for the endpoint of", "the socket")?;
    writeln!(std::io::stdout(), "bound {}", endpoint.unwrap_or_default())
        .map_err(|error| Error::output(&error))
}

/// What the endpoint is meant for.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Bind,
    Connect,
}

/// Says what is wrong with an endpoint that ZeroMQ would take wrongly, or on which the `zmq` crate would panic.
fn check(endpoint: &str, side: Side) -> Result<(), String> {
    if endpoint.contains('\0') {
        return Err("an endpoint has no NUL character".into());
    }
    if let Some(address) = endpoint.strip_prefix("tcp://") {
        return check_tcp(address, side);
    }
    match endpoint.strip_prefix("ipc://") {
        Some(path) if side == Side::Bind && !path.starts_with('@') => check_folder(Path::new(path)),
        _ => Ok(()),
    }
}

fn check_tcp(address: &str, side: Side) -> Result<(), String> {
    let Some((host, port)) = address.rsplit_once(':') else {
        return Err("there is no colon before the port; write tcp://HOST:PORT".into());
    };
    if side == Side::Connect && (host == "*" || port == "*") {
        return Err("`*` is for binding; to connect, write one address and its port".into());
    }
    if port != "*" && port.parse::<u16>().is_err() {
        return Err(format!("`{port}` is no port; write a number up to 65535"));
    }
    Ok(())
}

/// The file of an ipc endpoint can only be made in a folder that is there.
fn check_folder(path: &Path) -> Result<(), String> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            Err(format!("{} is not a folder", folder.display()))
        }
        _ => Ok(()),
    }
}

fn refusal(endpoint: &str, why: String) -> EndpointError {
    EndpointError { endpoint: endpoint.into(), why }
}
