//! Lab 04, when the other side dies: a client that asks again and gives up, and a server that pays once whatever happens.
//!
//! Each check's comment is the idea that it checks; a failed check prints it.

#[path = "lab04/client.rs"]
mod client;
#[path = "lab04/mistakes.rs"]
mod mistakes;
#[path = "lab04/server.rs"]
mod server;

use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::rc::Rc;
use std::thread;
use std::time::Instant;

use client::{SHORT, asked, client_at, expect_line, reply, request, request_or_lines};
use harness::failure::{show, show_frames};
use harness::program::Ended;
use harness::scene::Evidence;
use harness::{Scene, Signal, check, zmq};
use mistakes::*;
use server::{Life, ask, born, expect_frames, expect_refusal, journal, live, payment};

harness::lab!("lab04": "server", "client");

/// A timeout that is never reached, for checks in which every request is answered.
fn long(scene: &Scene) -> String {
    (scene.deadline() * 10).as_millis().to_string()
}

/// A payment goes out as two frames, id and amount. The answer comes back as three, and is printed as a line. An id may hold
/// colons, because the amount stands behind the last one.
#[check]
fn t1_pays_and_prints_the_answer(scene: &Scene) {
    let mut payments = [payment(scene, 70), payment(scene, -500), payment(scene, 3)];
    payments[2].0.push_str(":2:1");
    let (client, router) = asked(scene, &long(scene), "1", &payments.each_ref());
    for (id, amount) in &payments {
        scene.suspect(&WRONG_REQUEST);
        let asked = request(scene, &router, "a payment");
        expect_frames(scene, "the request", &asked.body, &[id, amount]);
        scene.suspect(&WRONG_LINE);
        let balance = scene.number(10..1_000_000).to_string();
        reply(&router, &asked.envelope, &["ok", id, &balance]);
        expect_line(scene, &client, &format!("ok {id} {balance}"));
    }
    scene.suspect(&LINGER);
    client.ends_with(0);
}

/// An `error` is an answer like any other: it is printed, and the next payment has its turn. The exit code tells
/// at the end that not all went well.
#[check]
fn t1_goes_on_after_an_error(scene: &Scene) {
    scene.suspect(&STOPS);
    let payments = [payment(scene, 1), payment(scene, 20), payment(scene, 3)];
    let (client, router) = asked(scene, &long(scene), "3", &payments.each_ref());
    let words = ["ok", "error", "ok"];
    for (payment, word) in payments.iter().zip(words) {
        let id = &payment.0;
        let asked = request(scene, &router, &format!("the payment {id}"));
        scene.expect(asked.is_for(payment), &format!("the payment {id}"), || show_frames(&asked.body));
        let rest = format!("{} {}", scene.word(), scene.word());
        reply(&router, &asked.envelope, &[word, id, &rest]);
        expect_line(scene, &client, &format!("{word} {id} {rest}"));
    }
    scene.suspect(&WRONG_CODE);
    client.ends_with(1);
}

/// Where no answer comes in time, the client asks again, with the same id and the same amount, until one comes.
#[check]
fn t1_asks_again_where_no_answer_comes(scene: &Scene) {
    scene.suspect_when(&WAITS, |evidence| evidence.hung);
    let (id, amount) = payment(scene, 12);
    let (client, router) = asked(scene, SHORT, "1000", &[&(id.clone(), amount.clone())]);
    for number in 1..=2 {
        scene.suspect(&TOO_FEW);
        let asked = request(scene, &router, &format!("request {number}, which will not be answered"));
        scene.suspect(if number == 1 { &WRONG_REQUEST } else { &NEW_ID });
        expect_frames(scene, &format!("request {number}"), &asked.body, &[&id, &amount]);
    }
    scene.suspect(&TOO_FEW);
    let asked = request(scene, &router, "a request after those that were not answered");
    scene.suspect(&NEW_ID);
    expect_frames(scene, "the request again", &asked.body, &[&id, &amount]);
    reply(&router, &asked.envelope, &["ok", &id, "12"]);
    // On a busy machine the answer may come too late for this try; then it is the next one's.
    while let Some(asked) = request_or_lines(scene, &client, &router, 1) {
        reply(&router, &asked.envelope, &["ok", &id, "12"]);
    }
    expect_line(scene, &client, &format!("ok {id} 12"));
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
    let seen = timeouts
        .into_iter()
        .map(|timeout| sends_until_it_gives_up(scene, timeout, tries))
        .find(|&seen| seen == tries);
    scene.suspect(&TOO_FEW);
    scene.expect(
        seen.is_some(),
        &format!("{tries} requests before the client gives up, with `--tries {tries}`"),
        || "fewer requests, however much time each of them had".into(),
    );
}

