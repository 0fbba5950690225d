//! The server: keeps one account, and executes every payment once, however often it is asked and however often it dies.

#[path = "../account.rs"]
mod account;
#[path = "../journal.rs"]
mod journal;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use shared::{Attach, Context, Error};

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
    let _ = (&args.journal, &args.attach, Journal::open, Context::new, answer, reply);
    todo!(
        "lab04 task 3: open the journal and a REP socket, attach it, then receive, answer and reply, for ever"
    )
}

/// Answers a request: the first answer where the id is known, else a new one, which is in the journal before it is given.
fn answer(account: &mut Account, journal: &mut Journal, request: &[Vec<u8>]) -> Answer {
    let _ = (account, journal, request, text, Answer::refused("why"));
    let _ = (Account::first_answer, Account::decide, Journal::append);
    todo!(
        "lab04 task 3: refuse what is no payment; give the first answer to a known id; else decide, write, remember"
    )
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
