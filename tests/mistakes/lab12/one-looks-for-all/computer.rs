//! The tile and the threads without rayon: they wait for each other before each row; results come over a channel.

use std::sync::{Arc, Barrier};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::thread;

use shared::farm::{Job, Pixels, escape_count};

pub struct Task {
    pub job: Job,
    pub cancelled: Arc<AtomicBool>,
}

pub struct Answer {
    pub id: u64,
    pub pixels: Pixels,
    pub cancelled: Arc<AtomicBool>,
}

pub fn compute_all(threads: usize, queue: &Receiver<Task>, answers: &Sender<Answer>) {
    for Task { job, cancelled } in queue {
        let (next, together) = (AtomicU32::new(0), Barrier::new(threads));
        let mut rows = thread::scope(|scope| {
            let crew: Vec<_> = (0..threads).map(|_| scope.spawn(|| some_rows(&job, &next, &cancelled, (threads, &together)))).collect();
            crew.into_iter().flat_map(|one| one.join().expect("a row does not panic")).collect::<Vec<_>>()
        });
        if cancelled.load(Ordering::Relaxed) {
            continue;
        }
        rows.sort_by_key(|row| row.0);
        let pixels = Pixels(rows.into_iter().flat_map(|row| row.1).collect());
        if answers.send(Answer { id: job.id, pixels, cancelled }).is_err() {
            return;
        }
    }
}

fn some_rows(
    job: &Job,
    next: &AtomicU32,
    cancelled: &AtomicBool,
    (threads, together): (usize, &Barrier),
) -> Vec<(u32, Vec<u16>)> {
    let mut rows = Vec::new();
    for _ in 0..(job.h as usize).div_ceil(threads) {
        // One of them is the leader. When it leaves, the others wait for it.
        if together.wait().is_leader() && cancelled.load(Ordering::Relaxed) {
            break;
        }
        let row = next.fetch_add(1, Ordering::Relaxed);
        if row >= job.h {
            continue;
        }
        let point = |column| job.view.point(job.width, job.height, job.x + column, job.y + row);
        rows.push((row, (0..job.w).map(|column| escape_count(point(column), job.max_iter)).collect()));
    }
    rows
}
