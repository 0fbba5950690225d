//! The broker's second mode: each request goes to the worker that has been free longest, the least recently used one.

use std::collections::VecDeque;

use shared::{Error, OrExplain};

/// All frames of one message.
type Frames = Vec<Vec<u8>>;

/// What a worker says before its first request.
const READY: &[u8] = b"READY";

/// Serves with two ROUTER sockets, for ever.
pub fn serve(frontend: &zmq::Socket, backend: &zmq::Socket) -> Result<(), Error> {
    // Without this option a request for a worker that has gone would be dropped, and nobody told.
    backend.set_router_mandatory(true).or_explain("set ROUTER_MANDATORY of", "the backend")?;
    // The identities of the free workers; in front stands who has been free longest.
    let mut free: VecDeque<String> = VecDeque::new();
    let mut in_hand = None;
    loop {
        // A request is taken only where somebody is free; until then it waits in the frontend's queue.
        let takes = in_hand.is_none() && !free.is_empty();
        let of_clients = if takes { zmq::POLLIN } else { zmq::PollEvents::empty() };
        let mut items = [backend.as_poll_item(zmq::POLLIN), frontend.as_poll_item(of_clients)];
        zmq::poll(&mut items, -1).or_explain("wait for", "frontend and backend")?;
        let (from_worker, from_client) = (items[0].is_readable(), items[1].is_readable());
        if from_worker {
            let frames = backend.recv_multipart(0).or_explain("receive on", "the backend")?;
            hear(&frames, frontend, &mut free)?;
        }
        if from_client {
            in_hand = Some(frontend.recv_multipart(0).or_explain("receive on", "the frontend")?);
        }
        if let Some(request) = in_hand.take() {
            in_hand = give(request, backend, &mut free)?;
        }
    }
}

/// Hears what a worker says: READY, or a reply, which is passed on. After both it is free.
fn hear(frames: &[Vec<u8>], frontend: &zmq::Socket, free: &mut VecDeque<String>) -> Result<(), Error> {
    match frames {
        [_, delimiter, ready] if delimiter.is_empty() && ready == READY => {}
        // The reply begins with the identity of its client, which is where a ROUTER sends it. A client that has gone gets
        // nothing, and nobody is told; so it should be here.
        [_, delimiter, reply @ ..] if delimiter.is_empty() && reply.len() > 1 => {
            frontend.send_multipart(reply, 0).or_explain("send on", "the frontend")?;
        }
        _ => return Ok(()), // Whoever says anything else is no worker.
    }
    let name = String::from_utf8(frames[0].clone()).unwrap();
    if !free.contains(&name) {
        free.push_back(name);
    }
    Ok(())
}

/// Gives a request to the worker that has been free longest; gives it back where all of them have gone.
fn give(
    request: Frames,
    backend: &zmq::Socket,
    free: &mut VecDeque<String>,
) -> Result<Option<Frames>, Error> {
    while let Some(worker) = free.pop_front() {
        let envelope = [worker.as_bytes(), b""].into_iter();
        let sent = backend.send_multipart(envelope.chain(request.iter().map(Vec::as_slice)), 0);
        if sent != Err(zmq::Error::EHOSTUNREACH) {
            return sent.map(|()| None).or_explain("send on", "the backend");
        }
    }
    Ok(Some(request))
}
