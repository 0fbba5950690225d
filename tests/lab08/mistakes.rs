//! The known ways to get lab 08 wrong, as the checks explain them.

use harness::Mistake;

pub static PANICS: Mistake = Mistake {
    name: "panics",
    says: "The program panicked. What is typed and what comes over the wire can always be something else than you think: a slice \
           pattern such as `[kind, session, seq, key, value]` takes a message apart only where it has these frames, and the rest \
           is skipped.",
    section: "Whatever comes",
};
pub static NO_UPDATE: Mistake = Mistake {
    name: "takes-no-update",
    says: "The replica printed the snapshot, and then took no notice of the update behind it. Is the request closed when its answer is complete? \
           As long as one is open, updates are kept. Does the replica still read its SUB when none is open? After 5, does it take 6 for the next? \
           And is an option set on the SUB? With ZMQ_CONFLATE a socket keeps one frame, so of an update of five frames only the value is left.",
    section: "PUB remembers nothing",
};
pub static ASKS_FOR_NOTHING: Mistake = Mistake {
    name: "asks-for-nothing",
    says: "The replica asked for a snapshot again, though no number was missing, and waits for the answer. With what did it compare? An update that \
           leaves the table as it was has a number, too: take it over, or the next one does not fit. After 5 comes 6, and only 7 would be a \
           gap.",
    section: "The line that is printed",
};

// The store.

pub static NOT_BOUND: Mistake = Mistake {
    name: "not-bound",
    says: "The store says first where it is: `bound updates ENDPOINT`, then `bound snapshot ENDPOINT`. `announce_as` does it, for each socket when \
           it is bound, in this order; nothing is printed before.",
    section: "Write task 1",
};
pub static WRONG_UPDATE: Mistake = Mistake {
    name: "another-update",
    says: "An update is one message of five frames: `update`, the session, the number in decimal digits, the key and the value. One \
           `send_multipart` sends all of them.",
    section: "A line is an update",
};
pub static WRONG_NUMBER: Mistake = Mistake {
    name: "wrong-number",
    says: "Every good line gets the next number, in decimal digits, and the first gets 1. That is also so for a line that changes nothing: a number that \
           is left out looks like a lost update, and one that is used twice like a repeated one.",
    section: "A line is an update",
};
pub static WRONG_SPLIT: Mistake = Mistake {
    name: "splits-at-another-equals",
    says: "The key is what stands before the first `=`, and the value is all the rest of the line, as it is: more `=`, \
           blanks at both ends and a carriage return belong to it.",
    section: "A line is an update",
};
pub static STORE_TEXT: Mistake = Mistake {
    name: "store-expects-text",
    says: "The line is no UTF-8. Keys and values are bytes: keep them as `Vec<u8>`, and never make a `String` of them.",
    section: "A line is an update",
};
pub static BAD_LINE: Mistake = Mistake {
    name: "counts-bad-lines",
    says: "A line without `=`, or with nothing before it, is no update. It gets no number, is not published, and does not end the store.",
    section: "A line is an update",
};
pub static LINES_TOGETHER: Mistake = Mistake {
    name: "publishes-the-first-line-only",
    says: "Lines were typed one right after the other, and not all of the good ones were published. `wait` gives all lines that have come: go \
           through the whole of `ready.lines`, also behind a bad one.",
    section: "Two things at once",
};
pub static LOSES_LINES: Mistake = Mistake {
    name: "loses-a-line-beside-a-request",
    says: "A line was typed while requests came, and it was never published. One `wait` may give both, lines and a message: do both, the \
           lines first, before you wait again. The lines that it gave do not come a second time.",
    section: "Two things at once",
};
pub static SILENT: Mistake = Mistake {
    name: "silent-about-bad-lines",
    says: "A bad line was passed over in silence. Whoever typed it believes that it counts: name it on standard error.",
    section: "A line is an update",
};
pub static ENDS: Mistake = Mistake {
    name: "ends-at-the-end-of-input",
    says: "The store ended, and nobody had told it to. The table is still wanted, replicas ask for it at any time: go on for ever, also where `wait` gives no lines, as at \
           the end of input. If it ended with an error, that stands under *Seen*.",
    section: "Two things at once",
};
pub static WRONG_ANSWER: Mistake = Mistake {
    name: "another-answer",
    says: "The answer to `snapshot?` is one message [`entry`, key, value] for each key of the table, with the value that was typed last, and then [`end`, session, seq] with the \
           number of the last update, 0 before the first. The `end` comes last, and also where there are no entries.",
    section: "The answer to a request",
};
pub static NO_ANSWER: Mistake = Mistake {
    name: "no-answer",
    says: "The DEALER asked, and nothing came back. Each message of the answer begins with the identity that stood before the request: a ROUTER throws away what \
           has another first frame, and says nothing. An empty table has an answer as well, the `end`. And the socket that answers is a ROUTER: a REP \
           takes no request without an empty frame before it.",
    section: "The answer to a request",
};
pub static WRONG_RECEIVER: Mistake = Mistake {
    name: "answers-the-wrong-one",
    says: "One replica asked, and another got the answer, or a part of it. A ROUTER puts the identity of the sender before each message; put the \
           same identity before each message of the answer.",
    section: "The answer to a request",
};
pub static ANSWERS_ANYTHING: Mistake = Mistake {
    name: "answers-anything",
    says: "The store sent an answer to something that is no request. A request is one frame, `snapshot?`, behind the identity. Skip \
           everything else.",
    section: "Whatever comes",
};
pub static NO_ROOM: Mistake = Mistake {
    name: "default-mark",
    says: "Some of the entries never left the store. A ROUTER keeps 1000 messages for each peer and throws away what comes \
           beyond, without an error. Take the limit away, before you bind: `set_sndhwm(0)`.",
    section: "A ROUTER without room",
};
pub static STANDS_STILL: Mistake = Mistake {
    name: "waits-for-a-slow-reader",
    says: "A replica asked and did not read its answer yet, and the store did nothing else meanwhile. One slow reader must \
           not stop all others: give the ROUTER room, `set_sndhwm(0)`, so that no send has to wait.",
    section: "A ROUTER without room",
};
pub static STORE_KEEPS: Mistake = Mistake {
    name: "store-keeps-a-deleted-key",
    says: "The key was deleted, and the snapshot still has it. An empty value is no value: take the key out of the table.",
    section: "Deletes",
};
pub static DELETE_UNPUBLISHED: Mistake = Mistake {
    name: "delete-is-not-published",
    says: "`KEY=` was typed, and no update came. It is a line like any other: it gets a number and is published, with an empty value, also where \
           there is no such key.",
    section: "Deletes",
};
pub static ONE_SESSION: Mistake = Mistake {
    name: "session-is-fixed",
    says: "Two runs of the store called themselves by the same session. Then a replica takes the numbers of the second run for those \
           of the first. Make a random text when the store starts.",
    section: "The session",
};
pub static MANY_SESSIONS: Mistake = Mistake {
    name: "session-changes",
    says: "One run of the store used several sessions, so each looks like a restart. Make the text once, when the store starts.",
    section: "The session",
};

