//! What becomes of a unit on its way through: it is counted, judged by the rules, told of, and passed on or not.

use std::time::Instant;

use crate::timeline::Fate;
use crate::zmtp::{Command, Content, Greeting, Unit};

use super::barrier::{knows_ping, without};
use super::connection::{Connection, Freeze, Stage};
use super::corrupt::corrupt;
use super::flow::{Held, Item, Kind};
use super::rule::{Act, Side};
use super::rules::{Seen, Thing};
use super::state::{Asking, Control};

impl Connection {
    /// Takes a unit that came from this side.
    pub(crate) fn take(&mut self, side: Side, mut unit: Unit, control: &mut Control, now: Instant) {
        if self.is_own_pong(side, &mut unit, now) {
            return;
        }
        let kind = self.flow(side).sort(&unit.content);
        let thing = self.count(side, kind, &unit.content, control);
        let verdict = control.rules.judge(Seen { thing, side: Some(side), connection: self.number });
        self.hear_of(side, kind, &unit);
        for fault in verdict.faults {
            self.voice.fault(fault);
        }
        let mut item =
            Item { raw: unit.raw, content: unit.content, kind, corrupted: false, cut_after: false };
        let mut held_by = verdict.held_by;
        match verdict.act {
            None => {}
            Some((_, Act::Lose)) => return self.lose(side, item, control),
            Some((_, Act::CutBefore)) => return self.cut_at(side, item, 0, control),
            Some((_, Act::CutInside)) => {
                let half = item.raw.len() / 2;
                return self.cut_at(side, item, half, control);
            }
            Some((_, Act::CutAfter)) => item.cut_after = true,
            Some((rule, Act::Freeze)) => {
                self.freeze(Freeze::ByRule(rule), control);
                held_by.push(rule);
            }
            Some((_, Act::Corrupt)) => {
                let before = self.flow(side).greeting.len().saturating_sub(item.raw.len());
                item.corrupted = corrupt(kind, before, &mut item.raw);
            }
            Some((_, Act::Hold | Act::Delay(_))) => unreachable!("these do not end a unit's way"),
        }
        if kind == Kind::Part && self.flow(side).long.lost {
            return self.lose(side, item, control);
        }
        let due = verdict.delay.map(|delay| now + delay);
        if held_by.is_empty() && due.is_none() && !self.flow(side).stuck.covers(kind) {
            return self.depart(side, item, Fate::Passed, control);
        }
        self.keep(side, Held { item, by: held_by, due }, control);
    }

    /// Swallows the PONG that answers the tap's own PING, also where it stands between the frames of a message.
    fn is_own_pong(&mut self, side: Side, unit: &mut Unit, now: Instant) -> bool {
        let barrier = &mut self.flows[side.other().index()].barrier;
        let mut own =
            |command: &Command| matches!(command, Command::Pong(context) if barrier.answers(context, now));
        match &mut unit.content {
            Content::Command(command) => own(command),
            Content::Message { between, .. } => {
                let (mine, others): (Vec<_>, Vec<_>) =
                    std::mem::take(between).into_iter().partition(|command| own(command));
                *between = others;
                if !mine.is_empty() {
                    unit.raw = without(&unit.raw, |command| mine.contains(command));
                }
                false
            }
            _ => false,
        }
    }

