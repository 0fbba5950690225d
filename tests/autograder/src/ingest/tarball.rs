//! A submission that is a tar file, packed by gzip or not.
//!
//! Blocks are walked here and not by the `tar` crate's iterator, which takes a size from a pax header, a sparse map or a long name without a cap; its
//! `Header` reads the fields. The file is walked twice: once to see what there is, once for what is wanted.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;
use tar::{EntryType, Header};

use super::{Caps, Holder, Item, Kind, Stop, layout, name, reject};

/// The size of a block: POSIX, `pax`, "ustar Interchange Format".
const BLOCK: u64 = 512;
type Block = [u8; 512];

/// What a long name, or a pax header, may hold in bytes.
const MOST_EXTENDED: u64 = 64 << 10;

/// A tar file that holds a submission.
pub(super) struct Tar {
    file: File,
    is_packed: bool,
    caps: Caps,
}

impl Tar {
    /// A tar file, packed by gzip if `is_packed`, of which nothing has been read yet.
    pub(super) fn new(file: File, is_packed: bool, caps: &Caps) -> Self {
        Self { file, is_packed, caps: caps.clone() }
    }

    /// Begins at the file's beginning.
    fn walk(&mut self) -> Result<Walk, Stop> {
        let disk = |error: io::Error| Stop::Unreadable(format!("the archive cannot be read: {error}"));
        self.file.rewind().map_err(disk)?;
        let state = Rc::new(RefCell::new(State::default()));
        let file = Counted { file: self.file.try_clone().map_err(disk)?, state: Rc::clone(&state) };
        let file = BufReader::new(file);
        let source: Box<dyn Read> =
            if self.is_packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
        Ok(Walk { source, state, caps: self.caps.clone(), unpacked: 0, entries: 0 })
    }
}

impl Holder for Tar {
    fn items(&mut self) -> Result<Vec<Item>, Stop> {
        let mut walk = self.walk()?;
        let mut items = Vec::new();
        while let Some((path, kind, size)) = walk.next_entry()? {
            walk.skip(padded(size))?;
            items.push(Item::new(path, kind, size));
        }
        Ok(items)
    }

    fn contents(&mut self, wanted: &[usize]) -> Result<BTreeMap<usize, Vec<u8>>, Stop> {
        let mut walk = self.walk()?;
        let mut found = BTreeMap::new();
        let mut number = 0;
        // To the end, though all may have been found: a file that was cut off, or has changed, is seen only there.
        while let Some((_, _, size)) = walk.next_entry()? {
            if wanted.binary_search(&number).is_ok() && size <= self.caps.source {
                found.insert(number, walk.take(size)?);
                walk.skip(padded(size) - size)?;
            } else {
                walk.skip(padded(size))?;
            }
            number += 1;
        }
        if found.len() < wanted.len() {
            return Err(Stop::Unreadable("the archive changed while it was read".into()));
        }
        Ok(found)
    }
}

/// A size with what fills its last block.
fn padded(size: u64) -> u64 {
    size.div_ceil(BLOCK).saturating_mul(BLOCK)
}

/// What the file beneath has told.
#[derive(Default)]
struct State {
    packed: u64,
    error: Option<String>,
}

/// Counts what is read of the file, and keeps its errors apart from those of what is in it.
struct Counted {
    file: File,
    state: Rc<RefCell<State>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer);
        let mut state = self.state.borrow_mut();
        match &read {
            Ok(count) => state.packed += *count as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => state.error = Some(error.to_string()),
        }
        read
    }
}

/// One walk through the blocks.
struct Walk {
    source: Box<dyn Read>,
    state: Rc<RefCell<State>>,
    caps: Caps,
    unpacked: u64,
    entries: usize,
}

/// What the headers before an entry say of it.
#[derive(Default)]
struct Extended {
    name: Option<Vec<u8>>,
    is_sparse: bool,
    size: Option<u64>,
}

/// An entry: its path in parts, what it is, and how much data follows.
type Entry = (Vec<String>, Kind, u64);

