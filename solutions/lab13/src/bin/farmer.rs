//! The farmer: gives the tiles of a picture to workers, as many as each may hold, and puts what comes back together.

#[path = "../journal.rs"]
mod journal;
#[path = "../ledger.rs"]
mod ledger;
#[path = "../picture.rs"]
mod picture;
#[path = "../plan.rs"]
mod plan;
#[path = "../progress.rs"]
mod progress;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use shared::farm::{HEARTBEAT, ToFarmer, ToWorker, decode, encode};
use shared::{BindEndpoint, Context, Error, OrExplain, announce};

use journal::{Journal, Tiles};
use ledger::{Identity, Ledger, Verdict};
use picture::Picture;
use plan::{Plan, Size, max_iter, tile};
use progress::Progress;

/// How many messages are taken in a row. All that are there shall be read before somebody counts as silent, but one who never
/// stops talking must not keep the others waiting.
const IN_A_ROW: usize = 10_000;

/// Computes a picture of the Mandelbrot set with any number of workers, and writes it to a PNG file
#[derive(Parser)]
struct Args {
    /// Bind here, as in tcp://127.0.0.1:5570 or tcp://127.0.0.1:* for any free port
    #[arg(long, value_name = "ENDPOINT")]
    bind: BindEndpoint,
    /// The picture's width and height in pixels, as in 640x480
    #[arg(long, value_name = "WxH")]
    size: Size,
    /// The width and height of a tile in pixels, 1 to 1024; at the right and lower border tiles may be smaller
    #[arg(long, value_name = "S", default_value = "64", value_parser = tile)]
    tile: u32,
    /// A point that has not escaped after so many steps counts as never escaping, 1 to 65535
    #[arg(long, value_name = "M", default_value = "256", value_parser = max_iter)]
    max_iter: u16,
    /// A worker of whom nothing was heard for so many milliseconds loses its tiles to others
    #[arg(long, value_name = "MS", default_value = "2000", value_parser = clap::value_parser!(u64).range(1..=86_400_000))]
    liveness: u64,
    /// The picture
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Keep finished tiles in this file, and go on with those that it has already
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Collects the tiles of the picture, from the journal and from workers, and writes it.
fn run(args: &Args) -> Result<(), Error> {
    let plan = Plan::new(&args.size, args.tile, args.max_iter);
    let mut farmer = Farmer {
        picture: Picture::new(&plan),
        ledger: Ledger::new(&plan),
        journal: None,
        progress: Progress::new(plan.count()),
        beat: Instant::now(),
    };
    if let Some(path) = &args.journal {
        farmer.go_on_from(Journal::open(path, &plan)?);
    }
    // Who cannot write the picture shall say so now, and not after hours of work.
    picture::prepare(&args.out)?;
    let context = Context::new();
    let router = context.socket(zmq::ROUTER)?;
    // A ROUTER throws away what has no room, and says nothing. How many jobs wait here is bounded by the workers' credit.
    router.set_sndhwm(0).or_explain("set the high-water mark of", "the ROUTER socket")?;
    args.bind.bind(&router)?;
    announce(&router)?;
    farmer.collect(&router, Duration::from_millis(args.liveness))?;
    farmer.picture.save(&args.out, args.max_iter)?;
    for worker in farmer.ledger.everybody() {
        send(&router, &worker, &ToWorker::Done)?;
    }
    Ok(())
}

/// All that the farmer has besides its socket.
struct Farmer {
    picture: Picture,
    ledger: Ledger,
    journal: Option<Journal>,
    progress: Progress,
    /// When the workers last heard that we are alive.
    beat: Instant,
}

impl Farmer {
    /// Takes over the tiles that a journal has, and writes down the others as they come.
    fn go_on_from(&mut self, (journal, tiles): (Journal, Tiles)) {
        for (id, pixels) in tiles {
            if let Some(job) = self.ledger.was_finished(id, pixels.len()) {
                self.picture.place(&job, &pixels);
            }
        }
        self.ledger.give_out_the_rest();
        self.progress.skip(self.ledger.finished());
        self.journal = Some(journal);
    }

    /// Gives jobs and takes tiles until the picture is whole.
    fn collect(&mut self, router: &zmq::Socket, liveness: Duration) -> Result<(), Error> {
        while !self.ledger.is_whole() {
            let turn = self.next_turn(liveness);
            let due = Instant::now() + turn;
            wait(router, turn)?;
            for _ in 0..IN_A_ROW {
                let Some((from, message)) = receive(router)? else { break };
                self.hear(router, &from, message)?;
            }
            // Whoever was stopped itself has heard nobody meanwhile, and its socket may not have read yet what was said: it takes
            // another turn before it judges.
            if due.elapsed() < liveness / 2 {
                self.give_up_the_silent(router, liveness)?;
            }
            self.deal(router)?;
            self.tell_that_we_live(router)?;
        }
        self.progress.end();
        Ok(())
    }

