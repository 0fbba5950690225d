//! The ventilator: deals the tasks out, once every worker is there.

use std::process::ExitCode;

use clap::Parser;
use shared::{BindEndpoint, ConnectEndpoint, Context, Error, OrExplain, announce};

/// Deals tasks out to the workers, once the sink has announced `go`
#[derive(Parser)]
struct Args {
    /// Bind here, where the workers fetch their tasks
    #[arg(long, value_name = "ENDPOINT")]
    bind: BindEndpoint,
    /// Connect to the sink's control socket
    #[arg(long, value_name = "ENDPOINT")]
    control: ConnectEndpoint,
    /// How many tasks there are
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    tasks: u32,
    /// The largest number n of a task
    #[arg(long, value_name = "M", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    max: u32,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Opens the sockets, waits for `go`, and deals the tasks.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let tasks = context.socket(zmq::PUSH)?;
    keep_all(&tasks)?;
    args.bind.bind(&tasks)?;
    announce(&tasks)?;
    wait_for_go(&context, &args.control)?;
    for id in 1..=args.tasks {
        let n = n_of(id, args.max);
        let task = [id.to_string(), n.to_string()];
        tasks.send_multipart(&task, 0).or_explain("send on", "the PUSH socket")?;
    }
    Ok(())
}

/// Makes the socket keep every task until a worker has it, however long that takes.
fn keep_all(tasks: &zmq::Socket) -> Result<(), Error> {
    tasks.set_linger(-1).or_explain("set the linger of", "the PUSH socket")
}

/// Waits until the sink announces that every worker is there.
fn wait_for_go(context: &Context, endpoint: &ConnectEndpoint) -> Result<(), Error> {
    let control = context.socket(zmq::SUB)?;
    control.set_subscribe(b"go").or_explain("subscribe on", "the SUB socket")?;
    // When the ventilator ends, the sink may be gone, and nobody need hear that we no longer listen.
    control.set_linger(0).or_explain("set the linger of", "the SUB socket")?;
    endpoint.connect(&control)?;
    match &control.recv_bytes(0).or_explain("receive on", "the SUB socket")?[..] {
        b"go" => Ok(()),
        _ => Err(zmq::Error::EPROTO).or_explain("understand", "the word of the sink"),
    }
}

/// The number n of a task, from 1 to `max`: mixed well, and the same in each run, so that runs can be compared.
fn n_of(id: u32, max: u32) -> u32 {
    let mixed = u64::from(id) * 2_654_435_761 % u64::from(max);
    u32::try_from(mixed).map_or(max, |n| n + 1)
}
