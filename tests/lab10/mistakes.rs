//! The known ways to get lab 10 wrong, as the checks explain them.

use harness::Mistake;

pub static PANICS: Mistake = Mistake {
    name: "panics",
    says: "The program panicked. What comes over a socket is somebody else's, and a message that is not as it should be is no reason to end: look at the \
           frames with `match`, and skip what does not fit.",
    section: "Three kinds of message",
};

// The worker.
pub static NO_RESULT: Mistake = Mistake {
    name: "no-result",
    says: "A task was dealt, and no result came from the worker. It receives tasks on a PULL that connects to `--tasks`, and sends each result on a PUSH \
           that connects to `--results`. If it waits for something else first, such as `go`: that is not its business.",
    section: "PUSH and PULL",
};
pub static WRONG_COUNT: Mistake = Mistake {
    name: "wrong-count",
    says: "The count is not right. It is the number of primes from 2 up to n, n included; `primes::up_to(n)` gives it. n is the second frame of the task, the \
           first is its id.",
    section: "Three kinds of message",
};
pub static RESULT_FRAMES: Mistake = Mistake {
    name: "result-frames",
    says: "A result is one message of three frames: the id as it stood in the task, the count, and the name of the worker. `send_multipart` sends all \
           frames as one message; several `send`s are several messages.",
    section: "Three kinds of message",
};
pub static SAME_NAME: Mistake = Mistake {
    name: "one-name-for-all",
    says: "Two workers have the same name, so the sink takes them for one. Each program makes its own name: the starter makes it of the number of the process.",
    section: "Three kinds of message",
};
pub static NAME_NOT_TAKEN: Mistake = Mistake {
    name: "ignores-its-name",
    says: "The worker was given a name with `--name`, and its results carry another one. The starter takes what is given, and makes a name only where none is.",
    section: "Three kinds of message",
};
pub static ENDS_WHEN_IDLE: Mistake = Mistake {
    name: "ends-on-the-first-empty-read",
    says: "The worker took it for the end that there was nothing to receive. An empty socket says only that nothing has come yet: the ventilator may be slow, \
           or another worker's turn may be longer. Wait without an end; the end is told by `stop`.",
    section: "PUSH and PULL",
};
pub static NO_TASK: Mistake = Mistake {
    name: "every-message-is-a-task",
    says: "A message came that is no task, and the worker did not skip it. `task_of` says which messages are tasks: go on with the next one where it gives \
           `None`, and send nothing.",
    section: "Three kinds of message",
};
pub static NOT_READY: Mistake = Mistake {
    name: "not-ready",
    says: "The sink waits to hear that this worker is there. Send [`ready`, NAME] on the socket for results, in two frames, once all three sockets are \
           connected and before the first task is waited for.",
    section: "Ready, and go",
};
pub static READY_FOR_EVER: Mistake = Mistake {
    name: "ready-for-ever",
    says: "The worker says `ready` again and again. Once is enough: a PUSH keeps it until the sink is there.",
    section: "Ready, and go",
};
pub static ANOTHER_NAME: Mistake = Mistake {
    name: "another-name",
    says: "The worker has one name when it is ready and another one in its results, so the sink takes it for two.",
    section: "Three kinds of message",
};
pub static NO_SUBSCRIPTION: Mistake = Mistake {
    name: "hears-no-stop",
    says: "No subscription to `stop` comes from the worker, so it hears nothing on the control socket. A SUB gets what it has subscribed to: \
           `set_subscribe(b\"stop\")`, and connect it to `--control`.",
    section: "Two sockets at once",
};
pub static NOT_GONE: Mistake = Mistake {
    name: "says-not-gone",
    says: "`stop` was announced, and the worker has not said [`gone`, NAME] on its socket for results. The sink cannot see who has ended. Where the \
           worker still runs: does it look at the control socket at all while it waits for a task?",
    section: "Stop, and gone",
};
pub static GONE_AS_ANOTHER: Mistake = Mistake {
    name: "gone-as-another",
    says: "The worker has said `gone`, but not in the two frames [`gone`, NAME] with the name that its results have. The sink notes for a name that it is gone: this \
           worker stays on its sheet, and the sink waits for it.",
    section: "Stop, and gone",
};
pub static DOES_NOT_END: Mistake = Mistake {
    name: "does-not-end",
    says: "`stop` was announced, and the worker did not end with exit code 0. If it waits in a receive on the tasks' socket, it never looks at the other one: \
           wait for both with `zmq::poll`. If it has said `gone`, it has to leave its loop as well.",
    section: "Two sockets at once",
};
pub static WAITS_FOR_A_TASK: Mistake = Mistake {
    name: "waits-for-a-first-task",
    says: "The worker hears `stop` only once it has had a task, or never. One that got no work has to end as well: wait for both sockets with `zmq::poll` from \
           the beginning.",
    section: "Two sockets at once",
};
pub static GO_IS_STOP: Mistake = Mistake {
    name: "go-is-stop",
    says: "The worker took `go` for its end. Both words come over the control socket. Subscribe to `stop` only, and compare the whole message with it.",
    section: "Two sockets at once",
};
pub static BEGINS_LIKE_STOP: Mistake = Mistake {
    name: "begins-like-stop",
    says: "A word came over the control socket that only begins with `stop`, and the worker took it for its end. A subscription is a prefix: compare the whole \
           message with `b\"stop\"`.",
    section: "Two sockets at once",
};
pub static WORKER_LINGER: Mistake = Mistake {
    name: "the-worker-does-not-stay",
    says: "The last messages of the worker were lost: it ended before they had left it. They wait in the queue of its PUSH, and the linger of that socket says for how \
           long: a socket of `shared::Context` has a second. Set it to -1, for as long as it takes, and return from `main`.",
    section: "Nothing lost at the end",
};

