//! The same service behind a ROUTER, which sees the envelope that a REP hides: frames up to the first empty one say who asked.

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

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    attach: Attach,
    #[arg(long)]
    plain_pickle: bool,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let socket = context.socket(zmq::ROUTER)?;
    args.attach.attach(&socket)?;
    loop {
        let mut frames = socket.recv_multipart(0).or_explain("receive on", "the ROUTER socket")?;
        let Some(delimiter) = frames.iter().position(Vec::is_empty) else { continue };
        let request = frames.split_off(delimiter + 1);
        let reply = if args.plain_pickle { text_reply(&request) } else { reading_reply(&request) };
        frames.extend(reply);
        socket.send_multipart(frames, 0).or_explain("send on", "the ROUTER socket")?;
    }
}

fn reading_reply(request: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let answer = || -> Result<Vec<u8>, String> {
        if request.len() != 2 {
            return Err("two frames are wanted".into());
        }
        let mut reading = formats::decode(&request[0], &request[1])?;
        match reading.seq {
            u64::MAX => Err("seq cannot be counted on".into()),
            seq => {
                reading.seq = seq + 1;
                formats::encode(&request[0], &reading)
            }
        }
    };
    match answer() {
        Ok(body) => vec![request[0].clone(), body],
        Err(why) => vec!["error".into(), why.into()],
    }
}

fn text_reply(request: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let text = match request.len() {
        1 => text::decode(&request[0]),
        other => Err(format!("one frame is wanted and {other} came")),
    };
    let reply = match text {
        Ok(text) => {
            let _ = std::io::stdout().write_all(format!("{text}\n").as_bytes());
            "pong".into()
        }
        Err(why) => format!("error: {why}"),
    };
    vec![text::encode(&reply)]
}
