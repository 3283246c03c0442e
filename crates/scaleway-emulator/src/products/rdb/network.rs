//! Addresses: of the public network, and of private networks.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::Value;

use crate::call::Call;
use crate::refusal::Refusal;
use crate::router::{Found, Router};
use crate::store::{Kind, Record};

use super::{instance, read_replica};

/// Private networks belong to another product; where this emulator has it, they must exist.
const PRIVATE_NETWORK: Kind = Kind { collection: "vpc.private_networks", resource: "private_network" };

/// An address and a port where a load balancer answers.
pub(super) fn public_address(call: &Call<'_>) -> Result<(String, u16), Refusal> {
    let mut bytes = [0; 4];
    call.world.fill(&mut bytes)?;
    let [a, b, c, d] = bytes;
    let port = 1_024 + u16::from_be_bytes([c, d]) % 31_744;
    Ok((format!("51.159.{}.{}", 8 + a % 200, 1 + b % 254), port))
}

/// `1.2.3.4` → `1.2.3.4/32`; none where the text is no address and no block.
pub(super) fn block(text: &str) -> Option<String> {
    let (ip, length) = match text.split_once('/') {
        Some((ip, length)) => (ip, Some(length.parse::<u8>().ok()?)),
        None => (text, None),
    };
    let ip: IpAddr = ip.parse().ok()?;
    let longest = if ip.is_ipv4() { 32 } else { 128 };
    let length = length.unwrap_or(longest);
    (length <= longest).then(|| format!("{ip}/{length}"))
}

/// The next free address of a private network, with the length of its block: `172.16.4.2/22`. `taken` are those that
/// are planned and not kept yet.
pub(super) fn free_address(call: &Call<'_>, network: &str, taken: &[Value]) -> Result<String, Refusal> {
    let (first, length) = subnet(call, network)?;
    let records =
        [instance::KIND, read_replica::KIND].into_iter().flat_map(|kind| call.world.store.all(kind));
    let kept = records.flat_map(|(_, record)| endpoints(record));
    let used: Vec<&str> = kept
        .chain(taken)
        .filter(|endpoint| endpoint["private_network"]["private_network_id"] == network)
        .filter_map(|endpoint| endpoint["private_network"]["service_ip"].as_str())
        .collect();
    // The first address is the block's own, the second one its gateway's.
    let size = 1_u32.checked_shl(32 - u32::from(length)).unwrap_or(u32::MAX);
    let mut free =
        (2..size.saturating_sub(1)).map(|n| format!("{}/{length}", Ipv4Addr::from(first.wrapping_add(n))));
    free.find(|address| !used.contains(&address.as_str())).ok_or_else(|| {
        Refusal::precondition_failed("ip_available", "the private network has no free address")
    })
}

/// Refuses a network that does not exist.
pub(super) fn must_exist(call: &Call<'_>, network: &str) -> Result<(), Refusal> {
    let listed = Router::get().find("GET", "/vpc/v2/regions/fr-par/private-networks");
    if matches!(listed, Found::Route { .. }) {
        call.find(PRIVATE_NETWORK, network).map(|_| ())
    } else {
        Ok(())
    }
}

/// The IPv4 block of a network; one made up from its id where nobody knows the network.
fn subnet(call: &Call<'_>, network: &str) -> Result<(u32, u8), Refusal> {
    must_exist(call, network)?;
    let record = call.world.store.get(PRIVATE_NETWORK, network);
    let subnets = record.and_then(|record| record.body.get("subnets")).and_then(Value::as_array);
    let known = subnets.into_iter().flatten().find_map(|subnet| {
        let (ip, length) = subnet["subnet"].as_str().or_else(|| subnet.as_str())?.split_once('/')?;
        Some((u32::from(ip.parse::<Ipv4Addr>().ok()?), length.parse().ok()?))
    });
    let made_up = || {
        let third = network.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte)) & 0xFC;
        (u32::from(Ipv4Addr::new(172, 16, third, 0)), 22)
    };
    Ok(known.unwrap_or_else(made_up))
}

/// The endpoints that a record of an instance or a replica has.
pub(super) fn endpoints(record: &Record) -> impl Iterator<Item = &Value> {
    record.body.get("endpoints").and_then(Value::as_array).into_iter().flatten()
}
