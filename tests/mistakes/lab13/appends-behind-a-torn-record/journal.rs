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
        let failed = |act: &'static str| move |error| Error::file(act, path, &error);
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).write(true).create(true).truncate(false).open(path).map_err(failed("open"))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed("read"))?;
        let (tiles, whole) = read(&bytes, plan).map_err(|why| Error::Io {
            act: "go on from".into(),
            object: path.display().to_string(),
            why,
        })?;
        // What is not whole would stand before the next record, and nothing behind it could be read again.
        file.seek(SeekFrom::End(0)).map_err(failed("write to"))?;
        let mut journal = Self { file, path: path.into() };
        if whole == 0 {
            journal.write(&[MAGIC, &record(&encode(plan)?)].concat())?;
        }
        Ok((journal, tiles))
    }

    /// Writes down a tile. When this returns, the tile survives the end of this process, however it ends.
    pub fn append(&mut self, id: u64, pixels: &Pixels) -> Result<(), Error> {
        let tile = ToFarmer::Tile { id, pixels: pixels.clone() };
        self.write(&record(&encode(&tile)?))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).map_err(|error| Error::file("write to the journal", &self.path, &error))
    }
}

fn record(frame: &[u8]) -> Vec<u8> {
    // A frame is within the limit of `shared::farm`, so its length fits.
    let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
    [&length.to_le_bytes(), frame].concat()
}

/// The tiles of a journal of this plan, and how many bytes of it are whole records.
fn read(bytes: &[u8], plan: &Plan) -> Result<(Tiles, usize), String> {
    // Killed at its very first write.
    if bytes.len() < MAGIC.len() && MAGIC.starts_with(bytes) {
        return Ok((Vec::new(), 0));
    }
    let mut rest = bytes.strip_prefix(MAGIC).ok_or("this is no journal of a farm")?;
    let Some(first) = next(&mut rest) else { return Ok((Vec::new(), 0)) };
    let begun: Plan = decode(first).map_err(|error| format!("its first record cannot be read: {error}"))?;
    if begun != *plan {
        return Err(format!("it was begun for {}, and this is {}", in_words(&begun), in_words(plan)));
    }
    let mut tiles = Vec::new();
    while let Some(frame) = next(&mut rest) {
        match decode(frame) {
            Ok(ToFarmer::Tile { id, pixels }) => tiles.push((id, pixels.0)),
            Ok(other) => return Err(format!("record {} is no tile: {other:?}", tiles.len() + 1)),
            Err(error) => return Err(format!("record {} cannot be read: {error}", tiles.len() + 1)),
        }
    }
    Ok((tiles, bytes.len() - rest.len()))
}

/// Takes the next record off; none where it is not whole.
fn next<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, behind) = rest.split_first_chunk::<4>()?;
    let (frame, behind) = behind.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *rest = behind;
    Some(frame)
}

fn in_words(plan: &Plan) -> String {
    let Plan { width, height, tile, view, max_iter } = plan;
    format!(
        "{width}x{height} pixels in tiles of {tile}, {max_iter} steps, {} around {} and {}",
        view.width, view.re, view.im
    )
}
