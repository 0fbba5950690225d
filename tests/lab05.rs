//! Lab 05, topics: a publisher that sends each line to whoever asked for its topic, and a subscriber that asks.
//!
//! Each check's comment is the idea that it checks; a failed check prints it. The student's publisher is heard by a SUB of the
//! check's, whose subscription is known to be live before a line is typed; the student's subscriber is told by an XPUB, which
//! sees what it subscribes to. So no check can lose a first message.

#[path = "lab05/mistakes.rs"]
mod mistakes;
#[path = "lab05/stage.rs"]
mod stage;

use harness::failure::{show, show_frames};
use harness::scene::Evidence;
use harness::tap::Side;
use harness::{Scene, check};
use mistakes::*;
use stage::{Listener, arguments, audience, connecting_publisher, cover, ended_well, publisher, xpub};

harness::lab!("lab05": "publisher", "subscriber");

/// Messages of the tail, and the length of each: together more than the kernel keeps for a connection on which nobody reads. Linux
/// lets a sender's buffer grow to 4 MiB (tcp_wmem in tcp(7)); 2.9 MB were measured.
const TAIL: (u64, usize) = (12, 400_000);

/// A topic that no other of the check's is a prefix of.
fn topic(scene: &Scene) -> String {
    format!("{}.{}", scene.word(), scene.number(100..1000))
}

/// A message of this lab has two frames: the topic, and the value. Subscriptions are compared with the first frame.
#[check]
fn t1_publishes_topic_and_value_in_two_frames(scene: &Scene) {
    let (publisher, endpoint) = publisher(scene);
    let all = Listener::at(scene, "the check's SUB", &endpoint, "");
    let (topic, value) = (topic(scene), scene.word());
    publisher.type_line(format!("{topic} {value}"));
    all.expect(&topic, &value);
    publisher.type_line("a b");
    all.expect("a", "b");
}

/// A line is published when it is read. Whoever has subscribed hears of it now, and not when the next line or the end comes.
#[check]
fn t1_publishes_each_line_as_it_comes(scene: &Scene) {
    let (publisher, endpoint) = publisher(scene);
    let all = Listener::at(scene, "the check's SUB", &endpoint, "");
    scene.suspect_when(&ENDS_EARLY, |evidence| ended_well(evidence));
    scene.suspect(&READS_ALL_FIRST);
    for _ in 0..5 {
        let line = format!("{} {}", topic(scene), scene.word());
        publisher.type_line(&line);
        let frames = all.message(&line);
        // What a message looks like is the business of another check; here its first frame must begin with this topic.
        let (topic, _) = line.split_once(' ').unwrap_or_default();
        let same = frames.concat().windows(topic.len()).any(|part| part == topic.as_bytes());
        scene.expect(same, &format!("a message with `{topic}` in it"), || show_frames(&frames));
    }
}

