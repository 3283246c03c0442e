//! Containers: an image that answers HTTP.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use scaleway_core::{Id, Listed, PrivateNetworkId, Region, Size, Timestamp, wire};
use serde::{Deserialize, Serialize};

use crate::NamespaceId;

mod create;
mod deploy;
mod operations;
mod probe;
mod sizing;
mod update;

pub use create::CreateContainer;
pub use operations::{ListContainers, ListContainersOrder};
pub use probe::{HttpProbe, Probe, ScalingOption, TcpProbe};
pub use sizing::memory_for;
pub use update::UpdateContainer;

/// The id of a [`Container`].
pub type ContainerId = Id<Container>;

/// An image that answers HTTP at an address of its own, in as many instances as the load asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Container {
    /// Its id.
    pub id: ContainerId,
    /// Its name, unique in the namespace.
    pub name: String,
    /// The namespace it lives in.
    pub namespace_id: NamespaceId,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// What it is doing.
    pub status: ContainerStatus,
    /// Why it is in error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Its variables.
    #[serde(default)]
    pub environment_variables: BTreeMap<String, String>,
    /// Its secret variables: argon2id hashes of the values, which stay the same until the variable is written again.
    #[serde(default)]
    pub secret_environment_variables: BTreeMap<String, String>,
    /// How many instances run at least; 0 lets it go to sleep.
    #[serde(default)]
    pub min_scale: u32,
    /// How many instances run at most.
    #[serde(default)]
    pub max_scale: u32,
    /// The memory of an instance.
    #[serde(default)]
    pub memory_limit_bytes: Size,
    /// The CPU of an instance, in thousandths of a virtual CPU.
    #[serde(default)]
    pub mvcpu_limit: u32,
    /// The disk of an instance.
    #[serde(default)]
    pub local_storage_limit_bytes: Size,
    /// How long a request may take.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// Whether calls need a token.
    pub privacy: Privacy,
    /// The image.
    #[serde(default)]
    pub image: String,
    /// What it speaks.
    pub protocol: Protocol,
    /// The port that it listens on.
    #[serde(default)]
    pub port: u32,
    /// Whether plain http is redirected to https.
    #[serde(default)]
    pub https_connections_only: bool,
    /// The isolation it runs in.
    pub sandbox: Sandbox,
    /// When another instance is started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaling_option: Option<ScalingOption>,
    /// How the platform finds out that an instance must be restarted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liveness_probe: Option<Probe>,
    /// How the platform finds out that an instance has started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub startup_probe: Option<Probe>,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The private network that it is attached to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_network_id: Option<PrivateNetworkId>,
    /// What is run in place of the image's entrypoint.
    #[serde(default)]
    pub command: Vec<String>,
    /// The arguments of the command.
    #[serde(default)]
    pub args: Vec<String>,
    /// Where it answers.
    #[serde(default)]
    pub public_endpoint: String,
    /// Where it is.
    pub region: Region,
}

impl Container {
    /// The host of its public endpoint: what the DNS record of a [`Domain`](crate::Domain) must be a CNAME to.
    pub fn dns_target(&self) -> &str {
        let host = self.public_endpoint.split_once("://").map_or(&*self.public_endpoint, |(_, host)| host);
        host.split(['/', ':']).next().unwrap_or_default()
    }
}

impl Listed for Container {
    const FIELD: &'static str = "containers";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// What a [`Container`] is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContainerStatus {
    /// The API does not say.
    UnknownStatus,
    /// Its first revision is starting.
    Creating,
    /// A new revision is starting; the old one answers until it has.
    Updating,
    /// It is moving to a new version of the platform.
    Upgrading,
    /// Its revision has started.
    Ready,
    /// It is being deleted.
    Deleting,
    /// The revision could not be started: see its `error_message`.
    Error,
    /// It is being locked.
    Locking,
    /// Scaleway has locked it: its support knows why.
    Locked,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// Whether calls need a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Privacy {
    /// Not said: the platform's default, or as it is.
    #[default]
    UnknownPrivacy,
    /// Anyone can call it.
    Public,
    /// A token is needed.
    Private,
    /// A value that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// What a container speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Protocol {
    /// Not said: the platform's default, or as it is.
    #[default]
    UnknownProtocol,
    /// HTTP/1.1.
    Http1,
    /// HTTP/2 without TLS.
    H2c,
    /// A value that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// The isolation that a container runs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Sandbox {
    /// Not said: the platform's default, or as it is.
    #[default]
    UnknownSandbox,
    /// The first generation, with slower system calls.
    V1,
    /// The second generation, with faster cold starts.
    V2,
    /// A value that came after this version.
    #[serde(untagged)]
    Other(String),
}