/// Lets the client pay where nobody answers; counts its requests, and fails the check where there are too many.
fn sends_until_it_gives_up(scene: &Scene, timeout: u128, tries: u64) -> u64 {
    let (first, second) = (payment(scene, 4), payment(scene, 5));
    let (client, router) = asked(scene, &timeout.to_string(), &tries.to_string(), &[&first, &second]);
    let gave_up = format!("gave up {}", first.0);
    let mut seen = 0;
    while let Some(asked) = request_or_lines(scene, &client, &router, usize::MAX) {
        seen += 1;
        if seen > tries || !asked.is_for(&first) {
            scene.suspect(if asked.is_for(&first) { &TOO_MANY } else { &GOES_ON });
            scene.fail(
                format!("at most {tries} requests, then the line `{gave_up}`, and the end"),
                format!("after {} requests one more, {}", seen - 1, show_frames(&asked.body)),
            );
        }
    }
    scene.suspect(&WRONG_LINE);
    expect_line(scene, &client, &gave_up);
    scene.suspect(&WRONG_CODE);
    client.ends_with(1);
    let lines = client.output().out.len();
    scene.expect(lines == 1, "nothing more on standard output", || format!("{lines} lines"));
    seen
}

/// A request that nobody took must not keep the client from ending: what was given up is given up.
#[check]
fn t1_ends_where_nobody_ever_was(scene: &Scene) {
    scene.suspect(&LINGER);
    scene.suspect_when(&WRONG_CODE, |evidence| evidence.ended == Some(Ended::Code(0)));
    scene.suspect_when(&SAME_SOCKET, |evidence| evidence.errors.contains("EFSM"));
    let nobody = payment(scene, 4);
    let client = client_at(scene, &scene.ipc("nobody"), "20", "2", &[&nobody]);
    expect_line(scene, &client, &format!("gave up {}", nobody.0));
    client.ends_with(1);
}

/// An answer belongs to the payment whose id it carries. Another one, however it came here, must not be taken for it, must not be
/// printed, and must not stop the client.
#[check]
fn t2_takes_only_the_answer_to_its_own_payment(scene: &Scene) {
    scene.suspect(&STALE);
    let (first, second) = (payment(scene, 4), payment(scene, 50));
    let (client, router) = asked(scene, &long(scene), "5", &[&first, &second]);
    let asked = request(scene, &router, "the first payment");
    reply(&router, &asked.envelope, &["ok", &first.0, "4"]);
    expect_line(scene, &client, &format!("ok {} 4", first.0));
    let asked = request(scene, &router, "the second payment");
    reply(&router, &asked.envelope, &["ok", &first.0, "4"]);
    reply(&router, &asked.envelope, &["ok", &second.0, "54"]);
    while let Some(asked) = request_or_lines(scene, &client, &router, 2) {
        reply(&router, &asked.envelope, &["ok", &second.0, "54"]);
    }
    expect_line(scene, &client, &format!("ok {} 54", second.0));
    client.ends_with(0);
}

