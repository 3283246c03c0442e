//! Changes of what an instance runs on: node, standby, volume, encryption, version; and its copies.

use derive_setters::Setters;
use scaleway_core::{Id, Result, Size};
use serde::{Deserialize, Serialize};

use crate::{HighAvailabilityMode, Instance, InstanceId, Rdb, VolumeType};

/// The id of an [`UpgradableVersion`].
pub type UpgradableVersionId = Id<UpgradableVersion>;

/// A version that an instance can be upgraded to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpgradableVersion {
    /// Its id, for [`UpgradeInstance::UpgradableVersionId`] and [`MajorUpgrade`].
    pub id: UpgradableVersionId,
    /// The engine's name for it: `PostgreSQL-17`.
    #[serde(default)]
    pub name: String,
    /// The major version: `17`.
    #[serde(default)]
    pub version: String,
    /// The minor version.
    #[serde(default)]
    pub minor_version: String,
}

/// A request for `UpgradeInstance`: exactly one change a call, so wait for one before asking for the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
#[non_exhaustive]
pub enum UpgradeInstance {
    /// Another machine; the instance moves to it and is away for a moment.
    NodeType(String),
    /// Adds a standby node, which cannot be undone.
    EnableHa(bool),
    /// Adds a standby node in the same zone or in another one.
    HighAvailabilityMode(HighAvailabilityMode),
    /// A larger volume, by steps of 5 GB. It cannot shrink again.
    VolumeSize(Size),
    /// Another kind of volume.
    VolumeType(VolumeType),
    /// A minor version of the engine.
    UpgradableVersionId(UpgradableVersionId),
    /// A major version of the engine, on a new instance.
    MajorUpgradeWorkflow(MajorUpgrade),
    /// Encrypts the data on disk, which cannot be undone: about an hour for 100 GB.
    EnableEncryption(bool),
}

/// An upgrade to a major version of the engine. It makes a new instance with another id from a snapshot of this one, which
/// stays: what is written after the snapshot is lost to the new one, and high availability and ACL are the caller's to set
/// up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into)]
#[must_use]
#[non_exhaustive]
pub struct MajorUpgrade {
    /// One of the instance's `upgradable_version`s.
    #[setters(skip)]
    pub upgradable_version_id: UpgradableVersionId,
    /// Whether the endpoints move to the new instance.
    #[serde(default)]
    pub with_endpoints: bool,
}

impl MajorUpgrade {
    /// An upgrade to this version; the endpoints stay with the old instance.
    pub fn new(version: UpgradableVersionId) -> Self {
        Self { upgradable_version_id: version, with_endpoints: false }
    }
}

/// A request for `CloneInstance`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CloneInstance {
    /// The copy's name.
    #[setters(skip)]
    pub name: String,
    /// The machine that the copy runs on; as the original unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_type: Option<String>,
}

impl CloneInstance {
    /// A copy of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), node_type: None }
    }
}

impl Rdb {
    /// `UpgradeInstance`: answers while the change is being made. [`UpgradeInstance::MajorUpgradeWorkflow`] answers the new
    /// instance; any other change, the same one.
    pub async fn upgrade_instance(&self, id: &InstanceId, request: UpgradeInstance) -> Result<Instance> {
        let path = ["instances", id.as_str(), "upgrade"];
        self.api.send(self.api.post("UpgradeInstance", &path).json(&request)).await
    }

    /// `CloneInstance`: answers the copy while it is still being made.
    pub async fn clone_instance(&self, id: &InstanceId, request: CloneInstance) -> Result<Instance> {
        let path = ["instances", id.as_str(), "clone"];
        self.api.send(self.api.post("CloneInstance", &path).json(&request)).await
    }
}
