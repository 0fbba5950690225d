//! Who takes part, and who stands beside whom.

use std::collections::{BTreeMap, HashMap};

use crate::timeline::{Event, What};

/// With more participants than this their order is the order in which they appear: the drawing is a list then.
const MOST_TO_ORDER: usize = 16;
/// The `by` of a connection that the tap closed; the tap is no participant.
pub(super) const TAP: &str = "tap";

/// The participants, from left to right.
#[derive(Clone, Debug, Default)]
pub(super) struct Lanes {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Lanes {
    /// All that take part in the events, those that speak first left of those that hear them.
    pub(super) fn of(events: &[Event]) -> Self {
        let mut seen = Self::default();
        for event in events {
            seen.meet(&event.what);
        }
        let Some(levels) = levels(events, &seen) else { return seen };
        let mut order: Vec<usize> = (0..seen.names.len()).collect();
        order.sort_by_key(|lane| levels[*lane]);
        let mut lanes = Self::default();
        for lane in order {
            lanes.add(&seen.names[lane]);
        }
        lanes
    }

    /// Adds those that take part in this and are not known yet; true if there were any.
    pub(super) fn meet(&mut self, what: &What) -> bool {
        let before = self.names.len();
        for name in participants(what) {
            self.add(name);
        }
        self.names.len() > before
    }

    /// Adds a lane at the right, unless there is one of this name.
    pub(super) fn add(&mut self, name: &str) {
        if !self.places.contains_key(name) {
            self.places.insert(name.into(), self.names.len());
            self.names.push(name.into());
        }
    }

    /// The place of a participant that was met.
    pub(super) fn place(&self, name: &str) -> usize {
        self.places.get(name).copied().unwrap_or(0)
    }

    /// The names, as they stand in the record: not cleaned.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }
}

/// Whose lanes this touches.
fn participants(what: &What) -> Vec<&str> {
    match what {
        What::Start { who, .. }
        | What::Line { who, .. }
        | What::Signal { who, .. }
        | What::Exit { who, .. }
        | What::Open { who, .. }
        | What::Garbage { from: who, .. } => vec![who],
        What::Connect { from, to, .. }
        | What::Subscribe { from, to, .. }
        | What::Message { from, to, .. }
        | What::Heartbeat { from, to, .. }
        | What::Command { from, to, .. } => vec![from, to],
        What::Handshake { from, to, .. } => vec![&from.0, &to.0],
        What::Close { by, .. } if by == TAP => vec![],
        What::Close { by, .. } => vec![by],
        What::Fault { .. } | What::Note { .. } => vec![],
    }
}

/// What this tells about who speaks first: the weight of the hint, the speaker and the hearer.
fn hint(what: &What) -> Option<(u8, &str, &str)> {
    match what {
        What::Message { from, to, .. } => Some((3, from, to)),
        What::Subscribe { from, to, .. } => Some((2, to, from)),
        What::Handshake { from, to, .. } => {
            let binds_and_speaks = matches!(to.1.as_str(), "PUB" | "XPUB" | "PUSH");
            Some(if binds_and_speaks { (1, &to.0, &from.0) } else { (1, &from.0, &to.0) })
        }
        What::Connect { from, to, .. } => Some((0, from, to)),
        _ => None,
    }
}

/// How far each lane is from those that speak first. Of two hints about one pair the weightier counts, then the
/// earlier; a hint that would close a circle is dropped.
fn levels(events: &[Event], lanes: &Lanes) -> Option<Vec<usize>> {
    let size = lanes.names.len();
    if size > MOST_TO_ORDER {
        return None;
    }
    let mut pairs: BTreeMap<(usize, usize), (u8, usize, usize, usize)> = BTreeMap::new();
    for (index, event) in events.iter().enumerate() {
        let Some((weight, from, to)) = hint(&event.what) else { continue };
        let (from, to) = (lanes.place(from), lanes.place(to));
        if from == to {
            continue;
        }
        let known = pairs.entry((from.min(to), from.max(to))).or_insert((weight, index, from, to));
        if weight > known.0 {
            *known = (weight, index, from, to);
        }
    }
    let mut hints: Vec<_> = pairs.into_values().collect();
    hints.sort_by_key(|(_, index, ..)| *index);
    let mut after = vec![vec![]; size];
    for (_, _, from, to) in hints {
        if !reaches(&after, to, from) {
            after[from].push(to);
        }
    }
    let mut levels = vec![0; size];
    for _ in 0..size {
        for from in 0..size {
            for to in &after[from] {
                levels[*to] = levels[*to].max(levels[from] + 1);
            }
        }
    }
    Some(levels)
}

fn reaches(after: &[Vec<usize>], from: usize, to: usize) -> bool {
    let mut seen = vec![false; after.len()];
    let mut next = vec![from];
    while let Some(lane) = next.pop() {
        if lane == to {
            return true;
        }
        if !std::mem::replace(&mut seen[lane], true) {
            next.extend(&after[lane]);
        }
    }
    false
}
