//! The client, judged by a ROUTER of the check's, which sees every socket that it opens.

use std::time::{Duration, Instant};

use harness::failure::{show, show_frames};
use harness::peer::Peer;
use harness::scene::{Evidence, Program};
use harness::timeline::Stream;
use harness::{Mistake, Scene, zmq};

use crate::evidence::{Traces, Way};
use crate::mistakes::*;
use crate::server::{expect_frames, payment};

/// A timeout that is reached on purpose, in milliseconds.
pub const SHORT: &str = "250";

/// How many answers a client may leave before a check says so. On a busy machine some come too late for their try.
pub const ANSWERS: usize = 40;

/// A timeout that is never reached, for checks in which every request is answered.
pub fn long(scene: &Scene) -> String {
    (scene.deadline() * 10).as_millis().to_string()
}

/// A request as a ROUTER sees it.
pub struct Request {
    /// The identity of the client's socket, and the number of the request where the client correlates.
    pub envelope: Vec<Vec<u8>>,
    pub body: Vec<Vec<u8>>,
}

impl Request {
    /// Whether it asks for this payment.
    pub fn is_for(&self, (id, _): &(String, String)) -> bool {
        self.body.first().is_some_and(|frame| frame == id.as_bytes())
    }

    fn is(&self, (id, amount): &(String, String)) -> bool {
        self.body == [id.as_bytes(), amount.as_bytes()]
    }
}

/// Starts the client on a ROUTER of the check's.
pub fn asked(scene: &Scene, timeout: &str, tries: &str, payments: &[&(String, String)]) -> (Program, Peer) {
    let milliseconds: u128 = timeout.parse().unwrap_or_default();
    suspect_by_traces(scene, milliseconds > scene.deadline().as_millis());
    let router = scene.peer(zmq::ROUTER, "client");
    let endpoint = router.bind("tcp://127.0.0.1:*");
    (client_at(scene, &endpoint, timeout, tries, payments), router)
}

/// What the client's own words and messages tell of its mistake. `at_leisure` says that no timeout can be reached.
fn suspect_by_traces(scene: &Scene, at_leisure: bool) {
    let traces = Traces::of(scene, "client");
    let suspect = |mistake: &'static Mistake, fits: fn(&Traces) -> bool| {
        let traces = traces.clone();
        scene.suspect_when(mistake, move |_| fits(&traces));
    };
    suspect(&TWO_SENDS, |client| client.was_out_of_turn() && !client.messages().iter().any(is_whole));
    suspect(&RECEIVES_AGAIN, |client| {
        let answered = matches!(client.messages().last(), Some((Way::Got, _)));
        client.was_out_of_turn() && answered && !client.says(Stream::Err, "cannot send")
    });
    suspect(&SAME_SOCKET, Traces::was_out_of_turn);
    if at_leisure {
        suspect(&HURRIES, |client| {
            let heard = client.messages().iter().any(|(way, _)| *way == Way::Got);
            client.ran_out_of_time() || !heard && client.says(Stream::Out, "gave up")
        });
    } else {
        suspect(&TIMEOUT_ENDS, Traces::ran_out_of_time);
    }
    suspect(&GIVES_UP_ASIDE, |client| client.says(Stream::Err, "gave up"));
    scene.suspect_when(&PANICS, Evidence::panicked);
}

/// Whether this is a request with an id and more, behind the empty frame that REQ sends.
fn is_whole((way, frames): &(Way, Vec<Vec<u8>>)) -> bool {
    let delimiter = frames.iter().skip(1).position(Vec::is_empty);
    *way == Way::Sent && delimiter.is_some_and(|at| frames.len() > at + 3)
}

/// Starts the client where nobody is.
pub fn client_at_nobody(scene: &Scene, endpoint: &str, timeout: &str, tries: &str) -> (Program, String) {
    let traces = Traces::of(scene, "client");
    let other = traces.clone();
    scene.suspect_when(&TIMEOUT_ENDS, move |_| traces.ran_out_of_time());
    scene.suspect_when(&GIVES_UP_ASIDE, move |_| other.says(Stream::Err, "gave up"));
    let nobody = payment(scene, 4);
    (client_at(scene, endpoint, timeout, tries, &[&nobody]), nobody.0)
}

