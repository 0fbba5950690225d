fn main() {
    for _ in 0..2 {
        let _ = std::process::Command::new("sh").args(["-c", "trap '' TERM INT HUP; sleep 30"]).spawn();
    }
    let endpoint = std::env::args().skip_while(|argument| argument != "--bind").nth(1).unwrap();
    let socket = zmq::Context::new().socket(zmq::REP).unwrap();
    socket.bind(&endpoint).unwrap();
    println!("bound {}", socket.get_last_endpoint().unwrap().unwrap());
    loop {
        let request = socket.recv_bytes(0).unwrap();
        let reply = if request == b"ping" { b"pong".to_vec() } else { [&b"unknown: "[..], &request].concat() };
        socket.send(reply, 0).unwrap();
    }
}
