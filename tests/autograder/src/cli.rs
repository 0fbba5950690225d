//! The command line of `cargo grade`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand};
use lab_cli::course::{Course, Lab};
use launcher::limits::Limits;

use crate::class::{self, Class, Regrade, Tally};
use crate::doctor;
use crate::entry::{Entry, Tier, Verdict};
use crate::ingest::{self, Caps, Roster};
use crate::journal::{self, Head, Journal};
use crate::judge::{Judge, Settings};
use crate::prepared::Prepared;
use crate::report::policy::Policy;
use crate::report::{self, LabInfo, Options};
use crate::sandbox::Sandbox;
use crate::slurm;
use crate::template::{self, Template, Toolchain};

/// The exit code where the machine could not judge everything.
const UNJUDGED: u8 = 3;
/// How long a part waits for the lock of a machine that was given up, before it takes the journal over.
const LINGERING: Duration = Duration::from_secs(60);

/// Checks the submissions of a class: takes them in, builds and judges each in a box, and reports
#[derive(Debug, Parser)]
#[command(name = "cargo grade", bin_name = "cargo grade", version)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: Option<Run>,
    #[command(flatten)]
    wishes: Wishes,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say how well submissions are kept in on this machine, and why not better
    Doctor,
    /// Make the workspace that students get: labs, checks and book, without solutions
    Handout {
        /// The folder to make
        #[arg(long)]
        out: PathBuf,
    },
    /// Make one report from the reports of all parts of a class
    Merge {
        /// The folders of the parts' reports
        #[arg(required = true)]
        reports: Vec<PathBuf>,
        /// The folder of the one report
        #[arg(long)]
        out: PathBuf,
        #[command(flatten)]
        wishes: Wishes,
    },
    /// Judge a class in parts, as a Slurm job array, and make one report; the --out folder must be one that the nodes share
    Slurm {
        #[command(flatten)]
        run: Box<Run>,
        #[command(flatten)]
        wanted: slurm::Wanted,
        #[command(flatten)]
        wishes: Wishes,
    },
    /// Make the reports again from the journal, as after an extension: nothing is judged
    Report {
        /// The folder of the report
        #[arg(default_value = "report")]
        out: PathBuf,
        #[command(flatten)]
        wishes: Wishes,
    },
}

/// What the reports are to say.
#[derive(Debug, Args)]
pub(crate) struct Wishes {
    /// What being late costs, in a TOML file: due dates, grace, per cent a day, extensions
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Tell students of failed checks their words only: no values, no timeline, no seed
    #[arg(long)]
    brief_feedback: bool,
    /// A check that --brief-feedback is for, as in lab01/t1_answers_every_ping; may be said several times; without it all
    #[arg(long, value_name = "CHECK", requires = "brief_feedback")]
    hidden: Vec<String>,
}

impl Wishes {
    /// What they mean. Read before anything is judged: a policy that cannot be read must not be found out after an hour.
    fn options(&self) -> anyhow::Result<Options> {
        Ok(Options {
            policy: self.policy.as_deref().map(Policy::read).transpose()?,
            brief_feedback: self.brief_feedback,
            hidden: self.hidden.iter().cloned().collect(),
        })
    }
}

/// Writes the reports on these entries.
fn write_reports(
    course: &Course,
    templates: &[Template],
    out: &Path,
    entries: &[Entry],
    options: &Options,
) -> anyhow::Result<()> {
    let starters: BTreeMap<&str, String> =
        templates.iter().map(|template| (template.lab.as_str(), ingest::sha256(&template.starter))).collect();
    let starter = |lab: &Lab| starters.get(lab.name.as_str()).map(String::as_str);
    let labs: Vec<LabInfo<'_>> =
        course.labs.iter().map(|lab| LabInfo { starter: starter(lab), ..LabInfo::from(lab) }).collect();
    report::write_all(out, entries, &labs, options)
}

