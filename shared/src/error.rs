//! Errors that name the act, the object and the errno, and explain it in a sentence.

use std::process::ExitCode;

use crate::endpoint::EndpointError;
use crate::message::MessageError;

/// What went wrong in a program of a lab.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An endpoint that cannot be used; the program was started wrongly.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// A call of ZeroMQ failed.
    #[error("cannot {act} {object}: {}, {}", errno_name(*errno), explain(act, *errno))]
    Zmq {
        /// What was tried, as in `bind`.
        act: String,
        /// On what, as in `tcp://127.0.0.1:5555`.
        object: String,
        /// Why it failed.
        errno: zmq::Error,
    },
    /// What came is not the message that was wanted, or what should go cannot be one.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// Standard output, a file or a device failed.
    #[error("cannot {act} {object}: {why}")]
    Io {
        /// What was tried, as in `write to`.
        act: String,
        /// On what, as a path.
        object: String,
        /// Why it failed, as the operating system says it.
        why: String,
    },
}

impl Error {
    /// Standard output cannot be written to: whoever read it has gone, or its disk is full.
    pub fn output(error: &std::io::Error) -> Self {
        Self::Io { act: "write to".into(), object: "standard output".into(), why: error.to_string() }
    }

    /// Standard input cannot be read, or what came is no text.
    pub fn input(error: &std::io::Error) -> Self {
        Self::Io { act: "read from".into(), object: "standard input".into(), why: error.to_string() }
    }

    /// A file failed: `act` is a verb as in `open`.
    pub fn file(act: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::Io { act: act.into(), object: path.display().to_string(), why: error.to_string() }
    }

    /// The exit code that goes with it: 2 where the program was started wrongly or its endpoint is unusable, else 1.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Endpoint(_) => 2,
            Self::Zmq { act, .. } if act == "bind" || act == "connect to" => 2,
            Self::Zmq { .. } | Self::Message(_) | Self::Io { .. } => 1,
        }
    }
}

/// Ends a program: nothing to say and 0 where it is done, one line on standard error and the exit code where it failed.
pub fn finish(result: Result<(), Error>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// Adds to a result of the `zmq` crate what was tried, and on what.
pub trait OrExplain<T> {
    /// `act` is a verb as in `bind`, `object` what it was done to, as an endpoint.
    fn or_explain(self, act: &str, object: impl Into<String>) -> Result<T, Error>;
}

impl<T> OrExplain<T> for zmq::Result<T> {
    fn or_explain(self, act: &str, object: impl Into<String>) -> Result<T, Error> {
        self.map_err(|errno| Error::Zmq { act: act.into(), object: object.into(), errno })
    }
}

/// The errno's name as the manual pages of ZeroMQ write it, as in `EFSM`.
///
/// The `zmq` crate's `Display` and `Debug` give a sentence instead, which cannot be looked up.
pub fn errno_name(errno: zmq::Error) -> &'static str {
    use zmq::Error as E;
    match errno {
        E::EACCES => "EACCES",
        E::EADDRINUSE => "EADDRINUSE",
        E::EAGAIN => "EAGAIN",
        E::EBUSY => "EBUSY",
        E::ECONNREFUSED => "ECONNREFUSED",
        E::EFAULT => "EFAULT",
        E::EINTR => "EINTR",
        E::EHOSTUNREACH => "EHOSTUNREACH",
        E::EINPROGRESS => "EINPROGRESS",
        E::EINVAL => "EINVAL",
        E::EMFILE => "EMFILE",
        E::EMSGSIZE => "EMSGSIZE",
        E::ENAMETOOLONG => "ENAMETOOLONG",
        E::ENODEV => "ENODEV",
        E::ENOENT => "ENOENT",
        E::ENOMEM => "ENOMEM",
        E::ENOTCONN => "ENOTCONN",
        E::ENOTSOCK => "ENOTSOCK",
        E::EPROTO => "EPROTO",
        E::EPROTONOSUPPORT => "EPROTONOSUPPORT",
        E::ENOTSUP => "ENOTSUP",
        E::ENOBUFS => "ENOBUFS",
        E::ENETDOWN => "ENETDOWN",
        E::EADDRNOTAVAIL => "EADDRNOTAVAIL",
        E::EFSM => "EFSM",
        E::ENOCOMPATPROTO => "ENOCOMPATPROTO",
        E::ETERM => "ETERM",
        E::EMTHREAD => "EMTHREAD",
    }
}

/// What an errno means for this act, in a few words. Source: the ERRORS sections of zmq_bind(3), zmq_connect(3),
/// zmq_msg_send(3) and zmq_msg_recv(3).
fn explain(act: &str, errno: zmq::Error) -> &'static str {
    use zmq::Error as E;
    match errno {
        E::EADDRINUSE => "another program holds this address",
        E::EADDRNOTAVAIL => "this address is not one of this machine's",
        E::EACCES => "you have no right to use this address",
        E::ENODEV => "this machine has no network interface of that name",
        E::ENOENT => "the folder of this path does not exist",
        E::ENAMETOOLONG => "the path is too long for a socket: 107 bytes at most",
        E::EPROTONOSUPPORT => "there is no such transport; tcp://, ipc:// and inproc:// are usual",
        E::ENOCOMPATPROTO => "this transport does not fit this type of socket",
        E::EINVAL if act == "bind" || act == "connect to" => {
            "the endpoint is not written as TRANSPORT://ADDRESS"
        }
        E::EINVAL => "the value is not allowed",
        E::EFSM => "the socket is in the wrong state: REQ sends, then receives; REP receives, then sends",
        E::EAGAIN => "nothing could be sent or received in the time that was given",
        E::ETERM => "the context was ended",
        E::EHOSTUNREACH => "nobody with this identity is connected",
        E::EMFILE => "too many sockets or files are open",
        E::EINTR => "a signal came in between",
        E::EMTHREAD => "the context has no input/output thread left",
        _ => "see the manual page of the call",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_act_object_and_errno() {
        let context = zmq::Context::new();
        let first = context.socket(zmq::REP).unwrap();
        first.bind("tcp://127.0.0.1:*").unwrap();
        let endpoint = first.get_last_endpoint().unwrap().unwrap();
        let second = context.socket(zmq::REP).unwrap();
        let error = second.bind(&endpoint).or_explain("bind", &endpoint).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("cannot bind {endpoint}: EADDRINUSE, another program holds this address")
        );
        assert_eq!(error.exit_code(), 2);
    }
}
