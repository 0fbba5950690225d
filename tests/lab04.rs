//! Lab 04, when the other side dies: a client that asks again and gives up, and a server that pays once whatever happens.
//!
//! Each check's comment is the idea that it checks; a failed check prints it.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::thread;
use std::time::Instant;

use harness::failure::{show, show_frames};
use harness::peer::Peer;
use harness::program::Ended;
use harness::scene::{Evidence, Program};
use harness::{Mistake, Scene, Signal, check, zmq};

harness::lab!("lab04": "server", "client");

static PANICS: Mistake = Mistake {
    name: "panics",
    says: "The program panicked. What comes over the wire, from a file or from a command line can always be something else than \
           you think: look at it with `let … else`, `match` or `checked_add`, and give an answer or an error.",
    section: "Nothing may end the server",
};
static SAME_SOCKET: Mistake = Mistake {
    name: "resends-on-the-same-socket",
    says: "The client sends again on the REQ socket that still waits for its reply, and that is EFSM: REQ sends, then receives. \
           After an answer that did not come, drop the socket and open a new one.",
    section: "Close, reopen, resend",
};
static WAITS: Mistake = Mistake {
    name: "waits-for-ever",
    says: "The client waits for a reply that will never come. Set a receive timeout on the socket, `set_rcvtimeo`, in \
           milliseconds; EAGAIN then says that no reply came in that time.",
    section: "A receive that ends",
};
static NEW_ID: Mistake = Mistake {
    name: "a-new-request-for-each-try",
    says: "The second try is not the same request as the first. Then the server cannot know that it is the same payment, and pays \
           again. Send the same id and the same amount with every try.",
    section: "Close, reopen, resend",
};
static TOO_MANY: Mistake = Mistake {
    name: "a-try-too-many",
    says: "The client sends a payment more often than `--tries` says. N tries are N sends: the first one is a try, too.",
    section: "Give up",
};
static TOO_FEW: Mistake = Mistake {
    name: "a-try-too-few",
    says: "The client gives up before it has sent the payment as often as `--tries` says. Count the sends, and give up after \
           the last one has had its time.",
    section: "Give up",
};
static LINGER: Mistake = Mistake {
    name: "hangs-at-exit",
    says: "Nobody took the request, so it is still in the socket, and closing the socket or the context waits until it is \
           delivered, by default for ever. Tell each REQ socket not to: `set_linger(0)`, before it is closed.",
    section: "Close, reopen, resend",
};
static GOES_ON: Mistake = Mistake {
    name: "goes-on-after-giving-up",
    says: "The client gave up on a payment and then went on with the next. When nobody answered N times, the next payment has no \
           better luck: print `gave up ID` and end with exit code 1 at once.",
    section: "Give up",
};
static WRONG_CODE: Mistake = Mistake {
    name: "exit-code-0",
    says: "The client ends as if all had gone well. Who started it may look at nothing but the exit code: 0 only where every \
           payment was answered with `ok`, else 1.",
    section: "Give up",
};
static STOPS: Mistake = Mistake {
    name: "stops-at-an-error",
    says: "An `error` is an answer: the payment is decided, and the next one has its own right to be asked. Print the line, go \
           on, and end with exit code 1 when all are done.",
    section: "Give up",
};
static WRONG_REQUEST: Mistake = Mistake {
    name: "sends-something-else",
    says: "A payment goes over the wire as a message of two frames: the id, and the amount as it was typed. Send both with \
           `send_multipart`, or the first with `SNDMORE`.",
    section: "A payment on the wire",
};
static WRONG_LINE: Mistake = Mistake {
    name: "prints-something-else",
    says: "The client prints the frames of the answer, with one blank between them: `ok ID BALANCE` or `error ID WHY`. \
           The balance is what the server says, not what you can work out.",
    section: "A payment on the wire",
};
static STALE: Mistake = Mistake {
    name: "takes-a-stale-answer",
    says: "The client takes the next answer that comes, whatever it answers. The id in its second frame says which payment \
           it belongs to: compare it, and go on asking where it is another one.",
    section: "The stale reply",
};
static LATE: Mistake = Mistake {
    name: "relaxed-without-correlate",
    says: "Two tries got two answers. The client took the first, kept its socket, and then took the second for the answer to the \
           next payment. An answer on a socket is not always the answer to the last request: a new socket for each try \
           gets none of the old ones, and the id in the second frame tells the rest.",
    section: "The stale reply",
};
static AGAIN: Mistake = Mistake {
    name: "executes-again",
    says: "The server executed a payment that it had executed before. Keep the answer to every id, for ever, and look there \
           before anything is paid.",
    section: "Once, by its id",
};
static DUPLICATE: Mistake = Mistake {
    name: "answers-duplicate",
    says: "The server knows the id and complains. But who asks again does so because the first answer got lost: that first \
           answer is what is missing. Keep the answer with the id, and give it again.",
    section: "Once, by its id",
};
static BALANCE_NOW: Mistake = Mistake {
    name: "answers-the-balance-of-now",
    says: "The server answers a repeated id with the balance of today. The first answer told the balance after that payment; \
           the same request gets the same answer. Keep the answer, not only the id.",
    section: "Once, by its id",
};
static BY_CLIENT: Mistake = Mistake {
    name: "by-client",
    says: "The server knows the id only when it comes from the same client. A client that asks again has a new socket, and for \
           ZeroMQ that is a new client. The id belongs to the payment, whoever brings it.",
    section: "Once, by its id",
};
static BY_AMOUNT: Mistake = Mistake {
    name: "by-amount",
    says: "The server takes two payments of the same amount for one. Somebody may pay 5 twice on one day; the id \
           tells payments apart, and nothing else does.",
    section: "Once, by its id",
};
static BY_BOTH: Mistake = Mistake {
    name: "by-id-and-amount",
    says: "The server knows the id and pays again, because the amount is another one. An id stands for one payment: whatever \
           comes with it later gets the first answer.",
    section: "Once, by its id",
};
static WRONG_BALANCE: Mistake = Mistake {
    name: "another-balance",
    says: "The balance begins at 0, each payment adds its amount, which may be negative, and the reply tells the balance \
           after it.",
    section: "A payment on the wire",
};
static OVERFLOWS: Mistake = Mistake {
    name: "overflows",
    says: "The balance went over the end of an i64. Depending on how it is built, `+` panics there or goes on at the other end. \
           `checked_add` gives `None`: that is a refusal, and the balance stays.",
    section: "Nothing may end the server",
};
static FORGETS_REFUSALS: Mistake = Mistake {
    name: "forgets-refusals",
    says: "A refused id was asked again and got another answer. A refusal is an answer, too: who heard it has told somebody \
           that this payment did not happen. Remember it like a payment.",
    section: "Once, by its id",
};
static ACCEPTS: Mistake = Mistake {
    name: "accepts-anything",
    says: "The server took something for a payment that is none. Look at the number of frames, at the id and at the \
           amount before you pay, and answer `error`, the id and the reason.",
    section: "Nothing may end the server",
};
static NO_ANSWER: Mistake = Mistake {
    name: "no-answer",
    says: "The server gave no answer. A REQ that gets none hangs, and its client asks again and again: whatever came, \
           send `error`, the id and the reason.",
    section: "Nothing may end the server",
};
static NO_JOURNAL: Mistake = Mistake {
    name: "keeps-nothing",
    says: "After a kill -9 the server no longer knows what it had answered. What is in memory, also in a `BufWriter`, dies with \
           the process. Write the line to the file before the reply goes out, and read the file at the start.",
    section: "A journal",
};
static BALANCE_ONLY: Mistake = Mistake {
    name: "keeps-the-balance-only",
    says: "The balance outlived the kill, and the ids did not: a payment whose answer got lost is paid again after the restart. \
           The journal needs every id with its answer.",
    section: "A journal",
};
static REPLY_FIRST: Mistake = Mistake {
    name: "replies-before-the-journal",
    says: "The server said `ok` to a payment that is not in its journal. Between the reply and the writing it can die, and the \
           disk can be full. Write first, look at the result, and only then reply.",
    section: "The journal first",
};
static REMEMBERS_FAILURE: Mistake = Mistake {
    name: "remembers-a-failed-write",
    says: "The disk has room again, and the server goes on refusing this id. A write that failed decides nothing about the \
           payment: answer `error`, but keep nothing, so that the next try can succeed.",
    section: "The journal first",
};
static PAYS_FIRST: Mistake = Mistake {
    name: "pays-before-it-writes",
    says: "The server answered `error`, and the money has moved all the same. Decide first, then write, and change the balance \
           only when the line is written.",
    section: "The journal first",
};
static ENDS_ON_FAILURE: Mistake = Mistake {
    name: "ends-on-a-failed-write",
    says: "The journal could not be written, and the server ended or gave no `error`. Old ids could still be answered, and the \
           disk may have room again in a minute. Answer `error` with the reason and go on.",
    section: "The journal first",
};
static READS_DEVICE: Mistake = Mistake {
    name: "reads-a-device",
    says: "The server read its journal until the memory was full: `/dev/full` gives zeros without end. Read as many bytes as the \
           file says that it has; the `read` of the starter does so.",
    section: "A journal",
};
static LEAVES_PIECE: Mistake = Mistake {
    name: "leaves-a-piece",
    says: "A write failed in the middle of a line, and the piece stayed in the file with the next line behind it. Remember how \
           long the file was after the last whole line, and cut it back there: `set_len`.",
    section: "The journal first",
};
static TORN: Mistake = Mistake {
    name: "takes-a-torn-line",
    says: "The last line had no newline, and the server took it for whole. Of `123` it may be the first digit only. A line \
           counts once its newline is there; what stands behind the last newline is dropped, and nobody has its answer.",
    section: "A torn last line",
};
static TORN_ENDS: Mistake = Mistake {
    name: "dies-of-a-torn-line",
    says: "The journal ends in the middle of a line, and the server does not start. That is no broken file, but the trace of a \
           death while writing: drop what stands behind the last newline, and serve.",
    section: "A torn last line",
};
static BEHIND_TORN: Mistake = Mistake {
    name: "writes-behind-the-torn-line",
    says: "The first start after the cut went well, the second did not. The torn piece was ignored and stayed in the file, and \
           the next line was written right behind it. Cut the file after its last newline: `set_len`.",
    section: "A torn last line",
};
static SKIPS: Mistake = Mistake {
    name: "skips-broken-lines",
    says: "A line in the middle of the journal is broken, and the server serves as if it had never been. A payment is missing, \
           and nobody is told. Only the last line can be torn by a death; any other is a damaged file: say so and end.",
    section: "A torn last line",
};
static OPENS: Mistake = Mistake {
    name: "unwrap-on-open",
    says: "Without its journal the server must not serve. It ends with exit code 1 and one line that names the file: \
           `.or_explain(\"open\", …)?` makes that line.",
    section: "A journal",
};

