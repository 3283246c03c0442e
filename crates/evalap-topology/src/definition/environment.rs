//! `[environment]`: which environment this is, and where it lives.

use std::collections::BTreeSet;

use derive_setters::Setters;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which environment this is, and where it lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Setters)]
#[serde(deny_unknown_fields)]
#[setters(into)]
#[non_exhaustive]
pub struct Environment {
    /// The environment's name, such as `staging`: part of the name of everything that is made for it.
    #[schemars(extend("format" = "name"))]
    pub name: String,
    /// Which policy the compliance rules apply.
    pub kind: EnvironmentKind,
    /// What the names of resources begin with.
    #[serde(default = "evalap")]
    #[schemars(extend("format" = "name"))]
    pub application: String,
    /// The Scaleway project that holds this environment and nothing else.
    #[schemars(extend("format" = "uuid"))]
    pub project_id: String,
    /// The region of everything.
    #[serde(default = "paris")]
    #[schemars(extend("format" = "region"))]
    pub region: String,
    /// Tags beside `project`, `environment` and `managed-by`, which everything gets.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[schemars(extend("items" = {"type": "string", "format": "tag"}))]
    pub tags: BTreeSet<String>,
}

/// Which policy the compliance rules apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum EnvironmentKind {
    /// For trying out: may scale to zero, shorter backups.
    Staging,
    /// What users rely on.
    Production,
}

impl EnvironmentKind {
    /// Whether users rely on it.
    #[must_use]
    pub fn is_production(self) -> bool {
        self == Self::Production
    }

    /// As the definition writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

impl Environment {
    /// The environment `name` in a project (a UUID), in `fr-par`.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: EnvironmentKind, project_id: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind,
            application: evalap(),
            project_id: project_id.into(),
            region: paris(),
            tags: BTreeSet::new(),
        }
    }

    /// What names of resources begin with: `<application>-<name>`.
    #[must_use]
    pub fn prefix(&self) -> String {
        format!("{}-{}", self.application, self.name)
    }

    /// The tags that everything gets, in the form `key=value`.
    #[must_use]
    pub fn required_tags(&self) -> [String; 3] {
        [
            format!("project={}", self.application),
            format!("environment={}", self.name),
            "managed-by=evalap-topology".to_owned(),
        ]
    }
}

fn evalap() -> String {
    "evalap".to_owned()
}

fn paris() -> String {
    "fr-par".to_owned()
}
