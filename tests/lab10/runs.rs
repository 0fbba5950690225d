//! Whole runs: of a ventilator, of a sink, and of all three programs.

use harness::scene::{Evidence, Program};
use harness::{Mistake, Scene};

use crate::mistakes::*;
use crate::stage::{Crew, Hall, printed, text};
use crate::{MOMENT, PLACE};

/// How many primes there are up to n, n included.
pub fn primes(n: u64) -> usize {
    (2..=n).filter(|number| (2..*number).take_while(|d| d * d <= *number).all(|d| number % d > 0)).count()
}

/// All tasks that a ventilator deals to one worker.
pub fn dealt(scene: &Scene, tasks: u64, more: &[&str]) -> (Hall, Vec<Vec<Vec<u8>>>) {
    let hall = Hall::new(scene, PLACE, tasks, more);
    scene.suspect(&DEALS_NOTHING);
    let hand = hall.hand("worker");
    hall.lead_to_the_end();
    let all = hand.all();
    (hall, all)
}

/// So many different names, in an order that is not the alphabet's.
pub fn names(scene: &Scene, count: usize) -> Vec<String> {
    let mut names: Vec<String> = (0..count).map(|number| format!("{}{number}", scene.word())).collect();
    names.sort();
    names.reverse();
    names
}

/// Numbers from 1 to this in some order.
pub fn shuffled(scene: &Scene, last: u64) -> Vec<u64> {
    let mut ids: Vec<(u64, u64)> = (1..=last).map(|id| (scene.number(0..1_000_000), id)).collect();
    ids.sort_unstable();
    // At least one is not in its place, whatever the seed.
    ids.swap(0, 1);
    if ids.is_sorted_by_key(|(_, id)| *id) {
        ids.reverse();
    }
    ids.into_iter().map(|(_, id)| id).collect()
}

/// A whole run of the sink: what came to it, and what it printed.
pub struct Run {
    /// The results in the order in which they came: id, count, worker.
    pub results: Vec<(u64, u64, String)>,
    pub lines: Vec<String>,
}

impl Run {
    /// Three workers, and more than ten tasks in some order.
    pub fn new(scene: &Scene) -> Self {
        let tasks = scene.number(11..20);
        let names = names(scene, 3);
        let crew = Crew::new(scene, usize::try_from(tasks).unwrap_or(0), names.len());
        for name in &names {
            crew.say(&["ready", name]);
        }
        let mut results = Vec::new();
        for (place, id) in shuffled(scene, tasks).into_iter().enumerate() {
            // The first worker does as much as the other two.
            let name = &names[[0, 1, 0, 2][place % 4]];
            let count = scene.number(1..2000);
            crew.result(id, count, name);
            results.push((id, count, name.clone()));
        }
        scene.suspect(&PRINTS_NOTHING);
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        let lines = crew.lines(&all);
        Self { results, lines }
    }

    /// The lines that begin so.
    pub fn lines(&self, begin: &str) -> Vec<String> {
        self.lines.iter().filter(|line| line.split(' ').next() == Some(begin)).cloned().collect()
    }

    /// The lines of the tasks.
    pub fn of_tasks(&self) -> Vec<String> {
        let other = |line: &&String| !line.starts_with("total") && !line.starts_with("workers");
        self.lines.iter().filter(other).cloned().collect()
    }
}

/// A run up to its end: all workers are ready, all results are there, and somebody hears the first `stop`.
pub fn at_the_end(scene: &Scene, workers: usize, names: &[String]) -> Crew {
    let crew = Crew::new(scene, names.len(), workers);
    let mut ear = crew.ear("first listener");
    for name in names {
        crew.say(&["ready", name]);
    }
    for (id, name) in (1..).zip(names) {
        crew.result(id, scene.number(1..100), name);
    }
    scene.suspect(&NO_STOP);
    ear.must_hear(&crew.sink, "stop", "`stop`, because all results are there");
    crew
}

/// This worker says `gone`, some times over: the sink must not take that for all of them.
pub fn stays_after(crew: &Crew, name: &str, times: usize, mistake: &'static Mistake) {
    crew.scene.suspect(mistake);
    for _ in 0..times {
        crew.say(&["gone", name]);
    }
    crew.goes_on(MOMENT, "the sink to wait for the workers that are not gone yet");
}

