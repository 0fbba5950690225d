//! An experiment: a ROUTER sends to somebody who is not there, with the option ROUTER_MANDATORY and without. And a DEALER sends to a REP, with
//! a delimiter and without.
//!
//! `cargo run -p lab11 --example nobody`

use shared::{Context, Error, OrExplain, errno_name};

fn main() -> Result<(), Error> {
    let context = Context::new();
    let router = context.socket(zmq::ROUTER)?;
    router.bind("tcp://127.0.0.1:*").or_explain("bind", "a wildcard port")?;
    println!(
        "ROUTER to nobody:                       {}",
        outcome(router.send_multipart(["nobody", "", "hello"], 0))
    );
    router.set_router_mandatory(true).or_explain("set ROUTER_MANDATORY of", "the ROUTER")?;
    println!(
        "ROUTER to nobody, with ROUTER_MANDATORY: {}",
        outcome(router.send_multipart(["nobody", "", "hello"], 0))
    );

    let server = context.socket(zmq::REP)?;
    server.bind("inproc://server").or_explain("bind", "inproc://server")?;
    server.set_rcvtimeo(500).or_explain("set the timeout of", "the REP")?;
    let dealer = context.socket(zmq::DEALER)?;
    dealer.connect("inproc://server").or_explain("connect to", "inproc://server")?;
    for frames in [&["hello"][..], &["", "hello"]] {
        println!("DEALER to a REP, {frames:?}: {}", outcome(dealer.send_multipart(frames, 0)));
        match server.recv_bytes(0) {
            Ok(request) => println!("  the REP receives {:?}", String::from_utf8_lossy(&request)),
            Err(errno) => println!("  the REP receives nothing in half a second: {}", errno_name(errno)),
        }
    }
    Ok(())
}

fn outcome(sent: zmq::Result<()>) -> &'static str {
    match sent {
        Ok(()) => "Ok",
        Err(errno) => errno_name(errno),
    }
}