    /// How long nothing needs to be done if no message comes.
    fn next_turn(&self, liveness: Duration) -> Duration {
        let beat = self.beat + HEARTBEAT;
        let next = self.ledger.next_silence(liveness).map_or(beat, |silence| silence.min(beat));
        next.saturating_duration_since(Instant::now())
    }

    /// Takes the tiles of those who say nothing, for others.
    fn give_up_the_silent(&mut self, router: &zmq::Socket, liveness: Duration) -> Result<(), Error> {
        for worker in self.ledger.silent_for(liveness) {
            self.progress.say(&format!("{} is silent, so its tiles go to others", self.ledger.name(&worker)));
            self.take_back(router, &worker)?;
        }
        Ok(())
    }

    /// Sends every worker a sign of life from time to time.
    fn tell_that_we_live(&mut self, router: &zmq::Socket) -> Result<(), Error> {
        if self.beat.elapsed() >= HEARTBEAT {
            self.beat = Instant::now();
            for worker in self.ledger.everybody() {
                send(router, &worker, &ToWorker::Heartbeat)?;
            }
        }
        Ok(())
    }

    /// Gives every worker as many jobs as it may hold.
    fn deal(&mut self, router: &zmq::Socket) -> Result<(), Error> {
        for worker in self.ledger.present() {
            while let Some(job) = self.ledger.give(&worker) {
                self.progress.begin();
                send(router, &worker, &ToWorker::Job(job))?;
            }
        }
        Ok(())
    }

    /// Does what a message asks for. `message` is none where it could not be read.
    fn hear(
        &mut self,
        router: &zmq::Socket,
        from: &Identity,
        message: Option<ToFarmer>,
    ) -> Result<(), Error> {
        if let Some(ToFarmer::Hello { name, credit }) = message {
            self.ledger.hello(from, &name, credit);
            return Ok(());
        }
        if !self.ledger.heard(from) {
            // Nobody knows its credit, or it was dropped: what it says does not count.
            return Ok(());
        }
        let verdict = match &message {
            Some(ToFarmer::Tile { id, pixels }) => self.ledger.finish(from, *id, pixels.0.len()),
            Some(ToFarmer::Failed { id, why }) => {
                let why = why.escape_debug();
                self.progress.say(&format!("{} cannot do tile {id}: {why}", self.ledger.name(from)));
                self.ledger.failed(from, *id)
            }
            Some(ToFarmer::Hello { .. } | ToFarmer::Heartbeat) => Verdict::Ignore,
            None => Verdict::Wrong("a message that is none of this protocol".into()),
        };
        match (verdict, message) {
            (Verdict::Take(job), Some(ToFarmer::Tile { id, pixels })) => {
                // The journal first: once the worker has its next job, this tile must not be lost any more.
                if let Some(journal) = &mut self.journal {
                    journal.append(id, &pixels)?;
                }
                self.picture.place(&job, &pixels.0);
                self.progress.one_more();
            }
            (Verdict::Wrong(why), _) => {
                self.progress.say(&format!("{} is dropped: it sent {why}", self.ledger.name(from)));
                self.take_back(router, from)?;
                self.ledger.drop_worker(from);
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes a worker's jobs away, and tells it.
    fn take_back(&mut self, router: &zmq::Socket, worker: &Identity) -> Result<(), Error> {
        for id in self.ledger.take_back(worker) {
            send(router, worker, &ToWorker::Cancel { id })?;
        }
        Ok(())
    }
}

/// Waits until a message is there, or the time is over.
fn wait(router: &zmq::Socket, time: Duration) -> Result<(), Error> {
    // Rounded up: who wakes too early finds nothing to do, and waits again for no time at all.
    let ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX).saturating_add(1);
    match router.poll(zmq::POLLIN, ms) {
        Ok(_) | Err(zmq::Error::EINTR) => Ok(()),
        Err(error) => Err(error).or_explain("wait for", "the ROUTER socket"),
    }
}

/// Receives a message without waiting: from whom, and what. None where there is no message.
fn receive(router: &zmq::Socket) -> Result<Option<(Identity, Option<ToFarmer>)>, Error> {
    let mut frames = match router.recv_multipart(zmq::DONTWAIT) {
        Err(zmq::Error::EAGAIN | zmq::Error::EINTR) => return Ok(None),
        result => result.or_explain("receive on", "the ROUTER socket")?,
    };
    let message = match &frames[..] {
        [_, frame] => decode(frame).ok(),
        _ => None,
    };
    // A ROUTER puts the identity before every message, so there is a first frame.
    Ok(Some((frames.swap_remove(0), message)))
}

/// Sends a message to a worker. One who is gone gets nothing, and that is no error.
fn send(router: &zmq::Socket, to: &Identity, message: &ToWorker) -> Result<(), Error> {
    router.send_multipart([to.as_slice(), &encode(message)?], 0).or_explain("send on", "the ROUTER socket")
}
