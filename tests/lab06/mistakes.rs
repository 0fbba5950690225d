//! The known ways to get lab 06 wrong, as the checks explain them.

use harness::Mistake;

pub static WAITS_FOR_SOMEBODY: Mistake = Mistake {
    name: "waits-for-somebody",
    says: "With `--subscribers 0` there is nobody to wait for. Publish at once, `end` as well, and end: what nobody subscribed to goes \
           nowhere, and that is right here.",
    section: "A publisher that waits for nobody",
};
pub static NO_SUBSCRIPTION: Mistake = Mistake {
    name: "subscribes-to-nothing",
    says: "No subscription comes from the subscriber. A SUB socket without one gets nothing at all: call `set_subscribe(b\"\")`, which is a \
           subscription to everything.",
    section: "A subscriber that prints",
};
pub static NARROW_SUBSCRIPTION: Mistake = Mistake {
    name: "subscribes-to-something",
    says: "The subscription is not to everything. A subscription is the beginning of the messages that you want; the empty one, \
           `set_subscribe(b\"\")`, is the beginning of them all.",
    section: "A subscriber that prints",
};
pub static PRINTS_SOMETHING_ELSE: Mistake = Mistake {
    name: "prints-something-else",
    says: "The subscriber prints each message as it came, on a line of its own, and nothing else: what it counts itself or says besides \
           belongs on standard error.",
    section: "A subscriber that prints",
};
pub static PRINTS_LATE: Mistake = Mistake {
    name: "prints-at-the-end",
    says: "A message came and was not printed. Print each one when it comes, and flush it; `print_line` does both.",
    section: "A subscriber that prints",
};
pub static PRINTS_END: Mistake = Mistake {
    name: "prints-end",
    says: "`end` is no number: it says that no more will come. Leave the loop there and print nothing.",
    section: "A subscriber that prints",
};
pub static GOES_ON: Mistake = Mistake {
    name: "goes-on-after-end",
    says: "`end` came, and the subscriber goes on. A SUB socket never learns by itself that a publisher is done: compare the whole message with \
           `end`, and return.",
    section: "A subscriber that prints",
};
pub static ENDS_AT_SOMETHING_ELSE: Mistake = Mistake {
    name: "ends-at-something-else",
    says: "The subscriber ended, or left something out, before `end` had come. `end` is the whole message and no part of one, in small letters; what else comes is \
           printed as it came, number or not, also where it is empty. Compare bytes with `b\"end\"`.",
    section: "A subscriber that prints",
};
pub static ONE_SIDE: Mistake = Mistake {
    name: "takes-its-side-for-granted",
    says: "The program takes for granted which side binds. With PUB and SUB, too, either may: `args.attach.attach(&socket)` does what \
           the arguments say.",
    section: "A publisher that waits for nobody",
};
pub static WRONG_NUMBERS: Mistake = Mistake {
    name: "publishes-something-else",
    says: "The publisher sends the numbers from 1 to N, `1..=count`, each as a message of one frame with the number as text, and behind them `end`. Where N is \
           0 there are no numbers, and `end` comes alone.",
    section: "A publisher that waits for nobody",
};
pub static TOO_EARLY: Mistake = Mistake {
    name: "publishes-too-early",
    says: "The publisher began before the last subscription had reached it, and a PUB or XPUB throws away what nobody has subscribed to yet. \
           If it slept: no sleep is long enough, because the next network, or the next busy machine, takes longer. If it counted: it counted \
           something else than subscriptions that are there. Receive on the XPUB socket until it has reported K of them.",
    section: "Why sleeping fails",
};
pub static BY_THE_CLOCK: Mistake = Mistake {
    name: "starts-by-the-clock",
    says: "All subscriptions were there, and the publisher began only long after: it waits for time to pass, and not for subscribers. Such a wait is \
           too short on a bad day and too long on all others. Receive on the XPUB socket until it has reported K subscriptions, then begin at once.",
    section: "Why sleeping fails",
};
pub static STILL_WAITS: Mistake = Mistake {
    name: "no-verbose",
    says: "K subscriptions are there, and the publisher still waits. Does its socket report all of them? Without `set_xpub_verbose(true)` an XPUB \
           reports only the first subscription to a topic, and here all are to the same one, everything. Or does it wait for one more than K?",
    section: "Count every one of them",
};
pub static NEVER_BEGINS: Mistake = Mistake {
    name: "never-begins",
    says: "The one subscription that was asked for is there, and the publisher still waits. An XPUB reports a join as the byte 1 and the topic: here \
           one byte. Does the publisher count it? Does it wait for one more than K?",
    section: "What an XPUB sees",
};
pub static PUB_SOCKET: Mistake = Mistake {
    name: "pub-socket",
    says: "A PUB cannot be received from: that is `ENOTSUP`. An XPUB publishes as a PUB does, and can be received from as well: what comes are the reports on \
           subscriptions.",
    section: "What an XPUB sees",
};
pub static UNHEARD: Mistake = Mistake {
    name: "ends-unheard",
    says: "The publisher ended with exit code 0, and a subscriber that has subscribed got nothing. Either it published before this subscription was there: then receive \
           on the XPUB until K are reported. Or it did publish, and ended before its queues were empty: `send` only puts a message into a queue, and \
           `process::exit` and a linger of 0 throw the queue away. Return from `main`.",
    section: "Linger, and the exit",
};
pub static NEVER_ENDS: Mistake = Mistake {
    name: "never-ends",
    says: "The publisher has published, its subscribers have read, and it does not end. Does it wait for something behind its last `send`? \
           Return from `run` there.",
    section: "A publisher that waits for nobody",
};
pub static NOT_THE_SAME: Mistake = Mistake {
    name: "not-the-same-for-all",
    says: "All subscribers were there, and they did not all get the same. Everything is published once, to all, behind the last of K reports; nothing is \
           published before.",
    section: "What an XPUB sees",
};
pub static NOTHING_YET: Mistake = Mistake {
    name: "publishes-nothing",
    says: "The subscribers were there, and nothing was published. This check is about the end, and it has no beginning yet: make the checks of task 2 \
           green first. They tell what the publisher waits for.",
    section: "Count every one of them",
};
pub static LEAVES: Mistake = Mistake {
    name: "miscounts-leaves",
    says: "Somebody had left, and the publisher began with fewer than K there. (If it sleeps and does not count, that is why.) A report begins with 1 for a join and with 0 for a leave: look at the \
           byte. And of those who leave a topic XPUB reports only the last one, so a leave says that nobody is left: set the count back to 0.",
    section: "When somebody leaves",
};
pub static HIGH_WATER_MARK: Mistake = Mistake {
    name: "default-high-water-mark",
    says: "The publisher was quicker than its slowest subscriber. A queue of a publisher holds 1000 messages unless told otherwise, and what comes when it \
           is full is thrown away without an error. `set_sndhwm(0)` lifts the limit; it must be set before the socket binds or connects.",
    section: "The high-water mark",
};
pub static ENDS_EARLY: Mistake = Mistake {
    name: "ends-too-early",
    says: "`send` only puts a message into a queue; a thread of ZeroMQ's carries it from there. The publisher ended while messages were still in that queue. \
           Return from `main` so that the context is ended in order, without `process::exit`, and let the socket linger for as long as \
           it takes: `set_linger(-1)`.",
    section: "Linger, and the exit",
};
pub static WAIT_TOGETHER: Mistake = Mistake {
    name: "wait-for-each-other",
    says: "Your publisher does not end with your own subscribers. If these have printed nothing, then no subscription comes from them (with `--sync`: no `seen`), or the publisher \
           does not count it. If they have printed all, look at what the publisher does behind `end`. The other checks tell which. \
           If they are green, ask what two subscribers share: who gives a socket an identity gives it to both, and the publisher's socket hears only the first of two \
           with the same.",
    section: "Count every one of them",
};
pub static LOSES: Mistake = Mistake {
    name: "loses-on-the-way",
    says: "With your own programs on both sides some numbers did not arrive. If the first ones are missing, the publisher began too early; if some in \
           the middle or the last ones are, look at the high-water mark, at linger and at how the publisher ends.",
    section: "Linger, and the exit",
};
pub static LOSES_THE_BEGINNING: Mistake = Mistake {
    name: "loses-the-beginning",
    says: "With your own programs on both sides the first number did not arrive. Did the publisher begin before both subscriptions were there? The checks of task 2 tell. If these are \
           green: does a subscriber subscribe more than once? Each of its subscriptions is reported, and counts for a subscriber; one to everything is enough. If nothing \
           arrived at all, the publisher may also have ended before its queues were empty.",
    section: "Count every one of them",
};
pub static UNSEEN: Mistake = Mistake {
    name: "says-seen-unseen",
    says: "The subscriber said `seen`, and nothing had been published to it yet. That it can reach the sync socket says nothing about the data link, which is \
           another connection and may be slower. Wait until a `hello` has come on the SUB socket, and only then say `seen`.",
    section: "The handshake that proves nothing",
};
pub static NOT_SAID: Mistake = Mistake {
    name: "does-not-say-seen",
    says: "`hello` reached the subscriber, and no `seen` comes. With `--sync` it connects a REQ socket there, and sends `seen` when the first `hello` has \
           come.",
    section: "Hello, seen, ok",
};
pub static SEEN_BY_THE_CLOCK: Mistake = Mistake {
    name: "says-seen-by-the-clock",
    says: "`hello` had come, and `seen` was said only long after: the subscriber waits for time to pass, and not for the `hello`. Time proves nothing about a \
           connection. Receive on the SUB socket, and say `seen` when the first `hello` comes.",
    section: "The handshake that proves nothing",
};
pub static NO_WAIT_FOR_OK: Mistake = Mistake {
    name: "does-not-wait-for-ok",
    says: "The subscriber said `seen` and went on without the answer. A REQ is a question and its reply: receive the `ok` in `say_seen`, before the next message is \
           received on the SUB socket. What comes meanwhile is kept there.",
    section: "Hello, seen, ok",
};
pub static SAYS_TWICE: Mistake = Mistake {
    name: "says-seen-twice",
    says: "The subscriber said `seen` again. The publisher counts what it hears, so a second `seen` passes for another subscriber, which is not there. \
           Say it once, at the first `hello`.",
    section: "Hello, seen, ok",
};
pub static PRINTS_HELLO: Mistake = Mistake {
    name: "prints-hello",
    says: "`hello` is there to be seen by the program, not by its reader: it is never printed, also where it comes again. Take it out before you print.",
    section: "Hello, seen, ok",
};
pub static NO_HELLO: Mistake = Mistake {
    name: "publishes-no-hello",
    says: "With `--sync` a subscriber can only say what it has seen, and there is no `hello` for it to see. Publish `hello` again and again until all K have \
           said `seen`; one alone may be published before a subscriber is there. Or does the publisher wait for reports of its XPUB first? With `--sync` only \
           `seen` counts.",
    section: "Hello, seen, ok",
};
pub static NO_OK: Mistake = Mistake {
    name: "does-not-answer",
    says: "The publisher was told `seen` and gives no answer. A REQ waits for its reply, so this subscriber now hangs: send `ok` on the REP socket after each \
           request.",
    section: "Hello, seen, ok",
};
pub static NOT_OK: Mistake = Mistake {
    name: "answers-something-else",
    says: "The answer to `seen` came, and it is not `ok`: the two letters in one frame.",
    section: "Hello, seen, ok",
};
pub static NOT_ANNOUNCED: Mistake = Mistake {
    name: "does-not-announce-sync",
    says: "The publisher printed its bound line, and then, with `--sync`, not the second one: `bound sync ENDPOINT`. Bind the REP socket, and call \
           `announce_as(\"sync\", &sync)?`, before the first `hello`; `announce` alone leaves the name out. And wait for nothing before that: with `--sync` only \
           `seen` counts.",
    section: "Hello, seen, ok",
};
pub static FLOODS: Mistake = Mistake {
    name: "floods-with-hello",
    says: "`hello` comes without a pause. Each one goes into the queue of each subscriber, and these queues have no limit: who is slow gets a memory full of them. \
           Poll the sync socket between one and the next, for some milliseconds: `PAUSE` is not 0.",
    section: "Hello, seen, ok",
};
pub static NOT_ALL_SEEN: Mistake = Mistake {
    name: "begins-before-all-have-seen",
    says: "One subscriber has not said `seen` yet, and the publisher began. With `--sync` only the answers on the sync socket count, K of them: not the time that \
           has passed, not the subscriptions, and not the first answer.",
    section: "Hello, seen, ok",
};
pub static NOT_COUNTED: Mistake = Mistake {
    name: "does-not-count-seen",
    says: "All subscribers have said `seen`, and the publisher goes on with `hello`. Count each request on the sync socket; K of them end the loop. Or does it \
           wait for something besides?",
    section: "Hello, seen, ok",
};
pub static LOSES_SYNC: Mistake = Mistake {
    name: "loses-with-sync",
    says: "With your own programs on both sides and `--sync` some numbers did not arrive. Either side may be at fault: the subscriber says `seen` before it has got a \
           `hello`, or the publisher begins before all have said so. The other checks of this task tell which.",
    section: "The handshake that proves nothing",
};
pub static FAILED: Mistake = Mistake {
    name: "ends-with-an-error",
    says: "The publisher ended because something went wrong in it. Its last line on standard error names the call, the socket and the errno.",
    section: "What an XPUB sees",
};
pub static RECEIVE_MARK: Mistake = Mistake {
    name: "default-receive-mark",
    says: "The publisher ended, and the subscriber lost the tail. Its queue of 1000 was full, so its socket had stopped reading; when a connection over ipc \
           ends then, what is still in it is dropped. `set_rcvhwm(0)` on the SUB socket, before it is attached, lets it read ahead.",
    section: "Linger, and the exit",
};
