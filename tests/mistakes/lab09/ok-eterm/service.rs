//! The service: hashes files in the background, and answers at once, whatever its threads do.

#[path = "../digest.rs"]
mod digest;
#[path = "../jobs.rs"]
mod jobs;
#[path = "../worker.rs"]
mod worker;

use std::collections::VecDeque;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use clap::Parser;
use shared::{Attach, Context, Error, OrExplain, Signals, uninterrupted};

use jobs::Jobs;

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

/// Serves; then ends the context, waits for the threads, and hears what they said last.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let (sender, words) = mpsc::channel();
    let mut jobs = Jobs::new(args.threads.into());
    thread::scope(|scope| {
        for number in 0..args.threads.into() {
            let (context, sender) = (&context, sender.clone());
            scope.spawn(move || worker::work(context, number, &sender));
        }
        let result = serve(&context, args, &mut jobs, &words);
        context.end();
        result
    })?;
    drop(sender);
    for (number, text) in words {
        jobs.hear(number, text)?;
    }
    jobs.give_up()
}

fn serve(context: &Context, args: &Args, jobs: &mut Jobs, words: &Receiver<worker::Word>) -> Result<(), Error> {
    let workers = context.socket(zmq::ROUTER)?;
    workers.bind("inproc://main").or_explain("bind", "inproc://main")?;
    // libzmq 4.3.4 does not bear the end of a context in which a thread is still connecting. So hear first that each is there.
    let mut free = VecDeque::new();
    while free.len() < args.threads.into() {
        let frames = uninterrupted(|| workers.recv_multipart(0)).or_explain("receive on", "the ROUTER socket")?;
        free.extend(frames.into_iter().next());
    }
    let control = context.socket(zmq::REP)?;
    let signals = Signals::catch()?;
    args.attach.attach(&control)?;
    loop {
        let mut items =
            [signals.as_poll_item(), control.as_poll_item(zmq::POLLIN), workers.as_poll_item(zmq::POLLIN)];
        uninterrupted(|| zmq::poll(&mut items, -1)).or_explain("poll", "all")?;
        let [signal, asked, told] = items.map(|item| item.is_readable());
        if signal {
            return Ok(());
        }
        if asked {
            let request = uninterrupted(|| control.recv_multipart(0)).or_explain("receive on", "the REP socket")?;
            let reply = answer(jobs, &request);
            uninterrupted(|| control.send(&reply, 0)).or_explain("send on", "the REP socket")?;
            if reply == "bye" {
                return Ok(());
            }
        }
        if told {
            let frames = uninterrupted(|| workers.recv_multipart(0)).or_explain("receive on", "the ROUTER socket")?;
            while let Ok((number, text)) = words.try_recv() {
                jobs.hear(number, text)?;
            }
            if frames[1].is_empty() {
                free.push_back(frames[0].clone());
            }
        }
        while let Some(identity) = free.pop_front() {
            let number = usize::from_be_bytes(identity.as_slice().try_into().unwrap_or_default());
            let Some(path) = jobs.next_for(number) else {
                free.push_front(identity);
                break;
            };
            workers.send_multipart([identity, path.into()], 0).or_explain("send on", "the ROUTER socket")?;
        }
    }
}

/// The answer to a request. Whatever it is, there is one.
fn answer(jobs: &mut Jobs, request: &[Vec<u8>]) -> String {
    let [frame] = request else { return "error: a request has one frame".into() };
    let Ok(text) = std::str::from_utf8(frame) else { return "error: a request is text".into() };
    match text.split_once(' ') {
        Some(("hash", path)) if !path.is_empty() => format!("job {}", jobs.accept(path)),
        Some(("status", number)) => jobs.status(number).into(),
        None if text == "stop" => "bye".into(),
        _ => "error: a request is `hash PATH`, `status N` or `stop`".into(),
    }
}
