//! VPC connectors.

use ipnet::IpNet;
use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::page::{ANY_TAG, Listing};
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, text, texts};
use crate::store::{Body, Kind, Record};
use crate::world::World;

use super::{range, subnet, vpc};

pub(super) const KIND: Kind = Kind { collection: "vpc.vpc_connectors", resource: "vpc_connector" };

const FIELDS: &[Field] = &[
    text("name").required(),
    texts("tags"),
    text("vpc_id").required().fixed(),
    text("target_vpc_id").required().fixed(),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "vpc_connectors",
    filters: &["project_id", "organization_id", ANY_TAG, "vpc_id", "target_vpc_id"],
    order: &["created_at", "name"],
};

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = schema::create(FIELDS, &call.body)?;
    let (vpc, target) = (call.text("vpc_id").to_owned(), call.text("target_vpc_id"));
    if vpc == target {
        return Err(Refusal::constraint("target_vpc_id", "must be another VPC"));
    }
    let project = call.find(vpc::KIND, &vpc)?.project.clone();
    call.find(vpc::KIND, target)?;
    fields.extend(body! {
        "project_id": project.as_str(),
        "organization_id": call.world.organization_of(&project),
        "region": call.region(),
    });
    let mut draft = call.draft(&project, fields);
    draft.parent = Some((vpc::KIND.collection.into(), vpc));
    let id = call.create(KIND, draft)?;
    answer(call, &id)
}

/// Takes away the connectors that lead to a VPC that goes.
pub(super) fn forget_target(world: &mut World, vpc: &str) {
    let connectors = world.store.all(KIND).filter(|(_, connector)| connector.text("target_vpc_id") == vpc);
    let ids: Vec<_> = connectors.map(|(id, _)| id.to_owned()).collect();
    for id in ids {
        world.store.remove(KIND, &id);
    }
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let name = call.query("name").unwrap_or_default();
    let status = call.query("status").filter(|status| !status.is_empty() && !status.starts_with("unknown_"));
    let keep = |connector: &Record| {
        connector.text("name").contains(name)
            && status.is_none_or(|wanted| view(call.world, connector)["status"] == wanted)
    };
    LISTING.answer_with(call, keep, |connector| view(call.world, connector))
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "vpc_connector_id")?;
    answer(call, &id)
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, connector) = call.target(KIND, "vpc_connector_id")?;
    let patch = schema::update(FIELDS, &call.body, &connector.body)?;
    call.change(KIND, &id, patch);
    answer(call, &id)
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "vpc_connector_id")?;
    call.world.store.remove(KIND, &id);
    Ok(Reply::empty())
}

/// All on one page.
pub(super) fn overlaps(call: &mut Call<'_>) -> Answer {
    let (_, connector) = call.target(KIND, "vpc_connector_id")?;
    let overlaps = overlaps_of(call.world, &connector);
    Ok(Reply::ok(json!({"total_count": overlaps.len(), "subnet_overlaps": overlaps})))
}

fn answer(call: &Call<'_>, id: &str) -> Answer {
    Ok(Reply::resource(view(call.world, call.find(KIND, id)?)))
}

/// The status follows from what else exists: a connector the other way, and subnets that overlap.
fn view(world: &World, connector: &Record) -> Body {
    let mut body = connector.body.clone();
    let (vpc, target) = (connector.text("vpc_id"), connector.text("target_vpc_id"));
    let has_peer = world.store.all(KIND).any(|(_, other)| {
        other.text("vpc_id") == target
            && other.text("target_vpc_id") == vpc
            && other.region == connector.region
    });
    let status = match has_peer {
        false => "orphan",
        true if overlaps_of(world, connector).is_empty() => "peered",
        true => "conflict",
    };
    body.insert("status".into(), status.into());
    if let Some(target) = world.store.get(vpc::KIND, target).filter(|_| status == "peered") {
        let peer = body! {
            "organization_id": target.text("organization_id"),
            "project_id": target.project.as_str(),
            "vpc_name": target.text("name"),
        };
        body.insert("peer_info".into(), peer.into());
    }
    body
}

fn overlaps_of(world: &World, connector: &Record) -> Vec<Value> {
    let of = |vpc: &'static str| {
        let subnets = world.store.all(subnet::KIND).map(|(_, subnet)| subnet);
        let subnets = subnets.filter(move |subnet| subnet.text("vpc_id") == connector.text(vpc));
        subnets.filter_map(|subnet| Some((subnet.text("id"), subnet.text("subnet").parse::<IpNet>().ok()?)))
    };
    let pairs = of("vpc_id").flat_map(|ours| of("target_vpc_id").map(move |theirs| (ours, theirs)));
    let overlaps = pairs.filter(|((_, ours), (_, theirs))| range::overlap(*ours, *theirs));
    let view = |((id, subnet), (target_id, target)): ((&str, IpNet), (&str, IpNet))| {
        json!({
            "subnet_id": id,
            "subnet": subnet.to_string(),
            "target_subnet_id": target_id,
            "target_subnet": target.to_string(),
        })
    };
    overlaps.map(view).collect()
}
