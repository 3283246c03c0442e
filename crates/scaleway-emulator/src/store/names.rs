//! Records by their names: whether one is taken is asked at every creation.

use std::collections::{BTreeMap, BTreeSet};

use super::{Kind, Record, Store};

/// The ids of a collection's records by `name`, as it was when a request last ended.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    /// By collection and name.
    ids: BTreeMap<(String, String), BTreeSet<String>>,
    /// By collection and id.
    names: BTreeMap<(String, String), String>,
}

impl Names {
    fn change(&mut self, key: &(String, String), name: Option<&str>) {
        let known = self.names.get(key).map(String::as_str);
        if known == name {
            return;
        }
        let (collection, id) = key;
        if let Some(before) = self.names.remove(key) {
            let before = (collection.clone(), before);
            let ids = self.ids.get_mut(&before);
            if ids.is_some_and(|ids| ids.remove(id) && ids.is_empty()) {
                self.ids.remove(&before);
            }
        }
        if let Some(name) = name {
            self.names.insert(key.clone(), name.to_owned());
            self.ids.entry((collection.clone(), name.to_owned())).or_default().insert(id.clone());
        }
    }
}

impl Store {
    /// A kind's records of that name.
    pub(crate) fn named<'a>(
        &'a self,
        kind: Kind,
        name: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Record)> + use<'a> {
        let settled = self.names.ids.get(&(kind.collection.into(), name.into())).into_iter().flatten();
        // Their names may have changed since.
        let touched = self.touched.range((kind.collection.into(), String::new())..);
        let touched = touched.take_while(move |(collection, _)| collection == kind.collection);
        let ids = settled.chain(touched.map(|(_, id)| id));
        let records = ids.filter_map(move |id| Some((id.as_str(), self.get(kind, id)?)));
        records.filter(move |(_, record)| record.text("name") == name)
    }

    /// The name of the record is what it is now, or nobody's.
    pub(super) fn rename(&mut self, key: &(String, String)) {
        let record = self.collections.get(&key.0).and_then(|records| records.get(&key.1));
        self.names.change(key, record.map(|record| record.text("name")).filter(|name| !name.is_empty()));
    }
}
