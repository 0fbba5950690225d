//! A farmer with a journal that is killed and started again.

use std::path::PathBuf;
use std::rc::Rc;

use harness::Scene;
use harness::scene::Program;
use shared::farm::Job;

use crate::stage::{Counts, Farm, Hand, LONG, Order, text};

/// A picture, its journal, and what the picture will show.
pub struct Season {
    scene: Scene,
    pub order: Order,
    pub journal: PathBuf,
    pub wanted: Counts,
}

impl Season {
    /// Nothing is done yet.
    pub fn new(scene: &Scene) -> Self {
        let order = Order::small(scene);
        let wanted = order.counts();
        Self { scene: scene.clone(), order, journal: scene.folder().join("journal"), wanted }
    }

    /// Starts a farmer with the journal.
    pub fn farm(&self) -> Farm {
        Farm::with(&self.scene, self.order.clone(), LONG, &["--journal", text(&self.journal)])
    }

    /// The same, where a write over a limit is an error and no end.
    pub fn farm_with_limits(&self) -> Farm {
        let more = ["--journal", text(&self.journal)];
        Farm::begin(&self.scene, self.order.clone(), "tcp://127.0.0.1:*", LONG, &more, |arguments| {
            self.scene.start_after("trap '' XFSZ", "farmer", arguments)
        })
    }

    /// Starts a farmer that should refuse.
    pub fn refused(&self, order: &Order) -> Program {
        let mut arguments = order.arguments("tcp://127.0.0.1:*", LONG);
        arguments.extend(["--journal".to_string(), self.journal.display().to_string()]);
        self.scene.start("farmer", arguments)
    }

    /// A worker of credit 1 finishes so many tiles, each with this mark, and holds the next job. Then the tiles are finished for the
    /// farmer, too, for it gave the next job.
    pub fn works(&mut self, farm: &Farm, count: usize, mark: u16) -> (Rc<Hand>, Job) {
        let worker = farm.worker("the worker", 1);
        for number in 1..=count {
            let job = farm.job(&worker, &format!("a job ({number} of {count})"));
            worker.answer_marked(&job, mark);
            self.wanted.mark(&job, mark);
        }
        let held = farm.job(&worker, "the job behind these");
        (worker, held)
    }

    /// The farmer dies as it stands.
    pub fn dies(&self, farm: Farm) {
        farm.farmer.kill();
        let _ = farm.farmer.end();
    }

    /// The whole journal.
    pub fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.journal).unwrap_or_default()
    }

    /// All jobs that are left go to one worker, which finishes them; gives how many there were.
    pub fn finish(&self, farm: &Farm) -> Vec<Job> {
        let worker = farm.worker("the worker", 1000);
        let mut jobs = Vec::new();
        farm.until(&worker, "a Done, or a job to do", || {
            while let Some(job) = worker.next_job() {
                worker.finish(&job);
                jobs.push(job);
            }
            worker.done.get().then_some(())
        });
        farm.farmer.ends_with(0);
        jobs
    }
}
