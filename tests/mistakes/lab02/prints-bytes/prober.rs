//! The prober: does on one REQ socket what it is told, line by line, and prints what came of it.

use std::io::BufRead;
use std::process::ExitCode;

use clap::Parser;
use shared::{ConnectEndpoint, Context, Error, errno_name, print_line};

/// Reads `send TEXT` and `recv` from standard input and does so on one REQ socket; prints `sent`, the reply, or the
/// name of the error
#[derive(Parser)]
struct Args {
    /// Connect to this endpoint, as in tcp://127.0.0.1:5555; may be given several times
    #[arg(long, value_name = "ENDPOINT", required = true)]
    connect: Vec<ConnectEndpoint>,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Opens the program's one socket and obeys until the input ends.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let socket = context.socket(zmq::REQ)?;
    connect(&socket, &args.connect)?;
    for line in std::io::stdin().lock().lines() {
        obey(&socket, &line.map_err(|error| Error::input(&error))?)?;
    }
    Ok(())
}

/// Connects the socket to every endpoint. One socket may have many connections.
fn connect(socket: &zmq::Socket, endpoints: &[ConnectEndpoint]) -> Result<(), Error> {
    for endpoint in endpoints {
        endpoint.connect(socket)?;
    }
    Ok(())
}

/// Does what a line says, and prints one line.
fn obey(socket: &zmq::Socket, line: &str) -> Result<(), Error> {
    if let Some(text) = line.strip_prefix("send ") {
        print_line(send(socket, text))
    } else if line == "recv" {
        print_line(format!("{:?}", receive(socket)))
    } else {
        eprintln!("`{}` is neither `send TEXT` nor `recv`", line.escape_debug());
        Ok(())
    }
}

/// Sends a text; gives `sent`, or the error's name. Whether sending is allowed now, only the socket knows.
fn send(socket: &zmq::Socket, text: &str) -> &'static str {
    match socket.send(text, 0) {
        Ok(()) => "sent",
        Err(errno) => errno_name(errno),
    }
}

/// Waits for the reply and gives it as it came, or the error's name.
fn receive(socket: &zmq::Socket) -> Vec<u8> {
    socket.recv_bytes(0).unwrap_or_else(|errno| errno_name(errno).into())
}
