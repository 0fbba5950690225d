//! The server, judged by REQ sockets of the check's.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use harness::Scene;
use harness::failure::{show, show_frames};
use harness::peer::Peer;
use harness::scene::{Evidence, Program};

use crate::evidence::{Traces, Way};
use crate::mistakes::*;

/// A payment of the check's, with an id that no other has.
pub fn payment(scene: &Scene, amount: i64) -> (String, String) {
    (format!("{}-{}", scene.word(), scene.number(0..1000)), amount.to_string())
}

/// Fails the check unless these are the frames that were wanted.
pub fn expect_frames(scene: &Scene, what: &str, got: &[Vec<u8>], wanted: &[&str]) {
    let same = got.iter().map(Vec::as_slice).eq(wanted.iter().map(|frame| frame.as_bytes()));
    scene.expect(same, &format!("{what} to be {}", show_frames(wanted)), || show_frames(got));
}

/// A server, from its start to its death, and a REQ that is connected to it.
pub struct Life {
    pub server: Program,
    pub endpoint: String,
    pub req: Peer,
    stage: Rc<Cell<Stage>>,
}

/// How far a server's life has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Starts,
    Serves,
    Killed,
}

impl Life {
    /// Asks the server and gives the frames of its answer.
    pub fn ask(&self, id: impl AsRef<[u8]>, amount: impl AsRef<[u8]>) -> Vec<Vec<u8>> {
        ask(&self.req, id, amount)
    }

    /// Asks, and fails the check unless the answer is `ok` and this balance.
    pub fn pays(&self, scene: &Scene, (id, amount): &(String, String), balance: i64) {
        let answer = self.ask(id, amount);
        if !is_reply(&answer, id) {
            // Perhaps more frames should follow on their own, and the error of that is on its way.
            let _ = self.server.ends_soon();
            scene.suspect(&WRONG_REPLY);
        }
        expect_frames(
            scene,
            &format!("the answer to {}", show_frames(&[id, amount])),
            &answer,
            &["ok", id, &balance.to_string()],
        );
    }

    /// Asks, and fails the check unless the answer is `error`, the id and a reason.
    pub fn refuses(&self, scene: &Scene, id: &str, amount: impl AsRef<[u8]>) -> Vec<Vec<u8>> {
        let asked = show_frames(&[id.as_bytes(), amount.as_ref()]);
        let answer = self.ask(id, amount);
        expect_refusal(scene, &format!("the answer to {asked}"), &answer, &[id.as_bytes()]);
        answer
    }

    /// A payment of 0 under a new id tells the balance.
    pub fn has_balance(&self, scene: &Scene, what: &str, wanted: i64) {
        let (id, amount) = payment(scene, 0);
        let answer = self.ask(&id, amount);
        expect_frames(scene, what, &answer, &["ok", &id, &wanted.to_string()]);
    }

    /// Asks once more, and fails the check unless the answer is the same, frame by frame.
    pub fn repeats(&self, scene: &Scene, id: &str, amount: &str, first: &[Vec<u8>]) {
        let answer = self.ask(id, amount);
        let wanted = format!("the first answer to {} again, {}", show(id.as_bytes()), show_frames(first));
        scene.expect(answer == first, &wanted, || show_frames(&answer));
    }

    pub fn kill(&self) {
        self.stage.set(Stage::Killed);
        self.server.kill();
    }
}

pub fn ask(req: &Peer, id: impl AsRef<[u8]>, amount: impl AsRef<[u8]>) -> Vec<Vec<u8>> {
    let what = format!("the answer to {}", show_frames(&[id.as_ref(), amount.as_ref()]));
    req.send_frames([id.as_ref(), amount.as_ref()]);
    req.receive(&what)
}

/// Whether these frames are a reply to this id, be it right or wrong.
fn is_reply(frames: &[Vec<u8>], id: &str) -> bool {
    let [word, name, _] = frames else { return false };
    (word == b"ok" || word == b"error") && name == id.as_bytes()
}

/// Fails the check unless these frames are `error`, one of these ids, and a reason in one line.
pub fn expect_refusal(scene: &Scene, what: &str, got: &[Vec<u8>], ids: &[&[u8]]) {
    let right = match got {
        [word, id, why] => {
            let why = std::str::from_utf8(why).unwrap_or_default();
            word == b"error"
                && ids.contains(&id.as_slice())
                && !why.trim().is_empty()
                && !why.contains(['\n', '\0'])
        }
        _ => false,
    };
    if !right && got.first().is_none_or(|word| word != b"ok") {
        scene.suspect(&WRONG_REFUSAL);
    }
    let mut shown: Vec<String> = ids.iter().map(|id| show(id)).collect();
    shown.dedup();
    scene.expect(right, &format!("{what} to be [`error`, {}, WHY]", shown.join(" or ")), || show_frames(got));
}

/// The journal of a scene that has one.
pub fn journal(scene: &Scene) -> PathBuf {
    scene.folder().join("journal")
}

/// Starts the server on a journal.
pub fn live(scene: &Scene, journal: &Path) -> Life {
    born(scene.start("server", arguments(journal)))
}

/// The server's command line.
pub fn arguments(journal: &Path) -> [String; 4] {
    ["--bind", "tcp://127.0.0.1:*", "--journal", &journal.display().to_string()].map(String::from)
}

/// Waits until a server has bound, and connects to it.
pub fn born(server: Program) -> Life {
    let scene = server.scene();
    let traces = Traces::of(scene, "server");
    let stage = Rc::new(Cell::new(Stage::Starts));
    let suspect = |mistake, at: Option<Stage>, fits: fn(&Evidence, &Traces) -> bool| {
        let (traces, stage) = (traces.clone(), Rc::clone(&stage));
        scene.suspect_when(mistake, move |evidence| {
            at.is_none_or(|at| at == stage.get()) && fits(evidence, &traces)
        });
    };
    suspect(&OUT_OF_TURN, None, |_, server| server.was_out_of_turn());
    suspect(&PANICS, None, |evidence, _| evidence.panicked());
    suspect(&ENDS, Some(Stage::Serves), |_, server| server.ended());
    suspect(&BINDS_NOTHING, Some(Stage::Starts), |evidence, _| evidence.hung);
    suspect(&NO_REPLY, Some(Stage::Serves), |evidence, server| {
        evidence.hung && matches!(server.messages().last(), Some((Way::Got, _)))
    });
    let endpoint = server.bound();
    stage.set(Stage::Serves);
    let req = server.req(&endpoint);
    Life { server, endpoint, req, stage }
}
