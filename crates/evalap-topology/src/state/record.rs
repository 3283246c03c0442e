//! What the log holds.

use std::collections::BTreeMap;
use std::fmt::Debug;

use scaleway_core::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Digest, Holder};

/// A state that is the fold of its events.
///
/// Snapshots and restorations hold it as a whole, so a change of its shape needs serde defaults, as one of the events
/// does.
pub trait Fold: Default + Clone + Debug + Serialize + DeserializeOwned {
    /// One thing that happened.
    type Event: Clone + Debug + Serialize + DeserializeOwned;
    /// Why an event cannot have happened in this state.
    type Illegal: std::error::Error + Send + Sync + 'static;

    /// Takes the event in, or refuses it.
    fn apply(&mut self, event: Self::Event) -> Result<(), Self::Illegal>;

    /// What the event is of, for telling whether something has happened to that since.
    fn subjects(_event: &Self::Event) -> Vec<String> {
        Vec::new()
    }

    /// Is about to take the place of `before`, by a restoration or an import. What counts how far a state has come goes on
    /// from there.
    fn follow(&mut self, _before: &Self) {}

    /// Whether all of these could be applied one after another: asked before they are written. A state that is dear
    /// to clone should answer without.
    fn check<'a>(&self, events: impl Iterator<Item = &'a Self::Event>) -> Result<(), Self::Illegal>
    where
        Self::Event: 'a,
    {
        let mut next = None;
        for event in events {
            next.get_or_insert_with(|| self.clone()).apply(event.clone())?;
        }
        Ok(())
    }
}

/// One record of the log: what was written at once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "")]
#[non_exhaustive]
pub struct Record<S: Fold> {
    /// Its number; the first is 1.
    pub seq: u64,
    /// The hash of the record before it; empty for the first.
    pub previous: String,
    /// When it was written, by the writer's clock.
    pub at: Timestamp,
    /// The lease under which it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<String>,
    /// What it says.
    pub entries: Vec<Entry<S>>,
}

/// One thing that a record says.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Entry<S: Fold> {
    /// Something happened to the state.
    Event(S::Event),
    /// Something happened to the lock.
    Lease(LeaseEvent),
    /// For the audit; changes nothing.
    Note(Note),
    /// Calls that changed something, or tried to, since the record before.
    Calls(Vec<Call>),
    /// What an earlier run could not write, and kept on its machine: its events and calls are in this record.
    Merged {
        /// What it was called there.
        kept: String,
        /// When it was kept.
        since: Timestamp,
        /// How many events are in this record.
        taken: usize,
        /// How many the state knew already, or has moved beyond.
        known: usize,
    },
    /// The state is again what it was.
    Restored {
        /// The version it was restored from.
        from: u64,
        /// The state at that version.
        state: S,
    },
    /// The state is what it was elsewhere.
    Imported {
        /// From where, for people.
        source: String,
        /// The state.
        state: S,
    },
    /// From here on another key is used: this record is the first that is written with it.
    Rekeyed {
        /// The id of the key before it.
        from: String,
        /// The id of the new key.
        to: String,
        /// That who had the one before it says so.
        proof: Digest,
        /// The state, its digests made with the new key.
        state: S,
    },
    /// The log goes on elsewhere: nothing is written here after this.
    MovedTo {
        /// Where, for people.
        place: String,
    },
}

impl<S: Fold> Entry<S> {
    /// The event, if it is one.
    pub fn event(&self) -> Option<&S::Event> {
        if let Self::Event(event) = self { Some(event) } else { None }
    }
}

/// Something that happened to the lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LeaseEvent {
    /// Somebody took it.
    Claim {
        /// The new lease's id.
        lease: String,
        /// Who.
        holder: Holder,
        /// The lease that was taken over, if it was not free.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        over: Option<String>,
        /// Those who have waited and wait no longer: the new holder, and who were before it and did not come.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        waited: Vec<String>,
    },
    /// Its holder, named by the record, lives.
    Renew,
    /// Its holder gave it back.
    Release {
        /// The lease's id.
        lease: String,
    },
    /// Somebody broke it.
    Break {
        /// The lease's id.
        lease: String,
        /// Who did.
        by: Holder,
    },
    /// Somebody waits for it, behind those who waited before.
    Wait {
        /// The wait's id.
        ticket: String,
        /// Who.
        holder: Holder,
    },
    /// Somebody has given up waiting.
    Leave {
        /// The wait's id.
        ticket: String,
    },
}

/// A call to the cloud that changed something, or tried to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Call {
    /// The resource that it was for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Its verb.
    pub method: String,
    /// Its path, without a query.
    pub path: String,
    /// The status that was answered; none where no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The API's name for the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Call {
    /// A call that was not answered yet.
    pub fn new(resource: Option<String>, method: impl Into<String>, path: impl Into<String>) -> Self {
        Self { resource, method: method.into(), path: path.into(), status: None, request_id: None }
    }
}

/// A remark for the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Note {
    /// Who, from where, and what was run.
    pub by: Holder,
    /// Its own, where it may be written twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When, where it could not be written then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// How it ended.
    pub outcome: String,
    /// Anything else; never a secret value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, String>,
}

impl Note {
    /// How a command of `holder` ended.
    pub fn new(holder: &Holder, outcome: impl Into<String>) -> Self {
        Self { by: holder.clone(), id: None, at: None, outcome: outcome.into(), details: BTreeMap::new() }
    }

    /// With one more detail.
    #[must_use]
    pub fn detail(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.details.insert(name.into(), value.into());
        self
    }
}
