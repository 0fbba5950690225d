//! The tile: what a job asks for, computed by as many threads as there are in the pool. Nothing here knows of sockets.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;
use shared::farm::{Job, MAX_PIXELS, Pixels, escape_count};

/// Why a job cannot be done, if so. The numbers come from outside: no sum and no product of them is sure to fit.
pub fn check(job: &Job) -> Result<(), String> {
    if job.w == 0 || job.h == 0 {
        return Err(format!("a tile of {} x {} has no pixels", job.w, job.h));
    }
    if u64::from(job.w) * u64::from(job.h) > MAX_PIXELS as u64 {
        return Err(format!("a tile of {} x {} has more than {MAX_PIXELS} pixels", job.w, job.h));
    }
    let inside = |from: u32, length: u32, end: u32| from.checked_add(length).is_some_and(|last| last <= end);
    if !inside(job.x, job.w, job.width) || !inside(job.y, job.h, job.height) {
        return Err(format!("the tile is not inside the picture of {} x {}", job.width, job.height));
    }
    if job.max_iter == 0 {
        return Err("no steps are allowed, so nothing can be counted".into());
    }
    Ok(())
}

/// The escape counts of a job that [`check`] has passed, computed row by row beside each other; none if it is cancelled before they
/// are complete. Each row looks whether it still is wanted.
pub fn compute(job: &Job, cancelled: &AtomicBool) -> Option<Pixels> {
    let width = job.w as usize;
    let mut pixels = vec![0; width * job.h as usize];
    let rows = pixels.par_chunks_mut(width).zip(job.y..job.y + job.h);
    rows.try_for_each(|(line, row)| {
        if cancelled.load(Ordering::Relaxed) {
            return None;
        }
        for (pixel, column) in line.iter_mut().zip(job.x..) {
            *pixel = escape_count(job.view.point(job.width, job.height, column, row), job.max_iter);
        }
        Some(())
    })?;
    Some(Pixels(pixels))
}
