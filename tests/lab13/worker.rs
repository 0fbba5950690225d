//! A worker for the benchmark and the soak: tiles are queued into a rayon pool, and the results go back some at a time.
//!
//! A tile on its way wakes threads in two programs, and each of them takes the processor from one that computes. So results are gathered
//! while the pool has enough to do: a quarter of the credit, but for some milliseconds only. When the pool has not, they are
//! sent at once.
//!
//! It is not lab 12's: that one is yours. `LAB_WORKER` puts another program in its place.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rayon::ThreadPoolBuilder;
use shared::farm::{Job, Pixels, ToFarmer, ToWorker, decode, encode, escape_count};

/// Where the threads of the pool say that tiles are ready.
const RESULTS: &str = "inproc://results";

/// For so long a tile waits for others.
const GATHER: Duration = Duration::from_millis(10);

/// How a worker behaves.
#[derive(Clone, Debug)]
pub struct Manner {
    /// How many threads its pool has.
    pub threads: usize,
    /// How many jobs it may hold.
    pub credit: u32,
    /// How often it says that it lives.
    pub beat: Duration,
    /// What it does wrong at every so many tiles; nothing where this is 0.
    pub errs_at: usize,
}

impl Manner {
    /// As arguments: `THREADS CREDIT BEAT_MS ERRS_AT`.
    pub fn arguments(&self) -> [String; 4] {
        let beat = self.beat.as_millis();
        [self.threads.to_string(), self.credit.to_string(), beat.to_string(), self.errs_at.to_string()]
    }

    /// From such arguments.
    pub fn read(arguments: &[String]) -> Option<Self> {
        let [threads, credit, beat, errs_at] = arguments else { return None };
        Some(Self {
            threads: threads.parse().ok()?,
            credit: credit.parse().ok()?,
            beat: Duration::from_millis(beat.parse().ok()?),
            errs_at: errs_at.parse().ok()?,
        })
    }
}

/// What the pool has done, and how much it has to do.
#[derive(Default)]
struct Outbox {
    /// The season in which a tile was asked for, and its frame.
    ready: Vec<(u8, Vec<u8>)>,
    /// When the first of them was ready.
    since: Option<Instant>,
    /// How many tiles are to be computed.
    open: usize,
}

impl Outbox {
    /// Whether the thread of the sockets should know: `many` are there, the first has waited for long, or only `low` are left to do.
    fn is_due(&self, many: usize, low: usize) -> bool {
        self.ready.len() >= many
            || self.open <= low
            || self.since.is_some_and(|first| first.elapsed() >= GATHER)
    }

    /// Takes all out.
    fn empty(&mut self) -> Vec<(u8, Vec<u8>)> {
        self.since = None;
        std::mem::take(&mut self.ready)
    }
}

type Shared = Arc<Mutex<Outbox>>;

fn lock(outbox: &Shared) -> std::sync::MutexGuard<'_, Outbox> {
    outbox.lock().unwrap_or_else(PoisonError::into_inner)
}

thread_local! {
    /// The socket of a thread of the pool. A socket belongs to one thread.
    static RESULT: RefCell<Option<zmq::Socket>> = const { RefCell::new(None) };
}

