//! What a tap costs: round trips and publications through it against direct ones, in one run and by turns, so that
//! what else the machine does hits both. Prints medians and ratios and judges nothing.
//!
//! `cargo run -p harness --example tap_cost`

use std::error::Error;
use std::time::{Duration, Instant};

use harness::tap::Tap;
use harness::timeline::Timeline;
use harness::zmq;

/// Rounds, each direct and tapped; the medians are over these.
const ROUNDS: usize = 15;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A server's endpoint and the endpoint of a tap before it.
struct Ways {
    direct: String,
    tapped: Tap,
}

fn main() -> Result<()> {
    println!("medians of {ROUNDS} rounds by turns");
    for transport in ["tcp://127.0.0.1:*", "ipc://*"] {
        for (size, count) in [(32, 500), (100_000, 100)] {
            round_trips(transport, size, count)?;
        }
    }
    for transport in ["tcp://127.0.0.1:*", "ipc://*"] {
        for (size, count) in [(32, 20_000), (100_000, 300)] {
            publications(transport, size, count)?;
        }
    }
    Ok(())
}

fn bind(socket: &zmq::Socket, transport: &str) -> Result<Ways> {
    socket.bind(transport)?;
    let direct = socket.get_last_endpoint()?.map_err(|_| "the endpoint is no text")?;
    // A record of its own for each measurement, so that it does not grow without end.
    let tapped = Tap::between(&Timeline::new(), "measured").to(&direct).listen(transport)?;
    Ok(Ways { direct, tapped })
}

fn round_trips(transport: &str, size: usize, count: u32) -> Result<()> {
    let context = zmq::Context::new();
    let server = context.socket(zmq::REP)?;
    let ways = bind(&server, transport)?;
    let echo = std::thread::spawn(move || -> std::result::Result<(), zmq::Error> {
        loop {
            let request = server.recv_bytes(0)?;
            let end = request.is_empty();
            server.send(request, 0)?;
            if end {
                return Ok(());
            }
        }
    });
    let client = |endpoint: &str| -> Result<zmq::Socket> {
        let client = context.socket(zmq::REQ)?;
        client.connect(endpoint)?;
        Ok(client)
    };
    let (direct, tapped) = (client(&ways.direct)?, client(ways.tapped.endpoint())?);
    let body = vec![7; size];
    let ask = |client: &zmq::Socket| -> Result<Duration> {
        let began = Instant::now();
        for _ in 0..count {
            client.send(&body, 0)?;
            client.recv_bytes(0)?;
        }
        Ok(began.elapsed() / count)
    };
    ask(&direct)?;
    ask(&tapped)?;
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        without.push(ask(&direct)?);
        with.push(ask(&tapped)?);
    }
    direct.send("", 0)?;
    direct.recv_bytes(0)?;
    echo.join().map_err(|_| "the server panicked")??;
    let (without, with) = (micros(median(without)), micros(median(with)));
    println!(
        "REQ/REP {:7} {size:6} B: direct {without:8.1} us, tapped {with:8.1} us, ratio {:.2}",
        name(transport),
        with / without
    );
    Ok(())
}

fn publications(transport: &str, size: usize, count: u32) -> Result<()> {
    let context = zmq::Context::new();
    let publisher = context.socket(zmq::XPUB)?;
    publisher.set_sndhwm(0)?;
    publisher.set_linger(0)?;
    let ways = bind(&publisher, transport)?;
    let body = vec![7; size];
    // One subscriber at a time, so that nothing is sent twice; the publisher waits until it knows it, and until it is gone.
    let publish = |endpoint: &str| -> Result<Duration> {
        let subscriber = context.socket(zmq::SUB)?;
        subscriber.set_rcvhwm(0)?;
        subscriber.set_subscribe(b"")?;
        subscriber.connect(endpoint)?;
        publisher.recv_bytes(0)?;
        let began = Instant::now();
        for _ in 0..count {
            publisher.send(&body, 0)?;
        }
        for _ in 0..count {
            subscriber.recv_bytes(0)?;
        }
        let took = began.elapsed();
        drop(subscriber);
        publisher.recv_bytes(0)?;
        Ok(took)
    };
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        without.push(publish(&ways.direct)?);
        with.push(publish(ways.tapped.endpoint())?);
    }
    let rate = |took: Duration| f64::from(count) / took.as_secs_f64() / 1000.0;
    let (without, with) = (rate(median(without)), rate(median(with)));
    println!(
        "PUB/SUB {:7} {size:6} B: direct {without:8.1} k/s, tapped {with:8.1} k/s, ratio {:.2}",
        name(transport),
        with / without
    );
    Ok(())
}

fn name(transport: &str) -> &str {
    transport.split(':').next().unwrap_or(transport)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
