//! Subnets: the ranges of addresses of private networks.

use std::borrow::Cow;

use derive_setters::Setters;
use ipnet::IpNet;
use scaleway_core::{
    Id, Listed, OrganizationId, Page, Pager, PrivateNetworkId, ProjectId, Region, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{VpcId, Vpcs};

/// The id of a [`Subnet`].
pub type SubnetId = Id<Subnet>;

/// A range of addresses of a private network: each has one of IPv4 and one of IPv6.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Subnet {
    /// Its id.
    pub id: SubnetId,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// The range.
    pub subnet: IpNet,
    /// The project it belongs to; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// The private network that has it; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_network_id: Option<PrivateNetworkId>,
    /// The VPC that the private network lives in; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<VpcId>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// Its Scaleway resource name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

impl Listed for Subnet {
    const FIELD: &'static str = "subnets";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// The order of [`ListSubnets`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListSubnetsOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListSubnets`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListSubnets {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListSubnetsOrder>,
    /// Only those of this organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those of this project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet_ids: Option<Vec<SubnetId>>,
    /// Only those of this VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<VpcId>,
}

/// # Subnets
impl Vpcs {
    /// `ListSubnets`.
    pub fn list_subnets(&self, request: ListSubnets) -> Pager<Subnet> {
        Pager::new(&self.api, self.api.get::<Page<_>>("ListSubnets", &["subnets"]).query(&request))
    }
}
