//! Lab 06, the slow joiner: a publisher that waits until its subscribers are really there, and subscribers that lose nothing.
//!
//! Each check's comment is the idea that it checks; a failed check prints it.

#[path = "lab06/ear.rs"]
mod ear;
#[path = "lab06/mistakes.rs"]
mod mistakes;
#[path = "lab06/slow.rs"]
mod slow;
#[path = "lab06/subscriber.rs"]
mod subscriber;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ear::Ear;
use harness::failure::{Failure, show, show_frames};
use harness::peer::Peer;
use harness::program::Ended;
use harness::raw::{RawListener, RawPeer};
use harness::scene::Program;
use harness::tap::subscriptions;
use harness::timeline::{Fate, What};
use harness::zmtp::{Command, Content, message};
use harness::{Mistake, Scene, check, zmq};
use mistakes::*;
use subscriber::{Subscriber, Watch};

harness::lab!("lab06": "publisher", "subscriber");

/// How long something is held up, to see who goes by the clock: longer than [`SOON`], so that no sleep can be right.
const HOLD: Duration = Duration::from_millis(2500);
/// The same, to see who gives up: a wait for events that ends by the clock as well. No hold sees one that waits longer.
const LONG_HOLD: Duration = Duration::from_millis(4200);
/// How many times `hello` may come in a millisecond. A program that polls between two of them says it less often than once.
const HELLOS_PER_MS: u64 = 5;
/// How long a subscriber does not read, to see who ends before it has: longer than the linger of `shared::Context`.
const UNREAD: Duration = Duration::from_millis(1600);
/// How soon the publisher begins once all is there. A right one needs milliseconds.
const SOON: Duration = Duration::from_secs(2);
/// How long a publisher that did not begin soon is watched, to tell one that sleeps from one that waits for ever.
const LATER: Duration = Duration::from_millis(3500);
/// How long a program that does not wait is given to go on. It does so in a millisecond.
const MOMENT: Duration = Duration::from_millis(400);
const GLANCE: Duration = Duration::from_millis(10);
/// Numbers enough to fill every queue of default size many times.
const MANY: u64 = 100_000;

/// Numbers enough to fill a queue of default size many times, and few enough for the buffer of one connection over ipc.
const AHEAD: u64 = 15_000;

/// Starts the publisher and waits for its endpoint.
fn publisher(scene: &Scene, side: [&str; 2], subscribers: u64, count: u64, more: &[&str]) -> Program {
    scene.suspect_when(&PUB_SOCKET, |evidence| evidence.errors.contains("ENOTSUP"));
    scene.suspect_when(&FAILED, |evidence| evidence.ended.is_some_and(|ended| ended != Ended::Code(0)));
    let (subscribers, count) = (subscribers.to_string(), count.to_string());
    let arguments = [side[0], side[1], "--subscribers", &subscribers, "--count", &count];
    scene.start("publisher", arguments.iter().chain(more))
}

/// The same, bound to a port; and where it is.
fn bound(scene: &Scene, subscribers: u64, count: u64, more: &[&str]) -> (Program, String) {
    let publisher = publisher(scene, ["--bind", "tcp://127.0.0.1:*"], subscribers, count, more);
    let endpoint = publisher.bound();
    (publisher, endpoint)
}

