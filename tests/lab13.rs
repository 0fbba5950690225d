//! Lab 13, the farm: a farmer that gives the tiles of a picture to workers, which die, stop, come late and err.
//!
//! Each check's comment is the idea that it checks; a failed check prints it. The check plays the workers.

#[path = "lab13/journal.rs"]
mod journal;
#[path = "lab13/mistakes.rs"]
mod mistakes;
#[path = "lab13/progress.rs"]
mod progress;
#[path = "lab13/stage.rs"]
mod stage;

use std::collections::BTreeSet;
use std::rc::Rc;

use harness::scene::Evidence;
use harness::{Scene, check};
use mistakes::*;
use shared::farm::{Job, ToFarmer, View};
use stage::{Farm, Hand, LONG, Order, SHORT, text};

harness::lab!("lab13": "farmer");

/// A count that no worker computes by chance for a whole tile.
const MARK: u16 = 7;

/// A worker and its first job, with credit 1.
fn worker_with_a_job(farm: &Farm, name: &str) -> (Rc<Hand>, Job) {
    let hand = farm.worker(name, 1);
    let job = farm.job(&hand, "a job after its Hello");
    (hand, job)
}

/// A job says all that a worker must know, and the jobs of a picture cover every pixel once, also where the size is no multiple of the
/// tile's.
#[check]
fn t1_the_jobs_cover_the_picture(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::of(scene, 50, 37, 16), LONG);
    let count = farm.order.count();
    let worker = farm.worker("the worker", 1000);
    let mut jobs = vec![farm.job(&worker, "a job after its Hello")];
    scene.suspect(&WRONG_TILES);
    jobs.extend(farm.jobs(&worker, count - 1, "a job for each tile"));
    let (mut ids, mut covered) = (BTreeSet::new(), vec![0; 50 * 37]);
    for job in &jobs {
        ids.insert(job.id);
        let right =
            (job.view, job.width, job.height, job.max_iter) == (View::WHOLE, 50, 37, farm.order.max_iter);
        scene.expect(right, "a job of the whole picture's size, view and limit", || format!("{job:?}"));
        let inside = job.x.saturating_add(job.w) <= 50 && job.y.saturating_add(job.h) <= 37;
        scene
            .expect(inside && job.w <= 16 && job.h <= 16, "a tile inside the picture", || format!("{job:?}"));
        for y in job.y..job.y + job.h {
            for x in job.x..job.x + job.w {
                covered[(y * 50 + x) as usize] += 1;
            }
        }
    }
    scene.expect(ids.len() == count, &format!("{count} different ids"), || format!("{} of them", ids.len()));
    let odd = covered.iter().filter(|times| **times != 1).count();
    scene.expect(odd == 0, "each pixel in one tile", || format!("{odd} pixels in none or in several"));
}

/// The credit that a worker names is how many jobs it may hold. It gets so many, and the next when one is finished.
#[check]
fn t1_gives_no_more_than_the_credit(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::small(scene), LONG);
    let count = farm.order.count();
    let few = farm.worker("worker A", 3);
    let held = farm.jobs(&few, 3, "a job within its credit");
    scene.suspect(&ALL_AT_ONCE);
    let many = farm.worker("worker B", 1000);
    // What B is not given, A has.
    farm.until(&many, "all jobs that A does not hold", || {
        let too_many = few.jobs.get() > 3;
        scene.expect(!too_many, "3 jobs for a worker of credit 3", || format!("{}", few.jobs.get()));
        (many.jobs.get() == count - 3).then_some(())
    });
    for job in held {
        few.finish(&job);
    }
    farm.ends_well(&[&many, &few]);
    scene.expect(few.jobs.get() == 3, "3 jobs for A in all, because B holds the rest", || {
        few.jobs.get().to_string()
    });
}

/// A finished tile gives one credit back, so a worker of credit 2 does the whole picture, two jobs at a time.
#[check]
fn t1_a_finished_tile_gives_one_credit_back(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::small(scene), LONG);
    let count = farm.order.count();
    let worker = farm.worker("the worker", 2);
    let (mut first, second) = (farm.job(&worker, "its first job"), farm.job(&worker, "its second job"));
    scene.suspect(&NEVER_BACK);
    for number in 3..=count {
        worker.finish(&first);
        first = farm.job(&worker, &format!("job {number} of {count}, after a finished tile"));
    }
    worker.finish(&first);
    worker.finish(&second);
    scene.suspect(&NO_END);
    farm.ends_well(&[&worker]);
}