/// A timeout that is never reached, for checks in which every request is answered.
fn long(scene: &Scene) -> String {
    (scene.deadline() * 10).as_millis().to_string()
}

/// A timeout that is reached on purpose, in milliseconds.
const SHORT: &str = "250";

/// A payment of the check's, with an id that no other has.
fn payment(scene: &Scene, amount: i64) -> (String, String) {
    (format!("{}-{}", scene.word(), scene.number(0..1000)), amount.to_string())
}

/// Fails the check unless these are the frames that were wanted.
fn expect_frames(scene: &Scene, what: &str, got: &[Vec<u8>], wanted: &[&str]) {
    let same = got.iter().map(Vec::as_slice).eq(wanted.iter().map(|frame| frame.as_bytes()));
    scene.expect(same, &format!("{what} to be {}", show_frames(wanted)), || show_frames(got));
}

// The client, judged by a ROUTER of the check's, which sees every socket that it opens.

/// A request as a ROUTER sees it.
struct Request {
    /// The identity of the client's socket, and the number of the request where the client correlates.
    envelope: Vec<Vec<u8>>,
    body: Vec<Vec<u8>>,
}

impl Request {
    /// Whether it asks for this payment.
    fn is_for(&self, (id, _): &(String, String)) -> bool {
        self.body.first().is_some_and(|frame| frame == id.as_bytes())
    }
}

