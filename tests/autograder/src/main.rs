//! `cargo grade`: a whole class, safely. See the library for how.

use std::process::ExitCode;

fn main() -> ExitCode {
    if grade::template::is_in_place_of_rustc() {
        return launcher::finish(grade::template::record_rustc());
    }
    // Where the launcher is no executable of its own.
    if let Some(code) = launcher::run() {
        return code;
    }
    grade::cli::main()
}
