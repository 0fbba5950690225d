//! An experiment: one word goes from a REQ through a ROUTER and a DEALER to a REP, and back. Which frames are there on each way?
//!
//! `cargo run -p lab11 --example envelope`

use shared::{Context, Error, OrExplain};

fn main() -> Result<(), Error> {
    let context = Context::new();
    let frontend = context.socket(zmq::ROUTER)?;
    let backend = context.socket(zmq::DEALER)?;
    let client = context.socket(zmq::REQ)?;
    let worker = context.socket(zmq::REP)?;
    let (front, back) = ("inproc://frontend", "inproc://backend");
    frontend.bind(front).or_explain("bind", front)?;
    backend.bind(back).or_explain("bind", back)?;
    client.set_identity(b"anna").or_explain("set the identity of", "the REQ")?;
    client.connect(front).or_explain("connect to", front)?;
    worker.connect(back).or_explain("connect to", back)?;

    println!("the client sends       [\"question\"]");
    client.send("question", 0).or_explain("send on", "the REQ")?;
    let frames = frontend.recv_multipart(0).or_explain("receive on", "the ROUTER")?;
    println!("the ROUTER receives    {}", show(&frames));
    backend.send_multipart(frames, 0).or_explain("send on", "the DEALER")?;
    let frames = worker.recv_multipart(0).or_explain("receive on", "the REP")?;
    println!("the worker receives    {}", show(&frames));

    println!("the worker sends       [\"answer\"]");
    worker.send("answer", 0).or_explain("send on", "the REP")?;
    let frames = backend.recv_multipart(0).or_explain("receive on", "the DEALER")?;
    println!("the DEALER receives    {}", show(&frames));
    frontend.send_multipart(frames, 0).or_explain("send on", "the ROUTER")?;
    let frames = client.recv_multipart(0).or_explain("receive on", "the REQ")?;
    println!("the client receives    {}", show(&frames));
    Ok(())
}

fn show(frames: &[Vec<u8>]) -> String {
    let texts: Vec<String> =
        frames.iter().map(|frame| format!("{:?}", String::from_utf8_lossy(frame))).collect();
    format!("[{}]", texts.join(", "))
}
