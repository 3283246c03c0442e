//! A state as one program has it open: what the log says up to its head, and the way to write on.

use scaleway_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::envelope::{self, Opened, Unopened};
use super::lease::{self, Lease, LeaseTimes, Waiter};
use super::log::{self, Head, Log};
use super::migrate::{self, Holds};
use super::refuge::Away;
use super::segment::SEGMENT;
use super::store::Store;
use crate::sabotage::{self, Flaw};

use super::{Call, Entry, Fold, Note, Record, StateError, StateKey};

/// A snapshot is made after so many records, and not before they are as large as the last one: so all snapshots together
/// are no larger than the log.
const SNAPSHOT_EVERY: u64 = 32;

/// And after so many when the lock is given back: what is read next begins there.
const SNAPSHOT_AT_REST: u64 = 8;

/// How many segments are merged when a lock is given back, at most.
const MERGE_AT_ONCE: usize = 4;

/// A state, opened. Reading needs no lock and writes nothing.
///
/// Any call may be given up halfway (its future dropped): what it wrote is then met as any other's record is, by the next
/// write or [`Session::refresh`].
pub struct Session<S: Fold> {
    pub(super) log: Log<S>,
    pub(super) folded: Folded<S>,
    /// The lease that this session took, or tried to: the log says whether it holds.
    pub(super) own: Option<Own>,
    pub(super) times: LeaseTimes,
    snapshot: Snapshot,
    away: Option<Away>,
}

/// The last snapshot that is known.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    head: Head,
    size: u64,
}

pub(super) struct Own {
    pub(super) id: String,
    /// When the last write under it was begun.
    pub(super) written: Timestamp,
}

/// The fold of the log up to its head, which is also what a snapshot holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Folded<S: Fold> {
    pub(super) head: Head,
    pub(super) lease: Option<Lease>,
    /// Who waits for the lock, in their order.
    #[serde(default)]
    pub(super) queue: Vec<Waiter>,
    /// Where the log goes on, if its last record says so: one that came back has more.
    #[serde(default)]
    pub(super) moved_to: Option<String>,
    pub(super) state: S,
}

impl<S: Fold> Default for Folded<S> {
    fn default() -> Self {
        Self { head: Head::default(), lease: None, queue: Vec::new(), moved_to: None, state: S::default() }
    }
}

impl<S: Fold> Folded<S> {
    /// Whether what the next record says can have happened.
    fn check(&self, entries: &[Entry<S>]) -> Result<(), StateError> {
        let events = entries.iter().filter_map(Entry::event);
        self.state.check(events).map_err(|source| illegal(self.head.seq + 1, source))
    }

    /// That this was made after the record with that hash, and no other in its place.
    pub(super) fn saw(&self, log: &Log<S>, hash: &str) -> Result<(), StateError> {
        if self.head.hash == hash {
            return Ok(());
        }
        Err(log.corrupt(&Head::before(self.head.seq), "is not the one that its snapshot saw"))
    }

    pub(super) fn take(&mut self, record: Record<S>, head: &Head) -> Result<(), StateError> {
        lease::fold(&mut self.lease, &mut self.queue, &record);
        self.moved_to = None;
        for entry in record.entries {
            match entry {
                Entry::Event(event) => {
                    self.state.apply(event).map_err(|source| illegal(head.seq, source))?;
                }
                Entry::Restored { state, .. }
                | Entry::Imported { state, .. }
                | Entry::Rekeyed { state, .. } => self.state = state,
                Entry::MovedTo { place } => self.moved_to = Some(place),
                Entry::Lease(_) | Entry::Note(_) | Entry::Calls(_) | Entry::Merged { .. } => {}
            }
        }
        self.head.clone_from(head);
        Ok(())
    }
}

fn illegal(seq: u64, source: impl std::error::Error + Send + Sync + 'static) -> StateError {
    StateError::Illegal { seq, source: Box::new(source) }
}

/// The object of a snapshot.
pub(super) fn snapshot_object(seq: u64) -> String {
    format!("snap/{seq:020}")
}

