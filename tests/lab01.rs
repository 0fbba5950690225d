//! Lab 01, first sockets: a server that answers `ping` with `pong`, and a client that asks.
//!
//! Each check's comment is the idea that it checks; a failed check prints it.

#[path = "lab01/mistakes.rs"]
mod mistakes;

use std::net::TcpStream;
use std::os::unix::net::UnixListener;

use harness::failure::show;
use harness::peer::Peer;
use harness::program::Ended;
use harness::scene::{Evidence, Program};
use harness::{Scene, check, zmq};
use mistakes::*;

harness::lab!("lab01": "server", "client");

/// Whether a program received twice in a row.
fn receives_again(evidence: &Evidence) -> bool {
    evidence.errors.contains("cannot receive") && evidence.errors.contains("EFSM")
}

/// Starts the server on an ipc path, where no port has to be told, and connects a REQ to it.
fn serve(scene: &Scene) -> (Program, Peer) {
    let endpoint = scene.ipc("door");
    let file = scene.folder().join("door");
    scene.suspect_when(&ADDS_NEWLINE, |evidence| evidence.got.ends_with(b"\n"));
    scene.suspect_when(&ADDS_NUL, |evidence| evidence.got.ends_with(b"\0"));
    scene.suspect_when(&LOSES_THE_END, |evidence| {
        evidence.got.len() > 9
            && evidence.got.len() < evidence.wanted.len()
            && evidence.wanted.starts_with(&evidence.got)
    });
    scene.suspect_when(&HARD_CODED, move |evidence| evidence.hung && !file.exists());
    scene.suspect_when(&REFUSES_TOO_MUCH, refused);
    scene.suspect_when(&UNANSWERED, |evidence| evidence.hung || receives_again(evidence));
    scene.suspect_when(&ANSWERS_ONCE, |evidence| evidence.ended == Some(Ended::Code(0)));
    let server = scene.start("server", ["--bind", &endpoint]);
    let req = server.req(&endpoint);
    (server, req)
}

/// The server answers the frame `ping` with the frame `pong`: four bytes each way, nothing before and nothing behind.
#[check]
fn t1_answers_a_ping_with_pong(scene: &Scene) {
    let (_server, req) = serve(scene);
    scene.expect_bytes("the reply to `ping`", req.ask("ping"), "pong");
}

/// A server has no last request. It answers, and is ready for the next one.
#[check]
fn t1_answers_every_ping(scene: &Scene) {
    scene.suspect(&ANSWERS_ONCE);
    let (server, req) = serve(scene);
    for number in 1..=5 {
        scene.expect_bytes(&format!("the reply to `ping` number {number}"), req.ask("ping"), "pong");
    }
    scene.suspect(&DEBUG_OUTPUT);
    let lines = server.lines_at_the_end();
    let bound = format!("bound {}", scene.ipc("door")).into_bytes();
    // The bound line is task 3: here it may be missing.
    scene.expect(
        lines.is_empty() || lines == [bound],
        "nothing on standard output but the bound line",
        || {
            format!(
                "{} lines, of which the last is {}",
                lines.len(),
                show(lines.last().map_or(&[], |line| line))
            )
        },
    );
}

/// Only the four bytes `ping` are a ping. Everything else gets `unknown: ` and comes back as it was.
#[check]
fn t1_answers_anything_else_with_unknown(scene: &Scene) {
    scene.suspect(&COMPARES_LOOSELY);
    let (_server, req) = serve(scene);
    let word = scene.word();
    for request in
        [&word, "exit", "quit", "Ping", "ping ", " ping", "pingping", "pin", "", "ping\n", "ping\0", "pong"]
    {
        let wanted = ["unknown: ", request].concat();
        scene.expect_bytes(&format!("the reply to {}", show(request.as_bytes())), req.ask(request), wanted);
    }
    scene.expect_bytes("the reply to `ping` after all these", req.ask("ping"), "pong");
}

/// A frame is bytes, not text. What is no text must come back byte for byte too, and must not stop the server.
#[check]
fn t1_answers_bytes_that_are_not_text(scene: &Scene) {
    scene.suspect(&EXPECTS_TEXT);
    let (_server, req) = serve(scene);
    for request in [vec![0xff], vec![0xc3, 0x28], [b"ping".as_slice(), &[0xfe]].concat(), scene.bytes(300)] {
        let wanted = [b"unknown: ".as_slice(), &request].concat();
        scene.expect_bytes(&format!("the reply to {}", show(&request)), req.ask(&request), wanted);
    }
}

