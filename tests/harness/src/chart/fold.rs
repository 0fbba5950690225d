//! What drowns a story is folded: handshakes and fan-outs into one row each, heartbeats and long runs of
//! messages into their counts. Nothing is dropped: each event counts in the tally of exactly one row.

use std::collections::{HashMap, HashSet};

use super::label::Label;
use super::lanes::Lanes;
use super::rows::{Kind, Line, Row, Tally, handshake};
use crate::timeline::{Event, Fate, Link, What};

/// Less than this is no pause worth a mark, in microseconds.
const PAUSE: u64 = 50_000;
/// Copies of a message that leave further apart than this, in microseconds, are not one fan-out.
const FAN_OUT: u64 = 5_000;
/// A row joins one of so many before it; a bound, because a stretch of equal messages may be very long.
const NEAR: usize = 32;
/// Up to so many rows nothing is folded away.
const FEW_ROWS: usize = 60;
/// With more rows than this after folding, the next stricter way of folding is tried.
const MANY_ROWS: usize = 120;
/// Shorter stretches than this are not worth a fold.
const SHORTEST_FOLD: usize = 4;
/// With more pauses than this they are the rhythm, no longer remarkable.
const MANY_PAUSES: usize = 20;

/// The events of a scene, ready to be drawn.
#[derive(Clone, Debug)]
pub(super) struct Story {
    /// The participants.
    pub(super) lanes: Lanes,
    /// For each lane, whether it is there before its first row.
    pub(super) alive: Vec<bool>,
    /// The rows from top to bottom.
    pub(super) rows: Vec<Row>,
}

impl Story {
    /// The story of these events.
    pub(super) fn of(events: &[Event]) -> Self {
        let lanes = Lanes::of(events);
        let rows = long_runs(neighbours(rows(events, &lanes)));
        let mut alive = vec![true; lanes.names().len()];
        for (lane, _) in rows.iter().flat_map(|row| &row.lives).filter(|(_, begins)| *begins) {
            alive[*lane] = false;
        }
        Self { lanes, alive, rows: pauses(rows) }
    }

    /// All that happened, in numbers.
    pub(super) fn tally(&self) -> Tally {
        Tally::of_rows(&self.rows)
    }
}

/// A row for each event, but one for a connection and the handshake that soon follows it undisturbed.
fn rows(events: &[Event], lanes: &Lanes) -> Vec<Row> {
    let begun = handshakes(events);
    let folded: HashSet<usize> = begun.values().copied().collect();
    let mut rows = Vec::new();
    for (index, event) in events.iter().enumerate().filter(|(index, _)| !folded.contains(index)) {
        let mut row = Row::of(event, lanes);
        if let (Some(connect), What::Handshake { link, from, to, mechanism }) =
            (begun.get(&index), &event.what)
        {
            let before = if link.connection > 1 { "connected again, " } else { "connected, " };
            row.tally.add(&Tally::of(&events[*connect].what));
            if let Kind::Arrow { label, .. } = &mut row.kind {
                *label = handshake(&from.1, &to.1, mechanism, before);
            }
        }
        rows.push(row);
    }
    rows
}

/// For each handshake that may be drawn together with its connection: both indices.
fn handshakes(events: &[Event]) -> HashMap<usize, usize> {
    let mut waiting: HashMap<&Link, usize> = HashMap::new();
    let mut begun = HashMap::new();
    for (index, event) in events.iter().enumerate() {
        match &event.what {
            What::Connect { link, .. } => {
                waiting.insert(link, index);
            }
            What::Fault { link: None, .. } => waiting.clear(),
            What::Close { link, .. } | What::Fault { link: Some(link), .. } => {
                waiting.remove(link);
            }
            What::Handshake { link, from, to, .. } => {
                let Some(connect) = waiting.remove(link) else { continue };
                let same_sides = matches!(&events[connect].what,
                    What::Connect { from: one, to: other, .. } if *one == from.0 && *other == to.0);
                if same_sides && event.at_us.saturating_sub(events[connect].at_us) <= PAUSE {
                    begun.insert(index, connect);
                }
            }
            _ => {}
        }
    }
    begun
}

fn is_heartbeat(row: &Row) -> bool {
    row.tally.pings + row.tally.pongs > 0 && matches!(row.kind, Kind::Arrow { fate: Fate::Passed, .. })
}

/// Folds neighbours: heartbeats between the same two, and copies of one message to several.
fn neighbours(rows: Vec<Row>) -> Vec<Row> {
    let mut out: Vec<Row> = Vec::with_capacity(rows.len());
    // Where the row before belongs to a stretch of heartbeats or of copies, the place where it begins.
    let mut stretch = 0;
    for row in rows {
        let goes_on = out
            .last()
            .is_some_and(|last| if is_heartbeat(&row) { is_heartbeat(last) } else { is_copy(&row, last) });
        if !goes_on {
            stretch = out.len();
        }
        let near = stretch.max(out.len().saturating_sub(NEAR));
        let same = out[near..]
            .iter_mut()
            .find(|other| if is_heartbeat(&row) { same_pair(&row, other) } else { may_join(&row, other) });
        match same {
            Some(other) => join(other, row),
            None => out.push(row),
        }
    }
    out
}

