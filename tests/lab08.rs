//! Lab 08, late to the party: a store that publishes changes and answers with snapshots, and a replica that misses nothing.
//!
//! Each check's comment is the idea that it checks; a failed check prints it.

#[path = "lab08/mistakes.rs"]
mod mistakes;
#[path = "lab08/stage.rs"]
mod stage;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use harness::failure::show;
use harness::scene::Program;
use harness::tap::{Side, messages};
use harness::{Scene, check};
use mistakes::*;
use stage::{
    Pair, Run, SHORT, Served, Store, ended_by_itself, long, pair, readable, say_what_is_to_do, start_store,
    start_store_with,
};

harness::lab!("lab08": "store", "replica");

/// So many entries that the default mark of 1000 messages and the kernel's buffers do not hold them.
const LONG_TABLE: u64 = 2200;
/// Longer than [`SHORT`], the timeout of the replica.
const PATIENCE: std::time::Duration = std::time::Duration::from_millis(400);
/// Entries of a table whose answer takes a while, and has room in a ROUTER's queue ten times, with the default mark, too. (A peer
/// tells what it has read each time that it is half of the mark, so only the other half is free for certain.)
const SOME_ENTRIES: u64 = 45;

// The store, judged by a SUB and DEALERs of the check's.

/// Each line of input is an update: it gets the next number, from 1, and goes to all who have subscribed. That is also so where it changes
/// nothing, for who counts must not find a number missing.
#[check]
fn t1_the_store_numbers_and_publishes_each_line(scene: &Scene) {
    scene.suspect(&WRONG_NUMBER);
    let served = Served::new(scene);
    let (first, second) = (scene.word(), scene.word());
    served.sets(pair("name", &first), 1);
    served.sets(pair("name", &second), 2);
    served.sets(pair("name", &second), 3);
    served.sets(pair("town", &first), 4);
}

/// The key ends at the first `=`. All that follows it is the value, whatever it looks like.
#[check]
fn t1_the_value_is_the_rest_of_the_line(scene: &Scene) {
    scene.suspect(&WRONG_SPLIT);
    let served = Served::new(scene);
    for (number, value) in (1..).zip(["a=b=c", "=", " two  blanks ", "\t", "carriage return\r", "x="]) {
        served.sets(pair("key", value), number);
    }
    served.sets(pair(" blanks in the key ", "x"), 7);
}

