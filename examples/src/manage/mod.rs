//! `manage_state`: what a state says, said and shall say, and where it is kept.

mod change;
mod keep;
mod look;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use evalap_topology::definition::Seconds;
use evalap_topology::model::State;
use evalap_topology::state::{Session, StateKey, Store};
use scaleway_core::{Client, Clock};

use crate::arguments::{Options, TargetKind};
use crate::error::Error;
use crate::exit::{self, Exit};
use crate::place::Place;
use crate::target::Target;
use crate::word::Word;
use crate::{desk, text};

/// Looks into the state of an environment, and mends it. Nothing here touches what the environment is made of.
#[derive(Debug, Parser)]
#[command(
    name = "manage_state",
    after_help = "Exit codes: 0 done, 1 error (a damaged state, a held lock, …), 64 wrong usage."
)]
struct Arguments {
    /// The environment; environments/NAME.toml says where its state is, if there is such a file.
    #[arg(long, global = true, value_name = "NAME", default_value = "staging")]
    environment: String,
    /// The environment that this file defines.
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "environment")]
    definition: Option<PathBuf>,
    /// Where states (state/ENVIRONMENT/) and their keys (keys/ENVIRONMENT.key, unless `EVALAP_STATE_KEY` is set) are.
    #[arg(long, global = true, value_name = "DIR", default_value = ".evalap")]
    data: PathBuf,
    /// Where the state's bucket and the secret of its key are, if it has any.
    #[arg(long, global = true, value_name = "emulator|scaleway", value_parser = kind)]
    target: Option<TargetKind>,
    /// An emulator of another process that holds the bucket.
    #[arg(long, global = true, value_name = "URL")]
    emulator_url: Option<url::Url>,
    /// How long the lock is waited for, such as 5m.
    #[arg(long, global = true, value_name = "TIME", default_value = "0s")]
    lock_timeout: Seconds,
    /// Traces to standard error.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lists the states in the data folder.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
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
    History {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Shows what differs between two versions.
    Diff {
        /// The older version: as it was after this record.
        #[arg(value_name = "SEQ")]
        from: u64,
        /// The other; the newest unless said.
        #[arg(value_name = "SEQ")]
        to: Option<u64>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Shows who did what, from where, what changed from what to what, the API's request ids, and how it ended.
    Audit {
        /// Reads every record and checks the chain.
        #[arg(long)]
        verify: bool,
        /// Without those that only looked, or were refused.
        #[arg(long)]
        changed: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Reads all records, snapshots and merged segments, and checks that none was lost, damaged or edited.
    Verify {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Writes the state as JSON, for `import`. It holds no secret value.
    Export {
        /// The file; standard output unless said.
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// As it was after this record.
        #[arg(long, value_name = "SEQ")]
        version: Option<u64>,
    },
    /// Makes the state what an exported one says. Only what is remembered changes, not the cloud: plan next.
    Import {
        /// What `export` wrote.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Makes the state again what it was after a record. Only what is remembered changes, not the cloud: plan next.
    Restore {
        /// The record.
        #[arg(value_name = "SEQ")]
        version: u64,
    },
    /// Gives a resource another address: `move container.web container.site`.
    Move {
        /// What it is called.
        from: String,
        /// What it is to be called.
        to: String,
    },
    /// Tracks a resource no longer. It stays in the cloud.
    Forget {
        /// Its address.
        address: String,
    },
    /// Breaks the lock of a program that is gone, and says whose it was.
    Unlock {
        /// Even if it cannot be told whether it is gone.
        #[arg(long)]
        force: bool,
    },
    /// Gives the state another key, drawn anew and kept where its key is kept.
    Rekey {
        /// Takes the new key from this variable instead.
        #[arg(long, value_name = "NAME")]
        new_key_from: Option<String>,
    },
    /// Moves the state from its folder into its bucket, or back.
    Migrate {
        /// Where to.
        #[arg(long, value_enum)]
        to: To,
    },
    /// Makes the state's bucket (versioned, encrypted, private, records never expire) and the secret of its key.
    Bootstrap {
        /// Lets nobody into the bucket but these, yourself among them: `application_id:…` or `user_id:…`.
        #[arg(long, value_name = "PRINCIPAL")]
        allow: Vec<String>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum To {
    /// The folder in the data folder.
    Folder,
    /// The bucket that the definition names.
    Bucket,
}

/// A state that can be opened.
struct Opened<'a> {
    store: Store,
    key: StateKey,
    name: String,
    /// What the audit is to say of a command that leaves no record.
    word: &'a Word,
}

impl Command {
    fn name(&self) -> &'static str {
        match self {
            Self::List { .. } => "list",
            Self::Show { .. } => "show",
            Self::History { .. } => "history",
            Self::Diff { .. } => "diff",
            Self::Audit { .. } => "audit",
            Self::Verify { .. } => "verify",
            Self::Export { .. } => "export",
            Self::Import { .. } => "import",
            Self::Restore { .. } => "restore",
            Self::Move { .. } => "move",
            Self::Forget { .. } => "forget",
            Self::Unlock { .. } => "unlock",
            Self::Rekey { .. } => "rekey",
            Self::Migrate { .. } => "migrate",
            Self::Bootstrap { .. } => "bootstrap",
        }
    }
}

/// Runs `manage_state` by its command line.
#[must_use]
pub fn manage_state() -> ExitCode {
    let arguments = Arguments::try_parse().unwrap_or_else(|error| exit::usage(&error));
    text::trace(arguments.verbose);
    exit::code(run(&arguments))
}

fn run(arguments: &Arguments) -> Result<Exit, Error> {
    if let Command::List { json } = arguments.command {
        let clock = Clock::real();
        return clock.block_on(look::list(&arguments.data, &clock, json))?;
    }
    let place = place(arguments)?;
    let always = matches!(arguments.command, Command::Migrate { .. } | Command::Bootstrap { .. });
    let target = target(arguments, always || place.is_remote())?;
    let client = target.as_ref().map(|target| &target.client);
    let clock = target.as_ref().map_or_else(Clock::real, |target| target.clock().clone());
    clock.block_on(Box::pin(carry_out(arguments, &place, client, &clock)))?
}

async fn carry_out(
    arguments: &Arguments,
    place: &Place,
    client: Option<&Client>,
    clock: &Clock,
) -> Result<Exit, Error> {
    let wait = Duration::from_secs(arguments.lock_timeout.as_secs());
    match (&arguments.command, client) {
        (Command::Migrate { to }, Some(client)) => {
            return Box::pin(keep::migrate(place, client, clock, *to == To::Bucket, wait)).await;
        }
        (Command::Bootstrap { allow }, Some(client)) => {
            return Box::pin(keep::bootstrap(place, client, clock, allow)).await;
        }
        _ => {}
    }
    let word = Word::default();
    let opened = open(place, client, clock, arguments, &word).await?;
    let (store, key) = (opened.store.clone(), opened.key.clone());
    let ended = match &arguments.command {
        Command::List { .. } | Command::Migrate { .. } | Command::Bootstrap { .. } => Ok(Exit::Done),
        Command::Show { version, json } => Box::pin(look::show(opened, *version, *json)).await,
        Command::History { json } => Box::pin(look::history(opened, *json)).await,
        Command::Diff { from, to, json } => Box::pin(look::diff(opened, *from, *to, *json)).await,
        Command::Audit { verify, changed, json } => {
            Box::pin(look::audit(opened, *verify, *changed, *json)).await
        }
        Command::Verify { json } => Box::pin(look::verify(opened, *json)).await,
        Command::Export { file, version } => Box::pin(look::export(opened, file.as_deref(), *version)).await,
        Command::Import { file } => Box::pin(change::import(opened, file, wait)).await,
        Command::Restore { version } => Box::pin(change::restore(opened, *version, wait)).await,
        Command::Move { from, to } => Box::pin(change::rename(opened, from, to, wait)).await,
        Command::Forget { address } => Box::pin(change::forget(opened, address, wait)).await,
        Command::Unlock { force } => Box::pin(change::unlock(opened, *force)).await,
        Command::Rekey { new_key_from } => {
            Box::pin(keep::rekey(place, client, opened, new_key_from.as_deref(), wait)).await
        }
    };
    // Where the log cannot be opened, that has been said.
    if !word.is_told()
        && let Ok(mut session) = Box::pin(Session::<State>::open(store, key)).await
    {
        if let Err(error) = &ended
            && error.is_damage()
        {
            text::complain(format!(
                "What the state says now can be read in spite of this, by a snapshot: `manage_state export FILE`, without --version, has all {} resources.\n",
                session.state().resources.len()
            ));
        }
        word.leave(&mut session, &place.name, &format!("manage_state {}", arguments.command.name()), &ended)
            .await;
    }
    ended
}

fn kind(text: &str) -> Result<TargetKind, String> {
    match text {
        "emulator" => Ok(TargetKind::Emulator),
        "scaleway" => Ok(TargetKind::Scaleway),
        _ => Err("expected emulator or scaleway".to_owned()),
    }
}

/// Where the state is, by its definition if there is one.
fn place(arguments: &Arguments) -> Result<Place, Error> {
    let name = &arguments.environment;
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(Error::refused(
            format!("--environment {name:?} is no name: expected letters, digits and hyphens"),
            "`manage_state list` shows which there are; --definition FILE names one by its file",
        ));
    }
    let usual = PathBuf::from(format!("environments/{}.toml", arguments.environment));
    let file = arguments.definition.clone().or_else(|| usual.is_file().then_some(usual));
    Ok(match file {
        Some(file) => Place::of(&desk::read(&file)?.definition, &file, &arguments.data),
        None => Place::usual(&arguments.environment, &arguments.data),
    })
}

fn target(arguments: &Arguments, needed: bool) -> Result<Option<Target>, Error> {
    let kind = arguments.target.or(arguments.emulator_url.as_ref().map(|_| TargetKind::Emulator));
    match kind {
        Some(kind) if needed => {
            let options = Options::plain(&arguments.data, arguments.emulator_url.as_ref());
            Ok(Some(Target::open(kind, &options)?))
        }
        None if needed => Err(Error::refused(
            "the state, or its key, is on Scaleway or on an emulator",
            "say where: --target scaleway, --target emulator or --emulator-url URL",
        )),
        _ => Ok(None),
    }
}

/// The state, which must be there, unless it is to be filled.
async fn open<'a>(
    place: &Place,
    client: Option<&Client>,
    clock: &Clock,
    arguments: &Arguments,
    word: &'a Word,
) -> Result<Opened<'a>, Error> {
    let may_be_new = matches!(arguments.command, Command::Import { .. });
    let store = place.store(client, clock)?;
    // Before a key is made for it.
    let there = match store.key_in_use().await {
        // It may be remembered.
        Err(error) if error.is_unavailable() => true,
        used => used?.is_some(),
    };
    if !may_be_new && !there {
        return Err(Error::refused(
            format!("there is no state of environment {:?} in {}", place.name, store.place()),
            "`manage_state list` shows which there are; --data DIR looks in another folder",
        ));
    }
    let (store, key) = Box::pin(place.open(client, clock)).await?;
    Ok(Opened { store, key, name: place.name.clone(), word })
}

/// A command of one environment does not touch another's state.
fn own(state: &State, name: &str) -> Result<(), Error> {
    match &state.binding {
        Some(binding) if binding.environment != name => Err(Error::refused(
            format!("this is the state of environment {:?}, not of {name:?}", binding.environment),
            "put it back where it belongs: [state] of the definition, or the folder of that name",
        )),
        _ => Ok(()),
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
