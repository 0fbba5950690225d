//! The store: keeps a table, publishes every change with its number, and answers who asks for the whole of it.

#[path = "../input.rs"]
mod input;

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::Parser;
use shared::{BindEndpoint, Context, Error, announce_as};

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
    let mut store = Store { session: session(), seq: 0, table: BTreeMap::new() };
    let mut input = Input::default();
    let _ = (&context, &args.updates, &args.snapshot, &mut store, announce_as, parse, publish, answer);
    let _ = (&mut input, Input::wait, |ready: input::Ready| (ready.lines, ready.message));
    todo!(
        "lab08 task 1: open a PUB and a ROUTER, bind and announce them, then publish what is typed and answer who asks, for ever"
    )
}

/// A random text. No other run of a store has it.
fn session() -> String {
    shared::still_to_do("lab08 task 5: a random text, another one in each run");
    "a session".into()
}

/// Key and value of a line: the key is what stands before the first `=`, and must not be empty.
fn parse(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let equals = line.iter().position(|&byte| byte == b'=').filter(|&at| at > 0)?;
    Some((&line[..equals], &line[equals + 1..]))
}

/// Changes the table and publishes the change under the next number.
fn publish(updates: &zmq::Socket, store: &mut Store, key: &[u8], value: &[u8]) -> Result<(), Error> {
    if value.is_empty() {
        shared::still_to_do("lab08 task 4: an empty value deletes the key");
    }
    let _ = (updates, &store.session, &mut store.seq, &mut store.table, key, value);
    todo!("lab08 task 1: count the change, make it in the table, and publish it")
}

/// Receives a request, and sends the whole table to the one who asked. What is no request gets no answer.
fn answer(requests: &zmq::Socket, store: &Store) -> Result<(), Error> {
    let _ = (requests, &store.session, store.seq, &store.table);
    todo!(
        "lab08 task 1: receive a request, and send an entry for each key and then the end to the one who asked"
    )
}
