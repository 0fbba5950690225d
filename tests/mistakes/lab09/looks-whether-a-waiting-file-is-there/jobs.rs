//! The jobs: what is known of each, which of them wait, and which thread works on which.
//!
//! Only the main thread has these. The service includes this file; it is no program itself.

use std::collections::VecDeque;
use std::fs::File;

use shared::{Error, OrExplain, Socket, print_line, uninterrupted};

/// All jobs that were ever accepted.
pub struct Jobs {
    /// What `status` says of each; job N stands at N - 1.
    texts: Vec<String>,
    /// The jobs that no thread has yet, with their paths, in the order in which they came.
    waiting: VecDeque<(usize, String)>,
    /// The job that each thread works on.
    at: Vec<Option<usize>>,
}

impl Jobs {
    /// No jobs, for as many threads.
    pub fn new(threads: usize) -> Self {
        Self { texts: Vec::new(), waiting: VecDeque::new(), at: vec![None; threads] }
    }

    /// Accepts a job and gives its number.
    pub fn accept(&mut self, path: &str) -> usize {
        self.texts.push("running 0%".into());
        let number = self.texts.len();
        // Who has to wait should not wait for nothing.
        if self.at.iter().all(Option::is_some) {
            if let Err(error) = File::open(path) {
                let _ = self.know(number, format!("failed {error}"));
                return number;
            }
        }
        self.waiting.push_back((number, path.into()));
        number
    }

    /// What is known of a job, by its number as text.
    pub fn status(&self, number: &str) -> &str {
        let index = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        index.and_then(|index| self.texts.get(index)).map_or("unknown", String::as_str)
    }

    /// Gives a waiting job to each thread that has none.
    pub fn deal(&mut self, workers: &[Socket<'_>]) -> Result<(), Error> {
        for (at, worker) in self.at.iter_mut().zip(workers) {
            if at.is_none() {
                let Some((number, path)) = self.waiting.pop_front() else { break };
                uninterrupted(|| worker.send(&path, 0)).or_explain("send on", "a PAIR socket")?;
                *at = Some(number);
            }
        }
        Ok(())
    }

    /// A thread said this of its job.
    pub fn hear(&mut self, worker: usize, text: String) -> Result<(), Error> {
        let Some(number) = self.at[worker] else { return Ok(()) };
        if !text.starts_with("running ") {
            self.at[worker] = None;
        }
        self.know(number, text)
    }

    /// Those that no thread has will not be done any more.
    pub fn give_up(&mut self) -> Result<(), Error> {
        while let Some((number, _)) = self.waiting.pop_front() {
            self.know(number, "failed the service was ended before it began".into())?;
        }
        Ok(())
    }

    /// Keeps the text, and prints it where the job is over: first the table, then the line.
    fn know(&mut self, number: usize, text: String) -> Result<(), Error> {
        self.texts[number - 1] = text;
        let text = &self.texts[number - 1];
        if text.starts_with("running ") { Ok(()) } else { print_line(format!("{number} {text}")) }
    }
}