impl Walk {
    /// The next entry, whose data comes next; none at the end.
    fn next_entry(&mut self) -> Result<Option<Entry>, Stop> {
        let mut extended = Extended::default();
        loop {
            let Some(block) = self.header()? else {
                self.rest_is_empty()?;
                return Ok(None);
            };
            let header = Header::from_byte_slice(&block);
            let raw = extended.name.clone().unwrap_or_else(|| header.path_bytes().into_owned());
            let shown = name::shown(&name::readable(&raw));
            let size = number(&block[124..136])
                .ok_or_else(|| Stop::Rejected(format!("cannot be read: {shown} has no size")))?;
            self.count()?;
            let kind = header.entry_type();
            if matches!(
                kind,
                EntryType::GNULongName
                    | EntryType::GNULongLink
                    | EntryType::XHeader
                    | EntryType::XGlobalHeader
            ) {
                self.extend(&mut extended, kind, size)?;
                continue;
            }
            if extended.size.is_some_and(|other| other != size) {
                return reject(format!("{shown} has two sizes"));
            }
            return self.entry(&raw, kind, size, extended.is_sparse).map(Some);
        }
    }

    /// What an entry is.
    fn entry(&self, raw: &[u8], kind: EntryType, size: u64, is_sparse: bool) -> Result<Entry, Stop> {
        let path = name::parts(raw).map_err(Stop::Rejected)?;
        let shown = name::shown(&path.join("/"));
        if path.len() > self.caps.depth {
            return reject(format!("{shown} is too deep: more than {} folders", self.caps.depth));
        }
        if is_sparse || kind == EntryType::GNUSparse {
            return reject(format!("{shown} is a sparse file; pack without --sparse"));
        }
        let ends_as_folder = raw.ends_with(b"/");
        let kind = match kind {
            EntryType::Regular | EntryType::Continuous if !ends_as_folder => Kind::File,
            // Before POSIX a folder was a file whose name ends so.
            EntryType::Regular | EntryType::Directory => Kind::Folder,
            EntryType::Symlink => Kind::Odd("a symbolic link"),
            EntryType::Link => Kind::Odd("a hard link"),
            EntryType::Fifo => Kind::Odd("a FIFO"),
            EntryType::Char | EntryType::Block => Kind::Odd("a device"),
            _ => Kind::Odd("neither file nor folder"),
        };
        // Readers do not agree whether data follows here.
        if kind != Kind::File && size > 0 {
            return reject(format!("{shown} is no file and says that it has contents"));
        }
        Ok((path, kind, size))
    }

