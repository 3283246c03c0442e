//! What addresses are attached to.

use derive_setters::Setters;
use serde::{Deserialize, Serialize};

/// What an address is attached to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IpResource {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: IpResourceType,
    /// Its id.
    pub id: String,
    /// Its hardware address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac_address: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What an address is attached to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IpResourceType {
    /// The API does not say.
    UnknownType,
    /// A resource that Scaleway does not know, such as a virtual machine on a server.
    Custom,
    /// An instance.
    InstanceServer,
    /// The flexible address of an instance.
    InstanceIp,
    /// An instance, in a private network.
    InstancePrivateNic,
    /// A load balancer.
    LbServer,
    /// A flexible address of an Elastic Metal server.
    FipIp,
    /// A public gateway.
    VpcGateway,
    /// A public gateway, in a private network.
    VpcGatewayNetwork,
    /// A node of Kubernetes.
    K8sNode,
    /// A Kubernetes cluster.
    K8sCluster,
    /// A managed `PostgreSQL` or `MySQL` instance.
    RdbInstance,
    /// A managed Redis cluster.
    RedisCluster,
    /// An Elastic Metal server.
    BaremetalServer,
    /// An Elastic Metal server, in a private network.
    BaremetalPrivateNic,
    /// A deployment of Managed Inference.
    LlmDeployment,
    /// A managed `MongoDB` instance.
    MgdbInstance,
    /// An Apple silicon server.
    AppleSiliconServer,
    /// An Apple silicon server, in a private network.
    AppleSiliconPrivateNic,
    /// A serverless container.
    ServerlessContainer,
    /// A serverless function.
    ServerlessFunction,
    /// A VPN gateway.
    VpnGateway,
    /// A data lab.
    DdlDatalab,
    /// A Kafka cluster.
    KafkaCluster,
    /// An end of a BGP session.
    BgpEndpoint,
    /// What the API calls `scbl_sedb_cluster`, and does not explain.
    ScblSedbCluster,
    /// A data warehouse.
    DtwhDeployment,
    /// A managed `OpenSearch` cluster.
    SedbCluster,
    /// A message queue cluster.
    MsgqCluster,
    /// An endpoint of Edge Services in a VPC.
    EdgeVpcEndpoint,
    /// What the API calls `dviz_cluster`, and does not explain.
    DvizCluster,
    /// A NATS cluster.
    NatsCluster,
    /// A type that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A resource that Scaleway does not know, such as a virtual machine on an Elastic Metal server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CustomResource {
    /// Its hardware address.
    #[setters(skip)]
    pub mac_address: String,
    /// Its name, which internal DNS answers its address for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl CustomResource {
    /// A resource of this hardware address.
    pub fn new(mac_address: impl Into<String>) -> Self {
        Self { mac_address: mac_address.into(), name: None }
    }
}
