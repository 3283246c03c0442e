//! What the other products book: a resource in a private network has its address here.

use std::net::IpAddr;
use std::time::Duration;

use crate::call::{Call, body};
use crate::products::vpc::private_network;
use crate::refusal::Refusal;
use crate::store::{Body, Effect, Record, Transition};
use crate::world::{World, stamp};

use super::booking;
use super::ip::KIND;

/// A resource that is attached to a private network.
#[derive(Debug, Clone, Copy)]
#[allow(dead_code, reason = "for the products that attach resources to private networks")]
pub(crate) struct Attachment<'a> {
    /// `rdb_instance`, `serverless_container`, …
    pub(crate) kind: &'a str,
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) project: &'a str,
    /// Managed databases have `managed` and `scwdbaas` (recorded).
    pub(crate) tags: &'a [&'a str],
}

/// The resources that hold addresses here.
const OURS: [&str; 2] = ["custom", "rdb_instance"];

/// Books an address of IPv4 for a resource, and answers it with its prefix: `172.16.0.2/22`. A private network that is not
/// there is the API's 404.
#[allow(dead_code, reason = "for the products that attach resources to private networks")]
pub(crate) fn attach(
    call: &mut Call<'_>,
    network: &str,
    wanted: Option<IpAddr>,
    of: Attachment<'_>,
) -> Result<String, Refusal> {
    let subnet = booking::subnet_of(call, network, wanted.is_some_and(|address| address.is_ipv6()))?;
    let resource = body! {
        "type": of.kind,
        "id": of.id,
        "mac_address": mac_address(call.world)?,
        "name": of.name,
    };
    let fields = body! {"resource": resource, "tags": of.tags.to_vec()};
    let id = booking::book(call, of.project, &subnet, wanted, fields)?;
    Ok(call.view(KIND, &id)["address"].as_str().unwrap_or_default().to_owned())
}

/// The machine that a resource is made of takes its addresses so much later, which moves their `updated_at`.
pub(crate) fn taken_in(call: &mut Call<'_>, resource: &str, after: Duration) {
    let at = call.due(after);
    let body = body! {"updated_at": stamp(at)};
    let ips = call.world.store.all(KIND).filter(|(_, ip)| ip.body["resource"]["id"] == resource);
    let ids: Vec<_> = ips.map(|(id, _)| id.to_owned()).collect();
    for id in ids {
        let effect = Effect::Set { body: body.clone(), hidden: Body::new() };
        call.world.store.schedule(KIND, &id, vec![Transition { at, effect }]);
    }
}

/// Releases what a resource has in a private network, or in all of them.
#[allow(dead_code, reason = "for the products that attach resources to private networks")]
pub(crate) fn release_all(world: &mut World, resource: &str, network: Option<&str>) {
    let ips = world.store.all(KIND).filter(|(_, ip)| ip.body["resource"]["id"] == resource);
    let ips = ips.filter(|(_, ip)| {
        network.is_none_or(|id| ip.hidden.get("private_network_id").is_some_and(|own| own == id))
    });
    let ids: Vec<_> = ips.map(|(id, _)| id.to_owned()).collect();
    for id in ids {
        world.store.remove(KIND, &id);
    }
}

/// Whether an address of the private network is booked, attached or not. One that belongs to a server, or to what else
/// is no part of the emulator, does not count: nobody could give it back, and it goes with the network.
pub(crate) fn has_addresses(world: &World, network: &str) -> bool {
    let ids = world.store.children(private_network::KIND, network, KIND);
    let mut ips = ids.iter().filter_map(|id| world.store.get(KIND, id));
    ips.any(|ip| match ip.body["resource"]["type"].as_str() {
        Some(kind) => OURS.contains(&kind),
        None => true,
    })
}

/// The first address of a resource, of one version of IP.
pub(crate) fn address_of<'a>(world: &'a World, resource: &str, is_ipv6: bool) -> Option<&'a Record> {
    let mut ips = world.store.all(KIND).map(|(_, ip)| ip);
    ips.find(|ip| ip.body["resource"]["id"] == resource && ip.text("address").contains(':') == is_ipv6)
}

/// As those that are recorded: `02:00:00:1D:8B:67`.
fn mac_address(world: &World) -> Result<String, Refusal> {
    let mut random = [0; 3];
    world.fill(&mut random)?;
    let [a, b, c] = random;
    Ok(format!("02:00:00:{a:02X}:{b:02X}:{c:02X}"))
}