/// A sink of four tasks and two workers, with something odd among the results; it must print as if that had never come.
pub fn prints_the_rest(scene: &Scene, odd: impl Fn(&Crew, u64, u64, [&str; 2]), mistake: &'static Mistake) {
    let names = names(scene, 2);
    let (first, second) = (names[1].as_str(), names[0].as_str());
    let crew = Crew::new(scene, 4, 2);
    crew.say(&["ready", first]);
    crew.say(&["ready", second]);
    let counts: Vec<u64> = (0..4).map(|_| scene.number(10..2000)).collect();
    crew.result(1, counts[0], first);
    crew.result(2, counts[1], second);
    odd(&crew, counts[0], counts[1], [first, second]);
    crew.result(3, counts[2], first);
    crew.result(4, counts[3], second);
    scene.suspect(mistake);
    scene.suspect_when(&PRINTS_NOTHING, |evidence| evidence.hung);
    let mut lines = crew.lines(&[first, second]);
    let total: u64 = counts.iter().sum();
    let mut wanted: Vec<String> = (1..).zip(&counts).map(|(id, count)| format!("{id} {count}")).collect();
    wanted.push(format!("total {total}"));
    wanted.push(format!("workers {first}:2 {second}:2"));
    let expected = format!("the lines {}", printed(&wanted));
    let seen = printed(&lines);
    // In which order the lines and the workers stand is another check's matter.
    for line in &mut lines {
        if *line == format!("workers {second}:2 {first}:2") {
            *line = format!("workers {first}:2 {second}:2");
        }
    }
    lines.sort();
    wanted.sort();
    let known = |line: &&String| {
        let mut words = line.split(' ').map(|word| word.parse::<u64>().is_ok());
        let task = words.next() == Some(true) && words.next() == Some(true) && words.next().is_none();
        task || line.starts_with("total ") || line.starts_with("workers ")
    };
    if !lines.iter().all(|line| known(&line)) {
        scene.suspect(&OTHER_LINES);
    }
    // Nothing odd makes the total less: where it is, and everything else is there, the sink adds up wrongly, which is another check's matter.
    let less = |line: &&mut String| {
        line.strip_prefix("total ").is_some_and(|sum| sum.parse::<u64>().is_ok_and(|sum| sum < total))
    };
    if let Some(line) = lines.iter_mut().find(less) {
        *line = format!("total {total}");
    }
    lines.sort();
    scene.expect(lines == wanted, &expected, || seen);
}

/// A sink and a ventilator that wait for their workers, and where these find them.
pub struct Pipeline {
    pub scene: Scene,
    pub sink: Program,
    pub ventilator: Program,
    pub tasks: String,
    pub results: String,
    pub control: String,
}

impl Pipeline {
    /// Starts sink and ventilator.
    pub fn new(scene: &Scene, tasks: u64, workers: usize, max: &str) -> Self {
        scene.suspect_when(&PANICS, Evidence::panicked);
        let (number, workers) = (tasks.to_string(), workers.to_string());
        let ends = ["--results", PLACE, "--control", PLACE, "--tasks", &number, "--workers", &workers];
        let sink = scene.start("sink", ends);
        let (results, control) = (sink.bound_named("results"), sink.bound_named("control"));
        let ventilator = scene
            .start("ventilator", ["--bind", PLACE, "--control", &control, "--tasks", &number, "--max", max]);
        let tasks = ventilator.bound();
        Self { scene: scene.clone(), sink, ventilator, tasks, results, control }
    }

    /// Starts a worker whose ways may lead through taps.
    pub fn worker(&self, number: usize, tasks: &str, results: &str) -> Program {
        // With a name of its own: whether a worker makes itself one is another check's matter.
        let name = format!("worker-{number}");
        let arguments = ["--tasks", tasks, "--results", results, "--control", &self.control, "--name", &name];
        self.scene.start_as(&format!("worker {number}"), "worker", arguments)
    }

    /// Reads what the sink prints for so many tasks; gives the lines before that of the workers, and the words of that one.
    pub fn printed(&self, tasks: u64) -> (Vec<String>, Vec<String>) {
        let mut lines = Vec::new();
        // A few more than there should be: what does not belong there is another check's matter.
        for _ in 0..tasks + 10 {
            let line = text(&self.sink.line("the lines of all tasks, the total and the workers"));
            if let Some(workers) = line.strip_prefix("workers") {
                return (lines, workers.split(' ').skip(1).map(String::from).collect());
            }
            lines.push(line);
        }
        self.scene.fail(format!("{tasks} lines of tasks, the total and the workers"), printed(&lines))
    }
}
