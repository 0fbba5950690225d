//! What the programs of the labs may use, so that each of them holds the idea of its lab and little else.
//!
//! - [`Context`]: a ZeroMQ context that is ended right when it goes out of scope, with its sockets.
//! - [`announce`]: the line `bound ENDPOINT` that tells others where a program can be reached.
//! - [`print_line`]: a result on standard output, in whatever bytes.
//! - [`Error`]: an error that names the act, the endpoint and the errno, and explains it.
//! - [`still_to_do`]: the mark of a hole in a starter.
//! - [`BindEndpoint`], [`ConnectEndpoint`], [`Attach`]: endpoints as arguments, refused where libzmq would take them wrongly.
//!   Lab 01 writes these refusals itself; from lab 02 on they are given.
//! - [`message`]: typed messages with a version byte and a limit. Lab 03 writes them itself; later they are given.
//! - [`farm`]: the messages of labs 12 and 13, and the formula of their pictures.
//! - [`pickle`]: looks through a pickle before it is parsed, and refuses what would call code or use up memory.
//! - [`Signals`]: SIGINT and SIGTERM as something that a program polls beside its sockets.
//! - [`uninterrupted`]: a call of ZeroMQ, again where a signal came in between.
//! - [`open_without_waiting`]: opens a file so that it can be polled beside sockets, a named pipe too.
//! - [`bincode`](https://docs.rs/bincode/2.0.1): the crate itself, in the version that works.

#![warn(missing_docs)]

mod announce;
mod context;
mod endpoint;
mod error;
pub mod farm;
mod file;
pub mod message;
pub mod pickle;
mod print;
mod signals;

pub use bincode;

pub use announce::{announce, announce_as};
pub use context::{Context, LINGER, Socket};
pub use endpoint::{Attach, BindEndpoint, ConnectEndpoint, EndpointError};
pub use error::{Error, OrExplain, errno_name, finish};
pub use file::open_without_waiting;
pub use print::print_line;
pub use signals::{Signals, uninterrupted};

/// Marks a hole of a starter that a program may pass: says on standard error what is still to do, and goes on.
///
/// `todo!` ends the program instead, which is right where nothing can work without the hole. The text begins with `labNN task K: `, by
/// which the checks recognise it; behind it stands in brackets where the hole is.
#[track_caller]
pub fn still_to_do(what: &str) {
    let place = std::panic::Location::caller();
    eprintln!("still to do: {what} [{}:{}]", place.file(), place.line());
}