/// A publisher sends a message once, and each subscriber gets a copy of what it has asked for: two of them with different topics
/// get different messages.
#[check]
fn t1_publishes_to_every_subscriber(scene: &Scene) {
    let (publisher, endpoint) = publisher(scene);
    let (here, there) = (topic(scene), topic(scene));
    let first = Listener::at(scene, "first SUB", &endpoint, &here);
    let second = Listener::at(scene, "second SUB", &endpoint, &there);
    scene.suspect(&ONE_SUBSCRIBER);
    for number in 0..3 {
        let lines = [format!("{here} {number}"), format!("{there} {number}")];
        for (line, listener) in lines.iter().zip([&first, &second]) {
            publisher.type_line(line);
            let frames = listener.message(line);
            let same = frames.join(&b' ') == line.as_bytes();
            scene.expect(same, &format!("the message of the line `{line}`"), || show_frames(&frames));
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
        evidence.ended.is_some_and(|ended| ended != harness::program::Ended::Code(0))
    });
    scene.suspect(&WAITS_FOR_SOMEBODY);
    let (publisher, _) = publisher(scene);
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
    let (publisher, endpoint) = publisher(scene);
    let all = Listener::at(scene, "the check's SUB", &endpoint, "");
    // It gets nothing, so its connection ends as soon as the socket is closed: that is how the moment is known.
    let aside = Listener::at(scene, "a SUB aside", &endpoint, "another topic");
    publisher.type_line("first 1");
    let _ = all.message("first 1");
    scene.suspect(&NEVER_ENDS);
    let (count, length) = TAIL;
    all.tap.freeze_now();
    for number in 1..=count {
        let remark = format!("line {number} of the tail, {length} bytes");
        publisher.type_long_line(&remark, &[b"tail ", &vec![b'x'; length][..]].concat());
    }
    publisher.close_input();
    aside.tap.wait_until("the publisher to close its socket", |state| state.open() == 0);
    all.tap.release();
    all.tap.wait_until("the publisher's connection to end", |state| state.open() == 0);
    scene.suspect(&LOSES_THE_TAIL);
    let came = all.tap.state().messages(Side::Acceptor);
    scene.expect(came == count + 1, &format!("{} messages, one for each line", count + 1), || {
        format!("{came} messages; the others were in the publisher's socket when it ended")
    });
}

/// A subscriber tells the publisher what it wants, and the publisher sends nothing else. So the filter is seen on the wire: one
/// subscription, to the topic itself.
#[check]
fn t2_subscribes_to_its_topic(scene: &Scene) {
    let topic = topic(scene);
    subscribes_to_nothing_else(scene, &[&topic]);
}

/// The subscriptions that come must let all of these topics through, and be these topics.
fn subscribes_to_nothing_else(scene: &Scene, topics: &[&str]) {
    let audience = audience(scene, topics, "2");
    // Two lines: a subscription that was made before the first is on the wire before the second.
    for number in ["1", "2"] {
        audience.send(&[topics[0], number]);
        let _ = audience.subscriber.line("a line for each message of its topic");
    }
    let subscriptions = audience.subscriptions();
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
    scene.suspect_when(&PRINTS_OTHERWISE, |evidence| !evidence.got.is_empty());
    let (topic, value) = (topic(scene), scene.word());
    let audience = audience(scene, &[&topic], "1");
    audience.send(&[&topic, &value]);
    audience.expect_line(&topic, &value);
}

/// A subscription is a prefix: with `temp.1` comes `temp.10`. The subscriber prints the messages of exactly its topic.
#[check]
fn t2_prints_exactly_its_topic(scene: &Scene) {
    let topic = topic(scene);
    let audience = audience(scene, &[&topic], "2");
    scene.suspect_when(&PRINTS_PREFIX, |evidence| evidence.got.len() > evidence.wanted.len());
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
    for _ in 0..4 {
        audience.send(&[&topic, &scene.word()]);
        let _ = audience.subscriber.line("a line for the message, before the next one is sent");
    }
}

/// With `--count N` the subscriber ends when it has printed N lines. Messages that it does not print do not count.
#[check]
fn t2_ends_after_as_many_as_told(scene: &Scene) {
    scene.suspect_when(&COUNTS_OTHERS, |evidence| ended_well(evidence));
    let topic = topic(scene);
    let count = scene.number(3..8);
    let audience = audience(scene, &[&topic], &count.to_string());
    for number in 1..=count {
        audience.send(&[format!("{topic}0"), number.to_string()]);
        audience.send(&[&topic, &number.to_string()]);
    }
    for number in 1..=count {
        let _ = audience.subscriber.line(&format!("line {number} of {count}"));
    }
    scene.suspect_when(&ENDS_LATE, |evidence| evidence.hung || ended_well(evidence));
    // Whoever waits for one more gets it, and is told from one who has stopped.
    for _ in 0..3 {
        audience.send(&[topic.as_str(), "one more"]);
    }
    audience.ends_after(usize::try_from(count).unwrap_or(0));
}

