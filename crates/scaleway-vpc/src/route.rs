//! Routes: where traffic to a range of addresses goes.

use std::borrow::Cow;
use std::net::IpAddr;

use derive_setters::Setters;
use ipnet::IpNet;
use scaleway_core::{Empty, Id, Listed, Page, Pager, PrivateNetworkId, Region, Result, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{ConnectorId, VpcId, Vpcs};

/// The id of a [`Route`].
pub type RouteId = Id<Route>;

/// Where a VPC sends traffic to a range of addresses: to a resource in a private network, to a private network, or through a
/// connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Route {
    /// Its id; empty for a route that the platform manages.
    pub id: RouteId,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Its tags; the platform's own routes have `MANAGED`.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The VPC that it routes in.
    pub vpc_id: VpcId,
    /// The addresses that it is for.
    pub destination: IpNet,
    /// The resource that the traffic goes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nexthop_resource_id: Option<String>,
    /// The private network that the traffic goes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nexthop_private_network_id: Option<PrivateNetworkId>,
    /// The connector that the traffic goes through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nexthop_vpc_connector_id: Option<ConnectorId>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Whether the platform manages it, so that it can be neither changed nor deleted; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_read_only: Option<bool>,
    /// Where it comes from.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<RouteType>,
    /// Where it is.
    pub region: Region,
    /// Its Scaleway resource name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

/// Where a [`Route`] comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RouteType {
    /// The API does not say.
    UnknownRouteType,
    /// A private network's subnet.
    Subnet,
    /// The way to the Internet, by a public gateway.
    Default,
    /// Someone has made it.
    Custom,
    /// A Scaleway `InterLink`.
    Interlink,
    /// A site-to-site VPN.
    S2sVpn,
    /// A type that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A [`Route`], and what it leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RouteWithNexthop {
    /// The route.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
    /// The address of the resource that it leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nexthop_ip: Option<IpAddr>,
    /// The name of the resource that it leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nexthop_name: Option<String>,
    /// What the resource that it leads to is.
    pub nexthop_resource_type: NexthopType,
}

impl Listed for RouteWithNexthop {
    const FIELD: &'static str = "routes";

    // The ids of managed routes are empty: a VPC has one of them for a destination and private network.
    fn identity(&self) -> Cow<'_, str> {
        let Some(route) = &self.route else { return Cow::default() };
        let network = route.nexthop_private_network_id.as_ref().map_or("", Id::as_str);
        format!("{} {} {} {network}", route.id, route.vpc_id, route.destination).into()
    }
}

/// What the resource that a route leads to is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NexthopType {
    /// No resource, or the API does not say.
    UnknownType,
    /// A public gateway.
    VpcGatewayNetwork,
    /// An instance.
    InstancePrivateNic,
    /// An Elastic Metal server.
    BaremetalPrivateNic,
    /// An Apple silicon server.
    AppleSiliconPrivateNic,
    /// A VPN gateway.
    VpnGateway,
    /// A type that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `CreateRoute`: give it one next hop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateRoute {
    /// The VPC to route in.
    #[setters(skip)]
    pub vpc_id: VpcId,
    /// The addresses that it is for.
    #[setters(skip)]
    pub destination: IpNet,
    /// What it is for; `Custom route` unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// The resource that the traffic goes to, in the private network that is set, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nexthop_resource_id: Option<String>,
    /// The private network that the traffic goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nexthop_private_network_id: Option<PrivateNetworkId>,
    /// The connector that the traffic goes through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nexthop_vpc_connector_id: Option<ConnectorId>,
}

impl CreateRoute {
    /// A route to `destination` in the VPC.
    pub fn new(vpc_id: VpcId, destination: IpNet) -> Self {
        Self {
            vpc_id,
            destination,
            description: None,
            tags: None,
            nexthop_resource_id: None,
            nexthop_private_network_id: None,
            nexthop_vpc_connector_id: None,
        }
    }
}

/// A request for `UpdateRoute`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateRoute {
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// All tags, in place of those there are; an empty list clears them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// The addresses that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<IpNet>,
    /// The resource that the traffic goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nexthop_resource_id: Option<String>,
    /// The private network that the traffic goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nexthop_private_network_id: Option<PrivateNetworkId>,
    /// The connector that the traffic goes through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nexthop_vpc_connector_id: Option<ConnectorId>,
}

/// The order of [`ListRoutes`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListRoutesOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// By destination.
    DestinationAsc,
    /// By destination, backwards.
    DestinationDesc,
    /// The widest destination first.
    PrefixLenAsc,
    /// The narrowest destination first.
    PrefixLenDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListRoutesWithNexthop`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListRoutes {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListRoutesOrder>,
    /// Only those of this VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<VpcId>,
    /// Only those that lead to this resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nexthop_resource_id: Option<String>,
    /// Only those that lead to this private network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nexthop_private_network_id: Option<PrivateNetworkId>,
    /// Only those that lead to a resource of this type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nexthop_resource_type: Option<NexthopType>,
    /// Only those that lead through this connector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nexthop_vpc_connector_id: Option<ConnectorId>,
    /// Only those whose destination lies within this block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contains: Option<IpNet>,
    /// Only those that have one of these tags, or several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Only those of IPv6, or only those of IPv4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_ipv6: Option<bool>,
}

/// # Routes
impl Vpcs {
    /// `CreateRoute`: it holds at once.
    pub async fn create_route(&self, request: CreateRoute) -> Result<Route> {
        self.api.send(self.api.post("CreateRoute", &["routes"]).json(&request)).await
    }

    /// `GetRoute`.
    pub async fn get_route(&self, id: &RouteId) -> Result<Route> {
        self.api.send(self.api.get("GetRoute", &["routes", id.as_str()])).await
    }

    /// `ListRoutesWithNexthop`: the routes that were made, those that the platform manages, and what they lead to.
    pub fn list_routes(&self, request: ListRoutes) -> Pager<RouteWithNexthop> {
        let list = self.api.get::<Page<_>>("ListRoutesWithNexthop", &["routes-with-nexthop"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateRoute`.
    pub async fn update_route(&self, id: &RouteId, request: UpdateRoute) -> Result<Route> {
        self.api.send(self.api.patch("UpdateRoute", &["routes", id.as_str()]).json(&request)).await
    }

    /// `DeleteRoute`.
    pub async fn delete_route(&self, id: &RouteId) -> Result<()> {
        self.api.send(self.api.delete::<Empty>("DeleteRoute", &["routes", id.as_str()])).await.map(drop)
    }
}