/// The picture is that of one process, whoever computed which tile and in whatever order they came.
#[check]
fn t1_the_picture_is_that_of_one_process(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::of(scene, 53, 37, 16), LONG);
    let count = farm.order.count();
    let one = farm.worker("worker A", 4);
    let first = farm.jobs(&one, 4, "a job");
    let other = farm.worker("worker B", 1000);
    let mut jobs: Vec<_> = first.into_iter().map(|job| (&one, job)).collect();
    jobs.extend(farm.jobs(&other, count - 4, "a job").into_iter().map(|job| (&other, job)));
    // In an order that is nobody's.
    jobs.sort_by_key(|(_, job)| (job.id * 7) % 12);
    // The set is the same above and below its middle. One tile is not, so that nothing can be upside down.
    let odd = jobs[7].1.clone();
    let slanting =
        |counts: &mut [u16]| counts.iter_mut().zip(0..).for_each(|(count, place)| *count = place % 59);
    for (worker, job) in &jobs {
        let mut counts = stage::compute(job);
        if job.id == odd.id {
            slanting(&mut counts);
        }
        worker.answer(job.id, counts);
    }
    scene.suspect(&NO_END);
    farm.ends_well(&[&other, &one]);
    scene.suspect(&WRONG_PICTURE);
    let mut wanted = farm.order.counts();
    wanted.draw(&odd, slanting);
    farm.shows(&wanted);
}

/// When the picture is whole, everybody is told, also those who have nothing to do, and the farmer ends.
#[check]
fn t1_says_done_to_everybody(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::small(scene), LONG);
    let (idle, one) = worker_with_a_job(&farm, "worker A");
    let worker = farm.worker("worker B", 1000);
    let jobs = farm.jobs(&worker, farm.order.count() - 1, "a job");
    // From here on there is nothing left for A.
    idle.finish(&one);
    for job in &jobs {
        worker.finish(job);
    }
    scene.suspect(&NO_END);
    farm.until(&worker, "a Done", || worker.done.get().then_some(()));
    scene.suspect(&NO_DONE);
    farm.until(&idle, "a Done", || idle.done.get().then_some(()));
    farm.farmer.ends_with(0);
}

/// A credit is a number that somebody else sent. With 0 a worker gets nothing; with four thousand million it gets what there is.
#[check]
fn t1_takes_any_credit(scene: &Scene) {
    let farm = Farm::new(scene, Order::small(scene), LONG);
    scene.suspect(&ODD_CREDIT);
    let idle = farm.worker("a worker without credit", 0);
    let greedy = farm.worker("a greedy worker", u32::MAX);
    farm.ends_well(&[&greedy]);
    scene.expect(idle.jobs.get() == 0, "no job for a worker of credit 0", || idle.jobs.get().to_string());
    scene.suspect(&WRONG_PICTURE);
    farm.shows(&farm.order.counts());
}

/// A worker with a large credit that does not read for a while still gets every job that it was given.
#[check]
fn t1_no_job_is_lost_on_the_way(scene: &Scene) {
    scene.suspect(&NO_JOB);
    // Tiles of one pixel, more than a ROUTER keeps, and the buffers of an ipc connection besides.
    let order = Order::of(scene, 100, 100, 1);
    let door = scene.ipc("door");
    let farm = Farm::begin(scene, order, &door, LONG, &[], |arguments| scene.start("farmer", arguments));
    let slow = farm.slow_worker("a worker that does not read", 9_000);
    // It has a job already, so when somebody who comes later has one, the slow one's were all sent.
    let quick = farm.worker("worker B", 1);
    farm.until(&quick, "a job after its Hello", || (quick.jobs.get() > 0).then_some(()));
    scene.suspect(&NO_ROOM);
    farm.reads(&slow);
    // Nine thousand jobs through so narrow a door take seconds on a busy machine: the deadline is that of the next one.
    let next = || {
        let taken = [&slow, &quick].map(|hand| {
            let jobs = std::iter::from_fn(|| hand.next_job());
            jobs.map(|job| hand.finish(&job)).count()
        });
        let done = slow.done.get() || quick.done.get();
        (done || taken != [0, 0]).then_some(done)
    };
    while !farm.until(&slow, "every job that the farmer has given it", next) {}
    farm.farmer.ends_with(0);
}

/// The old picture stays until the new one is whole. When the disk is full, one of the two must be there.
#[cfg(target_os = "linux")]
#[check]
fn t1_the_old_picture_stays_where_the_new_one_has_no_room(scene: &Scene) {
    let order = Order::small(scene);
    let old = scene.bytes(300);
    let _ = std::fs::write(&order.out, &old);
    let farm = Farm::begin(scene, order, "tcp://127.0.0.1:*", LONG, &[], |arguments| {
        scene.start_after("trap '' XFSZ", "farmer", arguments)
    });
    scene.suspect(&NO_JOB);
    let worker = farm.worker("the worker", 1000);
    let jobs = farm.jobs(&worker, farm.order.count(), "a job");
    farm.farmer.limit_files(Some(100));
    for job in &jobs {
        worker.finish(job);
    }
    scene.suspect(&SILENT_FAILURE);
    farm.farmer.ends_with(1);
    names(&farm, text(&farm.order.out));
    scene.suspect(&OLD_PICTURE_GONE);
    let now = std::fs::read(&farm.order.out).unwrap_or_default();
    scene.expect(now == old, "the old picture to be there still", || {
        format!("{} bytes of something else", now.len())
    });
}

