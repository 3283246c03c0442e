//! What instances, snapshots and node types say of nodes and disks.

use scaleway_core::Size;
use serde::{Deserialize, Serialize};

/// Where the data of an instance is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Volume {
    /// The kind of disk.
    #[serde(rename = "type")]
    pub kind: VolumeType,
    /// Its size.
    #[serde(default)]
    pub size: Size,
    /// The storage behind it; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<StorageClass>,
}

/// The kind of disk that data lies on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum VolumeType {
    /// A disk in the node itself; its size is the node type's.
    Lssd,
    /// The first block storage; no longer offered to new instances.
    Bssd,
    /// Block storage of 5,000 operations a second.
    #[serde(rename = "sbs_5k")]
    Sbs5k,
    /// Block storage of 15,000 operations a second.
    #[serde(rename = "sbs_15k")]
    Sbs15k,
    /// A kind that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// The storage behind a volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StorageClass {
    /// The API does not say.
    UnknownStorageClass,
    /// A disk in the node itself.
    Lssd,
    /// The first block storage.
    Bssd,
    /// Block storage.
    Sbs,
    /// A class that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// Whether an instance has a standby node, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HighAvailabilityMode {
    /// The API does not say.
    UnknownHighAvailabilityMode,
    /// It has none.
    Disabled,
    /// In the same zone.
    SingleZone,
    /// In another zone of the region.
    MultipleZone,
    /// A mode that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// Whether data is encrypted on disk. It cannot be switched off again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EncryptionAtRest {
    /// Whether it is.
    pub enabled: bool,
}

impl EncryptionAtRest {
    /// Encrypted, or not.
    pub fn new(enabled: bool) -> Self {
        Self { enabled }
    }
}
