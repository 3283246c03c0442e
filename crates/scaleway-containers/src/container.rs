//! Containers: an image that answers HTTP.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{
    Empty, Id, Listed, OrganizationId, Pace, Page, Pager, PrivateNetworkId, Progress, ProjectId, Region,
    Result, Secret, Size, Timestamp, Waiter, wire,
};
use serde::{Deserialize, Serialize};

use crate::{Containers, NamespaceId};

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

/// When another instance is started: set exactly one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ScalingOption {
    /// At so many requests at once in an instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrent_requests_threshold: Option<u32>,
    /// At so many per cent of its CPU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_usage_threshold: Option<u32>,
    /// At so many per cent of its memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_usage_threshold: Option<u32>,
}

/// How the platform finds out how an instance is: by HTTP or by TCP, exactly one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct Probe {
    /// After how many failures in a row the instance counts as failed.
    #[serde(default)]
    pub failure_threshold: u32,
    /// The time between two probes.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
    /// How long a probe may take.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// A connection to the container's port.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp: Option<TcpProbe>,
    /// A GET on the container's port that must answer 2xx.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpProbe>,
}

impl Probe {
    /// A GET of `path`: every 10 seconds, at most 1 second long, 30 failures in a row, unless set.
    pub fn http(path: impl Into<String>) -> Self {
        Self { http: Some(HttpProbe { path: Some(path.into()) }), ..Self::every_ten_seconds() }
    }

    /// A connection: every 10 seconds, at most 1 second long, 30 failures in a row, unless set.
    pub fn tcp() -> Self {
        Self { tcp: Some(TcpProbe {}), ..Self::every_ten_seconds() }
    }

    fn every_ten_seconds() -> Self {
        Self {
            failure_threshold: 30,
            interval: Some(Duration::from_secs(10)),
            timeout: Some(Duration::from_secs(1)),
            tcp: None,
            http: None,
        }
    }
}

/// A probe by connection: it has no options.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TcpProbe {}

/// A probe by GET.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HttpProbe {
    /// The path to get.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

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

/// The order of [`ListContainers`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListContainersOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListContainers`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListContainers {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListContainersOrder>,
    /// Only those of this organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those of this project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only those of this namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_id: Option<NamespaceId>,
    /// Only those of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Container {
    fn progress(self) -> Progress<Self> {
        match &self.status {
            ContainerStatus::Ready => Progress::Reached(self),
            ContainerStatus::Error | ContainerStatus::Locked => {
                Progress::never(wire::spelled(&self.status), self.error_message.as_deref())
            }
            status => Progress::Changing(wire::spelled(status)),
        }
    }
}

const PACE: Pace = Pace { interval: Duration::from_millis(500), deadline: Duration::from_mins(10) };

impl Containers {
    /// `CreateContainer`: answers while its first revision is still starting; [wait](Self::wait_for_container) for it.
    pub async fn create_container(&self, request: CreateContainer) -> Result<Container> {
        self.api.send(self.api.post("CreateContainer", &["containers"]).json(&request)).await
    }

    /// `GetContainer`.
    pub async fn get_container(&self, id: &ContainerId) -> Result<Container> {
        self.api.send(self.api.get("GetContainer", &["containers", id.as_str()])).await
    }

    /// `ListContainers`.
    pub fn list_containers(&self, request: ListContainers) -> Pager<Container> {
        let list = self.api.get::<Page<_>>("ListContainers", &["containers"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateContainer`: starts a new revision; the old one answers until the new one has started.
    pub async fn update_container(&self, id: &ContainerId, request: UpdateContainer) -> Result<Container> {
        self.api.send(self.api.patch("UpdateContainer", &["containers", id.as_str()]).json(&request)).await
    }

    /// `RedeployContainer`: starts a new revision of the same configuration, so that a tag's new image is pulled.
    pub async fn redeploy_container(&self, id: &ContainerId) -> Result<Container> {
        let redeploy = self.api.post("RedeployContainer", &["containers", id.as_str(), "redeploy"]);
        self.api.send(redeploy.json(&Empty {}).repeatable()).await
    }

    /// `DeleteContainer`: answers while it is still being deleted.
    pub async fn delete_container(&self, id: &ContainerId) -> Result<Container> {
        self.api.send(self.api.delete("DeleteContainer", &["containers", id.as_str()])).await
    }

    /// Waits until the container is ready, 10 minutes at most unless told otherwise; `error` and `locked` end it at once.
    pub fn wait_for_container(&self, id: &ContainerId) -> Waiter<Container> {
        let (this, id) = (self.clone(), id.clone());
        Waiter::new(self.api.client(), format!("container {id}"), PACE, move || {
            let (this, id) = (this.clone(), id.clone());
            async move { Ok(this.get_container(&id).await?.progress()) }
        })
    }

    /// Waits until the container is gone.
    pub fn wait_until_container_gone(&self, id: &ContainerId) -> Waiter<()> {
        let (this, id) = (self.clone(), id.clone());
        Waiter::until_gone(self.api.client(), format!("container {id}"), PACE, move || {
            let (this, id) = (this.clone(), id.clone());
            async move {
                this.get_container(&id)
                    .await
                    .map(|container| (wire::spelled(&container.status), container.error_message))
            }
        })
    }
}
