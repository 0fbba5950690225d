//! Runs the same picture in several ways, by turns, and takes the times.

use std::error::Error;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use rayon::prelude::*;
use shared::farm::{HEARTBEAT, View, escape_count};

use crate::worker::Manner;

/// A picture and its tiles.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Width and height in pixels.
    pub side: u32,
    pub max_iter: u16,
    /// Width and height of a tile.
    pub tile: u32,
}

impl Field {
    /// How many tiles there are.
    pub fn count(&self) -> u32 {
        self.side.div_ceil(self.tile).pow(2)
    }

    fn row(&self, y: u32, row: &mut [u16]) {
        for (x, count) in (0..).zip(row) {
            *count = escape_count(View::WHOLE.point(self.side, self.side, x, y), self.max_iter);
        }
    }
}

/// The workers of a farm.
#[derive(Clone, Debug)]
pub struct Team {
    workers: usize,
    threads: usize,
    /// How many jobs each may hold.
    credit: u32,
}

impl Team {
    /// One worker with all threads.
    pub fn whole(threads: usize) -> Self {
        Self { workers: 1, threads, credit: 256 }
    }

    /// So many workers with one thread each. With a large credit the first of them would take all tiles of a small picture.
    pub fn of_ones(workers: usize) -> Self {
        Self { workers, threads: 1, credit: 4 }
    }
}

/// The medians of several rounds, in seconds.
pub struct Result {
    pub rayon: f64,
    pub farms: Vec<f64>,
    /// rayon's time divided by the farm's, the median of the rounds.
    pub ratios: Vec<f64>,
}

/// Where and how often is measured.
pub struct Race {
    pub threads: usize,
    pub rounds: usize,
    worker: Option<String>,
    out: PathBuf,
}

impl Race {
    /// As many threads as there are cores.
    pub fn new(rounds: usize) -> std::io::Result<Self> {
        let threads = std::thread::available_parallelism()?.get();
        let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("speed.png");
        Ok(Self { threads, rounds, worker: std::env::var("LAB_WORKER").ok(), out })
    }

    /// The same with three rounds, for what takes long.
    pub fn briefly(&self) -> Self {
        Self {
            rounds: self.rounds.min(3),
            worker: self.worker.clone(),
            out: self.out.clone(),
            threads: self.threads,
        }
    }

    /// Which worker runs.
    pub fn worker_name(&self) -> &str {
        self.worker.as_deref().unwrap_or("the benchmark's own")
    }

    /// One thread, seconds.
    pub fn alone(&self, field: &Field) -> f64 {
        let round = || {
            let mut picture = vec![0u16; (field.side * field.side) as usize];
            let began = Instant::now();
            for (y, row) in (0..).zip(picture.chunks_mut(field.side as usize)) {
                field.row(y, row);
            }
            let took = began.elapsed().as_secs_f64();
            std::hint::black_box(picture);
            took
        };
        median((0..self.rounds.div_ceil(3)).map(|_| round()).collect())
    }

    /// rayon and the farms, by turns.
    pub fn against_rayon(
        &self,
        field: &Field,
        teams: &[Team],
    ) -> std::result::Result<Result, Box<dyn Error>> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build()?;
        let (mut rayon, mut farms, mut ratios) =
            (Vec::new(), vec![Vec::new(); teams.len()], vec![Vec::new(); teams.len()]);
        for _ in 0..self.rounds {
            let mut picture = vec![0u16; (field.side * field.side) as usize];
            let began = Instant::now();
            pool.install(|| {
                let rows = picture.par_chunks_mut(field.side as usize).enumerate();
                rows.for_each(|(y, row)| field.row(u32::try_from(y).unwrap_or(0), row));
            });
            let took = began.elapsed().as_secs_f64();
            std::hint::black_box(picture);
            rayon.push(took);
            for (index, team) in teams.iter().enumerate() {
                let farm = self.farm(field, team)?;
                farms[index].push(farm);
                ratios[index].push(took / farm);
            }
        }
        let medians = |lists: Vec<Vec<f64>>| lists.into_iter().map(median).collect();
        Ok(Result { rayon: median(rayon), farms: medians(farms), ratios: medians(ratios) })
    }

    /// A farmer and its workers: the seconds from the first job to the last tile, as the farmer's last line of progress tells them.
    fn farm(&self, field: &Field, team: &Team) -> std::result::Result<f64, Box<dyn Error>> {
        let farmer = env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME"), "-farmer"));
        let mut farmer = Command::new(farmer)
            .args(["--bind", "tcp://127.0.0.1:*", "--liveness", "10000"])
            .args(["--size", &format!("{0}x{0}", field.side), "--tile", &field.tile.to_string()])
            .args(["--max-iter", &field.max_iter.to_string()])
            .arg("--out")
            .arg(&self.out)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let mut output = BufReader::new(farmer.stdout.take().ok_or("no output")?);
        output.read_line(&mut line)?;
        let endpoint = line.trim().strip_prefix("bound ").ok_or("no bound line")?;
        let workers = (0..team.workers).map(|number| self.start(endpoint, team, number));
        let workers: Vec<Child> = workers.collect::<std::io::Result<_>>()?;
        let mut errors = String::new();
        farmer.stderr.take().ok_or("no standard error")?.read_to_string(&mut errors)?;
        let ended = farmer.wait()?;
        for mut worker in workers {
            worker.wait()?;
        }
        let seconds = seconds_of(&errors, field.count());
        seconds
            .filter(|_| ended.success())
            .ok_or_else(|| format!("the farmer ended with {ended}:\n{errors}").into())
    }

    fn start(&self, endpoint: &str, team: &Team, number: usize) -> std::io::Result<Child> {
        let name = format!("worker-{number}");
        match &self.worker {
            Some(program) => Command::new(program)
                .args(["--connect", endpoint, "--threads", &team.threads.to_string(), "--name", &name])
                .spawn(),
            None => Command::new(std::env::current_exe()?)
                .args(["work", endpoint, &name])
                .args(manner(team).arguments())
                .spawn(),
        }
    }
}

/// A worker that does its work.
fn manner(team: &Team) -> Manner {
    Manner { threads: team.threads, credit: team.credit, beat: HEARTBEAT, errs_at: 0 }
}

/// `N/N tiles, RATE tiles/s, …`: so many tiles at this rate took so long.
fn seconds_of(errors: &str, tiles: u32) -> Option<f64> {
    let line =
        errors.lines().rev().find_map(|line| line.strip_prefix(&format!("{tiles}/{tiles} tiles, ")))?;
    let rate: f64 = line.split(" tiles/s").next()?.parse().ok()?;
    Some(f64::from(tiles) / rate)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
