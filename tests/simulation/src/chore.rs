//! What a person does to the state itself, when the deployers are gone.

use std::sync::Arc;

use evalap_topology::model::State;
use evalap_topology::state::{Note, Session, StateError, StateKey, Store};
use object_store::memory::InMemory;
use scaleway_core::Random;

use crate::deployer::{PATIENCE, Process};
use crate::disk::Disk;

/// Something that a command does which is no deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chore {
    /// The state is given another key.
    Rekey,
    /// The state is taken elsewhere: into memory, wherever it was.
    Move,
}

impl Chore {
    /// Does it. Where the state is then, and its key.
    pub(crate) async fn done(self, process: &Process<'_>) -> Result<(Disk, StateKey), StateError> {
        let (mut disk, mut key) = (process.world.disk.clone(), process.world.key.clone());
        let mut session =
            Session::<State>::open(process.store(Random::seeded(process.seed)), key.clone()).await?;
        session.lock(process.holder.clone(), PATIENCE, |_| {}).await?;
        let note = Note::new(&process.holder, "done");
        match self {
            Self::Rekey => {
                key = StateKey::new(&[8; 32])?;
                session.rekey(&key).await?;
                session.release(Some(note)).await?;
            }
            Self::Move => {
                let memory = Arc::new(InMemory::new());
                disk = Disk::Memory(memory.clone());
                let random = Random::seeded(process.seed ^ 1);
                let there = Store::new(memory, "elsewhere", process.clock.clone(), random);
                session.move_to(there, note).await?;
            }
        }
        Ok((disk, key))
    }
}
