//! Lab 11, envelopes and a broker: one program between clients and workers, which passes frames on as they are and waits for both sides.
//!
//! Each check's comment is the idea that it checks; a failed check prints it. Where a check is not about identities, its clients choose
//! their own, as text.

#[path = "lab11/flood.rs"]
mod flood;
#[path = "lab11/lru.rs"]
mod lru;
#[path = "lab11/mistakes.rs"]
mod mistakes;
#[path = "lab11/stage.rs"]
mod stage;

use harness::failure::{show, show_frames};
use harness::peer::Peer;
use harness::program::Ended;
use harness::{Scene, check, zmq};
use lru::{Held, READY, dealer_worker, free, prime, replies_to, requests, warm_up_lru};
use mistakes::*;
use stage::*;

harness::lab!("lab11": "broker");

/// A program with two sockets says which is which: one line for each, in the order of its options, with the endpoint that it really got.
#[check]
fn t1_says_where_it_has_bound(scene: &Scene) {
    scene.suspect(&BOUND_LINES);
    let backend = scene.ipc("workers");
    let program = scene.start("broker", ["--backend", &backend, "--frontend", "tcp://127.0.0.1:*"]);
    let first = String::from_utf8_lossy(&program.line("the line `bound frontend ENDPOINT`")).into_owned();
    let port =
        first.strip_prefix("bound frontend tcp://127.0.0.1:").and_then(|port| port.parse::<u16>().ok());
    scene.expect(
        port.is_some_and(|port| port > 0),
        "first the line `bound frontend tcp://127.0.0.1:PORT`",
        || show(first.as_bytes()),
    );
    let second = program.line("the line `bound backend ENDPOINT`");
    scene.expect_bytes("the second line", second, format!("bound backend {backend}"));
}

/// A client's request comes to the worker, and the worker's reply to the client. Neither knows of the other: a REQ and a REP, as in lab 01.
#[check]
fn t1_passes_a_request_and_its_reply(scene: &Scene) {
    let broker = start(scene);
    let worker = broker.worker(scene, zmq::REP, "worker");
    let client = broker.client(scene, zmq::REQ, "client");
    for _ in 0..3 {
        let (request, reply) = (scene.word(), scene.word());
        suspect_hang(scene, &NOTHING_PASSES);
        client.send(&request);
        gets(scene, &worker, &[&request]);
        suspect_hang(scene, &REPLY_STAYS);
        worker.send(&reply);
        gets(scene, &client, &[&reply]);
    }
}

/// A message goes through with all its frames, however many there are, and also the empty ones among them.
#[check]
fn t1_keeps_every_frame(scene: &Scene) {
    let broker = start(scene);
    let worker = broker.worker(scene, zmq::DEALER, "worker");
    let client = broker.client(scene, zmq::REQ, "client");
    warm_up(scene, &worker, &client);
    suspect_hang(scene, &LOSES_FRAMES);
    let word = scene.word();
    let long: Vec<&str> = std::iter::repeat_n(word.as_str(), 40).collect();
    for body in
        [&[&word, "b"][..], &["a", "", &word], &[&word, ""], &[&word, "", "", "z"], &["a", "a", "a"], &long]
    {
        client.send_frames(body);
        gets(scene, &worker, &frames(&[b"client", b""], body));
        let back: Vec<&str> =
            body.iter().rev().copied().filter(|frame| *frame != word).chain(["end", ""]).collect();
        worker.send_frames(frames(&[b"client", b""], &back));
        gets(scene, &client, &back);
    }
}

/// A frame is bytes. Most of them are no text, and the broker never needs to know.
#[check]
fn t1_keeps_every_byte(scene: &Scene) {
    let broker = start(scene);
    let worker = broker.worker(scene, zmq::DEALER, "worker");
    let client = broker.client(scene, zmq::REQ, "client");
    warm_up(scene, &worker, &client);
    suspect_hang(scene, &TEXT);
    scene.suspect(&TEXT);
    let all: Vec<u8> = (0..=255).collect();
    let some = scene.bytes(300);
    for body in [&b"\xff\xfe"[..], b"a\0", b"\0", b" blanks ", b"line\n", b"\xc3(", &all, &some] {
        client.send(body);
        gets(scene, &worker, &frames(&[b"client", b""], &[body]));
        let back: Vec<u8> = body.iter().rev().copied().collect();
        worker.send_frames(frames(&[b"client", b""], &[&back]));
        gets(scene, &client, &[back]);
    }
}

