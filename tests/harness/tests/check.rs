//! What a check does when it is carried out, seen from outside: this test runs itself again with one of the checks
//! in `fixture`, whose programs are shell scripts, and reads what is printed and recorded.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use harness::failure::Outcome;
use harness::record::Record;
use tempfile::TempDir;

/// Checks of a lab that does not exist. They are ignored unless they are asked for.
mod fixture {
    use harness::check::{Lab, run};
    use harness::{Mistake, Scene};

    const MANIFEST: &str = r#"
        title = "Shells"
        chapter = "lab00.md"
        roles = ["shell"]
        minutes = 1
        task = [{ number = 1, title = "Speak", file = "src/bin/shell.rs", lines = 1 }, { number = 2, title = "End", file = "src/x.rs", lines = 1 }]
        [[check]]
        name = "t1_says_hello"
        task = 1
        points = 3
        section = "Say hello"
        hints = ["a", "b", "c"]
        [[check]]
        name = "t1_says_more"
        task = 1
        points = 2
        section = "Say hello"
        hints = ["a", "b", "c"]
        [[check]]
        name = "t2_ends"
        task = 2
        points = 2
        section = "The end"
        hints = ["a", "b", "c"]
    "#;

    static LAB: Lab = Lab {
        name: "lab00",
        package: "lab00",
        manifest: MANIFEST,
        target_tmp: env!("CARGO_TARGET_TMPDIR"),
        programs: &[("shell", "/bin/sh")],
    };

    static MUMBLES: Mistake =
        Mistake { name: "mumbles", says: "It says something else.", section: "Speak up" };

    fn says(script: &'static str, name: &str) {
        // `fn` items only: a check has no state of its own.
        match script {
            "hello" => run(&LAB, name, "Shells say hello.", |scene| hello(scene, "echo hello; sleep 1000")),
            "bye" => run(&LAB, name, "Shells say hello.", |scene| hello(scene, "echo bye; sleep 1000")),
            "todo" => run(&LAB, name, "Shells say hello.", |scene| {
                hello(scene, "echo 'not yet implemented: lab00 task 2: end' >&2; exit 101");
            }),
            "silent" => run(&LAB, name, "Shells say hello.", |scene| hello(scene, "sleep 1000")),
            "dies" => run(&LAB, name, "Shells say hello.", |scene| hello(scene, "echo oh no >&2; exit 7")),
            _ => run(&LAB, name, "Shells say hello.", |_| panic!("our own fault")),
        }
    }

    fn hello(scene: &Scene, script: &str) {
        scene.suspect(&MUMBLES);
        let shell = scene.start("shell", ["-c", script]);
        scene.expect_bytes("the shell's line", shell.line("a greeting"), "hello");
    }

    #[test]
    #[ignore = "run by the tests below"]
    fn passes() {
        says("hello", "t1_says_hello");
    }

    #[test]
    #[ignore = "run by the tests below"]
    fn fails() {
        says("bye", "t1_says_hello");
    }

    #[test]
    #[ignore = "run by the tests below"]
    fn todo() {
        says("todo", "t1_says_hello");
    }

    #[test]
    #[ignore = "run by the tests below"]
    fn dies() {
        says("dies", "t1_says_hello");
    }

    #[test]
    #[ignore = "run by the tests below"]
    fn panics() {
        says("", "t1_says_hello");
    }

    #[test]
    #[ignore = "run by the tests below"]
    fn hangs_twice() {
        let first = std::panic::catch_unwind(|| says("silent", "t1_says_hello"));
        let second = std::panic::catch_unwind(|| says("silent", "t1_says_more"));
        let other = std::panic::catch_unwind(|| says("hello", "t2_ends"));
        assert!(first.is_err() && second.is_err() && other.is_ok());
    }

    #[test]
    #[ignore = "run by the tests below"]
    fn goes_on() {
        run(&LAB, "t2_ends", "", |scene| {
            let shell = scene.start("shell", ["-c", "while :; do echo on; sleep 0.01; done"]);
            while shell.line("a line") != b"off" {}
        });
    }

