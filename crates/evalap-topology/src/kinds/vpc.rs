use scaleway_vpc::{CreateVpc, ListVpcs, UpdateVpc, VpcId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Kind, Profile, Seen, Status, attributes};
use crate::address::Address;
use crate::cloud::{Cloud, gone, sorted};
use crate::error::KindError;
use crate::input::{Input, Unresolved};
use crate::model::Attributes;

/// A virtual private cloud: what private networks belong to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Vpc {
    /// Its name.
    pub name: String,
    /// Its tags, sorted.
    pub tags: Vec<String>,
}

impl Vpc {
    /// A VPC of this name.
    pub fn new(name: impl Into<String>, tags: Vec<String>) -> Self {
        Self { name: name.into(), tags }
    }

    /// The id of the VPC at `address`.
    pub(crate) fn id(address: &Address) -> Input<VpcId> {
        Input::output(address, "id")
    }
}

impl Kind for Vpc {
    const PROFILE: Profile = Profile { typical: (0.3, 0.2, 0.4), ..Profile::PLAIN };

    fn key(&self) -> Result<String, Unresolved> {
        Ok(self.name.clone())
    }

    async fn observe(cloud: &Cloud, _: &[Seen]) -> Result<Vec<Seen>, KindError> {
        let vpcs =
            cloud.vpcs.list_vpcs(ListVpcs::default().project_id(cloud.project())).all_settled().await?;
        let seen = vpcs.into_iter().filter(|vpc| !vpc.is_default).map(|vpc| Seen {
            claim: cloud.claim(&vpc.tags),
            status: Status::Ready,
            outputs: attributes([("id", json!(vpc.id))]),
            id: vpc.id.to_string(),
            key: vpc.name.clone(),
            attributes: attributes([("name", json!(vpc.name)), ("tags", sorted(vpc.tags))]),
            facts: None,
        });
        Ok(seen.collect())
    }

    async fn create(&self, cloud: &Cloud) -> Result<String, KindError> {
        let create = CreateVpc::new(&self.name).project_id(cloud.project()).tags(self.tags.clone());
        Ok(cloud.vpcs.create_vpc(create).await?.id.to_string())
    }

    async fn ready(&self, _: &Cloud, id: &str) -> Result<Attributes, KindError> {
        Ok(attributes([("id", json!(id))]))
    }

    async fn update(&self, cloud: &Cloud, id: &str, _: &[String]) -> Result<String, KindError> {
        let update = UpdateVpc::default().name(&self.name).tags(self.tags.clone());
        cloud.vpcs.update_vpc(&id.parse()?, update).await?;
        Ok(id.to_string())
    }

    async fn delete(cloud: &Cloud, id: &str) -> Result<(), KindError> {
        gone(cloud.vpcs.delete_vpc(&id.parse()?).await)
    }
}
