//! The book holds together: its table of contents, its links, and the sections that every chapter has.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use harness::manifest::{Manifest, anchor};

/// The sections of the chapter of a lab, in their order; the tasks stand before the checkpoint.
const SECTIONS: [&str; 10] = [
    "What you will be able to do",
    "Time and tools",
    "The idea",
    "What must always be true",
    "Predict before you code",
    "Checkpoint",
    "Said, tried, seen",
    "Questions to think about",
    "More to try",
    "What comes next",
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of the files of `src/` that are chapters.
fn chapters() -> BTreeSet<String> {
    let files =
        fs::read_dir(source()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    files
        .filter(|name| Path::new(name).extension().is_some_and(|it| it == "md") && name != "SUMMARY.md")
        .collect()
}

/// The chapters of labs, as `lab01` and its text.
fn lab_chapters() -> Vec<(String, String)> {
    let labs = chapters().into_iter().filter(|name| name.starts_with("lab"));
    labs.map(|name| (name.trim_end_matches(".md").to_string(), read(&source().join(&name)))).collect()
}

/// The folders of `labs/` that carry this file.
fn labs_with(file: &str) -> Vec<PathBuf> {
    let folders = fs::read_dir(workspace().join("labs")).unwrap().map(|entry| entry.unwrap().path());
    folders.map(|folder| folder.join(file)).filter(|path| path.is_file()).collect()
}

/// The lines outside code blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

/// The headings, without their `#`.
fn headings(text: &str) -> Vec<&str> {
    let lines = prose(text).filter(|line| line.starts_with('#'));
    lines.map(|line| line.trim_start_matches('#').trim()).collect()
}

/// The targets of the links `[text](target)`.
fn links(text: &str) -> Vec<&str> {
    let pieces = prose(text).flat_map(|line| line.split("](").skip(1));
    pieces.filter_map(|piece| piece.split_once(')')).map(|(target, _)| target).collect()
}

/// Why a link of this file leads nowhere.
fn broken(file: &Path, link: &str) -> Option<String> {
    let (path, fragment) = link.split_once('#').map_or((link, None), |(path, part)| (path, Some(part)));
    let target = if path.is_empty() { file.to_path_buf() } else { file.parent().unwrap().join(path) };
    if !target.exists() {
        return Some(format!("{}: `{link}` leads to no file", file.display()));
    }
    let fragment = fragment?;
    let text = read(&target);
    let found = headings(&text).into_iter().any(|heading| anchor(heading) == fragment);
    (!found).then(|| format!("{}: `{link}` leads to no heading", file.display()))
}

#[test]
fn the_summary_names_every_chapter_and_no_other() {
    let summary = read(&source().join("SUMMARY.md"));
    let named: BTreeSet<String> = links(&summary).into_iter().map(String::from).collect();
    assert_eq!(named, chapters());
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut files: Vec<PathBuf> = chapters().iter().map(|name| source().join(name)).collect();
    files.extend(labs_with("README.md"));
    let mut wrong = Vec::new();
    for file in files {
        let text = read(&file);
        let relative = links(&text).into_iter().filter(|link| !link.contains("://"));
        wrong.extend(relative.filter_map(|link| broken(&file, link)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_chapter_of_a_lab_has_its_sections_in_order() {
    for (lab, text) in lab_chapters() {
        let mut left = headings(&text).into_iter();
        for section in SECTIONS {
            assert!(
                left.any(|heading| heading == section),
                "{lab}.md lacks `{section}`, or has it too early"
            );
        }
    }
}

#[test]
fn every_task_has_its_heading_before_the_checkpoint() {
    for (lab, text) in lab_chapters() {
        let headings = headings(&text);
        let tasks = headings.iter().filter(|heading| heading.starts_with("Task ")).count();
        let manifest = workspace().join("labs").join(&lab).join("lab.toml");
        let manifest = manifest.is_file().then(|| manifest_of(&manifest));
        let expected = manifest.as_ref().map_or(tasks, |manifest| manifest.tasks.len());
        assert!(tasks > 0 && tasks == expected, "{lab}.md has {tasks} tasks, its lab.toml {expected}");
        let mut left = headings.into_iter().take_while(|heading| *heading != "Checkpoint");
        for number in 1..=tasks {
            let begin = format!("Task {number}:");
            let heading = left.find(|heading| heading.starts_with(&begin));
            let heading = heading.unwrap_or_else(|| panic!("{lab}.md lacks `{begin} …`"));
            let title =
                manifest.as_ref().map_or(heading, |manifest| manifest.tasks[number - 1].title.as_str());
            assert!(heading.ends_with(title), "{lab}.md has `{heading}`, and lab.toml calls it `{title}`");
        }
    }
}

/// A failing check sends its reader to a section of the chapter; it must be there, by the same words.
#[test]
fn every_section_that_a_check_names_is_in_its_chapter() {
    for path in labs_with("lab.toml") {
        let manifest = manifest_of(&path);
        let text = read(&source().join(&manifest.chapter));
        let headings = headings(&text);
        for check in &manifest.checks {
            assert!(
                headings.contains(&check.section.as_str()),
                "{} lacks the section `{}` that the check {} names",
                manifest.chapter,
                check.section,
                check.name
            );
        }
    }
}

fn manifest_of(path: &Path) -> Manifest {
    Manifest::parse(&read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
