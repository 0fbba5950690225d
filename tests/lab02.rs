//! Lab 02, lockstep: a text service that answers everything, and a prober that shows what a REQ socket allows.
//!
//! Each check's comment is the idea that it checks; a failed check prints it. The numbers that the server must give are
//! computed here digit by digit, as on paper, and by no library that a solution may use.

#[path = "lab02/mistakes.rs"]
mod mistakes;
#[path = "lab02/paper.rs"]
mod paper;
#[path = "lab02/prober.rs"]
mod prober;

use std::cell::Cell;
use std::rc::Rc;

use harness::failure::show;
use harness::peer::Peer;
use harness::program::Ended;
use harness::scene::{Evidence, Program};
use harness::{Mistake, Scene, check, zmq};
use mistakes::*;
use paper::{factorials, fibonaccis};
use prober::{Prober, Request, Server, probe};

harness::lab!("lab02": "server", "prober");

/// Starts the server on a port of the system's choice and connects a REQ to it.
fn serve(scene: &Scene) -> (Program, Peer) {
    suspect_the_server(scene);
    let server = scene.start("server", ["--bind", "tcp://127.0.0.1:*"]);
    let req = server.req(&server.bound());
    (server, req)
}

/// What is likely where a server goes wrong, whichever request showed it.
fn suspect_the_server(scene: &Scene) {
    scene.suspect_when(&ADDS_NEWLINE, |evidence| evidence.got.ends_with(b"\n"));
    scene.suspect_when(&BELOW_ZERO, |evidence| {
        evidence.panicked() && evidence.errors.contains("attempt to subtract with overflow")
    });
    scene
        .suspect_when(&OVERFLOW, |evidence| evidence.panicked() && evidence.errors.contains("with overflow"));
    scene.suspect_when(&BINDS_AGAIN, |evidence| evidence.errors.contains("EADDRINUSE"));
    scene.suspect_when(&UNWRAP, Evidence::panicked);
    scene.suspect_when(&REFUSES_GOOD, |evidence| evidence.got.starts_with(b"error"));
    scene.suspect_when(&ENDS_EARLY, |evidence| evidence.ended == Some(Ended::Code(0)));
}

/// What is likely where a good request got nothing.
fn suspect_silence(scene: &Scene) {
    scene.suspect_when(&OUT_OF_STEP, |evidence| evidence.errors.contains("EFSM"));
    scene.suspect_when(&NEVER_ANSWERS, |evidence| evidence.hung);
}

/// A request must get exactly this reply.
fn answers(scene: &Scene, req: &Peer, request: &str, wanted: &str) {
    let reply = req.ask(request);
    scene.expect_bytes(&format!("the reply to {}", show(request.as_bytes())), reply, wanted);
}

/// `fact N` is the product 1 · 2 · … · N, exact up to `fact 1000`, which has 2568 digits. `fact 0` is 1.
#[check]
fn t1_fact_is_exact(scene: &Scene) {
    exact(scene, "fact", &factorials(), scene.number(35..1000));
}

/// `fib N` is the sum of the two numbers before it, exact up to `fib 1000`. The row begins with `fib 0` = 0 and `fib 1` = 1.
#[check]
fn t1_fib_is_exact(scene: &Scene) {
    exact(scene, "fib", &fibonaccis(), scene.number(187..1000));
}

/// Asks for small numbers, for those at the borders of the usual types, and for large ones.
fn exact(scene: &Scene, verb: &str, row: &[String], some: u64) {
    scene.suspect(&WRONG_NUMBER);
    suspect_silence(scene);
    let (_server, req) = serve(scene);
    let some = usize::try_from(some).unwrap_or(500);
    // 13! and fib 48 leave 32 bits, 21! and fib 94 leave 64, 35! and fib 187 leave 128; an f64 is exact to 22! and fib 78.
    for number in
        [0, 1, 2, 3, 4, 5, 10, 12, 13, 20, 21, 34, 35, 47, 48, 79, 93, 94, 186, 187, some, 999, 1000]
    {
        if number == 13 {
            scene.suspect_when(&OVERFLOW, |_| true);
        }
        answers(scene, &req, &format!("{verb} {number}"), &row[number]);
    }
}

