//! What is kept on this machine for when the store is away: the state as it was last read, and events that happened and
//! could not be written. Encrypted as everything else is.

use std::collections::BTreeSet;
use std::fmt;

use bytes::Bytes;
use scaleway_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::envelope::{self, SCHEMA, Unopened};
use super::log::{self, Head, Log};
use super::migrate::{self, Holds};
use super::session::Folded;
use super::{Call, Entry, Fold, Note, Session, StateError, StateKey, Store, keyring};

/// The state as it was last read.
const LAST: &str = "last";

/// That the store is away, and since when what we say of the state may be out of date.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Away {
    /// When the state was last read.
    pub since: Timestamp,
    /// What the store said, or why it said nothing.
    pub because: String,
    /// How often an earlier run on this machine has kept what it could not write: none of that is in what we say.
    pub kept: usize,
}

/// What became of the events that could not be written by an earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Merged {
    /// When they happened.
    pub since: Timestamp,
    /// How many are in the state now.
    pub taken: usize,
    /// How many the state knew already, or has moved beyond.
    pub known: usize,
}

impl fmt::Display for Merged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { since, taken, known } = self;
        write!(f, "An earlier run could not write what it did to the state (at {since}): ")?;
        if taken + known == 0 {
            return f.write_str("its calls are in the audit now.");
        }
        write!(f, "{taken} of its events are merged now, {known} were known already.")
    }
}

#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
struct Last<S: Fold> {
    at: Timestamp,
    /// Of the key that the state is read with: the keys before it.
    older: String,
    folded: Folded<S>,
}

/// Events that happened and could not be written.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
struct Kept<S: Fold> {
    at: Timestamp,
    /// The end of the log as far as was known.
    after: Head,
    events: Vec<S::Event>,
    /// The calls that were sent since the last record.
    #[serde(default)]
    calls: Vec<Call>,
    /// The lease that it happened under: what the log says under that is of the same run, and not beyond it.
    #[serde(default)]
    lease: Option<String>,
}

