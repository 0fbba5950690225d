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

/// Does one task after the other, each with the whole pool, and sends [number, frame for the farmer] for each that was not
/// cancelled. Ends when the queue's other side is gone.
pub fn compute_all(context: &Context, pool: &ThreadPool, queue: &Receiver<Task>) -> Result<(), Error> {
    let other = Context::new();
    let results = other.socket(zmq::PUSH)?;
    results.set_linger(0).or_explain("set", "linger")?;
    results.connect(RESULTS).or_explain("connect to", RESULTS)?;
    for Task { job, cancelled } in queue {
        let Some(pixels) = pool.install(|| tile::compute(&job, &cancelled)) else { continue };
        let frame = encode(&ToFarmer::Tile { id: job.id, pixels })?;
        results
            .send_multipart([&job.id.to_le_bytes()[..], &frame], 0)
            .or_explain("send on", "the PUSH socket")?;
    }
    Ok(())
}
