//! The farmer, made another way: a table of tiles says who has each, a blocking receive with a limit takes the place of a poll, at most
//! 200 jobs are on their way to a worker, and the journal is lines of text.

#[path = "../picture.rs"]
mod picture;
#[path = "../plan.rs"]
mod plan;
#[path = "../progress.rs"]
mod progress;

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use shared::farm::{HEARTBEAT, Job, ToFarmer, ToWorker, decode, encode};
use shared::{BindEndpoint, Context, Error, OrExplain, announce};

use picture::Picture;
use plan::{Plan, Size, max_iter, tile};
use progress::Progress;

/// More than this are never on their way, whatever the credit: then the default mark is enough.
const MOST: usize = 200;

#[derive(Parser)]
struct Args {
    #[arg(long)]
    bind: BindEndpoint,
    #[arg(long)]
    size: Size,
    #[arg(long, value_parser = tile)]
    tile: u32,
    #[arg(long, value_parser = max_iter)]
    max_iter: u16,
    #[arg(long)]
    liveness: u64,
    #[arg(long)]
    out: PathBuf,
    #[arg(long)]
    journal: Option<PathBuf>,
}

#[derive(Clone, PartialEq)]
enum Tile {
    Free,
    With(Vec<u8>),
    Done,
}

struct Worker {
    credit: usize,
    heard: Instant,
    silent: bool,
    dropped: bool,
    given: HashSet<usize>,
    failed: HashSet<usize>,
}

struct Farmer<'a> {
    router: &'a zmq::Socket,
    jobs: Vec<Job>,
    tiles: Vec<Tile>,
    workers: HashMap<Vec<u8>, Worker>,
    picture: Picture,
    progress: Progress,
    journal: Option<(File, PathBuf)>,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

fn run(args: &Args) -> Result<(), Error> {
    let plan = Plan::new(&args.size, args.tile, args.max_iter);
    picture::prepare(&args.out)?;
    let (jobs, mut progress, mut picture) = (plan.jobs(), Progress::new(plan.count()), Picture::new(&plan));
    let mut tiles = vec![Tile::Free; jobs.len()];
    let mut journal = None;
    if let Some(path) = &args.journal {
        let (file, done) = open(path, &plan)?;
        for (id, pixels) in done {
            tiles[id] = Tile::Done;
            picture.place(&jobs[id], &pixels);
        }
        progress.skip(tiles.iter().filter(|tile| **tile == Tile::Done).count());
        journal = Some((file, path.clone()));
    }
    let context = Context::new();
    let router = context.socket(zmq::ROUTER)?;
    router.set_rcvtimeo(10).or_explain("set a limit for", "the ROUTER socket")?;
    args.bind.bind(&router)?;
    announce(&router)?;
    let mut farmer = Farmer { router: &router, jobs, tiles, workers: HashMap::new(), picture, progress, journal };
    farmer.collect(Duration::from_millis(args.liveness))?;
    for who in farmer.workers.keys() {
        farmer.send(who, &ToWorker::Done)?;
    }
    farmer.picture.save(&args.out, args.max_iter)
}

