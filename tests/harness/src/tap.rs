//! A tap: it stands between ZeroMQ programs, sees what they say, and disturbs it when told.
//!
//! Programs connect to its endpoint, and it leads each connection on to where they meant to go, over tcp or ipc. Told
//! nothing it is true to the byte. Everything it sees goes into the timeline before it is passed on. With
//! [rules](rule) it loses, holds, delays, cuts, freezes or corrupts, on given connections and given messages, so that
//! a race that usually goes well fails always. It needs no libzmq.
//!
//! ```no_run
//! # fn f(timeline: harness::timeline::Timeline, publisher: &str) -> Result<(), Box<dyn std::error::Error>> {
//! # let deadline = std::time::Duration::from_secs(5);
//! use harness::tap::{Tap, subscriptions};
//! let tap = Tap::between(&timeline, "late link")
//!     .called("late subscriber", "publisher")
//!     .to(publisher)
//!     .with(subscriptions().hold())
//!     .listen("tcp://127.0.0.1:*")?;
//! // … the late subscriber is started with tap.endpoint(), the publisher publishes …
//! tap.wait_until(deadline, |state| state.subscriptions() == 1)?;
//! tap.release();
//! tap.wait_live(1, deadline)?;
//! // … from here on nothing is lost.
//! # Ok(())
//! # }
//! ```

mod barrier;
mod connection;
mod corrupt;
pub mod endpoint;
mod engine;
mod flow;
mod passage;
pub mod rule;
mod rules;
mod state;
mod voice;

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::timeline::{Link, Timeline, What};
use crate::zmtp::DEFAULT_LIMIT;

use connection::Options;
use endpoint::Endpoint;
use engine::Engine;
use state::{Asking, Control, Order, Shared};
use voice::Naming;

pub use rule::{
    About, Rule, Side, Which, connections, greetings, handshakes, heartbeats, messages, subscriptions,
};
pub use state::{ConnectionState, Counts, State, WaitError};

/// A tap that does not listen yet.
#[must_use]
pub struct Builder {
    timeline: Timeline,
    name: String,
    connector: Naming,
    acceptor: String,
    control: Control,
    options: Options,
    target: io::Result<()>,
}

/// A tap that listens. When it is dropped its sockets are closed at once, whatever is on the way, and its thread and
/// the file of an ipc endpoint are gone.
#[derive(Debug)]
pub struct Tap {
    shared: Arc<Shared>,
    bell: UnixStream,
    thread: Option<JoinHandle<()>>,
    endpoint: String,
    name: String,
    timeline: Timeline,
}

/// A rule that a running tap was given, to be lifted again.
#[derive(Debug)]
#[must_use = "a rule that nobody keeps stands for ever; say `.for_good()` where that is meant"]
pub struct Standing<'a> {
    tap: &'a Tap,
    id: u64,
}

impl Tap {
    /// A tap on a link of this name, which writes into this record.
    pub fn between(timeline: &Timeline, name: &str) -> Builder {
        Builder {
            timeline: timeline.clone(),
            name: name.into(),
            connector: Naming::ByNumber(Box::new(|number| format!("client {number}"))),
            acceptor: "server".into(),
            control: Control::default(),
            options: Options { unit_limit: DEFAULT_LIMIT, close_on_garbage: false, by_identity: false },
            target: Ok(()),
        }
    }
}

impl Builder {
    /// How the two sides are called; else they are `client 1`, `client 2`, … by the number of the connection, and `server`.
    pub fn called(self, connector: &str, acceptor: &str) -> Self {
        let connector = connector.to_string();
        self.connectors_called(move |_| connector.clone()).acceptor_called(acceptor)
    }

    /// How the side is called that is connected to.
    pub fn acceptor_called(mut self, name: &str) -> Self {
        self.acceptor = name.into();
        self
    }

    /// How the sides are called that connect, by the number of their connection, from 1.
    pub fn connectors_called(mut self, name_of: impl Fn(u32) -> String + Send + 'static) -> Self {
        self.connector = Naming::ByNumber(Box::new(name_of));
        self.options.by_identity = false;
        self
    }

    /// Calls the sides that connect by the identity in their READY; where there is none, by the number.
    pub fn connectors_called_by_identity(mut self) -> Self {
        let (Naming::ByNumber(name_of) | Naming::ByIdentity(name_of)) = self.connector;
        self.connector = Naming::ByIdentity(name_of);
        self.options.by_identity = true;
        self
    }

    /// Where connections are led to. While that is not known, or nobody is bound there, who comes is closed.
    pub fn to(mut self, endpoint: &str) -> Self {
        match endpoint.parse() {
            Ok(target) => self.control.target = Some(target),
            Err(error) => self.target = Err(error),
        }
        self
    }

    /// Gives it a rule before it starts.
    pub fn with(mut self, rule: Rule) -> Self {
        self.control.rules.add(rule);
        self
    }

    /// Closes a connection on which something else than ZMTP comes; else that is passed on as it is.
    pub fn closing_on_garbage(mut self) -> Self {
        self.options.close_on_garbage = true;
        self
    }

