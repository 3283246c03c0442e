//! Worlds as values: kept in a folder, begun anew, put aside and taken back, gone on with elsewhere.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use scaleway_core::{Clock, Random, Timestamp};

use crate::data_dir::DataDir;
use crate::emulator::Emulator;
use crate::error::EmulatorError;
use crate::kernel::Kernel;
use crate::log::Log;
use crate::requests::Requests;
use crate::world::World;

/// A world put aside by [`Emulator::snapshot`], in memory. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Snapshot(Arc<World>);

impl Snapshot {
    /// The time of that world.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.0.now()
    }
}

impl Emulator {
    /// The last time that the world in a data folder has seen, for a clock that is to go on from there; `None` where
    /// there is none yet. Whatever the clock says, a world's own time never goes back.
    ///
    /// # Errors
    /// When the folder cannot be read or is damaged.
    pub fn last_seen(data_dir: impl AsRef<Path>) -> Result<Option<Timestamp>, EmulatorError> {
        DataDir::last_seen(data_dir.as_ref())
    }

    /// A world of its own that begins as this one is now, in memory, by another clock and with other ids to come.
    /// Nothing was asked of it yet, and nothing is to go wrong there.
    #[must_use]
    pub fn fork(&self, clock: Clock, random: Random) -> Self {
        let (mut world, beginning) = {
            let kernel = self.lock();
            (kernel.world.fork(random), kernel.beginning.clone())
        };
        world.store.forget_past();
        let kernel = Kernel {
            world,
            clock: clock.clone(),
            data: None,
            requests: Requests::default(),
            faults: Vec::new(),
            beginning,
            snapshots: BTreeMap::new(),
            log: Log::None,
            url: None,
        };
        Self::of(kernel, clock, self.latency, self.owner_key.clone())
    }

    /// Nothing exists any more and nothing was asked; faults, images and the owner's key are those of the beginning. What
    /// `POST /_emulator/reset` does.
    ///
    /// ```
    /// # use scaleway_emulator::Emulator;
    /// let emulator = Emulator::builder().seed(1).build()?;
    /// let beginning = emulator.inventory();
    /// // … a test …
    /// emulator.reset()?;
    /// assert_eq!(emulator.inventory().len(), beginning.len());
    /// # Ok::<(), scaleway_emulator::EmulatorError>(())
    /// ```
    ///
    /// # Errors
    /// When there is no randomness for the owner's key, or the data folder cannot be written.
    pub fn reset(&self) -> Result<(), EmulatorError> {
        let mut kernel = self.lock();
        kernel.reset().map_err(|_| EmulatorError::NoRandomness)?;
        kernel.keep()
    }

    /// The world as it is now, to be taken back by [`Emulator::restore`]; what is due by the clock has happened.
    pub fn snapshot(&self) -> Snapshot {
        self.with_world(|world| Snapshot(Arc::new(world.put_aside())))
    }

    /// Everything exists as it did in the snapshot, which may be another emulator's, and nothing else does. The time does
    /// not go back: what was due since then happens at once. Faults and the request log stay.
    ///
    /// ```
    /// # use scaleway_core::{Clock, Transport};
    /// # use scaleway_emulator::Emulator;
    /// let emulator = Emulator::builder().seed(1).build()?;
    /// let before = emulator.snapshot();
    /// let bucket = http::Request::put("https://s3.fr-par.scw.cloud/mine").body(bytes::Bytes::new())?;
    /// Clock::real().block_on(emulator.send(bucket))??;
    /// assert!(emulator.inventory().iter().any(|it| it.kind == "object_storage.buckets"));
    /// emulator.restore(&before)?;
    /// assert!(!emulator.inventory().iter().any(|it| it.kind == "object_storage.buckets"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the contents of objects cannot be read or the data folder cannot be written.
    pub fn restore(&self, snapshot: &Snapshot) -> Result<(), EmulatorError> {
        let mut kernel = self.lock();
        kernel.world.take_over(&snapshot.0).map_err(|source| EmulatorError::Contents { source })?;
        kernel.keep()
    }
}