impl<S: Fold> Session<S> {
    /// Opens the state: the newest snapshot, and what the log says after it. A state that does not exist yet is empty,
    /// and stays so until something is written. Where the store is away and has a refuge that remembers the state, it is
    /// opened as it was last read: [`Session::away`] says so.
    pub async fn open(store: Store, key: StateKey) -> Result<Self, StateError> {
        let opened = async {
            let log = Log::open(store.clone(), key.clone()).await?;
            let (folded, snapshot) = Self::fold_until(&log, u64::MAX).await?;
            Ok((log, folded, snapshot, None))
        };
        let (log, folded, snapshot, away) = match opened.await {
            Err(error) if StateError::is_unavailable(&error) => {
                let (log, folded, away) = Self::remembered(&store, &key, error).await?;
                (log, folded, Snapshot::default(), Some(away))
            }
            opened => opened?,
        };
        let session = Self { log, folded, own: None, times: LeaseTimes::default(), snapshot, away };
        if session.away.is_none() {
            session.remember().await;
        }
        Ok(session)
    }

    /// Where the state is, if it was moved elsewhere: nothing is written here any more.
    pub fn moved_to(&self) -> Option<&str> {
        self.folded.moved_to.as_deref().filter(|place| !self.log.store.is_at(place))
    }

    /// That the store is away, and since when what we know may be out of date; nothing can be written meanwhile.
    pub fn away(&self) -> Option<&Away> {
        self.away.as_ref()
    }

    /// With other times around the lock; all who share a state must agree on them.
    #[must_use]
    pub fn lease_times(mut self, times: LeaseTimes) -> Self {
        self.times = times;
        self
    }

    /// The state as far as it was read.
    pub fn state(&self) -> &S {
        &self.folded.state
    }

    /// How far it was read: the version of [`Session::state`].
    pub fn head(&self) -> &Head {
        &self.folded.head
    }

    /// Who holds the lock, as far as was read.
    pub fn lease(&self) -> Option<&Lease> {
        self.folded.lease.as_ref()
    }

    /// Who waits for the lock, as far as was read, in their order.
    pub fn queue(&self) -> &[Waiter] {
        &self.folded.queue
    }

    /// The key, for digests.
    pub fn key(&self) -> &StateKey {
        // Where a refresh was given up, the fold may be further than what is used for the next record.
        self.log.used(&self.folded.head.key)
    }

    /// Where the state lies.
    pub fn store(&self) -> &Store {
        &self.log.store
    }

    /// Reads what others (or a write that was given up) have added. Gives the new head's number.
    pub async fn refresh(&mut self) -> Result<u64, StateError> {
        let (from, folded) = (self.folded.head.clone(), &mut self.folded);
        let listed = from.seq;
        let read = self.log.read(from, listed, u64::MAX, |record, head| {
            // First, for an illegal record must not leave half of itself behind.
            folded.check(&record.entries)?;
            folded.take(record, head)
        });
        let read = read.await;
        // However far it came: the next record must be of the key that the last one which was read is of.
        self.log.follow_key(&self.folded.head.key);
        read?;
        self.away = None;
        Ok(self.folded.head.seq)
    }

    /// Writes the events as one record under our lease, then folds them: durable when this returns, and not half
    /// visible before. Gives the record's number.
    ///
    /// # Errors
    /// [`StateError::Fenced`] if the lock was lost and [`StateError::Illegal`] if the events do not fit: then nothing
    /// was written. After [`StateError::Unavailable`] they may be written or not: [`Session::refresh`] finds out.
    pub async fn append(&mut self, events: Vec<S::Event>) -> Result<u64, StateError> {
        self.write_held(events.into_iter().map(Entry::Event).collect()).await
    }

    /// As [`Session::append`], with the calls that were made since.
    pub async fn append_with(&mut self, events: Vec<S::Event>, calls: Vec<Call>) -> Result<u64, StateError> {
        let calls = (!calls.is_empty()).then_some(Entry::Calls(calls));
        self.write_held(events.into_iter().map(Entry::Event).chain(calls).collect()).await
    }

