//! `manage_state`: what a state says, said and shall say, and where it is kept.

mod arguments;
mod bootstrap;
mod change;
mod keep;
mod look;
mod past;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use evalap_topology::model::State;
use evalap_topology::state::{Session, StateKey, Store, Verified};
use scaleway_core::{Client, Clock};

use self::arguments::{Arguments, Command, OfState, To};
use crate::arguments::{Options, TargetKind};
use crate::error::Error;
use crate::exit::{self, Exit};
use crate::place::Place;
use crate::target::Target;
use crate::word::Word;
use crate::{desk, kept, text};

/// A state that is opened when it is first asked for, and once.
struct Opened<'a> {
    store: Store,
    key: StateKey,
    /// The environment's.
    name: &'a str,
    session: Option<Session<State>>,
    /// What the audit is to say of a command that leaves no record.
    word: Word,
}

impl<'a> Opened<'a> {
    fn new(store: Store, key: StateKey, name: &'a str) -> Self {
        Self { store, key, name, session: None, word: Word::default() }
    }

    /// The state as it is now.
    async fn session(&mut self) -> Result<&mut Session<State>, Error> {
        match self.session {
            Some(ref mut session) => Ok(session),
            ref mut none => {
                let opened = Box::pin(Session::open(self.store.clone(), self.key.clone())).await?;
                Ok(none.insert(opened))
            }
        }
    }

    /// The state as it was after a record. Nothing that came after that is read: it may be damaged.
    async fn at(&self, seq: u64) -> Result<State, Error> {
        Ok(Box::pin(Session::state_at(self.store.clone(), self.key.clone(), seq)).await?)
    }

    /// Reads everything, be the state one that can be opened or not.
    async fn verify(&self) -> Result<Verified, Error> {
        Ok(Box::pin(Session::<State>::verify(self.store.clone(), self.key.clone())).await?)
    }

    /// Leaves the command's line in the audit, unless another record tells it.
    async fn leave(mut self, command: &str, ended: &Result<Exit, Error>) {
        let (name, word) = (self.name, std::mem::take(&mut self.word));
        if word.is_told() {
            return;
        }
        // In what cannot be opened nothing can be left.
        let Ok(session) = self.session().await else { return };
        if ended.as_ref().is_err_and(Error::is_damage) {
            text::complain(format!(
                "What the state says now can be read in spite of this, by a snapshot: `manage_state export FILE`, without --version, has all {} resources.\n",
                session.state().resources.len()
            ));
        }
        word.leave(session, name, &format!("manage_state {command}"), ended).await;
    }
}

/// Runs `manage_state` by its command line.
#[must_use]
pub fn manage_state() -> ExitCode {
    let arguments = Arguments::of_program();
    text::trace(arguments.verbose);
    exit::code(run(&arguments))
}

fn run(arguments: &Arguments) -> Result<Exit, Error> {
    kept::data_folder(&arguments.data)?;
    let wait = Duration::from_secs(arguments.lock_timeout.as_secs());
    let ended = match &arguments.command {
        Command::List { json } => {
            let clock = Clock::real();
            let elsewhere = |name: &str| keeps_key_elsewhere(arguments, name);
            clock.block_on(look::list(&arguments.data, &clock, *json, elsewhere))?
        }
        Command::Migrate { to } => {
            let place = in_bucket(
                place(arguments)?,
                ", which the state could be moved to or from",
                "; after a move to the folder, take it out",
            )?;
            let target = target(arguments)?;
            let migrate = keep::migrate(&place, &target.client, *to == To::Bucket, wait);
            target.clock().block_on(Box::pin(migrate))?
        }
        Command::Bootstrap { allow } => {
            let place =
                in_bucket(place(arguments)?, ": its state is in a folder, which needs no preparation", "")?;
            let target = target(arguments)?;
            target.clock().block_on(Box::pin(bootstrap::bootstrap(&place, &target.client, allow)))?
        }
        Command::State(command) => {
            if let OfState::Export { file: Some(file), .. } = command {
                kept::outside_of(&arguments.data, file)?;
            }
            let place = place(arguments)?;
            let target = place.is_remote().then(|| target(arguments)).transpose()?;
            let client = target.as_ref().map(|target| &target.client);
            let clock = client.map_or_else(Clock::real, |client| client.clock().clone());
            clock.block_on(Box::pin(carry_out(command, &place, client, &clock, wait)))?
        }
    };
    ended.map_err(|error| error.waited(wait))
}

