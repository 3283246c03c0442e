//! What takes its time: one process after another, each looked at until it has ended.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::products::rdb::{backup, database, instance, privilege, snapshot, user};
use crate::store::{Body, Effect, Kind, Record, Transition};
use crate::world::World;

use super::process::Process;
use super::server::Installed;
use super::{Cluster, FIRST, MARK, config, is_one, major, sql};

/// In a cluster's folder once all that it began with is in it.
const WHOLE: &str = "whole";

/// In the record of an instance that begins with what another one, or a snapshot, holds.
const ROWS_OF: &str = "rows_of";

/// What is done by one process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::products::rdb) enum Step {
    Initialize,
    /// Anew, if it runs.
    Start,
    /// Users and databases, as the records say.
    Contents,
    /// Everybody's privileges on a database, as the records say.
    Privileges {
        database: String,
    },
    /// Puts the rows of a database away, under what they are kept for.
    Dump {
        database: String,
        into: String,
    },
    /// Takes the rows of a database back into another one, which must be empty.
    Restore {
        database: String,
        from: String,
        was: String,
        owners: bool,
    },
    /// A database of that name with nothing in it.
    Empty {
        database: String,
    },
}

/// A step of a cluster, and the record that waits for it.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) cluster: String,
    pub(super) waits: (Kind, String),
    pub(super) step: Step,
}

/// Clusters, and what is to be done.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) installed: Installed,
    pub(super) root: PathBuf,
    pub(super) sockets: TempDir,
    /// What `root` is in, where nothing is kept.
    pub(super) temporary: Option<TempDir>,
    pub(super) clusters: BTreeMap<String, Cluster>,
    pub(super) queue: VecDeque<Work>,
    pub(super) current: Option<(Work, Process)>,
    /// What could not be done, by the id of what is in error for it.
    pub(super) problems: BTreeMap<String, String>,
}

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

/// The names of an instance's databases, or users.
fn names(world: &World, kind: Kind, instance: &str) -> Vec<String> {
    let records = below(world, kind, instance);
    records.into_iter().map(|record| record.text("name").to_owned()).collect()
}

fn below<'w>(world: &'w World, kind: Kind, instance: &str) -> Vec<&'w Record> {
    let ids = world.store.children(instance::KIND, instance, kind);
    ids.iter().filter_map(|id| world.store.get(kind, id)).collect()
}

impl Running {
    /// Whether there is more to be done at once.
    fn advance(&mut self, world: &mut World) -> bool {
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

    fn fail(&mut self, world: &mut World, waits: (Kind, &str), why: String) {
        let (kind, id) = waits;
        tracing::warn!(id, why, "what was to be done in PostgreSQL failed");
        self.problems.insert(id.into(), why);
        if world.store.get(kind, id).is_some() {
            world.store.schedule(kind, id, Vec::new());
            world.lay(kind, id, Body::from_iter([("status".to_owned(), "error".into())]));
        }
    }

    /// Where rows are kept for a backup, a snapshot, or an instance to come.
    fn archive(&self, id: &str) -> PathBuf {
        self.root.join("archives").join(id)
    }

    fn command(&mut self, world: &World, work: &Work) -> io::Result<Command> {
        let gone = || io::Error::new(io::ErrorKind::NotFound, "its instance is gone");
        let instance = world.store.get(instance::KIND, &work.cluster).ok_or_else(gone)?;
        let archive = |id: &str, database: &str| self.archive(id).join(format!("{database}.dump"));
        let cluster = self.clusters.get(&work.cluster).ok_or_else(gone)?;
        Ok(match &work.step {
            Step::Initialize => {
                let mut command = cluster.programs.command("initdb");
                command.args(["-U", super::SUPERUSER, "--no-sync", "-E", "UTF8", "--locale=C.UTF-8", "-D"]);
                command.arg(cluster.data());
                command
            }
            Step::Start => {
                cluster.configure(instance)?;
                let port = config::port(instance);
                // One that has never run cannot be started anew; one that runs, left over by an emulator that was killed,
                // must be.
                let mut command = if cluster.data().join("postmaster.opts").exists() {
                    let mut command = cluster.control("restart");
                    command.args(["-m", "fast"]);
                    command
                } else {
                    cluster.control("start")
                };
                command.args(["-t", "60"]);
                if let Some(cluster) = self.clusters.get_mut(&work.cluster) {
                    cluster.port = port;
                    cluster.started = false;
                }
                command
            }
            Step::Contents => {
                let mut text = String::new();
                for user in below(world, user::KIND, &work.cluster) {
                    let verifier = user.hidden.get("verifier").and_then(Value::as_str);
                    text += &sql::user(user.text("name"), user.body["is_admin"] == true, verifier);
                }
                text.extend(
                    names(world, database::KIND, &work.cluster).iter().map(|name| sql::database(name)),
                );
                cluster.psql(FIRST, &text)?
            }
            Step::Privileges { database } => {
                let granted = privilege::on(world, &work.cluster, database);
                let all = granted.iter().map(|(user, may)| sql::privilege(database, user, may, &granted));
                cluster.psql(database, &all.collect::<String>())?
            }
            Step::Empty { database } => {
                cluster.psql(FIRST, &(sql::drop_database(database) + &sql::database(database)))?
            }
            Step::Dump { database, into } => {
                cluster.programs.folder(&self.root.join("archives"))?;
                cluster.programs.folder(&self.archive(into))?;
                let mut command = cluster.client("pg_dump", database);
                command.args(["-Fc", "--lock-wait-timeout=60s", "-f"]).arg(archive(into, database));
                // It may take as long as it takes.
                command.env_remove("PGOPTIONS");
                command
            }
            Step::Restore { database, from, was, owners } => {
                let mut command = cluster.client("pg_restore", database);
                command.env_remove("PGOPTIONS");
                if !owners {
                    command.args(["--no-owner", "--no-privileges"]);
                }
                // A database's name may look like anything.
                command.arg(format!("--dbname=dbname='{}'", database.replace('\\', "\\\\")));
                command.arg(archive(from, was));
                command
            }
        })
    }

    /// What has no record any more ends, and what was kept for it goes.
    fn forget(&mut self, world: &World) {
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
    fn stop(&self, how: &str) {
        if self.data().join("postmaster.pid").exists() {
            // Who does not end has been killed by somebody else.
            let _ = self.control("stop").args(["-m", how]).output();
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
