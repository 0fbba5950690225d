//! Many farm runs with workers that die, stop, come back, come late and err, and a farmer that is killed: every picture must be that of
//! one process, and every tile in the journal once.
//!
//! A short form runs with the other tests. `LAB_SOAK=1000 cargo test --release -p solution13 --test soak13` makes a thousand runs;
//! `LAB_SEED=…` repeats one.

#[path = "../lab13/worker.rs"]
mod worker;

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use shared::farm::{View, escape_count};
use shared::paint::colour;
use worker::Manner;

/// How many runs there are without a wish.
const SHORT: usize = 12;
/// A run that lasts so long hangs.
const LONGEST: Duration = Duration::from_secs(60);
/// A worker of which the farmer hears nothing for so long is silent.
const LIVENESS: Duration = Duration::from_millis(120);
const SIZE: (u32, u32) = (96, 72);
const TILE: u32 = 8;
/// So many that a picture takes a while, and there is somebody to be killed.
const MAX_ITER: u16 = 40_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [role, endpoint, name, manner @ ..] = &arguments[..] {
        if role == "work" {
            let done = Manner::read(manner).map(|manner| worker::work(endpoint, name, &manner));
            return if matches!(done, Some(Ok(()))) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    let number = |variable| std::env::var(variable).ok().and_then(|text| text.parse().ok());
    let runs = number("LAB_SOAK").unwrap_or(SHORT);
    let seed = number("LAB_SEED").unwrap_or_else(|| fastrand::usize(..1_000_000));
    let (wanted, began, next) = (picture(), Instant::now(), AtomicUsize::new(0));
    let tally = Tally::default();
    let failed = std::thread::scope(|scope| {
        let runner = || {
            let mut failed = Vec::new();
            loop {
                let run = next.fetch_add(1, Ordering::Relaxed);
                if run >= runs {
                    return failed;
                }
                if let Err(why) = Run::new(seed + run).and_then(|mut run| run.go(&wanted, &tally)) {
                    println!("run with LAB_SEED={} LAB_SOAK=1: {why}", seed + run);
                    failed.push(run);
                }
            }
        };
        let runners: Vec<_> = (0..4).map(|_| scope.spawn(runner)).collect();
        runners.into_iter().flat_map(|runner| runner.join().unwrap_or_else(|_| vec![usize::MAX])).count()
    });
    println!(
        "soak: {} of {runs} runs gave the picture, each tile once, from seed {seed} on, in {:.0?}; {tally}",
        runs - failed.min(runs),
        began.elapsed()
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What was done to the farms.
#[derive(Default)]
struct Tally {
    killed: AtomicUsize,
    stopped: AtomicUsize,
    erring: AtomicUsize,
    farmers: AtomicUsize,
}

impl std::fmt::Display for Tally {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [killed, stopped, erring, farmers] = [&self.killed, &self.stopped, &self.erring, &self.farmers]
            .map(|count| count.load(Ordering::Relaxed));
        write!(
            formatter,
            "{killed} workers killed, {stopped} stopped and woken, {erring} that err, {farmers} farmers killed"
        )
    }
}

/// The picture of one process.
fn picture() -> Vec<u8> {
    let places = (0..SIZE.1).flat_map(|y| (0..SIZE.0).map(move |x| (x, y)));
    let count = |(x, y)| escape_count(View::WHOLE.point(SIZE.0, SIZE.1, x, y), MAX_ITER);
    places.flat_map(|at| colour(count(at), MAX_ITER)).collect()
}

/// A program that ends with its run.
struct Program(Child);

impl Program {
    fn signal(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, signal);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One farm.
struct Run {
    rng: fastrand::Rng,
    folder: tempfile::TempDir,
}

impl Run {
    fn new(seed: usize) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        Ok(Self { rng: fastrand::Rng::with_seed(seed as u64), folder })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts the farmer, and gives where it can be reached.
    fn farmer(&self) -> Result<(Program, ChildStdout, String), String> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_solution13-farmer"))
            // The next farmer must be found where this one was.
            .args(["--bind", &format!("ipc://{}", self.path("door").display())])
            .args(["--size", &format!("{}x{}", SIZE.0, SIZE.1), "--tile", &TILE.to_string()])
            .args(["--max-iter", &MAX_ITER.to_string(), "--liveness", &LIVENESS.as_millis().to_string()])
            .arg("--out")
            .arg(self.path("picture.png"))
            .arg("--journal")
            .arg(self.path("journal"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        let output = child.stdout.take().ok_or("no output")?;
        let farmer = Program(child);
        let mut output = BufReader::new(output);
        let mut line = String::new();
        output.read_line(&mut line).map_err(|error| error.to_string())?;
        let endpoint = line.trim().strip_prefix("bound ").ok_or("no bound line")?.to_string();
        Ok((farmer, output.into_inner(), endpoint))
    }

    fn worker(&mut self, endpoint: &str, errs_at: usize) -> Result<Program, String> {
        let beat = Duration::from_millis(30);
        let credit = self.rng.u32(1..12);
        let manner = Manner { threads: self.rng.usize(1..3), credit, beat, errs_at };
        let program = std::env::current_exe().and_then(|program| {
            Command::new(program)
                .args(["work", endpoint, "a worker"])
                .args(manner.arguments())
                .stderr(Stdio::null())
                .spawn()
        });
        program.map(Program).map_err(|error| error.to_string())
    }

    /// Starts a farm, plays fate, and looks at the picture.
    fn go(&mut self, wanted: &[u8], tally: &Tally) -> Result<(), String> {
        let began = Instant::now();
        let (mut farmer, mut output, mut endpoint) = self.farmer()?;
        let mut workers = Vec::new();
        let mut stopped: Vec<usize> = Vec::new();
        let (mut left, mut quiet) = (self.rng.usize(4..12), false);
        loop {
            // Fate strikes at any time: this waits for nothing.
            std::thread::sleep(Duration::from_millis(self.rng.u64(0..25)));
            if let Some(ended) = farmer.0.try_wait().map_err(|error| error.to_string())? {
                if !ended.success() {
                    return Err(format!("the farmer ended with {ended}"));
                }
                break;
            }
            if began.elapsed() > LONGEST {
                return Err("the farmer does not end".into());
            }
            if left == 0 {
                // From here on nothing happens to anybody, and one who does its work is there.
                if !quiet {
                    quiet = true;
                    for worker in stopped.drain(..) {
                        let worker: &Program = &workers[worker];
                        worker.signal(Signal::CONT);
                    }
                    workers.push(self.worker(&endpoint, 0)?);
                }
                continue;
            }
            left -= 1;
            let count = |what: &AtomicUsize| what.fetch_add(1, Ordering::Relaxed);
            let some = if workers.is_empty() { 0 } else { self.rng.usize(..workers.len()) };
            match self.rng.u8(..10) {
                0..=2 => workers.push(self.worker(&endpoint, 0)?),
                3 | 4 => {
                    count(&tally.erring);
                    let errs_at = self.rng.usize(1..20);
                    workers.push(self.worker(&endpoint, errs_at)?);
                }
                5 | 6 if !workers.is_empty() => {
                    count(&tally.killed);
                    workers[some].signal(Signal::KILL);
                }
                7 if !workers.is_empty() => {
                    count(&tally.stopped);
                    workers[some].signal(Signal::STOP);
                    stopped.push(some);
                }
                8 if !stopped.is_empty() => workers[stopped.swap_remove(0)].signal(Signal::CONT),
                9 => {
                    count(&tally.farmers);
                    drop(farmer);
                    (farmer, output, endpoint) = self.farmer()?;
                }
                _ => {}
            }
        }
        let mut rest = String::new();
        let _ = output.read_to_string(&mut rest);
        drop(workers);
        self.judge(wanted)
    }

    fn judge(&self, wanted: &[u8]) -> Result<(), String> {
        let picture = image::open(self.path("picture.png")).map_err(|error| error.to_string())?;
        if picture.to_rgb8().as_raw() != wanted {
            return Err("the picture is another".into());
        }
        let records = tiles_in(&self.path("journal"))?;
        let tiles = SIZE.0.div_ceil(TILE) * SIZE.1.div_ceil(TILE);
        let all: Vec<u64> = (0..u64::from(tiles)).collect();
        if records == all {
            Ok(())
        } else {
            Err(format!("the journal has {} records for {tiles} tiles", records.len()))
        }
    }
}

/// The ids of the tiles in a journal of the reference, in order.
fn tiles_in(path: &Path) -> Result<Vec<u64>, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let end = bytes.iter().position(|byte| *byte == b'\n').ok_or("no first line")?;
    let (mut rest, mut ids, mut first) = (&bytes[end + 1..], Vec::new(), true);
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let (frame, behind) =
            behind.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or("a torn record")?;
        if !std::mem::take(&mut first) {
            match shared::farm::decode(frame) {
                Ok(shared::farm::ToFarmer::Tile { id, .. }) => ids.push(id),
                other => return Err(format!("no tile: {other:?}")),
            }
        }
        rest = behind;
    }
    ids.sort_unstable();
    Ok(ids)
}