// The replica.

pub static SNAPSHOT_FIRST: Mistake = Mistake {
    name: "snapshot-first",
    says: "The replica waited for the snapshot before it subscribed. What the store publishes between the two is in neither. \
           Subscribe first, then ask.",
    section: "Subscribe, then ask",
};
pub static NO_SUBSCRIPTION: Mistake = Mistake {
    name: "no-subscription",
    says: "A SUB socket without a subscription receives nothing, and says nothing about it. Call `set_subscribe`.",
    section: "Subscribe, then ask",
};
pub static NO_REQUEST: Mistake = Mistake {
    name: "another-request",
    says: "A request for a snapshot is one frame, `snapshot?`, sent on a DEALER socket that is connected to `--snapshot`. Nothing stands before it: the empty frame of \
           a REQ would make it two.",
    section: "Subscribe, then ask",
};
pub static NO_BUFFER: Mistake = Mistake {
    name: "no-buffer",
    says: "An update came while the snapshot was on its way, and it was lost in the replica. The snapshot was made before that \
           update, so it is not in it. Keep what comes meanwhile, and apply it when the snapshot is complete.",
    section: "Subscribe, then ask",
};
pub static WRONG_LINE: Mistake = Mistake {
    name: "prints-something-else",
    says: "The line is the number of the last update, then ` KEY=VALUE` for each key of the table, in the order of the keys' bytes. An empty \
           table is the number and nothing else. Whatever else you print belongs on standard error.",
    section: "The line that is printed",
};
pub static NEW_KEYS_ONLY: Mistake = Mistake {
    name: "prints-new-keys-only",
    says: "The update before brought a new key, and was printed. This one gave another value to a key that was there, and no line came. A new value \
           changes the table as a new key does: put it in the place of the old one, and compare the values, not how many there are.",
    section: "The line that is printed",
};
pub static NO_FIRST_LINE: Mistake = Mistake {
    name: "prints-no-snapshot",
    says: "The answer was complete, and the replica printed nothing. The first snapshot is always printed: there is nothing before it \
           with which it could be the same. Does the replica read the answer up to its `end`?",
    section: "The line that is printed",
};
pub static NOTHING_FOR_EMPTY: Mistake = Mistake {
    name: "waits-for-an-entry",
    says: "The snapshot was complete and had no entries, and the replica printed nothing. An empty table is a table: the `end` says \
           that it is all there.",
    section: "The line that is printed",
};
pub static PRINTS_ALL: Mistake = Mistake {
    name: "prints-every-update",
    says: "The table was the same before and after, and was printed all the same. Compare, and print where something changed. The number alone \
           is no change.",
    section: "The line that is printed",
};
pub static PRINTS_SAME: Mistake = Mistake {
    name: "prints-the-same-table",
    says: "The replica printed a table that it had printed before. A new snapshot is printed where its *table* is another one than the replica's; the \
           number alone is no change, so compare tables, not lines. And the old table has to be there still: neither a gap nor a request \
           that is sent again empties it.",
    section: "The line that is printed",
};
pub static PRINTS_ONCE: Mistake = Mistake {
    name: "prints-the-buffer-at-once",
    says: "No update was lost: the table is right, but some of its lines are not there. The snapshot has a line, and each kept update that changes something has a \
           line of its own.",
    section: "The line that is printed",
};
pub static REPLICA_TEXT: Mistake = Mistake {
    name: "replica-expects-text",
    says: "Keys and values are bytes. `from_utf8` refuses what is no text, `from_utf8_lossy` puts other bytes in its place. \
           `print_line` takes bytes as they are.",
    section: "The line that is printed",
};
pub static TAKES_UPDATES: Mistake = Mistake {
    name: "takes-any-update",
    says: "Something came that is no update, and the replica took it for one, or ended. An update has five frames, the first is \
           `update` and the third is a whole number.",
    section: "Whatever comes",
};
pub static TAKES_ANSWERS: Mistake = Mistake {
    name: "takes-any-answer",
    says: "Something came that is no part of an answer, and the replica took it for one, or ended. An entry has three frames, and \
           so has the end; the third of the end is a whole number.",
    section: "Whatever comes",
};
pub static APPLIES_OLD: Mistake = Mistake {
    name: "applies-old-updates",
    says: "The replica applied an update that the snapshot had already, and an old value came back. Drop every update whose number is not \
           higher than the one you are at.",
    section: "Old updates",
};
pub static FILTERS_BUFFER: Mistake = Mistake {
    name: "filters-only-the-buffer",
    says: "An old update came after the snapshot. It was still in the queue of the SUB socket: nothing says that your program has \
           read it before the snapshot is complete. Compare the number of every update, not only of those in the buffer.",
    section: "Old updates",
};
pub static ASKS_AT_OLD: Mistake = Mistake {
    name: "asks-at-old-updates",
    says: "The replica asked for a snapshot because of an update that it has already. That is no gap: nothing is missing. Drop \
           what is not newer, and ask only where a number between is missing.",
    section: "Old updates",
};
pub static IGNORES_GAPS: Mistake = Mistake {
    name: "ignores-gaps",
    says: "A number is missing, so an update was lost, and the replica does not ask for a new snapshot. It cannot know what was in it: only the store \
           can tell. `follow` asks where an update does not fit, and `run` keeps the request that it gives.",
    section: "A gap",
};
pub static APPLIES_BEHIND_GAP: Mistake = Mistake {
    name: "applies-behind-a-gap",
    says: "An update came behind a gap, and the replica made its change all the same before it asked. That is a table which no store ever had; \
           so the snapshot, which has the same, looked like no change. Ask, and leave the table as it is until the answer is there.",
    section: "A gap",
};
pub static TRUSTS_BUFFER: Mistake = Mistake {
    name: "trusts-the-buffer",
    says: "The snapshot was complete, and the first update in the buffer did not follow on it. A gap may lie between the snapshot and the \
           buffer, and inside the buffer too. Treat a kept update like one that comes now.",
    section: "A gap",
};
pub static NO_SECOND_BUFFER: Mistake = Mistake {
    name: "no-buffer-the-second-time",
    says: "The replica asked for a new snapshot, and an update that came meanwhile was not kept for it. A second snapshot needs a \
           buffer as the first did: as long as a request is open, an update is neither thrown away nor looked at.",
    section: "A gap",
};
pub static ASKS_ONCE: Mistake = Mistake {
    name: "asks-once",
    says: "No answer came, or only a part of one, and the replica waits for it still. A store that dies with a request in its hands never answers it, and ZeroMQ \
           does not repeat it. After `--timeout` milliseconds without a message of the answer, ask again; so do not receive without \
           `DONTWAIT`.",
    section: "When no answer comes",
};
pub static NEVER_TIME: Mistake = Mistake {
    name: "updates-keep-it-waiting",
    says: "Updates came all the time, and no answer, and the replica did not ask again. Updates are no sign of an answer. Measure the time since \
           the request and the last message of its answer: `Instant::now()` and `elapsed`.",
    section: "When no answer comes",
};
pub static NO_PATIENCE: Mistake = Mistake {
    name: "counts-from-the-request",
    says: "The answer was long, and came message by message without a pause, and the replica asked again in the midst of it. Each message of the answer says that it goes on: \
           measure the time since the last of them, not since the request, and not by a clock that only runs.",
    section: "When no answer comes",
};
pub static SAME_SOCKET: Mistake = Mistake {
    name: "keeps-its-socket",
    says: "A part of the answer to the first request was taken for a part of the answer to the second. An entry does not say which \
           request it answers. A new DEALER for each request gets nothing that was meant for an old one.",
    section: "A socket for each request",
};
pub static SAME_IDENTITY: Mistake = Mistake {
    name: "names-itself-like-another",
    says: "A replica waited for its answer, and a second one asked, and got none. The store's ROUTER knows its peers by their identity, and takes no notice of a \
           second peer with the same one. Where a replica sets none, the ROUTER makes one up that nobody else has. If the replica sets none, look at the store: does it \
           answer whoever asks?",
    section: "The answer to a request",
};
pub static REPLICA_KEEPS: Mistake = Mistake {
    name: "keeps-a-deleted-key",
    says: "An update with an empty value deletes the key. It is not a key with an empty value: take it out of the table.",
    section: "Deletes",
};
pub static DELETE_UNPRINTED: Mistake = Mistake {
    name: "delete-is-not-printed",
    says: "An update with an empty value came, and no line behind it. It deletes the key; if the key was there, the table is another one without it, and is \
           printed, also where it is empty now.",
    section: "Deletes",
};
pub static DELETE_DOES_NOT_COUNT: Mistake = Mistake {
    name: "delete-does-not-count",
    says: "The key was taken out of the table, and the line has the old number. A delete is an update like any other: take over its \
           number.",
    section: "Deletes",
};
pub static MERGES: Mistake = Mistake {
    name: "merges-the-snapshot",
    says: "A key was deleted while the replica was not listening, and it is still in the replica's table. A snapshot does not say what has gone; \
           it is all there is. Begin with an empty table for each snapshot, and put it in the place of the old one.",
    section: "Deletes",
};
pub static IGNORES_SESSION: Mistake = Mistake {
    name: "ignores-the-session",
    says: "The store was started again, with an empty table, and counts from 1. Its numbers have nothing to do with the old ones. Compare the \
           session of each update before you look at its number; where it is another one, ask for a snapshot.",
    section: "The session",
};
pub static DOES_NOT_RECONNECT: Mistake = Mistake {
    name: "does-not-reconnect",
    says: "The store was started again, and the replica's SUB did not connect to it. A socket connects again by itself, and subscribes again, as often as its connection \
           breaks, as long as the program is there, keeps its socket open, and does not turn that off (`set_reconnect_ivl(-1)`).",
    section: "The session",
};
pub static NO_START: Mistake = Mistake {
    name: "does-not-start-over",
    says: "The replica asked, and did not take what came. The snapshot of another session is the truth, whatever its number is, and it \
           takes the place of the old table.",
    section: "The snapshot decides",
};
pub static BUFFER_SESSION: Mistake = Mistake {
    name: "applies-the-buffer-of-another-session",
    says: "The snapshot is of one session, and an update of another was applied to it. An update changes a table of its own session only; \
           look at the session also in the buffer.",
    section: "The snapshot decides",
};
pub static DROPS_BUFFER: Mistake = Mistake {
    name: "drops-the-other-session",
    says: "The snapshot is of one session, and the buffer has an update of another. It may be newer than the snapshot: the store died after it \
           had answered. You cannot tell from the text. Ask again; the next answer decides.",
    section: "The snapshot decides",
};
