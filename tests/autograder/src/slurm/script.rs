//! The script that Slurm runs for each part: readable, and the same for all of them.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

/// What a shell reads as this one word, whatever is in it.
pub fn quote(word: &OsStr) -> Vec<u8> {
    // The only error there is would be a NUL, which no path and no argument can hold.
    let quoted = shlex::bytes::Quoter::new().allow_nul(true).quote(word.as_bytes());
    quoted.map_or_else(|_| word.as_bytes().to_vec(), Cow::into_owned)
}

/// The same for people: as text.
pub fn quoted(words: &[OsString]) -> String {
    let words: Vec<String> =
        words.iter().map(|word| String::from_utf8_lossy(&quote(word)).into_owned()).collect();
    words.join(" ")
}

/// The script: `words` is the command of a part, in which [`PART`] stands for the part's number.
pub fn script(root: &Path, parts: usize, words: &[OsString]) -> Vec<u8> {
    let mut text = format!(
        "#!/bin/sh\n\
         # Judges one part of a class. `cargo grade slurm` submits this as an array of {parts} tasks, and the journal of a part goes on\n\
         # wherever it was left, so it may be run again at any time. Part 2 by hand, without Slurm: sh THIS-FILE 2\n\
         part=${{1:-${{SLURM_ARRAY_TASK_ID:?which part?}}}}\n\
         echo \"== part $part of {parts} on $(uname -n), restarted ${{SLURM_RESTART_COUNT:-0}} times\"\n\
         # What the submitting machine has for temporary files is not always here.\n\
         [ -d \"${{TMPDIR:-/tmp}}\" ] || unset TMPDIR\n\
         unset RUST_BACKTRACE\n\
         LAB_ROOT="
    )
    .into_bytes();
    text.extend(quote(root.as_os_str()));
    text.extend(b"\nexport LAB_ROOT\nexec");
    for word in words {
        text.extend(b" ");
        // The part's number stands outside the quotes.
        let pieces: Vec<Vec<u8>> = split(word.as_bytes(), PART.as_bytes())
            .into_iter()
            .map(|piece| if piece.is_empty() { Vec::new() } else { quote(&OsString::from_vec(piece)) })
            .collect();
        match pieces.as_slice() {
            [one] if one.is_empty() => text.extend(b"''"),
            _ => text.extend(pieces.join(&b"\"$part\""[..])),
        }
    }
    text.push(b'\n');
    text
}

/// Stands for the part's number in the words of [`script`]: no path and no option can hold a NUL.
pub const PART: &str = "\0";

fn split(text: &[u8], at: &[u8]) -> Vec<Vec<u8>> {
    text.split(|byte| at.contains(byte)).map(<[u8]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_shell_reads_back_each_word_whatever_is_in_it() {
        let words =
            ["plain", "", "a b", "it's", "\"$HOME\" `ls` $(ls)", "back\\slash\nnewline", "-n", "*", "%a"];
        let words: Vec<OsString> = words.into_iter().map(OsString::from).collect();
        let mut line = b"printf '%s\\0'".to_vec();
        for word in &words {
            line.push(b' ');
            line.extend(quote(word));
        }
        let output = Command::new("sh").arg("-c").arg(OsString::from_vec(line)).output().unwrap();
        let expected: Vec<u8> = words.iter().flat_map(|word| [word.as_bytes(), b"\0"].concat()).collect();
        assert_eq!(output.stdout, expected);
    }

    #[test]
    fn the_script_calls_its_command_with_the_number_of_the_part() {
        let folder = tempfile::tempdir().unwrap();
        let words = ["printf", "%s|", "it's/parts/\0", "\0/3", "a b", ""].map(OsString::from);
        let path = folder.path().join("a script's");
        std::fs::write(&path, script(Path::new("/a b's"), 3, &words)).unwrap();
        let output = Command::new("sh").arg(&path).env("SLURM_ARRAY_TASK_ID", "2").output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let (first, second) = text.split_once('\n').unwrap();
        assert!(first.starts_with("== part 2 of 3 on "), "{first}");
        assert_eq!(second, "it's/parts/2|2/3|a b||");
        let output =
            Command::new("sh").arg(&path).arg("3").env_remove("SLURM_ARRAY_TASK_ID").output().unwrap();
        assert!(output.stdout.ends_with(b"it's/parts/3|3/3|a b||"));
        assert!(!Command::new("sh").arg(&path).env_remove("SLURM_ARRAY_TASK_ID").status().unwrap().success());
    }
}
