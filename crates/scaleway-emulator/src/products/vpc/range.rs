//! Ranges of addresses: read, compared, picked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::call::Call;
use crate::refusal::{Problem, Refusal};

use super::subnet;

/// Reads a range without bits beyond its prefix.
pub(super) fn parse(field: &str, text: &str) -> Result<IpNet, Problem> {
    match text.parse::<IpNet>() {
        Ok(range) if range.trunc() == range => Ok(range),
        Ok(range) => {
            let help = format!("has bits beyond its prefix; did you mean {}?", range.trunc());
            Err(Problem::constraint(field, help))
        }
        Err(_) => {
            Err(Problem::format(field, format!("must be a range of addresses, as 10.0.0.0/24, is {text:?}")))
        }
    }
}

/// The same where the request has just that to go wrong.
pub(super) fn require(field: &str, text: &str) -> Result<IpNet, Refusal> {
    parse(field, text).map_err(|problem| Refusal::invalid_arguments(&[problem]))
}

/// Whether two ranges have an address in common.
pub(super) fn overlap(a: IpNet, b: IpNet) -> bool {
    a.contains(&b) || b.contains(&a)
}

/// The ranges that a new private network in this VPC gets: those asked for, and one of its own for each version of IP that
/// was not.
pub(super) fn choose(
    call: &Call<'_>,
    project: &str,
    vpc: &str,
    wanted: &[String],
) -> Result<[IpNet; 2], Refusal> {
    let (mut v4, mut v6) = (None, None);
    let mut problems = Vec::new();
    let taken = |of_vpc: bool| {
        let subnets = call.world.store.all(subnet::KIND).map(|(_, subnet)| subnet);
        let region = call.region();
        subnets
            .filter(move |subnet| subnet.region == region && subnet.project == project)
            .filter(move |subnet| !of_vpc || subnet.text("vpc_id") == vpc)
            .filter_map(|subnet| subnet.text("subnet").parse::<IpNet>().ok())
    };
    for (n, text) in wanted.iter().enumerate() {
        let field = format!("subnets.{n}");
        let range = match parse(&field, text) {
            Ok(range) => range,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let (place, sizes) = if range.addr().is_ipv4() { (&mut v4, 20..=29) } else { (&mut v6, 64..=64) };
        if !sizes.contains(&range.prefix_len()) {
            let help = format!(
                "its prefix must be from /{} to /{}, is /{}",
                sizes.start(),
                sizes.end(),
                range.prefix_len()
            );
            problems.push(Problem::constraint(field, help));
        } else if let Some(other) = taken(true).find(|other| overlap(range, *other)) {
            let help = format!("{range} overlaps {other}, which is taken in this VPC");
            problems.push(Problem::constraint(field, help));
        } else if place.replace(range).is_some() {
            problems.push(Problem::constraint(field, "only one range of each version of IP is allowed"));
        }
    }
    if !problems.is_empty() {
        return Err(Refusal::invalid_arguments(&problems));
    }
    let free = |range: &IpNet| !taken(false).any(|other| overlap(*range, other));
    let v4 = match v4 {
        Some(range) => range,
        None => automatic_v4().find(free).ok_or_else(|| {
            Refusal::constraint("subnets", "no /22 of 172.16.0.0/12 is left in this project and region")
        })?,
    };
    let v6 = match v6 {
        Some(range) => range,
        None => loop {
            let range = automatic_v6(call, project)?;
            if free(&range) {
                break range;
            }
        },
    };
    Ok([v4, v6])
}

/// Every /22 of 172.16.0.0/12, where automatic ranges are recorded to lie.
fn automatic_v4() -> impl Iterator<Item = IpNet> {
    let all = Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12);
    all.subnets(22).into_iter().flatten().map(IpNet::V4)
}

/// A /64 at random in the /48 that a project has in a region.
fn automatic_v6(call: &Call<'_>, project: &str) -> Result<IpNet, Refusal> {
    // FNV-1a: the same in every run, as the recorded one is for all networks of a project and region.
    let mut site = 0xcbf2_9ce4_8422_2325_u64;
    for byte in project.bytes().chain(call.region().bytes()) {
        site = (site ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let mut address = [0; 16];
    address[0] = 0xfd;
    address[1..6].copy_from_slice(&site.to_be_bytes()[..5]);
    call.world.fill(&mut address[6..8])?;
    Ok(IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::from(address), 64)))
}

/// Reads an address.
pub(super) fn address(field: &str, text: &str) -> Result<IpAddr, Refusal> {
    let problem = || Problem::format(field, format!("must be an address, is {text:?}"));
    text.parse().map_err(|_| Refusal::invalid_arguments(&[problem()]))
}
