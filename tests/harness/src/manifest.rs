//! `lab.toml`: what a lab is called, which tasks and checks it has, what they are worth and how to hint at them.
//!
//! Both the suites and the `lab` command read it; nothing else lists the checks of a lab.

use serde::{Deserialize, Serialize};

/// One lab, as its `lab.toml` tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The lab's title, as in `First sockets: ping and pong`.
    pub title: String,
    /// The chapter's file in `docs/src`.
    pub chapter: String,
    /// The programs of the lab, by role, as in `server`.
    pub roles: Vec<String>,
    /// How long the lab takes somebody who knows basic Rust, in minutes.
    pub minutes: u32,
    /// The tasks, in the order in which they are done.
    #[serde(rename = "task")]
    pub tasks: Vec<Task>,
    /// The checks, in the order in which they run.
    #[serde(rename = "check")]
    pub checks: Vec<CheckEntry>,
    /// How `cargo lab trace` starts the programs, in this order.
    #[serde(default)]
    pub trace: Vec<TraceEntry>,
}

/// One program of `cargo lab trace`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraceEntry {
    /// Which program.
    pub role: String,
    /// Its name in the timeline; the role's where it is left out.
    #[serde(default)]
    pub name: Option<String>,
    /// Its arguments. `{NAME}` stands for where the program of that name has bound, through a tap; `{NAME.SOCKET}` for one of
    /// several sockets; `{folder}` for a folder that is empty at the start.
    pub arguments: Vec<String>,
    /// What is typed to it, line by line, when it has started.
    #[serde(default)]
    pub input: Vec<String>,
    /// How many subscriptions must be known to their publishers, over all links, before it is typed: a PUB throws away what
    /// nobody has subscribed to yet.
    #[serde(default)]
    pub after_subscriptions: u64,
    /// What is typed to it later: each line when nothing has happened for a moment. Its input stays open, and where no program ends by itself, the
    /// trace is over when the last line has had its effect.
    #[serde(default)]
    pub later: Vec<String>,
    /// True where the program ends by itself; the trace is over when all of these have ended.
    #[serde(default)]
    pub ends: bool,
}

impl TraceEntry {
    /// Its name in the timeline.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.role)
    }
}

/// One task of a lab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Its number, from 1.
    pub number: u32,
    /// What is to be done, in a few words.
    pub title: String,
    /// The file to edit, relative to the lab's folder.
    pub file: String,
    /// The size of the reference's answer, in lines of code.
    pub lines: u32,
    /// True for an extra task: it carries points and is not needed for green by core.
    #[serde(default)]
    pub further: bool,
}

/// One check of a lab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckEntry {
    /// The name of its test, which begins with its task as in `t1_answers_a_ping_with_pong`.
    pub name: String,
    /// The task it belongs to.
    pub task: u32,
    /// What it is worth.
    pub points: u32,
    /// The heading in the chapter under which its idea is explained.
    pub section: String,
    /// From a nudge to nearly the answer.
    pub hints: [String; 3],
    /// The misconception that it settles, where it settles one.
    #[serde(default)]
    pub settles: Option<String>,
}

impl Manifest {
    /// Reads the text of a `lab.toml`; the error says what is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        let manifest: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        manifest.validate()?;
        Ok(manifest)
    }

    fn validate(&self) -> Result<(), String> {
        for check in &self.checks {
            let prefix = format!("t{}_", check.task);
            if !check.name.starts_with(&prefix) {
                return Err(format!(
                    "check `{}` belongs to task {}, so its name must begin with `{prefix}`",
                    check.name, check.task
                ));
            }
            if self.task(check.task).is_none() {
                return Err(format!(
                    "check `{}` belongs to task {}, which is not listed",
                    check.name, check.task
                ));
            }
        }
        if let Some(entry) = self.trace.iter().find(|entry| !self.roles.contains(&entry.role)) {
            return Err(format!(
                "trace names the role `{}`, and the roles are {}",
                entry.role,
                self.roles.join(", ")
            ));
        }
        Ok(())
    }

    /// The check of this name.
    pub fn check(&self, name: &str) -> Option<&CheckEntry> {
        self.checks.iter().find(|check| check.name == name)
    }

    /// The task of this number.
    pub fn task(&self, number: u32) -> Option<&Task> {
        self.tasks.iter().find(|task| task.number == number)
    }

    /// The first check of a task, in the order of the file.
    pub fn first_check_of(&self, task: u32) -> Option<&CheckEntry> {
        self.checks.iter().find(|check| check.task == task)
    }

    /// The checks that green by core asks for: those of tasks that are not `further`.
    pub fn core_checks(&self) -> impl Iterator<Item = &CheckEntry> {
        self.checks.iter().filter(|check| self.task(check.task).is_none_or(|task| !task.further))
    }
}

/// The fragment under which a heading of the book is reached: lower case, words joined by `-`, as mdBook makes it.
pub fn anchor(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter_map(|character| match character {
            ' ' => Some('-'),
            '-' | '_' => Some(character),
            _ if character.is_alphanumeric() => Some(character),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        title = "T"
        chapter = "lab01.md"
        roles = ["server"]
        minutes = 30
        [[task]]
        number = 1
        title = "Serve"
        file = "src/bin/server.rs"
        lines = 9
        [[check]]
        name = "t1_serves"
        task = 1
        points = 2
        section = "Serving"
        hints = ["a", "b", "c"]
    "#;

    #[test]
    fn a_check_without_its_task_is_refused() {
        assert!(Manifest::parse(TEXT).is_ok());
        let error = Manifest::parse(&TEXT.replace("task = 1\n", "task = 2\n")).unwrap_err();
        assert!(error.contains("must begin with `t2_`"), "{error}");
    }

    #[test]
    fn a_misspelt_key_is_named() {
        let error = Manifest::parse(&TEXT.replace("points", "pionts")).unwrap_err();
        assert!(error.contains("pionts"), "{error}");
    }

    #[test]
    fn anchors_are_those_of_the_book() {
        assert_eq!(anchor("Who binds? `tcp://*`, and why"), "who-binds-tcp-and-why");
    }
}
