//! Routes: those that were made, and those that the platform makes for each subnet.

use ipnet::IpNet;
use serde_json::Value;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::products::ipam;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, text, texts};
use crate::store::{Body, Kind, Record};
use crate::world::World;

use super::{connector, private_network, range, vpc};

/// What is not found has no name and no id in the answer (recorded).
const KIND: Kind = Kind { collection: "vpc.routes", resource: "unknown" };

const FIELDS: &[Field] = &[
    text("description"),
    texts("tags"),
    text("vpc_id").required().fixed(),
    text("destination").required(),
    text("nexthop_resource_id").or_null(),
    text("nexthop_private_network_id").or_null(),
    text("nexthop_vpc_connector_id").or_null(),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "routes",
    filters: &["vpc_id", "nexthop_resource_id", "nexthop_private_network_id", "nexthop_vpc_connector_id"],
    order: &["created_at", "destination", "prefix_len"],
};

/// What the resource of a next hop may be, as routes call it.
const NEXTHOPS: [&str; 5] = [
    "vpc_gateway_network",
    "instance_private_nic",
    "baremetal_private_nic",
    "apple_silicon_private_nic",
    "vpn_gateway",
];

/// The resource of a next hop is taken at its word: servers are no part of the emulator.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = schema::create(FIELDS, &call.body)?;
    let vpc = call.text("vpc_id").to_owned();
    let project = call.find(vpc::KIND, &vpc)?.project.clone();
    check(call, &fields)?;
    if call.text("description").is_empty() {
        fields.insert("description".into(), "Custom route".into());
    }
    fields.extend(body! {"region": call.region(), "is_read_only": false, "type": "custom"});
    let mut draft = call.draft(&project, fields);
    draft.parent = Some((vpc::KIND.collection.into(), vpc));
    let id = call.create(KIND, draft)?;
    Ok(Reply::resource(call.view(KIND, &id)))
}

/// The route to a subnet: it has no id.
pub(super) fn create_managed(
    call: &mut Call<'_>,
    project: &str,
    vpc: &str,
    network: &str,
    destination: &str,
) -> Result<(), Refusal> {
    let fields = body! {
        "id": "",
        "description": "Local Private Network route",
        "tags": vec!["MANAGED"],
        "vpc_id": vpc,
        "destination": destination,
        "nexthop_resource_id": Value::Null,
        "nexthop_private_network_id": network,
        "nexthop_vpc_connector_id": Value::Null,
        "created_at": call.world.stamp(),
        "updated_at": call.world.stamp(),
        "is_read_only": true,
        "type": "subnet",
        "region": call.region(),
    };
    let mut record = call.draft(project, fields);
    record.parent = Some((private_network::KIND.collection.into(), network.into()));
    let key = call.world.new_id(KIND)?;
    call.world.store.insert(KIND, &key, record);
    Ok(())
}

/// Takes away the routes that lead to a private network that goes.
pub(super) fn forget_network(world: &mut World, network: &str) {
    let routes = world.store.all(KIND);
    let routes = routes.filter(|(_, route)| route.text("nexthop_private_network_id") == network);
    let ids: Vec<_> = routes.map(|(id, _)| id.to_owned()).collect();
    for id in ids {
        world.store.remove(KIND, &id);
    }
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    Ok(Reply::resource(target(call)?.1.body))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, route) = target(call)?;
    let patch = schema::update(FIELDS, &call.body, &route.body)?;
    let mut whole = route.body;
    whole.extend(patch.clone());
    check(call, &whole)?;
    call.change(KIND, &id, patch);
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, _) = target(call)?;
    call.world.store.remove(KIND, &id);
    Ok(Reply::empty())
}

/// Managed routes are listed whatever tags are asked for (recorded).
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let tags: Vec<_> = call.query_all("tags").collect();
    let within = call.query("contains").filter(|text| !text.is_empty());
    let within = within.map(|text| range::require("contains", text)).transpose()?;
    let is_ipv6 = call.query("is_ipv6").and_then(|flag| flag.parse::<bool>().ok());
    let kind = call.query("nexthop_resource_type").filter(|kind| !kind.is_empty() && *kind != "unknown_type");
    let keep = |route: &Record| {
        let tagged = |tag: &str| {
            let have = route.body.get("tags").and_then(Value::as_array);
            have.is_some_and(|have| have.iter().any(|have| have == tag))
        };
        let destination = route.text("destination").parse::<IpNet>().ok();
        (is_managed(route) || tags.is_empty() || tags.iter().any(|tag| tagged(tag)))
            && within.is_none_or(|range| destination.is_some_and(|to| range.contains(&to)))
            && is_ipv6.is_none_or(|wanted| destination.is_some_and(|to| to.addr().is_ipv6() == wanted))
            && kind.is_none_or(|kind| with_nexthop(call.world, route)["nexthop_resource_type"] == kind)
    };
    LISTING.answer_with(call, keep, |route| with_nexthop(call.world, route))
}

/// The route and what IPAM knows of the resource that it leads to.
fn with_nexthop(world: &World, route: &Record) -> Body {
    let is_ipv6 = route.text("destination").contains(':');
    let resource = Some(route.text("nexthop_resource_id")).filter(|id| !id.is_empty());
    let (mut address, mut name, mut kind) = (Value::Null, Value::Null, "unknown_type");
    if let Some(ip) = resource.and_then(|id| ipam::address_of(world, id, is_ipv6)) {
        address = ip.text("address").split('/').next().unwrap_or_default().into();
        let resource = &ip.body["resource"];
        name = resource["name"].clone();
        kind = NEXTHOPS.into_iter().find(|kind| resource["type"] == *kind).unwrap_or(kind);
    }
    body! {
        "route": route.body.clone(),
        "nexthop_ip": address,
        "nexthop_name": name,
        "nexthop_resource_type": kind,
    }
}

fn is_managed(route: &Record) -> bool {
    route.body.get("is_read_only") == Some(&true.into())
}

fn target(call: &Call<'_>) -> Result<(String, Record), Refusal> {
    let found = call.target(KIND, "route_id").ok().filter(|(_, route)| !is_managed(route));
    found.ok_or_else(|| Refusal::unknown("unknown", ""))
}

fn check(call: &Call<'_>, route: &Body) -> Result<(), Refusal> {
    let text = |field: &str| route.get(field).and_then(Value::as_str).unwrap_or_default();
    range::require("destination", text("destination"))?;
    let (network, connector) = (text("nexthop_private_network_id"), text("nexthop_vpc_connector_id"));
    match (network, connector) {
        // A resource is enough: it says where it is (documented).
        ("", "") if !text("nexthop_resource_id").is_empty() => Ok(()),
        ("", "") => {
            let help = "this, nexthop_resource_id or nexthop_vpc_connector_id must be set";
            Err(Refusal::constraint("nexthop_private_network_id", help))
        }
        ("", connector) => call.find(connector::KIND, connector).map(drop),
        (network, _) if call.find(private_network::KIND, network)?.text("vpc_id") != text("vpc_id") => {
            Err(Refusal::constraint("nexthop_private_network_id", "must be of the route's VPC"))
        }
        _ => Ok(()),
    }
}
