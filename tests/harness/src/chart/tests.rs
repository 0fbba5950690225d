//! What must hold for every timeline, and for the ones that teach.

use proptest::prelude::*;

use super::fold::Story;
use super::rows::{Kind, Tally};
use super::words;
use super::*;
use crate::timeline::{Fate, Link, Payload, Stream, What};

const FATES: [Fate; 6] = [Fate::Passed, Fate::Lost, Fate::Held, Fate::Released, Fate::Cut, Fate::Corrupted];

fn at(events: impl IntoIterator<Item = (u64, What)>) -> Vec<Event> {
    let events = events.into_iter().enumerate();
    events.map(|(seq, (at_us, what))| Event { seq: seq as u64, at_us, what }).collect()
}

fn message(from: &str, to: &str, text: impl Into<Payload>, fate: Fate) -> What {
    What::Message { link: None, from: from.into(), to: to.into(), frames: vec![text.into()], fate }
}

fn link(connection: u32) -> Link {
    Link { name: "wire".into(), connection }
}

fn connect(connection: u32) -> What {
    What::Connect { link: link(connection), from: "a".into(), to: "b".into() }
}

fn handshake(connection: u32) -> What {
    let (from, to) = (("a".into(), "REQ".into()), ("b".into(), "REP".into()));
    What::Handshake { link: link(connection), from, to, mechanism: "NULL".into() }
}

fn beat(from: &str, to: &str, ping: bool) -> What {
    What::Heartbeat { link: link(1), from: from.into(), to: to.into(), ping, fate: Fate::Passed }
}

fn line(who: &str, text: impl Into<Payload>) -> What {
    What::Line { who: who.into(), stream: Stream::Out, text: text.into() }
}

fn drawn(events: &[Event]) -> String {
    text(events, &TextOptions::default())
}

fn any_payload() -> impl Strategy<Value = Payload> {
    prop_oneof![
        any::<String>().prop_map(Into::into),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Payload),
        "[<>&\u{1b}\u{7}\u{202e}👩❤\u{fe0f}\u{301}界я|\\\\\"]{0,120}".prop_map(Into::into),
        (0..3000_usize).prop_map(|size| Payload(vec![b'x'; size])),
    ]
}

fn any_name(lanes: usize) -> impl Strategy<Value = String> {
    let names =
        ["client", "server", "клієнт", "", "<script>", "你好世界你好世界你好世界", "\u{1b}[31m", "tap"];
    prop_oneof![
        8 => (0..lanes).prop_map(move |lane| match names.get(lane) {
            Some(name) => (*name).into(),
            None => format!("worker {lane}"),
        }),
        1 => (0..lanes.min(2)).prop_map(|lane| format!("the check's own socket, number {lane}")),
    ]
}

fn any_what(lanes: usize) -> impl Strategy<Value = What> {
    let words = (any::<String>(), any::<String>(), any_payload());
    let fate = prop::sample::select(FATES.to_vec());
    let frames = prop::collection::vec(any_payload(), 0..4);
    let parts = (0..14_u8, any_name(lanes), any_name(lanes), fate, 0..3_u32, any::<bool>(), words, frames);
    parts.prop_map(|(kind, from, to, fate, connection, flag, (one, other, bytes), frames)| {
        let link = Link { name: one.chars().take(3).collect(), connection };
        match kind {
            0 => What::Start { who: from, command: vec![one, other] },
            1 => What::Line { who: from, stream: if flag { Stream::Out } else { Stream::In }, text: bytes },
            2 => What::Signal { who: from, signal: one },
            3 => What::Exit { who: from, code: flag.then_some(1), signal: (!flag).then_some(one) },
            4 => What::Open { who: from, socket: one, endpoint: other },
            5 => What::Connect { link: self::link(connection), from, to },
            6 => {
                let link = self::link(connection);
                What::Handshake { link, from: (from, one), to: (to, other), mechanism: "NULL".into() }
            }
            7 => What::Subscribe { link: None, from, to, topic: bytes, cancel: flag, fate },
            8 => What::Heartbeat { link, from, to, ping: flag, fate },
            9 => What::Command { link, from, to, name: one, body: bytes },
            10 => What::Garbage { link, from, bytes, why: one },
            11 => What::Close { link, by: from },
            12 if flag => What::Fault { link: Some(link), what: one },
            12 => What::Note { text: other },
            _ => What::Message { link: None, from, to, frames, fate },
        }
    })
}

