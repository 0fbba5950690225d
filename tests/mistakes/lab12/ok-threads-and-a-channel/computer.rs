//! The tile and the threads without rayon: each thread takes the next row that nobody has; results come over a channel.

use std::sync::Arc;
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
        let next = AtomicU32::new(0);
        let mut rows = thread::scope(|scope| {
            let crew: Vec<_> = (0..threads).map(|_| scope.spawn(|| some_rows(&job, &next, &cancelled))).collect();
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

fn some_rows(job: &Job, next: &AtomicU32, cancelled: &AtomicBool) -> Vec<(u32, Vec<u16>)> {
    let mut rows = Vec::new();
    while !cancelled.load(Ordering::Relaxed) {
        let row = next.fetch_add(1, Ordering::Relaxed);
        if row >= job.h {
            break;
        }
        let point = |column| job.view.point(job.width, job.height, job.x + column, job.y + row);
        rows.push((row, (0..job.w).map(|column| escape_count(point(column), job.max_iter)).collect()));
    }
    rows
}
