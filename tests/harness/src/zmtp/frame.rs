//! Frames: a flags octet, a size, a body (RFC 37, "Framing").

use super::Error;

/// More frames of this message follow.
pub const MORE: u8 = 1;
/// The size has eight octets and not one.
pub const LONG: u8 = 2;
/// The frame is a command and not a part of a message.
pub const COMMAND: u8 = 4;

/// A frame whose body is not looked into: what is sent after the greeting under CURVE and other mechanisms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The flags octet as it was sent, reserved bits and all.
    pub flags: u8,
    /// The body.
    pub body: Vec<u8>,
}

/// What stands before a frame's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) flags: u8,
    /// Octets of this header: 2 or 9.
    pub(super) len: usize,
    /// Octets of the body, as claimed.
    pub(super) size: u64,
}

impl Header {
    /// Octets that the longest header has.
    pub(super) const MAX_LEN: usize = 9;

    /// Reads the header that the bytes begin with; nothing while it is not complete.
    ///
    /// Reserved bits may be set, and a long size may be used for a short body: libzmq takes both.
    pub(super) fn decode(bytes: &[u8]) -> Result<Option<Self>, Error> {
        let Some((&flags, after)) = bytes.split_first() else { return Ok(None) };
        if flags & LONG == 0 {
            return Ok(after.first().map(|size| Self { flags, len: 2, size: u64::from(*size) }));
        }
        let Some(size) = after.first_chunk::<8>() else { return Ok(None) };
        let size = u64::from_be_bytes(*size);
        if size >> 63 != 0 {
            return Err(Error::Length(size));
        }
        Ok(Some(Self { flags, len: Self::MAX_LEN, size }))
    }

    pub(super) fn is_command(self) -> bool {
        self.flags & COMMAND != 0
    }

    /// Whether a message goes on after this frame. Commands have no part in messages, whatever their flags say.
    pub(super) fn is_last(self) -> bool {
        self.flags & MORE == 0
    }
}

/// The bytes of one frame. LONG is set or cleared to suit the body; the other flags are sent as they are.
pub fn frame(flags: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(Header::MAX_LEN + body.len());
    if let Ok(size) = u8::try_from(body.len()) {
        bytes.extend([flags & !LONG, size]);
    } else {
        bytes.push(flags | LONG);
        bytes.extend((body.len() as u64).to_be_bytes());
    }
    bytes.extend(body);
    bytes
}

/// The bytes of one message. A message has at least one frame: of none, nothing is made.
pub fn message<F: AsRef<[u8]>>(frames: &[F]) -> Vec<u8> {
    let last = frames.len().saturating_sub(1);
    let flags = |at| if at == last { 0 } else { MORE };
    frames.iter().enumerate().flat_map(|(at, body)| frame(flags(at), body.as_ref())).collect()
}

/// A subscription, or its end, as ZMTP 3.0 sends it: a message that begins with 1 or 0 (RFC 23,
/// "The Publish-Subscribe Pattern"). For ZMTP 3.1 see [`Command::Subscribe`](super::Command::Subscribe).
pub fn subscription_message(topic: &[u8], cancel: bool) -> Vec<u8> {
    let mut body = vec![u8::from(!cancel)];
    body.extend(topic);
    frame(0, &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_is_long_from_256_octets_on() {
        assert_eq!(frame(MORE, b""), [1, 0]);
        assert_eq!(frame(LONG, b"a"), [0, 1, b'a']);
        assert_eq!(frame(0, &[7; 255])[..3], [0, 255, 7]);
        assert_eq!(frame(COMMAND, &[7; 256])[..10], [6, 0, 0, 0, 0, 0, 0, 1, 0, 7]);
    }

    #[test]
    fn all_frames_but_the_last_say_that_more_follow() {
        assert_eq!(message(&["", "ab", "c"]), [1, 0, 1, 2, b'a', b'b', 0, 1, b'c']);
        assert!(message::<&str>(&[]).is_empty());
    }

    #[test]
    fn an_old_subscription_begins_with_1_and_its_end_with_0() {
        assert_eq!(subscription_message(b"ab", false), [0, 3, 1, b'a', b'b']);
        assert_eq!(subscription_message(b"", true), [0, 1, 0]);
    }

    #[test]
    fn a_size_of_64_bits_is_refused() {
        let header = |top| Header::decode(&[LONG, top, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(header(0x80), Err(Error::Length(1 << 63)));
        assert_eq!(header(0x7F), Ok(Some(Header { flags: LONG, len: 9, size: 0x7F << 56 })));
    }
}
