//! The records of the world: what exists, what it is about to become, and what a request changed.

mod changes;
mod disturbed;
mod held;
mod listed;
mod names;
mod past;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use scaleway_core::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) use changes::Changes;

/// The fields of a resource.
pub(crate) type Body = Map<String, Value>;

/// A kind of resource: where its records are kept, and the name that errors give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    /// `product.things`: also its name in the data folder.
    pub(crate) collection: &'static str,
    /// As error bodies say it.
    pub(crate) resource: &'static str,
}

/// One resource.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The order of creation over all kinds.
    pub(crate) order: u64,
    /// Empty where the kind is global.
    pub(crate) region: String,
    pub(crate) project: String,
    /// Collection and id of what it dies with.
    pub(crate) parent: Option<(String, String)>,
    /// What the API answers.
    pub(crate) body: Body,
    /// What it never answers.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) hidden: Body,
    /// What happens to it by itself, in order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) pending: Vec<Transition>,
    /// The contents that it is made of ([`Blobs`](crate::blobs::Blobs)). Set when the record is made, never after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) blobs: Vec<String>,
}

impl Record {
    /// A field of the body as text; empty where it is absent or no text.
    pub(crate) fn text(&self, field: &str) -> &str {
        self.body.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn status(&self) -> &str {
        self.text("status")
    }
}

/// A change that comes with time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Transition {
    pub(crate) at: Timestamp,
    pub(crate) effect: Effect,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Effect {
    /// Fields that are set; a null in `body` takes the field away.
    Set {
        body: Body,
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        hidden: Body,
    },
    /// The record goes, and all that has it as parent.
    Delete,
    /// Its product decides what happens ([`crate::products::wake`]).
    Wake,
}

/// A record whose moment has come.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Woken {
    pub(crate) at: Timestamp,
    pub(crate) collection: String,
    pub(crate) id: String,
}

/// All records, with an index of what is due and a list of what was touched.
#[derive(Debug, Clone, Default)]
pub(crate) struct Store {
    /// Shared with copies of the store until they change.
    collections: BTreeMap<String, BTreeMap<String, Arc<Record>>>,
    children: BTreeMap<(String, String), BTreeSet<(String, String)>>,
    due: BTreeSet<(Timestamp, String, String)>,
    touched: BTreeSet<(String, String)>,
    /// Records that nothing happens to, though it be due.
    held: BTreeSet<(String, String)>,
    /// How many records name a content.
    named: BTreeMap<String, u64>,
    names: names::Names,
    listed: Option<listed::List>,
    /// Contents that have lost their last name.
    unnamed: Vec<String>,
    last_order: u64,
    past: Option<past::Past>,
}

impl Store {
    pub(crate) fn get(&self, kind: Kind, id: &str) -> Option<&Record> {
        self.at(kind.collection, id).map(Arc::as_ref)
    }

    /// The same, to be kept while others change it.
    pub(crate) fn shared(&self, kind: Kind, id: &str) -> Option<Arc<Record>> {
        self.at(kind.collection, id).cloned()
    }

    fn at(&self, collection: &str, id: &str) -> Option<&Arc<Record>> {
        self.collections.get(collection)?.get(id)
    }

    /// The record for change, a copy of its own where it is shared. It does not count as touched.
    fn change(&mut self, collection: &str, id: &str) -> Option<&mut Record> {
        Some(Arc::make_mut(self.collections.get_mut(collection)?.get_mut(id)?))
    }

    /// For change: the record counts as touched. Transitions and parents are set elsewhere.
    pub(crate) fn get_mut(&mut self, kind: Kind, id: &str) -> Option<&mut Record> {
        self.get(kind, id)?;
        self.touch(kind.collection, id);
        self.change(kind.collection, id)
    }

    /// Every record of a kind with its id, in the order of ids.
    pub(crate) fn all(&self, kind: Kind) -> impl Iterator<Item = (&str, &Record)> {
        let records = self.collections.get(kind.collection).into_iter().flatten();
        records.map(|(id, record)| (id.as_str(), record.as_ref()))
    }

