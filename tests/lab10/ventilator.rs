//! The ventilator, with the check as its workers and as its sink.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use harness::failure::show_frames;
use harness::{Scene, check};

use crate::mistakes::*;
use crate::stage::{Hall, text};
use crate::{HOLD, LATER, SOON, UNREAD};

const PLACE: &str = "tcp://127.0.0.1:*";

/// All tasks that a ventilator deals to one worker.
fn dealt(scene: &Scene, tasks: u64, more: &[&str]) -> (Hall, Vec<Vec<Vec<u8>>>) {
    let hall = Hall::new(scene, PLACE, tasks, more);
    scene.suspect(&DEALS_NOTHING);
    let hand = hall.hand("worker");
    hall.lead_to_the_end();
    let all = hand.all();
    (hall, all)
}

/// A ventilator deals a task for every id from 1 to N, each once and each in two frames, and ends with exit code 0.
#[check]
fn t1_ventilator_deals_every_task_once(scene: &Scene) {
    let tasks = scene.number(11..40);
    let (hall, all) = dealt(scene, tasks, &[]);
    scene.suspect(&WRONG_TASKS);
    if let Some(odd) = all.iter().find(|task| task.len() != 2) {
        scene.fail("every task to have two frames, its id and n", show_frames(odd));
    }
    let mut ids: Vec<String> = all.iter().map(|task| text(&task[0])).collect();
    // Workers do not care in which order the tasks come.
    ids.sort_by_key(|id| (id.len(), id.clone()));
    let wanted: Vec<String> = (1..=tasks).map(|id| id.to_string()).collect();
    scene.expect(ids == wanted, &format!("the tasks 1 to {tasks}, each once"), || {
        format!("{} tasks, with the ids {}", ids.len(), ids.join(" "))
    });
    hall.ventilator.ends_with(0);
}

/// The n of every task is between 1 and `--max`, and between 1 and 10 000 where that is left out.
#[check]
fn t1_ventilator_keeps_n_in_range(scene: &Scene) {
    let max = scene.number(3..9);
    for (more, max) in [(vec!["--max".to_string(), max.to_string()], max), (Vec::new(), 10_000)] {
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        let (_hall, all) = dealt(scene, 60, &more);
        scene.suspect(&N_OUT_OF_RANGE);
        let right = |n: &str| n.parse().is_ok_and(|n: u64| (1..=max).contains(&n));
        let ns: BTreeSet<String> =
            all.iter().map(|task| text(task.get(1).map_or(b"", Vec::as_slice))).collect();
        let odd: Vec<&str> = ns.iter().map(String::as_str).filter(|n| !right(n)).collect();
        scene.expect(odd.is_empty(), &format!("every n to be between 1 and {max}"), || odd.join(" "));
    }
}

/// Until the sink announces `go`, nothing is dealt, however long that takes: a worker that is not there yet would get nothing.
#[check]
fn t2_ventilator_waits_for_go(scene: &Scene) {
    let hall = Hall::new(scene, PLACE, 10, &[]);
    scene.suspect(&NO_BARRIER);
    let mut hand = hall.hand("first worker");
    let began = Instant::now();
    while began.elapsed() < HOLD {
        // It may subscribe or not, and in its own time.
        let left = HOLD.saturating_sub(began.elapsed()).max(Duration::from_millis(1));
        if let Some(task) = hand.task(left) {
            let after = began.elapsed().as_millis();
            let seen =
                format!("the task {}, {after} ms after the first worker was there", show_frames(&task));
            scene.fail("nothing to be dealt before the sink announces `go`", seen);
        }
        if hall.ventilator.has_ended() {
            let how = hall.ventilator.how_it_ended(hall.ventilator.end());
            scene.fail("the ventilator to wait for `go`", how);
        }
    }
}

/// `go` is the sign to start, and the ventilator starts at once.
#[check]
fn t2_ventilator_starts_at_go(scene: &Scene) {
    let hall = Hall::new(scene, PLACE, 10, &[]);
    scene.suspect(&DOES_NOT_LISTEN);
    let mut hand = hall.hand("worker");
    hall.listens();
    let began = Instant::now();
    let mut starts_within = |limit: Duration| {
        while began.elapsed() < limit {
            hall.control.send("go");
            if hand.task(Duration::from_millis(20)).is_some() {
                return true;
            }
            if hall.ventilator.has_ended() {
                return false;
            }
        }
        false
    };
    if starts_within(SOON) {
        return;
    }
    let expected = format!("the first task within {} s once `go` is announced", SOON.as_secs());
    if hall.ventilator.has_ended() {
        scene.fail(expected, hall.ventilator.how_it_ended(hall.ventilator.end()));
    }
    if starts_within(SOON + LATER) {
        scene.suspect(&BY_THE_CLOCK);
        scene.fail(expected, format!("it came {} ms after the first `go`", began.elapsed().as_millis()));
    }
    scene.suspect(&NEVER_STARTS);
    scene.fail(expected, format!("nothing for {} ms, while `go` is announced", began.elapsed().as_millis()));
}

/// A task that was sent is in a queue. The ventilator ends when the last one has left it, however slow its workers are.
#[check]
fn t4_ventilator_stays_until_all_is_delivered(scene: &Scene) {
    let tasks = scene.number(100..200);
    // Over ipc, where little fits between the two; a connection over tcp would take all of the tasks at once.
    let hall = Hall::new(scene, &scene.ipc("door"), tasks, &[]);
    scene.suspect(&DEALS_NOTHING);
    let mut hand = hall.hand("worker");
    hand.fill();
    let began = Instant::now();
    while began.elapsed() < UNREAD && !hall.ventilator.has_ended() {
        hall.gives_go();
    }
    let after = began.elapsed().as_millis();
    scene.suspect(&VENTILATOR_LINGER);
    let ended = hall.ventilator.has_ended();
    let got = hand.all().len();
    let how =
        if ended { format!("the ventilator ended {after} ms after it was there; ") } else { String::new() };
    scene.expect(got as u64 == tasks, &format!("a worker that reads late to get all {tasks} tasks"), || {
        format!("{how}it got {got}")
    });
    hall.ventilator.ends_with(0);
}
