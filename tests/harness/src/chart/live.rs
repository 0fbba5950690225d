//! The diagram while it happens: lines for each event, as they come.

use super::TextOptions;
use super::lanes::Lanes;
use super::layout::Layout;
use super::rows::{Kind, Row};
use super::text::NARROWEST;
use crate::timeline::{Event, What};

/// A pause shorter than this, in microseconds, is not marked.
const PAUSE: u64 = 50_000;

/// Draws a timeline that is still being written.
///
/// Participants may appear at any time; then the lanes move and a new header says where they stand. Nothing
/// can be folded that has not happened yet, so only heartbeats are: they are counted while nothing
/// else happens, and told when something does, or by [`Live::finish`].
#[derive(Clone, Debug)]
pub struct Live {
    options: TextOptions,
    lanes: Lanes,
    alive: Vec<bool>,
    until: Option<u64>,
    header: bool,
    /// The first of the heartbeats that wait to be told.
    beats: Option<Row>,
}

impl Live {
    /// A view without events. `participants` have their lanes from the start, from left to right;
    /// of the options, `last` means nothing here.
    pub fn new<T: AsRef<str>>(participants: impl IntoIterator<Item = T>, options: TextOptions) -> Self {
        let mut lanes = Lanes::default();
        participants.into_iter().for_each(|name| lanes.add(name.as_ref()));
        let alive = vec![true; lanes.names().len()];
        Self { options, lanes, alive, until: None, header: true, beats: None }
    }

    /// The lines for one more event: none, one, or several where a header, a pause or counted heartbeats come
    /// before it. Each ends with a newline.
    pub fn row(&mut self, event: &Event) -> String {
        let mut out = String::new();
        let heartbeat = matches!(event.what, What::Heartbeat { .. });
        let newcomer = self.lanes.meet(&event.what);
        if newcomer || !heartbeat {
            out += &self.finish();
        }
        if newcomer {
            // A program has no life before its start; other participants were there all the time.
            self.alive.resize(self.lanes.names().len(), !matches!(event.what, What::Start { .. }));
            self.header = true;
        }
        let row = Row::of(event, &self.lanes);
        if let Some(until) = self.until {
            if event.at_us.saturating_sub(until) > PAUSE && !heartbeat {
                out += &self.line(&Row::gap(until, event.at_us));
            }
        }
        self.until = Some(event.at_us);
        if heartbeat && matches!(row.kind, Kind::Arrow { fate: crate::timeline::Fate::Passed, .. }) {
            match &mut self.beats {
                Some(beats) if super::fold::same_pair(&row, beats) => super::fold::join(beats, row),
                _ => {
                    out += &self.finish();
                    self.beats = Some(row);
                }
            }
        } else {
            out += &self.finish();
            out += &self.line(&row);
            for (lane, begins) in row.lives {
                self.alive[lane] = begins;
            }
        }
        out
    }

    /// The lines that wait for what comes next: the heartbeats counted so far.
    pub fn finish(&mut self) -> String {
        self.beats.take().map_or(String::new(), |row| self.line(&row))
    }

    fn line(&mut self, row: &Row) -> String {
        let layout = Layout::new(&self.lanes, &[], self.options.width.max(NARROWEST), self.options.ascii);
        let header = if std::mem::take(&mut self.header) { layout.header() + "\n" } else { String::new() };
        format!("{header}{}\n", layout.line(row, &self.alive))
    }
}
