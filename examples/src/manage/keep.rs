//! Where a state is kept, and under which key: made ready, changed, moved.

use std::time::Duration;

use evalap_topology::model::State;
use evalap_topology::state::{Holder, KEY_VARIABLE, KeySecret, Note, Session, StateError, StateKey, Store};
use scaleway_core::{Client, Random};

use super::change::{Locked, given_back};
use super::{Opened, own};
use crate::error::Error;
use crate::exit::Exit;
use crate::place::Place;
use crate::text;
use crate::word::Word;

/// Where the next key comes from, and goes to when the state is written with it.
enum Next {
    Variable(String),
    Secret(KeySecret),
    File(std::path::PathBuf),
}

impl Next {
    fn of(place: &Place, client: Option<&Client>, variable: Option<&str>) -> Result<Self, Error> {
        if let Some(variable) = variable {
            return Ok(Self::Variable(variable.to_owned()));
        }
        if std::env::var_os(KEY_VARIABLE).is_none() {
            if let Some(file) = place.key_file() {
                return Ok(Self::File(file));
            }
            if let Some(secret) = client.map(|client| place.key_secret(client)).transpose()?.flatten() {
                return Ok(Self::Secret(secret));
            }
        }
        Err(Error::refused(
            "the key comes from a variable, which this program cannot change",
            "put a new key into another variable (openssl rand -base64 32) and name that: --new-key-from NAME",
        ))
    }

    async fn key(&self, used: &StateKey) -> Result<StateKey, Error> {
        let random = Random::system();
        Ok(match self {
            Self::Variable(name) => StateKey::from_variable(name)?,
            Self::Secret(secret) => secret.next(used, &random).await?,
            Self::File(file) => StateKey::next_of(file, used, &random)?,
        })
    }

    /// Puts `key`, which the state is written with, in the old one's place. Where it cannot be, it is found beside that.
    async fn takes_over(&self, key: &StateKey) -> Result<(), Error> {
        let (taken, remedy) = match self {
            Self::Variable(_) => return Ok(()),
            Self::Secret(secret) => (
                secret.next_takes_over().await,
                "the secret's newest version holds it, and is found: disable those before it, or run `manage_state rekey` again when they can be, which draws another".to_owned(),
            ),
            Self::File(file) => (
                StateKey::next_takes_over(file),
                format!(
                    "{0}.next holds it, and is found: rename that to {0}, or run `manage_state rekey` again when it can be, which draws another",
                    file.display()
                ),
            ),
        };
        taken.map_err(|source| Error::KeyBeside {
            key: key.id().to_owned(),
            remedy,
            source: Box::new(source),
        })
    }

    /// What to do where it is not known whether the state is written with `key`.
    fn in_doubt(&self, key: &StateKey, source: StateError) -> Error {
        let remedy = match self {
            Self::Variable(name) => format!(
                "keep both keys until the next command has read the state: if it says that the old one is wrong, put the one in {name} in its place"
            ),
            Self::Secret(_) | Self::File(_) => {
                "both are kept, and the next command finds out by itself which it is".to_owned()
            }
        };
        Error::KeyInDoubt { key: key.id().to_owned(), remedy, source: Box::new(source) }
    }

    /// What is left for a person to do.
    fn remedy(&self) -> String {
        match self {
            Self::Variable(name) => format!(
                "\nThe old key opens nothing that is written from now on: put the one in {name} wherever the old one was."
            ),
            Self::Secret(_) => "\nThe secret's version with the old key is disabled.".to_owned(),
            Self::File(file) => format!("\n{} holds the new key.", file.display()),
        }
    }
}

/// Gives the state another key, kept where its key is kept.
pub(super) async fn rekey(
    place: &Place,
    client: Option<&Client>,
    opened: &mut Opened<'_>,
    variable: Option<&str>,
    wait: Duration,
) -> Result<Exit, Error> {
    let next = Next::of(place, client, variable)?;
    let locked = Locked::take(opened, "rekey", wait).await?;
    let from = locked.session.key().id().to_owned();
    let key = match next.key(locked.session.key()).await {
        Ok(key) => key,
        Err(error) => return Err(locked.refuse(error).await),
    };
    let done = match Box::pin(locked.session.rekey(&key)).await {
        Ok(seq) => next.takes_over(&key).await.map(|()| seq),
        Err(error) if error.is_unavailable() => Err(next.in_doubt(&key, error)),
        Err(error) => Err(error.into()),
    };
    let to = key.id().to_owned();
    let said = |seq| {
        format!(
            "The state's key is {to} now, in the place of {from} (record {seq}). Older records stay readable with it; \
             digests of secrets were made anew, so nothing looks changed.{}",
            next.remedy()
        )
    };
    locked.end(done, ("key", format!("{from} to {to}")), said).await
}

