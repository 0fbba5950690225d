//! The greeting: the first 64 octets that each side sends (RFC 37, "Version Negotiation").

use super::Error;

/// Octets of a greeting (RFC 37, "Formal Grammar": `greeting`).
pub const GREETING_LEN: usize = 64;
/// Octets of the signature, up to and with the 0x7F.
const SIGNATURE_LEN: usize = 10;
/// Where the major version stands.
const MAJOR: usize = 10;
/// Where the mechanism's 20 octets stand.
const MECHANISM: std::ops::Range<usize> = 12..32;
/// Where as-server stands; 31 octets of filler follow.
const AS_SERVER: usize = 32;

/// What one side says of itself before anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// The major version, 3 for ZMTP 3.x. Higher ones are valid (RFC 37, "Version Negotiation").
    pub major: u8,
    /// The minor version: 0 is RFC 23, 1 is RFC 37.
    pub minor: u8,
    /// The security mechanism.
    pub mechanism: Mechanism,
    /// Whether the sender is the server of the security handshake; NULL does not use it.
    pub as_server: bool,
}

/// The name of a security mechanism as it is sent: 20 octets, padded with zeros (RFC 37, "Authentication and
/// Confidentiality").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mechanism(pub [u8; 20]);

impl Mechanism {
    /// No authentication, no confidentiality.
    pub const NULL: Self = Self::padded(b"NULL");
    /// User name and password in clear text (RFC 24).
    pub const PLAIN: Self = Self::padded(b"PLAIN");
    /// Keys and encryption (RFC 25).
    pub const CURVE: Self = Self::padded(b"CURVE");

    /// A mechanism of any name; what exceeds 20 octets is cut off.
    pub const fn padded(name: &[u8]) -> Self {
        let mut padded = [0; 20];
        let mut at = 0;
        while at < name.len() && at < padded.len() {
            padded[at] = name[at];
            at += 1;
        }
        Self(padded)
    }

    /// The name without its padding, for a reader: `NULL`. Octets that are no text are shown as `\x00`.
    pub fn name(&self) -> String {
        let end = self.0.iter().rposition(|octet| *octet != 0).map_or(0, |last| last + 1);
        self.0[..end].escape_ascii().to_string()
    }

    /// Whether READY and all that follows is in clear text.
    ///
    /// All 20 octets count: libzmq compares them all, so `NULL\0X` is another mechanism.
    pub fn is_clear(&self) -> bool {
        *self == Self::NULL || *self == Self::PLAIN
    }
}

impl Default for Greeting {
    fn default() -> Self {
        Self::new(3, 1)
    }
}

impl Greeting {
    /// A greeting with the NULL mechanism; (3, 1) is RFC 37 and (3, 0) is RFC 23.
    pub fn new(major: u8, minor: u8) -> Self {
        Self { major, minor, mechanism: Mechanism::NULL, as_server: false }
    }

    /// The bytes of the greeting. A peer may send them all at once (RFC 37, "Version Negotiation", second case).
    pub fn encode(&self) -> [u8; GREETING_LEN] {
        let mut octets = [0; GREETING_LEN];
        octets[0] = 0xFF;
        octets[SIGNATURE_LEN - 1] = 0x7F;
        octets[MAJOR] = self.major;
        octets[MAJOR + 1] = self.minor;
        octets[MECHANISM].copy_from_slice(&self.mechanism.0);
        octets[AS_SERVER] = u8::from(self.as_server);
        octets
    }

    /// Reads a whole greeting. Padding and filler are ignored (RFC 37: they "MUST NOT" be validated), and so are
    /// the unused bits of the signature's last octet, as in libzmq.
    pub fn decode(octets: &[u8; GREETING_LEN]) -> Result<Self, Error> {
        for checked in CHECKPOINTS {
            check(&octets[..checked])?;
        }
        let mut mechanism = [0; 20];
        mechanism.copy_from_slice(&octets[MECHANISM]);
        Ok(Self {
            major: octets[MAJOR],
            minor: octets[MAJOR + 1],
            mechanism: Mechanism(mechanism),
            as_server: octets[AS_SERVER] != 0,
        })
    }
}

