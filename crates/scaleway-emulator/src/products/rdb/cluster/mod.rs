//! Instances as real clusters: where PostgreSQL's server programs are installed and the emulator was told to use them. What an
//! instance is, is said by its record; a cluster is made, set up and ended after it.
//!
//! What takes a moment (a statement, a reload) is done at once, and refused where PostgreSQL refuses it. What takes longer is a
//! queue of [`Step`]s, one process at a time: whoever looks finds what has ended and starts the next. The record that waits for
//! a step is held until then.

mod config;
mod life;
mod process;
mod running;
mod server;
pub(super) mod sql;
mod step;
mod temporary;
mod verifier;

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::io::{self, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::call::Call;
use crate::refusal::Refusal;
use crate::store::Record;
use crate::world::World;

use super::catalogue::EngineVersion;
use super::instance;

pub(super) use config::ADDRESS;
pub(super) use life::{begin, begin_with, queue};
pub(in crate::products) use life::{follow, look, reopened};
use running::Running;
pub(crate) use server::{Installed, Programs};
pub(super) use step::Step;
use temporary::Temporary;

/// The database that every cluster has from the start, where others are not to be.
pub(super) const FIRST: &str = "postgres";

/// The superuser of every cluster.
const SUPERUSER: &str = "_rdb_superadmin";

/// In the record of an instance that is a cluster.
const MARK: &str = "postgres";

/// For a statement that waits for others: what asks for it may be what holds them up.
const PATIENCE: &str = "-c lock_timeout=3s -c statement_timeout=15s -c client_min_messages=warning";

/// The clusters of a world; none in a world that does without.
#[derive(Debug, Default)]
pub(crate) struct Clusters(Option<Running>);

/// One cluster.
#[derive(Debug)]
struct Cluster {
    programs: Programs,
    folder: PathBuf,
    sockets: PathBuf,
    /// Names the socket.
    port: u16,
    /// Statements can be sent.
    started: bool,
}

impl Clusters {
    /// Clusters that live in `folder`, and end with this value; in a temporary folder unless one is said.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub(crate) fn of(installed: Installed, folder: Option<&Path>) -> io::Result<Self> {
        let temporary = if folder.is_none() { Some(Temporary::new()?) } else { None };
        let root = folder.or(temporary.as_ref().map(Temporary::path)).map(Path::to_owned).unwrap_or_default();
        // Names of sockets are short: those of a kept folder would not be.
        let mut sockets = tempfile::Builder::new();
        let sockets = sockets.prefix("pg");
        let sockets = if temporary.is_some() { sockets.tempdir_in(&root) } else { sockets.tempdir() }?;
        if let Some(programs) = installed.all().first() {
            temporary::clear(programs);
            programs.folder(&root)?;
            programs.folder(sockets.path())?;
        }
        let (clusters, queue) = (BTreeMap::new(), VecDeque::new());
        Ok(Self(Some(Running {
            installed,
            root,
            sockets,
            temporary,
            clusters,
            queue,
            current: None,
            problems: BTreeMap::new(),
        })))
    }

    /// Whether there may be something to look at.
    pub(crate) fn are_on(&self) -> bool {
        self.0.is_some()
    }

    /// What is installed, if it is used.
    pub(crate) fn installed(&self) -> Option<&Installed> {
        self.0.as_ref().map(|running| &running.installed)
    }

    /// What serves which instance, for whoever wants to know.
    pub(crate) fn page(&self, world: &World) -> Value {
        let Some(running) = &self.0 else { return json!({"programs": [], "instances": []}) };
        let programs = running.installed.all().iter();
        let programs = programs.map(|it| json!({"version": it.version, "folder": it.folder}));
        let instances = world.store.all(instance::KIND).filter_map(|(id, record)| {
            let cluster = running.clusters.get(id)?;
            Some(json!({
                "id": id,
                "engine": record.text("engine"),
                "served_by": cluster.programs.version,
                "started": cluster.started,
                "log": cluster.folder.join("log"),
            }))
        });
        json!({
            "programs": programs.collect::<Vec<_>>(),
            "instances": instances.collect::<Vec<_>>(),
            "problems": running.problems,
        })
    }

    /// The versions of the engine that are offered, and what serves them.
    pub(crate) fn coverage(&self) -> impl Iterator<Item = (String, String)> {
        EngineVersion::all().filter_map(|engine| {
            let programs = self.installed()?.serving(major(&engine.name())?)?;
            Some((format!("rdb.{}", engine.name()), format!("PostgreSQL {}", programs.version)))
        })
    }

    fn started(&self, instance: &str) -> Option<&Cluster> {
        self.0.as_ref()?.clusters.get(instance).filter(|cluster| cluster.started)
    }
}

/// The major version, where the engine is one that is served here.
fn major(engine: &str) -> Option<u32> {
    engine.strip_prefix("PostgreSQL-")?.split('.').next()?.parse().ok()
}

/// Whether new instances of the engine are clusters.
pub(super) fn serves(world: &World, engine: &str) -> bool {
    world.clusters.are_on() && major(engine).is_some()
}

