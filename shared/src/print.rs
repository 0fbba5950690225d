//! A line of result on standard output.

use std::io::Write;

use crate::error::Error;

/// Prints these bytes and a newline on standard output, and flushes them, so that whoever reads sees them at once.
///
/// A frame may hold any bytes, so they are written as they are. Unlike `println!` it does not panic where nobody reads.
///
/// ```
/// shared::print_line("a text")?;
/// shared::print_line([0xff, 0xfe])?;
/// # Ok::<(), shared::Error>(())
/// ```
pub fn print_line(line: impl AsRef<[u8]>) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    let line = [line.as_ref(), b"\n"].concat();
    out.write_all(&line).and_then(|()| out.flush()).map_err(|error| Error::output(&error))
}
