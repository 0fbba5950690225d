//! Bytes broken so that libzmq closes the connection. Reserved flags it tolerates, so these are left alone.

use crate::zmtp::LONG;

use super::flow::Kind;

/// Where the mechanism begins in a greeting (RFC 37, "Formal Grammar").
const MECHANISM: usize = 12;

/// Breaks a unit. `before` is how many octets of the greeting came before it; false where there was nothing to break.
pub(crate) fn corrupt(kind: Kind, before: usize, raw: &mut Vec<u8>) -> bool {
    match kind {
        Kind::Greeting => match MECHANISM.checked_sub(before).and_then(|at| raw.get_mut(at)) {
            Some(octet) => *octet = b'?',
            None => return false,
        },
        // The first letter of READY, behind its length.
        Kind::Handshake => {
            let first = header_len(raw) + 1;
            match raw.get_mut(first) {
                Some(octet) => *octet = b'?',
                None => return false,
            }
        }
        Kind::Part => return false,
        _ => {
            let body = header_len(raw).min(raw.len());
            let flags = raw.first().copied().unwrap_or_default() | LONG;
            raw.splice(..body, std::iter::once(flags).chain([0xFF; 8]));
        }
    }
    true
}

fn header_len(raw: &[u8]) -> usize {
    if raw.first().is_some_and(|flags| flags & LONG != 0) { 9 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zmtp::{Command, Decoder, Error, Greeting, Mechanism, message};

    #[test]
    fn the_mechanism_is_broken_in_whichever_part_it_comes() {
        let mut raw = Greeting::default().encode().to_vec();
        let mut first = raw[..10].to_vec();
        let mut rest = raw[10..].to_vec();
        assert!(!corrupt(Kind::Greeting, 0, &mut first));
        assert!(corrupt(Kind::Greeting, 10, &mut rest));
        assert!(corrupt(Kind::Greeting, 0, &mut raw));
        assert_eq!(raw, [first, rest].concat());
        let greeting = Greeting::decode(raw.first_chunk().unwrap()).unwrap();
        assert_eq!(greeting.mechanism, Mechanism::padded(b"?ULL"));
    }

    #[test]
    fn ready_is_ready_no_more_and_a_length_is_none() {
        let mut raw = Greeting::default().encode().to_vec();
        let mut ready = Command::ready("REQ").encode();
        assert!(corrupt(Kind::Handshake, 0, &mut ready));
        raw.extend(ready);
        let mut decoder = Decoder::new();
        decoder.push(&raw);
        assert!(matches!(decoder.nth(1), Some(Err(Error::Handshake(_)))));

        let mut raw = [&Greeting::default().encode()[..], &Command::ready("REQ").encode()].concat();
        let mut broken = message(&["a", "b"]);
        assert!(corrupt(Kind::Message, 0, &mut broken));
        raw.extend(broken);
        let mut decoder = Decoder::new();
        decoder.push(&raw);
        assert_eq!(decoder.nth(2), Some(Err(Error::Length(u64::MAX))));
    }
}
