//! The sink in one loop: what is announced follows from what is known. It prints when everybody is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use shared::{BindEndpoint, Context, Error, OrExplain, announce_as, print_line};

#[derive(Parser)]
struct Args {
    #[arg(long)]
    results: BindEndpoint,
    #[arg(long)]
    control: BindEndpoint,
    #[arg(long)]
    tasks: usize,
    #[arg(long)]
    workers: usize,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let results = context.socket(zmq::PULL)?;
    args.results.bind(&results)?;
    announce_as("results", &results)?;
    let control = context.socket(zmq::XPUB)?;
    args.control.bind(&control)?;
    announce_as("control", &control)?;
    // Whatever is received is waited for until the next announcement.
    results.set_rcvtimeo(20).or_explain("set the timeout of", "the PULL socket")?;

    let mut counts: Vec<Option<(u64, String)>> = vec![None; args.tasks];
    let (mut there, mut gone) = (BTreeSet::new(), BTreeSet::new());
    let mut last: Option<Instant> = None;
    let mut missing = args.tasks;
    while missing > 0 || there.iter().any(|name| !gone.contains(name)) {
        let word = if missing == 0 { "stop" } else { "go" };
        let due = last.is_none_or(|last| last.elapsed().as_millis() >= 20);
        if due && there.len() >= args.workers {
            control.send(word, 0).or_explain("send on", "the XPUB socket")?;
            last = Some(Instant::now());
        }
        let frames = match results.recv_multipart(0) {
            Ok(frames) => frames,
            Err(zmq::Error::EAGAIN) => continue,
            Err(error) => return Err(error).or_explain("receive on", "the PULL socket"),
        };
        let texts: Vec<String> = frames.iter().map(|frame| String::from_utf8_lossy(frame).into()).collect();
        match texts.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["ready", name] => {
                there.insert(name.to_string());
            }
            ["gone", name] => {
                gone.insert(name.to_string());
            }
            [id, count, name] => {
                let place = id.parse::<usize>().ok().and_then(|id| id.checked_sub(1));
                let place = place.and_then(|place| counts.get_mut(place));
                if let (Some(place @ None), Ok(count)) = (place, count.parse()) {
                    *place = Some((count, name.to_string()));
                    missing -= 1;
                }
            }
            _ => eprintln!("{} frames make no sense", frames.len()),
        }
    }
    let mut tally: BTreeMap<&str, u32> = there.iter().map(|name| (name.as_str(), 0)).collect();
    for (id, (count, name)) in (1..).zip(counts.iter().flatten()) {
        print_line(format!("{id} {count}"))?;
        *tally.entry(name).or_default() += 1;
    }
    print_line(format!("total {}", counts.iter().flatten().map(|(count, _)| count).sum::<u64>()))?;
    let words: Vec<String> = tally.iter().map(|(name, tasks)| format!("{name}:{tasks}")).collect();
    print_line(format!("workers {}", words.join(" ")))
}