/// Judge submissions.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// A folder of folders, zip and tar.gz files, or one of them
    #[arg(required = true)]
    submissions: PathBuf,
    /// A lab to judge, as in 03; may be said several times
    #[arg(long, required = true)]
    lab: Vec<String>,
    /// The folder of the report, and of the journal by which the same command goes on after a crash
    #[arg(long, default_value = "report")]
    out: PathBuf,
    /// How many submissions at once; three for two cores without it, because some of the time is waiting
    #[arg(short, long)]
    jobs: Option<usize>,
    /// The seed of the random values, the same for the whole class; a new one without it, which the journal keeps
    #[arg(long)]
    seed: Option<u64>,
    /// Names of students, in a CSV file with the columns student and submission
    #[arg(long)]
    roster: Option<PathBuf>,
    /// Judge a part of the class only, as in 1/4; all parts need the same --seed
    #[arg(long, value_parser = parse_shard)]
    shard: Option<(usize, usize)>,
    /// Judge again: `failed`, `changed`, or a student's name
    #[arg(long)]
    regrade: Option<String>,
    /// How long a check waits for something, in seconds
    #[arg(long, default_value = "5", value_parser = seconds)]
    deadline: Duration,
    /// How long a submission may take for a lab, in seconds, without the compiler
    #[arg(long, default_value = "120", value_parser = seconds)]
    budget: Duration,
    /// How long the compiler may take for a program, in seconds
    #[arg(long, default_value = "20", value_parser = seconds)]
    compile: Duration,
    /// Also write the sources into this folder as JPlag wants them, which finds copies
    #[arg(long, value_name = "FOLDER")]
    jplag: Option<PathBuf>,
    /// Judge without a box where none can be made: only what you would run yourself
    #[arg(long)]
    i_trust_these: bool,
    /// Judge without a box, even where one can be made
    #[arg(long, requires = "i_trust_these")]
    no_box: bool,
    /// What another command made ready: a part of its class is judged by that, and only the journal is written
    #[arg(long, hide = true, requires = "shard")]
    prepared: Option<PathBuf>,
}

impl Run {
    /// The submissions, of which there must be one.
    fn class(&self, labs: &[String]) -> anyhow::Result<ingest::Class> {
        let roster = self.roster.as_deref().map(Roster::read).transpose()?;
        let class = ingest::find(&self.submissions, roster.as_ref(), labs, &Caps::default())?;
        for name in &class.unknown {
            eprintln!("{name} is on no line of the roster and was not judged");
        }
        if class.is_empty() {
            bail!("there is no submission in {}", self.submissions.display());
        }
        Ok(class)
    }
}

/// Reads the command line, does what it says, and gives the exit code.
pub fn main() -> ExitCode {
    let done = match Arguments::parse() {
        Arguments { command: Some(Command::Doctor), .. } => doctor::run(),
        Arguments { command: Some(Command::Handout { out }), .. } => handout(&out),
        Arguments { command: Some(Command::Merge { reports, out, wishes }), .. } => {
            merge(&reports, &out, &wishes)
        }
        Arguments { command: Some(Command::Report { out, wishes }), .. } => again(&out, &wishes),
        Arguments { command: Some(Command::Slurm { run, wanted, wishes }), .. } => {
            on_slurm(&run, &wanted, &wishes)
        }
        Arguments { run: Some(run), wishes, .. } => grade(&run, &wishes),
        Arguments { .. } => unreachable!("clap asks for one of them"),
    };
    done.unwrap_or_else(|error| {
        eprintln!("{error:#}");
        ExitCode::from(2)
    })
}

fn handout(out: &Path) -> anyhow::Result<ExitCode> {
    crate::handout::write(&Course::find()?, out)?;
    println!("the students' workspace is in {}", out.display());
    Ok(ExitCode::SUCCESS)
}

