//! The sink: collects the results, gives the sign to start, and ends the workers.

#[path = "../report.rs"]
mod report;
#[path = "../sheet.rs"]
mod sheet;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use shared::{BindEndpoint, Context, Error, OrExplain, announce_as, print_line};

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
    let results = context.socket(zmq::PULL)?;
    args.results.bind(&results)?;
    announce_as("results", &results)?;
    let control = context.socket(zmq::PUB)?;
    args.control.bind(&control)?;
    announce_as("control", &control)?;
    let mut sheet = Sheet::new(args.tasks);
    wait_for_workers(&results, &mut sheet, args.workers)?;
    collect(&results, &control, &mut sheet)?;
    for line in sheet.lines() {
        print_line(line)?;
    }
    stop_all(&results, &control, &mut sheet)?;
    // No socket is bound to `tcp://127.0.0.1:*`: it is bound to the port that was free.
    results.unbind(&args.results.to_string()).or_explain("unbind", "the PULL socket")
}

/// Waits until so many different workers are ready.
fn wait_for_workers(results: &zmq::Socket, sheet: &mut Sheet, workers: usize) -> Result<(), Error> {
    while sheet.workers() < workers {
        receive(results, sheet)?;
    }
    Ok(())
}

/// Collects the results of all tasks, and announces `go` meanwhile.
fn collect(results: &zmq::Socket, control: &zmq::Socket, sheet: &mut Sheet) -> Result<(), Error> {
    let mut last = None;
    while !sheet.is_full() {
        announce(control, "go", &mut last)?;
        if results.poll(zmq::POLLIN, 20).or_explain("poll", "the PULL socket")? > 0 {
            receive(results, sheet)?;
        }
    }
    Ok(())
}

/// Announces `stop` until every worker is gone.
fn stop_all(results: &zmq::Socket, control: &zmq::Socket, sheet: &mut Sheet) -> Result<(), Error> {
    let mut last = None;
    while !sheet.all_are_gone() {
        announce(control, "stop", &mut last)?;
        if results.poll(zmq::POLLIN, 20).or_explain("poll", "the PULL socket")? > 0 {
            receive(results, sheet)?;
        }
    }
    Ok(())
}

/// Publishes a word, unless it did so less than a pause ago.
fn announce(control: &zmq::Socket, word: &str, last: &mut Option<Instant>) -> Result<(), Error> {
    if last.is_none_or(|last| last.elapsed() >= PAUSE) {
        control.send(word, 0).or_explain("send on", "the PUB socket")?;
        *last = Some(Instant::now());
    }
    Ok(())
}

/// Receives the next message and enters it into the sheet.
fn receive(results: &zmq::Socket, sheet: &mut Sheet) -> Result<(), Error> {
    let frames = results.recv_multipart(0).or_explain("receive on", "the PULL socket")?;
    match Report::read(&frames) {
        Some(report) => sheet.enter(report),
        None => eprintln!("skipped a message of {} frames that is no report", frames.len()),
    }
    Ok(())
}
