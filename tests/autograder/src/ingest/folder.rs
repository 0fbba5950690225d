//! A submission that is a folder. No link is ever followed, not even one that takes a file's place while it is read: each part of a path is opened
//! from the folder above it, and what was opened is looked at again.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::{Caps, Holder, Item, Kind, Stop, name, reject};

/// A folder that holds a submission.
pub(super) struct Folder {
    root: OwnedFd,
    caps: Caps,
    /// Each item's path as the system has it, and what was seen when it was listed.
    seen: Vec<(Vec<Vec<u8>>, Stat)>,
}

impl Folder {
    /// Opens the folder; a symbolic link is refused.
    pub(super) fn open(path: &Path, caps: &Caps) -> Result<Self, Stop> {
        let root = rustix::fs::open(path, FOLDER, Mode::empty())
            .map_err(|error| stop(error, &path.display().to_string()))?;
        Ok(Self { root, caps: caps.clone(), seen: Vec::new() })
    }

    fn list(&mut self, folder: &OwnedFd, above: &[Vec<u8>], items: &mut Vec<Item>) -> Result<(), Stop> {
        let shown = |path: &[Vec<u8>]| name::shown(&readable(path).join("/"));
        if above.len() > self.caps.depth {
            return reject(format!("{} is too deep: more than {} folders", shown(above), self.caps.depth));
        }
        let above_read = readable(above);
        for raw in names(folder).map_err(|error| stop(error, &shown(above)))? {
            let part = name::readable(&raw);
            if name::is_litter(&above_read, &part) {
                continue;
            }
            if items.len() == self.caps.entries {
                return reject(format!("too many files and folders: more than {}", self.caps.entries));
            }
            let path = [above, std::slice::from_ref(&raw)].concat();
            let stat = rustix::fs::statat(folder, raw.as_slice(), AtFlags::SYMLINK_NOFOLLOW)
                .map_err(|error| stop(error, &shown(&path)))?;
            let kind = kind(&stat);
            let mut parts = above_read.clone();
            // Harmless here, where no separator can be in a name, but a trick on whoever opens the folder elsewhere.
            if part.contains('\\') {
                return reject(format!("`{}` has a backslash in its name", name::shown(&part)));
            }
            parts.push(part);
            items.push(Item { path: parts, kind, size: u64::try_from(stat.st_size).unwrap_or(0) });
            self.seen.push((path.clone(), stat));
            if kind == Kind::Folder {
                let below = open_below(folder, &raw, FOLDER).map_err(|error| stop(error, &shown(&path)))?;
                self.list(&below, &path, items)?;
            }
        }
        Ok(())
    }

    /// Reads a file, from the root on, part by part.
    fn read(&self, number: usize) -> Result<Vec<u8>, Stop> {
        let (path, listed) = &self.seen[number];
        let shown = name::shown(&readable(path).join("/"));
        let fail = |error| stop(error, &shown);
        let changed = || Stop::Unreadable(format!("{shown} changed while it was read"));
        let (last, folders) = path.split_last().ok_or_else(changed)?;
        let mut folder = self.root.try_clone().map_err(|error| Stop::Unreadable(error.to_string()))?;
        for part in folders {
            folder = open_below(&folder, part, FOLDER).map_err(fail)?;
        }
        // NONBLOCK: a FIFO that takes the file's place must not make us wait for somebody to write.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = open_below(&folder, last, flags).map_err(fail)?;
        let stat = rustix::fs::fstat(&file).map_err(fail)?;
        if kind(&stat) != Kind::File || (stat.st_dev, stat.st_ino) != (listed.st_dev, listed.st_ino) {
            return Err(changed());
        }
        let size = u64::try_from(listed.st_size).unwrap_or(0);
        let mut contents = Vec::new();
        let read = File::from(file).take(size + 1).read_to_end(&mut contents);
        read.map_err(|error| Stop::Unreadable(format!("{shown} cannot be read: {error}")))?;
        if contents.len() as u64 == size { Ok(contents) } else { Err(changed()) }
    }
}