fn grade(run: &Run, wishes: &Wishes) -> anyhow::Result<ExitCode> {
    let course = Course::find()?;
    let labs = chosen(&course, &run.lab)?;
    let names: Vec<String> = labs.iter().map(|lab| lab.name.clone()).collect();
    let class = run.class(&names)?;
    if let Some(folder) = &run.jplag {
        let students = crate::jplag::write(folder, &class, &labs)?;
        println!("sources of {students} students are in {} for JPlag", folder.display());
    }
    let options = wishes.options()?;
    if run.shard.is_some() && run.seed.is_none() {
        bail!("all parts of a class need the same random values: say --seed, the same for each");
    }
    let shard = run.shard.unwrap_or((1, 1));
    let begin = || Head {
        version: journal::VERSION,
        labs: names.clone(),
        seed: run.seed.unwrap_or_else(new_seed),
        shard,
    };
    let journal = match &run.prepared {
        None => Journal::open(&run.out, begin)?,
        Some(_) => Journal::take_over(&run.out, LINGERING, begin)?,
    };
    same_as_before(&journal.head, &names, run.seed, shard, &run.out)?;
    let sandbox = if run.no_box { Sandbox::of(Tier::None)? } else { Sandbox::find(run.i_trust_these)? };
    let Prepared { toolchain, launcher, templates, .. } = match &run.prepared {
        Some(file) => Prepared::read(file)?,
        None => prepare(&course, &labs)?,
    };
    let sandbox = sandbox.with_launcher(launcher);
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let settings = Settings {
        seed: journal.head.seed,
        deadline: run.deadline,
        compile: run.compile,
        budget: run.budget,
        limits: Limits::program(),
        checks_at_once: 4,
    };
    let judge = Judge { sandbox, toolchain, settings };
    let regrade = match run.regrade.as_deref() {
        None => Regrade::Nothing,
        Some("failed") => Regrade::Failed,
        Some("changed") => Regrade::Changed,
        Some(name) => Regrade::Student(name.into()),
    };
    let jobs = run.jobs.unwrap_or(cores + cores.div_ceil(2));
    let work = Class { judge: &judge, templates: &templates, regrade, jobs };
    let numbers: Vec<usize> = (0..class.len()).filter(|number| number % shard.1 == shard.0 - 1).collect();
    let bar = class::progress();
    let (journal, tally) = work.run(&class, &numbers, journal, &bar)?;
    bar.finish_and_clear();
    let entries = journal.entries();
    if run.prepared.is_none() {
        write_reports(&course, &templates, &run.out, &entries, &options)?;
    }
    Ok(tell(&entries, &tally, &run.out))
}

/// Builds what is not built yet of what judges.
fn prepare(course: &Course, labs: &[&Lab]) -> anyhow::Result<Prepared> {
    let toolchain = Toolchain::find(course)?;
    let templates =
        labs.iter().map(|lab| Template::make(course, lab, &toolchain)).collect::<Result<_, _>>()?;
    let launcher = template::launcher(course, &toolchain)?;
    Ok(Prepared::new(toolchain, launcher, templates))
}

/// Judges a class in parts, elsewhere, and reports as a run does.
fn on_slurm(run: &Run, wanted: &slurm::Wanted, wishes: &Wishes) -> anyhow::Result<ExitCode> {
    if run.shard.is_some() || run.prepared.is_some() {
        bail!("`cargo grade slurm` makes the parts itself: say --parts");
    }
    if run.regrade.is_some() {
        bail!(
            "to judge some of a finished class again: `cargo grade … --out {} --regrade …`, without `slurm`",
            run.out.display()
        );
    }
    let course = Course::find()?;
    let labs = chosen(&course, &run.lab)?;
    let names: Vec<String> = labs.iter().map(|lab| lab.name.clone()).collect();
    let class = run.class(&names)?;
    let options = wishes.options()?;
    let begin = || Head {
        version: journal::VERSION,
        labs: names.clone(),
        seed: run.seed.unwrap_or_else(new_seed),
        shard: (1, 1),
    };
    // Held open to the end: two of these commands would submit twice.
    let mut journal = Journal::open(&run.out, begin)?;
    same_as_before(&journal.head, &names, run.seed, (1, 1), &run.out)?;
    let out = std::path::absolute(&run.out)?;
    let folder = out.join(slurm::FOLDER);
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let templates = Prepared::keep(&folder, || prepare(&course, &labs))?.templates;
    let jobs = run.jobs.unwrap_or(slurm::JOBS).max(1);
    let students: Vec<String> = class.students().map(String::from).collect();
    let plan = slurm::Plan {
        out: &out,
        root: &course.root,
        students: &students,
        labs: &names,
        options: options_of_a_part(run, &names, journal.head.seed, jobs)?,
        jobs,
    };
    let folders = match slurm::judge(&plan, wanted)? {
        slurm::Outcome::Judged(folders) => folders,
        slurm::Outcome::Unfinished(why) => {
            eprintln!("{why}");
            return Ok(ExitCode::from(UNJUDGED));
        }
        slurm::Outcome::Prepared(how) => {
            println!("{how}");
            return Ok(ExitCode::SUCCESS);
        }
    };
    for folder in folders {
        take_in(&mut journal, journal::read(&folder)?.1)?;
    }
    report_on(&course, &templates, &journal.entries(), &run.out, &options)
}

