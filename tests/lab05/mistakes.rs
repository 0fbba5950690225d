//! The known ways to get lab 05 wrong, as the checks explain them.

use harness::Mistake;

pub static PANICS: Mistake = Mistake {
    name: "panics",
    says: "The program panicked. What is typed and what comes over the wire can be any bytes, in any number of frames: `unwrap`, `expect` \
           and `[i]` are promises that nobody keeps for you. Look with `let … else`, `match` or `position`.",
    section: "Any bytes",
};
pub static NOT_A_PUBLISHER: Mistake = Mistake {
    name: "not-a-publisher",
    says: "The check subscribed, and no publisher took the subscription. Is the socket a PUB, and is it attached, once, before the \
           first line is read? A socket of a type that does not go with SUB refuses the connection.",
    section: "PUB and SUB",
};
pub static PUBLISHES_NOTHING: Mistake = Mistake {
    name: "publishes-nothing",
    says: "A line was typed, somebody has subscribed to everything, and no message came. Each line is sent when it is read, by one call \
           of `send_multipart` on the PUB; does your program wait for something else first, as another line, or the end of the input?",
    section: "Publish each line",
};
pub static ENDS_EARLY: Mistake = Mistake {
    name: "ends-early",
    says: "The program ended although there was more to do. A publisher ends where its input ends, a subscriber when it has printed \
           as many lines as `--count` says, and without `--count` never.",
    section: "",
};
pub static ONE_FRAME: Mistake = Mistake {
    name: "one-frame",
    says: "Topic and value came in one frame. Then nobody can tell where the topic ends: a subscriber would have to take the text apart, and \
           no value could be any bytes. `send_multipart([topic, value], 0)` sends a message of two frames.",
    section: "A topic is the first frame",
};
pub static TWO_MESSAGES: Mistake = Mistake {
    name: "two-messages",
    says: "The topic came as a message of its own. Frames belong to one message where each but the last is sent with `zmq::SNDMORE`; \
           `send_multipart` does that.",
    section: "A topic is the first frame",
};
pub static VALUE_FIRST: Mistake = Mistake {
    name: "value-first",
    says: "The value stands in the first frame. The first frame is the one that subscriptions are compared with, so the topic belongs there.",
    section: "A topic is the first frame",
};
pub static ADDS_TO_VALUE: Mistake = Mistake {
    name: "adds-newline",
    says: "There is something at the value that was not typed: a newline, a NUL, quotes. ZeroMQ knows the length of each frame, so nothing needs \
           to mark its end. `split` takes the newlines away, `read_until` and `read_line` keep them.",
    section: "A topic is the first frame",
};
pub static MORE_FRAMES: Mistake = Mistake {
    name: "more-frames",
    says: "The message has more than two frames. The subscriber skips what has not exactly two: the topic, the value, and nothing before, \
           between or behind them.",
    section: "A topic is the first frame",
};
pub static ADDS_TO_TOPIC: Mistake = Mistake {
    name: "adds-to-the-topic",
    says: "The first frame is the topic and something more. Who asks for exactly this topic never gets this message, since these are other \
           bytes. The blank between topic and value belongs to neither.",
    section: "A topic is the first frame",
};
pub static CHANGES_TOPIC: Mistake = Mistake {
    name: "changes-the-topic",
    says: "The topic has other letters than were typed, small ones for capitals or the other way round. Topics are bytes, and are compared as bytes: whoever has subscribed to \
           `Door` gets nothing of `door`. Publish what stands before the first blank as it is.",
    section: "A topic is the first frame",
};
pub static PUBLISHES_NEWS_ONLY: Mistake = Mistake {
    name: "publishes-news-only",
    says: "The same line was typed twice, and published once. Each line is a message, also where it is the same as the one before: whoever has subscribed in between has \
           not heard it.",
    section: "Publish each line",
};
pub static READS_ALL_FIRST: Mistake = Mistake {
    name: "reads-to-the-end-first",
    says: "The publisher was given a line and has published nothing yet. It seems to read more before it sends. Who subscribes wants to know now: \
           read one line, publish it, and only then read the next.",
    section: "Publish each line",
};
pub static ONE_SUBSCRIBER: Mistake = Mistake {
    name: "serves-one-subscriber",
    says: "A subscriber did not get what it has asked for. Does the first frame begin with the topic? Does your program send every message, and leave it to \
           the socket who gets it? A PUB keeps the subscriptions of each connection by itself, and sends a copy to each that wants one.",
    section: "PUB and SUB",
};
pub static NEVER_ATTACHES: Mistake = Mistake {
    name: "never-attaches",
    says: "The program was started with `--bind` and has not said where it has bound. `args.attach.attach(&socket)?` binds, and prints the bound line. It \
           is called once, before the first line is read; without it nobody can reach the socket.",
    section: "PUB and SUB",
};
pub static MUST_BIND: Mistake = Mistake {
    name: "publisher-must-bind",
    says: "The publisher takes for granted that it is the one to bind. `args.attach.attach(&socket)` binds or connects, as the arguments say.",
    section: "PUB and SUB",
};
pub static WAITS_FOR_SOMEBODY: Mistake = Mistake {
    name: "waits-for-somebody",
    says: "Nobody has subscribed, the input has ended, and the publisher has not. A PUB never waits for anybody: what nobody has asked for is thrown \
           away. If your program is not waiting for a subscriber, then look at the end of your loop: what does it do when there is no \
           further line?",
    section: "Publish each line",
};
pub static NOT_ENDED_WELL: Mistake = Mistake {
    name: "ends-with-an-error",
    says: "The end of the input is no error, and nobody listening is none either. The publisher has done what it should: exit code 0.",
    section: "Publish each line",
};
pub static NEVER_ENDS: Mistake = Mistake {
    name: "never-ends",
    says: "The input has ended, and the publisher keeps its socket. At the end of the input there is no further line: leave the loop, and let \
           `run` return.",
    section: "Publish each line",
};
pub static LOSES_THE_TAIL: Mistake = Mistake {
    name: "loses-the-tail",
    says: "The publisher has sent these messages and ended before they were on the wire. `send` only hands a message to the socket; a thread of \
           ZeroMQ's delivers it. A socket that is closed with a linger of 0 throws away what it still has, and `std::process::exit` does not even \
           close it. Let `run` return: the `Context` of `shared` then gives the socket time to deliver.",
    section: "The end of the input",
};
pub static NO_SUBSCRIPTION: Mistake = Mistake {
    name: "no-subscription",
    says: "No subscription to this topic came to the publisher. A SUB socket begins with none, and then nothing is sent to it, ever. It has to be attached, and \
           `set_subscribe` has to be called with the topic.",
    section: "Subscribe",
};
pub static NOT_A_SUBSCRIBER: Mistake = Mistake {
    name: "not-a-subscriber",
    says: "The socket does not take a subscription. Only a SUB has the option that `set_subscribe` sets; every other type refuses it with `EINVAL`.",
    section: "PUB and SUB",
};
pub static TO_EVERYTHING: Mistake = Mistake {
    name: "subscribes-to-everything",
    says: "The subscriber subscribes to more than its topics, and throws away at home what it does not want. That looks the same on the \
           screen. But the publisher then sends every message of every topic to it, over the wire. Subscribe to the topics themselves.",
    section: "Subscribe",
};
pub static OTHER_TOPIC: Mistake = Mistake {
    name: "subscribes-to-something-else",
    says: "The subscription that came is none of the topics, to the last byte. No star, no blank and no NUL belongs to it: a subscription is a \
           prefix by itself.",
    section: "Subscribe",
};
pub static PRINTS_NOTHING: Mistake = Mistake {
    name: "prints-nothing",
    says: "A message of the topic was sent to the subscriber, and no line was printed. Does it receive whole messages, with `recv_multipart`? Does it \
           compare the first frame with the topic? Does it wait for another message first?",
    section: "Print what is wanted",
};
pub static PRINTS_LATE: Mistake = Mistake {
    name: "prints-at-the-end",
    says: "The subscriber did not print the message before the next one was there. Print each line as it comes, and flush it: `print_line` does both.",
    section: "Print what is wanted",
};
pub static PRINTS_NEWS_ONLY: Mistake = Mistake {
    name: "prints-news-only",
    says: "The same message came twice, and was printed once. Two equal messages are two messages: a value that has not changed is news as well.",
    section: "Print what is wanted",
};
pub static CAPITALS: Mistake = Mistake {
    name: "takes-capitals-for-small-letters",
    says: "The subscriber printed a topic in capitals that was asked for in small letters. It came because of another topic, which is its beginning. Topics are bytes: compare \
           the first frame with each topic by `==`, all of it.",
    section: "A subscription is a prefix",
};
pub static PRINTS_OTHERWISE: Mistake = Mistake {
    name: "prints-something-else",
    says: "The line is not the topic, one blank, and the value. Nothing else belongs on standard output: no quotes, no colon, no news.",
    section: "Print what is wanted",
};
pub static PRINTS_PREFIX: Mistake = Mistake {
    name: "prints-what-comes",
    says: "The subscriber prints a topic that it was not asked for. A subscription is a prefix: whoever subscribes to `temp.1` is sent `temp.10`, too. \
           Compare the first frame with the topic, all of it, with `==`.",
    section: "A subscription is a prefix",
};
pub static COUNTS_OTHERS: Mistake = Mistake {
    name: "counts-what-it-receives",
    says: "The subscriber ended before it had printed as many lines as `--count` says. What counts are the printed lines, not the messages that came.",
    section: "Print what is wanted",
};
pub static ENDS_LATE: Mistake = Mistake {
    name: "ends-late",
    says: "The subscriber has printed as many lines as `--count` says, and goes on. Count each line that is printed, and look at the count before \
           the next message is received; with `--count 0`, before the first.",
    section: "Print what is wanted",
};
pub static DEFAULT_COUNT: Mistake = Mistake {
    name: "a-count-of-its-own",
    says: "Without `--count` the subscriber goes on for ever; this one stopped by itself.",
    section: "Print what is wanted",
};
pub static MUST_CONNECT: Mistake = Mistake {
    name: "subscriber-must-connect",
    says: "The subscriber takes for granted that it is the one to connect. `args.attach.attach(&socket)` binds or connects, as the arguments say; a \
           subscriber that binds can have many publishers.",
    section: "PUB and SUB",
};
pub static FIRST_TOPIC_ONLY: Mistake = Mistake {
    name: "first-topic-only",
    says: "Not every topic was subscribed to. `set_subscribe` adds one subscription to those that the socket has: call it once for each topic.",
    section: "More than one subscription",
};
pub static SOCKET_EACH: Mistake = Mistake {
    name: "a-socket-for-each-topic",
    says: "The subscriber has more than one connection, so it seems to have a socket for each topic. While it waits at one of them, the message is at another. One SUB \
           socket takes any number of subscriptions, and gives their messages in the order in which they came.",
    section: "More than one subscription",
};
pub static ONE_WANTED: Mistake = Mistake {
    name: "compares-with-one",
    says: "A message of one of the topics was sent, and no line was printed. Its subscription was there, so it came. Does `is_wanted` compare with all of \
           the topics, or with some of them only?",
    section: "More than one subscription",
};
pub static MANY_COPIES: Mistake = Mistake {
    name: "a-copy-for-each",
    says: "One message was printed more than once. It came once: a publisher sends one copy, however many of the subscriptions fit. Ask whether \
           *any* topic is equal, and print once.",
    section: "More than one subscription",
};
pub static FIRST_WORD: Mistake = Mistake {
    name: "first-word-only",
    says: "The value has lost something: blanks, a carriage return, or all that stands behind one of them. The value is everything behind the first blank of the line, \
           byte for byte. Find that blank with `position`; words, `lines`, `trim` and `split_whitespace` change what is there.",
    section: "Any bytes",
};
pub static LAST_BLANK: Mistake = Mistake {
    name: "last-blank",
    says: "The line was taken apart at another blank than its first. A topic has no blank, a value may have many.",
    section: "Any bytes",
};
pub static NOT_TEXT: Mistake = Mistake {
    name: "expects-text",
    says: "The program treats as text what need not be text. `from_utf8`, `lines` and `read_line` refuse such bytes, `from_utf8_lossy` changes them. Work on \
           `&[u8]` from the first step to the last.",
    section: "Any bytes",
};
pub static NO_EMPTY: Mistake = Mistake {
    name: "no-empty-value",
    says: "An empty value is a value: a frame of no bytes. A line that ends with its first blank has one, and a message with an empty second frame is printed as \
           the topic and a blank.",
    section: "Any bytes",
};
pub static NO_BLANK: Mistake = Mistake {
    name: "publishes-half-a-line",
    says: "A line without a blank has no value, so there is nothing to publish. It is named on standard error, and the next line is read.",
    section: "Any bytes",
};
pub static SILENT: Mistake = Mistake {
    name: "says-nothing",
    says: "A line could not be published, and nobody was told. Name it on standard error, with `eprintln!`.",
    section: "Any bytes",
};
pub static CHANGES_VALUE: Mistake = Mistake {
    name: "changes-the-value",
    says: "The subscriber prints something else than the bytes that came. `print_line` writes bytes as they are; `{:?}`, `trim` and \
           `from_utf8_lossy` change them, and so does a number that is read from a text and printed again.",
    section: "Any bytes",
};
pub static TAKES_ANY_SHAPE: Mistake = Mistake {
    name: "takes-any-message",
    says: "The subscriber printed something of a message that has not two frames. Whoever sent it means something else by it. Take the frames apart with a slice \
           pattern, `[topic, value]`, and skip what does not fit.",
    section: "A message of another shape",
};
pub static OUT_OF_STEP: Mistake = Mistake {
    name: "out-of-step",
    says: "After a message of another number of frames the subscriber takes the wrong frames together, or waits for one that belongs to no message. \
           `recv_bytes` gives one frame; `recv_multipart` gives one message with all its frames, and after it the next one begins.",
    section: "A message of another shape",
};
pub static PANICS_AT_SHAPE: Mistake = Mistake {
    name: "panics-at-a-message",
    says: "The subscriber panicked at a message that has not two frames. `message[1]`, `unwrap` and `expect` are promises that nobody keeps for you: take the frames \
           apart with a slice pattern, `[topic, value]`, and skip what does not fit.",
    section: "A message of another shape",
};
pub static DIES_OF_SHAPE: Mistake = Mistake {
    name: "ends-at-another-shape",
    says: "The subscriber ended too early. Did a message of another shape end it, or was one counted that is not printed? Somebody else sends them, and will send \
           more; skip each without counting it.",
    section: "A message of another shape",
};
pub static GIVES_UP: Mistake = Mistake {
    name: "gives-up-without-a-publisher",
    says: "The subscriber ended because no publisher was there, or none any more. ZeroMQ connects in the background, again and again, and repeats the \
           subscriptions each time. There is nothing to test and no time to limit.",
    section: "The publisher comes and goes",
};
pub static NOT_AGAIN: Mistake = Mistake {
    name: "does-not-come-again",
    says: "The publisher was started again, and no subscription came to it. The socket connects again and subscribes again by itself, as long as you leave its \
           options for reconnecting alone and keep it open.",
    section: "The publisher comes and goes",
};
pub static NOT_TOGETHER: Mistake = Mistake {
    name: "do-not-go-together",
    says: "The two programs do not go together. If a check of the tasks before is red, mend that first. If all of them are green: is there something that only one of the two \
           does, as an endpoint that it changes before it uses it?",
    section: "The publisher comes and goes",
};
