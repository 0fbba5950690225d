//! What the programs of the labs may use, so that each of them holds the idea of its lab and little else.
//!
//! - [`Context`]: a ZeroMQ context that is ended right when it goes out of scope, with its sockets.
//! - [`announce`]: the line `bound ENDPOINT` that tells others where a program can be reached.
//! - [`print_line`]: a result on standard output, in whatever bytes.
//! - [`Error`]: an error that names the act, the endpoint and the errno, and explains it.
//! - [`BindEndpoint`], [`ConnectEndpoint`], [`Attach`]: endpoints as arguments, refused where libzmq would take them wrongly.
//!   Lab 01 writes these refusals itself; from lab 02 on they are given.

#![warn(missing_docs)]

mod announce;
mod context;
mod endpoint;
mod error;
mod print;

pub use announce::{announce, announce_as};
pub use context::{Context, LINGER, Socket};
pub use endpoint::{Attach, BindEndpoint, ConnectEndpoint, EndpointError};
pub use error::{Error, OrExplain, errno_name, finish};
pub use print::print_line;
