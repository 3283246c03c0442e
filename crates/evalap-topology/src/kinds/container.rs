use std::collections::BTreeMap;
use std::time::Duration;

use scaleway_containers::{
    Container as Existing, ContainerId, CreateContainer, ListContainers, NamespaceId, Privacy, Probe,
    ScalingOption, UpdateContainer,
};
use scaleway_core::{PrivateNetworkId, Secret, Size};
use scaleway_rdb::ConnectionUrl;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Behaviour, Kind, KindName, Mend, Profile, SecretRef, Seen, Status, attributes};
use crate::address::Address;
use crate::cloud::{Cloud, gone, sorted};
use crate::error::KindError;
use crate::input::{Input, Unresolved};
use crate::model::Attributes;

/// A service: an image that answers HTTP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Container {
    /// The namespace that it lives in.
    pub namespace_id: Input<NamespaceId>,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its tags, sorted.
    pub tags: Vec<String>,
    /// The image.
    pub image: String,
    /// The port that it listens on.
    pub port: u32,
    /// Thousandths of a virtual CPU.
    pub mvcpu_limit: u32,
    /// Memory, in bytes.
    pub memory_limit_bytes: u64,
    /// Disk, in bytes; the platform's default unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_storage_limit_bytes: Option<u64>,
    /// How many instances run at least.
    pub min_scale: u32,
    /// How many instances run at most.
    pub max_scale: u32,
    /// When another instance is started.
    pub scaling_option: ScalingOption,
    /// How long a request may take, in seconds.
    pub timeout: u64,
    /// `public` or `private`.
    pub privacy: Privacy,
    /// Whether plain http is redirected to https.
    pub https_connections_only: bool,
    /// The private network that it is attached to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_network_id: Option<Input<PrivateNetworkId>>,
    /// Variables.
    pub environment_variables: BTreeMap<String, Input<String>>,
    /// Secret variables: where their values come from.
    pub secret_environment_variables: BTreeMap<String, SecretUse>,
    /// How the platform finds out that an instance must be restarted; its default unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liveness_probe: Option<ContainerProbe>,
    /// How the platform finds out that an instance has started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub startup_probe: Option<ContainerProbe>,
    /// What is run in place of the image's entrypoint.
    pub command: Vec<String>,
    /// The arguments of the command.
    pub args: Vec<String>,
    /// How long it may take until a revision answers, in seconds.
    pub deadline: u64,
}

/// A revision whose probes give up at its deadline is told to be in error a moment later, with the reason.
const LAST_WORDS: Duration = Duration::from_secs(15);

/// A probe, as the client crate writes it.
pub type ContainerProbe = Probe;

/// Where the value of a secret variable comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SecretUse {
    /// A version of a secret, as it is.
    Version(SecretRef),
    /// The URL of a database, with a password that is a version of a secret.
    DatabaseUrl(Box<DatabaseUrl>),
}

/// What the URL of a database is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DatabaseUrl {
    /// The database's host.
    pub host: Input<String>,
    /// The database's port.
    pub port: Input<u32>,
    /// The database's name, known once it exists.
    pub database: Input<String>,
    /// The user, known once it exists and may use the database.
    pub user: Input<String>,
    /// The user's password.
    pub password: SecretRef,
}

impl SecretUse {
    async fn value(&self, cloud: &Cloud) -> Result<Secret, KindError> {
        match self {
            Self::Version(version) => version.value(cloud).await,
            Self::DatabaseUrl(url) => {
                let password = url.password.value(cloud).await?;
                let (host, port) = (url.host.known()?, *url.port.known()?);
                let (database, user) = (url.database.known()?, url.user.known()?);
                Ok(ConnectionUrl::at(host, port, database, user, password).secret())
            }
        }
    }
}

impl Container {
    /// The address at which the container at `address` answers.
    pub(crate) fn url(address: &Address) -> Input<String> {
        Input::output(address, "url")
    }

    async fn secret_values(&self, cloud: &Cloud) -> Result<BTreeMap<String, Secret>, KindError> {
        let mut values = BTreeMap::new();
        for (name, source) in &self.secret_environment_variables {
            values.insert(name.clone(), source.value(cloud).await?);
        }
        Ok(values)
    }

    fn variables(&self) -> Result<BTreeMap<String, String>, Unresolved> {
        self.environment_variables
            .iter()
            .map(|(name, value)| Ok((name.clone(), value.known()?.clone())))
            .collect()
    }

    fn private_network(&self) -> Result<Option<PrivateNetworkId>, Unresolved> {
        self.private_network_id.as_ref().map(|id| id.known().cloned()).transpose()
    }
}

/// What others may refer to. The hashes tell, without the values, whether somebody else has written the secret variables.
fn outputs(cloud: &Cloud, container: &Existing) -> Attributes {
    let hashes = Secret::new(json!(container.secret_environment_variables).to_string());
    attributes([
        ("id", json!(container.id)),
        ("url", json!(container.public_endpoint)),
        ("secret_hashes", json!(cloud.digest(&hashes).as_str())),
    ])
}

impl Kind for Container {
    const PROFILE: Profile = Profile {
        attributes: &[
            ("name", Behaviour::Replace),
            ("namespace_id", Behaviour::Replace),
            ("private_network_id", Behaviour::Attached),
            ("deadline", Behaviour::Unsent),
        ],
        never_unset: &["private_network_id", "liveness_probe", "startup_probe", "local_storage_limit_bytes"],
        moving_outputs: &["secret_hashes"],
        witness: Some(("secret_hashes", "secret_environment_variables")),
        mend: Mend::Update,
        goes_with: Some(KindName::ContainerNamespace),
        typical: (15.0, 15.0, 5.0),
        ..Profile::PLAIN
    };

