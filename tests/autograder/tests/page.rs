//! The page in a real browser, where `LAB_CHROMIUM` names a Chromium; else these tests are passed over.
//!
//! `LAB_PAGES=FOLDER` leaves the pages and their pictures there, to be looked at.
#![allow(missing_docs)]

mod made;

use std::fs;
use std::path::{Path, PathBuf};

use grade::report::policy::Policy;
use grade::report::{Options, write_all};
use harness::failure::Outcome;
use made::{PRINTED, class, fail, infos, labs, right};

/// Leaves pages for a person to look at.
#[test]
fn pages_to_look_at() {
    let Some(folder) = std::env::var_os("LAB_PAGES").map(PathBuf::from) else { return };
    let all = labs(&[
        "lab01", "lab02", "lab03", "lab04", "lab05", "lab06", "lab07", "lab08", "lab09", "lab10", "lab11",
    ]);
    let policy =
        Policy::parse("[lab01]\ndue = \"2025-11-16T16:00[Europe/Kyiv]\"\nper_day = 10\nat_most = 50")
            .unwrap();
    let options = Options { policy: Some(policy), ..Options::default() };
    for (name, students, count) in [("one", 1, 1), ("class", 200, 1), ("term", 200, 11), ("few", 24, 3)] {
        let labs = &all[..count];
        let mut entries = class(students, labs);
        if students == 1 {
            entries = vec![right("Ada Lovelace", &labs[0])];
            fail(&mut entries[0], 1, Outcome::Hung, PRINTED);
        }
        let began = std::time::Instant::now();
        write_all(&folder.join(name), &entries, &infos(labs), &options).unwrap();
        let size = fs::metadata(folder.join(name).join("report.html")).unwrap().len();
        println!("{name}: {} kB in {:?}", size / 1024, began.elapsed());
    }
}
