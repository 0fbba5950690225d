//! Lab 04, when the other side dies: a client that asks again and gives up, and a server that pays once whatever happens.
//!
//! Each check's comment is the idea that it checks; a failed check prints it.

#[path = "lab04/client.rs"]
mod client;
#[path = "lab04/evidence.rs"]
mod evidence;
#[path = "lab04/journal.rs"]
mod journal;
#[path = "lab04/mistakes.rs"]
mod mistakes;
#[path = "lab04/server.rs"]
mod server;

use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::rc::Rc;

use client::{
    ANSWERS, Counter, SHORT, answer_until, asked, client_at_nobody, delivers_what_it_gave_up, expect_line,
    expect_same, let_give_up, long, reply, request, request_or_lines,
};
use evidence::Traces;
use harness::failure::{show, show_frames};
use harness::program::Ended;
use harness::scene::Evidence;
use harness::timeline::Stream;
use harness::{Mistake, Scene, check};
use journal::{
    Point, again, again_after, cuts, damaged, ends_with_a_line, expect_lines, fault, full, is_emptied,
    last_line, length, middle,
};
use mistakes::*;
use server::{Life, arguments, ask, born, expect_frames, expect_refusal, journal, live, payment};

harness::lab!("lab04": "server", "client");

/// A payment goes out as two frames, id and amount. The answer comes back as three, and is printed as a line, at once. An id may
/// hold colons, because the amount stands behind the last one. A payment that was typed twice is asked for twice.
#[check]
fn t1_pays_and_prints_the_answer(scene: &Scene) {
    let mut payments = [payment(scene, 70), payment(scene, -500), payment(scene, 3)];
    payments[2] = (format!("{}:2:1", payments[2].0), "+003".into());
    let payments = [&payments[0], &payments[1], &payments[2], &payments[0]];
    let (client, router) = asked(scene, &long(scene), "1", &payments);
    let mut counter = Counter { scene, client, router, early: None };
    for (number, payment) in payments.into_iter().enumerate() {
        let asked = counter.request(payment, number == 0, &NOT_ALL);
        let balance = scene.number(10..1_000_000).to_string();
        counter.answer(&asked, payment, &["ok", &payment.0, &balance], &TAKES_NONE);
    }
    scene.suspect(&WRONG_CODE);
    counter.client.ends_with(0);
}

/// An `error` is an answer like any other: it is printed, whatever its reason is, and the next payment has its turn. The exit code
/// tells at the end that not all went well.
#[check]
fn t1_goes_on_after_an_error(scene: &Scene) {
    let mut payments = [payment(scene, 1), payment(scene, 20), payment(scene, 3)];
    payments[1].1 = "ten".into();
    let (client, router) = asked(scene, &long(scene), "3", &payments.each_ref());
    let mut counter = Counter { scene, client, router, early: None };
    let rest: [&[u8]; 3] = [b"1", b"no number: \xff", b"4"];
    for (number, payment) in payments.iter().enumerate() {
        let (word, otherwise) = if number == 1 { ("error", &STOPS) } else { ("ok", &TAKES_NONE) };
        let missing = if number == 2 { &STOPS } else { &NOT_ALL };
        let asked = counter.request(payment, number == 0, missing);
        let answer = [word.as_bytes(), payment.0.as_bytes(), rest[number]];
        counter.answer(&asked, payment, &answer, otherwise);
    }
    scene.suspect(&WRONG_CODE);
    counter.client.ends_with(1);
}

/// Where no answer comes in time, the client asks again, with the same id and the same amount, until one comes.
#[check]
fn t1_asks_again_where_no_answer_comes(scene: &Scene) {
    scene.suspect_when(&WAITS, |evidence| evidence.hung);
    let (id, amount) = payment(scene, 12);
    let (client, router) = asked(scene, SHORT, "1000", &[&(id.clone(), amount.clone())]);
    let answer = ["ok", &id, "12"];
    for number in 1..=3 {
        let then = if number == 3 { "is answered" } else { "nobody answers" };
        scene.suspect(if number == 1 { &ASKS_NOBODY } else { &TOO_FEW });
        let asked = request(scene, &router, &format!("request {number}, which {then}"));
        scene.suspect(if number == 1 { &WRONG_REQUEST } else { &NEW_ID });
        expect_frames(scene, &format!("request {number}"), &asked.body, &[&id, &amount]);
        if number == 3 {
            reply(&router, &asked.envelope, &answer);
        }
    }
    // On a busy machine the answer may come too late for this try; then it is the next one's.
    answer_until(scene, &client, &router, 1, |asked| reply(&router, &asked.envelope, &answer));
    scene.suspect(&WRONG_LINE);
    expect_line(scene, &client, format!("ok {id} 12"));
    scene.suspect(&WRONG_CODE);
    client.ends_with(0);
}