/// A time in milliseconds, for a sentence.
fn ms(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

// Task 1: the subscriber, judged by an XPUB of the check's.

/// Starts the subscriber on an XPUB of the check's, and gives the subscription that came.
fn subscribed(scene: &Scene) -> (Program, Peer, Vec<u8>) {
    scene.suspect(&NO_SUBSCRIPTION);
    let xpub = scene.peer(zmq::XPUB, "subscriber");
    let endpoint = xpub.bind("tcp://127.0.0.1:*");
    let subscriber = scene.start("subscriber", ["--connect", &endpoint]);
    let report = xpub.receive_frame("a subscription");
    let narrow = report != [1];
    scene.suspect_when(&NARROW_SUBSCRIPTION, move |evidence| narrow && evidence.hung);
    (subscriber, xpub, report)
}

/// Publishes a number, and waits until the subscriber has printed it.
fn is_printed(scene: &Scene, subscriber: &Program, xpub: &Peer, number: &str) {
    xpub.send(number);
    scene.suspect(&PRINTS_LATE);
    let line = subscriber.line(&format!("the line `{number}`"));
    scene.suspect(&PRINTS_SOMETHING_ELSE);
    scene.expect_bytes("the subscriber's line", line, number);
}

/// With nobody to wait for, the publisher publishes at once and ends. Whoever comes later has missed everything: that is the slow joiner.
#[check]
fn t1_waits_for_nobody_where_told_so(scene: &Scene) {
    scene.suspect(&WAITS_FOR_SOMEBODY);
    let (publisher, _) = bound(scene, 0, scene.number(3..9), &[]);
    publisher.ends_with(0);
}

/// A SUB socket gets what it has subscribed to, and without a subscription nothing. The empty prefix is a subscription to everything.
#[check]
fn t1_subscribes_to_everything(scene: &Scene) {
    let (_subscriber, _xpub, report) = subscribed(scene);
    scene.suspect(&NARROW_SUBSCRIPTION);
    scene.expect(report == [1], "a subscription to the empty prefix, which is everything", || {
        match report.as_slice() {
            [1, topic @ ..] => format!("a subscription to {}", show(topic)),
            other => format!("{} bytes: {other:?}", other.len()),
        }
    });
}

/// What comes is printed as it came, when it came. The subscriber knows no numbers; it has them from the wire.
#[check]
fn t1_prints_each_message_as_it_comes(scene: &Scene) {
    let (subscriber, xpub, _) = subscribed(scene);
    for _ in 0..4 {
        is_printed(scene, &subscriber, &xpub, &scene.number(1..1_000_000).to_string());
    }
}

/// A SUB socket cannot know that a publisher is done, so the publisher says it. `end` ends the subscriber and is not printed.
#[check]
fn t1_ends_at_end_and_does_not_print_it(scene: &Scene) {
    let (subscriber, xpub, _) = subscribed(scene);
    // What is not `end`, all of it, does not end the subscriber.
    let before = ["41", "0", "", "endless", "weekend", "END"];
    for text in before {
        xpub.send(text);
    }
    xpub.send("end");
    scene.suspect_when(&ENDS_AT_SOMETHING_ELSE, |evidence| {
        evidence.ended.is_some_and(|ended| ended != Ended::Code(0))
    });
    scene.suspect(&GOES_ON);
    subscriber.ends_with(0);
    let lines = subscriber.lines_at_the_end();
    scene.suspect(&ENDS_AT_SOMETHING_ELSE);
    // What the lines say is the business of another check.
    scene.expect(
        lines.len() >= before.len(),
        &format!("a line for each of {}", show_frames(&before)),
        || format!("{} lines, and then it ended: {}", lines.len(), show_frames(&lines)),
    );
    scene.suspect(&PRINTS_END);
    scene.expect(lines.last().is_none_or(|line| line != b"end"), "`end` not to be printed", || {
        show_frames(&lines)
    });
}

/// Who publishes and who subscribes is one question, who binds another. A subscriber with a fixed place may bind.
#[check]
fn t1_the_subscriber_may_bind(scene: &Scene) {
    scene.suspect(&ONE_SIDE);
    let subscriber = scene.start("subscriber", ["--bind", "tcp://127.0.0.1:*"]);
    let xpub = scene.peer(zmq::XPUB, "subscriber");
    xpub.connect(&subscriber.bound());
    xpub.receive_frame("a subscription");
    xpub.send("end");
    scene.suspect(&GOES_ON);
    subscriber.end();
}

// Task 2: the publisher, judged by raw subscribers behind taps.

/// A publisher with one subscriber publishes the numbers from 1 to N to it, each in a frame of its own, then `end`, and ends. Where N is 0
/// there is `end` alone.
#[check]
fn t2_publishes_every_number_and_end(scene: &Scene) {
    for (name, count) in [("subscriber 1", scene.number(5..20)), ("subscriber 2", 0)] {
        scene.suspect(&UNHEARD);
        let (publisher, endpoint) = bound(scene, 1, count, &[]);
        let mut one = Subscriber::join(scene, &publisher, &endpoint, name);
        scene.suspect(&NEVER_BEGINS);
        one.await_messages(&publisher, 1, "something to be published");
        scene.suspect(&WRONG_NUMBERS);
        one.expect_all(&publisher, count);
        scene.suspect(&NEVER_ENDS);
        publisher.ends_with(0);
    }
}

/// Where the subscriber has the fixed place, the publisher connects, and its socket sees the subscription as well.
#[check]
fn t2_the_publisher_may_connect(scene: &Scene) {
    scene.suspect(&ONE_SIDE);
    scene.suspect_when(&ONE_SIDE, |evidence| evidence.errors.contains("bind") && evidence.ended.is_some());
    scene.suspect_when(&UNHEARD, |evidence| evidence.ended == Some(Ended::Code(0)));
    let sub = scene.peer(zmq::SUB, "publisher").behind_a_tap();
    if let Err(error) = sub.socket().set_subscribe(b"") {
        Failure::error(format!("a SUB cannot subscribe: {error}")).throw();
    }
    let endpoint = sub.bind("tcp://127.0.0.1:*");
    let tap = scene.tap("wire").called("publisher", sub.name()).to(&endpoint).start();
    let publisher = publisher(scene, ["--connect", tap.endpoint()], 1, 3, &[]);
    // It may have ended before what it published comes through.
    let mut watch = Watch::new(scene);
    while sub.socket().poll(zmq::POLLIN, 5).is_ok_and(|ready| ready == 0) && !watch.is_over(&publisher) {}
    if tap.state().subscriptions() > 0 {
        scene.suspect(&NEVER_BEGINS);
    }
    sub.receive("what is published");
}

/// The last subscription is held up on its way, much longer than anybody would sleep. Until it is there, nothing may be published: what is
/// published earlier is lost for this subscriber.
#[check]
fn t2_waits_for_the_last_subscriber(scene: &Scene) {
    scene.suspect(&TOO_EARLY);
    let (publisher, endpoint) = bound(scene, 3, 5, &[]);
    let one = Subscriber::join(scene, &publisher, &endpoint, "subscriber 1");
    let two = Subscriber::join(scene, &publisher, &endpoint, "subscriber 2");
    let late = Subscriber::connect(scene, &publisher, &endpoint, "late subscriber", true);
    let mut there = [one, two];
    nothing_for(scene, LONG_HOLD, &publisher, &mut there, Some(&late), "the third subscription was held up");
    let release = format!("the last subscription goes on its way after {}", ms(LONG_HOLD));
    scene.note(release);
    // Now all are there, so whoever ends before this one got anything has not published too early.
    scene.suspect(&UNHEARD);
    late.release(&publisher);
    let [one, two] = there;
    all_get_the_same(scene, &publisher, vec![one, two, late]);
}

/// Three subscribers subscribe to the same, and the publisher begins as soon as its socket knows all three: in milliseconds, and not after a
/// time that somebody thought long enough.
#[check]
fn t2_begins_as_soon_as_all_are_there(scene: &Scene) {
    let (publisher, endpoint) = bound(scene, 3, 5, &[]);
    let all = [1, 2, 3].map(|number| {
        // One that ends before the last has come has not waited for it.
        scene.suspect(if number < 3 { &TOO_EARLY } else { &UNHEARD });
        Subscriber::join(scene, &publisher, &endpoint, &format!("subscriber {number}"))
    });
    begins_soon(scene, &publisher, &all[2], "all three subscriptions were known to the publisher's socket");
}

/// Of those who leave a topic XPUB reports only the last one. So a leave says: nobody is there any more, and the count begins again at 0.
#[check]
fn t2_counts_from_zero_when_all_have_left(scene: &Scene) {
    scene.suspect(&TOO_EARLY);
    let (publisher, endpoint) = bound(scene, 3, 4, &[]);
    let join = |name: &str| Subscriber::join(scene, &publisher, &endpoint, name);
    let mut gone = [join("one who leaves"), join("another who leaves")];
    // Who sleeps a little begins here; who counts has no reason to.
    nothing_for(scene, MOMENT / 2, &publisher, &mut gone, None, "only two subscribers had come");
    scene.suspect(&LEAVES);
    for subscriber in &mut gone {
        subscriber.leave();
    }
    scene.note("both have left, and the publisher's socket knows");
    let mut there = [join("subscriber 1"), join("subscriber 2")];
    nothing_for(
        scene,
        MOMENT,
        &publisher,
        &mut there,
        None,
        "only two subscribers were there: the others had left",
    );
    scene.suspect(&UNHEARD);
    let three = join("subscriber 3");
    scene.suspect(&STILL_WAITS);
    let [one, two] = there;
    all_get_the_same(scene, &publisher, vec![one, two, three]);
}

/// Waits for the publisher's end, and fails the check unless all subscribers got something, and the same.
fn all_get_the_same(scene: &Scene, publisher: &Program, subscribers: Vec<Subscriber>) {
    // How soon it begins is the business of another check.
    let limit = scene.deadline().max(SOON + LATER);
    subscribers[0].await_within(limit, publisher, 1, "something to be published");
    scene.suspect(&NEVER_ENDS);
    publisher.ends_with(0);
    scene.suspect(&NOT_THE_SAME);
    let got: Vec<_> = subscribers.into_iter().map(Subscriber::all).collect();
    for (name, messages) in &got {
        let counts = |messages: &[Vec<Vec<u8>>]| messages.len();
        scene.expect(
            *messages == got[0].1 && !messages.is_empty(),
            &format!("{name} to get what the others get"),
            || format!("it got {} messages, and {} got {}", counts(messages), got[0].0, counts(&got[0].1)),
        );
    }
}

/// Fails the check if anything is published in this time; draws what the one who is late would lose.
fn nothing_for(
    scene: &Scene,
    time: Duration,
    publisher: &Program,
    there: &mut [Subscriber],
    late: Option<&Subscriber>,
    why: &str,
) {
    let began = Instant::now();
    while began.elapsed() < time {
        thread::sleep(GLANCE);
        let published = there.iter().any(|subscriber| subscriber.sent() > 0);
        if published || publisher.has_ended() {
            let after = began.elapsed();
            too_early(scene, publisher, there, late, &format!("{} after this began: {why}", ms(after)));
        }
    }
}

/// Tells what was published too early, and for whom it is lost.
fn too_early(
    scene: &Scene,
    publisher: &Program,
    there: &mut [Subscriber],
    late: Option<&Subscriber>,
    when: &str,
) -> ! {
    // What it publishes, it publishes at one go: the rest is here when nothing more came for a while.
    let mut known = 0;
    loop {
        thread::sleep(GLANCE * 5);
        let sent = there.iter().map(Subscriber::sent).max().unwrap_or(0);
        if sent == known || sent > 100 {
            break;
        }
        known = sent;
    }
    let mut longest = Vec::new();
    for subscriber in there {
        let got = subscriber.messages().to_vec();
        longest = if got.len() > longest.len() { got } else { longest };
    }
    let texts: Vec<String> = longest.iter().take(8).map(|frames| show_frames(frames)).collect();
    let mut seen = if texts.is_empty() {
        format!("the publisher ended, {when}")
    } else {
        format!("it published {}, {when}", texts.join(" "))
    };
    if let Some(late) = late.filter(|_| !longest.is_empty()) {
        scene.note(format!("of this nothing was for {}: its subscription had not arrived", late.name));
        late.lost(&publisher.name(), &longest[..longest.len().min(8)]);
        seen.push_str(&format!("\nall of it is lost for {}", late.name));
    }
    scene.fail("nothing to be published before all three subscriptions are there", seen)
}

/// Fails the check unless the publisher begins soon; tells one that goes by the clock from one that waits for ever.
fn begins_soon(scene: &Scene, publisher: &Program, subscriber: &Subscriber, when: &str) {
    let began = Instant::now();
    let begins_within = |limit: Duration| {
        while subscriber.sent() == 0 && began.elapsed() < limit {
            if publisher.has_ended() {
                // What it sent last may still be on its way to the tap.
                return subscriber.got_something(publisher);
            }
            thread::sleep(Duration::from_millis(1));
        }
        subscriber.sent() > 0
    };
    if begins_within(SOON) {
        return;
    }
    let expected = format!("the publisher to begin within {} once {when}", ms(SOON));
    scene.suspect(&UNHEARD);
    if publisher.has_ended() {
        scene.fail(expected, publisher.how_it_ended(publisher.end()));
    }
    if begins_within(SOON + LATER) {
        scene.suspect(&BY_THE_CLOCK);
        scene.fail(expected, format!("it began {} after that", ms(began.elapsed())));
    }
    if publisher.has_ended() {
        scene.fail(expected, publisher.how_it_ended(publisher.end()));
    }
    scene.suspect(&STILL_WAITS);
    scene.fail(expected, format!("it had not begun {} after that, and still runs", ms(began.elapsed())));
}

// Task 3: the end, judged by subscribers that do not read.

/// A raw subscriber at an ipc path, or the reason why there is none.
fn raw(scene: &Scene, publisher: &Program, endpoint: &str) -> RawPeer {
    slow::subscribe(endpoint, scene.deadline()).unwrap_or_else(|error| {
        let seen =
            publisher.ends_soon().map_or_else(|| error.to_string(), |ended| publisher.how_it_ended(ended));
        scene.fail("the publisher to be there when its subscribers come", seen)
    })
}

/// One subscriber reads at once, the other only when the first has all or gets no more. A publisher does not wait for the slow one: it must keep for it
/// what it does not take yet, all 100 000 numbers.
#[check]
fn t3_keeps_everything_for_a_slow_subscriber(scene: &Scene) {
    scene.suspect(&HIGH_WATER_MARK);
    let publisher = publisher(scene, ["--bind", &scene.ipc("door")], 2, MANY, &[]);
    let endpoint = publisher.bound();
    let (mut quick, mut slow) = (raw(scene, &publisher, &endpoint), raw(scene, &publisher, &endpoint));
    let (progress, done) = (AtomicU64::new(0), AtomicBool::new(false));
    let (quick, slow, ended) = thread::scope(|threads| {
        let (progress, done) = (&progress, &done);
        let quick = threads.spawn(move || {
            let reading = slow::read(&mut quick, progress);
            done.store(true, Ordering::Release);
            reading
        });
        // A publisher may also wait for the slow one instead of keeping it all; then the quick one gets no more for a while.
        let mut before = (u64::MAX, Instant::now());
        while !done.load(Ordering::Acquire) && before.1.elapsed() < MOMENT {
            let now = progress.load(Ordering::Relaxed);
            if now != before.0 {
                before = (now, Instant::now());
            }
            thread::sleep(GLANCE);
        }
        // The slow one has read nothing yet, so a publisher that keeps what it has for it is still there.
        let ended = publisher.ends_soon().is_some();
        let slow = slow::read(&mut slow, &AtomicU64::new(0));
        (quick.join().unwrap_or_default(), slow, ended)
    });
    scene.note("one subscriber read at once, then the slow one began to read");
    for (name, reading) in [("the quick subscriber", &quick), ("the slow subscriber", &slow)] {
        // What is missing in the middle was thrown away when it was sent, what is missing at the end perhaps not.
        scene.suspect(match () {
            () if reading.count == 0 => nothing_came(&publisher),
            () if ended && reading.gap.is_none() => &ENDS_EARLY,
            () => &HIGH_WATER_MARK,
        });
        let missing = reading.count < MANY || reading.count < quick.count;
        scene.expect(!missing, &format!("{name} to get all {} messages", MANY + 1), || reading.to_string());
    }
    scene.suspect(&NEVER_ENDS);
    publisher.ends_with(0);
}

/// The last message was sent, and the only subscriber has not read yet. The publisher has to stay until it has: what is still in its queue ends with it.
#[check]
fn t3_stays_until_all_is_delivered(scene: &Scene) {
    scene.suspect(&ENDS_EARLY);
    let publisher = publisher(scene, ["--bind", &scene.ipc("door")], 1, MANY, &[]);
    let endpoint = publisher.bound();
    let mut slow = raw(scene, &publisher, &endpoint);
    has_sent_all(scene, &publisher);
    let began = Instant::now();
    while began.elapsed() < UNREAD {
        if publisher.has_ended() {
            let after = ms(began.elapsed());
            let reading = slow::read(&mut slow, &AtomicU64::new(0));
            if reading.count == 0 {
                scene.suspect(nothing_came(&publisher));
            }
            let how = publisher.how_it_ended(publisher.end());
            scene.fail(
                format!("the publisher to stay until its subscriber has read all {} messages", MANY + 1),
                format!("{how}, {after} after the subscriber came\nthe subscriber, which had not read till then, got {reading}"),
            );
        }
        thread::sleep(GLANCE);
    }
    let reading = slow::read(&mut slow, &AtomicU64::new(0));
    scene.suspect(if reading.count == 0 { nothing_came(&publisher) } else { &NEVER_ENDS });
    publisher.ends_with(0);
}

/// What it means that nothing was published at all to subscribers that were there.
fn nothing_came(publisher: &Program) -> &'static Mistake {
    if publisher.has_ended() { &UNHEARD } else { &NOTHING_YET }
}