// The ventilator.
pub static DEALS_NOTHING: Mistake = Mistake {
    name: "deals-nothing",
    says: "A worker is connected, and no task comes to it, or the ventilator does not end. It binds a PUSH to `--bind`, sends the tasks 1 to N on it, and ends.",
    section: "PUSH and PULL",
};
pub static WRONG_TASKS: Mistake = Mistake {
    name: "wrong-tasks",
    says: "A task is a message of two frames, the id and the number n, both as decimal text. The ids are 1 to N, each once, N included.",
    section: "Three kinds of message",
};
pub static N_OUT_OF_RANGE: Mistake = Mistake {
    name: "n-out-of-range",
    says: "The n of a task is between 1 and `--max`, both included; `n_of(id, max)` gives one.",
    section: "Three kinds of message",
};
pub static NO_BARRIER: Mistake = Mistake {
    name: "no-barrier",
    says: "The tasks were dealt before all workers were there. A PUSH deals to those who are connected, and does so at once: the first one gets everything. The \
           sink announces `go` when K workers are ready, and not earlier; the ventilator deals when it has heard it, and not by the clock.",
    section: "Why a barrier",
};
pub static BEGINS_LIKE_GO: Mistake = Mistake {
    name: "begins-like-go",
    says: "A word came over the control socket that only begins with `go`, and the ventilator started. A subscription is a prefix, so such a word comes as \
           well: compare the whole message with `b\"go\"`.",
    section: "Ready, and go",
};
pub static ENDS_AT_ANOTHER_WORD: Mistake = Mistake {
    name: "ends-at-another-word",
    says: "The ventilator ended with an error before it dealt anything. A word that only begins with `go` came first: it says nothing, so receive the next one, \
           until `go` comes.",
    section: "Ready, and go",
};
pub static DOES_NOT_LISTEN: Mistake = Mistake {
    name: "does-not-listen",
    says: "The ventilator has no subscription to `go`, so it cannot hear it. Open a SUB, subscribe to `go`, connect it to `--control`, and receive \
           until `go` comes.",
    section: "Ready, and go",
};
pub static BY_THE_CLOCK: Mistake = Mistake {
    name: "starts-by-the-clock",
    says: "`go` was there, and the ventilator started only long after: it waits for time to pass. Deal as soon as `go` is heard.",
    section: "Why a barrier",
};
pub static NEVER_STARTS: Mistake = Mistake {
    name: "never-starts",
    says: "The ventilator has subscribed, `go` is announced all the time, and no task comes. `go` is a message of one frame; compare with `b\"go\"`, and leave the \
           loop.",
    section: "Ready, and go",
};
pub static VENTILATOR_LINGER: Mistake = Mistake {
    name: "the-ventilator-does-not-stay",
    says: "Tasks were lost: the ventilator ended before they had left it. What `send` has taken waits in a queue, and the linger of the socket says for how long: \
           a socket of `shared::Context` has a second. Set it to -1, for as long as it takes, and return from `main`.",
    section: "Nothing lost at the end",
};