/// What is likely where a palindrome got something that is no word of the protocol.
fn suspect_the_words(scene: &Scene) {
    scene.suspect_when(&NEITHER_YES_NOR_NO, |evidence| {
        let got = evidence.got.trim_ascii_end();
        !got.is_empty() && got != b"yes" && got != b"no" && !got.starts_with(b"error")
    });
}

/// A palindrome reads the same from both ends. Only letters and digits count, of every alphabet; large letters are the
/// same as small ones; a text without any is one.
#[check]
fn t1_palindromes(scene: &Scene) {
    suspect_the_words(scene);
    scene.suspect(&NOT_THE_LETTERS);
    suspect_silence(scene);
    let (_server, req) = serve(scene);
    let word = scene.word();
    let mirrored: String = word.chars().rev().collect();
    let texts = [
        (format!("{word}{mirrored}"), true),
        (format!("{word}x{mirrored}y"), false),
        ("A man, a plan, a canal: Panama!".into(), true),
        ("never odd or even".into(), true),
        ("one  two".into(), false),
        ("12:21".into(), true),
        ("12:12".into(), false),
        ("1a1b".into(), false),
        ("А роза упала на лапу Азора".into(), true),
        ("Я несу гусеня".into(), true),
        ("жук".into(), false),
        ("Été".into(), true),
        ("?!".into(), true),
        (String::new(), true),
    ];
    for (text, is_one) in texts {
        answers(scene, &req, &format!("palindrome {text}"), if is_one { "yes" } else { "no" });
    }
}

/// One server serves many clients: they all ask before any of them has its answer, and each gets its own.
#[check]
fn t1_serves_many_clients_at_once(scene: &Scene) {
    scene.suspect_when(&ANSWERS_SOMEBODY_ELSE, |evidence| evidence.ended.is_none());
    suspect_the_server(scene);
    let server = scene.start("server", ["--bind", "tcp://127.0.0.1:*"]);
    let endpoint = server.bound();
    let row = fibonaccis();
    let clients: Vec<Peer> = (1..=8)
        .map(|number| {
            let client = scene.peer_as(&format!("client {number}"), zmq::REQ, "server");
            client.connect(&endpoint);
            client
        })
        .collect();
    for round in 0..3 {
        for (index, client) in clients.iter().enumerate() {
            client.send(format!("fib {}", 8 * round + index + 3));
        }
        for (index, client) in clients.iter().enumerate() {
            let number = 8 * round + index + 3;
            let what = format!("the reply to `fib {number}` of {}", client.name());
            scene.expect_bytes(&what, client.receive_frame(&what), &row[number]);
        }
    }
}

/// Clients come, ask and leave, some of them before they have their answer. The server is there for the next one.
#[check]
fn t1_serves_the_next_client(scene: &Scene) {
    scene.suspect_when(&BINDS_AGAIN, |evidence| evidence.errors.contains("EADDRINUSE"));
    scene.suspect_when(&ENDS_EARLY, |evidence| evidence.hung || evidence.ended == Some(Ended::Code(0)));
    suspect_the_server(scene);
    scene.suspect(&WRONG_NUMBER);
    // A name without a file can be bound only once.
    let server = scene.start("server", ["--bind", &scene.abstract_ipc("door")]);
    let endpoint = server.bound();
    let row = factorials();
    for (number, answer) in row.iter().enumerate().skip(1).take(10) {
        let client = scene.peer_as(&format!("client {number}"), zmq::REQ, "server");
        client.connect(&endpoint);
        answers(scene, &client, &format!("fact {number}"), answer);
    }
    // A DEALER can ask twice and leave with one answer; a REQ in front of it has an empty frame.
    let hasty = scene.peer_as("hasty client", zmq::DEALER, "server");
    hasty.connect(&endpoint);
    hasty.send_frames(["", "fact 6"]);
    hasty.send_frames(["", "fact 8"]);
    let _ = hasty.receive("the first of two replies");
    scene.note("the hasty client leaves");
    drop(hasty);
    let client = scene.peer_as("last client", zmq::REQ, "server");
    client.connect(&endpoint);
    answers(scene, &client, "fact 7", &row[7]);
}