/// Moves the state between its folder and its bucket, which the definition must name.
pub(super) async fn migrate(
    place: &Place,
    client: &Client,
    to_bucket: bool,
    wait: Duration,
) -> Result<Exit, Error> {
    let clock = client.clock();
    let (folder, bucket) = (place.in_folder(), place.clone());
    let (from, to) = if to_bucket { (folder, bucket) } else { (bucket, folder) };
    let opened = |place: &Place| place.refuged(place.store(Some(client), clock)?, clock);
    let (store, there) = (opened(&from)?, opened(&to)?);
    if store.key_in_use().await?.is_none() {
        return Err(Error::refused(
            format!("there is no state in {}", store.place()),
            "nothing needs to be moved: the first deployment makes one where [state] says",
        ));
    }
    let key = from.key_in_use(Some(client), &store).await?;
    let next = to.key(Some(client), &there).await?;
    if to_bucket {
        there.probe().await?;
    }
    let mut opened = Opened::new(store, key, &place.name);
    let session = opened.session().await?;
    if session.moved_to().is_some_and(|to| there.is_at(to)) {
        return end_move(session, there, &next, &place.name, wait).await;
    }
    let ended = move_to(&mut opened, there, &next, to_bucket, wait).await;
    opened.leave("migrate", &ended).await;
    ended
}

/// Does what is left to do for a state that says that it was moved: the one who moved it may have been interrupted then.
async fn end_move(
    here: &Session<State>,
    there: Store,
    next: &StateKey,
    name: &str,
    wait: Duration,
) -> Result<Exit, Error> {
    own(here.state(), name)?;
    let from = here.store().place().to_owned();
    Box::pin(here.end_move(&there)).await?;
    let has_old_key =
        here.key().id() != next.id() && there.key_in_use().await?.as_deref() == Some(here.key().id());
    let key = if has_old_key { here.key() } else { next };
    let mut moved = Box::pin(Session::open(there, key.clone())).await?;
    let to = moved.store().place().to_owned();
    let command = "manage_state migrate";
    let ended = if has_old_key {
        with_key(give_key(&mut moved, &Holder::current(command), next, wait).await)
    } else {
        Ok(Exit::Done)
    };
    let then = if has_old_key && ended.is_ok() { ", and has its key now" } else { "" };
    text::say(format!("The state is in {to} already{then}."));
    let mut word = Word::default();
    word.set_told(has_old_key && ended.is_ok());
    word.detail("from", from);
    word.detail("to", to);
    word.leave(&mut moved, name, command, &ended).await;
    ended
}

/// That a state was moved, and whether it has the key that it is to have.
fn with_key(given: Result<(), Error>) -> Result<Exit, Error> {
    match given {
        Err(error) if !matches!(error, Error::Afterwards { .. }) => Err(Error::Afterwards {
            what: "the state is moved, and is not written with the key that the definition names yet".into(),
            remedy: "run `manage_state migrate` again: it does what is left".into(),
            source: Box::new(error),
        }),
        given => given.map(|()| Exit::Done),
    }
}

/// Gives a state that was moved the key that is kept where the definition says, if it has another.
async fn give_key(
    moved: &mut Session<State>,
    holder: &Holder,
    next: &StateKey,
    wait: Duration,
) -> Result<(), Error> {
    let from = moved.key().id().to_owned();
    if from == next.id() {
        return Ok(());
    }
    Box::pin(moved.lock(holder.clone(), wait, |_| {})).await?;
    let done = Box::pin(moved.rekey(next)).await;
    let note = match &done {
        Ok(_) => Note::new(holder, "done"),
        Err(error) => Note::new(holder, "failed").detail("because", text::told(error)),
    };
    let released = given_back(moved, note.detail("key", format!("{from} to {}", next.id()))).await;
    done?;
    released
}

async fn move_to(
    opened: &mut Opened<'_>,
    there: Store,
    next: &StateKey,
    to_bucket: bool,
    wait: Duration,
) -> Result<Exit, Error> {
    let locked = Locked::take(opened, "migrate", wait).await?;
    let (from, to) = (locked.session.store().place().to_owned(), there.place().to_owned());
    let note = Note::new(&locked.holder, "done").detail("from", &from).detail("to", &to);
    let mut moved = match Box::pin(locked.session.move_to(there, note)).await {
        Ok(moved) => moved,
        Err(error) if locked.session.moved_to().is_some() => return Err(half_moved(locked, to, error).await),
        Err(error) => return Err(locked.refuse(error.into()).await),
    };
    let given = give_key(&mut moved, &locked.holder, next, wait).await;
    let advice = if to_bucket {
        "Keep [state] in the definition as it is."
    } else {
        "Take bucket out of [state] in the definition, and leave its key as it is."
    };
    text::say(format!(
        "The state is in {to} now, all {} records of it; {from} says so in its last record, and is not used any more.\n{advice}",
        moved.head().seq
    ));
    with_key(given)
}

/// The state says that it goes on there, and may not be there to its end.
async fn half_moved(locked: Locked<'_>, to: String, error: StateError) -> Error {
    let note = Note::new(&locked.holder, "failed").detail("because", text::told(&error)).detail("to", &to);
    // Nothing is written here any more: it goes along with the next word there.
    drop(locked.session.keep_note(note).await);
    Error::Afterwards {
        what: format!("the state is moved to {to}, and may lack its last records there yet"),
        remedy: "run `manage_state migrate` again: it does what is left".into(),
        source: Box::new(error.into()),
    }
}
