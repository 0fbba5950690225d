//! The journal: a file with one line for every answer, from which the account is made again after a death.
//!
//! A line is `ok`, the balance and the id, or `error`, the reason and the id, with tabs between them. The id stands last,
//! because it may hold tabs itself. A line counts once its newline is there.
//!
//! The server includes this file; it is no program itself.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use shared::Error;

use super::account::{Account, Answer};

/// An open journal.
pub struct Journal {
    file: File,
    path: PathBuf,
    /// How many bytes of the file are whole lines.
    length: u64,
}

impl Journal {
    /// Opens the journal, makes it where there is none, and gives the account that its lines tell of.
    pub fn open(path: &Path) -> Result<(Self, Account), Error> {
        let failed = |act: &'static str| move |why| Error::file(act, path, &why);
        let mut options = OpenOptions::new();
        let file = options.read(true).append(true).create(true).open(path).map_err(failed("open"))?;
        let bytes = read(&file).map_err(failed("read"))?;

        // What stands behind the last newline was being written when the server died, so nobody has its answer.
        let length = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        let account = replay(&bytes[..length]).map_err(|why| broken(path, why))?;
        if length < bytes.len() {
            file.set_len(length as u64).map_err(failed("shorten"))?;
        }
        Ok((Self { file, path: path.into(), length: length as u64 }, account))
    }

    /// Writes one answer and waits until the disk has it.
    pub fn append(&mut self, id: &str, answer: &Answer) -> Result<(), Error> {
        let line = line_of(id, answer);
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        match written {
            Ok(()) => self.length += line.len() as u64,
            // Half of the line may be there. The next one must not stand behind it.
            Err(_) => drop(self.file.set_len(self.length)),
        }
        written.map_err(|why| Error::file("write to", &self.path, &why))
    }
}

/// The account that these lines tell of, or which of them is broken.
fn replay(lines: &[u8]) -> Result<Account, String> {
    let mut account = Account::default();
    for (number, line) in lines.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let (id, answer) = parse(line).ok_or_else(|| format!("line {} is broken", number + 1))?;
        account.remember(id, answer);
    }
    Ok(account)
}

/// An answer as a line of the journal.
fn line_of(id: &str, answer: &Answer) -> String {
    match answer {
        Answer::Paid { balance } => format!("ok\t{balance}\t{id}\n"),
        Answer::Refused { why } => format!("error\t{why}\t{id}\n"),
    }
}

/// The id and the answer of a line; none where it is broken.
fn parse(line: &[u8]) -> Option<(String, Answer)> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (kind, rest) = line.split_once('\t')?;
    let (what, id) = rest.split_once('\t')?;
    let answer = match kind {
        "ok" => Answer::Paid { balance: what.parse().ok()? },
        _ => Answer::refused(what),
    };
    Some((id.into(), answer))
}

/// All that the file holds now. A device such as `/dev/full` says that it holds nothing, and would be read for ever.
fn read(file: &File) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(file.metadata()?.len()).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn broken(path: &Path, why: String) -> Error {
    Error::Io { act: "read".into(), object: path.display().to_string(), why }
}
