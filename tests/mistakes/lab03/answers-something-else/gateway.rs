//! The gateway: takes a reading in any of four formats and gives it back in the same format, with its number counted on.

#[path = "../formats.rs"]
mod formats;
#[path = "../pickled.rs"]
mod pickled;
#[path = "../reading.rs"]
mod reading;
#[path = "../text.rs"]
mod text;
#[path = "../versioned.rs"]
mod versioned;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use shared::{Attach, Context, Error, OrExplain};

/// Takes readings in several formats and gives each back with its number counted on
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    attach: Attach,
    /// Take pickled texts in one frame instead, print them, and answer a pickled `pong`
    #[arg(long)]
    plain_pickle: bool,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

/// Opens the program's one socket and serves.
fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let socket = context.socket(zmq::REP)?;
    args.attach.attach(&socket)?;
    if args.plain_pickle { serve_texts(&socket) } else { serve_readings(&socket) }
}

/// Answers one request after the other, for ever. Whatever comes gets a reply: without one its sender waits for ever.
fn serve_readings(socket: &zmq::Socket) -> Result<(), Error> {
    loop {
        let request = socket.recv_multipart(0).or_explain("receive on", "the REP socket")?;
        let reply = answer(&request).unwrap_or_else(|why| [b"error".to_vec(), why.into_bytes()]);
        socket.send_multipart(reply, 0).or_explain("send on", "the REP socket")?;
    }
}

/// The reply to a request of the frames [format, body]; or why there is none.
fn answer(request: &[Vec<u8>]) -> Result<[Vec<u8>; 2], String> {
    let [format, body] = request else {
        return Err(format!("a request has two frames, format and body, and this one has {}", request.len()));
    };
    let mut reading = formats::decode(format, body)?;
    reading.seq = reading.seq.checked_add(1).ok_or("seq is the highest number there is")?;
    Ok([format.clone(), formats::encode(format, &reading)?])
}

/// Prints every pickled text and answers a pickled `pong`, for ever.
fn serve_texts(socket: &zmq::Socket) -> Result<(), Error> {
    loop {
        let request = socket.recv_multipart(0).or_explain("receive on", "the REP socket")?;
        let reply = match text_of(&request) {
            Ok(text) => {
                print(&text)?;
                "Pong".to_string()
            }
            Err(why) => format!("error: {why}"),
        };
        socket.send(text::encode(&reply), 0).or_explain("send on", "the REP socket")?;
    }
}

/// The text of a request of one frame.
fn text_of(request: &[Vec<u8>]) -> Result<String, String> {
    match request {
        [frame] => text::decode(frame),
        _ => Err(format!("a request has one frame, and this one has {}", request.len())),
    }
}

/// Prints a line.
fn print(text: &str) -> Result<(), Error> {
    writeln!(std::io::stdout(), "{text}").map_err(|error| Error::output(&error))
}
