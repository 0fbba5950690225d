//! A raw ZMTP peer: what the zmq API hides, said byte by byte over a plain socket.
//!
//! It does only what it is told: it sends no heartbeats and answers none, and checks no socket types. Every wait has
//! an end.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;

use crate::tap::endpoint::{Endpoint, Listener, Stream, is_ready};
use crate::zmtp::{Command, Content, Decoder, Greeting, Metadata, Unit, message, subscription_message};

/// One end of a connection that speaks ZMTP as it is told.
#[derive(Debug)]
pub struct RawPeer {
    stream: Stream,
    decoder: Decoder,
    limit: Duration,
    /// The minor version that it announced itself.
    minor: u8,
}

/// Waits for somebody to connect to a raw peer.
#[derive(Debug)]
pub struct RawListener {
    listener: Listener,
    limit: Duration,
}

fn too_late(what: &str, limit: Duration) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("{what}: nothing for {} ms", limit.as_millis()))
}

fn invalid(why: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.into())
}

impl RawListener {
    /// Listens on an endpoint of tcp or ipc; each wait, also of the peers it accepts, ends after `limit`.
    pub fn bind(endpoint: &str, limit: Duration) -> io::Result<Self> {
        Ok(Self { listener: endpoint.parse::<Endpoint>()?.listen()?, limit })
    }

    /// Where it can be connected to.
    pub fn endpoint(&self) -> String {
        self.listener.endpoint().to_string()
    }

    /// The next that connects.
    pub fn accept(&self) -> io::Result<RawPeer> {
        let end = Instant::now() + self.limit;
        loop {
            match self.listener.accept() {
                Ok(stream) => return Ok(RawPeer::over(stream, self.limit)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
            if !is_ready(&self.listener, PollFlags::IN, end.saturating_duration_since(Instant::now()))? {
                return Err(too_late("nobody connects", self.limit));
            }
        }
    }
}

impl RawPeer {
    /// Connects to an endpoint of tcp or ipc; each wait ends after `limit`.
    pub fn connect(endpoint: &str, limit: Duration) -> io::Result<Self> {
        Ok(Self::over(endpoint.parse::<Endpoint>()?.connect()?, limit))
    }

    fn over(stream: Stream, limit: Duration) -> Self {
        Self { stream, decoder: Decoder::new(), limit, minor: 1 }
    }

    /// Ends each wait after this time from now on.
    pub fn wait_at_most(&mut self, limit: Duration) {
        self.limit = limit;
    }

    /// Sends a greeting and waits for the other side's.
    pub fn greet(&mut self, greeting: &Greeting) -> io::Result<Greeting> {
        self.minor = greeting.minor;
        self.send(&greeting.encode())?;
        loop {
            match self.receive_some("the greeting")?.content {
                Content::GreetingPart => {}
                Content::Greeting(theirs) => return Ok(theirs),
                other => return Err(invalid(format!("{other:?} came where the greeting was due"))),
            }
        }
    }

    /// Sends READY and waits for the other side's. Before that nothing may be sent: a publisher takes what comes
    /// before it is ready for a broken handshake.
    pub fn ready(&mut self, metadata: Metadata) -> io::Result<Metadata> {
        self.send_command(&Command::Ready(metadata))?;
        match self.receive_some("READY")?.content {
            Content::Command(Command::Ready(theirs)) => Ok(theirs),
            other => Err(invalid(format!("{other:?} came where READY was due"))),
        }
    }

    /// The whole handshake of ZMTP 3.1 without security, as a socket of this type, as in `SUB`.
    pub fn shake_hands(&mut self, socket_type: &str) -> io::Result<Metadata> {
        self.greet(&Greeting::default())?;
        self.ready(Metadata::of(socket_type).with("Identity", ""))
    }

    /// The same in ZMTP 3.0, which has neither PING nor the SUBSCRIBE command.
    pub fn shake_hands_3_0(&mut self, socket_type: &str) -> io::Result<Metadata> {
        self.greet(&Greeting::new(3, 0))?;
        self.ready(Metadata::of(socket_type).with("Identity", ""))
    }

    /// Subscribes, in the form of the version that it announced.
    pub fn subscribe(&mut self, topic: &[u8]) -> io::Result<()> {
        if self.minor == 0 {
            self.send(&subscription_message(topic, false))
        } else {
            self.send_command(&Command::Subscribe(topic.to_vec()))
        }
    }

    /// Sends a message of these frames.
    pub fn send_message<F: AsRef<[u8]>>(&mut self, frames: &[F]) -> io::Result<()> {
        self.send(&message(frames))
    }

    /// Sends a command.
    pub fn send_command(&mut self, command: &Command) -> io::Result<()> {
        self.send(&command.encode())
    }

    /// Sends any bytes.
    pub fn send(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let end = Instant::now() + self.limit;
        while !bytes.is_empty() {
            match (&self.stream).write(bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let left = end.saturating_duration_since(Instant::now());
                    if !is_ready(&self.stream, PollFlags::OUT, left)? {
                        return Err(too_late("the other side does not read", self.limit));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The next unit; nothing where the other side has closed.
    pub fn receive(&mut self) -> io::Result<Option<Unit>> {
        let end = Instant::now() + self.limit;
        loop {
            match self.decoder.next() {
                Some(Ok(unit)) => return Ok(Some(unit)),
                Some(Err(error)) => return Err(invalid(error.to_string())),
                None => {}
            }
            let bytes = self.read(end)?;
            if bytes.is_empty() {
                return Ok(None);
            }
            self.decoder.push(&bytes);
        }
    }

    /// The next message; other units before it are skipped.
    pub fn receive_message(&mut self) -> io::Result<Vec<Vec<u8>>> {
        loop {
            if let Content::Message { frames, .. } = self.receive_some("a message")?.content {
                return Ok(frames);
            }
        }
    }

    /// The next bytes as they come, those first that were read already; none where the other side has closed. No
    /// units can be received after that.
    pub fn receive_bytes(&mut self) -> io::Result<Vec<u8>> {
        let rest = self.decoder.take_rest();
        if !rest.is_empty() {
            return Ok(rest);
        }
        self.read(Instant::now() + self.limit)
    }

    /// Waits until the other side closes, whatever it sends before.
    pub fn wait_closed(&mut self) -> io::Result<()> {
        let end = Instant::now() + self.limit;
        while !self.read(end)?.is_empty() {}
        Ok(())
    }

    /// Says that it sends no more, and goes on reading.
    pub fn finish(&self) {
        self.stream.finish();
    }

    fn receive_some(&mut self, what: &str) -> io::Result<Unit> {
        let closed = || io::Error::new(io::ErrorKind::UnexpectedEof, format!("closed where {what} was due"));
        self.receive()?.ok_or_else(closed)
    }

    fn read(&mut self, end: Instant) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; 64 << 10];
        loop {
            match (&self.stream).read(&mut bytes) {
                Ok(count) => {
                    bytes.truncate(count);
                    return Ok(bytes);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let left = end.saturating_duration_since(Instant::now());
                    if !is_ready(&self.stream, PollFlags::IN, left)? {
                        return Err(too_late("the other side is silent", self.limit));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A reset is an end.
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(Vec::new()),
                Err(error) => return Err(error),
            }
        }
    }
}
