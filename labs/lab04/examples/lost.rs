//! An experiment: six requests are on their way when the server is killed. How many of them are answered, if the server is
//! started again at once? And how many, if they are sent while no server is there?
//!
//! `cargo run -p lab04 --example lost`

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use shared::{Context, Error, OrExplain, Socket, announce};

const REQUESTS: usize = 6;
/// How long the server works on a request.
const WORK: Duration = Duration::from_millis(500);

fn main() -> Result<(), Error> {
    match std::env::args().nth(1) {
        Some(endpoint) => serve(&endpoint),
        None => experiment(),
    }
}

/// The server: answers every request, but takes its time.
fn serve(endpoint: &str) -> Result<(), Error> {
    let context = Context::new();
    let socket = context.socket(zmq::REP)?;
    socket.bind(endpoint).or_explain("bind", endpoint)?;
    announce(&socket)?;
    loop {
        let request = socket.recv_bytes(0).or_explain("receive on", "the REP socket")?;
        if request != b"hello" {
            sleep(WORK);
        }
        socket.send("done", 0).or_explain("send on", "the REP socket")?;
    }
}

fn experiment() -> Result<(), Error> {
    let began = Instant::now();
    let say = |what: &str| println!("{:6.3} s  {what}", began.elapsed().as_secs_f64());
    let (mut server, endpoint) = start("tcp://127.0.0.1:*");
    say("the server is there");
    let context = Context::new();
    let clients = connect(&context, &endpoint)?;
    for client in &clients {
        send(client, "hello")?;
        let _ = client.recv_bytes(0).or_explain("receive on", "the REQ socket")?;
    }
    say("six clients are connected, and each has had an answer");
    for client in &clients {
        send(client, "work")?;
    }
    say("each has sent a request; the server works on the first");
    sleep(WORK / 2);
    let _ = server.kill().and_then(|()| server.wait());
    say("the server is killed");
    let (mut server, _) = start(&endpoint);
    say("the server is there again, at the same place");
    say(&format!("{} of {REQUESTS} requests were answered", answered(&clients)?));

    let _ = server.kill().and_then(|()| server.wait());
    say("the server is killed once more");
    let clients = connect(&context, &endpoint)?;
    for client in &clients {
        send(client, "work")?;
    }
    say("six new clients have sent a request; nobody is there");
    let (mut server, _) = start(&endpoint);
    say("the server is there again");
    say(&format!("{} of {REQUESTS} requests were answered", answered(&clients)?));
    let _ = server.kill().and_then(|()| server.wait());
    Ok(())
}

/// Starts this program as the server, and gives the endpoint that it bound.
fn start(endpoint: &str) -> (Child, String) {
    let program = std::env::current_exe().expect("a running program has a path");
    let mut server = Command::new(program)
        .arg(endpoint)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program can be started again");
    let mut line = String::new();
    let output = server.stdout.take().expect("its output is a pipe");
    let _ = BufReader::new(output).read_line(&mut line);
    (server, line.trim_start_matches("bound ").trim().to_string())
}

fn connect<'context>(context: &'context Context, endpoint: &str) -> Result<Vec<Socket<'context>>, Error> {
    let open = || {
        let socket = context.socket(zmq::REQ)?;
        socket.set_linger(0).or_explain("set the linger of", "the REQ socket")?;
        socket.connect(endpoint).or_explain("connect to", endpoint)?;
        Ok(socket)
    };
    (0..REQUESTS).map(|_| open()).collect()
}

fn send(client: &zmq::Socket, request: &str) -> Result<(), Error> {
    client.send(request, 0).or_explain("send on", "the REQ socket")
}

/// Waits for all answers, as long as a server could need for all of them and a while more, and counts them.
fn answered(clients: &[Socket<'_>]) -> Result<usize, Error> {
    let end = Instant::now() + WORK * 6 + Duration::from_secs(2);
    let mut count = 0;
    for client in clients {
        let left = end.saturating_duration_since(Instant::now()).as_millis();
        let left = i64::try_from(left).unwrap_or(0);
        let ready = client.poll(zmq::POLLIN, left).or_explain("poll", "the REQ socket")?;
        count += usize::from(ready > 0);
    }
    Ok(count)
}