/// A server prints where it can be reached, once, and nothing else: its results go over the wire.
#[check]
fn t1_prints_the_bound_line_only(scene: &Scene) {
    scene.suspect(&WRONG_NUMBER);
    let (server, req) = serve(scene);
    for request in ["fact 5", "fib 10", "fact 6"] {
        let _ = req.ask(request);
    }
    // Once it is gone, all that it printed is there.
    server.kill();
    let _ = server.end();
    let lines = server.output().out;
    scene.suspect(if lines.iter().any(|line| line.starts_with(b"bound ") && *line != lines[0]) {
        &BINDS_AGAIN
    } else {
        &TALKS
    });
    scene.expect(lines.len() == 1, "one line on the server's standard output, the bound line", || {
        let lines: Vec<String> = lines.iter().map(|line| show(line)).collect();
        lines.join(", then ")
    });
}

/// Who binds is free: a server may connect to where its client has bound.
#[check]
fn t1_may_connect_to_its_client(scene: &Scene) {
    scene.suspect_when(&ONE_SIDE, |evidence| {
        evidence.hung || evidence.ended.is_some() || evidence.errors.contains("--bind")
    });
    scene.suspect(&WRONG_NUMBER);
    let req = scene.peer(zmq::REQ, "server");
    let endpoint = req.bind("tcp://127.0.0.1:*");
    let _server = scene.start("server", ["--connect", &endpoint]);
    answers(scene, &req, "fact 5", "120");
}

/// What is likely where a request that cannot be fulfilled is treated wrongly.
fn suspect_bad_manners(scene: &Scene) {
    scene.suspect_when(&FIRST_FRAME, |evidence| {
        evidence.errors.contains("EFSM") && evidence.errors.contains("cannot send")
    });
    scene.suspect_when(&NO_REPLY, |evidence| evidence.hung || evidence.errors.contains("EFSM"));
    scene.suspect_when(&ERROR_ENDS_IT, |evidence| evidence.ended.is_some());
}

/// Starts the server for a check of bad requests, of which one of these mistakes is likely, and sees that it can answer a good one.
fn serve_strangers(scene: &Scene, mistake: &'static Mistake) -> (Program, Peer) {
    scene.suspect(&WRONG_NUMBER);
    let (server, req) = serve(scene);
    answers(scene, &req, "fact 5", "120");
    scene.suspect(mistake);
    (server, req)
}

/// A request that cannot be fulfilled must get `error: WHY`, and the server must go on.
fn refuses<T: AsRef<[u8]>>(scene: &Scene, req: &Peer, frames: &[T]) {
    let request = harness::failure::show_frames(frames);
    req.send_frames(frames);
    let what = format!("the reply to {request}");
    let mut reply = req.receive(&what);
    if reply.len() != 1 {
        if frames.len() == 1 {
            scene.suspect(&NO_ERROR_LINE);
        }
        scene.fail(format!("{what} to be one frame"), harness::failure::show_frames(&reply));
    }
    let reply = reply.remove(0);
    let text = std::str::from_utf8(&reply).ok().filter(|text| !text.contains(['\n', '\0']));
    match text.and_then(|text| text.strip_prefix("error: ")).map(str::trim) {
        Some(why) if !why.is_empty() => {}
        _ => {
            let an_answer = reply.iter().all(u8::is_ascii_digit) || reply == b"yes" || reply == b"no";
            if reply.starts_with(b"error: ") && reply.contains(&b'\n') {
                scene.suspect(&MORE_LINES);
            } else if !an_answer || reply.is_empty() {
                scene.suspect(&NO_ERROR_LINE);
            }
            scene.fail(format!("{what} to be `error: ` and why, one line of text"), show(&reply));
        }
    }
    answers(scene, req, "fact 5", "120");
}