/// `--tries N` is N sends, not one more and not one less. Then the client says so, and ends: what nobody answered N times is not
/// worth the next payment's time.
#[check]
fn t1_gives_up_after_as_many_tries_as_told(scene: &Scene) {
    scene.suspect_when(&WAITS, |evidence| evidence.hung);
    let tries = scene.number(2..4);
    // On a busy machine a try may be over before its request is on its way. Then the client gets more time for each.
    let timeouts = [100, scene.deadline().as_millis() / 8, scene.deadline().as_millis() / 3];
    let mut seen = 0;
    for timeout in timeouts {
        let given_up = let_give_up(scene, timeout, tries);
        seen = given_up.sends;
        scene.suspect(&HURRIES);
        // A busy machine makes it longer and never shorter.
        scene.expect(
            given_up.after.as_millis() >= timeout,
            &format!(
                "the client to wait with `--timeout {timeout} --tries {tries}`, {timeout} ms for each try"
            ),
            || format!("it gave up after {} ms in all", given_up.after.as_millis()),
        );
        if seen == tries {
            break;
        }
        scene.suspect(&TOO_FEW);
    }
    scene.expect(
        seen == tries,
        &format!("{tries} requests before the client gives up, with `--tries {tries}`"),
        || format!("{seen}, however much time each of them had"),
    );
}

/// A request that nobody took must not keep the client from ending, and must not be delivered later: what was given up is given up.
#[check]
fn t1_ends_where_nobody_ever_was(scene: &Scene) {
    let printed = Rc::new(Cell::new(false));
    let gave_up = Rc::clone(&printed);
    scene.suspect_when(&NEVER_ENDS, move |evidence| evidence.hung && !gave_up.get());
    // A busy machine may show the line before the sockets are closed, so once is no verdict.
    for number in 1..=3 {
        printed.set(false);
        scene.suspect(&GIVES_UP_IN_OTHER_WORDS);
        let endpoint = scene.ipc(&format!("nobody-{number}"));
        let (client, id) = client_at_nobody(scene, &endpoint, "20", "2");
        expect_line(scene, &client, format!("gave up {id}"));
        printed.set(true);
        scene.suspect(&LINGER);
        // Now somebody is there, too late.
        let Some(asked) = delivers_what_it_gave_up(scene, &client, &endpoint) else {
            client.ends_with(1);
            return;
        };
        if number == 3 {
            scene.suspect(&LINGER);
            scene.fail("no request any more, once the client has given up", show_frames(&asked.body));
        }
    }
}

/// An answer belongs to the payment whose id it carries. Another one, however it came here, must not be taken for it, must not be
/// printed, and must not stop the client.
#[check]
fn t2_takes_only_the_answer_to_its_own_payment(scene: &Scene) {
    let (first, second) = (payment(scene, 4), payment(scene, 50));
    let (client, router) = asked(scene, &long(scene), "5", &[&first, &second]);
    let mut counter = Counter { scene, client, router, early: None };
    let to_first = ["ok", &first.0, "4"];
    let asked = counter.request(&first, true, &NOT_ALL);
    counter.answer(&asked, &first, &to_first, &TAKES_NONE);
    let asked = counter.request(&second, false, &NOT_ALL);
    let Counter { client, router, .. } = counter;
    let (stale, wanted) = (to_first.join(" "), format!("ok {} 54", second.0));
    let line = wanted.clone();
    scene.suspect_when(&STALE, move |evidence| {
        evidence.got == stale.as_bytes() && evidence.wanted == line.as_bytes()
    });
    reply(&router, &asked.envelope, &to_first);
    reply(&router, &asked.envelope, &["ok", &second.0, "54"]);
    scene.suspect(&STALE_ENDS);
    answer_until(scene, &client, &router, 2, |asked| {
        expect_same(scene, asked, &second);
        reply(&router, &asked.envelope, &["ok", &second.0, "54"]);
    });
    expect_line(scene, &client, wanted);
    client.ends_with(0);
}

/// An answer has three frames, and the second is the id: all of it, and nothing more.
#[check]
fn t2_takes_nothing_less_than_an_answer(scene: &Scene) {
    let mine = payment(scene, 50);
    let id = mine.0.as_str();
    let other = payment(scene, 0).0;
    let longer = format!("{id}0");
    let wrong: [&[&str]; 8] = [
        &["ok"],
        &[id],
        &["ok", id],
        &["ok", id, "50", "1"],
        &["ok", &longer, "50"],
        &["ok", &id[..id.len() - 1], "50"],
        &["ok", &other, id],
        &[id, "ok", "50"],
    ];
    let (client, router) = asked(scene, &long(scene), "1000", &[&mine]);
    let mut number = 0;
    // A REQ takes the first answer on its socket only, so each try begins with another wrong one.
    answer_until(scene, &client, &router, 1, |asked| {
        scene.suspect(&WRONG_REQUEST);
        if number > 0 {
            expect_same(scene, asked, &mine);
        }
        for answer in wrong.iter().skip(number) {
            reply(&router, &asked.envelope, answer);
        }
        reply(&router, &asked.envelope, &["ok", id, "50"]);
        number += 1;
    });
    scene.suspect(&NO_ANSWER_AT_ALL);
    expect_line(scene, &client, format!("ok {id} 50"));
    client.ends_with(0);
}

