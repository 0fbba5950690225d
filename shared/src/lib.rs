//! What the programs of the labs may use, so that each of them holds the idea of its lab and little else.
//!
//! - [`Context`]: a ZeroMQ context that is ended right when it goes out of scope, with its sockets.
//! - [`announce`]: the line `bound ENDPOINT` that tells others where a program can be reached.
//! - [`Error`]: an error that names the act, the endpoint and the errno, and explains it.
//! - [`BindEndpoint`], [`ConnectEndpoint`], [`Attach`]: endpoints as arguments, refused where libzmq would take them wrongly.
//!   Lab 01 writes these refusals itself; from lab 02 on they are given.
//! - [`message`]: typed messages with a version byte and a limit. Lab 03 writes them itself; later they are given.
//! - [`pickle`]: looks through a pickle before it is parsed, and refuses what would call code or use up memory.
//! - [`bincode`](https://docs.rs/bincode/2.0.1): the crate itself, in the version that works.

#![warn(missing_docs)]

mod announce;
mod context;
mod endpoint;
mod error;
pub mod message;
pub mod pickle;

pub use bincode;

pub use announce::{announce, announce_as};
pub use context::{Context, LINGER, Socket};
pub use endpoint::{Attach, BindEndpoint, ConnectEndpoint, EndpointError};
pub use error::{Error, OrExplain, errno_name, finish};
