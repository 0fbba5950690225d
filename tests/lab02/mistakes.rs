//! The known ways to get lab 02 wrong, as the checks explain them.

use harness::Mistake;

pub static ENDS_EARLY: Mistake = Mistake {
    name: "ends-after-one-client",
    says: "The server ends, or stops receiving, although others still want something. It does not know how many clients will \
           come: receive, answer and begin again in a `loop`.",
    section: "One server, many clients",
};
pub static NEVER_ANSWERS: Mistake = Mistake {
    name: "never-answers",
    says: "The server runs and does not answer. It takes three things: a REP socket, attached once with \
           `args.attach.attach(&socket)` before the loop, and one reply for each request. A socket of a type that does not go with REQ is not even told of the request.",
    section: "One server, many clients",
};
pub static REFUSES_GOOD: Mistake = Mistake {
    name: "refuses-what-is-right",
    says: "The server refuses a good request. N goes from 0 to 1000, both included; a TEXT may be anything, also nothing.",
    section: "The protocol of the text service",
};
pub static OUT_OF_STEP: Mistake = Mistake {
    name: "out-of-step",
    says: "The server ended with `EFSM`: its REP socket was told to send when it should receive, or to receive when it should send. \
           A REP receives one request, sends one reply, and so on; nothing else.",
    section: "Every request gets a reply",
};
pub static ADDS_NEWLINE: Mistake = Mistake {
    name: "adds-newline",
    says: "There is a newline at the end of the reply. A frame has a length, so nothing needs to mark its end; a newline belongs to \
           what is printed, not to what is sent.",
    section: "The protocol of the text service",
};
pub static ANSWERS_SOMEBODY_ELSE: Mistake = Mistake {
    name: "remembers-one-client",
    says: "A client got no answer, or the answer to somebody else's request. A REP socket keeps track of who asked by itself: \
           receive one request, send its reply, then receive the next. Keep no list of clients.",
    section: "One server, many clients",
};
pub static ONE_SIDE: Mistake = Mistake {
    name: "server-must-bind",
    says: "The program takes for granted that the server binds. `args.attach.attach(&socket)` binds or connects, as the \
           arguments say.",
    section: "One server, many clients",
};
pub static BINDS_AGAIN: Mistake = Mistake {
    name: "binds-for-each-request",
    says: "The server opened its endpoint again. One socket, bound once before the loop, serves every client and every request; the loop \
           holds only the receive, the answer and the send.",
    section: "One server, many clients",
};
pub static TALKS: Mistake = Mistake {
    name: "talks-on-standard-output",
    says: "The server prints more than its bound line. Whoever reads its standard output reads results there; what is for people belongs on \
           standard error: `eprintln!`.",
    section: "One server, many clients",
};
pub static OVERFLOW: Mistake = Mistake {
    name: "overflow",
    says: "The number does not fit into the type that it is computed in. A `u64` ends at 20! and at fib 93, a `u128` at 34! and at \
           fib 186, and an `f64` is not exact from 23! on. Compute with `BigUint` from the first step to the last.",
    section: "Numbers without an end",
};
pub static BELOW_ZERO: Mistake = Mistake {
    name: "below-zero",
    says: "The computation goes below 0: it takes 1 away from 0. That is no question of the type. The row begins with 0, so 0 is asked for its \
           predecessor; say at the beginning what 0 gives.",
    section: "Numbers without an end",
};
pub static WRONG_NUMBER: Mistake = Mistake {
    name: "off-by-one",
    says: "The number is not the right one, and it is not too large either. fact N is 1 · 2 · … · N, with N itself in it (`1..=n`), and \
           fact 0 is 1; fib 0 is 0, fib 1 is 1, and each further one is the sum of the two before it.",
    section: "Numbers without an end",
};
pub static NOT_THE_LETTERS: Mistake = Mistake {
    name: "compares-all-characters",
    says: "Only letters and digits count, of every alphabet, and large letters are the same as small ones. Work on `char`s: \
           `is_alphanumeric` and `to_lowercase` know every alphabet, their `ascii` relatives know the English one only.",
    section: "The protocol of the text service",
};
pub static NEITHER_YES_NOR_NO: Mistake = Mistake {
    name: "answers-true-and-false",
    says: "The reply is neither `yes` nor `no`. A client that waits for these two words understands nothing else; a protocol is \
           kept to the letter.",
    section: "The protocol of the text service",
};
pub static UNWRAP: Mistake = Mistake {
    name: "unwrap-on-input",
    says: "The server panics on what a stranger sent. `unwrap`, `expect` and `[i]` are promises that nothing is wrong with it, and \
           nobody keeps such a promise for a stranger. Make an `Err` of it, and of the `Err` a reply.",
    section: "Every request gets a reply",
};
pub static NO_REPLY: Mistake = Mistake {
    name: "no-reply-on-error",
    says: "The server got a request and sent no reply. The client waits for ever, and the server cannot go on either: a REP \
           socket gives `EFSM` when it should receive before it has sent. What cannot be answered gets `error: WHY`.",
    section: "Every request gets a reply",
};
pub static ERROR_ENDS_IT: Mistake = Mistake {
    name: "ends-on-error",
    says: "One bad request ended the server, for all clients. An error of the request is told to its client in a reply; only an \
           error of the socket itself ends the program. Look where your `?` leads to.",
    section: "Every request gets a reply",
};
pub static TAKES_IT: Mistake = Mistake {
    name: "takes-what-is-wrong",
    says: "The server answers a request that it should refuse, as if it were a good one. A guess is worse than an `error: WHY`: the \
           client cannot see that it is a guess.",
    section: "The protocol of the text service",
};
pub static NO_ERROR_LINE: Mistake = Mistake {
    name: "says-no-why",
    says: "A refusal begins with `error: ` and goes on with the reason, in one frame of text without a newline. Whoever reads it \
           must be able to tell it from an answer, and to mend the request.",
    section: "The protocol of the text service",
};
pub static MORE_LINES: Mistake = Mistake {
    name: "repeats-the-verb-raw",
    says: "The reason is text of the client, as it came, with its newline. A reply is one line: show such text with `{:?}` or `escape_debug`, \
           which make `\\n` of a newline.",
    section: "The protocol of the text service",
};
pub static FIRST_FRAME: Mistake = Mistake {
    name: "first-frame-only",
    says: "The request has several frames, and the server received the first one only. `recv_bytes` gives one frame; a REP socket \
           may send only when it has received them all, and gives `EFSM` before. `recv_multipart` receives the whole message.",
    section: "A request may have several frames",
};
pub static ANSWERS_FRAMES: Mistake = Mistake {
    name: "answers-each-frame",
    says: "A message is one request, however many frames it has. A request of this service has one frame, so one of several gets one \
           `error: WHY` of one frame: not an answer to its first frame, not to all of them joined, and not one for each.",
    section: "A request may have several frames",
};
pub static FIXED_BUFFER: Mistake = Mistake {
    name: "fixed-buffer",
    says: "The server loses the end of a long request. `recv_into` fills the buffer that it is given and throws the rest away \
           without an error. `recv_multipart` and `recv_bytes` give as much as came.",
    section: "A frame has no longest length",
};
pub static PRINTS_LATE: Mistake = Mistake {
    name: "prints-at-the-end",
    says: "The prober was told to send, and printed nothing. A send on a connected REQ never waits, so the prober waits for something \
           else, or keeps what it printed. Read one line, do what it says, print what came of it and flush it; only then read the next.",
    section: "What the prober does",
};
pub static PRINTS_MORE: Mistake = Mistake {
    name: "prints-a-prompt",
    says: "The prober prints something that no line asked for. Others read its standard output line by line: one line for each `send` and \
           each `recv`, and nothing else. Prompts and news belong on standard error.",
    section: "What the prober does",
};
pub static NOT_A_REQ: Mistake = Mistake {
    name: "not-a-req",
    says: "The request came without the empty frame that a REQ puts before it, so the prober's socket is no REQ. Another type has no \
           lockstep, and never gives `EFSM`.",
    section: "What the prober does",
};
pub static CORRELATES: Mistake = Mistake {
    name: "correlates",
    says: "There is a frame of four bytes before the empty one: the number with which REQ_CORRELATE tells requests apart. A server of this \
           lab does not expect it; leave the option out.",
    section: "What the prober does",
};
pub static NEVER_ASKS: Mistake = Mistake {
    name: "prints-without-asking",
    says: "The prober prints what did not happen on its socket. `send TEXT` is one call of `send`, `recv` is one call of a \
           receive, and what is printed is what the call gave.",
    section: "What the prober does",
};
pub static CHANGES_TEXT: Mistake = Mistake {
    name: "trims-the-text",
    says: "The text to send is all that stands behind `send` and one blank, byte for byte: blanks at its ends too, and also when \
           it is empty. Take the beginning off with `strip_prefix`; do not split at blanks, and do not trim.",
    section: "What the prober does",
};
pub static CHANGES_REPLY: Mistake = Mistake {
    name: "changes-the-reply",
    says: "The prober prints something else than the bytes that came. `print_line` writes bytes as they are; `{:?}` and \
           `from_utf8_lossy` change them, `recv_string` and `from_utf8` refuse some.",
    section: "What the prober does",
};
pub static STOPS_AT_EFSM: Mistake = Mistake {
    name: "stops-at-efsm",
    says: "The prober ends because a call gave an error. `EFSM` is no reason to end: the call did nothing, and the socket is as it \
           was. Print the name of the error and read the next line.",
    section: "Out of step: EFSM",
};
pub static NAMES_IT_OTHERWISE: Mistake = Mistake {
    name: "prints-the-sentence",
    says: "Print the name of the error as the manual writes it, `EFSM`, and no more. The crate's own text is a sentence, which nobody can look \
           up; `errno_name` of `shared` gives the name.",
    section: "Out of step: EFSM",
};
pub static EFSM_TABLE: Mistake = Mistake {
    name: "efsm-from-a-table",
    says: "What the prober prints is not what its socket says. It seems to keep a record of its own of what is allowed, and that \
           record went wrong. Call the socket for every line: it knows, and gives `EFSM` when it must.",
    section: "Out of step: EFSM",
};
pub static SENDS_LATER: Mistake = Mistake {
    name: "sends-it-later",
    says: "The text that was refused with EFSM came out after all. A send that fails has sent nothing, and nothing is kept for \
           later: print the error and forget the text.",
    section: "Out of step: EFSM",
};
pub static NO_EFSM: Mistake = Mistake {
    name: "prints-sent-anyway",
    says: "The prober says that a second request was sent before the first had its reply. On one REQ socket that cannot be. Either \
           the result of `send` was thrown away, or there is a second socket, or an option such as REQ_RELAXED was set.",
    section: "Out of step: EFSM",
};
pub static NEW_SOCKET: Mistake = Mistake {
    name: "new-socket-for-each-request",
    says: "Something came over a second connection: the prober has opened another socket, or hung up and connected again. Open one socket \
           in `run`, connect it once before the first line, and use it for every line.",
    section: "Out of step: EFSM",
};
pub static GIVES_UP: Mistake = Mistake {
    name: "gives-up-waiting",
    says: "The prober did not wait for the reply. `recv` takes as long as it takes: no `DONTWAIT` and no time limit. (Limits come in \
           lab 04.)",
    section: "What the prober does",
};
pub static ODD_LINES: Mistake = Mistake {
    name: "ignores-odd-lines",
    says: "A line that is neither `send TEXT` nor `recv` is named on standard error, and nothing else happens: no line on \
           standard output, no end of the program.",
    section: "What the prober does",
};
pub static NO_END: Mistake = Mistake {
    name: "ignores-the-end",
    says: "The prober does not end when its input ends. At the end of the input there is nothing more to do, also if a request has \
           no reply yet: leave the loop and return `Ok(())`.",
    section: "What the prober does",
};
pub static ENDS_BADLY: Mistake = Mistake {
    name: "another-exit-code",
    says: "The prober ended, and not with exit code 0. The end of the input is the right end: a request without a reply is no error then.",
    section: "What the prober does",
};
pub static ONE_SERVER: Mistake = Mistake {
    name: "connects-to-one-only",
    says: "Not every server gets its turn. Call `connect` once for each endpoint, all on the same socket; the socket itself \
           then goes round them.",
    section: "One client, many servers",
};
pub static SOCKET_EACH: Mistake = Mistake {
    name: "a-socket-for-each-server",
    says: "With several servers the prober no longer has one socket: a second request went out before the first had its reply. One \
           REQ socket may have many connections, and still has one request at a time.",
    section: "One client, many servers",
};
