//! Draws a handful of made-up scenes into `target/charts/`, to be looked at: `cargo run -p harness --example charts`.

use std::fs;
use std::path::Path;

use harness::chart::{self, Live, TextOptions};
use harness::timeline::{Event, Fate, Link, Payload, Stream, What};

/// A scene in the making.
#[derive(Default)]
struct Scene {
    events: Vec<Event>,
    now: u64,
}

impl Scene {
    fn add(&mut self, what: What) {
        self.now += 130 + (self.events.len() as u64 * 37) % 90;
        self.events.push(Event { seq: self.events.len() as u64, at_us: self.now, what });
    }

    fn wait_ms(&mut self, ms: u64) {
        self.now += ms * 1000;
    }

    fn start(&mut self, who: &str, command: &str) {
        let command = command.split(' ').map(Into::into).collect();
        self.add(What::Start { who: who.into(), command });
    }

    fn line(&mut self, who: &str, stream: Stream, text: impl Into<Payload>) {
        self.add(What::Line { who: who.into(), stream, text: text.into() });
    }

    fn exit(&mut self, who: &str, code: Option<i32>, signal: Option<&str>) {
        self.add(What::Exit { who: who.into(), code, signal: signal.map(Into::into) });
    }

    fn connect(&mut self, from: (&str, &str), to: (&str, &str), connection: u32) {
        let link = Link { name: format!("{} to {}", from.0, to.0), connection };
        self.add(What::Connect { link: link.clone(), from: from.0.into(), to: to.0.into() });
        let (from, to) = ((from.0.into(), from.1.into()), (to.0.into(), to.1.into()));
        self.add(What::Handshake { link, from, to, mechanism: "NULL".into() });
    }

    fn subscribe(&mut self, from: &str, to: &str, topic: &str, fate: Fate) {
        let (from, to, topic) = (from.into(), to.into(), topic.into());
        self.add(What::Subscribe { link: None, from, to, topic, cancel: false, fate });
    }

    fn send<T: AsRef<[u8]>>(&mut self, from: &str, to: &str, frames: &[T], fate: Fate) {
        let frames = frames.iter().map(|frame| Payload::from(frame.as_ref())).collect();
        self.add(What::Message { link: None, from: from.into(), to: to.into(), frames, fate });
    }

    fn beat(&mut self, from: &str, to: &str, ping: bool) {
        let link = Link { name: "link".into(), connection: 1 };
        self.add(What::Heartbeat { link, from: from.into(), to: to.into(), ping, fate: Fate::Passed });
    }

    fn fault(&mut self, link: &str, what: &str) {
        let link = Some(Link { name: link.into(), connection: 1 });
        self.add(What::Fault { link, what: what.into() });
    }
}

fn ping_pong() -> Scene {
    let mut scene = Scene::default();
    scene.start("server", "solution01-server --bind tcp://127.0.0.1:*");
    scene.line("server", Stream::Out, "bound tcp://127.0.0.1:40123");
    scene.start("client", "solution01-client tcp://127.0.0.1:40123 --count 2");
    scene.connect(("client", "REQ"), ("server", "REP"), 1);
    for text in ["ping", "ping again"] {
        scene.send("client", "server", &[text], Fate::Passed);
        scene.line("server", Stream::Out, format!("got {text}"));
        scene.send("server", "client", &["pong"], Fate::Passed);
        scene.line("client", Stream::Out, "got pong");
    }
    scene.exit("client", Some(0), None);
    scene.add(What::Signal { who: "server".into(), signal: "SIGTERM".into() });
    scene.exit("server", Some(0), None);
    scene
}

