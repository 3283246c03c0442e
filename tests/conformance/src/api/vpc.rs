//! VPC v2: query, body and answer of every operation.

use scaleway_core::{Empty, Page, PrivateNetworkId};
use scaleway_vpc::*;
use serde::{Deserialize, Serialize};

use crate::operation::{Api, Operation, delete, get, patch, post, put};

pub(super) const API: Api =
    Api { facts: "vpc", client: "scaleway-vpc", root: "/vpc/v2/regions/{region}", operations: OPERATIONS };

#[rustfmt::skip] // one line an operation
const OPERATIONS: &[Operation] = &[
    get::<ListVpcs, (), Page<Vpc>>("ListVPCs", "/vpcs"),
    post::<(), CreateVpc, Vpc>("CreateVPC", "/vpcs"),
    get::<(), (), Vpc>("GetVPC", "/vpcs/{vpc_id}"),
    patch::<(), UpdateVpc, Vpc>("UpdateVPC", "/vpcs/{vpc_id}"),
    delete::<(), (), Empty>("DeleteVPC", "/vpcs/{vpc_id}"),
    get::<ListPrivateNetworks, (), Page<PrivateNetwork>>("ListPrivateNetworks", "/private-networks"),
    post::<(), CreatePrivateNetwork, PrivateNetwork>("CreatePrivateNetwork", "/private-networks"),
    get::<(), (), PrivateNetwork>("GetPrivateNetwork", "/private-networks/{private_network_id}"),
    patch::<(), UpdatePrivateNetwork, PrivateNetwork>("UpdatePrivateNetwork", "/private-networks/{private_network_id}"),
    delete::<(), (), Empty>("DeletePrivateNetwork", "/private-networks/{private_network_id}"),
    post::<(), Empty, PrivateNetwork>("EnableDHCP", "/private-networks/{private_network_id}/enable-dhcp"),
    post::<(), Empty, Vpc>("EnableRouting", "/vpcs/{vpc_id}/enable-routing"),
    post::<(), Empty, Vpc>("EnableCustomRoutesPropagation", "/vpcs/{vpc_id}/enable-custom-routes-propagation"),
    get::<ListSubnets, (), Page<Subnet>>("ListSubnets", "/subnets"),
    post::<(), CreateRoute, Route>("CreateRoute", "/routes"),
    get::<(), (), Route>("GetRoute", "/routes/{route_id}"),
    patch::<(), UpdateRoute, Route>("UpdateRoute", "/routes/{route_id}"),
    delete::<(), (), Empty>("DeleteRoute", "/routes/{route_id}"),
    get::<GetAcl, (), Acl>("GetACL", "/vpcs/{vpc_id}/acl-rules"),
    put::<(), SetAcl, Acl>("SetACL", "/vpcs/{vpc_id}/acl-rules"),
    get::<ListConnectors, (), Page<Connector>>("ListVPCConnectors", "/vpc-connectors"),
    post::<(), CreateConnector, Connector>("CreateVPCConnector", "/vpc-connectors"),
    get::<(), (), Connector>("GetVPCConnector", "/vpc-connectors/{vpc_connector_id}"),
    patch::<(), UpdateConnector, Connector>("UpdateVPCConnector", "/vpc-connectors/{vpc_connector_id}"),
    delete::<(), (), Empty>("DeleteVPCConnector", "/vpc-connectors/{vpc_connector_id}"),
    get::<ListSubnetOverlaps, (), Page<SubnetOverlap>>("ListSubnetOverlaps", "/vpc-connectors/{vpc_connector_id}/subnet-overlaps"),
    get::<ListIngressRules, (), Page<IngressRule>>("ListIngressRules", "/ingress-rules"),
    post::<(), CreateIngressRule, IngressRule>("CreateIngressRule", "/ingress-rules"),
    get::<(), (), IngressRule>("GetIngressRule", "/ingress-rules/{rule_id}"),
    patch::<(), UpdateIngressRule, IngressRule>("UpdateIngressRule", "/ingress-rules/{rule_id}"),
    delete::<(), (), Empty>("DeleteIngressRule", "/ingress-rules/{rule_id}"),
    post::<PrivateNetworks, (), Vpc>("EnableS3Endpoint", "/s3-integration/{vpc_id}/enable"),
    post::<(), (), Vpc>("DisableS3Endpoint", "/s3-integration/{vpc_id}/disable"),
    post::<(), OnePrivateNetwork, S3Endpoint>("AddPrivateNetworkS3Endpoint", "/s3-integration/{vpc_id}/private-networks"),
    put::<(), PrivateNetworks, S3Endpoint>("SetPrivateNetworksS3Endpoint", "/s3-integration/{vpc_id}/private-networks"),
    delete::<(), (), Empty>("DeletePrivateNetworkS3Endpoint", "/s3-integration/{vpc_id}/private-networks/{private_network_id}"),
    get::<ListRoutes, (), Page<RouteWithNexthop>>("ListRoutesWithNexthop", "/routes-with-nexthop"),
];

/// The body or query that the client makes of a list of private networks; a query says nothing of an empty one.
#[derive(Serialize, Deserialize)]
struct PrivateNetworks {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    private_network_ids: Option<Vec<PrivateNetworkId>>,
}

/// The body that the client makes of one private network.
#[derive(Serialize, Deserialize)]
struct OnePrivateNetwork {
    private_network_id: PrivateNetworkId,
}
