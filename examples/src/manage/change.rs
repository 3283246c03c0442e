//! What a state shall say: each command under the lock, each leaving a note.

use std::time::Duration;

use evalap_topology::address::Address;
use evalap_topology::model::{Event, State};
use evalap_topology::plan::after_forgetting;
use evalap_topology::state::{Fold, Holder, Note, Session};

use super::{Opened, own};
use crate::error::Error;
use crate::exit::Exit;
use crate::text;

/// The state, locked by one of these commands.
pub(super) struct Locked<'a> {
    pub(super) session: &'a mut Session<State>,
    pub(super) holder: Holder,
}

impl<'a> Locked<'a> {
    pub(super) async fn take(
        opened: &'a mut Opened<'_>,
        command: &str,
        wait: Duration,
    ) -> Result<Self, Error> {
        let (name, holder) = (opened.name, Holder::current(format!("manage_state {command}")));
        let session = opened.session().await?;
        own(session.state(), name)?;
        Box::pin(session.lock(holder.clone(), wait, |_| {})).await?;
        opened.word.set_told(true);
        let locked = Self { session: opened.session().await?, holder };
        match Box::pin(locked.session.merge_kept()).await {
            Ok(None) => {}
            Ok(Some(merged)) => text::say(merged),
            Err(error) => return Err(locked.refuse(error.into()).await),
        }
        Ok(locked)
    }

    /// Gives the lock back with a note of how it went, and says so.
    pub(super) async fn end(
        self,
        done: Result<u64, impl Into<Error>>,
        detail: (&str, String),
        said: impl FnOnce(u64) -> String,
    ) -> Result<Exit, Error> {
        let done = done.map_err(Into::into);
        let note = match &done {
            Ok(_) => Note::new(&self.holder, "done"),
            Err(error) => Note::new(&self.holder, "failed").detail("because", text::told(error)),
        };
        let note = note.detail(detail.0, detail.1);
        let released = given_back(self.session, note).await;
        text::say(said(done?));
        released.map(|()| Exit::Done)
    }

    /// Gives the lock back: nothing was done.
    pub(super) async fn refuse(self, error: Error) -> Error {
        let note = Note::new(&self.holder, "refused").detail("because", text::told(&error));
        // What was refused matters more than whether the lock could be given back.
        drop(Box::pin(self.session.release(Some(note))).await);
        error
    }
}

/// Gives the lock back, and leaves the note in any case.
pub(super) async fn given_back(session: &mut Session<State>, note: Note) -> Result<(), Error> {
    let released = Box::pin(session.release(Some(note.clone()))).await;
    let Err(error) = released else { return Ok(()) };
    if let Err(error) = session.leave_after(&error, note).await {
        text::complain(format!("How this ended is not in the audit:\n{}", Error::from(error).told()));
    }
    let place = session.store().place().to_owned();
    let then = if error.is_fenced() {
        "it is not ours any more"
    } else {
        "the next run on this machine takes the lock over, others can when its lease has ended, or after `manage_state unlock`"
    };
    Err(Error::Afterwards {
        what: format!("that is done, and the lock of the state in {place} could not be given back"),
        remedy: format!("do not run this again: {then}"),
        source: Box::new(error.into()),
    })
}

/// Writes the event, unless it does not fit what the state says.
async fn change(
    locked: Locked<'_>,
    event: Event,
    detail: String,
    said: impl FnOnce(u64) -> String,
) -> Result<Exit, Error> {
    if let Err(unfit) = locked.session.state().check(std::iter::once(&event)) {
        let error = Error::refused(unfit.to_string(), remedy(&event, locked.session.state()));
        return Err(locked.refuse(error).await);
    }
    let done = Box::pin(locked.session.append(vec![event])).await;
    locked.end(done, ("address", detail), said).await
}

/// What to do where an event does not fit.
fn remedy(event: &Event, state: &State) -> String {
    let lists = "`manage_state show` lists what is tracked";
    match event {
        Event::Renamed { from: address, .. } | Event::Forgotten { address }
            if !state.resources.contains_key(address) =>
        {
            let near = address.nearest(state.resources.keys());
            near.map_or_else(|| lists.to_owned(), |near| format!("is {near} meant? {lists}"))
        }
        Event::Renamed { from, to } if from.kind != to.kind && from.name == to.name => {
            format!(
                "what something is cannot be renamed: forget it (`manage_state forget {from}`), or delete it by the definition"
            )
        }
        Event::Renamed { from, to } if from.kind != to.kind => {
            format!("give it a name of its kind: `manage_state move {from} {}.{}`", from.kind, to.name)
        }
        _ => lists.to_owned(),
    }
}

pub(super) async fn rename(
    opened: &mut Opened<'_>,
    from: &str,
    to: &str,
    wait: Duration,
) -> Result<Exit, Error> {
    let (from, to) = (address(from)?, address(to)?);
    let locked = Locked::take(opened, "move", wait).await?;
    let renamed = Event::Renamed { from: from.clone(), to: to.clone() };
    let detail = format!("{from} to {to}");
    let said = |seq| {
        format!(
            "{from} is called {to} from now on (record {seq}). The definition must call it so, too: run `plan` next."
        )
    };
    change(locked, renamed, detail, said).await
}

pub(super) async fn forget(opened: &mut Opened<'_>, what: &str, wait: Duration) -> Result<Exit, Error> {
    let address = address(what)?;
    let locked = Locked::take(opened, "forget", wait).await?;
    let id = locked.session.state().resources.get(&address).and_then(|tracked| tracked.id.clone());
    let (forgotten, detail) = (Event::Forgotten { address: address.clone() }, address.to_string());
    let said = |seq| {
        let id = id.map(|id| format!(" ({id})")).unwrap_or_default();
        format!(
            "{address}{id} is tracked no longer (record {seq}). What exists in the cloud still does, and {}.\n\
             `manage_state restore {}` takes this back.",
            after_forgetting(address.kind),
            seq - 1
        )
    };
    change(locked, forgotten, detail, said).await
}

fn address(text: &str) -> Result<Address, Error> {
    text.parse().map_err(|error: evalap_topology::address::InvalidAddress| {
        Error::refused(error.to_string(), "`manage_state show` lists the addresses")
    })
}

pub(super) async fn unlock(opened: &mut Opened<'_>, force: bool) -> Result<Exit, Error> {
    let name = opened.name;
    let session = opened.session().await?;
    own(session.state(), name)?;
    if let Some(lease) = session.lease().filter(|lease| !force && !lease.holder.is_gone()) {
        return Err(Error::refused(
            format!("{} has held the lock since {}, and may be at work", lease.holder, lease.since),
            "wait for it; if you know that it is gone: unlock --force",
        ));
    }
    match session.unlock(Holder::current("manage_state unlock")).await? {
        Some(lease) => {
            opened.word.set_told(true);
            text::say(format!("Unlocked. {} had held the lock since {}.", lease.holder, lease.since));
        }
        None => text::say("Nobody holds the lock."),
    }
    Ok(Exit::Done)
}
