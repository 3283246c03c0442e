//! Ingress rules: where traffic that enters a VPC goes.

use std::borrow::Cow;
use std::net::IpAddr;

use derive_setters::Setters;
use ipnet::IpNet;
use scaleway_core::{
    Empty, Id, Listed, OrganizationId, Page, Pager, PrivateNetworkId, ProjectId, Region, Result, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{VpcId, Vpcs};

/// The id of an [`IngressRule`].
pub type IngressRuleId = Id<IngressRule>;

/// Which resource traffic from a range of addresses goes to when it enters a VPC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IngressRule {
    /// Its id.
    pub id: IngressRuleId,
    /// The VPC that the traffic enters.
    pub vpc_id: VpcId,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Whether it is about IPv6.
    #[serde(default)]
    pub is_ipv6: bool,
    /// The addresses that the traffic comes from.
    pub source: IpNet,
    /// The address of the resource that the traffic goes to.
    pub nexthop_resource_ip: IpAddr,
    /// The private network of the resource that the traffic goes to.
    pub nexthop_private_network_id: PrivateNetworkId,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The organization it belongs to; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// The project it belongs to; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Where it is; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// Its Scaleway resource name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

impl Listed for IngressRule {
    const FIELD: &'static str = "rules";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// A request for `CreateIngressRule`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateIngressRule {
    /// The VPC that the traffic enters.
    #[setters(skip)]
    pub vpc_id: VpcId,
    /// The addresses that the traffic comes from.
    #[setters(skip)]
    pub source: IpNet,
    /// The address of the resource that the traffic goes to.
    #[setters(skip)]
    pub nexthop_resource_ip: IpAddr,
    /// The private network of the resource that the traffic goes to.
    #[setters(skip)]
    pub nexthop_private_network_id: PrivateNetworkId,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

impl CreateIngressRule {
    /// Traffic that enters the VPC from `source` goes to `nexthop_resource_ip` in a private network of it.
    pub fn new(
        vpc_id: VpcId,
        source: IpNet,
        nexthop_resource_ip: IpAddr,
        nexthop_private_network_id: PrivateNetworkId,
    ) -> Self {
        Self {
            vpc_id,
            source,
            nexthop_resource_ip,
            nexthop_private_network_id,
            description: None,
            tags: None,
        }
    }
}

/// A request for `UpdateIngressRule`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateIngressRule {
    /// The addresses that the traffic comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<IpNet>,
    /// The address of the resource that the traffic goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nexthop_resource_ip: Option<IpAddr>,
    /// The private network of the resource that the traffic goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nexthop_private_network_id: Option<PrivateNetworkId>,
    /// What it is for; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// All tags, in place of those there are; an empty list clears them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

/// The order of [`ListIngressRules`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListIngressRulesOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// By source.
    SourceAsc,
    /// By source, backwards.
    SourceDesc,
    /// The widest source first.
    PrefixLenAsc,
    /// The narrowest source first.
    PrefixLenDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListIngressRules`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListIngressRules {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListIngressRulesOrder>,
    /// Only those of this VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<VpcId>,
    /// Only those that lead to this address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nexthop_resource_ip: Option<IpAddr>,
    /// Only those that lead to this private network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nexthop_private_network_id: Option<PrivateNetworkId>,
    /// Only those of IPv6, or only those of IPv4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_ipv6: Option<bool>,
    /// Only those that have one of these tags, or several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Only those of this organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those of this project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
}

/// # Ingress rules
impl Vpcs {
    /// `CreateIngressRule`: it holds at once.
    pub async fn create_ingress_rule(&self, request: CreateIngressRule) -> Result<IngressRule> {
        self.api.send(self.api.post("CreateIngressRule", &["ingress-rules"]).json(&request)).await
    }

    /// `GetIngressRule`.
    pub async fn get_ingress_rule(&self, id: &IngressRuleId) -> Result<IngressRule> {
        self.api.send(self.api.get("GetIngressRule", &["ingress-rules", id.as_str()])).await
    }

    /// `ListIngressRules`.
    pub fn list_ingress_rules(&self, request: ListIngressRules) -> Pager<IngressRule> {
        let list = self.api.get::<Page<_>>("ListIngressRules", &["ingress-rules"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateIngressRule`.
    pub async fn update_ingress_rule(
        &self,
        id: &IngressRuleId,
        request: UpdateIngressRule,
    ) -> Result<IngressRule> {
        let update = self.api.patch("UpdateIngressRule", &["ingress-rules", id.as_str()]);
        self.api.send(update.json(&request)).await
    }

    /// `DeleteIngressRule`.
    pub async fn delete_ingress_rule(&self, id: &IngressRuleId) -> Result<()> {
        let delete = self.api.delete::<Empty>("DeleteIngressRule", &["ingress-rules", id.as_str()]);
        self.api.send(delete).await.map(drop)
    }
}
