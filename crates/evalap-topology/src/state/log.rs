//! The log: records under `log/<seq>`, each naming the one before it.

use std::marker::PhantomData;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use scaleway_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::envelope::{self, SCHEMA, Unopened};
use super::migrate::{self, Holds};
use super::segment::{SEGMENT, Segments};
use super::{Digest, Entry, Fold, Record, StateError, StateKey, Store, keyring};

/// How many records are read at once.
const PARALLEL: usize = 32;

/// The end of the log, as far as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Head {
    /// The last record's number; 0 where there is none.
    pub seq: u64,
    /// The last record's hash; empty where there is none.
    pub hash: String,
    /// The size of all records up to here, in bytes.
    pub size: u64,
    /// The id of the key that the last record was written with; empty where that is not known.
    #[serde(default)]
    pub key: String,
    /// When the last record was written, by its writer's clock.
    #[serde(default)]
    pub at: Option<Timestamp>,
}

impl Head {
    /// All that is known of the end before a record of that number, where only that is.
    pub(super) fn before(seq: u64) -> Self {
        Self { seq: seq.saturating_sub(1), ..Self::default() }
    }

    pub(super) fn followed_by<S: Fold>(&self, record: &Record<S>, sealed: &Bytes, key: &str) -> Self {
        Self {
            seq: self.seq + 1,
            hash: envelope::hash(sealed),
            size: self.size + sealed.len() as u64,
            key: key.to_owned(),
            at: Some(record.at),
        }
    }
}

/// The log of one state. It remembers nothing: who uses it knows how far it has read.
pub(super) struct Log<S> {
    pub(super) store: Store,
    pub(super) key: StateKey,
    /// The keys that may be about to take its place: one has from the first record on that is written with it.
    pub(super) next: Vec<StateKey>,
    state: PhantomData<fn() -> S>,
}

/// The object of a record.
pub(super) fn object(seq: u64) -> String {
    format!("log/{seq:020}")
}

impl<S: Fold> Log<S> {
    /// With the keys that `key` took the place of.
    pub(super) async fn open(store: Store, key: StateKey) -> Result<Self, StateError> {
        let key = keyring::load(&store, key).await?;
        Ok(Self::with_keys(store, key))
    }

    /// With a key that knows those before it.
    pub(super) fn with_keys(store: Store, key: StateKey) -> Self {
        Self { store, key, next: Vec::new(), state: PhantomData }
    }

    /// The key of this id, if it is to be the next; the present one else.
    pub(super) fn used(&self, in_use: &str) -> &StateKey {
        self.next.iter().find(|next| next.id() == in_use).unwrap_or(&self.key)
    }

    /// Uses the next key from here on, if that is the one `in_use`.
    pub(super) fn follow_key(&mut self, in_use: &str) {
        if let Some(at) = self.next.iter().position(|next| next.id() == in_use) {
            self.key = self.next.swap_remove(at);
            // They were to begin with the same record.
            self.next.clear();
        }
    }

    /// The newest record that a listing shows after `seq`: a hint that is never too high.
    pub(super) async fn listed_after(&self, seq: u64) -> Result<u64, StateError> {
        Ok(self.store.numbers("log", &object(seq)).await?.last().copied().unwrap_or(seq))
    }

    /// Reads on from `head`, giving every record to `each`: up to `listed`, which must be there, at once, merged ones
    /// where there are; then one by one until there is none. Not beyond `until`.
    pub(super) async fn read(
        &self,
        head: Head,
        listed: u64,
        until: u64,
        mut each: impl FnMut(Record<S>, &Head) -> Result<(), StateError>,
    ) -> Result<Head, StateError> {
        let far = listed.min(until).saturating_sub(head.seq) >= SEGMENT;
        let segments = if far { Segments::list(self).await? } else { Segments::default() };
        self.read_with(&segments, head, listed, until, &mut each).await
    }

