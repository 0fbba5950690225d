//! Slurm's own commands: `sbatch`, `squeue`, `scancel`. Nothing else of it is needed; `sacct` is not there on every cluster.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, bail};

/// How Slurm is asked.
#[derive(Clone, Debug, Default)]
pub struct Slurm {
    /// Where its commands are looked for, instead of `PATH`.
    pub path: Option<OsString>,
    /// Options for `sbatch`, after ours: the last one counts.
    pub options: Vec<OsString>,
    /// How many processors a task asks for.
    pub cpus: usize,
}

/// A task in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The array's number.
    pub job: String,
    /// Which part it judges.
    pub part: Option<usize>,
    /// Its state in Slurm's words, as in `PENDING`.
    pub state: String,
    /// Why it is not running, in Slurm's words, as in `Resources`.
    pub reason: String,
}

impl Slurm {
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        if let Some(path) = &self.path {
            command.env("PATH", path);
        }
        // Variables of sbatch and squeue would speak for options that we rely on.
        for variable in
            ["SBATCH_ARRAY_INX", "SBATCH_JOB_NAME", "SBATCH_OUTPUT", "SBATCH_WAIT", "SBATCH_EXPORT"]
        {
            command.env_remove(variable);
        }
        for variable in ["SQUEUE_FORMAT", "SQUEUE_FORMAT2", "SQUEUE_STATES", "SQUEUE_NAMES", "SQUEUE_USERS"] {
            command.env_remove(variable);
        }
        command
    }

    /// Submits these parts as one array, and gives its number.
    pub fn submit(&self, name: &str, script: &Path, parts: &[usize]) -> anyhow::Result<String> {
        let folder: PathBuf = script.parent().map(Path::to_path_buf).unwrap_or_default();
        let mut command = self.command("sbatch");
        command.args(["--parsable", "--requeue", "--open-mode=append", "--output=part-%a.log"]);
        command.arg(format!("--array={}", ranges(parts))).arg(format!("--job-name={name}"));
        command.arg(format!("--cpus-per-task={}", self.cpus)).arg("--chdir").arg(&folder);
        command.args(&self.options).arg(script);
        let output = run(&mut command, "sbatch")?;
        // `1234` or `1234;cluster`.
        let text = String::from_utf8_lossy(&output.stdout);
        let number = text.trim().split(';').next().unwrap_or_default().to_string();
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            bail!("sbatch says `{}`, which is no job's number", text.trim());
        }
        Ok(number)
    }

    /// The tasks of this name that wait or run.
    pub fn tasks(&self, name: &str) -> anyhow::Result<Vec<Task>> {
        let user = rustix::process::geteuid().as_raw().to_string();
        let mut command = self.command("squeue");
        command.args(["--noheader", "--array", "--format=%F|%K|%T|%r"]);
        command.arg(format!("--user={user}")).arg(format!("--name={name}"));
        let output = run(&mut command, "squeue")?;
        let text = String::from_utf8_lossy(&output.stdout);
        text.lines().filter(|line| !line.trim().is_empty()).map(task).collect()
    }

    /// Takes what still waits of a job out of the queue.
    pub fn cancel(&self, job: &str) -> anyhow::Result<()> {
        run(self.command("scancel").arg(job), "scancel").map(drop)
    }
}

fn run(command: &mut Command, name: &str) -> anyhow::Result<Output> {
    let output = command.output().with_context(|| {
        format!("{name} cannot be started; is this a machine from which jobs are submitted?")
    })?;
    if !output.status.success() {
        let says = String::from_utf8_lossy(&output.stderr);
        bail!("{name} fails ({}): {}", output.status, says.trim());
    }
    Ok(output)
}

fn task(line: &str) -> anyhow::Result<Task> {
    let fields: Vec<&str> = line.trim().splitn(4, '|').collect();
    let [job, part, state, reason] = fields.as_slice() else { bail!("squeue says `{line}`") };
    Ok(Task { job: (*job).into(), part: part.parse().ok(), state: (*state).into(), reason: (*reason).into() })
}

/// Numbers as sbatch writes them: `1-3,7`.
fn ranges(numbers: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let text = |(first, last): &(usize, usize)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    runs.iter().map(text).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_a_row_become_a_range() {
        assert_eq!(ranges(&[1, 2, 3, 7, 9, 10]), "1-3,7,9-10");
        assert_eq!(ranges(&[4]), "4");
    }

    #[test]
    fn a_line_of_squeue_is_a_task() {
        let read = task("12|3|PENDING|ReqNodeNotAvail, UnavailableNodes:n[1-2]").unwrap();
        assert_eq!((read.part, read.state.as_str()), (Some(3), "PENDING"));
        assert_eq!(read.reason, "ReqNodeNotAvail, UnavailableNodes:n[1-2]");
        assert!(task("slurm_load_jobs error").is_err());
    }
}
