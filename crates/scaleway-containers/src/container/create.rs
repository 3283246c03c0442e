//! The request that makes a container.

use std::collections::BTreeMap;
use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{PrivateNetworkId, Secret, Size, wire};
use serde::{Deserialize, Serialize};

use super::{Privacy, Probe, Protocol, Sandbox, ScalingOption};
use crate::NamespaceId;

/// A request for `CreateContainer`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateContainer {
    /// The namespace to make it in.
    #[setters(skip)]
    pub namespace_id: NamespaceId,
    /// Its name.
    #[setters(skip)]
    pub name: String,
    /// The image, for amd64.
    #[setters(skip)]
    pub image: String,
    /// Its variables: 200 at most, of 1,000 characters; not `PORT`, nor `SCW_*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment_variables: Option<BTreeMap<String, String>>,
    /// Its secret variables: 200 at most, of 65,536 bytes.
    #[serde(default, serialize_with = "wire::secret_map", skip_serializing_if = "Option::is_none")]
    pub secret_environment_variables: Option<BTreeMap<String, Secret>>,
    /// How many instances run at least: 0 to 50, 0 unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_scale: Option<u32>,
    /// How many instances run at most: 1 to 50, 5 unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_scale: Option<u32>,
    /// The memory of an instance: 128 to 12,228 MB, 2048 MB unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_limit_bytes: Option<Size>,
    /// The CPU of an instance: 70 to 6000 thousandths of a virtual CPU, 1000 unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mvcpu_limit: Option<u32>,
    /// How long a request may take: 10 seconds to an hour, 5 minutes unless set.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// Whether calls need a token; public unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy: Option<Privacy>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it speaks; HTTP/1.1 unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
    /// The port that it listens on; 8080 unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u32>,
    /// Whether plain http is redirected to https.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub https_connections_only: Option<bool>,
    /// The isolation it runs in; the second generation unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<Sandbox>,
    /// The disk of an instance; 1 GB unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_storage_limit_bytes: Option<Size>,
    /// When another instance is started; at 50 requests at once unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scaling_option: Option<ScalingOption>,
    /// How the platform finds out that an instance must be restarted; by TCP unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liveness_probe: Option<Probe>,
    /// How the platform finds out that an instance has started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub startup_probe: Option<Probe>,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// The private network to attach it to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_network_id: Option<PrivateNetworkId>,
    /// What is run in place of the image's entrypoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    /// The arguments of the command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub args: Option<Vec<String>>,
}

impl CreateContainer {
    /// A container of this name that runs this image.
    pub fn new(namespace_id: NamespaceId, name: impl Into<String>, image: impl Into<String>) -> Self {
        Self {
            namespace_id,
            name: name.into(),
            image: image.into(),
            environment_variables: None,
            secret_environment_variables: None,
            min_scale: None,
            max_scale: None,
            memory_limit_bytes: None,
            mvcpu_limit: None,
            timeout: None,
            privacy: None,
            description: None,
            protocol: None,
            port: None,
            https_connections_only: None,
            sandbox: None,
            local_storage_limit_bytes: None,
            scaling_option: None,
            liveness_probe: None,
            startup_probe: None,
            tags: None,
            private_network_id: None,
            command: None,
            args: None,
        }
    }
}
