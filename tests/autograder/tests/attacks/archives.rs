//! What makes submissions that cannot be kept in a repository: archives, links, FIFOs. Each generator has a name, which an `attack.toml` gives.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{EntryType, Header};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A source file of the lab, where the attack adds one or is one.
const SOURCE: &str = "labs/lab01/src/bin/server.rs";

/// Makes of the files in `files` the submission of `student`; gives where it lies.
pub fn make(generator: &str, files: &Path, submissions: &Path, student: &str) -> PathBuf {
    let folder = submissions.join(student);
    let archive = |ending: &str, bytes: Vec<u8>| {
        let path = submissions.join(format!("{student}{ending}"));
        fs::write(&path, bytes).unwrap();
        path
    };
    let all = read(files);
    if let Some(make) = folder_trick(generator) {
        super::copy(files, &folder);
        make(&folder);
        return folder;
    }
    if let Some(name) = generator.strip_prefix("zip") {
        return archive(".zip", zip_trick(name.trim_start_matches('-'), all));
    }
    if let Some(name) = generator.strip_prefix("tar") {
        let bytes = tar_trick(name.trim_start_matches('-'), &all);
        let is_packed_already = bytes.starts_with(&[0x1f, 0x8b]);
        return archive(".tar.gz", if is_packed_already { bytes } else { gzip(&bytes) });
    }
    panic!("there is no generator `{generator}`");
}

type Files = Vec<(String, Vec<u8>)>;

/// All files of a folder, by path, sorted.
fn read(folder: &Path) -> Files {
    fn walk(folder: &Path, above: &str, files: &mut Files) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{above}{}", entry.file_name().into_string().unwrap());
            if entry.file_type().unwrap().is_dir() {
                walk(&entry.path(), &format!("{name}/"), files);
            } else {
                files.push((name, fs::read(entry.path()).unwrap()));
            }
        }
    }
    let mut files = Vec::new();
    walk(folder, "", &mut files);
    files.sort();
    files
}