// The sink.
pub static PRINTS_NOTHING: Mistake = Mistake {
    name: "prints-nothing",
    says: "All results are there, and the sink does not print them. It collects until it has a result of every id from 1 to N, each of them once; then it prints \
           the lines that `Sheet::lines` gives. A `ready` is no result.",
    section: "The sink and its sheet",
};
pub static ARRIVAL_ORDER: Mistake = Mistake {
    name: "arrival-order",
    says: "The results stand in the order in which they came. Which worker is done first is an accident; keep each result under its id, and print them by id.",
    section: "The sink and its sheet",
};
pub static TEXT_ORDER: Mistake = Mistake {
    name: "ids-as-text",
    says: "The results are in the order of the alphabet, 10 before 2. An id is a number: make one of it before you sort by it.",
    section: "The sink and its sheet",
};
pub static WRONG_RESULTS: Mistake = Mistake {
    name: "wrong-results",
    says: "The ids are right, and the counts are not those that came with them. A result is [id, count, name]: keep the count under its own id.",
    section: "The sink and its sheet",
};
pub static OTHER_LINES: Mistake = Mistake {
    name: "other-lines",
    says: "The sink prints a line `ID COUNT` for each task, by id, and then the total and the workers. Nothing else goes to standard output.",
    section: "The sink and its sheet",
};
pub static WRONG_TOTAL: Mistake = Mistake {
    name: "wrong-total",
    says: "The line `total SUM` stands once, behind the tasks; SUM is the sum of the counts of all tasks.",
    section: "The sink and its sheet",
};
pub static UNSORTED_WORKERS: Mistake = Mistake {
    name: "workers-in-any-order",
    says: "The workers are right, and not in the order of their names. A `HashMap` has an order of its own in each run; a `BTreeMap` has that of its keys.",
    section: "The sink and its sheet",
};
pub static WRONG_TALLY: Mistake = Mistake {
    name: "wrong-tally",
    says: "The line `workers NAME:TASKS …` names each worker once, with how many of the results are its. The name is the third frame of the result.",
    section: "The sink and its sheet",
};
pub static LEAVES_OUT_THE_IDLE: Mistake = Mistake {
    name: "leaves-out-the-idle",
    says: "A worker that was ready and got nothing is missing in the line `workers …`. Enter its name when it says `ready`, with no tasks yet, and print every \
           name that is entered.",
    section: "Ready, and go",
};
pub static GO_TOO_EARLY: Mistake = Mistake {
    name: "go-too-early",
    says: "The sink announces `go` before K workers are ready. Receive and enter what comes until `sheet.workers()` is `--workers`; announce only then.",
    section: "Ready, and go",
};
pub static COUNTS_READY: Mistake = Mistake {
    name: "counts-messages-not-workers",
    says: "A worker that says `ready` twice was counted as two. Count names, and no messages: enter each name into a map, and look how long it is.",
    section: "Ready, and go",
};
pub static NO_GO: Mistake = Mistake {
    name: "announces-no-go",
    says: "All workers are ready, and `go` does not come on the control socket, as a message of one frame. Call `announce(control, \"go\", …)` in the loop that collects.",
    section: "Ready, and go",
};
pub static ANOTHER_WORD: Mistake = Mistake {
    name: "another-word",
    says: "Something is announced on the control socket, and nobody understands it. The words are `go` and `stop`, in small letters, each as a message of one frame \
           with nothing before it or behind it.",
    section: "Ready, and go",
};
pub static WAITS_FOR_SOMEBODY: Mistake = Mistake {
    name: "waits-for-somebody",
    says: "With `--workers 0` there is nobody to wait for. The test belongs before the receive: `while sheet.workers() < workers`.",
    section: "Ready, and go",
};
pub static GO_ONCE: Mistake = Mistake {
    name: "go-only-once",
    says: "`go` was announced, and somebody who came a little later heard nothing of it. A PUB sends to those who have subscribed by then. So repeat it: every 20 \
           milliseconds, as long as results are missing.",
    section: "Ready, and go",
};
pub static NO_STOP: Mistake = Mistake {
    name: "announces-no-stop",
    says: "All results are there, and `stop` does not come on the control socket, as a message of one frame. Announce it until every worker is gone.",
    section: "Stop, and gone",
};
pub static ONE_STOP: Mistake = Mistake {
    name: "one-stop-for-all",
    says: "`stop` was announced, and a worker that was slow to subscribe has not heard it: it would wait for ever. As many as there are workers do not help \
           either, when they all come in the same moment. Repeat `stop` every 20 milliseconds until every worker has said `gone`.",
    section: "Stop, and gone",
};
pub static ENDS_TOO_SOON: Mistake = Mistake {
    name: "ends-too-soon",
    says: "The sink ended while some of its workers had not said `gone`. They may not have heard `stop` yet, and then they never will: announce it until the \
           last of them has said `gone`.",
    section: "Stop, and gone",
};
pub static COUNTS_GONE: Mistake = Mistake {
    name: "counts-goodbyes",
    says: "The sink ended although two of its three workers had not said `gone`; the first had said it three times. Note for each name whether it is gone.",
    section: "Stop, and gone",
};
pub static FORGETS_THE_LATE: Mistake = Mistake {
    name: "forgets-who-came-late",
    says: "The sink ended while a worker was left that had not said `gone`. `--workers` says how many are needed to start; every one of which the sink \
           has heard has to end.",
    section: "Stop, and gone",
};
pub static STAYS: Mistake = Mistake {
    name: "the-sink-stays",
    says: "Every worker has said `gone`, and the sink does not end.",
    section: "Stop, and gone",
};
pub static COUNTS_TWICE: Mistake = Mistake {
    name: "counts-a-duplicate",
    says: "Some results came twice, and the sink counted them twice: in the lines, in the total, for a worker, or to know that all are there. A result is known by \
           its id: what is in the map already is not entered again, for nobody. The first that came counts.",
    section: "Once and only once",
};
pub static STRANGE_IDS: Mistake = Mistake {
    name: "ids-that-nobody-dealt",
    says: "A result came whose id is not among 1 to N, and the sink took it. Look whether the id is in range before you enter it; otherwise such a result takes the \
           place of a real one, and the sink ends one too early.",
    section: "Once and only once",
};
pub static BROKEN_RESULTS: Mistake = Mistake {
    name: "broken-results",
    says: "A message came that is none of the three kinds, and the sink did not skip it. Go on with the next one where `Report::read` gives `None`.",
    section: "Once and only once",
};