/// Fails the check unless the farmer's last line on standard error names this.
fn names(farm: &Farm, what: &str) {
    let errors = farm.farmer.output().errors();
    let last = errors.lines().last().unwrap_or_default();
    farm.scene.expect(
        last.contains(what),
        &format!("a last line on standard error that names {what}"),
        || format!("`{last}`"),
    );
}

/// A picture that cannot be written is said at once, and not after the work.
#[check]
fn t1_an_impossible_path_is_said_before_the_work(scene: &Scene) {
    scene.suspect(&TELLS_TOO_LATE);
    scene.suspect_when(&PANICS, Evidence::panicked);
    for out in [scene.folder().join("no/such/folder/picture.png"), scene.folder().to_path_buf()] {
        let order = Order { out, ..Order::small(scene) };
        let farmer = scene.start("farmer", order.arguments("tcp://127.0.0.1:*", LONG));
        match farmer.end_or_line("the farmer to end with exit code 1") {
            Ok(harness::program::Ended::Code(1)) => {}
            Ok(ended) => scene.fail("the farmer to end with exit code 1", farmer.how_it_ended(ended)),
            Err(line) => scene.fail(
                "the farmer to end with exit code 1",
                format!("it printed {}", harness::failure::show(&line)),
            ),
        }
        let errors = farmer.output().errors();
        let path = text(&order.out);
        scene.expect(errors.contains(path), &format!("a line on standard error that names {path}"), || {
            errors.clone()
        });
    }
}

/// A worker of whom nothing is heard for `--liveness` has its tiles given to others.
#[check]
fn t2_a_silent_workers_tiles_go_to_others(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::small(scene), SHORT);
    let silent = farm.stranger("the silent worker");
    silent.hello(2);
    let lost = farm.jobs(&silent, 2, "a job");
    scene.suspect(&NO_LIVENESS);
    let worker = farm.worker("worker B", 3);
    farm.ends_well(&[&worker]);
    scene.expect(worker.jobs.get() == farm.order.count(), "all tiles done by B", || {
        worker.jobs.get().to_string()
    });
    let _ = lost;
    scene.suspect(&WRONG_PICTURE);
    farm.shows(&farm.order.counts());
}

/// A tile may take longer than `--liveness`. Whoever sends Heartbeats meanwhile keeps it.
#[check]
fn t2_a_heartbeat_is_a_sign_of_life(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::small(scene), "500");
    let (busy, long) = worker_with_a_job(&farm, "the busy worker");
    let silent = farm.stranger("the silent worker");
    silent.hello(1);
    let lost = farm.job(&silent, "a job after its Hello");
    scene.suspect(&NO_LIVENESS);
    let helper = farm.worker("worker C", 1);
    // Who is not heard while it computes may lose its tile before the silent one does.
    let job = farm.works_until_looking(&helper, lost.id, "the silent worker's tile", |job| {
        if job.id == long.id {
            scene.suspect(&DEAF_TO_HEARTBEATS);
            scene.fail("the busy worker to keep its tile", "worker C was given it");
        }
    });
    // The silent one spoke after the busy one got its job, so the busy one has been at it for longer than the liveness.
    scene.suspect(&DEAF_TO_HEARTBEATS);
    busy.answer_marked(&long, MARK);
    helper.finish(&job);
    farm.until(&helper, "a Done", || {
        let other = helper.next_job();
        scene.expect(other.is_none(), "the busy worker to keep its tile", || "worker C was given it".into());
        helper.done.get().then_some(())
    });
    farm.farmer.ends_with(0);
    let mut wanted = farm.order.counts();
    wanted.mark(&long, MARK);
    farm.shows(&wanted);
}

/// A tile that was taken from a silent worker is another's. Its late answer is ignored; but it is there again, and gets jobs.
#[check]
fn t2_a_late_result_is_ignored(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::small(scene), SHORT);
    let late = farm.stranger("the late worker");
    late.hello(1);
    let tile = farm.job(&late, "a job after its Hello");
    scene.suspect(&NO_LIVENESS);
    let other = farm.worker("worker B", 1);
    let held = farm.works_until(&other, tile.id, "the silent worker's tile");
    // Everything else is done. B holds the tile, and the first one answers for it.
    late.answer_marked(&tile, MARK);
    late.beats();
    other.falls_silent();
    scene.suspect(&DROPS_THE_LATE);
    let ended = "the tile again, because now B is silent";
    let again = farm.until(&late, ended, || {
        if late.done.get() || other.done.get() {
            scene.suspect(&TAKES_LATE);
            scene.fail(ended, "a Done: the late answer was taken");
        }
        late.next_job()
    });
    late.finish(&again);
    let _ = held;
    scene.suspect(&NO_END);
    farm.ends_well(&[&late]);
    scene.suspect(&TAKES_LATE);
    farm.shows(&farm.order.counts());
}