fn client_at(
    scene: &Scene,
    endpoint: &str,
    timeout: &str,
    tries: &str,
    payments: &[&(String, String)],
) -> Program {
    let mut arguments: Vec<String> =
        ["--connect", endpoint, "--timeout", timeout, "--tries", tries].map(String::from).into();
    for (id, amount) in payments {
        arguments.extend(["--pay".into(), format!("{id}:{amount}")]);
    }
    scene.start("client", arguments)
}

/// The next request; a REQ puts an empty frame between the envelope and the rest.
pub fn request(scene: &Scene, router: &Peer, what: &str) -> Request {
    let mut envelope = router.receive(what);
    let Some(delimiter) = envelope.iter().skip(1).position(Vec::is_empty) else {
        scene.fail(format!("{what}, behind the empty frame that a REQ sends"), show_frames(&envelope[1..]))
    };
    let body = envelope.split_off(delimiter + 2);
    envelope.truncate(delimiter + 1);
    Request { envelope, body }
}

/// Answers a request.
pub fn reply<T: AsRef<[u8]>>(router: &Peer, envelope: &[Vec<u8>], body: &[T]) {
    let envelope = envelope.iter().map(Vec::as_slice);
    router.send_frames(envelope.chain([&b""[..]]).chain(body.iter().map(AsRef::as_ref)));
}

/// Whether a request is there, or the client has printed this many lines or ended: what comes first.
pub fn request_or_lines(scene: &Scene, client: &Program, router: &Peer, lines: usize) -> Option<Request> {
    let end = Instant::now() + scene.deadline();
    // Once the client has printed or ended, what it sent before is looked for once more.
    loop {
        let done = client.output().out.len() >= lines || client.has_ended() || Instant::now() > end;
        if router.socket().poll(zmq::POLLIN, if done { 0 } else { 5 }).is_ok_and(|ready| ready > 0) {
            return Some(request(scene, router, "a request of the client"));
        }
        if done {
            return None;
        }
    }
}

/// Fails the check unless a request is for this payment, which was asked for before.
pub fn expect_same(scene: &Scene, asked: &Request, payment: &(String, String)) {
    if !asked.is(payment) {
        scene.suspect(&NEW_ID);
    }
    expect_frames(scene, "the request again", &asked.body, &[&payment.0, &payment.1]);
}

/// Answers every request until the client has printed this many lines or ended; fails the check where it asks on and on.
pub fn answer_until(
    scene: &Scene,
    client: &Program,
    router: &Peer,
    lines: usize,
    mut answer: impl FnMut(&Request),
) {
    for _ in 0..ANSWERS {
        let Some(asked) = request_or_lines(scene, client, router, lines) else { return };
        answer(&asked);
    }
    scene.suspect(&TAKES_NONE);
    scene.fail(
        format!("the client to take one of {ANSWERS} answers, and to print it"),
        format!("it asked {ANSWERS} times, and got an answer each time"),
    );
}

/// Whether a request is delivered after the client gave up, to somebody who was not there before.
pub fn delivers_what_it_gave_up(scene: &Scene, client: &Program, endpoint: &str) -> Option<Request> {
    // A right client has ended by now, except on a busy machine.
    let _ = client.ends_soon();
    let router = scene.peer(zmq::ROUTER, "client");
    router.bind(endpoint);
    let delivered = request_or_lines(scene, client, &router, usize::MAX);
    if client.has_ended() {
        scene.suspect(&WRONG_CODE);
    }
    delivered
}

/// Fails the check unless the client's next line is this one.
pub fn expect_line(scene: &Scene, client: &Program, wanted: impl AsRef<[u8]>) {
    let wanted = wanted.as_ref();
    scene.expect_bytes("the client's line", client.line(&format!("the line {}", show(wanted))), wanted);
}

/// Plays the server for payments that come one after the other; no timeout can be reached.
pub struct Counter<'a> {
    pub scene: &'a Scene,
    pub client: Program,
    pub router: Peer,
    /// A request that came before it was looked for.
    pub early: Option<Request>,
}

