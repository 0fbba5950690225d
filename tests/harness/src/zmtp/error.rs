//! Why a stream of bytes is not ZMTP 3 any more.

use std::fmt;

/// What ends the decoding of a stream. libzmq closes the connection, or falls back to an older protocol, at the
/// same place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The stream does not begin with a ZMTP greeting (RFC 37, "Formal Grammar": `signature`); its first bytes.
    NotZmtp(Vec<u8>),
    /// The greeting of ZMTP 1.0 (RFC 13), in which the first frame is the identity and no version is sent.
    Zmtp1,
    /// The greeting of ZMTP 2.0 (RFC 15), whose revision octet is 1.
    Zmtp2,
    /// A frame claims 2^63 octets or more (RFC 37, "Framing": a long frame has 0 to 2^63-1 octets); the claim.
    Length(u64),
    /// A frame of the security handshake that libzmq closes the connection for (RFC 37, "The NULL Security
    /// Mechanism"; RFC 24 for PLAIN); what is wrong with it.
    Handshake(String),
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotZmtp(first) => {
                write!(out, "this is not ZMTP: it begins with \"{}\"", first.escape_ascii())
            }
            Self::Zmtp1 => write!(out, "the peer speaks ZMTP 1.0, as ZeroMQ 2 did"),
            Self::Zmtp2 => write!(out, "the peer speaks ZMTP 2.0, as ZeroMQ 3 did"),
            Self::Length(claimed) => {
                write!(out, "a frame claims {claimed} octets, and no frame is longer than 2^63-1")
            }
            Self::Handshake(why) => write!(out, "the handshake is broken: {why}"),
        }
    }
}

impl std::error::Error for Error {}