/// Waits until a publisher uses no processor time any more: then it has sent all that it will. Where the system does not tell, waits for nothing.
fn has_sent_all(scene: &Scene, publisher: &Program) {
    let (began, mut before) = (Instant::now(), (publisher.cpu_time(), Instant::now()));
    while before.0.is_some() && before.1.elapsed() < MOMENT && began.elapsed() < scene.deadline() {
        thread::sleep(GLANCE);
        let now = publisher.cpu_time();
        if now != before.0 {
            before = (now, Instant::now());
        }
    }
}

/// Over ipc a publisher that ends takes with it what the subscriber's socket has not read off the connection. A subscriber that prints is slower than
/// its connection: its socket must read ahead, as far as there is something to read.
#[check]
fn t3_reads_on_when_the_publisher_has_ended(scene: &Scene) {
    scene.suspect(&RECEIVE_MARK);
    let broken = |error: std::io::Error| -> ! { Failure::error(format!("a raw publisher: {error}")).throw() };
    let listener =
        RawListener::bind(&scene.ipc("door"), scene.deadline()).unwrap_or_else(|error| broken(error));
    let subscriber = scene.start("subscriber", ["--connect", &scene.ipc("door")]);
    // What fits into the connection is sent at one go, and then the publisher is gone.
    let mut all: Vec<u8> = (1..=AHEAD).flat_map(|number| message(&[number.to_string()])).collect();
    all.extend(message(&["end"]));
    let publish = || {
        let mut peer = listener.accept()?;
        peer.shake_hands("XPUB")?;
        while !matches!(
            peer.receive()?.map(|unit| unit.content),
            Some(Content::Command(Command::Subscribe(_)))
        ) {}
        peer.send(&all)
    };
    if let Err(error) = publish() {
        let seen = match subscriber.ends_soon() {
            Some(ended) => subscriber.how_it_ended(ended),
            None => error.to_string(),
        };
        scene.suspect(&NO_SUBSCRIPTION);
        scene.fail("the subscriber to come and subscribe", seen);
    }
    scene.note(format!("{AHEAD} numbers and `end` were published, and the publisher has ended"));
    let last = lines_till_silence(scene, &subscriber, AHEAD);
    // What is printed besides, as `end`, is the business of other checks.
    scene.expect(last >= AHEAD, &format!("the subscriber to print all {AHEAD} numbers"), || {
        format!("it printed {last} lines, and then no more")
    });
}

