//! A typed client of Scaleway VPC and IPAM (APIs vpc v2 and ipam v1).
//!
//! | resource | operations |
//! |---|---|
//! | [`Vpc`] | [create](Vpcs::create_vpc), [get](Vpcs::get_vpc), [list](Vpcs::list_vpcs), [update](Vpcs::update_vpc), [delete](Vpcs::delete_vpc), [enable routing](Vpcs::enable_routing), [enable custom routes' propagation](Vpcs::enable_custom_routes_propagation), [wait until gone](Vpcs::wait_until_vpc_gone) |
//! | [`PrivateNetwork`] | [create](Vpcs::create_private_network), [get](Vpcs::get_private_network), [list](Vpcs::list_private_networks), [update](Vpcs::update_private_network), [delete](Vpcs::delete_private_network), [enable DHCP](Vpcs::enable_dhcp), [wait until gone](Vpcs::wait_until_private_network_gone) |
//! | [`Subnet`] | [list](Vpcs::list_subnets) |
//! | [`Route`] | [create](Vpcs::create_route), [get](Vpcs::get_route), [list](Vpcs::list_routes), [update](Vpcs::update_route), [delete](Vpcs::delete_route) |
//! | [`Acl`] | [get](Vpcs::get_acl), [set](Vpcs::set_acl) |
//! | [`Connector`] | [create](Vpcs::create_connector), [get](Vpcs::get_connector), [list](Vpcs::list_connectors), [update](Vpcs::update_connector), [delete](Vpcs::delete_connector), [list overlaps](Vpcs::list_subnet_overlaps), [wait](Vpcs::wait_for_connector) |
//! | [`IngressRule`] | [create](Vpcs::create_ingress_rule), [get](Vpcs::get_ingress_rule), [list](Vpcs::list_ingress_rules), [update](Vpcs::update_ingress_rule), [delete](Vpcs::delete_ingress_rule) |
//! | [`S3Endpoint`] | [enable](Vpcs::enable_s3_endpoint), [disable](Vpcs::disable_s3_endpoint), [add a network](Vpcs::add_private_network_s3_endpoint), [set the networks](Vpcs::set_private_networks_s3_endpoint), [take a network out](Vpcs::delete_private_network_s3_endpoint) |
//! | [`Ip`] | [book](Ipam::book_ip), [get](Ipam::get_ip), [list](Ipam::list_ips), [update](Ipam::update_ip), [release](Ipam::release_ip), [release several](Ipam::release_ip_set), [attach](Ipam::attach_ip), [detach](Ipam::detach_ip), [move](Ipam::move_ip) |
//!
//! ```no_run
//! use scaleway_core::Client;
//! use scaleway_vpc::{CreatePrivateNetwork, CreateVpc, Ipam, ListIps, Vpcs};
//!
//! # async fn run(database: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let scaleway = Client::from_env()?;
//! let vpcs = Vpcs::new(&scaleway);
//! let vpc = vpcs.create_vpc(CreateVpc::new("evalap-production")).await?;
//! let create = CreatePrivateNetwork::new("evalap-production")
//!     .vpc_id(vpc.id)
//!     .subnets(vec!["10.42.0.0/24".parse()?]);
//! let network = vpcs.create_private_network(create).await?;
//! // What the database was given there:
//! let of_database = ListIps::default().resource_id(database).private_network_id(network.id);
//! for ip in Ipam::new(&scaleway).list_ips(of_database).all().await? {
//!     println!("{}", ip.address.addr());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//! Every operation fails with [`Error`]: ask its predicates (`is_not_found`, `is_precondition_failed`, …) what to do.

mod acl;
mod client;
mod connector;
mod ingress_rule;
mod ip;
mod ip_resource;
mod private_network;
mod route;
mod s3_endpoint;
mod subnet;
mod vpc;

pub use acl::{Acl, AclAction, AclProtocol, AclRule, GetAcl, SetAcl};
pub use client::{Ipam, Vpcs};
pub use connector::{
    Connector, ConnectorId, ConnectorPeer, ConnectorStatus, CreateConnector, ListConnectors,
    ListConnectorsOrder, ListSubnetOverlaps, ListSubnetOverlapsOrder, SubnetOverlap, UpdateConnector,
};
pub use ingress_rule::{
    CreateIngressRule, IngressRule, IngressRuleId, ListIngressRules, ListIngressRulesOrder, UpdateIngressRule,
};
pub use ip::{BookIp, Ip, IpId, IpSource, ListIps, ListIpsOrder, MoveIp, Reverse, UpdateIp};
pub use ip_resource::{CustomResource, IpResource, IpResourceType};
pub use ipnet::IpNet;
pub use private_network::{
    CreatePrivateNetwork, ListPrivateNetworks, ListPrivateNetworksOrder, PrivateNetwork, UpdatePrivateNetwork,
};
pub use route::{
    CreateRoute, ListRoutes, ListRoutesOrder, NexthopType, Route, RouteId, RouteType, RouteWithNexthop,
    UpdateRoute,
};
pub use s3_endpoint::S3Endpoint;
pub use scaleway_core::{self, Client, Error, Result};
pub use subnet::{ListSubnets, ListSubnetsOrder, Subnet, SubnetId};
pub use vpc::{CreateVpc, ListVpcs, ListVpcsOrder, UpdateVpc, Vpc, VpcId};

// The program of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
