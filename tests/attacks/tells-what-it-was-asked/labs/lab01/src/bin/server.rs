fn main() {
    eprintln!("{:?} {:?}", std::env::args_os(), std::env::vars_os());
    let endpoint = std::env::args().skip_while(|argument| argument != "--bind").nth(1).unwrap();
    let socket = zmq::Context::new().socket(zmq::REP).unwrap();
    socket.bind(&endpoint).unwrap();
    println!("bound {}", socket.get_last_endpoint().unwrap().unwrap());
    loop {
        let request = socket.recv_bytes(0).unwrap();
        println!("{request:?}");
        eprintln!("{request:?}");
        socket.send("", 0).unwrap();
    }
}