impl<S: Fold> Session<S> {
    /// Remembers the state on this machine, where a refuge is set. That it could not be is no error.
    pub async fn remember(&self) {
        let Some(refuge) = self.log.store.refuge() else { return };
        let remembered = async {
            let older = self.key().older_texts().to_string();
            let last = Last { at: self.log.store.clock.now(), older, folded: self.folded.clone() };
            let payload = zeroize::Zeroizing::new(serde_json::to_vec(&last).map_err(StateError::Encode)?);
            let sealed = envelope::seal(self.key(), &refuge.random, LAST, &payload)?;
            refuge.replace(LAST, &sealed).await
        };
        if let Err(error) = remembered.await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the state is not remembered on this machine"
            );
        }
    }

    /// What was remembered of the state in `store`, which does not answer: `error` says so.
    pub(super) async fn remembered(
        store: &Store,
        key: &StateKey,
        error: StateError,
    ) -> Result<(Log<S>, Folded<S>, Away), StateError> {
        let Some(refuge) = store.refuge() else { return Err(error) };
        let Ok(Some(sealed)) = refuge.get(LAST).await else { return Err(error) };
        let opened = match envelope::open(key, LAST, &sealed) {
            Ok(opened) => opened,
            Err(Unopened::WrongKey { found }) => {
                let expected = key.id().to_owned();
                return Err(StateError::WrongKey { object: LAST.to_owned(), expected, found });
            }
            Err(_) => return Err(error),
        };
        let Ok(last) = migrate::read::<Last<S>>(&opened, Holds::Folded) else { return Err(error) };
        let because = crate::error::told(&error);
        let log = Log::with_keys(store.clone(), key.with_older(&last.older)?);
        let kept = refuge.names("kept").await.map_or(0, |names| names.len());
        Ok((log, last.folded, Away { since: last.at, because, kept }))
    }

    /// Keeps events that have happened and could not be written, and the calls that were sent meanwhile, for the next run
    /// on this machine to write. Gives where.
    ///
    /// # Errors
    /// [`StateError::NoRefuge`] where the store was given none.
    pub async fn keep(&self, events: Vec<S::Event>, calls: Vec<Call>) -> Result<String, StateError> {
        let refuge = self.log.store.refuge().ok_or(StateError::NoRefuge)?;
        let name = refuge.random.uuid().map_err(StateError::Random)?;
        let object = format!("kept/{:020}-{name}", self.folded.head.seq);
        let lease = self.own.as_ref().map(|own| own.id.clone());
        let kept =
            Kept::<S> { at: refuge.clock.now(), after: self.folded.head.clone(), events, calls, lease };
        let payload = serde_json::to_vec(&kept).map_err(StateError::Encode)?;
        let sealed = envelope::seal(self.key(), &refuge.random, &object, &payload)?;
        refuge.create(&object, &sealed).await?;
        Ok(format!("{}/{object}", refuge.place()))
    }

    /// Writes a note for the audit; where the store is away, it is kept on this machine, and written with the next one.
    ///
    /// # Errors
    /// What the store said, where the note can be kept nowhere either.
    pub async fn leave(&mut self, mut note: Note) -> Result<(), StateError> {
        note.id = Some(self.log.store.random.uuid().map_err(StateError::Random)?);
        if self.away().is_none() {
            match self.note(note.clone()).await {
                Err(error) if error.is_unavailable() && self.log.store.refuge().is_some() => {}
                written => return written.map(drop),
            }
        }
        self.keep_note(note).await
    }

    /// Leaves the note that was to be written when the lock was given back, which failed: `error` says so.
    ///
    /// # Errors
    /// As [`Session::leave`].
    pub async fn leave_after(&mut self, error: &StateError, note: Note) -> Result<(), StateError> {
        // Whoever lost the lock may still write a note, which needs none.
        if error.is_fenced() { self.leave(note).await } else { self.keep_note(note).await }
    }

    /// Keeps a note on this machine: the store is known to be away. It says when that was.
    ///
    /// # Errors
    /// [`StateError::NoRefuge`] where the store was given none.
    pub async fn keep_note(&self, mut note: Note) -> Result<(), StateError> {
        let refuge = self.log.store.refuge().ok_or(StateError::NoRefuge)?;
        note.at = Some(self.log.store.clock.now());
        let name = refuge.random.uuid().map_err(StateError::Random)?;
        let object = format!("noted/{name}");
        note.id.get_or_insert(name);
        let payload = serde_json::to_vec(&note).map_err(StateError::Encode)?;
        let sealed = envelope::seal(self.key(), &refuge.random, &object, &payload)?;
        refuge.create(&object, &sealed).await.map(drop)
    }

    /// The notes that were kept, in their order. What cannot be read stays there: it is of another state, or damaged.
    pub(super) async fn kept_notes(&self) -> KeptNotes {
        let Some(refuge) = self.log.store.refuge() else { return KeptNotes::default() };
        let mut kept = Vec::<(Note, String)>::new();
        for name in refuge.names("noted").await.unwrap_or_default() {
            let object = format!("noted/{name}");
            let Ok(Some(sealed)) = refuge.get(&object).await else { continue };
            let opened = envelope::open(self.key(), &object, &sealed).ok();
            match opened.and_then(|opened| migrate::read(&opened, Holds::Folded).ok()) {
                Some(note) => kept.push((note, object)),
                None => {
                    tracing::warn!(
                        object,
                        "a note that was kept on this machine cannot be read, and stays there"
                    );
                }
            }
        }
        kept.sort_by_key(|(note, _)| note.at);
        let (notes, objects) = kept.into_iter().unzip();
        KeptNotes { notes, objects }
    }

    /// Removes what was kept and is written now. What cannot be removed is told once more, rather than never.
    pub(super) async fn remove_kept(&self, objects: &[String]) {
        let Some(refuge) = self.log.store.refuge() else { return };
        for object in objects {
            if let Err(error) = refuge.remove(object).await {
                tracing::warn!(object, error = &error as &dyn std::error::Error, "it is kept still");
            }
        }
    }

    /// Whether an earlier run on this machine has kept events of this state.
    ///
    /// # Errors
    /// As [`Session::merge_kept`].
    pub async fn has_kept(&self) -> Result<bool, StateError> {
        let Some(refuge) = self.log.store.refuge() else { return Ok(false) };
        for name in refuge.names("kept").await? {
            let object = format!("kept/{name}");
            if let Some(sealed) = refuge.get(&object).await?
                && self.of_this_state(refuge, &object, &sealed).await?.is_some()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Writes what an earlier run has kept, as far as it still fits: another run may have found out the same meanwhile.
    /// Needs the lock. `None` where nothing was kept.
    ///
    /// # Errors
    /// [`StateError::Kept`] where it cannot be read any more.
    pub async fn merge_kept(&mut self) -> Result<Option<Merged>, StateError> {
        let Some(refuge) = self.log.store.refuge().cloned() else { return Ok(None) };
        let KeptNotes { notes, objects } = self.kept_notes().await;
        if !notes.is_empty() {
            self.write_held(notes.into_iter().map(Entry::Note).collect()).await?;
            self.remove_kept(&objects).await;
        }
        let mut files = Vec::new();
        for object in refuge.names("kept").await?.into_iter().map(|name| format!("kept/{name}")) {
            let Some(sealed) = refuge.get(&object).await? else { continue };
            if let Some(kept) = self.of_this_state(&refuge, &object, &sealed).await? {
                files.push((object, kept));
            }
        }
        files.sort_by_key(|(_, kept)| (kept.after.seq, kept.at));
        let (mut entries, mut merged) = (Vec::new(), None::<Merged>);
        let (mut state, mut calls_told) = (self.folded.state.clone(), BTreeSet::new());
        for (object, kept) in &files {
            let since = self.since(kept).await?;
            // Where its file outlived the record that told it.
            let again = since.merged.contains(object);
            let mut events = Vec::new();
            for event in &kept.events {
                // The key may be another by now.
                let event = keyring::lifted(self.key(), event)?;
                let is_late = S::subjects(&event).iter().any(|subject| since.moved.contains(subject));
                if !again && !is_late && advanced(&mut state, &event) {
                    events.push(event);
                }
            }
            let (taken, known) = (events.len(), kept.events.len() - events.len());
            let so_far = merged.get_or_insert(Merged { since: kept.at, taken: 0, known: 0 });
            (so_far.taken, so_far.known) = (so_far.taken + taken, so_far.known + known);
            if again {
                continue;
            }
            // A record whose answer was lost has told them, or another file.
            let mut is_new = |call: &&Call| match &call.request_id {
                Some(id) => !since.calls.contains(id) && calls_told.insert(id.clone()),
                None => true,
            };
            let calls: Vec<_> = kept.calls.iter().filter(|call| is_new(call)).cloned().collect();
            entries.extend(events.into_iter().map(Entry::Event));
            entries.extend((!calls.is_empty()).then_some(Entry::Calls(calls)));
            entries.push(Entry::Merged { kept: object.clone(), since: kept.at, taken, known });
        }
        // In one record: were there two, whoever dies between them would have the rest taken for out of date.
        if !entries.is_empty() {
            self.write_held(entries).await?;
        }
        for (object, _) in &files {
            refuge.remove(object).await?;
        }
        Ok(merged)
    }

    /// What the log has told since something was kept.
    async fn since(&self, kept: &Kept<S>) -> Result<Since, StateError> {
        let mut since = Since::default();
        let head = self.folded.head.seq;
        self.log
            .read(kept.after.clone(), head, head, |record, _| {
                let is_of_the_run = record.lease.is_some() && record.lease == kept.lease;
                for entry in record.entries {
                    match entry {
                        Entry::Event(event) if !is_of_the_run => since.moved.extend(S::subjects(&event)),
                        Entry::Merged { kept, .. } => since.merged.extend([kept]),
                        Entry::Calls(calls) => {
                            since.calls.extend(calls.into_iter().filter_map(|call| call.request_id));
                        }
                        _ => {}
                    }
                }
                Ok(())
            })
            .await?;
        Ok(since)
    }

    /// What was kept, if it was of this state: it can be opened with its key, and its log holds the record that it came
    /// after.
    async fn of_this_state(
        &self,
        refuge: &Store,
        object: &str,
        sealed: &Bytes,
    ) -> Result<Option<Kept<S>>, StateError> {
        let file = || format!("{}/{object}", refuge.place());
        let opened = match envelope::open(self.key(), object, sealed) {
            Ok(opened) => opened,
            Err(Unopened::Damaged(what)) => return Err(StateError::Kept { file: file(), what }),
            Err(Unopened::Newer { found }) => {
                return Err(StateError::NewerSchema { object: file(), found, known: SCHEMA });
            }
            Err(Unopened::WrongKey { .. }) => return Ok(of_another(object)),
        };
        let kept: Kept<S> = migrate::read(&opened, Holds::Folded)
            .map_err(|source| StateError::Unknown { object: file(), source })?;
        let there = match kept.after.seq {
            0 => None,
            seq => self.log.store.get(&log::object(seq)).await?.map(|record| envelope::hash(&record)),
        };
        if there.unwrap_or_default() == kept.after.hash {
            return Ok(Some(kept));
        }
        Ok(of_another(object))
    }
}

/// Notes that could not be written, and where they are kept.
#[derive(Default)]
pub(super) struct KeptNotes {
    pub(super) notes: Vec<Note>,
    pub(super) objects: Vec<String>,
}

/// What the log has told since something was kept.
#[derive(Default)]
struct Since {
    /// What something has happened to: what was kept of that is out of date.
    moved: BTreeSet<String>,
    /// What was kept and is merged.
    merged: BTreeSet<String>,
    /// The API's names for the calls.
    calls: BTreeSet<String>,
}

fn of_another<T>(object: &str) -> Option<T> {
    tracing::warn!(object, "what was kept on this machine is of another state, and stays there");
    None
}

/// Whether the event fits, after which the state is one further.
fn advanced<S: Fold>(state: &mut S, event: &S::Event) -> bool {
    state.check(std::iter::once(event)).is_ok() && state.apply(event.clone()).is_ok()
}
