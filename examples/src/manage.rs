//! `manage_state`: what a state says, said and shall say.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use evalap_topology::model::{Event, State};
use evalap_topology::state::{Entry, Holder, LeaseEvent, Note, Record, Session, StateKey, Store};
use scaleway_core::Clock;

use crate::error::Error;
use crate::exit::{self, Exit};
use crate::place::Place;
use crate::{desk, inspect, text};

/// Looks into the state of an environment, and mends it. Nothing here touches the cloud.
#[derive(Debug, Parser)]
#[command(
    name = "manage_state",
    after_help = "Exit codes: 0 done, 1 error (a damaged state, a held lock, …), 2 wrong usage."
)]
struct Arguments {
    /// The environment.
    #[arg(long, global = true, value_name = "NAME", default_value = "staging")]
    environment: String,
    /// The environment that this file defines.
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "environment")]
    definition: Option<PathBuf>,
    /// Where states (state/ENVIRONMENT/) and their keys (keys/ENVIRONMENT.key, unless `EVALAP_STATE_KEY` is set) are.
    #[arg(long, global = true, value_name = "DIR", default_value = ".evalap")]
    data: PathBuf,
    /// Traces to standard error.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lists the states in the data folder.
    List,
    /// Shows what a state says exists.
    Show {
        /// As it was after this record.
        #[arg(long, value_name = "SEQ")]
        version: Option<u64>,
        /// As JSON. It holds no secret value.
        #[arg(long)]
        json: bool,
    },
    /// Shows every record: who, when, what.
    History,
    /// Makes the state again what it was after a record. Only what is remembered changes, not the cloud: plan next.
    Restore {
        /// The record.
        #[arg(value_name = "SEQ")]
        version: u64,
    },
    /// Breaks the lock of a program that is gone.
    Unlock {
        /// Even if it cannot be told whether it is gone.
        #[arg(long)]
        force: bool,
    },
    /// Reads all records and snapshots and checks that none was lost, damaged or edited.
    Verify,
}

/// Runs `manage_state` by its command line.
#[must_use]
pub fn manage_state() -> ExitCode {
    let arguments = Arguments::parse();
    text::trace(arguments.verbose);
    exit::code(run(&arguments))
}

fn run(arguments: &Arguments) -> Result<Exit, Error> {
    let clock = Clock::real();
    if matches!(arguments.command, Command::List) {
        return clock.block_on(list(&arguments.data, &clock))?;
    }
    let name = match &arguments.definition {
        Some(file) => desk::read(file)?.definition.environment.name,
        None => arguments.environment.clone(),
    };
    let folder = arguments.data.join("state").join(&name);
    if !folder.join("log").is_dir() {
        return Err(Error::refused(
            format!("there is no state of environment {name:?} in {}", folder.display()),
            "`manage_state list` shows which there are; --data DIR looks in another folder",
        ));
    }
    clock.block_on(async {
        let (store, key) = Place::usual(&name, &arguments.data).open(None, &clock).await?;
        match arguments.command {
            Command::List => Ok(Exit::Done),
            Command::Show { version, json } => show(store, key, &name, version, json).await,
            Command::History => history(store, key).await,
            Command::Restore { version } => Box::pin(restore(store, key, &name, version)).await,
            Command::Unlock { force } => Box::pin(unlock(store, key, force)).await,
            Command::Verify => verify(store, key).await,
        }
    })?
}

async fn list(data: &Path, clock: &Clock) -> Result<Exit, Error> {
    let folders = std::fs::read_dir(data.join("state")).into_iter().flatten().filter_map(Result::ok);
    let mut names: Vec<String> = folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    if names.is_empty() {
        text::say(format!("There is no state in {}.", data.display()));
    }
    for name in names {
        let opened = match Place::usual(&name, data).open(None, clock).await {
            Ok((store, key)) => Session::<State>::open(store, key).await.map_err(Error::from),
            Err(error) => Err(error),
        };
        match opened {
            Ok(session) => {
                let state = session.state();
                let bound = state.binding.as_ref().map_or("nothing yet", |binding| &binding.endpoint);
                let lock = session.lease().map(|lease| format!(", locked by {}", lease.holder));
                text::say(format!(
                    "{name}: {} resources on {bound}, {} records{}",
                    state.resources.len(),
                    session.head().seq,
                    lock.unwrap_or_default()
                ));
            }
            Err(error) => text::say(format!("{name}: {}", error.told())),
        }
    }
    Ok(Exit::Done)
}

async fn show(
    store: Store,
    key: StateKey,
    name: &str,
    version: Option<u64>,
    json: bool,
) -> Result<Exit, Error> {
    let state = match version {
        Some(seq) => Session::<State>::state_at(store, key, seq).await?,
        None => Session::<State>::open(store, key).await?.state().clone(),
    };
    own(&state, name)?;
    text::say(if json { serde_json::to_string_pretty(&state)? } else { inspect::state(&state) });
    Ok(Exit::Done)
}

