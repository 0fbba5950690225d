//! `cargo grade slurm`: the parts of a class as tasks of a Slurm job array, in a folder that all nodes share.
//!
//! The folder of the report has `slurm/`, with what judges, the script, the logs and what was submitted, and `parts/N`, with the journals.
//! A task writes its own journal and nothing else; the reports are made here, at the end, from all journals.

pub mod parts;
pub mod queue;
pub mod script;
pub mod watch;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;

use crate::class;
use crate::prepared;
use parts::Part;
use queue::Slurm;
use watch::{End, Job, Watch};

/// The folder in the report's folder.
pub const FOLDER: &str = "slurm";
/// What was submitted, in that folder.
pub const JOB: &str = "job";
/// How many submissions a part has where nobody says how many parts there are to be.
const PER_PART: usize = 10;
/// How many submissions a task judges at once where nobody says it.
pub const JOBS: usize = 2;
/// How long Slurm may fail to answer: restarts of its controller are shorter.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

/// What Slurm is asked for.
#[derive(Clone, Debug, Args)]
pub struct Wanted {
    /// How many parts; without it, one for each ten submissions
    #[arg(long)]
    parts: Option<usize>,
    /// Slurm's partition
    #[arg(long)]
    partition: Option<String>,
    /// An option for sbatch, as in --sbatch-option=--time=30; may be said several times
    #[arg(long, allow_hyphen_values = true, value_name = "OPTION")]
    sbatch_option: Vec<OsString>,
    /// Make everything ready and submit nothing: the script in OUT/slurm judges a part wherever you run it
    #[arg(long)]
    prepare: bool,
    /// How often the queue is asked, in seconds
    #[arg(long, default_value = "5", value_parser = crate::cli::seconds)]
    poll: Duration,
}

/// A class to be judged in parts.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The folder of the report; absolute.
    pub out: &'a Path,
    /// The workspace's root.
    pub root: &'a Path,
    /// The students, in order.
    pub students: &'a [String],
    /// The labs.
    pub labs: &'a [String],
    /// The command of a part but for its first word and what follows from its number, see [`script::PART`].
    pub options: Vec<OsString>,
    /// How many submissions a task judges at once.
    pub jobs: usize,
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing is missing: the folders of the journals.
    Judged(Vec<PathBuf>),
    /// Something is missing, and what to do.
    Unfinished(String),
    /// Nothing was to be submitted, and what to do instead.
    Prepared(String),
}

/// Submits the parts and waits for them.
pub fn judge(plan: &Plan<'_>, wanted: &Wanted) -> anyhow::Result<Outcome> {
    let folder = plan.out.join(FOLDER);
    let most = plan.students.len().max(1);
    if wanted.parts.is_some_and(|parts| parts == 0 || parts > most) {
        bail!("--parts must be between 1 and {most}, the number of submissions");
    }
    let mut job = Job::open(&folder.join(JOB), wanted.parts, plan.students.len().div_ceil(PER_PART).max(1))?;
    let mut parts = Part::all(plan.students, plan.labs, job.parts, &plan.out.join("parts"));
    for part in &parts {
        fs::create_dir_all(&part.folder)
            .with_context(|| format!("{} cannot be made", part.folder.display()))?;
    }
    let file = folder.join("part.sh");
    prepared::write_in_one_step(
        &file,
        0o644,
        &script::script(plan.root, job.parts, &words_of_a_part(plan, &folder, job.parts)),
    )?;
    job.write(&folder)?;
    if wanted.prepare {
        let command = script::quoted(&["sh".into(), file.into_os_string()]);
        let parts = script::quoted(&[plan.out.join("parts").into_os_string()]);
        return Ok(Outcome::Prepared(format!(
            "Nothing is submitted. Each of the {} parts: {command} NUMBER\n\
             Then: cargo grade merge {parts}/* --out {}",
            job.parts,
            script::quoted(&[plan.out.as_os_str().to_os_string()])
        )));
    }
    let mut options: Vec<OsString> =
        wanted.partition.iter().map(|name| format!("--partition={name}").into()).collect();
    options.extend(wanted.sbatch_option.iter().cloned());
    let slurm = Slurm { path: None, options, cpus: plan.jobs };
    let (interrupt, stop) = mpsc::channel();
    ctrlc::set_handler(move || {
        let _ = interrupt.send(());
    })
    .context("Ctrl-C cannot be watched for")?;
    let bar = class::progress();
    bar.set_length(plan.students.len() as u64);
    let watch =
        Watch { slurm: &slurm, script: &file, poll: wanted.poll, patience: PATIENCE, stop: &stop, bar: &bar };
    let end = watch.run(&mut job, &mut parts, plan.labs.len());
    bar.finish_and_clear();
    Ok(match end? {
        End::Interrupted => Outcome::Unfinished(watch.advice(&job)),
        // What the machine could not judge is told in the report, as that of any other run.
        End::Incomplete(why) if parts.iter().any(|part| part.standing().missing > 0) => {
            Outcome::Unfinished(format!(
                "Not everything was judged, so there is no report yet; the same command tries again.\n{}",
                why.join("\n")
            ))
        }
        End::Incomplete(_) | End::Complete => {
            Outcome::Judged(parts.into_iter().map(|part| part.folder).collect())
        }
    })
}

/// The command of a part, for the script.
fn words_of_a_part(plan: &Plan<'_>, folder: &Path, parts: usize) -> Vec<OsString> {
    let mut words = vec![folder.join("grade").into_os_string()];
    words.extend(plan.options.iter().cloned());
    words.extend(["--shard".into(), format!("{}/{parts}", script::PART).into()]);
    words.extend(["--out".into(), plan.out.join("parts").join(script::PART).into()]);
    words.extend(["--prepared".into(), folder.join(prepared::FILE).into()]);
    words
}

#[cfg(test)]
mod tests;
