//! Asks through a DEALER, which leaves the empty frame between envelope and message to the program.

#[path = "../text.rs"]
mod text;

use std::process::ExitCode;

use clap::Parser;
use shared::{Attach, Context, Error, OrExplain};

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    attach: Attach,
    #[arg(long, default_value = "ping")]
    text: String,
    #[arg(long, default_value_t = 1)]
    count: u32,
}

fn main() -> ExitCode {
    shared::finish(run(&Args::parse()))
}

fn run(args: &Args) -> Result<(), Error> {
    let context = Context::new();
    let socket = context.socket(zmq::DEALER)?;
    args.attach.attach(&socket)?;
    for _ in 0..args.count {
        socket
            .send_multipart([Vec::new(), text::encode(&args.text)], 0)
            .or_explain("send on", "the DEALER socket")?;
        let reply = socket.recv_multipart(0).or_explain("receive on", "the DEALER socket")?;
        let text = text::decode(reply.last().map_or(&[], Vec::as_slice));
        println!("{}", text.map_err(|why| Error::Io { act: "take".into(), object: "a reply".into(), why })?);
    }
    Ok(())
}
