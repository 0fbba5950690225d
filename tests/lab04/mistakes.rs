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
pub static TOO_FEW: Mistake = Mistake {
    name: "a-try-too-few",
    says: "The client gives up before it has sent the payment as often as `--tries` says. Count the sends, and give up after \
           the last one has had its time.",
    section: "Give up",
};
pub static LINGER: Mistake = Mistake {
    name: "hangs-at-exit",
    says: "Nobody took the request, so it is still in the socket, and closing the socket or the context waits until it is \
           delivered, by default for ever. Tell each REQ socket not to: `set_linger(0)`, before it is closed.",
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
    says: "The client ends as if all had gone well. Who started it may look at nothing but the exit code: 0 only where every \
           payment was answered with `ok`, else 1.",
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
    says: "A payment goes over the wire as a message of two frames: the id, and the amount as it was typed. Send both with \
           `send_multipart`, or the first with `SNDMORE`.",
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
pub static WRONG_BALANCE: Mistake = Mistake {
    name: "another-balance",
    says: "The balance begins at 0, each payment adds its amount, which may be negative, and the reply tells the balance \
           after it.",
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
    says: "The journal could not be written, and the server ended or gave no `error`. Old ids could still be answered, and the \
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
    says: "A line in the middle of the journal is broken, and the server serves as if it had never been. A payment is missing, \
           and nobody is told. Only the last line can be torn by a death; any other is a damaged file: say so and end.",
    section: "A torn last line",
};
pub static OPENS: Mistake = Mistake {
    name: "unwrap-on-open",
    says: "Without its journal the server must not serve. It ends with exit code 1 and one line that names the file: \
           `.or_explain(\"open\", …)?` makes that line.",
    section: "A journal",
};
