//! Addresses: of the public network, and of private networks.

use std::net::{IpAddr, TcpListener};

use ipnet::IpNet;
use serde_json::Value;

use crate::call::Call;
use crate::products::ipam::{self, Attachment};
use crate::products::vpc::{private_network, subnet};
use crate::refusal::Refusal;
use crate::store::Record;

use super::cluster;

/// Who has an address.
#[derive(Debug)]
pub(super) struct Owner {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) project: String,
}

impl Owner {
    pub(super) fn of(record: &Record) -> Self {
        Self {
            id: record.text("id").into(),
            name: record.text("name").into(),
            project: record.project.clone(),
        }
    }
}

/// An address and a port where a load balancer answers.
pub(super) fn public_address(call: &Call<'_>) -> Result<(String, u16), Refusal> {
    let mut bytes = [0; 4];
    call.world.fill(&mut bytes)?;
    let [a, b, c, d] = bytes;
    let port = 1_024 + u16::from_be_bytes([c, d]) % 31_744;
    Ok((format!("51.159.{}.{}", 8 + a % 200, 1 + b % 254), port))
}

/// An address and a port of this machine where nobody answers yet.
pub(super) fn free_port() -> Result<(String, u16), Refusal> {
    let free = TcpListener::bind((cluster::ADDRESS, 0)).and_then(|listener| listener.local_addr());
    let free = free.map_err(|error| Refusal::internal(&format!("there is no free port: {error}")))?;
    Ok((cluster::ADDRESS.into(), free.port()))
}

/// `1.2.3.4` → `1.2.3.4/32`; none where the text is no address and no block.
pub(super) fn block(text: &str) -> Option<IpNet> {
    text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).ok()
}

/// Refuses a private network that does not exist.
pub(super) fn must_exist(call: &Call<'_>, network: &str) -> Result<(), Refusal> {
    call.find(private_network::KIND, network).map(drop)
}

/// Books an address of a private network: the next free one, or the one that was asked for. One that IPAM would not book,
/// outside of the network's ranges or at their edges, is taken all the same (recorded).
pub(super) fn attach(
    call: &mut Call<'_>,
    network: &str,
    asked: Option<IpNet>,
    owner: &Owner,
) -> Result<String, Refusal> {
    must_exist(call, network)?;
    if let Some(asked) = asked {
        let subnets = subnet::of(call.world, network).into_iter();
        let mut ranges = subnets.filter_map(|subnet| subnet.text("subnet").parse::<IpNet>().ok());
        if !ranges.any(|range| is_bookable(range, asked.addr())) {
            return Ok(asked.to_string());
        }
    }
    let tags = ["managed", "scwdbaas"];
    let of = Attachment {
        kind: "rdb_instance",
        id: &owner.id,
        name: &owner.name,
        project: &owner.project,
        tags: &tags,
    };
    ipam::attach(call, network, asked.map(|asked| asked.addr()), of)
}

/// The first two and the last two addresses of a range of IPv4 are not.
fn is_bookable(range: IpNet, address: IpAddr) -> bool {
    match (range, address) {
        (IpNet::V4(range), IpAddr::V4(address)) => {
            let (first, last) = (u32::from(range.network()), u32::from(range.broadcast()));
            (first + 2..=last.saturating_sub(2)).contains(&u32::from(address))
        }
        (range, address) => range.contains(&address),
    }
}

/// Gives back the address of an endpoint, if it is private.
pub(super) fn release(call: &mut Call<'_>, endpoint: &Value, owner: &str) {
    if let Some(network) = endpoint["private_network"]["private_network_id"].as_str() {
        ipam::release_all(call.world, owner, Some(network));
    }
}

/// The same address for another owner.
pub(super) fn hand_over(
    call: &mut Call<'_>,
    endpoint: &Value,
    from: &str,
    to: &Owner,
) -> Result<(), Refusal> {
    release(call, endpoint, from);
    let private = &endpoint["private_network"];
    match (private["private_network_id"].as_str(), private["service_ip"].as_str()) {
        (Some(network), Some(address)) => attach(call, network, block(address), to).map(drop),
        _ => Ok(()),
    }
}

/// The endpoints that a record of an instance or a replica has.
pub(super) fn endpoints(record: &Record) -> impl Iterator<Item = &Value> {
    record.body.get("endpoints").and_then(Value::as_array).into_iter().flatten()
}
