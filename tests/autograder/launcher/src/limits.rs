//! What a program may use.

use rustix::process::Resource;
use serde::{Deserialize, Serialize};

/// Limits of one process and what it starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Address space of each process, in bytes.
    pub memory: u64,
    /// Processes and threads of the box. Does not hold for root. None for the compiler, which starts none for a source's asking: what a box
    /// of root's does is counted for nobody, together with the fork bomb next door, unless the box has users of its own.
    pub processes: Option<u64>,
    /// Size of a file that is written, in bytes.
    pub file: u64,
    /// Open files of each process.
    pub open_files: u64,
    /// Processor time of each process, in seconds.
    pub cpu: u64,
}

impl Limits {
    /// For a student's program. libzmq and a pool of threads reserve much more address space than they use.
    pub fn program() -> Self {
        Self { memory: 4 << 30, processes: Some(256), file: 64 << 20, open_files: 1024, cpu: 120 }
    }

    /// For the compiler.
    pub fn compiler() -> Self {
        Self { memory: 4 << 30, processes: None, file: 256 << 20, open_files: 1024, cpu: 60 }
    }

    /// As pairs for setrlimit(2).
    pub fn resources(&self) -> Vec<(Resource, u64)> {
        let processes = self.processes.map(|processes| (Resource::Nproc, processes));
        let others = [
            (Resource::As, self.memory),
            (Resource::Fsize, self.file),
            (Resource::Nofile, self.open_files),
            (Resource::Cpu, self.cpu),
            (Resource::Core, 0),
        ];
        others.into_iter().chain(processes).collect()
    }
}
