//! What workers report to the sink. What is none of these messages is nothing.

/// One message of a worker.
pub(crate) enum Report {
    /// The worker is there, and waits for tasks.
    Ready { worker: String },
    /// The worker has counted the primes for the task of this id.
    Result { id: u32, count: u32, worker: String },
    /// The worker has heard `stop`, and ends.
    Gone { worker: String },
}

impl Report {
    /// Reads [`ready`, worker], [id, count, worker] or [`gone`, worker].
    pub(crate) fn read(frames: &[Vec<u8>]) -> Option<Self> {
        match frames {
            [word, worker] if word == b"ready" => Some(Self::Ready { worker: text(worker)? }),
            [word, worker] if word == b"gone" => Some(Self::Gone { worker: text(worker)? }),
            [id, count, worker] => {
                let (id, count) = (text(id)?.parse().ok()?, text(count)?.parse().ok()?);
                Some(Self::Result { id, count, worker: text(worker)? })
            }
            _ => None,
        }
    }
}

fn text(frame: &[u8]) -> Option<String> {
    String::from_utf8(frame.to_vec()).ok()
}
