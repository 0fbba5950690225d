//! Typed messages: a value as one frame of version byte and bincode, with a limit on its size.
//!
//! The first byte of a frame says how the rest is written. Bytes of bincode 1 and of bincode 2 look alike and are read as each other
//! without an error, so without that byte nobody could tell. Whatever comes over a socket is somebody else's: nothing is
//! allocated because a length claims it, and a frame is a whole value, with no byte left over.
//!
//! Lab 03 writes this once by hand; later labs take it from here.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, OrExplain};

/// The first byte of a frame whose rest is bincode 2 with the configuration `standard()`.
pub const VERSION: u8 = 2;

/// The byte that stands for bincode 1, which is named in the error and not read.
const BINCODE_1: u8 = 1;

/// The longest frame, in bytes, the version byte included.
pub const LIMIT: usize = 64 * 1024;

/// What bincode may count while it reads a frame. It counts a whole number by its full width, 16 bytes at most, also where
/// it was written in one; so no frame within [`LIMIT`] is refused for this.
const COUNTED: usize = 16 * LIMIT;

/// Why a frame is not the value that was wanted, or a value not a frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// There is not even a version byte.
    #[error("the frame is empty: the version byte is missing")]
    Empty,
    /// The sender uses bincode 1.
    #[error("version 1 is bincode 1, which is written differently: send version {VERSION}, bincode 2")]
    Bincode1,
    /// The sender uses something that we do not know.
    #[error("unknown version {0}: version {VERSION} is read here")]
    Version(u8),
    /// The frame is over the limit, or says of something in it that it is.
    #[error("the message is longer than {limit} bytes, or claims to be")]
    TooLong {
        /// The longest that a frame may be, in bytes.
        limit: usize,
    },
    /// The frame ends in the middle of the value.
    #[error("the message ends too early")]
    Short,
    /// The value ends before the frame does.
    #[error("bytes left over behind the message: {0}; sender and receiver do not mean the same type")]
    Trailing(usize),
    /// The message has another number of frames than one.
    #[error("the message has {0} frames and should have one")]
    Frames(usize),
    /// The bytes are not those of the type, or the value cannot be written.
    #[error("the message is not what it should be: {0}")]
    Content(String),
}

/// A value as a frame: the version byte, then bincode 2.
///
/// ```
/// let frame = shared::message::encode(&("temp", 300u64))?;
/// assert_eq!(frame, b"\x02\x04temp\xfb\x2c\x01");
/// let (name, number): (String, u64) = shared::message::decode(&frame)?;
/// assert_eq!((name.as_str(), number), ("temp", 300));
/// # Ok::<(), shared::message::MessageError>(())
/// ```
pub fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, MessageError> {
    encode_within::<T, LIMIT>(value)
}

/// As [`encode`], with another limit in bytes.
pub(crate) fn encode_within<T: Serialize, const LIMIT: usize>(value: &T) -> Result<Vec<u8>, MessageError> {
    let body = bincode::serde::encode_to_vec(value, bincode::config::standard())
        .map_err(|error| MessageError::Content(error.to_string()))?;
    if body.len() >= LIMIT {
        return Err(MessageError::TooLong { limit: LIMIT });
    }
    Ok([&[VERSION], &body[..]].concat())
}

/// The value of a frame that [`encode`] wrote, here or elsewhere.
pub fn decode<T: DeserializeOwned>(frame: &[u8]) -> Result<T, MessageError> {
    decode_within::<T, LIMIT, COUNTED>(frame)
}

/// As [`decode`], with another limit in bytes, and what bincode may count for it.
pub(crate) fn decode_within<T: DeserializeOwned, const LIMIT: usize, const COUNTED: usize>(
    frame: &[u8],
) -> Result<T, MessageError> {
    let body = match frame {
        _ if frame.len() > LIMIT => return Err(MessageError::TooLong { limit: LIMIT }),
        [] => return Err(MessageError::Empty),
        [VERSION, body @ ..] => body,
        [BINCODE_1, ..] => return Err(MessageError::Bincode1),
        [other, ..] => return Err(MessageError::Version(*other)),
    };
    let config = bincode::config::standard().with_limit::<COUNTED>();
    let (value, used) =
        bincode::serde::decode_from_slice(body, config).map_err(|error| explain(error, LIMIT))?;
    if used < body.len() {
        return Err(MessageError::Trailing(body.len() - used));
    }
    Ok(value)
}

fn explain(error: bincode::error::DecodeError, limit: usize) -> MessageError {
    use bincode::error::DecodeError as E;
    match error {
        E::LimitExceeded => MessageError::TooLong { limit },
        E::UnexpectedEnd { .. } => MessageError::Short,
        other => MessageError::Content(other.to_string()),
    }
}

