//! Files that only their owner can read.

use std::io::{self, Write};
use std::path::Path;

/// Writes a file that is not there yet, and waits until it is on the disk.
pub(crate) fn create(file: &Path, text: &[u8]) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut written = options.open(file)?;
    written.write_all(text)?;
    written.sync_all()
}
