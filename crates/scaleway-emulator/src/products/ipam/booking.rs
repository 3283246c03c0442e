//! Which address is given.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::call::{Call, body};
use crate::products::vpc::{private_network, subnet};
use crate::refusal::{Problem, Refusal};
use crate::store::{Body, Record};

use super::ip::KIND;

/// Books an address of a subnet: `wanted`, or a free one. `fields` are its tags and resource.
pub(super) fn book(
    call: &mut Call<'_>,
    project: &str,
    subnet: &Record,
    wanted: Option<IpAddr>,
    fields: Body,
) -> Result<String, Refusal> {
    let range: IpNet =
        subnet.text("subnet").parse().map_err(|_| Refusal::internal("a subnet is no range"))?;
    let taken = taken(call, subnet.text("id"));
    let address = match wanted {
        Some(address) if !range.contains(&address) => {
            return Err(Refusal::constraint("address", format!("must be in {range}, is {address}")));
        }
        Some(address) if taken.contains(&address) => {
            return Err(Refusal::constraint("address", format!("{address} is already booked")));
        }
        Some(address) if !usable(range, address) => {
            return Err(Refusal::constraint("address", format!("{address} is reserved in {range}")));
        }
        Some(address) => address,
        None => free(call, range, &taken)?,
    };
    let network = subnet.text("private_network_id").to_owned();
    let with_prefix =
        IpNet::new(address, range.prefix_len()).map_or_else(|_| address.to_string(), |net| net.to_string());
    let mut record = body! {
        "address": with_prefix,
        "project_id": project,
        "is_ipv6": address.is_ipv6(),
        "source": body! {"subnet_id": subnet.text("id")},
        "resource": serde_json::Value::Null,
        "tags": Vec::<String>::new(),
        "reverses": Vec::<String>::new(),
        "region": call.region(),
        "zone": serde_json::Value::Null,
    };
    record.extend(fields);
    let mut draft = call.draft(project, record);
    draft.hidden = body! {"private_network_id": network.as_str(), "vpc_id": subnet.text("vpc_id")};
    draft.parent = Some((private_network::KIND.collection.into(), network));
    call.create(KIND, draft)
}

/// The subnet of a private network, of one version of IP.
pub(super) fn subnet_of(call: &Call<'_>, network: &str, is_ipv6: bool) -> Result<Record, Refusal> {
    call.find(private_network::KIND, network)?;
    let subnets = subnet::of(call.world, network);
    let subnet = subnets.into_iter().find(|subnet| subnet.text("subnet").contains(':') == is_ipv6);
    subnet.cloned().ok_or_else(|| Refusal::constraint("is_ipv6", "the private network has no such subnet"))
}

/// Reads an address of the request.
pub(super) fn address(text: &str) -> Result<IpAddr, Refusal> {
    let problem = || Problem::format("address", format!("must be an address, is {text:?}"));
    text.parse().map_err(|_| Refusal::invalid_arguments(&[problem()]))
}

fn taken(call: &Call<'_>, subnet: &str) -> BTreeSet<IpAddr> {
    let ips = call.world.store.all(KIND).map(|(_, ip)| ip);
    let ips = ips.filter(|ip| ip.body["source"]["subnet_id"] == subnet);
    ips.filter_map(|ip| ip.text("address").split('/').next()?.parse().ok()).collect()
}

/// The first two and the last two addresses of a range of IPv4 are not given.
fn usable(range: IpNet, address: IpAddr) -> bool {
    match (range, address) {
        (IpNet::V4(range), IpAddr::V4(address)) => {
            let (first, last) = (u32::from(range.network()), u32::from(range.broadcast()));
            (first + 2..=last.saturating_sub(2)).contains(&u32::from(address))
        }
        (range, address) => address != range.network(),
    }
}

/// The lowest of IPv4 (recorded: `.2` first), any of IPv6.
fn free(call: &Call<'_>, range: IpNet, taken: &BTreeSet<IpAddr>) -> Result<IpAddr, Refusal> {
    match range {
        IpNet::V4(range) => lowest(range, taken)
            .ok_or_else(|| Refusal::constraint("source", format!("no address is left in {range}"))),
        IpNet::V6(range) => loop {
            let address = IpAddr::V6(any(call, range)?);
            if usable(IpNet::V6(range), address) && !taken.contains(&address) {
                return Ok(address);
            }
        },
    }
}

fn lowest(range: Ipv4Net, taken: &BTreeSet<IpAddr>) -> Option<IpAddr> {
    let mut all = range.hosts().map(IpAddr::V4);
    all.find(|address| usable(IpNet::V4(range), *address) && !taken.contains(address))
}

fn any(call: &Call<'_>, range: Ipv6Net) -> Result<Ipv6Addr, Refusal> {
    let mut random = [0; 16];
    call.world.fill(&mut random)?;
    let host = u128::from_be_bytes(random) & u128::from(range.hostmask());
    Ok(Ipv6Addr::from(u128::from(range.network()) | host))
}
