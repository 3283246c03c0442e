//! What was there some time ago, for faults that show it; kept only while there are such faults.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use scaleway_core::Timestamp;

use super::{Record, Store};

/// The last changes, undone one by one.
#[derive(Debug, Clone)]
pub(super) struct Past {
    pub(super) now: Timestamp,
    keep: Duration,
    changes: VecDeque<Before>,
}

/// A record as it was before a change; none where it was made by it.
#[derive(Debug, Clone)]
struct Before {
    at: Timestamp,
    collection: String,
    id: String,
    record: Option<Arc<Record>>,
}

impl Store {
    /// From `now` on the last `keep` of the past can be asked for.
    pub(crate) fn remember(&mut self, keep: Duration, now: Timestamp) {
        let past = self.past.get_or_insert_with(|| Past { now, keep, changes: VecDeque::new() });
        past.keep = past.keep.max(keep);
    }

    /// Nobody asks for the past any more.
    pub(crate) fn forget_past(&mut self) {
        self.past = None;
    }

    /// To be said before a record is made, changed or removed.
    pub(super) fn touch(&mut self, collection: &str, id: &str) {
        self.listed = None;
        self.touched.insert((collection.into(), id.into()));
        if let Some(past) = &mut self.past {
            let record = self.collections.get(collection).and_then(|records| records.get(id)).cloned();
            past.note(Before { at: past.now, collection: collection.into(), id: id.into(), record });
        }
    }

    /// The store as it was at `time`.
    pub(crate) fn as_of(&self, time: Timestamp) -> Self {
        self.undone(time, |_| true)
    }

    /// The store without what was made after `time`.
    pub(crate) fn before_birth(&self, time: Timestamp) -> Self {
        self.undone(time, |change| change.record.is_none())
    }

    /// When the youngest of these was made, if that is still remembered.
    pub(crate) fn made<'a>(&self, mut ids: impl Iterator<Item = &'a str>) -> Option<Timestamp> {
        let changes = &self.past.as_ref()?.changes;
        let made = |id: &str| changes.iter().rev().find(|change| change.record.is_none() && change.id == id);
        ids.find_map(made).map(|change| change.at)
    }

    fn undone(&self, time: Timestamp, which: impl Fn(&Before) -> bool) -> Self {
        let mut then = Self { past: None, ..self.clone() };
        let changes = self.past.iter().flat_map(|past| past.changes.iter().rev());
        for change in changes.take_while(|change| change.at > time).filter(|change| which(change)) {
            match change.record.clone() {
                Some(record) => then.put(&change.collection, &change.id, record),
                None => then.drop_record(&change.collection, &change.id),
            }
        }
        then
    }
}

impl Past {
    fn note(&mut self, before: Before) {
        let now = self.now;
        while self.changes.front().is_some_and(|oldest| now.since(oldest.at) > self.keep) {
            self.changes.pop_front();
        }
        self.changes.push_back(before);
    }
}
