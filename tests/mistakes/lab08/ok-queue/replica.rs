//! The replica, with the queue of its SUB for a buffer: has the same table as the store. It subscribes, asks for a snapshot, and keeps up by the updates.

#[path = "../state.rs"]
mod state;
#[path = "../wire.rs"]
mod wire;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use clap::builder::RangedU64ValueParser;
use shared::{ConnectEndpoint, Context, Error, OrExplain, Socket, print_line};

use state::{Outcome, State, Table};
use wire::{Answer, Update};

/// Keeps a copy of the store's table, and prints it whenever it changes
#[derive(Parser)]
struct Args {
    /// Connect to the store's updates here, as in tcp://127.0.0.1:5556
    #[arg(long, value_name = "ENDPOINT")]
    updates: ConnectEndpoint,
    /// Connect to the store's snapshots here
    #[arg(long, value_name = "ENDPOINT")]
    snapshot: ConnectEndpoint,
    /// For how long nothing of a snapshot may come before it is asked for again, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 1000)]
    #[arg(value_parser = RangedU64ValueParser::<u64>::new().range(1..=86_400_000))]
    timeout: u64,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Subscribes; then by turns takes a snapshot and follows the updates, until one does not fit. What comes during the snapshot waits
/// in the socket.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let updates = subscribe(&context, args)?;
    let mut state = None;
    loop {
        let snapshot = loop {
            if let Some(snapshot) = ask(&context, args)? {
                break snapshot;
            }
        };
        follow(&updates, replace(&mut state, snapshot)?)?;
    }
}

/// A socket that gets all updates from now on.
fn subscribe<'context>(context: &'context Context, args: &Args) -> Result<Socket<'context>, Error> {
    let updates = context.socket(zmq::SUB)?;
    updates.set_rcvhwm(0).or_explain("set the high-water mark of", "the SUB socket")?;
    updates.set_subscribe(b"update").or_explain("subscribe", "the SUB socket")?;
    args.updates.connect(&updates)?;
    Ok(updates)
}

/// Asks for a snapshot and waits for all of it; none where it does not go on.
fn ask(context: &Context, args: &Args) -> Result<Option<State>, Error> {
    let socket = context.socket(zmq::DEALER)?;
    socket.set_linger(0).or_explain("set the linger of", "the DEALER socket")?;
    args.snapshot.connect(&socket)?;
    socket.send("snapshot?", 0).or_explain("send on", "the DEALER socket")?;
    let mut table = Table::new();
    let timeout = i64::try_from(args.timeout).unwrap_or(i64::MAX);
    while socket.poll(zmq::POLLIN, timeout).or_explain("poll", "the DEALER socket")? > 0 {
        let frames = socket.recv_multipart(0).or_explain("receive on", "the DEALER socket")?;
        match Answer::read(&frames) {
            Some(Answer::Entry { key, value }) => drop(table.insert(key, value)),
            Some(Answer::End { session, seq }) => return Ok(Some(State { session, seq, table })),
            None => {}
        }
    }
    Ok(None)
}

/// Puts the snapshot in the place of what was known before, and prints it where the table is another one.
fn replace(state: &mut Option<State>, snapshot: State) -> Result<&mut State, Error> {
    if state.as_ref().is_none_or(|state| state.table != snapshot.table) {
        print_line(snapshot.line())?;
    }
    Ok(state.insert(snapshot))
}

/// Applies updates and prints each table that they make, until one needs a new snapshot.
fn follow(updates: &zmq::Socket, state: &mut State) -> Result<(), Error> {
    loop {
        let frames = updates.recv_multipart(0).or_explain("receive on", "the SUB socket")?;
        match Update::read(&frames).map(|update| state.apply(update)) {
            Some(Outcome::Changed) => print_line(state.line())?,
            Some(Outcome::DoesNotFit) => return Ok(()),
            Some(Outcome::Unchanged) | None => {}
        }
    }
}