/// Whether a program refused its arguments.
fn refused(evidence: &Evidence) -> bool {
    evidence.errors.contains("cannot use ")
}

/// Starts the client on a REP of the check's.
fn asked(scene: &Scene, arguments: &[&str]) -> (Program, Peer) {
    scene.suspect_when(&REFUSES_TOO_MUCH, refused);
    let rep = scene.peer(zmq::REP, "client");
    let endpoint = rep.bind("tcp://127.0.0.1:*");
    let client = scene.start("client", ["--connect", &endpoint].iter().chain(arguments));
    (client, rep)
}

/// The client sends `ping`, waits for the reply and prints it. What it prints came over the wire.
#[check]
fn t2_asks_and_prints_the_reply(scene: &Scene) {
    scene.suspect(&SENDS_NOTHING);
    scene.suspect_when(&ADDS_NEWLINE, |evidence| evidence.got == b"ping\n");
    scene.suspect_when(&ADDS_NUL, |evidence| evidence.got == b"ping\0");
    let (client, rep) = asked(scene, &[]);
    scene.suspect_when(&NEVER_ASKS, |evidence| evidence.got == b"pong");
    scene.suspect_when(&NEVER_ASKS, {
        let scene = scene.clone();
        move |evidence| {
            !evidence.hung && evidence.ended == Some(Ended::Code(0)) && !scene.has_message_from("client")
        }
    });
    scene.expect_bytes("the request", rep.receive_frame("a request of the client"), "ping");
    let word = scene.word();
    rep.send(&word);
    scene.suspect(&PRINTS_NOTHING);
    scene.expect_bytes("the client's line", client.line("the reply"), &word);
    scene.suspect(&WRONG_COUNT);
    client.ends_with(0);
}

/// With `--count N` the client asks N times, one after the other, and prints each reply before it asks again.
#[check]
fn t2_asks_as_often_as_told(scene: &Scene) {
    scene.suspect(&WRONG_COUNT);
    let count = scene.number(3..8);
    let (client, rep) = asked(scene, &["--count", &count.to_string()]);
    for number in 1..=count {
        scene.expect_bytes("the request", rep.receive_frame(&format!("request {number} of {count}")), "ping");
        if number > 1 {
            scene.suspect(&PRINTS_LATE);
            let _ = client.line(&format!("reply {}, before request {number} is answered", number - 1));
            scene.suspect(&WRONG_COUNT);
        }
        rep.send(scene.word());
    }
    client.ends_with(0);
    let lines = client.output().out.len() as u64;
    scene.expect(lines == count, &format!("{count} lines, one for each reply"), || format!("{lines} lines"));
    let (none, _rep) = asked(scene, &["--count", "0"]);
    none.ends_with(0);
}

/// The client prints the reply as it came: these bytes and a newline, whatever the bytes are.
#[check]
fn t2_prints_the_reply_as_it_came(scene: &Scene) {
    scene.suspect(&CHANGES_REPLY);
    let replies: [&[u8]; 5] =
        [b"  two  blanks  ", b"", "понг".as_bytes(), &[b'a', 0xff, 0xfe, b'z'], b"\"quoted\""];
    let (client, rep) = asked(scene, &["--count", "5"]);
    for reply in replies {
        let _ = rep.receive_frame("a request of the client");
        rep.send(reply);
        scene.expect_bytes("the client's line", client.line("the reply"), reply);
    }
    client.ends_with(0);
}

/// With `*` for the port the system chooses one. The first line on standard output says which, before anybody could
/// need to know.
#[check]
fn t3_tells_the_port_it_got(scene: &Scene) {
    scene.suspect(&SILENT);
    scene.suspect_when(&REFUSES_TOO_MUCH, refused);
    scene.suspect_when(&PRINTS_THE_RESULT, |evidence| evidence.got.starts_with(b"bound Ok("));
    scene.suspect_when(&ON_STANDARD_ERROR, |evidence| evidence.errors.contains("bound tcp://"));
    scene.suspect_when(&PRINTS_STAR, |evidence| {
        evidence.got.starts_with(b"bound ") && evidence.got.contains(&b'*')
    });
    scene.suspect_when(&PRINTS_LOCALHOST, |evidence| evidence.got.starts_with(b"bound tcp://localhost:"));
    scene.suspect_when(&OTHER_PORT, |evidence| evidence.errors.contains("EADDRINUSE"));
    scene.suspect_when(&GREETS_FIRST, |evidence| {
        !evidence.got.is_empty() && !evidence.got.starts_with(b"bound ")
    });
    let server = scene.start("server", ["--bind", "tcp://127.0.0.1:*"]);
    let endpoint = server.bound();
    let port = endpoint.strip_prefix("tcp://127.0.0.1:").and_then(|port| port.parse::<u16>().ok());
    if port.is_none_or(|port| port == 0) {
        scene.expect_bytes("the bound line", format!("bound {endpoint}"), "bound tcp://127.0.0.1:PORT");
    }
    scene.suspect(&HARD_CODED);
    let req = server.req(&endpoint);
    scene.expect_bytes("the reply at the printed endpoint", req.ask("ping"), "pong");
    scene.suspect(&OTHER_PORT);
    let second = scene.start_as("second server", "server", ["--bind", "tcp://127.0.0.1:*"]);
    let other = second.bound();
    scene.expect(other != endpoint, "two servers to get two ports", || format!("both printed {endpoint}"));
}

