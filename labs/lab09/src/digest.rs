//! SHA-256, as somebody else gave it to you. It is whole; leave it as it is.
//!
//! The worker includes this file; it is no program itself.

use std::path::Path;

use sha2::{Digest as _, Sha256};

/// The hash of bytes that come piece by piece.
pub struct Digest(Sha256);

impl Digest {
    /// Begins the hash of a file.
    ///
    /// It panics where the file's name ends in `.panic`. That stands for a bug in code that is not yours: there is always one more.
    pub fn new(path: &Path) -> Self {
        let bug = path.extension().is_some_and(|extension| extension == "panic");
        assert!(!bug, "a bug in code that is not yours");
        Self(Sha256::new())
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash as 64 hexadecimal digits.
    pub fn finish(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
