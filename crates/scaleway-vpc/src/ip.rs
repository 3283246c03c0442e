//! Addresses of IPAM: which are booked, and for what.

use std::borrow::Cow;
use std::net::IpAddr;

use derive_setters::Setters;
use ipnet::IpNet;
use scaleway_core::{
    Empty, Id, Listed, OrganizationId, Page, Pager, PrivateNetworkId, ProjectId, Region, Result, Timestamp,
    Zone,
};
use serde::{Deserialize, Serialize};

use crate::{CustomResource, IpResource, IpResourceType, Ipam, SubnetId, VpcId};

/// The id of an [`Ip`].
pub type IpId = Id<Ip>;

/// An address that is booked: nobody else is given it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Ip {
    /// Its id.
    pub id: IpId,
    /// The address, with the length of the prefix of the network that it is in: `172.16.32.2/22`.
    pub address: IpNet,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// Whether it is of IPv6.
    #[serde(default)]
    pub is_ipv6: bool,
    /// When it was booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// What it was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<IpSource>,
    /// What it is attached to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<IpResource>,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The host names that reverse DNS answers for it; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverses: Option<Vec<Reverse>>,
    /// Where it is.
    pub region: Region,
    /// The zone that it is in, where it is in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// Its Scaleway resource name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

impl Listed for Ip {
    const FIELD: &'static str = "ips";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// What an address is taken from: exactly one of these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IpSource {
    /// The public addresses of a zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zonal: Option<Zone>,
    /// A private network. Answers name its subnet instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_network_id: Option<PrivateNetworkId>,
    /// A subnet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnet_id: Option<SubnetId>,
    /// A VPC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<VpcId>,
    /// The public addresses of the region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regional: Option<bool>,
}

impl IpSource {
    /// From a private network.
    pub fn private_network(id: PrivateNetworkId) -> Self {
        Self { private_network_id: Some(id), ..Self::default() }
    }

    /// From a subnet.
    pub fn subnet(id: SubnetId) -> Self {
        Self { subnet_id: Some(id), ..Self::default() }
    }

    /// From a VPC.
    pub fn vpc(id: VpcId) -> Self {
        Self { vpc_id: Some(id), ..Self::default() }
    }

    /// From the public addresses of a zone.
    pub fn zonal(zone: Zone) -> Self {
        Self { zonal: Some(zone), ..Self::default() }
    }

    /// From the public addresses of the region.
    pub fn regional() -> Self {
        Self { regional: Some(true), ..Self::default() }
    }
}

/// A host name that reverse DNS answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reverse {
    /// The host name.
    pub hostname: String,
    /// The address that it is answered for, where the [`Ip`] is a range of IPv6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

impl Reverse {
    /// A host name for the whole [`Ip`].
    pub fn new(hostname: impl Into<String>) -> Self {
        Self { hostname: hostname.into(), address: None }
    }

    /// A host name for one address of a range.
    pub fn of_address(hostname: impl Into<String>, address: IpAddr) -> Self {
        Self { hostname: hostname.into(), address: Some(address) }
    }
}

/// A request for `BookIP`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct BookIp {
    /// The project to book it in; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// What to take it from.
    #[setters(skip)]
    pub source: IpSource,
    /// Whether to book one of IPv6; one of IPv4 unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_ipv6: Option<bool>,
    /// This very address, which must be free; the API picks one unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// What to attach it to at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<CustomResource>,
}

impl BookIp {
    /// Any free address of IPv4.
    pub fn new(source: IpSource) -> Self {
        Self { project_id: None, source, is_ipv6: None, address: None, tags: None, resource: None }
    }
}

/// A request for `UpdateIP`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateIp {
    /// All tags, in place of those there are; an empty list clears them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// All host names of reverse DNS, in place of those there are; an empty list clears them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reverses: Option<Vec<Reverse>>,
}

/// A request for `MoveIP`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct MoveIp {
    /// The resource that it is attached to.
    #[setters(skip)]
    pub from_resource: CustomResource,
    /// The resource to attach it to; none unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_resource: Option<CustomResource>,
}

impl MoveIp {
    /// Away from this resource.
    pub fn new(from_resource: CustomResource) -> Self {
        Self { from_resource, to_resource: None }
    }
}

