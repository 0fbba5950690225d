//! Lab 07, the slow subscriber: what marks keep, what CONFLATE keeps, what back-pressure keeps, and how a subscriber sees its losses.
//!
//! Each check's comment is the idea that it checks; a failed check prints it. What is dropped is counted inside one process only
//! (inproc), where it can be counted; over tcp the operating system has buffers of its own, so there the check injects the gaps.

#[path = "lab07/mistakes.rs"]
mod mistakes;
#[path = "lab07/stage.rs"]
mod stage;

use std::cell::Cell;
use std::rc::Rc;

use harness::failure::show;
use harness::program::Ended;
use harness::scene::Evidence;
use harness::{Scene, check, zmq};
use mistakes::*;
use stage::{Listening, arrived, listen, listen_as, suspect_the_policies, words};

harness::lab!("lab07": "policies", "subscriber");

/// More than both default marks of 1000 take together, so that every wrong mark shows in the number of words that are kept.
const MANY: std::ops::Range<u64> = 2100..2300;
/// A mark, small enough that no multiple of it is taken for a default.
const MARK: std::ops::Range<u64> = 3..40;

/// A full queue takes nothing more, so the oldest messages stay. There is a queue on each side, and the marks add up: of many words the
/// first 2H arrive.
#[check]
fn t1_keeps_the_first_of_many(scene: &Scene) {
    suspect_the_policies(scene);
    scene.suspect_when(&WAITS_FOR_THE_DROPPED, |evidence| evidence.hung);
    // Two different marks, so that none of them can be right by chance.
    for mark in [scene.number(3..20), scene.number(21..40)] {
        keeps_the_first(scene, mark);
    }
}

/// Of more words than two default marks take, the first 2H arrive; how many others there are tells which mark went wrong.
fn keeps_the_first(scene: &Scene, mark: u64) {
    let room = usize::try_from(2 * mark).unwrap_or(0);
    let words = words(scene, scene.number(MANY));
    let lines = arrived(scene, "oldest", mark, &words);
    if lines == words[..room] {
        return;
    }
    let is_first = words.starts_with(&lines);
    scene.suspect(match lines.len() {
        0 => &NOTHING_ARRIVES,
        _ if !is_first && words.ends_with(&lines) => &KEEPS_THE_NEWEST,
        _ if !is_first && lines.iter().all(|line| words.contains(line)) => &MEANWHILE,
        _ if !is_first => &OTHER_LINES,
        count if count == words.len() => &NOTHING_DROPPED,
        2000 => &NO_MARKS,
        count if count == room / 2 + 1000 => &ONE_SIDE,
        count if count == room / 2 => &HALF,
        _ => &WRONG_ROOM,
    });
    let expected = format!(
        "of {} words, with a mark of {mark} on each side, the first {room}: {} to {}",
        words.len(),
        show(words[0].as_bytes()),
        show(words[room - 1].as_bytes())
    );
    scene.fail(expected, stage::in_short(&lines));
}

/// A mark drops nothing as long as there is room: 2H words and fewer all arrive, and then the program ends.
#[check]
fn t1_keeps_all_where_there_is_room(scene: &Scene) {
    suspect_the_policies(scene);
    scene.suspect_when(&WAITS_FOR_THE_DROPPED, |evidence| evidence.hung);
    // Larger than a mark that one would write down for all, so that such a one is never right.
    let mark = scene.number(20..40);
    for count in [2 * mark, mark + scene.number(1..mark), 1] {
        stage::all_arrive(scene, "oldest", mark, count);
    }
}

/// Where nothing was sent, nothing arrives, and there is nothing to wait for.
#[check]
fn t1_ends_where_there_are_no_words(scene: &Scene) {
    ends_without_words(scene, "oldest");
}

/// No words, no lines, exit code 0.
fn ends_without_words(scene: &Scene, policy: &str) {
    suspect_the_policies(scene);
    scene.suspect_when(&EMPTY_WAITS, |evidence| evidence.hung);
    scene.suspect(&OTHER_LINES);
    let lines = arrived(scene, policy, scene.number(MARK), &[]);
    scene.expect(lines.is_empty(), "nothing on standard output", || stage::in_short(&lines));
}

