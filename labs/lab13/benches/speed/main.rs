//! What does a farm cost? One thread, rayon alone, and the farm, measured by turns in one run.
//!
//! `cargo bench -p lab13` measures your farmer; `cargo bench -p lab13 -- --quick` does it in a few seconds, less exactly. The worker is
//! one of its own, in `tests/lab13/worker.rs`; `LAB_WORKER=PROGRAM` names another, which is started as lab 12's is.

mod plot;
mod race;
#[path = "../../../../tests/lab13/worker.rs"]
mod worker;

use std::error::Error;
use std::path::PathBuf;

use plot::{Curve, Plot};
use race::{Field, Race, Team};
use worker::Manner;

/// What a farm with one rayon worker should reach at least, against rayon alone.
const WANTED: [(Field, f64); 3] = [
    (Field { side: 2048, max_iter: 1000, tile: 128 }, 0.97),
    (Field { side: 1024, max_iter: 256, tile: 128 }, 0.92),
    (Field { side: 1024, max_iter: 256, tile: 32 }, 0.85),
];

/// The tiles of a picture of 1024² pixels, from about a hundred to about a hundred thousand.
const TILES: [u32; 7] = [103, 64, 32, 16, 10, 5, 3];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [role, endpoint, name, manner @ ..] = &arguments[..] {
        if role == "work" {
            return worker::work(endpoint, name, &Manner::read(manner).ok_or("wrong arguments")?);
        }
    }
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let race = Race::new(if quick { 3 } else { 11 })?;
    println!(
        "{} threads, {} rounds of each, medians; the start of the programs is not counted",
        race.threads, race.rounds
    );
    println!("worker: {}\n", race.worker_name());
    ratios(&race)?;
    workers(&race)?;
    costs(&race)
}

/// The farm with one rayon worker against rayon alone.
fn ratios(race: &Race) -> Result<(), Box<dyn Error>> {
    println!(
        "| picture | tiles | one thread | rayon | farm | rayon : farm | wanted |\n|---|---|---|---|---|---|---|"
    );
    for (field, wanted) in WANTED {
        let one = race.alone(&field);
        let result = race.against_rayon(&field, &[Team::whole(race.threads)])?;
        println!(
            "| {0}² at {1} | {2} | {one:.3} s | {3:.3} s | {4:.3} s | **{5:.3}** | {wanted} |",
            field.side,
            field.max_iter,
            field.count(),
            result.rayon,
            result.farms[0],
            result.ratios[0]
        );
    }
    println!();
    Ok(())
}

/// The farm with more and more workers of one thread each.
fn workers(race: &Race) -> Result<(), Box<dyn Error>> {
    let field = WANTED[1].0;
    let one = race.alone(&field);
    println!(
        "{}² at {}, {} tiles, against one thread ({one:.3} s):\n",
        field.side,
        field.max_iter,
        field.count()
    );
    println!("| workers | time | speed-up | per worker |\n|---|---|---|---|");
    for count in 1..=race.threads.max(2) {
        let time = race.against_rayon(&field, &[Team::of_ones(count)])?.farms[0];
        #[allow(clippy::cast_precision_loss, reason = "a few workers")]
        let each = one / time / count as f64;
        println!("| {count} | {time:.3} s | {:.2} | {each:.2} |", one / time);
    }
    println!();
    Ok(())
}

/// What a tile costs, and how efficient the farm is, against the size of the tile.
fn costs(race: &Race) -> Result<(), Box<dyn Error>> {
    println!(
        "| tile | tiles | rayon | farm | rayon : farm | more for each tile |\n|---|---|---|---|---|---|"
    );
    let (mut light, mut heavy, mut cost) = (Vec::new(), Vec::new(), Vec::new());
    for tile in TILES {
        let field = Field { side: 1024, max_iter: 256, tile };
        let result = race.against_rayon(&field, &[Team::whole(race.threads)])?;
        let tiles = f64::from(field.count());
        let each = (result.farms[0] - result.rayon) / tiles * 1e6;
        println!(
            "| {tile}² | {tiles} | {:.3} s | {:.3} s | {:.3} | {each:.1} µs |",
            result.rayon, result.farms[0], result.ratios[0]
        );
        light.push((f64::from(tile), result.ratios[0]));
        cost.push((tiles, result.farms[0] - result.rayon));
    }
    for tile in [256, 128, 64, 32, 16, 8] {
        let field = Field { side: 1024, max_iter: 5000, tile };
        heavy.push((
            f64::from(tile),
            race.briefly().against_rayon(&field, &[Team::whole(race.threads)])?.ratios[0],
        ));
    }
    let efficiency = Plot {
        title: "Efficiency of a farm with one rayon worker, 1024² pixels",
        across: "width of a tile in pixels",
        up: "rayon alone : farm",
        log_up: false,
        curves: vec![
            Curve { name: "at 256 steps", points: light },
            Curve { name: "at 5000 steps", points: heavy },
        ],
    };
    let growth = Plot {
        title: "What the farm costs more than rayon alone, 1024² pixels at 256 steps",
        across: "number of tiles",
        up: "seconds more",
        log_up: true,
        curves: vec![Curve { name: "one rayon worker", points: cost }],
    };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../farm");
    std::fs::create_dir_all(&folder)?;
    for (name, plot) in [("efficiency.svg", efficiency), ("cost.svg", growth)] {
        let path = folder.canonicalize()?.join(name);
        std::fs::write(&path, plot.svg())?;
        println!("\nplot: {}", path.display());
    }
    Ok(())
}
