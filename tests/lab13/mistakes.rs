//! The known ways to get lab 13 wrong, as the checks explain them.

use harness::Mistake;

pub static PANICS: Mistake = Mistake {
    name: "panics",
    says: "The farmer panicked, and all its workers stand still. Whatever comes over the wire may be something else than you think: \
           look up an id with `get`, take a message apart with a slice pattern, and let no count go below zero.",
    section: "Wrong ids and sizes",
};
pub static OTHER_MESSAGE: Mistake = Mistake {
    name: "another-message",
    says: "The farmer sends one frame behind the identity, and that frame is a `ToWorker` as `shared::farm::encode` writes it. The given \
           `send` does both.",
    section: "Credit",
};

// Task 1.

pub static NO_JOB: Mistake = Mistake {
    name: "gives-no-job",
    says: "A worker said Hello and got no job, though there were some. Give jobs whenever something has changed: after a Hello, after a \
           tile, and after a worker was given up. A PUSH socket cannot do this: it hears no Hello, and a DEALER refuses to talk to it.",
    section: "Credit",
};
pub static WRONG_TILES: Mistake = Mistake {
    name: "leaves-out-the-border",
    says: "The jobs do not cover the picture, each pixel once. The given `Plan::jobs` cuts it: every job of that list is given, and as it is.",
    section: "The tiles",
};
pub static ALL_AT_ONCE: Mistake = Mistake {
    name: "deals-in-turn",
    says: "A worker was given more jobs than its credit. Then a slow worker hoards what a quick one could do: this is what PUSH does. \
           The jobs that a worker has not answered yet are at most its credit.",
    section: "Credit",
};
pub static NEVER_BACK: Mistake = Mistake {
    name: "never-gives-credit-back",
    says: "The worker finished a tile and got no other job, though some were left. A finished tile gives one credit back.",
    section: "Credit",
};
pub static WRONG_ROWS: Mistake = Mistake {
    name: "wrong-row-order",
    says: "All pixels are there, and some are in the wrong place: rows and columns are swapped, or the first row is taken for the lowest. A \
           tile's counts come row by row, the uppermost first, from left to right. The count number n of a tile that is w wide belongs to \
           column x + n % w and row y + n / w.",
    section: "A tile goes into its place",
};
pub static WRONG_PICTURE: Mistake = Mistake {
    name: "another-picture",
    says: "The picture is not what the tiles say. Each count goes to its own place, `colour` of it is the pixel, and the tile at the \
           right or lower border is smaller than the others.",
    section: "A tile goes into its place",
};
pub static NO_DONE: Mistake = Mistake {
    name: "leaves-without-a-word",
    says: "The picture was whole, and a worker was not told. It waits for jobs of a farmer that is gone. Everybody who said Hello gets a Done, \
           also one that has no job and never had one.",
    section: "The picture is whole",
};
pub static NO_END: Mistake = Mistake {
    name: "goes-on-for-ever",
    says: "Each job was answered, and the farmer did not end. It is done when every tile is in the picture. Then it writes the picture, \
           says Done and ends with exit code 0.",
    section: "The picture is whole",
};
pub static ODD_CREDIT: Mistake = Mistake {
    name: "believes-in-small-credit",
    says: "A credit may be 0, and then the worker gets no job; it may be larger than the picture has tiles. It is a number that somebody else \
           sent: compare with it, and allocate nothing for it.",
    section: "Credit",
};
pub static NO_ROOM: Mistake = Mistake {
    name: "default-mark",
    says: "Some jobs never reached a worker with a large credit, and nobody does them. A ROUTER keeps 1000 messages for each peer and throws away what \
           comes beyond, without an error. Take the limit away before you bind: `set_sndhwm(0)`.",
    section: "A ROUTER without room",
};
pub static OLD_PICTURE_GONE: Mistake = Mistake {
    name: "writes-over-the-old-picture",
    says: "The disk was full, and now there is neither the new picture nor the old one. Write to another file in the same folder, and rename \
           it when it is whole: a rename is done at once or not at all.",
    section: "Write it whole or not at all",
};
pub static SILENT_FAILURE: Mistake = Mistake {
    name: "ignores-a-failed-write",
    says: "The picture could not be written, and the farmer did not say so: it ends with exit code 1 and one line that names the file. Give every \
           error of the writing back with `?`, also that of the last buffer: `into_inner` and `sync_all` have one.",
    section: "Write it whole or not at all",
};
pub static TELLS_TOO_LATE: Mistake = Mistake {
    name: "tries-the-path-at-the-end",
    says: "The folder of the picture is not there, and the farmer starts to work all the same. After hours of work that is bad news. Try the path \
           before you bind: exit code 1 and a line that names it.",
    section: "Write it whole or not at all",
};