fn any_events(size: usize) -> impl Strategy<Value = Vec<Event>> {
    (1..14_usize).prop_flat_map(move |lanes| {
        let step = prop_oneof![20 => 0..3_000_u64, 2 => 0..9_000_000_u64, 1 => any::<u64>()];
        prop::collection::vec((step, any_what(lanes)), 0..size).prop_map(|steps| {
            let mut now = 0_u64;
            at(steps.into_iter().map(|(step, what)| {
                now = now.wrapping_add(step);
                (now, what)
            }))
        })
    })
}

fn tally_of(events: &[Event]) -> Tally {
    let mut tally = Tally::default();
    for event in events {
        tally.add(&Tally::of(&event.what));
    }
    tally
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_line_is_wider_than_asked_and_none_obeys(
        events in any_events(30), width in 30..120_usize, ascii: bool, last in prop::option::of(0..20_usize)
    ) {
        let mut live = Live::new(["client"], TextOptions { width, ascii, last });
        let mut all = text(&events, &TextOptions { width, ascii, last });
        all.extend(events.iter().map(|event| live.row(event)));
        all += &live.finish();
        for line in all.lines() {
            prop_assert!(words::width(line) <= width.max(60), "{line}");
            prop_assert!(unicode_width::UnicodeWidthStr::width(line) <= width.max(60), "{line}");
            prop_assert!(!line.chars().any(char::is_control), "{line:?}");
            prop_assert!(!ascii || line.is_ascii(), "{line}");
        }
    }

    #[test]
    fn every_picture_is_xml_without_scripts(events in any_events(30), title in any::<String>()) {
        let picture = svg(&events, &title);
        let parsed = roxmltree::Document::parse(&picture);
        prop_assert!(parsed.is_ok(), "{:?}", parsed.err());
        prop_assert!(!picture.contains("<script"));
        prop_assert!(!picture.chars().any(|char| char.is_control() && char != '\n'));
        let turned = picture.contains('\u{202e}');
        prop_assert!(!turned);
    }

    #[test]
    fn each_event_counts_once(events in any_events(300)) {
        prop_assert_eq!(Story::of(&events).tally(), tally_of(&events));
    }
}

#[test]
fn a_long_run_is_folded_with_its_counts() {
    let fate = |count| if count == 400 { Fate::Lost } else { Fate::Passed };
    let events = at((0..1000).map(|count| (count * 100, message("a", "b", count.to_string(), fate(count)))));
    let story = Story::of(&events);
    assert_eq!(story.tally(), tally_of(&events));
    assert!(story.rows.len() < 50, "{} rows", story.rows.len());
    let text = drawn(&events);
    for row in ["─ 0 ─", "─ 11 ─", "─ 397 ─", "─ 400 ─", "✗ lost", "─ 404 ─", "─ 988 ─", "─ 999 ─"]
    {
        assert!(text.contains(row), "`{row}` is missing:\n{text}");
    }
    assert!(text.contains("… 385 more messages, 385 passed, 0 lost …"), "{text}");
}

#[test]
fn a_hundred_thousand_events_are_few_rows() {
    let events = at((0..100_000).map(|count| (count, message("a", "b", "same", Fate::Passed))));
    let story = Story::of(&events);
    assert_eq!(story.rows.len(), 25);
    assert_eq!(story.tally(), tally_of(&events));
}

#[test]
fn a_run_of_losses_is_folded_and_says_so() {
    let events = at((0..1000).map(|count| {
        (count, message("a", "b", count.to_string(), if count % 2 == 0 { Fate::Passed } else { Fate::Lost }))
    }));
    let text = drawn(&events);
    assert!(text.lines().count() < 130, "{text}");
    assert!(text.contains("more messages, 488 passed, 488 lost …"), "{text}");
}

#[test]
fn every_fate_is_visible() {
    for fate in FATES {
        let events = at([(0, message("a", "b", "ping", fate)), (1, message("b", "a", "pong", fate))]);
        for ascii in [false, true] {
            let text = text(&events, &TextOptions { ascii, ..TextOptions::default() });
            let shown = text.matches(super::rows::fate_word(fate)).count();
            assert_eq!(shown, if fate == Fate::Passed { 0 } else { 2 }, "{text}");
            assert!(text.contains("ping") && text.contains("pong"), "{text}");
            let arrives = text.contains(['►', '>']) && text.contains(['◄', '<']);
            assert_eq!(arrives, !super::rows::stops(fate), "{text}");
        }
        let picture = svg(&events, "");
        let shown = picture.matches(&format!("{}</text>", super::rows::fate_word(fate))).count()
            + picture.matches(&format!("({})</text>", super::rows::fate_word(fate))).count();
        assert_eq!(shown, if fate == Fate::Passed { 0 } else { 2 }, "{picture}");
    }
}

