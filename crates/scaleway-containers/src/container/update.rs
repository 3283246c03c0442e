//! The request that changes a container.

use std::collections::BTreeMap;
use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{PrivateNetworkId, Secret, Size, wire};
use serde::{Deserialize, Serialize};

use super::{Privacy, Probe, Protocol, Sandbox, ScalingOption};

/// A request for `UpdateContainer`: what is not set stays as it is. Any change starts a new revision.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateContainer {
    /// All variables, in place of those there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment_variables: Option<BTreeMap<String, String>>,
    /// All secret variables, in place of those there are; an empty value keeps the variable's value.
    #[serde(default, serialize_with = "wire::secret_map", skip_serializing_if = "Option::is_none")]
    pub secret_environment_variables: Option<BTreeMap<String, Secret>>,
    /// How many instances run at least: 0 to 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_scale: Option<u32>,
    /// How many instances run at most: 1 to 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_scale: Option<u32>,
    /// The memory of an instance: 128 to 12,228 MB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_limit_bytes: Option<Size>,
    /// The CPU of an instance: 70 to 6000 thousandths of a virtual CPU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mvcpu_limit: Option<u32>,
    /// How long a request may take: 10 seconds to an hour.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// Whether calls need a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy: Option<Privacy>,
    /// What it is for; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The image, for amd64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// What it speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
    /// The port that it listens on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u32>,
    /// Whether plain http is redirected to https. (The API spells this field otherwise than in `CreateContainer`.)
    #[serde(rename = "https_connection_only", skip_serializing_if = "Option::is_none")]
    pub https_connections_only: Option<bool>,
    /// The isolation it runs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<Sandbox>,
    /// The disk of an instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_storage_limit_bytes: Option<Size>,
    /// When another instance is started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scaling_option: Option<ScalingOption>,
    /// How the platform finds out that an instance must be restarted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liveness_probe: Option<Probe>,
    /// How the platform finds out that an instance has started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub startup_probe: Option<Probe>,
    /// All tags, in place of those there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// The private network to attach it to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_network_id: Option<PrivateNetworkId>,
    /// What is run in place of the image's entrypoint; an empty list clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    /// The arguments of the command; an empty list clears them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub args: Option<Vec<String>>,
}