// Task 2.

pub static NO_LIVENESS: Mistake = Mistake {
    name: "no-liveness",
    says: "A worker took a tile and was not heard any more, and nobody else got the tile. ZeroMQ does not tell you that a peer died or was stopped. \
           Note when you heard something of each worker; one of whom nothing was heard for `--liveness` loses its tiles to others.",
    section: "Silence",
};
pub static DEAF_TO_HEARTBEATS: Mistake = Mistake {
    name: "counts-tiles-only",
    says: "A worker that sends Heartbeats lost its tile. It computes, and a tile may take longer than `--liveness`: every message \
           is a sign of life, a Heartbeat above all.",
    section: "Silence",
};
pub static TAKES_LATE: Mistake = Mistake {
    name: "accepts-late-results",
    says: "A tile was taken from a silent worker and given to another, and then the late answer of the first one was taken. Only who holds a tile may \
           answer for it. What comes from somebody who held it once is ignored.",
    section: "A late result",
};
pub static DROPS_THE_LATE: Mistake = Mistake {
    name: "drops-who-answers-late",
    says: "A worker that had been silent is there again, and gets no job. Its late answer is nothing wrong: it was given that tile once. \
           From the first message on it is present, and gets jobs as before.",
    section: "Who comes back",
};
pub static TWICE: Mistake = Mistake {
    name: "draws-twice",
    says: "A worker answered a job twice, and the second answer counted: as a tile, as credit, or in the picture. With the first answer the job leaves the worker's \
           hands. Then the second is like a late one: ignore it. It is no reason to drop the worker.",
    section: "A late result",
};
pub static NO_CANCEL: Mistake = Mistake {
    name: "takes-back-in-silence",
    says: "Jobs were taken from a silent worker, and it was not told. When it wakes up it computes them for nobody, and holds more than its \
           credit. Send it a Cancel for each.",
    section: "Silence",
};
pub static NO_HEARTBEAT: Mistake = Mistake {
    name: "sends-no-heartbeat",
    says: "The worker has heard nothing of the farmer. Silence means the same both ways: a worker that holds no job, or a long one, must \
           know whether anybody still waits for it. Send a Heartbeat to everybody from time to time, several times a second.",
    section: "A sign of life of your own",
};
pub static SAME_AGAIN: Mistake = Mistake {
    name: "gives-a-failed-job-again",
    says: "The worker said that it cannot do this job, and was given it again. It will fail again, as often as you ask. Give the job to somebody \
           else, and this worker another one.",
    section: "Failed is not silent",
};
pub static FAILED_IS_LOST: Mistake = Mistake {
    name: "loses-a-failed-job",
    says: "A worker said that it cannot do a job. The worker has its credit back, and the job waits for somebody else, until one comes.",
    section: "Failed is not silent",
};

// Task 3.

pub static LATE_UNUSED: Mistake = Mistake {
    name: "needs-all-workers-at-the-start",
    says: "A worker came when the work had begun, and got no job. There is no time at which all are there: a Hello may come at any moment, and \
           whoever has credit gets jobs.",
    section: "Late and last",
};
pub static ENDS_ALONE: Mistake = Mistake {
    name: "ends-when-the-last-leaves",
    says: "The last worker went, and the farmer did not wait for another. Its tiles are still wanted, and so is what is finished. Wait: \
           somebody may come in a minute, or tomorrow.",
    section: "Late and last",
};
pub static FORGETS_HELD: Mistake = Mistake {
    name: "hello-forgets-what-it-held",
    says: "A worker said Hello a second time, and the jobs that it held are lost: nobody was given them again. A new Hello means that it has begun \
           anew and holds nothing. Take its jobs back before you write down the new credit.",
    section: "Hello again",
};

// Task 4.

pub static WRONG_SIZE: Mistake = Mistake {
    name: "accepts-any-size",
    says: "A tile had the wrong number of pixels. Compare it with w × h of the job before anything is drawn. Then the worker is dropped, and others \
           get its tiles.",
    section: "Wrong ids and sizes",
};
pub static WRONG_ID: Mistake = Mistake {
    name: "accepts-any-id",
    says: "A worker sent a tile that it was never given. Such a worker cannot be relied on: nothing is drawn, it is dropped, and others get its tiles. \
           This is not a late answer: that one is of a tile it was given once.",
    section: "Wrong ids and sizes",
};
pub static KEEPS_THE_WRONG: Mistake = Mistake {
    name: "drops-and-takes-again",
    says: "A worker was dropped for a wrong tile, and after that got jobs again. It says Hello, or sends Heartbeats, as always; it has not become \
           better. Remember who was dropped, and give it nothing until the end.",
    section: "Nobody's word counts",
};
pub static STRANGERS: Mistake = Mistake {
    name: "believes-strangers",
    says: "Something came from one that never said Hello, and counted. You know neither its credit nor its jobs. Ignore what it says until it says Hello.",
    section: "Nobody's word counts",
};
pub static NONSENSE: Mistake = Mistake {
    name: "ends-on-nonsense",
    says: "What came was no message of this protocol, and the farmer is gone. A frame that cannot be decoded, or a message of several frames, is the \
           sender's fault: never end for it.",
    section: "Nobody's word counts",
};