/// An identity is up to 255 bytes. A client may set its own; for the others the ROUTER makes one up, a zero byte and four more.
#[check]
fn t1_takes_identities_as_bytes(scene: &Scene) {
    let broker = start(scene);
    let worker = broker.worker(scene, zmq::DEALER, "worker");
    warm_up(scene, &worker, &broker.client(scene, zmq::REQ, "client"));
    suspect_hang(scene, &TEXT);
    let long = [&b"\xf0"[..], &scene.bytes(254)].concat();
    let identities = [&b"\xff\xfe\xfd"[..], b"ab\0", b"\xc3(", b" \n", &long];
    for (number, identity) in identities.into_iter().map(Some).chain([None, None]).enumerate() {
        let client = scene.peer_as(&format!("client {}", number + 1), zmq::REQ, "broker");
        if let Some(identity) = identity {
            identify(scene, &client, identity);
        }
        client.connect(&broker.frontend);
        let (request, reply) = (scene.word(), scene.word());
        client.send(&request);
        let mut got = worker.receive(&format!("the request of {}", client.name()));
        let seen = client_of(scene, &got, 0);
        match identity {
            Some(identity) => {
                expect_frames(scene, "what the worker gets", &got, &[identity, b"", request.as_bytes()])
            }
            None => scene.expect(
                seen.len() == 5 && seen[0] == 0,
                "an identity that the ROUTER made up, a zero byte and four more",
                || show(&seen),
            ),
        }
        got.truncate(2);
        worker.send_frames(frames(&[&got[0], &got.get(1).cloned().unwrap_or_default()], &[&reply]));
        gets(scene, &client, &[&reply]);
    }
}

/// The empty frame between envelope and message is a matter of REQ and REP. A DEALER may send it or not; the broker neither adds it nor
/// takes it away.
#[check]
fn t1_leaves_the_delimiter_to_both_ends(scene: &Scene) {
    let broker = start(scene);
    let worker = broker.worker(scene, zmq::DEALER, "worker");
    warm_up(scene, &worker, &broker.client(scene, zmq::REQ, "early client"));
    suspect_hang(scene, &NEEDS_DELIMITER);
    let client = broker.client(scene, zmq::DEALER, "client");
    let word = scene.word();
    for body in [
        &["", word.as_str()][..],
        &[&word],
        &["", "", &word],
        &["a", &word],
        &["a", "", &word],
        &[""],
        &["", ""],
    ] {
        client.send_frames(body);
        gets(scene, &worker, &frames(&[b"client"], body));
        worker.send_frames(frames(&[b"client"], body));
        gets(scene, &client, body);
    }
}

/// A frame has no longest length; the broker passes megabytes on as it does bytes.
#[check]
fn t1_passes_large_frames(scene: &Scene) {
    let broker = start(scene);
    let worker = broker.worker(scene, zmq::DEALER, "worker");
    let client = broker.client(scene, zmq::REQ, "client");
    warm_up(scene, &worker, &client);
    suspect_hang(scene, &CUTS);
    for length in [300, 5_000, 70_000, 2_000_000_usize] {
        let some = scene.word();
        let large: Vec<u8> = some.bytes().cycle().take(length).collect();
        client.send(&large);
        gets(scene, &worker, &frames(&[b"client", b""], &[&large]));
        worker.send_frames(frames(&[b"client", b""], &[&large]));
        gets(scene, &client, &[&large]);
    }
}