/// A server that was slow answers every try, one after the other. The client takes one of these answers; the others
/// come while it already waits for the next payment, and are not for that one.
#[check]
fn t2_is_not_confused_by_late_answers(scene: &Scene) {
    scene.suspect(&LATE);
    scene.suspect_when(&WAITS, |evidence| evidence.hung);
    let (first, second) = (payment(scene, 4), payment(scene, 50));
    let (client, router) = asked(scene, SHORT, "1000", &[&first, &second]);
    let mut tries = vec![request(scene, &router, "the first payment, which will be answered late").envelope];
    let mut late = true;
    while let Some(asked) = request_or_lines(scene, &client, &router, 2) {
        if asked.is_for(&first) {
            tries.push(asked.envelope);
            for envelope in &tries {
                reply(&router, envelope, &["ok", &first.0, "4"]);
            }
            continue;
        }
        if std::mem::take(&mut late) {
            for envelope in &tries {
                reply(&router, envelope, &["ok", &first.0, "4"]);
            }
        }
        reply(&router, &asked.envelope, &["ok", &second.0, "54"]);
    }
    expect_line(scene, &client, &format!("ok {} 4", first.0));
    expect_line(scene, &client, &format!("ok {} 54", second.0));
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

/// An id stands for one payment. A request with the same id and another amount is no new payment; it gets the first answer.
#[check]
fn t3_goes_by_the_id_and_not_by_the_amount(scene: &Scene) {
    scene.suspect(&BY_BOTH);
    let life = live(scene, &journal(scene));
    let (id, amount) = payment(scene, 10);
    life.pays(scene, &(id.clone(), amount), 10);
    life.pays(scene, &(id, "300".into()), 10);
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

/// Whatever comes, the server answers it, because a REQ that gets no answer hangs. What is no payment gets an `error`.
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
}

/// An amount is a whole number that fits into an i64, in decimal digits. Anything else is refused, and nothing is paid.
#[check]
fn t3_refuses_what_is_no_amount(scene: &Scene) {
    scene.suspect(&ACCEPTS);
    scene.suspect_when(&NO_ANSWER, |evidence| evidence.hung);
    let life = live(scene, &journal(scene));
    let amounts: [&[u8]; 7] = [b"", b"ten", b"1.5", b"0x10", b"5-", b"9223372036854775808", &[b'5', 0xff]];
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
    for (id, amount, first) in [(&id, amount.as_str(), overflow), (&other, "much", no_amount)] {
        let answer = life.ask(id, amount);
        let same = answer == first;
        let wanted = format!("the first answer to {id} again, {}", show_frames(&first));
        scene.expect(same, &wanted, || show_frames(&answer));
    }
}

/// kill -9 gives a program no time for anything. What it answered before, it answers after the restart, refusals too.
#[check]
fn t4_keeps_its_answers_over_a_kill(scene: &Scene) {
    scene.suspect(&NO_JOURNAL);
    let life = live(scene, &journal(scene));
    let payments = [payment(scene, 10), payment(scene, 300), payment(scene, 4000)];
    let balances = [10, 310, 4310];
    for (payment, balance) in payments.iter().zip(balances) {
        life.pays(scene, payment, balance);
    }
    let (refused, _) = payment(scene, 0);
    let much = i64::MAX.to_string();
    let refusal = life.refuses(scene, &refused, &much);
    // One request more, so that all before it is done, whatever the server does after a reply.
    scene.suspect(&AGAIN);
    life.pays(scene, &payments[0], 10);
    scene.suspect(&NO_JOURNAL);
    life.kill();
    let life = live(scene, &journal(scene));
    life.has_balance(scene, "after the restart the answer to a payment of 0", 4310);
    scene.suspect(&BALANCE_ONLY);
    for (payment, balance) in payments.iter().zip(balances) {
        life.pays(scene, payment, balance);
    }
    scene.suspect(&FORGETS_REFUSALS);
    life.pays(scene, &payment(scene, -5000), -690);
    let answer = life.ask(&refused, &much);
    let wanted = format!("the first answer to {refused} again, {}", show_frames(&refusal));
    scene.expect(answer == refusal, &wanted, || show_frames(&answer));
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
        scene.suspect_when(&ENDS_ON_FAILURE, |evidence| matches!(evidence.ended, Some(Ended::Code(_))));
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
    for amount in [1, 20, 300] {
        let life = live(scene, &journal);
        balance += amount;
        life.pays(scene, &payment(scene, amount), balance);
        life.kill();
    }
    live(scene, &journal).has_balance(scene, "after three kills the answer to a payment of 0", balance);
}

/// The disk is full for a while, in the middle of a line. The payment is refused and not paid, old ids have their answers, and
/// when there is room again the same payment succeeds. The journal is as good as if nothing had been.
#[check]
fn t4_a_full_disk_costs_no_payment(scene: &Scene) {
    #[cfg(target_os = "linux")]
    {
        let restarted = Rc::new(Cell::new(false));
        let again = Rc::clone(&restarted);
        let ended = |evidence: &Evidence| matches!(evidence.ended, Some(Ended::Code(_)));
        scene.suspect_when(&ENDS_ON_FAILURE, move |evidence| ended(evidence) && !again.get());
        let journal = journal(scene);
        let arguments = ["--bind", "tcp://127.0.0.1:*", "--journal", &journal.display().to_string()];
        let life = born(scene.start_after("trap '' XFSZ", "server", arguments));
        let (old, new, last) = (payment(scene, 10), payment(scene, 200), payment(scene, 3000));
        life.pays(scene, &old, 10);
        // Room for three bytes more: the write of the next line fails in its middle.
        life.server.limit_files(Some(length(&journal) + 3));
        scene.suspect(&REPLY_FIRST);
        for _ in 0..2 {
            let _ = life.refuses(scene, &new.0, &new.1);
        }
        scene.suspect(&ENDS_ON_FAILURE);
        life.pays(scene, &old, 10);
        life.server.limit_files(None);
        let (zero, _) = payment(scene, 0);
        scene.suspect(&PAYS_FIRST);
        expect_frames(
            scene,
            "with room on the disk the answer to a payment of 0",
            &life.ask(&zero, "0"),
            &["ok", &zero, "10"],
        );
        scene.suspect(&REMEMBERS_FAILURE);
        life.pays(scene, &new, 210);
        life.pays(scene, &last, 3210);
        life.kill();
        restarted.set(true);
        scene.suspect(&LEAVES_PIECE);
        let life = live(scene, &journal);
        for (payment, balance) in [(&old, 10), (&new, 210), (&last, 3210)] {
            life.pays(scene, payment, balance);
        }
    }
    #[cfg(not(target_os = "linux"))]
    scene.note("only on Linux can the files of a running program be limited");
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
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

/// Where a server is killed.
#[derive(Clone, Copy)]
enum Point {
    Unseen,
    Sent,
    Written,
    Answered,
}

impl Point {
    fn in_words(self) -> &'static str {
        match self {
            Self::Unseen => "before it saw the request",
            Self::Sent => "right after the request was sent",
            Self::Written => "when the journal grew",
            Self::Answered => "when its answer was here",
        }
    }

    /// Sends a payment and waits until the server is at this point with it.
    fn wait_after_sending(self, scene: &Scene, life: &Life, journal: &Path, (id, amount): &(String, String)) {
        if let Self::Unseen = self {
            life.server.signal(Signal::STOP);
        }
        let before = length(journal);
        life.req.send_frames([id, amount]);
        let answered = || life.req.socket().poll(zmq::POLLIN, 0).is_ok_and(|ready| ready > 0);
        let reached = || match self {
            Self::Unseen | Self::Sent => true,
            // Who does not write must not hold up the check.
            Self::Written => length(journal) > before || answered(),
            Self::Answered => answered(),
        };
        let end = Instant::now() + scene.deadline();
        while !reached() {
            if life.server.has_ended() || Instant::now() > end {
                let _ = life.req.receive(&format!("the answer to {id}"));
            }
            thread::yield_now();
        }
    }
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
    let life = live(scene, &whole);
    for (payment, balance) in payments.iter().zip(balances) {
        life.pays(scene, payment, balance);
    }
    life.pays(scene, &payments[0], balances[0]);
    life.kill();
    let bytes = fs::read(&whole).unwrap_or_default();
    let lines = bytes.iter().filter(|&&byte| byte == b'\n').count();
    scene.expect(lines >= 3, "a line in the journal for each of three payments", || {
        format!("{lines} lines, {} bytes", bytes.len())
    });
    for cut in cuts(&bytes) {
        let journal = scene.folder().join(format!("journal-{cut}"));
        let _ = fs::write(&journal, &bytes[..cut]);
        scene.note(format!("the journal is cut after {cut} of its {} bytes", bytes.len()));
        // What was left behind a cut is seen one start later. In the middle of each line is often enough for that.
        let lives = if middle(&bytes, cut) { 2 } else { 1 };
        for (second, mistake) in [(false, &TORN), (true, &BEHIND_TORN)].into_iter().take(lives) {
            first_start.set(!second);
            scene.suspect(mistake);
            let life = live(scene, &journal);
            for (payment, balance) in payments.iter().zip(balances) {
                life.pays(scene, payment, balance);
            }
            life.kill();
        }
    }
}

/// Whether this is the middle of a line.
fn middle(bytes: &[u8], cut: usize) -> bool {
    let begin = bytes[..cut].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let length = bytes[begin..].iter().position(|&byte| byte == b'\n').unwrap_or(0);
    length > 1 && cut == begin + length / 2
}

/// Where to cut: at every byte of a short journal; of a long one at every byte of the last line, evenly thinned out, and around the
/// ends of the others.
fn cuts(bytes: &[u8]) -> Vec<usize> {
    const MOST: usize = 40;
    if bytes.len() <= MOST {
        return (0..=bytes.len()).collect();
    }
    let body = &bytes[..bytes.len() - 1];
    let last = body.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let ends = body.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at);
    let mut cuts: Vec<usize> = ends.take(4).flat_map(|at| [at - 1, at, at + 1]).collect();
    let step = (bytes.len() - last).div_ceil(MOST / 2);
    cuts.extend((last..=bytes.len()).rev().step_by(step));
    cuts.push(0);
    cuts.sort_unstable();
    cuts.dedup();
    cuts
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
    let mut bytes = fs::read(&journal).unwrap_or_default();
    let ends: Vec<usize> =
        bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect();
    scene.suspect(&NO_JOURNAL);
    scene.expect(ends.len() >= 3, "a line in the journal for each of four payments", || {
        format!("{} lines, {} bytes", ends.len(), bytes.len())
    });
    bytes[ends[0] + 1..ends[1]].fill(b'#');
    let _ = fs::write(&journal, &bytes);
    scene.note("the second line of the journal is now `#` from its begin to its end");
    scene.suspect(&SKIPS);
    ends_with_a_line(scene, &journal);
    let after = fs::read(&journal).unwrap_or_default();
    scene.expect(after == bytes, "the damaged journal to stay as it is", || {
        format!("it had {} bytes, and has {} now", bytes.len(), after.len())
    });
}

