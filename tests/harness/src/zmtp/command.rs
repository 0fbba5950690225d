//! Commands: frames for ZeroMQ itself, with a name and data (RFC 37, "Commands").

use std::borrow::Cow;

use super::frame::{COMMAND, frame};

/// A command, read from or to be written into one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Ends the handshake and says who the sender is (RFC 37, "The NULL Security Mechanism").
    Ready(Metadata),
    /// A PLAIN client's part of what READY is for the server (RFC 24).
    Initiate(Metadata),
    /// Ends the connection (RFC 37, "Error Handling"); the reason, which has no defined meaning. libzmq sends the
    /// status code of the authentication, such as `400`.
    Error(Vec<u8>),
    /// A subscription to all messages that begin so (RFC 37, "The Publish-Subscribe Pattern").
    Subscribe(Vec<u8>),
    /// The end of one such subscription.
    Cancel(Vec<u8>),
    /// A heartbeat that asks for a PONG (RFC 37, "Connection Heartbeating").
    Ping {
        /// After how many tenths of a second of silence the receiver may give up; 0 for never.
        ttl: u16,
        /// What PONG must echo; at most 16 octets are.
        context: Vec<u8>,
    },
    /// The answer to a PING, with its context.
    Pong(Vec<u8>),
    /// Any other: HELLO and WELCOME of PLAIN, JOIN and LEAVE, what is yet to be invented.
    Other {
        /// Its name, as sent.
        name: Vec<u8>,
        /// What follows the name.
        data: Vec<u8>,
    },
    /// A body that is not what its name promises, or has no name. After the handshake libzmq ignores it.
    Malformed {
        /// The whole body.
        body: Vec<u8>,
        /// What is wrong with it.
        why: String,
    },
}

/// What one side says of itself in READY: names with values (RFC 37, "Connection Metadata").
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata(
    /// Names and values in the order in which they were sent, duplicates included.
    pub Vec<(Vec<u8>, Vec<u8>)>,
);

impl Metadata {
    /// What every peer should send: its socket type, as in `REQ`.
    pub fn of(socket_type: &str) -> Self {
        Self::default().with("Socket-Type", socket_type)
    }

    /// Adds a property.
    #[must_use]
    pub fn with(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.0.push((name.as_ref().to_vec(), value.as_ref().to_vec()));
        self
    }

    /// The first property of this name. Upper and lower case are the same (RFC 37, "Connection Metadata").
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.0
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| &value[..])
    }

    /// The sender's socket type, as in `REQ`, where it says one that is text.
    pub fn socket_type(&self) -> Option<&str> {
        self.get("Socket-Type").and_then(|value| std::str::from_utf8(value).ok())
    }

    /// The sender's identity, by which a ROUTER addresses it. libzmq sends an empty one where none was set.
    pub fn identity(&self) -> Option<&[u8]> {
        self.get("Identity")
    }

    /// Reads properties up to the end; a rest of any length is an error, as in libzmq.
    fn decode(mut rest: &[u8]) -> Result<Self, String> {
        let mut properties = Vec::new();
        while !rest.is_empty() {
            let (name, value, after) = property(rest)
                .ok_or_else(|| format!("metadata is cut off after {} properties", properties.len()))?;
            properties.push((name.to_vec(), value.to_vec()));
            rest = after;
        }
        Ok(Self(properties))
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, value) in &self.0 {
            push_short(&mut bytes, name);
            let size = u32::try_from(value.len()).unwrap_or(u32::MAX);
            bytes.extend(size.to_be_bytes());
            bytes.extend(value);
        }
        bytes
    }
}

/// Name, value and what follows of the property at the front.
fn property(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (name, rest) = short(bytes)?;
    let (size, rest) = rest.split_first_chunk::<4>()?;
    let (value, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*size)).ok()?)?;
    Some((name, value, rest))
}

/// A string with one octet of length in front, and what follows it.
fn short(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (size, rest) = bytes.split_first()?;
    rest.split_at_checked(usize::from(*size))
}

/// Appends a string with one octet of length in front; what exceeds 255 octets is cut off.
fn push_short(bytes: &mut Vec<u8>, text: &[u8]) {
    let size = u8::try_from(text.len()).unwrap_or(u8::MAX);
    bytes.push(size);
    bytes.extend(&text[..usize::from(size)]);
}

impl Command {
    /// READY of a socket of this type, with nothing but that.
    pub fn ready(socket_type: &str) -> Self {
        Self::Ready(Metadata::of(socket_type))
    }

    /// Reads the body of a command frame. What cannot be read is [`Command::Malformed`].
    pub fn decode(body: &[u8]) -> Self {
        match Self::read(body) {
            Ok(command) => command,
            Err(why) => Self::Malformed { body: body.to_vec(), why },
        }
    }

    fn read(body: &[u8]) -> Result<Self, String> {
        let (name, data) = short(body).ok_or("the command's name is cut off")?;
        Ok(match name {
            b"READY" => Self::Ready(Metadata::decode(data)?),
            b"INITIATE" => Self::Initiate(Metadata::decode(data)?),
            // libzmq ignores what follows the reason.
            b"ERROR" => Self::Error(short(data).ok_or("the reason is cut off")?.0.to_vec()),
            b"SUBSCRIBE" => Self::Subscribe(data.to_vec()),
            b"CANCEL" => Self::Cancel(data.to_vec()),
            b"PING" => {
                let (ttl, context) = data.split_first_chunk::<2>().ok_or("PING has no time-to-live")?;
                Self::Ping { ttl: u16::from_be_bytes(*ttl), context: context.to_vec() }
            }
            b"PONG" => Self::Pong(data.to_vec()),
            _ => Self::Other { name: name.to_vec(), data: data.to_vec() },
        })
    }

