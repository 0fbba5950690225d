//! Lab 05, topics: a publisher that sends each line to whoever asked for its topic, and a subscriber that asks.
//!
//! Each check's comment is the idea that it checks; a failed check prints it. The student's publisher is heard by a SUB of the
//! check's, whose subscription is known to be live before a line is typed; the student's subscriber is told by an XPUB, which
//! sees what it subscribes to. So no check can lose a first message.

#[path = "lab05/mistakes.rs"]
mod mistakes;
#[path = "lab05/stage.rs"]
mod stage;

use std::time::{Duration, Instant};

use harness::failure::{show, show_frames};
use harness::program::Ended;
use harness::scene::Evidence;
use harness::tap::Side;
use harness::{Scene, check, zmq};
use mistakes::*;
use stage::{
    Listener, OTHER, Station, arguments, audience, connecting_publisher, cover, many_connections, xpub,
};

harness::lab!("lab05": "publisher", "subscriber");

/// Messages of the tail, and the length of each: together more than the kernel keeps for a connection on which nobody reads. Linux
/// lets a sender's buffer grow to 4 MiB (tcp_wmem in tcp(7)); 2.9 MB were measured.
const TAIL: (u64, usize) = (12, 400_000);

/// How long no publisher comes, to see who goes by the clock.
const SILENCE: Duration = Duration::from_millis(2300);

/// A topic that no other of the check's is a prefix of.
fn topic(scene: &Scene) -> String {
    format!("{}.{}", scene.word(), scene.number(100..1000))
}

/// A message of this lab has two frames: the topic, and the value. Subscriptions are compared with the first frame.
#[check]
fn t1_publishes_topic_and_value_in_two_frames(scene: &Scene) {
    let publisher = Station::start(scene);
    let all = Listener::at(scene, "the check's SUB", &publisher.endpoint, "");
    let (topic, value) = (topic(scene), scene.word());
    publisher.type_line(format!("{topic} {value}"));
    all.expect(&topic, &value);
    publisher.type_line("a b");
    all.expect("a", "b");
    // No other check types a topic in capitals.
    publisher.type_line("Door OPEN");
    all.expect("Door", "OPEN");
}

/// A line is published when it is read. Whoever has subscribed hears of it now, and not when the next line or the end comes.
#[check]
fn t1_publishes_each_line_as_it_comes(scene: &Scene) {
    let publisher = Station::start(scene);
    let all = Listener::at(scene, "the check's SUB", &publisher.endpoint, "");
    scene.suspect(&READS_ALL_FIRST);
    for _ in 0..5 {
        let (topic, value) = (topic(scene), scene.word());
        publisher.type_line(format!("{topic} {value}"));
        // What a message looks like is the business of another check.
        all.expect_loosely(&topic, &value);
        scene.suspect(&PUBLISHES_NEWS_ONLY);
        publisher.type_line(format!("{topic} {value}"));
        all.expect_loosely(&topic, &value);
        scene.suspect(&READS_ALL_FIRST);
    }
}

/// A publisher sends a message once, and each subscriber gets a copy of what it has asked for: two of them with different topics
/// get different messages.
#[check]
fn t1_publishes_to_every_subscriber(scene: &Scene) {
    let publisher = Station::start(scene);
    let (here, there) = (topic(scene), topic(scene));
    let first = Listener::at(scene, "first SUB", &publisher.endpoint, &here);
    let second = Listener::at(scene, "second SUB", &publisher.endpoint, &there);
    scene.suspect(&ONE_SUBSCRIBER);
    for number in 0..3 {
        for (topic, listener) in [(&here, &first), (&there, &second)] {
            let value = number.to_string();
            publisher.type_line(format!("{topic} {value}"));
            listener.expect_loosely(topic, &value);
        }
    }
}

/// Who binds is free: a publisher may connect to where its subscriber has bound.
#[check]
fn t1_may_connect(scene: &Scene) {
    let (publisher, all) = connecting_publisher(scene);
    let line = format!("{} {}", topic(scene), scene.word());
    publisher.type_line(&line);
    let _ = all.message(&line);
}