/// Each reply begins with the identity of the client that it is for, and goes there. Who asked first, or last, or not at all, does not
/// matter.
#[check]
fn t1_each_reply_goes_to_its_client(scene: &Scene) {
    let broker = start(scene);
    let worker = broker.worker(scene, zmq::DEALER, "worker");
    let clients = ["anna", "ben", "cleo"].map(|name| broker.client(scene, zmq::REQ, name));
    warm_up(scene, &worker, &clients[0]);
    for index in [0, 1, 2, 1, 1, 0, 2] {
        let (request, reply) = (scene.word(), scene.word());
        suspect_hang(scene, &NOTHING_PASSES);
        clients[index].send(&request);
        let got = worker.receive(&format!("the request of {}", clients[index].name()));
        expect_frames(scene, "what the worker gets", &got, &[clients[index].name(), "", &request]);
        suspect_hang(scene, &OTHER_CLIENT);
        worker.send_frames([clients[index].name(), "", &reply]);
        scene.note(format!("the worker answers {}", clients[index].name()));
        let (who, got) = Peer::receive_any(&clients, &format!("the reply at {}", clients[index].name()));
        scene.suspect(&OTHER_CLIENT);
        scene.expect(who == index, &format!("the reply to {} at {0}", clients[index].name()), || {
            format!("it came to {}", clients[who].name())
        });
        expect_frames(scene, "the reply", &got, &[&reply]);
    }
    // Whom a reply is for, only the worker knows.
    let mut quiet = broker.raw_client(scene, "dora");
    quiet.is_known();
    suspect_hang(scene, &NOTHING_PASSES);
    clients[0].send("a question");
    gets(scene, &worker, &["anna", "", "a question"]);
    suspect_hang(scene, &OTHER_CLIENT);
    worker.send_frames(["dora", "", "an answer"]);
    scene.note("the worker answers dora, who has asked nothing");
    quiet.gets(&["", "an answer"]);
}

/// A broker that has only one of its sockets is of no use. It says what it could not bind, and ends with exit code 2.
#[check]
fn t1_ends_where_a_side_cannot_be_bound(scene: &Scene) {
    scene.suspect(&IGNORES_BIND);
    let other = scene.peer(zmq::REP, "broker");
    let taken = other.bind("tcp://127.0.0.1:*");
    for (name, arguments) in [
        ("first", ["--frontend", &taken, "--backend", "tcp://127.0.0.1:*"]),
        ("second", ["--frontend", "tcp://127.0.0.1:*", "--backend", &taken]),
    ] {
        let broker = scene.start_as(name, "broker", arguments);
        let ended = broker.end();
        scene.expect(
            ended == Ended::Code(2),
            "the broker to end with exit code 2, because the address is in use",
            || broker.how_it_ended(ended),
        );
        let errors = broker.output().errors();
        scene.expect(
            errors.contains("EADDRINUSE") && errors.contains(&taken),
            &format!("a line on standard error that names EADDRINUSE and {taken}"),
            || show(errors.as_bytes()),
        );
    }
}

/// While one worker computes, the others' clients are served: many requests are under way at once, and their replies come in whatever order
/// the workers are done. The broker never waits for the reply to a certain request.
#[check]
fn t2_replies_come_in_any_order(scene: &Scene) {
    let broker = start(scene);
    suspect_hang(scene, &LOCKSTEP);
    let worker = broker.worker(scene, zmq::DEALER, "worker");
    let names = ["anna", "ben", "cleo", "dora"];
    let clients = names.map(|name| broker.client(scene, zmq::REQ, name));
    let mut waiting: Vec<Frames> = Vec::new();
    for client in &clients {
        client.send(scene.word());
        waiting.push(
            worker.receive(&format!("the request of {}, before any other has its reply", client.name())),
        );
    }
    for index in [2, 0, 3, 1] {
        let reply = scene.word();
        expect_frames(
            scene,
            "the envelope of the request",
            &waiting[index][..2.min(waiting[index].len())],
            &[names[index], ""],
        );
        worker.send_frames([names[index], "", &reply]);
        let (who, got) = Peer::receive_any(&clients, &format!("the reply for {}", names[index]));
        scene.suspect(&OTHER_CLIENT);
        scene.expect(who == index, &format!("the reply for {} at {0}", names[index]), || {
            format!("it came to {}", names[who])
        });
        expect_frames(scene, "the reply", &got, &[&reply]);
    }
}

/// A worker dies with a request in its hands. That request is lost; the next one goes to the next worker.
#[check]
fn t2_goes_on_when_workers_die(scene: &Scene) {
    let broker = start(scene);
    suspect_hang(scene, &WAITS_FOR_THE_DEAD);
    for number in 1..=10 {
        let name = format!("worker {number}");
        let mut worker = broker.raw_worker(scene, &name);
        let client = broker.client(scene, zmq::DEALER, &format!("client {number}"));
        let word = scene.word();
        client.send_frames(["", &word]);
        worker.gets(&[client.name(), "", &word]);
        worker.leaves("dies with the request in its hands");
    }
    let client = broker.client(scene, zmq::REQ, "last client");
    let worker = broker.worker(scene, zmq::REP, "last worker");
    let (request, reply) = (scene.word(), scene.word());
    client.send(&request);
    gets(scene, &worker, &[&request]);
    worker.send(&reply);
    gets(scene, &client, &[&reply]);
}

