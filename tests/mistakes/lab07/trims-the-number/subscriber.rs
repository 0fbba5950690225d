//! The subscriber: prints the numbers that come, tells which are missing, and leaves when it has missed too many.

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

/// Receives until it is told to end, which gives true, or until it is too slow, which gives false.
fn run(args: &Args) -> Result<bool, Error> {
    let context = Context::new();
    let socket = context.socket(zmq::SUB)?;
    socket.set_subscribe(b"").or_explain("subscribe with", "the SUB socket")?;
    args.attach.attach(&socket)?;
    let mut last = None;
    loop {
        let frames = socket.recv_multipart(0).or_explain("receive on", "the SUB socket")?;
        if frames[0] == b"end" {
            return Ok(true);
        }
        let Some(number) = number(&frames) else {
            eprintln!("skipped a message that is not [number, payload]");
            continue;
        };
        if !tell(last, number, args.max_lag)? {
            return Ok(false);
        }
        last = Some(number);
    }
}

/// The sequence number of a message; none where it is no message of this lab.
fn number(frames: &[Vec<u8>]) -> Option<u64> {
    let [number, _payload] = frames else { return None };
    std::str::from_utf8(number).ok()?.trim().parse().ok()
}

/// Prints what this number means after the last one. False where more than `max_lag` numbers are missing between them.
fn tell(last: Option<u64>, number: u64, max_lag: u64) -> Result<bool, Error> {
    if let Some(last) = last {
        if number == last {
            return Ok(true);
        }
        if number < last {
            print_line("restart")?;
        } else if number - last > 1 {
            print_line(format!("lost {}-{}", last + 1, number - 1))?;
            if number - last - 1 > max_lag {
                print_line("too slow")?;
                return Ok(false);
            }
        }
    }
    print_line(format!("got {number}"))?;
    Ok(true)
}