/// Keys and values are bytes. Nobody has promised that they are text.
#[check]
fn t1_the_store_keeps_any_bytes(scene: &Scene) {
    scene.suspect(&STORE_TEXT);
    let served = Served::new(scene);
    let pairs: [Pair<'_>; 3] = [(b"\xff\xfe", b"\x80\0\xc3"), (b"\0", b"\x01\x7f"), (b"\xc3(", b"caf\xe9")];
    for (number, pair) in (1..).zip(pairs) {
        served.sets(pair, number);
    }
    let dealer = served.dealer("the check's DEALER");
    served.expect_snapshot(served.snapshot(&dealer), 3, &pairs);
}

/// A line that is no `KEY=VALUE` gets no number, and is named on standard error. The lines after it count as always.
#[check]
fn t1_a_bad_line_is_named_and_gets_no_number(scene: &Scene) {
    let typed = Rc::new(Cell::new(false));
    let bad = Rc::clone(&typed);
    scene.suspect_when(&BAD_LINE, move |evidence| bad.get() && ended_by_itself(evidence));
    let bad = Rc::clone(&typed);
    scene.suspect_when(&LINES_TOGETHER, move |evidence| bad.get() && evidence.hung);
    scene.suspect(&WRONG_NUMBER);
    let served = Served::new(scene);
    served.sets(pair("a", "1"), 1);
    scene.suspect(&BAD_LINE);
    served.number_tells(&BAD_LINE);
    typed.set(true);
    let (word, value) = (scene.word(), scene.word());
    served.store.type_line(&word);
    served.store.type_line("");
    served.store.type_line(format!("={value}"));
    served.sets(pair("b", "2"), 2);
    typed.set(false);
    let dealer = served.dealer("the check's DEALER");
    served.expect_snapshot(served.snapshot(&dealer), 2, &[pair("a", "1"), pair("b", "2")]);
    served.store.lines_at_the_end();
    let errors = served.store.output().errors();
    scene.suspect(&SILENT);
    for named in [word, format!("={value}")] {
        let what = format!("the bad line {} on standard error", show(named.as_bytes()));
        scene.expect(errors.contains(&named), &what, || match errors.as_str() {
            "" => "nothing".into(),
            errors => show(errors.as_bytes()),
        });
    }
}

/// A store without entries has an answer, too: the end, with the number 0.
#[check]
fn t1_an_empty_store_answers_with_the_end_alone(scene: &Scene) {
    scene.suspect(&WRONG_ANSWER);
    let served = Served::new(scene);
    let dealer = served.dealer("the check's DEALER");
    served.expect_snapshot(served.snapshot(&dealer), 0, &[]);
}

/// The snapshot has each key once, with its last value, and its end says which update was the last.
#[check]
fn t1_the_store_answers_with_its_whole_table(scene: &Scene) {
    scene.suspect(&WRONG_ANSWER);
    let served = Served::new(scene);
    let dealer = served.dealer("the check's DEALER");
    let words = [scene.word(), scene.word(), scene.word()];
    served.sets(pair("b", &words[0]), 1);
    served.sets(pair("a", &words[1]), 2);
    served.expect_snapshot(served.snapshot(&dealer), 2, &[pair("a", &words[1]), pair("b", &words[0])]);
    served.sets(pair("b", &words[2]), 3);
    served.expect_snapshot(served.snapshot(&dealer), 3, &[pair("a", &words[1]), pair("b", &words[2])]);
}

/// Several replicas ask. Each gets one answer, all of it, and nobody else's.
#[check]
fn t1_the_store_answers_the_one_who_asked(scene: &Scene) {
    scene.suspect(&WRONG_RECEIVER);
    let served = Served::new(scene);
    let dealers = [served.dealer("DEALER 1"), served.dealer("DEALER 2")];
    let keys = ["a", "b", "c", "d"];
    let table = keys.map(|key| pair(key, "1"));
    // Who only listens shall get nothing that others asked for.
    for (index, asks) in [0, 0, 1, 0].into_iter().enumerate() {
        let number = index as u64 + 1;
        served.sets(table[index], number);
        served.expect_snapshot(served.snapshot(&dealers[asks]), number, &table[..=index]);
    }
}

/// What is no request gets no answer, and does not end the store.
#[check]
fn t1_the_store_skips_what_is_no_request(scene: &Scene) {
    scene.suspect(&ANSWERS_ANYTHING);
    let served = Served::new(scene);
    let dealer = served.dealer("the check's DEALER");
    served.sets(pair("key", "1"), 1);
    let odd: [&[&[u8]]; 6] =
        [&[b"snapshot"], &[b""], &[b"", b"snapshot?"], &[b"snapshot?", b""], &[b"snapshot?\n"], &[b"\xff"]];
    for frames in odd {
        dealer.send_frames(frames);
    }
    served.expect_snapshot(served.snapshot(&dealer), 1, &[pair("key", "1")]);
    // Had one of them been answered, that answer would come before this one.
    served.sets(pair("word", "2"), 2);
    served.expect_snapshot(served.snapshot(&dealer), 2, &[pair("key", "1"), pair("word", "2")]);
}

/// Lines and requests come at the same time. One turn of the store's loop may find both, and then it does both.
#[check]
fn t1_the_store_loses_no_line_beside_a_request(scene: &Scene) {
    scene.suspect(&WRONG_NUMBER);
    let served = Served::after(scene, |store| {
        for number in 1..=SOME_ENTRIES {
            store.type_line(format!("key {number}=x"));
        }
    });
    served.store.type_line("known=x");
    let mut seq = SOME_ENTRIES + 1;
    served.comes_to(seq);
    scene.suspect(&LOSES_LINES);
    served.number_tells(&LOSES_LINES);
    let dealer = served.dealer("the check's DEALER").behind_a_tap();
    for round in 1..=40 {
        scene.note("the check's DEALER asks ten times, and lines are typed while it is answered");
        for _ in 0..10 {
            served.ask(&dealer);
        }
        // When the first answer has begun, the other requests wait in the ROUTER, so each line comes beside one of them.
        served.answer_begins(&dealer);
        let values: Vec<String> = (0..5).map(|number| format!("{round} {number}")).collect();
        for value in &values {
            served.store.type_line(format!("key 1={value}"));
        }
        for _ in 0..10 {
            served.receive_snapshot(&dealer);
        }
        let all = format!("all {round}");
        served.store.type_line(format!("known={all}"));
        for value in &values {
            seq += 1;
            served.publishes(pair("key 1", value), seq);
        }
        seq += 1;
        served.publishes(pair("known", &all), seq);
    }
}

/// At the end of its input the store has its table still, and there are always some who want it.
#[check]
fn t1_the_store_serves_on_after_the_end_of_input(scene: &Scene) {
    scene.suspect(&ENDS);
    let served = Served::new(scene);
    served.sets(pair("key", "value"), 1);
    served.store.close_input();
    let dealer = served.dealer("the check's DEALER");
    for _ in 0..3 {
        served.expect_snapshot(served.snapshot(&dealer), 1, &[pair("key", "value")]);
    }
}

/// A replica that reads slowly gets the whole table in the end, and meanwhile the store does its other work.
#[check]
fn t1_a_long_snapshot_goes_out_whole(scene: &Scene) {
    scene.suspect(&WRONG_NUMBER);
    // More messages than the default mark, and more bytes than the kernel keeps for a connection.
    let value = "v".repeat(6000);
    let keys: Vec<String> = (1..=LONG_TABLE).map(|number| format!("key {number:04}")).collect();
    let served = Served::after(scene, |store| {
        for key in &keys {
            store.type_line(format!("{key}={value}"));
        }
    });
    // The last of them may still be in the pipe, and are published when the subscription is there.
    served.store.type_line("the last=x");
    scene.suspect(&LINES_TOGETHER);
    served.comes_to(LONG_TABLE + 1);
    scene.suspect(&STANDS_STILL);
    let dealer = served.slow_dealer();
    served.ask(&dealer);
    served.answer_begins(&dealer);
    // The answer has begun, and nobody reads it. The next line is only read when the store is done with it.
    served.sets(pair("sentinel", "x"), LONG_TABLE + 2);
    scene.suspect(&NO_ROOM);
    let mut wanted: Vec<Pair<'_>> = keys.iter().map(|key| pair(key, &value)).collect();
    wanted.push(pair("the last", "x"));
    served.expect_snapshot(served.receive_snapshot(&dealer), LONG_TABLE + 1, &wanted);
}

// The replica, judged by an XPUB and a ROUTER of the check's.

/// The snapshot is made at one moment, and updates go on. Whoever subscribes only when the snapshot is there has missed what came
/// between the two.
#[check]
fn t1_the_replica_subscribes_before_the_snapshot_comes(scene: &Scene) {
    let store = Store::with_replica(scene, &long(scene));
    scene.suspect(&NO_SUBSCRIPTION);
    let asks = store.request("the first request");
    let run = Run::new(scene, 5, &[pair("key", &scene.word())]);
    if !store.subscription_comes() {
        store.answer(&asks, &run);
        if store.subscription_comes() {
            scene.suspect(&SNAPSHOT_FIRST);
        }
        scene.fail("a subscription while the snapshot has not come", "none; the request was there");
    }
    scene.suspect(&WRONG_LINE);
    store.answer(&asks, &run);
    store.prints(&run);
}

/// The table is printed in one line when the snapshot is complete: the number, and all keys in the order of their bytes.
#[check]
fn t1_the_replica_prints_the_first_snapshot(scene: &Scene) {
    scene.suspect(&WRONG_LINE);
    let store = Store::with_replica(scene, &long(scene));
    let words: Vec<String> = (0..3).map(|_| scene.word()).collect();
    let mut table: Vec<Pair<'_>> = words.iter().map(|word| pair(word, "a value with blanks")).collect();
    table.extend(["Z", "a", "a b", "A", "é", "10", "9", "_"].map(|key| pair(key, "x=y")));
    let run = Run::new(scene, scene.number(100..1000), &table);
    store.answer(&store.request("the first request"), &run);
    store.prints(&run);
}

/// An empty table is a table. Its line is the number alone.
#[check]
fn t1_an_empty_table_is_a_line(scene: &Scene) {
    scene.suspect(&WRONG_LINE);
    scene.suspect_when(&NOTHING_FOR_EMPTY, |evidence| evidence.hung);
    let store = Store::with_replica(scene, &long(scene));
    let run = Run::new(scene, scene.number(0..3), &[]);
    store.answer(&store.request("the first request"), &run);
    store.prints(&run);
}

/// Updates that follow on the snapshot change the table, and each change is printed.
#[check]
fn t1_the_replica_follows_the_updates(scene: &Scene) {
    let words = [scene.word(), scene.word()];
    let run = Run::new(scene, 5, &[pair("b", "1")]);
    let replaces = Rc::new(Cell::new(false));
    let does_replace = Rc::clone(&replaces);
    scene.suspect_when(&NEW_KEYS_ONLY, move |evidence| evidence.hung && does_replace.get());
    let store = Store::with_follower(scene, &run);
    scene.suspect(&WRONG_LINE);
    // Other checks change the table by new keys only.
    store.update(&run, 6, pair("a", &words[0]));
    store.prints(&run.at(6, &[pair("a", &words[0]), pair("b", "1")]));
    store.update(&run, 7, pair("b", &words[1]));
    replaces.set(true);
    store.prints(&run.at(7, &[pair("a", &words[0]), pair("b", &words[1])]));
}

/// A line is printed where the table has changed. An update that leaves it as it was has a number, and no line.
#[check]
fn t1_the_replica_prints_changes_only(scene: &Scene) {
    let run = Run::new(scene, 5, &[pair("a", "1"), pair("b", "2")]);
    let store = Store::with_follower(scene, &run);
    scene.suspect(&PRINTS_ALL);
    store.update(&run, 6, pair("a", "1"));
    store.update(&run, 7, pair("b", "2"));
    store.update(&run, 8, pair("c", "3"));
    store.prints(&run.at(8, &[pair("a", "1"), pair("b", "2"), pair("c", "3")]));
}

/// Keys and values are bytes, and are printed as they came.
#[check]
fn t1_the_replica_prints_any_bytes(scene: &Scene) {
    scene.suspect(&REPLICA_TEXT);
    let store = Store::with_replica(scene, &long(scene));
    let run = Run::new(scene, 2, &[(b"\xff", b"\x80\0\xc3"), (b"\0\x01", b"caf\xe9"), (b"z", b"\r")]);
    store.answer(&store.request("the first request"), &run);
    store.prints(&run);
    store.subscribed();
    store.update(&run, 3, (b"\xfe", b"\xff\0"));
    let pairs: [Pair<'_>; 4] =
        [(b"\xff", b"\x80\0\xc3"), (b"\0\x01", b"caf\xe9"), (b"z", b"\r"), (b"\xfe", b"\xff\0")];
    store.prints(&run.at(3, &pairs));
}

/// Between the request and the end of its answer updates come. They are newer than the snapshot, so they are kept until it is
/// complete.
#[check]
fn t1_the_replica_keeps_updates_that_come_before_the_snapshot(scene: &Scene) {
    scene.suspect(&NO_BUFFER);
    let store = Store::with_replica(scene, &long(scene));
    let asks = store.request("the first request");
    store.subscribes_meanwhile();
    let words: Vec<String> = (0..20).map(|number| format!("{number:02} {}", scene.word())).collect();
    let mut table = vec![pair("old", "1")];
    let run = Run::new(scene, 5, &table);
    // By turns, so that a replica which throws updates away while it reads the answer has thrown away some.
    for (seq, word) in (6..).zip(&words) {
        store.update(&run, seq, pair(word, "new"));
        store.entry(&asks, pair("old", "1"));
    }
    let last: Vec<Pair<'_>> =
        table.iter().copied().chain(words.iter().map(|word| pair(word, "new"))).collect();
    let last = run.at(25, &last).line();
    scene.suspect_when(&PRINTS_ONCE, move |evidence| evidence.got == last);
    store.lets_it_read();
    store.end(&asks, &run);
    store.prints(&run);
    for (seq, word) in (6..).zip(&words) {
        table.push(pair(word, "new"));
        store.prints(&run.at(seq, &table));
    }
}

/// What is no update is skipped: another number of frames, another word, a number that is none.
#[check]
fn t1_the_replica_skips_what_is_no_update(scene: &Scene) {
    let run = Run::new(scene, 5, &[pair("a", "1")]);
    let store = Store::with_follower(scene, &run);
    scene.suspect(&TAKES_UPDATES);
    let session = run.session.as_bytes();
    let odd: [&[&[u8]]; 8] = [
        &[b"update"],
        &[b"update", session, b"6", b"a"],
        &[b"update", session, b"6", b"a", b"2", b"3"],
        &[b"updated", session, b"6", b"a", b"2"],
        &[b"update", session, b"six", b"a", b"2"],
        &[b"update", session, b"", b"a", b"2"],
        &[b"update", session, b"-1", b"a", b"2"],
        &[b"update", session, b"99999999999999999999", b"a", b"2"],
    ];
    for frames in odd {
        store.updates.send_frames(frames);
    }
    store.update(&run, 6, pair("b", "2"));
    store.prints(&run.at(6, &[pair("a", "1"), pair("b", "2")]));
}

/// What is no part of an answer is skipped, and the answer goes on behind it.
#[check]
fn t1_the_replica_skips_what_is_no_answer(scene: &Scene) {
    scene.suspect(&TAKES_ANSWERS);
    let store = Store::with_replica(scene, &long(scene));
    let asks = store.request("the first request");
    let run = Run::new(scene, 5, &[pair("a", "1"), pair("b", "2")]);
    let (asks, session) = (asks.as_slice(), run.session.as_bytes());
    store.entry(asks, pair("a", "1"));
    let odd: [&[&[u8]]; 8] = [
        &[asks, b"entry"],
        &[asks, b"entry", b"c"],
        &[asks, b"entry", b"c", b"3", b"4"],
        &[asks, b"Entry", b"c", b"3"],
        &[asks, b"", b"entry", b"c", b"3"],
        &[asks, b"end"],
        &[asks, b"end", session, b"five"],
        &[asks, b"end", session, b"9", b""],
    ];
    for frames in odd {
        store.requests.send_frames(frames);
    }
    store.entry(asks, pair("b", "2"));
    store.end(asks, &run);
    store.prints(&run);
}

/// A key whose number the snapshot has passed is in it already. To apply it again would bring an old value back.
#[check]
fn t2_the_replica_drops_updates_that_the_snapshot_has(scene: &Scene) {
    scene.suspect(&APPLIES_OLD);
    let store = Store::with_replica(scene, &long(scene));
    let asks = store.request("the first request");
    store.subscribes_meanwhile();
    let run = Run::new(scene, 9, &[pair("a", "new"), pair("b", "2")]);
    // By turns, so that some of them are kept and not read afterwards.
    for seq in 4..=9 {
        store.update(&run, seq, if seq < 8 { pair("a", "old") } else { pair("b", "2") });
        store.entry(&asks, if seq < 7 { pair("a", "new") } else { pair("b", "2") });
    }
    store.update(&run, 10, pair("c", "3"));
    store.lets_it_read();
    store.end(&asks, &run);
    store.prints(&run);
    scene.suspect_when(&NO_BUFFER, |evidence| evidence.hung);
    store.asks_nothing_before_line(1, &ASKS_AT_OLD);
    store.prints(&run.at(10, &[pair("a", "new"), pair("b", "2"), pair("c", "3")]));
}

/// Two connections know nothing of each other. An update that the snapshot has can come after the snapshot, too.
#[check]
fn t2_the_replica_drops_old_updates_that_come_later(scene: &Scene) {
    let run = Run::new(scene, 9, &[pair("a", "new")]);
    let store = Store::with_follower(scene, &run);
    scene.suspect(&FILTERS_BUFFER);
    store.update(&run, 7, pair("a", "old"));
    store.update(&run, 8, pair("b", "old"));
    store.update(&run, 9, pair("a", "new"));
    store.update(&run, 10, pair("c", "3"));
    store.asks_nothing_before_line(1, &ASKS_AT_OLD);
    store.prints(&run.at(10, &[pair("a", "new"), pair("c", "3")]));
}

/// A missing number is a lost update. What was in it only a new snapshot can tell.
#[check]
fn t3_a_gap_asks_for_a_new_snapshot(scene: &Scene) {
    let run = Run::new(scene, 5, &[pair("a", "1")]);
    let store = Store::with_follower(scene, &run);
    scene.suspect(&IGNORES_GAPS);
    // One number is missing; more are in other checks.
    store.update(&run, 7, pair("c", "3"));
    let asks = store.request("after the update 7 behind 5, a request");
    let run = run.at(7, &[pair("a", "1"), pair("b", "2"), pair("c", "3")]);
    store.answer(&asks, &run);
    store.prints(&run);
    store.update(&run, 8, pair("d", "4"));
    store.prints(&run.at(8, &[pair("a", "1"), pair("b", "2"), pair("c", "3"), pair("d", "4")]));
}

/// The update behind a gap tells of a change to a table that the replica does not have. It is not made: the snapshot has it.
#[check]
fn t3_an_update_behind_a_gap_is_not_applied(scene: &Scene) {
    let run = Run::new(scene, 5, &[pair("a", "1")]);
    let store = Store::with_follower(scene, &run);
    scene.suspect(&IGNORES_GAPS);
    store.update(&run, 8, pair("c", "3"));
    let asks = store.request("after the update 8 behind 5, a request");
    scene.suspect(&APPLIES_BEHIND_GAP);
    // Who has made the change already finds nothing new in this snapshot, and the next line is that of update 9.
    let later = run.at(8, &[pair("a", "1"), pair("c", "3")]);
    store.answer(&asks, &later);
    store.update(&run, 9, pair("d", "4"));
    store.prints(&later);
}

/// A line is printed where the table has changed. A new snapshot with the same table is no change, whatever its number is.
#[check]
fn t3_a_snapshot_with_the_same_table_prints_nothing(scene: &Scene) {
    let run = Run::new(scene, 5, &[pair("a", "1")]);
    let store = Store::with_follower(scene, &run);
    scene.suspect(&IGNORES_GAPS);
    store.update(&run, 8, pair("a", "1"));
    let asks = store.request("after the update 8 behind 5, a request");
    scene.suspect(&PRINTS_SAME);
    store.answer(&asks, &run.at(8, &[pair("a", "1")]));
    store.update(&run, 9, pair("b", "2"));
    store.prints(&run.at(9, &[pair("a", "1"), pair("b", "2")]));
}

/// A replica that asks again because its time is over knows as much as before. Its table stays until a snapshot takes its place.
#[check]
fn t3_who_asks_again_forgets_nothing(scene: &Scene) {
    scene.suspect(&WRONG_LINE);
    let store = Store::with_replica(scene, SHORT);
    let run = Run::new(scene, 5, &[pair("a", "1")]);
    store.answer(&store.request("the first request"), &run);
    store.prints_and_may_ask(0, &run);
    store.subscribed();
    scene.suspect(&IGNORES_GAPS);
    store.update(&run, 8, pair("a", "1"));
    let asks = store.request("after the update 8 behind 5, a request");
    scene.suspect(&ASKS_ONCE);
    // A part of an answer; where none comes at all is another check's question.
    store.entry(&asks, pair("a", "1"));
    let asks = store.request("when the answer does not go on, a second request");
    scene.suspect(&PRINTS_SAME);
    // Whichever request it is that the replica still listens to, the answer has the table that it knows, and update 9 follows.
    let (same, next) = (run.at(8, &[pair("a", "1")]), run.at(9, &[pair("a", "1"), pair("b", "2")]));
    let answers = |identity: &[u8]| {
        store.answer(identity, &same);
        store.update(&run, 9, pair("b", "2"));
    };
    answers(&asks);
    store.prints_while(1, &next, answers);
}

/// While the second snapshot is on its way updates come as they did during the first, and are kept as they were then.
#[check]
fn t3_the_replica_keeps_updates_while_it_asks_again(scene: &Scene) {
    let asked = Rc::new(Cell::new(false));
    let has_asked = Rc::clone(&asked);
    scene.suspect_when(&NO_SECOND_BUFFER, move |evidence| evidence.hung && has_asked.get());
    let run = Run::new(scene, 5, &[pair("a", "1")]);
    let store = Store::with_follower(scene, &run);
    scene.suspect(&IGNORES_GAPS);
    store.update(&run, 8, pair("a", "1"));
    let asks = store.request("after the update 8 behind 5, a request");
    asked.set(true);
    scene.suspect(&NO_SECOND_BUFFER);
    let words: Vec<String> = (0..20).map(|number| format!("{number:02} {}", scene.word())).collect();
    // What the replica had before is in it, too: whether a snapshot takes the place of all is another check's question.
    let mut table = vec![pair("a", "1"), pair("b", "2")];
    let run = run.at(8, &table);
    store.entry(&asks, pair("a", "1"));
    for (seq, word) in (9..).zip(&words) {
        store.update(&run, seq, pair(word, "new"));
        store.entry(&asks, pair("b", "2"));
    }
    let last: Vec<Pair<'_>> =
        table.iter().copied().chain(words.iter().map(|word| pair(word, "new"))).collect();
    let last = run.at(28, &last).line();
    scene.suspect_when(&PRINTS_ONCE, move |evidence| evidence.got == last);
    store.lets_it_read();
    store.end(&asks, &run);
    store.prints(&run);
    for (seq, word) in (9..).zip(&words) {
        table.push(pair(word, "new"));
        store.prints(&run.at(seq, &table));
    }
}

/// A gap can remain between the snapshot and the updates that were kept. Then this snapshot is not enough.
#[check]
fn t3_a_gap_behind_the_snapshot_asks_again(scene: &Scene) {
    scene.suspect(&TRUSTS_BUFFER);
    let store = Store::with_replica(scene, &long(scene));
    let asks = store.request("the first request");
    store.subscribes_meanwhile();
    let run = Run::new(scene, 5, &[pair("a", "1")]);
    // By turns, so that it comes before the end of the answer is read.
    for _ in 0..10 {
        store.update(&run, 8, pair("c", "3"));
        store.entry(&asks, pair("a", "1"));
    }
    store.lets_it_read();
    store.end(&asks, &run);
    store.prints(&run);
    let asks = store.request("after a snapshot of 5 and a kept update 8, a request");
    let run = run.at(8, &[pair("a", "1"), pair("b", "2"), pair("c", "3")]);
    store.answer(&asks, &run);
    store.prints(&run);
}

/// A store that dies with a request in its hands never answers it. The replica asks again after a while, and takes that answer.
#[check]
fn t3_the_replica_asks_again_where_no_answer_comes(scene: &Scene) {
    scene.suspect(&ASKS_ONCE);
    let store = Store::with_replica(scene, SHORT);
    store.request("the first request");
    let asks = store.request("when no answer has come, a second request");
    let run = Run::new(scene, 5, &[pair("a", &scene.word())]);
    store.answer(&asks, &run);
    scene.suspect(&WRONG_LINE);
    store.prints_and_may_ask(0, &run);
}

/// A long answer that keeps coming is not late, however long it takes. Each message of it shows that the store is there.
#[check]
fn t3_a_long_answer_is_not_late(scene: &Scene) {
    scene.suspect(&NO_PATIENCE);
    let store = Store::with_replica(scene, SHORT);
    let run = Run::new(scene, 5, &[pair("a", &scene.word())]);
    let mut asks = store.request("the first request");
    // On a busy machine a pause may be long enough for a right replica to ask again; a wrong one asks each time.
    for _ in 0..8 {
        match store.entries_for(PATIENCE, &asks, &run) {
            Some(again) => asks = again,
            None => {
                store.end(&asks, &run);
                scene.suspect(&WRONG_LINE);
                return store.prints_and_may_ask(0, &run);
            }
        }
    }
    scene.fail(
        "a replica that waits for the end of an answer which keeps coming",
        "a request in the midst of the answer, each of 8 times",
    );
}

/// Updates are no sign that an answer will come: they come from another socket of the store.
#[check]
fn t3_updates_do_not_put_off_asking_again(scene: &Scene) {
    scene.suspect(&NEVER_TIME);
    let store = Store::with_replica(scene, SHORT);
    let asks = store.request("the first request");
    store.entry(&asks, pair("a", "1"));
    // Where it does not subscribe before it has an answer, that is another check's question.
    store.subscription_comes();
    let run = Run::new(scene, 5, &[]);
    let end = std::time::Instant::now() + scene.deadline();
    let mut seq = 5;
    // An update at each glance, much more often than the replica's timeout, until it asks.
    while !readable(&store.requests) && std::time::Instant::now() < end && !store.replica.has_ended() {
        seq += 1;
        store.update(&run, seq, pair("a", &seq.to_string()));
    }
    scene.expect(
        readable(&store.requests) || store.replica.has_ended(),
        "a second request, though updates come all the time",
        || format!("{} updates were published, and none came", seq - 5),
    );
    let asks = store.request("a second request");
    let run = run.at(seq, &[pair("a", &seq.to_string())]);
    store.answer(&asks, &run);
    scene.suspect(&WRONG_LINE);
    store.prints_and_may_ask(0, &run);
}

/// Half an answer and another half are no snapshot. An entry does not tell which request it belongs to, so nothing of
/// an old answer may come where the new one does.
#[check]
fn t3_no_snapshot_is_made_of_two_answers(scene: &Scene) {
    scene.suspect(&ASKS_ONCE);
    let store = Store::with_replica(scene, SHORT);
    let first = store.request("the first request");
    store.entry(&first, pair("gone", "1"));
    let second = store.request("when the answer does not go on, a second request");
    scene.suspect(&SAME_SOCKET);
    // This was still on its way when the replica asked again.
    store.entry(&first, pair("late", "1"));
    let run = Run::new(scene, 5, &[pair("a", &scene.word())]);
    store.answer(&second, &run);
    store.prints_and_may_ask(0, &run);
}

/// A store and two replicas together. One of them waits for its answer while the other asks; and its updates come over a link that loses some.
#[check]
fn t3_store_and_replica_agree_though_updates_are_lost(scene: &Scene) {
    let waits = Rc::new(Cell::new(false));
    let does_wait = Rc::clone(&waits);
    scene.suspect_when(&SAME_IDENTITY, move |evidence| evidence.hung && does_wait.get());
    scene.suspect(&WRONG_NUMBER);
    let (program, updates, snapshot) = start_store_with(scene, "a=1");
    scene.suspect(&IGNORES_GAPS);
    let link = scene
        .tap("updates")
        .called("replica", "store")
        .to(&updates)
        .with(messages(1..=2).from_acceptor().lose())
        .start();
    let answers = scene
        .tap("snapshots")
        .called("replica", "store")
        .to(&snapshot)
        .with(messages(..).from_acceptor().hold())
        .start();
    let start = |name: &str, updates: &str, snapshot: &str| {
        let long = long(scene);
        scene.start_as(name, "replica", ["--updates", updates, "--snapshot", snapshot, "--timeout", &long])
    };
    let line = |replica: &Program, wanted: &str| {
        let line = replica.line(wanted);
        say_what_is_to_do(replica, line == wanted.as_bytes());
        scene.expect_bytes("the replica's next line", line, wanted);
    };
    let replica = start("replica", link.endpoint(), answers.endpoint());
    answers.wait_until("an answer on its way to the replica", |state| state.held(Side::Acceptor) > 0);
    waits.set(true);
    line(&start("replica 2", &updates, &snapshot), "1 a=1");
    waits.set(false);
    answers.release();
    line(&replica, "1 a=1");
    link.wait_live(1);
    for lost in ["b=2", "c=3"] {
        program.type_line(lost);
    }
    link.wait_until("two lost updates", |state| state.lost(Side::Acceptor) == 2);
    program.type_line("d=4");
    line(&replica, "4 a=1 b=2 c=3 d=4");
    program.type_line("e=5");
    line(&replica, "5 a=1 b=2 c=3 d=4 e=5");
}

// Deletes.

/// `KEY=` deletes: an update with an empty value goes out, and the key is in no snapshot any more. A key that is not there is
/// deleted in the same way; the update has its number like any other.
#[check]
fn t4_the_store_deletes(scene: &Scene) {
    scene.suspect(&WRONG_NUMBER);
    let served = Served::new(scene);
    let dealer = served.dealer("the check's DEALER");
    served.sets(pair("a", "1"), 1);
    served.sets(pair("b", "2"), 2);
    scene.suspect(&DELETE_UNPUBLISHED);
    served.sets(pair("a", ""), 3);
    scene.suspect(&STORE_KEEPS);
    served.expect_snapshot(served.snapshot(&dealer), 3, &[pair("b", "2")]);
    scene.suspect(&DELETE_UNPUBLISHED);
    served.sets(pair("nobody", ""), 4);
    scene.suspect(&STORE_KEEPS);
    served.expect_snapshot(served.snapshot(&dealer), 4, &[pair("b", "2")]);
}

/// An update with an empty value takes the key out of the replica's table.
#[check]
fn t4_the_replica_deletes(scene: &Scene) {
    scene.suspect_when(&DELETE_DOES_NOT_COUNT, |evidence| evidence.got == b"5 b=2");
    let deletes = Rc::new(Cell::new(false));
    let does_delete = Rc::clone(&deletes);
    scene.suspect_when(&DELETE_UNPRINTED, move |evidence| evidence.hung && does_delete.get());
    let run = Run::new(scene, 5, &[pair("a", "1"), pair("b", "2")]);
    let store = Store::with_follower(scene, &run);
    scene.suspect(&REPLICA_KEEPS);
    store.update(&run, 6, pair("a", ""));
    deletes.set(true);
    store.prints(&run.at(6, &[pair("b", "2")]));
    store.update(&run, 7, pair("b", ""));
    store.prints(&run.at(7, &[]));
}

/// To delete what is not there changes nothing, so nothing is printed; the number counts.
#[check]
fn t4_a_delete_of_nothing_prints_nothing(scene: &Scene) {
    let run = Run::new(scene, 5, &[pair("a", "1")]);
    let store = Store::with_follower(scene, &run);
    scene.suspect(&PRINTS_ALL);
    store.update(&run, 6, pair("b", ""));
    store.update(&run, 7, pair("c", "3"));
    store.prints(&run.at(7, &[pair("a", "1"), pair("c", "3")]));
}

/// A snapshot does not say what was deleted: what is not in it is not there. It takes the place of the whole table.
#[check]
fn t4_a_new_snapshot_takes_the_place_of_the_table(scene: &Scene) {
    let run = Run::new(scene, 5, &[pair("a", "1"), pair("b", "2")]);
    let store = Store::with_follower(scene, &run);
    scene.suspect(&IGNORES_GAPS);
    store.update(&run, 8, pair("c", "3"));
    let asks = store.request("after the update 8 behind 5, a request");
    scene.suspect(&MERGES);
    let run = run.at(8, &[pair("b", "2"), pair("c", "3")]);
    store.answer(&asks, &run);
    store.prints(&run);
}

// Sessions.

/// A session is a random text of one run of the store: the same in all that this run sends, another one in the next run.
#[check]
fn t5_each_run_of_the_store_has_its_own_session(scene: &Scene) {
    let mut seen = BTreeSet::new();
    for _ in 0..3 {
        scene.suspect(&MANY_SESSIONS);
        let served = Served::new(scene);
        served.store.type_line("known=1");
        served.update("an update");
        let dealer = served.dealer("the check's DEALER");
        let session = served.snapshot(&dealer).session;
        let text =
            std::str::from_utf8(&session).is_ok_and(|text| !text.is_empty() && !text.contains(['\n', '\0']));
        scene.expect(text, "the session to be a text in one line", || show(&session));
        for key in ["a", "b"] {
            served.store.type_line(format!("{key}=1"));
            let update = served.update("an update").session;
            scene.expect_bytes("the session of an update", update, &session);
            let end = served.snapshot(&dealer).session;
            scene.expect_bytes("the session of the next snapshot", end, &session);
        }
        scene.suspect(&ONE_SESSION);
        let shown = show(&session);
        scene.expect(seen.insert(session), "another session in another run of the store", || shown);
        served.store.kill();
    }
}

/// A store that was started again begins with an empty table and with the number 1. The first update of the new session says so, and
/// the replica starts over.
#[check]
fn t5_another_session_starts_over(scene: &Scene) {
    let run = Run::new(scene, 5, &[pair("a", "1"), pair("b", "2")]);
    let asked = Rc::new(Cell::new(false));
    let has_asked = Rc::clone(&asked);
    scene.suspect_when(&NO_START, move |evidence| evidence.hung && has_asked.get());
    let follows = Rc::new(Cell::new(false));
    let has_followed = Rc::clone(&follows);
    scene.suspect_when(&IGNORES_SESSION, move |evidence| evidence.hung && has_followed.get());
    let store = Store::with_follower(scene, &run);
    follows.set(true);
    let run = Run::new(scene, 3, &[pair("c", "3"), pair("d", "4")]);
    store.update(&run, 3, pair("c", "3"));
    let asks = store.request("after an update of another session, a request");
    asked.set(true);
    scene.suspect(&NO_START);
    store.answer(&asks, &run);
    store.prints_and_may_ask(1, &run);
    store.update(&run, 4, pair("e", "5"));
    store.prints(&run.at(4, &[pair("c", "3"), pair("d", "4"), pair("e", "5")]));
}

/// The number of another session says nothing, not even where it looks like the next one.
#[check]
fn t5_a_number_that_fits_is_not_enough(scene: &Scene) {
    let run = Run::new(scene, 5, &[pair("a", "1")]);
    let asked = Rc::new(Cell::new(false));
    let has_asked = Rc::clone(&asked);
    scene.suspect_when(&NO_START, move |evidence| evidence.hung && has_asked.get());
    let follows = Rc::new(Cell::new(false));
    let has_followed = Rc::clone(&follows);
    scene.suspect_when(&IGNORES_SESSION, move |evidence| evidence.hung && has_followed.get());
    let store = Store::with_follower(scene, &run);
    follows.set(true);
    let run = Run::new(scene, 6, &[pair("c", "3"), pair("d", "4")]);
    store.update(&run, 6, pair("c", "3"));
    let asks = store.request("after an update of another session, a request");
    asked.set(true);
    scene.suspect(&NO_START);
    store.answer(&asks, &run);
    store.prints_and_may_ask(1, &run);
}

/// The store dies after it has published an update, and before it has answered. The update is kept, the new store answers: that
/// update is of another session, and is not applied, whatever its number.
#[check]
fn t5_an_update_of_an_older_session_is_not_applied(scene: &Scene) {
    scene.suspect(&BUFFER_SESSION);
    let store = Store::with_replica(scene, &long(scene));
    let asks = store.request("the first request");
    store.subscribes_meanwhile();
    let old = Run::new(scene, 5, &[]);
    let run = Run::new(scene, 5, &[pair("a", "1")]);
    // Once, and long before the end, so that it is kept: what comes later is another check's question.
    store.update(&old, 6, pair("a", "old"));
    for _ in 0..10 {
        store.entry(&asks, pair("a", "1"));
    }
    store.lets_it_read();
    store.end(&asks, &run);
    store.prints(&run);
    // It may ask again, and is told the same.
    store.update(&run, 6, pair("b", "2"));
    store.prints_and_may_ask(1, &run.at(6, &[pair("a", "1"), pair("b", "2")]));
}

/// The store answers and dies, and a new one publishes. The snapshot is of the old session, the kept update of the new one; so the snapshot is
/// out of date when it comes.
#[check]
fn t5_a_snapshot_of_a_dead_session_is_not_the_last(scene: &Scene) {
    scene.suspect(&DROPS_BUFFER);
    let store = Store::with_replica(scene, &long(scene));
    let asks = store.request("the first request");
    store.subscribes_meanwhile();
    let old = Run::new(scene, 5, &[pair("a", "old")]);
    // Its number is far from that of the snapshot, so whoever overlooks the session asks because of a gap.
    let run = Run::new(scene, 9, &[pair("b", "2")]);
    for _ in 0..10 {
        store.update(&run, 9, pair("b", "2"));
        store.entry(&asks, pair("a", "old"));
    }
    store.lets_it_read();
    store.end(&asks, &old);
    store.prints(&old);
    let asks = store.request("after a snapshot of one session and a kept update of another, a request");
    scene.suspect(&NO_START);
    store.answer(&asks, &run);
    store.prints_and_may_ask(1, &run);
}

/// Store and replica together: the store is killed and started again elsewhere, and the replica ends with the new store's
/// table.
#[check]
fn t5_the_replica_survives_a_restart_of_the_store(scene: &Scene) {
    let gone = Rc::new(Cell::new(false));
    let is_gone = Rc::clone(&gone);
    scene.suspect_when(&DOES_NOT_RECONNECT, move |evidence| evidence.hung && is_gone.get());
    scene.suspect(&WRONG_NUMBER);
    let (program, updates, snapshot) = start_store_with(scene, "a=1");
    scene.suspect(&IGNORES_SESSION);
    let tap = |name: &str, to: &str| scene.tap(name).called("replica", "store").to(to).start();
    let (first, second) = (tap("updates", &updates), tap("snapshots", &snapshot));
    let replica = scene.start(
        "replica",
        ["--updates", first.endpoint(), "--snapshot", second.endpoint(), "--timeout", &long(scene)],
    );
    let line = |wanted: &str| {
        let line = replica.line(wanted);
        say_what_is_to_do(&replica, line == wanted.as_bytes());
        scene.expect_bytes("the replica's next line", line, wanted);
    };
    line("1 a=1");
    first.wait_live(1);
    program.type_line("b=2");
    line("2 a=1 b=2");
    program.kill();
    let (program, updates, snapshot) = start_store(scene);
    second.to(&snapshot);
    first.to(&updates);
    gone.set(true);
    first.wait_live(2);
    gone.set(false);
    program.type_line("c=3");
    line("1 c=3");
    program.type_line("b=4");
    line("2 b=4 c=3");
}