/// A client leaves before its reply is there. The ROUTER has nobody to send it to and drops it; the broker goes on.
#[check]
fn t2_goes_on_when_clients_leave(scene: &Scene) {
    let broker = start(scene);
    suspect_hang(scene, &GONE_CLIENT);
    scene.suspect(&GONE_CLIENT);
    let worker = broker.worker(scene, zmq::DEALER, "worker");
    for name in ["anna", "ben"] {
        let mut client = broker.raw_client(scene, name);
        client.send(&["", "question"]);
        gets(scene, &worker, &[name, "", "question"]);
        client.leaves("leaves");
        worker.send_frames([name, "", "answer"]);
    }
    let client = broker.client(scene, zmq::REQ, "cleo");
    let (request, reply) = (scene.word(), scene.word());
    client.send(&request);
    gets(scene, &worker, &["cleo", "", &request]);
    worker.send_frames(["cleo", "", &reply]);
    gets(scene, &client, &[&reply]);
}

/// However many requests lie ready, a reply does not wait for the last of them to be passed on.
#[check]
fn t2_replies_get_through_a_flood_of_requests(scene: &Scene) {
    flood::of_requests(scene);
}

/// However many replies lie ready, a request does not wait for the last of them to be passed on.
#[check]
fn t2_requests_get_through_a_flood_of_replies(scene: &Scene) {
    flood::of_replies(scene);
}

/// A broker without work sleeps until something comes. One that looks again and again takes a whole core from the workers.
#[check]
fn t2_sleeps_while_nothing_comes(scene: &Scene) {
    let broker = start(scene);
    let worker = broker.worker(scene, zmq::REP, "worker");
    let client = broker.client(scene, zmq::REQ, "client");
    client.send("ping");
    gets(scene, &worker, &["ping"]);
    worker.send("pong");
    gets(scene, &client, &["pong"]);
    scene.suspect(&BUSY);
    scene.expect(
        broker.program.comes_to_rest(scene.deadline()),
        "the broker to sleep, as there is nothing to do",
        || "it computes all the time".into(),
    );
}

/// Requests that come while no worker is there are not lost: they wait, and the first worker gets them all, those of each
/// client in the order in which it sent them.
#[check]
fn t3_requests_wait_for_a_worker(scene: &Scene) {
    let broker = start(scene);
    suspect_hang(scene, &DROPS);
    let names = ["anna", "ben", "cleo"];
    let mut clients = names.map(|name| broker.raw_client(scene, name));
    let words: Vec<[String; 2]> = names.iter().map(|_| [scene.word(), scene.word()]).collect();
    for (client, words) in clients.iter_mut().zip(&words) {
        for word in words {
            client.send(&["", word]);
        }
    }
    broker.settles(scene);
    scene.suspect(&DROPS);
    let worker = broker.worker(scene, zmq::DEALER, "worker");
    let mut seen = [0; 3];
    for number in 1..=6 {
        let got = worker.receive(&format!("request {number} of the 6 that wait for a worker"));
        let client = client_of(scene, &got, 0);
        let Some(index) = names.iter().position(|name| name.as_bytes() == client) else {
            scene.fail("a request of anna, ben or cleo", show_frames(&got))
        };
        scene.expect(seen[index] < 2, &format!("two requests of {}", names[index]), || {
            format!("a third, {}", show_frames(&got))
        });
        if seen[index] == 0 && got.last().is_some_and(|last| *last == words[index][1].as_bytes()) {
            scene.suspect(&NEWEST_FIRST);
        }
        expect_frames(scene, "the request", &got, &[names[index], "", &words[index][seen[index]]]);
        seen[index] += 1;
        worker.send_frames(&got);
    }
    for (client, words) in clients.iter_mut().zip(&words) {
        for word in words {
            client.gets(&["", word]);
        }
    }
}

