//! VPC v2: VPCs, private networks, what routes and filters between them.

use crate::router::{Product, Route};

mod acl;
mod connector;
mod ingress_rule;
pub(super) mod private_network;
mod range;
mod route;
mod s3_endpoint;
pub(super) mod subnet;
#[expect(clippy::module_inception, reason = "VPC is the name of the product and of its first resource")]
mod vpc;

/// The path of all resources of a kind, of one of them, or of what can be done with it.
macro_rules! path {
    ($collection:literal) => {
        concat!("/vpc/v2/regions/{region}/", $collection)
    };
    ($collection:literal, $id:literal) => {
        concat!("/vpc/v2/regions/{region}/", $collection, "/{", $id, "}")
    };
    ($collection:literal, $id:literal, $action:literal) => {
        concat!("/vpc/v2/regions/{region}/", $collection, "/{", $id, "}/", $action)
    };
}

pub(super) const PRODUCT: Product = Product {
    name: "vpc",
    regions: &["fr-par", "nl-ams", "pl-waw", "it-mil"],
    routes: &[
        Route::new("POST", path!("vpcs"), "CreateVPC", vpc::create),
        Route::new("GET", path!("vpcs"), "ListVPCs", vpc::list),
        Route::new("GET", path!("vpcs", "vpc_id"), "GetVPC", vpc::get),
        Route::new("PATCH", path!("vpcs", "vpc_id"), "UpdateVPC", vpc::update),
        Route::new("DELETE", path!("vpcs", "vpc_id"), "DeleteVPC", vpc::delete),
        Route::new("POST", path!("vpcs", "vpc_id", "enable-routing"), "EnableRouting", vpc::enable_routing),
        Route::new(
            "POST",
            path!("vpcs", "vpc_id", "enable-custom-routes-propagation"),
            "EnableCustomRoutesPropagation",
            vpc::enable_custom_routes_propagation,
        ),
        Route::new("GET", path!("vpcs", "vpc_id", "acl-rules"), "GetACL", acl::get),
        Route::new("PUT", path!("vpcs", "vpc_id", "acl-rules"), "SetACL", acl::set),
        Route::new("POST", path!("private-networks"), "CreatePrivateNetwork", private_network::create),
        Route::new("GET", path!("private-networks"), "ListPrivateNetworks", private_network::list),
        Route::new(
            "GET",
            path!("private-networks", "private_network_id"),
            "GetPrivateNetwork",
            private_network::get,
        ),
        Route::new(
            "PATCH",
            path!("private-networks", "private_network_id"),
            "UpdatePrivateNetwork",
            private_network::update,
        ),
        Route::new(
            "DELETE",
            path!("private-networks", "private_network_id"),
            "DeletePrivateNetwork",
            private_network::delete,
        ),
        Route::new(
            "POST",
            path!("private-networks", "private_network_id", "enable-dhcp"),
            "EnableDHCP",
            private_network::enable_dhcp,
        ),
        Route::new("GET", path!("subnets"), "ListSubnets", subnet::list),
        Route::new("POST", path!("routes"), "CreateRoute", route::create),
        Route::new("GET", path!("routes", "route_id"), "GetRoute", route::get),
        Route::new("PATCH", path!("routes", "route_id"), "UpdateRoute", route::update),
        Route::new("DELETE", path!("routes", "route_id"), "DeleteRoute", route::delete),
        Route::new("GET", path!("routes-with-nexthop"), "ListRoutesWithNexthop", route::list),
        Route::new("POST", path!("vpc-connectors"), "CreateVPCConnector", connector::create),
        Route::new("GET", path!("vpc-connectors"), "ListVPCConnectors", connector::list),
        Route::new("GET", path!("vpc-connectors", "vpc_connector_id"), "GetVPCConnector", connector::get),
        Route::new(
            "PATCH",
            path!("vpc-connectors", "vpc_connector_id"),
            "UpdateVPCConnector",
            connector::update,
        ),
        Route::new(
            "DELETE",
            path!("vpc-connectors", "vpc_connector_id"),
            "DeleteVPCConnector",
            connector::delete,
        ),
        Route::new(
            "GET",
            path!("vpc-connectors", "vpc_connector_id", "subnet-overlaps"),
            "ListSubnetOverlaps",
            connector::overlaps,
        )
        .simple(),
        Route::new("POST", path!("ingress-rules"), "CreateIngressRule", ingress_rule::create),
        Route::new("GET", path!("ingress-rules"), "ListIngressRules", ingress_rule::list),
        Route::new("GET", path!("ingress-rules", "rule_id"), "GetIngressRule", ingress_rule::get),
        Route::new("PATCH", path!("ingress-rules", "rule_id"), "UpdateIngressRule", ingress_rule::update),
        Route::new("DELETE", path!("ingress-rules", "rule_id"), "DeleteIngressRule", ingress_rule::delete),
        Route::new(
            "POST",
            path!("s3-integration", "vpc_id", "enable"),
            "EnableS3Endpoint",
            s3_endpoint::enable,
        )
        .simple(),
        Route::new(
            "POST",
            path!("s3-integration", "vpc_id", "disable"),
            "DisableS3Endpoint",
            s3_endpoint::disable,
        )
        .simple(),
        Route::new(
            "POST",
            path!("s3-integration", "vpc_id", "private-networks"),
            "AddPrivateNetworkS3Endpoint",
            s3_endpoint::add,
        )
        .simple(),
        Route::new(
            "PUT",
            path!("s3-integration", "vpc_id", "private-networks"),
            "SetPrivateNetworksS3Endpoint",
            s3_endpoint::set,
        )
        .simple(),
        Route::new(
            "DELETE",
            path!("s3-integration", "vpc_id", "private-networks/{private_network_id}"),
            "DeletePrivateNetworkS3Endpoint",
            s3_endpoint::remove,
        )
        .simple(),
    ],
};
