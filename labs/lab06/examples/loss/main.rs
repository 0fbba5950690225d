//! An experiment: a subscriber connects, the publisher waits for a while and publishes 1000 messages. How many of them are lost?
//!
//! `cargo run -p lab06 --example loss`; `-- --help` tells what can be changed. It measures tcp, ipc and inproc, with different waits, many times
//! each, prints a table and draws a picture.

mod plot;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{available_parallelism, scope, sleep};
use std::time::Duration;

use clap::Parser;
use shared::{Context, Error, OrExplain};

/// How many messages are published in each run.
const MESSAGES: u32 = 1000;
const TRANSPORTS: [&str; 3] = ["tcp", "ipc", "inproc"];

/// Measures how many of 1000 messages a subscriber loses that has just connected
#[derive(Parser)]
struct Args {
    /// How often each transport and each wait are tried
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// How long the publisher waits before it publishes, in milliseconds
    #[arg(long, value_name = "MS", value_delimiter = ',', default_value = "0,1,10,100")]
    waits: Vec<u64>,
    /// How many threads keep each core busy meanwhile
    #[arg(long, value_name = "N", default_value_t = 0)]
    busy: usize,
    /// Where the picture goes
    #[arg(long, value_name = "FILE", default_value = "target/labs/lab06/loss.svg")]
    out: PathBuf,
}

/// What was measured for one transport and one wait.
pub struct Cell {
    transport: &'static str,
    /// In milliseconds.
    wait: u64,
    /// How many messages were lost in each run.
    lost: Vec<u32>,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

fn run(args: &Args) -> Result<(), Error> {
    let over = AtomicBool::new(false);
    let cores = available_parallelism().map_or(1, usize::from);
    let cells = scope(|threads| {
        for _ in 0..args.busy * cores {
            threads.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let cells = measure(args);
        over.store(true, Ordering::Relaxed);
        cells
    })?;
    let file = |act: &'static str| move |error: std::io::Error| Error::file(act, &args.out, &error);
    if let Some(folder) = args.out.parent() {
        fs::create_dir_all(folder).map_err(file("make the folder of"))?;
    }
    let title = format!("{} runs each, {cores} cores, {} busy threads on each", args.runs, args.busy);
    fs::write(&args.out, plot::draw(&cells, MESSAGES, &title)).map_err(file("write"))?;
    println!("\npicture: {}", args.out.display());
    Ok(())
}

/// Measures every transport with every wait, and prints a line for each.
fn measure(args: &Args) -> Result<Vec<Cell>, Error> {
    println!("lost of {MESSAGES} messages, in {} runs each", args.runs);
    println!("transport    wait   runs that lost some     least   median     most");
    let mut cells = Vec::new();
    for transport in TRANSPORTS {
        for &wait in &args.waits {
            let lost = (0..args.runs).map(|_| once(transport, Duration::from_millis(wait)));
            let mut lost = lost.collect::<Result<Vec<u32>, Error>>()?;
            lost.sort_unstable();
            let some = lost.iter().filter(|&&lost| lost > 0).count();
            let (least, median, most) = (lost[0], lost[lost.len() / 2], lost[lost.len() - 1]);
            println!(
                "{transport:9} {wait:4} ms   {some:4} of {:4}         {least:9} {median:8} {most:8}",
                args.runs
            );
            cells.push(Cell { transport, wait, lost });
        }
    }
    Ok(cells)
}

/// One run: connect, wait, publish. Gives how many messages were lost.
fn once(transport: &str, wait: Duration) -> Result<u32, Error> {
    let context = Context::new();
    let publisher = context.socket(zmq::PUB)?;
    // Nothing shall be lost because a queue is full; that is another story.
    publisher.set_sndhwm(0).or_explain("lift the high-water mark of", "the PUB socket")?;
    let endpoint = match transport {
        "tcp" => "tcp://127.0.0.1:*",
        "ipc" => "ipc://*",
        _ => "inproc://loss",
    };
    publisher.bind(endpoint).or_explain("bind", endpoint)?;
    let endpoint = publisher.get_last_endpoint().or_explain("ask for the endpoint of", "the PUB socket")?;
    let endpoint = endpoint.unwrap_or_default();
    let got_end = AtomicBool::new(false);
    scope(|threads| {
        let (context, got_end, endpoint) = (&context, &got_end, endpoint.as_str());
        let (ready, is_ready) = std::sync::mpsc::channel();
        let subscriber = threads.spawn(move || {
            let count = || -> Result<u32, Error> {
                let socket = context.socket(zmq::SUB)?;
                socket.set_rcvhwm(0).or_explain("lift the high-water mark of", "the SUB socket")?;
                socket.set_subscribe(b"").or_explain("subscribe on", "the SUB socket")?;
                socket.connect(endpoint).or_explain("connect to", endpoint)?;
                let _ = ready.send(());
                let mut got = 0;
                while socket.recv_bytes(0).or_explain("receive on", "the SUB socket")? != b"end" {
                    got += 1;
                }
                Ok(got)
            };
            let result = count();
            got_end.store(true, Ordering::Release);
            result
        });
        // Here `connect` has returned.
        let _ = is_ready.recv();
        sleep(wait);
        for number in 1..=MESSAGES {
            publisher.send(&number.to_string(), 0).or_explain("send on", "the PUB socket")?;
        }
        // The first `end` may be lost like everything else.
        while !got_end.load(Ordering::Acquire) {
            publisher.send("end", 0).or_explain("send on", "the PUB socket")?;
            sleep(Duration::from_millis(1));
        }
        let got: u32 = subscriber.join().expect("the thread does not panic")?;
        Ok(MESSAGES - got)
    })
}
