//! Ingress rules. They are kept and checked; there is no traffic to lead anywhere.

use serde_json::Value;

use crate::call::{Call, body};
use crate::page::{ANY_TAG, Listing};
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, text, texts};
use crate::store::{Body, Kind, Record};

use super::{private_network, range, vpc};

/// What is not found has no name and no id in the answer (recorded).
const KIND: Kind = Kind { collection: "vpc.ingress_rules", resource: "unknown" };

const FIELDS: &[Field] = &[
    text("vpc_id").required().fixed(),
    text("source").required(),
    text("nexthop_resource_ip").required(),
    text("nexthop_private_network_id").required(),
    text("description").or_null(),
    texts("tags"),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "rules",
    filters: &[
        "project_id",
        "organization_id",
        ANY_TAG,
        "vpc_id",
        "nexthop_resource_ip",
        "nexthop_private_network_id",
        "is_ipv6",
    ],
    order: &["created_at", "source", "prefix_len"],
};

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = schema::create(FIELDS, &call.body)?;
    let vpc = call.text("vpc_id").to_owned();
    let project = call.find(vpc::KIND, &vpc)?.project.clone();
    check(call, &mut fields)?;
    fields.extend(body! {
        "project_id": project.as_str(),
        "organization_id": call.world.organization_of(&project),
        "region": call.region(),
    });
    let mut draft = call.draft(&project, fields);
    draft.parent = Some((vpc::KIND.collection.into(), vpc));
    let id = call.create(KIND, draft)?;
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    LISTING.answer(call)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    Ok(Reply::resource(target(call)?.1.body))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, rule) = target(call)?;
    let patch = schema::update(FIELDS, &call.body, &rule.body)?;
    let mut whole = rule.body;
    whole.extend(patch);
    check(call, &mut whole)?;
    call.change(KIND, &id, whole);
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, _) = target(call)?;
    call.world.store.remove(KIND, &id);
    Ok(Reply::empty())
}

fn target(call: &Call<'_>) -> Result<(String, Record), Refusal> {
    call.target(KIND, "rule_id").map_err(|_| Refusal::unknown("unknown", ""))
}

/// What holds between fields; `is_ipv6` follows from the source.
fn check(call: &Call<'_>, rule: &mut Body) -> Result<(), Refusal> {
    let text = |field: &str| rule.get(field).and_then(Value::as_str).unwrap_or_default();
    let source = range::require("source", text("source"))?;
    let nexthop = range::address("nexthop_resource_ip", text("nexthop_resource_ip"))?;
    let network = call.find(private_network::KIND, text("nexthop_private_network_id"))?;
    if network.text("vpc_id") != text("vpc_id") {
        return Err(Refusal::constraint("nexthop_private_network_id", "must be of the rule's VPC"));
    }
    if source.addr().is_ipv6() != nexthop.is_ipv6() {
        return Err(Refusal::constraint(
            "nexthop_resource_ip",
            "must be of the same version of IP as the source",
        ));
    }
    rule.insert("is_ipv6".into(), nexthop.is_ipv6().into());
    Ok(())
}
