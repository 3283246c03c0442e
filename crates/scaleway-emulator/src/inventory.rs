//! What exists, for tests to look at.

use serde_json::{Map, Value};

use crate::Emulator;
use crate::products::secret_values;
use crate::store::Record;

/// One thing that exists.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Existing {
    /// What it is: `containers.namespaces`, `rdb.instances`, …
    pub kind: String,
    /// Its id. Things that the API knows by a name in something else (a database's user) have one of the emulator's.
    pub id: String,
    /// Kind and id of what it lives in and goes with.
    pub parent: Option<(String, String)>,
    /// The project; empty where it belongs to none.
    pub project: String,
    /// The region; empty where it is global.
    pub region: String,
    /// What the API answers about it.
    pub body: Map<String, Value>,
}

impl Existing {
    fn new(kind: &str, id: &str, record: &Record) -> Self {
        Self {
            kind: kind.into(),
            id: id.into(),
            parent: record.parent.clone(),
            project: record.project.clone(),
            region: record.region.clone(),
            body: record.body.clone(),
        }
    }

    /// A field of its body as text; empty where it is absent or no text.
    pub fn text(&self, field: &str) -> &str {
        self.body.get(field).and_then(Value::as_str).unwrap_or_default()
    }
}

impl Emulator {
    /// Everything that exists now, by kind and id; what is due by the clock has happened.
    pub fn inventory(&self) -> Vec<Existing> {
        self.with_world(|world| {
            world.store.everything().map(|(kind, id, record)| Existing::new(kind, id, record)).collect()
        })
    }
    /// The values of all versions of secrets that are text, for tests that look whether one has leaked.
    pub fn secret_values(&self) -> Vec<String> {
        self.with_world(|world| secret_values(&world.store))
    }
}