/// How many lines a program has printed when there are enough, or when no more come.
fn lines_till_silence(scene: &Scene, program: &Program, enough: u64) -> u64 {
    let count = || program.output().out.len() as u64;
    let mut before = (count(), Instant::now());
    // What a program printed before it ended may still be on its way to us.
    let patience = |ended: bool| if ended { scene.deadline().min(SOON) } else { scene.deadline() };
    while before.0 < enough && before.1.elapsed() < patience(program.has_ended()) {
        thread::sleep(GLANCE);
        if count() != before.0 {
            before = (count(), Instant::now());
        }
    }
    before.0
}

/// Your publisher and your subscribers, with many numbers: each subscriber prints every one of them, also the one whose subscription comes later than
/// that of the other.
#[check]
fn t3_the_programs_together_lose_nothing(scene: &Scene) {
    scene.suspect(&LOSES);
    let count = 3000;
    let (publisher, endpoint) = bound(scene, 2, count, &[]);
    let tap = scene.tap("late link").called("late subscriber", "publisher").to(&endpoint);
    let tap = tap.with(subscriptions().hold()).start();
    let start = |name: &str, data: &str| scene.start_as(name, "subscriber", ["--connect", data]);
    let subscribers = [start("late subscriber", tap.endpoint()), start("subscriber", &endpoint)];
    // The subscription is held up till the publisher has begun too early, or has had time for it.
    let began = Instant::now();
    while began.elapsed() < MOMENT && !publisher.has_ended() && subscribers[1].output().out.is_empty() {
        thread::sleep(GLANCE);
    }
    tap.release();
    prints_all(scene, &publisher, &subscribers, count, [&LOSES_THE_BEGINNING, &LOSES]);
}