/// A verb that the service does not know gets `error: WHY`. Verbs are written exactly so, in small letters.
#[check]
fn t2_answers_unknown_verbs(scene: &Scene) {
    let (_server, req) = serve_strangers(scene, &TAKES_IT);
    suspect_bad_manners(scene);
    let word = scene.word();
    for request in [
        &format!("x{word} 5"),
        &format!("x{word}"),
        "FACT 5",
        "facts 5",
        "fa",
        "palindromes aa",
        "5",
        " fact 5",
        "fact\t5",
        &format!("x{word}\n{word} 5"),
    ] {
        refuses(scene, &req, &[request]);
    }
}

/// An empty frame is a request too. It has no verb, and gets `error: WHY`.
#[check]
fn t2_answers_an_empty_frame(scene: &Scene) {
    let (_server, req) = serve_strangers(scene, &TAKES_IT);
    suspect_bad_manners(scene);
    refuses(scene, &req, &[""]);
}

/// What should be a number and is none gets `error: WHY`: a word, a fraction, one with a minus, two of them, nothing.
#[check]
fn t2_answers_what_is_no_number(scene: &Scene) {
    let (_server, req) = serve_strangers(scene, &TAKES_IT);
    suspect_bad_manners(scene);
    let word = scene.word();
    for rest in [&word, "-1", "1.5", "5 6", "5x", "0x10", "٣", "", "5\n6"] {
        for verb in ["fact", "fib"] {
            refuses(scene, &req, &[format!("{verb} {rest}")]);
        }
    }
    refuses(scene, &req, &["fact"]);
}

/// N goes up to 1000. What is larger gets `error: WHY`, however large it is: the client's wish must not keep the server busy.
#[check]
fn t2_answers_numbers_that_are_too_large(scene: &Scene) {
    let (_server, req) = serve_strangers(scene, &TAKES_IT);
    suspect_bad_manners(scene);
    // 2^32 and 2^64 become 0 where the upper bits are cut off.
    for number in ["1001", "4294967296", "18446744073709551616", &"9".repeat(60)] {
        for verb in ["fact", "fib"] {
            refuses(scene, &req, &[format!("{verb} {number}")]);
        }
    }
}

/// Bytes that are no UTF-8 are no text, and get `error: WHY`, wherever in the request they stand.
#[check]
fn t2_answers_bytes_that_are_not_text(scene: &Scene) {
    let (_server, req) = serve_strangers(scene, &TAKES_IT);
    suspect_bad_manners(scene);
    for request in [&b"\xff"[..], b"fact \xff", b"palindrome \xff", b"palindrome a\xc3(a", b"\xc3"] {
        refuses(scene, &req, &[request]);
    }
}

/// A message may have several frames, and a stranger may send such a request. It gets one `error: WHY` for all of them, and
/// the next request gets its own answer.
#[check]
fn t2_answers_several_frames(scene: &Scene) {
    let (_server, req) = serve_strangers(scene, &ANSWERS_FRAMES);
    suspect_bad_manners(scene);
    let requests: [&[&str]; 5] = [
        &["fact 6", "fib 10"],
        &["fact 6", ""],
        &["", "fact 6"],
        &["fact", "6"],
        &["a", "b", "c", "d", "fact 6"],
    ];
    for frames in requests {
        refuses(scene, &req, frames);
    }
}

/// A frame has no longest length. What stands at the end of a request of 300 000 bytes counts as much as what stands at
/// its beginning.
#[check]
fn t2_answers_long_requests(scene: &Scene) {
    suspect_the_words(scene);
    scene.suspect_when(&FIXED_BUFFER, |evidence| evidence.errors.contains("out of range for slice"));
    scene.suspect(&FIXED_BUFFER);
    let (_server, req) = serve(scene);
    suspect_bad_manners(scene);
    for length in [100, 255, 256, 1_000, 5_000, 70_000, 300_000_usize] {
        let half = "ab1".repeat(length / 6);
        let mirrored: String = half.chars().rev().collect();
        let what = format!("the reply to a palindrome of {} letters", half.len() * 2);
        scene.expect_bytes(&what, req.ask(format!("palindrome {half}{mirrored}")), "yes");
        if length < 10_000 {
            let what =
                format!("the reply to {} letters, of which the last makes it none", half.len() * 2 + 1);
            scene.expect_bytes(&what, req.ask(format!("palindrome {half}{mirrored}z")), "no");
        }
    }
}

