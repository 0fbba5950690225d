//! A file that can be waited for beside sockets.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

/// Opens a file for reading, and never waits in doing so: with `O_NONBLOCK`, open(2).
///
/// `File::open` of a named pipe (a FIFO, fifo(7)) waits until somebody opens it for writing, and nothing but a signal wakes it.
/// This open returns at once. Reading does not wait either: poll the file first, with `zmq::PollItem::from_fd` and `zmq::POLLIN`,
/// together with the socket that may tell you to stop. On Linux a named pipe is ready once there are bytes, or once all its
/// writers have gone; one that had no writer yet is not ready. Any other file is always ready.
pub fn open_without_waiting(path: impl AsRef<Path>) -> io::Result<File> {
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).map_err(io::Error::other)?;
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::fd::AsRawFd;

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    fn ready(file: &File) -> bool {
        let mut items = [zmq::PollItem::from_fd(file.as_raw_fd(), zmq::POLLIN)];
        zmq::poll(&mut items, 0).unwrap() > 0
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_pipe_is_ready_once_there_are_bytes_and_at_its_end_but_not_before_it_had_a_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
        let mut file = open_without_waiting(&path).unwrap();
        assert!(!ready(&file));
        let mut writer = OpenOptions::new().write(true).open(&path).unwrap();
        assert!(!ready(&file));
        writer.write_all(b"abc").unwrap();
        assert!(ready(&file));
        let mut buffer = [0; 10];
        assert_eq!(file.read(&mut buffer).unwrap(), 3);
        assert!(!ready(&file));
        drop(writer);
        assert!(ready(&file));
        assert_eq!(file.read(&mut buffer).unwrap(), 0);
    }
}
