//! Text for a terminal: labelled paragraphs, folded to a width.

use std::fmt::Write as _;

/// How wide the text is, in columns.
const WIDTH: usize = 100;
/// Where the text of a labelled paragraph begins.
const INDENT: usize = 10;

/// A label and its text, folded to the width; each line of the text begins a new line.
pub fn paragraph(text: &mut String, label: &str, body: &str) {
    let indent = if label.is_empty() { 0 } else { INDENT };
    let mut label = label;
    for line in body.lines() {
        // A line that is indented in itself keeps its indentation where it is folded.
        let own = line.len() - line.trim_start().len();
        for piece in fold(line.trim_start(), WIDTH - indent - own) {
            let _ = writeln!(text, "{label:indent$}{:own$}{piece}", "");
            label = "";
        }
    }
}

/// Folds a line at blanks; a word that is too long stays whole.
fn fold(line: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        let last = lines.last().map_or(0, |line| line.chars().count());
        if last > 0 && last + 1 + word.chars().count() > width {
            lines.push(word.to_string());
        } else if let Some(line) = lines.last_mut() {
            if last > 0 {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_is_folded_under_its_label() {
        let mut text = String::new();
        paragraph(&mut text, "Seen", &"word ".repeat(40));
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(text.starts_with("Seen      word word"), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with("          word")), "{text}");
    }
}
