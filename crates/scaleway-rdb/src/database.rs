//! Databases: what an instance holds.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Empty, Listed, Page, Pager, Result, Size};
use serde::{Deserialize, Serialize};

use crate::{InstanceId, Rdb};

/// A database of an instance; its name is its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Database {
    /// Its name, unique in the instance.
    pub name: String,
    /// The user that owns it; empty in the answer of [`create_database`](Rdb::create_database).
    #[serde(default)]
    pub owner: String,
    /// Whether it was made by this API rather than by a statement.
    #[serde(default)]
    pub managed: bool,
    /// What it fills of the disk; 0 where the list did not ask for it.
    #[serde(default)]
    pub size: Size,
}

impl Listed for Database {
    const FIELD: &'static str = "databases";

    fn identity(&self) -> Cow<'_, str> {
        self.name.as_str().into()
    }
}

/// A request for `CreateDatabase`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct CreateDatabase {
    /// Its name.
    pub name: String,
}

impl CreateDatabase {
    /// A database of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }
}

/// The order of [`ListDatabases`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListDatabasesOrder {
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// Smallest first.
    SizeAsc,
    /// Largest first.
    SizeDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListDatabases`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListDatabases {
    /// Only the one of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Only those made by this API, or only the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed: Option<bool>,
    /// Only those that this user owns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The order; by name unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListDatabasesOrder>,
    /// Whether sizes are left out, which is quicker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_size_retrieval: Option<bool>,
}

/// # Databases
impl Rdb {
    /// `CreateDatabase`. Nobody but its owner may use it until [`set_privilege`](Self::set_privilege) says so.
    pub async fn create_database(&self, instance: &InstanceId, request: CreateDatabase) -> Result<Database> {
        let path = ["instances", instance.as_str(), "databases"];
        self.api.send(self.api.post("CreateDatabase", &path).json(&request)).await
    }

    /// `ListDatabases`.
    pub fn list_databases(&self, instance: &InstanceId, request: ListDatabases) -> Pager<Database> {
        let path = ["instances", instance.as_str(), "databases"];
        Pager::new(&self.api, self.api.get::<Page<_>>("ListDatabases", &path).query(&request))
    }

    /// `DeleteDatabase`: with all its data.
    pub async fn delete_database(&self, instance: &InstanceId, name: &str) -> Result<()> {
        let path = ["instances", instance.as_str(), "databases", name];
        self.api.send(self.api.delete::<Empty>("DeleteDatabase", &path)).await.map(|_| ())
    }
}