/// The order of [`ListIps`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListIpsOrder {
    /// Newest first.
    CreatedAtDesc,
    /// Oldest first.
    CreatedAtAsc,
    /// The last changed first.
    UpdatedAtDesc,
    /// The last changed last.
    UpdatedAtAsc,
    /// The last attached first.
    AttachedAtDesc,
    /// The last attached last.
    AttachedAtAsc,
    /// By address, backwards.
    IpAddressDesc,
    /// By address.
    IpAddressAsc,
    /// By the hardware address that it is attached to, backwards.
    MacAddressDesc,
    /// By the hardware address that it is attached to.
    MacAddressAsc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListIPs`: what is not set does not filter. Set at most one of `zonal`, `regional`, `private_network_id`,
/// `subnet_id` and `source_vpc_id`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListIps {
    /// The order; newest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListIpsOrder>,
    /// Only those of this organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those of this project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only those of the private networks of this VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<VpcId>,
    /// Only those that are attached, or only those that are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attached: Option<bool>,
    /// Only those attached to a resource whose name contains this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_name: Option<String>,
    /// Only those attached to this resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// Only those attached to one of these resources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_ids: Option<Vec<String>>,
    /// Only those attached to a resource of this type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<IpResourceType>,
    /// Only those attached to a resource of one of these types.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_types: Option<Vec<IpResourceType>>,
    /// Only those attached to this hardware address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac_address: Option<String>,
    /// Only those that have one of these tags, or several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Only those of IPv6, or only those of IPv4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_ipv6: Option<bool>,
    /// Only these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_ids: Option<Vec<IpId>>,
    /// Only public ones of this zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zonal: Option<Zone>,
    /// Only public ones of the region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regional: Option<bool>,
    /// Only those of this private network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_network_id: Option<PrivateNetworkId>,
    /// Only those of this subnet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet_id: Option<SubnetId>,
    /// Only those taken from this VPC itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_vpc_id: Option<VpcId>,
}

#[derive(Serialize)]
struct Set<'a> {
    ip_ids: &'a [IpId],
}

#[derive(Serialize)]
struct Attachment<'a> {
    resource: &'a CustomResource,
}

/// # Addresses
impl Ipam {
    /// `BookIP`.
    pub async fn book_ip(&self, mut request: BookIp) -> Result<Ip> {
        self.api.fill_project(&mut request.project_id)?;
        self.api.send(self.api.post("BookIP", &["ips"]).json(&request)).await
    }

    /// `GetIP`.
    pub async fn get_ip(&self, id: &IpId) -> Result<Ip> {
        self.api.send(self.api.get("GetIP", &["ips", id.as_str()])).await
    }

    /// `ListIPs`: finds, by `resource_id`, the private addresses of a database or container.
    pub fn list_ips(&self, request: ListIps) -> Pager<Ip> {
        Pager::new(&self.api, self.api.get::<Page<_>>("ListIPs", &["ips"]).query(&request))
    }

    /// `UpdateIP`.
    pub async fn update_ip(&self, id: &IpId, request: UpdateIp) -> Result<Ip> {
        self.api.send(self.api.patch("UpdateIP", &["ips", id.as_str()]).json(&request)).await
    }

    /// `ReleaseIP`: refused while it is attached.
    pub async fn release_ip(&self, id: &IpId) -> Result<()> {
        let release = self.api.delete::<Empty>("ReleaseIP", &["ips", id.as_str()]);
        self.api.send(release.json(&Empty {})).await.map(drop)
    }

    /// `ReleaseIPSet`: releases several at once; none of them may be attached.
    pub async fn release_ip_set(&self, ip_ids: &[IpId]) -> Result<()> {
        let release = self.api.post::<Empty>("ReleaseIPSet", &["ip-sets", "release"]);
        self.api.send(release.json(&Set { ip_ids })).await.map(drop)
    }

    /// `AttachIP`: to a resource that Scaleway does not know; its own products attach theirs themselves.
    pub async fn attach_ip(&self, id: &IpId, resource: &CustomResource) -> Result<Ip> {
        let attach = self.api.post("AttachIP", &["ips", id.as_str(), "attach"]);
        self.api.send(attach.json(&Attachment { resource })).await
    }

    /// `DetachIP`: from the resource that it is attached to, which the API wants to be told.
    pub async fn detach_ip(&self, id: &IpId, resource: &CustomResource) -> Result<Ip> {
        let detach = self.api.post("DetachIP", &["ips", id.as_str(), "detach"]);
        self.api.send(detach.json(&Attachment { resource })).await
    }

    /// `MoveIP`: from one resource that Scaleway does not know to another, in one step.
    pub async fn move_ip(&self, id: &IpId, request: MoveIp) -> Result<Ip> {
        self.api.send(self.api.post("MoveIP", &["ips", id.as_str(), "move"]).json(&request)).await
    }
}
