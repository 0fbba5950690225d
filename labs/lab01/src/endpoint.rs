//! How the programs of this lab bind and connect, and which endpoints they refuse.
//!
//! Both programs include this file; it is no program itself.

use shared::{EndpointError, Error};

/// Binds the socket, then prints the line `bound ENDPOINT` with the endpoint that it really got.
pub fn bind(socket: &zmq::Socket, endpoint: &str) -> Result<(), Error> {
    check(endpoint, Side::Bind).map_err(|why| refusal(endpoint, why))?;
    let _ = (socket, announce);
    todo!("lab01 task 1: bind the socket to the endpoint; then call announce")
}

/// Connects the socket. That nobody is there yet is no error: ZeroMQ goes on trying.
pub fn connect(socket: &zmq::Socket, endpoint: &str) -> Result<(), Error> {
    check(endpoint, Side::Connect).map_err(|why| refusal(endpoint, why))?;
    let _ = socket;
    todo!("lab01 task 2: connect the socket to the endpoint")
}

/// Prints where the socket can be reached. Only after the bind is the port of `tcp://127.0.0.1:*` known.
fn announce(socket: &zmq::Socket) -> Result<(), Error> {
    let _ = socket;
    shared::still_to_do("lab01 task 3: ask the socket for its endpoint, print the line, give errors on");
    Ok(())
}

/// What the endpoint is meant for.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Bind,
    Connect,
}

/// Says what is wrong with an endpoint that ZeroMQ would take wrongly, or on which the `zmq` crate would panic.
fn check(endpoint: &str, side: Side) -> Result<(), String> {
    let _ = (endpoint, side == Side::Bind);
    shared::still_to_do(
        "lab01 task 5: return Err(why.into()) for what cannot work, and say what to write instead",
    );
    Ok(())
}

fn refusal(endpoint: &str, why: String) -> EndpointError {
    EndpointError { endpoint: endpoint.into(), why }
}