    /// Whether there is a log to leave a note in: something was written here, and it does not go on elsewhere.
    pub fn takes_notes(&self) -> bool {
        self.folded.head.seq > 0 && self.moved_to().is_none()
    }

    /// Writes a note for the audit, behind those that were kept on this machine; needs no lock.
    pub async fn note(&mut self, note: Note) -> Result<u64, StateError> {
        let kept = self.kept_notes().await;
        let mut entries: Vec<_> = kept.notes.into_iter().chain([note]).map(Entry::Note).collect();
        loop {
            if let Some(seq) = self.try_take(&mut entries).await? {
                self.remove_kept(&kept.objects).await;
                // Where nobody but readers comes by, nobody else would.
                if seq % SEGMENT == 0 {
                    self.merge_what_is_whole().await;
                }
                return Ok(seq);
            }
        }
    }

    /// Writes the entries under our lease, whatever others write beside it.
    pub(super) async fn write_held(&mut self, mut entries: Vec<Entry<S>>) -> Result<u64, StateError> {
        loop {
            self.held()?;
            if let Some(seq) = self.try_take(&mut entries).await? {
                return Ok(seq);
            }
        }
    }

    /// Writes one record after our head, or learns what another wrote there first (`None`).
    pub(super) async fn try_write(&mut self, mut entries: Vec<Entry<S>>) -> Result<Option<u64>, StateError> {
        self.try_take(&mut entries).await
    }

    /// As [`Session::try_write`]; the entries stay with the caller where another was first.
    async fn try_take(&mut self, entries: &mut Vec<Entry<S>>) -> Result<Option<u64>, StateError> {
        // A refresh that was given up may have met the record that changes it.
        self.log.follow_key(&self.folded.head.key);
        let key = self.log.key.clone();
        self.try_take_with(entries, key).await
    }

    /// As [`Session::try_take`], with this key: the one in use, or the next.
    pub(super) async fn try_take_with(
        &mut self,
        entries: &mut Vec<Entry<S>>,
        key: StateKey,
    ) -> Result<Option<u64>, StateError> {
        if let Some(to) = self.moved_to() {
            let (place, to) = (self.store().place().to_owned(), to.to_owned());
            return Err(StateError::MovedTo { place, to });
        }
        let head = self.folded.head.clone();
        if head.seq == 0 && self.log.store.folder_path().is_none() {
            // The first write of all: what all others rely on is tried out once. A folder is known.
            self.log.store.probe().await?;
        }
        self.folded.check(entries)?;
        let at = self.log.store.clock.now();
        let lease = self.own.as_ref().map(|own| own.id.clone());
        let (seq, previous) = (head.seq + 1, head.hash.clone());
        let record = Record { seq, previous, at, lease, entries: std::mem::take(entries) };
        let sealed = self.log.seal(&record, &key)?;
        if sabotage::is(Flaw::SnapshotFirst) {
            let next = head.followed_by(&record, &sealed, key.id());
            self.snapshot_too_soon(&record, &next).await?;
        }
        let Some(head) = self.log.append(&head, &record, &sealed, &key).await? else {
            *entries = record.entries;
            self.refresh().await?;
            return Ok(None);
        };
        self.log.follow_key(&head.key);
        self.folded.take(record, &head)?;
        if let Some(own) = &mut self.own {
            own.written = at;
        }
        self.snapshot_after(SNAPSHOT_EVERY).await;
        Ok(Some(head.seq))
    }

    /// A snapshot saves time and nothing else: that one could not be made is no error.
    async fn snapshot_after(&mut self, records: u64) {
        let (head, last) = (&self.folded.head, &self.snapshot);
        if head.seq < last.head.seq + records || head.size < last.head.size + last.size {
            return;
        }
        self.try_snapshot().await;
    }

    /// A snapshot, if one can be made.
    pub(super) async fn try_snapshot(&mut self) {
        let seq = self.folded.head.seq;
        if let Err(error) = self.save_snapshot().await {
            tracing::warn!(
                seq,
                error = &error as &dyn std::error::Error,
                "no snapshot of the state was made"
            );
        }
    }

