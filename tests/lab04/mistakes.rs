//! The known ways to get lab 04 wrong, as the checks explain them.

use harness::Mistake;

pub static PANICS: Mistake = Mistake {
    name: "panics",
    says: "The program panicked. What comes over the wire, from a file or from a command line can always be something else than \
           you think: look at it with `let … else`, `match` or `checked_add`, and give an answer or an error.",
    section: "Nothing may end the server",
};
pub static SAME_SOCKET: Mistake = Mistake {
    name: "resends-on-the-same-socket",
    says: "The client sends again on the REQ socket that still waits for its reply, and that is EFSM: REQ sends, then receives. \
           After an answer that did not come, drop the socket and open a new one.",
    section: "Close, reopen, resend",
};
pub static WAITS: Mistake = Mistake {
    name: "waits-for-ever",
    says: "The client waits for a reply that will never come. Set a receive timeout on the socket, `set_rcvtimeo`, in \
           milliseconds; EAGAIN then says that no reply came in that time.",
    section: "A receive that ends",
};
pub static NEW_ID: Mistake = Mistake {
    name: "a-new-request-for-each-try",
    says: "The second try is not the same request as the first. Then the server cannot know that it is the same payment, and pays \
           again. Send the same id and the same amount with every try.",
    section: "Close, reopen, resend",
};
pub static TOO_MANY: Mistake = Mistake {
    name: "a-try-too-many",
    says: "The client sends a payment more often than `--tries` says. N tries are N sends: the first one is a try, too.",
    section: "Give up",
};
pub static TIMEOUT_ENDS: Mistake = Mistake {
    name: "a-timeout-ends-it",
    says: "No answer came in time, and the client ended with that error. EAGAIN is the end of one try and not of the program: take \
           it apart from the other errors, as in `Err(zmq::Error::EAGAIN) => Ok(None)`, and ask again.",
    section: "A receive that ends",
};
pub static HURRIES: Mistake = Mistake {
    name: "hurries",
    says: "The client stopped waiting long before `--timeout` was over, or it never sent at all. Give `args.timeout` to `set_rcvtimeo` \
           as it is, both are milliseconds; receive with the flag 0, because `DONTWAIT` does not wait; and `--tries 1` is one send.",
    section: "A receive that ends",
};
pub static TWO_SENDS: Mistake = Mistake {
    name: "two-sends",
    says: "The client sent the frames with two calls of `send`, so the first was a message of its own, and a REQ that has sent must \
           receive: EFSM. Send one message of two frames, with `send_multipart`, or the first frame with the flag `SNDMORE`.",
    section: "A payment on the wire",
};
pub static RECEIVES_AGAIN: Mistake = Mistake {
    name: "receives-again",
    says: "The client received twice on one REQ without a send between, and that is EFSM. A stale answer uses the receive up, and the \
           try with it: leave it, and ask again on a new socket.",
    section: "The stale reply",
};
pub static ASKS_NOBODY: Mistake = Mistake {
    name: "asks-nobody",
    says: "No payment came to the server. `ask` opens a REQ socket, connects it with `args.connect.connect(&socket)?`, and sends; `pay` \
           calls it, and `run` calls `pay`.",
    section: "A payment on the wire",
};
pub static NOT_ALL: Mistake = Mistake {
    name: "pays-the-first-only",
    says: "The client did not ask for this payment. Every `--pay` is asked for, one after the other in the order of the command line, \
           also an id that stands there twice: whether it is known is for the server to say.",
    section: "Give up",
};
pub static TAKES_NONE: Mistake = Mistake {
    name: "takes-no-answer",
    says: "The answer is there, and the client does not take it. An answer is one message of three frames: `recv_multipart` gives all of \
           them, `recv_bytes` the first only. And look at `answers`: does it say yes to the right one?",
    section: "A payment on the wire",
};
pub static PRINTS_LATE: Mistake = Mistake {
    name: "prints-at-the-end",
    says: "The next payment went out before the answer to the last one was printed. Print each answer when it comes: a client that \
           dies later has told then what was paid.",
    section: "A payment on the wire",
};
pub static NEVER_ENDS: Mistake = Mistake {
    name: "never-ends",
    says: "With this `--timeout` and `--tries` the client is done after a twentieth of a second, and it is still there. Either a receive \
           does not end (`set_rcvtimeo`, in milliseconds), or the loop around it does not.",
    section: "Give up",
};
pub static GIVES_UP_ASIDE: Mistake = Mistake {
    name: "gives-up-on-standard-error",
    says: "`gave up` stands on standard error. It is the result for this payment, as the answer would have been: print it on standard \
           output with the function `print`, and end with exit code 1. It is no `Error`.",
    section: "Give up",
};
pub static GIVES_UP_IN_OTHER_WORDS: Mistake = Mistake {
    name: "gives-up-in-other-words",
    says: "A client that gives up prints `gave up ID` on standard output: these two words, a blank and the id of the payment, without its \
           amount, and nothing else.",
    section: "Give up",
};
pub static TOO_FEW: Mistake = Mistake {
    name: "a-try-too-few",
    says: "The client gives up before it has sent the payment as often as `--tries` says. Count the sends, and give up after \
           the last one has had its time.",
    section: "Give up",
};
pub static LINGER: Mistake = Mistake {
    name: "hangs-at-exit",
    says: "Nobody took the request, so it is still in the socket, and ZeroMQ goes on trying to deliver it after the socket is closed: \
           one second with `shared::Context`, for ever with libzmq's own default. Tell each REQ socket not to: `set_linger(0)`.",
    section: "Close, reopen, resend",
};
pub static GOES_ON: Mistake = Mistake {
    name: "goes-on-after-giving-up",
    says: "The client gave up on a payment and then went on with the next. When nobody answered N times, the next payment has no \
           better luck: print `gave up ID` and end with exit code 1 at once.",
    section: "Give up",
};
pub static WRONG_CODE: Mistake = Mistake {
    name: "exit-code-0",
    says: "Who started the client may look at nothing but its exit code: 0 where every payment was answered with `ok`, 1 where one was \
           not, and no other.",
    section: "Give up",
};
pub static STOPS: Mistake = Mistake {
    name: "stops-at-an-error",
    says: "An `error` is an answer: the payment is decided, and the next one has its own right to be asked. Print the line, go \
           on, and end with exit code 1 when all are done.",
    section: "Give up",
};
pub static WRONG_REQUEST: Mistake = Mistake {
    name: "sends-something-else",
    says: "A payment goes over the wire as one message of two frames: first the id, then the amount, both as they were typed. Send \
           them with `send_multipart`, or the first with `SNDMORE`.",
    section: "A payment on the wire",
};
pub static WRONG_LINE: Mistake = Mistake {
    name: "prints-something-else",
    says: "The client prints the frames of the answer, with one blank between them: `ok ID BALANCE` or `error ID WHY`. \
           The balance is what the server says, not what you can work out.",
    section: "A payment on the wire",
};
pub static STALE: Mistake = Mistake {
    name: "takes-a-stale-answer",
    says: "The client takes the next answer that comes, whatever it answers. The id in its second frame says which payment \
           it belongs to: compare it, and go on asking where it is another one.",
    section: "The stale reply",
};
pub static STALE_ENDS: Mistake = Mistake {
    name: "stops-at-a-stale-answer",
    says: "An answer to another payment came, and the client did not ask again. A stale answer costs the try, and not the payment: it is \
           as if none had come, so the next try has its turn.",
    section: "The stale reply",
};
pub static STALE_ENDS_ALL: Mistake = Mistake {
    name: "ends-at-stale-answers",
    says: "Every try got an answer to another payment. That is as good as no answer: after the last try comes `gave up ID` on standard \
           output, and exit code 1.",
    section: "The stale reply",
};
pub static STALE_IS_FREE: Mistake = Mistake {
    name: "a-stale-answer-is-free",
    says: "Stale answers cost this client no try, so it asks without end as long as it gets them. Count every send: with REQ a stale \
           answer uses the receive up, and so the try.",
    section: "The stale reply",
};
pub static NO_ANSWER_AT_ALL: Mistake = Mistake {
    name: "takes-half-an-answer",
    says: "The client took something for its answer that is none, or the right one for none. An answer has exactly three frames, and the \
           second is the id, the whole id and nothing else: look at the number of frames before you look into one.",
    section: "The stale reply",
};
pub static LATE: Mistake = Mistake {
    name: "relaxed-without-correlate",
    says: "Two tries got two answers. The client took the first, kept its socket, and then took the second for the answer to the \
           next payment. An answer on a socket is not always the answer to the last request: a new socket for each try \
           gets none of the old ones, and the id in the second frame tells the rest.",
    section: "The stale reply",
};
pub static AGAIN: Mistake = Mistake {
    name: "executes-again",
    says: "The server executed a payment that it had executed before. Keep the answer to every id, for ever, and look there \
           before anything is paid.",
    section: "Once, by its id",
};
pub static DUPLICATE: Mistake = Mistake {
    name: "answers-duplicate",
    says: "The server knows the id and complains. But who asks again does so because the first answer got lost: that first \
           answer is what is missing. Keep the answer with the id, and give it again.",
    section: "Once, by its id",
};
pub static BALANCE_NOW: Mistake = Mistake {
    name: "answers-the-balance-of-now",
    says: "The server answers a repeated id with the balance of today. The first answer told the balance after that payment; \
           the same request gets the same answer. Keep the answer, not only the id.",
    section: "Once, by its id",
};
pub static BY_CLIENT: Mistake = Mistake {
    name: "by-client",
    says: "The server knows the id only when it comes from the same client. A client that asks again has a new socket, and for \
           ZeroMQ that is a new client. The id belongs to the payment, whoever brings it.",
    section: "Once, by its id",
};
pub static BY_AMOUNT: Mistake = Mistake {
    name: "by-amount",
    says: "The server takes two payments of the same amount for one. Somebody may pay 5 twice on one day; the id \
           tells payments apart, and nothing else does.",
    section: "Once, by its id",
};
pub static BY_BOTH: Mistake = Mistake {
    name: "by-id-and-amount",
    says: "The server knows the id and pays again, because the amount is another one. An id stands for one payment: whatever \
           comes with it later gets the first answer.",
    section: "Once, by its id",
};
pub static OUT_OF_TURN: Mistake = Mistake {
    name: "server-out-of-turn",
    says: "The server used its REP socket out of turn: after each receive comes exactly one send, on every way through the loop, and \
           then the next receive. The frames of a reply go out with one `send_multipart`.",
    section: "Nothing may end the server",
};
pub static ENDS: Mistake = Mistake {
    name: "server-ends",
    says: "The server ended. It serves until somebody kills it: receive, answer and send stand in a `loop`, and nothing that comes over \
           the wire is a reason for `?` or `return` there.",
    section: "Nothing may end the server",
};
pub static BINDS_NOTHING: Mistake = Mistake {
    name: "binds-nothing",
    says: "The server printed no bound line. `args.attach.attach(&socket)?` binds its socket and prints the line; it stands in `run`, \
           after the journal is opened and before the loop.",
    section: "Write task 3",
};
pub static NO_REPLY: Mistake = Mistake {
    name: "no-reply",
    says: "A request came to the server, and no reply left it. Is its socket a REP? That takes the envelope of a request off and puts it \
           before the reply; with a ROUTER both are your work. And does every receive lead to a send?",
    section: "Nothing may end the server",
};
pub static WRONG_REPLY: Mistake = Mistake {
    name: "another-reply",
    says: "A reply is one message of three frames in this order: `ok` or `error`, the id as it came, and the balance or the reason. The \
           function `reply` makes them, and one `send_multipart` sends them.",
    section: "A payment on the wire",
};
pub static WRONG_REFUSAL: Mistake = Mistake {
    name: "another-refusal",
    says: "A refusal is one message of three frames: `error`, the id as it came, and a reason in one line. A reason that quotes what came \
           has in it what came: a newline, too.",
    section: "Nothing may end the server",
};
pub static CHANGES_ID: Mistake = Mistake {
    name: "changes-the-id",
    says: "The server refused an id, changed it, or took two ids for one. An id is any text in one line, however long, with blanks, tabs \
           and other letters than a to z: compare it as it came.",
    section: "Once, by its id",
};
pub static KEEPS_NONSENSE: Mistake = Mistake {
    name: "remembers-what-is-no-payment",
    says: "A request of one frame or three was refused, and now the payment whose id was its first frame is refused, too. What was no \
           payment had no id: refuse it, and remember nothing.",
    section: "Nothing may end the server",
};
pub static WRONG_BALANCE: Mistake = Mistake {
    name: "another-balance",
    says: "The balance begins at 0, each payment adds its amount, which may be negative, and the reply tells the balance after it. \
           Nothing but a sum that does not fit is a reason to refuse one.",
    section: "A payment on the wire",
};
pub static OVERFLOWS: Mistake = Mistake {
    name: "overflows",
    says: "The balance went over the end of an i64. Depending on how it is built, `+` panics there or goes on at the other end. \
           `checked_add` gives `None`: that is a refusal, and the balance stays.",
    section: "Nothing may end the server",
};
pub static FORGETS_REFUSALS: Mistake = Mistake {
    name: "forgets-refusals",
    says: "A refused id was asked again and got another answer. A refusal is an answer, too: who heard it has told somebody \
           that this payment did not happen. Remember it like a payment.",
    section: "Once, by its id",
};
pub static ACCEPTS: Mistake = Mistake {
    name: "accepts-anything",
    says: "The server took something for a payment that is none. Look at the number of frames, at the id and at the \
           amount before you pay, and answer `error`, the id and the reason.",
    section: "Nothing may end the server",
};
pub static NO_ANSWER: Mistake = Mistake {
    name: "no-answer",
    says: "The server gave no answer. A REQ that gets none hangs, and its client asks again and again: whatever came, \
           send `error`, the id and the reason.",
    section: "Nothing may end the server",
};
pub static NO_JOURNAL: Mistake = Mistake {
    name: "keeps-nothing",
    says: "After a kill -9 the server no longer knows what it had answered. What is in memory, also in a `BufWriter`, dies with \
           the process. Write the line to the file before the reply goes out, and read the file at the start.",
    section: "A journal",
};
pub static BALANCE_ONLY: Mistake = Mistake {
    name: "keeps-the-balance-only",
    says: "The balance outlived the kill, and the ids did not: a payment whose answer got lost is paid again after the restart. \
           The journal needs every id with its answer.",
    section: "A journal",
};
pub static NO_NEWLINE: Mistake = Mistake {
    name: "no-newline",
    says: "The journal has bytes in it and no newline, so it has no line. Each line ends with `\\n`, which is also the sign that it is \
           whole: write it with the line, in the same write.",
    section: "A journal",
};
pub static EMPTIES: Mistake = Mistake {
    name: "empties-the-journal",
    says: "The journal had lines, and after the server's start it is empty. `File::create` and `truncate(true)` empty a file. Open it with \
           `read(true).append(true).create(true)`, and leave what is in it where it is.",
    section: "A journal",
};
pub static REPLAYS_WRONGLY: Mistake = Mistake {
    name: "replays-another-account",
    says: "The journal has lines, and what the server made of them is not the account it had. Look at the file: is there one line for each \
           answer, in their order, none for an id that was known already, and does `parse` read what `line_of` writes?",
    section: "A journal",
};
pub static PAYMENTS_ONLY: Mistake = Mistake {
    name: "keeps-payments-only",
    says: "A refused id was asked again after the kill, and now it is paid. In memory the refusal was kept, and the journal does not have \
           it: write a line for every answer, refusals too, and read it back.",
    section: "A journal",
};
pub static OTHER_REASON: Mistake = Mistake {
    name: "loses-the-reason",
    says: "After the kill the same id is refused with another reason. The same request gets the same answer, to the last letter: the \
           reason stands in the line, and is read back as it was, blanks and all.",
    section: "A journal",
};
pub static OTHER_LINE: Mistake = Mistake {
    name: "reads-back-something-else",
    says: "What was answered before the kill is answered otherwise now, or cannot be read at all. An id may hold tabs, blanks at its ends \
           and `\\r`, and a reason holds what you put into it: is your separator in one of them? Do you cut off more than the `\\n`?",
    section: "A journal",
};
pub static HOLE: Mistake = Mistake {
    name: "opens-without-append",
    says: "There are zeros in the journal. A file that was opened with `write(true)` goes on writing where it was, also when `set_len` has \
           cut it off before that place. Open it with `append(true)`: then every write goes to the end.",
    section: "A journal",
};
pub static CUTS_TOO_MUCH: Mistake = Mistake {
    name: "cuts-too-much",
    says: "After a write that failed the journal is shorter than before it: lines of answered payments are gone. `length` is the end of \
           the last whole line. It begins with what `open` found, and grows by the bytes of each line that was written. And \
           lines are only ever appended: who writes the file anew has nothing where that fails.",
    section: "The journal first",
};
pub static COUNTS_PIECE: Mistake = Mistake {
    name: "length-before-the-cut",
    says: "There was a torn line, and later a write that failed, and then a piece stayed in the journal. `length` counts whole lines only: \
           the torn piece was cut off, so it is no part of it.",
    section: "The journal first",
};
pub static CUTS_FIRST: Mistake = Mistake {
    name: "cuts-before-it-replays",
    says: "The server ended because a line is broken, but it had changed the file before. Replay first and cut then: a damaged file is left \
           to somebody who can look at it.",
    section: "A torn last line",
};
pub static BINDS_FIRST: Mistake = Mistake {
    name: "binds-first",
    says: "The server bound, and then found that it cannot use its journal. Clients believed that it was there. Open the journal before the \
           socket: `Journal::open` stands first in `run`.",
    section: "A journal",
};
pub static REPLY_FIRST: Mistake = Mistake {
    name: "replies-before-the-journal",
    says: "The server said `ok` to a payment that is not in its journal. Between the reply and the writing it can die, and the \
           disk can be full. Write first, look at the result, and only then reply.",
    section: "The journal first",
};
pub static REMEMBERS_FAILURE: Mistake = Mistake {
    name: "remembers-a-failed-write",
    says: "The disk has room again, and the server goes on refusing this id. A write that failed decides nothing about the \
           payment: answer `error`, but keep nothing, so that the next try can succeed.",
    section: "The journal first",
};
pub static PAYS_FIRST: Mistake = Mistake {
    name: "pays-before-it-writes",
    says: "The server answered `error`, and the money has moved all the same. Decide first, then write, and change the balance \
           only when the line is written.",
    section: "The journal first",
};
pub static ENDS_ON_FAILURE: Mistake = Mistake {
    name: "ends-on-a-failed-write",
    says: "The journal could not be written, and the server ended or gave no answer. Old ids could still be answered, and the \
           disk may have room again in a minute. Answer `error` with the reason and go on.",
    section: "The journal first",
};
pub static READS_DEVICE: Mistake = Mistake {
    name: "reads-a-device",
    says: "The server read its journal until the memory was full: `/dev/full` gives zeros without end. Read as many bytes as the \
           file says that it has; the `read` of the starter does so.",
    section: "A journal",
};
pub static LEAVES_PIECE: Mistake = Mistake {
    name: "leaves-a-piece",
    says: "A write failed in the middle of a line, and the piece stayed in the file with the next line behind it. Remember how \
           long the file was after the last whole line, and cut it back there: `set_len`.",
    section: "The journal first",
};
pub static TORN: Mistake = Mistake {
    name: "takes-a-torn-line",
    says: "The last line had no newline, and the server took it for whole. Of `123` it may be the first digit only. A line \
           counts once its newline is there; what stands behind the last newline is dropped, and nobody has its answer.",
    section: "A torn last line",
};
pub static TORN_ENDS: Mistake = Mistake {
    name: "dies-of-a-torn-line",
    says: "The journal ends in the middle of a line, and the server does not start. That is no broken file, but the trace of a \
           death while writing: drop what stands behind the last newline, and serve.",
    section: "A torn last line",
};
pub static BEHIND_TORN: Mistake = Mistake {
    name: "writes-behind-the-torn-line",
    says: "The first start after the cut went well, the second did not. The torn piece was ignored and stayed in the file, and \
           the next line was written right behind it. Cut the file after its last newline: `set_len`.",
    section: "A torn last line",
};
pub static SKIPS: Mistake = Mistake {
    name: "skips-broken-lines",
    says: "A line in the middle of the journal is broken, and the server does not end with an error. What stood there is missing or \
           wrong now, and nobody is told. Only the last line can be torn by a death; any other is a damaged file: say so and end.",
    section: "A torn last line",
};
pub static OPENS: Mistake = Mistake {
    name: "unwrap-on-open",
    says: "Without its journal the server must not serve. It ends with exit code 1 and one line that names the file: \
           `Error::file` makes that line, and `?` hands it on from `Journal::open` to `main`.",
    section: "A journal",
};
