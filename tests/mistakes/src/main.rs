//! All wrong programs in one executable: it runs the one whose `labNN/NAME/ROLE` ends the path it is started by.
//!
//! A hundred executables would take minutes to link; this one takes seconds. The proof in `tests/proof.rs` makes a folder of links to
//! it for each mistake and hands that to the suite as `LAB_PROGRAMS`.

// These programs are wrong on purpose.
#![allow(warnings, clippy::all, clippy::pedantic)]

use std::path::Path;
use std::process::ExitCode;

include!(concat!(env!("OUT_DIR"), "/programs/table.rs"));

fn main() -> ExitCode {
    let path = std::env::args_os().next().unwrap_or_default();
    let mut parts = Path::new(&path).iter().rev().filter_map(|part| part.to_str());
    let (role, name, lab) = (parts.next(), parts.next(), parts.next());
    let found = PROGRAMS
        .iter()
        .find(|program| (Some(program.0), Some(program.1), Some(program.2)) == (lab, name, role));
    match found {
        Some((_, _, _, entry)) => entry(),
        None => {
            eprintln!("start this by a link named LAB/MISTAKE/ROLE; these there are:");
            for (lab, name, role, _) in PROGRAMS {
                eprintln!("  {lab}/{name}/{role}");
            }
            ExitCode::from(2)
        }
    }
}