#[test]
fn a_lost_message_stops_before_it_arrives() {
    let text = drawn(&at([(900, message("a", "b", "ping", Fate::Lost))]));
    assert!(text.contains("    0.9  ├── ping ──✗ lost     │"), "{text}");
}

#[test]
fn a_message_crosses_the_lane_between() {
    let events = [(0, message("a", "b", "1", Fate::Passed)), (1, message("b", "c", "2", Fate::Passed))];
    let events = at(events.into_iter().chain([(9, message("a", "c", "3", Fate::Passed))]));
    let text = drawn(&events);
    let row = text.lines().last().unwrap();
    let order: String = row.chars().filter(|char| "├┼►│3".contains(*char)).collect();
    assert!(order == "├3┼►│" || order == "├┼3►│" || order == "├3►│", "{text}");
    assert!(!row[9..].contains('◄'), "{text}");
}

#[test]
fn a_connection_and_its_handshake_are_one_row_unless_something_came_between() {
    let text = drawn(&at([(0, connect(2)), (900, handshake(2))]));
    assert!(text.contains("connected again, handshake REQ-REP, NULL"), "{text}");
    assert_eq!(text.lines().count(), 2, "{text}");
    let fault = What::Fault { link: Some(link(1)), what: "hold".into() };
    let text = drawn(&at([(0, connect(1)), (1, fault), (2, handshake(1))]));
    assert_eq!(text.lines().count(), 4, "{text}");
    let text = drawn(&at([(0, connect(1)), (60_000, handshake(1))]));
    assert!(text.contains("connects") && text.contains("··· 60 ms without anything ···"), "{text}");
}

#[test]
fn copies_to_several_are_one_row_but_a_loss_stays_visible() {
    let fates = [("b", Fate::Passed), ("c", Fate::Lost), ("d", Fate::Passed)];
    let events = at(fates.into_iter().map(|(to, fate)| (5, message("a", to, "tick", fate))));
    let story = Story::of(&events);
    assert_eq!(story.rows.len(), 2);
    assert!(matches!(&story.rows[0].kind, Kind::Arrow { to, .. } if to.len() == 2));
    assert!(drawn(&events).contains("lost"));
    // Equal beginnings do not make two long messages one.
    let long = |end: &str| message("a", end, "x".repeat(4000) + end, Fate::Passed);
    assert_eq!(Story::of(&at([(0, long("b")), (1, long("c"))])).rows.len(), 2);
}

#[test]
fn heartbeats_are_counted() {
    let beats = (0..14).map(|count| match count % 2 {
        0 => (count * 1_000_000, beat("a", "b", true)),
        _ => (count * 1_000_000, beat("b", "a", false)),
    });
    let events = at(beats);
    let text = drawn(&events);
    assert!(text.contains("PING/PONG x 7"), "{text}");
    assert_eq!(text.lines().count(), 2, "{text}");
    let mut live = Live::new(["a", "b"], TextOptions::default());
    assert!(events.iter().all(|event| live.row(event).is_empty()));
    assert!(live.finish().contains("PING/PONG x 7"));
    assert!(live.finish().is_empty());
}

#[test]
fn a_short_pause_has_no_mark() {
    let text = drawn(&at([(0, line("a", "1")), (50_000, line("a", "2")), (1_300_001, line("a", "3"))]));
    assert_eq!(text.matches("without anything").count(), 1, "{text}");
    assert!(text.contains("··· 1.2 s without anything ···"), "{text}");
}

#[test]
fn the_last_rows_come_under_a_line_that_counts_the_others() {
    let events = at((0..40).map(|count| (count, line("a", format!("line {count}")))));
    let text = text(&events, &TextOptions { last: Some(30), ..TextOptions::default() });
    assert!(text.contains("… 10 earlier rows (10 events) left out …"), "{text}");
    assert!(
        !text.contains("\"line 9\"") && text.contains("\"line 10\"") && text.contains("\"line 39\""),
        "{text}"
    );
}

