//! The ACL of a VPC: which traffic between its private networks is let through.

use std::ops::RangeInclusive;

use derive_setters::Setters;
use ipnet::IpNet;
use scaleway_core::Result;
use serde::{Deserialize, Serialize};

use crate::{VpcId, Vpcs};

/// Which traffic between a VPC's private networks is let through: the first rule that fits decides, the default policy where
/// none does. IPv4 and IPv6 have one each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Acl {
    /// The rules, in order.
    #[serde(default)]
    pub rules: Vec<AclRule>,
    /// What becomes of traffic that no rule fits.
    #[serde(default)]
    pub default_policy: AclAction,
}

/// A rule of an [`Acl`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct AclRule {
    /// The protocol that it fits.
    pub protocol: AclProtocol,
    /// The addresses that the traffic comes from.
    pub source: IpNet,
    /// The lowest port that the traffic comes from.
    #[serde(default)]
    pub src_port_low: u32,
    /// The highest port that the traffic comes from; 0 with a lowest of 0 is any.
    #[serde(default)]
    pub src_port_high: u32,
    /// The addresses that the traffic goes to.
    pub destination: IpNet,
    /// The lowest port that the traffic goes to.
    #[serde(default)]
    pub dst_port_low: u32,
    /// The highest port that the traffic goes to; 0 with a lowest of 0 is any.
    #[serde(default)]
    pub dst_port_high: u32,
    /// What becomes of the traffic.
    pub action: AclAction,
    /// What it is for. The API is recorded to put a text of its own before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl AclRule {
    /// A rule for traffic from `source` to `destination`, from and to any port.
    pub fn new(action: AclAction, protocol: AclProtocol, source: IpNet, destination: IpNet) -> Self {
        Self {
            protocol,
            source,
            src_port_low: 0,
            src_port_high: 0,
            destination,
            dst_port_low: 0,
            dst_port_high: 0,
            action,
            description: None,
        }
    }

    /// Only traffic that comes from these ports.
    pub fn from_ports(mut self, ports: RangeInclusive<u32>) -> Self {
        (self.src_port_low, self.src_port_high) = ports.into_inner();
        self
    }

    /// Only traffic that goes to these ports.
    pub fn to_ports(mut self, ports: RangeInclusive<u32>) -> Self {
        (self.dst_port_low, self.dst_port_high) = ports.into_inner();
        self
    }

    /// What it is for.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

/// The protocol that an [`AclRule`] fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum AclProtocol {
    /// All of them.
    Any,
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP.
    Icmp,
    /// A protocol that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// What becomes of traffic.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AclAction {
    /// The API does not say.
    #[default]
    UnknownAction,
    /// It is let through.
    Accept,
    /// It is dropped.
    Drop,
    /// An action that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `GetACL`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct GetAcl {
    /// Whether to get the one of IPv6; that of IPv4 unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_ipv6: Option<bool>,
}

/// A request for `SetACL`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into)]
#[must_use]
#[non_exhaustive]
pub struct SetAcl {
    /// All rules, in order, in place of those there are; `None` says the same as an empty list.
    #[setters(strip_option)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<AclRule>>,
    /// Whether to set the one of IPv6.
    #[serde(default)]
    pub is_ipv6: bool,
    /// What becomes of traffic that no rule fits.
    #[setters(skip)]
    pub default_policy: AclAction,
}

impl SetAcl {
    /// The ACL of IPv4 without a rule.
    pub fn new(default_policy: AclAction) -> Self {
        Self { rules: Some(Vec::new()), is_ipv6: false, default_policy }
    }
}

/// # ACL
impl Vpcs {
    /// `GetACL`.
    pub async fn get_acl(&self, vpc_id: &VpcId, request: GetAcl) -> Result<Acl> {
        self.api.send(self.api.get("GetACL", &["vpcs", vpc_id.as_str(), "acl-rules"]).query(&request)).await
    }

    /// `SetACL`: replaces all rules and the default policy.
    pub async fn set_acl(&self, vpc_id: &VpcId, request: SetAcl) -> Result<Acl> {
        self.api.send(self.api.put("SetACL", &["vpcs", vpc_id.as_str(), "acl-rules"]).json(&request)).await
    }
}
