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
use shared::{Attach, Context, Error, OrExplain, Signals, Socket, uninterrupted};

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

/// Opens the door, starts the threads, serves, and waits until all of them are gone.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let signals = Signals::catch()?;
    let control = context.socket(zmq::REP)?;
    // Where this fails, there is no thread yet that must be ended.
    args.attach.attach(&control)?;
    // How far the threads are comes here, from all of them.
    let progress = context.socket(zmq::PAIR)?;
    progress.bind(worker::PROGRESS).or_explain("bind", worker::PROGRESS)?;
    let mut ends = Vec::new();
    for _ in 0..args.threads {
        let end = context.socket(zmq::PAIR)?;
        end.connect(worker::PROGRESS).or_explain("connect to", worker::PROGRESS)?;
        ends.push(end);
    }
    thread::scope(|scope| {
        for number in 0..args.threads.into() {
            let context = &context;
            let end = ends.pop();
            scope.spawn(move || worker::work(context, number, end));
        }
        let result = serve(&context, &control, &signals, &progress, args.threads.into());
        // All sockets of this thread must be closed before. Where it left with an error, nobody has told the others: this wakes them.
        drop((control, progress));
        context.end();
        result
    })
}

/// Answers until the end, and ends the threads.
fn serve(
    context: &Context,
    control: &zmq::Socket,
    signals: &Signals,
    progress: &zmq::Socket,
    threads: usize,
) -> Result<(), Error> {
    let workers = doors(context, threads)?;
    let mut jobs = Jobs::new(workers.len());
    loop {
        let ready = wait(signals, control, progress, &workers)?;
        if ready[0] {
            break;
        }
        if ready[1] && reply(control, &mut jobs)? {
            break;
        }
        // How far a job is comes before what became of it.
        while let Ok(Ok(text)) = progress.recv_string(zmq::DONTWAIT) {
            if let Some((number, text)) = text.split_once(' ') {
                jobs.hear(number.parse().unwrap_or_default(), text.into())?;
            }
        }
        for (number, worker) in workers.iter().enumerate().filter(|(number, _)| ready[2 + number]) {
            jobs.hear(number, receive(worker)?)?;
        }
        jobs.deal(&workers)?;
    }
    end(&workers, &mut jobs)
}

/// The main thread's ends of the PAIRs, one for each thread.
fn doors(context: &Context, threads: usize) -> Result<Vec<Socket<'_>>, Error> {
    let open = |number| {
        let socket = context.socket(zmq::PAIR)?;
        socket.bind(&worker::endpoint(number)).or_explain("bind", worker::endpoint(number))?;
        Ok(socket)
    };
    (0..threads).map(open).collect()
}

/// Waits until something is there: a signal, a request, or what a thread says, in this order.
fn wait(
    signals: &Signals,
    control: &zmq::Socket,
    progress: &zmq::Socket,
    workers: &[Socket<'_>],
) -> Result<Vec<bool>, Error> {
    let mut items = vec![signals.as_poll_item(), control.as_poll_item(zmq::POLLIN)];
    items.extend(workers.iter().map(|worker| worker.as_poll_item(zmq::POLLIN)));
    items.push(progress.as_poll_item(zmq::POLLIN));
    // A signal interrupts the poll; the next one finds it in `signals`.
    uninterrupted(|| zmq::poll(&mut items, -1)).or_explain("poll", "the main thread's sockets")?;
    Ok(items.iter().map(zmq::PollItem::is_readable).collect())
}

/// Answers a request. True where it was `stop`.
fn reply(control: &zmq::Socket, jobs: &mut Jobs) -> Result<bool, Error> {
    let request = uninterrupted(|| control.recv_multipart(0)).or_explain("receive on", "the REP socket")?;
    let reply = answer(jobs, &request);
    uninterrupted(|| control.send(&reply, 0)).or_explain("send on", "the REP socket")?;
    Ok(reply == "bye")
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

/// Tells every thread to stop, hears all that it still has to say, and reports the jobs that nobody began.
fn end(workers: &[Socket<'_>], jobs: &mut Jobs) -> Result<(), Error> {
    for worker in workers {
        uninterrupted(|| worker.send("", 0)).or_explain("send on", "a PAIR socket")?;
    }
    for (number, worker) in workers.iter().enumerate() {
        loop {
            let text = receive(worker)?;
            if text.is_empty() {
                break;
            }
            jobs.hear(number, text)?;
        }
    }
    jobs.give_up()
}

/// What a thread says next.
fn receive(worker: &zmq::Socket) -> Result<String, Error> {
    let text = uninterrupted(|| worker.recv_string(0)).or_explain("receive on", "a PAIR socket")?;
    Ok(text.unwrap_or_default())
}
