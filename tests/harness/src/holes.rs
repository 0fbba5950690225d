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
        let place = errors[..at].rsplit_once("panicked at ").and_then(|(_, place)| place.lines().next());
        // A panic says the column as well, and a colon behind it.
        let place = place.and_then(|place| place.trim_end_matches(':').rsplit_once(':'));
        hole(&errors[at + HARD.len()..], place.map(|(place, _column)| tidy(place)))
    });
    hard.or_else(|| {
        let mut passed = errors.match_indices(SOFT).filter_map(|(at, _)| {
            let line = errors[at + SOFT.len()..].lines().next()?;
            match line.strip_suffix(']').and_then(|line| line.rsplit_once(" [")) {
                Some((line, place)) => hole(line, Some(tidy(place))),
                None => hole(line, None),
            }
        });
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

/// A place as the compiler writes it, `labs/lab01/src/bin/../endpoint.rs:14`, as a person does: `labs/lab01/src/endpoint.rs:14`.
fn tidy(place: &str) -> String {
    let mut path = PathBuf::new();
    for part in Path::new(place).components() {
        match part {
            Component::ParentDir => {
                path.pop();
            }
            other => path.push(other),
        }
    }
    path.display().to_string()
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
        let errors = "still to do: lab01 task 5: refuse\nstill to do: lab01 task 3: print the line [labs/lab01/src/bin/../print.rs:7]\n";
        assert_eq!(reached(errors, 2), None);
        let third =
            Hole { task: 3, text: "print the line".into(), place: Some("labs/lab01/src/print.rs:7".into()) };
        assert_eq!(reached(errors, 4), Some(third));
        assert_eq!(reached(errors, 5).map(|hole| (hole.text, hole.place)), Some(("refuse".into(), None)));
    }
}
