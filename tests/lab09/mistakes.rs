//! The known ways to get lab 09 wrong, as the checks explain them.

use harness::Mistake;

pub static PANICS: Mistake = Mistake {
    name: "panics",
    says: "The program panicked. Neither a request nor a file is always what you expect: look at it with `match` or `let … else`, and \
           give an answer.",
    section: "",
};
pub static PRINTLN: Mistake = Mistake {
    name: "println-panics",
    says: "`println!` panics where standard output cannot be written. `shared::print_line` gives the error as a `Result`: hand it on with `?`.",
    section: "Requests and lines",
};
pub static ENDS: Mistake = Mistake {
    name: "ends-on-a-request",
    says: "The service ended where it should have gone on. Only `stop` and the signals end it; whatever else comes gets a reply, and \
           whatever happens in a job is that job's `failed`.",
    section: "",
};
pub static NOT_HANDED_ON: Mistake = Mistake {
    name: "not-handed-on",
    says: "The main thread took the job and never replied. If it sends the job to a thread, that send waits as long as nobody is \
           connected to its socket. Over inproc that means: another context, or another name. All threads share one context.",
    section: "One context, one socket per thread",
};
pub static NO_RESULT: Mistake = Mistake {
    name: "no-result",
    says: "The job was accepted, and its line never came. Either no thread got the job, or its thread waits for what does not come, or the main \
           thread does not hear it. Do both ends of each inproc link have the same context and the same name? Does the main thread poll them all? \
           Does a thread that is done with a job get the next one?",
    section: "One context, one socket per thread",
};
pub static NO_LINE: Mistake = Mistake {
    name: "no-line",
    says: "`status` says that the job is over, and no line came. A job that is over has one line on standard output, and at once: \
           `shared::print_line` prints and flushes.",
    section: "Requests and lines",
};
pub static SHARED_SOCKET: Mistake = Mistake {
    name: "socket-in-a-mutex",
    says: "One thread alone gets a job done, and several do not. Do they share a socket behind a Mutex? Who waits in a receive with the \
           Mutex locked keeps all others from sending. Or do several connect to one PAIR? It takes the first of them, and the others wait \
           in their sends. Give each thread a PAIR of its own, with an endpoint of its own.",
    section: "One context, one socket per thread",
};
pub static NOT_WOKEN: Mistake = Mistake {
    name: "leaves-threads-behind",
    says: "A line could not be printed. That is an error, and it should end the program with exit code 1. If the error is not thrown away, look \
           at what comes behind `serve`: where it left with an error, nobody has told the threads, and whoever started them waits for them. Close \
           the socket and end the context whatever `serve` gave, before any `?`.",
    section: "One context, one socket per thread",
};
pub static WRONG_HASH: Mistake = Mistake {
    name: "another-hash",
    says: "The hash is that of other bytes. Hash all bytes of the file, and of the buffer only as many as `read` has filled.",
    section: "A thread and its PAIR",
};
pub static FAILS: Mistake = Mistake {
    name: "fails-without-reason",
    says: "The job failed, though there is nothing wrong with its file. What stands behind `failed` is what your own thread says of it. If it says that the \
           service was ended: `may_go_on` is true as long as nothing has come.",
    section: "A thread and its PAIR",
};
pub static WRONG_LINE: Mistake = Mistake {
    name: "prints-something-else",
    says: "A job that is over has one line on standard output: its number, a blank, and what `status` says of it.",
    section: "Requests and lines",
};
pub static WRONG_NUMBER: Mistake = Mistake {
    name: "another-number",
    says: "Jobs are numbered 1, 2, 3 in the order in which they come, and the reply to `hash PATH` is `job N`.",
    section: "Requests and lines",
};
pub static WRONG_STATUS: Mistake = Mistake {
    name: "another-status",
    says: "The line is there, and `status` says something else. First keep what the thread said, under the number of its job, then \
           print the line.",
    section: "Requests and lines",
};
pub static NOT_UNKNOWN: Mistake = Mistake {
    name: "knows-every-number",
    says: "There is no job of that number, so its status is `unknown`; that goes for what is no number as well.",
    section: "Requests and lines",
};
pub static CUTS_PATH: Mistake = Mistake {
    name: "cuts-the-path",
    says: "Everything behind `hash` and one blank is the path, byte for byte. A path may hold blanks, at its end too.",
    section: "Requests and lines",
};
pub static NOT_REFUSED: Mistake = Mistake {
    name: "no-error",
    says: "That was none of the three requests, so the reply begins with `error: ` and says why, in one frame of one line.",
    section: "Requests and lines",
};
pub static NO_REPLY: Mistake = Mistake {
    name: "no-reply",
    says: "There was no reply. A REQ that gets none waits for ever: whatever came, reply.",
    section: "Requests and lines",
};
pub static MAIN_WORKS: Mistake = Mistake {
    name: "works-in-the-main-thread",
    says: "The reply waits for somebody to write to the pipe. So the thread that replies is itself waiting: for the file, or for a thread \
           that waits for the file. Hand the job on, reply, and wait for nothing but the poll of all your sockets.",
    section: "The main thread waits for everybody",
};
pub static EMPTY_PIPE: Mistake = Mistake {
    name: "empty-pipe-is-the-end",
    says: "A job on a pipe was over before anybody had written to it. With `O_NONBLOCK` a read from a pipe without a writer gives 0 at once, \
           and that is not its end. Poll first, and read when there is something.",
    section: "A file that makes you wait",
};
pub static OVER_EARLY: Mistake = Mistake {
    name: "over-before-its-writer",
    says: "The job on a pipe was over before its writer had closed it, or its hash is that of other bytes. How many bytes will come, nobody knows: no \
           length tells it, and a read gives what is there just then. The one end of a pipe is a read of 0 bytes after the poll has said \
           that there is something to read.",
    section: "A file that makes you wait",
};
pub static NO_BEGIN: Mistake = Mistake {
    name: "does-not-begin",
    says: "A thread should have opened this pipe, and none did.",
    section: "The main thread waits for everybody",
};
pub static FEW_THREADS: Mistake = Mistake {
    name: "one-thread",
    says: "There are fewer jobs at work than `--threads` says. Each thread works on one job, and all of them at the same time.",
    section: "The main thread waits for everybody",
};
pub static MANY_THREADS: Mistake = Mistake {
    name: "a-thread-for-each-job",
    says: "A job began although all threads had one. `--threads T` means at most T jobs at a time; the others wait in the main thread \
           until one is over. Who starts a thread for each job has no limit.",
    section: "The main thread waits for everybody",
};
pub static HOARDS: Mistake = Mistake {
    name: "deals-in-turn",
    says: "A thread is free, and a job waits all the same, behind one that is blocked. PUSH deals in turn, whether a thread is \
           busy or not. Keep the jobs in the main thread, and give one to a thread that has none.",
    section: "The main thread waits for everybody",
};
pub static OUT_OF_ORDER: Mistake = Mistake {
    name: "last-comes-first",
    says: "The jobs do not begin in the order in which they came. Take the next one from the other end of the queue: `push_back` \
           and `pop_front` of a VecDeque.",
    section: "The main thread waits for everybody",
};
pub static NO_PROGRESS: Mistake = Mistake {
    name: "no-progress",
    says: "A large file is being hashed, and the percentage does not move. Count the bytes that were read, in a u64, multiply \
           before you divide, and tell the main thread whenever the percentage is another one.",
    section: "How far it is",
};
pub static NO_PERCENT: Mistake = Mistake {
    name: "no-percentage",
    says: "A job that is not over is `running P%`, with a whole number from 0 to 100. A pipe has no length, and 2 GiB times 100 is \
           more than 32 bits hold.",
    section: "How far it is",
};
pub static BACKWARDS: Mistake = Mistake {
    name: "goes-backwards",
    says: "The percentage went down. It is what has been read of the whole file, and that only grows.",
    section: "How far it is",
};
pub static READS_WHOLE: Mistake = Mistake {
    name: "reads-the-file-whole",
    says: "The service takes the whole file into memory. Read a piece, hash it, and read the next into the same buffer.",
    section: "A thread and its PAIR",
};
pub static SPINS: Mistake = Mistake {
    name: "spins-when-idle",
    says: "The service has nothing to do, and computes. Somewhere a loop asks again and again, with `DONTWAIT` or a poll of 0 milliseconds. \
           Let one poll wait for everything, with -1.",
    section: "Waiting is not computing",
};
pub static SPINS_ON_JOB: Mistake = Mistake {
    name: "spins-on-a-pipe",
    says: "Idle, the service rests; with a job that waits for its pipe it computes. The thread reads again and again, and gets \
           `WouldBlock` or 0 each time. Poll the file, together with the PAIR.",
    section: "Waiting is not computing",
};
pub static UNWRAPS: Mistake = Mistake {
    name: "unwrap-in-a-job",
    says: "A job could not be done, and a thread panicked over it. That a file cannot be opened or read is no reason to end anything: send \
           `failed` and the reason to the main thread, and take the next job.",
    section: "An error is an answer",
};
pub static NO_FAILURE: Mistake = Mistake {
    name: "no-failure",
    says: "A job that cannot be done gives `failed WHY`, with the reason in one line.",
    section: "An error is an answer",
};
pub static LOOKS_EARLY: Mistake = Mistake {
    name: "opens-early",
    says: "The file was gone before a thread had time for it, and is hashed all the same. Open a file when its job begins: whoever opens \
           a thousand files for jobs that wait runs out of file descriptors.",
    section: "An error is an answer",
};
pub static FOLDER: Mistake = Mistake {
    name: "a-read-error-is-the-end",
    says: "A folder can be opened and not be read. An error of `read` is not the end of the file: that is `Ok(0)`.",
    section: "An error is an answer",
};
pub static NOT_EMPTY: Mistake = Mistake {
    name: "divides-by-the-length",
    says: "An empty file has a hash like any other, and a length of 0 that nothing can be divided by.",
    section: "How far it is",
};
pub static THREAD_DIES: Mistake = Mistake {
    name: "a-panic-takes-the-thread",
    says: "A job panicked and took its thread along, which can tell nobody. `catch_unwind` around the job gives you the panic as an \
           `Err`: send `failed`, and go on.",
    section: "A panic is caught",
};
pub static SERVICE_DIES: Mistake = Mistake {
    name: "a-panic-ends-the-service",
    says: "A job panicked, and the whole service ended. An `unwrap` on what a thread left behind hands its panic on. Catch it in the thread.",
    section: "A panic is caught",
};
pub static BYE_LOST: Mistake = Mistake {
    name: "bye-is-lost",
    says: "The service ended, and `bye` never arrived. Was it sent? `send` only hands the reply to ZeroMQ, and `process::exit` ends the \
           threads that would deliver it. Return from `main`, so that the context is ended; that waits for delivery.",
    section: "Stop",
};
pub static NO_BYE: Mistake = Mistake {
    name: "no-bye",
    says: "The reply to `stop` is `bye`. It need not wait for anything: send it before the threads are ended.",
    section: "Stop",
};
pub static WAITS_FOR_ITSELF: Mistake = Mistake {
    name: "waits-for-itself",
    says: "Idle, and the service does not end. Does its loop leave at `stop`? Then either a thread was never told, and waits in its receive: `drop` of a context or of a socket wakes \
           nobody. Or somebody ends the context who still holds a socket of it, and waits for himself.",
    section: "What the end of a context does",
};
pub static WRONG_END: Mistake = Mistake {
    name: "exit-code-not-0",
    says: "`stop`, SIGINT and SIGTERM are the usual ways to end a service, and no failure: the exit code is 0.",
    section: "Signals",
};
pub static NOT_CAUGHT: Mistake = Mistake {
    name: "signal-not-caught",
    says: "The signal ended the process as it ends every process that does not catch it: at once. `Signals::catch` catches SIGINT and SIGTERM.",
    section: "Signals",
};
pub static INTERRUPTED: Mistake = Mistake {
    name: "eintr-is-an-error",
    says: "A signal interrupts the call that waits, and ZeroMQ gives that on as `EINTR`. That is no failure: poll again, and find \
           out what the signal wanted. It may hit any thread.",
    section: "Signals",
};
pub static DEAF: Mistake = Mistake {
    name: "deaf-to-signals",
    says: "The service ends on `stop`, and not on this signal. It was caught, and nothing came of it: a flag that is set before a poll that waits \
           wakes nobody. Poll the signals beside your sockets, and leave the loop when one has come.",
    section: "Signals",
};
pub static SECOND: Mistake = Mistake {
    name: "second-signal-kills",
    says: "One signal ends the service well, and a second one spoils it. While it ends, further signals change nothing; and a signal \
           interrupts the waits of the end, too, in whatever thread.",
    section: "Signals",
};
pub static BLOCKED: Mistake = Mistake {
    name: "blocked-in-open",
    says: "Idle, the service ends; with a job on a pipe that nobody writes it does not. A thread that waits in `File::open` can be told nothing. Open \
           without waiting, and poll the file together with the PAIR.",
    section: "A file that makes you wait",
};
pub static BLOCKED_READ: Mistake = Mistake {
    name: "blocked-in-read",
    says: "The writer of a pipe keeps it open and writes nothing, and the thread waits in `read`, where nothing can be told to it. \
           Poll the file together with the PAIR, and read only when there is something.",
    section: "A file that makes you wait",
};
pub static FINISHES: Mistake = Mistake {
    name: "finishes-first",
    says: "The service wants to finish a large file before it ends, and nobody can say how long that takes. Look between two pieces \
           whether the main thread has said stop.",
    section: "Nothing is lost",
};
pub static CUT_IS_DONE: Mistake = Mistake {
    name: "cut-off-is-done",
    says: "The job was cut off, and is said to be done: with the hash of what had been read by then. That is not the file's. Say `failed`.",
    section: "Nothing is lost",
};
pub static NOT_GONE: Mistake = Mistake {
    name: "stays-when-told",
    says: "Every job has its line, and the service does not end: so a thread has told what became of its job, and did not leave. If it receives \
           the stop in the middle of the job, none is left for the loop in `work`, which waits for it. Only look whether something came.",
    section: "Nothing is lost",
};
pub static LOST: Mistake = Mistake {
    name: "loses-jobs-at-the-end",
    says: "The service ended, and not every job has its line. Those that were cut off, and those that waited, are told as `failed` before the \
           end.",
    section: "Nothing is lost",
};
pub static TOLD_TWICE: Mistake = Mistake {
    name: "tells-a-job-twice",
    says: "There are more lines than jobs. A job has one line. At the end only those are told as `failed` that have none yet: what is done stays \
           done.",
    section: "Nothing is lost",
};
pub static UNREAD: Mistake = Mistake {
    name: "leaves-replies-unsent",
    says: "A reply that had been handed to ZeroMQ did not arrive. A socket that is closed with a linger of 0 throws away what it holds, and \
           `process::exit` does so with all sockets.",
    section: "Stop",
};
pub static ETERM: Mistake = Mistake {
    name: "unwraps-eterm",
    says: "When the context is ended, the calls of the others return `ETERM`. That is how they learn of the end, and no failure: \
           leave the loop.",
    section: "What the end of a context does",
};
