//! The known ways to get lab 01 wrong, as the checks explain them.

use harness::Mistake;

pub static HARD_CODED: Mistake = Mistake {
    name: "hard-coded-endpoint",
    says: "The program does not use the endpoint that it is given: nobody can be reached there. Take the endpoint from the \
           arguments, also while you try things out; a fixed port is taken as soon as two programs want it.",
    section: "One context, one socket",
};
pub static ANSWERS_ONCE: Mistake = Mistake {
    name: "answers-once",
    says: "The server ends although more requests come: after its first answer, or because `run` returns while a thread still \
           works. A server has no last request: receive, answer and begin again in a `loop`.",
    section: "The server answers for ever",
};
pub static ADDS_NEWLINE: Mistake = Mistake {
    name: "adds-newline",
    says: "There is a newline at the end of the frame. ZeroMQ keeps the length of each frame by itself, so nothing needs to \
           mark its end; a newline belongs to what is printed, not to what is sent.",
    section: "Frames are bytes",
};
pub static ADDS_NUL: Mistake = Mistake {
    name: "adds-nul",
    says: "There is a NUL byte at the end of the frame, as at the end of a string in C. ZeroMQ keeps the length of each frame \
           by itself; send the text and nothing behind it.",
    section: "Frames are bytes",
};
pub static UNANSWERED: Mistake = Mistake {
    name: "leaves-requests-unanswered",
    says: "A request came to the server and no answer goes back. Is its socket a REP, and is there no way through the loop on which \
           nothing is sent? What is unknown gets an answer too, here `unknown: ` and the same bytes.",
    section: "The server answers for ever",
};
pub static COMPARES_LOOSELY: Mistake = Mistake {
    name: "compares-loosely",
    says: "The server takes something for `ping` that is not exactly these four bytes. Compare the whole frame with `==`; do \
           not trim it, change its letters or look at its beginning only.",
    section: "Frames are bytes",
};
pub static LOSES_THE_END: Mistake = Mistake {
    name: "loses-the-end",
    says: "The reply begins as it should and ends too early. A buffer of a fixed size cuts what does not fit (`recv_into` does so \
           without a word); `recv_bytes` gives the whole frame, however long it is.",
    section: "Frames are bytes",
};
pub static DEBUG_OUTPUT: Mistake = Mistake {
    name: "talks-on-standard-output",
    says: "There are lines on standard output that are no results. Others read these lines: news about what the program does \
           belong on standard error, with `eprintln!`.",
    section: "Which port did I get?",
};
pub static EXPECTS_TEXT: Mistake = Mistake {
    name: "expects-utf8",
    says: "The program treats the frame as text, and these bytes are none. Receive with `recv_bytes` and work on `&[u8]`; \
           whatever turns bytes into a `String` fails on them or changes them.",
    section: "Frames are bytes",
};
pub static SENDS_NOTHING: Mistake = Mistake {
    name: "sends-nothing",
    says: "No request comes from the client. Does it wait for something else first: standard input, a receive before the send, a \
           server that it tests? A REQ begins with a send.",
    section: "The client asks and waits",
};
pub static PRINTS_NOTHING: Mistake = Mistake {
    name: "prints-nothing",
    says: "The client was given its reply and does not print it, or prints something else first. Each reply is one line on standard \
           output; everything else belongs on standard error.",
    section: "The client asks and waits",
};
pub static NEVER_ASKS: Mistake = Mistake {
    name: "prints-without-asking",
    says: "The client prints an answer that no server gave. It has to send `ping` on its socket, wait for the reply, and \
           print what came.",
    section: "The client asks and waits",
};
pub static WRONG_COUNT: Mistake = Mistake {
    name: "ignores-count",
    says: "The client does not ask as often as `--count` says. It asks N times, each time waiting for the reply before it asks \
           again.",
    section: "The client asks and waits",
};
pub static CHANGES_REPLY: Mistake = Mistake {
    name: "changes-the-reply",
    says: "The client prints something else than the bytes that came: with quotes around them, trimmed, or made into text \
           first. Write the bytes themselves, then a newline.",
    section: "The client asks and waits",
};
pub static PRINTS_LATE: Mistake = Mistake {
    name: "prints-at-the-end",
    says: "The client asks again before it has printed the reply. Print each reply as it comes and flush it: who watches \
           should see what has happened so far.",
    section: "The client asks and waits",
};
pub static SILENT: Mistake = Mistake {
    name: "no-bound-line",
    says: "The program binds and tells nobody where. With `*` for the port only the program itself can know it: ask the socket \
           with `get_last_endpoint` after the bind, and print `bound ENDPOINT` before anything else.",
    section: "Which port did I get?",
};
pub static ON_STANDARD_ERROR: Mistake = Mistake {
    name: "bound-on-standard-error",
    says: "The bound line is on standard error. It is a result that others read, so it belongs on standard output: `writeln!` to \
           `std::io::stdout()`.",
    section: "Which port did I get?",
};
pub static PRINTS_THE_RESULT: Mistake = Mistake {
    name: "prints-the-result",
    says: "What is printed is a `Result` with the endpoint in it, as `Ok(\"tcp://…\")`. Take the text out first, with \
           `unwrap_or_default()`, and print it with `{}`.",
    section: "Which port did I get?",
};
pub static PRINTS_STAR: Mistake = Mistake {
    name: "prints-star",
    says: "The printed endpoint is the one that was asked for, not the one that the socket got: nobody can connect to `*`. \
           `get_last_endpoint` tells the real one, after the bind.",
    section: "Which port did I get?",
};
pub static PRINTS_LOCALHOST: Mistake = Mistake {
    name: "prints-localhost",
    says: "The line names another address than the one that the socket has. `localhost` may be another address on another \
           machine, and ZeroMQ cannot bind it; print what `get_last_endpoint` gives, as it is.",
    section: "Which port did I get?",
};
pub static ANNOUNCES_TOO_MUCH: Mistake = Mistake {
    name: "announces-what-it-connects-to",
    says: "The server printed a line though it bound nothing. The bound line is for a socket that binds: who reads it wants to \
           connect there.",
    section: "Which port did I get?",
};
pub static GREETS_FIRST: Mistake = Mistake {
    name: "greets-first",
    says: "Something else is printed before the bound line. Others read the first line to learn where the program is; greetings \
           and news belong on standard error.",
    section: "Which port did I get?",
};
pub static OTHER_PORT: Mistake = Mistake {
    name: "binds-another-port",
    says: "With `*` for the port two programs must get two ports, and the second did not start as it should. Leave the choice \
           to the system: a port that you choose yourself can be had only once.",
    section: "Which port did I get?",
};
pub static REFUSES_TOO_MUCH: Mistake = Mistake {
    name: "refuses-what-works",
    says: "The endpoint is right, and the program refuses it. Ports go up to 65535 (`u16`), names after `@` need no folder, and \
           `*` may be bound: look at what your `check` says to it.",
    section: "Endpoints that go wrong",
};
pub static WRONG_CODE: Mistake = Mistake {
    name: "exit-code-1",
    says: "The program refuses the endpoint with another exit code. 2 says: you started me wrongly. 1 says: I failed while \
           running. `shared::finish` chooses by the error, if the error comes from `check`, `bind` or `connect`.",
    section: "Endpoints that go wrong",
};
pub static OTHER_TRANSPORT: Mistake = Mistake {
    name: "tcp-only",
    says: "The program works for tcp and not for this transport. An endpoint begins with its transport; hand it to ZeroMQ as \
           it is, and look into it only to refuse what cannot work.",
    section: "Tcp, ipc and names without a file",
};
pub static ONE_SIDE: Mistake = Mistake {
    name: "server-must-bind",
    says: "The program takes for granted which side binds. In ZeroMQ binding and connecting have nothing to do with asking and \
           answering: use whichever of `--bind` and `--connect` was given.",
    section: "Either side may bind",
};
pub static GIVES_UP: Mistake = Mistake {
    name: "gives-up-without-a-server",
    says: "The client gives up because nobody is there yet. ZeroMQ connects in the background and sends as soon as somebody \
           is there; there is nothing to test before.",
    section: "Either side may bind",
};
pub static WRONG_ADDRESS: Mistake = Mistake {
    name: "binds-another-address",
    says: "The program binds another address than it was told. `*` is every address of this machine, 127.0.0.1 is itself only: \
           hand the endpoint on unchanged.",
    section: "From another machine",
};
pub static NO_REFUSAL: Mistake = Mistake {
    name: "accepts-anything",
    says: "The endpoint cannot work, and the program does not say so. Have `check` refuse it before ZeroMQ sees it, with a \
           sentence that says what is wrong.",
    section: "Endpoints that go wrong",
};
pub static ACCEPTS_70000: Mistake = Mistake {
    name: "accepts-70000",
    says: "A port is a number of 16 bits, so 65535 is the highest. libzmq does not look: it binds port 4464 for 70000, and \
           connects to 65536 for ever. Refuse what does not fit into a `u16`.",
    section: "Endpoints that go wrong",
};
pub static PANICS: Mistake = Mistake {
    name: "unwrap-on-bind",
    says: "The program panics where it should explain. `unwrap` and `expect` are promises that nothing goes wrong here; an \
           endpoint comes from outside. Give the error on with `?`. For some paths the zmq crate itself panics, so look at \
           the folder before you bind.",
    section: "Endpoints that go wrong",
};
pub static ON_STANDARD_OUTPUT: Mistake = Mistake {
    name: "complains-on-standard-output",
    says: "The complaint is on standard output. Results go there; what went wrong belongs on standard error, where it is seen also \
           when the results go into a file. `shared::finish` does that with the error that `run` returns.",
    section: "Endpoints that go wrong",
};
pub static LOSES_THE_ERROR: Mistake = Mistake {
    name: "loses-the-error",
    says: "The program ends as if all had gone well. The error was thrown away on its way: `let _ =`, `.ok()`, an `if let` without \
           `else`. Give it on with `?` until `main`, where `shared::finish` makes an exit code of it.",
    section: "Endpoints that go wrong",
};
pub static SAYS_LITTLE: Mistake = Mistake {
    name: "says-little",
    says: "The program ends as it should, but who reads the error does not learn what to do. Say in one line which endpoint it \
           is and what is wrong with it; for an errno, its name.",
    section: "Endpoints that go wrong",
};