/// However many bad requests came, from however many clients, the server answers the next good one.
#[check]
fn t2_goes_on_after_many_bad_requests(scene: &Scene) {
    scene.suspect(&ERROR_ENDS_IT);
    let (server, first) = serve(scene);
    suspect_bad_manners(scene);
    let endpoint =
        server.output().out.first().map(|line| String::from_utf8_lossy(line).replace("bound ", ""));
    let others = (2..=3).map(|number| {
        let client = scene.peer_as(&format!("client {number}"), zmq::REQ, "server");
        client.connect(endpoint.as_deref().unwrap_or_default());
        client
    });
    let clients: Vec<Peer> = std::iter::once(first).chain(others).collect();
    for _ in 0..100 {
        for client in &clients {
            client.send(format!("x{} {}", scene.word(), scene.word()));
            let _ = client.receive("the reply to a verb that does not exist");
        }
    }
    for client in &clients {
        answers(scene, client, "fact 5", "120");
    }
}

/// `send TEXT` sends the text and prints `sent`; `recv` waits for the reply and prints it. Both happen on the socket.
#[check]
fn t3_sends_and_prints_the_reply(scene: &Scene) {
    scene.suspect(&NEVER_ASKS);
    let (prober, server) = probe(scene);
    for _ in 0..3 {
        let (text, reply) = (scene.word(), scene.word());
        prober.does(&format!("send {text}"), "sent");
        server.replies(&server.gets(scene, &text), &reply);
        prober.does("recv", reply);
    }
}

/// The text is all that stands behind `send` and one blank, byte for byte.
#[check]
fn t3_sends_the_text_as_it_is(scene: &Scene) {
    scene.suspect_when(&CHANGES_TEXT, |evidence| evidence.hung);
    scene.suspect(&CHANGES_TEXT);
    let (prober, server) = probe(scene);
    for text in
        ["palindrome a  b", " in front", "behind ", "", "recv", "send again", "\"quoted\"", "жук", "a\tb"]
    {
        prober.does(&format!("send {text}"), "sent");
        server.replies(&server.gets(scene, text), "ok");
        prober.does("recv", "ok");
    }
}

/// The reply is printed as it came: these bytes and a newline, whatever the bytes are.
#[check]
fn t3_prints_the_reply_as_it_came(scene: &Scene) {
    scene.suspect(&CHANGES_REPLY);
    let (prober, server) = probe(scene);
    let replies: [&[u8]; 5] =
        [b"  two  blanks  ", b"", "жук".as_bytes(), &[b'a', 0xff, 0xfe, b'z'], b"\"quoted\""];
    for reply in replies {
        prober.does("send x", "sent");
        server.replies(&server.gets(scene, "x"), reply);
        prober.does("recv", reply);
    }
}

/// What is likely where the prober does not tell what its socket says.
fn suspect_a_table(scene: &Scene) {
    scene.suspect_when(&STOPS_AT_EFSM, |evidence| evidence.ended.is_some());
    scene.suspect_when(&PRINTS_LATE, |evidence| evidence.hung);
    scene.suspect_when(&NO_EFSM, |evidence| evidence.got == b"sent" && evidence.wanted == b"EFSM");
    scene.suspect_when(&EFSM_TABLE, |evidence| evidence.got == b"EFSM" || evidence.wanted == b"EFSM");
    scene.suspect(&NEVER_ASKS);
}