/// The end of the input is the end of the program, with exit code 0, also where nobody has subscribed. A PUB waits for nobody: what
/// nobody has asked for is thrown away.
#[check]
fn t1_ends_where_its_input_ends(scene: &Scene) {
    scene.suspect_when(&NOT_ENDED_WELL, |evidence| {
        evidence.ended.is_some_and(|ended| ended != Ended::Code(0))
    });
    let publisher = Station::start(scene);
    scene.suspect(&WAITS_FOR_SOMEBODY);
    for number in 0..3 {
        publisher.type_line(format!("nobody {number}"));
    }
    publisher.close_input();
    publisher.ends_with(0);
}

/// What was published before the input ended still arrives, also where the subscriber is slow. Here nothing gets through until the
/// publisher has closed its socket; what it had sent by then must come.
#[check]
fn t1_delivers_the_tail(scene: &Scene) {
    let publisher = Station::start(scene);
    let all = Listener::at(scene, "the check's SUB", &publisher.endpoint, "");
    // It gets nothing, so its connection ends as soon as the socket is closed: that is how the moment is known.
    let aside = Listener::at(scene, "a SUB aside", &publisher.endpoint, "another topic");
    publisher.type_line("first 1");
    let _ = all.message("first 1");
    scene.suspect(&NEVER_ENDS);
    let (count, length) = TAIL;
    all.tap.freeze_now();
    for number in 1..=count {
        let remark = format!("line {number} of the tail, {length} bytes");
        publisher
            .type_long_line(&remark, &[format!("tail {number} ").as_bytes(), &vec![b'x'; length]].concat());
    }
    if publisher.has_ended() {
        scene.fail("the publisher to read on", publisher.how_it_ended(publisher.end()));
    }
    publisher.close_input();
    aside.tap.wait_until("the publisher to close its socket", |state| state.open() == 0);
    all.tap.release();
    all.tap.wait_until("the publisher's connection to end", |state| state.open() == 0);
    scene.suspect(&LOSES_THE_TAIL);
    let came = all.tap.state().messages(Side::Acceptor);
    if came > count + 1 {
        scene.suspect(&TWO_MESSAGES);
    }
    scene.expect(came == count + 1, &format!("{} messages, one for each line", count + 1), || {
        format!("{came} messages by the time when the publisher had ended")
    });
}

/// A subscriber tells the publisher what it wants, and the publisher sends nothing else. So the filter is seen on the wire: one
/// subscription, to the topic itself.
#[check]
fn t2_subscribes_to_its_topic(scene: &Scene) {
    let topic = topic(scene);
    let subscriptions = subscriptions_to(scene, &[&topic]);
    nothing_else(scene, &[&topic], &subscriptions);
}

/// The subscriptions of a subscriber to these topics. They let all of these topics through.
fn subscriptions_to(scene: &Scene, topics: &[&str]) -> Vec<Vec<u8>> {
    let audience = audience(scene, topics, "3");
    // Two lines: a subscription that was made before the first is on the wire before the second.
    for number in ["1", "2"] {
        audience.send(&[topics[0], number]);
        let _ = audience.subscriber.line("a line for each message of its topic");
    }
    audience.subscriptions()
}

/// The subscriptions must be to these topics, and to nothing else.
fn nothing_else(scene: &Scene, topics: &[&str], subscriptions: &[Vec<u8>]) {
    let odd = subscriptions.iter().find(|known| !topics.iter().any(|topic| topic.as_bytes() == *known));
    if let Some(odd) = odd {
        let more = topics.iter().any(|topic| topic.as_bytes().starts_with(odd));
        scene.suspect(if more { &TO_EVERYTHING } else { &OTHER_TOPIC });
        let seen = if odd.is_empty() {
            "one to everything, the empty prefix".into()
        } else {
            format!("one to {}", show(odd))
        };
        scene.fail(format!("subscriptions to {} and to nothing else", topics.join(", ")), seen);
    }
}