/// The last worker leaves. From then on requests wait again, for the next worker.
#[check]
fn t3_requests_wait_for_the_next_worker(scene: &Scene) {
    let broker = start(scene);
    suspect_hang(scene, &DROPS);
    let mut client = broker.raw_client(scene, "client");
    for number in 1..=3 {
        let word = scene.word();
        let name = format!("worker {number}");
        if number > 1 {
            client.send(&["", &word]);
            broker.settles(scene);
        }
        let mut worker = broker.raw_worker(scene, &name);
        if number == 1 {
            client.send(&["", &word]);
        }
        worker.gets(&["client", "", &word]);
        worker.send(&["client", "", "done"]);
        client.gets(&["", "done"]);
        worker.leaves("leaves");
    }
}

/// A broker that can do nothing until a worker comes sleeps until one comes, although a request lies ready.
#[check]
fn t3_sleeps_while_requests_wait(scene: &Scene) {
    let broker = start(scene);
    sleeps_beside_a_request(scene, &broker, &SPINS);
}

/// A worker that computes for long reads nothing, and in the end its queue is full. A request for it waits; what a worker *sends* gets through
/// all the same.
#[check]
fn t3_replies_pass_while_no_worker_takes_more(scene: &Scene) {
    flood::of_a_full_worker(scene);
}

/// A worker says READY, gets a request with its client's envelope, and sends the reply with the same envelope. A REQ does that. Its identity is
/// bytes, as a client's is.
#[check]
fn t4_a_ready_worker_gets_requests(scene: &Scene) {
    let broker = start_lru(scene);
    let worker = broker.worker_with(scene, zmq::REQ, "worker", b"\xff\xfe\0");
    worker.send(READY);
    let client = broker.client(scene, zmq::REQ, "client");
    for likely in [&LRU_SILENT, &LRU_AGAIN, &LRU_AGAIN] {
        let (request, reply) = (scene.word(), scene.word());
        suspect_hang(scene, likely);
        client.send(&request);
        gets(scene, &worker, &["client", "", &request]);
        suspect_hang(scene, &LRU_REPLY);
        worker.send_frames(["client", "", &reply]);
        gets(scene, &client, &[&reply]);
    }
}

/// Also here all that stands behind the worker's envelope is passed on as it is: identities of any bytes, several frames, empty ones, large
/// ones, with a delimiter or without.
#[check]
fn t4_passes_frames_as_they_are(scene: &Scene) {
    let broker = start_lru(scene);
    let worker = dealer_worker(scene, &broker, "worker");
    warm_up_lru(scene, &broker, &worker);
    suspect_hang(scene, &LRU_FRAMES);
    let client = scene.peer_as("client", zmq::DEALER, "broker");
    let identity = [&b"\xff\0"[..], &scene.bytes(20)].concat();
    identify(scene, &client, &identity);
    client.connect(&broker.frontend);
    let large = vec![b'x'; 400_000];
    let bodies: [&[&[u8]]; 7] = [
        &[b"", b"a"],
        &[b"", b"a", b"", b"\xff"],
        &[b"", b""],
        &[b"a"],
        &[b"a", b"b", b"c"],
        &[b"", &large, b""],
        &[b"", b"", b"z"],
    ];
    for body in bodies {
        client.send_frames(body);
        gets(scene, &worker, &frames(&[b"", &identity], body));
        worker.send_frames(frames(&[b"", &identity], body));
        gets(scene, &client, body);
    }
}

/// Of the free workers the one gets the next request that has been free longest: whose last reply, or READY, is the oldest.
#[check]
fn t4_the_longest_free_worker_is_next(scene: &Scene) {
    let broker = start_lru(scene);
    let (workers, client, mut held) = prime(scene, &broker, 3);
    for order in [[2, 0, 1], [1, 2, 0], [0, 2, 1], [2, 1, 0]] {
        for index in order {
            free(scene, &workers[index], &client, &mut held[index]);
        }
        suspect_hang(scene, &NOT_LONGEST);
        scene.suspect(&NOT_LONGEST);
        for index in order {
            held[index] = requests(scene, &client, &workers, index, "who has been free longest");
        }
    }
}

