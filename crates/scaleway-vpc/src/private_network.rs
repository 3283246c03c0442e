//! Private networks: what containers, databases and servers are attached to.

use std::borrow::Cow;
use std::time::Duration;

use derive_setters::Setters;
use ipnet::IpNet;
use scaleway_core::{
    Empty, Listed, OrganizationId, Pace, Page, Pager, PrivateNetworkId, ProjectId, Region, Request, Result,
    Timestamp, Waiter,
};
use serde::{Deserialize, Serialize};

use crate::{Subnet, VpcId, Vpcs};

/// A network within a VPC, with addresses of its own: what is attached to it is reached without the public Internet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PrivateNetwork {
    /// Its id.
    pub id: PrivateNetworkId,
    /// Its name; not unique.
    pub name: String,
    /// The organization it belongs to.
    pub organization_id: OrganizationId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// Where it is.
    pub region: Region,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Its ranges of addresses: one of IPv4, one of IPv6.
    #[serde(default)]
    pub subnets: Vec<Subnet>,
    /// The VPC it lives in.
    pub vpc_id: VpcId,
    /// Whether it gives addresses by DHCP; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dhcp_enabled: Option<bool>,
    /// Whether it announces the VPC's default routes (`0.0.0.0/0`, `::/0`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_route_propagation_enabled: Option<bool>,
    /// Whether Object Storage can be reached from within, without the public Internet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_s3_integration: Option<bool>,
    /// Its Scaleway resource name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

impl Listed for PrivateNetwork {
    const FIELD: &'static str = "private_networks";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// A request for `CreatePrivateNetwork`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreatePrivateNetwork {
    /// Its name.
    #[setters(skip)]
    pub name: String,
    /// The project to make it in; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Its ranges of addresses: at most one of IPv4 and one of IPv6. The API picks what is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnets: Option<Vec<IpNet>>,
    /// The VPC to make it in; the project's default VPC unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<VpcId>,
    /// Whether it announces the VPC's default routes; not unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_route_propagation_enabled: Option<bool>,
}

impl CreatePrivateNetwork {
    /// A private network of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            project_id: None,
            tags: None,
            subnets: None,
            vpc_id: None,
            default_route_propagation_enabled: None,
        }
    }
}

/// A request for `UpdatePrivateNetwork`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdatePrivateNetwork {
    /// Its new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// All tags, in place of those there are; an empty list clears them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Whether it announces the VPC's default routes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_route_propagation_enabled: Option<bool>,
}

/// The order of [`ListPrivateNetworks`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListPrivateNetworksOrder {
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

/// A request for `ListPrivateNetworks`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListPrivateNetworks {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListPrivateNetworksOrder>,
    /// Only those whose name contains this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Only those that have one of these tags, or several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Only those of this organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those of this project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_network_ids: Option<Vec<PrivateNetworkId>>,
    /// Only those of this VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<VpcId>,
    /// Only those that give addresses by DHCP, or only those that do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dhcp_enabled: Option<bool>,
    /// Only those that reach Object Storage from within, or only those that do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s3_integration_enabled: Option<bool>,
}

const PACE: Pace = Pace::new(Duration::from_millis(500), Duration::from_mins(3));

/// # Private networks
impl Vpcs {
    /// `CreatePrivateNetwork`: it can be used at once.
    pub async fn create_private_network(&self, mut request: CreatePrivateNetwork) -> Result<PrivateNetwork> {
        self.api.fill_project(&mut request.project_id)?;
        self.api.send(self.api.post("CreatePrivateNetwork", &["private-networks"]).json(&request)).await
    }

    /// `GetPrivateNetwork`.
    pub async fn get_private_network(&self, id: &PrivateNetworkId) -> Result<PrivateNetwork> {
        self.api.send(self.get_private_network_request(id)).await
    }

    fn get_private_network_request(&self, id: &PrivateNetworkId) -> Request<PrivateNetwork> {
        self.api.get("GetPrivateNetwork", &["private-networks", id.as_str()])
    }

    /// `ListPrivateNetworks`.
    pub fn list_private_networks(&self, request: ListPrivateNetworks) -> Pager<PrivateNetwork> {
        let list = self.api.get::<Page<_>>("ListPrivateNetworks", &["private-networks"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdatePrivateNetwork`.
    pub async fn update_private_network(
        &self,
        id: &PrivateNetworkId,
        request: UpdatePrivateNetwork,
    ) -> Result<PrivateNetwork> {
        let update = self.api.patch("UpdatePrivateNetwork", &["private-networks", id.as_str()]);
        self.api.send(update.json(&request)).await
    }

    /// `DeletePrivateNetwork`: refused with `precondition_failed` while something is attached to it.
    pub async fn delete_private_network(&self, id: &PrivateNetworkId) -> Result<()> {
        let delete = self.api.delete::<Empty>("DeletePrivateNetwork", &["private-networks", id.as_str()]);
        self.api.send(delete).await.map(drop)
    }

    /// `EnableDHCP`: gives addresses by DHCP in a private network from before that was usual. It cannot be undone.
    pub async fn enable_dhcp(&self, id: &PrivateNetworkId) -> Result<PrivateNetwork> {
        let enable = self.api.post("EnableDHCP", &["private-networks", id.as_str(), "enable-dhcp"]);
        self.api.send(enable.json(&Empty {}).repeatable()).await
    }

    /// Waits until the private network is gone, 3 minutes at most unless told otherwise.
    pub fn wait_until_private_network_gone(&self, id: &PrivateNetworkId) -> Waiter<()> {
        self.api.wait_until_gone(
            format!("private network {id}"),
            PACE,
            self.get_private_network_request(id),
            |_| ("there".to_owned(), None),
        )
    }
}