/// A message is printed as its topic, a blank, and its value.
#[check]
fn t2_prints_topic_and_value(scene: &Scene) {
    let (topic, value) = (topic(scene), scene.word());
    let audience = audience(scene, &[&topic], "2");
    // What looks like a number is a text as well. When it is printed is the business of another check.
    audience.send(&[&topic, &value]);
    audience.send(&[topic.as_str(), "021.50"]);
    audience.expect_line(&topic, &value);
    let line = audience.subscriber.line("a line for the value `021.50`");
    scene.suspect(if line.starts_with(format!("{topic} ").as_bytes()) {
        &CHANGES_VALUE
    } else {
        &PRINTS_OTHERWISE
    });
    scene.expect_bytes("the subscriber's line", line, format!("{topic} 021.50"));
}

/// A subscription is a prefix: with `temp.1` comes `temp.10`. The subscriber prints the messages of exactly its topic.
#[check]
fn t2_prints_exactly_its_topic(scene: &Scene) {
    let topic = topic(scene);
    let audience = audience(scene, &[&topic], "2");
    scene.suspect_when(&PRINTS_PREFIX, |evidence| {
        evidence.got.windows(OTHER.len()).any(|bytes| bytes == OTHER)
    });
    for (number, value) in ["1", "2"].into_iter().enumerate() {
        for behind in ["0", ".", ".1", " ", "\0", "x", "\n"] {
            audience.send(&[&format!("{topic}{behind}"), &format!("other {number}")]);
        }
        audience.send(&[topic.as_str(), value]);
    }
    audience.expect_line(&topic, "1");
    audience.expect_line(&topic, "2");
}

/// A line is printed as its message comes, so that whoever reads it knows now.
#[check]
fn t2_prints_each_message_as_it_comes(scene: &Scene) {
    let topic = topic(scene);
    let audience = audience(scene, &[&topic], "4");
    scene.suspect(&PRINTS_LATE);
    let (one, another) = (scene.word(), scene.number(100..1000).to_string());
    let mut before = "";
    for value in [&one, &another, &another, &one] {
        if value == before {
            scene.suspect(&PRINTS_NEWS_ONLY);
        }
        audience.send(&[&topic, value]);
        let _ = audience.subscriber.line("a line for the message, before the next one is sent");
        before = value;
        scene.suspect(&PRINTS_LATE);
    }
}

/// With `--count N` the subscriber ends when it has printed N lines. Messages that it does not print do not count.
#[check]
fn t2_ends_after_as_many_as_told(scene: &Scene) {
    let topic = topic(scene);
    ends_at_once(scene, &topic);
    let count = scene.number(3..8);
    let audience = audience(scene, &[&topic], &count.to_string());
    for number in 1..=count {
        audience.send(&[format!("{topic}0"), "other".into()]);
        audience.send(&[&topic, &number.to_string()]);
    }
    for number in 1..=count {
        let line = audience.subscriber.line(&format!("line {number} of {count}"));
        if !line.starts_with(topic.as_bytes()) {
            scene.suspect(&PRINTS_OTHERWISE);
            scene.expect_bytes("the subscriber's line", line, format!("{topic} {number}"));
        }
    }
    scene.suspect(&ENDS_LATE);
    // Whoever waits for one more gets it, and is told from one who has stopped.
    for _ in 0..3 {
        audience.send(&[topic.as_str(), "one more"]);
    }
    audience.ends_after(usize::try_from(count).unwrap_or(0));
}