fn folder_trick(name: &str) -> Option<fn(&Path)> {
    Some(match name {
        "link-to-a-solution" => |folder| {
            let target = super::root().join("solutions/lab01/src/bin/server.rs");
            super::link(target.to_str().unwrap(), &folder.join(SOURCE));
        },
        "link-to-the-lab" => |folder| {
            let target = super::root().join("solutions/lab01");
            super::link(target.to_str().unwrap(), &folder.join("labs/lab01"));
        },
        "link-for-src" => {
            |folder| super::link("../../../../solutions/lab01/src", &folder.join("labs/lab01/src"))
        }
        "hard-link" => |folder| {
            let own = folder.join("notes.rs");
            fs::write(&own, "").unwrap();
            fs::remove_file(folder.join(SOURCE)).unwrap();
            fs::hard_link(&own, folder.join(SOURCE)).unwrap();
        },
        "fifo" => |folder| {
            fs::remove_file(folder.join(SOURCE)).unwrap();
            super::fifo(&folder.join(SOURCE));
        },
        "not-utf8" => |folder| {
            use std::os::unix::ffi::OsStrExt;
            let name = std::ffi::OsStr::from_bytes(b"caf\xe9.rs");
            fs::write(folder.join("labs/lab01/src").join(name), "").unwrap();
        },
        "many-folders" => |folder| {
            for number in 0..20_001 {
                fs::create_dir_all(folder.join(format!("more/{}/{number}", number % 100))).unwrap();
            }
        },
        "deep" => |folder| fs::create_dir_all(folder.join("deep/".repeat(100))).unwrap(),
        _ => return None,
    })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

// Zip.

/// A zip file in memory.
pub fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, contents) in files {
        writer.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        writer.write_all(contents).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn zip_trick(name: &str, mut files: Files) -> Vec<u8> {
    let mut add = |name: &str, contents: &str| files.push((name.into(), contents.into()));
    match name {
        "" | "truncated" | "corrupt" | "encrypted" | "lies" | "headers" | "shares" => {}
        "dotdot" => add("labs/lab01/src/../../../../escaped.rs", "fn main() {}"),
        "absolute" => add("/tmp/escaped.rs", "fn main() {}"),
        "drive" => add("C:/labs/lab01/src/escaped.rs", "fn main() {}"),
        "backslash" => add("..\\..\\escaped.rs", "fn main() {}"),
        "twice" => add("labs/lab01/src/bin/sErver.rs", "fn main() {}"), // renamed below
        "twice-by-case" => add("labs/lab01/src/bin/Server.rs", "fn main() {}"),
        "twice-by-normalisation" => {
            add("labs/lab01/src/caf\u{e9}.rs", "");
            add("labs/lab01/src/cafe\u{301}.rs", "");
        }
        "control" => add("labs/lab01/src/\u{1b}[2J.rs", ""),
        "deep" => add(&format!("labs/lab01/src/{}x.rs", "deep/".repeat(100)), ""),
        "too-large" => add("labs/lab01/src/large.rs", &"/".repeat(257 << 10)),
        "too-large-together" => {
            for number in 0..9 {
                // Random, so that the ratio is not what is seen.
                let text: String = (0..250 << 10).map(|_| char::from(fastrand::u8(32..127))).collect();
                add(&format!("labs/lab01/src/part{number}.rs"), &text);
            }
        }
        "too-many" => (0..201).for_each(|number| add(&format!("labs/lab01/src/part{number}.rs"), "")),
        "too-many-entries" => (0..20_001).for_each(|number| add(&format!("more/{number}"), "")),
        "bomb" => (0..7).for_each(|number| {
            add(&format!("labs/lab01/src/part{number}.rs"), &"/".repeat(256 << 10));
        }),
        "ambiguous" => {
            let copies: Files =
                files.iter().map(|(name, text)| (format!("again/{name}"), text.clone())).collect();
            files =
                files.into_iter().map(|(name, text)| (format!("first/{name}"), text)).chain(copies).collect();
        }
        "in-a-zip" => files = vec![("submission.zip".into(), zip(&files))],
        "link" => return zip_with_link(&files),
        "unknown-method" => {
            let mut bytes = zip(&files);
            for at in headers(&bytes, SOURCE) {
                bytes[at.method] = 14; // LZMA
            }
            return bytes;
        }
        _ => panic!("there is no generator `zip-{name}`"),
    }
    let mut bytes = zip(&files);
    let [local, central] = match name {
        "twice" => return rename(bytes, "labs/lab01/src/bin/sErver.rs", SOURCE),
        "" => return bytes,
        _ => headers(&bytes, if name == "encrypted" { SOURCE } else { files[files.len() - 1].0.as_str() }),
    };
    match name {
        "truncated" => bytes.truncate(bytes.len() / 2),
        "corrupt" => bytes[central.crc] ^= 1,
        "encrypted" => [local, central].iter().for_each(|header| bytes[header.flags] |= 1),
        // Says that it is one byte long: a reader that believes it shows another file than one that does not.
        "lies" => [local, central]
            .iter()
            .for_each(|header| bytes[header.size..header.size + 4].copy_from_slice(&[1, 0, 0, 0])),
        "headers" => bytes[local.name] = b'x',
        "shares" => {
            let other = headers(&bytes, &files[0].0)[0].start;
            let offset = u32::try_from(other).unwrap().to_le_bytes();
            bytes[central.offset..central.offset + 4].copy_from_slice(&offset);
        }
        _ => {}
    }
    if name == "corrupt" {
        // Both headers agree, and the data does not.
        bytes[local.crc] ^= 1;
    }
    bytes
}

fn rename(mut bytes: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    for at in positions(&bytes, from.as_bytes()) {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    bytes
}

fn zip_with_link(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, contents) in files.iter().filter(|(name, _)| name != SOURCE) {
        writer.start_file(name.as_str(), options).unwrap();
        writer.write_all(contents).unwrap();
    }
    writer.add_symlink(SOURCE, "../../../../solutions/lab01/src/bin/server.rs", options).unwrap();
    writer.finish().unwrap().into_inner()
}

/// Where the fields of a header are.
#[derive(Clone, Copy)]
struct Fields {
    start: usize,
    flags: usize,
    method: usize,
    crc: usize,
    size: usize,
    name: usize,
    offset: usize,
}

/// The header before a file, and the one in the directory.
fn headers(bytes: &[u8], name: &str) -> [Fields; 2] {
    let at = positions(bytes, name.as_bytes());
    let (local, central) = (at[0] - 30, at[at.len() - 1] - 46);
    let fields = |start: usize, shift: usize, name: usize| Fields {
        start,
        flags: start + 6 + shift,
        method: start + 8 + shift,
        crc: start + 14 + shift,
        size: start + 22 + shift,
        name,
        offset: start + 42,
    };
    [fields(local, 0, local + 30), fields(central, 2, central + 46)]
}

fn positions(bytes: &[u8], text: &[u8]) -> Vec<usize> {
    (0..bytes.len().saturating_sub(text.len())).filter(|&at| bytes[at..].starts_with(text)).collect()
}

// Tar.

fn block(name: &str, kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len().min(100)].copy_from_slice(&name.as_bytes()[..name.len().min(100)]);
    header.set_mode(0o644);
    header.set_entry_type(kind);
    header.set_size(size);
    // The oldest time there is.
    header.set_mtime(0);
    header.set_cksum();
    header
}

