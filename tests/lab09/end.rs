//! The end of the service: by `stop`, by a signal, by several, and whatever its threads are doing.

use std::cell::Cell;
use std::rc::Rc;

use harness::failure::show;
use harness::program::Ended;
use harness::scene::Evidence;
use harness::{Mistake, Scene, Signal};

use crate::life::{Life, born, is_failed};
use crate::load::until_it_rests;
use crate::mistakes::*;
use crate::vectors::ABC;

/// Starts a service whose end is looked at.
pub fn mortal(scene: &Scene, threads: usize) -> Life {
    scene.suspect_when(&NOT_CAUGHT, |evidence| {
        let signals = [Signal::INT, Signal::TERM].map(|signal| Some(Ended::Signal(signal.as_raw())));
        signals.contains(&evidence.ended)
    });
    scene.suspect_when(&INTERRUPTED, |evidence| {
        evidence.errors.contains("EINTR") || evidence.errors.contains("Interrupted system call")
    });
    scene.suspect_when(&ETERM, |evidence| {
        evidence.errors.contains("ETERM") || evidence.errors.contains("Context was terminated")
    });
    scene.suspect_when(&PANICS, Evidence::panicked);
    scene.suspect_when(&WRONG_END, |evidence| {
        evidence.ended.is_some_and(|ended| ended != Ended::Code(0) && ended != Ended::Signal(9))
    });
    born(scene, threads)
}

/// Says `stop`, and fails the check unless the reply is `bye`.
pub fn stop(scene: &Scene, life: &Life) {
    let waits = Rc::new(Cell::new(true));
    let seen = Rc::clone(&waits);
    scene.suspect_when(&BYE_LOST, move |evidence| seen.get() && evidence.ended.is_some());
    scene.suspect(&NO_BYE);
    let reply = life.ask("stop");
    waits.set(false);
    scene.expect_bytes("the reply to `stop`", reply, "bye");
}

/// Ends an idle service, so that what goes wrong later is not for want of that.
pub fn ends_when_idle(scene: &Scene) {
    let idle = mortal(scene, 2);
    stop(scene, &idle);
    scene.suspect(&WAITS_FOR_ITSELF);
    idle.service.ends_with(0);
}

/// Ends a service that has done a job by a signal.
pub fn ends_on_a_signal(scene: &Scene, signal: Signal) {
    let life = mortal(scene, 2);
    life.does(scene, 1, &ABC);
    until_it_rests(&life.service);
    life.service.signal(signal);
    scene.suspect(&DEAF);
    life.ends_well(scene, 1);
}

/// Ends a service that never had a job by a signal, so that what goes wrong later is not for want of that.
pub fn ends_on_a_signal_when_idle(scene: &Scene, signal: Signal) {
    let idle = mortal(scene, 2);
    until_it_rests(&idle.service);
    idle.service.signal(signal);
    scene.suspect(&DEAF);
    idle.service.ends_with(0);
}

/// Says that a service which hangs is blocked in a read, as long as the lines of its jobs are missing: until the cell is true.
pub fn blocked_until_told(scene: &Scene) -> Rc<Cell<bool>> {
    let told = Rc::new(Cell::new(false));
    let seen = Rc::clone(&told);
    scene.suspect_when(&BLOCKED_READ, move |evidence| evidence.hung && !seen.get());
    told
}

/// The one job that a service had when it was ended is told as failed, and the service ends well.
pub fn cut_off(scene: &Scene, life: &Life, hung: &'static Mistake) {
    scene.suspect(hung);
    let ended = life.service.end_or_line("a line for job 1, and the end");
    match ended {
        Ok(ended) => {
            scene.suspect(&LOST);
            scene.fail("the line `1 failed WHY` before the end", life.service.how_it_ended(ended));
        }
        Err(line) => {
            let text = String::from_utf8_lossy(&line).into_owned();
            scene.suspect(if text.starts_with("1 done ") { &CUT_IS_DONE } else { &WRONG_LINE });
            let right = text.strip_prefix("1 ").is_some_and(is_failed);
            scene.expect(right, "the line `1 failed WHY`", || show(&line));
        }
    }
    scene.suspect(&NOT_GONE);
    life.ends_well(scene, 1);
}
