//! A submission that is a zip file.
//!
//! The `zip` crate keeps one entry for each name and trusts what the archive says of itself; here two entries of one name must be seen, and nothing is
//! believed. So this reads the format itself (PKWARE's APPNOTE.TXT, sections 4.3 to 4.5): the directory at the end says what is there, the header before
//! each file must say the same, and what comes out is counted and its CRC compared.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::{Caps, Holder, Item, Kind, Stop, layout, name, reject};

/// A zip file that holds a submission.
pub(super) struct Zip {
    file: File,
    length: u64,
    caps: Caps,
    /// Where the directory begins.
    directory: u64,
    entries: Vec<Entry>,
}

/// An entry of the directory.
#[derive(Clone, Debug)]
struct Entry {
    name: Vec<u8>,
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
    /// Where its header is.
    offset: u64,
}

/// Signatures, and the sizes of the records after them that never vary.
const LOCAL: (u32, u64) = (0x0403_4b50, 30);
const CENTRAL: (u32, usize) = (0x0201_4b50, 46);
const END: (u32, usize) = (0x0605_4b50, 22);
const END64: (u32, u64) = (0x0606_4b50, 56);
const LOCATOR: (u32, u64) = (0x0706_4b50, 20);
const DESCRIPTOR: u32 = 0x0807_4b50;

/// Bits of the flags: encrypted; sizes come after the data; strong encryption; the directory itself is encrypted.
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
const SIZES_LATER: u16 = 1 << 3;

impl Zip {
    /// A zip file, of which nothing has been read yet.
    pub(super) fn new(file: File, length: u64, caps: &Caps) -> Self {
        Self { file, length, caps: caps.clone(), directory: 0, entries: Vec::new() }
    }

    /// Bytes from the file; an archive that ends before them was cut off.
    fn bytes(&self, offset: u64, count: u64) -> Result<Vec<u8>, Stop> {
        if offset.checked_add(count).is_none_or(|end| end > self.length) {
            return reject("cannot be read: the archive ends too early, or says wrong things about itself");
        }
        let mut bytes = vec![0; usize::try_from(count).unwrap_or(0)];
        self.file.read_exact_at(&mut bytes, offset).map_err(|error| disk(&error))?;
        Ok(bytes)
    }

    /// Finds the end record, and from it the directory: its bytes and how many entries it has.
    fn directory(&mut self) -> Result<(Vec<u8>, u64), Stop> {
        // The record is the last thing in the file, but for a comment of at most 65,535 bytes.
        let tail = self.length.min(END.1 as u64 + 65_535);
        let bytes = self.bytes(self.length - tail, tail)?;
        let is_end = |at: &usize| {
            u32_at(&bytes, *at) == Some(END.0)
                && u16_at(&bytes, at + 20)
                    .is_some_and(|comment| at + END.1 + usize::from(comment) == bytes.len())
        };
        let Some(at) = (0..bytes.len()).rev().find(is_end) else {
            return reject("cannot be read: it is no whole zip file, its end is missing");
        };
        let short = |offset| u64::from(u16_at(&bytes, at + offset).unwrap_or(0));
        let long = |offset| u64::from(u32_at(&bytes, at + offset).unwrap_or(0));
        let (mut disks, mut here, mut count) = (short(4) + short(6), short(8), short(10));
        let (mut size, mut offset) = (long(12), long(16));
        let mut end = self.length - tail + at as u64;
        if here == 0xffff || count == 0xffff || size == 0xffff_ffff || offset == 0xffff_ffff || disks > 0 {
            if let Some(record) = self.end64(end)? {
                let value = |offset| u64_at(&record.1, offset).unwrap_or(0);
                disks = value(16);
                (here, count, size, offset, end) = (value(24), value(32), value(40), value(48), record.0);
            }
        }
        if disks > 0 || here != count {
            return reject("cannot be read: it is one part of a zip file in several parts");
        }
        if offset.checked_add(size) != Some(end) {
            return reject("cannot be read: its directory is not where it says");
        }
        if count > self.caps.entries as u64 {
            return reject(format!("too many files and folders: {count}, more than {}", self.caps.entries));
        }
        // A name of a kilobyte for each entry is more than anybody has.
        if size > self.caps.entries as u64 * 1024 {
            return reject(format!("its directory is too large: {}", layout::bytes(size)));
        }
        self.directory = offset;
        Ok((self.bytes(offset, size)?, count))
    }

