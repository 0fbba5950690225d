//! The known ways to get lab 07 wrong, as the checks explain them.

use harness::Mistake;

pub static NOTHING_ARRIVES: Mistake = Mistake {
    name: "nothing-arrives",
    says: "Not one word arrived. A SUB gets nothing before it has subscribed and is linked: `set_subscribe(b\"\")`, bind, connect, and only then \
           send. Both sockets have to come from the same context. And let the PUB bind: a SUB that binds tells the PUB what it wants only when it is asked \
           to receive for the first time.",
    section: "What a high-water mark keeps",
};
pub static ONE_SIDE: Mistake = Mistake {
    name: "one-side-only",
    says: "H + 1000 words arrived, so one of the two queues still has the default mark of 1000. Either one socket was given no mark, or its mark was set \
           too late: an option counts from the next bind or connect on, so set it before the first of them, and on both sockets.",
    section: "Both sides add up",
};
pub static NO_MARKS: Mistake = Mistake {
    name: "no-marks",
    says: "2000 words arrived: that is 1000 for each of the two sockets, the default. Neither mark took effect. What sends has a send mark \
           (`set_sndhwm`), what receives has a receive mark (`set_rcvhwm`); the other one of each does nothing.",
    section: "Both sides add up",
};
pub static NOTHING_DROPPED: Mistake = Mistake {
    name: "high-water-mark-zero",
    says: "All words arrived, and most should have been dropped. A mark of 0 does not mean that nothing is kept: it means no limit, and it is \
           enough that one side has it. It looks the same where the receiver reads while words are still being sent, and where all words are \
           sent as one message: a message of many frames counts as one.",
    section: "Both sides add up",
};
pub static HALF: Mistake = Mistake {
    name: "one-mark-in-all",
    says: "H words arrived, and there is room for 2H: the sender has a queue and the receiver has one, and each of them takes H. Set H on both \
           sockets, and print all that is there.",
    section: "Both sides add up",
};
pub static KEEPS_THE_NEWEST: Mistake = Mistake {
    name: "keeps-the-newest",
    says: "The newest words were kept, and the oldest should be. When a queue is full, PUB drops the message that you are sending; what is in the queue \
           stays there.",
    section: "What a high-water mark keeps",
};
pub static WRONG_ROOM: Mistake = Mistake {
    name: "another-room",
    says: "The number of words that were kept is not 2H. Set a mark of H on both sockets before bind and connect, send all words, and only then receive, \
           as many as there are.",
    section: "Both sides add up",
};
pub static WAITS_FOR_THE_DROPPED: Mistake = Mistake {
    name: "waits-for-what-was-dropped",
    says: "The program waits for something that does not come. A receive with the flag 0 waits for the next message, and what was dropped is no longer \
           on its way: receive with `DONTWAIT` until it says `EAGAIN`. Or it is a send that waits: a PUSH waits for room, a PUB never does.",
    section: "Receive what is there",
};
pub static EMPTY_WAITS: Mistake = Mistake {
    name: "waits-for-a-first-word",
    says: "Nothing was sent, so nothing comes, and the program waits for it. Begin with `DONTWAIT`: the first receive may already say `EAGAIN`.",
    section: "Receive what is there",
};
pub static FAILS: Mistake = Mistake {
    name: "fails-on-eagain",
    says: "The program ends with an error that is none. `EAGAIN` says: there is nothing to receive, or no room to send, at the moment. Look for it with \
           `match` or `if`, and give on only other errors with `?`.",
    section: "Receive what is there",
};
pub static OTHER_LINES: Mistake = Mistake {
    name: "prints-other-lines",
    says: "What is printed is not the words, each on a line of its own, as it came. Everything else belongs on standard error.",
    section: "What a high-water mark keeps",
};
pub static NOT_LATEST: Mistake = Mistake {
    name: "no-conflate",
    says: "Older words were kept, too. A mark cannot do this, however small: it keeps the oldest. `set_conflate(true)` on the SUB, before it connects, \
           leaves room for one message, and each new one takes the place of the one before.",
    section: "Only the latest",
};
pub static NOT_THE_LAST: Mistake = Mistake {
    name: "latest-of-the-oldest",
    says: "One word was printed, and it is not the last one that was sent. What had no room was dropped before it could be the latest. `set_conflate(true)` on \
           the SUB, before it connects, lets each new message take the place of the one before.",
    section: "Only the latest",
};
pub static CONFLATE_FRAMES: Mistake = Mistake {
    name: "conflate-with-two-frames",
    says: "The last word did not arrive. CONFLATE keeps one thing, the last that came, and that was something else. Of a message with several frames it is the last frame: send \
           the word as one frame. And the end of a connection counts, too: keep the sender's socket open until the receiver has drained. Where neither fits: subscribe, bind the PUB, then \
           connect the SUB, then send.",
    section: "Only the latest",
};
pub static LATEST_WAITS: Mistake = Mistake {
    name: "waits-for-more-than-one",
    says: "The program waits. One word is left of all that were sent, so only one receive has something to give; and where no word was sent, none \
           has. Receive with `DONTWAIT` until it says `EAGAIN`.",
    section: "Only the latest",
};
pub static NO_LAST_WORD: Mistake = Mistake {
    name: "unwraps-the-last-word",
    says: "The program panicked where there are no words. Standard input may be empty, and then there is no last word, no first one, and nothing arrives: look at what \
           stands behind `unwrap` and `[i]`.",
    section: "Only the latest",
};
pub static DROPS: Mistake = Mistake {
    name: "pub-for-never-lose",
    says: "The first words arrived, until the queues were full, and the others are lost. PUB drops what finds no room, whatever you do. PUSH does not: but \
           when a send with `DONTWAIT` says `EAGAIN`, the word is still yours, and you have to send it again.",
    section: "Never lose",
};
pub static LOSES_SOME: Mistake = Mistake {
    name: "loses-the-refused-word",
    says: "Some words are missing in between. A send that says `EAGAIN` has not sent: make room by receiving, then send the same word again, until \
           it is taken.",
    section: "Never lose",
};
pub static LOSES_THE_TAIL: Mistake = Mistake {
    name: "forgets-the-rest",
    says: "The last words are missing. They were sent, and they are still in the queues: when the last one is sent, receive what is left.",
    section: "Never lose",
};
pub static SENDS_FIRST: Mistake = Mistake {
    name: "sends-all-before-it-reads",
    says: "The program waits, for ever. A PUSH that has no room waits in `send` until somebody receives, and a receive with the flag 0 waits until \
           somebody sends: in one thread, neither of them ever gets to the other. Use `DONTWAIT` for both, and receive whenever the send says `EAGAIN`; or \
           give the sender a thread of its own.",
    section: "Never lose",
};
pub static NOT_SUBSCRIBED: Mistake = Mistake {
    name: "not-subscribed",
    says: "No subscription came to the publisher, and a publisher sends to nobody who has not subscribed. The subscriber opens a SUB, calls \
           `set_subscribe(b\"\")` and attaches the socket.",
    section: "Numbers that tell what is missing",
};
pub static NO_LINE: Mistake = Mistake {
    name: "conflates",
    says: "A numbered message was sent, and the subscriber skipped it and printed nothing. A message has two frames here, the number and a payload. Receive with \
           `recv_multipart`, and set no ZMQ_CONFLATE: a socket with it keeps one frame of each message.",
    section: "Numbers that tell what is missing",
};
pub static TOPIC: Mistake = Mistake {
    name: "subscribes-to-a-topic",
    says: "The subscription is not to everything. It is compared with the beginning of the first frame, and that is the number here. The empty one, \
           `set_subscribe(b\"\")`, lets everything in.",
    section: "Numbers that tell what is missing",
};
pub static ONLY_CONNECTS: Mistake = Mistake {
    name: "always-connects",
    says: "The subscriber takes for granted which side binds. `args.attach.attach(&socket)` binds or connects, as the arguments say, and prints the bound \
           line.",
    section: "Numbers that tell what is missing",
};
pub static PANICS: Mistake = Mistake {
    name: "unwrap-on-a-message",
    says: "The subscriber panics on what came over the wire. Look at what stands behind `unwrap`, `expect`, `[i]` and arithmetic with numbers from \
           outside: a stranger may send anything, and a program that ends on it has lost everything that comes later.",
    section: "Numbers that tell what is missing",
};
pub static SILENT: Mistake = Mistake {
    name: "prints-at-the-end",
    says: "A message came and its line was not there before the next one. Receive one message, print what it means with `print_line`, which flushes, and \
           only then receive the next.",
    section: "Numbers that tell what is missing",
};
pub static PRINTS_OTHERWISE: Mistake = Mistake {
    name: "prints-the-payload",
    says: "The line is not written as the chapter says. There are four kinds: `got S`, `lost A-B`, `restart`, `too slow`, with decimal \
           numbers and nothing else.",
    section: "Numbers that tell what is missing",
};
pub static GAP_BORDERS: Mistake = Mistake {
    name: "wrong-borders",
    says: "The gap has other borders. `lost A-B` names the first number that is missing and the last one: A is one more than the last number that came, B \
           is one less than the new one. Where a single number is missing, A and B are the same.",
    section: "Numbers that tell what is missing",
};
pub static COUNTS: Mistake = Mistake {
    name: "counts-messages",
    says: "The subscriber tells of a loss where none is. Compare each number with the one that came right before it, and with nothing else: not with \
           how many messages came, and not with a number from before a gap that was told already.",
    section: "Numbers that tell what is missing",
};
pub static NO_GAP: Mistake = Mistake {
    name: "tells-no-gap",
    says: "Numbers are missing, and the subscriber does not say so. When a number is more than one higher than the one before, print `lost A-B`, and then \
           `got S` for the number that came.",
    section: "Numbers that tell what is missing",
};
pub static FIRST_IS_A_GAP: Mistake = Mistake {
    name: "first-number-is-a-gap",
    says: "The first number that you see is where your knowledge begins. What was sent before is no loss: you were not there. Keep the last number as \
           an `Option`, and `None` until the first one came.",
    section: "The first number, and equal ones",
};
pub static EQUAL: Mistake = Mistake {
    name: "prints-a-duplicate",
    says: "The same number came twice, and the second one is the same message again. It is neither news nor a restart nor a gap: print nothing.",
    section: "The first number, and equal ones",
};
pub static RESTART_IS_A_GAP: Mistake = Mistake {
    name: "restart-is-a-gap",
    says: "The number fell back: the publisher was started anew. That is no gap. Subtract unsigned numbers only when you know which one is larger; otherwise the \
           difference is about 2^64, or a panic.",
    section: "Restarts",
};
pub static NO_RESTART: Mistake = Mistake {
    name: "tells-no-restart",
    says: "The number is smaller than the one before, so the publisher counts anew: print `restart`, then `got S`.",
    section: "Restarts",
};
pub static OLD_NUMBER: Mistake = Mistake {
    name: "keeps-the-highest",
    says: "After a restart the new number is the one to compare with. Whoever keeps the highest one takes every further number for a restart, or for \
           an old one.",
    section: "Restarts",
};
pub static NARROW: Mistake = Mistake {
    name: "narrow-numbers",
    says: "The number is right and the subscriber cannot deal with it. A sequence number is a `u64`, and any `u64` may come, the highest too: `last + 1` has no \
           room then. Subtract from the larger number instead.",
    section: "Restarts",
};
pub static ENDS_EARLY: Mistake = Mistake {
    name: "leaves-too-early",
    says: "The subscriber left, and it was not too slow. `--max-lag L` allows a gap of L missing numbers. It speaks of one gap: what was \
           missing before does not add to it.",
    section: "Leave rather than hold others up",
};
pub static STAYS: Mistake = Mistake {
    name: "does-not-leave",
    says: "More than `--max-lag` numbers were missing at a time, and the subscriber did not end as it should. It prints `lost A-B`, then `too slow`, prints \
           nothing more, and ends with exit code 1.",
    section: "Leave rather than hold others up",
};
pub static WRONG_END: Mistake = Mistake {
    name: "ignores-end",
    says: "A message whose first frame is `end` ends the subscriber, with exit code 0, whatever other frames it has. It prints nothing for it.",
    section: "Numbers that tell what is missing",
};
pub static ANY_FRAME: Mistake = Mistake {
    name: "looks-at-every-frame",
    says: "Only the first frame counts. The payload belongs to others: it may be empty, a number, the word `end`, or bytes that are no text. \
           `recv_multipart` gives all frames of a message together.",
    section: "Numbers that tell what is missing",
};
pub static ODD_MESSAGES: Mistake = Mistake {
    name: "ends-on-an-odd-message",
    says: "What is not [number, payload] is not yours: name it on standard error, print nothing on standard output, and go on with the next message as if \
           it had never come.",
    section: "Numbers that tell what is missing",
};
pub static SKIPS_IN_SILENCE: Mistake = Mistake {
    name: "silent-about-odd-messages",
    says: "A message that is not [number, payload] was skipped in silence. Whoever sent it never learns that it did not count: say so on standard error.",
    section: "Numbers that tell what is missing",
};
pub static FORGETS: Mistake = Mistake {
    name: "forgets-its-number",
    says: "After a message that was skipped, a gap was not told. A skipped message changes nothing: the last number stays the one to \
           compare with.",
    section: "Numbers that tell what is missing",
};
pub static MEANWHILE: Mistake = Mistake {
    name: "reads-while-it-sends",
    says: "Words are missing in between, and later ones are there. So the receiver read while words were still being sent, and each time it had made room, some more \
           found a place. Send all of them first, then receive.",
    section: "Receive what is there",
};
pub static RESTART_LOSS: Mistake = Mistake {
    name: "a-restart-is-a-loss",
    says: "After a restart the first number, whatever it is, is no loss: what was sent before it you cannot know. Print `restart`, then `got S`.",
    section: "Restarts",
};
pub static GIVES_UP: Mistake = Mistake {
    name: "gives-up-after-a-hundred",
    says: "The subscriber ended by itself, though nobody told it to and nothing was missing. A publisher has no last message but `end`: receive and print in a \
           `loop`.",
    section: "Numbers that tell what is missing",
};