/// A second send before the reply gives EFSM and does nothing: its text never goes out, and the reply to the first request
/// is still to be had.
#[check]
fn t3_a_second_send_is_efsm(scene: &Scene) {
    let later = Rc::new(Cell::new(false));
    let [first, second, third] = [scene.word(), scene.word(), scene.word()];
    scene.suspect_when(&SENDS_LATER, {
        let (later, second) = (Rc::clone(&later), second.clone());
        move |evidence| later.get() && (evidence.got == b"EFSM" || evidence.got == second.as_bytes())
    });
    let (prober, server) = probe(scene);
    suspect_a_table(scene);
    prober.does(&format!("send {first}"), "sent");
    prober.does(&format!("send {second}"), "EFSM");
    let reply = scene.word();
    server.replies(&server.gets(scene, &first), &reply);
    prober.does("recv", reply);
    later.set(true);
    prober.does(&format!("send {third}"), "sent");
    // On one connection nothing overtakes: were the second text on its way, it would come now.
    server.gets(scene, &third);
}

/// A receive without a request gives EFSM, and the socket is as usable as before.
#[check]
fn t3_a_receive_first_is_efsm(scene: &Scene) {
    let (prober, server) = probe(scene);
    suspect_a_table(scene);
    prober.does("recv", "EFSM");
    let (text, reply) = (scene.word(), scene.word());
    prober.does(&format!("send {text}"), "sent");
    server.replies(&server.gets(scene, &text), &reply);
    prober.does("recv", reply);
    prober.does("recv", "EFSM");
}

/// The prober can be told anything in any order, and it is always the socket that says what came of it.
#[check]
fn t3_obeys_in_any_order(scene: &Scene) {
    let (prober, server) = probe(scene);
    suspect_a_table(scene);
    let mut owed: Option<Vec<u8>> = None;
    for step in 0..60 {
        let sends = step == 0 || scene.number(0..2) == 0;
        let text = scene.word();
        match owed.take() {
            None if sends => {
                prober.does(&format!("send {text}"), "sent");
                let request = server.gets(scene, &text);
                let reply = scene.word();
                server.replies(&request, &reply);
                owed = Some(reply.into());
            }
            None => prober.does("recv", "EFSM"),
            Some(reply) if sends => {
                prober.does(&format!("send {text}"), "EFSM");
                owed = Some(reply);
            }
            Some(reply) => prober.does("recv", reply),
        }
    }
}

/// `recv` waits for the reply, however long it takes; also when the server is not there yet.
#[check]
fn t3_waits_for_the_reply(scene: &Scene) {
    scene.suspect(&GIVES_UP);
    let (endpoint, door) = (scene.ipc("door"), scene.folder().join("door"));
    let watch = match std::os::unix::net::UnixListener::bind(&door) {
        Ok(watch) => watch,
        Err(error) => {
            harness::failure::Failure::error(format!("{} cannot be bound: {error}", door.display())).throw()
        }
    };
    let prober = Prober::start(scene, [&endpoint]);
    prober.does("send hello", "sent");
    prober.program.type_line("recv");
    prober.program.comes_to(&watch);
    scene.note("the prober has come, and nobody was there");
    drop(watch);
    let _ = std::fs::remove_file(&door);
    let server = Server { router: scene.peer_as("the late ROUTER", zmq::ROUTER, "prober") };
    server.router.bind(&endpoint);
    let reply = scene.word();
    server.replies(&server.gets(scene, "hello"), &reply);
    prober.prints("recv", reply);
}

/// All requests go over one socket, and so over one connection; a server can tell.
#[check]
fn t3_uses_one_socket_for_all(scene: &Scene) {
    scene.suspect(&NEW_SOCKET);
    let (prober, server) = probe(scene);
    let mut connection = None;
    for number in 1..=3 {
        let text = scene.word();
        prober.does(&format!("send {text}"), "sent");
        let request = server.gets(scene, &text);
        let same = connection.get_or_insert_with(|| request.connection.clone()) == &request.connection;
        scene.expect(same, &format!("request {number} over the connection of the first"), || {
            format!("request {number} came over another connection")
        });
        server.replies(&request, "ok");
        prober.does("recv", "ok");
    }
}