impl Counter<'_> {
    /// Waits for the request of a payment, the first one of the check or a later one.
    pub fn request(&mut self, payment: &(String, String), first: bool, missing: &'static Mistake) -> Request {
        let scene = self.scene;
        scene.suspect(if first { &ASKS_NOBODY } else { missing });
        let what = format!("a request for the payment {}", payment.0);
        let asked = self.early.take().unwrap_or_else(|| request(scene, &self.router, &what));
        if asked.body.len() == 1 {
            // Perhaps the next frame should go out on its own, and its error is on the way.
            let _ = self.client.ends_soon();
        }
        scene.suspect(if first || asked.is_for(payment) { &WRONG_REQUEST } else { missing });
        expect_frames(scene, "the request", &asked.body, &[&payment.0, &payment.1]);
        asked
    }

    /// Answers, and waits until the client has printed the answer. `otherwise` explains a client that does something else.
    pub fn answer<T: AsRef<[u8]>>(
        &mut self,
        asked: &Request,
        payment: &(String, String),
        answer: &[T],
        otherwise: &'static Mistake,
    ) {
        let scene = self.scene;
        let printed = self.client.output().out.len();
        reply(&self.router, &asked.envelope, answer);
        scene.suspect(otherwise);
        if self.asks_before_it_prints(printed) {
            let early = request(scene, &self.router, "a request before the line");
            if early.is(payment) {
                let seen = format!("it asked again: {}", show_frames(&early.body));
                scene.fail("the answer to be printed", seen);
            }
            // A busy machine may show the line later than the request that came after it, so this is no verdict yet.
            self.early = Some(early);
            scene.suspect(&PRINTS_LATE);
        }
        let frames: Vec<&[u8]> = answer.iter().map(AsRef::as_ref).collect();
        let wanted = frames.join(&b' ');
        let line = self.client.line(&format!("the line {}", show(&wanted)));
        scene.suspect(if line.starts_with(b"gave up") { otherwise } else { &WRONG_LINE });
        scene.expect_bytes("the client's line", line, &wanted);
    }

    /// Whether a request is there, and no line more than these.
    fn asks_before_it_prints(&self, printed: usize) -> bool {
        let end = Instant::now() + self.scene.deadline();
        let quiet = || self.client.output().out.len() <= printed && !self.client.has_ended();
        while quiet() && Instant::now() < end {
            if self.router.socket().poll(zmq::POLLIN, 5).is_ok_and(|ready| ready > 0) {
                let _ = self.client.ends_soon();
                return quiet();
            }
        }
        false
    }
}

/// How often a client that nobody answers sent its payment, and how long it took until it gave up.
pub struct GivenUp {
    pub sends: u64,
    pub after: Duration,
}

/// Lets the client pay where nobody answers; fails the check where it sends too often, or something else.
pub fn let_give_up(scene: &Scene, timeout: u128, tries: u64) -> GivenUp {
    let (first, second) = (payment(scene, 4), payment(scene, 5));
    let began = Instant::now();
    let (client, router) = asked(scene, &timeout.to_string(), &tries.to_string(), &[&first, &second]);
    let gave_up = format!("gave up {}", first.0);
    let mut sends = 0;
    while let Some(asked) = request_or_lines(scene, &client, &router, usize::MAX) {
        let mistake = if asked.is(&first) {
            &TOO_MANY
        } else if sends == 0 {
            &WRONG_REQUEST
        } else if asked.is(&second) {
            &GOES_ON
        } else {
            &NEW_ID
        };
        scene.suspect(mistake);
        if sends == 0 {
            expect_frames(scene, "the first request", &asked.body, &[&first.0, &first.1]);
        }
        sends += 1;
        if sends > tries || !asked.is(&first) {
            scene.fail(
                format!("at most {tries} requests, all the same, then the line `{gave_up}`, and the end"),
                format!("after {} requests one more, {}", sends - 1, show_frames(&asked.body)),
            );
        }
    }
    scene.suspect(&GIVES_UP_IN_OTHER_WORDS);
    expect_line(scene, &client, &gave_up);
    let after = began.elapsed();
    scene.suspect(&WRONG_CODE);
    client.ends_with(1);
    let lines = client.output().out.len();
    scene.expect(lines == 1, "nothing more on standard output", || format!("{lines} lines"));
    GivenUp { sends, after }
}