/// A stale answer uses up the try that got it. So a client that gets nothing else gives up, as one that gets nothing at all, and does
/// not take the last one because it is the last.
#[check]
fn t2_gives_up_where_every_answer_is_stale(scene: &Scene) {
    scene.suspect_when(&WAITS, |evidence| evidence.hung);
    let mine = payment(scene, 4);
    let other = payment(scene, 0).0;
    let stale = ["ok", &other, "4"];
    let (client, router) = asked(scene, SHORT, "3", &[&mine]);
    let mut seen = 0;
    scene.suspect(&STALE_IS_FREE);
    while let Some(asked) = request_or_lines(scene, &client, &router, usize::MAX) {
        reply(&router, &asked.envelope, &stale);
        seen += 1;
        let wanted = format!("an end after 3 tries, and the line `gave up {}`", mine.0);
        scene.expect(seen <= ANSWERS, &wanted, || format!("{seen} requests, and no end"));
    }
    let ended = client.end();
    scene.suspect(&STALE);
    for line in client.output().out {
        let taken = line == stale.join(" ").as_bytes();
        scene.expect(!taken, &format!("no answer but one to {}", mine.0), || show(&line));
    }
    // In which words and where it says so is another check's business.
    let traces = Traces::of(scene, "client");
    let gave_up = [Stream::Out, Stream::Err].iter().any(|stream| traces.says(*stream, "gave up"));
    scene.suspect(&STALE_ENDS_ALL);
    scene.expect(gave_up, &format!("the line `gave up {}`", mine.0), || client.how_it_ended(ended));
}

/// A server that was slow answers every try, one after the other. The client takes one of these answers; the others
/// come while it already waits for the next payment, and are not for that one.
#[check]
fn t2_is_not_confused_by_late_answers(scene: &Scene) {
    scene.suspect_when(&WAITS, |evidence| evidence.hung);
    scene.suspect_when(&TOO_FEW, |evidence| evidence.got.starts_with(b"gave up"));
    let (first, second) = (payment(scene, 4), payment(scene, 50));
    let (to_first, to_second) = (["ok", &first.0, "4"], ["ok", &second.0, "54"]);
    let lines = [to_first.join(" "), to_second.join(" ")];
    let stale = lines.clone();
    scene.suspect_when(&LATE, move |evidence| {
        evidence.got == stale[0].as_bytes() && evidence.wanted == stale[1].as_bytes()
    });
    let (client, router) = asked(scene, SHORT, "1000", &[&first, &second]);
    scene.suspect(&ASKS_NOBODY);
    let asked = request(scene, &router, "the first payment, which is answered late");
    scene.suspect(&WRONG_REQUEST);
    expect_frames(scene, "the request", &asked.body, &[&first.0, &first.1]);
    let mut tries = vec![asked.envelope];
    let mut late = false;
    answer_until(scene, &client, &router, 2, |asked| {
        if asked.is_for(&first) {
            if tries.len() == 1 {
                reply(&router, &tries[0], &to_first);
            }
            reply(&router, &asked.envelope, &to_first);
            tries.push(asked.envelope.clone());
            return;
        }
        let wanted = if tries.len() == 1 { &first } else { &second };
        expect_same(scene, asked, wanted);
        if !std::mem::replace(&mut late, true) {
            for envelope in &tries {
                reply(&router, envelope, &to_first);
            }
        }
        reply(&router, &asked.envelope, &to_second);
    });
    scene.suspect(&WRONG_LINE);
    for line in lines {
        expect_line(scene, &client, line);
    }
    client.ends_with(0);
}

/// The balance begins at 0, every payment adds its amount, and the answer tells the balance after it.
#[check]
fn t3_adds_every_payment_to_the_balance(scene: &Scene) {
    scene.suspect(&WRONG_BALANCE);
    let life = live(scene, &journal(scene));
    let mut balance = 5_000_000;
    life.pays(scene, &payment(scene, balance), balance);
    for sign in [1, -1, -1, 1, 0] {
        let amount = sign * i64::try_from(scene.number(1..1_000_000)).unwrap_or(1);
        balance += amount;
        life.pays(scene, &payment(scene, amount), balance);
    }
    // An i64 that no f64 holds, and a balance that stays within an i64.
    let lowest = i64::MIN + 1;
    life.pays(scene, &payment(scene, lowest), balance + lowest);
}

