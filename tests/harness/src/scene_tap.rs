//! Taps on a scene: they write into its timeline, wait as long as it does, and explain themselves as it does.

use std::fmt::Display;

use crate::failure::Failure;
use crate::scene::{Program, Scene};
use crate::tap::endpoint::Endpoint;
use crate::tap::{Builder, Rule, Side, Standing, State, Tap, WaitError};

/// A tap of a scene that does not listen yet.
#[must_use]
pub struct SceneTapBuilder {
    scene: Scene,
    name: String,
    acceptor: String,
    builder: Builder,
}

/// A tap of a scene. It goes away with the check's variable, before the programs do.
pub struct SceneTap {
    scene: Scene,
    acceptor: String,
    tap: Tap,
}

/// The harness itself cannot go on: never the student's fault.
fn broken(name: &str, what: &str, error: impl Display) -> ! {
    Failure::error(format!("the tap `{name}` {what}: {error}")).throw()
}

/// Fails the check unless somebody can connect to this endpoint: a program may have printed it.
fn can_be_connected_to(scene: &Scene, who: &str, endpoint: &str) {
    if let Err(error) = endpoint.parse::<Endpoint>() {
        scene.fail_to_connect(who, endpoint, error);
    }
}

impl Scene {
    /// A tap on a link of this name.
    pub fn tap(&self, name: &str) -> SceneTapBuilder {
        let builder = Tap::between(self.timeline(), name);
        SceneTapBuilder { scene: self.clone(), name: name.into(), acceptor: "server".into(), builder }
    }
}

impl SceneTapBuilder {
    /// How the two sides are called: the names of the programs, as the scene started them.
    pub fn called(mut self, connector: &str, acceptor: &str) -> Self {
        self.acceptor = acceptor.into();
        self.change(|builder| builder.called(connector, acceptor))
    }

    /// How the sides are called that connect, by the number of their connection, from 1.
    pub fn connectors_called(self, name_of: impl Fn(u32) -> String + Send + 'static) -> Self {
        self.change(|builder| builder.connectors_called(name_of))
    }

    /// Calls the sides that connect by the identity in their READY.
    pub fn connectors_called_by_identity(self) -> Self {
        self.change(Builder::connectors_called_by_identity)
    }

    /// Where connections are led to, as in `publisher.bound()`.
    pub fn to(self, endpoint: &str) -> Self {
        can_be_connected_to(&self.scene, &self.acceptor, endpoint);
        self.change(|builder| builder.to(endpoint))
    }

    /// Leads to a program, and calls that side by its name.
    pub fn to_program(mut self, program: &Program, endpoint: &str) -> Self {
        self.acceptor = program.name();
        can_be_connected_to(&self.scene, &self.acceptor, endpoint);
        self.change(|builder| builder.acceptor_called(&program.name()).to(endpoint))
    }

    /// Gives it a rule before it starts.
    pub fn with(self, rule: Rule) -> Self {
        self.change(|builder| builder.with(rule))
    }

    /// Starts it on a port of its own, `tcp://127.0.0.1:*`.
    pub fn start(self) -> SceneTap {
        self.listen("tcp://127.0.0.1:*")
    }

    /// Starts it on an endpoint, such as [`Scene::ipc`] or [`Scene::abstract_ipc`] give.
    pub fn listen(self, endpoint: &str) -> SceneTap {
        let Self { scene, name, acceptor, builder } = self;
        match builder.listen(endpoint) {
            Ok(tap) => SceneTap { scene, acceptor, tap },
            Err(error) => broken(&name, &format!("cannot lead from {endpoint}"), error),
        }
    }

    fn change(self, change: impl FnOnce(Builder) -> Builder) -> Self {
        Self { builder: change(self.builder), ..self }
    }
}

impl SceneTap {
    /// Where programs connect to.
    pub fn endpoint(&self) -> &str {
        self.tap.endpoint()
    }

    /// The tap itself.
    pub fn tap(&self) -> &Tap {
        &self.tap
    }

    /// Leads connections there from now on.
    pub fn to(&self, endpoint: &str) -> &Self {
        match self.tap.to(endpoint) {
            Ok(_) => self,
            Err(error) => self.scene.fail_to_connect(&self.acceptor, endpoint, error),
        }
    }

    /// Gives it a rule.
    pub fn with(&self, rule: Rule) -> Standing<'_> {
        self.tap.with(rule)
    }

    /// Loses the next message from this side.
    pub fn lose_next(&self, side: Side) {
        self.tap.lose_next(side);
    }

    /// Lifts all rules that hold or freeze.
    pub fn release(&self) {
        self.tap.release();
    }

    /// Closes both sides of all connections.
    pub fn cut_now(&self) {
        self.tap.cut_now();
    }

    /// Passes on nothing more and closes nothing.
    pub fn freeze_now(&self) {
        self.tap.freeze_now();
    }

    /// What it has seen so far.
    pub fn state(&self) -> State {
        self.tap.state()
    }

    /// Waits until it has seen enough; `what` says in a failure what that is, as in `two subscriptions to come`.
    pub fn wait_until(&self, what: &str, enough: impl FnMut(&State) -> bool) {
        let result = self.tap.wait_until(self.scene.deadline(), enough);
        self.explain(what, result);
    }

    /// Waits until so many subscriptions are known to the publisher's socket; not to the deadline where the side that
    /// accepts is a program that has ended, or another program fails.
    pub fn wait_live(&self, subscriptions: u64) {
        let result = self.scene.watching_the_others("the check", self.scene.deadline(), |slice| {
            let ended = self.scene.has_ended(&self.acceptor);
            match self.tap.wait_live(subscriptions, slice) {
                Err(WaitError::Deadline(_)) if !ended => None,
                result => Some(result),
            }
        });
        let result = result.unwrap_or_else(|| Err(WaitError::Deadline(Box::new(self.tap.state()))));
        self.explain(&format!("{subscriptions} subscriptions to be known to {}", self.acceptor), result);
    }

    fn explain(&self, what: &str, result: Result<(), WaitError>) {
        match result {
            Ok(()) => {}
            Err(WaitError::Deadline(state)) => {
                let who = format!("the tap `{}`, which saw {state},", self.tap.name());
                self.scene.hang(&who, what, Some(&self.acceptor))
            }
            Err(error) => broken(self.tap.name(), "cannot wait", error),
        }
    }
}