/// An answer that comes twice counts once: as a tile, as credit, and in the picture.
#[check]
fn t2_a_second_answer_counts_for_nothing(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::small(scene), LONG);
    let (other, kept) = worker_with_a_job(&farm, "worker B");
    let worker = farm.worker("the worker that says everything twice", 2);
    scene.suspect(&TWICE);
    let mut open = farm.order.count() - 1;
    let (mut held, mut ids) = (0, BTreeSet::from([kept.id]));
    while open > 0 {
        let job = farm.until(&worker, "its next job", || {
            if worker.done.get() {
                scene.fail("the farmer to wait for B's tile", "a Done, though one tile is missing");
            }
            worker.next_job()
        });
        held += 1;
        scene.expect(ids.insert(job.id), "each tile to be given once", || format!("tile {} again", job.id));
        worker.finish(&job);
        worker.answer_marked(&job, MARK);
        worker.say(&ToFarmer::Failed { id: job.id, why: "I have changed my mind".into() });
        open -= 1;
        let most = held + 2;
        scene.expect(worker.jobs.get() <= most, "2 jobs at a time, for it has credit 2", || {
            format!("{} jobs, and {held} of them answered", worker.jobs.get())
        });
    }
    other.finish(&kept);
    farm.ends_well(&[&other, &worker]);
    farm.shows(&farm.order.counts());
}

/// Whoever loses its jobs is told, because it may only have stopped for a while. Then it does not compute for nobody.
#[check]
fn t2_what_is_taken_back_is_cancelled(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::small(scene), SHORT);
    let silent = farm.stranger("the silent worker");
    silent.hello(2);
    let jobs = farm.jobs(&silent, 2, "a job");
    scene.suspect(&NO_CANCEL);
    farm.until(&silent, "a Cancel for each of its two jobs", || {
        jobs.iter().all(|job| silent.is_cancelled(job.id)).then_some(())
    });
}

/// A stopped worker goes on where it was, and says no Hello. Its Heartbeat is enough to be used again.
#[check]
fn t2_who_comes_back_is_used_again(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::small(scene), SHORT);
    let away = farm.stranger("the stopped worker");
    away.hello(1);
    let tile = farm.job(&away, "a job after its Hello");
    scene.suspect(&NO_LIVENESS);
    let other = farm.worker("worker B", 1);
    farm.works_until(&other, tile.id, "the stopped worker's tile");
    away.beats();
    other.falls_silent();
    scene.suspect(&DROPS_THE_LATE);
    let again = farm.job(&away, "the last tile, because now B is silent");
    away.finish(&again);
    scene.suspect(&NO_END);
    farm.ends_well(&[&away]);
}

/// The workers want to know as well whether anybody is there: those who compute, and those who have nothing to do.
#[check]
fn t2_the_farmer_sends_heartbeats(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::small(scene), LONG);
    let idle = farm.worker("the idle worker", 0);
    let (busy, _) = worker_with_a_job(&farm, "the busy worker");
    scene.suspect(&NO_HEARTBEAT);
    for hand in [&idle, &busy] {
        farm.until(hand, "two Heartbeats of the farmer", || (hand.heartbeats.get() >= 2).then_some(()));
    }
}

/// A worker that cannot do a job says so. It gets another, and the job waits for somebody else.
#[check]
fn t2_a_failed_job_goes_to_somebody_else(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::small(scene), LONG);
    let (weak, hard) = worker_with_a_job(&farm, "the worker that fails");
    // It is there from the beginning, and holds a job until nothing else is left.
    let (strong, kept) = worker_with_a_job(&farm, "worker B");
    scene.suspect(&FAILED_IS_LOST);
    weak.say(&ToFarmer::Failed { id: hard.id, why: "it is too hard for me".into() });
    for _ in 2..farm.order.count() {
        let job = farm.job(&weak, "another job");
        if job.id == hard.id {
            scene.suspect(&SAME_AGAIN);
            scene.fail("another job for who has failed at this one", format!("job {} again", job.id));
        }
        weak.finish(&job);
    }
    strong.finish(&kept);
    farm.ends_well(&[&strong]);
    scene.suspect(&WRONG_PICTURE);
    farm.shows(&farm.order.counts());
}

/// A worker may come when the others have long begun. It gets what is left.
#[check]
fn t3_who_joins_late_is_used(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::small(scene), LONG);
    let (first, held) = worker_with_a_job(&farm, "the first worker");
    first.finish(&held);
    let held = farm.job(&first, "its second job");
    scene.suspect(&LATE_UNUSED);
    for name in ["the second worker", "the third worker"] {
        let late = farm.worker(name, 2);
        farm.works(&late, 3);
        let _ = farm.job(&late, "its fourth job");
        late.falls_silent();
    }
    let _ = held;
}

