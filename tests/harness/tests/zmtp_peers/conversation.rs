//! What is said between a raw peer and a ZeroMQ socket: the raw side's part, and what the socket must have sent.

use harness::zmtp::{Command, Content, Frame, Greeting, Mechanism, Metadata, message, subscription_message};

use crate::raw::Raw;

/// Each has a script for the socket's side in `far.rs`, and one in `far.py`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conversation {
    /// A REQ with an identity sends two requests.
    Req,
    /// A REP answers one.
    Rep,
    /// A SUB subscribes to two topics and cancels one.
    Sub,
    /// It does the same towards a publisher that speaks ZMTP 3.0.
    SubOfOldPublisher,
    /// An XPUB gets a subscription in each form and publishes to both.
    Xpub,
    /// A DEALER sends empty and long frames and heartbeats.
    Dealer,
    /// A DEALER introduces itself by PLAIN.
    Plain,
    /// A DEALER begins with CURVE, to which the raw peer knows no answer.
    Curve,
    /// A REP whose authenticator refuses everybody.
    Refusal,
}

impl Conversation {
    /// All of them.
    pub(crate) const ALL: [Self; 9] = [
        Self::Req,
        Self::Rep,
        Self::Sub,
        Self::SubOfOldPublisher,
        Self::Xpub,
        Self::Dealer,
        Self::Plain,
        Self::Curve,
        Self::Refusal,
    ];

    /// Its name in file names and for `far.py`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Req => "req",
            Self::Rep => "rep",
            Self::Sub => "sub",
            Self::SubOfOldPublisher => "sub-of-old-publisher",
            Self::Xpub => "xpub",
            Self::Dealer => "dealer",
            Self::Plain => "plain",
            Self::Curve => "curve",
            Self::Refusal => "refusal",
        }
    }

    /// Plays the raw peer's part, to the end of the conversation.
    pub(crate) fn play(self, raw: &mut Raw) {
        let new = Greeting::default();
        match self {
            Self::Req => {
                raw.shake_hands(&new, "REP");
                raw.wait_for(3);
                raw.send(&message(&["", "world"]));
            }
            Self::Rep => {
                raw.shake_hands(&new, "REQ");
                raw.send(&message(&["", "hello"]));
            }
            Self::Sub | Self::SubOfOldPublisher => {
                let old = Greeting::new(3, 0);
                raw.shake_hands(if self == Self::Sub { &new } else { &old }, "PUB");
                raw.wait_for(4);
                raw.send(&message(&["go"]));
            }
            Self::Xpub => {
                raw.shake_hands(&new, "SUB");
                raw.send(&Command::Subscribe(b"new".to_vec()).encode());
                raw.send(&subscription_message(b"old", false));
            }
            Self::Dealer => heartbeats(raw),
            Self::Plain => {
                raw.greet(&Greeting { mechanism: Mechanism::PLAIN, as_server: true, ..new });
                raw.wait_for(2);
                raw.send(&Command::Other { name: b"WELCOME".to_vec(), data: vec![] }.encode());
                raw.wait_for(3);
                raw.send(&Command::ready("ROUTER").encode());
            }
            Self::Curve => raw.greet(&Greeting { mechanism: Mechanism::CURVE, as_server: true, ..new }),
            Self::Refusal => raw.greet(&new),
        }
        raw.wait_for(self.sent().len());
    }

    /// What the socket has sent in the end, heartbeats left out.
    pub(crate) fn sent(self) -> Vec<Content> {
        let ready = |metadata| vec![greeting(Mechanism::NULL), Content::Command(Command::Ready(metadata))];
        match self {
            Self::Req => {
                let mut sent = ready(Metadata::of("REQ").with("Identity", "client-7"));
                sent.extend([frames(&["", "hello"]), frames(&["", "again"])]);
                sent
            }
            Self::Rep => [ready(Metadata::of("REP")), vec![frames(&["", "HELLO"])]].concat(),
            Self::Sub | Self::SubOfOldPublisher => {
                let mut sent = ready(Metadata::of("SUB"));
                sent.extend(
                    [Command::Subscribe(b"weather".to_vec()), Command::Subscribe(vec![])]
                        .map(Content::Command),
                );
                sent.push(Content::Command(Command::Cancel(b"weather".to_vec())));
                sent
            }
            Self::Xpub => {
                [ready(Metadata::of("XPUB")), vec![frames(&["new", "1"]), frames(&["old", "2"])]].concat()
            }
            Self::Dealer => {
                let mut sent = ready(Metadata::of("DEALER").with("Identity", ""));
                sent.extend([frames(&["part", "", &"x".repeat(300)]), frames(&[""])]);
                sent.push(Content::Command(Command::Pong(b"context".to_vec())));
                sent
            }
            Self::Plain => {
                let hello = Command::Other { name: b"HELLO".to_vec(), data: b"\x04anna\x06secret".to_vec() };
                let initiate = Command::Initiate(Metadata::of("DEALER").with("Identity", ""));
                let shaken = [hello, initiate].map(Content::Command);
                [vec![greeting(Mechanism::PLAIN)], shaken.to_vec(), vec![frames(&["in"])]].concat()
            }
            Self::Curve => vec![
                greeting(Mechanism::CURVE),
                Content::Opaque(Frame { flags: 4, body: b"\x05HELLO\x01\x00".to_vec() }),
            ],
            Self::Refusal => {
                vec![greeting(Mechanism::NULL), Content::Command(Command::Error(b"400".to_vec()))]
            }
        }
    }

    /// What a decoder made of the socket's bytes, ready to be compared with [`sent`](Self::sent): the keys of CURVE,
    /// which differ each time, are cut off.
    pub(crate) fn comparable(mut contents: Vec<Content>) -> Vec<Content> {
        for content in &mut contents {
            if let Content::Opaque(frame) = content {
                assert_eq!(frame.body.len(), 200, "RFC 25: the length of HELLO");
                frame.body.truncate(8);
            }
        }
        contents
    }
}

/// Answers one heartbeat of the socket, and asks for one.
fn heartbeats(raw: &mut Raw) {
    raw.shake_hands(&Greeting::default(), "ROUTER");
    raw.wait_for(4);
    while raw.pings.len() < 2 {
        raw.read();
        raw.send(&Command::Pong(vec![]).encode());
    }
    assert_eq!(raw.pings[0], Command::Ping { ttl: 3, context: vec![] });
    raw.send(&Command::Ping { ttl: 0, context: b"context".to_vec() }.encode());
}

pub(crate) fn frames(bodies: &[&str]) -> Content {
    Content::Message { frames: bodies.iter().map(|body| body.as_bytes().to_vec()).collect(), between: vec![] }
}

fn greeting(mechanism: Mechanism) -> Content {
    Content::Greeting(Greeting { mechanism, ..Greeting::default() })
}
