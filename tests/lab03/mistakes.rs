//! The known ways to get lab 03 wrong, as the checks explain them.

use harness::Mistake;

pub static POSITIONAL: Mistake = Mistake {
    name: "positional-msgpack",
    says: "The reply is a list of values without the names of the fields. Whoever reads it has to know your struct and the order in it. \
           `rmp_serde::to_vec_named` writes a map with the names.",
    section: "Formats that describe themselves",
};
pub static NOT_COUNTED: Mistake = Mistake {
    name: "seq-not-counted",
    says: "The reading comes back as it was. The reply is the same reading with `seq` one higher.",
    section: "One message, two frames",
};
pub static OTHER_FORMAT: Mistake = Mistake {
    name: "answers-in-another-format",
    says: "The reply is in another format than the request, or says so. Whoever asks in a format may know no other: answer in \
           the same one, and name it in the first frame.",
    section: "One message, two frames",
};
pub static SWAPPED: Mistake = Mistake {
    name: "swaps-the-frames",
    says: "The two frames of the reply are swapped. First comes the name of the format, then the body.",
    section: "One message, two frames",
};
pub static BY_HAND: Mistake = Mistake {
    name: "writes-json-by-hand",
    says: "The body of the reply cannot be read as a reading. Let the crate of the format write it, from the `Reading`: what is put together \
           by hand forgets quotes, escapes or a field.",
    section: "Formats that describe themselves",
};
pub static TRIES_FORMATS: Mistake = Mistake {
    name: "tries-another-format",
    says: "The body is in another format than the first frame says, and the gateway takes it all the same. Read it as what \
           the first frame names; where that does not work, it is an error, and no other format is tried.",
    section: "One message, two frames",
};
pub static PRINTS_MORE: Mistake = Mistake {
    name: "prints-what-comes",
    says: "The gateway prints something of its own. Standard output has results only, because other programs read it; in this mode that is the \
           bound line alone. What you print to watch your program goes to standard error: `eprintln!`.",
    section: "What must always be true",
};
pub static GIVES_UP: Mistake = Mistake {
    name: "gives-up-waiting",
    says: "The gateway ended while nobody asked. A receive with the flag 0 and without a time limit waits until a request comes, however \
           long that takes; with `set_rcvtimeo` or `DONTWAIT` it gives up with EAGAIN.",
    section: "What must always be true",
};
pub static FRAME_BY_FRAME: Mistake = Mistake {
    name: "frame-by-frame",
    says: "The frames of a message go together, and here each has two. `recv_multipart` takes all frames of a request, `send_multipart` sends \
           all of a reply. `recv_bytes` leaves frames on the socket and a second `send` is a second message: REP answers both with EFSM.",
    section: "One message, two frames",
};
pub static NARROW: Mistake = Mistake {
    name: "narrow-numbers",
    says: "A value changed on its way. A `u64` does not fit into an `f64`, an `i32` or a `u32`, and an `f64` not into an `f32`; some libraries also \
           go through a wider net on the way. Read into the `Reading` itself, with the types that it has.",
    section: "Formats that describe themselves",
};
pub static ACCEPTS_ANYTHING: Mistake = Mistake {
    name: "accepts-anything",
    says: "What came is no good request, and the program takes it for one. Let the parser read into the type that you want, \
           and give every error of it back as the reason.",
    section: "Whatever comes gets a reply",
};
pub static PANICS: Mistake = Mistake {
    name: "panics-on-garbage",
    says: "The program panics at bytes that somebody else has sent. Whatever comes over a socket may be anything: no `unwrap`, no \
           `expect`, no index without a look at the length. Turn the error into a reason and answer.",
    section: "Whatever comes gets a reply",
};
pub static ANSWERS_ONCE: Mistake = Mistake {
    name: "answers-once",
    says: "The gateway ended, with nothing to complain about. A server has no last request: receive, answer and begin again, in a `loop`.",
    section: "Whatever comes gets a reply",
};
pub static ENDS_ON_ERROR: Mistake = Mistake {
    name: "ends-on-error",
    says: "The gateway ended, and it should go on for ever. A bad request is the requester's mistake: `?` in the loop makes it yours. Make the reply \
           of it, and keep `?` for errors of the socket.",
    section: "Whatever comes gets a reply",
};
pub static NO_REPLY: Mistake = Mistake {
    name: "no-reply-on-error",
    says: "There was no reply. A REP that skips a bad request cannot receive the next one, and the one who asked waits for ever. \
           Every way through the loop must end in a send.",
    section: "Whatever comes gets a reply",
};
pub static SAYS_NOTHING: Mistake = Mistake {
    name: "error-without-a-reason",
    says: "The reply to a bad request says that it was bad and not why. The second frame is the reason, as one line of text; every \
           error of a parser has one: `error.to_string()`.",
    section: "Whatever comes gets a reply",
};
pub static SEVERAL_LINES: Mistake = Mistake {
    name: "reason-of-two-lines",
    says: "The reason has more than one line. Whoever logs the reply has one line for it: leave the newline out.",
    section: "Whatever comes gets a reply",
};
pub static OTHER_BEGINNING: Mistake = Mistake {
    name: "refusal-begins-otherwise",
    says: "The gateway refuses, and its reply does not look like it. The first frame of a refusal is exactly `error`, the second is the reason, \
           as a line of text.",
    section: "Whatever comes gets a reply",
};
pub static LOOSE_NAMES: Mistake = Mistake {
    name: "loose-format-names",
    says: "The gateway takes something for a format that is not exactly its name. Compare the whole frame, and answer \
           everything else with an error; do not guess a format from the bytes.",
    section: "One message, two frames",
};
pub static COUNTS_NO_FRAMES: Mistake = Mistake {
    name: "counts-no-frames",
    says: "The gateway takes the frames that it knows and does not look whether there are others. A request has exactly two: match \
           the slice with `[format, body]`, and everything else is an error.",
    section: "One message, two frames",
};
pub static TRAILING: Mistake = Mistake {
    name: "ignores-trailing-bytes",
    says: "Bytes stand behind the reading, and the gateway does not notice. Some parsers read one value and leave the rest. Ask how many \
           bytes were used, and refuse what is left.",
    section: "A whole value and nothing else",
};
pub static REST_STAYS: Mistake = Mistake {
    name: "rest-never-shrinks",
    says: "A good reading is refused, and the reason names as many bytes as the whole body has. Only `from_read(&mut rest)` takes away from the front of \
           `rest` what it has read; `from_slice(rest)` leaves `rest` as it was.",
    section: "A whole value and nothing else",
};
pub static OVERFLOWS: Mistake = Mistake {
    name: "seq-overflows",
    says: "`seq + 1` does not fit when `seq` is the highest `u64`: that panics in a debug build and gives 0 in a release build. \
           `checked_add(1)` gives `None` then, which is an error of the request.",
    section: "Whatever comes gets a reply",
};
pub static NO_VERSION: Mistake = Mistake {
    name: "no-version-byte",
    says: "In bincode the body begins with the version byte 2, in the request and in the reply; what bincode writes begins \
           behind it. The bytes of bincode do not say how they were written, so something else has to.",
    section: "Formats that know nothing of themselves",
};
pub static OTHER_CONFIGURATION: Mistake = Mistake {
    name: "another-configuration",
    says: "The gateway refuses a right body. Either it reads another configuration: version 2 means bincode 2 with `standard()`, and `legacy()` is how \
           bincode 1 writes. Or it counts the version byte in: `used` counts only what stands behind it, so compare with the length of that.",
    section: "Formats that know nothing of themselves",
};
pub static WRITES_OTHERWISE: Mistake = Mistake {
    name: "writes-another-configuration",
    says: "The reply begins with the version byte 2, and what stands behind it is not what bincode writes with `standard()`. Encode with the \
           configuration that you decode with: `legacy()` is how bincode 1 writes.",
    section: "Formats that know nothing of themselves",
};
pub static READS_1_AS_2: Mistake = Mistake {
    name: "bincode-1-read-as-2",
    says: "These are bytes of bincode 1, the version byte says so, and the gateway read them as bincode 2. That gives a reading, and it is \
           not the one that was sent. Look at the version byte first.",
    section: "Formats that know nothing of themselves",
};
pub static SAYS_NOT_WHICH: Mistake = Mistake {
    name: "says-not-which-version",
    says: "The gateway refuses version 1 and does not say what it is. Whoever sends it uses bincode 1 and has to learn just this: \
           say `bincode 1` in the reason.",
    section: "Formats that know nothing of themselves",
};
pub static ANY_VERSION: Mistake = Mistake {
    name: "accepts-any-version",
    says: "The gateway reads a body whose version it cannot know. Only 2 may be read as bincode 2; every other byte is an error, and so \
           is a body without one.",
    section: "Formats that know nothing of themselves",
};
pub static BELIEVES_LENGTHS: Mistake = Mistake {
    name: "believes-lengths",
    says: "The gateway allocates what a length in the body claims, and a few bytes claim more than there is. Bincode believes every \
           length unless it has a limit: `standard().with_limit::<65536>()`. A look at the length of the frame does not help.",
    section: "A length is a claim",
};
pub static NO_LIMIT: Mistake = Mistake {
    name: "no-limit",
    says: "The gateway reads more than 64 KiB: it has no limit, or a higher one. Without a limit the one who sends decides how much memory you \
           use. `standard().with_limit::<65536>()` is the configuration with one.",
    section: "A length is a claim",
};
pub static LOW_LIMIT: Mistake = Mistake {
    name: "limit-too-low",
    says: "This reading is below the limit and is refused. The limit is 64 KiB, that is 65536 bytes and not 64000: \
           `standard().with_limit::<65536>()`.",
    section: "A length is a claim",
};
pub static NO_PICKLE: Mistake = Mistake {
    name: "refuses-plain-pickles",
    says: "This pickle is plain data, and the program does not take it or writes it wrongly. `serde_pickle::from_slice` and `serde_pickle::to_vec` read and write all \
           that is needed, behind `shared::pickle::scan`.",
    section: "Pickle as data only",
};
pub static RUNS_CODE: Mistake = Mistake {
    name: "loads-whatever-comes",
    says: "The program ran a command that stood in a message. `pickle.loads`, and `recv_pyobj` with it, obeys whatever the pickle says. Never load \
           a pickle of a stranger; look through it first, or let only data pass.",
    section: "A pickle is a program",
};
pub static OBJECT_AS_DICT: Mistake = Mistake {
    name: "object-as-dict",
    says: "The pickle would call code, and the gateway took it for data: serde-pickle runs nothing, but it leaves out the calls and \
           reads on. Call `shared::pickle::scan` first; it refuses every instruction that calls.",
    section: "Pickle as data only",
};
pub static PARSES_FIRST: Mistake = Mistake {
    name: "parses-before-the-scan",
    says: "The pickle is nested too deep, and the gateway parsed it all the same. The parser calls itself for each level, and when the stack is full \
           the program is ended; no `Result` comes back. Call `shared::pickle::scan` before the parser sees the bytes.",
    section: "Pickle as data only",
};
pub static BELIEVES_REFERENCES: Mistake = Mistake {
    name: "believes-references",
    says: "A small pickle made the gateway use a lot of memory: it stands for much more than it is long. `shared::pickle::scan` counts what \
           a pickle stands for before anything is made of it; call it first.",
    section: "Pickle as data only",
};
pub static NO_PICKLED_TEXT: Mistake = Mistake {
    name: "sends-no-pickled-text",
    says: "Python's `recv_pyobj` would fail here or give something else than a `str`. Pickle the text itself: a `&str`, not its bytes, not a list, and \
           not the plain bytes without a pickle.",
    section: "The programs of the handout",
};
pub static NO_PONG: Mistake = Mistake {
    name: "answers-something-else",
    says: "The reply to every pickled text is the pickled text `pong`, in small letters, whatever the text was.",
    section: "The programs of the handout",
};
pub static IGNORES_THE_OPTION: Mistake = Mistake {
    name: "ignores-plain-pickle",
    says: "With `--plain-pickle` a request is one frame and so is its reply: no format name, no `error` frame. Python's `recv_pyobj` takes one frame.",
    section: "The programs of the handout",
};
pub static TAKES_THE_FIRST: Mistake = Mistake {
    name: "takes-the-first-frame",
    says: "With `--plain-pickle` a request is one frame. This one has two, and the gateway looks at the first only. Take all frames with \
           `recv_multipart` and match `[frame]`; `recv_bytes` leaves the others on the socket, and then REP cannot send: EFSM.",
    section: "The programs of the handout",
};
pub static ANSWERS_TWICE: Mistake = Mistake {
    name: "answers-a-text-twice",
    says: "The REP was asked to send out of turn: EFSM. With `--plain-pickle` a request gets one reply of one frame: one receive, then one `send`, \
           on every way through the loop.",
    section: "The programs of the handout",
};
pub static PRINTS_NO_TEXT: Mistake = Mistake {
    name: "prints-no-text",
    says: "The gateway replied, but printed nothing. It prints each text that comes as a line of its own, with a newline at the end, and then \
           answers.",
    section: "The programs of the handout",
};
pub static PRINTS_OTHERWISE: Mistake = Mistake {
    name: "prints-it-otherwise",
    says: "The gateway prints something else than the text that came: with quotes around it, its bytes, or the reply. Print the text itself, as one \
           line.",
    section: "The programs of the handout",
};
pub static PRINTS_ERRORS: Mistake = Mistake {
    name: "prints-what-it-refuses",
    says: "The gateway printed a line for something that was no pickled text. Standard output has the texts and nothing else; what is refused goes into \
           the reply, and to standard error if you like.",
    section: "The programs of the handout",
};
pub static NO_PREFIX: Mistake = Mistake {
    name: "error-without-its-beginning",
    says: "The gateway refuses, and its reply does not begin with `error: `. Here the reply is a text whatever happened, so its beginning is all that tells an \
           error from an answer.",
    section: "The programs of the handout",
};
pub static OUT_OF_TURN: Mistake = Mistake {
    name: "sends-out-of-turn",
    says: "The REQ was asked to do one step twice: EFSM. It sends, then receives, then sends; send once and receive once each time.",
    section: "The programs of the handout",
};
pub static PANICS_ON_A_REPLY: Mistake = Mistake {
    name: "panics-on-a-reply",
    says: "The pickler panics at a reply. What comes from a server may be anything, too: no `unwrap`, no `expect`. A client has nobody to answer; it \
           ends with the error: `map_err(unreadable)?`.",
    section: "The programs of the handout",
};
pub static NEVER_ASKS: Mistake = Mistake {
    name: "never-asks",
    says: "No request came from the pickler. It sends the pickled text, waits for the reply, takes the text out of the pickle, and \
           prints that.",
    section: "The programs of the handout",
};
pub static IGNORES_TEXT: Mistake = Mistake {
    name: "always-sends-ping",
    says: "The pickler sends another text than it was told. It sends what `--text` says; `ping` is what that says when it is left out.",
    section: "The programs of the handout",
};
pub static PRINTS_ANOTHER: Mistake = Mistake {
    name: "prints-its-own-pong",
    says: "The pickler prints something else than the reply says. It takes the text out of the pickle that came, and prints that text as a line, \
           without quotes.",
    section: "The programs of the handout",
};
pub static PRINTS_NO_REPLY: Mistake = Mistake {
    name: "prints-no-reply",
    says: "The reply came, and the pickler printed no line for it. It prints the text of each reply before it asks again.",
    section: "The programs of the handout",
};
pub static WRONG_COUNT: Mistake = Mistake {
    name: "ignores-count",
    says: "The pickler asks less often than `--count` says: N times, each time waiting for the reply and printing it before it asks \
           again.",
    section: "The programs of the handout",
};
pub static ASKS_TOO_OFTEN: Mistake = Mistake {
    name: "counts-to-n-inclusive",
    says: "The pickler asks more often than `--count` says, and without `--count` more than once. `0..count` has `count` numbers, `0..=count` has one \
           more.",
    section: "The programs of the handout",
};
pub static DOES_NOT_END: Mistake = Mistake {
    name: "goes-on-after-the-last",
    says: "The pickler has all the replies it was told to ask for. It ends then, with exit code 0.",
    section: "The programs of the handout",
};
pub static TRUSTS_THE_SERVER: Mistake = Mistake {
    name: "trusts-the-server",
    says: "The reply is no pickled text, and the pickler does not say so. A client is in no better position than a server: scan the reply, \
           and end with exit code 1 and one line on standard error when it is no text.",
    section: "The programs of the handout",
};