/// When nobody is left, the farmer waits. Somebody will come, and go on.
#[check]
fn t3_waits_when_the_last_worker_leaves(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::small(scene), "60");
    let first = farm.worker("the first worker", 1);
    farm.works(&first, 3);
    let _ = farm.job(&first, "another job");
    farm.leaves(first);
    scene.suspect(&ENDS_ALONE);
    // Longer than the liveness: now its jobs are free, and nobody is there to take them.
    for _ in 0..2 {
        if let Some(ended) = farm.farmer.ends_soon() {
            scene.fail("the farmer to wait for another worker", farm.farmer.how_it_ended(ended));
        }
    }
    scene.suspect(&NO_LIVENESS);
    let second = farm.worker("the second worker", 2);
    farm.ends_well(&[&second]);
    scene.suspect(&WRONG_PICTURE);
    farm.shows(&farm.order.counts());
}

/// A second Hello of the same worker means that it has begun anew: it holds nothing, and what it held is to be given again.
#[check]
fn t3_a_second_hello_holds_nothing(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::small(scene), LONG);
    let (worker, _) = worker_with_a_job(&farm, "the worker");
    worker.hello(3);
    scene.suspect(&FORGETS_HELD);
    for job in farm.jobs(&worker, 3, "a job within its new credit") {
        worker.finish(&job);
    }
    farm.ends_well(&[&worker]);
    scene.suspect(&WRONG_PICTURE);
    farm.shows(&farm.order.counts());
}

/// A tile with too few or too many pixels is refused. The worker is dropped, and others get its tiles.
#[check]
fn t4_a_tile_of_the_wrong_size_is_refused(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::small(scene), LONG);
    let pixels = 16 * 16;
    let wrong = [
        ("a worker with a row too few", pixels - 16),
        ("a worker with a pixel too many", pixels + 1),
        ("a worker with no pixel", 0),
    ];
    let wrong = wrong.map(|(name, size)| {
        let (worker, job) = worker_with_a_job(&farm, name);
        (worker, job, size)
    });
    scene.suspect(&WRONG_SIZE);
    for (worker, job, size) in &wrong {
        worker.answer(job.id, vec![MARK; *size]);
    }
    let worker = farm.worker("worker B", 1000);
    farm.ends_well(&[&worker]);
    farm.shows(&farm.order.counts());
}

/// A tile with the number of another's job, of nobody's, or of none at all is refused. The worker is dropped, and others get its tiles.
#[check]
fn t4_a_tile_that_was_not_given_is_refused(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::small(scene), LONG);
    let (honest, kept) = worker_with_a_job(&farm, "the honest worker");
    let held = |name| worker_with_a_job(&farm, name);
    let wrong = [
        held("a worker that answers another's job"),
        held("a worker that answers nobody's job"),
        held("a worker that answers job 2⁶⁴ - 1"),
    ];
    let (fails, its) = held("a worker that fails at a job it was not given");
    let taken: BTreeSet<u64> = wrong.iter().map(|(_, job)| job.id).chain([kept.id, its.id]).collect();
    let free = (0..u64::MAX).find(|id| !taken.contains(id)).unwrap_or_default();
    scene.suspect(&WRONG_ID);
    for ((worker, job), id) in wrong.iter().zip([kept.id, free, u64::MAX]) {
        worker.answer_marked(&Job { id, ..job.clone() }, MARK);
    }
    fails.say(&ToFarmer::Failed { id: free, why: "I do not know it".into() });
    let helper = farm.worker("worker B", 1000);
    let jobs = farm.jobs(&helper, farm.order.count() - 1, "every tile but the honest worker's");
    for job in &jobs {
        helper.finish(job);
    }
    honest.finish(&kept);
    farm.ends_well(&[&helper, &honest]);
    farm.shows(&farm.order.counts());
}

/// Whoever was dropped stays out, whatever it says.
#[check]
fn t4_who_was_dropped_stays_out(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::small(scene), LONG);
    let (honest, kept) = worker_with_a_job(&farm, "the honest worker");
    let (wrong, job) = worker_with_a_job(&farm, "the wrong worker");
    wrong.answer(job.id, vec![MARK; 3]);
    wrong.answer_marked(&job, MARK);
    wrong.hello(1);
    wrong.say(&ToFarmer::Heartbeat);
    scene.suspect(&WRONG_SIZE);
    let helper = farm.worker("worker C", 1);
    let mut left = farm.order.count() - 1;
    while left > 0 {
        let job = farm.until(&helper, "its next job", || {
            if wrong.jobs.get() > 1 {
                scene.suspect(&KEEPS_THE_WRONG);
                scene.fail("no job for a worker that was dropped", "it was given one");
            }
            helper.next_job()
        });
        helper.finish(&job);
        left -= 1;
    }
    honest.finish(&kept);
    farm.ends_well(&[&honest, &helper]);
    scene.suspect(&KEEPS_THE_WRONG);
    farm.shows(&farm.order.counts());
}

