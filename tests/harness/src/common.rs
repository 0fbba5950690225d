//! Mistakes that are made in every lab, told where a suite knows no better explanation.

use crate::failure::Mistake;
use crate::scene::Evidence;
use crate::turns;

static OUT_OF_TURN: Mistake = Mistake {
    name: "out-of-turn",
    says: "A socket was used out of turn. A REQ sends, then receives, then sends again; a REP receives, then sends. Look for a way \
           through your program on which one of the two is done twice, or left out.",
    section: "",
};
static DOES_NOT_WAIT: Mistake = Mistake {
    name: "does-not-wait",
    says: "A call came back at once with EAGAIN because there was nothing to receive yet, or nowhere to send to. With the flag 0 it \
           waits; `DONTWAIT` and time limits make it give up.",
    section: "",
};

static SPEAKS_FIRST: Mistake = Mistake {
    name: "speaks-before-the-bound-line",
    says: "The program prints something before its bound line. Whoever starts it reads the first line to learn where it can be reached, so \
           nothing may stand before it. What is for people belongs on standard error: `eprintln!`.",
    section: "",
};
static NOWHERE: Mistake = Mistake {
    name: "nowhere",
    says: "Nobody can connect to the endpoint that the program prints. After the bind the socket itself knows where it is, port and all: \
           `get_last_endpoint` tells it. Print that as it is.",
    section: "",
};
static NO_ENVELOPE: Mistake = Mistake {
    name: "no-envelope",
    says: "Something came that is no request: a REQ puts an empty frame before what it sends, and here there was none. Is the socket \
           of the type that the chapter names? A DEALER or PUSH sends what it is given and nothing before it.",
    section: "",
};

/// The common mistake that the evidence speaks of.
pub(crate) fn likely(evidence: &Evidence) -> Option<&'static Mistake> {
    if evidence.no_envelope {
        Some(&NO_ENVELOPE)
    } else if evidence.speaks_first {
        Some(&SPEAKS_FIRST)
    } else if evidence.nowhere {
        Some(&NOWHERE)
    } else if turns::is_out_of_turn(&evidence.errors) {
        Some(&OUT_OF_TURN)
    } else if evidence.errors.contains("EAGAIN")
        || evidence.errors.contains("Resource temporarily unavailable")
    {
        Some(&DOES_NOT_WAIT)
    } else {
        None
    }
}