    /// Keeps messages of at most this many octets as a whole, 16 MiB unless told; longer ones stream through.
    pub fn keeping_at_most(mut self, octets: usize) -> Self {
        self.options.unit_limit = octets;
        self
    }

    /// Listens on `tcp://127.0.0.1:*`, `ipc://PATH`, `ipc://*` or, on Linux, `ipc://@NAME`, and begins.
    pub fn listen(self, endpoint: &str) -> io::Result<Tap> {
        self.target?;
        let listener = endpoint.parse::<Endpoint>()?.listen()?;
        let endpoint = listener.endpoint().to_string();
        let (bell, rope) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        rope.set_nonblocking(true)?;
        let shared = Arc::new(Shared::of(self.control));
        let engine = Engine {
            shared: Arc::clone(&shared),
            listener,
            bell,
            timeline: self.timeline.clone(),
            name: self.name.clone(),
            connector: self.connector,
            acceptor: self.acceptor,
            options: self.options,
            connections: Vec::new(),
            no_accept_before: None,
        };
        let thread = std::thread::Builder::new().name(format!("tap {}", self.name)).spawn(|| engine.run())?;
        let (name, timeline) = (self.name, self.timeline);
        Ok(Tap { shared, bell: rope, thread: Some(thread), endpoint, name, timeline })
    }
}

impl Tap {
    /// Where programs connect to.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What the link is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Leads connections there from now on; those that are led elsewhere stay there.
    pub fn to(&self, endpoint: &str) -> io::Result<&Self> {
        let target = endpoint.parse()?;
        self.ask(|control| control.target = Some(target));
        Ok(self)
    }

    /// Gives it a rule. It holds for all that is sent after this returns.
    pub fn with(&self, rule: Rule) -> Standing<'_> {
        let mut id = 0;
        self.ask(|control| id = control.rules.add(rule));
        Standing { tap: self, id }
    }

    /// Loses the next message from this side.
    pub fn lose_next(&self, side: Side) {
        self.with(messages(Which::next(1)).from(side).lose()).for_good();
    }

    /// Lifts all rules that hold or freeze. What was kept back is on its way when this returns.
    pub fn release(&self) {
        self.lift(|control| control.rules.holding());
        self.order(Order::Thaw);
    }

    /// Closes both sides of all connections; what was passed on before still arrives.
    pub fn cut_now(&self) {
        self.order(Order::Cut);
    }

    /// Passes on nothing more on the connections that there are, and closes nothing, until [`release`](Self::release).
    pub fn freeze_now(&self) {
        self.order(Order::Freeze);
    }

    /// What it has seen so far.
    pub fn state(&self) -> State {
        self.shared.lock().state.clone()
    }

    /// Waits until it has seen enough; looks again whenever it has seen more.
    pub fn wait_until(
        &self,
        limit: Duration,
        mut enough: impl FnMut(&State) -> bool,
    ) -> Result<(), WaitError> {
        self.shared.wait(limit, |control| enough(&control.state))
    }

    /// Waits until so many subscriptions, counted over all connections, are known to their publishers' sockets, so
    /// that what is published from now on reaches them.
    ///
    /// From the first such call on the tap sends a PING of its own behind subscriptions and swallows the PONG. Not
    /// with publishers that speak ZMTP 3.0 only.
    pub fn wait_live(&self, subscriptions: u64, limit: Duration) -> Result<(), WaitError> {
        self.ask(|control| control.barrier = Asking::Yes);
        let mut in_vain = false;
        self.shared.wait(limit, |control| {
            in_vain = control.barrier == Asking::InVain;
            in_vain || control.state.live() >= subscriptions
        })?;
        if in_vain { Err(WaitError::NoPing) } else { Ok(()) }
    }

    fn order(&self, order: Order) {
        self.ask(|control| control.orders.push_back(order));
    }

    fn lift(&self, which: impl FnOnce(&Control) -> Vec<u64>) {
        self.ask(|control| {
            for id in which(control) {
                let Some((what, connections)) = control.rules.lift(id) else { continue };
                for connection in connections {
                    let link = Some(Link { name: self.name.clone(), connection });
                    self.timeline.record(What::Fault { link, what: what.clone() });
                }
            }
        });
    }

    /// Changes something, and waits until the thread has acted on it. The thread never waits while it works, so this
    /// is soon.
    fn ask(&self, change: impl FnOnce(&mut Control)) {
        let ticket = {
            let mut control = self.shared.lock();
            change(&mut control);
            control.asked += 1;
            control.asked
        };
        self.wake();
        // An error means that the thread has ended; then there is nothing to act on.
        let _ = self.shared.wait(Duration::MAX, |control| control.answered >= ticket);
    }

    fn wake(&self) {
        // A full pipe wakes as well.
        let _ = (&self.bell).write(&[1]);
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.shared.lock().stop = true;
        self.wake();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Standing<'_> {
    /// Lifts the rule; what it held goes on its way.
    pub fn release(self) {
        self.tap.lift(|_| vec![self.id]);
    }

    /// Lets it stand as long as the tap does.
    pub fn for_good(self) {}
}
