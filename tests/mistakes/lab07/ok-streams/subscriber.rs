//! As a machine of states: prints the numbers that come, tells which are missing, and leaves when it has missed too many.

use std::process::ExitCode;

use clap::Parser;
use shared::{Attach, Context, Error, OrExplain, print_line};

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

/// What a number is after another one.
enum Step {
    Next,
    Again,
    Restart,
    Gap { first: u64, last: u64 },
}

/// Compares a number with the one before it.
fn step(last: Option<u64>, number: u64) -> Step {
    match (last, number.checked_sub(last.unwrap_or(number))) {
        (None, _) | (_, Some(1)) => Step::Next,
        (_, Some(0)) => Step::Again,
        (_, None) => Step::Restart,
        (Some(last), Some(_)) => Step::Gap { first: last + 1, last: number - 1 },
    }
}

/// Polls, so that several messages are worked off at a time.
fn run(args: &Args) -> Result<bool, Error> {
    let context = Context::new();
    let socket = context.socket(zmq::XSUB)?;
    args.attach.attach(&socket)?;
    // An XSUB subscribes by sending, and keeps what it sent for whoever connects later.
    socket.send(vec![1], 0).or_explain("subscribe with", "the XSUB socket")?;
    let mut last = None;
    loop {
        socket.poll(zmq::POLLIN, -1).or_explain("poll", "the XSUB socket")?;
        while let Ok(frames) = socket.recv_multipart(zmq::DONTWAIT) {
            if frames.first().is_some_and(|frame| frame == b"end") {
                return Ok(true);
            }
            let number = match frames.as_slice() {
                [number, _] => std::str::from_utf8(number).ok().and_then(|text| text.parse().ok()),
                _ => None,
            };
            let Some(number) = number else {
                eprintln!("an odd message of {} frames", frames.len());
                continue;
            };
            match step(last, number) {
                Step::Next => {}
                Step::Again => continue,
                Step::Restart => print_line("restart")?,
                Step::Gap { first, last } => {
                    print_line(format!("lost {first}-{last}"))?;
                    if last - first >= args.max_lag {
                        print_line("too slow")?;
                        return Ok(false);
                    }
                }
            }
            print_line(format!("got {number}"))?;
            last = Some(number);
        }
    }
}
