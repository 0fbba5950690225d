//! Which of a tap's rules apply to what comes along.

use std::collections::BTreeSet;
use std::time::Duration;

use super::rule::{About, Act, Choice, Object, Rule, Scope, Side};

/// What a rule is held against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) thing: Thing<'a>,
    /// Who sent it; a connection comes from nobody.
    pub(crate) side: Option<Side>,
    pub(crate) connection: u32,
}

/// What it is that a rule may be about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Thing<'a> {
    Connection,
    Greeting,
    Handshake,
    Subscription,
    Heartbeat,
    Message {
        frames: &'a [Vec<u8>],
        /// Its number on the link.
        on_link: u64,
        /// Its number on its connection.
        on_connection: u64,
    },
    /// No rule is about it.
    Other,
}

/// What the rules say to one thing.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// What is done with it, unless it is passed on, and by which rule.
    pub(crate) act: Option<(u64, Act)>,
    /// The rules that must be lifted before it goes on.
    pub(crate) held_by: Vec<u64>,
    pub(crate) delay: Option<Duration>,
    /// What was not said of this connection before.
    pub(crate) faults: Vec<String>,
}

/// The rules of a tap, in the order in which they were given.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    standing: Vec<Standing>,
    given: u64,
}

#[derive(Debug)]
struct Standing {
    id: u64,
    rule: Rule,
    /// The rule as a sentence, as it was given.
    text: String,
    /// The connections of which the timeline tells that the rule was applied.
    told: BTreeSet<u32>,
}

impl Rules {
    pub(crate) fn add(&mut self, rule: Rule) -> u64 {
        self.given += 1;
        let text = rule.to_string();
        self.standing.push(Standing { id: self.given, rule, text, told: BTreeSet::new() });
        self.given
    }

    /// Ends a rule; gives what to say of it, and on which connections.
    pub(crate) fn lift(&mut self, id: u64) -> Option<(String, BTreeSet<u32>)> {
        let at = self.standing.iter().position(|standing| standing.id == id)?;
        let lifted = self.standing.remove(at);
        Some((format!("no longer: {}", lifted.text), lifted.told))
    }

    /// The rules that keep something back.
    pub(crate) fn holding(&self) -> Vec<u64> {
        let holds = |standing: &&Standing| matches!(standing.rule.act, Act::Hold | Act::Freeze);
        self.standing.iter().filter(holds).map(|standing| standing.id).collect()
    }

    pub(crate) fn is_lifted(&self, id: u64) -> bool {
        !self.standing.iter().any(|standing| standing.id == id)
    }

    /// What is to be done. The first rule that ends a thing's way counts; holds and delays before it add up.
    pub(crate) fn judge(&mut self, seen: Seen<'_>) -> Verdict {
        let mut verdict = Verdict::default();
        for standing in &mut self.standing {
            if !standing.rule.about.covers(seen) {
                continue;
            }
            if standing.told.insert(seen.connection) {
                verdict.faults.push(standing.text.clone());
            }
            match standing.rule.act {
                Act::Hold => verdict.held_by.push(standing.id),
                Act::Delay(time) => verdict.delay = Some(verdict.delay.unwrap_or_default() + time),
                act => {
                    verdict.act = Some((standing.id, act));
                    break;
                }
            }
        }
        verdict
    }
}

impl About {
    /// Whether it is about this; counts down what is about the next ones.
    fn covers(&mut self, seen: Seen<'_>) -> bool {
        let here = match self.scope {
            Scope::One(number) => number == seen.connection,
            Scope::Link | Scope::Each => true,
        };
        if !here || (seen.side.is_some() && self.side.is_some() && self.side != seen.side) {
            return false;
        }
        match (&mut self.object, seen.thing) {
            (Object::Connections, Thing::Connection)
            | (Object::Greetings, Thing::Greeting)
            | (Object::Handshakes, Thing::Handshake)
            | (Object::Subscriptions, Thing::Subscription)
            | (Object::Heartbeats, Thing::Heartbeat) => true,
            (Object::Messages(which), Thing::Message { frames, on_link, on_connection }) => {
                let number = if self.scope == Scope::Link { on_link } else { on_connection };
                match &mut which.0 {
                    Choice::Numbers { first, last } => (*first..=*last).contains(&number),
                    Choice::Next(0) => false,
                    Choice::Next(left) => {
                        *left -= 1;
                        true
                    }
                    Choice::Matching(fits) => fits(frames),
                }
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tap::rule::{Which, messages};

    fn message(side: Side, connection: u32, on_link: u64, on_connection: u64) -> Seen<'static> {
        Seen { thing: Thing::Message { frames: &[], on_link, on_connection }, side: Some(side), connection }
    }

    fn act(rules: &mut Rules, seen: Seen<'_>) -> Option<Act> {
        rules.judge(seen).act.map(|(_, act)| act)
    }

    #[test]
    fn messages_are_counted_on_the_link_unless_a_connection_is_named() {
        let mut rules = Rules::default();
        rules.add(messages(2).from_acceptor().lose());
        rules.add(messages(2).from_acceptor().on_connection(3).freeze());
        assert_eq!(act(&mut rules, message(Side::Acceptor, 2, 2, 1)), Some(Act::Lose));
        assert_eq!(act(&mut rules, message(Side::Connector, 2, 2, 1)), None);
        assert_eq!(act(&mut rules, message(Side::Acceptor, 3, 9, 2)), Some(Act::Freeze));
        assert_eq!(act(&mut rules, message(Side::Acceptor, 4, 10, 2)), None);
    }

    #[test]
    fn the_next_ones_are_used_up_one_rule_after_the_other() {
        let mut rules = Rules::default();
        rules.add(messages(Which::next(1)).lose());
        rules.add(messages(Which::next(1)).corrupt());
        let acts: Vec<_> = (5..8).map(|n| act(&mut rules, message(Side::Connector, 1, n, n))).collect();
        assert_eq!(acts, [Some(Act::Lose), Some(Act::Corrupt), None]);
    }

    #[test]
    fn holds_and_delays_add_up_and_are_told_once_for_each_connection() {
        let mut rules = Rules::default();
        let first = rules.add(messages(2..).hold());
        let second = rules.add(messages(..).hold());
        rules.add(messages(3..=4).delay(Duration::from_millis(7)));
        let verdict = rules.judge(message(Side::Connector, 1, 3, 3));
        assert_eq!(verdict.held_by, [first, second]);
        assert_eq!(verdict.delay, Some(Duration::from_millis(7)));
        let told = ["hold the messages from 2 on", "hold every message", "delay the messages 3 to 4 by 7 ms"];
        assert_eq!(verdict.faults, told);
        assert!(rules.judge(message(Side::Connector, 1, 4, 4)).faults.is_empty());
        assert_eq!(rules.lift(first).unwrap().0, "no longer: hold the messages from 2 on");
        assert!(rules.is_lifted(first));
        assert_eq!(rules.holding(), [second]);
    }

    #[test]
    fn a_rule_can_look_into_the_frames() {
        let mut rules = Rules::default();
        rules.add(messages(Which::matching(|frames| frames.len() == 2)).lose());
        let two = [vec![], vec![]];
        let thing = |frames| Thing::Message { frames, on_link: 1, on_connection: 1 };
        let seen = |frames| Seen { thing: thing(frames), side: Some(Side::Connector), connection: 1 };
        assert_eq!(act(&mut rules, seen(&two)), Some(Act::Lose));
        assert_eq!(act(&mut rules, seen(&two[..1])), None);
        assert_eq!(act(&mut rules, Seen { thing: Thing::Subscription, ..seen(&two) }), None);
    }
}