/// Without `--count` there is no last message.
#[check]
fn t2_goes_on_without_a_count(scene: &Scene) {
    scene.suspect_when(&DEFAULT_COUNT, |evidence| ended_well(evidence));
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
    subscribes_to_nothing_else(scene, &[&topics[0], &topics[1], &topics[2]]);
}

/// The messages of all topics come to one socket, in the order in which they were sent.
#[check]
fn t3_prints_every_topic(scene: &Scene) {
    let topics = [topic(scene), topic(scene), topic(scene)];
    let audience = audience(scene, &[&topics[0], &topics[1], &topics[2]], "8");
    scene.suspect(&MISSES_A_TOPIC);
    for (number, which) in [2, 0, 0, 1, 2, 2, 1, 0].into_iter().enumerate() {
        let value = number.to_string();
        audience.send(&[&topics[which], &value]);
        audience.expect_line(&topics[which], value);
    }
}

/// Where several subscriptions fit, the publisher sends one copy, and one line is printed.
#[check]
fn t3_prints_one_copy(scene: &Scene) {
    let short = topic(scene);
    let long = format!("{short}.1");
    let audience = audience(scene, &[&short, &long, &long, &short], "4");
    scene.suspect(&MANY_COPIES);
    let messages = [(&long, "a"), (&short, "b"), (&long, "c"), (&short, "d")];
    for (topic, value) in messages {
        audience.send(&[topic.as_str(), value]);
    }
    for (topic, value) in messages {
        audience.expect_line(topic, value);
    }
}

/// The value is everything behind the first blank of the line: also blanks, at its ends too, and what looks like another topic.
#[check]
fn t4_publishes_the_rest_of_the_line(scene: &Scene) {
    let (publisher, endpoint) = publisher(scene);
    let all = Listener::at(scene, "the check's SUB", &endpoint, "");
    let topic = topic(scene);
    for value in ["in the kitchen", " 21", "21 ", "  ", "\t21\t", "a\rb", "21\r", "x=1 y=2  z", "\"21\""] {
        publisher.type_line(format!("{topic} {value}"));
        all.expect(&topic, value);
    }
}

/// A line is bytes, and so are topic and value. Nothing says that they are text.
#[check]
fn t4_publishes_bytes_that_are_not_text(scene: &Scene) {
    scene.suspect_when(&NOT_TEXT, |evidence| evidence.hung || evidence.errors.contains("UTF-8"));
    let (publisher, endpoint) = publisher(scene);
    let all = Listener::at(scene, "the check's SUB", &endpoint, "");
    let topic = topic(scene);
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
    let (publisher, endpoint) = publisher(scene);
    let all = Listener::at(scene, "the check's SUB", &endpoint, "");
    scene.suspect(&NO_EMPTY);
    let topic = topic(scene);
    publisher.type_line(format!("{topic} "));
    publisher.type_line(format!("{topic} sentinel"));
    let frames = all.message(&format!("{topic} "));
    let right = frames == [topic.as_bytes(), b""];
    scene.expect(right, &format!("the message [`{topic}`, an empty frame]"), || show_frames(&frames));
}

