//! What a person does to the state itself, when the deployers are gone: as often as it takes.

use std::sync::Arc;

use evalap_topology::model::State;
use evalap_topology::state::{Note, Session, StateError, StateKey, Store};
use scaleway_core::Random;

use crate::deployer::{PATIENCE, Process};
use crate::disk::Disk;

/// Something that a command does which is no deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chore {
    /// The state is given another key.
    Rekey,
    /// The state is taken elsewhere, and half the time back again.
    Move,
}

impl Chore {
    /// Does it, or finds that it is done: `to` is where the state is taken. Where the state is then, and its key.
    pub(crate) async fn done(self, process: &Process<'_>, to: &Disk) -> Result<(Disk, StateKey), StateError> {
        let world = process.world;
        match self {
            Self::Rekey => Ok((world.disk.clone(), rekeyed(process).await?)),
            Self::Move => {
                moved(process, to).await?;
                Ok((to.clone(), world.key.clone()))
            }
        }
    }
}

async fn rekeyed(process: &Process<'_>) -> Result<StateKey, StateError> {
    let new = StateKey::new(&[8; 32])?;
    let store = process.store(Random::seeded(process.seed));
    let key = store.fitting(vec![process.world.key.clone(), new.clone()]).await?;
    let mut session = Session::<State>::open(store, key).await?;
    if session.key().id() == new.id() {
        return Ok(new);
    }
    session.lock(process.holder.clone(), PATIENCE, |_| {}).await?;
    let changed = session.rekey(&new).await;
    let released = session.release(Some(Note::new(&process.holder, "done"))).await;
    changed?;
    released?;
    Ok(new)
}

async fn moved(process: &Process<'_>, to: &Disk) -> Result<(), StateError> {
    let store = process.store(Random::seeded(process.seed));
    let mut session = Session::<State>::open(store, process.world.key.clone()).await?;
    let objects = process.store_link(to.itself(&process.world.cloud), process.weather.clone());
    let random = Random::seeded(process.seed ^ 1);
    let there = Store::new(Arc::new(objects), to.place(), process.clock.clone(), random);
    if session.moved_to().is_some() {
        let copied = session.end_move(&there).await?;
        process.trace.note(&process.world.clock, process.who, || {
            format!("ends a move{}", if copied { ", and copies what was missing" } else { "" })
        });
        return Ok(());
    }
    session.lock(process.holder.clone(), PATIENCE, |_| {}).await?;
    session.move_to(there, Note::new(&process.holder, "done")).await.map(drop)
}