/// Who has not said Hello is nobody: neither its tiles nor its failures count. When it says Hello, it is somebody.
#[check]
fn t4_a_stranger_does_not_count(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::small(scene), LONG);
    let (worker, kept) = worker_with_a_job(&farm, "the worker");
    scene.suspect(&STRANGERS);
    let stranger = farm.stranger("the stranger");
    stranger.say(&ToFarmer::Heartbeat);
    stranger.say(&ToFarmer::Failed { id: kept.id, why: "I do not like it".into() });
    stranger.answer_marked(&kept, MARK);
    stranger.answer(u64::MAX, vec![MARK; 3]);
    stranger.hello(1);
    let job = farm.job(&stranger, "a job after its Hello");
    scene.expect(job.id != kept.id, "another job than the worker's", || "the worker's job".into());
    stranger.finish(&job);
    worker.finish(&kept);
    stranger.beats();
    farm.ends_well(&[&worker, &stranger]);
    farm.shows(&farm.order.counts());
}

/// Whatever comes over the wire, the farmer goes on.
#[check]
fn t4_survives_what_is_no_message(scene: &Scene) {
    let farm = Farm::new(scene, Order::small(scene), LONG);
    scene.suspect(&NONSENSE);
    let odd = farm.stranger("somebody else's program");
    let random = scene.bytes(40);
    let frames: [&[&[u8]]; 9] = [
        &[b""],
        &[b"", b""],
        &[b"\x02"],
        &[b"\x01\x01"],
        &[b"\x02\x01\x00"],
        &[b"\x02\x09"],
        &[b"\x02\x01", b"\x02\x01"],
        &[b"\x02\x02\x00\xfd\xff\xff\xff\xff\xff\xff\xff\x7f"],
        &[&random],
    ];
    for frames in frames {
        odd.say_frames(frames);
    }
    odd.hello(0);
    // It is known now, so all before its Hello was read.
    let worker = farm.worker("the worker", 1000);
    farm.ends_well(&[&worker]);
    farm.shows(&farm.order.counts());
}

/// How far the picture is, said in lines where nobody could see a bar move: at each tenth, and nothing but text.
#[check]
fn t5_plain_lines_where_there_is_no_terminal(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let farm = Farm::new(scene, Order::of(scene, 64, 40, 8), LONG);
    let worker = farm.worker("the worker", 1);
    farm.works(&worker, 20);
    scene.suspect(&LINES_AT_THE_END);
    // The next job is given when the tile before it was counted.
    let held = farm.job(&worker, "a job");
    farm.until(&worker, "a line `20/40 tiles, … tiles/s, … s left` on standard error", || {
        progress::lines(&farm).iter().any(|line| line.total == 40 && line.done >= 4).then_some(())
    });
    worker.finish(&held);
    scene.suspect(&NO_END);
    farm.ends_well(&[&worker]);
    let lines = progress::lines(&farm);
    scene.suspect(&NO_LINES);
    let last = lines.last().is_some_and(|line| line.done == 40);
    scene.expect(last, "a last line that begins with `40/40 tiles`", || format!("{:?}", lines.last()));
    scene.suspect(&LINE_PER_TILE);
    scene.expect(lines.len() <= 15, "a line at each tenth", || format!("{} lines for 40 tiles", lines.len()));
    scene.suspect(&BAR_EVERYWHERE);
    let odd = farm.farmer.output().err.iter().any(|line| line.iter().any(|byte| byte.is_ascii_control()));
    scene.expect(!odd, "text without control characters on standard error", || "some".into());
}

/// On a terminal a bar is drawn, and drawn over again, with the same figures beside it.
#[cfg(target_os = "linux")]
#[check]
fn t5_draws_a_bar_on_a_terminal(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let Some(terminal) = progress::Terminal::open() else {
        return scene.note("this machine has no pseudo-terminals");
    };
    let order = Order::of(scene, 64, 40, 8);
    let redirected = format!("exec 2>{}", terminal.name);
    let farm = Farm::begin(scene, order, "tcp://127.0.0.1:*", LONG, &[], |arguments| {
        scene.start_after(&redirected, "farmer", arguments)
    });
    let worker = farm.worker("the worker", 1);
    farm.ends_well(&[&worker]);
    let shown = terminal.shown();
    scene.suspect(&NO_BAR);
    let drawn = shown.contains('\r') && shown.contains('\u{1b}');
    scene.expect(drawn, "a bar that is drawn over again, on the terminal", || format!("{shown:?}"));
    for part in ["40/40", "tiles/s", "left"] {
        scene.expect(shown.contains(part), &format!("`{part}` beside the bar"), || format!("{shown:?}"));
    }
}

