//! The clusters of a world and what is to be done in them: one process after another, each looked at until it has ended.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::products::rdb::{backup, instance, snapshot};
use crate::store::{Body, Kind};
use crate::world::World;

use super::Cluster;
use super::process::Process;
use super::server::Installed;
use super::step::{Step, Work};
use super::temporary::Temporary;

/// In a cluster's folder once all that it began with is in it.
pub(super) const WHOLE: &str = "whole";

/// Clusters, and what is to be done.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) installed: Installed,
    pub(super) root: PathBuf,
    pub(super) sockets: TempDir,
    /// What `root` is in, where nothing is kept.
    pub(super) temporary: Option<Temporary>,
    pub(super) clusters: BTreeMap<String, Cluster>,
    pub(super) queue: VecDeque<Work>,
    pub(super) current: Option<(Work, Process)>,
    /// What could not be done, by the id of what is in error for it.
    pub(super) problems: BTreeMap<String, String>,
}

impl Running {
    /// Whether there is more to be done at once.
    pub(super) fn advance(&mut self, world: &mut World) -> bool {
        if let Some((_, process)) = &mut self.current {
            let Some(ended) = process.ended() else { return false };
            let Some((work, _)) = self.current.take() else { return false };
            self.done(world, work, ended);
            return true;
        }
        let Some(work) = self.queue.pop_front() else { return false };
        match self.command(world, &work).and_then(|mut command| Process::start(&mut command)) {
            Ok(process) => {
                self.current = Some((work, process));
                false
            }
            Err(error) => {
                self.done(world, work, Err(error.to_string()));
                true
            }
        }
    }

    /// A step is over: the record that waits for it goes on when it was the last, or is in error.
    fn done(&mut self, world: &mut World, work: Work, ended: Result<(), String>) {
        let Work { cluster, waits: (kind, id), step } = work;
        if let Err(why) = ended {
            self.queue.retain(|other| (other.waits.0, &other.waits.1) != (kind, &id));
            self.fail(world, (kind, &id), format!("{step:?}: {why}"));
        } else if step == Step::Start
            && let Some(cluster) = self.clusters.get_mut(&cluster)
        {
            cluster.started = true;
        }
        if self.queue.iter().any(|other| (other.waits.0, &other.waits.1) == (kind, &id)) {
            return;
        }
        world.store.release(kind.collection, &id);
        if let Some(cluster) = self.clusters.get(&id).filter(|cluster| cluster.started) {
            // What cannot be written is made again when the world is opened again.
            let _ = fs::write(cluster.folder.join(WHOLE), "");
            let _ = fs::remove_dir_all(self.archive(&id));
        }
    }

    pub(super) fn fail(&mut self, world: &mut World, waits: (Kind, &str), why: String) {
        let (kind, id) = waits;
        tracing::warn!(id, why, "what was to be done in PostgreSQL failed");
        self.problems.insert(id.into(), why);
        if world.store.get(kind, id).is_some() {
            world.store.schedule(kind, id, Vec::new());
            world.lay(kind, id, Body::from_iter([("status".to_owned(), "error".into())]));
        }
    }

    /// Where rows are kept for a backup, a snapshot, or an instance to come.
    pub(super) fn archive(&self, id: &str) -> PathBuf {
        self.root.join("archives").join(id)
    }

    /// What has no record any more ends, and what was kept for it goes.
    pub(super) fn forget(&mut self, world: &World) {
        self.problems.retain(|id, _| {
            [instance::KIND, backup::KIND, snapshot::KIND]
                .iter()
                .any(|kind| world.store.get(*kind, id).is_some())
        });
        let exists = |(kind, id): &(Kind, String)| world.store.get(*kind, id).is_some();
        let is_left = |id: &String| world.store.get(instance::KIND, id).is_some();
        let wanted = |work: &Work| exists(&work.waits) && is_left(&work.cluster);
        self.queue.retain(wanted);
        if self.current.as_ref().is_some_and(|(work, _)| !wanted(work)) {
            self.current = None;
        }
        let gone: Vec<_> = self.clusters.keys().filter(|id| !is_left(id)).cloned().collect();
        for id in gone {
            if let Some(cluster) = self.clusters.remove(&id) {
                cluster.stop("immediate");
                // What cannot be removed is in nobody's way.
                let _ = fs::remove_dir_all(&cluster.folder);
            }
        }
        let archives = fs::read_dir(self.root.join("archives")).into_iter().flatten().flatten();
        for entry in archives {
            let id = entry.file_name().to_string_lossy().into_owned();
            if [backup::KIND, snapshot::KIND, instance::KIND]
                .iter()
                .all(|kind| world.store.get(*kind, &id).is_none())
            {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

impl Drop for Running {
    /// Servers end with the world: in order where they are kept, at once where they are not.
    fn drop(&mut self) {
        if let Some((work, process)) = self.current.take()
            && work.step == Step::Start
        {
            // Half a start would leave a server behind that nobody knows.
            process.wait();
        }
        let how = if self.temporary.is_some() { "immediate" } else { "fast" };
        let running = self.clusters.values().filter(|cluster| cluster.data().join("postmaster.pid").exists());
        let ending = running.filter_map(|cluster| {
            let mut command = cluster.control("stop");
            Process::start(command.args(["-m", how])).ok()
        });
        // All of them are asked before the first is waited for.
        ending.collect::<Vec<_>>().into_iter().for_each(Process::wait);
    }
}