    #[test]
    #[ignore = "run by the tests below"]
    fn words() {
        run(&LAB, "t2_ends", "", |scene| scene.note(format!("{} {}", scene.word(), scene.number(0..1000))));
    }

    #[test]
    #[ignore = "run by the tests below"]
    fn leaves_a_child() {
        run(&LAB, "t2_ends", "", |scene| {
            let shell = scene.start("shell", ["-c", "sleep 1000 & echo $!; wait"]);
            println!("child {}", String::from_utf8_lossy(&shell.line("its child")));
            shell.ends_with(0);
        });
    }
}

struct Run {
    text: String,
    records: TempDir,
    green: bool,
}

impl Run {
    fn record(&self, check: &str) -> Record {
        Record::read(&self.records.path().join(check)).unwrap()
    }
}

fn fixture(name: &str, records: &TempDir, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture", &format!("fixture::{name}")]);
    for variable in ["LAB_PROGRAMS", "LAB_LAUNCHER", "LAB_SEED", "LAB_DEADLINE", "LAB_AFTER_HANG"] {
        command.env_remove(variable);
    }
    command.env("LAB_RECORDS", records.path()).env("RUST_BACKTRACE", "1").envs(environment.iter().copied());
    command
}

fn run(name: &str, environment: &[(&str, &str)]) -> Run {
    let records = tempfile::tempdir().unwrap();
    let output = fixture(name, &records, environment).output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    Run { text, records, green: output.status.success() }
}

#[test]
fn a_green_check_says_nothing_and_leaves_a_record() {
    let run = run("passes", &[("LAB_SEED", "7")]);
    assert!(run.green && !run.text.contains("Expected"), "{}", run.text);
    let record = run.record("t1_says_hello");
    assert_eq!((record.outcome, record.points, record.seed), (Outcome::Passed, 3, 7));
    assert!(record.timeline.len() >= 2, "{record:?}");
}

#[test]
fn a_failure_teaches_in_order_and_without_a_backtrace() {
    let run = run("fails", &[("LAB_SEED", "7")]);
    assert!(!run.green);
    let parts = [
        "lab00, task 1: Speak (3 points)",
        "Expected  the shell's line to be `hello`",
        "Seen      `bye`",
        "Likely    It says something else.",
        "Idea      Shells say hello.",
        "Read      docs/src/lab00.md, section \"Speak up\"",
        "Hint      cargo lab hint lab00 1",
        "prints \"bye\"",
        "timeline.svg",
        "Replay    LAB_SEED=7 cargo test -p lab00 t1_says_hello",
    ];
    let places: Vec<Option<usize>> = parts.iter().map(|part| run.text.find(part)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}\n{}", run.text);
    assert!(!run.text.contains("backtrace") && !run.text.contains("panicked"), "{}", run.text);
    let record = run.record("t1_says_hello");
    assert_eq!(record.mistake.unwrap().name, "mumbles");
    assert_eq!(record.read, "lab00.md#speak-up");
    assert!(run.records.path().join("t1_says_hello/timeline.svg").exists());
}

#[test]
fn a_program_that_dies_is_told_at_once_with_its_last_words() {
    let run = run("dies", &[]);
    assert!(run.text.contains("shell ended with exit code 7") && run.text.contains("oh no"), "{}", run.text);
    assert_eq!(run.record("t1_says_hello").outcome, Outcome::Failed);
}

#[test]
fn a_reached_todo_is_its_own_outcome() {
    let run = run("todo", &[]);
    assert!(run.text.contains("task 2 is still to do, in labs/lab00/src/x.rs"), "{}", run.text);
    let record = run.record("t1_says_hello");
    assert_eq!((record.outcome, record.todo), (Outcome::Todo, Some(2)));
}

#[test]
fn a_panic_of_the_check_is_not_the_students_fault() {
    let run = run("panics", &[]);
    let record = run.record("t1_says_hello");
    assert_eq!(record.outcome, Outcome::Error);
    assert!(
        run.text.contains("not your program's fault") && run.text.contains("our own fault"),
        "{}",
        run.text
    );
}

