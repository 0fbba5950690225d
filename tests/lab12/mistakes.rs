//! The known ways to get lab 12 wrong, as the checks explain them.

use harness::Mistake;

pub static PANICS: Mistake = Mistake {
    name: "panics",
    says: "The program panicked. A job comes from outside, and nothing about its numbers is certain: `par_chunks_mut(0)` \
           panics, an index and a sum can be too large, and `unwrap` on what came is a bet. Look at a job before you \
           compute it, and answer `Failed`.",
    section: "Look before you compute",
};
pub static ENDS_ON_GARBAGE: Mistake = Mistake {
    name: "ends-on-garbage",
    says: "The program ended because of a message that it could not read. Anybody can send anything. Say on standard error \
           what was wrong, and wait for the next message.",
    section: "Garbage has no number",
};
pub static ENDS_EARLY: Mistake = Mistake {
    name: "ends-early",
    says: "The worker ended with exit code 0, and nobody had said Done. It serves until then: a loop around everything that \
           comes.",
    section: "What a worker says and hears",
};
pub static NO_HELLO: Mistake = Mistake {
    name: "no-hello",
    says: "The worker has to speak first. The farmer has a ROUTER and cannot send anything to somebody of whom it has not \
           heard: the first message is Hello, before the first Heartbeat and before anything is waited for.",
    section: "What a worker says and hears",
};
pub static DELIMITER: Mistake = Mistake {
    name: "empty-delimiter",
    says: "There is an empty frame before the message. A REQ puts one there, a DEALER does not, and a farmer of this \
           protocol expects none. Open a DEALER, and send one frame.",
    section: "What a worker says and hears",
};
pub static NO_MESSAGE: Mistake = Mistake {
    name: "no-message",
    says: "What came is no message of the protocol. Use `shared::farm::encode` on a `ToFarmer`: it puts the version byte \
           before the bincode.",
    section: "What a worker says and hears",
};
pub static WRONG_NAME: Mistake = Mistake {
    name: "wrong-name",
    says: "Hello has another name than `--name` says. Send it as it was given.",
    section: "What a worker says and hears",
};
pub static WRONG_CREDIT: Mistake = Mistake {
    name: "wrong-credit",
    says: "The credit says how many jobs you may hold at a time. With 0 the farmer never gives you one. With millions you \
           get all of them, and the other workers none.",
    section: "Credit",
};
pub static WRONG_COUNTS: Mistake = Mistake {
    name: "wrong-counts",
    says: "The counts are not those of `View::point` and `escape_count` in `shared::farm`. Use both of them as they are, \
           with the picture's width and height, and the pixel's place in the *picture*.",
    section: "The tile",
};
pub static WRONG_SIZE: Mistake = Mistake {
    name: "wrong-size",
    says: "The tile has another number of pixels than w x h. It has h rows, from y to y + h - 1, of w pixels each.",
    section: "The tile",
};
pub static COLUMNS: Mistake = Mistake {
    name: "column-by-column",
    says: "The counts are right, but they stand column by column. A tile goes row by row: the first w counts are its first \
           row.",
    section: "The tile",
};
pub static UPSIDE_DOWN: Mistake = Mistake {
    name: "upside-down",
    says: "The rows are right, but in the opposite order. The first row is the uppermost, the one of job.y.",
    section: "The tile",
};
pub static FORGETS_THE_PLACE: Mistake = Mistake {
    name: "forgets-the-place",
    says: "These are the counts of another part of the picture: the tile was computed as if its x or y, or both, were 0. \
           `View::point` wants a column and a row of the picture, so add job.x and job.y.",
    section: "The tile",
};
pub static TILE_IS_THE_PICTURE: Mistake = Mistake {
    name: "tile-is-the-picture",
    says: "These are the counts of a whole picture of w x h. The view is about the picture, not the tile: give \
           `View::point` job.width and job.height.",
    section: "The tile",
};
pub static OFF_BY_ONE: Mistake = Mistake {
    name: "off-by-one",
    says: "The tile is off by one: its first row is job.y and its last job.y + h - 1, and so it is with the columns. Look \
           whether you begin one too late, or leave the last one out.",
    section: "The tile",
};
pub static BANDS: Mistake = Mistake {
    name: "loses-rows",
    says: "The bytes depend on the number of threads. Do you divide the rows by it? Something is left where it does not \
           divide without a rest. Let rayon share out the rows.",
    section: "The same bytes",
};
pub static ROUNDING: Mistake = Mistake {
    name: "rounding",
    says: "Most of this is nearly right. The last digits of a point decide here, and they depend on the order of the sums: \
           a coordinate that grows by a step each time is not the one that is computed anew, and an `f32` has half of the \
           digits. Call `View::point` for each pixel, and `escape_count` with what it gives.",
    section: "The same bytes",
};
pub static LOSES_JOBS: Mistake = Mistake {
    name: "loses-jobs",
    says: "Some of the jobs were not answered. As many as your credit says may come at once: keep them in a queue, and \
           answer each under its own number.",
    section: "Credit",
};
pub static ANSWERS_TWICE: Mistake = Mistake {
    name: "answers-twice",
    says: "A job was answered twice, or under a number that was not given. The farmer counts your answers: one for each \
           job.",
    section: "Credit",
};
pub static ONE_SIDE: Mistake = Mistake {
    name: "one-side",
    says: "Which side binds is an argument. `args.attach.attach(&socket)` does what was asked for, and prints the `bound` \
           line.",
    section: "What a worker says and hears",
};
pub static NO_HEARTBEAT: Mistake = Mistake {
    name: "no-heartbeat",
    says: "No heartbeat came from a worker that has nothing to do. It is due every 250 ms, whether there is a job or not: \
           to the farmer silence looks like death.",
    section: "Heartbeats",
};
pub static TOO_MANY_HEARTBEATS: Mistake = Mistake {
    name: "too-many-heartbeats",
    says: "Heartbeats come too fast. One every 250 ms is enough; who sends one in each turn of the loop keeps a core and \
           the network busy with it. Keep the moment at which the next one is due.",
    section: "Heartbeats",
};
pub static TOO_FEW_HEARTBEATS: Mistake = Mistake {
    name: "too-few-heartbeats",
    says: "The heartbeats are too far apart. The farmer counts on one every 250 ms, and gives your jobs to others when it \
           has missed some.",
    section: "Heartbeats",
};
pub static SILENT_WHILE_COMPUTING: Mistake = Mistake {
    name: "silent-while-computing",
    says: "While the job is computed, no heartbeat comes. Does the thread of the socket compute, or wait for the one that \
           does? `pool.install` waits for its result. That thread must not wait for anything but messages and the clock: \
           give the job to another thread.",
    section: "Two threads, one context",
};
pub static HEARTBEAT_IN_SILENCE: Mistake = Mistake {
    name: "heartbeat-in-silence",
    says: "The heartbeat is only sent when nothing has come for 250 ms. A farmer that speaks more often than that never \
           lets it come to it. Keep the moment at which it is due, and look at the clock in each turn of the loop.",
    section: "Heartbeats",
};
pub static DOES_NOT_END: Mistake = Mistake {
    name: "does-not-end",
    says: "After Done the worker has to end with exit code 0. Are there threads that still wait for a job, or for the other \
           end of a channel? A thread ends when what it waits for goes away: drop the sender of the queue.",
    section: "Done",
};
pub static DONE_IS_AN_ERROR: Mistake = Mistake {
    name: "done-is-an-error",
    says: "The worker ended with exit code 1, as a program does that could not do its work. Done is how all goes well: the \
           picture is whole. Leave the loop, and return `Ok`.",
    section: "Done",
};
pub static IGNORES_CANCEL: Mistake = Mistake {
    name: "ignores-cancel",
    says: "The job was cancelled, and the next one did not get the threads. Is Cancel read while a job is computed? And \
           does each row look whether it still is wanted, in every thread?",
    section: "A row is the unit",
};
pub static COMPUTES_ON: Mistake = Mistake {
    name: "computes-on",
    says: "The job was cancelled, and the worker still computes. Nothing is gained if only the answer is thrown away: each \
           row has to look at the flag.",
    section: "A row is the unit",
};
pub static ANSWERS_CANCELLED: Mistake = Mistake {
    name: "answers-cancelled",
    says: "Something was said about a cancelled job. The farmer has forgotten it when it sends Cancel, and takes an answer \
           for a mistake of yours. Say nothing, neither a tile, nor a part of one, nor Failed.",
    section: "A row is the unit",
};
pub static CANCELS_ALL: Mistake = Mistake {
    name: "cancels-all",
    says: "A job that nobody had cancelled was stopped. Cancel has a number: it is about that job, and no other that is \
           computed, waits, or comes later. Give each job a flag of its own.",
    section: "One flag for each job",
};
pub static CANCELS_THE_RUNNING_ONE: Mistake = Mistake {
    name: "cancels-the-running-one-only",
    says: "A job that was waiting was cancelled, and then computed all the same. Keep the flag of each job from when it \
           comes to when it is answered, not only while it is computed.",
    section: "One flag for each job",
};
pub static REMEMBERS_CANCELS: Mistake = Mistake {
    name: "remembers-cancels",
    says: "A job came whose number had been cancelled before, and it was not computed. A Cancel is about the job that is in \
           your hands, and means nothing for one that comes later.",
    section: "One flag for each job",
};
pub static WAITS_FOR_THE_JOB: Mistake = Mistake {
    name: "waits-for-the-job",
    says: "After Done the worker goes on computing. Nobody wants that any more: stop all jobs, those in the queue as well, \
           and then end.",
    section: "Done",
};
pub static EMPTY_TILE: Mistake = Mistake {
    name: "empty-tile",
    says: "A tile of 0 x 0, 0 x 5 or 5 x 0 has no pixels. That is a mistake of the farmer's: answer Failed with a reason.",
    section: "Look before you compute",
};
pub static OUTSIDE: Mistake = Mistake {
    name: "outside",
    says: "A tile that is not inside its picture, whole, is a mistake of the farmer's: answer Failed with a reason. Its \
           last column is x + w - 1, and so x + w may be the picture's width, but no more.",
    section: "Look before you compute",
};
pub static OVERFLOWS: Mistake = Mistake {
    name: "sum-overflows",
    says: "x + w is more than a u32 can hold. In a debug build that panics, in a release build it begins again at 0, and \
           the tile seems to be inside. `checked_add` gives None, or compute in u64.",
    section: "Look before you compute",
};
pub static TOO_LARGE: Mistake = Mistake {
    name: "too-large",
    says: "A tile of more than MAX_PIXELS pixels does not fit into a frame. Answer Failed, before the memory for it is \
           asked for.",
    section: "Look before you compute",
};
pub static PRODUCT_OVERFLOWS: Mistake = Mistake {
    name: "product-overflows",
    says: "w times h is more than a u32 can hold: 65 536 x 65 536 is 0 there. Multiply in u64.",
    section: "Look before you compute",
};
pub static NO_STEPS: Mistake = Mistake {
    name: "no-steps",
    says: "max_iter 0 allows no step, so there is nothing to count. Answer Failed with a reason.",
    section: "Look before you compute",
};
pub static LOOKS_AWAY: Mistake = Mistake {
    name: "looks-away",
    says: "Something was answered that is no message: another version byte, bytes behind the message, or two frames. \
           `shared::farm::decode` looks at the version and at the end; that there is one frame you have to see yourself.",
    section: "Garbage has no number",
};
pub static OTHER_POOL: Mistake = Mistake {
    name: "other-pool",
    says: "Another number of threads computes than `--threads` says. rayon's global pool is as large as the machine, or as \
           RAYON_NUM_THREADS says. Build a pool with `num_threads`, and have it do the work with `pool.install`: what is \
           outside of that call is done by the global pool.",
    section: "A pool of its own",
};
pub static ONE_THREAD: Mistake = Mistake {
    name: "one-thread",
    says: "A single thread computes. Are the rows iterated with `par_…`, and does nothing around it do one row after the \
           other, such as a lock?",
    section: "The same bytes",
};
pub static NO_SECOND_HELLO: Mistake = Mistake {
    name: "no-second-hello",
    says: "The farmer said nothing for longer than `--liveness`, and the worker did not say Hello again. Keep the moment at \
           which you heard it last, and look at it at each heartbeat.",
    section: "Silence",
};
pub static HELLO_TOO_SOON: Mistake = Mistake {
    name: "hello-too-soon",
    says: "Hello came again before the farmer had been silent for `--liveness`. With each Hello the jobs are lost: after \
           one, the time begins anew.",
    section: "Silence",
};
pub static DEAF: Mistake = Mistake {
    name: "deaf",
    says: "The farmer said something all the time, and the worker took it for silent. Each message counts, the Heartbeat as \
           well.",
    section: "Silence",
};
pub static KEEPS_ITS_JOBS: Mistake = Mistake {
    name: "keeps-its-jobs",
    says: "After the second Hello the worker still computes what it had been given before. Hello means empty hands: stop \
           all jobs first.",
    section: "Silence",
};

pub static NO_TILE: Mistake = Mistake {
    name: "no-tile",
    says: "The job was never answered with its tile. Follow its way: taken from the farmer, given to the thread that \
           computes, computed, sent to `inproc://results`, passed on. Where does it end? An inproc endpoint is only known \
           inside one context, and a result that nobody polls for stays where it is.",
    section: "Two threads, one context",
};

pub static REFUSES_GOOD_JOBS: Mistake = Mistake {
    name: "refuses-good-jobs",
    says: "The job can be done, and was answered with Failed. A tile may touch the last row and the last column: x + w may \
           be equal to the picture's width. It may have MAX_PIXELS pixels, and any max_iter from 1 on.",
    section: "Look before you compute",
};

pub static ANSWERS_GARBAGE: Mistake = Mistake {
    name: "answers-garbage",
    says: "Something was answered that has no number, or the job behind it was not done. Garbage is not a job that failed: \
           say on standard error what was wrong, and wait for the next message.",
    section: "Garbage has no number",
};
