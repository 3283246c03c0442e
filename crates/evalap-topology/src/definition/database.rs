//! `[database]`: the PostgreSQL instance, its databases, users, access and backups.

use std::collections::{BTreeMap, BTreeSet};

use derive_setters::Setters;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::units::{Cidr, Seconds, Size};

/// The PostgreSQL instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Setters)]
#[serde(deny_unknown_fields)]
#[setters(into)]
#[non_exhaustive]
pub struct Database {
    /// The engine with its major version, such as `PostgreSQL-16`. Another one makes a new instance.
    #[serde(default = "engine")]
    #[schemars(extend("format" = "engine"))]
    pub engine: String,
    /// The machine, such as `DB-DEV-S`.
    #[schemars(extend("format" = "node-type"))]
    pub node_type: String,
    /// Whether a standby node takes over when the first fails. Cannot be undone.
    #[serde(default)]
    pub high_availability: bool,
    /// The disk.
    #[serde(default)]
    pub volume: Volume,
    /// Whether the disk is encrypted at rest. Cannot be undone.
    #[serde(default = "yes")]
    pub encryption: bool,
    /// Automatic backups.
    #[serde(default)]
    pub backups: Backups,
    /// Engine settings, such as `work_mem = "4"`; the platform's own values otherwise.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// The logical databases.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[schemars(extend("items" = {"type": "string", "format": "identifier"}))]
    pub databases: BTreeSet<String>,
    /// The users, by name. One must be an administrator: the instance is created with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("propertyNames" = {"format": "identifier"}))]
    pub users: BTreeMap<String, User>,
    /// Whether the instance is reachable from the internet, by those in `acl`.
    #[serde(default)]
    pub public_endpoint: bool,
    /// Whether the instance is reachable over the private network.
    #[serde(default = "yes")]
    pub private_network: bool,
    /// Who may use the public endpoint: address range by description. Nobody else.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub acl: BTreeMap<String, Cidr>,
}

/// The instance's disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Volume {
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: VolumeType,
    /// Its size; grows only, by steps of 5 GB.
    #[schemars(extend("formatMinimum" = "5GB", "formatMaximum" = "10TB", "formatStep" = "5GB"))]
    pub size: Size,
}

impl Default for Volume {
    fn default() -> Self {
        Self { kind: VolumeType::Sbs5k, size: Size::gigabytes(10) }
    }
}

/// The kind of a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub enum VolumeType {
    /// On the machine itself.
    #[serde(rename = "lssd")]
    Lssd,
    /// Block storage, old generation.
    #[serde(rename = "bssd")]
    Bssd,
    /// Block storage, 5,000 operations a second.
    #[serde(rename = "sbs_5k")]
    Sbs5k,
    /// Block storage, 15,000 operations a second.
    #[serde(rename = "sbs_15k")]
    Sbs15k,
}

impl VolumeType {
    /// As the API writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lssd => "lssd",
            Self::Bssd => "bssd",
            Self::Sbs5k => "sbs_5k",
            Self::Sbs15k => "sbs_15k",
        }
    }
}

/// Automatic backups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Backups {
    /// How often, in whole hours.
    #[schemars(extend("formatMinimum" = "1h", "formatMaximum" = "7d", "formatStep" = "1h"))]
    pub every: Seconds,
    /// How long each is kept, in whole days.
    #[schemars(extend("formatMinimum" = "1d", "formatMaximum" = "365d", "formatStep" = "1d"))]
    pub keep: Seconds,
    /// Whether they stay in the database's own region.
    pub same_region: bool,
}

impl Default for Backups {
    fn default() -> Self {
        Self { every: Seconds::hours(24), keep: Seconds::days(7), same_region: false }
    }
}

/// A user of the instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct User {
    /// The secret (its short name) that holds the password.
    pub password: String,
    /// Whether it administers the instance.
    #[serde(default)]
    pub admin: bool,
    /// What it may do, by logical database.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub privileges: BTreeMap<String, Privilege>,
}

/// What a user may do with a logical database. The platform's own `custom` cannot be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Privilege {
    /// Everything.
    All,
    /// Read and write.
    ReadWrite,
    /// Read.
    ReadOnly,
    /// Nothing.
    None,
}

impl Privilege {
    /// As the API writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::ReadWrite => "readwrite",
            Self::ReadOnly => "readonly",
            Self::None => "none",
        }
    }
}

impl Database {
    /// A PostgreSQL 16 instance on this kind of machine, on the private network only, encrypted, backed up daily.
    #[must_use]
    pub fn new(node_type: impl Into<String>) -> Self {
        Self {
            engine: engine(),
            node_type: node_type.into(),
            high_availability: false,
            volume: Volume::default(),
            encryption: true,
            backups: Backups::default(),
            settings: BTreeMap::new(),
            databases: BTreeSet::new(),
            users: BTreeMap::new(),
            public_endpoint: false,
            private_network: true,
            acl: BTreeMap::new(),
        }
    }

    /// With one more logical database.
    #[must_use]
    pub fn database(mut self, name: impl Into<String>) -> Self {
        self.databases.insert(name.into());
        self
    }

    /// With one more user.
    #[must_use]
    pub fn user(mut self, name: impl Into<String>, user: User) -> Self {
        self.users.insert(name.into(), user);
        self
    }
}

impl User {
    /// A user whose password is in this secret, with no rights yet.
    #[must_use]
    pub fn new(password: impl Into<String>) -> Self {
        Self { password: password.into(), admin: false, privileges: BTreeMap::new() }
    }

    /// An administrator.
    #[must_use]
    pub fn admin(mut self) -> Self {
        self.admin = true;
        self
    }

    /// With a right on a logical database.
    #[must_use]
    pub fn privilege(mut self, database: impl Into<String>, privilege: Privilege) -> Self {
        self.privileges.insert(database.into(), privilege);
        self
    }
}

fn engine() -> String {
    "PostgreSQL-16".to_owned()
}

fn yes() -> bool {
    true
}