/// With `--count 0` there is no line to print, whatever comes.
fn ends_at_once(scene: &Scene, topic: &str) {
    let xpub = scene.peer_as("another XPUB", zmq::XPUB, "another subscriber");
    let endpoint = xpub.bind("tcp://127.0.0.1:*");
    scene.suspect_when(&PANICS, Evidence::panicked);
    scene.suspect(&ENDS_LATE);
    let subscriber = scene.start_as(
        "another subscriber",
        "subscriber",
        arguments(["--connect", &endpoint], &[topic], "0"),
    );
    let end = Instant::now() + scene.deadline();
    // Who has subscribed and goes on is sent what it would print.
    while !subscriber.has_ended() && Instant::now() < end {
        if xpub.socket().poll(zmq::POLLIN, 5).is_ok_and(|ready| ready > 0) {
            let _ = xpub.receive("a subscription");
            let _ = xpub.socket().send_multipart([topic, "one too many"], zmq::DONTWAIT);
        }
        if !subscriber.output().out.is_empty() {
            break;
        }
    }
    let lines = subscriber.output().out;
    scene.expect(lines.is_empty(), "nothing to be printed with `--count 0`", || show_frames(&lines));
    subscriber.ends_with(0);
}

/// Without `--count` there is no last message.
#[check]
fn t2_goes_on_without_a_count(scene: &Scene) {
    scene.suspect_when(&DEFAULT_COUNT, |evidence| {
        stage::ended_early(evidence) && evidence.ended == Some(Ended::Code(0))
    });
    let topic = topic(scene);
    let audience = audience(scene, &[&topic], "");
    for number in 1..=300 {
        audience.send(&[&topic, &number.to_string()]);
        let _ = audience.subscriber.line(&format!("line {number}, without `--count`"));
    }
}

/// Who binds is free: a subscriber may bind, and then several publishers can come to it.
#[check]
fn t2_may_bind(scene: &Scene) {
    stage::suspect_the_subscriber(scene);
    scene.suspect_when(&PRINTS_OTHERWISE, |evidence| !evidence.got.is_empty());
    scene.suspect(&MUST_CONNECT);
    let topic = topic(scene);
    let subscriber = scene.start("subscriber", arguments(["--bind", "tcp://127.0.0.1:*"], &[&topic], "2"));
    let endpoint = subscriber.bound();
    for name in ["first XPUB", "second XPUB"] {
        let tap = scene.tap(name).called(name, "subscriber").to(&endpoint).start();
        let xpub = xpub(scene, name);
        xpub.connect(tap.endpoint());
        cover(scene, &xpub, &[&topic]);
        xpub.send_frames([&topic, name]);
        let _ = subscriber.line(&format!("a line for the message of {name}"));
    }
}

/// One socket takes any number of subscriptions, one for each topic.
#[check]
fn t3_subscribes_to_every_topic(scene: &Scene) {
    let topics = [topic(scene), topic(scene), topic(scene)];
    let topics = [topics[0].as_str(), &topics[1], &topics[2]];
    let subscriptions = subscriptions_to(scene, &topics);
    // Whether it subscribes to more than that is the business of another check.
    let own = |topic: &&str| subscriptions.iter().any(|known| known == topic.as_bytes());
    if !topics.iter().all(own) {
        nothing_else(scene, &topics, &subscriptions);
    }
}

/// The messages of all topics come to one socket, in the order in which they were sent.
#[check]
fn t3_prints_every_topic(scene: &Scene) {
    let topics = [topic(scene), topic(scene), topic(scene)];
    let audience = audience(scene, &[&topics[0], &topics[1], &topics[2]], "8");
    scene.suspect_when(&SOCKET_EACH, many_connections(scene));
    scene.suspect(&ONE_WANTED);
    for (number, which) in [2, 0, 0, 1, 2, 2, 1, 0].into_iter().enumerate() {
        let value = number.to_string();
        audience.send(&[&topics[which], &value]);
        audience.expect_line(&topics[which], value);
    }
}

/// One topic lets messages through that look like those of another, in capitals. Topics are bytes, and other bytes are another topic.
#[check]
fn t3_tells_capitals_apart(scene: &Scene) {
    let small = topic(scene);
    let large = small.to_uppercase();
    let audience = audience(scene, &[&small, &large[..1]], "2");
    scene.suspect_when(&SOCKET_EACH, many_connections(scene));
    scene.suspect(&ONE_WANTED);
    for value in ["1", "2"] {
        audience.send(&[&large, "other"]);
        audience.send(&[small.as_str(), value]);
        let line = audience.subscriber.line(&format!("the line `{small} {value}`"));
        scene.suspect(if line.starts_with(large.as_bytes()) { &CAPITALS } else { &PRINTS_OTHERWISE });
        scene.expect_bytes("the subscriber's line", line, format!("{small} {value}"));
    }
}