impl Holder for Folder {
    fn items(&mut self) -> Result<Vec<Item>, Stop> {
        let mut items = Vec::new();
        self.seen.clear();
        let root = self.root.try_clone().map_err(|error| Stop::Unreadable(error.to_string()))?;
        self.list(&root, &[], &mut items)?;
        Ok(items)
    }

    fn contents(&mut self, wanted: &[usize]) -> Result<BTreeMap<usize, Vec<u8>>, Stop> {
        wanted.iter().map(|&number| Ok((number, self.read(number)?))).collect()
    }

    #[allow(clippy::useless_conversion)] // the type of the time is not the same on every system
    fn newest(&self, wanted: &[usize]) -> Option<i64> {
        wanted.iter().filter_map(|&number| i64::try_from(self.seen[number].1.st_mtime).ok()).max()
    }
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

fn open_below(folder: &OwnedFd, part: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
    rustix::fs::openat(folder.as_fd(), part, flags, Mode::empty())
}

/// The names in a folder, sorted: the system's order is chance.
fn names(folder: &OwnedFd) -> Result<Vec<Vec<u8>>, Errno> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let name = entry?.file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn readable(path: &[Vec<u8>]) -> Vec<String> {
    path.iter().map(|part| name::readable(part)).collect()
}

fn kind(stat: &Stat) -> Kind {
    match FileType::from_raw_mode(stat.st_mode) {
        // The other name may be anybody's: a tar that was unpacked by hand can have made it.
        FileType::RegularFile if stat.st_nlink > 1 => Kind::Odd("a hard link, the same file under two names"),
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Odd("a symbolic link"),
        FileType::Fifo => Kind::Odd("a FIFO"),
        FileType::Socket => Kind::Odd("a socket"),
        FileType::CharacterDevice | FileType::BlockDevice => Kind::Odd("a device"),
        FileType::Unknown => Kind::Odd("neither file nor folder"),
    }
}

/// An error of the system, told apart: a link that has come where none was is a trick, all else the machine's.
fn stop(error: Errno, shown: &str) -> Stop {
    let shown = if shown.is_empty() { "the folder" } else { shown };
    if error == Errno::LOOP {
        return Stop::Rejected(format!("{shown} is a symbolic link; hand in files only"));
    }
    Stop::Unreadable(format!("{shown} cannot be read: {}", io::Error::from(error)))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    /// What stands in for the file between the look and the read must not be read.
    #[test]
    fn a_swap_between_listing_and_reading_does_not_escape() {
        let place = tempfile::tempdir().unwrap();
        let secret = place.path().join("secret");
        fs::create_dir(&secret).unwrap();
        fs::write(secret.join("x.rs"), "secret").unwrap();
        let swaps: [fn(&Path, &Path); 4] = [
            |src, secret| {
                fs::remove_file(src.join("x.rs")).unwrap();
                symlink(secret.join("x.rs"), src.join("x.rs")).unwrap();
            },
            |src, secret| {
                fs::remove_dir_all(src).unwrap();
                symlink(secret, src).unwrap();
            },
            |src, _| {
                fs::write(src.join("y.rs"), "hidden").unwrap();
                fs::rename(src.join("y.rs"), src.join("x.rs")).unwrap();
            },
            |src, _| fs::write(src.join("x.rs"), "longer than it was").unwrap(),
        ];
        for (number, swap) in swaps.into_iter().enumerate() {
            let submission = place.path().join(number.to_string());
            let src = submission.join("src");
            fs::create_dir_all(&src).unwrap();
            fs::write(src.join("x.rs"), "honest").unwrap();
            let mut folder = Folder::open(&submission, &Caps::default()).ok().unwrap();
            let items = folder.items().unwrap();
            let wanted = items.iter().position(|item| item.kind == Kind::File).unwrap();
            assert_eq!(folder.contents(&[wanted]).unwrap()[&wanted], b"honest");
            swap(&src, &secret);
            assert!(folder.contents(&[wanted]).is_err(), "swap {number} was read");
        }
    }
}