/// CONFLATE leaves room for one message, and each new one takes the place of the one before: the receiver gets the latest, whatever
/// the mark is.
#[check]
fn t2_keeps_the_last_word_only(scene: &Scene) {
    suspect_the_policies(scene);
    scene.suspect_when(&LATEST_WAITS, |evidence| evidence.hung);
    for count in [scene.number(MANY), 2, 1] {
        let mark = scene.number(MARK);
        let words = words(scene, count);
        let lines = arrived(scene, "latest", mark, &words);
        let last = words.last().map_or("", String::as_str);
        if lines == [last] {
            continue;
        }
        scene.suspect(match lines.as_slice() {
            [] => &CONFLATE_FRAMES,
            [one] if words.contains(one) => &NOT_THE_LAST,
            [_, ..] if lines.iter().all(|line| words.contains(line)) => &NOT_LATEST,
            _ => &OTHER_LINES,
        });
        scene.fail(
            format!("of {count} words the last one only, {}", show(last.as_bytes())),
            stage::in_short(&lines),
        );
    }
}

/// Where nothing was sent, there is no latest word either, and the program ends.
#[check]
fn t2_ends_where_there_are_no_words(scene: &Scene) {
    scene.suspect_when(&NO_LAST_WORD, Evidence::panicked);
    ends_without_words(scene, "latest");
}

/// With PUSH and PULL nothing is dropped: a sender that finds no room is told so, or waits. All words arrive, in their order, however
/// little room there is.
#[check]
fn t3_loses_nothing(scene: &Scene) {
    suspect_the_policies(scene);
    scene.suspect_when(&SENDS_FIRST, |evidence| evidence.hung);
    // Many words through large queues, where two default marks are not enough, and some through the smallest. Each time that there is no room
    // takes a sender in the same thread up to a millisecond, so there are few such times.
    for (count, mark) in [(scene.number(MANY), scene.number(150..250)), (scene.number(40..60), 1)] {
        let words = words(scene, count);
        let lines = arrived(scene, "never-lose", mark, &words);
        if lines == words {
            continue;
        }
        let first = lines.len() as u64;
        scene.suspect(match lines.len() {
            0 => &NOTHING_ARRIVES,
            _ if words.starts_with(&lines) && (first == 2 * mark || first == mark) => &DROPS,
            _ if words.starts_with(&lines) => &LOSES_THE_TAIL,
            _ if lines.iter().all(|line| words.contains(line)) => &LOSES_SOME,
            _ => &OTHER_LINES,
        });
        scene.fail(
            format!("all {count} words in their order, with a mark of {mark} on each side"),
            stage::missing(&lines, &words),
        );
    }
}

/// Where nothing was sent, the receiver must not wait for it.
#[check]
fn t3_ends_where_there_are_no_words(scene: &Scene) {
    ends_without_words(scene, "never-lose");
}

/// Numbers that follow each other are what came: one line for each, at once, before the next message is there; and so for as long as
/// messages come.
#[check]
fn t4_prints_each_number_as_it_comes(scene: &Scene) {
    scene.suspect_when(&COUNTS, stage::told_a_loss);
    scene.suspect_when(&GIVES_UP, |evidence| evidence.ended == Some(Ended::Code(0)));
    let on = listen(scene, 5);
    scene.suspect(&SILENT);
    let first = scene.number(2..5);
    for number in first..first + 4 {
        on.got(number);
    }
    // Many in a row, fewer than any mark.
    for number in first + 4..first + 200 {
        on.send(number);
    }
    for number in first + 4..first + 200 {
        on.got_after(number);
    }
}

/// A gap in the numbers is what was lost: `lost A-B` names the first and the last of it, once, and then the number that came is printed as
/// any other.
#[check]
fn t4_tells_each_gap_once(scene: &Scene) {
    scene.suspect_when(&COUNTS, stage::told_another_loss);
    scene.suspect_when(&GAP_BORDERS, stage::told_a_loss);
    let on = listen(scene, 50);
    let mut last = scene.number(2..5);
    on.got(last);
    // After the first gap comes a number without one, where a gap that is told again shows.
    for missing in [1, 0, scene.number(2..20), 0, 0, scene.number(2..20), 1, 0] {
        let number = last + missing + 1;
        scene.suspect(&NO_GAP);
        on.send(number);
        if missing > 0 {
            on.says(&format!("lost {}-{}", last + 1, number - 1));
        }
        scene.suspect(&SILENT);
        on.says(&format!("got {number}"));
        last = number;
    }
}

/// Who joins late has missed nothing that was his: the first number seen, whatever it is, is no loss.
#[check]
fn t4_takes_the_first_number_as_it_is(scene: &Scene) {
    scene.suspect(&FIRST_IS_A_GAP);
    for (name, first) in [("subscriber", scene.number(1_000..1_000_000)), ("second subscriber", 0)] {
        let on = listen_as(scene, name, 5);
        scene.suspect(&FIRST_IS_A_GAP);
        on.got(first);
        on.got(first + 1);
    }
}