    /// The name, for a reader: `READY`. Octets that are no text are shown as `\x00`.
    pub fn name(&self) -> Cow<'static, str> {
        match self {
            Self::Ready(_) => "READY".into(),
            Self::Initiate(_) => "INITIATE".into(),
            Self::Error(_) => "ERROR".into(),
            Self::Subscribe(_) => "SUBSCRIBE".into(),
            Self::Cancel(_) => "CANCEL".into(),
            Self::Ping { .. } => "PING".into(),
            Self::Pong(_) => "PONG".into(),
            Self::Other { name, .. } => name.escape_ascii().to_string().into(),
            Self::Malformed { body, .. } => {
                short(body).map_or_else(String::new, |(name, _)| name.escape_ascii().to_string()).into()
            }
        }
    }

    /// What follows the name in the frame.
    pub fn data(&self) -> Vec<u8> {
        match self {
            Self::Ready(metadata) | Self::Initiate(metadata) => metadata.encode(),
            Self::Error(reason) => {
                let mut data = Vec::new();
                push_short(&mut data, reason);
                data
            }
            Self::Subscribe(data) | Self::Cancel(data) | Self::Pong(data) | Self::Other { data, .. } => {
                data.clone()
            }
            Self::Ping { ttl, context } => [&ttl.to_be_bytes()[..], context].concat(),
            Self::Malformed { body, .. } => {
                short(body).map_or_else(|| body.clone(), |(_, data)| data.to_vec())
            }
        }
    }

    /// The bytes of the command's frame, as ZMTP 3.1 sends it; what is malformed stays as it was.
    pub fn encode(&self) -> Vec<u8> {
        if let Self::Malformed { body, .. } = self {
            return frame(COMMAND, body);
        }
        let mut body = Vec::new();
        match self {
            Self::Other { name, .. } => push_short(&mut body, name),
            known => push_short(&mut body, known.name().as_bytes()),
        }
        body.extend(self.data());
        frame(COMMAND, &body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_is_the_one_of_the_rfc() {
        // RFC 37, "Worked Example".
        let ready = Command::Ready(Metadata::of("DEALER").with("Identity", ""));
        let expected = b"\x04\x29\x05READY\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\0\0";
        assert_eq!(ready.encode(), expected);
        assert_eq!(Command::ready("ROUTER").encode()[..2], [4, 28]);
        assert_eq!(Command::decode(&expected[2..]), ready);
    }

    #[test]
    fn the_other_commands_are_those_of_the_grammar() {
        assert_eq!(Command::Error(b"no".to_vec()).encode(), b"\x04\x09\x05ERROR\x02no");
        assert_eq!(Command::Subscribe(b"A".to_vec()).encode(), b"\x04\x0b\x09SUBSCRIBEA");
        assert_eq!(Command::Cancel(vec![]).encode(), b"\x04\x07\x06CANCEL");
        assert_eq!(Command::Ping { ttl: 258, context: b"c".to_vec() }.encode(), b"\x04\x08\x04PING\x01\x02c");
        assert_eq!(Command::Pong(b"c".to_vec()).encode(), b"\x04\x06\x04PONGc");
        let join = Command::Other { name: b"JOIN".to_vec(), data: b"g".to_vec() };
        assert_eq!(join.encode(), b"\x04\x06\x04JOINg");
    }

    #[test]
    fn a_property_is_found_in_any_case_and_the_first_one_counts() {
        let metadata =
            Metadata::default().with("socket-TYPE", "SUB").with("Socket-Type", "PUB").with("X-a", [0xFF]);
        assert_eq!(metadata.socket_type(), Some("SUB"));
        assert_eq!(metadata.get("x-A"), Some(&[0xFF][..]));
        assert_eq!(metadata.identity(), None);
        assert_eq!(Metadata::default().with("Socket-Type", [0xFF]).socket_type(), None);
    }

    #[test]
    fn bodies_that_break_their_promise_are_malformed_and_kept() {
        for body in [
            &b""[..],
            b"\x05READ",
            b"\x05READY\x0bSocket-Type\0\0\0\x07DEALER",
            b"\x05READY\x01",
            b"\x05READY\0",
            b"\x05READY\x01n\x80\0\0\0",
            b"\x05ERROR",
            b"\x05ERROR\x03no",
            b"\x04PING\0",
        ] {
            let command = Command::decode(body);
            assert!(matches!(command, Command::Malformed { .. }), "{command:?}");
            assert_eq!(command.encode(), frame(COMMAND, body));
        }
    }

    #[test]
    fn libzmqs_tolerance_is_kept() {
        assert_eq!(Command::decode(b"\x05ERROR\x02no, really"), Command::Error(b"no".to_vec()));
        assert_eq!(Command::decode(b"\0"), Command::Other { name: vec![], data: vec![] });
        let ping = Command::decode(b"\x04PING\0\0 more than sixteen octets");
        assert!(matches!(ping, Command::Ping { context, .. } if context.len() == 25));
        assert_eq!(Command::decode(b"\x05ready").name(), "ready");
    }
}