#[test]
fn many_participants_are_written_as_a_list() {
    let events = at((0..9)
        .map(|count| (count, message("hub", &format!("worker {count}"), count.to_string(), Fate::Held))));
    let text = drawn(&events);
    assert!(text.contains("hub → worker 8 (held): 8"), "{text}");
    assert!(text.lines().all(|line| !line.contains('├')), "{text}");
}

#[test]
fn who_speaks_first_stands_left_and_hears_from_the_right() {
    let order = |events: &[Event]| Story::of(events).lanes.names().to_vec();
    let start = |who: &str| What::Start { who: who.into(), command: vec![] };
    let events =
        at([(0, start("server")), (1, start("client")), (2, message("client", "server", "1", Fate::Passed))]);
    assert_eq!(order(&events), ["client", "server"]);
    let subscribe = |from: &str| {
        let (from, to) = (from.into(), "publisher".into());
        What::Subscribe { link: None, from, to, topic: "".into(), cancel: false, fate: Fate::Held }
    };
    let events = at([(0, subscribe("early")), (1, subscribe("late"))]);
    assert_eq!(order(&events), ["publisher", "early", "late"]);
}

#[test]
fn payloads_are_shown_as_what_they_are() {
    let frames = |frames: &[&[u8]]| words::frames(&frames.iter().map(Payload::from).collect::<Vec<_>>());
    assert_eq!(frames(&[b"frame1", b"frame2"]), "[frame1|frame2]");
    assert_eq!(frames(&[b"\x00\xff", b"", b"a|b"]), "[0x00ff||a\\|b]");
    assert_eq!(frames(&[b"a|b"]), "a|b");
    assert_eq!(frames(&[b"[a|b]"]), "[a\\|b]");
    assert_eq!(frames(&[b""]), "[]");
    assert_eq!(frames(&[]), "[no frames]");
    assert_eq!(frames(&[b"\x01"]), "0x01");
    assert_eq!(frames(&["привіт\n\u{1b}[2J\u{9b}m\u{202e}".as_bytes()]), "привіт\\n\\x1b[2J\\x9bm\\u{202e}");
    assert_eq!(frames(&[b"\\n"]), "\\\\n");
}

#[test]
fn cutting_counts_columns() {
    assert_eq!(words::cut("你好世界", 8, "…"), "你好世界");
    assert_eq!(words::cut("你好世界", 7, "…"), "你好世…");
    assert_eq!(words::cut("你好世界", 6, "…"), "你好…");
    assert!(words::cut(&"e\u{301}".repeat(9), 9, "…").chars().count() < 20);
    let heap = format!("e{}", "\u{301}".repeat(500));
    assert!(words::cut(&heap, 9, "…").chars().count() < 40);
    let events = at([(0, message("a", "b", "x".repeat(5000), Fate::Passed))]);
    assert!(drawn(&events).contains("… (5000 bytes)"));
}

#[test]
fn times_fit_their_column() {
    assert_eq!(words::moment(1_234), "1.2");
    for us in [0, 99_999_999, 100_000_000, 9_999_999_999, 10_000_000_000, 999_999_999_999, u64::MAX] {
        assert!(words::moment(us).len() <= 7, "{}", words::moment(us));
    }
    assert_eq!(words::duration(1_200_000), "1.2 s");
    assert_eq!(words::duration(200_000_000), "3 min 20 s");
}

#[test]
fn a_program_has_no_lane_before_its_start_and_after_its_end() {
    let start = What::Start { who: "b".into(), command: vec!["b".into()] };
    let exit = What::Exit { who: "b".into(), code: Some(3), signal: None };
    let text =
        drawn(&at([(0, line("a", "1")), (1, start), (2, line("a", "2")), (3, exit), (4, line("a", "3"))]));
    let bars: Vec<bool> = text.lines().skip(1).map(|line| line.ends_with('│')).collect();
    assert_eq!(bars, [false, false, true, false, false], "{text}");
    assert!(text.contains("┬ starts: b") && text.contains("┴ exits 3"), "{text}");
}

#[test]
fn no_events_give_no_text_and_an_empty_picture() {
    assert_eq!(drawn(&[]), "");
    assert!(roxmltree::Document::parse(&svg(&[], "")).is_ok());
}