    /// A kind's records with ids from `start` on, in the order of ids.
    #[allow(dead_code, reason = "for the products that list by name")]
    pub(crate) fn from<'a>(
        &'a self,
        kind: Kind,
        start: &str,
    ) -> impl DoubleEndedIterator<Item = (&'a str, &'a Record)> + use<'a> {
        let records = self.collections.get(kind.collection).into_iter();
        let bounds = (Bound::Included(start.to_owned()), Bound::Unbounded);
        let records = records.flat_map(move |records| records.range(bounds.clone()));
        records.map(|(id, record)| (id.as_str(), record.as_ref()))
    }

    /// The record of that id in any of a product's collections.
    pub(crate) fn find_in(&self, product: &str, id: &str) -> Option<&Record> {
        let collections = self.collections.range(format!("{product}.")..);
        let mut of_product = collections
            .take_while(|(name, _)| name.strip_prefix(product).is_some_and(|rest| rest.starts_with('.')));
        of_product.find_map(|(_, records)| records.get(id)).map(Arc::as_ref)
    }

    /// Every record, by collection and id.
    pub(crate) fn everything(&self) -> impl Iterator<Item = (&str, &str, &Record)> {
        self.collections.iter().flat_map(|(collection, records)| {
            records.iter().map(|(id, record)| (collection.as_str(), id.as_str(), record.as_ref()))
        })
    }

    /// The ids of a kind's records under a parent.
    pub(crate) fn children(&self, parent: Kind, id: &str, kind: Kind) -> Vec<String> {
        let children = self.children.get(&(parent.collection.into(), id.into())).into_iter().flatten();
        children.filter(|(collection, _)| collection == kind.collection).map(|(_, id)| id.clone()).collect()
    }

    /// A kind's records that have the same parent as `record`.
    pub(crate) fn siblings<'a>(
        &'a self,
        kind: Kind,
        record: &Record,
    ) -> impl Iterator<Item = &'a Record> + use<'a> {
        let children =
            record.parent.as_ref().and_then(|parent| self.children.get(parent)).into_iter().flatten();
        let of_kind = children.filter(move |(collection, _)| collection == kind.collection);
        of_kind.filter_map(move |(_, id)| self.get(kind, id))
    }

    pub(crate) fn insert(&mut self, kind: Kind, id: &str, mut record: Record) {
        self.last_order += 1;
        record.order = self.last_order;
        self.touch(kind.collection, id);
        self.put(kind.collection, id, record.into());
    }

    /// Replaces what is pending.
    pub(crate) fn schedule(&mut self, kind: Kind, id: &str, pending: Vec<Transition>) {
        if let Some(record) = self.get_mut(kind, id) {
            let first = pending.first().map(|transition| transition.at);
            let before = std::mem::replace(&mut record.pending, pending);
            if let Some(before) = before.first() {
                self.due.remove(&(before.at, kind.collection.into(), id.into()));
            }
            if let Some(at) = first {
                self.due.insert((at, kind.collection.into(), id.into()));
            }
        }
    }

    /// Moves what is pending for the record of that id, so that the first of it happens at `first`.
    pub(crate) fn reschedule(&mut self, id: &str, first: Timestamp) {
        let mut found =
            self.collections.iter_mut().filter_map(|(name, records)| Some((name, records.get_mut(id)?)));
        let Some((collection, record)) = found.next() else { return };
        let Some(before) = record.pending.first().map(|transition| transition.at) else { return };
        for transition in &mut Arc::make_mut(record).pending {
            transition.at = first + transition.at.since(before);
        }
        let key = (collection.clone(), id.to_owned());
        self.due.insert((first, key.0.clone(), key.1.clone()));
        self.touched.insert(key);
    }

    /// Removes a record and all that has it as parent.
    pub(crate) fn remove(&mut self, kind: Kind, id: &str) {
        self.drop_record(kind.collection, id);
    }

    /// The same, where the name of a collection is all that is known of the kind.
    pub(crate) fn remove_from(&mut self, collection: &str, id: &str) {
        self.drop_record(collection, id);
    }

    /// Lets happen what is due, up to the first record that is to be woken; `None` once nothing more is due.
    pub(crate) fn settle(&mut self, now: Timestamp) -> Option<Woken> {
        while self.due.first().is_some_and(|(at, ..)| *at <= now) {
            let (at, collection, id) = self.due.pop_first()?;
            self.live_at(at);
            if self.advance(&collection, &id, at) {
                return Some(Woken { at, collection, id });
            }
        }
        self.live_at(now);
        None
    }

    /// Changes are remembered as of that time.
    fn live_at(&mut self, now: Timestamp) {
        if let Some(past) = &mut self.past {
            past.now = past.now.max(now);
        }
    }

    /// Answers whether the record is to be woken.
    fn advance(&mut self, collection: &str, id: &str, at: Timestamp) -> bool {
        if self.held.contains(&(collection.to_owned(), id.to_owned())) {
            return false;
        }
        // An entry of the index may be of a plan that was replaced.
        let record = self.at(collection, id);
        if record.and_then(|record| record.pending.first()).is_none_or(|transition| transition.at != at) {
            return false;
        }
        self.touch(collection, id);
        let Some(record) = self.change(collection, id) else { return false };
        let effect = record.pending.remove(0).effect;
        let next = record.pending.first().map(|next| next.at);
        self.due.extend(next.map(|at| (at, collection.into(), id.into())));
        match effect {
            Effect::Set { body, hidden } => {
                let Some(record) = self.change(collection, id) else { return false };
                for (field, value) in body {
                    match value {
                        Value::Null => record.body.remove(&field),
                        value => record.body.insert(field, value),
                    };
                }
                record.hidden.extend(hidden);
            }
            Effect::Delete => self.drop_record(collection, id),
            Effect::Wake => return true,
        }
        false
    }

    fn drop_record(&mut self, collection: &str, id: &str) {
        let key = (collection.to_owned(), id.to_owned());
        if self.at(collection, id).is_none() {
            return;
        }
        self.touch(collection, id);
        let removed = self.collections.get_mut(collection).and_then(|records| records.remove(id));
        let Some(record) = removed else { return };
        self.unname(&record.blobs);
        if let Some(next) = record.pending.first() {
            self.due.remove(&(next.at, key.0.clone(), key.1.clone()));
        }
        if let Some(siblings) = record.parent.as_ref().and_then(|parent| self.children.get_mut(parent)) {
            siblings.remove(&key);
        }
        self.rename(&key);
        for (collection, id) in self.children.remove(&key).unwrap_or_default() {
            self.drop_record(&collection, &id);
        }
    }

    fn put(&mut self, collection: &str, id: &str, record: Arc<Record>) {
        self.listed = None;
        if let Some(parent) = &record.parent {
            let children = self.children.entry(parent.clone()).or_default();
            children.insert((collection.into(), id.into()));
        }
        if let Some(transition) = record.pending.first() {
            self.due.insert((transition.at, collection.into(), id.into()));
        }
        self.last_order = self.last_order.max(record.order);
        for blob in &record.blobs {
            *self.named.entry(blob.clone()).or_default() += 1;
        }
        let replaced = self.collections.entry(collection.into()).or_default().insert(id.into(), record);
        if let Some(replaced) = replaced {
            self.unname(&replaced.blobs);
        }
        self.rename(&(collection.into(), id.into()));
    }

    /// Whether any record names the content.
    pub(crate) fn names(&self, blob: &str) -> bool {
        self.named.contains_key(blob)
    }

    /// Contents that have lost their last name since the last call; some may have got another one since.
    pub(crate) fn take_unnamed(&mut self) -> Vec<String> {
        std::mem::take(&mut self.unnamed)
    }

    fn unname(&mut self, blobs: &[String]) {
        for blob in blobs {
            match self.named.get_mut(blob) {
                Some(count) if *count > 1 => *count -= 1,
                _ => {
                    self.named.remove(blob);
                    self.unnamed.push(blob.clone());
                }
            }
        }
    }

    /// The records of `other` in place of all that there are.
    pub(crate) fn replace(&mut self, other: &Self) {
        let all = |store: &Self| -> Vec<_> {
            store.everything().map(|(collection, id, _)| (collection.to_owned(), id.to_owned())).collect()
        };
        for (collection, id) in all(self).into_iter().chain(all(other)) {
            self.touch(&collection, &id);
        }
        let unnamed = self.unnamed.drain(..).chain(std::mem::take(&mut self.named).into_keys()).collect();
        *self = Self {
            touched: std::mem::take(&mut self.touched),
            unnamed,
            last_order: self.last_order.max(other.last_order),
            past: self.past.take(),
            held: std::mem::take(&mut self.held),
            ..other.clone()
        };
    }
}
