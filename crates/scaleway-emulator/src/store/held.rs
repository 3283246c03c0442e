//! Records that wait for something besides time.

use super::Store;

impl Store {
    /// Nothing happens to the record by itself until it is released, whatever the time. It is not kept: who holds a record
    /// does so anew in a world that is opened again.
    pub(crate) fn hold(&mut self, collection: &str, id: &str) {
        self.held.insert((collection.into(), id.into()));
    }

    /// What is due happens at the next look.
    pub(crate) fn release(&mut self, collection: &str, id: &str) {
        self.held.remove(&(collection.to_owned(), id.to_owned()));
        let first = self.at(collection, id).and_then(|record| record.pending.first());
        if let Some(at) = first.map(|first| first.at) {
            self.due.insert((at, collection.into(), id.into()));
        }
    }

    /// Nobody is left who would release a record.
    pub(crate) fn release_all(&mut self) {
        for (collection, id) in std::mem::take(&mut self.held) {
            self.release(&collection, &id);
        }
    }
}
