//! The subscriber: prints the numbers that come, tells which are missing, and leaves when it has missed too many.

use std::process::ExitCode;

use clap::Parser;
use shared::{Attach, Context, Error};

/// Prints the sequence numbers that come, tells which are missing, and ends when it is too slow
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    attach: Attach,
    /// How many numbers may be missing at a time
    #[arg(long, value_name = "L")]
    max_lag: u64,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => shared::finish(Err(error)),
    }
}

/// Receives until it is told to end, which gives true, or until it is too slow, which gives false.
fn run(args: &Args) -> Result<bool, Error> {
    let context = Context::new();
    let _ = (&context, args, number, tell);
    todo!("lab07 task 4: a SUB that subscribes to everything; receive, end at `end`, tell each number")
}

/// The sequence number of a message; none where it is no message of this lab.
fn number(frames: &[Vec<u8>]) -> Option<u64> {
    let _ = frames;
    todo!("lab07 task 4: the number in the first of two frames")
}

/// Prints what this number means after the last one. False where more than `max_lag` numbers are missing between them.
fn tell(last: Option<u64>, number: u64, max_lag: u64) -> Result<bool, Error> {
    let _ = (last, number, max_lag);
    todo!("lab07 task 4: print what this number means after the last one")
}
