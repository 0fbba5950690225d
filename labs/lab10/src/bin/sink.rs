//! The sink: collects the results, gives the sign to start, and ends the workers.

#[path = "../report.rs"]
mod report;
#[path = "../sheet.rs"]
mod sheet;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use shared::{BindEndpoint, Context, Error};

use report::Report;
use sheet::Sheet;

/// How long it takes from one announcement to the next.
const PAUSE: Duration = Duration::from_millis(20);

/// Collects the results of the workers, and tells everybody when to start and when to end
#[derive(Parser)]
struct Args {
    /// Bind here, where the workers send their results
    #[arg(long, value_name = "ENDPOINT")]
    results: BindEndpoint,
    /// Bind here, and announce `go` and `stop`
    #[arg(long, value_name = "ENDPOINT")]
    control: BindEndpoint,
    /// How many tasks there are
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    tasks: u32,
    /// How many workers must be ready before the tasks are dealt
    #[arg(long, value_name = "K")]
    workers: usize,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Opens the sockets, and leads the pipeline from its start to its end.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let sheet = Sheet::new(args.tasks);
    let _ = (&context, &args.results, &args.control, args.workers, sheet.lines());
    let _ = (wait_for_workers, collect, stop_all);
    todo!(
        "lab10 task 1: open a PULL and a PUB, bind and announce them; call `wait_for_workers` and `collect`, print the lines of the sheet, and call `stop_all`"
    )
}

/// Waits until so many different workers are ready.
fn wait_for_workers(results: &zmq::Socket, sheet: &mut Sheet, workers: usize) -> Result<(), Error> {
    let _ = (results, workers, sheet.workers());
    shared::still_to_do("lab10 task 2: receive until so many workers are on the sheet");
    Ok(())
}

/// Collects the results of all tasks, and announces `go` meanwhile.
fn collect(results: &zmq::Socket, control: &zmq::Socket, sheet: &mut Sheet) -> Result<(), Error> {
    let _ = (results, control, sheet.is_full(), announce, receive);
    todo!(
        "lab10 task 1: until the sheet is full, call `announce` with `go`, poll for 20 ms, and `receive` what there is"
    )
}

/// Announces `stop` until every worker is gone.
fn stop_all(results: &zmq::Socket, control: &zmq::Socket, sheet: &mut Sheet) -> Result<(), Error> {
    let _ = (results, control, sheet.all_are_gone());
    shared::still_to_do("lab10 task 3: as `collect` does, until all workers are gone, with `stop`");
    Ok(())
}

/// Publishes a word, unless it did so less than a pause ago.
fn announce(control: &zmq::Socket, word: &str, last: &mut Option<Instant>) -> Result<(), Error> {
    if last.is_none() {
        let _ = (control, word, PAUSE);
        shared::still_to_do("lab10 task 2: publish the word, unless the last time was less than PAUSE ago");
        *last = Some(Instant::now());
    }
    Ok(())
}

/// Receives the next message and enters it into the sheet.
fn receive(results: &zmq::Socket, sheet: &mut Sheet) -> Result<(), Error> {
    let _ = (results, sheet, Sheet::enter, Report::read);
    todo!("lab10 task 1: receive a message with all its frames, and enter what `Report::read` makes of it")
}
