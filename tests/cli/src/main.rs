//! `cargo lab`: shows the course, checks the lab you are at, and explains what to do next.

mod doctor;
mod draw;
mod hint;
mod suite;
mod trace;

use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

use lab_cli::course::{Course, Lab};
use suite::Verdict;

/// Shows the course, checks the lab you are at, and explains what to do next
#[derive(Parser)]
#[command(name = "cargo lab", bin_name = "cargo lab", version)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Check a lab, or the one you are at; exit code 1 when it is red
    Check {
        /// The lab, as in lab01
        lab: Option<String>,
    },
    /// Give a hint for a task; asked again, a clearer one
    Hint {
        /// The lab, as in lab01
        lab: String,
        /// The number of the task; without it the first that is red
        task: Option<u32>,
    },
    /// Run the programs of a lab, or sit between any two, and show what goes over the wire
    Trace(trace::Options),
    /// Look whether this machine has what the course needs
    Doctor,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(code) => code,
        Err(error) => {
            anstream::eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let course = Course::find()?;
    match &args.command {
        None => {
            overview(&course)?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Check { lab }) => check(&course, lab.as_deref()),
        Some(Command::Hint { lab, task }) => hint::give(&course, course.lab(lab)?, *task),
        Some(Command::Trace(options)) => trace::run(&course, options),
        Some(Command::Doctor) => Ok(doctor::examine()),
    }
}

/// The map, the lab you are at, its first red check, the next step.
fn overview(course: &Course) -> anyhow::Result<()> {
    let here = first_red(course)?;
    draw::map(course, here.as_ref().map(|(lab, _)| lab.name.as_str()));
    match here {
        Some((lab, verdict)) => draw::verdict(lab, &verdict),
        None => draw::all_done(course),
    }
    Ok(())
}

/// The first lab that is not green, judged anew where it changed since it was judged.
fn first_red(course: &Course) -> anyhow::Result<Option<(&Lab, Verdict)>> {
    for lab in &course.labs {
        if lab.is_green_since_last_change(course) {
            continue;
        }
        let verdict = suite::judge(course, lab).with_context(|| format!("{} cannot be judged", lab.name))?;
        if !verdict.is_green(lab) {
            return Ok(Some((lab, verdict)));
        }
    }
    Ok(None)
}

fn check(course: &Course, name: Option<&str>) -> anyhow::Result<ExitCode> {
    let found = match name {
        Some(name) => {
            let lab = course.lab(name)?;
            Some((lab, suite::judge(course, lab).with_context(|| format!("{} cannot be judged", lab.name))?))
        }
        None => first_red(course)?,
    };
    let Some((lab, verdict)) = found else {
        draw::all_done(course);
        return Ok(ExitCode::SUCCESS);
    };
    draw::checks(lab, &verdict);
    draw::verdict(lab, &verdict);
    Ok(if verdict.is_green(lab) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