fn slow_joiner() -> Scene {
    let mut scene = Scene::default();
    scene.start("publisher", "lab06-publisher --subscribers 2 --count 5");
    scene.line("publisher", Stream::Out, "bound tcp://127.0.0.1:40777");
    scene.connect(("early", "SUB"), ("publisher", "PUB"), 1);
    scene.subscribe("early", "publisher", "", Fate::Passed);
    scene.fault("late link", "hold the subscriptions");
    scene.connect(("late", "SUB"), ("publisher", "PUB"), 1);
    scene.subscribe("late", "publisher", "weather", Fate::Held);
    for tick in 1..=5 {
        scene.send("publisher", "early", &["tick".to_string(), tick.to_string()], Fate::Passed);
        scene.line("early", Stream::Out, format!("tick {tick}"));
        let fate = if tick < 4 { Fate::Lost } else { Fate::Passed };
        if tick == 4 {
            scene.fault("late link", "let the subscriptions go");
            scene.subscribe("late", "publisher", "weather", Fate::Released);
        }
        scene.send("publisher", "late", &["tick".to_string(), tick.to_string()], fate);
    }
    scene.exit("publisher", Some(0), None);
    scene.add(What::Note { text: "late saw 2 of 5".into() });
    scene
}

fn lazy_pirate() -> Scene {
    let mut scene = Scene::default();
    scene.start("server", "lab04-server");
    scene.start("client", "lab04-client --timeout 1200 --retries 3");
    scene.connect(("client", "REQ"), ("server", "REP"), 1);
    scene.send("client", "server", &["1"], Fate::Passed);
    scene.fault("client to server", "lose reply 1");
    scene.send("server", "client", &["1"], Fate::Lost);
    scene.wait_ms(1200);
    scene.line("client", Stream::Err, "no reply within 1200 ms, trying again");
    scene.add(What::Close {
        link: Link { name: "client to server".into(), connection: 1 },
        by: "client".into(),
    });
    scene.connect(("client", "REQ"), ("server", "REP"), 2);
    scene.send("client", "server", &["1"], Fate::Passed);
    scene.send("server", "client", &["1"], Fate::Held);
    scene.wait_ms(80);
    scene.send("server", "client", &["1"], Fate::Released);
    scene.line("client", Stream::Out, "reply 1");
    scene.send("client", "server", &["2", "and more"], Fate::Corrupted);
    scene.send("server", "client", &["bad request"], Fate::Cut);
    scene
        .add(What::Close { link: Link { name: "client to server".into(), connection: 2 }, by: "tap".into() });
    scene.exit("client", Some(101), None);
    scene.exit("server", None, Some("SIGKILL"));
    scene
}

fn fan_out() -> Scene {
    let mut scene = Scene::default();
    scene.start("publisher", "solution05-publisher");
    for who in ["alice", "bob", "carol"] {
        scene.connect((who, "SUB"), ("publisher", "PUB"), 1);
        scene.subscribe(who, "publisher", if who == "bob" { "news/" } else { "" }, Fate::Passed);
    }
    for beat in 0..14 {
        let (from, to) = if beat % 2 == 0 { ("publisher", "alice") } else { ("alice", "publisher") };
        scene.beat(from, to, beat % 2 == 0);
        scene.wait_ms(100);
    }
    for (count, text) in ["weather/sunny", "news/rust", "weather/rain"].into_iter().enumerate() {
        for who in ["alice", "bob", "carol"] {
            if who != "bob" || text.starts_with("news/") {
                let fate = if count == 2 && who == "carol" { Fate::Lost } else { Fate::Passed };
                scene.send("publisher", who, &[text], fate);
            }
        }
    }
    scene.exit("publisher", Some(0), None);
    scene
}

fn thousand() -> Scene {
    let mut scene = Scene::default();
    scene.start("push", "solution08-push --count 1000");
    scene.connect(("push", "PUSH"), ("pull", "PULL"), 1);
    for count in 0..1000 {
        if count == 500 {
            scene.fault("push to pull", "lose message 500");
        }
        let fate = if count == 500 { Fate::Lost } else { Fate::Passed };
        scene.send("push", "pull", &[format!("task {count}")], fate);
    }
    scene.exit("push", Some(0), None);
    scene
}

