//! What a check says when it fails, and the way such a failure leaves the check.
//!
//! A failure is thrown with [`std::panic::resume_unwind`]: that ends the test as failed without the panic hook, so no
//! backtrace and no `left == right` reaches the student. `check` catches it and prints it.

use serde::{Deserialize, Serialize};

/// A known way to get it wrong: the thought behind it, and what to read about it.
///
/// The name is that of the folder under `tests/mistakes/labNN/` which proves that the check catches it.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Its name, as in `answers-once`.
    pub name: &'static str,
    /// The thought behind it, why it is wrong and what to do instead, in a few sentences to the student.
    pub says: &'static str,
    /// The heading in the lab's chapter that explains it; where empty, the section of the check.
    pub section: &'static str,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The program does what the check asks.
    Passed,
    /// It does something else.
    Failed,
    /// It never came to it: a wait reached its deadline.
    Hung,
    /// It reached a `todo!`: the task is not done yet.
    Todo,
    /// The check was not run, because one of the same task hung before.
    NotRun,
    /// The check could not be carried out; that is the machine's or the harness's fault, not the student's.
    Error,
}

impl Outcome {
    /// True where the points are earned.
    pub fn is_green(self) -> bool {
        self == Self::Passed
    }
}

/// Why a check failed.
#[derive(Debug)]
pub struct Failure {
    /// How the check ended.
    pub outcome: Outcome,
    /// What was expected, in a sentence without its full stop.
    pub expected: String,
    /// What was seen instead; may have several lines.
    pub seen: String,
    /// The likely thought behind it.
    pub mistake: Option<&'static Mistake>,
    /// The hole that was reached, where that is why.
    pub todo: Option<Hole>,
}

/// A hole of the starter that a program reached.
///
/// A `todo!("labNN task K: …")` ends the program there; `shared::still_to_do("labNN task K: …")` only says so on standard
/// error, where a program must be able to go on for the tasks before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    /// The task it belongs to.
    pub task: u32,
    /// What is to be done, as the hole says it.
    pub text: String,
    /// Its file and line, as in `labs/lab01/src/endpoint.rs:14`; none where only the text is known.
    pub place: Option<String>,
}

impl Failure {
    /// A plain failure.
    pub fn new(expected: impl Into<String>, seen: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Failed,
            expected: expected.into(),
            seen: seen.into(),
            mistake: None,
            todo: None,
        }
    }

    /// The check could not be carried out.
    pub fn error(seen: impl Into<String>) -> Self {
        Self { outcome: Outcome::Error, ..Self::new("the check to be carried out", seen) }
    }

    /// Leaves the check with this failure.
    pub fn throw(self) -> ! {
        std::panic::resume_unwind(Box::new(self))
    }
}

/// Bytes as a person reads them: quoted text where they are text, hexadecimal where they are not.
///
/// At most 60 characters are shown, and control characters are escaped, so that nothing a program sends can
/// steer the reader's terminal.
pub fn show(bytes: &[u8]) -> String {
    show_up_to(bytes, 60)
}

/// The same with another limit than 60 characters.
pub fn show_up_to(bytes: &[u8], most: usize) -> String {
    match std::str::from_utf8(bytes) {
        Ok("") => "an empty frame".into(),
        Ok(text) => {
            let escaped: String = text.chars().flat_map(escape).collect();
            let cut: String = escaped.chars().take(most).collect();
            let more = if cut.len() < escaped.len() {
                format!("… ({} bytes)", bytes.len())
            } else {
                String::new()
            };
            format!("`{cut}`{more}")
        }
        Err(_) => {
            let cut: String = bytes.iter().take(most / 3).map(|byte| format!("{byte:02x} ")).collect();
            let more = if bytes.len() > most / 3 { "…" } else { "" };
            let cut = cut.trim_end();
            match bytes.len() {
                1 => format!("1 byte that is not text: {cut}"),
                count => format!("{count} bytes that are not text: {cut}{more}"),
            }
        }
    }
}

/// A character as it may be printed: itself, or its escape where it is a control character or a quote in our quotes.
fn escape(character: char) -> Vec<char> {
    if character.is_control() { character.escape_default().collect() } else { vec![character] }
}

/// Several frames as a person reads them.
pub fn show_frames<T: AsRef<[u8]>>(frames: &[T]) -> String {
    match frames {
        [only] => show(only.as_ref()),
        _ => format!("[{}]", frames.iter().map(|frame| show(frame.as_ref())).collect::<Vec<_>>().join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_never_reach_the_terminal() {
        assert_eq!(show(b"a\x1b[31m\n"), "`a\\u{1b}[31m\\n`");
    }

    #[test]
    fn long_text_is_cut_with_its_length() {
        let shown = show("я".repeat(500).as_bytes());
        assert!(shown.ends_with("… (1000 bytes)"), "{shown}");
        assert!(shown.chars().count() < 80);
    }

    #[test]
    fn bytes_that_are_not_text_are_shown_in_hexadecimal() {
        assert_eq!(show(&[0xff]), "1 byte that is not text: ff");
        assert_eq!(show(&[0xff, 0]), "2 bytes that are not text: ff 00");
    }
}