/// A number that is equal to the one before is the same message again, and is ignored. The next number shows that it was.
#[check]
fn t4_ignores_an_equal_number(scene: &Scene) {
    let on = listen(scene, 1_000);
    scene.suspect(&EQUAL);
    let first = scene.number(10..1_000);
    on.got(first);
    on.send(first);
    on.send(first);
    on.got(first + 1);
    on.send(first + 1);
    on.got(first + 2);
}

/// A number that falls back is a publisher that was started anew: `restart`, and the count goes on from the new number.
#[check]
fn t4_tells_a_restart(scene: &Scene) {
    scene.suspect_when(&RESTART_IS_A_GAP, |evidence| {
        evidence.wanted == b"restart" && (stage::told_a_loss(evidence) || evidence.got == b"too slow")
    });
    scene.suspect_when(&RESTART_LOSS, stage::told_another_loss);
    let on = listen(scene, 10_000);
    scene.suspect(&SILENT);
    on.got(scene.number(1_000..2_000));
    for low in [scene.number(10..900), 0] {
        scene.suspect(&NO_RESTART);
        on.send(low);
        on.says("restart");
        on.got_after(low);
        scene.suspect(&OLD_NUMBER);
        on.got(low + 1);
        on.got(low + 2);
    }
}

/// A sequence number is a `u64`, up to the highest one. Behind the highest there is none, and what comes then is a restart.
#[check]
fn t4_counts_as_far_as_numbers_go(scene: &Scene) {
    let high = Rc::new(Cell::new(false));
    let is_high = Rc::clone(&high);
    scene.suspect_when(&NARROW, move |evidence| is_high.get() && evidence.panicked());
    scene.suspect_when(&FIRST_IS_A_GAP, |evidence| {
        stage::told_a_loss(evidence) && (evidence.wanted == b"got 4294967295" || evidence.wanted == b"got 7")
    });
    // A subscriber that has trouble with any number has no trouble with high ones.
    let on = listen_as(scene, "first subscriber", u64::MAX);
    scene.suspect(&SILENT);
    for number in [7, 8, 9] {
        on.got(number);
    }
    high.set(true);
    for (name, first) in [("second subscriber", u64::from(u32::MAX)), ("third subscriber", u64::MAX - 2)] {
        let on = listen_as(scene, name, u64::MAX);
        scene.suspect(&NARROW);
        for number in first..=first + 2 {
            on.got(number);
        }
        // Whatever it says to this, it has outlived the number before; what it should say is checked elsewhere.
        on.send(0);
        on.program.line("a line for the number 0, after the highest one");
    }
}

/// Whoever has missed more than he can make good should leave, and begin anew: `lost A-B`, `too slow`, exit code 1, and nothing more of what
/// comes after it.
#[check]
fn t4_leaves_when_it_is_too_slow(scene: &Scene) {
    let lag = scene.number(3..30);
    // One more than the lag; and where none is allowed two, because how a gap of one is told is the business of another check.
    for (name, lag, missing) in [("subscriber", lag, lag + 1), ("second subscriber", 0, 2)] {
        let on = listen_as(scene, name, lag);
        scene.suspect(&SILENT);
        // 0, so that the number itself is no larger than any lag.
        let first = 0;
        on.got(first);
        scene.suspect(&STAYS);
        let number = first + missing + 1;
        for number in [number, number + 1, number + 2] {
            on.send(number);
        }
        // Who stayed is told to go, so that this is no hang.
        on.peer.send("end");
        on.says(&format!("lost {}-{}", first + 1, number - 1));
        on.says("too slow");
        on.program.ends_with(1);
        on.says_no_more();
    }
}

/// `--max-lag L` allows a gap of L missing numbers; only one more is too many.
#[check]
fn t4_stays_where_the_gap_is_allowed(scene: &Scene) {
    scene.suspect_when(&ENDS_EARLY, stage::left_as_too_slow);
    let lag = scene.number(3..30);
    let on = listen(scene, lag);
    let first = 0;
    scene.suspect(&SILENT);
    on.got(first);
    on.send(first + lag + 1);
    on.says(&format!("lost {}-{}", first + 1, first + lag));
    on.got_after(first + lag + 1);
    on.got(first + lag + 2);
}

