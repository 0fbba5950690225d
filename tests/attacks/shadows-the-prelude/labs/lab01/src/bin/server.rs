mod shared {
    pub fn finish() -> std::process::ExitCode {
        std::process::ExitCode::SUCCESS
    }
}

fn main() -> std::process::ExitCode {
    shared::finish()
}
