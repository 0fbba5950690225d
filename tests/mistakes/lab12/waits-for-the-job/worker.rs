//! The worker: computes tiles for a farmer with all the threads it was given, and can be spoken to all the time.

#[path = "../computer.rs"]
mod computer;
#[path = "../tile.rs"]
mod tile;

use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use clap::builder::RangedU64ValueParser;
use shared::farm::{HEARTBEAT, Job, ToFarmer, ToWorker, decode, encode};
use shared::message::MessageError;
use shared::{Attach, Context, Error, OrExplain, Socket};

use computer::{RESULTS, Task, compute_all, pool};

/// How many jobs the farmer may give at a time: one that is computed, and the next ones, so that no core waits while a tile is on its way.
const CREDIT: u32 = 8;

/// Computes tiles of a picture for a farmer, with so many threads
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    attach: Attach,
    /// With how many threads to compute
    #[arg(long, value_name = "T", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1024))]
    threads: usize,
    /// The name that the farmer is told
    #[arg(long)]
    name: String,
    /// For how long the farmer may say nothing, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 5000)]
    #[arg(value_parser = RangedU64ValueParser::<u64>::new().range(1..=86_400_000))]
    liveness: u64,
}

/// The thread of the sockets: what it needs, and what it keeps in mind.
struct Worker<'a> {
    args: &'a Args,
    farmer: Socket<'a>,
    results: Socket<'a>,
    queue: Sender<Task>,
    /// The jobs that wait or are computed, by number, each with the flag that stops it.
    jobs: HashMap<u64, Arc<AtomicBool>>,
    /// When the farmer said something last.
    heard: Instant,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Opens the sockets, starts the thread that computes, and serves the farmer until that is done.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let farmer = context.socket(zmq::DEALER)?;
    // Nothing is kept for a farmer who is not there: who comes next gets a Hello first, and no old tiles.
    farmer.set_immediate(true).or_explain("set an option of", "the DEALER socket")?;
    args.attach.attach(&farmer)?;
    let results = context.socket(zmq::PULL)?;
    results.bind(RESULTS).or_explain("bind", RESULTS)?;
    let pool = pool(args.threads)?;
    let (queue, tasks) = mpsc::channel();
    thread::scope(|scope| {
        let computer = scope.spawn(|| {
            let tasks = tasks;
            compute_all(&context, &pool, &tasks)
        });
        let mut worker = Worker { args, farmer, results, queue, jobs: HashMap::new(), heard: Instant::now() };
        let result = worker.serve();
        // That ends the other thread. The PULL socket stays open until then: a PUSH without a partner would wait for one.
        drop(worker.queue);
        result.and(computer.join().unwrap_or_else(|_| Err(stopped())))
    })
}

/// The thread that computes has ended though the worker has not.
fn stopped() -> Error {
    Error::Io { act: "use".into(), object: "the thread that computes".into(), why: "it has ended".into() }
}

impl Worker<'_> {
    /// Says Hello, then does whatever comes first, until the farmer says Done: a message, a result, or the time for a heartbeat.
    fn serve(&mut self) -> Result<(), Error> {
        self.hello()?;
        let mut next = Instant::now() + HEARTBEAT;
        loop {
            let (message, result) = self.wait(next)?;
            if result {
                self.pass_on()?;
            }
            if message && self.take()? {
                return Ok(());
            }
            // Looked at in every turn, so that many messages do not put it off.
            if Instant::now() >= next {
                self.beat()?;
                next = Instant::now() + HEARTBEAT;
            }
        }
    }

    /// Waits until something is there, or until this moment: whether there is a message of the farmer, and whether a result.
    fn wait(&self, until: Instant) -> Result<(bool, bool), Error> {
        let left = until.saturating_duration_since(Instant::now());
        // One more, because a part of a millisecond counts as none.
        let limit = i64::try_from(left.as_millis()).unwrap_or(i64::MAX).saturating_add(1);
        let mut items = [self.farmer.as_poll_item(zmq::POLLIN), self.results.as_poll_item(zmq::POLLIN)];
        zmq::poll(&mut items, limit).or_explain("wait for", "the farmer and the results")?;
        Ok((items[0].is_readable(), items[1].is_readable()))
    }

    fn hello(&self) -> Result<(), Error> {
        self.say(&ToFarmer::Hello { name: self.args.name.clone(), credit: CREDIT })
    }

    /// Says that this worker is alive. To a farmer who was silent for too long it says Hello instead, with empty hands.
    fn beat(&mut self) -> Result<(), Error> {
        if self.heard.elapsed() < Duration::from_millis(self.args.liveness) {
            return self.say(&ToFarmer::Heartbeat);
        }
        self.give_up();
        self.heard = Instant::now();
        self.hello()
    }

    fn say(&self, message: &ToFarmer) -> Result<(), Error> {
        self.farmer.send(encode(message)?, 0).or_explain("send on", "the DEALER socket")
    }

    /// Takes a message of the farmer. True where it says Done.
    fn take(&mut self) -> Result<bool, Error> {
        self.heard = Instant::now();
        match self.receive()? {
            Some(ToWorker::Job(job)) => self.start(job)?,
            Some(ToWorker::Cancel { id }) => self.cancel(id),
            Some(ToWorker::Heartbeat) | None => {}
            Some(ToWorker::Done) => return Ok(true),
        }
        Ok(false)
    }

    /// Receives a message; none if it is not one of the protocol's, which is said on standard error.
    fn receive(&self) -> Result<Option<ToWorker>, Error> {
        let frames = self.farmer.recv_multipart(0).or_explain("receive on", "the DEALER socket")?;
        let message = match &frames[..] {
            [frame] => decode(frame),
            _ => Err(MessageError::Frames(frames.len())),
        };
        match message {
            Ok(message) => Ok(Some(message)),
            Err(error) => {
                eprintln!("skipped what the farmer sent: {error}");
                Ok(None)
            }
        }
    }

    /// Hands a job to the thread that computes, or says at once that it cannot be done.
    fn start(&mut self, job: Job) -> Result<(), Error> {
        if let Err(why) = tile::check(&job) {
            return self.say(&ToFarmer::Failed { id: job.id, why });
        }
        let cancelled = Arc::new(AtomicBool::new(false));
        self.jobs.insert(job.id, Arc::clone(&cancelled));
        self.queue.send(Task { job, cancelled }).map_err(|_| stopped())
    }

    /// Sends a result to the farmer, unless it was cancelled meanwhile.
    fn pass_on(&mut self) -> Result<(), Error> {
        let message = self.results.recv_multipart(0).or_explain("receive on", "the PULL socket")?;
        let [number, frame] = &message[..] else { return Ok(()) };
        let number = number.as_slice().try_into().map(u64::from_le_bytes);
        if number.is_ok_and(|id| self.jobs.remove(&id).is_some()) {
            self.farmer.send(frame, 0).or_explain("send on", "the DEALER socket")?;
        }
        Ok(())
    }

    /// Stops a job; nothing is said about it any more. One that is not in hand has been answered already.
    fn cancel(&mut self, id: u64) {
        if let Some(cancelled) = self.jobs.remove(&id) {
            cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// Stops all jobs.
    fn give_up(&mut self) {
        for (_, cancelled) in self.jobs.drain() {
            cancelled.store(true, Ordering::Relaxed);
        }
    }
}
