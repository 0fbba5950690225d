//! The replica: has the same table as the store. It subscribes, asks for a snapshot, and keeps up by the updates.

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

/// A request for a snapshot, and what has come since it was sent.
struct Request<'context> {
    socket: Socket<'context>,
    /// When it was sent, or when the last message of its answer came.
    since: Instant,
    /// The entries of the answer so far.
    entries: Table,
    /// The updates that came meanwhile, in their order.
    buffer: Vec<Update>,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Subscribes, asks, and keeps up for ever. While a request is open, updates are kept; otherwise they are applied.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let timeout = Duration::from_millis(args.timeout);
    let updates = subscribe(&context, args)?;
    let mut request = Some(ask(&context, args)?);
    let mut state = None;
    loop {
        wait(&updates, request.as_ref(), timeout)?;
        if let Some(update) = receive(&updates)?.and_then(|frames| Update::read(&frames)) {
            match (&mut request, &mut state) {
                (Some(open), Some(_)) if open.buffer.len() >= 10 => drop(update),
                (Some(open), _) => open.buffer.push(update),
                (None, Some(state)) => request = follow(&context, args, state, vec![update])?,
                (None, None) => {}
            }
        }
        let Some(open) = &mut request else { continue };
        if let Some(snapshot) = take(open)? {
            let buffer = std::mem::take(&mut open.buffer);
            request = follow(&context, args, replace(&mut state, snapshot)?, buffer)?;
        } else if open.since.elapsed() >= timeout {
            request = Some(ask(&context, args)?);
        }
    }
}

/// A socket that gets all updates from now on.
fn subscribe<'context>(context: &'context Context, args: &Args) -> Result<Socket<'context>, Error> {
    let updates = context.socket(zmq::SUB)?;
    updates.set_subscribe(b"update").or_explain("subscribe", "the SUB socket")?;
    args.updates.connect(&updates)?;
    Ok(updates)
}

/// Asks for a snapshot, on a socket of its own: what is left of the answer to an earlier request cannot come to it. The buffer
/// begins empty, because updates that came before the request are in its answer.
fn ask<'context>(context: &'context Context, args: &Args) -> Result<Request<'context>, Error> {
    let socket = context.socket(zmq::DEALER)?;
    // A request that nobody took goes away with its socket.
    socket.set_linger(0).or_explain("set the linger of", "the DEALER socket")?;
    args.snapshot.connect(&socket)?;
    socket.send("snapshot?", 0).or_explain("send on", "the DEALER socket")?;
    Ok(Request { socket, since: Instant::now(), entries: Table::new(), buffer: Vec::new() })
}

/// Receives one message of the answer; gives the snapshot when it is complete.
fn take(request: &mut Request) -> Result<Option<State>, Error> {
    let Some(frames) = receive(&request.socket)? else { return Ok(None) };
    request.since = Instant::now();
    match Answer::read(&frames) {
        Some(Answer::Entry { key, value }) => {
            request.entries.insert(key, value);
            Ok(None)
        }
        Some(Answer::End { session, seq }) => {
            Ok(Some(State { session, seq, table: std::mem::take(&mut request.entries) }))
        }
        None => Ok(None),
    }
}

/// Puts the snapshot in the place of what was known before, and prints it where the table is another one.
fn replace(state: &mut Option<State>, snapshot: State) -> Result<&mut State, Error> {
    if state.as_ref().is_none_or(|state| state.table != snapshot.table) {
        print_line(snapshot.line())?;
    }
    Ok(state.insert(snapshot))
}

/// Applies updates and prints each table that they make. Where one does not fit, a new snapshot is asked for; the updates behind it
/// are in that.
fn follow<'context>(
    context: &'context Context,
    args: &Args,
    state: &mut State,
    updates: Vec<Update>,
) -> Result<Option<Request<'context>>, Error> {
    for update in updates {
        match state.apply(update) {
            Outcome::Changed => print_line(state.line())?,
            Outcome::Unchanged => {}
            Outcome::DoesNotFit => return ask(context, args).map(Some),
        }
    }
    Ok(None)
}

/// Waits until there is a message, or until it is time to ask again.
fn wait(updates: &zmq::Socket, request: Option<&Request>, timeout: Duration) -> Result<(), Error> {
    let mut items = vec![updates.as_poll_item(zmq::POLLIN)];
    let mut limit = -1;
    if let Some(request) = request {
        items.push(request.socket.as_poll_item(zmq::POLLIN));
        let left = timeout.saturating_sub(request.since.elapsed());
        // One more, because a part of a millisecond counts as none.
        limit = i64::try_from(left.as_millis()).unwrap_or(i64::MAX).saturating_add(1);
    }
    zmq::poll(&mut items, limit).or_explain("wait for", "updates and the snapshot")?;
    Ok(())
}

/// The next message, where there is one.
fn receive(socket: &zmq::Socket) -> Result<Option<Vec<Vec<u8>>>, Error> {
    match socket.recv_multipart(zmq::DONTWAIT) {
        Err(zmq::Error::EAGAIN) => Ok(None),
        frames => frames.map(Some).or_explain("receive on", "a socket"),
    }
}
