//! A typed client of Scaleway VPC and IPAM (APIs vpc v2 and ipam v1).

mod client;
mod private_network;
mod subnet;
mod vpc;

pub use client::{Ipam, Vpcs};
pub use private_network::{
    CreatePrivateNetwork, ListPrivateNetworks, ListPrivateNetworksOrder, PrivateNetwork, UpdatePrivateNetwork,
};
pub use scaleway_core::{Error, Result};
pub use subnet::{ListSubnets, ListSubnetsOrder, Subnet, SubnetId};
pub use vpc::{CreateVpc, ListVpcs, ListVpcsOrder, UpdateVpc, Vpc, VpcId};