/// An id is any text in one line. It is taken as it is: nothing is cut off, nothing is changed, and what differs in one
/// letter is another id.
#[check]
fn t3_takes_an_id_as_it_is(scene: &Scene) {
    scene.suspect(&CHANGES_ID);
    let life = live(scene, &journal(scene));
    for (id, balance) in strange_ids(&scene.word()).into_iter().zip(1..) {
        life.pays(scene, &(id, "1".into()), balance);
    }
}

/// Ids that a program may trip over.
fn strange_ids(word: &str) -> Vec<String> {
    let mut ids = vec![word.to_string(), word.to_uppercase(), word.repeat(60)];
    ids.extend([" ", "\t", "\r"].map(|blank| format!("{word}{blank}")));
    ids.extend([" ", "\t"].map(|blank| format!("{blank}{word}")));
    ids.extend(
        [" ", "  ", "\t", "\t\t", "\r", ",", ":", "\"", "\\", "\u{e4}", "\u{20ac}"]
            .map(|it| format!("{word}{it}{word}")),
    );
    ids.extend(["ok", "error", "0", " "].map(String::from));
    ids
}

/// Who asks again has not heard the first answer. So the same request gets the same answer, and is not paid again.
#[check]
fn t3_answers_a_repeated_id_with_its_first_answer(scene: &Scene) {
    scene.suspect(&AGAIN);
    let life = live(scene, &journal(scene));
    let (first, second) = (payment(scene, 10), payment(scene, 200));
    life.pays(scene, &first, 10);
    life.pays(scene, &second, 210);
    let answer = life.ask(&first.0, &first.1);
    match answer.as_slice() {
        [word, ..] if word == b"error" => scene.suspect(&DUPLICATE),
        [_, _, balance] if balance == b"210" => scene.suspect(&BALANCE_NOW),
        _ => {}
    }
    expect_frames(scene, &format!("the answer to {} again", first.0), &answer, &["ok", &first.0, "10"]);
    scene.suspect(&AGAIN);
    life.has_balance(scene, "the answer to a payment of 0, after the repetition,", 210);
}

/// A client that asks again does so on a new socket, perhaps on another day. The id is known, whoever brings it.
#[check]
fn t3_knows_an_id_whoever_brings_it(scene: &Scene) {
    scene.suspect(&BY_CLIENT);
    let life = live(scene, &journal(scene));
    let first = payment(scene, 10);
    life.pays(scene, &first, 10);
    let other = life.server.req(&life.endpoint);
    let answer = ask(&other, &first.0, &first.1);
    expect_frames(
        scene,
        &format!("the answer to {} from another socket", first.0),
        &answer,
        &["ok", &first.0, "10"],
    );
}

/// An id stands for one payment. A request with the same id and another amount is no new payment; it gets the first answer, also
/// where that amount is none.
#[check]
fn t3_goes_by_the_id_and_not_by_the_amount(scene: &Scene) {
    scene.suspect(&BY_BOTH);
    let life = live(scene, &journal(scene));
    let (id, amount) = payment(scene, 10);
    life.pays(scene, &(id.clone(), amount), 10);
    for other in ["300", "ten", ""] {
        life.pays(scene, &(id.clone(), other.into()), 10);
    }
}

/// Two payments of the same amount are two payments, when they have two ids.
#[check]
fn t3_equal_amounts_are_two_payments(scene: &Scene) {
    scene.suspect(&BY_AMOUNT);
    let life = live(scene, &journal(scene));
    for number in 1..=3 {
        life.pays(scene, &payment(scene, 7), 7 * number);
    }
}

/// Whatever comes, the server answers it, because a REQ that gets no answer hangs. What is no payment gets an `error`, and decides
/// nothing about a payment that comes later.
#[check]
fn t3_refuses_what_is_no_payment(scene: &Scene) {
    scene.suspect(&ACCEPTS);
    scene.suspect_when(&NO_ANSWER, |evidence| evidence.hung);
    let life = live(scene, &journal(scene));
    let word = scene.word();
    let requests: [&[&[u8]]; 7] = [
        &[word.as_bytes()],
        &[b""],
        &[word.as_bytes(), b"5", b"6"],
        &[b"", b"5"],
        &[b"two\nlines", b"5"],
        &[b"a\0b", b"5"],
        &[&[b'x', 0xff], b"5"],
    ];
    for frames in requests {
        life.req.send_frames(frames);
        let answer = life.req.receive(&format!("the answer to {}", show_frames(frames)));
        expect_refusal(scene, &format!("the answer to {}", show_frames(frames)), &answer, &[frames[0], b""]);
    }
    life.pays(scene, &payment(scene, 31), 31);
    scene.suspect(&KEEPS_NONSENSE);
    life.pays(scene, &(word, "5".into()), 36);
}