/// A journal that cannot be opened ends the server with exit code 1 and a line that names it: to serve without one
/// would be to promise what it cannot keep.
#[check]
fn t4_a_journal_that_cannot_be_opened_is_an_error(scene: &Scene) {
    scene.suspect(&OPENS);
    ends_with_a_line(scene, &scene.folder().join("no/such/folder/journal"));
    let folder = scene.folder().join("folder");
    let _ = fs::create_dir(&folder);
    ends_with_a_line(scene, &folder);
}

/// The server must end with exit code 1, one line on standard error that names the journal, and no bound line.
fn ends_with_a_line(scene: &Scene, journal: &Path) {
    let path = journal.display().to_string();
    let expected = format!("the server to end with exit code 1 and to name {path}");
    let server = scene.start("server", ["--bind", "tcp://127.0.0.1:*", "--journal", &path]);
    match server.end_or_line(&expected) {
        Err(line) => scene.fail(expected, format!("it went on, and printed {}", show(&line))),
        Ok(Ended::Code(1)) => {}
        Ok(ended) => scene.fail(expected, server.how_it_ended(ended)),
    }
    let errors = server.output().err;
    let named = errors.len() == 1 && String::from_utf8_lossy(&errors[0]).contains(&path);
    scene.expect(named, &format!("one line on standard error that names {path}"), || {
        let lines: Vec<String> = errors.iter().map(|line| show(line)).collect();
        if lines.is_empty() { "nothing on standard error".into() } else { lines.join("\n") }
    });
}