/// Where several subscriptions fit, the publisher sends one copy, and one line is printed.
#[check]
fn t3_prints_one_copy(scene: &Scene) {
    let short = topic(scene);
    let long = format!("{short}.1");
    let audience = audience(scene, &[&short, &long, &long, &short], "4");
    scene.suspect_when(&SOCKET_EACH, many_connections(scene));
    let messages = [(&long, "a"), (&short, "b"), (&long, "c"), (&short, "d")];
    for (topic, value) in messages {
        audience.send(&[topic.as_str(), value]);
    }
    scene.suspect(&ONE_WANTED);
    let mut before = Vec::new();
    for (topic, value) in messages {
        let line = audience.subscriber.line(&format!("the line `{topic} {value}`"));
        scene.suspect(if line == before { &MANY_COPIES } else { &PRINTS_OTHERWISE });
        scene.expect_bytes("the subscriber's line", &line, format!("{topic} {value}"));
        scene.suspect(&ONE_WANTED);
        before = line;
    }
}

/// The value is everything behind the first blank of the line: also blanks, at its ends too, and what looks like another topic.
#[check]
fn t4_publishes_the_rest_of_the_line(scene: &Scene) {
    let publisher = Station::start(scene);
    let all = Listener::at(scene, "the check's SUB", &publisher.endpoint, "");
    publisher.type_line("a\ttab in the topic");
    all.expect("a\ttab", "in the topic");
    let topic = topic(scene);
    for value in ["in the kitchen", " 21", "21 ", "  ", "\t21\t", "a\rb", "21\r", "x=1 y=2  z", "\"21\""] {
        publisher.type_line(format!("{topic} {value}"));
        all.expect(&topic, value);
    }
}

/// A line is bytes, and so are topic and value. Nothing says that they are text.
#[check]
fn t4_publishes_bytes_that_are_not_text(scene: &Scene) {
    let publisher = Station::start(scene);
    let all = Listener::at(scene, "the check's SUB", &publisher.endpoint, "");
    let topic = topic(scene);
    publisher.type_line(format!("{topic} text"));
    all.expect(&topic, "text");
    scene.suspect(&NOT_TEXT);
    let mut random = scene.bytes(200);
    random.retain(|byte| *byte != b'\n');
    let values = [&[0xff, 0xfe][..], &[b'2', 0xc3, b'1'], &[0], "21 °C".as_bytes(), &random];
    for value in values {
        publisher.type_line([topic.as_bytes(), b" ", value].concat());
        all.expect(&topic, value);
    }
    publisher.type_line([&[0xc3, b'.', 0xff], &b" 21"[..]].concat());
    all.expect([0xc3, b'.', 0xff], "21");
}

/// An empty value is a frame of no bytes. The line of it ends with its first blank.
#[check]
fn t4_publishes_an_empty_value(scene: &Scene) {
    let publisher = Station::start(scene);
    let all = Listener::at(scene, "the check's SUB", &publisher.endpoint, "");
    let topic = topic(scene);
    publisher.type_line(format!("{topic} "));
    publisher.type_line(format!("{topic} sentinel"));
    let frames = all.message(&format!("{topic} "));
    if frames != [topic.as_bytes(), b""] {
        let what = format!("the message [`{topic}`, an empty frame]");
        if frames.join(&b' ') == format!("{topic} sentinel").as_bytes() {
            scene.suspect(&NO_EMPTY);
            scene.fail(what, format!("nothing of that line, and then {}", show_frames(&frames)));
        }
        all.misshapen(&what, &frames, topic.as_bytes(), b"");
    }
}

