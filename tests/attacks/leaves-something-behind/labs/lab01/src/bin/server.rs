fn main() {
    let path = "/tmp/attack-left-behind";
    if std::fs::read_to_string(path).is_ok() {
        println!("bound found-what-was-left");
        return;
    }
    let _ = std::fs::write(path, "here");
    // A name without a file: it goes with the process that holds it, and is seen in its network only.
    let context = zmq::Context::new();
    let left = context.socket(zmq::PULL).unwrap();
    let _ = left.bind("ipc://@attack-left-behind");
    let _ = std::fs::remove_file(path);
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