/// Without a free worker no request is given away: not to a worker that is busy, and not to nobody. It waits.
#[check]
fn t4_requests_wait_for_a_free_worker(scene: &Scene) {
    let broker = start_lru(scene);
    suspect_hang(scene, &NO_WORKER);
    let mut early = broker.raw_client(scene, "early");
    early.send(&["", "one"]);
    early.send(&["", "two"]);
    broker.settles(scene);
    let first = dealer_worker(scene, &broker, "first");
    gets(scene, &first, &["", "early", "", "one"]);
    broker.settles(scene);
    let second = dealer_worker(scene, &broker, "second");
    let workers = [first, second];
    let (who, got) = Peer::receive_any(&workers, "the second request, which waits for a free worker");
    scene.suspect(&TO_THE_BUSY);
    scene.expect(who == 1, "the second request at the worker that is free", || {
        "it came to the worker that has not answered the first yet".into()
    });
    expect_frames(scene, "the second request", &got, &["", "early", "", "two"]);
    suspect_hang(scene, &LRU_REPLY);
    for (worker, word) in workers.iter().zip(["one", "two"]) {
        worker.send_frames(["", "early", "", word]);
        early.gets(&["", word]);
    }
}

/// A broker that can do nothing until a worker is free sleeps until then, although a request lies ready.
#[check]
fn t4_sleeps_while_requests_wait(scene: &Scene) {
    let broker = start_lru(scene);
    sleeps_beside_a_request(scene, &broker, &SPINS_LRU);
}

/// A worker that is free and says READY once more is still one worker, and still stands where it stood.
#[check]
fn t4_a_second_ready_changes_nothing(scene: &Scene) {
    let broker = start_lru(scene);
    let (workers, client, mut held) = prime(scene, &broker, 3);
    free(scene, &workers[0], &client, &mut held[0]);
    free(scene, &workers[1], &client, &mut held[1]);
    workers[0].send_frames(["", READY]);
    // What this worker sends comes to the broker behind that READY.
    free(scene, &workers[2], &client, &mut held[2]);
    suspect_hang(scene, &READY_TWICE);
    scene.suspect(&READY_TWICE);
    for (index, held) in held.iter_mut().enumerate() {
        *held =
            requests(scene, &client, &workers, index, "who has been free longest, READY once more or not");
    }
}

/// A worker dies with a request in its hands. This request is lost, and no other: the next one goes to the next worker.
#[check]
fn t4_a_dead_worker_loses_its_request_only(scene: &Scene) {
    let broker = start_lru(scene);
    suspect_hang(scene, &LRU_SILENT);
    let client = broker.client(scene, zmq::DEALER, "client");
    for number in 1..=3 {
        let name = format!("worker {number}");
        let mut worker = broker.raw_worker(scene, &name);
        worker.send(&["", READY]);
        let word = scene.word();
        client.send_frames(["", &word]);
        worker.gets(&["", "client", "", &word]);
        suspect_hang(scene, &WAITS_FOR_THE_DEAD);
        scene.suspect(&WAITS_FOR_THE_DEAD);
        worker.leaves("dies with the request in its hands");
    }
    let worker = dealer_worker(scene, &broker, "last worker");
    for _ in 0..2 {
        let word = scene.word();
        client.send_frames(["", &word]);
        gets(scene, &worker, &["", "client", "", &word]);
        worker.send_frames(["", "client", "", &word]);
        gets(scene, &client, &["", &word]);
    }
}

/// A worker dies while it is free. Nobody had a request in hand, so none is lost: the next worker gets it.
#[check]
fn t4_a_worker_that_left_costs_no_request(scene: &Scene) {
    suspect_unreachable(scene, &GONE_WORKER);
    let broker = start_lru(scene);
    suspect_hang(scene, &LRU_SILENT);
    let client = broker.client(scene, zmq::DEALER, "client");
    let mut gone = broker.raw_worker(scene, "worker 1");
    gone.send(&["", READY]);
    client.send_frames(["", "one"]);
    gone.gets(&["", "client", "", "one"]);
    let stays = dealer_worker(scene, &broker, "worker 2");
    client.send_frames(["", "two"]);
    gets(scene, &stays, &["", "client", "", "two"]);
    suspect_hang(scene, &LRU_REPLY);
    gone.send(&["", "client", "", "done"]);
    gets(scene, &client, &["", "done"]);
    let mut held: Held = Some(frames(&[b"", b"client", b""], &["two"]));
    free(scene, &stays, &client, &mut held);
    gone.leaves("leaves; it had been free longest");
    suspect_hang(scene, &DROPS_SILENTLY);
    scene.suspect(&DROPS_SILENTLY);
    client.send_frames(["", "three"]);
    gets(scene, &stays, &["", "client", "", "three"]);
}

