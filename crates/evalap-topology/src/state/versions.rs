//! Past versions: read, compared, restored.

use super::log::{Head, Log};
use super::session::{Folded, snapshot_object};
use super::{Entry, Fold, Record, Session, StateError, StateKey, Store};

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
}

impl<S: Fold> Session<S> {
    /// The state as it was after record `seq`; 0 is the empty state. Works for all that lies before a damaged record,
    /// and so does not need an open session.
    pub async fn state_at(store: Store, key: StateKey, seq: u64) -> Result<S, StateError> {
        Self::past(&Log::new(store, key), seq).await
    }

    async fn past(log: &Log<S>, seq: u64) -> Result<S, StateError> {
        let newest = log.listed_after(0).await?;
        if seq > newest {
            return Err(StateError::NoSuchVersion { seq, newest });
        }
        Ok(Self::fold_until(log, seq).await?.0.state)
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
        let log = Log::<S>::new(store, key);
        let numbers = log.store.numbers("snap", &snapshot_object(0)).await?;
        let listed = log.listed_after(0).await?.max(numbers.last().copied().unwrap_or(0));
        let mut at_snapshots = Vec::new();
        let mut folded = Folded::default();
        let head = log
            .read(Head::default(), listed, u64::MAX, |record, head| {
                folded.take(record, head)?;
                if numbers.binary_search(&head.seq).is_ok() {
                    at_snapshots.push(serde_json::to_value(&folded).map_err(StateError::Encode)?);
                }
                Ok(())
            })
            .await?;
        let (mut snapshots, mut unsound) = (Vec::new(), Vec::new());
        for (seq, replayed) in numbers.into_iter().zip(at_snapshots) {
            let snapshot = Self::load_snapshot(&log, seq).await?;
            let sound = match snapshot {
                Some((snapshot, _)) => {
                    serde_json::to_value(&snapshot).map_err(StateError::Encode)? == replayed
                }
                None => false,
            };
            if sound { snapshots.push(seq) } else { unsound.push(seq) }
        }
        Ok(Verified { head, snapshots, unsound })
    }

    /// Makes the state again what it was after record `seq`, by a new record: nothing is rewritten, and this too can be
    /// undone. Needs the lock.
    pub async fn restore(&mut self, seq: u64) -> Result<u64, StateError> {
        self.held()?;
        let state = Self::past(&self.log, seq).await?;
        self.write_held(vec![Entry::Restored { from: seq, state }]).await
    }
}