/// Fails the check unless each subscriber prints the numbers from 1 to `count` and all end well; `missing` is what it means that the first
/// number is missing, and that others are.
fn prints_all(
    scene: &Scene,
    publisher: &Program,
    subscribers: &[Program],
    count: u64,
    missing: [&'static Mistake; 2],
) {
    scene.suspect(&WAIT_TOGETHER);
    publisher.ends_with(0);
    for subscriber in subscribers {
        lines_till_silence(scene, subscriber, count);
        let ended = subscriber.ends_soon();
        let lines = subscriber.output().out;
        scene.suspect(missing[usize::from(lines.first().is_some_and(|line| line == b"1"))]);
        let wanted = (1..=count).map(|number| number.to_string().into_bytes());
        let right = lines.iter().cloned().eq(wanted);
        scene.expect(right, &format!("{} to print the numbers from 1 to {count}", subscriber.name()), || {
            let wrong =
                lines.iter().zip(1..).find(|(line, number)| line[..] != *number.to_string().as_bytes());
            let wrong = wrong.map_or(String::new(), |(line, number)| {
                format!(", of which {} stands in the place of {number}", show(line))
            });
            let end = ended.map_or("the subscriber still waits", |_| "the subscriber, too");
            format!("{} lines{wrong}; the publisher has ended, {end}", lines.len())
        });
        subscriber.ends_with(0);
    }
}

// Task 4: the handshake, each side judged by a peer of the check's.

/// The data link is held up, the sync socket can be reached. Until something was published *and has come through*, the subscriber has seen nothing, and
/// must not say that it has.
#[check]
fn t4_says_seen_only_when_it_has_seen(scene: &Scene) {
    let xpub = scene.peer(zmq::XPUB, "subscriber");
    let data = xpub.bind("tcp://127.0.0.1:*");
    let tap = scene.tap("data link").called("subscriber", xpub.name()).to(&data);
    let tap = tap.with(subscriptions().hold()).start();
    let rep = scene.peer(zmq::REP, "subscriber");
    let sync = rep.bind("tcp://127.0.0.1:*");
    let subscriber = scene.start("subscriber", ["--connect", tap.endpoint(), "--sync", &sync]);
    scene.suspect(&NO_SUBSCRIPTION);
    tap.wait_until("the subscription to reach the tap", |state| state.subscriptions() >= 1);
    scene.suspect(&UNSEEN);
    let began = Instant::now();
    while began.elapsed() < HOLD && !subscriber.has_ended() {
        if rep.socket().poll(zmq::POLLIN, 20).is_ok_and(|ready| ready > 0) {
            let said = rep.receive_frame("a request");
            rep.send("ok");
            // What a publisher would do now. Nobody is subscribed yet, so all of it is thrown away.
            for text in ["1", "2", "3", "end"] {
                scene.timeline().record(What::Message {
                    link: None,
                    from: xpub.name().into(),
                    to: "subscriber".into(),
                    frames: vec![text.into()],
                    fate: Fate::Lost,
                });
            }
            scene.fail(
                "nothing to be said on the sync socket while no `hello` has come through",
                format!(
                    "the subscriber said {} {} after its subscription set out, which is still on its way\nwhat a publisher that believes it \
                     publishes now is lost",
                    show(&said),
                    ms(began.elapsed())
                ),
            );
        }
    }
    scene.note(format!("the subscription goes on its way after {}", ms(HOLD)));
    tap.release();
    tap.wait_live(1);
    scene.suspect(&NOT_SAID);
    for _ in 0..3 {
        record_sent(scene, &xpub, "hello");
    }
    scene.expect_bytes("what the subscriber says on the sync socket", rep.receive_frame("`seen`"), "seen");
}

/// Publishes on a socket behind a tap, which does the recording.
fn record_sent(scene: &Scene, xpub: &Peer, text: &str) {
    if let Err(error) = xpub.socket().send(text, zmq::DONTWAIT) {
        scene.fail("the subscriber to be there", format!("sending {text} to it gives: {error}"));
    }
}

/// A subscriber of yours with `--sync`, the XPUB that it listens to, and the REP at which it says what it has seen; the subscription is there.
fn synced(scene: &Scene) -> (Program, Peer, Peer) {
    let xpub = scene.peer(zmq::XPUB, "subscriber");
    let data = xpub.bind("tcp://127.0.0.1:*");
    let rep = scene.peer(zmq::REP, "subscriber");
    let sync = rep.bind("tcp://127.0.0.1:*");
    let subscriber = scene.start("subscriber", ["--connect", &data, "--sync", &sync]);
    scene.suspect(&NO_SUBSCRIPTION);
    xpub.receive_frame("a subscription");
    scene.suspect(&NOT_SAID);
    (subscriber, xpub, rep)
}

/// Here `hello` comes at once, and once, and `seen` must follow at once: what proves that the subscription is there is the `hello`, and not that time has passed.
#[check]
fn t4_says_seen_as_soon_as_it_has_seen(scene: &Scene) {
    let (subscriber, xpub, rep) = synced(scene);
    xpub.send("hello");
    let began = Instant::now();
    let is_said = || rep.socket().poll(zmq::POLLIN, 5).is_ok_and(|ready| ready > 0);
    while !is_said() && !subscriber.has_ended() && began.elapsed() < SOON + LATER {}
    rep.receive_frame("`seen`");
    let after = began.elapsed();
    scene.suspect(&SEEN_BY_THE_CLOCK);
    scene.expect(after < SOON, &format!("`seen` within {} of the first `hello`", ms(SOON)), || {
        format!("it came {} after that", ms(after))
    });
}

/// The subscriber says `seen` and waits for its `ok`. Here the `ok` takes its time, and a number and `end` are there before it.
#[check]
fn t4_waits_for_ok(scene: &Scene) {
    let (subscriber, xpub, rep) = synced(scene);
    for _ in 0..3 {
        xpub.send("hello");
    }
    rep.receive_frame("`seen`");
    scene.suspect(&NO_WAIT_FOR_OK);
    xpub.send("1");
    xpub.send("end");
    let began = Instant::now();
    while began.elapsed() < MOMENT {
        let printed = subscriber.output().out;
        let seen = match printed.first() {
            Some(line) => format!("it printed {}", show(line)),
            None if subscriber.has_ended() => subscriber.how_it_ended(subscriber.end()),
            None => String::new(),
        };
        scene.expect(seen.is_empty(), "the subscriber to wait for the answer to its `seen`", || seen);
        thread::sleep(GLANCE);
    }
    rep.send("ok");
}

/// `hello` comes again and again, until the last subscriber has seen one. It is for the program: said `seen` once, printed never, also not where
/// there is no `--sync`.
#[check]
fn t4_hello_is_never_printed(scene: &Scene) {
    let (subscriber, xpub, rep) = synced(scene);
    for _ in 0..3 {
        xpub.send("hello");
    }
    rep.receive_frame("`seen`");
    rep.send("ok");
    for text in ["hello", "1", "2", "hello", "end"] {
        xpub.send(text);
    }
    scene.suspect(&SAYS_TWICE);
    let mut watch = Watch::new(scene);
    while !subscriber.has_ended() && subscriber.output().out.len() <= 2 && !watch.is_over(&subscriber) {
        if rep.socket().poll(zmq::POLLIN, 5).is_ok_and(|ready| ready > 0) {
            let said = rep.receive_frame("nothing");
            scene.fail("`seen` to be said once", format!("the subscriber said {} again", show(&said)));
        }
    }
    prints_1_and_2(scene, &subscriber, "");
    let xpub = scene.peer_as("another XPUB", zmq::XPUB, "another subscriber");
    let data = xpub.bind("tcp://127.0.0.1:*");
    let subscriber = scene.start_as("another subscriber", "subscriber", ["--connect", &data]);
    scene.suspect(&NO_SUBSCRIPTION);
    xpub.receive_frame("a subscription");
    for text in ["hello", "1", "hello", "2", "end"] {
        xpub.send(text);
    }
    prints_1_and_2(scene, &subscriber, ", without `--sync`");
}

/// Fails the check unless this subscriber, to which `hello`, two numbers and `end` were published, prints the numbers and ends.
fn prints_1_and_2(scene: &Scene, subscriber: &Program, how: &str) {
    lines_till_silence(scene, subscriber, 2);
    let lines = subscriber.output().out;
    let has = |text: &[u8]| lines.iter().any(|line| line == text);
    scene.suspect(match () {
        () if has(b"hello") => &PRINTS_HELLO,
        () if has(b"end") => &PRINTS_END,
        () => &PRINTS_SOMETHING_ELSE,
    });
    scene.expect(lines == [b"1", b"2"], &format!("the lines `1` and `2`{how}"), || {
        if lines.is_empty() { "nothing".into() } else { show_frames(&lines) }
    });
    scene.suspect(&GOES_ON);
    subscriber.ends_with(0);
}

/// A subscriber of the check's own, which hears all the time, and its REQ at the sync socket.
fn ear<'a>(
    scene: &'a Scene,
    publisher: &'a Program,
    at: &(String, String),
    name: &'static str,
) -> (Ear<'a>, Peer) {
    let ear = Ear::new(scene, publisher, raw(scene, publisher, &at.0), name);
    scene.suspect(&NO_HELLO);
    ear.hears_hello(&NOT_ALL_SEEN);
    let req = scene.peer_as(&format!("{name}'s REQ"), zmq::REQ, &publisher.name());
    req.connect(&at.1);
    (ear, req)
}

