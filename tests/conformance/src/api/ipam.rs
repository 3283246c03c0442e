//! IPAM v1: query, body and answer of every operation.

use scaleway_core::{Empty, Page};
use scaleway_vpc::*;
use serde::{Deserialize, Serialize};

use crate::operation::{Api, Operation, delete, get, patch, post};

pub(super) const API: Api =
    Api { facts: "ipam", client: "scaleway-vpc", root: "/ipam/v1/regions/{region}", operations: OPERATIONS };

#[rustfmt::skip] // one line an operation
const OPERATIONS: &[Operation] = &[
    post::<(), BookIp, Ip>("BookIP", "/ips"),
    delete::<(), Empty, Empty>("ReleaseIP", "/ips/{ipid}"),
    post::<(), IpSet, Empty>("ReleaseIPSet", "/ip-sets/release"),
    get::<(), (), Ip>("GetIP", "/ips/{ipid}"),
    patch::<(), UpdateIp, Ip>("UpdateIP", "/ips/{ipid}"),
    get::<ListIps, (), Page<Ip>>("ListIPs", "/ips"),
    post::<(), Attachment, Ip>("AttachIP", "/ips/{ipid}/attach"),
    post::<(), Attachment, Ip>("DetachIP", "/ips/{ipid}/detach"),
    post::<(), MoveIp, Ip>("MoveIP", "/ips/{ipid}/move"),
];

/// The body that the client makes of a list of IP addresses.
#[derive(Serialize, Deserialize)]
struct IpSet {
    ip_ids: Vec<IpId>,
}

/// The body that the client makes of the resource that an address is attached to or detached from.
#[derive(Serialize, Deserialize)]
struct Attachment {
    resource: CustomResource,
}