fn seven() -> Scene {
    let mut scene = Scene::default();
    let clients = ["client 1", "client 2"];
    let workers = ["worker 1", "worker 2", "worker 3"];
    scene.start("broker", "solution07-broker");
    for who in clients {
        scene.connect((who, "REQ"), ("broker", "ROUTER"), 1);
    }
    for who in workers {
        scene.connect(("broker", "DEALER"), (who, "REP"), 1);
    }
    scene.subscribe("the check's SUB", "broker", "stats", Fate::Passed);
    for (turn, worker) in workers.into_iter().enumerate() {
        let client = clients[turn % 2];
        let body = format!("request number {turn} of this client");
        scene.send(client, "broker", &["", &body], Fate::Passed);
        scene.send("broker", worker, &[&[0, 0x6b, 0x8b, 0x45, 0x67][..], b"", body.as_bytes()], Fate::Passed);
        scene.line(worker, Stream::Out, format!("works on {turn}"));
        scene.send(worker, "broker", &[&[0, 0x6b, 0x8b, 0x45, 0x67][..], b"", b"done"], Fate::Passed);
        let fate = if turn == 1 { Fate::Lost } else { Fate::Passed };
        scene.send("broker", client, &["", "done"], fate);
        scene.send("broker", "the check's SUB", &["stats", &turn.to_string()], Fate::Passed);
    }
    scene
}

fn hostile() -> Scene {
    let mut scene = Scene::default();
    scene.start("<b>client</b>", "lab01-client --evil \u{1b}[31m");
    scene.start("сервер\u{202e}👩‍🚀", "lab01-server");
    let (client, server) = ("<b>client</b>", "сервер\u{202e}👩‍🚀");
    scene.connect((client, "REQ"), (server, "REP"), 1);
    scene.send(client, server, &["<script>alert('1')</script> & ]]> \"x\""], Fate::Passed);
    scene.send(client, server, &["A".repeat(5000)], Fate::Lost);
    scene.line(server, Stream::Out, "\u{1b}]0;owned\u{7}\u{1b}[2J red? \u{9b}31m");
    scene.send(
        server,
        client,
        &[&b"\x00\xff"[..], b"", b"a|b", "🚀 привіт 你好世界 ❤️".as_bytes()],
        Fate::Passed,
    );
    scene.line(client, Stream::In, "你好世界".repeat(60));
    scene.send(client, server, &[vec![0x80; 400]], Fate::Passed);
    scene.line(server, Stream::Err, "B".repeat(5000));
    let (link, why) = (Link { name: "l".into(), connection: 1 }, "no greeting".to_string());
    scene.add(What::Garbage { link, from: client.into(), bytes: "GET / HTTP/1.1\r\n".into(), why });
    scene.add(What::Note { text: "\u{0}\u{1}<desc>".into() });
    scene
}

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/charts");
    fs::create_dir_all(&folder)?;
    let scenes = [
        ("ping-pong", ping_pong()),
        ("slow-joiner", slow_joiner()),
        ("lazy-pirate", lazy_pirate()),
        ("fan-out", fan_out()),
        ("thousand", thousand()),
        ("seven", seven()),
        ("hostile", hostile()),
    ];
    for (name, scene) in scenes {
        let options = TextOptions::default();
        let mut live = Live::new([] as [&str; 0], options);
        let mut rows: String = scene.events.iter().map(|event| live.row(event)).collect();
        rows += &live.finish();
        fs::write(folder.join(format!("{name}.svg")), chart::svg(&scene.events, name))?;
        fs::write(folder.join(format!("{name}.txt")), chart::text(&scene.events, &options))?;
        let ascii = TextOptions { ascii: true, last: Some(30), ..options };
        fs::write(folder.join(format!("{name}.ascii.txt")), chart::text(&scene.events, &ascii))?;
        fs::write(folder.join(format!("{name}.live.txt")), rows)?;
    }
    Ok(())
}