    /// The end record for large archives and where it is, if there is one before the end record at `end`.
    fn end64(&self, end: u64) -> Result<Option<(u64, Vec<u8>)>, Stop> {
        let Some(at) = end.checked_sub(LOCATOR.1) else { return Ok(None) };
        let locator = self.bytes(at, LOCATOR.1)?;
        if u32_at(&locator, 0) != Some(LOCATOR.0) {
            return Ok(None);
        }
        let offset = u64_at(&locator, 8).unwrap_or(0);
        let record = self.bytes(offset, END64.1)?;
        let length = u64_at(&record, 4).unwrap_or(0);
        let is_before_locator = offset.checked_add(12).and_then(|sum| sum.checked_add(length)) == Some(at);
        if u32_at(&record, 0) != Some(END64.0) || !is_before_locator {
            return reject("cannot be read: its end record is not where it says");
        }
        Ok(Some((offset, record)))
    }

    /// Reads one entry of the directory from its bytes; gives how long it was.
    fn entry(bytes: &[u8]) -> Option<(Entry, u32, usize)> {
        if u32_at(bytes, 0)? != CENTRAL.0 {
            return None;
        }
        let name_length = usize::from(u16_at(bytes, 28)?);
        let extra_length = usize::from(u16_at(bytes, 30)?);
        let length = CENTRAL.1 + name_length + extra_length + usize::from(u16_at(bytes, 32)?);
        let name = bytes.get(CENTRAL.1..CENTRAL.1 + name_length)?.to_vec();
        let extra = bytes.get(CENTRAL.1 + name_length..CENTRAL.1 + name_length + extra_length)?;
        let (mut packed, mut size) = (u64::from(u32_at(bytes, 20)?), u64::from(u32_at(bytes, 24)?));
        let mut offset = u64::from(u32_at(bytes, 42)?);
        widen(extra, [&mut size, &mut packed, &mut offset])?;
        bytes.get(..length)?;
        let entry = Entry {
            name,
            flags: u16_at(bytes, 8)?,
            method: u16_at(bytes, 10)?,
            crc: u32_at(bytes, 16)?,
            packed,
            size,
            offset,
        };
        Some((entry, u32_at(bytes, 38)? >> 16, length))
    }

    /// Where an entry's data begins, after its header has been compared with the directory.
    fn data(&self, entry: &Entry, shown: &str) -> Result<u64, Stop> {
        let lies =
            || Stop::Rejected(format!("{shown} has a header that differs from the archive's directory"));
        let header = self.bytes(entry.offset, LOCAL.1)?;
        let short = |at| u16_at(&header, at).unwrap_or(0);
        let long = |at| u32_at(&header, at).unwrap_or(0);
        let (name_length, extra_length) = (u64::from(short(26)), u64::from(short(28)));
        let rest = self.bytes(entry.offset + LOCAL.1, name_length + extra_length)?;
        let (name, extra) = rest.split_at(usize::from(short(26)));
        let (mut packed, mut size) = (u64::from(long(18)), u64::from(long(22)));
        widen(extra, [&mut size, &mut packed, &mut 0]).ok_or_else(lies)?;
        // Other bits say how well it was packed; some tools write them in one place only.
        let flags = ENCRYPTED | SIZES_LATER;
        let same = (name, short(6) & flags, short(8)) == (&entry.name, entry.flags & flags, entry.method);
        let is_later = entry.flags & SIZES_LATER != 0;
        // Where the sizes come later, what was not known yet is zero.
        let told = [(u64::from(long(14)), u64::from(entry.crc)), (packed, entry.packed), (size, entry.size)];
        let agrees = told.iter().all(|&(here, there)| here == there || (is_later && here == 0));
        if long(0) != LOCAL.0 || !same || !agrees {
            return Err(lies());
        }
        let data = entry.offset + LOCAL.1 + name_length + extra_length;
        let end = data.checked_add(entry.packed).ok_or_else(lies)?;
        // Where the next header begins, or the directory: what reaches beyond it shares bytes with another, as in a bomb without nesting.
        let next =
            self.entries.iter().map(|other| other.offset).filter(|&offset| offset > entry.offset).min();
        let shares = self.entries.iter().filter(|other| other.offset == entry.offset).count() > 1;
        if shares || end > next.unwrap_or(self.directory).min(self.directory) {
            return reject(format!("{shown} shares bytes with another file of the archive"));
        }
        if is_later && !self.descriptor_agrees(entry, end)? {
            return Err(lies());
        }
        Ok(data)
    }

    /// Whether what comes after the data says the same as the directory: with or without a signature, with sizes of four bytes or of eight.
    fn descriptor_agrees(&self, entry: &Entry, at: u64) -> Result<bool, Stop> {
        let bytes = self.bytes(at, (self.directory.saturating_sub(at)).min(24))?;
        let crc = entry.crc.to_le_bytes();
        let narrow = |size: u64| u32::try_from(size).unwrap_or(u32::MAX).to_le_bytes();
        let narrow = [crc, narrow(entry.packed), narrow(entry.size)].concat();
        let wide = [&crc[..], &entry.packed.to_le_bytes(), &entry.size.to_le_bytes()].concat();
        let signed = DESCRIPTOR.to_le_bytes();
        let after = bytes.strip_prefix(&signed).unwrap_or(&bytes);
        Ok([&bytes[..], after].iter().any(|bytes| bytes.starts_with(&narrow) || bytes.starts_with(&wide)))
    }

