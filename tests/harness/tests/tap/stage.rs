//! What the tests share: sockets with deadlines, taps over each transport, and the timeline in short.

use std::time::Duration;

use harness::tap::{Builder, Tap};
use harness::timeline::{Fate, Timeline, What};

/// Ends a hang; a wait for something that happens is never so long.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A socket whose waits end, and that tries again to connect at once.
pub(crate) fn socket(context: &zmq::Context, kind: zmq::SocketType) -> zmq::Socket {
    let socket = context.socket(kind).unwrap();
    let limit = i32::try_from(LIMIT.as_millis()).unwrap();
    socket.set_rcvtimeo(limit).unwrap();
    socket.set_sndtimeo(limit).unwrap();
    socket.set_linger(0).unwrap();
    socket.set_reconnect_ivl(5).unwrap();
    socket.set_rcvhwm(0).unwrap();
    socket.set_sndhwm(0).unwrap();
    socket
}

/// A bound socket and its endpoint.
pub(crate) fn bound(context: &zmq::Context, kind: zmq::SocketType, endpoint: &str) -> (zmq::Socket, String) {
    let socket = socket(context, kind);
    socket.bind(endpoint).unwrap();
    let endpoint = socket.get_last_endpoint().unwrap().unwrap();
    (socket, endpoint)
}

pub(crate) fn connected(context: &zmq::Context, kind: zmq::SocketType, endpoint: &str) -> zmq::Socket {
    let socket = socket(context, kind);
    socket.connect(endpoint).unwrap();
    socket
}

/// A tap on a port of its own, by way of a change to its builder.
pub(crate) fn tap_to(target: &str, change: impl FnOnce(Builder) -> Builder) -> (Tap, Timeline) {
    let timeline = Timeline::new();
    let builder = Tap::between(&timeline, "link").called("client", "server").to(target);
    (change(builder).listen("tcp://127.0.0.1:*").unwrap(), timeline)
}

/// The messages in a timeline: `client: a|b (Passed)`.
pub(crate) fn messages_in(timeline: &Timeline) -> Vec<String> {
    let message = |what| match what {
        What::Message { from, frames, fate, .. } => Some(format!("{from}: {} ({fate:?})", text(&frames))),
        _ => None,
    };
    timeline.events().into_iter().filter_map(|event| message(event.what)).collect()
}

fn text(frames: &[harness::timeline::Payload]) -> String {
    let frames: Vec<_> = frames.iter().map(|frame| String::from_utf8_lossy(&frame.0).into_owned()).collect();
    frames.join("|")
}

/// All of a timeline in short, without times.
pub(crate) fn story(timeline: &Timeline) -> Vec<String> {
    timeline.events().into_iter().map(|event| line(event.what)).collect()
}

fn line(what: What) -> String {
    match what {
        What::Connect { link, from, to } => format!("{} connect {from} {to}", link.connection),
        What::Handshake { link, from, to, mechanism } => {
            format!("{} handshake {} {} {} {} {mechanism}", link.connection, from.0, from.1, to.0, to.1)
        }
        What::Subscribe { from, topic, cancel, fate, .. } => {
            format!("{} {from} {} {fate:?}", if cancel { "cancel" } else { "subscribe" }, text(&[topic]))
        }
        What::Message { from, frames, fate, .. } => format!("{from}: {} {fate:?}", text(&frames)),
        What::Heartbeat { from, ping, .. } => format!("{} {from}", if ping { "ping" } else { "pong" }),
        What::Command { from, name, .. } => format!("command {from} {name}"),
        What::Garbage { from, bytes, why, .. } => format!("garbage {from} {}: {why}", bytes.0.escape_ascii()),
        What::Close { link, by } => format!("{} close {by}", link.connection),
        What::Fault { what, .. } => format!("fault {what}"),
        What::Note { text } => format!("note {text}"),
        other => format!("{other:?}"),
    }
}

/// The fates of the subscriptions in a timeline.
pub(crate) fn subscription_fates(timeline: &Timeline) -> Vec<Fate> {
    let fate = |what| if let What::Subscribe { fate, .. } = what { Some(fate) } else { None };
    timeline.events().into_iter().filter_map(|event| fate(event.what)).collect()
}

/// How often a test of what must always be so is repeated, from `LAB_REPEAT`.
pub(crate) fn repeated(run: impl Fn(u32)) {
    let times = std::env::var("LAB_REPEAT").map_or(5, |text| text.parse().expect("LAB_REPEAT is a number"));
    for time in 0..times {
        run(time);
    }
}