#[test]
fn a_hang_is_explained_and_not_run_into_twice() {
    let run = run("hangs_twice", &[("LAB_DEADLINE", "0.2")]);
    assert!(run.green, "{}", run.text);
    let first = run.record("t1_says_hello");
    assert_eq!(first.outcome, Outcome::Hung);
    assert!(first.seen.contains("nothing for 200 ms; this is a hang"), "{}", first.seen);
    assert!(first.seen.contains("the check waits for a greeting"), "{}", first.seen);
    assert!(first.seen.contains("shell is running and waits"), "{}", first.seen);
    let second = run.record("t1_says_more");
    assert_eq!(second.outcome, Outcome::NotRun);
    assert!(second.explanation.contains("`t1_says_hello` of the same task hung"), "{}", second.explanation);
    assert!(run.record("t2_ends").outcome.is_green(), "another task is run");
}

#[test]
fn a_loop_without_end_is_a_hang_though_each_wait_ends() {
    let run = run("goes_on", &[("LAB_DEADLINE", "0.1")]);
    let record = run.record("t2_ends");
    assert_eq!(record.outcome, Outcome::Hung);
    assert!(record.seen.contains("no end after 1200 ms") && record.seen.contains("loop"), "{}", record.seen);
}

#[test]
fn after_a_hang_the_others_run_if_asked_for() {
    let run = run("hangs_twice", &[("LAB_DEADLINE", "0.2"), ("LAB_AFTER_HANG", "run")]);
    assert_eq!(run.record("t1_says_more").outcome, Outcome::Hung);
}

#[test]
fn the_same_seed_gives_the_same_values() {
    let note = |seed| run("words", &[("LAB_SEED", seed)]).record("t2_ends").timeline[0].what.clone();
    assert_eq!(note("1"), note("1"));
    assert_ne!(note("1"), note("2"));
}

#[test]
fn a_launcher_stands_before_each_program() {
    let home = tempfile::tempdir().unwrap();
    let mark = home.path().join("a b");
    let launcher = format!("/bin/sh -c 'echo $0 >>\"{}\"; exec \"$@\"' 'a launcher'", mark.display());
    let run = run("passes", &[("LAB_LAUNCHER", &launcher)]);
    assert!(run.green, "{}", run.text);
    assert!(std::fs::read_to_string(mark).unwrap().starts_with("a launcher\n"));
    // A student reads of the program, and not of what keeps it in.
    let text = format!("{:?}", run.record("t1_says_hello").timeline[0]);
    assert!(text.contains(r#"["sh", "-c""#) && !text.contains("launcher"), "{text}");
}

#[test]
fn a_relative_folder_is_seen_from_where_the_command_was_typed() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("programs")).unwrap();
    std::os::unix::fs::symlink("/bin/sh", home.path().join("programs/shell")).unwrap();
    let home = home.path().to_str().unwrap();
    let run = run("passes", &[("PWD", home), ("LAB_PROGRAMS", "programs")]);
    assert!(run.green, "{}", run.text);
}

#[test]
fn wrong_settings_are_named() {
    for (variable, value, named) in [
        ("LAB_DEADLINE", "soon", "LAB_DEADLINE is `soon`"),
        ("LAB_SEED", "x", "LAB_SEED is `x`"),
        ("LAB_PROGRAMS", "/no/such/folder", "/no/such/folder/shell"),
    ] {
        let run = run("passes", &[(variable, value)]);
        assert!(!run.green && run.text.contains(named), "{}", run.text);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_suite_takes_its_programs_with_it() {
    let records = tempfile::tempdir().unwrap();
    let mut suite = fixture("leaves_a_child", &records, &[("LAB_DEADLINE", "60")])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(suite.stdout.take().unwrap()).lines().map(Result::unwrap);
    let child = lines.find_map(|line| Some(line.split_once("child ")?.1.to_string())).unwrap();
    suite.kill().unwrap();
    suite.wait().unwrap();
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let state = || std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
    while !state().is_empty() && !state().contains(") Z") {
        assert!(std::time::Instant::now() < end, "the program outlived its suite");
        std::thread::yield_now();
    }
}