fn push(bytes: &mut Vec<u8>, header: &Header, contents: &[u8]) {
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(contents);
    bytes.resize(bytes.len().div_ceil(512) * 512, 0);
}

fn push_file(bytes: &mut Vec<u8>, name: &str, contents: &[u8]) {
    push(bytes, &block(name, EntryType::Regular, contents.len() as u64), contents);
}

fn push_link(bytes: &mut Vec<u8>, name: &str, kind: EntryType, target: &str) {
    let mut header = block(name, kind, 0);
    header.set_link_name_literal(target).unwrap();
    header.set_cksum();
    push(bytes, &header, b"");
}

/// A pax header of one line.
fn push_pax(bytes: &mut Vec<u8>, key: &str, value: &str) {
    let rest = format!(" {key}={value}\n");
    let mut length = rest.len() + 1;
    while format!("{length}{rest}").len() != length {
        length += 1;
    }
    let line = format!("{length}{rest}");
    push(bytes, &block("pax", EntryType::XHeader, line.len() as u64), line.as_bytes());
}

/// A tar file in memory, not packed, without its end mark.
fn tar_open(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, contents) in files {
        push_file(&mut bytes, name, contents);
    }
    bytes
}

/// A tar file in memory, not packed.
pub fn tar(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = tar_open(files);
    bytes.extend([0; 1024]);
    bytes
}

fn tar_trick(name: &str, files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let without_source: Files = files.iter().filter(|(name, _)| name != SOURCE).cloned().collect();
    let mut bytes = tar_open(files);
    match name {
        "" => {}
        "dotdot" => push_file(&mut bytes, "labs/lab01/src/../../../../../escaped.rs", b""),
        "absolute" => push_file(&mut bytes, "/tmp/escaped.rs", b""),
        "twice" => push_file(&mut bytes, SOURCE, b"fn main() {}"),
        "link" | "hard-link" | "fifo" | "device" => {
            bytes = tar_open(&without_source);
            let kind = match name {
                "link" => EntryType::Symlink,
                "hard-link" => EntryType::Link,
                "fifo" => EntryType::Fifo,
                _ => EntryType::Char,
            };
            push_link(&mut bytes, SOURCE, kind, "/etc/passwd");
        }
        "link-then-file" => {
            bytes.clear();
            push_link(&mut bytes, "labs/lab01/src/bin", EntryType::Symlink, "/tmp");
            bytes.extend(tar_open(files));
        }
        "sparse" => {
            push_pax(&mut bytes, "GNU.sparse.realsize", "1099511627776");
            push_file(&mut bytes, "labs/lab01/src/sparse.rs", b"");
        }
        "two-sizes" => {
            push_pax(&mut bytes, "size", "1");
            push_file(&mut bytes, "labs/lab01/src/sizes.rs", b"fn main() {}");
        }
        "long-name" => {
            let name = "x".repeat(100 << 10);
            push(
                &mut bytes,
                &block("././@LongLink", EntryType::GNULongName, name.len() as u64),
                name.as_bytes(),
            );
            push_file(&mut bytes, "x", b"");
        }
        "trailing" => {
            bytes.extend([0; 1024]);
            push_file(&mut bytes, SOURCE, b"fn main() {}");
        }
        "truncated" => {
            let packed = gzip(&tar(files));
            return packed[..packed.len() / 2].to_vec();
        }
        "no-end" => return gzip(&bytes),
        "damaged" => bytes[150] ^= 1,
        "bomb" => return tar_bomb(&bytes),
        "in-a-tar" => bytes = tar_open(&[("submission.tar.gz".into(), gzip(&tar(files)))]),
        _ => panic!("there is no generator `tar-{name}`"),
    }
    bytes.extend([0; 1024]);
    bytes
}

/// 64 MiB of zeros in less than one packed.
fn tar_bomb(start: &[u8]) -> Vec<u8> {
    const SIZE: u64 = 64 << 20;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(start).unwrap();
    encoder.write_all(block("zeros", EntryType::Regular, SIZE).as_bytes()).unwrap();
    let zeros = vec![0; 1 << 20];
    (0..SIZE >> 20).for_each(|_| encoder.write_all(&zeros).unwrap());
    encoder.write_all(&[0; 1024]).unwrap();
    encoder.finish().unwrap()
}