/// Over `ipc://PATH` the programs meet at a file, on one machine, without a port.
#[check]
fn t3_works_over_an_ipc_path(scene: &Scene) {
    scene.suspect(&OTHER_TRANSPORT);
    meets_at(scene, &scene.ipc("door"), &scene.ipc("tap"));
}

/// Over `ipc://@NAME` they meet at a name of the Linux kernel's: no file is made, and none is left behind.
#[check]
fn t3_works_over_a_name_without_a_file(scene: &Scene) {
    if !cfg!(target_os = "linux") {
        return scene.note("names without a file exist on Linux only");
    }
    scene.suspect(&OTHER_TRANSPORT);
    meets_at(scene, &scene.abstract_ipc("door"), &scene.abstract_ipc("tap"));
}

/// Server and client, both the student's, meet at an endpoint. A tap before it shows what goes over the wire.
fn meets_at(scene: &Scene, endpoint: &str, before: &str) {
    scene.suspect_when(&REFUSES_TOO_MUCH, refused);
    let server = scene.start("server", ["--bind", endpoint]);
    scene.expect_bytes("the endpoint after `bound `", server.bound(), endpoint);
    let tap = scene.tap("wire").called("client", "server").to(endpoint).listen(before);
    let client = scene.start("client", ["--connect", tap.endpoint(), "--count", "2"]);
    for _ in 0..2 {
        scene.expect_bytes("the client's line", client.line("the reply"), "pong");
    }
    client.ends_with(0);
}

/// Who binds and who connects is free: a server may connect to where a client has bound.
#[check]
fn t4_the_server_may_connect(scene: &Scene) {
    scene.suspect_when(&REFUSES_TOO_MUCH, refused);
    scene.suspect(&ONE_SIDE);
    let req = scene.peer(zmq::REQ, "server");
    let endpoint = req.bind("tcp://127.0.0.1:*");
    let server = scene.start("server", ["--connect", &endpoint]);
    scene.expect_bytes("the reply to `ping`", req.ask("ping"), "pong");
    scene.suspect(&ANNOUNCES_TOO_MUCH);
    // Once it is gone, all that it printed is there.
    server.kill();
    let _ = server.end();
    let lines = server.output().out;
    scene.expect(lines.is_empty(), "no line of a server that binds nothing", || {
        lines.first().map_or_else(String::new, |line| format!("`{}`", String::from_utf8_lossy(line)))
    });
}

/// The client may bind. Then it is the one that tells its port, and servers come to it.
#[check]
fn t4_the_client_may_bind(scene: &Scene) {
    scene.suspect_when(&ONE_SIDE, |evidence| refused(evidence) && evidence.errors.contains("connect"));
    scene.suspect_when(&REFUSES_TOO_MUCH, refused);
    scene.suspect(&SILENT);
    let client = scene.start("client", ["--bind", "tcp://127.0.0.1:*"]);
    let endpoint = client.bound();
    scene.suspect(&ONE_SIDE);
    let tap = scene.tap("wire").called("server", "client").to(&endpoint).start();
    let _server = scene.start("server", ["--connect", tap.endpoint()]);
    scene.expect_bytes("the client's line after the bound line", client.line("the reply"), "pong");
    client.ends_with(0);
}