// All of them.
pub static DOES_NOT_FETCH: Mistake = Mistake {
    name: "does-not-fetch",
    says: "A worker does not connect to the ventilator. Its PULL connects to `--tasks`.",
    section: "PUSH and PULL",
};
pub static NOT_ALL_RESULTS: Mistake = Mistake {
    name: "not-all-results",
    says: "The three programs together do not come to the end of the tasks: the sink waits for results. Do the checks of the single programs first; they say which \
           of them it is.",
    section: "Nothing lost at the end",
};
pub static NOT_ALL_OF_MANY: Mistake = Mistake {
    name: "not-all-of-many",
    says: "The three programs do not come to the end of thousands of tasks. Do the checks of the single programs first; they say which of them it is. Where they are \
           green, something takes its time for each message, such as a sleep, and that a few thousand times: take what is there, and wait only where nothing is.",
    section: "The sink and its sheet",
};
pub static ENDS_IN_AN_ERROR: Mistake = Mistake {
    name: "ends-in-an-error",
    says: "All was done, and the program ended with another exit code than 0. What it said last on standard error says which call failed: something that it \
           does at the end, when its work is over.",
    section: "Stop, and gone",
};
pub static STAYS_BEHIND: Mistake = Mistake {
    name: "stays-behind",
    says: "A program of the pipeline did not end with exit code 0 when all was done. Do the checks of the single programs first; they say why.",
    section: "Stop, and gone",
};
