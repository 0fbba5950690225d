//! The server: keeps one account, and executes every payment once, however often it is asked and however often it dies.

#[path = "../account.rs"]
mod account;
#[path = "../journal.rs"]
mod journal;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use shared::{Attach, Context, Error, OrExplain};

use account::{Account, Answer};
use journal::Journal;

/// Keeps one account: executes every payment once, also when it is killed in between
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    attach: Attach,
    /// The file that the account outlives a death in; it is made where there is none
    #[arg(long, value_name = "FILE")]
    journal: PathBuf,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Reads the journal, then opens the program's one socket and serves.
fn run(args: &Args) -> Result<(), Error> {
    let (mut journal, mut account) = Journal::open(&args.journal)?;
    let context = Context::new();
    let socket = context.socket(zmq::ROUTER)?;
    args.attach.attach(&socket)?;
    loop {
        let request = socket.recv_multipart(0).or_explain("receive on", "the REP socket")?;
        let answer = answer(&mut account, &mut journal, &request);
        socket.send_multipart(reply(&request, answer), 0).or_explain("send on", "the REP socket")?;
    }
}

/// Answers a request: the first answer where the id is known, else a new one, which is in the journal before it is given.
fn answer(account: &mut Account, journal: &mut Journal, request: &[Vec<u8>]) -> Answer {
    let [id, amount] = request else {
        return Answer::refused(format!(
            "a payment has 2 frames, an id and an amount; this has {}",
            request.len()
        ));
    };
    let Some(id) = text(id) else {
        return Answer::refused("an id is text, not empty, in one line");
    };
    if let Some(first) = account.first_answer(id) {
        return first;
    }
    let answer = account.decide(amount);
    // Not remembered where it could not be written: the next try may find room on the disk.
    if let Err(error) = journal.append(id, &answer) {
        return Answer::refused(error.to_string());
    }
    account.remember(id.into(), answer.clone());
    answer
}

/// The id as text; none where it cannot be one.
fn text(id: &[u8]) -> Option<&str> {
    let id = std::str::from_utf8(id).ok()?;
    (!id.is_empty() && !id.contains(['\n', '\0'])).then_some(id)
}

/// The frames of a reply: `ok`, the id and the balance, or `error`, the id and the reason.
fn reply(request: &[Vec<u8>], answer: Answer) -> [Vec<u8>; 3] {
    let id = request.first().cloned().unwrap_or_default();
    match answer {
        Answer::Paid { balance } => ["ok".into(), id, balance.to_string().into()],
        Answer::Refused { why } => ["error".into(), id, why.into()],
    }
}