/// A line without a blank has no value. It is named on standard error and not published, and the next line is.
#[check]
fn t4_names_a_line_without_a_value(scene: &Scene) {
    let publisher = Station::start(scene);
    let all = Listener::at(scene, "the check's SUB", &publisher.endpoint, "");
    let (odd, next) = (topic(scene), topic(scene));
    publisher.type_line(&odd);
    publisher.type_line(format!("{next} 1"));
    let frames = all.message(&format!("{next} 1"));
    if frames.concat().windows(odd.len()).any(|bytes| bytes == odd.as_bytes()) {
        scene.suspect(&NO_BLANK);
        scene.fail(
            format!("nothing of the line `{odd}`, and then the message of the next line"),
            show_frames(&frames),
        );
    }
    scene.suspect(&NEVER_ENDS);
    publisher.close_input();
    let _ = publisher.end();
    scene.suspect(&SILENT);
    let errors = publisher.output().errors();
    scene.expect(errors.contains(&odd), &format!("the line `{odd}` to be named on standard error"), || {
        if errors.is_empty() { "nothing on standard error".into() } else { show(errors.as_bytes()) }
    });
}

/// The subscriber prints the bytes of the value as they came, whatever they are.
#[check]
fn t4_prints_bytes_as_they_came(scene: &Scene) {
    let topic = topic(scene);
    let values: [&[u8]; 7] = [
        b"  two  blanks  ",
        &[b'a', 0xff, 0xfe, b'z'],
        "21 °C".as_bytes(),
        b"\"quoted\"",
        b"a\0b",
        b"\ttab\r",
        &[0xc3],
    ];
    let audience = audience(scene, &[&topic], &values.len().to_string());
    for value in values {
        audience.send(&[topic.as_bytes(), value]);
        scene.suspect(if std::str::from_utf8(value).is_err() { &NOT_TEXT } else { &PRINTS_NOTHING });
        let line = audience.subscriber.line(&format!("a line for the value {}", show(value)));
        scene.suspect(&CHANGES_VALUE);
        if !line.starts_with(format!("{topic} ").as_bytes()) {
            scene.suspect(&PRINTS_OTHERWISE);
        }
        scene.expect_bytes("the subscriber's line", line, [topic.as_bytes(), b" ", value].concat());
    }
}

/// A message with an empty value is a message. It is printed as the topic and a blank.
#[check]
fn t4_prints_an_empty_value(scene: &Scene) {
    let topic = topic(scene);
    let audience = audience(scene, &[&topic], "2");
    scene.suspect(&NO_EMPTY);
    audience.send(&[topic.as_str(), ""]);
    audience.send(&[topic.as_str(), "sentinel"]);
    let line = audience.subscriber.line("a line for the empty value");
    let known = [format!("{topic} "), format!("{topic} sentinel"), topic.clone()];
    if !known.iter().any(|known| line == known.as_bytes()) {
        scene.suspect(&PRINTS_OTHERWISE);
    }
    scene.expect_bytes("the subscriber's line", line, format!("{topic} "));
}

/// An endpoint without a port and without a file, where the system has it.
fn name(scene: &Scene, name: &str) -> String {
    if cfg!(target_os = "linux") { scene.abstract_ipc(name) } else { scene.ipc(name) }
}

