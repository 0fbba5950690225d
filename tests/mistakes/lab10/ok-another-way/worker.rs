//! A worker that looks at its two sockets by turns, and does what is left in its queue before it goes.

#[path = "../primes.rs"]
mod primes;

use std::process::ExitCode;

use clap::Parser;
use shared::{ConnectEndpoint, Context, Error, OrExplain};

#[derive(Parser)]
struct Args {
    #[arg(long)]
    tasks: ConnectEndpoint,
    #[arg(long)]
    results: ConnectEndpoint,
    #[arg(long)]
    control: ConnectEndpoint,
    #[arg(long)]
    name: Option<String>,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

fn run(args: &Args) -> Result<(), Error> {
    let name = args.name.clone().unwrap_or_else(|| format!("w{}", std::process::id()));
    let context = Context::new();
    let results = context.socket(zmq::PUSH)?;
    results.set_linger(-1).or_explain("set the linger of", "the PUSH socket")?;
    args.results.connect(&results)?;
    let control = context.socket(zmq::SUB)?;
    control.set_linger(0).or_explain("set the linger of", "the SUB socket")?;
    // Both words; `go` is not ours.
    control.set_subscribe(b"").or_explain("subscribe on", "the SUB socket")?;
    args.control.connect(&control)?;
    let tasks = context.socket(zmq::PULL)?;
    tasks.set_rcvtimeo(15).or_explain("set the timeout of", "the PULL socket")?;
    args.tasks.connect(&tasks)?;
    // Twice does no harm: the sink counts names.
    for _ in 0..2 {
        results.send_multipart(["ready", &name], 0).or_explain("send on", "the PUSH socket")?;
    }
    let mut stopped = false;
    loop {
        while let Ok(word) = control.recv_string(zmq::DONTWAIT) {
            stopped |= word.is_ok_and(|word| word == "stop");
        }
        match tasks.recv_multipart(0) {
            Ok(frames) => {
                let numbers: Option<Vec<u32>> =
                    frames.iter().map(|frame| std::str::from_utf8(frame).ok()?.parse().ok()).collect();
                if let Some([id, n]) = numbers.as_deref() {
                    let result = [id.to_string(), primes::up_to(*n).to_string(), name.clone()];
                    results.send_multipart(&result, 0).or_explain("send on", "the PUSH socket")?;
                }
            }
            Err(zmq::Error::EAGAIN) if stopped => break,
            Err(zmq::Error::EAGAIN) => {}
            Err(error) => return Err(error).or_explain("receive on", "the PULL socket"),
        }
    }
    results.send_multipart(["gone", &name], 0).or_explain("send on", "the PUSH socket")
}
