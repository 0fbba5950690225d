//! An experiment: one picture, computed in several ways by two threads. What does each way cost?
//!
//! `cargo run -p lab12 --example speed`
//!
//! Each way is run several times, all of them in turn, and the fastest time of each is shown, as a part of that of one thread.

use std::thread;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use shared::farm::{Job, Pixels, View, escape_count};
use shared::{Context, Error, OrExplain};

/// A way to compute the picture.
type Way<'a> = Box<dyn Fn() -> Result<(), Error> + 'a>;

const THREADS: usize = 2;
const ROUNDS: usize = 15;
const SIDE: u32 = 1024;

fn main() -> Result<(), Error> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(THREADS).build().map_err(|error| Error::Io {
        act: "start".into(),
        object: "threads".into(),
        why: error.to_string(),
    })?;
    let whole = picture();
    let ways: Vec<(&str, Way<'_>)> = vec![
        ("one thread", Box::new(|| with_one(&whole))),
        ("rayon, by rows", Box::new(|| with_pool(&pool, &whole, SIDE))),
        ("rayon, by pixels", Box::new(|| with_pool(&pool, &whole, 1))),
        ("two halves, a thread for each", Box::new(|| in_halves(&whole))),
        ("16 tiles, each by rows, over a socket", Box::new(|| over_sockets(&pool, 256))),
        ("1024 tiles, each by rows, over a socket", Box::new(|| over_sockets(&pool, 32))),
        ("1024 tiles, over a socket, two workers of one thread", Box::new(|| two_workers(32))),
        ("16 tiles, over a socket, two workers of one thread", Box::new(|| two_workers(256))),
    ];
    let mut best = vec![Duration::MAX; ways.len()];
    for _ in 0..ROUNDS {
        for ((_, way), best) in ways.iter().zip(&mut best) {
            let began = Instant::now();
            way()?;
            *best = began.elapsed().min(*best);
        }
    }
    println!("a picture of {SIDE} x {SIDE}: {:.0} ms with one thread", best[0].as_secs_f64() * 1000.0);
    for ((name, _), time) in ways.iter().zip(&best) {
        println!("{:.2}  {name}", time.as_secs_f64() / best[0].as_secs_f64());
    }
    Ok(())
}

fn picture() -> Job {
    // The set is in the upper part, so the rows do not cost the same.
    let view = View { re: -0.75, im: -0.9, width: 3.0 };
    Job { id: 0, view, width: SIDE, height: SIDE, x: 0, y: 0, w: SIDE, h: SIDE, max_iter: 500 }
}

/// The counts of the pixels of a tile from this number on.
fn fill(job: &Job, from: u32, pixels: &mut [u16]) {
    for (pixel, at) in pixels.iter_mut().zip(from..) {
        let (column, row) = (job.x + at % job.w, job.y + at / job.w);
        *pixel = escape_count(job.view.point(job.width, job.height, column, row), job.max_iter);
    }
}

fn empty(job: &Job) -> Vec<u16> {
    vec![0; job.w as usize * job.h as usize]
}

/// One thread computes the whole picture.
fn with_one(job: &Job) -> Result<(), Error> {
    let mut pixels = empty(job);
    fill(job, 0, &mut pixels);
    used(pixels)
}

/// rayon shares out pieces of so many pixels.
fn with_pool(pool: &rayon::ThreadPool, job: &Job, piece: u32) -> Result<(), Error> {
    let mut pixels = empty(job);
    pool.install(|| {
        let pieces = pixels.par_chunks_mut(piece as usize).zip(0..job.w * job.h / piece);
        pieces.for_each(|(pixels, number)| fill(job, number * piece, pixels));
    });
    used(pixels)
}

/// Each thread gets as many rows as the other.
fn in_halves(job: &Job) -> Result<(), Error> {
    let mut pixels = empty(job);
    let half = pixels.len() / 2;
    let (upper, lower) = pixels.split_at_mut(half);
    thread::scope(|scope| {
        scope.spawn(|| fill(job, 0, upper));
        fill(job, job.w * job.h / 2, lower);
    });
    used(pixels)
}

/// So that the compiler does not leave the work out.
fn used(pixels: Vec<u16>) -> Result<(), Error> {
    std::hint::black_box(pixels);
    Ok(())
}

