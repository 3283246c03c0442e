//! Endpoints of Object Storage: how it is reached from within a VPC.

use scaleway_core::{Empty, PrivateNetworkId, Result};
use serde::{Deserialize, Serialize};

use crate::{Vpc, VpcId, Vpcs};

/// The private networks of a VPC from which Object Storage is reached without the public Internet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct S3Endpoint {
    /// The VPC.
    pub vpc_id: VpcId,
    /// The private networks.
    #[serde(default)]
    pub private_network_ids: Vec<PrivateNetworkId>,
}

#[derive(Serialize)]
struct One<'a> {
    private_network_id: &'a PrivateNetworkId,
}

#[derive(Serialize)]
struct All<'a> {
    private_network_ids: &'a [PrivateNetworkId],
}

/// # Endpoints of Object Storage
impl Vpcs {
    /// `EnableS3Endpoint`: reaches Object Storage from these private networks of the VPC.
    pub async fn enable_s3_endpoint(
        &self,
        vpc_id: &VpcId,
        private_network_ids: &[PrivateNetworkId],
    ) -> Result<Vpc> {
        let enable = self.api.post("EnableS3Endpoint", &["s3-integration", vpc_id.as_str(), "enable"]);
        self.api.send(enable.query(&All { private_network_ids }).repeatable()).await
    }

    /// `DisableS3Endpoint`: no private network of the VPC reaches Object Storage from within any more.
    pub async fn disable_s3_endpoint(&self, vpc_id: &VpcId) -> Result<Vpc> {
        let disable = self.api.post("DisableS3Endpoint", &["s3-integration", vpc_id.as_str(), "disable"]);
        self.api.send(disable.repeatable()).await
    }

    /// `AddPrivateNetworkS3Endpoint`: one private network more.
    pub async fn add_private_network_s3_endpoint(
        &self,
        vpc_id: &VpcId,
        private_network_id: &PrivateNetworkId,
    ) -> Result<S3Endpoint> {
        let path = ["s3-integration", vpc_id.as_str(), "private-networks"];
        let add = self.api.post("AddPrivateNetworkS3Endpoint", &path);
        self.api.send(add.json(&One { private_network_id })).await
    }

    /// `SetPrivateNetworksS3Endpoint`: these private networks, in place of those there are.
    pub async fn set_private_networks_s3_endpoint(
        &self,
        vpc_id: &VpcId,
        private_network_ids: &[PrivateNetworkId],
    ) -> Result<S3Endpoint> {
        let path = ["s3-integration", vpc_id.as_str(), "private-networks"];
        let set = self.api.put("SetPrivateNetworksS3Endpoint", &path);
        self.api.send(set.json(&All { private_network_ids })).await
    }

    /// `DeletePrivateNetworkS3Endpoint`: one private network less.
    pub async fn delete_private_network_s3_endpoint(
        &self,
        vpc_id: &VpcId,
        private_network_id: &PrivateNetworkId,
    ) -> Result<()> {
        let path = ["s3-integration", vpc_id.as_str(), "private-networks", private_network_id.as_str()];
        self.api.send(self.api.delete::<Empty>("DeletePrivateNetworkS3Endpoint", &path)).await.map(drop)
    }
}
