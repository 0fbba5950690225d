//! The roster: who is in the class, under which name the file came, and when it was handed in.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use jiff::Timestamp;
use serde::Deserialize;

/// The students of a class, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// One row for each student.
    pub rows: Vec<Row>,
}

/// One student.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The student's name, as it shall stand in the reports.
    pub student: String,
    /// The name of the file or folder handed in, with its ending or without; a `*` at its end stands for anything. The student's name where
    /// the column is empty or not there.
    pub submission: String,
    /// When it was handed in, in seconds since 1970.
    pub submitted: Option<i64>,
}

/// A row as it is written.
#[derive(Deserialize)]
struct Line {
    student: String,
    #[serde(default)]
    submission: String,
    #[serde(default)]
    submitted: String,
}

impl Roster {
    /// Reads `roster.csv`: columns `student`, `submission`, and if wanted `submitted` in RFC 3339, as in `2026-03-01T23:59:00+02:00`.
    /// Columns with other names are left alone.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let file =
            File::open(path).with_context(|| format!("the roster {} cannot be opened", path.display()))?;
        Self::parse(file).with_context(|| format!("the roster {} is wrong", path.display()))
    }

    /// Reads the text of a roster.
    pub fn parse(text: impl Read) -> anyhow::Result<Self> {
        let mut rows = Vec::new();
        let mut lines: BTreeMap<String, usize> = BTreeMap::new();
        // Spreadsheets put a byte order mark before the first column's name.
        let mut bytes = Vec::new();
        let mut text = text;
        text.read_to_end(&mut bytes).context("it cannot be read")?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
        let headers = reader.headers().context("its first line cannot be read")?;
        if !headers.iter().any(|header| header == "student") {
            bail!("its first line must name the columns `student,submission` and, if wanted, `submitted`");
        }
        for (number, line) in reader.deserialize::<Line>().enumerate() {
            let number = number + 2;
            let line = line.with_context(|| format!("line {number} cannot be read"))?;
            if line.student.is_empty() {
                bail!("line {number} names no student");
            }
            if let Some(other) = lines.insert(line.student.clone(), number) {
                bail!("lines {other} and {number} name the same student, {}", line.student);
            }
            let submitted = match line.submitted.as_str() {
                "" => None,
                text => Some(time(text).with_context(|| format!("line {number}"))?),
            };
            let submission = if line.submission.is_empty() { line.student.clone() } else { line.submission };
            rows.push(Row { student: line.student, submission, submitted });
        }
        Ok(Self { rows })
    }
}

fn time(text: &str) -> anyhow::Result<i64> {
    let time: Timestamp = text.parse().with_context(|| {
        format!("`{text}` is no time; write it as 2026-03-01T23:59:00+02:00, with its zone")
    })?;
    Ok(time.as_second())
}
