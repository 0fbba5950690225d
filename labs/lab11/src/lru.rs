//! The broker's second mode: each request goes to the worker that has been free longest, the least recently used one.

use std::collections::VecDeque;

use shared::Error;

/// All frames of one message.
type Frames = Vec<Vec<u8>>;

/// What a worker says before its first request.
const READY: &[u8] = b"READY";

/// Serves with two ROUTER sockets, for ever.
pub fn serve(frontend: &zmq::Socket, backend: &zmq::Socket) -> Result<(), Error> {
    let _ = (frontend, backend, hear, give);
    todo!(
        "lab11 task 4: set ROUTER_MANDATORY on the backend; then wait for workers, and for clients where a worker is free"
    )
}

/// Hears what a worker says: READY, or a reply, which is passed on. After both it is free.
fn hear(frames: &[Vec<u8>], frontend: &zmq::Socket, free: &mut VecDeque<Vec<u8>>) -> Result<(), Error> {
    let _ = (frames, frontend, free, READY);
    todo!("lab11 task 4: pass a reply on; whoever said READY or replied is free")
}

/// Gives a request to the worker that has been free longest; gives it back where all of them have gone.
fn give(
    request: Frames,
    backend: &zmq::Socket,
    free: &mut VecDeque<Vec<u8>>,
) -> Result<Option<Frames>, Error> {
    let _ = (request, backend, free);
    todo!("lab11 task 4: send the request to the worker in front; where it has gone, to the next")
}
