//! What the replica knows of the store, and what an update means for it. It knows no sockets.

use std::collections::BTreeMap;

use super::wire::Update;

/// Keys and values, in the order of the keys.
pub(crate) type Table = BTreeMap<Vec<u8>, Vec<u8>>;

/// The table as it was in the store after update `seq` of a session.
pub(crate) struct State {
    pub(crate) session: Vec<u8>,
    pub(crate) seq: u64,
    pub(crate) table: Table,
}

/// What became of an update.
#[derive(PartialEq)]
pub(crate) enum Outcome {
    /// The table is another one now.
    Changed,
    /// The table is as it was.
    Unchanged,
    /// The update does not continue this state: a snapshot is needed.
    DoesNotFit,
}

impl State {
    /// The same for an update that was kept.
    pub(crate) fn apply_kept(&mut self, update: Update) -> Outcome {
        if update.session == self.session { self.apply(update) } else { Outcome::DoesNotFit }
    }

    /// Makes the change, where it is the next one of this session.
    pub(crate) fn apply(&mut self, update: Update) -> Outcome {
        if update.seq <= self.seq && update.session != self.session {
            return Outcome::DoesNotFit;
        }
        if update.seq <= self.seq {
            return Outcome::Unchanged;
        }
        if update.seq - 1 > self.seq {
            return Outcome::DoesNotFit;
        }
        self.seq = update.seq;
        let changed = if update.value.is_empty() {
            self.table.remove(&update.key).is_some()
        } else {
            self.table.insert(update.key, update.value.clone()) != Some(update.value)
        };
        if changed { Outcome::Changed } else { Outcome::Unchanged }
    }

    /// `SEQ KEY=VALUE …`, by key.
    pub(crate) fn line(&self) -> Vec<u8> {
        let mut line = self.seq.to_string().into_bytes();
        for (key, value) in &self.table {
            line.extend([b" ", key.as_slice(), b"=", value].concat());
        }
        line
    }
}
