//! What one process does in a cluster.

use std::io;
use std::process::Command;

use serde_json::Value;

use crate::products::rdb::{database, instance, privilege, user};
use crate::store::{Kind, Record};
use crate::world::World;

use super::running::Running;
use super::{FIRST, config, sql};

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

/// The names of an instance's databases, or users.
pub(super) fn names(world: &World, kind: Kind, instance: &str) -> Vec<String> {
    let records = below(world, kind, instance);
    records.into_iter().map(|record| record.text("name").to_owned()).collect()
}

fn below<'w>(world: &'w World, kind: Kind, instance: &str) -> Vec<&'w Record> {
    let ids = world.store.children(instance::KIND, instance, kind);
    ids.iter().filter_map(|id| world.store.get(kind, id)).collect()
}

impl Running {
    pub(super) fn command(&mut self, world: &World, work: &Work) -> io::Result<Command> {
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
                let all = granted.iter().map(|(user, may)| sql::privilege(database, user, may));
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
}