/// What a part is told besides its number.
fn options_of_a_part(run: &Run, labs: &[String], seed: u64, jobs: usize) -> anyhow::Result<Vec<OsString>> {
    let mut words = vec![std::path::absolute(&run.submissions)?.into_os_string()];
    for lab in labs {
        words.extend(["--lab".into(), lab.into()]);
    }
    let mut option = |name: &str, value: String| words.extend([name.into(), value.into()]);
    option("--seed", seed.to_string());
    option("--jobs", jobs.to_string());
    for (name, time) in [("--deadline", run.deadline), ("--budget", run.budget), ("--compile", run.compile)] {
        option(name, time.as_secs_f64().to_string());
    }
    if let Some(roster) = &run.roster {
        words.extend(["--roster".into(), std::path::absolute(roster)?.into_os_string()]);
    }
    for (name, said) in [("--i-trust-these", run.i_trust_these), ("--no-box", run.no_box)] {
        if said {
            words.push(name.into());
        }
    }
    Ok(words)
}

/// Takes the entries of a part into the journal of the whole. What was judged later counts: some may have been judged again there.
fn take_in(journal: &mut Journal, entries: Vec<Entry>) -> anyhow::Result<()> {
    for entry in entries {
        let known = journal.get(&entry.student, &entry.lab);
        if known.is_none_or(|known| *known != entry && known.began_ms <= entry.began_ms) {
            journal.add(entry)?;
        }
    }
    Ok(())
}

/// A journal goes on with what it was begun for.
fn same_as_before(
    head: &Head,
    labs: &[String],
    seed: Option<u64>,
    shard: (usize, usize),
    out: &Path,
) -> anyhow::Result<()> {
    let out = out.display();
    if head.labs != labs {
        bail!(
            "{out} holds a report on {}; choose another --out for {}",
            head.labs.join(", "),
            labs.join(", ")
        );
    }
    if let Some(seed) = seed.filter(|seed| *seed != head.seed) {
        bail!(
            "{out} was begun with --seed {}, and two seeds in one class would not be fair; choose another --out for --seed {seed}",
            head.seed
        );
    }
    if head.shard != shard {
        bail!(
            "{out} holds part {}/{}; choose another --out for part {}/{}",
            head.shard.0,
            head.shard.1,
            shard.0,
            shard.1
        );
    }
    Ok(())
}

/// The labs of these names, in the course's order, each once.
fn chosen<'a>(course: &'a Course, names: &[String]) -> anyhow::Result<Vec<&'a Lab>> {
    let mut labs = names.iter().map(|name| course.lab(name)).collect::<anyhow::Result<Vec<_>>>()?;
    labs.sort_by(|a, b| a.name.cmp(&b.name));
    labs.dedup_by(|a, b| a.name == b.name);
    Ok(labs)
}