    /// Counts it, and tells the rules what it is.
    fn count<'a>(
        &mut self,
        side: Side,
        kind: Kind,
        content: &'a Content,
        control: &mut Control,
    ) -> Thing<'a> {
        let counts = self.row(control).of(side);
        match (kind, content) {
            (Kind::Greeting, _) => Thing::Greeting,
            (Kind::Handshake, _) => Thing::Handshake,
            (Kind::Subscription, content) => {
                counts.subscriptions += u64::from(matches!(content, Content::Command(Command::Subscribe(_))));
                Thing::Subscription
            }
            (Kind::Heartbeat, _) => {
                counts.heartbeats += 1;
                Thing::Heartbeat
            }
            (Kind::Message, content) => {
                counts.messages += 1;
                let on_connection = counts.messages;
                control.state.sent[side.index()] += 1;
                let on_link = control.state.sent[side.index()];
                let frames = if let Content::Message { frames, .. } = content { &frames[..] } else { &[] };
                Thing::Message { frames, on_link, on_connection }
            }
            (Kind::Part | Kind::Other, _) => Thing::Other,
        }
    }

    /// Notes what later units need: the greeting's octets, and the connector's name.
    fn hear_of(&mut self, side: Side, kind: Kind, unit: &Unit) {
        if kind == Kind::Greeting {
            self.flow(side).greeting.extend(&unit.raw);
        }
        if kind == Kind::Handshake && side == Side::Connector && self.options.by_identity {
            let metadata = self.flow(side).decoder.metadata();
            if let Some(identity) =
                metadata.and_then(|metadata| metadata.identity()).filter(|id| !id.is_empty())
            {
                let name = String::from_utf8_lossy(identity).into_owned();
                self.voice.call_connector(name);
            }
        }
    }

    fn lose(&mut self, side: Side, item: Item, control: &mut Control) {
        match &item.content {
            Content::Oversized { last, .. } | Content::OversizedPart { last } => {
                self.flow(side).long.lost = !last;
            }
            _ => {}
        }
        if item.kind == Kind::Message {
            self.row(control).of(side).lost += 1;
        }
        self.tell(side, item, Fate::Lost);
    }

    /// Cuts in this unit, behind so many of its octets.
    fn cut_at(&mut self, side: Side, mut item: Item, octets: usize, control: &mut Control) {
        let mut raw = std::mem::take(&mut item.raw);
        raw.truncate(octets);
        if self.flow(side).held.is_empty() {
            self.flow(side).out.push(raw);
        }
        self.tell(side, item, Fate::Cut);
        self.cut(None, control);
    }

    pub(crate) fn freeze(&mut self, why: Freeze, control: &mut Control) {
        if matches!(self.stage, Stage::Open) {
            self.frozen = Some(why);
            self.row(control).frozen = true;
        }
    }

    pub(crate) fn thaw(&mut self, control: &mut Control) {
        self.frozen = None;
        self.row(control).frozen = false;
    }

    fn keep(&mut self, side: Side, held: Held, control: &mut Control) {
        if held.item.kind == Kind::Message {
            self.row(control).of(side).held += 1;
        }
        if tells_of(held.item.kind) {
            self.voice.unit(side, held.item.content.clone(), Fate::Held);
        }
        self.flow(side).keep(held);
    }

    /// Lets go what is no longer to be kept back.
    pub(crate) fn let_go(&mut self, side: Side, control: &mut Control, now: Instant) {
        if self.flow(side).held.is_empty() {
            return;
        }
        let mut waiting = self.flow(side).take_held();
        while let Some(held) = waiting.pop_front() {
            let free = held.by.iter().all(|rule| control.rules.is_lifted(*rule))
                && held.due.is_none_or(|due| due <= now)
                && !self.flow(side).stuck.covers(held.item.kind);
            if !free {
                self.flow(side).keep(Held { by: still(held.by, control), ..held });
                continue;
            }
            if held.item.kind == Kind::Message {
                self.row(control).of(side).held -= 1;
            }
            let fate = held.fate();
            self.depart(side, held.item, fate, control);
            if !matches!(self.stage, Stage::Open) {
                return;
            }
        }
    }

    /// Tells of a unit and puts it on its way: first the record, then the bytes.
    fn depart(&mut self, side: Side, mut item: Item, fate: Fate, control: &mut Control) {
        let fate = if item.corrupted { Fate::Corrupted } else { fate };
        let counts = self.row(control).of(side);
        match (item.kind, &item.content) {
            (Kind::Message, _) => counts.passed += 1,
            (Kind::Subscription, Content::Command(Command::Subscribe(_))) => {
                counts.subscribed += 1;
                self.flow(side).barrier.subscribed += 1;
            }
            _ => {}
        }
        let (under_way, last) = match item.content {
            Content::Oversized { last, .. } | Content::OversizedPart { last } => (!last, last),
            _ => (self.flow(side).long.under_way, item.kind == Kind::Message || item.cut_after),
        };
        let raw = std::mem::take(&mut item.raw);
        let flow = self.flow(side);
        flow.long.under_way = under_way;
        flow.long.cut_after |= item.cut_after;
        let cut = flow.long.cut_after && last;
        if item.kind == Kind::Handshake {
            self.shake(side, item, control);
        } else {
            self.tell(side, item, fate);
        }
        self.flow(side).out.push(raw);
        if cut {
            self.cut(None, control);
        }
    }

    fn tell(&mut self, side: Side, item: Item, fate: Fate) {
        if tells_of(item.kind) {
            self.voice.unit(side, item.content, fate);
        }
    }

    /// Tells of the handshake once both sides' READY went through, and of its other commands at once.
    fn shake(&mut self, side: Side, item: Item, control: &mut Control) {
        if !matches!(item.content, Content::Command(Command::Ready(_) | Command::Initiate(_))) {
            return self.voice.unit(side, item.content, Fate::Passed);
        }
        self.flow(side).ready = !item.corrupted;
        if !self.flows.iter().all(|flow| flow.ready) || self.row(control).shaken {
            return;
        }
        self.row(control).shaken = true;
        let socket_type =
            |side: Side| self.flows[side.index()].decoder.socket_type().unwrap_or("?").to_string();
        let types = Side::BOTH.map(socket_type);
        let greeting = self.flow(Side::Connector).decoder.greeting().cloned().unwrap_or_default();
        self.voice.handshake(types, greeting.mechanism.name());
    }

    /// Asks the publisher about subscriptions that were passed on, where a suite wants to know; notes its answers.
    pub(crate) fn mind_the_barrier(&mut self, side: Side, control: &mut Control, now: Instant) {
        if let Some(live) = self.flow(side).barrier.live(now) {
            self.row(control).of(side).live = live;
            let (subscriber, publisher) = (self.voice.name(side), self.voice.name(side.other()));
            self.voice.note(&format!("{publisher} knows the subscriptions of {subscriber}"));
        }
        let shaken = self.row(control).shaken;
        let flow = &self.flows[side.index()];
        if control.barrier == Asking::No
            || !shaken
            || flow.long.under_way
            || !flow.barrier.is_due()
            || !self.flows_on()
        {
            return;
        }
        let publisher = self.flows[side.other().index()].decoder.greeting();
        if publisher.is_some_and(|greeting: &Greeting| knows_ping(greeting)) {
            let flow = self.flow(side);
            let ping = flow.barrier.ping();
            flow.out.push(ping);
        } else {
            control.barrier = Asking::InVain;
        }
    }
}

/// Whether the timeline tells of it when it comes by. Greetings and READYs are told of together, parts with their head.
fn tells_of(kind: Kind) -> bool {
    !matches!(kind, Kind::Greeting | Kind::Handshake | Kind::Part)
}

/// The rules that are still in force.
fn still(by: Vec<u64>, control: &Control) -> Vec<u64> {
    by.into_iter().filter(|rule| !control.rules.is_lifted(*rule)).collect()
}