/// The client may start first: ZeroMQ tries until somebody is there, and then sends what was waiting.
#[check]
fn t4_the_client_may_start_first(scene: &Scene) {
    scene.suspect(&GIVES_UP);
    scene.suspect_when(&GIVES_UP, |evidence| evidence.errors.contains("EAGAIN"));
    let (endpoint, door) = (scene.ipc("door"), scene.folder().join("door"));
    let watch = match UnixListener::bind(&door) {
        Ok(watch) => watch,
        Err(error) => {
            harness::failure::Failure::error(format!("{} cannot be bound: {error}", door.display())).throw()
        }
    };
    let client = scene.start("client", ["--connect", &endpoint]);
    for attempt in 1..=4 {
        client.comes_to(&watch);
        scene.note(format!("the client has come, and nobody was there: attempt {attempt}"));
    }
    drop(watch);
    let _ = std::fs::remove_file(&door);
    let _server = scene.start("server", ["--bind", &endpoint]);
    scene.expect_bytes("the client's line", client.line("the reply"), "pong");
    client.ends_with(0);
}

/// `tcp://*:PORT` is reached on every address of this machine, an address on itself only. So a server that binds
/// 127.0.0.1 cannot be reached from another machine, and one that binds `*` can.
#[check]
fn t4_the_address_decides_who_reaches_it(scene: &Scene) {
    if !cfg!(target_os = "linux") {
        return scene.note("127.0.0.2 is an address of this machine on Linux only");
    }
    scene.suspect_when(&REFUSES_TOO_MUCH, refused);
    scene.suspect(&WRONG_ADDRESS);
    let open = scene.start_as("server on *", "server", ["--bind", "tcp://*:*"]);
    let port = port_of(scene, &open.bound());
    for address in ["127.0.0.1", "127.0.0.2"] {
        let req = open.req(&format!("tcp://{address}:{port}"));
        scene.expect_bytes(&format!("the reply at {address}"), req.ask("ping"), "pong");
    }
    let closed = scene.start_as("server on 127.0.0.1", "server", ["--bind", "tcp://127.0.0.1:*"]);
    let port = port_of(scene, &closed.bound());
    let reached = TcpStream::connect(("127.0.0.2", port)).is_ok();
    scene.expect(!reached, "a server that binds 127.0.0.1 not to be reached at 127.0.0.2", || {
        format!("somebody accepts connections at 127.0.0.2:{port}")
    });
}

fn port_of(scene: &Scene, endpoint: &str) -> u16 {
    let port = endpoint.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    port.unwrap_or_else(|| scene.fail("the bound line to end with a port", show(endpoint.as_bytes())))
}

/// The program must end with exit code 2 and one line on standard error that has the endpoint and `says` in it.
fn refuses(scene: &Scene, role: &str, option: &str, endpoint: &str, says: &str) {
    scene.suspect_when(&PANICS, Evidence::panicked);
    scene.suspect_when(&LOSES_THE_ERROR, |evidence| evidence.ended == Some(Ended::Code(0)));
    scene.suspect_when(&ON_STANDARD_OUTPUT, |evidence| {
        evidence.ended == Some(Ended::Code(2)) && evidence.errors.is_empty()
    });
    scene.suspect_when(&WRONG_CODE, |evidence| matches!(evidence.ended, Some(Ended::Code(1 | 3..))));
    let expected = format!("{role} {option} {endpoint} to end with exit code 2");
    let program = scene.start(role, [option, endpoint]);
    match program.end_or_line(&expected) {
        Err(line) => {
            // Whether it went on or complained on the wrong stream, is seen when it is over.
            let ended = program.ends_soon();
            let then = ended.map_or("went on".into(), |ended| format!("ended with {ended}"));
            scene.fail(expected, format!("it printed {} on standard output, and {then}", show(&line)))
        }
        Ok(Ended::Code(2)) => {}
        Ok(ended) => scene.fail(expected, program.how_it_ended(ended)),
    }
    let errors = program.output().err;
    let one_line = errors.len() == 1;
    let text = errors.first().map(|line| String::from_utf8_lossy(line).into_owned()).unwrap_or_default();
    if !one_line || !text.contains(endpoint) || !text.contains(says) {
        scene.suspect(&SAYS_LITTLE);
        let also = if says.is_empty() { String::new() } else { format!(" and {says}") };
        let seen = errors.iter().map(|line| show(line)).collect::<Vec<_>>().join("\n");
        let seen = if seen.is_empty() { "nothing on standard error".into() } else { seen };
        scene.fail(format!("one line on standard error that names {endpoint}{also}"), seen);
    }
}

/// A port at which hardly anybody listens: below those that the system gives away, and another one in each run.
fn quiet_port(scene: &Scene) -> u64 {
    scene.number(20_000..32_000)
}