/// The lag is what is missing at a time. Gaps that are over do not add to it: a subscriber that lost a little now and then is not too slow.
#[check]
fn t4_forgives_gaps_that_are_over(scene: &Scene) {
    scene.suspect_when(&ENDS_EARLY, stage::left_as_too_slow);
    let lag = scene.number(6..30);
    let on = listen(scene, lag);
    let mut last = 0;
    scene.suspect(&SILENT);
    on.got(last);
    for _ in 0..4 {
        let number = last + lag / 2 + 1;
        on.send(number);
        on.says(&format!("lost {}-{}", last + 1, number - 1));
        on.got_after(number);
        last = number;
    }
}

/// `end` in the first frame ends the subscriber, with exit code 0, alone or with further frames.
#[check]
fn t4_ends_when_it_is_told(scene: &Scene) {
    for (name, frames) in [("subscriber", vec!["end"]), ("second subscriber", vec!["end", "bye"])] {
        let on = listen_as(scene, name, 5);
        scene.suspect(&SILENT);
        on.got(1);
        scene.suspect(&WRONG_END);
        on.peer.send_frames(frames);
        on.program.ends_with(0);
        on.says_no_more();
    }
}

/// The payload is not the subscriber's business: it may be empty, look like a number or like `end`, or be no text at all.
#[check]
fn t4_takes_any_payload(scene: &Scene) {
    let on = listen(scene, 1_000);
    scene.suspect(&SILENT);
    on.got(1);
    scene.suspect(&ANY_FRAME);
    let bytes = [b"\xff\xfe".as_slice(), &scene.bytes(20)].concat();
    let payloads: [&[u8]; 6] = [b"", b"end", b"500", b"1", &bytes, b"a\nb"];
    for (number, payload) in (2_u64..).zip(payloads) {
        on.peer.send_frames([number.to_string().as_bytes(), payload]);
        on.says(&format!("got {number}"));
    }
}

/// What is not [number, payload] is skipped: it neither ends the subscriber nor changes what it knows.
#[check]
fn t4_skips_what_is_no_numbered_message(scene: &Scene) {
    let all_skipped = Rc::new(Cell::new(false));
    let skipped = Rc::clone(&all_skipped);
    scene.suspect_when(&SKIPS_IN_SILENCE, move |_| skipped.get());
    scene.suspect_when(&ODD_MESSAGES, |evidence| !evidence.panicked());
    let on = listen(scene, 1_000);
    on.got(7);
    let odd: [&[&str]; 9] = [
        &["nine", "x"],
        &["12"],
        &[""],
        &["", "x"],
        &["-3", "x"],
        &["8.5", "x"],
        &["40", "x", "y"],
        &[" 30 ", "x"],
        &["31\n", "x"],
    ];
    for frames in odd {
        on.peer.send_frames(frames);
    }
    on.peer.send_frames([b"\xff\xfe".as_slice(), b"x"]);
    on.got(8);
    on.program.lines_at_the_end();
    all_skipped.set(true);
    let errors = on.program.output().errors();
    scene.expect(!errors.trim().is_empty(), "a word on standard error about what was skipped", || {
        "nothing on standard error".into()
    });
}

/// A skipped message is as if it had never come. The number before it is still the one to compare with, and what is missing across it is
/// told.
#[check]
fn t4_a_skipped_message_hides_no_gap(scene: &Scene) {
    let skips = Rc::new(Cell::new(false));
    let has_skipped = Rc::clone(&skips);
    scene.suspect_when(&FORGETS, move |evidence| has_skipped.get() && evidence.got == b"got 9");
    let on = listen(scene, 1_000);
    scene.suspect(&SILENT);
    on.got(0);
    scene.suspect(&NO_GAP);
    on.send(3);
    on.says("lost 1-2");
    on.got_after(3);
    on.got(4);
    scene.suspect(&ODD_MESSAGES);
    on.peer.send_frames(["nine", "x"]);
    skips.set(true);
    on.send(9);
    on.says("lost 5-8");
    on.got_after(9);
}

/// Either side may bind: the subscriber too, and then it says where it is.
#[check]
fn t4_may_bind(scene: &Scene) {
    scene.suspect(&ONLY_CONNECTS);
    let program = scene.start("subscriber", ["--bind", "tcp://127.0.0.1:*", "--max-lag", "5"]);
    let peer = scene.peer(zmq::XPUB, "subscriber");
    peer.connect(&program.bound());
    let on = Listening::new(scene, program, peer);
    scene.suspect(&SILENT);
    on.got(1);
}
