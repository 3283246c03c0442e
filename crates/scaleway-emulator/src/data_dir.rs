//! The folder in which a world is kept: an append-only log of changes, and a lock that names its owner.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use scaleway_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::EmulatorError;
use crate::blobs::Blobs;
use crate::store::{Changes, Store};

const LOG: &str = "world.jsonl";
const LOCK: &str = "lock.json";
const BLOBS: &str = "blobs";

/// A log is rewritten once it is longer than this many bytes and than this many times what the world needs.
const COMPACT_ABOVE: u64 = 1024 * 1024;
const COMPACT_TIMES: u64 = 4;

/// An open, locked data folder.
#[derive(Debug)]
pub(crate) struct DataDir {
    folder: PathBuf,
    log: File,
    lock: File,
    /// Up to here the log is good.
    length: u64,
    /// What the world needed when the log was last rewritten.
    needed: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Owner {
    pid: u32,
    url: Option<String>,
}

impl DataDir {
    /// Opens the folder, makes it where it is absent, and reads the world that it holds with the last time that the
    /// world has seen.
    pub(crate) fn open(folder: &Path) -> Result<(Self, Store, Option<Timestamp>), EmulatorError> {
        fs::create_dir_all(folder).map_err(at(folder))?;
        let lock = lock(folder)?;
        let path = folder.join(LOG);
        let mut log = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&path)
            .map_err(in_folder(folder, &path))?;
        let (store, last, good) = read(&mut log, &path)?;
        // What follows the last whole line is a write that was never answered.
        log.set_len(good).map_err(at(&path))?;
        let mut this = Self { folder: folder.into(), log, lock, length: good, needed: 0 };
        if let (true, Some(last)) = (good > COMPACT_ABOVE, last) {
            this.compact(&store, last)?;
        }
        this.claim(None)?;
        Ok((this, store, last))
    }

    /// The contents that the folder's world names.
    pub(crate) fn blobs(&self, store: &Store) -> Result<Blobs, EmulatorError> {
        let path = self.folder.join(BLOBS);
        Blobs::open(path.clone(), store).map_err(at(&path))
    }

    /// The last time that the world in `folder` has seen; `None` where there is none.
    pub(crate) fn last_seen(folder: &Path) -> Result<Option<Timestamp>, EmulatorError> {
        let path = folder.join(LOG);
        match File::open(&path) {
            Ok(mut log) => Ok(read(&mut log, &path)?.1),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(in_folder(folder, &path)(error)),
        }
    }

    /// Appends one line; when this returns, the line survives the end of the process (not of the machine).
    pub(crate) fn append(&mut self, changes: &Changes) -> Result<(), EmulatorError> {
        let path = self.folder.join(LOG);
        let mut line = serde_json::to_vec(changes).map_err(io::Error::from).map_err(at(&path))?;
        line.push(b'\n');
        if let Err(error) = self.log.write_all(&line) {
            // Half a line in the middle would spoil what comes after it.
            let _ = self.log.set_len(self.length);
            return Err(at(&path)(error));
        }
        self.length += line.len() as u64;
        Ok(())
    }

    /// Whether most of the log is of a past that is over.
    pub(crate) fn is_long(&self) -> bool {
        self.length > COMPACT_ABOVE.max(COMPACT_TIMES.saturating_mul(self.needed))
    }

    /// Tells those who find the folder locked where its world answers.
    pub(crate) fn claim(&mut self, url: Option<&str>) -> Result<(), EmulatorError> {
        let owner = Owner { pid: std::process::id(), url: url.map(Into::into) };
        let text = serde_json::to_vec(&owner).unwrap_or_default();
        let write = |lock: &mut File| {
            lock.set_len(0)?;
            lock.seek(SeekFrom::Start(0))?;
            lock.write_all(&text)
        };
        write(&mut self.lock).map_err(at(&self.folder.join(LOCK)))
    }

    /// Rewrites the log as what the world is now. The death of the process at any moment leaves the old one or the new one.
    pub(crate) fn compact(&mut self, store: &Store, last: Timestamp) -> Result<(), EmulatorError> {
        let path = self.folder.join(LOG);
        let fresh = self.folder.join("world.jsonl.new");
        let mut line =
            serde_json::to_vec(&store.snapshot(last)).map_err(io::Error::from).map_err(at(&path))?;
        line.push(b'\n');
        let write = || {
            fs::write(&fresh, &line)?;
            fs::rename(&fresh, &path)?;
            OpenOptions::new().read(true).append(true).open(&path)
        };
        self.log = write().map_err(at(&fresh))?;
        (self.length, self.needed) = (line.len() as u64, line.len() as u64);
        Ok(())
    }
}

impl Drop for DataDir {
    /// Gives the lock back by name: a process that is just being started has a copy of the file until it runs its own
    /// program, and would hold the folder for as long.
    fn drop(&mut self) {
        // Whoever cannot unlock it closes it.
        let _ = self.lock.unlock();
    }
}

fn lock(folder: &Path) -> Result<File, EmulatorError> {
    let path = folder.join(LOCK);
    let mut options = OpenOptions::new();
    let mut file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(in_folder(folder, &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            // Half-written or empty: then the owner is not known, but it is there.
            let _ = file.read_to_string(&mut text);
            let owner: Owner = serde_json::from_str(&text).unwrap_or_default();
            Err(EmulatorError::InUse { folder: folder.into(), pid: owner.pid, url: owner.url })
        }
        Err(TryLockError::Error(error)) => Err(at(&path)(error)),
    }
}

/// The world, its last time, and the length of the log up to its last whole line.
fn read(log: &mut File, path: &Path) -> Result<(Store, Option<Timestamp>, u64), EmulatorError> {
    let mut text = Vec::new();
    log.read_to_end(&mut text).map_err(at(path))?;
    let (mut store, mut last, mut good) = (Store::default(), None, 0);
    for (n, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if line.last() != Some(&b'\n') {
            break;
        }
        let changes: Changes = serde_json::from_slice(line).map_err(|source| EmulatorError::Damaged {
            path: path.into(),
            line: n + 1,
            source,
        })?;
        last = last.max(Some(changes.at));
        store.replay(changes);
        good += line.len() as u64;
    }
    Ok((store, last, good))
}

/// Names the file where it is there and cannot be opened; else it is the folder that is no folder, or takes none.
fn in_folder<'a>(folder: &'a Path, file: &'a Path) -> impl Fn(io::Error) -> EmulatorError + 'a {
    let path = if file.exists() { file } else { folder };
    at(path)
}

fn at(path: &Path) -> impl Fn(io::Error) -> EmulatorError {
    move |source| EmulatorError::Data { path: path.into(), source }
}
