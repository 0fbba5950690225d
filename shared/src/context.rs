//! A context that is ended right when it goes out of scope.

use std::marker::PhantomData;
use std::ops::Deref;
use std::time::Duration;

use crate::error::{Error, OrExplain};
use crate::signals::uninterrupted;

/// How long a closed socket goes on trying to deliver what it still holds, unless the program says otherwise.
///
/// libzmq's own default is for ever (`ZMQ_LINGER`, zmq_setsockopt(3)): then a message to somebody who never comes keeps
/// the program from ending.
pub const LINGER: Duration = Duration::from_secs(1);

/// A ZeroMQ context. When it goes out of scope, it is ended: every call that still blocks on one of its sockets, in
/// whatever thread, returns `ETERM`, and what was sent is delivered for at most [`LINGER`].
///
/// A plain `zmq::Context` only counts its sockets: dropping it wakes nobody, and a thread that waits in `recv` waits on.
/// A [`Socket`] borrows its context, so the compiler sees to it that the sockets go first.
///
/// ```
/// # fn main() -> Result<(), shared::Error> {
/// let context = shared::Context::new();
/// let server = context.socket(zmq::REP)?;
/// let client = context.socket(zmq::REQ)?;
/// server.bind("inproc://door").unwrap();
/// client.connect("inproc://door").unwrap();
/// client.send("ping", 0).unwrap();
/// assert_eq!(server.recv_bytes(0).unwrap(), b"ping");
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct Context {
    inner: zmq::Context,
}

impl Context {
    /// A new context. A program needs one, for all its threads.
    pub fn new() -> Self {
        Self { inner: zmq::Context::new() }
    }

    /// Opens a socket whose linger is [`LINGER`].
    pub fn socket(&self, kind: zmq::SocketType) -> Result<Socket<'_>, Error> {
        let open = || {
            let inner = self.inner.socket(kind)?;
            inner.set_linger(i32::try_from(LINGER.as_millis()).unwrap_or(i32::MAX))?;
            Ok(inner)
        };
        let inner = open().or_explain("open a socket", format!("{kind:?}"))?;
        Ok(Socket { inner, context: PhantomData })
    }

    /// Ends the context now: wakes every call that blocks on one of its sockets, and waits until all of them are closed.
    ///
    /// Call it from a thread that holds no socket of this context; otherwise it waits for itself.
    pub fn end(&self) {
        // A clone is another handle to the same context. A signal interrupts this wait, too, and the context would not be at its
        // end. The only other error is EFAULT: it was ended before.
        let _ = uninterrupted(|| self.inner.clone().destroy());
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        self.end();
    }
}

/// A socket that cannot outlive its [`Context`]. It is a `zmq::Socket` for everything else.
pub struct Socket<'context> {
    inner: zmq::Socket,
    context: PhantomData<&'context Context>,
}

impl Deref for Socket<'_> {
    type Target = zmq::Socket;

    fn deref(&self) -> &zmq::Socket {
        &self.inner
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn ending_wakes_a_thread_that_waits() {
        let context = Context::new();
        let (waits, ready) = mpsc::channel();
        thread::scope(|scope| {
            let waiter = scope.spawn(|| {
                let socket = context.socket(zmq::PULL).unwrap();
                socket.bind("inproc://nobody").unwrap();
                waits.send(()).unwrap();
                socket.recv_bytes(0)
            });
            ready.recv().unwrap();
            context.end();
            assert_eq!(waiter.join().unwrap(), Err(zmq::Error::ETERM));
        });
    }

    #[test]
    fn a_message_to_nobody_does_not_keep_the_context() {
        let context = Context::new();
        let socket = context.socket(zmq::PUSH).unwrap();
        socket.connect("tcp://127.0.0.1:9").unwrap();
        socket.send("to nobody", 0).unwrap();
        drop(socket);
        drop(context); // with libzmq's default linger this line never ends
    }
}