    /// What no session does but one that is broken on purpose.
    async fn snapshot_too_soon(&mut self, record: &Record<S>, head: &Head) -> Result<(), StateError> {
        let mut next = self.folded.clone();
        next.take(record.clone(), head)?;
        let now = std::mem::replace(&mut self.folded, next);
        let saved = self.save_snapshot().await;
        self.folded = now;
        saved
    }

    /// Keeps the fold as a snapshot.
    pub(super) async fn save_snapshot(&mut self) -> Result<(), StateError> {
        let object = snapshot_object(self.folded.head.seq);
        let payload = serde_json::to_vec(&self.folded).map_err(StateError::Encode)?;
        let sealed = envelope::seal(self.key(), &self.log.store.random, &object, &payload)?;
        self.log.store.create(&object, &sealed).await?;
        self.snapshot = Snapshot { head: self.folded.head.clone(), size: sealed.len() as u64 };
        Ok(())
    }

    /// What saves time later and nothing else: that it could not be done is no error.
    pub(super) async fn tidy(&mut self) {
        self.snapshot_after(SNAPSHOT_AT_REST).await;
        self.remember().await;
        self.merge_what_is_whole().await;
    }

    async fn merge_what_is_whole(&self) {
        if let Err(error) = self.merge(MERGE_AT_ONCE).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "the state's log was not merged");
        }
    }

    /// The fold up to `until`, and the snapshot it began with.
    pub(super) async fn fold_until(log: &Log<S>, until: u64) -> Result<(Folded<S>, Snapshot), StateError> {
        let mut snapshots = log.store.numbers("snap", &snapshot_object(0)).await?;
        snapshots.retain(|seq| *seq <= until);
        let (mut folded, mut size) = (Folded::default(), 0);
        while let Some(seq) = snapshots.pop() {
            if let Some(loaded) = Self::load_snapshot(log, seq).await? {
                (folded, size) = loaded;
                break;
            }
        }
        let snapshot = Snapshot { head: folded.head.clone(), size };
        let listed = if until == u64::MAX { log.listed_after(folded.head.seq).await? } else { until };
        log.read(folded.head.clone(), listed, until, |record, head| folded.take(record, head)).await?;
        Ok((folded, snapshot))
    }

    /// The snapshot and its size, unless it is damaged or of another shape: then the log itself is read instead. Its record must be
    /// what it says: a log that lost its end must not be written on as if it had never been.
    pub(super) async fn load_snapshot(
        log: &Log<S>,
        seq: u64,
    ) -> Result<Option<(Folded<S>, u64)>, StateError> {
        let Some((opened, size)) = Self::open_snapshot(log, seq).await? else { return Ok(None) };
        let folded: Folded<S> = match migrate::read(&opened, Holds::Folded) {
            Ok(folded) => folded,
            Err(error) => {
                tracing::warn!(object = snapshot_object(seq), %error, "a snapshot of the state is skipped");
                return Ok(None);
            }
        };
        let record = log.store.get(&log::object(seq)).await?;
        let record = record.ok_or_else(|| log.corrupt(&Head::before(seq), "is missing"))?;
        folded.saw(log, &envelope::hash(&record))?;
        Ok(Some((folded, size)))
    }

    /// What is in a snapshot, and its size, unless it is damaged or of a key that is not in use.
    pub(super) async fn open_snapshot(log: &Log<S>, seq: u64) -> Result<Option<(Opened, u64)>, StateError> {
        let object = snapshot_object(seq);
        let Some(sealed) = log.store.get(&object).await? else { return Ok(None) };
        match envelope::open(&log.key, &object, &sealed) {
            // Whoever has a key that is not in use any more could have made it.
            Ok(opened) if opened.key != log.key.id() => Ok(None),
            Ok(opened) => Ok(Some((opened, sealed.len() as u64))),
            Err(Unopened::Damaged(what)) => {
                tracing::warn!(object, what, "a snapshot of the state is skipped");
                Ok(None)
            }
            Err(other) => Err(log.unopened(&Head::before(seq), &object, other)),
        }
    }
}

impl<S: Fold> std::fmt::Debug for Session<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Session({:?} at {})", self.log.store, self.folded.head.seq)
    }
}
