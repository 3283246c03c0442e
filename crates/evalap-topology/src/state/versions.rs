//! Past versions: read, compared, restored.

use super::envelope::{self, Opened};
use super::log::{Head, Log};
use super::migrate::{self, Holds};
use super::segment::Segments;
use super::session::{Folded, snapshot_object};
use super::{Entry, Fold, Record, Session, StateError, StateKey, Store, keyring};

/// What [`Session::verify`] found to be sound.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// The end of the log: all records up to it are whole and in a chain.
    pub head: Head,
    /// The snapshots that say what the log says.
    pub snapshots: Vec<u64>,
    /// The snapshots that cannot be used, or that say something else: they may be removed.
    pub unsound: Vec<u64>,
    /// How many merged segments say what the log says.
    pub segments: usize,
    /// The first records of merged segments that cannot be used, or that say something else: they may be removed.
    pub unsound_segments: Vec<u64>,
}

impl<S: Fold> Session<S> {
    /// The state as it was after record `seq`; 0 is the empty state. Works for all that lies before a damaged record,
    /// and so does not need an open session.
    pub async fn state_at(store: Store, key: StateKey, seq: u64) -> Result<S, StateError> {
        Self::past(&Log::open(store, key).await?, seq).await
    }

    async fn past(log: &Log<S>, seq: u64) -> Result<S, StateError> {
        let newest = log.listed_after(0).await?;
        if seq > newest {
            return Err(StateError::NoSuchVersion { seq, newest });
        }
        Ok(Self::fold_until(log, seq).await?.0.state)
    }

    /// The state by the log alone, from its first record: what [`Session::state`] must be.
    pub async fn replayed(&self) -> Result<S, StateError> {
        let mut folded = Folded::default();
        let head = &self.folded.head;
        self.log.read(Head::default(), head.seq, head.seq, |record, head| folded.take(record, head)).await?;
        Ok(folded.state)
    }

    /// All records, the oldest first.
    pub async fn history(&self) -> Result<Vec<Record<S>>, StateError> {
        let mut records = Vec::new();
        let head = &self.folded.head;
        self.log
            .read(Head::default(), head.seq, head.seq, |record, _| {
                records.push(record);
                Ok(())
            })
            .await?;
        Ok(records)
    }

    /// Reads the whole log from its first record, and compares every snapshot with it.
    ///
    /// # Errors
    /// [`StateError::Corrupt`] names the first bad record and the last good one.
    pub async fn verify(store: Store, key: StateKey) -> Result<Verified, StateError> {
        Self::verify_each(store, key, |_| {}).await
    }

    /// As [`Session::verify`], and gives every record to `each`, the oldest first.
    pub async fn verify_each(
        store: Store,
        key: StateKey,
        mut each: impl FnMut(&Record<S>),
    ) -> Result<Verified, StateError> {
        let log = Log::<S>::open(store, key).await?;
        let numbers = log.store.numbers("snap", &snapshot_object(0)).await?;
        let listed = log.listed_after(0).await?.max(numbers.last().copied().unwrap_or(0));
        let segments = Segments::list(&log).await?;
        let mut merged = segments.check();
        let mut expected = Vec::new();
        let mut folded = Folded::default();
        let head = log
            .read_with(&Segments::default(), Head::default(), listed, u64::MAX, &mut |record, head| {
                merged.met(&record, &folded.head, head)?;
                each(&record);
                folded.take(record, head)?;
                if numbers.binary_search(&head.seq).is_ok() {
                    expected.push(Expected::of(&folded)?);
                }
                Ok(())
            })
            .await?;
        let (mut snapshots, mut unsound) = (Vec::new(), Vec::new());
        for (seq, expected) in numbers.into_iter().zip(expected) {
            let sound = match Self::open_snapshot(&log, seq).await? {
                Some((opened, _)) => expected.is(&log, &opened)?,
                // One of a key that is not in use any more is not looked at: nobody else does.
                None if expected.head.key != log.key.id() => continue,
                None => false,
            };
            if sound { snapshots.push(seq) } else { unsound.push(seq) }
        }
        let unsound_segments = merged.compare(&log).await?;
        let segments = segments.len() - unsound_segments.len();
        Ok(Verified { head, snapshots, unsound, segments, unsound_segments })
    }

    /// Makes the state again what it was after record `seq`, by a new record: nothing is rewritten, and this too can be
    /// undone. Needs the lock.
    pub async fn restore(&mut self, seq: u64) -> Result<u64, StateError> {
        self.held()?;
        let mut state = keyring::lifted(self.key(), &Self::past(&self.log, seq).await?)?;
        state.follow(self.state());
        self.write_held(vec![Entry::Restored { from: seq, state }]).await
    }

    /// Makes the state what it was elsewhere, by a new record. Needs the lock. `source` says where, for people.
    pub async fn import(&mut self, source: impl Into<String>, state: S) -> Result<u64, StateError> {
        let mut state = keyring::lifted(self.key(), &state)?;
        state.follow(self.state());
        self.write_held(vec![Entry::Imported { source: source.into(), state }]).await
    }
}

/// What a snapshot must say: of a whole state no more than its digest, for a long log has many snapshots of a large one.
struct Expected {
    head: Head,
    digest: String,
}

impl Expected {
    fn of<S: Fold>(replayed: &Folded<S>) -> Result<Self, StateError> {
        let written = serde_json::to_vec(replayed).map_err(StateError::Encode)?;
        Ok(Self { head: replayed.head.clone(), digest: envelope::hash(&written) })
    }

    /// Whether a snapshot says what the log says; what older schemas did not tell is not asked of it.
    fn is<S: Fold>(&self, log: &Log<S>, opened: &Opened) -> Result<bool, StateError> {
        if envelope::hash(&opened.payload) == self.digest {
            return Ok(true);
        }
        let Ok(mut snapshot) = migrate::read::<Folded<S>>(opened, Holds::Folded) else { return Ok(false) };
        snapshot.saw(log, &self.head.hash)?;
        if snapshot.head.key.is_empty() {
            snapshot.head.key.clone_from(&self.head.key);
            snapshot.head.at = self.head.at;
        }
        Ok(Self::of(&snapshot)?.digest == self.digest)
    }
}
