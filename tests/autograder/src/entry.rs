//! What is known of one student's work on one lab: a line of the journal, and all that a report is made from.

use harness::failure::Outcome;
use harness::record::Likely;
use harness::timeline::Event;
use serde::{Deserialize, Serialize};

/// How many events of a failed check's timeline are kept: the last ones, which the explanation is about.
pub const MOST_EVENTS: usize = 60;

/// How the work on one lab came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every check passed.
    Passed,
    /// Some check did not.
    Failed,
    /// The time for one submission was over before all checks had been carried out; those that had been count.
    TimedOut,
    /// A program, or the compiler, wanted more memory than it may have.
    OutOfMemory,
    /// A program printed, or wrote into files, without end.
    TooMuchOutput,
    /// It does not compile.
    DoesNotBuild,
    /// It was not looked at, because of what it holds; the reason says what.
    Rejected,
    /// The student is on the roster, and handed nothing in.
    Missing,
    /// The machine's fault, not the student's: no points are taken or given, and it is judged again.
    InfrastructureError,
}

impl Verdict {
    /// The word in tables, as in `does not build`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::TimedOut => "timed out",
            Self::OutOfMemory => "out of memory",
            Self::TooMuchOutput => "too much output",
            Self::DoesNotBuild => "does not build",
            Self::Rejected => "rejected",
            Self::Missing => "missing",
            Self::InfrastructureError => "infrastructure error",
        }
    }
}

/// What kept a submission in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Boxes of namespaces, made by bubblewrap.
    Bubblewrap,
    /// Nothing but limits on resources: for work that is trusted.
    None,
}

/// How one check came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// Its name, as in `t1_answers_every_ping`.
    pub name: String,
    /// The task it belongs to.
    pub task: u32,
    /// What it is worth.
    pub points: u32,
    /// How it ended; what counts.
    pub outcome: Outcome,
    /// How it ended each time, where it was carried out more than once because it had failed: the first time beside other checks, then alone. Empty
    /// where once was enough.
    #[serde(default)]
    pub runs: Vec<Outcome>,
    /// What was expected; empty where it passed.
    #[serde(default)]
    pub expected: String,
    /// What was seen instead.
    #[serde(default)]
    pub seen: String,
    /// The likely mistake, where one was recognised.
    #[serde(default)]
    pub mistake: Option<Likely>,
    /// The chapter's file and heading, as in `lab01.md#the-servers-half`.
    #[serde(default)]
    pub read: String,
    /// What a student is shown, timeline and all. It is text from an untrusted program in part: escape it.
    #[serde(default)]
    pub explanation: String,
    /// The last events, [`MOST_EVENTS`] at most; none where it passed.
    #[serde(default)]
    pub timeline: Vec<Event>,
}

impl CheckResult {
    /// The points earned.
    pub fn earned(&self) -> u32 {
        if self.outcome.is_green() { self.points } else { 0 }
    }

    /// Whether it came out one time so and another time otherwise.
    pub fn is_suspect(&self) -> bool {
        self.runs.iter().any(|run| run.is_green() != self.outcome.is_green())
    }
}

/// One student's work on one lab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The student's name: from the roster, or else the file's name.
    pub student: String,
    /// The lab, as in `lab03`.
    pub lab: String,
    /// How it came out.
    pub verdict: Verdict,
    /// Why, in one line; empty where it passed.
    pub reason: String,
    /// The compiler's messages, or what went wrong with the machine; cut off where it is long.
    pub details: String,
    /// Every check of the lab, in the order of `lab.toml`, whether it was carried out or not.
    pub checks: Vec<CheckResult>,
    /// When it was handed in, in seconds since 1970, where that is known.
    pub submitted: Option<i64>,
    /// SHA-256 of what was taken of the submission for this lab: paths and contents.
    pub sha256: String,
    /// SHA-256 of what it was judged by: the suite, `lab.toml`, the instructor's manifest.
    pub judged_by: String,
    /// The seed of the random values.
    pub seed: u64,
    /// What kept it in.
    pub tier: Tier,
    /// When judging began, in milliseconds since 1970.
    pub began_ms: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// How many times it was judged before, because of an infrastructure error.
    pub retries: u32,
}

impl Entry {
    /// The points earned. Without all checks there may still be some.
    pub fn total(&self) -> u32 {
        self.checks.iter().map(CheckResult::earned).sum()
    }

    /// The points that there are.
    pub fn max(&self) -> u32 {
        self.checks.iter().map(|check| check.points).sum()
    }
}
