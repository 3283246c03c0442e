//! Private networks.

use serde_json::Value;

use crate::call::{Call, body};
use crate::page::{ANY_TAG, Listing};
use crate::products::ipam;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, flag, text, texts};
use crate::store::{Body, Kind, Record};
use crate::world::World;

use super::{range, route, subnet, vpc};

pub(in crate::products) const KIND: Kind =
    Kind { collection: "vpc.private_networks", resource: "private_network" };

/// Containers are attached by a field of their own, without an address in IPAM.
const CONTAINERS: Kind = Kind { collection: "containers.containers", resource: "container" };

const FIELDS: &[Field] = &[
    text("project_id").required().fixed(),
    text("name").required(),
    texts("tags"),
    texts("subnets").fixed(),
    text("vpc_id").fixed(),
    flag("default_route_propagation_enabled"),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "private_networks",
    filters: &["project_id", "organization_id", ANY_TAG, "vpc_id", "dhcp_enabled"],
    order: &["created_at", "name"],
};

/// Where it names no VPC, it comes into the project's default one (recorded).
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = schema::create(FIELDS, &call.body)?;
    let project = call.text("project_id").to_owned();
    let vpc = match call.text("vpc_id") {
        "" => vpc::default_of(call, &project)?,
        id => {
            call.find(vpc::KIND, id)?;
            id.to_owned()
        }
    };
    let wanted: Vec<String> = match fields.remove("subnets") {
        Some(Value::Array(subnets)) => subnets.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let ranges = range::choose(call, &project, &vpc, &wanted)?;
    fields.extend(body! {
        "organization_id": call.world.organization_of(&project),
        "region": call.region(),
        "vpc_id": vpc.as_str(),
        "dhcp_enabled": true,
        "has_s3_integration": false,
    });
    let mut draft = call.draft(&project, fields);
    draft.parent = Some((vpc::KIND.collection.into(), vpc.clone()));
    let id = call.create(KIND, draft)?;
    for range in ranges.map(|range| range.to_string()) {
        subnet::create(call, &project, &vpc, &id, &range)?;
        route::create_managed(call, &project, &vpc, &id, &range)?;
    }
    answer(call, &id)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let name = call.query("name").unwrap_or_default();
    let wanted: Vec<_> = call.query_all("private_network_ids").collect();
    let integrated = call.query("s3_integration_enabled").and_then(|flag| flag.parse::<bool>().ok());
    let keep = |network: &Record| {
        network.text("name").contains(name)
            && (wanted.is_empty() || wanted.contains(&network.text("id")))
            && integrated.is_none_or(|flag| network.body.get("has_s3_integration") == Some(&flag.into()))
    };
    LISTING.answer_with(call, keep, |network| view(call.world, network))
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "private_network_id")?;
    answer(call, &id)
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, network) = call.target(KIND, "private_network_id")?;
    let patch = schema::update(FIELDS, &call.body, &network.body)?;
    call.change(KIND, &id, patch);
    answer(call, &id)
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "private_network_id")?;
    let mut containers = call.world.store.all(CONTAINERS);
    if ipam::has_addresses(call.world, &id)
        || containers.any(|(_, container)| container.text("private_network_id") == id)
    {
        let help = "Private Network must be empty to be deleted";
        return Err(Refusal::precondition_failed("resource_still_in_use", help));
    }
    drop(containers);
    route::forget_network(call.world, &id);
    call.world.store.remove(KIND, &id);
    Ok(Reply::empty())
}

pub(super) fn enable_dhcp(call: &mut Call<'_>) -> Answer {
    let (id, network) = call.target(KIND, "private_network_id")?;
    if network.body.get("dhcp_enabled") != Some(&true.into()) {
        call.change(KIND, &id, body! {"dhcp_enabled": true});
    }
    answer(call, &id)
}

fn answer(call: &Call<'_>, id: &str) -> Answer {
    Ok(Reply::resource(view(call.world, call.find(KIND, id)?)))
}

fn view(world: &World, network: &Record) -> Body {
    let mut body = network.body.clone();
    let subnets = subnet::of(world, network.text("id"));
    body.insert(
        "subnets".into(),
        subnets.into_iter().map(|subnet| Value::Object(subnet.body.clone())).collect(),
    );
    body
}
