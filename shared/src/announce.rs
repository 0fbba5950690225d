//! The line that tells others where a program can be reached.

use std::io::Write;

use crate::error::{Error, OrExplain};

/// Prints `bound ENDPOINT` with the endpoint that the socket really got, and flushes it.
///
/// Of `tcp://127.0.0.1:*` only the operating system knows the port, and it is known only after the bind; libzmq keeps it in
/// the option `ZMQ_LAST_ENDPOINT` (zmq_getsockopt(3)).
pub fn announce(socket: &zmq::Socket) -> Result<String, Error> {
    print("bound", socket)
}

/// Prints `bound NAME ENDPOINT`, where a program has several sockets.
pub fn announce_as(name: &str, socket: &zmq::Socket) -> Result<String, Error> {
    print(&format!("bound {name}"), socket)
}

fn print(before: &str, socket: &zmq::Socket) -> Result<String, Error> {
    let endpoint = socket.get_last_endpoint().or_explain("ask for the endpoint of", "a socket")?;
    // libzmq gives back what we gave it, so it is text; were it not, the odd bytes come first.
    let endpoint = endpoint.unwrap_or_else(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let mut out = std::io::stdout().lock();
    // Somebody who closed our standard output does not want the line.
    let _ = writeln!(out, "{before} {endpoint}").and_then(|()| out.flush());
    Ok(endpoint)
}