async fn history(store: Store, key: StateKey) -> Result<Exit, Error> {
    for record in Session::<State>::open(store, key).await?.history().await? {
        text::say(line(&record));
    }
    Ok(Exit::Done)
}

async fn restore(store: Store, key: StateKey, name: &str, version: u64) -> Result<Exit, Error> {
    let mut session = Session::<State>::open(store.clone(), key.clone()).await?;
    own(&Session::<State>::state_at(store, key, version).await?, name)?;
    let holder = Holder::current("manage_state restore");
    session.lock(holder.clone(), Duration::ZERO, |_| {}).await?;
    let restored = session.restore(version).await;
    let outcome = if restored.is_ok() { "done" } else { "failed" };
    session.release(Some(Note::new(&holder, outcome).detail("version", version.to_string()))).await?;
    let seq = restored?;
    text::say(format!(
        "The state is as it was after record {version}; record {seq} says so, and can be undone like any other.\n\
         The cloud is as it is: run `plan` to see what differs."
    ));
    Ok(Exit::Done)
}

async fn unlock(store: Store, key: StateKey, force: bool) -> Result<Exit, Error> {
    let mut session = Session::<State>::open(store, key).await?;
    if let Some(lease) = session.lease().filter(|lease| !force && !lease.holder.is_gone()) {
        return Err(Error::refused(
            format!("{} has held the lock since {}, and may be at work", lease.holder, lease.since),
            "wait for it; if you know that it is gone: unlock --force",
        ));
    }
    match session.unlock(Holder::current("manage_state unlock")).await? {
        Some(lease) => {
            text::say(format!("Unlocked. {} had held the lock since {}.", lease.holder, lease.since));
        }
        None => text::say("Nobody holds the lock."),
    }
    Ok(Exit::Done)
}

async fn verify(store: Store, key: StateKey) -> Result<Exit, Error> {
    let place = store.place().to_owned();
    let found = Session::<State>::verify(store, key).await?;
    text::say(format!(
        "{place}: {} records, all whole and in a chain; {} snapshots agree with them",
        found.head.seq,
        found.snapshots.len()
    ));
    if found.unsound.is_empty() {
        return Ok(Exit::Done);
    }
    text::say(format!("Snapshots that cannot be used, and may be removed: {}", text::list(&found.unsound)));
    Ok(Exit::Failed)
}

/// A command of one environment does not touch another's state.
fn own(state: &State, name: &str) -> Result<(), Error> {
    match &state.binding {
        Some(binding) if binding.environment != name => Err(Error::refused(
            format!("this is the state of environment {:?}, not of {name:?}", binding.environment),
            "put the folders back where they belong: the states' names are their folders'",
        )),
        _ => Ok(()),
    }
}

fn line(record: &Record<State>) -> String {
    let told: Vec<String> = record.entries.iter().map(entry).collect();
    format!("{:>5}  {}  {}", record.seq, record.at, told.join("\n              "))
}

fn entry(entry: &Entry<State>) -> String {
    match entry {
        Entry::Event(event) => happened(event),
        Entry::Lease(LeaseEvent::Claim { holder, over: None, .. }) => format!("lock taken by {holder}"),
        Entry::Lease(LeaseEvent::Claim { holder, .. }) => format!("lock taken over by {holder}"),
        Entry::Lease(LeaseEvent::Release { .. }) => "lock given back".to_owned(),
        Entry::Lease(LeaseEvent::Break { by, .. }) => format!("lock broken by {by}"),
        Entry::Note(note) => {
            let details: Vec<String> =
                note.details.iter().map(|(name, value)| format!("{name} {value}")).collect();
            format!("{}: {} ({})", note.by, note.outcome, details.join(", "))
        }
        Entry::Restored { from, .. } => format!("restored to what it was after record {from}"),
        _ => "the lock's holder lives".to_owned(),
    }
}

fn happened(event: &Event) -> String {
    match event {
        Event::Bound { binding } => format!("bound to {}, project {}", binding.endpoint, binding.project_id),
        Event::Creating { address, .. } => format!("{address}: about to be made"),
        Event::Created { address, id } => format!("{address}: made, {id}"),
        Event::Updating { address, .. } => format!("{address}: about to be changed"),
        Event::Ready { address, .. } => format!("{address}: ready"),
        Event::Adopted { address, id, .. } => format!("{address}: adopted, {id}"),
        Event::Deleting { address } => format!("{address}: about to be deleted"),
        Event::Deleted { address } => format!("{address}: deleted"),
        Event::Forgotten { address } => format!("{address}: forgotten"),
        Event::Renamed { from, to } => format!("{from}: called {to} from now on"),
        _ => "something that this program does not know".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }
}