pub(super) fn same_pair(one: &Row, other: &Row) -> bool {
    match (&one.kind, &other.kind) {
        (Kind::Arrow { from, to, .. }, Kind::Arrow { from: from2, to: to2, .. }) => {
            (from, &to[..]) == (from2, &to2[..]) || (to, &[*from][..]) == (&vec![*from2], to2)
        }
        _ => false,
    }
}

/// True where both are copies of one message that leave together, whatever becomes of them.
fn is_copy(row: &Row, last: &Row) -> bool {
    match (&row.kind, &last.kind) {
        (
            Kind::Arrow { line: Line::Message, from, label, .. },
            Kind::Arrow { line: Line::Message, from: from2, label: label2, .. },
        ) => from == from2 && label.is_same_message(label2) && row.at.saturating_sub(last.until) <= FAN_OUT,
        _ => false,
    }
}

/// True where this copy can be drawn in the row of that one.
fn may_join(row: &Row, other: &Row) -> bool {
    match (&row.kind, &other.kind) {
        (Kind::Arrow { to, fate: Fate::Passed, .. }, Kind::Arrow { to: to2, fate: Fate::Passed, .. }) => {
            is_copy(row, other) && !to.iter().any(|lane| to2.contains(lane))
        }
        _ => false,
    }
}

/// Puts a row into another one.
pub(super) fn join(into: &mut Row, row: Row) {
    into.until = into.until.max(row.until);
    into.tally.add(&row.tally);
    let beats = (into.tally.pings, into.tally.pongs);
    if let (Kind::Arrow { from, to, both, label, .. }, Kind::Arrow { from: from2, to: to2, .. }) =
        (&mut into.kind, row.kind)
    {
        *both |= *from != from2;
        *label = match beats {
            (0, 0) => {
                to.extend(to2);
                return;
            }
            (1, 1) => Label::new("PING/PONG"),
            (number, 0) => Label::new(format!("PING x {number}")),
            (0, number) => Label::new(format!("PONG x {number}")),
            (number, same) if number == same => Label::new(format!("PING/PONG x {number}")),
            (pings, others) => Label::new(format!("PING x {pings}, PONG x {others}")),
        };
    }
}

/// Folds what is routine, away from the head, the tail and everything remarkable; stricter while it is too much.
fn long_runs(rows: Vec<Row>) -> Vec<Row> {
    if rows.len() <= FEW_ROWS {
        return rows;
    }
    let remarkable = remarkable(&rows);
    let mut folded = fold(&rows, 12, |index| remarkable[index] || changes(&rows, index));
    if folded.len() > MANY_ROWS {
        folded = fold(&rows, 12, |index| remarkable[index]);
    }
    if folded.len() > MANY_ROWS {
        folded = fold(&rows, MANY_ROWS / 3, |_| false);
    }
    folded
}

fn remarkable(rows: &[Row]) -> Vec<bool> {
    let pause = |index: usize| index > 0 && rows[index].at.saturating_sub(rows[index - 1].until) > PAUSE;
    let pauses: Vec<bool> = (0..rows.len()).map(pause).collect();
    let rhythm = pauses.iter().filter(|pause| **pause).count() > MANY_PAUSES;
    let routine =
        |row: &Row| row.tally.fates.iter().sum::<usize>() + row.tally.lines > 0 || is_heartbeat(row);
    rows.iter().zip(pauses).map(|(row, pause)| !routine(row) || (pause && !rhythm)).collect()
}

/// True where a message fares otherwise than the row before.
fn changes(rows: &[Row], index: usize) -> bool {
    let bad = |row: &Row| row.tally.fates[1..].iter().map(|number| *number > 0).collect::<Vec<_>>();
    index > 0 && bad(&rows[index]) != bad(&rows[index - 1])
}

fn fold(rows: &[Row], ends: usize, remarkable: impl Fn(usize) -> bool) -> Vec<Row> {
    let mut keep: Vec<bool> = (0..rows.len()).map(|row| row < ends || row + ends >= rows.len()).collect();
    for index in (0..rows.len()).filter(|index| remarkable(*index)) {
        keep[index.saturating_sub(3)..(index + 4).min(rows.len())].fill(true);
    }
    let mut out = Vec::new();
    let mut index = 0;
    while index < rows.len() {
        let length = keep[index..].iter().take_while(|kept| **kept == keep[index]).count();
        let stretch = &rows[index..index + length];
        if keep[index] || length < SHORTEST_FOLD {
            out.extend_from_slice(stretch);
        } else {
            out.push(folded(stretch));
        }
        index += length;
    }
    out
}

fn folded(rows: &[Row]) -> Row {
    Row {
        at: rows.first().map_or(0, |row| row.at),
        until: rows.iter().map(|row| row.until).max().unwrap_or(0),
        tally: Tally::of_rows(rows),
        lives: rows.iter().flat_map(|row| row.lives.clone()).collect(),
        kind: Kind::Folded,
    }
}

/// Marks the pauses between rows.
fn pauses(rows: Vec<Row>) -> Vec<Row> {
    let mut out: Vec<Row> = Vec::with_capacity(rows.len());
    let mut until = rows.first().map_or(0, |row| row.at);
    for row in rows {
        if row.at.saturating_sub(until) > PAUSE {
            out.push(Row::gap(until, row.at));
        }
        until = until.max(row.until);
        out.push(row);
    }
    out
}
