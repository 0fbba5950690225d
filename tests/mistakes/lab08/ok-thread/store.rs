//! The store, with a thread for standard input: keeps a table, publishes every change with its number, and answers who asks for the whole of it.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::process::ExitCode;

use clap::Parser;
use shared::{BindEndpoint, Context, Error, OrExplain, announce_as};

/// Keeps the table of `KEY=VALUE` lines on standard input (`KEY=` deletes), publishes the changes and answers with snapshots
#[derive(Parser)]
struct Args {
    /// Bind the socket of the updates here, as in tcp://127.0.0.1:5556 or tcp://127.0.0.1:* for any free port
    #[arg(long, value_name = "ENDPOINT")]
    updates: BindEndpoint,
    /// Bind the socket of the snapshots here
    #[arg(long, value_name = "ENDPOINT")]
    snapshot: BindEndpoint,
}

/// What the store keeps.
struct Store {
    session: String,
    /// The number of the last update; 0 before the first.
    seq: u64,
    table: BTreeMap<Vec<u8>, Vec<u8>>,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Opens both sockets and serves for ever. Only this thread touches the table: an update is published and in the table, or
/// neither, whenever a request is answered.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let updates = context.socket(zmq::PUB)?;
    args.updates.bind(&updates)?;
    announce_as("updates", &updates)?;
    let requests = context.socket(zmq::ROUTER)?;
    // A ROUTER throws away what has no room, and says nothing. A snapshot has as many messages as there are entries.
    requests.set_sndhwm(0).or_explain("set the high-water mark of", "the ROUTER socket")?;
    args.snapshot.bind(&requests)?;
    announce_as("snapshot", &requests)?;
    let mut store = Store { session: session(), seq: 0, table: BTreeMap::new() };
    // Plain sockets: the thread that reads may wait for a line for ever, and nothing shall wait for it.
    let inside = zmq::Context::new();
    let lines = inside.socket(zmq::PULL).or_explain("open a socket", "PULL")?;
    lines.bind("inproc://lines").or_explain("bind", "inproc://lines")?;
    std::thread::spawn({
        let inside = inside.clone();
        move || hand_over(&inside)
    });
    loop {
        let mut items = [lines.as_poll_item(zmq::POLLIN), requests.as_poll_item(zmq::POLLIN)];
        zmq::poll(&mut items, -1).or_explain("wait for", "lines and requests")?;
        if items[0].is_readable() {
            let line = lines.recv_bytes(0).or_explain("receive on", "the PULL socket")?;
            match parse(&line) {
                Some((key, value)) => publish(&updates, &mut store, key, value)?,
                None => eprintln!("what is {}?", line.escape_ascii()),
            }
        }
        if items[1].is_readable() {
            answer(&requests, &store)?;
        }
    }
}

/// Reads lines, and sends each to the thread that has the table.
fn hand_over(inside: &zmq::Context) -> Option<()> {
    let socket = inside.socket(zmq::PUSH).ok()?;
    socket.connect("inproc://lines").ok()?;
    for line in std::io::BufRead::split(std::io::stdin().lock(), b'\n') {
        socket.send(line.ok()?, 0).ok()?;
    }
    Some(())
}

/// A random text. No other run of a store has it.
fn session() -> String {
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}

/// Key and value of a line: the key is what stands before the first `=`, and must not be empty.
fn parse(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let equals = line.iter().position(|&byte| byte == b'=').filter(|&at| at > 0)?;
    Some((&line[..equals], &line[equals + 1..]))
}

/// Changes the table and publishes the change under the next number.
fn publish(updates: &zmq::Socket, store: &mut Store, key: &[u8], value: &[u8]) -> Result<(), Error> {
    store.seq += 1;
    if value.is_empty() {
        store.table.remove(key);
    } else {
        store.table.insert(key.to_vec(), value.to_vec());
    }
    let seq = store.seq.to_string();
    let frames = [b"update", store.session.as_bytes(), seq.as_bytes(), key, value];
    updates.send_multipart(frames, 0).or_explain("send on", "the PUB socket")
}

/// Receives a request, and sends the whole table to the one who asked. What is no request gets no answer.
fn answer(requests: &zmq::Socket, store: &Store) -> Result<(), Error> {
    let message = requests.recv_multipart(0).or_explain("receive on", "the ROUTER socket")?;
    let [identity, request] = message.as_slice() else { return Ok(()) };
    if request != b"snapshot?" {
        return Ok(());
    }
    let send =
        |frames: [&[u8]; 4]| requests.send_multipart(frames, 0).or_explain("send on", "the ROUTER socket");
    for (key, value) in &store.table {
        send([identity, b"entry", key, value])?;
    }
    send([identity, b"end", store.session.as_bytes(), store.seq.to_string().as_bytes()])
}
