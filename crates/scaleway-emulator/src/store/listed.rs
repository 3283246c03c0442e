//! The list that was asked for last: who reads a long one asks for it a page at a time.

use super::Store;

/// What was asked for, and the ids that it has in their order. Forgotten with the next change.
#[derive(Debug, Clone)]
pub(super) struct List {
    asked: String,
    ids: Vec<String>,
}

impl Store {
    /// The ids of the list, where it was the last one and nothing has changed since.
    pub(crate) fn listed(&self, asked: &str) -> Option<&[String]> {
        self.listed.as_ref().filter(|list| list.asked == asked).map(|list| list.ids.as_slice())
    }

    /// Keeps the ids of a list until something changes, or another list is kept.
    pub(crate) fn list(&mut self, asked: String, ids: Vec<String>) {
        self.listed = Some(List { asked, ids });
    }
}