/// Says `seen`, and waits for the answer; `begun` is what it means that numbers come instead.
fn say_seen(scene: &Scene, publisher: &Program, ear: &Ear, req: &Peer, begun: &'static Mistake) {
    scene.suspect(&NO_OK);
    req.send("seen");
    // The answer to the last `seen` may be the last thing that a publisher does, and comes through after its end.
    let mut watch = Watch::new(scene);
    let is_there = || req.socket().poll(zmq::POLLIN, 5).is_ok_and(|ready| ready > 0);
    while !is_there() && !watch.is_over(publisher) {}
    if !is_there() && publisher.has_ended() {
        // Without an answer and without a number: perhaps both were sent, and went with the queues.
        scene.suspect(if ear.hears_more(Duration::ZERO) { begun } else { &UNHEARD });
    }
    let answer = req.receive_frame("the answer to `seen`");
    scene.suspect(&NOT_OK);
    scene.expect_bytes("the answer to `seen`", answer, "ok");
}

/// A publisher with a sync socket, and where both its sockets are.
fn bound_twice(scene: &Scene, subscribers: u64, count: u64) -> (Program, (String, String)) {
    let (publisher, data) = bound(scene, subscribers, count, &["--sync", "tcp://127.0.0.1:*"]);
    scene.suspect(&NOT_ANNOUNCED);
    let sync = publisher.bound_named("sync");
    (publisher, (data, sync))
}

