//! `gradebook.csv`: one row per student and lab.

use std::io::Write;

use super::class::{Class, Lab, Work, hundredths};
use super::visible;

/// Writes the table.
pub(super) fn write(class: &Class<'_>, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut table =
        csv::WriterBuilder::new().quote_style(csv::QuoteStyle::NonNumeric).from_writer(Vec::new());
    table.write_record(header(class))?;
    for (student, work) in class.works() {
        let lab = class.lab(work);
        let mut row = vec![cell(student.name), cell(lab.name), work.verdict().words().into()];
        for other in &class.labs {
            if other.name == lab.name {
                row.extend(points(lab, work));
            } else {
                row.extend(other.checks.iter().map(|_| String::new()));
            }
        }
        row.push(work.total().map_or_else(String::new, |total| total.to_string()));
        row.push(work.max(lab).to_string());
        row.push(work.late.days().map_or_else(String::new, |days| days.to_string()));
        row.push(work.late.days().map_or_else(String::new, |_| hundredths(work.late.penalty().into())));
        row.push(work.final_hundredths().map_or_else(String::new, hundredths));
        row.push(cell(&work.reason()));
        table.write_record(row)?;
    }
    let bytes = table.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(out.write_all(&bytes)?)
}

fn header(class: &Class<'_>) -> Vec<String> {
    let mut header: Vec<String> = ["student", "lab", "outcome"].map(String::from).into();
    for lab in &class.labs {
        let one = class.labs.len() == 1;
        let name = |check: &str| if one { cell(check) } else { cell(&format!("{}/{check}", lab.name)) };
        header.extend(lab.checks.iter().map(|check| name(check.name)));
    }
    header.extend(["total", "max", "late_days", "penalty", "final", "reason"].map(String::from));
    header
}

/// The points of each check: empty where they are not known, which is not the same as none.
fn points(lab: &Lab<'_>, work: &Work<'_>) -> Vec<String> {
    let one = |name: &str| match work.check(name) {
        _ if !work.is_judged() => String::new(),
        Some(check) => check.earned().to_string(),
        // It never came to the checks: not built, rejected, missing.
        None if work.entry.checks.is_empty() => "0".into(),
        // The check is newer than the judgement.
        None => String::new(),
    };
    lab.checks.iter().map(|check| one(check.name)).collect()
}

/// A text that no spreadsheet takes for a formula, and no terminal for an order: `'` stands before what would begin one, also
/// behind marks at which some programs begin a new cell, and control characters are shown.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut begins = true;
    for char in text.chars() {
        let starts_formula = matches!(char, '=' | '+' | '-' | '@' | '\t' | '\r' | '＝' | '＋' | '－' | '＠');
        if begins && starts_formula {
            out.push('\'');
        }
        begins = matches!(char, ';' | '\n' | '\t' | '\r') || (begins && char == ' ');
        out.push(char);
    }
    visible::line(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_a_formula() {
        for (text, shown) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\\t'=1"),
            ("\r=1", "'\\r'=1"),
            (" =1", " '=1"),
            ("a;=1", "a;'=1"),
            ("a-b=c", "a-b=c"),
            ("O'Neill, \"Jo\"", "O'Neill, \"Jo\""),
            ("a\x1b[31m", "a\\x1b[31m"),
        ] {
            assert_eq!(cell(text), shown);
        }
    }
}