/// All workers have left, and the broker believed one to be free. The request that it took for that one waits in the broker's hands.
#[check]
fn t4_the_last_worker_that_left_costs_no_request(scene: &Scene) {
    suspect_unreachable(scene, &GONE_WORKER);
    let broker = start_lru(scene);
    suspect_hang(scene, &LRU_SILENT);
    let mut client = broker.raw_client(scene, "client");
    let mut gone = broker.raw_worker(scene, "worker 1");
    gone.send(&["", READY]);
    client.send(&["", "one"]);
    gone.gets(&["", "client", "", "one"]);
    suspect_hang(scene, &LRU_REPLY);
    gone.send(&["", "client", "", "done"]);
    client.gets(&["", "done"]);
    gone.leaves("leaves; it was the only one, and free");
    suspect_hang(scene, &LAST_GONE);
    scene.suspect(&LAST_GONE);
    client.send(&["", "two"]);
    client.send(&["", "three"]);
    broker.settles(scene);
    let worker = dealer_worker(scene, &broker, "worker 2");
    for word in ["two", "three"] {
        gets(scene, &worker, &["", "client", "", word]);
        worker.send_frames(["", "client", "", word]);
        client.gets(&["", word]);
    }
}

/// A client leaves before its reply is there. The reply is dropped, and the worker is free as after any other.
#[check]
fn t4_a_client_that_left_costs_no_worker(scene: &Scene) {
    suspect_unreachable(scene, &UNREACHABLE);
    let broker = start_lru(scene);
    let worker = dealer_worker(scene, &broker, "worker");
    warm_up_lru(scene, &broker, &worker);
    suspect_hang(scene, &GONE_CLIENT_LRU);
    scene.suspect(&GONE_CLIENT_LRU);
    for name in ["anna", "ben"] {
        let mut client = broker.raw_client(scene, name);
        client.send(&["", "question"]);
        gets(scene, &worker, &["", name, "", "question"]);
        client.leaves("leaves");
        worker.send_frames(["", name, "", "answer"]);
    }
    let client = broker.client(scene, zmq::REQ, "cleo");
    client.send("question");
    gets(scene, &worker, &["", "cleo", "", "question"]);
    worker.send_frames(["", "cleo", "", "answer"]);
    gets(scene, &client, &["answer"]);
}

/// READY is a message of one frame behind the delimiter. A reply is not READY, whatever its client is called and whatever it says.
#[check]
fn t4_a_reply_is_never_taken_for_ready(scene: &Scene) {
    let broker = start_lru(scene);
    let worker = dealer_worker(scene, &broker, "worker");
    warm_up_lru(scene, &broker, &worker);
    suspect_hang(scene, &READY_BY_WORD);
    scene.suspect(&READY_BY_WORD);
    for name in ["READY", "client"] {
        let client = broker.client(scene, zmq::DEALER, name);
        for reply in [&["", "done"][..], &["", READY], &[READY]] {
            client.send_frames(["", "question"]);
            gets(scene, &worker, &["", name, "", "question"]);
            worker.send_frames(frames(&[b"", name.as_bytes()], reply));
            gets(scene, &client, reply);
        }
    }
}

/// A stranger connects to the backend and says what no worker says. It is not taken for a worker, and it ends nothing.
#[check]
fn t4_a_stranger_is_no_worker(scene: &Scene) {
    let broker = start_lru(scene);
    let worker = dealer_worker(scene, &broker, "worker");
    warm_up_lru(scene, &broker, &worker);
    suspect_hang(scene, &STRANGER);
    scene.suspect(&STRANGER);
    let mut stranger = broker.raw_worker(scene, "stranger");
    for message in [
        &["hello"][..],
        &[""],
        &["", ""],
        &["", "hello"],
        &["", "ready"],
        &["", "READY!"],
        &[READY],
        &["one", READY],
        &["one", "two", "three"],
    ] {
        stranger.send(message);
    }
    broker.settles(scene);
    let client = broker.client(scene, zmq::DEALER, "client");
    replies_to(scene, &client, &worker, 3);
}