/// Works for a farmer until that says Done.
pub fn work(endpoint: &str, name: &str, manner: &Manner) -> Result<(), Box<dyn std::error::Error>> {
    let context = zmq::Context::new();
    let farmer = context.socket(zmq::DEALER)?;
    farmer.set_linger(0)?;
    farmer.set_rcvhwm(0)?;
    farmer.set_sndhwm(0)?;
    farmer.connect(endpoint)?;
    let results = context.socket(zmq::PULL)?;
    results.set_rcvhwm(0)?;
    results.bind(RESULTS)?;
    let pool = ThreadPoolBuilder::new().num_threads(manner.threads).build()?;
    let hello = encode(&ToFarmer::Hello { name: name.into(), credit: manner.credit })?;
    farmer.send(&hello, 0)?;
    let (mut beat, mut heard) = (Instant::now(), Instant::now());
    let (mut count, mut season) = (0, 0u8);
    let outbox = Shared::default();
    let (many, low) = (manner.credit as usize / 4, manner.threads * 2);
    loop {
        let left = i64::try_from(manner.beat.saturating_sub(beat.elapsed()).as_millis())? + 1;
        let mut items = [farmer.as_poll_item(zmq::POLLIN), results.as_poll_item(zmq::POLLIN)];
        zmq::poll(&mut items, left)?;
        while let Ok(frame) = farmer.recv_bytes(zmq::DONTWAIT) {
            heard = Instant::now();
            match decode(&frame)? {
                ToWorker::Job(job) => {
                    let (context, outbox) = (context.clone(), Arc::clone(&outbox));
                    lock(&outbox).open += 1;
                    pool.spawn_fifo(move || {
                        if finish(&outbox, season, compute(&job), (many, low)) {
                            ring(&context);
                        }
                    });
                }
                ToWorker::Done => return Ok(()),
                // What is cancelled here is computed all the same: its answer comes late, and is ignored.
                ToWorker::Cancel { .. } | ToWorker::Heartbeat => {}
            }
        }
        let mut rung = false;
        while results.recv_bytes(zmq::DONTWAIT).is_ok() {
            rung = true;
        }
        let ready = if rung { lock(&outbox).empty() } else { Vec::new() };
        for (_, tile) in ready.into_iter().filter(|(number, _)| *number == season) {
            count += 1;
            if manner.errs_at > 0 && count % manner.errs_at == 0 {
                for frame in wrong(&tile, count / manner.errs_at)? {
                    farmer.send(frame, 0)?;
                }
            }
            farmer.send(tile, 0)?;
        }
        if beat.elapsed() >= manner.beat {
            beat = Instant::now();
            farmer.send(encode(&ToFarmer::Heartbeat)?, 0)?;
        }
        if heard.elapsed() >= manner.beat * 20 {
            // Whoever answers next may be another farmer, who has given no job.
            heard = Instant::now();
            season = season.wrapping_add(1);
            farmer.send(&hello, 0)?;
        }
    }
}

/// Computes a tile, and gives it as a frame.
fn compute(job: &Job) -> Option<Vec<u8>> {
    let mut pixels = Vec::with_capacity(job.w as usize * job.h as usize);
    for y in job.y..job.y + job.h {
        for x in job.x..job.x + job.w {
            pixels.push(escape_count(job.view.point(job.width, job.height, x, y), job.max_iter));
        }
    }
    encode(&ToFarmer::Tile { id: job.id, pixels: Pixels(pixels) }).ok()
}

/// Puts a tile into the outbox. True where the thread of the sockets should know.
fn finish(outbox: &Shared, season: u8, frame: Option<Vec<u8>>, (many, low): (usize, usize)) -> bool {
    let mut outbox = lock(outbox);
    outbox.open -= 1;
    outbox.ready.extend(frame.map(|frame| (season, frame)));
    outbox.since.get_or_insert_with(Instant::now);
    outbox.is_due(many, low)
}

/// Wakes the thread of the sockets.
fn ring(context: &zmq::Context) {
    RESULT.with_borrow_mut(|socket| {
        if socket.is_none() {
            *socket = connect(context).ok();
        }
        // It fails only where the worker has ended.
        let _ = socket.as_ref().map(|socket| socket.send("", 0));
    });
}

fn connect(context: &zmq::Context) -> zmq::Result<zmq::Socket> {
    let socket = context.socket(zmq::PUSH)?;
    socket.set_linger(0)?;
    socket.set_sndhwm(0)?;
    socket.connect(RESULTS)?;
    Ok(socket)
}

/// What a worker may do wrong: answer twice, and after that with a wrong id, a wrong size, or what is no message. For the last three it
/// is dropped.
fn wrong(tile: &[u8], which: usize) -> Result<Vec<Vec<u8>>, Box<dyn std::error::Error>> {
    let ToFarmer::Tile { id, pixels } = decode(tile)? else { return Ok(Vec::new()) };
    let marked = |id, length| encode(&ToFarmer::Tile { id, pixels: Pixels(vec![1; length]) });
    Ok(match which % 4 {
        1 | 2 => vec![tile.to_vec(), marked(id, pixels.0.len())?],
        3 => vec![marked(id + 100_000, pixels.0.len())?],
        _ => vec![marked(id, pixels.0.len() + 1)?],
    })
}