/// Between host and port stands a colon. `tcp://*5555` has none, and is refused with a sentence that says so.
#[check]
fn t5_refuses_a_missing_colon(scene: &Scene) {
    scene.suspect(&NO_REFUSAL);
    let port = quiet_port(scene);
    refuses(scene, "server", "--bind", &format!("tcp://*{port}"), "");
    refuses(scene, "client", "--connect", &format!("tcp://localhost{port}"), "");
}

/// `*` means any: any address, any port. One can bind that; one cannot connect to it.
#[check]
fn t5_refuses_a_star_to_connect_to(scene: &Scene) {
    scene.suspect(&NO_REFUSAL);
    refuses(scene, "client", "--connect", &format!("tcp://*:{}", quiet_port(scene)), "");
    refuses(scene, "server", "--connect", "tcp://127.0.0.1:*", "");
}

/// 65535 is the highest port. What is over it is refused, because libzmq takes it for another port or waits for ever.
#[check]
fn t5_refuses_ports_that_do_not_exist(scene: &Scene) {
    scene.suspect(&ACCEPTS_70000);
    let some = scene.number(65_537..100_000);
    for (role, option) in [("server", "--bind"), ("client", "--connect")] {
        for port in [70_000, 65_536, some] {
            refuses(scene, role, option, &format!("tcp://127.0.0.1:{port}"), "");
        }
    }
}

/// The file of an ipc endpoint is made by the bind, its folder is not. Without a folder there is nothing to bind.
#[check]
fn t5_refuses_an_ipc_path_without_its_folder(scene: &Scene) {
    scene.suspect(&NO_REFUSAL);
    refuses(scene, "server", "--bind", &scene.ipc("no/such/folder/door"), "");
    let _ = std::fs::write(scene.folder().join("file"), "not a folder");
    refuses(scene, "server", "--bind", &scene.ipc("file/door"), "");
}

/// An address has one owner at a time. Who comes second is told so: EADDRINUSE.
#[check]
fn t5_refuses_an_address_in_use(scene: &Scene) {
    scene.suspect(&NO_REFUSAL);
    let owner = scene.peer(zmq::REP, "nobody");
    let endpoint = owner.bind("tcp://127.0.0.1:*");
    refuses(scene, "server", "--bind", &endpoint, "EADDRINUSE");
    refuses(scene, "client", "--bind", &endpoint, "EADDRINUSE");
}

/// What works must still be accepted: a wildcard port, every address, a path in the current folder, a name without a
/// file, and a path to connect to that is not there yet.
#[check]
fn t5_accepts_what_works(scene: &Scene) {
    scene.suspect(&REFUSES_TOO_MUCH);
    let path = "ipc://door".to_string();
    let mut bind = vec!["tcp://127.0.0.1:*".to_string(), "tcp://*:*".into(), path, scene.ipc("other-door")];
    if cfg!(target_os = "linux") {
        bind.push(scene.abstract_ipc("door"));
    }
    for (number, endpoint) in (1..).zip(&bind) {
        let server = scene.start_as(&format!("server {number}"), "server", ["--bind", endpoint]);
        let _ = server.line(&format!("the bound line, with --bind {endpoint}"));
    }
    let (endpoint, door) = (scene.ipc("later"), scene.folder().join("later"));
    let _client = scene.start("client", ["--connect", &endpoint]);
    let rep = scene.peer(zmq::REP, "client");
    rep.bind(&endpoint);
    scene.expect(door.exists(), "the path to be bound by the check", || "nothing there".into());
    let _ = rep.receive_frame("a request of the client");
}

/// Both `--bind` and `--connect`, or neither, is no way to be reached: exit code 2, before any socket is opened.
#[check]
fn t5_refuses_wrong_arguments(scene: &Scene) {
    scene.suspect(&NO_REFUSAL);
    for role in ["server", "client"] {
        let both = ["--bind", "tcp://127.0.0.1:*", "--connect", "tcp://127.0.0.1:5555"];
        for arguments in [&both[..], &[], &["--no-such-option"]] {
            let program = scene.start(role, arguments);
            let ended = program.end_or_line(&format!("{role} to end with exit code 2"));
            let right = ended == Ok(Ended::Code(2)) && !program.output().err.is_empty();
            scene.expect(
                right,
                &format!("`{role} {}` to end with exit code 2 and to say why", arguments.join(" ")),
                || match ended {
                    Err(line) => format!("it went on, and printed {}", show(&line)),
                    Ok(ended) => program.how_it_ended(ended),
                },
            );
        }
    }
}