/// Starts the client on a ROUTER of the check's.
fn asked(scene: &Scene, timeout: &str, tries: &str, payments: &[&(String, String)]) -> (Program, Peer) {
    scene.suspect_when(&SAME_SOCKET, |evidence| evidence.errors.contains("EFSM"));
    scene.suspect_when(&PANICS, Evidence::panicked);
    let router = scene.peer(zmq::ROUTER, "client");
    let endpoint = router.bind("tcp://127.0.0.1:*");
    (client_at(scene, &endpoint, timeout, tries, payments), router)
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
fn request(scene: &Scene, router: &Peer, what: &str) -> Request {
    let mut envelope = router.receive(what);
    let Some(delimiter) = envelope.iter().skip(1).position(Vec::is_empty) else {
        scene.fail(
            format!("{what} from a REQ socket, with the empty frame that REQ sends"),
            show_frames(&envelope[1..]),
        )
    };
    let body = envelope.split_off(delimiter + 2);
    envelope.truncate(delimiter + 1);
    Request { envelope, body }
}

/// Answers a request.
fn reply(router: &Peer, envelope: &[Vec<u8>], body: &[&str]) {
    let envelope = envelope.iter().map(Vec::as_slice);
    let body = body.iter().map(|frame| frame.as_bytes());
    router.send_frames(envelope.chain([&b""[..]]).chain(body));
}

/// Whether a request is there, or the client has printed this many lines or ended: what comes first.
fn request_or_lines(scene: &Scene, client: &Program, router: &Peer, lines: usize) -> Option<Request> {
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

/// Fails the check unless the client's next line is this one.
fn expect_line(scene: &Scene, client: &Program, wanted: &str) {
    scene.expect_bytes("the client's line", client.line(&format!("the line `{wanted}`")), wanted);
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

// The server, judged by REQ sockets of the check's.

/// A server, from its start to its death, and a REQ that is connected to it.
struct Life {
    server: Program,
    endpoint: String,
    req: Peer,
}

impl Life {
    /// Asks the server and gives the frames of its answer.
    fn ask(&self, id: impl AsRef<[u8]>, amount: impl AsRef<[u8]>) -> Vec<Vec<u8>> {
        ask(&self.req, id, amount)
    }

    /// Asks, and fails the check unless the answer is `ok` and this balance.
    fn pays(&self, scene: &Scene, (id, amount): &(String, String), balance: i64) {
        let answer = self.ask(id, amount);
        expect_frames(
            scene,
            &format!("the answer to {id}, {amount}"),
            &answer,
            &["ok", id, &balance.to_string()],
        );
    }

    /// Asks, and fails the check unless the answer is `error`, the id and a reason.
    fn refuses(&self, scene: &Scene, id: &str, amount: impl AsRef<[u8]>) -> Vec<Vec<u8>> {
        let asked = show_frames(&[id.as_bytes(), amount.as_ref()]);
        let answer = self.ask(id, amount);
        expect_refusal(scene, &format!("the answer to {asked}"), &answer, &[id.as_bytes()]);
        answer
    }

    /// A payment of 0 under a new id tells the balance.
    fn has_balance(&self, scene: &Scene, what: &str, wanted: i64) {
        let (id, amount) = payment(scene, 0);
        let answer = self.ask(&id, amount);
        expect_frames(scene, what, &answer, &["ok", &id, &wanted.to_string()]);
    }

    fn kill(self) {
        self.server.kill();
    }
}

fn ask(req: &Peer, id: impl AsRef<[u8]>, amount: impl AsRef<[u8]>) -> Vec<Vec<u8>> {
    let what = format!("the answer to {}", show_frames(&[id.as_ref(), amount.as_ref()]));
    req.send_frames([id.as_ref(), amount.as_ref()]);
    req.receive(&what)
}

/// Fails the check unless these frames are `error`, one of these ids, and a reason in one line.
fn expect_refusal(scene: &Scene, what: &str, got: &[Vec<u8>], ids: &[&[u8]]) {
    let right = match got {
        [word, id, why] => {
            let why = std::str::from_utf8(why).unwrap_or_default();
            word == b"error"
                && ids.contains(&id.as_slice())
                && !why.trim().is_empty()
                && !why.contains(['\n', '\0'])
        }
        _ => false,
    };
    let shown: Vec<String> = ids.iter().map(|id| show(id)).collect();
    scene.expect(right, &format!("{what} to be [`error`, {}, WHY]", shown.join(" or ")), || show_frames(got));
}

/// The journal of a scene that has one.
fn journal(scene: &Scene) -> PathBuf {
    scene.folder().join("journal")
}

/// Starts the server on a journal.
fn live(scene: &Scene, journal: &Path) -> Life {
    let server =
        scene.start("server", ["--bind", "tcp://127.0.0.1:*", "--journal", &journal.display().to_string()]);
    born(server)
}

fn born(server: Program) -> Life {
    server.scene().suspect_when(&PANICS, Evidence::panicked);
    let endpoint = server.bound();
    let req = server.req(&endpoint);
    Life { server, endpoint, req }
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
