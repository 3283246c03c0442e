//! When clusters begin, and that they follow the records.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;

use crate::products::rdb::{backup, database, instance, snapshot};
use crate::store::{Body, Effect, Kind, Transition};
use crate::world::World;

use super::running::WHOLE;
use super::step::{Step, Work, names};
use super::{Cluster, MARK, config, is_marked, is_one, major};

/// In the record of an instance that begins with what another one, or a snapshot, holds.
const ROWS_OF: &str = "rows_of";

/// Does this with the instance's cluster, if it has one, before anything happens to the record that waits for it.
pub(in crate::products::rdb) fn queue(
    world: &mut World,
    cluster: &str,
    waits: (Kind, &str),
    steps: Vec<Step>,
) {
    let Some(running) = world.clusters.0.as_mut().filter(|running| running.clusters.contains_key(cluster))
    else {
        return;
    };
    let (kind, id) = waits;
    running.queue.extend(steps.into_iter().map(|step| Work {
        cluster: cluster.into(),
        waits: (kind, id.into()),
        step,
    }));
    world.store.hold(kind.collection, id);
    let record = world.store.get(kind, id);
    if kind == instance::KIND && record.is_some_and(|it| it.status() == "ready" && it.pending.is_empty()) {
        // It is not, until this is done.
        let status = |status: &str| Body::from_iter([("status".to_owned(), status.into())]);
        world.lay(kind, id, status("configuring"));
        let effect = Effect::Set { body: status("ready"), hidden: Body::new() };
        world.store.schedule(kind, id, vec![Transition { at: world.now(), effect }]);
    }
}

/// Ends what has no record, begins what has one, and goes on with what there is to do.
pub(in crate::products) fn look(world: &mut World) {
    if !world.clusters.are_on() {
        return;
    }
    ensure(world);
    // Steps read the world and change it.
    let mut clusters = std::mem::take(&mut world.clusters);
    if let Some(running) = &mut clusters.0 {
        running.forget(world);
        while running.advance(world) {}
    }
    world.clusters = clusters;
}

/// What was being put away or taken back when the world was closed came to nothing.
pub(in crate::products) fn reopened(world: &mut World) {
    let mut clusters = std::mem::take(&mut world.clusters);
    if let Some(running) = &mut clusters.0 {
        for kind in [backup::KIND, snapshot::KIND] {
            let cut = world.store.all(kind).filter(|(id, record)| {
                let of = world.store.get(instance::KIND, record.text("instance_id"));
                ["creating", "restoring"].contains(&record.status())
                    && (of.is_some_and(is_marked) || running.archive(id).exists())
            });
            for id in cut.map(|(id, _)| id.to_owned()).collect::<Vec<_>>() {
                running.fail(world, (kind, &id), "the emulator ended while it was at work".into());
            }
        }
    }
    world.clusters = clusters;
    look(world);
}

/// Every instance that is to have a cluster has one, or gets it.
fn ensure(world: &mut World) {
    let Some(running) = &world.clusters.0 else { return };
    let missing = world.store.all(instance::KIND).filter(|(id, record)| {
        is_one(world, record) && record.status() != "error" && !running.clusters.contains_key(*id)
    });
    let missing: Vec<_> = missing.map(|(id, _)| id.to_owned()).collect();
    for id in missing {
        begin(world, &id);
    }
}

/// A cluster for the instance: new, or the one that lies in the folder.
pub(in crate::products::rdb) fn begin(world: &mut World, id: &str) {
    let (Some(running), Some(record)) = (&mut world.clusters.0, world.store.get(instance::KIND, id)) else {
        return;
    };
    let engine = record.text("engine").to_owned();
    let Some(programs) = major(&engine).and_then(|major| running.installed.serving(major)).cloned() else {
        return;
    };
    if major(&engine) != Some(programs.major) {
        tracing::warn!(engine, by = programs.version, "not installed: served by the nearest version that is");
    }
    let cluster = Cluster {
        folder: running.root.join("instances").join(id),
        sockets: running.sockets.path().join(id.get(..8).unwrap_or(id)),
        port: config::port(record),
        started: false,
        programs,
    };
    let whole = cluster.folder.join(WHOLE).exists();
    let rows_of = record.hidden.get(ROWS_OF).and_then(Value::as_str).map(str::to_owned);
    let prepared = cluster.prepare(&running.root, whole);
    running.clusters.insert(id.into(), cluster);
    if let Err(error) = prepared {
        let why = format!("its folder cannot be made: {error}");
        let mut clusters = std::mem::take(&mut world.clusters);
        if let Some(running) = &mut clusters.0 {
            running.fail(world, (instance::KIND, id), why);
        }
        world.clusters = clusters;
        return;
    }
    let databases = names(world, database::KIND, id);
    let mut steps = Vec::new();
    if !whole {
        steps.push(Step::Initialize);
    }
    steps.extend([Step::Start, Step::Contents]);
    if let (false, Some(of)) = (whole, rows_of) {
        // Rows of an instance are put away first, those of a snapshot were.
        if world.store.get(instance::KIND, &of).is_some() {
            let dump = |database: &String| Step::Dump { database: database.clone(), into: id.into() };
            queue(world, &of, (instance::KIND, id), databases.iter().map(dump).collect());
        }
        let from = if world.store.get(snapshot::KIND, &of).is_some() { of } else { id.to_owned() };
        steps.extend(databases.iter().map(|database| Step::Restore {
            database: database.clone(),
            from: from.clone(),
            was: database.clone(),
            owners: true,
        }));
    }
    steps.extend(databases.into_iter().map(|database| Step::Privileges { database }));
    queue(world, id, (instance::KIND, id), steps);
}

/// The same, with the rows of another instance, or of a snapshot.
pub(in crate::products::rdb) fn begin_with(world: &mut World, id: &str, of: &str) {
    if let Some(record) =
        world.store.get_mut(instance::KIND, id).filter(|record| record.hidden.contains_key(MARK))
    {
        record.hidden.insert(ROWS_OF.into(), of.into());
        begin(world, id);
    }
}

/// The records are others than they were: clusters follow, but for rows, and users and databases that nobody knows any more.
pub(in crate::products) fn follow(world: &mut World) {
    let clusters = world.clusters.0.iter().flat_map(|running| running.clusters.keys());
    let left = clusters.filter(|id| world.store.get(instance::KIND, id).is_some());
    for id in left.cloned().collect::<Vec<_>>() {
        let privileges = names(world, database::KIND, &id).into_iter();
        let privileges = privileges.map(|database| Step::Privileges { database });
        let steps = [Step::Start, Step::Contents].into_iter().chain(privileges).collect();
        queue(world, &id, (instance::KIND, &id), steps);
    }
    ensure(world);
}

impl Cluster {
    /// Its folders and certificate; without what was begun and not ended.
    fn prepare(&self, root: &Path, whole: bool) -> io::Result<()> {
        if !whole && self.folder.exists() {
            self.stop("immediate");
            fs::remove_dir_all(&self.folder)?;
        }
        self.programs.folder(&root.join("instances"))?;
        self.programs.folder(&self.folder)?;
        self.programs.folder(&self.sockets)?;
        if whole { Ok(()) } else { self.identify() }
    }

    /// Ends its server, if it runs.
    pub(super) fn stop(&self, how: &str) {
        if self.data().join("postmaster.pid").exists() {
            // Who does not end has been killed by somebody else.
            let _ = self.control("stop").args(["-m", how]).output();
        }
    }
}