/// A line without a blank has no value. It is named on standard error and not published, and the next line is.
#[check]
fn t4_names_a_line_without_a_value(scene: &Scene) {
    scene.suspect_when(&ENDS_EARLY, |evidence| evidence.hung || ended_well(evidence));
    let (publisher, endpoint) = publisher(scene);
    let all = Listener::at(scene, "the check's SUB", &endpoint, "");
    scene.suspect(&NO_BLANK);
    let (odd, next) = (topic(scene), topic(scene));
    publisher.type_line(&odd);
    publisher.type_line(format!("{next} 1"));
    let frames = all.message(&format!("{next} 1"));
    let right = frames.join(&b' ') == format!("{next} 1").as_bytes();
    scene.expect(right, &format!("nothing of the line `{odd}`, and then [`{next}`, `1`]"), || {
        show_frames(&frames)
    });
    scene.suspect(&SILENT);
    publisher.close_input();
    let _ = publisher.end();
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
    scene.suspect(&CHANGES_VALUE);
    scene.suspect_when(&NOT_TEXT, |evidence| evidence.hung || evidence.wanted.is_empty());
    for value in values {
        audience.send(&[topic.as_bytes(), value]);
        audience.expect_line(&topic, value);
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
    audience.expect_line(&topic, "");
}

/// An endpoint without a port and without a file, where the system has it.
fn name(scene: &Scene, name: &str) -> String {
    if cfg!(target_os = "linux") { scene.abstract_ipc(name) } else { scene.ipc(name) }
}

/// Many a program in Python sends topic and value in one frame of text, or three frames. Such a message is not one of this lab: it
/// is skipped, and the next one is printed.
#[check]
fn t5_skips_messages_of_another_shape(scene: &Scene) {
    stage::suspect_the_subscriber(scene);
    scene.suspect_when(&DIES_OF_SHAPE, |evidence| evidence.ended.is_some());
    let (topic, xpub) = (topic(scene), xpub(scene, "the check's XPUB"));
    let endpoint = xpub.bind(&name(scene, "weather"));
    let tap =
        scene.tap("wire").called("subscriber", "the check's XPUB").to(&endpoint).listen(&name(scene, "tap"));
    let subscriber = scene.start("subscriber", arguments(["--connect", tap.endpoint()], &[&topic], "2"));
    cover(scene, &xpub, &[&topic]);
    for number in ["1", "2"] {
        let in_one = format!("{topic} one frame");
        let odd: [&[&str]; 5] = [
            &[&in_one],
            &[&topic],
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
    for number in ["1", "2"] {
        let wanted = format!("{topic} {number}");
        let line = subscriber.line(&format!("the line `{wanted}`"));
        if line != wanted.as_bytes() {
            scene.suspect(&TAKES_ANY_SHAPE);
        }
        scene.expect_bytes("the subscriber's line", line, wanted);
    }
}

/// A subscriber may be there before its publisher, and outlives it. The socket connects again by itself, and says again what it has
/// subscribed to.
#[check]
fn t5_waits_for_a_publisher_that_comes_and_goes(scene: &Scene) {
    stage::suspect_the_subscriber(scene);
    scene.suspect_when(&GIVES_UP, |evidence| evidence.ended.is_some());
    scene.suspect(&NO_SUBSCRIPTION);
    let topic = topic(scene);
    let tap = scene
        .tap("wire")
        .called("subscriber", "the publisher")
        .to(&name(scene, "nobody"))
        .listen(&name(scene, "tap"));
    let subscriber = scene.start("subscriber", arguments(["--connect", tap.endpoint()], &[&topic], "2"));
    tap.wait_until("the subscriber to come, and to find nobody", |state| state.refused > 0);
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
    scene.suspect(&NOT_TOGETHER);
    let (topic, endpoint) = (topic(scene), name(scene, "weather"));
    let publisher = scene.start("publisher", ["--bind", &endpoint]);
    scene.expect_bytes("the endpoint after `bound `", publisher.bound(), &endpoint);
    let tap = scene.tap("wire").called("subscriber", "publisher").to(&endpoint).listen(&name(scene, "tap"));
    let subscriber = scene.start("subscriber", arguments(["--connect", tap.endpoint()], &[&topic], "3"));
    tap.wait_live(1);
    for value in ["1", "two words", "3"] {
        publisher.type_line(format!("{topic}0 another"));
        publisher.type_line(format!("{topic} {value}"));
        let line = subscriber.line(&format!("the line `{topic} {value}`"));
        scene.expect_bytes("the subscriber's line", line, format!("{topic} {value}"));
    }
    subscriber.ends_with(0);
}
