use ipnet::IpNet;
use scaleway_core::PrivateNetworkId;
use scaleway_vpc::{CreatePrivateNetwork, ListPrivateNetworks, UpdatePrivateNetwork, VpcId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Behaviour, Kind, Profile, Seen, Status, attributes};
use crate::address::Address;
use crate::cloud::{Cloud, gone, sorted};
use crate::error::KindError;
use crate::input::{Input, Unresolved};
use crate::model::Attributes;

/// A private network: where the database and the services meet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PrivateNetwork {
    /// The VPC that it belongs to.
    pub vpc_id: Input<VpcId>,
    /// Its name.
    pub name: String,
    /// Its IPv4 subnet in CIDR notation; the platform chooses one unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnet: Option<IpNet>,
    /// Its tags, sorted.
    pub tags: Vec<String>,
}

impl PrivateNetwork {
    /// A private network of this name in the VPC at `vpc`.
    pub fn new(vpc: &Address, name: impl Into<String>, tags: Vec<String>) -> Self {
        Self { vpc_id: super::Vpc::id(vpc), name: name.into(), subnet: None, tags }
    }

    /// The id of the private network at `address`.
    pub(crate) fn id(address: &Address) -> Input<PrivateNetworkId> {
        Input::output(address, "id")
    }
}

impl Kind for PrivateNetwork {
    const PROFILE: Profile = Profile {
        attributes: &[("vpc_id", Behaviour::Replace), ("subnet", Behaviour::Replace)],
        typical: (1.5, 0.3, 1.8),
        ..Profile::PLAIN
    };

    fn key(&self) -> Result<String, Unresolved> {
        Ok(self.name.clone())
    }

    async fn observe(cloud: &Cloud, _: &[Seen]) -> Result<Vec<Seen>, KindError> {
        let list = ListPrivateNetworks::default().project_id(cloud.project());
        let networks = cloud.vpcs.list_private_networks(list).all_settled().await?;
        let seen = networks.into_iter().map(|network| {
            let subnet =
                network.subnets.iter().map(|subnet| subnet.subnet).find(|subnet| subnet.addr().is_ipv4());
            Seen {
                claim: cloud.claim(&network.tags),
                status: Status::Ready,
                outputs: attributes([("id", json!(network.id))]),
                id: network.id.to_string(),
                key: network.name.clone(),
                attributes: attributes([
                    ("vpc_id", json!(network.vpc_id)),
                    ("name", json!(network.name)),
                    ("subnet", json!(subnet)),
                    ("tags", sorted(network.tags)),
                ]),
                facts: None,
            }
        });
        Ok(seen.collect())
    }

    async fn create(&self, cloud: &Cloud) -> Result<String, KindError> {
        let mut create = CreatePrivateNetwork::new(&self.name)
            .project_id(cloud.project())
            .vpc_id(self.vpc_id.known()?.clone())
            .tags(self.tags.clone());
        if let Some(subnet) = &self.subnet {
            create = create.subnets(vec![*subnet]);
        }
        Ok(cloud.vpcs.create_private_network(create).await?.id.to_string())
    }

    async fn ready(&self, _: &Cloud, id: &str) -> Result<Attributes, KindError> {
        Ok(attributes([("id", json!(id))]))
    }

    async fn update(&self, cloud: &Cloud, id: &str, _: &[String]) -> Result<String, KindError> {
        let update = UpdatePrivateNetwork::default().name(&self.name).tags(self.tags.clone());
        cloud.vpcs.update_private_network(&id.parse()?, update).await?;
        Ok(id.to_string())
    }

    async fn delete(cloud: &Cloud, id: &str) -> Result<(), KindError> {
        gone(cloud.vpcs.delete_private_network(&id.parse()?).await)
    }
}
