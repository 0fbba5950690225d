//! The service: hashes files in the background, and answers at once, whatever its threads do.

#[path = "../digest.rs"]
mod digest;
#[path = "../jobs.rs"]
mod jobs;
#[path = "../worker.rs"]
mod worker;

use std::process::ExitCode;
use std::thread;

use clap::Parser;
use shared::{Attach, Context, Error, OrExplain, Signals, uninterrupted};

use jobs::Jobs;
use worker::Queue;

/// Hashes files with SHA-256 in the background: `hash PATH`, `status N`, `stop`
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    attach: Attach,
    /// How many threads hash files
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Starts the threads, serves, and waits until all of them are gone.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let queue = Queue::default();
    thread::scope(|scope| {
        for _ in 0..args.threads {
            scope.spawn(|| worker::work(&context, &queue));
        }
        let result = serve(&context, &queue, args);
        queue.end();
        context.end();
        result
    })
}

fn serve(context: &Context, queue: &Queue, args: &Args) -> Result<(), Error> {
    let results = context.socket(zmq::PULL)?;
    results.bind("inproc://results").or_explain("bind", "inproc://results")?;
    let control = context.socket(zmq::REP)?;
    let signals = Signals::catch()?;
    args.attach.attach(&control)?;
    let mut jobs = Jobs::default();
    loop {
        let mut items =
            [signals.as_poll_item(), control.as_poll_item(zmq::POLLIN), results.as_poll_item(zmq::POLLIN)];
        match zmq::poll(&mut items, -1) {
            Err(zmq::Error::EINTR) => continue,
            polled => polled.or_explain("poll", "all")?,
        };
        let [signal, asked, told] = items.map(|item| item.is_readable());
        if signal {
            break;
        }
        if told {
            hear(&results, &mut jobs)?;
        }
        if asked {
            let request = uninterrupted(|| control.recv_multipart(0)).or_explain("receive on", "the REP socket")?;
            let reply = answer(&mut jobs, queue, &request);
            uninterrupted(|| control.send(&reply, 0)).or_explain("send on", "the REP socket")?;
            if reply == "bye" {
                break;
            }
        }
    }
    let left = queue.end();
    for _ in 0..args.threads {
        while hear(&results, &mut jobs)? {}
    }
    for (number, _) in left {
        jobs.over(number, "failed the end came first")?;
    }
    Ok(())
}

/// Hears a result; false where it is a goodbye.
fn hear(results: &zmq::Socket, jobs: &mut Jobs) -> Result<bool, Error> {
    let text = uninterrupted(|| results.recv_string(0)).or_explain("receive on", "the PULL socket")?;
    let text = text.unwrap_or_default();
    let Some((number, outcome)) = text.split_once(' ') else { return Ok(false) };
    jobs.over(number.parse().unwrap_or(0), outcome)?;
    Ok(true)
}

fn answer(jobs: &mut Jobs, queue: &Queue, request: &[Vec<u8>]) -> String {
    let text = match request {
        [frame] => String::from_utf8_lossy(frame),
        _ => return "error: one frame, please".into(),
    };
    if let Some(path) = text.strip_prefix("hash ") {
        let number = jobs.accept(path);
        queue.push(number, path);
        format!("job {number}")
    } else if let Some(number) = text.strip_prefix("status ") {
        jobs.status(number)
    } else if text == "stop" {
        "bye".into()
    } else {
        "error: what is that?".into()
    }
}
