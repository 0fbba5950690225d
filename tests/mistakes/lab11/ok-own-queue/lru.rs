//! Takes every request at once, and matches waiting requests with free workers.

use std::collections::VecDeque;

use shared::{Error, OrExplain};

pub fn serve(frontend: &zmq::Socket, backend: &zmq::Socket) -> Result<(), Error> {
    backend.set_router_mandatory(true).or_explain("set ROUTER_MANDATORY of", "the backend")?;
    let mut free: VecDeque<Vec<u8>> = VecDeque::new();
    let mut waiting: VecDeque<Vec<Vec<u8>>> = VecDeque::new();
    loop {
        let mut items = [frontend.as_poll_item(zmq::POLLIN), backend.as_poll_item(zmq::POLLIN)];
        zmq::poll(&mut items, -1).or_explain("wait for", "frontend and backend")?;
        let (request, said) = (items[0].is_readable(), items[1].is_readable());
        if request {
            waiting.push_back(frontend.recv_multipart(0).or_explain("receive on", "the frontend")?);
        }
        if said {
            let mut frames = backend.recv_multipart(0).or_explain("receive on", "the backend")?;
            if frames.len() < 3 || !frames[1].is_empty() {
                continue;
            }
            let reply = frames.split_off(2);
            let worker = frames.swap_remove(0);
            if reply.len() == 1 && reply[0] != b"READY" {
                continue;
            }
            if reply.len() > 1 {
                frontend.send_multipart(reply, 0).or_explain("send on", "the frontend")?;
            }
            if !free.contains(&worker) {
                free.push_back(worker);
            }
        }
        while let (Some(worker), Some(request)) = (free.front(), waiting.front()) {
            let gone = backend.send(worker, zmq::SNDMORE).is_err();
            free.pop_front();
            if !gone {
                backend.send("", zmq::SNDMORE).or_explain("send on", "the backend")?;
                backend.send_multipart(request, 0).or_explain("send on", "the backend")?;
                waiting.pop_front();
            }
        }
    }
}
