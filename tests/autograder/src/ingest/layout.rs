//! Which of the files count for which lab.
//!
//! `labs/lab01/src/…` counts, below whatever folders an archive has above it; else a lone `lab01/src/…`; else, where one lab only is asked for and
//! nothing names another, a lone `src/…`. Where two places are as good as each other, nobody can know which is meant, and that is said.

use std::collections::{BTreeMap, BTreeSet};

use super::{Caps, Item, Kind, MOST_IGNORED, name};

/// A file to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    /// Its place in the listing.
    pub(super) item: usize,
    /// Its path below the lab's folder.
    pub(super) path: String,
}

/// For one lab: what is to be taken, nothing where there is nothing; or why none of it is.
pub(super) type Plan = Result<Vec<File>, String>;

/// Plans what to take for each lab, and names what is ignored.
pub(super) fn plan(items: &[Item], labs: &[String], caps: &Caps) -> (BTreeMap<String, Plan>, Vec<String>) {
    let mut plans: BTreeMap<String, Plan> =
        labs.iter().map(|lab| (lab.clone(), plan_lab(items, lab, labs.len() == 1, caps))).collect();
    if plans.values().all(|plan| plan.as_ref().is_ok_and(Vec::is_empty)) {
        if let Some(why) = misplaced(items, labs) {
            for plan in plans.values_mut() {
                *plan = Err(why.clone());
            }
        }
    }
    let taken: BTreeSet<usize> =
        plans.values().filter_map(|plan| plan.as_ref().ok()).flatten().map(|file| file.item).collect();
    (plans, ignored(items, &taken))
}

fn plan_lab(items: &[Item], lab: &str, is_only: bool, caps: &Caps) -> Plan {
    match base(items, lab, is_only)? {
        Some(base) => take(items, &base, caps),
        None => Ok(Vec::new()),
    }
}

/// The lab's `src` folder, in parts.
fn base(items: &[Item], lab: &str, is_only: bool) -> Result<Option<Vec<String>>, String> {
    let names_a_lab = |item: &Item| item.path.iter().any(|part| part == "labs" || is_a_lab(part));
    let mut shapes = vec![vec!["labs", lab, "src"], vec![lab, "src"]];
    if is_only && !items.iter().any(names_a_lab) {
        shapes.push(vec!["src"]);
    }
    for shape in shapes {
        let places: BTreeSet<Vec<String>> = items.iter().filter_map(|item| place(item, &shape)).collect();
        let Some(shortest) = places.iter().map(Vec::len).min() else { continue };
        let mut best = places.iter().filter(|place| place.len() == shortest);
        let (first, second) = (best.next(), best.next());
        if let (Some(first), Some(second)) = (first, second) {
            let [first, second] = [first, second].map(|place| name::shown(&place.join("/")));
            return Err(format!(
                "holds {lab} twice, as {first} and {second}, and nobody can know which is meant"
            ));
        }
        return Ok(first.cloned());
    }
    Ok(None)
}

