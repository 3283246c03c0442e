//! Endpoints: where an instance can be reached.

use scaleway_core::{Empty, Id, PrivateNetworkId, Result, Zone};
use serde::{Deserialize, Serialize};

use crate::{Instance, InstanceId, Rdb};

/// The id of an [`Endpoint`].
pub type EndpointId = Id<Endpoint>;

/// Where an instance or a read replica can be reached: one of `private_network`, `load_balancer` and `direct_access` says
/// from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Its address; it or `hostname` is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// Its host name; it or `ip` is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// The port that it listens on.
    #[serde(default)]
    pub port: u32,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// It is in this private network, and its traffic never leaves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_network: Option<PrivateNetworkEndpoint>,
    /// It is public, behind a load balancer that keeps its address when a node is replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_balancer: Option<Empty>,
    /// It is public, and the node's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct_access: Option<Empty>,
}

impl Endpoint {
    /// Whether it is reached over the internet (as far as the ACL lets one).
    pub fn is_public(&self) -> bool {
        self.load_balancer.is_some() || self.direct_access.is_some()
    }

    /// Whether it is in a private network.
    pub fn is_private(&self) -> bool {
        self.private_network.is_some()
    }

    /// Its host name, or else its address.
    pub fn host(&self) -> Option<&str> {
        self.hostname.as_deref().or(self.ip.as_deref()).filter(|host| !host.is_empty())
    }
}

impl Instance {
    /// Where it is reached over the internet.
    pub fn public_endpoint(&self) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.is_public())
    }

    /// Where it is reached in its private network.
    pub fn private_endpoint(&self) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.is_private())
    }
}

/// An endpoint's place in a private network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PrivateNetworkEndpoint {
    /// The private network.
    pub private_network_id: PrivateNetworkId,
    /// Its address with the length of the network's prefix: `172.16.20.4/22`.
    #[serde(default)]
    pub service_ip: String,
    /// The zone that it is in.
    pub zone: Zone,
    /// Who chose the address; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provisioning_mode: Option<ProvisioningMode>,
}

/// Who chose the address of an endpoint in a private network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProvisioningMode {
    /// The request.
    Static,
    /// The platform's address management.
    Ipam,
    /// A mode that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// What an endpoint of an instance shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EndpointSpec {
    /// Public, behind a load balancer: see [`load_balancer`](Self::load_balancer).
    LoadBalancer(Empty),
    /// In a private network.
    PrivateNetwork(PrivateNetworkSpec),
}

impl EndpointSpec {
    /// A public endpoint, open to the whole internet until the instance's ACL is set.
    pub fn load_balancer() -> Self {
        Self::LoadBalancer(Empty {})
    }

    /// An endpoint in a private network, whose address the platform chooses.
    pub fn private_network(id: impl Into<PrivateNetworkId>) -> Self {
        Self::PrivateNetwork(PrivateNetworkSpec::ipam(id))
    }
}

/// What place in a private network an endpoint shall have: `service_ip` or `ipam_config`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PrivateNetworkSpec {
    /// The private network.
    pub private_network_id: PrivateNetworkId,
    /// This address, with the length of the network's prefix: `172.16.20.4/22`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_ip: Option<String>,
    /// An address that the platform's address management chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipam_config: Option<Empty>,
}

impl PrivateNetworkSpec {
    /// An address that the platform chooses.
    pub fn ipam(id: impl Into<PrivateNetworkId>) -> Self {
        Self { private_network_id: id.into(), service_ip: None, ipam_config: Some(Empty {}) }
    }

    /// This address, with the length of the network's prefix: `172.16.20.4/22`.
    pub fn fixed(id: impl Into<PrivateNetworkId>, service_ip: impl Into<String>) -> Self {
        Self { private_network_id: id.into(), service_ip: Some(service_ip.into()), ipam_config: None }
    }
}

/// A request for `CreateEndpoint`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct CreateEndpoint {
    /// What it shall be.
    pub endpoint_spec: EndpointSpec,
}

impl CreateEndpoint {
    /// An endpoint of this kind.
    pub fn new(spec: EndpointSpec) -> Self {
        Self { endpoint_spec: spec }
    }
}

/// A request for `MigrateEndpoint`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct MigrateEndpoint {
    /// The instance that gets the endpoint.
    pub instance_id: InstanceId,
}

impl MigrateEndpoint {
    /// Towards this instance.
    pub fn new(instance_id: InstanceId) -> Self {
        Self { instance_id }
    }
}

/// # Endpoints
impl Rdb {
    /// `CreateEndpoint`: the instance changes its status while it is being made; [wait](Self::wait_for_instance) for it.
    pub async fn create_endpoint(&self, instance: &InstanceId, request: CreateEndpoint) -> Result<Endpoint> {
        let path = ["instances", instance.as_str(), "endpoints"];
        self.api.send(self.api.post("CreateEndpoint", &path).json(&request)).await
    }

    /// `GetEndpoint`.
    pub async fn get_endpoint(&self, id: &EndpointId) -> Result<Endpoint> {
        self.api.send(self.api.get("GetEndpoint", &["endpoints", id.as_str()])).await
    }

    /// `DeleteEndpoint`: connections over it break. A read replica's endpoint is deleted in the same way.
    pub async fn delete_endpoint(&self, id: &EndpointId) -> Result<()> {
        let delete = self.api.delete::<Empty>("DeleteEndpoint", &["endpoints", id.as_str()]);
        self.api.send(delete).await.map(|_| ())
    }

    /// `MigrateEndpoint`: moves an endpoint, its address with it, from its instance to another one.
    pub async fn migrate_endpoint(&self, id: &EndpointId, request: MigrateEndpoint) -> Result<Endpoint> {
        let path = ["endpoints", id.as_str(), "migrate"];
        self.api.send(self.api.post("MigrateEndpoint", &path).json(&request)).await
    }
}
