//! The tile: what a job asks for, computed by as many threads as there are in the pool. Nothing here knows of sockets.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;
use shared::farm::{Job, MAX_PIXELS, Pixels, escape_count};

/// Why a job cannot be done, if so. The numbers come from outside: no sum and no product of them is sure to fit.
pub fn check(job: &Job) -> Result<(), String> {
    let _ = (job.w, job.h, MAX_PIXELS);
    shared::still_to_do("lab12 task 4: look whether the job can be done, and say why not");
    Ok(())
}

/// The escape counts of a job that [`check`] has passed, computed row by row beside each other; none if it is cancelled before they
/// are complete. Each row looks whether it still is wanted.
pub fn compute(job: &Job, cancelled: &AtomicBool) -> Option<Pixels> {
    let _ = (job, escape_count, cancelled.load(Ordering::Relaxed));
    let _ = |pixels: &mut [u16]| pixels.par_chunks_mut(1).count();
    todo!(
        "lab12 task 1: the escape counts of the tile, row by row, with rayon; task 3: stop when it is cancelled"
    )
}