/// Sends a value as one frame.
pub fn send<T: Serialize>(socket: &zmq::Socket, value: &T) -> Result<(), Error> {
    socket.send(encode(value)?, 0).or_explain("send on", "a socket")
}

/// Receives a value in one frame. [`Error::Message`] says that something came and was not such a value; any other error that the
/// socket failed.
pub fn receive<T: DeserializeOwned>(socket: &zmq::Socket) -> Result<T, Error> {
    let frames = socket.recv_multipart(0).or_explain("receive on", "a socket")?;
    match &frames[..] {
        [frame] => Ok(decode(frame)?),
        _ => Err(MessageError::Frames(frames.len()).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Reading = (String, u64, f64, Vec<String>);

    /// By hand from the specification of bincode 2: whole numbers below 251 are one byte, FB begins two bytes, little endian
    /// first; a float is its eight bytes; a text and a list begin with their length.
    const GOLDEN: &[u8] = b"\x02\x04roof\xfb\xfb\x00\x00\x00\x00\x00\x00\x80\x35\x40\x02\x01a\x00";

    fn reading() -> Reading {
        ("roof".into(), 251, 21.5, vec!["a".into(), String::new()])
    }

    #[test]
    fn a_frame_is_what_the_specification_says() {
        assert_eq!(encode(&reading()).unwrap(), GOLDEN);
        assert_eq!(decode::<Reading>(GOLDEN).unwrap(), reading());
    }

    #[test]
    fn a_whole_value_and_nothing_else_is_read() {
        let longer = [GOLDEN, b"\0"].concat();
        assert_eq!(decode::<Reading>(&longer), Err(MessageError::Trailing(1)));
        for length in 1..GOLDEN.len() {
            assert_eq!(decode::<Reading>(&GOLDEN[..length]), Err(MessageError::Short), "{length}");
        }
        assert_eq!(decode::<Reading>(b""), Err(MessageError::Empty));
    }

    #[test]
    fn other_versions_are_told_by_name() {
        let old = [&[1], &bincode1::serialize(&reading()).unwrap()[..]].concat();
        assert_eq!(decode::<Reading>(&old), Err(MessageError::Bincode1));
        assert_eq!(decode::<Reading>(b"\x03abc"), Err(MessageError::Version(3)));
    }

    #[test]
    fn a_length_is_not_believed() {
        for length in [8u64 << 30, u64::MAX, 1 << 62, COUNTED as u64 + 1] {
            let frame = [b"\x02\xfd".as_slice(), &length.to_le_bytes(), b"abc"].concat();
            assert_eq!(decode::<String>(&frame), Err(MessageError::TooLong { limit: LIMIT }), "{length}");
            let list = decode::<Vec<String>>(&frame);
            assert!(list.is_err(), "{length}");
        }
    }

    #[test]
    fn the_limit_holds_both_ways() {
        let fits = "x".repeat(LIMIT - 4);
        let frame = encode(&fits).unwrap();
        assert_eq!(frame.len(), LIMIT);
        assert_eq!(decode::<String>(&frame), Ok(fits));
        let many = vec!["x".to_string(); LIMIT / 2 - 2];
        assert_eq!(decode::<Vec<String>>(&encode(&many).unwrap()), Ok(many));
        let too_long = "x".repeat(LIMIT - 3);
        assert_eq!(encode(&too_long), Err(MessageError::TooLong { limit: LIMIT }));
        let frame = [b"\x02\xfb\xfd\xff".as_slice(), too_long.as_bytes()].concat();
        assert_eq!(decode::<String>(&frame), Err(MessageError::TooLong { limit: LIMIT }));
    }

    #[test]
    fn bytes_that_are_not_text_are_an_error() {
        assert!(matches!(decode::<String>(b"\x02\x02\xc3\x28"), Err(MessageError::Content(_))));
    }

    #[test]
    fn a_value_goes_over_a_socket() {
        let context = zmq::Context::new();
        let (here, there) = (context.socket(zmq::PAIR).unwrap(), context.socket(zmq::PAIR).unwrap());
        here.bind("inproc://values").unwrap();
        there.connect("inproc://values").unwrap();
        send(&here, &reading()).unwrap();
        assert_eq!(receive::<Reading>(&there).unwrap(), reading());
        here.send_multipart([GOLDEN, GOLDEN], 0).unwrap();
        let error = receive::<Reading>(&there).unwrap_err();
        assert!(matches!(error, Error::Message(MessageError::Frames(2))), "{error}");
        assert_eq!(error.exit_code(), 1);
    }
}
