//! A ZMTP peer that is nothing but a TCP connection and the codec.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use harness::zmtp::{Command, Content, Decoder, Greeting};

/// Ends a hang; nothing here takes long.
const DEADLINE: Duration = Duration::from_secs(30);

/// The raw side of one connection.
pub(crate) struct Raw {
    stream: TcpStream,
    decoder: Decoder,
    /// All bytes that came.
    pub(crate) received: Vec<u8>,
    /// What they meant, but for parts of the greeting and heartbeats, which come when they please.
    pub(crate) contents: Vec<Content>,
    /// The PINGs that came.
    pub(crate) pings: Vec<Command>,
    /// The bytes of all units.
    decoded: Vec<u8>,
}

impl Raw {
    pub(crate) fn accept(listener: &TcpListener) -> Self {
        Self::over(listener.accept().unwrap().0)
    }

    pub(crate) fn over(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        Self {
            stream,
            decoder: Decoder::with_limit(64 << 20),
            received: Vec::new(),
            contents: Vec::new(),
            pings: Vec::new(),
            decoded: Vec::new(),
        }
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Reads until this many units are there, heartbeats not counted.
    pub(crate) fn wait_for(&mut self, units: usize) {
        while self.contents.len() < units {
            self.read();
        }
    }

    /// Takes what comes next.
    pub(crate) fn read(&mut self) {
        let mut buffer = [0; 16 * 1024];
        let read = match self.stream.read(&mut buffer) {
            Ok(0) => panic!("the peer closed the connection after {:?}", self.contents),
            Ok(read) => read,
            Err(error) => panic!("{error}; so far {:?}", self.contents),
        };
        self.received.extend(&buffer[..read]);
        self.decoder.push(&buffer[..read]);
        for unit in self.decoder.by_ref() {
            let unit = unit.unwrap();
            self.decoded.extend(&unit.raw);
            match unit.content {
                Content::GreetingPart => {}
                Content::Command(ping @ Command::Ping { .. }) => self.pings.push(ping),
                content => self.contents.push(content),
            }
        }
        let held = self.decoder.rest().len();
        assert_eq!(self.decoded.len() + held, self.received.len());
        assert_eq!(self.decoded, self.received[..self.decoded.len()], "the units' bytes are the stream's");
    }

    /// Greets, and waits for the other's greeting.
    pub(crate) fn greet(&mut self, greeting: &Greeting) {
        self.send(&greeting.encode());
        self.wait_for(1);
    }

    /// The whole handshake of NULL, as a socket of this type.
    pub(crate) fn shake_hands(&mut self, greeting: &Greeting, socket_type: &str) {
        self.greet(greeting);
        self.send_ready(&Command::ready(socket_type).encode());
    }

    /// Sends READY and waits for the other's. Nothing may be sent before that came (RFC 37, "The NULL Security
    /// Mechanism"): libzmq takes it for a second command of the handshake and closes the connection.
    pub(crate) fn send_ready(&mut self, ready: &[u8]) {
        self.send(ready);
        self.wait_for(2);
    }

    /// Whether the other side closes the connection; what it sends before is ignored.
    pub(crate) fn is_closed_by_peer(&mut self) -> bool {
        let mut buffer = [0; 1024];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) => return error.kind() == ErrorKind::ConnectionReset,
            }
        }
    }

    /// What the other side says its socket is.
    pub(crate) fn peer(&self) -> Option<&str> {
        self.decoder.socket_type()
    }
}