/// An amount is a whole number that fits into an i64: decimal digits, perhaps a sign before them, and nothing else. Anything else is
/// refused, with a reason in one line, and nothing is paid.
#[check]
fn t3_refuses_what_is_no_amount(scene: &Scene) {
    scene.suspect(&ACCEPTS);
    scene.suspect_when(&NO_ANSWER, |evidence| evidence.hung);
    let life = live(scene, &journal(scene));
    let amounts: [&[u8]; 11] = [
        b"",
        b"ten",
        b"1.5",
        b"0x10",
        b"5-",
        b" 5",
        b"5 ",
        b"5\n6",
        b"5\t6",
        b"9223372036854775808",
        &[b'5', 0xff],
    ];
    for amount in amounts {
        let (id, _) = payment(scene, 0);
        let _ = life.refuses(scene, &id, amount);
    }
    life.pays(scene, &payment(scene, 31), 31);
}

/// A balance that does not fit into an i64 is refused, and the balance stays what it was.
#[check]
fn t3_refuses_a_balance_that_does_not_fit(scene: &Scene) {
    scene.suspect(&OVERFLOWS);
    // A panic here is the sum's.
    scene.suspect_when(&OVERFLOWS, Evidence::panicked);
    let life = live(scene, &journal(scene));
    life.pays(scene, &payment(scene, i64::MAX - 5), i64::MAX - 5);
    let _ = life.refuses(scene, &payment(scene, 0).0, "6");
    life.pays(scene, &payment(scene, 5), i64::MAX);
    let _ = life.refuses(scene, &payment(scene, 0).0, i64::MAX.to_string());
    life.pays(scene, &payment(scene, -1), i64::MAX - 1);
}

/// A refusal is an answer. Asked again, the id gets it again, also when the payment would be possible now.
#[check]
fn t3_remembers_a_refusal(scene: &Scene) {
    scene.suspect(&FORGETS_REFUSALS);
    let life = live(scene, &journal(scene));
    let high = i64::MAX - 1023;
    life.pays(scene, &payment(scene, high), high);
    let (id, amount) = payment(scene, 4000);
    let overflow = life.refuses(scene, &id, &amount);
    let (other, _) = payment(scene, 0);
    let no_amount = life.refuses(scene, &other, "much");
    life.pays(scene, &payment(scene, -10_000), high - 10_000);
    life.repeats(scene, &id, &amount, &overflow);
    life.repeats(scene, &other, "much", &no_amount);
}

/// kill -9 gives a program no time for anything. What it answered before, it answers after the restart, refusals too.
#[check]
fn t4_keeps_its_answers_over_a_kill(scene: &Scene) {
    let journal = journal(scene);
    scene.suspect(&WRONG_BALANCE);
    let life = live(scene, &journal);
    let payments = [payment(scene, 10), payment(scene, 300), payment(scene, -4000)];
    let balances = [10, 310, -3690];
    for (payment, balance) in payments.iter().zip(balances) {
        life.pays(scene, payment, balance);
    }
    let (refused, _) = payment(scene, 0);
    let much = i64::MIN.to_string();
    let refusal = life.refuses(scene, &refused, &much);
    // One request more, so that all before it is done, whatever the server does after a reply.
    scene.suspect(&AGAIN);
    life.pays(scene, &payments[0], 10);
    life.kill();
    let life = again(scene, &journal, &REPLAYS_WRONGLY);
    life.has_balance(scene, "after the restart the answer to a payment of 0", -3690);
    scene.suspect(&BALANCE_ONLY);
    for (payment, balance) in payments.iter().zip(balances) {
        life.pays(scene, payment, balance);
    }
    life.pays(scene, &payment(scene, 5000), 1310);
    let answer = life.ask(&refused, &much);
    let refuses = answer.first().is_some_and(|word| word == b"error");
    scene.suspect(if refuses { &OTHER_REASON } else { &PAYMENTS_ONLY });
    let wanted = format!("the first answer to {refused} again, {}", show_frames(&refusal));
    scene.expect(answer == refusal, &wanted, || show_frames(&answer));
}

/// What may stand in an id or in a reason must survive the way into the journal and back.
#[check]
fn t4_reads_back_every_id_and_reason(scene: &Scene) {
    let journal = journal(scene);
    let life = live(scene, &journal);
    let mut answers = Vec::new();
    for id in strange_ids(&scene.word()) {
        answers.push((life.ask(&id, "1"), id, "1".to_string()));
    }
    for amount in ["", " ", "1\t2", "1\t", "1\n2", "\r", "x  x", "ok", "\u{e4}"] {
        let id = payment(scene, 0).0;
        answers.push((life.ask(&id, amount), id, amount.to_string()));
    }
    life.kill();
    let life = again(scene, &journal, &OTHER_LINE);
    for (first, id, amount) in &answers {
        life.repeats(scene, id, amount, first);
    }
}

