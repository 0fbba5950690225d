//! Against an `sbatch` and a `squeue` that are shell scripts: what they are told is noted, what they answer stands in files.

use std::os::unix::fs::PermissionsExt;
use std::sync::mpsc::{Receiver, Sender, channel};

use indicatif::ProgressBar;

use super::*;
use crate::entry::{Entry, Tier, Verdict};
use crate::journal::{self, Head, Journal};
use crate::slurm::watch::Array;

/// Notes its words, one a line. The n-th call finishes the parts that `finishes.n` names, and fails where `fails.n` is.
const SBATCH: &str = r#"#!/bin/sh
cd "$(dirname "$0")" || exit 9
n=$(($(cat count 2>/dev/null || echo 0) + 1))
echo $n >count
printf '%s\n' "$@" >"sbatch.$n"
if [ -e "fails.$n" ]; then echo 'sbatch: error: invalid partition specified: gpu' >&2; exit 1; fi
for part in $(cat "finishes.$n" 2>/dev/null); do
    cp "journals/$part" "out/parts/$part/journal.jsonl"
done
echo "$((100 + n));cluster"
"#;

/// Fails as often as `squeue-fails` has lines; then says what is in `queue`, and in `queue.n` at the n-th call, and does what `squeue-does.n` says.
const SQUEUE: &str = r#"#!/bin/sh
cd "$(dirname "$0")" || exit 9
if [ -s squeue-fails ]; then
    sed -i 1d squeue-fails
    echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2
    exit 1
fi
n=$(($(cat asked 2>/dev/null || echo 0) + 1))
echo $n >asked
[ ! -e "squeue-does.$n" ] || . "./squeue-does.$n"
cat "queue.$n" queue 2>/dev/null
exit 0
"#;

struct Fake {
    here: tempfile::TempDir,
    slurm: Slurm,
    bar: ProgressBar,
    stop: (Sender<()>, Receiver<()>),
    patience: Duration,
}

impl Fake {
    /// Two parts of four students; the folder's name is one that has to be quoted.
    fn new() -> Self {
        let here = tempfile::Builder::new().prefix("a class's \"folder\" ").tempdir().unwrap();
        for (name, text) in [("sbatch", SBATCH), ("squeue", SQUEUE), ("scancel", "#!/bin/sh\n")] {
            fs::write(here.path().join(name), text).unwrap();
            fs::set_permissions(here.path().join(name), fs::Permissions::from_mode(0o755)).unwrap();
        }
        for folder in ["out/slurm", "out/parts/1", "out/parts/2", "journals"] {
            fs::create_dir_all(here.path().join(folder)).unwrap();
        }
        let mut path = here.path().as_os_str().to_os_string();
        path.push(":/usr/bin:/bin");
        let slurm = Slurm { path: Some(path), options: vec!["--time=5".into()], cpus: 2 };
        let fake = Self {
            here,
            slurm,
            bar: ProgressBar::hidden(),
            stop: channel(),
            patience: Duration::from_secs(60),
        };
        fake.journal(1, &["a", "c"], Verdict::Failed);
        fake.journal(2, &["b", "d"], Verdict::Passed);
        fake
    }