/// The instance is a cluster from now on.
pub(super) fn mark(world: &mut World, id: &str) {
    if let Some(record) = world.store.get_mut(instance::KIND, id) {
        record.hidden.insert(MARK.into(), true.into());
    }
}

/// Whether the instance is a cluster here.
pub(super) fn is_one(world: &World, instance: &Record) -> bool {
    world.clusters.are_on() && is_marked(instance)
}

fn is_marked(instance: &Record) -> bool {
    instance.hidden.get(MARK) == Some(&Value::Bool(true))
}

/// Says this in a database of the instance, if it is a cluster that has started. One that has not is told everything when it
/// has.
pub(super) fn tell(call: &Call<'_>, instance: &str, database: &str, sql: &str) -> Result<(), Refusal> {
    let Some(cluster) = call.world.clusters.started(instance) else { return Ok(()) };
    let refused = |why: String| Refusal::precondition_failed("database", &format!("PostgreSQL says: {why}"));
    let output = cluster.psql(database, sql).and_then(|mut psql| psql.output());
    let output = output.map_err(|error| Refusal::internal(&format!("psql: {error}")))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(refused(String::from_utf8_lossy(&output.stderr).trim().into()))
    }
}

/// What is kept of a new password, where the instance is a cluster.
pub(super) fn verifier(call: &Call<'_>, instance: &str, password: &str) -> Result<Option<String>, Refusal> {
    let is_one =
        call.world.store.get(instance::KIND, instance).is_some_and(|record| is_one(call.world, record));
    if !is_one || password.is_empty() {
        return Ok(None);
    }
    let mut salt = [0; 16];
    call.world.fill(&mut salt)?;
    Ok(Some(verifier::of(password, salt)))
}

/// The configuration follows the record: what can be changed while it runs.
pub(super) fn reload(world: &World, id: &str) {
    let (Some(cluster), Some(instance)) = (world.clusters.started(id), world.store.get(instance::KIND, id))
    else {
        return;
    };
    let reloaded = cluster.configure(instance).and_then(|()| cluster.control("reload").output());
    match reloaded {
        Ok(output) if output.status.success() => {}
        failed => tracing::warn!(instance = id, ?failed, "a cluster did not read its settings"),
    }
}

/// The same, but for what can only be changed by starting anew.
pub(super) fn restart(world: &mut World, id: &str) {
    queue(world, id, (instance::KIND, id), vec![Step::Start]);
}

/// The instance's certificate, if it is a cluster.
pub(super) fn certificate(world: &World, id: &str) -> Option<String> {
    let cluster = world.clusters.0.as_ref()?.clusters.get(id)?;
    fs::read_to_string(cluster.folder.join("server.crt")).ok()
}

/// Gives the instance another certificate, if it is a cluster.
pub(super) fn renew_certificate(world: &World, id: &str) -> Result<(), Refusal> {
    let Some(cluster) = world.clusters.0.as_ref().and_then(|running| running.clusters.get(id)) else {
        return Ok(());
    };
    cluster
        .identify()
        .map_err(|error| Refusal::internal(&format!("the certificate cannot be made: {error}")))?;
    reload(world, id);
    Ok(())
}

impl Cluster {
    fn configure(&self, instance: &Record) -> io::Result<()> {
        let Self { programs, folder, sockets, .. } = self;
        programs.file(&folder.join("pg_hba.conf"), &config::admission(instance))?;
        let server = config::server(instance, programs, folder, sockets);
        programs.file(&self.data().join("postgresql.conf"), &server)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// A new key with its certificate.
    fn identify(&self) -> io::Result<()> {
        let (certificate, key) = config::identity().map_err(io::Error::other)?;
        self.programs.file(&self.folder.join("server.key"), &key)?;
        self.programs.file(&self.folder.join("server.crt"), &certificate)
    }

    /// `pg_ctl`, which comes back when it is done.
    fn control(&self, action: &str) -> Command {
        let mut command = self.programs.command("pg_ctl");
        command.args([action, "-D"]).arg(self.data());
        if action != "reload" {
            command.arg("-w").arg("-l").arg(self.folder.join("log"));
        }
        command
    }

    /// A program that connects by the socket, as the superuser.
    fn client(&self, program: &str, database: &str) -> Command {
        let mut command = self.programs.command(program);
        // By variables, so that no name is taken for something else.
        command.env("PGHOST", &self.sockets).env("PGPORT", self.port.to_string());
        command.env("PGUSER", SUPERUSER).env("PGDATABASE", database).env("PGOPTIONS", PATIENCE);
        command
    }

    /// Statements go by a file that nobody else can open: neither arguments nor errors show them.
    fn psql(&self, database: &str, sql: &str) -> io::Result<Command> {
        let mut script = tempfile::tempfile()?;
        script.write_all(sql.as_bytes())?;
        script.rewind()?;
        let mut command = self.client("psql", database);
        command.args(["-X", "-q", "-t", "-w", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=terse"]);
        command.stdin(Stdio::from(script));
        Ok(command)
    }
}
