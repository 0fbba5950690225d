//! The wire protocol of ZeroMQ, ZMTP 3.0 (RFC 23) and 3.1 (RFC 37), as a codec: bytes in, [`Unit`]s out, and back.
//!
//! It does no input or output and keeps no clock: the tap and the raw peer bring their own connections. It is as
//! tolerant as libzmq is, so that what it calls an [`Error`] is what ends a connection there too.
//!
//! - [`Decoder`] reads one direction of one connection, in whatever pieces the bytes come.
//! - [`Greeting`], [`Command`], [`message`] and [`frame`] make the bytes that a peer sends.

mod command;
mod decoder;
mod error;
mod frame;
mod greeting;
#[cfg(test)]
mod properties;

pub use command::{Command, Metadata};
pub use decoder::{Content, DEFAULT_LIMIT, Decoder, Unit};
pub use error::Error;
pub use frame::{COMMAND, Frame, LONG, MORE, frame, message, subscription_message};
pub use greeting::{GREETING_LEN, Greeting, Mechanism};
