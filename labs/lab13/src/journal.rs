//! The journal: the finished tiles in a file, so that a farmer that was killed need not have them computed again.
//!
//! The file is a line that says what it is, then records. A record is its length, four bytes with the lowest first, and a value
//! as `shared::farm` encodes it: first the plan, then tiles. It only grows. A record that is not whole is the last one, and was
//! being written when the farmer died.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use shared::Error;
use shared::farm::{Pixels, ToFarmer, decode, encode};

use super::plan::Plan;

/// What the file begins with.
const MAGIC: &[u8] = b"tiles of a farm, 1\n";

/// Finished tiles: their ids, and their escape counts.
pub type Tiles = Vec<(u64, Vec<u16>)>;

/// An open journal.
pub struct Journal {
    file: File,
    path: PathBuf,
}

impl Journal {
    /// Opens a journal or begins one, and gives the tiles that it has.
    pub fn open(path: &Path, plan: &Plan) -> Result<(Self, Tiles), Error> {
        let _ = (path, plan, OpenOptions::new, read, MAGIC, record, Self::write, SeekFrom::End);
        let _ =
            (File::set_len, File::read_to_end, File::seek, encode::<Plan>, |file, path| Self { file, path });
        todo!(
            "lab13 task 6: open the file, read what is whole, cut off the rest; begin with MAGIC and the plan where there is nothing"
        )
    }

    /// Writes down a tile. When this returns, the tile survives the end of this process, however it ends.
    pub fn append(&mut self, id: u64, pixels: &Pixels) -> Result<(), Error> {
        let _ = (&self, id, pixels, encode::<ToFarmer>);
        todo!("lab13 task 6: write a record of this tile")
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let _ = (&mut self.file, &self.path, bytes, File::write_all);
        todo!("lab13 task 6: write all of it to the file, and give an error that names the file")
    }
}

fn record(frame: &[u8]) -> Vec<u8> {
    // A frame is within the limit of `shared::farm`, so its length fits.
    let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
    [&length.to_le_bytes(), frame].concat()
}

/// The tiles of a journal of this plan, and how many bytes of it are whole records.
fn read(bytes: &[u8], plan: &Plan) -> Result<(Tiles, usize), String> {
    let _ = (bytes, plan, next, in_words, decode::<ToFarmer>);
    todo!("lab13 task 6: MAGIC, the plan, which must be this one, then tiles, as far as records are whole")
}

/// Takes the next record off; none where it is not whole.
fn next<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let _ = rest;
    todo!(
        "lab13 task 6: a length of four bytes, and so many bytes behind it; none where they are not all there"
    )
}

fn in_words(plan: &Plan) -> String {
    let Plan { width, height, tile, view, max_iter } = plan;
    format!(
        "{width}x{height} pixels in tiles of {tile}, {max_iter} steps, {} around {} and {}",
        view.width, view.re, view.im
    )
}
