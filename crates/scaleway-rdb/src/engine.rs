//! Engines: which databases and versions an instance can run, and their settings.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Listed, Page, Pager, Region, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Rdb;

/// An engine that instances can run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DatabaseEngine {
    /// Its name: `PostgreSQL`.
    pub name: String,
    /// A picture of it.
    #[serde(default)]
    pub logo_url: String,
    /// Its versions, those that are not offered any more included.
    #[serde(default)]
    pub versions: Vec<EngineVersion>,
    /// Where it is offered.
    pub region: Region,
}

impl Listed for DatabaseEngine {
    const FIELD: &'static str = "engines";

    fn identity(&self) -> Cow<'_, str> {
        self.name.as_str().into()
    }
}

/// A major version of a [`DatabaseEngine`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EngineVersion {
    /// The version: `16`.
    #[serde(default)]
    pub version: String,
    /// What [`CreateInstance::engine`](crate::CreateInstance::engine) calls it: `PostgreSQL-16`.
    pub name: String,
    /// When its maker stops mending it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_of_life: Option<Timestamp>,
    /// The settings that can be changed.
    #[serde(default)]
    pub available_settings: Vec<EngineSetting>,
    /// Whether new instances cannot have it.
    #[serde(default)]
    pub disabled: bool,
    /// Whether it is offered for trial only.
    #[serde(default)]
    pub beta: bool,
    /// The settings that can be given at creation only.
    #[serde(default)]
    pub available_init_settings: Vec<EngineSetting>,
    /// When its maker released it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_date: Option<Timestamp>,
}

/// What a setting of an engine may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EngineSetting {
    /// Its name: `max_connections`.
    pub name: String,
    /// Its value where nobody sets it.
    #[serde(default)]
    pub default_value: String,
    /// Whether it can be changed without a restart.
    #[serde(default)]
    pub hot_configurable: bool,
    /// What it does.
    #[serde(default)]
    pub description: String,
    /// What kind of value it takes.
    pub property_type: EngineSettingType,
    /// The unit of its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// A regular expression that a text must match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub string_constraint: Option<String>,
    /// The least whole number it can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub int_min: Option<i32>,
    /// The greatest whole number it can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub int_max: Option<i32>,
    /// The least number it can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub float_min: Option<f64>,
    /// The greatest number it can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub float_max: Option<f64>,
}

/// What kind of value an [`EngineSetting`] takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum EngineSettingType {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Int,
    /// A text.
    String,
    /// A number.
    Float,
    /// A kind that came after this version.
    #[serde(untagged)]
    Other(std::string::String),
}

/// A request for `ListDatabaseEngines`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListDatabaseEngines {
    /// Only the engine of this name: `PostgreSQL`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Only engines with this version: `16`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// # Engines
impl Rdb {
    /// `ListDatabaseEngines`.
    pub fn list_database_engines(&self, request: ListDatabaseEngines) -> Pager<DatabaseEngine> {
        let list = self.api.get::<Page<_>>("ListDatabaseEngines", &["database-engines"]).query(&request);
        Pager::new(&self.api, list)
    }
}