    /// Reads one file. `unpacked` counts over all of them.
    fn read(&self, entry: &Entry, unpacked: &mut Unpacked) -> Result<Vec<u8>, Stop> {
        let shown = name::shown(&name::readable(&entry.name));
        if entry.flags & ENCRYPTED != 0 {
            return reject(format!("{shown} is encrypted; pack it without a password"));
        }
        let data = self.data(entry, &shown)?;
        let corrupt = |why: &str| Stop::Rejected(format!("{shown} cannot be read: {why}"));
        // The packed bytes are not more than the archive, of which the cap is known.
        let packed = self.bytes(data, entry.packed)?;
        let mut contents = Vec::new();
        let mut rest = packed.as_slice();
        match entry.method {
            0 => (contents, rest) = (packed.clone(), &[]),
            8 => {
                let mut decoder = DeflateDecoder::new(&mut rest);
                let read = decoder.by_ref().take(entry.size + 1).read_to_end(&mut contents);
                read.map_err(|error| corrupt(&error.to_string()))?;
            }
            method => {
                return reject(format!("{shown} is packed by method {method}; use the usual one, deflate"));
            }
        }
        if contents.len() as u64 != entry.size || !rest.is_empty() {
            return reject(format!("{shown} is not as long as the archive says"));
        }
        let mut crc = Crc::new();
        crc.update(&contents);
        if crc.sum() != entry.crc {
            return Err(corrupt("its bytes have changed since it was packed"));
        }
        unpacked.add(entry, &self.caps)?;
        Ok(contents)
    }
}

impl Holder for Zip {
    fn items(&mut self) -> Result<Vec<Item>, Stop> {
        let (bytes, count) = self.directory()?;
        let mut bytes = bytes.as_slice();
        let mut items = Vec::new();
        self.entries.clear();
        for _ in 0..count {
            let Some((entry, mode, length)) = Self::entry(bytes) else {
                return reject("cannot be read: its directory is broken");
            };
            bytes = &bytes[length..];
            let path = name::parts(&entry.name).map_err(Stop::Rejected)?;
            let shown = || name::shown(&path.join("/"));
            if path.len() > self.caps.depth {
                return reject(format!("{} is too deep: more than {} folders", shown(), self.caps.depth));
            }
            let ends_as_folder = entry.name.ends_with(b"/");
            let kind = match mode & 0o170_000 {
                0o120_000 => Kind::Odd("a symbolic link"),
                0o040_000 => Kind::Folder,
                0 | 0o100_000 if ends_as_folder => Kind::Folder,
                0 | 0o100_000 => Kind::File,
                _ => Kind::Odd("neither file nor folder"),
            };
            if kind == Kind::Folder && (entry.size > 0 || !ends_as_folder) {
                return reject(format!("{} says that it is a folder and that it is a file", shown()));
            }
            items.push(Item::new(path, kind, entry.size));
            self.entries.push(entry);
        }
        if !bytes.is_empty() {
            return reject("cannot be read: its directory holds more than it says");
        }
        Ok(items)
    }

    fn contents(&mut self, wanted: &[usize]) -> Result<BTreeMap<usize, Vec<u8>>, Stop> {
        let mut unpacked = Unpacked::default();
        wanted.iter().map(|&number| Ok((number, self.read(&self.entries[number], &mut unpacked)?))).collect()
    }
}

/// How much has come out of how much.
#[derive(Default)]
struct Unpacked {
    packed: u64,
    size: u64,
}

impl Unpacked {
    fn add(&mut self, entry: &Entry, caps: &Caps) -> Result<(), Stop> {
        self.packed += entry.packed;
        self.size += entry.size;
        if self.size > caps.ratio_above && self.size / self.packed.max(1) >= caps.ratio {
            return reject(format!("it unpacks to more than {} times its size", caps.ratio));
        }
        Ok(())
    }
}

/// Puts in the values of eight bytes, in this order, for those of four that are all ones; `None` where they are missing.
fn widen(mut extra: &[u8], fields: [&mut u64; 3]) -> Option<()> {
    const ZIP64: u16 = 1;
    let mut wide: &[u8] = &[];
    while let (Some(tag), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let Some(data) = extra.get(4..4 + usize::from(length)) else { break };
        if tag == ZIP64 {
            wide = data;
        }
        extra = &extra[4 + usize::from(length)..];
    }
    for field in fields {
        if *field == 0xffff_ffff {
            *field = u64_at(wide, 0)?;
            wide = &wide[8..];
        }
    }
    Some(())
}

fn disk(error: &io::Error) -> Stop {
    Stop::Unreadable(format!("the archive cannot be read: {error}"))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}
