//! How far the picture is: a bar on a terminal, lines elsewhere.

use std::io::{IsTerminal, Write};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

/// How far the picture is. Everything goes to standard error.
pub struct Progress {
    total: usize,
    done: usize,
    /// How many tiles were done when this run began.
    before: usize,
    /// When the first job was given: what was not worked does not count.
    began: Option<Instant>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Nothing of so many tiles is done.
    pub fn new(total: usize) -> Self {
        Self { total, done: 0, before: 0, began: None, bar: bar(total) }
    }

    /// So many tiles were done before.
    pub fn skip(&mut self, done: usize) {
        self.done = done;
        self.before = done;
        if let Some(bar) = &self.bar {
            bar.set_position(done as u64);
        }
    }

    /// A job was given. The first one starts the clock.
    pub fn begin(&mut self) {
        self.began.get_or_insert_with(Instant::now);
    }

    /// A tile is done. The bar is drawn; a line is printed at each tenth of the picture.
    pub fn one_more(&mut self) {
        self.done += 1;
        if let Some(bar) = &self.bar {
            bar.set_position(self.done as u64);
            bar.set_message(self.speed());
        } else if self.done * 10 / self.total > (self.done - 1) * 10 / self.total {
            self.say(&format!("{}/{} tiles, {}", self.done, self.total, self.speed()));
        }
    }

    /// Says something else on standard error, above the bar where there is one.
    pub fn say(&self, line: &str) {
        if let Some(bar) = &self.bar {
            bar.println(line);
        } else {
            // Somebody who closed our standard error does not want the line.
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }

    /// The rate of this run, and the time that the rest will take at this rate.
    fn speed(&self) -> String {
        let seconds = self.began.map_or(0.0, |began| began.elapsed().as_secs_f64());
        #[allow(clippy::cast_precision_loss, reason = "no picture has 2^52 tiles")]
        let (done, left) = ((self.done - self.before) as f64, (self.total - self.done) as f64);
        let rate = seconds / done;
        format!("{rate:.3} tiles/s, {:.1} s left", left / rate)
    }

    /// The picture is whole: the bar stays as it is.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish();
        }
    }
}

/// A bar on standard error; none where that is no terminal.
fn bar(total: usize) -> Option<ProgressBar> {
    if !std::io::stderr().is_terminal() {
        return None;
    }
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} tiles, {msg}").ok()?;
    Some(ProgressBar::new(total as u64).with_style(style))
}
