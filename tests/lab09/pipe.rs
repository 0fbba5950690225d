//! A named pipe (FIFO): who opens it waits for somebody at its other end, so a check decides what a job waits for.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use harness::Scene;
use harness::failure::Failure;
use harness::scene::Program;

/// A named pipe in a scene's folder.
pub struct Pipe {
    path: PathBuf,
}

/// The end of a pipe that is written to, after the service has opened the other one. Dropping it is the end of the file.
pub struct Writer(File);

impl Pipe {
    pub fn new(scene: &Scene, name: &str) -> Self {
        let path = scene.folder().join(name);
        let made = Command::new("mkfifo").arg(&path).status();
        if !made.is_ok_and(|status| status.success()) {
            Failure::error("mkfifo makes no named pipe here").throw();
        }
        scene.note(format!("{name} is a named pipe that nobody writes to yet"));
        Self { path }
    }

    pub fn path(&self) -> String {
        self.path.display().to_string()
    }

    /// Opens the pipe for writing, which is possible only once the service has opened it for reading: so its job has begun.
    pub fn opened_by(&self, service: &Program, what: &str) -> Writer {
        let (opened, is_open) = mpsc::channel();
        let path = self.path.clone();
        let opener = thread::spawn(move || opened.send(OpenOptions::new().write(true).open(path)));
        let end = Instant::now() + service.scene().deadline();
        loop {
            match is_open.recv_timeout(Duration::from_millis(20)) {
                Ok(Ok(file)) => {
                    service.scene().note(format!("{} is open at both ends", self.name()));
                    return Writer(file);
                }
                Ok(Err(error)) => Failure::error(format!("the pipe cannot be opened: {error}")).throw(),
                Err(_) if service.has_ended() || Instant::now() > end => break,
                Err(_) => {}
            }
        }
        // A reader lets the thread go that still waits for one.
        drop(File::open(&self.path).map(|_reader| opener.join()));
        service.never(what)
    }

    fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

impl Writer {
    /// Writes more than a pipe holds, and waits until that is possible: so the service has begun to read.
    ///
    /// A pipe holds 64 KiB on Linux, see pipe(7).
    pub fn write_much(&self, service: &Program, what: &str) {
        let Ok(mut file) = self.0.try_clone() else { Failure::error("a pipe cannot be cloned").throw() };
        let (written, is_written) = mpsc::channel();
        // Where nobody reads, this thread ends when the service does.
        thread::spawn(move || written.send(file.write_all(&[b'a'; 4 * 65_536]).is_ok()));
        let end = Instant::now() + service.scene().deadline();
        while is_written.recv_timeout(Duration::from_millis(20)).is_err() {
            if service.has_ended() || Instant::now() > end {
                service.never(what);
            }
        }
    }

    /// Writes bytes; that nobody reads any more will be seen in what the service says.
    pub fn write(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes);
    }
}
