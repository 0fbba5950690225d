//! What the farmer says about its progress on standard error.

use crate::stage::Farm;

/// A line `DONE/TOTAL tiles, RATE tiles/s, LEFT s left`.
#[derive(Clone, Debug)]
pub struct Line {
    pub done: usize,
    pub total: usize,
    pub rate: f64,
    pub left: f64,
}

/// Reads such a line; none where it is another.
fn read(line: &str) -> Option<Line> {
    let (tiles, rest) = line.trim().split_once(" tiles, ")?;
    let (done, total) = tiles.split_once('/')?;
    let (rate, left) = rest.split_once(" tiles/s, ")?;
    Some(Line {
        done: done.trim().parse().ok()?,
        total: total.parse().ok()?,
        rate: rate.trim().parse().ok()?,
        left: left.strip_suffix(" s left")?.trim().parse().ok()?,
    })
}

/// The lines of progress that have come so far.
pub fn lines(farm: &Farm) -> Vec<Line> {
    farm.farmer.output().errors().lines().filter_map(read).collect()
}

/// A pseudo-terminal: the farmer's standard error, and who looks at it.
#[cfg(target_os = "linux")]
pub struct Terminal {
    /// The file that a program writes to.
    pub name: String,
    screen: std::os::fd::OwnedFd,
    /// Held open, so that what was written is not lost when the program ends.
    _line: std::fs::File,
}

#[cfg(target_os = "linux")]
impl Terminal {
    /// Opens one; none where the system gives none.
    pub fn open() -> Option<Self> {
        use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
        let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).ok()?;
        grantpt(&screen).and_then(|()| unlockpt(&screen)).ok()?;
        let name = ptsname(&screen, Vec::new()).ok()?.into_string().ok()?;
        // Without O_NOCTTY it could become the terminal that Ctrl-C of the check comes from.
        let line = rustix::fs::open(
            &*name,
            rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY,
            rustix::fs::Mode::empty(),
        );
        Some(Self { name, screen, _line: line.ok()?.into() })
    }

    /// All that was written so far.
    pub fn shown(&self) -> String {
        use rustix::event::{PollFd, PollFlags, poll};
        let mut shown = Vec::new();
        let mut bytes = [0; 4096];
        let nothing = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
        while poll(&mut [PollFd::new(&self.screen, PollFlags::IN)], Some(&nothing)) == Ok(1) {
            match rustix::io::read(&self.screen, &mut bytes) {
                Ok(length) if length > 0 => shown.extend_from_slice(&bytes[..length]),
                _ => break,
            }
        }
        String::from_utf8_lossy(&shown).into_owned()
    }
}