// Task 5.

pub static NO_LINES: Mistake = Mistake {
    name: "bar-only",
    says: "Standard error is no terminal here, and there were no lines. A bar hides itself where it cannot be redrawn. Print a plain \
           line at each tenth of the picture instead: `4/40 tiles, 12.5 tiles/s, 2.9 s left`.",
    section: "A bar or lines",
};
pub static BAR_EVERYWHERE: Mistake = Mistake {
    name: "bar-everywhere",
    says: "Standard error is no terminal here, and control characters were sent to it. Ask `std::io::stderr().is_terminal()` first.",
    section: "A bar or lines",
};
pub static LINE_PER_TILE: Mistake = Mistake {
    name: "a-line-for-each-tile",
    says: "There were too many lines. A picture may have a hundred thousand tiles: print a line at each tenth of it.",
    section: "A bar or lines",
};
pub static LINES_AT_THE_END: Mistake = Mistake {
    name: "says-it-at-the-end",
    says: "A good part of the picture was done, and no line had said so. Whoever waits wants to know it now: print when a tenth is done.",
    section: "A bar or lines",
};
pub static WRONG_RATE: Mistake = Mistake {
    name: "counts-the-wrong-time",
    says: "The rate or the time left cannot be right. The rate is the tiles that this run has computed, divided by the seconds since its first job was \
           given. The time left is the tiles that are left, divided by the rate.",
    section: "Rate and time left",
};
pub static NO_BAR: Mistake = Mistake {
    name: "lines-everywhere",
    says: "Standard error is a terminal here, and no bar was drawn. Ask `std::io::stderr().is_terminal()`, and draw a bar with indicatif there.",
    section: "A bar or lines",
};

// Task 6.

pub static FORGETS: Mistake = Mistake {
    name: "writes-at-the-end",
    says: "A tile that was finished before the kill was given again. A worker that gets its next job may believe that its tile is safe. Write \
           the tile to the file first, with `write_all` on the `File` itself: what still lies in a `BufWriter` dies with the process.",
    section: "The journal",
};
pub static NOT_DRAWN: Mistake = Mistake {
    name: "remembers-ids-only",
    says: "The tiles of the journal were not given again, and are not in the picture either. The journal keeps pixels: place them when it is read.",
    section: "The journal",
};
pub static TORN: Mistake = Mistake {
    name: "ends-at-a-torn-record",
    says: "The last record of the journal is not whole, because the farmer died while it wrote. That is what a journal is for: take what is whole, \
           and have the rest computed again.",
    section: "The torn record",
};
pub static BEHIND_TORN: Mistake = Mistake {
    name: "appends-behind-a-torn-record",
    says: "After a torn record, new tiles were written behind it, and at the next start nobody could read them. Cut the file off behind the last \
           whole record, `set_len`, before you append.",
    section: "The torn record",
};
pub static OTHER_PICTURE: Mistake = Mistake {
    name: "takes-any-journal",
    says: "The journal is of another picture, and the farmer went on. Its tiles would stand in the wrong place, or show something else. Keep in the \
           journal what it is of, and compare all of it: size, tile, view and limit. A difference is an error that names the journal, with exit code 1.",
    section: "Another picture's journal",
};
pub static EATS_FILES: Mistake = Mistake {
    name: "overwrites-what-is-no-journal",
    says: "The file was no journal, and somebody may still want it. Look at its beginning before you write: what you did not write yourself is an error that \
           names the file, and stays as it is.",
    section: "Another picture's journal",
};
pub static FULL_DISK: Mistake = Mistake {
    name: "goes-on-without-its-journal",
    says: "The journal could not be written, and the farmer did not end. Who asked for a journal relies on it: end with exit code 1 and a line that names \
           the file. What was written before is still good.",
    section: "When the disk is full",
};
pub static STARTS_OVER: Mistake = Mistake {
    name: "throws-the-journal-away",
    says: "The picture could not be written, but all its tiles were in the journal. Started again, the farmer needs no worker: it writes the picture \
           from the journal. So the journal must stay, also at the end, and nobody may be waited for when nothing is left to do.",
    section: "When the disk is full",
};