/// The reply is a promise, so the journal comes first. `/dev/full` is a file that can be opened, and no write to it
/// succeeds: there the answer is `error`, and nothing is paid. And a server that is killed the moment its `ok` is here has kept it.
#[check]
fn t4_the_journal_comes_before_the_reply(scene: &Scene) {
    scene.suspect(&REPLY_FIRST);
    if Path::new("/dev/full").exists() {
        let bound = Rc::new(Cell::new(false));
        let serves = Rc::clone(&bound);
        scene.suspect_when(&READS_DEVICE, move |evidence| {
            evidence.errors.contains("memory") || evidence.hung && !serves.get()
        });
        scene.suspect_when(&ENDS_ON_FAILURE, |evidence| {
            evidence.hung || matches!(evidence.ended, Some(Ended::Code(_)))
        });
        // Who reads this device to its end fills the memory with zeros; a limit ends that.
        let server = scene.start_after(
            "ulimit -v 1000000",
            "server",
            ["--bind", "tcp://127.0.0.1:*", "--journal", "/dev/full"],
        );
        let life = born(server);
        bound.set(true);
        let (id, amount) = payment(scene, 10);
        for _ in 0..2 {
            let _ = life.refuses(scene, &id, &amount);
        }
    }
    let journal = journal(scene);
    let mut balance = 0;
    let mut life = live(scene, &journal);
    for amount in [1, 20, 300] {
        balance += amount;
        life.pays(scene, &payment(scene, amount), balance);
        life.kill();
        life = again(scene, &journal, &REPLY_FIRST);
    }
    life.has_balance(scene, "after three kills the answer to a payment of 0", balance);
}

/// The disk is full for a while, before a line and in the middle of one. The payment is refused and not paid, old ids have their
/// answers, and when there is room again the same payment succeeds. The journal is as good as if nothing had been.
#[check]
fn t4_a_full_disk_costs_no_payment(scene: &Scene) {
    #[cfg(target_os = "linux")]
    {
        let limited = Rc::new(Cell::new(false));
        let full = Rc::clone(&limited);
        scene.suspect_when(&ENDS_ON_FAILURE, move |evidence| {
            full.get() && (evidence.hung || matches!(evidence.ended, Some(Ended::Code(_))))
        });
        let journal = journal(scene);
        let (old, new, last) = (payment(scene, 10), payment(scene, 200), payment(scene, 3000));
        let long = (format!("{}\u{e4}\u{20ac}", payment(scene, 0).0), "1".to_string());
        let life = live(scene, &journal);
        life.pays(scene, &old, 10);
        life.kill();
        let life = again_after(scene, "trap '' XFSZ", &journal, &REPLAYS_WRONGLY);
        life.pays(scene, &long, 11);
        let cut = refuses_while_full(scene, &life, &limited, length(&journal) / 2, [&new, &old]);
        // A death right after the failure: nothing that was answered may be gone.
        life.kill();
        let lost = if cut { &CUTS_TOO_MUCH } else { &LEAVES_PIECE };
        let life = again_after(scene, "trap '' XFSZ", &journal, lost);
        life.has_balance(scene, "after a full disk and a kill the answer to a payment of 0", 11);
        // Room for three bytes more: the write of the next line fails in its middle.
        let cut = refuses_while_full(scene, &life, &limited, length(&journal) + 3, [&new, &old]);
        scene.suspect(&PAYS_FIRST);
        life.has_balance(scene, "with room on the disk the answer to a payment of 0", 11);
        scene.suspect(&REMEMBERS_FAILURE);
        life.pays(scene, &new, 211);
        life.pays(scene, &last, 3211);
        life.kill();
        let life = again(scene, &journal, if cut { &CUTS_TOO_MUCH } else { &LEAVES_PIECE });
        for (payment, balance) in [(&old, 10), (&long, 11), (&new, 211), (&last, 3211)] {
            life.pays(scene, payment, balance);
        }
    }
    #[cfg(not(target_os = "linux"))]
    scene.note("only on Linux can the files of a running program be limited");
}

/// Lets the files of a server that has paid `old` 10 grow to this many bytes and no more, and asks for a new payment, which cannot be
/// written. Gives whether the journal is shorter now than it was.
#[cfg(target_os = "linux")]
fn refuses_while_full(
    scene: &Scene,
    life: &Life,
    limited: &Cell<bool>,
    room: u64,
    [new, old]: [&(String, String); 2],
) -> bool {
    let journal = &journal(scene);
    limited.set(true);
    let before = length(journal);
    let is_cut = || length(journal) < before;
    life.server.limit_files(Some(room));
    for _ in 0..2 {
        scene.suspect(if is_cut() { &CUTS_TOO_MUCH } else { &REPLY_FIRST });
        let _ = life.refuses(scene, &new.0, &new.1);
    }
    scene.suspect(if is_cut() { &CUTS_TOO_MUCH } else { &ENDS_ON_FAILURE });
    life.pays(scene, old, 10);
    life.server.limit_files(None);
    limited.set(false);
    is_cut()
}

