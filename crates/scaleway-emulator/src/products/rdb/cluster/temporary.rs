//! The folder of clusters that nobody keeps. An emulator that is killed leaves it behind with servers that run; the next one
//! ends them.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::TempDir;

use super::server::Programs;

/// So do the names of these folders begin.
const PREFIX: &str = "scw-rdb-";

/// In the folder, locked for as long as its emulator lives.
const LOCK: &str = "lock";

/// A folder that goes with this value.
#[derive(Debug)]
pub(super) struct Temporary {
    folder: TempDir,
    _lock: File,
}

impl Temporary {
    pub(super) fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir()?;
        // It has its name once it is locked: nobody finds it otherwise.
        let unnamed = folder.path().join("unnamed");
        let lock = File::create(&unnamed)?;
        lock.lock()?;
        fs::rename(&unnamed, folder.path().join(LOCK))?;
        Ok(Self { folder, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Ends the servers of emulators that live no more, and removes their folders.
pub(super) fn clear(programs: &Programs) {
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let folder = entry.path();
        let Ok(lock) = File::open(folder.join(LOCK)) else { continue };
        if !is_ours(&lock) || lock.try_lock().is_err() {
            continue;
        }
        for instance in fs::read_dir(folder.join("instances")).into_iter().flatten().flatten() {
            // A server that has ended by itself is what was wanted.
            let data = instance.path().join("data");
            let _ = programs.command("pg_ctl").args(["stop", "-m", "immediate", "-D"]).arg(data).output();
        }
        tracing::info!(folder = %folder.display(), "ended the databases of an emulator that was killed");
        // What cannot be removed is in nobody's way.
        let _ = fs::remove_dir_all(&folder);
    }
}

/// Whether the file is of whoever runs the emulator: the folder for temporary things is everybody's.
fn is_ours(file: &File) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        file.metadata().is_ok_and(|about| about.uid() == rustix::process::geteuid().as_raw())
    }
    #[cfg(not(unix))]
    {
        file.metadata().is_ok()
    }
}