    /// Reads what is said of the next entry: its name where that is long, and what pax adds.
    fn extend(&mut self, extended: &mut Extended, kind: EntryType, size: u64) -> Result<(), Stop> {
        if size > MOST_EXTENDED {
            return reject("a name in it is too long");
        }
        let data = self.take(size)?;
        self.skip(padded(size) - size)?;
        match kind {
            EntryType::GNULongName => {
                let end = data.iter().position(|&byte| byte == 0).unwrap_or(data.len());
                extended.name = Some(data[..end].to_vec());
            }
            EntryType::XHeader | EntryType::XGlobalHeader => {
                let is_global = kind == EntryType::XGlobalHeader;
                let Some(pairs) = pax(&data) else { return reject("cannot be read: a pax header is broken") };
                for (key, value) in pairs {
                    match key {
                        b"path" | b"size" if is_global => {
                            return reject("one name or size is given to all that is in it");
                        }
                        b"path" => extended.name = Some(value.to_vec()),
                        b"size" => {
                            let size = std::str::from_utf8(value).ok().and_then(|value| value.parse().ok());
                            extended.size = Some(size.unwrap_or(u64::MAX));
                        }
                        key if key.starts_with(b"GNU.sparse") => extended.is_sparse = true,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The next header; none where the first block of the end mark comes.
    fn header(&mut self) -> Result<Option<Block>, Stop> {
        let mut block: Block = [0; 512];
        self.fill(&mut block)?;
        if block.iter().all(|&byte| byte == 0) {
            return Ok(None);
        }
        // The sum of all bytes, with blanks for the sum itself.
        let sum: u64 = block
            .iter()
            .enumerate()
            .map(|(at, &byte)| if (148..156).contains(&at) { 32 } else { u64::from(byte) })
            .sum();
        if number(&block[148..156]) != Some(sum) {
            return reject("cannot be read: it is no tar file, or it is damaged");
        }
        Ok(Some(block))
    }

    /// After the end there is nothing: another reader might see another archive there.
    fn rest_is_empty(&mut self) -> Result<(), Stop> {
        let mut buffer = [0; 8 << 10];
        loop {
            let count = self.source.read(&mut buffer).map_err(|error| self.stop(&error))?;
            self.unpacked(count)?;
            match buffer[..count].iter().any(|&byte| byte != 0) {
                true => return reject("there is something after the archive's end"),
                false if count == 0 => return Ok(()),
                false => {}
            }
        }
    }

    fn take(&mut self, size: u64) -> Result<Vec<u8>, Stop> {
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn skip(&mut self, size: u64) -> Result<(), Stop> {
        let mut buffer = [0; 8 << 10];
        let mut left = size;
        while left > 0 {
            let part = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            self.fill(&mut buffer[..part])?;
            left -= part as u64;
        }
        Ok(())
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), Stop> {
        self.source.read_exact(buffer).map_err(|error| self.stop(&error))?;
        self.unpacked(buffer.len())
    }

    /// Counts an entry, of whatever kind.
    fn count(&mut self) -> Result<(), Stop> {
        self.entries += 1;
        // A long name is an entry before the entry.
        if self.entries > 2 * self.caps.entries {
            return reject(format!("too many files and folders: more than {}", self.caps.entries));
        }
        Ok(())
    }

    /// Counts what has come out.
    fn unpacked(&mut self, count: usize) -> Result<(), Stop> {
        self.unpacked += count as u64;
        let packed = self.state.borrow().packed;
        if self.unpacked > self.caps.ratio_above && self.unpacked / packed.max(1) >= self.caps.ratio {
            return reject(format!("it unpacks to more than {} times its size", self.caps.ratio));
        }
        if self.unpacked > self.caps.unpacked {
            return reject(format!("it unpacks to more than {}", layout::bytes(self.caps.unpacked)));
        }
        Ok(())
    }

    /// An error in the middle of reading: the disk's, or of what was read.
    fn stop(&self, error: &io::Error) -> Stop {
        if let Some(error) = &self.state.borrow().error {
            return Stop::Unreadable(format!("the archive cannot be read: {error}"));
        }
        let why = match error.kind() {
            io::ErrorKind::UnexpectedEof => "the archive ends too early".into(),
            _ => error.to_string(),
        };
        Stop::Rejected(format!("cannot be read: {why}"))
    }
}

/// The keys and values of a pax header: lines `LENGTH KEY=VALUE`, where only the length tells the end, since a value may hold anything.
fn pax(mut data: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut pairs = Vec::new();
    while !data.is_empty() {
        let blank = data.iter().position(|&byte| byte == b' ')?;
        let length: usize = std::str::from_utf8(&data[..blank]).ok()?.parse().ok()?;
        let line = data.get(blank + 1..length)?.strip_suffix(b"\n")?;
        let equals = line.iter().position(|&byte| byte == b'=')?;
        pairs.push((&line[..equals], &line[equals + 1..]));
        data = &data[length..];
    }
    Some(pairs)
}

/// A number of a header: octal digits between blanks, or, as GNU has it for large ones, the bytes themselves after a first bit that is set.
fn number(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|first| first & 0x80 != 0) {
        let (above, low) = field.split_at(field.len() - 8);
        let is_small = above.first() == Some(&0x80) && above[1..].iter().all(|&byte| byte == 0);
        return is_small.then(|| u64::from_be_bytes(low.try_into().unwrap_or([0xff; 8])));
    }
    let text = field.split(|&byte| byte == 0).next()?;
    let text = std::str::from_utf8(text).ok()?.trim();
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}
