//! Recognises the holes of a starter in what a program says on standard error.

use std::path::{Component, Path, PathBuf};

use crate::failure::Hole;

/// What the panic of `todo!` begins with.
const HARD: &str = "not yet implemented: lab";
/// What `shared::still_to_do` begins with.
const SOFT: &str = "still to do: lab";

/// The hole that explains why a check of `task` failed.
///
/// A `todo!` ended the program, so it is always the reason. One that was only passed is the reason where the check is of its task or
/// of a later one: what comes before must work without it.
pub(crate) fn reached(errors: &str, task: u32) -> Option<Hole> {
    let hard = errors.find(HARD).and_then(|at| {
        let place = errors[..at].rsplit_once("panicked at ").map(|(_, place)| place);
        hole(&errors[at + HARD.len()..], place.and_then(tidy))
    });
    hard.or_else(|| {
        let mut passed =
            errors.match_indices(SOFT).filter_map(|(at, _)| hole(&errors[at + SOFT.len()..], None));
        passed.find(|hole| hole.task <= task)
    })
}

/// Reads `01 task 3: what is to be done` up to the end of the line.
fn hole(text: &str, place: Option<String>) -> Option<Hole> {
    let line = text.lines().next()?;
    let (_, after) = line.split_once(" task ")?;
    let (number, text) = after.split_once(':').unwrap_or((after, ""));
    Some(Hole { task: number.trim().parse().ok()?, text: text.trim().to_string(), place })
}

/// The place of a panic, `labs/lab01/src/bin/../endpoint.rs:14:5:`, as a person writes it: `labs/lab01/src/endpoint.rs:14`.
fn tidy(place: &str) -> Option<String> {
    let place = place.lines().next()?.trim_end_matches(':');
    let (place, _column) = place.rsplit_once(':')?;
    let mut path = PathBuf::new();
    for part in Path::new(place).components() {
        match part {
            Component::ParentDir => {
                path.pop();
            }
            other => path.push(other),
        }
    }
    Some(path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PANIC: &str = "\nthread 'main' (7) panicked at labs/lab01/src/bin/../endpoint.rs:14:5:\n\
                         not yet implemented: lab01 task 2: connect the socket\nnote: run";

    #[test]
    fn a_todo_tells_its_task_text_and_place() {
        let hole = reached(PANIC, 1).unwrap();
        assert_eq!((hole.task, hole.text.as_str()), (2, "connect the socket"));
        assert_eq!(hole.place.as_deref(), Some("labs/lab01/src/endpoint.rs:14"));
        assert_eq!(reached("not yet implemented", 1), None);
    }

    #[test]
    fn a_hole_that_was_passed_explains_its_own_task_and_later_ones() {
        let errors = "still to do: lab01 task 5: refuse\nstill to do: lab01 task 3: print the line\n";
        assert_eq!(reached(errors, 2), None);
        assert_eq!(reached(errors, 4).map(|hole| hole.task), Some(3));
        assert_eq!(reached(errors, 5).map(|hole| hole.text), Some("refuse".into()));
    }
}
