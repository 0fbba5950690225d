//! The known ways to get lab 11 wrong, as the checks explain them.

use harness::Mistake;

pub static BOUND_LINES: Mistake = Mistake {
    name: "bound-lines",
    says: "With two sockets each line says which one it is about: `bound frontend ENDPOINT` first, then `bound backend ENDPOINT`, with the \
           endpoint that the socket really got. `announce_as(\"frontend\", &frontend)` prints such a line, after the bind.",
    section: "Two sockets, two lines",
};
pub static IGNORES_BIND: Mistake = Mistake {
    name: "ignores-the-bind-error",
    says: "A socket could not be bound, and the broker did not end as it should. Without this side it is of no use. Pass the \
           error on with `?`; `shared::finish` prints it and gives exit code 2.",
    section: "Two sockets, two lines",
};
pub static NOTHING_PASSES: Mistake = Mistake {
    name: "nothing-passes",
    says: "A request went into the broker and did not come out at the worker. Does the broker look at the frontend? The frontend is a ROUTER, \
           and what it gives begins with the client's identity. The backend is a DEALER, and sends all frames that it is given. A REP takes a \
           request only with the empty frame before it.",
    section: "The envelope",
};
pub static REPLY_STAYS: Mistake = Mistake {
    name: "reply-does-not-pass",
    says: "The worker has replied, and nothing came to the client. Perhaps the broker does not look at the backend, because it waits for \
           something else. Perhaps it sends other frames than it got: the ROUTER drops what does not begin with an identity that it knows, and a REQ \
           takes a reply only with the empty frame before it.",
    section: "The envelope",
};
pub static NO_IDENTITY: Mistake = Mistake {
    name: "loses-the-identity",
    says: "The client's identity is missing. It is the first frame that the frontend gives, and the worker sends it back with its reply; without it \
           the reply finds nobody. Pass it on like the others.",
    section: "The envelope",
};
pub static SOCKET_TYPES: Mistake = Mistake {
    name: "socket-types",
    says: "A socket of the broker's has not the type that is needed. The frontend is a ROUTER, for clients with a REQ or a DEALER. The backend is a \
           DEALER, for workers with a REP or a DEALER; with `--lru` it is a ROUTER as well.",
    section: "Write task 1",
};
pub static ENDS: Mistake = Mistake {
    name: "ends",
    says: "The broker ended as if all were done. It serves for ever: nothing that a client or a worker does, or does not do, is a reason to leave the \
           loop, and `zmq::poll` waits as long as it takes with the timeout -1.",
    section: "Write task 2",
};
pub static FIRST_FRAME: Mistake = Mistake {
    name: "first-frame-only",
    says: "Frames at the end of the message are missing. `recv_bytes` gives one frame, and on a ROUTER the first one is only the \
           identity; a frame that is sent by itself is a message of its own. `recv_multipart` and `send_multipart` take the whole message.",
    section: "All frames, as they are",
};
pub static LOSES_FRAMES: Mistake = Mistake {
    name: "loses-frames",
    says: "A message of several frames did not come out on the other side. Its number of frames is not the broker's business: receive \
           with `recv_multipart`, send with `send_multipart`, and look at nothing in between.",
    section: "All frames, as they are",
};
pub static EMPTY_FRAMES: Mistake = Mistake {
    name: "drops-empty-frames",
    says: "Empty frames of the message itself were lost or added. An empty frame is a frame. Only the one behind the envelope is a \
           delimiter, and the broker leaves that alone, too.",
    section: "All frames, as they are",
};
pub static JOINS: Mistake = Mistake {
    name: "joins-frames",
    says: "The bytes are right, and the frames are not: what was several frames came out as another number of them. Do not join \
           frames, and do not split them.",
    section: "All frames, as they are",
};
pub static STRIPS: Mistake = Mistake {
    name: "strips-the-delimiter",
    says: "The empty frame between envelope and message is missing. The client's REQ has put it there, and the worker's REP looks for \
           it; so does the REQ with the reply. The broker takes nothing away.",
    section: "The delimiter",
};
pub static ADDS: Mistake = Mistake {
    name: "adds-a-delimiter",
    says: "There is an empty frame that nobody sent. A DEALER may send messages without a delimiter, and the other end knows. The \
           broker adds nothing.",
    section: "The delimiter",
};
pub static NEEDS_DELIMITER: Mistake = Mistake {
    name: "needs-a-delimiter",
    says: "A message did not come out on the other side. Look at its frames: a DEALER may leave the delimiter out, or send more than one \
           empty frame. That is for the two ends to know; the broker passes on what comes.",
    section: "The delimiter",
};
pub static TEXT: Mistake = Mistake {
    name: "text-identities",
    says: "The broker treats bytes as text. An identity is up to 255 bytes; one that a ROUTER makes up begins with a zero byte and is \
           seldom UTF-8. `recv_string`, `from_utf8` and `from_utf8_lossy` refuse or change it, and the reply finds nobody. Leave frames \
           as `Vec<u8>`.",
    section: "Identities are bytes",
};
pub static CUTS: Mistake = Mistake {
    name: "fixed-buffer",
    says: "A large frame did not come through whole. `recv_into` fills the buffer that it is given and throws the rest away without an \
           error. `recv_multipart` gives as much as came.",
    section: "All frames, as they are",
};
pub static OTHER_CLIENT: Mistake = Mistake {
    name: "remembers-a-client",
    says: "The reply came to another client, or to nobody. The worker sends it with the identity of its client in front; the \
           ROUTER takes that frame off and sends the rest there. Do not keep an identity in a variable.",
    section: "The envelope",
};
pub static LOCKSTEP: Mistake = Mistake {
    name: "lockstep",
    says: "The broker does not look at this side while it waits for something on the other. Perhaps it takes a request and then waits for \
           the reply to it; then one slow worker holds up all clients. Wait for both sockets at once, with `zmq::poll`, and pass on \
           from the one that has something.",
    section: "Poll",
};
pub static DOES_NOT_WAIT: Mistake = Mistake {
    name: "does-not-wait",
    says: "A call came back with EAGAIN, and the broker ended with that. With `DONTWAIT` EAGAIN says `not now`, and is no error. Ask \
           `zmq::poll` first whether there is something, and receive with the flag 0.",
    section: "Poll",
};
pub static WAITS_FOR_THE_DEAD: Mistake = Mistake {
    name: "waits-for-the-dead",
    says: "A worker has died with a request, and the broker serves nobody any more. It seems to wait for that reply, or to count the worker \
           as busy for ever. The request is lost; the next one goes to the next worker.",
    section: "Lockstep in the middle",
};
pub static UNREACHABLE: Mistake = Mistake {
    name: "ends-with-ehostunreach",
    says: "EHOSTUNREACH ended the broker. With the option ROUTER_MANDATORY a send to somebody who has gone is an error. For a client that \
           has gone that is no reason to end; without the option the ROUTER drops the reply, which is right here.",
    section: "Who has gone",
};
pub static GONE_CLIENT: Mistake = Mistake {
    name: "stops-at-a-client-that-left",
    says: "A client left before its reply came, and the broker no longer serves the others. A reply for somebody who has gone is \
           dropped, and the broker goes on.",
    section: "Who has gone",
};
pub static STARVES_REPLIES: Mistake = Mistake {
    name: "starves-replies",
    says: "While requests lie ready, the broker passes on nothing else. Does it empty the frontend in an inner loop, or look at the \
           backend only in an `else`? Ask for both sides with one `zmq::poll`, then pass on one message of each that is readable.",
    section: "Neither starves the other",
};
pub static STARVES_REQUESTS: Mistake = Mistake {
    name: "starves-requests",
    says: "While replies lie ready, the broker passes on nothing else. Does it empty the backend in an inner loop, or look at the \
           frontend only in an `else`? Ask for both sides with one `zmq::poll`, then pass on one message of each that is readable.",
    section: "Neither starves the other",
};
pub static BUSY: Mistake = Mistake {
    name: "busy-loop",
    says: "Nothing is to be done, and the broker computes. It asks again and again whether something has come: with `DONTWAIT`, with a \
           timeout of 0, or for POLLOUT, which is nearly always true. Give `zmq::poll` the timeout -1, and ask for POLLOUT only where \
           you have found the socket full.",
    section: "Poll",
};
pub static DROPS: Mistake = Mistake {
    name: "drops-without-a-worker",
    says: "A request came while no worker was there, and it was lost. Without a worker a DEALER cannot send: with `DONTWAIT` it gives EAGAIN, \
           and the message is still yours. Do not take a request from the frontend before the backend can send it.",
    section: "Ask before you take",
};
pub static NEWEST_FIRST: Mistake = Mistake {
    name: "newest-first",
    says: "The requests of a client came to the worker in another order than it sent them. A queue of your own gives out in front what came first: \
           `push_back` and `pop_front` of a `VecDeque`; `pop` of a `Vec` takes the newest. Where requests wait in the frontend's socket they stay in order.",
    section: "Ask before you take",
};
pub static SPINS: Mistake = Mistake {
    name: "looks-at-what-it-cannot-take",
    says: "A request waits, the backend cannot send, and the broker computes all the time. A poll that asks for the frontend comes back at once while a \
           request lies there, whether you take it or not. So leave the frontend out of the poll until the backend can send. A `continue` or a timeout of \
           0 instead of a wait looks the same.",
    section: "Ask before you take",
};
pub static BLOCKS: Mistake = Mistake {
    name: "blocks-on-the-backend",
    says: "The workers' queue is full, and the broker does nothing but wait for room, perhaps in its `send`. Meanwhile no reply gets through. Ask \
           the backend for POLLOUT before you take a request; where it cannot send, wait for the backend only, for a reply or for room.",
    section: "Ask before you take",
};
pub static LRU_SILENT: Mistake = Mistake {
    name: "lru-request-does-not-pass",
    says: "A worker said READY, and no request came to it. With `--lru` the backend is a ROUTER, and what a worker says begins with its identity \
           and an empty frame, then READY. A request goes to it as: its identity, an empty frame, and all frames of the frontend. Its \
           reply comes as: its identity, an empty frame, and all frames for the frontend.",
    section: "Two envelopes",
};
pub static LRU_REPLY: Mistake = Mistake {
    name: "lru-reply-does-not-pass",
    says: "The worker has replied, and nothing came to the client. With `--lru` a reply comes from the backend as: the worker's identity, an empty \
           frame, the client's identity, and the rest. Take the first two off; the frontend sends to the identity that then stands in front, and drops \
           what is for nobody.",
    section: "Two envelopes",
};
pub static LRU_AGAIN: Mistake = Mistake {
    name: "never-free-again",
    says: "The worker got a request and has replied, and the next request did not come to it. After a reply a worker is free, as after READY, and \
           goes to the back of the queue.",
    section: "A queue of free workers",
};
pub static LRU_ENVELOPE: Mistake = Mistake {
    name: "lru-without-delimiter",
    says: "The empty frame in front is missing. The worker is a REQ: the broker puts its identity *and* an empty frame before the request. Off a \
           reply it takes these two, and no more.",
    section: "Two envelopes",
};
pub static LRU_LOCKSTEP: Mistake = Mistake {
    name: "lockstep-lru",
    says: "One worker has a request, others are free, and no request comes to them. Does the broker wait for the reply before it takes the next \
           request? As long as somebody is free it polls the frontend, too.",
    section: "A queue of free workers",
};
pub static LRU_FRAMES: Mistake = Mistake {
    name: "lru-loses-frames",
    says: "A message of this shape did not come through with `--lru`. The broker puts the worker's identity and an empty frame before the request, and takes \
           these two off the reply. Everything behind is the client's, whatever it is.",
    section: "Two envelopes",
};
pub static NOT_LONGEST: Mistake = Mistake {
    name: "not-the-longest-free",
    says: "The request went to another worker than the one that has been free longest. Keep the free workers in a queue: who becomes free \
           goes to its back, and a request goes to the worker in front. A round over all workers, a stack or a set does something else.",
    section: "A queue of free workers",
};
pub static NO_WORKER: Mistake = Mistake {
    name: "takes-requests-without-a-worker",
    says: "A request came while no worker was free, and the broker could not wait. Poll the frontend only while the queue of free workers is not \
           empty; until then requests wait in the socket.",
    section: "A queue of free workers",
};
pub static SPINS_LRU: Mistake = Mistake {
    name: "looks-without-a-free-worker",
    says: "A request waits, no worker is free, and the broker computes all the time. A poll that asks for the frontend comes back at once while a \
           request lies there, whether you take it or not. So leave the frontend out of the poll until somebody is free, and wait with the timeout -1.",
    section: "A queue of free workers",
};
pub static TO_THE_BUSY: Mistake = Mistake {
    name: "gives-to-the-busy",
    says: "A request went to a worker that has not answered the one before. Take a worker out of the queue when you give it a request; it \
           comes back with its reply.",
    section: "A queue of free workers",
};
pub static READY_TWICE: Mistake = Mistake {
    name: "ready-counts-twice",
    says: "A worker that was free said READY once more, and now it stands in the queue twice, or at another place. It was free before and it is \
           free now: nothing changes. Look whether it is in the queue before you put it there.",
    section: "A queue of free workers",
};
pub static READY_BY_WORD: Mistake = Mistake {
    name: "ready-by-the-word",
    says: "A reply was taken for READY, because somewhere in it stands this word. A client may choose READY as its identity, and a reply may say \
           READY. The worker's READY is the only frame behind the delimiter; look at how many frames there are.",
    section: "READY",
};
pub static STRANGER: Mistake = Mistake {
    name: "takes-anybody-for-a-worker",
    says: "Somebody at the backend said what no worker says, and the broker gave it work, or ended. What comes over the wire may have any \
           number of frames. Match the shapes that you know, and ignore the others.",
    section: "READY",
};
pub static DROPS_SILENTLY: Mistake = Mistake {
    name: "gives-to-the-gone",
    says: "The request went to a worker that had left, and the ROUTER dropped it without a word. Set ROUTER_MANDATORY on the backend: then the send \
           gives EHOSTUNREACH, the request is still yours, and the next worker can have it.",
    section: "The free worker that has gone",
};
pub static GONE_WORKER: Mistake = Mistake {
    name: "ends-with-a-gone-worker",
    says: "EHOSTUNREACH ended the broker. With ROUTER_MANDATORY this is how the backend says that a worker has gone. It is news, and no reason to \
           end: nothing was sent, the request is still yours, and the next worker can have it.",
    section: "The free worker that has gone",
};
pub static LAST_GONE: Mistake = Mistake {
    name: "drops-when-all-are-gone",
    says: "All workers had gone, and the request that the broker had taken for them was lost. Where nobody is left, keep it in hand, and give it to the next \
           worker that says READY, before you take another one.",
    section: "The free worker that has gone",
};
pub static GONE_CLIENT_LRU: Mistake = Mistake {
    name: "loses-the-worker-too",
    says: "A client left before its reply came, and its worker got no more requests, or the broker ended. The worker has done its work and is \
           free, whether or not somebody was there to get the reply.",
    section: "Who has gone",
};