/// Says in a few lines what came out, and gives the exit code that says so.
fn tell(entries: &[Entry], tally: &Tally, out: &Path) -> ExitCode {
    let order = [
        Verdict::Passed,
        Verdict::Failed,
        Verdict::TimedOut,
        Verdict::OutOfMemory,
        Verdict::TooMuchOutput,
        Verdict::DoesNotBuild,
        Verdict::Rejected,
        Verdict::Missing,
        Verdict::InfrastructureError,
    ];
    for verdict in order {
        let count = entries.iter().filter(|entry| entry.verdict == verdict).count();
        if count > 0 {
            println!("{count:5}  {}", verdict.words());
        }
    }
    if tally.kept > 0 {
        println!("{} judged now, {} were in the journal already", tally.judged, tally.kept);
    }
    if tally.changed > 0 {
        println!("{} of these have changed since; `--regrade changed` judges them again", tally.changed);
    }
    let unjudged: Vec<&Entry> =
        entries.iter().filter(|entry| entry.verdict == Verdict::InfrastructureError).collect();
    if !unjudged.is_empty() {
        println!(
            "The machine could not judge {}; no points are given or taken for that, and the same command tries again:",
            unjudged.len()
        );
        for entry in &unjudged {
            println!("  {} {}: {} {}", entry.student, entry.lab, entry.reason, first_line(&entry.details));
        }
    }
    let page = out.join("report.html");
    if page.exists() {
        println!("report: {}", page.display());
    }
    if unjudged.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(UNJUDGED) }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Makes one journal of the shards'.
fn merge(reports: &[PathBuf], out: &Path, wishes: &Wishes) -> anyhow::Result<ExitCode> {
    let options = wishes.options()?;
    let mut parts = Vec::new();
    for folder in reports {
        parts.push((folder, journal::read(folder)?));
    }
    let Some((_, (first, _))) = parts.first() else { bail!("there is nothing to merge") };
    let (labs, seed, of) = (first.labs.clone(), first.seed, first.shard.1);
    for (folder, (head, _)) in &parts {
        if head.labs != labs || head.seed != seed || head.shard.1 != of {
            bail!(
                "{} is not a part of the same class: labs, --seed or the number of parts differ",
                folder.display()
            );
        }
    }
    let mut have: Vec<usize> = parts.iter().map(|(_, (head, _))| head.shard.0).collect();
    have.sort_unstable();
    let all: Vec<usize> = (1..=of).collect();
    if have != all {
        bail!("all parts are needed, each once: there are {have:?} of {of}");
    }
    let mut journal =
        Journal::open(out, || Head { version: journal::VERSION, labs: labs.clone(), seed, shard: (1, 1) })?;
    same_as_before(&journal.head, &labs, Some(seed), (1, 1), out)?;
    for (_, (_, entries)) in parts {
        take_in(&mut journal, entries)?;
    }
    report_on(&Course::find()?, &[], &journal.entries(), out, &options)
}

/// Makes the reports again.
fn again(out: &Path, wishes: &Wishes) -> anyhow::Result<ExitCode> {
    let (_, entries) = journal::read(out)?;
    report_on(&Course::find()?, &[], &entries, out, &wishes.options()?)
}

/// Writes the reports where nothing was judged here.
fn report_on(
    course: &Course,
    templates: &[Template],
    entries: &[Entry],
    out: &Path,
    options: &Options,
) -> anyhow::Result<ExitCode> {
    write_reports(course, templates, out, entries, options)?;
    Ok(tell(entries, &Tally::default(), out))
}

/// A seed that nobody can guess: students have the suite, and must not know the values.
fn new_seed() -> u64 {
    fastrand::u64(1..1_000_000_000)
}

/// Reads a time.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a time in seconds, as in 5 or 0.5");
    let seconds: f64 = text.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero()).ok_or_else(wrong)
}

fn parse_shard(text: &str) -> Result<(usize, usize), String> {
    let wrong = || format!("`{text}` is not a part of a class, as in 1/4");
    let (part, of) = text.split_once('/').ok_or_else(wrong)?;
    let (part, of) = (part.parse().map_err(|_| wrong())?, of.parse().map_err(|_| wrong())?);
    if part == 0 || part > of { Err(wrong()) } else { Ok((part, of)) }
}