/// With one subscriber, which has seen `hello` and said so, the publisher begins at once.
#[check]
fn t4_begins_when_all_have_seen(scene: &Scene) {
    let (publisher, at) = bound_twice(scene, 1, 3);
    let (one, req) = ear(scene, &publisher, &at, "subscriber 1");
    say_seen(scene, &publisher, &one, &req, &NO_OK);
    begins_when_told(scene, &publisher, &one, "its only subscriber has said `seen`");
}

/// Fails the check unless something else than `hello` is heard soon.
fn begins_when_told(scene: &Scene, publisher: &Program, ear: &Ear, when: &str) {
    let began = Instant::now();
    let expected = format!("the publisher to begin within {} once {when}", ms(SOON));
    if !ear.hears_more(SOON) {
        if ear.hears_more(LATER) {
            scene.suspect(&BY_THE_CLOCK);
            scene.fail(expected, format!("it began {} after that", ms(began.elapsed())));
        }
        not_begun(scene, publisher, expected);
    }
}

/// Fails the check because a publisher that was told `seen` often enough published nothing.
fn not_begun(scene: &Scene, publisher: &Program, expected: String) -> ! {
    if publisher.has_ended() {
        scene.suspect(&UNHEARD);
        scene.fail(expected, publisher.how_it_ended(publisher.end()));
    }
    scene.suspect(&NOT_COUNTED);
    scene.fail(expected, format!("it had not begun {} after that, and still runs", ms(SOON + LATER)));
}