/// The rate is of the tiles per second, and the time left is what the rest takes at this rate.
#[check]
fn t5_rate_and_time_left_fit_together(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let began = std::time::Instant::now();
    let farm = Farm::new(scene, Order::of(scene, 64, 40, 8), LONG);
    let worker = farm.worker("the worker", 1);
    let first = farm.job(&worker, "a job");
    let since = hold(&farm);
    worker.finish(&first);
    scene.suspect(&NO_LINES);
    farm.works(&worker, 7);
    let line = farm.until(&worker, "a line `4/40 tiles, … tiles/s, … s left` on standard error", || {
        progress::lines(&farm).into_iter().find(|line| line.done >= 4)
    });
    scene.suspect(&WRONG_RATE);
    let rest = line.total.saturating_sub(line.done);
    #[allow(clippy::cast_precision_loss, reason = "forty tiles")]
    let (done, left) = (line.done as f64, rest as f64 / line.rate);
    rate_is_possible(scene, &line, done, since);
    // They came in less than the time from before the farmer was started until now.
    let within = began.elapsed().as_secs_f64();
    let least = done / within * 0.95 - 0.1;
    let what = format!("at least {least:.1} tiles/s, for {done} tiles in less than {within:.2} s");
    scene.expect(line.rate >= least, &what, || format!("{} tiles/s", line.rate));
    let fits = (line.left - left).abs() <= left * 0.1 + 0.2;
    scene.expect(fits, &format!("about {left:.1} s left, for {rest} tiles at {} tiles/s", line.rate), || {
        format!("{} s left", line.left)
    });
}

/// The first tile takes its time: a quarter of a second or more, which is given back.
fn hold(farm: &Farm) -> f64 {
    let since = std::time::Instant::now();
    // A right farmer goes on, so this is the time that passes.
    for _ in 0..2 {
        if let Some(ended) = farm.farmer.ends_soon() {
            farm.scene.fail("the farmer to wait for the tile", farm.farmer.how_it_ended(ended));
        }
    }
    since.elapsed().as_secs_f64()
}

/// Fails the check where so many tiles cannot have come at this rate, because one of them took longer.
fn rate_is_possible(scene: &Scene, line: &progress::Line, tiles: f64, seconds: f64) {
    let most = tiles / seconds * 1.05 + 0.1;
    let what = format!("at most {most:.1} tiles/s, for {tiles} tiles in more than {seconds:.2} s");
    scene.expect(line.rate > 0.0 && line.rate <= most, &what, || format!("{} tiles/s", line.rate));
}

/// After `kill -9` the farmer goes on with what is in the journal: nobody computes it again, and it is in the picture.
#[check]
fn t6_goes_on_after_a_kill(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let mut season = journal::Season::new(scene);
    let farm = season.farm();
    season.works(&farm, 5, MARK);
    season.dies(farm);
    let farm = season.farm();
    scene.suspect(&FORGETS);
    let jobs = season.finish(&farm);
    scene.expect(jobs.len() == 7, "7 jobs for the tiles that were not finished", || {
        format!("{} jobs", jobs.len())
    });
    scene.suspect(&NOT_DRAWN);
    farm.shows(&season.wanted);
}

/// Whoever is killed while it writes leaves half a record. It is computed again, and nothing else is.
#[check]
fn t6_a_torn_record_is_computed_again(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let mut season = journal::Season::new(scene);
    let farm = season.farm();
    let (worker, held) = season.works(&farm, 3, MARK);
    let three = season.bytes().len();
    worker.finish(&held);
    let _ = farm.job(&worker, "the job behind that");
    let four = season.bytes();
    season.dies(farm);
    scene.suspect(&FORGETS);
    scene.expect(four.len() > three, "a journal that grows with each tile", || {
        format!("{} bytes twice", three)
    });
    scene.suspect(&TORN);
    for left in [four.len().saturating_sub(2), usize::midpoint(three, four.len()), three + 1] {
        let _ = std::fs::write(&season.journal, &four[..left]);
        scene.note(format!("the journal is cut to {left} of {} bytes", four.len()));
        let farm = season.farm();
        let worker = farm.worker("the worker", 1000);
        farm.jobs(&worker, 9, "a job for each tile that is not whole in the journal");
        season.dies(farm);
    }
    let farm = season.farm();
    let jobs = season.finish(&farm);
    scene.expect(jobs.len() == 9, "9 jobs, for the torn tile and the 8 others", || {
        format!("{} jobs", jobs.len())
    });
}

/// New records must not stand behind a torn one, or nobody can read them at the next start.
#[check]
fn t6_what_comes_behind_a_torn_record_is_kept(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let mut season = journal::Season::new(scene);
    let farm = season.farm();
    season.works(&farm, 4, MARK);
    let four = season.bytes();
    season.dies(farm);
    scene.suspect(&FORGETS);
    scene.expect(four.len() > 20, "a journal with a record for each of 4 tiles", || {
        format!("a journal of {} bytes", four.len())
    });
    let _ = std::fs::write(&season.journal, &four[..four.len() - 20]);
    scene.note("the last record of the journal is torn");
    scene.suspect(&TORN);
    let farm = season.farm();
    season.works(&farm, 4, MARK);
    season.dies(farm);
    scene.suspect(&BEHIND_TORN);
    let farm = season.farm();
    let jobs = season.finish(&farm);
    scene.expect(jobs.len() == 5, "5 jobs, for 3 tiles were finished and 4 more", || {
        format!("{} jobs", jobs.len())
    });
}

