//! Jobs for a worker, and the tiles that they must give.

use std::sync::atomic::{AtomicU64, Ordering};

use harness::Scene;
use shared::farm::{Job, View, escape_count};

/// A corner of the plane where neighbours have very different counts.
const VALLEY: View = View { re: -0.743_643, im: 0.131_825, width: 0.3 };

/// The same so near that the last digits of a point decide.
pub const DEEP: View = View { re: -0.743_643_887_037_151, im: 0.131_825_904_205_33, width: 2e-13 };

/// A place that is all inside the set: each pixel takes all steps that are allowed.
const INSIDE: View = View { re: -0.1, im: 0.0, width: 0.1 };

/// No job of a run has the number of another, and many have numbers that need more than 32 bits.
pub fn number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0xffff_fff0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A tile in the middle of a picture, where the counts are many; nothing about it is as wide as high, and all is computed in a moment. So few
/// steps do not make a last digit matter: that is another check's.
pub fn small(scene: &Scene) -> Job {
    let (w, h) = (number_in(scene, 9..17), number_in(scene, 20..29));
    Job { id: number(), view: VALLEY, width: 101, height: 71, x: 43, y: 13, w, h, max_iter: 60 }
}

pub fn number_in(scene: &Scene, range: std::ops::Range<u64>) -> u32 {
    u32::try_from(scene.number(range)).unwrap_or(1)
}

/// A whole picture that takes minutes, and has short rows: where many share the processor, one that is begun is done soon. It is a strip of
/// the plane, all inside the set from its first row to the last.
pub fn endless() -> Job {
    let (w, h) = (64, 16_380);
    let view = View { width: INSIDE.width * f64::from(w) / f64::from(h), ..INSIDE };
    Job { id: number(), view, width: w, height: h, x: 0, y: 0, w, h, max_iter: u16::MAX }
}

/// A tile that takes long enough to get a message in between, and ends.
pub fn costly() -> Job {
    let (w, h) = (16, 32);
    Job { id: number(), view: INSIDE, width: w, height: h, x: 0, y: 0, w, h, max_iter: 20_000 }
}

/// The job of this tile, in words.
pub fn named(job: &Job) -> String {
    format!(
        "job {}: {} x {} at ({}, {}) of {} x {}, {} steps",
        job.id, job.w, job.h, job.x, job.y, job.width, job.height, job.max_iter
    )
}

/// The escape counts of a job, one row after the other, as the protocol says.
pub fn counts(job: &Job) -> Vec<u16> {
    counts_of(job, |column, row| job.view.point(job.width, job.height, column, row))
}

/// The same for other points.
pub fn counts_of(job: &Job, point: impl Fn(u32, u32) -> (f64, f64)) -> Vec<u16> {
    let mut counts = Vec::new();
    for row in 0..job.h {
        for column in 0..job.w {
            let point = point(job.x.wrapping_add(column), job.y.wrapping_add(row));
            counts.push(escape_count(point, job.max_iter));
        }
    }
    counts
}