/// After how many octets [`check`] can know more than before. A decoder that stops at each of these tells the
/// same about the same bytes, however they were split.
pub(super) const CHECKPOINTS: [usize; 4] = [2, SIGNATURE_LEN, SIGNATURE_LEN + 1, GREETING_LEN];

/// Whether these first octets can still become a greeting of ZMTP 3 (RFC 37, "Backwards Interoperability").
///
/// libzmq takes all that does not begin with 0xFF for ZMTP 1.0. Here what cannot be a first frame of ZMTP 1.0,
/// a length from 1 and a flags octet of 0 or 1 (RFC 13), is told apart: it is no ZMTP at all.
pub(super) fn check(octets: &[u8]) -> Result<(), Error> {
    let not_zmtp = || Err(Error::NotZmtp(octets.to_vec()));
    if octets.len() >= 2 && octets[0] != 0xFF {
        return if octets[0] > 0 && octets[1] <= 1 { Err(Error::Zmtp1) } else { not_zmtp() };
    }
    if octets.len() >= SIGNATURE_LEN {
        // In ZMTP 1.0 this is the flags octet of a first frame with an eight-octet length.
        match octets[SIGNATURE_LEN - 1] {
            0 => return Err(Error::Zmtp1),
            even if even & 1 == 0 => return not_zmtp(),
            _ => {}
        }
    }
    match octets.get(MAJOR) {
        Some(0) => Err(Error::Zmtp1),
        Some(1) => Err(Error::Zmtp2),
        // RFC 37 counts 2 as ZMTP 2.0 too, but no peer sends it, and libzmq goes on as with 3.1.
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_octets_stand_where_the_grammar_puts_them() {
        let octets = Greeting { major: 3, minor: 1, mechanism: Mechanism::PLAIN, as_server: true }.encode();
        let mut expected = vec![0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0x7F, 3, 1];
        expected.extend(b"PLAIN\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        expected.push(1);
        expected.extend([0; 31]);
        assert_eq!(octets.to_vec(), expected);
    }

    #[test]
    fn what_must_not_be_validated_is_not() {
        let mut octets = Greeting::default().encode();
        octets[1..9].fill(0xAA);
        octets[9] = 0x01;
        octets[33..].fill(0xBB);
        assert_eq!(Greeting::decode(&octets), Ok(Greeting::default()));
    }

    #[test]
    fn a_higher_version_and_an_unknown_mechanism_are_read() {
        let greeting =
            Greeting { major: 7, minor: 9, mechanism: Mechanism::padded(b"X-RAY"), as_server: false };
        let read = Greeting::decode(&greeting.encode()).unwrap();
        assert_eq!(read, greeting);
        assert_eq!(read.mechanism.name(), "X-RAY");
        assert!(!read.mechanism.is_clear());
        assert!(!Mechanism::padded(b"NULL\0X").is_clear());
        assert_eq!(Mechanism::padded(b"NULL\0X").name(), "NULL\\x00X");
    }

    #[test]
    fn older_protocols_and_other_ones_are_told_apart() {
        let first = |octets: &[u8]| check(octets).unwrap_err();
        assert_eq!(first(&[1, 0]), Error::Zmtp1);
        assert_eq!(first(&[6, 0, b'h', b'e', b'l', b'l', b'o']), Error::Zmtp1);
        assert_eq!(first(&[0xFF, 0, 0, 0, 0, 0, 0, 1, 0, 0]), Error::Zmtp1);
        assert_eq!(first(&[0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 0]), Error::Zmtp1);
        assert_eq!(first(&[0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 1]), Error::Zmtp2);
        assert_eq!(first(b"GET / HTTP/1.1"), Error::NotZmtp(b"GET / HTTP/1.1".to_vec()));
        assert_eq!(first(&[1, 2]), Error::NotZmtp(vec![1, 2]));
        assert_eq!(first(&[0, 0]), Error::NotZmtp(vec![0, 0]));
        assert_eq!(check(&[0xFF]), Ok(()));
        assert_eq!(check(b"G"), Ok(()), "one octet could still be a length of ZMTP 1.0");
    }
}