    /// As [`Log::read`], from these segments and the records between them; without any, it is the records themselves.
    pub(super) async fn read_with(
        &self,
        segments: &Segments,
        mut head: Head,
        listed: u64,
        until: u64,
        each: &mut impl FnMut(Record<S>, &Head) -> Result<(), StateError>,
    ) -> Result<Head, StateError> {
        let listed = listed.min(until);
        while head.seq < listed {
            let unread = segments.read(self, &mut head, listed, each).await?.min(listed);
            let mut known = stream::iter(head.seq + 1..=unread)
                .map(|seq| async move { self.store.get(&object(seq)).await })
                .buffered(PARALLEL);
            while let Some(sealed) = known.try_next().await? {
                let sealed = sealed.ok_or_else(|| self.corrupt(&head, "is missing"))?;
                let record = self.unseal(&mut head, &sealed)?;
                each(record, &head)?;
            }
        }
        while head.seq < until
            && let Some(sealed) = self.store.get(&object(head.seq + 1)).await?
        {
            let record = self.unseal(&mut head, &sealed)?;
            each(record, &head)?;
        }
        Ok(head)
    }

    /// Writes the record, sealed with `key`, after `head`; `None` if another was first.
    pub(super) async fn append(
        &self,
        head: &Head,
        record: &Record<S>,
        sealed: &Bytes,
        key: &StateKey,
    ) -> Result<Option<Head>, StateError> {
        let ours = self.store.create(&object(head.seq + 1), sealed).await?;
        Ok(ours.then(|| head.followed_by(record, sealed, key.id())))
    }

    /// A record as it is written with `key`.
    pub(super) fn seal(&self, record: &Record<S>, key: &StateKey) -> Result<Bytes, StateError> {
        let payload = serde_json::to_vec(record).map_err(StateError::Encode)?;
        envelope::seal(key, &self.store.random, &object(record.seq), &payload)
    }

    /// Opens the record after `head` and moves `head` to it.
    fn unseal(&self, head: &mut Head, sealed: &Bytes) -> Result<Record<S>, StateError> {
        let object = object(head.seq + 1);
        let key = match self.next[..] {
            [] => &self.key,
            _ => self.used(envelope::key_id(sealed).unwrap_or_default()),
        };
        let opened =
            envelope::open(key, &object, sealed).map_err(|problem| self.unopened(head, &object, problem))?;
        let record: Record<S> =
            migrate::read(&opened, Holds::Record).map_err(|source| StateError::Unknown { object, source })?;
        if record.seq != head.seq + 1 || record.previous != head.hash {
            return Err(self.corrupt(head, "does not follow the one before it"));
        }
        if !head.key.is_empty() && head.key != opened.key && !self.changes_key(head, &opened.key, &record) {
            return Err(self.corrupt(head, "was written with a key that was not in use"));
        }
        *head = head.followed_by(&record, sealed, &opened.key);
        Ok(record)
    }

    /// Whether the record says, as nobody could without the key before it, that `key` is used from here on.
    fn changes_key(&self, head: &Head, key: &str, record: &Record<S>) -> bool {
        record.entries.iter().any(|entry| match entry {
            Entry::Rekeyed { from, to, proof, .. } => {
                let expected: Option<Digest> = self.used(key).proof_of(key, record.seq);
                *from == head.key && to == key && expected.as_ref() == Some(proof)
            }
            _ => false,
        })
    }

    /// What is wrong with the record after `head`.
    pub(super) fn corrupt(&self, head: &Head, what: &'static str) -> StateError {
        let (place, object) = (self.store.place().to_owned(), object(head.seq + 1));
        StateError::Corrupt { place, object, seq: head.seq + 1, last_good: head.seq, what }
    }

    /// Why an object that was met after `head` could not be opened.
    pub(super) fn unopened(&self, head: &Head, object: &str, problem: Unopened) -> StateError {
        let object = object.to_owned();
        match problem {
            Unopened::Damaged(what) => self.corrupt(head, what),
            Unopened::WrongKey { found } => {
                StateError::WrongKey { object, expected: self.key.id().to_owned(), found }
            }
            Unopened::Newer { found } => StateError::NewerSchema { object, found, known: SCHEMA },
        }
    }
}
