//! The server, judged by REQ sockets of the check's.

use std::path::{Path, PathBuf};

use harness::Scene;
use harness::failure::{show, show_frames};
use harness::peer::Peer;
use harness::scene::{Evidence, Program};

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
}

impl Life {
    /// Asks the server and gives the frames of its answer.
    pub fn ask(&self, id: impl AsRef<[u8]>, amount: impl AsRef<[u8]>) -> Vec<Vec<u8>> {
        ask(&self.req, id, amount)
    }

    /// Asks, and fails the check unless the answer is `ok` and this balance.
    pub fn pays(&self, scene: &Scene, (id, amount): &(String, String), balance: i64) {
        let answer = self.ask(id, amount);
        expect_frames(
            scene,
            &format!("the answer to {id}, {amount}"),
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

    pub fn kill(self) {
        self.server.kill();
    }
}

pub fn ask(req: &Peer, id: impl AsRef<[u8]>, amount: impl AsRef<[u8]>) -> Vec<Vec<u8>> {
    let what = format!("the answer to {}", show_frames(&[id.as_ref(), amount.as_ref()]));
    req.send_frames([id.as_ref(), amount.as_ref()]);
    req.receive(&what)
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
    let shown: Vec<String> = ids.iter().map(|id| show(id)).collect();
    scene.expect(right, &format!("{what} to be [`error`, {}, WHY]", shown.join(" or ")), || show_frames(got));
}

/// The journal of a scene that has one.
pub fn journal(scene: &Scene) -> PathBuf {
    scene.folder().join("journal")
}

/// Starts the server on a journal.
pub fn live(scene: &Scene, journal: &Path) -> Life {
    let server =
        scene.start("server", ["--bind", "tcp://127.0.0.1:*", "--journal", &journal.display().to_string()]);
    born(server)
}

pub fn born(server: Program) -> Life {
    server.scene().suspect_when(&PANICS, Evidence::panicked);
    let endpoint = server.bound();
    let req = server.req(&endpoint);
    Life { server, endpoint, req }
}