/// The server is killed at every point that can be told from outside: with a request before it that it has not seen, at once after a
/// request, when its journal grew, and when its reply is here. Each time the same request comes again. In the end the
/// balance is the sum of the distinct ids.
#[check]
fn t4_pays_once_wherever_it_is_killed(scene: &Scene) {
    scene.suspect(&NO_JOURNAL);
    let journal = journal(scene);
    let mut paid: Vec<((String, String), i64)> = Vec::new();
    let mut balance = 0;
    for (round, point) in
        [Point::Unseen, Point::Sent, Point::Written, Point::Answered].into_iter().cycle().take(8).enumerate()
    {
        let amount = 3_i64.pow(u32::try_from(round).unwrap_or(0));
        balance += amount;
        let new = payment(scene, amount);
        let life = live(scene, &journal);
        // An answer to an old id says that the connection stands, so that the next request is on its way at once.
        if let Some((payment, balance)) = paid.last() {
            life.pays(scene, payment, *balance);
        }
        point.wait_after_sending(scene, &life, &journal, &new);
        life.kill();
        let life = live(scene, &journal);
        scene.note(format!("{} again, after a kill {}", new.0, point.in_words()));
        scene.suspect(fault(&fs::read(&journal).unwrap_or_default()).unwrap_or(&NO_JOURNAL));
        life.pays(scene, &new, balance);
        paid.push((new, balance));
        life.kill();
    }
    let life = live(scene, &journal);
    for (payment, balance) in &paid {
        life.pays(scene, payment, *balance);
    }
    life.has_balance(scene, "at the end the answer to a payment of 0", balance);
}

/// A kill can tear the last line anywhere. The journal is cut at every byte; each time the server starts, and when all payments are sent
/// again, the answers are those of the first time. After one more restart, too.
#[check]
fn t4_a_torn_last_line_costs_no_payment(scene: &Scene) {
    scene.suspect(&NO_JOURNAL);
    let first_start = Rc::new(Cell::new(false));
    let first = Rc::clone(&first_start);
    scene.suspect_when(&TORN_ENDS, move |evidence| {
        matches!(evidence.ended, Some(Ended::Code(_))) && first.get()
    });
    let whole = journal(scene);
    let payments =
        [("a", "5"), ("b", "70"), ("c", "900")].map(|(id, amount)| (id.to_string(), amount.to_string()));
    let balances = [5, 75, 975];
    scene.suspect(&WRONG_BALANCE);
    let life = live(scene, &whole);
    for (payment, balance) in payments.iter().zip(balances) {
        life.pays(scene, payment, balance);
    }
    scene.suspect(&AGAIN);
    life.pays(scene, &payments[0], balances[0]);
    life.kill();
    let bytes = expect_lines(scene, &whole, 3);
    for cut in cuts(&bytes) {
        let journal = scene.folder().join(format!("journal-{cut}"));
        let _ = fs::write(&journal, &bytes[..cut]);
        scene.note(format!("the journal is cut after {cut} of its {} bytes", bytes.len()));
        // What was left behind a cut is seen one start later. In the middle of each line is often enough for that.
        let lives = if middle(&bytes, cut) { 2 } else { 1 };
        for (second, mistake) in [(false, &TORN), (true, &BEHIND_TORN)].into_iter().take(lives) {
            first_start.set(!second);
            let life = reborn(scene, &journal, mistake);
            for (payment, balance) in payments.iter().zip(balances) {
                life.pays(scene, payment, balance);
            }
            life.kill();
        }
    }
    first_start.set(false);
    #[cfg(target_os = "linux")]
    full_after_a_torn_line(scene, &bytes, &payments[0]);
}

/// Starts the server on a journal that was cut. Two mistakes can be seen in the file, and `otherwise` explains the rest.
fn reborn(scene: &Scene, journal: &Path, otherwise: &'static Mistake) -> Life {
    let before = fs::read(journal).unwrap_or_default();
    let hole = fault(&before) == Some(&HOLE);
    scene.suspect(if hole { &HOLE } else { otherwise });
    let life = live(scene, journal);
    if before.contains(&b'\n') && length(journal) == 0 {
        scene.suspect(&EMPTIES);
    }
    life
}