/// The tiles of this side go to a worker with a pool, one after the other, and come back; two of them are always on the way.
fn over_sockets(pool: &rayon::ThreadPool, side: u32) -> Result<(), Error> {
    deal(side, 1, |job| {
        let mut pixels = empty(job);
        pool.install(|| {
            let rows = pixels.par_chunks_mut(job.w as usize).zip(0..job.h);
            rows.for_each(|(pixels, row)| fill(job, row * job.w, pixels));
        });
        pixels
    })
}

/// The tiles go to two workers, each with one thread.
fn two_workers(side: u32) -> Result<(), Error> {
    deal(side, THREADS, |job| {
        let mut pixels = empty(job);
        fill(job, 0, &mut pixels);
        pixels
    })
}

/// Deals the tiles of this side to workers that have a credit of two, over tcp.
fn deal(side: u32, workers: usize, compute: impl Fn(&Job) -> Vec<u16> + Sync) -> Result<(), Error> {
    let whole = picture();
    let tiles: Vec<Job> = (0..SIDE / side * (SIDE / side))
        .map(|number| {
            let (x, y) = (number % (SIDE / side) * side, number / (SIDE / side) * side);
            Job { id: u64::from(number), x, y, w: side, h: side, ..whole.clone() }
        })
        .collect();
    let context = Context::new();
    let farmer = context.socket(zmq::ROUTER)?;
    farmer.bind("tcp://127.0.0.1:*").or_explain("bind", "tcp://127.0.0.1:*")?;
    let endpoint = match farmer.get_last_endpoint().or_explain("ask", "the ROUTER socket")? {
        Ok(endpoint) => endpoint,
        Err(_) => return Ok(()),
    };
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| work(&context, &endpoint, &compute));
        }
        farm(&farmer, &tiles, workers)
    })
}

/// Computes what comes, until there is an empty message.
fn work(context: &Context, endpoint: &str, compute: &impl Fn(&Job) -> Vec<u16>) -> Result<(), Error> {
    use shared::farm::{ToFarmer, ToWorker, decode, encode};
    let farmer = context.socket(zmq::DEALER)?;
    farmer.connect(endpoint).or_explain("connect to", endpoint)?;
    farmer
        .send(encode(&ToFarmer::Hello { name: String::new(), credit: 2 })?, 0)
        .or_explain("send on", "DEALER")?;
    loop {
        let frame = farmer.recv_bytes(0).or_explain("receive on", "DEALER")?;
        let ToWorker::Job(job) = decode(&frame)? else { return Ok(()) };
        let tile = ToFarmer::Tile { id: job.id, pixels: Pixels(compute(&job)) };
        farmer.send(encode(&tile)?, 0).or_explain("send on", "DEALER")?;
    }
}

/// Gives each worker two tiles, and then one for each that comes back.
fn farm(farmer: &zmq::Socket, tiles: &[Job], workers: usize) -> Result<(), Error> {
    use shared::farm::{ToFarmer, ToWorker, decode, encode};
    let mut left = tiles.iter();
    let mut open = 0;
    let mut known = Vec::new();
    while known.len() < workers || open > 0 || left.len() > 0 {
        let message = farmer.recv_multipart(0).or_explain("receive on", "ROUTER")?;
        let [identity, frame] = &message[..] else { continue };
        let room = match decode(frame)? {
            ToFarmer::Hello { credit, .. } => {
                known.push(identity.clone());
                credit as usize
            }
            ToFarmer::Tile { pixels, .. } => {
                std::hint::black_box(pixels);
                open -= 1;
                1
            }
            ToFarmer::Heartbeat | ToFarmer::Failed { .. } => 0,
        };
        for job in left.by_ref().take(room) {
            open += 1;
            let frame = encode(&ToWorker::Job(job.clone()))?;
            farmer.send_multipart([&identity[..], &frame], 0).or_explain("send on", "ROUTER")?;
        }
    }
    for identity in known {
        let frame = encode(&ToWorker::Done)?;
        farmer.send_multipart([&identity[..], &frame], 0).or_explain("send on", "ROUTER")?;
    }
    Ok(())
}
