//! What changed, for whoever keeps it.

use std::collections::BTreeSet;

use scaleway_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Record, Store};

impl Store {
    /// What changed since the last call, if anything did.
    pub(crate) fn take_changes(&mut self, at: Timestamp) -> Option<Changes> {
        if self.touched.is_empty() {
            return None;
        }
        let mut changes = Changes { at, put: Vec::new(), del: Vec::new() };
        for (collection, id) in self.take_touched() {
            match self.at(&collection, &id) {
                Some(record) => changes.put.push((collection, id, Record::clone(record))),
                None => changes.del.push((collection, id)),
            }
        }
        Some(changes)
    }

    /// These are still to be told.
    pub(crate) fn changed_again(&mut self, changes: &Changes) {
        let put = changes.put.iter().map(|(collection, id, _)| (collection.clone(), id.clone()));
        self.touched.extend(put.chain(changes.del.iter().cloned()));
    }

    /// Forgets what was touched, where nobody keeps it.
    pub(crate) fn forget_changes(&mut self) {
        self.take_touched();
    }

    fn take_touched(&mut self) -> BTreeSet<(String, String)> {
        let touched = std::mem::take(&mut self.touched);
        for key in &touched {
            self.rename(key);
        }
        touched
    }

    /// Does again what [`Store::take_changes`] told.
    pub(crate) fn replay(&mut self, changes: Changes) {
        for (collection, id) in changes.del {
            self.drop_record(&collection, &id);
        }
        for (collection, id, record) in changes.put {
            self.put(&collection, &id, record.into());
        }
        self.touched.clear();
    }

    /// Everything, as one set of changes.
    pub(crate) fn snapshot(&self, at: Timestamp) -> Changes {
        let put = self.collections.iter().flat_map(|(collection, records)| {
            records.iter().map(|(id, record)| (collection.clone(), id.clone(), Record::clone(record)))
        });
        Changes { at, put: put.collect(), del: Vec::new() }
    }
}

/// One line of the data folder's log.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Changes {
    pub(crate) at: Timestamp,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    put: Vec<(String, String, Record)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    del: Vec<(String, String)>,
}

impl Changes {
    /// Nothing but the time.
    pub(crate) fn none(at: Timestamp) -> Self {
        Self { at, put: Vec::new(), del: Vec::new() }
    }
}