/// A journal of another picture cannot be gone on with, and stays as it is.
#[check]
fn t6_a_journal_of_another_picture_is_refused(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let mut season = journal::Season::new(scene);
    let farm = season.farm();
    season.works(&farm, 2, MARK);
    season.dies(farm);
    let bytes = season.bytes();
    scene.suspect(&OTHER_PICTURE);
    let order = &season.order;
    let others = [
        Order { width: 48, height: 64, ..order.clone() },
        Order { max_iter: 61, ..order.clone() },
        Order { tile: 8, ..order.clone() },
    ];
    for other in others {
        refuses(&season, &other, &bytes);
    }
}

/// The farmer must end with exit code 1, name the journal, and leave it as it is.
fn refuses(season: &journal::Season, order: &Order, bytes: &[u8]) {
    let farmer = season.refused(order);
    let scene = farmer.scene();
    let what =
        format!("{}x{} in tiles of {}, {} steps", order.width, order.height, order.tile, order.max_iter);
    match farmer.end_or_line(&format!("the farmer to refuse this journal for {what}")) {
        Ok(harness::program::Ended::Code(1)) => {}
        Ok(ended) => scene.fail("the farmer to end with exit code 1", farmer.how_it_ended(ended)),
        Err(_) => scene.fail(format!("the farmer to refuse this journal for {what}"), "it went on and bound"),
    }
    let (errors, path) = (farmer.output().errors(), text(&season.journal));
    scene.expect(errors.contains(path), &format!("a line on standard error that names {path}"), || {
        errors.clone()
    });
    scene.expect(season.bytes() == bytes, "the file as it was", || {
        format!("{} other bytes", season.bytes().len())
    });
}

/// A file that is no journal is somebody's. It is neither read as one nor written over.
#[check]
fn t6_what_is_no_journal_is_left_alone(scene: &Scene) {
    scene.suspect(&EATS_FILES);
    scene.suspect_when(&PANICS, Evidence::panicked);
    let season = journal::Season::new(scene);
    for bytes in [b"milk, bread, salt\n".to_vec(), scene.bytes(1000)] {
        let _ = std::fs::write(&season.journal, &bytes);
        refuses(&season, &season.order, &bytes);
    }
}

/// A journal that cannot be written any more is an error at once, and what was written stays good.
#[cfg(target_os = "linux")]
#[check]
fn t6_a_full_disk_ends_the_farmer_and_loses_nothing(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let season = journal::Season::new(scene);
    let farm = season.farm_with_limits();
    let worker = farm.worker("the worker", 1);
    let first = farm.job(&worker, "a job");
    worker.finish(&first);
    let second = farm.job(&worker, "another job");
    farm.farmer.limit_files(Some(season.bytes().len() as u64 + 9));
    worker.finish(&second);
    scene.suspect(&FULL_DISK);
    farm.farmer.ends_with(1);
    names(&farm, text(&season.journal));
    scene.suspect(&TORN);
    let farm = season.farm();
    let jobs = season.finish(&farm);
    scene.expect(jobs.len() == 11, "11 jobs, for one tile was finished", || format!("{} jobs", jobs.len()));
}

/// The picture could not be written, and nothing is lost: the next farmer makes it of the journal alone.
#[check]
fn t6_a_picture_without_a_place_is_made_of_the_journal(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let mut season = journal::Season::new(scene);
    let folder = scene.folder().join("pictures");
    let _ = std::fs::create_dir(&folder);
    season.order.out = folder.join("picture.png");
    let farm = season.farm();
    let worker = farm.worker("the worker", 1000);
    let jobs = farm.jobs(&worker, season.order.count(), "a job");
    let _ = std::fs::remove_dir_all(&folder);
    scene.note("the folder of the picture is taken away");
    for job in &jobs {
        worker.finish(job);
    }
    scene.suspect(&SILENT_FAILURE);
    farm.farmer.ends_with(1);
    let _ = std::fs::create_dir(&folder);
    scene.note("the folder is there again");
    scene.suspect(&STARTS_OVER);
    let farm = season.farm();
    farm.farmer.ends_with(0);
    // What the journal's tiles look like is another check's.
    farm.has_a_picture();
}

/// The tiles of the journal were not computed in this run, so they are not part of its rate.
#[check]
fn t6_the_rate_is_that_of_this_run(scene: &Scene) {
    scene.suspect(&NO_JOB);
    let mut season = journal::Season::new(scene);
    let farm = season.farm();
    season.works(&farm, 10, MARK);
    season.dies(farm);
    let farm = season.farm();
    scene.suspect(&FORGETS);
    let worker = farm.worker("the worker", 1);
    let job = farm.job(&worker, "a job");
    let since = hold(&farm);
    worker.finish(&job);
    let _ = farm.job(&worker, "the last job");
    scene.suspect(&WRONG_RATE);
    let line = farm.until(&worker, "a line `11/12 tiles, … tiles/s, … s left` on standard error", || {
        progress::lines(&farm).into_iter().find(|line| line.done == 11)
    });
    rate_is_possible(scene, &line, 1.0, since);
}