fn is_a_lab(part: &str) -> bool {
    part.strip_prefix("lab")
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The `src` folder that an item speaks for: a source file by lying in it; what is neither file nor folder also by standing in its way.
fn place(item: &Item, shape: &[&str]) -> Option<Vec<String>> {
    let path = &item.path;
    let is_odd = matches!(item.kind, Kind::Odd(_));
    (0..path.len()).find_map(|at| {
        let same = path[at..].iter().zip(shape).take_while(|(part, wanted)| part == *wanted).count();
        let is_in_it = same == shape.len() && at + same < path.len() && (is_source(item) || is_odd);
        let is_in_the_way = same > 0 && at + same == path.len() && is_odd;
        let above = path[..at].iter().cloned();
        (is_in_it || is_in_the_way).then(|| above.chain(shape.iter().map(ToString::to_string)).collect())
    })
}

fn is_source(item: &Item) -> bool {
    item.kind == Kind::File && item.path.last().is_some_and(|last| name::is_rust(last))
}

/// All sources below `src`; an error if something there, or on the way there, is not as it should be.
fn take(items: &[Item], src: &[String], caps: &Caps) -> Plan {
    let mut files = Vec::new();
    let mut all = 0_u64;
    let mut keys: BTreeMap<String, String> = BTreeMap::new();
    for (number, item) in items.iter().enumerate() {
        let shown = name::shown(&item.path.join("/"));
        let is_below = item.path.len() > src.len() && item.path.starts_with(src);
        let is_above = src.starts_with(&item.path);
        match item.kind {
            Kind::Odd(what) if is_below || is_above => {
                return Err(format!("{shown} is {what}; hand in files only"));
            }
            Kind::File if is_above => return Err(format!("{shown} is a file, and must be a folder")),
            Kind::File if is_below && is_source(item) => {}
            _ => continue,
        }
        let below = &item.path[src.len()..];
        if let Some(flaw) = below.iter().find_map(|part| name::flaw(part)) {
            return Err(format!("{shown} {flaw}"));
        }
        if item.size > caps.source {
            return Err(format!(
                "{shown} is too large: {}, more than {}",
                bytes(item.size),
                bytes(caps.source)
            ));
        }
        all += item.size;
        let path = format!("src/{}", below.join("/"));
        if let Some(other) = keys.insert(name::key(&path), path.clone()) {
            return Err(if other == path {
                format!("{shown} is there twice")
            } else {
                format!(
                    "{} and {} are the same file on some computers",
                    name::shown(&other),
                    name::shown(&path)
                )
            });
        }
        files.push(File { item: number, path });
    }
    if files.len() > caps.sources {
        return Err(format!("too many source files: {}, more than {}", files.len(), caps.sources));
    }
    if all > caps.all {
        return Err(format!(
            "the source files are too large: {} together, more than {}",
            bytes(all),
            bytes(caps.all)
        ));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    if let Some(pair) = files.windows(2).find(|pair| pair[1].path.starts_with(&format!("{}/", pair[0].path)))
    {
        return Err(format!("{} is a file and also a folder", name::shown(&pair[0].path)));
    }
    Ok(files)
}

/// A size in words.
pub(super) fn bytes(size: u64) -> String {
    match size {
        0..=9_999 => format!("{size} bytes"),
        10_000..=9_999_999 => format!("{} KiB", size >> 10),
        _ => format!("{} MiB", size >> 20),
    }
}

/// What is wrong with a submission that has sources, or archives, but none where a lab's are; nothing where it has neither, or is another lab's.
fn misplaced(items: &[Item], labs: &[String]) -> Option<String> {
    let files = || items.iter().filter(|item| item.kind == Kind::File);
    let last = |item: &Item| item.path.last().cloned().unwrap_or_default();
    let hint = format!("the sources must be in labs/{}/src", labs[0]);
    if files().any(|item| item.path.iter().any(|part| is_a_lab(part) && !labs.contains(part))) {
        return None;
    }
    if let Some(source) = files().find(|item| is_source(item)) {
        return Some(format!("{} is not where it can be found: {hint}", name::shown(&source.path.join("/"))));
    }
    let archive = files().find(|item| name::archive_ending(&last(item)).is_some())?;
    Some(format!(
        "holds no sources but an archive, {}, which is not opened: {hint}",
        name::shown(&archive.path.join("/"))
    ))
}

/// What is not taken: first what could change how something is built, were it not ignored.
fn ignored(items: &[Item], taken: &BTreeSet<usize>) -> Vec<String> {
    let rest = items
        .iter()
        .enumerate()
        .filter(|(number, item)| item.kind != Kind::Folder && !taken.contains(number));
    let mut rest: Vec<(bool, String)> =
        rest.map(|(_, item)| (!changes_builds(item), name::shown(&item.path.join("/")))).collect();
    rest.sort();
    rest.dedup();
    let more = rest.len().saturating_sub(MOST_IGNORED);
    let named = rest.into_iter().take(MOST_IGNORED).map(|(_, path)| path);
    named.chain((more > 0).then(|| format!("and {more} more"))).collect()
}

fn changes_builds(item: &Item) -> bool {
    let last = item.path.last().map_or("", String::as_str);
    matches!(last, "build.rs" | "Cargo.toml" | "Cargo.lock" | "rust-toolchain" | "rust-toolchain.toml")
        || item.path.iter().any(|part| part == ".cargo")
        || matches!(item.kind, Kind::Odd(_))
}