/// With `--sync` nothing counts but `seen`. Here two subscribers are behind one connection, as behind a proxy: the publisher's socket knows one
/// subscription, and each of the two says what it has seen.
#[check]
fn t4_trusts_seen_alone(scene: &Scene) {
    let (publisher, at) = bound_twice(scene, 2, 3);
    let (both, first) = ear(scene, &publisher, &at, "the proxy of two subscribers");
    let second = scene.peer_as("the second one's REQ", zmq::REQ, &publisher.name());
    second.connect(&at.1);
    say_seen(scene, &publisher, &both, &first, &NO_OK);
    say_seen(scene, &publisher, &both, &second, &NOT_ALL_SEEN);
    // When it begins is the business of another check.
    if !both.hears_more(SOON + LATER) {
        not_begun(scene, &publisher, "the publisher to begin once both subscribers have said `seen`".into());
    }
}

/// The publisher goes on with `hello` until *each* of the K has said `seen`. Here both subscriptions are there, and one subscriber keeps silent for a long
/// time: nothing but `hello` may be published.
#[check]
fn t4_says_hello_until_all_have_seen(scene: &Scene) {
    let (publisher, at) = bound_twice(scene, 2, 5);
    let (one, first) = ear(scene, &publisher, &at, "subscriber 1");
    let (two, second) = ear(scene, &publisher, &at, "subscriber 2");
    say_seen(scene, &publisher, &one, &first, &NO_OK);
    scene.note("both have got `hello`; subscriber 2 keeps silent");
    scene.suspect(&NOT_ALL_SEEN);
    let began = Instant::now();
    while began.elapsed() < LONG_HOLD {
        let when =
            format!("{} after subscriber 2 got `hello`, of which it has said nothing", ms(began.elapsed()));
        one.hears_only_hello(&when);
        two.hears_only_hello(&when);
        one.is_not_flooded(began.elapsed(), HELLOS_PER_MS);
        scene.expect(!publisher.has_ended(), "the publisher to wait for subscriber 2", || {
            publisher.how_it_ended(publisher.end())
        });
        thread::sleep(GLANCE);
    }
    say_seen(scene, &publisher, &two, &second, &NO_OK);
    scene.suspect(&NOT_COUNTED);
    let (got, other) = (one.hears_the_rest(), two.hears_the_rest());
    scene.expect(got == other, "both subscribers to get the same", || format!("{got} and {other}"));
}

/// Your publisher and your subscribers with `--sync`, and one data link is held up for a while: nobody loses a number.
#[check]
fn t4_the_programs_together_lose_nothing(scene: &Scene) {
    scene.suspect(&LOSES_SYNC);
    let (publisher, (data, sync)) = bound_twice(scene, 2, 300);
    let tap = scene.tap("late link").called("late subscriber", "publisher").to(&data);
    let tap = tap.with(subscriptions().hold()).start();
    let start =
        |name: &str, data: &str| scene.start_as(name, "subscriber", ["--connect", data, "--sync", &sync]);
    let subscribers = [start("late subscriber", tap.endpoint()), start("subscriber", &data)];
    tap.wait_until("the subscription to reach the tap", |state| state.subscriptions() >= 1);
    tap.release();
    prints_all(scene, &publisher, &subscribers, 300, [&LOSES_SYNC; 2]);
}