    fn key(&self) -> Result<String, Unresolved> {
        Ok(format!("{}/{}", self.namespace_id.known()?, self.name))
    }

    async fn observe(cloud: &Cloud, _: &[Seen]) -> Result<Vec<Seen>, KindError> {
        let list = ListContainers::default().project_id(cloud.project());
        let containers = cloud.containers.list_containers(list).all_settled().await?;
        Ok(containers.into_iter().map(|container| seen(cloud, container)).collect())
    }

    async fn create(&self, cloud: &Cloud) -> Result<String, KindError> {
        let mut create = CreateContainer::new(self.namespace_id.known()?.clone(), &self.name, &self.image)
            .description(&self.description)
            .tags(self.tags.clone())
            .port(self.port)
            .mvcpu_limit(self.mvcpu_limit)
            .memory_limit_bytes(Size::bytes(self.memory_limit_bytes))
            .min_scale(self.min_scale)
            .max_scale(self.max_scale)
            .scaling_option(self.scaling_option.clone())
            .timeout(Duration::from_secs(self.timeout))
            .privacy(self.privacy.clone())
            .https_connections_only(self.https_connections_only)
            .environment_variables(self.variables()?)
            .secret_environment_variables(self.secret_values(cloud).await?)
            .command(self.command.clone())
            .args(self.args.clone());
        create.private_network_id = self.private_network()?;
        create.local_storage_limit_bytes = self.local_storage_limit_bytes.map(Size::bytes);
        create.liveness_probe = self.liveness_probe.clone();
        create.startup_probe = self.startup_probe.clone();
        Ok(cloud.containers.create_container(create).await?.id.to_string())
    }

    async fn ready(&self, cloud: &Cloud, id: &str) -> Result<Attributes, KindError> {
        let wait = cloud.containers.wait_for_container(&id.parse()?);
        let container = wait.deadline(Duration::from_secs(self.deadline) + LAST_WORDS).await?;
        Ok(outputs(cloud, &container))
    }

    async fn update(&self, cloud: &Cloud, id: &str, changed: &[String]) -> Result<String, KindError> {
        let mut update = UpdateContainer::default()
            .description(&self.description)
            .tags(self.tags.clone())
            .image(&self.image)
            .port(self.port)
            .mvcpu_limit(self.mvcpu_limit)
            .memory_limit_bytes(Size::bytes(self.memory_limit_bytes))
            .min_scale(self.min_scale)
            .max_scale(self.max_scale)
            .scaling_option(self.scaling_option.clone())
            .timeout(Duration::from_secs(self.timeout))
            .privacy(self.privacy.clone())
            .https_connections_only(self.https_connections_only)
            .environment_variables(self.variables()?)
            .command(self.command.clone())
            .args(self.args.clone());
        // The values are written only where they change: each write makes new hashes, which say no more whether they did.
        if changed.iter().any(|attribute| attribute == "secret_environment_variables") {
            update.secret_environment_variables = Some(self.secret_values(cloud).await?);
        }
        update.private_network_id = self.private_network()?;
        update.local_storage_limit_bytes = self.local_storage_limit_bytes.map(Size::bytes);
        update.liveness_probe = self.liveness_probe.clone();
        update.startup_probe = self.startup_probe.clone();
        cloud.containers.update_container(&id.parse()?, update).await?;
        Ok(id.to_string())
    }

    async fn delete(cloud: &Cloud, id: &str) -> Result<(), KindError> {
        let id: ContainerId = id.parse()?;
        gone(cloud.containers.delete_container(&id).await)?;
        Ok(cloud.containers.wait_until_container_gone(&id).await?)
    }
}

fn seen(cloud: &Cloud, container: Existing) -> Seen {
    Seen {
        claim: cloud.claim(&container.tags),
        status: Status::of(&container.status, container.error_message.as_deref()),
        outputs: outputs(cloud, &container),
        id: container.id.to_string(),
        key: format!("{}/{}", container.namespace_id, container.name),
        attributes: attributes([
            ("namespace_id", json!(container.namespace_id)),
            ("name", json!(container.name)),
            ("description", json!(container.description)),
            ("tags", sorted(container.tags)),
            ("image", json!(container.image)),
            ("port", json!(container.port)),
            ("mvcpu_limit", json!(container.mvcpu_limit)),
            ("memory_limit_bytes", json!(container.memory_limit_bytes)),
            ("local_storage_limit_bytes", json!(container.local_storage_limit_bytes)),
            ("min_scale", json!(container.min_scale)),
            ("max_scale", json!(container.max_scale)),
            ("scaling_option", json!(container.scaling_option)),
            ("timeout", container.timeout.map_or(Value::Null, |timeout| timeout.as_secs().into())),
            ("privacy", json!(container.privacy)),
            ("https_connections_only", json!(container.https_connections_only)),
            ("private_network_id", json!(container.private_network_id)),
            ("environment_variables", json!(container.environment_variables)),
            ("liveness_probe", json!(container.liveness_probe)),
            ("startup_probe", json!(container.startup_probe)),
            ("command", json!(container.command)),
            ("args", json!(container.args)),
        ]),
        facts: None,
    }
}
