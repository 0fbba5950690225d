//! The ventilator: deals the tasks out, once every worker is there.

use std::process::ExitCode;

use clap::Parser;
use shared::{BindEndpoint, ConnectEndpoint, Context, Error};

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
    let _ = (&context, &args.bind, &args.control, args.tasks, args.max, keep_all, wait_for_go, n_of);
    todo!(
        "lab10 task 1: open a PUSH socket, call `keep_all`, bind and announce it, call `wait_for_go`; then send the tasks"
    )
}

/// Makes the socket keep every task until a worker has it, however long that takes.
fn keep_all(tasks: &zmq::Socket) -> Result<(), Error> {
    let _ = tasks;
    shared::still_to_do("lab10 task 4: set the linger of the socket");
    Ok(())
}

/// Waits until the sink announces that every worker is there.
fn wait_for_go(context: &Context, endpoint: &ConnectEndpoint) -> Result<(), Error> {
    let _ = (context, endpoint);
    shared::still_to_do(
        "lab10 task 2: open a SUB socket, subscribe, connect it, and receive until `go` comes",
    );
    Ok(())
}

/// The number n of a task, from 1 to `max`: mixed well, and the same in each run, so that runs can be compared.
fn n_of(id: u32, max: u32) -> u32 {
    let mixed = u64::from(id) * 2_654_435_761 % u64::from(max);
    u32::try_from(mixed).map_or(max, |n| n + 1)
}