/// Many a program in Python sends topic and value in one frame of text, or three frames. Such a message is not one of this lab: it
/// is skipped, and the next one is printed.
#[check]
fn t5_skips_messages_of_another_shape(scene: &Scene) {
    scene.suspect_when(&PANICS_AT_SHAPE, Evidence::panicked);
    scene.suspect_when(&DIES_OF_SHAPE, stage::ended_early);
    let (topic, xpub) = (topic(scene), xpub(scene, "the check's XPUB"));
    let endpoint = xpub.bind(&name(scene, "weather"));
    let tap =
        scene.tap("wire").called("subscriber", "the check's XPUB").to(&endpoint).listen(&name(scene, "tap"));
    let subscriber = scene.start("subscriber", arguments(["--connect", tap.endpoint()], &[&topic], "2"));
    cover(scene, &xpub, &[&topic]);
    for number in ["1", "2"] {
        let in_one = format!("{topic} one frame");
        let odd: [&[&str]; 5] = [
            &[&topic],
            &[&in_one],
            &[&topic, "three", "frames"],
            &[&topic, "", ""],
            &[&topic, "a", "b", "c"],
        ];
        for frames in odd {
            xpub.send_frames(frames);
        }
        xpub.send_frames([&topic, number]);
    }
    scene.suspect(&OUT_OF_STEP);
    let out_of_step = format!("{topic} {topic} one frame");
    for number in ["1", "2"] {
        let wanted = format!("{topic} {number}");
        let line = subscriber.line(&format!("the line `{wanted}`"));
        if line != out_of_step.as_bytes() {
            scene.suspect(if line.starts_with(format!("{topic} ").as_bytes()) {
                &TAKES_ANY_SHAPE
            } else {
                &PRINTS_OTHERWISE
            });
        }
        scene.expect_bytes("the subscriber's line", line, wanted);
    }
}

/// A subscriber may be there before its publisher, for as long as it takes, and outlives it. The socket connects again by itself, and says again
/// what it has subscribed to.
#[check]
fn t5_waits_for_a_publisher_that_comes_and_goes(scene: &Scene) {
    scene.suspect_when(&PANICS, Evidence::panicked);
    scene.suspect_when(&GIVES_UP, stage::ended_early);
    scene.suspect(&NO_SUBSCRIPTION);
    let topic = topic(scene);
    let tap = scene
        .tap("wire")
        .called("subscriber", "the publisher")
        .to(&name(scene, "nobody"))
        .listen(&name(scene, "tap"));
    let subscriber = scene.start("subscriber", arguments(["--connect", tap.endpoint()], &[&topic], "2"));
    tap.wait_until("the subscriber to come, and to find nobody", |state| state.refused > 0);
    let began = Instant::now();
    while began.elapsed() < SILENCE {
        scene.expect(!subscriber.has_ended(), "the subscriber to wait for a publisher", || {
            let how = subscriber.how_it_ended(subscriber.end());
            format!("{how}, {} ms after it found nobody", began.elapsed().as_millis())
        });
        std::thread::sleep(Duration::from_millis(20));
    }
    for number in ["first", "second"] {
        let xpub = xpub(scene, &format!("the {number} publisher"));
        tap.to(&xpub.bind(&name(scene, number)));
        cover(scene, &xpub, &[&topic]);
        xpub.send_frames([&topic, number]);
        let _ = subscriber.line(&format!("a line for the message of the {number} publisher"));
        scene.note(format!("the {number} publisher goes"));
        scene.suspect_when(&NOT_AGAIN, |evidence| evidence.hung);
    }
}

/// Publisher and subscriber, both yours, meet at a name. What one line says on one side, another says on the other.
#[check]
fn t5_both_programs_meet_at_a_name(scene: &Scene) {
    scene.suspect_when(&PANICS, Evidence::panicked);
    scene.suspect(&NEVER_ATTACHES);
    let (topic, endpoint) = (topic(scene), name(scene, "weather"));
    let publisher = scene.start("publisher", ["--bind", &endpoint]);
    let bound = publisher.bound();
    scene.suspect(&NOT_TOGETHER);
    scene.expect_bytes("the endpoint after `bound `", bound, &endpoint);
    let tap = scene.tap("wire").called("subscriber", "publisher").to(&endpoint).listen(&name(scene, "tap"));
    let subscriber = scene.start("subscriber", arguments(["--connect", tap.endpoint()], &[&topic], "3"));
    tap.wait_live(1);
    for value in ["1", "two words", "3"] {
        publisher.type_line(format!("{topic}0 another"));
        publisher.type_line(format!("{topic} {value}"));
        let line = subscriber.line(&format!("the line `{topic} {value}`"));
        scene.expect_bytes("the subscriber's line", line, format!("{topic} {value}"));
    }
}