impl Farmer<'_> {
    fn collect(&mut self, liveness: Duration) -> Result<(), Error> {
        let mut beat = Instant::now();
        while self.tiles.iter().any(|tile| *tile != Tile::Done) {
            match self.router.recv_multipart(0) {
                Ok(frames) => {
                    self.hear(frames)?;
                    // What else is there already; not for ever, because somebody may never stop.
                    for _ in 0..MOST {
                        let Ok(frames) = self.router.recv_multipart(zmq::DONTWAIT) else { break };
                        self.hear(frames)?;
                    }
                }
                Err(zmq::Error::EAGAIN | zmq::Error::EINTR) => self.look_for_silent(liveness)?,
                Err(error) => return Err(error).or_explain("receive on", "the ROUTER socket"),
            }
            self.deal()?;
            if beat.elapsed() > HEARTBEAT {
                beat = Instant::now();
                for who in self.workers.keys() {
                    self.send(who, &ToWorker::Heartbeat)?;
                }
            }
        }
        self.progress.end();
        Ok(())
    }

    fn send(&self, who: &[u8], message: &ToWorker) -> Result<(), Error> {
        self.router.send_multipart([who, &encode(message)?], 0).or_explain("send on", "the ROUTER socket")
    }

    /// Only when nothing is there to be read, so nobody is silent whose message waits.
    fn look_for_silent(&mut self, liveness: Duration) -> Result<(), Error> {
        let mut silent = Vec::new();
        for (who, worker) in &mut self.workers {
            if !worker.silent && !worker.dropped && worker.heard.elapsed() > liveness {
                worker.silent = true;
                silent.push(who.clone());
            }
        }
        silent.iter().try_for_each(|who| self.free(who))
    }

    fn free(&mut self, who: &[u8]) -> Result<(), Error> {
        for id in 0..self.tiles.len() {
            if self.tiles[id] == Tile::With(who.to_vec()) {
                self.tiles[id] = Tile::Free;
                self.send(who, &ToWorker::Cancel { id: id as u64 })?;
            }
        }
        Ok(())
    }

    fn drop(&mut self, who: &[u8]) -> Result<(), Error> {
        if let Some(worker) = self.workers.get_mut(who) {
            worker.dropped = true;
        }
        self.free(who)?;
        self.send(who, &ToWorker::Done)
    }

    /// One job for each who has credit, and so on in turn.
    fn deal(&mut self) -> Result<(), Error> {
        let mut held: HashMap<Vec<u8>, usize> = HashMap::new();
        for tile in &self.tiles {
            if let Tile::With(who) = tile {
                *held.entry(who.clone()).or_default() += 1;
            }
        }
        let mut gifts = Vec::new();
        for (id, tile) in self.tiles.iter_mut().enumerate().filter(|(_, tile)| **tile == Tile::Free) {
            let fits = |(who, worker): &(&Vec<u8>, &mut Worker)| {
                let held = held.get(*who).copied().unwrap_or(0);
                !worker.silent && !worker.dropped && held < worker.credit.min(MOST) && !worker.failed.contains(&id)
            };
            let least = self.workers.iter_mut().filter(fits).min_by_key(|(who, _)| held.get(*who).copied());
            let Some((who, worker)) = least else { continue };
            worker.given.insert(id);
            *held.entry(who.clone()).or_default() += 1;
            *tile = Tile::With(who.clone());
            gifts.push((who.clone(), id));
        }
        for (who, id) in gifts {
            self.progress.begin();
            self.send(&who, &ToWorker::Job(self.jobs[id].clone()))?;
        }
        Ok(())
    }

    fn hear(&mut self, frames: Vec<Vec<u8>>) -> Result<(), Error> {
        let [who, rest @ ..] = &frames[..] else { return Ok(()) };
        let message = if let [frame] = rest { decode::<ToFarmer>(frame).ok() } else { None };
        if self.workers.get(who).is_some_and(|worker| worker.dropped) {
            return Ok(());
        }
        if let Some(ToFarmer::Hello { credit, .. }) = &message {
            self.free(who)?;
            let worker = self.workers.entry(who.clone()).or_insert_with(|| Worker {
                credit: 0,
                heard: Instant::now(),
                silent: false,
                dropped: false,
                given: HashSet::new(),
                failed: HashSet::new(),
            });
            worker.credit = *credit as usize;
        }
        let Some(worker) = self.workers.get_mut(who) else { return Ok(()) };
        worker.heard = Instant::now();
        worker.silent = false;
        let id = match &message {
            None => return self.drop(who),
            Some(ToFarmer::Hello { .. } | ToFarmer::Heartbeat) => return Ok(()),
            Some(ToFarmer::Tile { id, .. } | ToFarmer::Failed { id, .. }) => usize::try_from(*id).unwrap_or(usize::MAX),
        };
        if !worker.given.contains(&id) {
            return self.drop(who);
        }
        if self.tiles[id] != Tile::With(who.clone()) {
            return Ok(());
        }
        let Some(ToFarmer::Tile { pixels, .. }) = message else {
            worker.failed.insert(id);
            self.tiles[id] = Tile::Free;
            return Ok(());
        };
        let job = self.jobs[id].clone();
        if pixels.0.len() != job.w as usize * job.h as usize {
            return self.drop(who);
        }
        if let Some((file, path)) = &mut self.journal {
            let line = line(id, &pixels.0);
            file.write_all(line.as_bytes()).map_err(|error| Error::file("write to", path, &error))?;
        }
        self.tiles[id] = Tile::Done;
        self.picture.place(&job, &pixels.0);
        self.progress.one_more();
        Ok(())
    }
}

fn line(id: usize, pixels: &[u16]) -> String {
    let mut line = id.to_string();
    for count in pixels {
        let _ = write!(line, " {count}");
    }
    line + " end\n"
}

type Done = Vec<(usize, Vec<u16>)>;

fn open(path: &Path, plan: &Plan) -> Result<(File, Done), Error> {
    let failed = |error: std::io::Error| Error::file("open", path, &error);
    let refused = |why: &str| Error::Io { act: "go on from".into(), object: path.display().to_string(), why: why.into() };
    let first = format!("{plan:?}\n");
    if !path.exists() {
        std::fs::write(path, &first).map_err(failed)?;
    }
    let text = std::fs::read(path).map_err(failed)?;
    if !text.starts_with(first.as_bytes()) {
        return Err(refused("it is not of this picture"));
    }
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let lines = String::from_utf8_lossy(&text[first.len()..whole]).into_owned();
    let read = |line: &str| -> Option<(usize, Vec<u16>)> {
        let mut words = line.strip_suffix(" end")?.split(' ');
        Some((words.next()?.parse().ok()?, words.map(|word| word.parse().ok()).collect::<Option<_>>()?))
    };
    let done = lines.lines().map(read).collect::<Option<Vec<_>>>().ok_or_else(|| refused("a line is none of ours"))?;
    let file = OpenOptions::new().append(true).open(path).map_err(failed)?;
    file.set_len(whole as u64).map_err(failed)?;
    Ok((file, done))
}