/// Both programs together, and a death for each payment: the server executes it, its answer is lost, it is killed and
/// started again. The client asks again and gets the answer; nothing is paid twice.
#[check]
fn t4_client_and_server_survive_a_death_per_payment(scene: &Scene) {
    scene.suspect(&AGAIN);
    scene.suspect_when(&TOO_FEW, |evidence| evidence.got.starts_with(b"gave up"));
    let journal = journal(scene);
    let payments = [payment(scene, 8), payment(scene, 90)];
    let (client, router) = asked(scene, SHORT, "1000", &payments.each_ref());
    let mut life = live(scene, &journal);
    let mut killed: Vec<Vec<u8>> = Vec::new();
    while let Some(asked) = request_or_lines(scene, &client, &router, payments.len()) {
        life.req.send_frames(&asked.body);
        let answer = life.req.receive("the server's answer to the client's payment");
        let id = asked.body.first().cloned().unwrap_or_default();
        let is_payment = payments.iter().any(|(wanted, _)| wanted.as_bytes() == id);
        if is_payment && !killed.contains(&id) {
            scene.note("this answer is lost, and the server is killed");
            life.kill();
            life = live(scene, &journal);
            killed.push(id);
            continue;
        }
        let texts: Vec<String> =
            answer.iter().map(|frame| String::from_utf8_lossy(frame).into_owned()).collect();
        reply(&router, &asked.envelope, &texts.iter().map(String::as_str).collect::<Vec<_>>());
    }
    scene.suspect_when(&WAITS, |evidence| evidence.hung);
    let mut balance = 0;
    for ((id, _), amount) in payments.iter().zip([8, 90]) {
        balance += amount;
        expect_line(scene, &client, &format!("ok {id} {balance}"));
    }
    client.ends_with(0);
    life.has_balance(scene, "at the end the answer to a payment of 0", balance);
}
