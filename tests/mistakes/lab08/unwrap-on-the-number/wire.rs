//! What comes over the wire to a replica: updates and the messages of an answer. What is neither is nothing.

/// One change of the table.
pub(crate) struct Update {
    pub(crate) session: Vec<u8>,
    pub(crate) seq: u64,
    pub(crate) key: Vec<u8>,
    /// Empty where the key is deleted.
    pub(crate) value: Vec<u8>,
}

/// One message of the answer to `snapshot?`.
pub(crate) enum Answer {
    Entry {
        key: Vec<u8>,
        value: Vec<u8>,
    },
    /// The snapshot is complete, and this is its place among the updates.
    End {
        session: Vec<u8>,
        seq: u64,
    },
}

impl Update {
    /// Reads [`update`, session, seq, key, value].
    pub(crate) fn read(frames: &[Vec<u8>]) -> Option<Self> {
        match frames {
            [kind, session, seq, key, value] if kind == b"update" => Some(Self {
                session: session.clone(),
                seq: number(seq).unwrap(),
                key: key.clone(),
                value: value.clone(),
            }),
            _ => None,
        }
    }
}

impl Answer {
    /// Reads [`entry`, key, value] or [`end`, session, seq].
    pub(crate) fn read(frames: &[Vec<u8>]) -> Option<Self> {
        match frames {
            [kind, key, value] if kind == b"entry" => {
                Some(Self::Entry { key: key.clone(), value: value.clone() })
            }
            [kind, session, seq] if kind == b"end" => {
                Some(Self::End { session: session.clone(), seq: number(seq)? })
            }
            _ => None,
        }
    }
}

/// A whole number in decimal digits.
fn number(frame: &[u8]) -> Option<u64> {
    std::str::from_utf8(frame).ok()?.parse().ok()
}