async fn carry_out(
    command: &OfState,
    place: &Place,
    client: Option<&Client>,
    clock: &Clock,
    wait: Duration,
) -> Result<Exit, Error> {
    let mut opened = find(place, client, clock, matches!(command, OfState::Import { .. })).await?;
    let state = &mut opened;
    let ended = match command {
        OfState::Show { version, json } => look::show(state, *version, *json).await,
        OfState::History { json } => look::history(state, *json).await,
        OfState::Diff { from, to, json } => look::diff(state, *from, *to, *json).await,
        OfState::Audit { verify, changed, json } => look::audit(state, *verify, *changed, *json).await,
        OfState::Verify { json } => look::verify(state, *json).await,
        OfState::Export { file, version } => look::export(state, file.as_deref(), *version).await,
        OfState::Import { file, confirm } => past::import(state, file, confirm.as_deref(), wait).await,
        OfState::Restore { version, confirm } => {
            past::restore(state, *version, confirm.as_deref(), wait).await
        }
        OfState::Move { from, to } => change::rename(state, from, to, wait).await,
        OfState::Forget { address } => change::forget(state, address, wait).await,
        OfState::Unlock { force } => change::unlock(state, *force).await,
        OfState::Rekey { new_key_from } => {
            keep::rekey(place, client, state, new_key_from.as_deref(), wait).await
        }
    };
    opened.leave(command.name(), &ended).await;
    ended
}

/// Where the state is, by its definition if there is one.
fn place(arguments: &Arguments) -> Result<Place, Error> {
    let name = arguments.environment();
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(Error::refused(
            format!("--environment {name:?} is no name: expected letters, digits and hyphens"),
            "`manage_state list` shows which there are; --definition FILE names one by its file",
        ));
    }
    Ok(match definition(arguments, name) {
        Some(file) => Place::of(&desk::read(&file, desk::OPTION)?.definition, &file, &arguments.data),
        None => Place::usual(name, &arguments.data),
    })
}

/// The file that defines the environment, if there is one.
fn definition(arguments: &Arguments, name: &str) -> Option<PathBuf> {
    let usual = PathBuf::from(format!("environments/{name}.toml"));
    arguments.definition.clone().or_else(|| usual.is_file().then_some(usual))
}

/// Whether the environment's definition, if there is one, keeps the state's key in no file.
fn keeps_key_elsewhere(arguments: &Arguments, name: &str) -> bool {
    let Some(file) = definition(arguments, name) else { return false };
    desk::read(&file, desk::OPTION).is_ok_and(|read| {
        let place = Place::of(&read.definition, &file, &arguments.data);
        place.name == name && place.key_file().is_none()
    })
}

/// Refuses a place without a bucket: before it is asked where that is.
fn in_bucket(place: Place, why: &str, then: &str) -> Result<Place, Error> {
    if place.is_in_bucket() {
        return Ok(place);
    }
    Err(Error::refused(
        format!("the definition of {} names no bucket{why}", place.name),
        format!("write [state] bucket = \"…\" into the definition{then}"),
    ))
}

fn target(arguments: &Arguments) -> Result<Target, Error> {
    let kind = arguments.target.or(arguments.emulator_url.as_ref().map(|_| TargetKind::Emulator));
    let kind = kind.ok_or_else(|| {
        Error::refused(
            "the state, or its key, is on Scaleway or on an emulator",
            "say where: --target scaleway, --target emulator or --emulator-url URL",
        )
    })?;
    Target::open(kind, &Options::plain(&arguments.data, arguments.emulator_url.as_ref()))
}

/// The state, which must be there, unless it is to be filled.
async fn find<'a>(
    place: &'a Place,
    client: Option<&Client>,
    clock: &Clock,
    may_be_new: bool,
) -> Result<Opened<'a>, Error> {
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
            if place.is_in_bucket() {
                "the first deployment makes one; one that is in the folder still is moved there: manage_state migrate --to bucket"
            } else {
                "`manage_state list` shows which there are; --data DIR looks in another folder"
            },
        ));
    }
    let (store, key) = Box::pin(place.open(client, clock)).await?;
    Ok(Opened::new(store, key, &place.name))
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