/// A line that is neither `send TEXT` nor `recv` is named on standard error, and changes nothing.
#[check]
fn t3_names_odd_lines(scene: &Scene) {
    scene.suspect_when(&ODD_LINES, |evidence| !evidence.got.is_empty());
    scene.suspect(&ODD_LINES);
    let (prober, server) = probe(scene);
    let word = format!("q{}", scene.word());
    prober.program.type_line(&word);
    prober.does("send x", "sent");
    prober.program.type_line(format!("receive {word}"));
    server.replies(&server.gets(scene, "x"), "ok");
    prober.does("recv", "ok");
    prober.program.close_input();
    let _ = prober.program.end();
    let errors = prober.program.output().errors();
    let named = errors.lines().filter(|line| line.contains(&word)).count();
    scene.expect(named == 2, "both odd lines to be named on standard error", || {
        if errors.is_empty() { "nothing on standard error".into() } else { errors.clone() }
    });
}

/// At the end of its input the prober ends with exit code 0, also if a request has no reply yet.
#[check]
fn t3_ends_at_the_end_of_its_input(scene: &Scene) {
    scene.suspect(&NO_END);
    let (prober, server) = probe(scene);
    prober.does("send x", "sent");
    server.gets(scene, "x");
    scene.suspect_when(&ENDS_BADLY, |evidence| evidence.ended.is_some());
    prober.program.close_input();
    prober.program.ends_with(0);
}

/// Starts the prober on three servers of the check's.
fn probe_three(scene: &Scene) -> (Prober, Vec<Peer>) {
    let servers: Vec<(Server, String)> =
        (1..=3).map(|number| Server::new(scene, &format!("server {number}"))).collect();
    let prober = Prober::start(scene, servers.iter().map(|(_, endpoint)| endpoint));
    (prober, servers.into_iter().map(|(server, _)| server.router).collect())
}

/// A REQ socket that is connected to several servers goes round them: each request to the next one, always in the same order.
#[check]
fn t4_goes_round_its_servers(scene: &Scene) {
    scene.suspect(&ONE_SERVER);
    let (prober, servers) = probe_three(scene);
    let mut round = Vec::new();
    for number in 0..9 {
        let text = format!("request{number}");
        prober.does(&format!("send {text}"), "sent");
        let (who, frames) = Peer::receive_any(&servers, &format!("`{text}`, at any of three servers"));
        let request = Request::of(scene, frames);
        scene.expect_bytes("the request", &request.text, &text);
        if number < 3 {
            scene.expect(!round.contains(&who), "the first three requests at three servers", || {
                format!("{} got request {number} and one before it", servers[who].name())
            });
            round.push(who);
        }
        let next = round[number % 3];
        scene.expect(who == next, &format!("request {number} at {}", servers[next].name()), || {
            format!("{} got it", servers[who].name())
        });
        let reply = scene.word();
        servers[who].send_frames([&request.connection[..], b"", reply.as_bytes()]);
        prober.does("recv", reply);
    }
}

/// With several servers it is still one socket with one request at a time: a second send gives EFSM, and none of the other
/// servers hears of it.
#[check]
fn t4_has_one_request_at_a_time(scene: &Scene) {
    scene.suspect_when(&STOPS_AT_EFSM, |evidence| evidence.ended == Some(Ended::Code(0)));
    scene.suspect(&SOCKET_EACH);
    let (prober, servers) = probe_three(scene);
    for _ in 0..3 {
        let (text, reply) = (scene.word(), scene.word());
        prober.does(&format!("send {text}"), "sent");
        prober.does("send too early", "EFSM");
        let (who, frames) = Peer::receive_any(&servers, "the first request, at any of three servers");
        let request = Request::of(scene, frames);
        scene.expect_bytes("the request", &request.text, &text);
        servers[who].send_frames([&request.connection[..], b"", reply.as_bytes()]);
        prober.does("recv", reply);
    }
}
