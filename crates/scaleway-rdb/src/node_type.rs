//! Node types: which machines an instance can run on.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Listed, Page, Pager, Region, Size};
use serde::{Deserialize, Serialize};

use crate::{Rdb, StorageClass, VolumeType};

/// A machine that an instance can run on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeType {
    /// Its name: `db-dev-s`.
    pub name: String,
    /// Whether there are any left.
    pub stock_status: NodeTypeStock,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// Its virtual CPUs.
    #[serde(default)]
    pub vcpus: u32,
    /// Its memory.
    #[serde(default)]
    pub memory: Size,
    /// The limits of its own disk; older than [`available_volume_types`](Self::available_volume_types).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_constraint: Option<VolumeSizes>,
    /// Whether it can have a volume of the first block storage; older than `available_volume_types`, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_bssd_compatible: Option<bool>,
    /// Whether new instances cannot have it.
    #[serde(default)]
    pub disabled: bool,
    /// Whether it is offered for trial only.
    #[serde(default)]
    pub beta: bool,
    /// The volumes that it can have.
    #[serde(default)]
    pub available_volume_types: Vec<NodeVolume>,
    /// Whether an instance on it must have a standby node; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_ha_required: Option<bool>,
    /// How old its kind is; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<NodeTypeGeneration>,
    /// The name of its range; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_range: Option<String>,
    /// Where it is offered.
    pub region: Region,
}

impl Listed for NodeType {
    const FIELD: &'static str = "node_types";

    fn identity(&self) -> Cow<'_, str> {
        self.name.as_str().into()
    }
}

/// The limits of a volume's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VolumeSizes {
    /// The smallest.
    #[serde(default)]
    pub min_size: Size,
    /// The largest.
    #[serde(default)]
    pub max_size: Size,
}

/// A volume that a [`NodeType`] can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeVolume {
    /// The kind of disk.
    #[serde(rename = "type")]
    pub kind: VolumeType,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// The smallest it can be.
    #[serde(default)]
    pub min_size: Size,
    /// The largest it can be.
    #[serde(default)]
    pub max_size: Size,
    /// Its size is a multiple of this.
    #[serde(default)]
    pub chunk_size: Size,
    /// The storage behind it; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<StorageClass>,
}

/// How many nodes of a [`NodeType`] are left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NodeTypeStock {
    /// The API does not say.
    Unknown,
    /// A few.
    LowStock,
    /// None: an instance that asks for one is refused with `out_of_stock`.
    OutOfStock,
    /// Enough.
    Available,
    /// An answer that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// How old the kind of a [`NodeType`] is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NodeTypeGeneration {
    /// The API does not say.
    UnknownGeneration,
    /// The first generation.
    GenerationV1,
    /// The second generation.
    GenerationV2,
    /// The third generation.
    GenerationV3,
    /// A generation that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListNodeTypes`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListNodeTypes {
    /// Whether those that new instances cannot have are listed, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_disabled_types: Option<bool>,
}

/// # Node types
impl Rdb {
    /// `ListNodeTypes`.
    pub fn list_node_types(&self, request: ListNodeTypes) -> Pager<NodeType> {
        Pager::new(&self.api, self.api.get::<Page<_>>("ListNodeTypes", &["node-types"]).query(&request))
    }
}
