//! An experiment: one payment of 10, a client that asks again, and a server that is slow and knows no ids. How much is paid?
//!
//! `cargo run -p lab04 --example twice`

use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use shared::{Context, Error, OrExplain};

/// How long the server works on a payment.
const WORK: Duration = Duration::from_millis(500);
/// How long the client waits for an answer, in milliseconds.
const TIMEOUT: i32 = 200;
const TRIES: usize = 4;

fn main() -> Result<(), Error> {
    let began = Instant::now();
    let say = |what: &str| println!("{:6.3} s  {what}", began.elapsed().as_secs_f64());
    let context = Context::new();
    let server = context.socket(zmq::REP)?;
    server.bind("tcp://127.0.0.1:*").or_explain("bind", "a wildcard port")?;
    let endpoint = server.get_last_endpoint().or_explain("ask for the endpoint of", "the REP socket")?;
    let endpoint = endpoint.unwrap_or_default();
    scope(|threads| {
        let say = &say;
        threads.spawn(move || {
            let mut balance = 0;
            while let Ok(request) = server.recv_string(0) {
                let amount: i64 = request.ok().and_then(|text| text.parse().ok()).unwrap_or(0);
                if amount != 0 {
                    sleep(WORK);
                    balance += amount;
                    say(&format!(
                        "                              server: paid {amount}, the balance is {balance}"
                    ));
                }
                let _ = server.send(&balance.to_string(), 0);
            }
        });
        let result = pay(&context, &endpoint, say);
        context.end();
        result
    })
}

/// Pays 10, then asks for the balance with a payment of 0 and all the time in the world.
fn pay(context: &Context, endpoint: &str, say: &impl Fn(&str)) -> Result<(), Error> {
    for number in 1..=TRIES {
        say(&format!("client: pay 10, try {number}"));
        if ask(context, endpoint, "10", TIMEOUT)?.is_some() {
            say("client: paid");
            break;
        }
        say("client: no answer");
    }
    let balance = ask(context, endpoint, "0", -1)?.unwrap_or_default();
    say(&format!("client: the balance is {}", String::from_utf8_lossy(&balance)));
    Ok(())
}

/// Asks once; none where no answer came in time.
fn ask(context: &Context, endpoint: &str, amount: &str, timeout: i32) -> Result<Option<Vec<u8>>, Error> {
    let socket = context.socket(zmq::REQ)?;
    socket.set_linger(0).or_explain("set the linger of", "the REQ socket")?;
    socket.set_rcvtimeo(timeout).or_explain("set the timeout of", "the REQ socket")?;
    socket.connect(endpoint).or_explain("connect to", endpoint)?;
    socket.send(amount, 0).or_explain("send on", "the REQ socket")?;
    match socket.recv_bytes(0) {
        Err(zmq::Error::EAGAIN) => Ok(None),
        answer => answer.map(Some).or_explain("receive on", "the REQ socket"),
    }
}
