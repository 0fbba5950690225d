//! The store: keeps a table, publishes every change with its number, and answers who asks for the whole of it.

#[path = "../input.rs"]
mod input;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::process::ExitCode;

use clap::Parser;
use shared::{BindEndpoint, Context, Error, OrExplain, announce_as};

use input::Input;

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
    let mut input = Input::default();
    let mut known = BTreeSet::new();
    loop {
        let ready = input.wait(&requests)?;
        for line in ready.lines {
            match parse(&line) {
                Some((key, value)) => publish(&updates, &mut store, key, value)?,
                None => eprintln!("not KEY=VALUE: {}", line.escape_ascii()),
            }
        }
        if ready.message {
            answer(&requests, &store, &mut known)?;
        }
    }
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
fn answer(requests: &zmq::Socket, store: &Store, known: &mut BTreeSet<Vec<u8>>) -> Result<(), Error> {
    let message = requests.recv_multipart(0).or_explain("receive on", "the ROUTER socket")?;
    let [identity, request] = message.as_slice() else { return Ok(()) };
    if request != b"snapshot?" {
        return Ok(());
    }
    let send =
        |frames: [&[u8]; 4]| requests.send_multipart(frames, 0).or_explain("send on", "the ROUTER socket");
    known.insert(identity.clone());
    for identity in known.iter() {
        for (key, value) in &store.table {
            send([identity, b"entry", key, value])?;
        }
        send([identity, b"end", store.session.as_bytes(), store.seq.to_string().as_bytes()])?;
    }
    Ok(())
}
