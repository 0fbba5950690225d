//! All three programs together.

use harness::scene::Program;
use harness::tap::handshakes;
use harness::{Scene, check};

use crate::MOMENT;
use crate::mistakes::*;
use crate::stage::{printed, text};

const PLACE: &str = "tcp://127.0.0.1:*";

/// A sink and a ventilator that wait for their workers, and where these find them.
struct Pipeline {
    scene: Scene,
    sink: Program,
    ventilator: Program,
    tasks: String,
    results: String,
    control: String,
}

impl Pipeline {
    /// Starts sink and ventilator.
    fn new(scene: &Scene, tasks: u64, workers: usize, max: &str) -> Self {
        scene.suspect_when(&PANICS, harness::scene::Evidence::panicked);
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
    fn worker(&self, number: usize, tasks: &str, results: &str) -> Program {
        let arguments = ["--tasks", tasks, "--results", results, "--control", &self.control];
        self.scene.start_as(&format!("worker {number}"), "worker", arguments)
    }

    /// Reads so many lines of tasks, then the total and the workers; gives those of the tasks and the words of the last line.
    fn printed(&self, tasks: u64) -> (Vec<String>, Vec<String>) {
        let lines = (0..tasks).map(|_| text(&self.sink.line("the line of a task"))).collect();
        self.sink.line("the line `total SUM`");
        let workers = text(&self.sink.line("the line `workers …`"));
        (lines, workers.split(' ').skip(1).map(String::from).collect())
    }
}

/// A worker that is there when the others have the work already gets nothing. With the barrier every one of them gets some, also where one came
/// much earlier than the others.
#[check]
fn t2_every_worker_gets_work(scene: &Scene) {
    let pipeline = Pipeline::new(scene, 30, 3, "10");
    let tasks = scene.tap("tasks").called("workers", "ventilator").to(&pipeline.tasks).start();
    scene.suspect(&DOES_NOT_FETCH);
    let mut workers = vec![pipeline.worker(1, tasks.endpoint(), &pipeline.results)];
    tasks.wait_until("the first worker to connect to the ventilator", |state| state.handshakes() == 1);
    // Whoever does not wait for the others deals everything to the first one now.
    std::thread::sleep(MOMENT);
    // Nobody is heard to be ready whose way to the ventilator is not open: the barrier cannot know of that link.
    let results = scene
        .tap("results")
        .called("workers", "sink")
        .to(&pipeline.results)
        .with(handshakes().hold())
        .start();
    for number in 2..=3 {
        workers.push(pipeline.worker(number, tasks.endpoint(), results.endpoint()));
    }
    tasks.wait_until("all three workers to connect to the ventilator", |state| state.handshakes() == 3);
    results.release();
    scene.suspect(&NOT_ALL_RESULTS);
    let (_, tally) = pipeline.printed(30);
    let busy = tally.iter().filter(|word| word.rsplit(':').next().is_some_and(|tasks| tasks != "0")).count();
    scene.suspect(&NO_BARRIER);
    scene.expect(busy == 3, "each of the three workers to get some of the 30 tasks", || {
        format!("the line `workers {}`", tally.join(" "))
    });
}

/// When all results are there, nobody stays behind: the ventilator, every worker, and then the sink end with exit code 0.
#[check]
fn t3_all_programs_end(scene: &Scene) {
    let pipeline = Pipeline::new(scene, 20, 3, "10");
    let workers: Vec<Program> =
        (1..=3).map(|number| pipeline.worker(number, &pipeline.tasks, &pipeline.results)).collect();
    scene.suspect(&STAYS_BEHIND);
    for program in workers.iter().chain([&pipeline.ventilator, &pipeline.sink]) {
        program.ends_with(0);
    }
}

/// Many tasks, more than the queues hold: each of them is done and counted, and all is over when it is over.
#[check]
fn t4_nothing_is_lost(scene: &Scene) {
    let many = scene.number(4000..5000);
    let pipeline = Pipeline::new(scene, many, 3, "5");
    let _workers: Vec<Program> =
        (1..=3).map(|number| pipeline.worker(number, &pipeline.tasks, &pipeline.results)).collect();
    scene.suspect(&NOT_ALL_RESULTS);
    let (lines, tally) = pipeline.printed(many);
    let ids = lines.iter().map(|line| line.split(' ').next().unwrap_or_default().to_string());
    let wrong = ids.zip(1..).find(|(id, place)| *id != place.to_string());
    if let Some((id, place)) = wrong {
        scene.fail(format!("line {place} of the sink to be of task {place}"), format!("it is of task {id}"));
    }
    let done: u64 = tally.iter().filter_map(|word| word.rsplit(':').next()?.parse::<u64>().ok()).sum();
    scene
        .expect(done == many, &format!("the workers to have done {many} tasks together"), || printed(&tally));
}
