//! An experiment: who comes late, and what have they missed? A store publishes more than a thousand updates a second.
//! Replicas come one after the other, in two ways: first the snapshot and then the subscription, or the other way round.
//!
//! `cargo run -p lab08 --example late`

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use shared::{Context, Error, OrExplain, Socket};

const REPLICAS: u32 = 100;
/// How often the store looks for a request between two updates.
const LOOKS: u32 = 10;
/// How long it sleeps before each look.
const PAUSE: Duration = Duration::from_micros(1);

fn main() -> Result<(), Error> {
    let context = Context::new();
    late_subscriber(&context)?;
    let stop = AtomicBool::new(false);
    let updates = context.socket(zmq::PUB)?;
    let requests = context.socket(zmq::ROUTER)?;
    let (first, second) = (bind(&updates)?, bind(&requests)?);
    thread::scope(|scope| {
        let store = scope.spawn(|| {
            // The store's sockets move into its thread: a socket belongs to one thread.
            let (updates, requests) = (updates, requests);
            publish(&updates, &requests, &stop)
        });
        let result = compare(&context, &first, &second);
        stop.store(true, Ordering::Relaxed);
        store.join().expect("the store does not panic").and(result)
    })
}

/// P1: five updates, then a subscription, then one update more.
fn late_subscriber(context: &Context) -> Result<(), Error> {
    let updates = context.socket(zmq::XPUB)?;
    let endpoint = bind(&updates)?;
    for number in 1..=5 {
        send(&updates, number)?;
    }
    let late = subscribe(context, &endpoint)?;
    // An XPUB receives the subscription, so now it is there.
    updates.recv_bytes(0).or_explain("receive on", "the XPUB socket")?;
    send(&updates, 6)?;
    println!(
        "published 1 to 5, then somebody subscribed, then 6: the first to arrive is {}",
        receive(&late)?
    );
    Ok(())
}

/// P2 and P3: how many of the replicas have missed an update between snapshot and subscription?
fn compare(context: &Context, updates: &str, requests: &str) -> Result<(), Error> {
    let mut missed = 0;
    for replica in 0..REPLICAS {
        come_at_any_moment(replica);
        let snapshot = snapshot(context, requests)?;
        missed += u32::from(!first_after(&subscribe(context, updates)?, snapshot)?);
    }
    println!("snapshot first: {missed} of {REPLICAS} replicas missed something");
    let (mut missed, mut still_missed) = (0, 0);
    for replica in 0..REPLICAS {
        come_at_any_moment(replica);
        let subscribed = subscribe(context, updates)?;
        if first_after(&subscribed, snapshot(context, requests)?)? {
            continue;
        }
        missed += 1;
        // A number is missing. Now that updates arrive, the subscription is there for certain: ask once more.
        still_missed += u32::from(!first_after(&subscribed, snapshot(context, requests)?)?);
    }
    println!("subscription first: {missed} of {REPLICAS} replicas missed something");
    println!("and of these, after a second snapshot: {still_missed}");
    Ok(())
}

/// The last replica ended with an update. The next one shall not always come right behind it.
fn come_at_any_moment(replica: u32) {
    thread::sleep(PAUSE * (replica % LOOKS) * 2);
}

/// Drops the updates that the snapshot has. Whether the first of the others follows on it.
fn first_after(subscribed: &Socket<'_>, snapshot: u64) -> Result<bool, Error> {
    loop {
        let number = receive(subscribed)?;
        if number > snapshot {
            return Ok(number == snapshot + 1);
        }
    }
}

/// The store: an update every `LOOKS` looks for a request, until it is told to stop. So a request may come at any moment between two
/// updates.
fn publish(updates: &zmq::Socket, requests: &zmq::Socket, stop: &AtomicBool) -> Result<(), Error> {
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        send(updates, number)?;
        for _ in 0..LOOKS {
            thread::sleep(PAUSE);
            if requests.poll(zmq::POLLIN, 0).or_explain("poll", "the ROUTER socket")? > 0 {
                let request = requests.recv_multipart(0).or_explain("receive on", "the ROUTER socket")?;
                let snapshot = number.to_string();
                let answer = [&request[0], snapshot.as_bytes()];
                requests.send_multipart(answer, 0).or_explain("send on", "the ROUTER socket")?;
            }
        }
    }
    Ok(())
}

/// Asks for a snapshot; of a table we need only the number here.
fn snapshot(context: &Context, endpoint: &str) -> Result<u64, Error> {
    let socket = context.socket(zmq::DEALER)?;
    socket.connect(endpoint).or_explain("connect to", endpoint)?;
    socket.send("snapshot?", 0).or_explain("send on", "the DEALER socket")?;
    receive(&socket)
}

fn bind(socket: &zmq::Socket) -> Result<String, Error> {
    socket.bind("tcp://127.0.0.1:*").or_explain("bind", "tcp://127.0.0.1:*")?;
    let endpoint = socket.get_last_endpoint().or_explain("ask for the endpoint of", "a socket")?;
    Ok(endpoint.unwrap_or_default())
}

fn subscribe<'context>(context: &'context Context, endpoint: &str) -> Result<Socket<'context>, Error> {
    let socket = context.socket(zmq::SUB)?;
    socket.set_subscribe(b"").or_explain("subscribe", "the SUB socket")?;
    socket.connect(endpoint).or_explain("connect to", endpoint)?;
    Ok(socket)
}

fn send(socket: &zmq::Socket, number: u64) -> Result<(), Error> {
    socket.send(&number.to_string(), 0).or_explain("send on", "the PUB socket")
}

fn receive(socket: &zmq::Socket) -> Result<u64, Error> {
    let number = socket.recv_string(0).or_explain("receive on", "a socket")?;
    Ok(number.ok().and_then(|number| number.parse().ok()).unwrap_or_default())
}
