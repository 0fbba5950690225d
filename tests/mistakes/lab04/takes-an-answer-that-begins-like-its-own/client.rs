//! The client: a Lazy Pirate. It asks, waits for a while, and asks again on a new socket; after some tries it gives up.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use clap::builder::RangedU64ValueParser;
use shared::{ConnectEndpoint, Context, Error, OrExplain};

/// Pays, asks again where no answer comes, and gives up after some tries
#[derive(Parser)]
struct Args {
    /// Connect to this endpoint, as in tcp://127.0.0.1:5555
    #[arg(long, value_name = "ENDPOINT")]
    connect: ConnectEndpoint,
    /// How long to wait for an answer, in milliseconds
    #[arg(long, value_name = "MS", value_parser = RangedU64ValueParser::<i32>::new().range(1..))]
    timeout: i32,
    /// How often to send a payment at most
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    tries: u32,
    /// A payment; may be given several times
    #[arg(long = "pay", value_name = "ID:AMOUNT", required = true, value_parser = payment)]
    payments: Vec<Payment>,
}

/// One payment, as it goes over the wire.
#[derive(Clone)]
struct Payment {
    id: String,
    amount: String,
}

/// An id may hold colons, an amount holds none.
fn payment(text: &str) -> Result<Payment, String> {
    let (id, amount) = text.rsplit_once(':').ok_or("there is no colon; write ID:AMOUNT, as in rent:-500")?;
    Ok(Payment { id: id.into(), amount: amount.into() })
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => shared::finish(Err(error)),
    }
}

/// Pays one payment after the other. True where all of them were answered with `ok`.
fn run(args: &Args) -> Result<bool, Error> {
    let context = Context::new();
    let mut all_paid = true;
    for payment in &args.payments {
        let Some(answer) = pay(&context, args, payment)? else {
            print(&["gave up".into(), payment.id.clone().into()])?;
            return Ok(false);
        };
        all_paid &= answer[0] == b"ok";
        print(&answer)?;
    }
    Ok(all_paid)
}

/// Asks until an answer comes, at most as often as told; none where none came.
fn pay(context: &Context, args: &Args, payment: &Payment) -> Result<Option<Vec<Vec<u8>>>, Error> {
    for _ in 0..args.tries {
        let answer = ask(context, args, payment)?;
        if let Some(answer) = answer.filter(|answer| answers(answer, payment)) {
            return Ok(Some(answer));
        }
    }
    Ok(None)
}

/// Asks once, on a socket of its own: after an answer that did not come, a REQ socket can only be closed.
fn ask(context: &Context, args: &Args, payment: &Payment) -> Result<Option<Vec<Vec<u8>>>, Error> {
    let socket = context.socket(zmq::REQ)?;
    // A request that found nobody goes away with its socket.
    socket.set_linger(0).or_explain("set the linger of", "the REQ socket")?;
    socket.set_rcvtimeo(args.timeout).or_explain("set the timeout of", "the REQ socket")?;
    args.connect.connect(&socket)?;
    socket.send_multipart([&payment.id, &payment.amount], 0).or_explain("send on", "the REQ socket")?;
    match socket.recv_multipart(0) {
        Err(zmq::Error::EAGAIN) => Ok(None),
        answer => answer.map(Some).or_explain("receive on", "the REQ socket"),
    }
}

/// Whether these frames answer this payment, and not another one.
fn answers(frames: &[Vec<u8>], payment: &Payment) -> bool {
    frames.len() == 3 && frames[1].starts_with(payment.id.as_bytes())
}

/// Prints frames as they are, with blanks between them, and a newline.
fn print(frames: &[Vec<u8>]) -> Result<(), Error> {
    let line = [&frames.join(&b' ')[..], b"\n"].concat();
    let mut out = std::io::stdout().lock();
    out.write_all(&line).and_then(|()| out.flush()).map_err(|error| Error::output(&error))
}
