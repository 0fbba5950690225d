//! The thread that computes: takes tasks from a queue, has the pool do them, and hands the results to the thread of the sockets.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::Receiver;

use rayon::{ThreadPool, ThreadPoolBuilder};
use shared::farm::{Job, ToFarmer, encode};
use shared::{Context, Error, OrExplain};

use super::tile;

/// Where the results go to: a socket of the same context, in another thread.
pub const RESULTS: &str = "inproc://results";

/// A job on its way to the pool.
pub struct Task {
    /// What is to be computed.
    pub job: Job,
    /// Set by the thread of the sockets when nobody wants it any more.
    pub cancelled: Arc<AtomicBool>,
}

/// A pool of so many threads, whatever the environment says. rayon's own, global pool has as many as there are cores.
pub fn pool(threads: usize) -> Result<ThreadPool, Error> {
    ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| Error::Io {
        act: "start".into(),
        object: format!("{threads} threads"),
        why: error.to_string(),
    })
}

/// Computes a job in the pool, beside others, and sends the result on a socket that is opened for it.
pub fn compute(context: &Context, task: &Task) -> Result<(), Error> {
    let Some(pixels) = tile::compute(&task.job, &task.cancelled) else { return Ok(()) };
    let frame = encode(&ToFarmer::Tile { id: task.job.id, pixels })?;
    let results = context.socket(zmq::PUSH)?;
    results.connect(RESULTS).or_explain("connect to", RESULTS)?;
    results
        .send_multipart([&task.job.id.to_le_bytes()[..], &frame], 0)
        .or_explain("send on", "the PUSH socket")
}
