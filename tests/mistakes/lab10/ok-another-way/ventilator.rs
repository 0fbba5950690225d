//! A ventilator that listens before it binds, and sends its tasks frame by frame, the last one first.

use std::process::ExitCode;

use clap::Parser;
use shared::{BindEndpoint, ConnectEndpoint, Context, Error, OrExplain, announce};

#[derive(Parser)]
struct Args {
    #[arg(long)]
    bind: BindEndpoint,
    #[arg(long)]
    control: ConnectEndpoint,
    #[arg(long)]
    tasks: u32,
    #[arg(long, default_value_t = 10_000)]
    max: u32,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let control = context.socket(zmq::SUB)?;
    control.set_linger(0).or_explain("set the linger of", "the SUB socket")?;
    control.set_subscribe(b"").or_explain("subscribe on", "the SUB socket")?;
    args.control.connect(&control)?;
    let tasks = context.socket(zmq::PUSH)?;
    tasks.set_sndhwm(0).or_explain("lift the high-water mark of", "the PUSH socket")?;
    tasks.set_linger(-1).or_explain("set the linger of", "the PUSH socket")?;
    args.bind.bind(&tasks)?;
    announce(&tasks)?;
    while control.recv_bytes(0).or_explain("receive on", "the SUB socket")? != b"go" {}
    for id in (1..=args.tasks).rev() {
        let n = id.min(args.max);
        tasks.send(id.to_string().as_str(), zmq::SNDMORE).or_explain("send on", "the PUSH socket")?;
        tasks.send(n.to_string().as_str(), 0).or_explain("send on", "the PUSH socket")?;
    }
    Ok(())
}
