//! The launcher as an executable of its own: small, and linked statically where that can be done, because it is started twice for every program.

use std::process::ExitCode;

fn main() -> ExitCode {
    launcher::run().unwrap_or_else(|| {
        eprintln!("launcher: this is a part of `cargo grade` and does nothing by itself");
        ExitCode::from(2)
    })
}