/// The piece of a torn line is no part of the length to which the journal is cut after a write that failed.
#[cfg(target_os = "linux")]
fn full_after_a_torn_line(scene: &Scene, whole: &[u8], first: &(String, String)) {
    let journal = scene.folder().join("journal-full");
    let _ = fs::write(&journal, &whole[..whole.len().min(last_line(whole) + 2)]);
    scene.note("the journal ends after two bytes of its last line");
    scene.suspect(&TORN);
    let life = born(scene.start_after("trap '' XFSZ", "server", arguments(&journal)));
    life.pays(scene, first, 5);
    let new = payment(scene, 1000);
    life.server.limit_files(Some(length(&journal) + 3));
    scene.suspect(&REPLY_FIRST);
    let _ = life.refuses(scene, &new.0, &new.1);
    life.server.limit_files(None);
    scene.suspect(&REMEMBERS_FAILURE);
    life.pays(scene, &new, 1075);
    life.kill();
    let life = again(scene, &journal, &COUNTS_PIECE);
    life.pays(scene, &new, 1075);
    life.has_balance(scene, "after a torn line and a full disk the answer to a payment of 0", 1075);
}

/// A broken line that is not the last was not torn by a kill: the file is damaged. A server that goes on would
/// have lost a payment without a word. It ends with exit code 1, names the file, binds nothing and leaves the file as it is.
#[check]
fn t4_a_broken_line_in_the_middle_is_an_error(scene: &Scene) {
    let journal = journal(scene);
    let life = live(scene, &journal);
    for (amount, balance) in [(1, 1), (20, 21), (300, 321), (4000, 4321)] {
        life.pays(scene, &payment(scene, amount), balance);
    }
    life.kill();
    // The fourth line may be missing where the reply goes out before it; that is another check's business.
    let whole = expect_lines(scene, &journal, 3);
    let file = full(&journal);
    again(scene, &journal, &REPLAYS_WRONGLY).kill();
    scene.expect(!is_emptied(&journal, file), "the journal not to be emptied", || "it is empty".into());
    for (how, bytes) in damaged(&whole) {
        let _ = fs::write(&journal, &bytes);
        scene.note(format!("the second line of the journal {how}"));
        ends_with_a_line(scene, &journal, &SKIPS);
        scene.suspect(&CUTS_FIRST);
        let after = fs::read(&journal).unwrap_or_default();
        scene.expect(after == bytes, "the damaged journal to stay as it is", || {
            format!("it had {} bytes, and has {} now", bytes.len(), after.len())
        });
    }
}

/// A journal that cannot be opened ends the server with exit code 1 and a line that names it: to serve without one
/// would be to promise what it cannot keep.
#[check]
fn t4_a_journal_that_cannot_be_opened_is_an_error(scene: &Scene) {
    ends_with_a_line(scene, &scene.folder().join("no/such/folder/journal"), &OPENS);
    let folder = scene.folder().join("folder");
    let _ = fs::create_dir(&folder);
    ends_with_a_line(scene, &folder, &OPENS);
}

/// Both programs together, and a death for each payment: the server executes it, its answer is lost, it is killed and
/// started again. The client asks again and gets the answer; nothing is paid twice.
#[check]
fn t4_client_and_server_survive_a_death_per_payment(scene: &Scene) {
    let traces = Traces::of(scene, "client");
    scene.suspect_when(&TOO_FEW, move |_| traces.says(Stream::Out, "gave up"));
    let journal = journal(scene);
    let payments = [payment(scene, 8), payment(scene, 90)];
    let (client, router) = asked(scene, SHORT, "1000", &payments.each_ref());
    let mut life = live(scene, &journal);
    let mut killed: Vec<Vec<u8>> = Vec::new();
    answer_until(scene, &client, &router, payments.len(), |asked| {
        life.req.send_frames(&asked.body);
        let answer = life.req.receive("the server's answer to the client's payment");
        let id = asked.body.first().cloned().unwrap_or_default();
        if !payments.iter().any(|payment| asked.is_for(payment)) {
            scene.suspect(if killed.is_empty() { &WRONG_REQUEST } else { &NEW_ID });
            scene.fail("a request for one of the payments", show_frames(&asked.body));
        }
        if !killed.contains(&id) {
            scene.note("this answer is lost, and the server is killed");
            life.kill();
            life = again(scene, &journal, &AGAIN);
            killed.push(id);
        } else {
            reply(&router, &asked.envelope, &answer);
        }
    });
    scene.suspect_when(&WAITS, |evidence| evidence.hung);
    scene.suspect(&AGAIN);
    let mut balance = 0;
    for ((id, _), amount) in payments.iter().zip([8, 90]) {
        balance += amount;
        expect_line(scene, &client, format!("ok {id} {balance}"));
    }
    client.ends_with(0);
    life.has_balance(scene, "at the end the answer to a payment of 0", balance);
}