    fn path(&self, name: &str) -> PathBuf {
        self.here.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Makes the journal that a part will have when sbatch finishes it.
    fn journal(&self, part: usize, students: &[&str], verdict: Verdict) {
        let folder = self.path("journals/new");
        let head = || Head { version: journal::VERSION, labs: labs(), seed: 7, shard: (part, 2) };
        let mut journal = Journal::open(&folder, head).unwrap();
        for student in students {
            journal.add(entry(student, verdict)).unwrap();
        }
        fs::rename(folder.join(journal::FILE), self.path(&format!("journals/{part}"))).unwrap();
    }

    fn submissions(&self) -> usize {
        fs::read_to_string(self.path("count")).map_or(0, |text| text.trim().parse().unwrap())
    }

    /// Which parts the n-th call of sbatch was for.
    fn array(&self, call: usize) -> String {
        let words = fs::read_to_string(self.path(&format!("sbatch.{call}"))).unwrap();
        words.lines().find_map(|word| word.strip_prefix("--array=")).unwrap().to_string()
    }

    fn run(&self) -> anyhow::Result<End> {
        let script = self.path("out/slurm/part.sh");
        let mut job = Job::open(&self.path("out/slurm/job"), Some(2), 1)?;
        let mut parts = self.parts();
        let watch = Watch {
            slurm: &self.slurm,
            script: &script,
            poll: Duration::from_millis(1),
            patience: self.patience,
            stop: &self.stop.1,
            bar: &self.bar,
        };
        watch.run(&mut job, &mut parts, 1)
    }

    fn parts(&self) -> Vec<Part> {
        let students = ["a", "b", "c", "d"].map(String::from);
        Part::all(&students, &labs(), 2, &self.path("out/parts"))
    }
}

fn labs() -> Vec<String> {
    vec!["lab01".into()]
}

fn entry(student: &str, verdict: Verdict) -> Entry {
    Entry {
        student: student.into(),
        lab: "lab01".into(),
        verdict,
        reason: String::new(),
        details: String::new(),
        checks: Vec::new(),
        submitted: None,
        sha256: String::new(),
        judged_by: String::new(),
        seed: 7,
        tier: Tier::None,
        began_ms: 0,
        took_ms: 0,
        retries: 0,
    }
}

#[test]
fn one_array_is_submitted_from_any_folder_and_waited_for() {
    let fake = Fake::new();
    fake.put("finishes.1", "1 2");
    assert_eq!(fake.run().unwrap(), End::Complete);
    let words = fs::read_to_string(fake.path("sbatch.1")).unwrap();
    let words: Vec<&str> = words.lines().collect();
    for word in ["--parsable", "--requeue", "--array=1-2", "--output=part-%a.log", "--cpus-per-task=2"] {
        assert!(words.contains(&word), "{word} in {words:?}");
    }
    let at = words.iter().position(|word| *word == "--chdir").unwrap();
    assert_eq!(Path::new(words[at + 1]), fake.path("out/slurm"));
    assert_eq!(words[at + 2], "--time=5", "the instructor's options come after ours");
    assert_eq!(Path::new(words[at + 3]), fake.path("out/slurm/part.sh"));
    assert_eq!(fake.submissions(), 1);
    // The same command again has nothing to do.
    assert_eq!(fake.run().unwrap(), End::Complete);
    assert_eq!(fake.submissions(), 1);
}

#[test]
fn what_sbatch_refuses_is_said_in_its_words_and_can_be_tried_again() {
    let fake = Fake::new();
    fake.put("fails.1", "");
    let error = format!("{:#}", fake.run().unwrap_err());
    assert!(error.contains("invalid partition specified: gpu"), "{error}");
    fake.put("finishes.2", "1 2");
    assert_eq!(fake.run().unwrap(), End::Complete);
    assert_eq!(fake.submissions(), 2);
}

#[test]
fn without_slurm_it_is_said_where_to_go() {
    let mut fake = Fake::new();
    fake.slurm.path = Some("/nowhere".into());
    let error = format!("{:#}", fake.run().unwrap_err());
    assert!(error.contains("sbatch cannot be started; is this a machine from which jobs are"), "{error}");
}

#[test]
fn a_part_that_was_not_finished_is_submitted_twice_more_and_then_told_with_its_log() {
    let fake = Fake::new();
    fake.put("finishes.1", "2");
    fake.put("out/slurm/part-1.log", "== part 1 of 2 on n1\nslurmstepd: error: Detected 1 oom-kill event\n");
    let End::Incomplete(why) = fake.run().unwrap() else { panic!("part 1 is missing") };
    assert_eq!([fake.array(1), fake.array(2), fake.array(3)], ["1-2", "1", "1"]);
    assert_eq!(fake.submissions(), 3);
    let [why] = why.as_slice() else { panic!("{why:?}") };
    assert!(why.starts_with("part 1: 2 of 2 not judged; the end of "), "{why}");
    assert!(
        why.ends_with("\n    == part 1 of 2 on n1\n    slurmstepd: error: Detected 1 oom-kill event"),
        "{why}"
    );
    // The same command tries again.
    fake.put("finishes.4", "1");
    assert_eq!(fake.run().unwrap(), End::Complete);
    assert_eq!(fake.array(4), "1");
}

#[test]
fn what_the_machine_could_not_judge_is_submitted_again() {
    let fake = Fake::new();
    fake.journal(1, &["a", "c"], Verdict::InfrastructureError);
    fake.put("finishes.1", "1 2");
    let End::Incomplete(why) = fake.run().unwrap() else { panic!("part 1 is not judged") };
    assert_eq!(fake.submissions(), 3);
    assert!(
        why[0].starts_with("part 1: 0 of 2 not judged, and 2 that the machine could not judge"),
        "{why:?}"
    );
}

#[test]
fn a_part_in_the_queue_is_waited_for_even_if_its_node_died_meanwhile() {
    let fake = Fake::new();
    fake.put("finishes.1", "2");
    // Once it is in no list: a node that dies puts its tasks back.
    for (call, line) in ["101|1|RUNNING|None", "", "101|1|PENDING|BeginTime", ""].into_iter().enumerate() {
        fake.put(&format!("queue.{}", call + 1), &format!("{line}\n"));
    }
    fake.put("finishes.2", "1");
    assert_eq!(fake.run().unwrap(), End::Complete);
    assert_eq!(fs::read_to_string(fake.path("asked")).unwrap().trim(), "6", "then it was gone for good");
    assert_eq!(fake.submissions(), 2);
}

#[test]
fn a_command_that_was_killed_goes_on_waiting_for_what_it_submitted() {
    let fake = Fake::new();
    let job = Job {
        name: "grade-1".into(),
        parts: 2,
        arrays: vec![Array { number: Some("101".into()), parts: vec![1, 2] }],
        given_up: false,
    };
    fake.put("out/slurm/job", &serde_json::to_string(&job).unwrap());
    fake.put("queue", "101|1|RUNNING|None\n101|2|PENDING|Resources\n");
    // Both are finished while the second question is asked.
    fake.put("squeue-does.2", "for part in 1 2; do cp journals/$part out/parts/$part/journal.jsonl; done\n");
    assert_eq!(fake.run().unwrap(), End::Complete);
    assert_eq!(fake.submissions(), 0);
}

#[test]
fn a_submission_whose_answer_was_not_read_is_found_by_its_name() {
    let fake = Fake::new();
    let job = |array| Job { name: "grade-1".into(), parts: 2, arrays: vec![array], given_up: false };
    let open = Array { number: None, parts: vec![1, 2] };
    fake.put("out/slurm/job", &serde_json::to_string(&job(open.clone())).unwrap());
    fake.put("queue.1", "77|1|RUNNING|None\n77|2|RUNNING|None\n");
    fake.put("finishes.1", "1 2");
    assert_eq!(fake.run().unwrap(), End::Complete);
    let left: Job = serde_json::from_slice(&fs::read(fake.path("out/slurm/job")).unwrap()).unwrap();
    assert_eq!(left.arrays[0].number.as_deref(), Some("77"), "and both parts were submitted again later");
    assert_eq!(left.arrays.len(), 2);
    // Where the queue knows nothing of it, it did not take place.
    let fake = Fake::new();
    fake.put("out/slurm/job", &serde_json::to_string(&job(open)).unwrap());
    fake.put("finishes.1", "1 2");
    assert_eq!(fake.run().unwrap(), End::Complete);
    let left: Job = serde_json::from_slice(&fs::read(fake.path("out/slurm/job")).unwrap()).unwrap();
    assert_eq!((left.arrays.len(), left.arrays[0].number.as_deref()), (1, Some("101")));
}

#[test]
fn a_controller_that_does_not_answer_for_a_while_is_waited_for() {
    let fake = Fake::new();
    fake.put("squeue-fails", "1\n2\n3\n4\n");
    fake.put("finishes.2", "1 2");
    assert_eq!(fake.run().unwrap(), End::Complete);
    assert_eq!(fake.submissions(), 2, "nothing was submitted while nobody knew");
    assert_eq!(fs::read_to_string(fake.path("asked")).unwrap().trim(), "3");
}

#[test]
fn a_controller_that_never_answers_ends_it_and_nothing_is_lost() {
    let mut fake = Fake::new();
    fake.patience = Duration::ZERO;
    fake.put("squeue-fails", "1\n");
    let error = format!("{:#}", fake.run().unwrap_err());
    assert!(error.contains("the same command goes on waiting: squeue fails"), "{error}");
    assert!(error.contains("Unable to contact slurm controller"), "{error}");
    for part in ["1", "2"] {
        fs::copy(fake.path("journals").join(part), fake.path("out/parts").join(part).join(journal::FILE))
            .unwrap();
    }
    assert_eq!(fake.run().unwrap(), End::Complete);
    assert_eq!(fake.submissions(), 1);
}

#[test]
fn an_interruption_leaves_the_tasks_and_says_how_to_go_on() {
    let fake = Fake::new();
    fake.put("queue", "101|1|RUNNING|None\n101|2|RUNNING|None\n");
    fake.stop.0.send(()).unwrap();
    assert_eq!(fake.run().unwrap(), End::Interrupted);
    let job = Job::open(&fake.path("out/slurm/job"), None, 1).unwrap();
    let script = fake.path("out/slurm/part.sh");
    let watch = Watch {
        slurm: &fake.slurm,
        script: &script,
        poll: Duration::ZERO,
        patience: Duration::ZERO,
        stop: &fake.stop.1,
        bar: &fake.bar,
    };
    let advice = watch.advice(&job);
    assert!(advice.contains("the same command once more") && advice.contains("scancel 101 "), "{advice}");
    let error = Job::open(&fake.path("out/slurm/job"), Some(3), 1).unwrap_err().to_string();
    assert!(error.contains("was begun with --parts 2"), "{error}");
}
