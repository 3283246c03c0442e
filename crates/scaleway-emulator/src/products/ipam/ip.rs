//! Addresses.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::page::{ANY_TAG, Listing};
use crate::products::vpc::subnet;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, flag, object, objects, text, texts};
use crate::store::{Body, Effect, Kind, Record, Transition};

use super::booking;

pub(super) const KIND: Kind = Kind { collection: "ipam.ips", resource: "ip" };

const SOURCE: &[Field] = &[
    text("zonal").or_absent(),
    text("private_network_id").or_absent(),
    text("subnet_id").or_absent(),
    text("vpc_id").or_absent(),
    flag("regional").or_absent(),
];

const CUSTOM_RESOURCE: &[Field] = &[text("mac_address").required(), text("name").or_null()];

const BOOKING: &[Field] = &[
    text("project_id").required(),
    object("source", SOURCE).required(),
    flag("is_ipv6"),
    text("address").or_absent(),
    texts("tags"),
    object("resource", CUSTOM_RESOURCE).or_null(),
];

const UPDATE: &[Field] =
    &[texts("tags"), objects("reverses", &[text("hostname").required(), text("address").or_null()])];

/// Until the DNS knows of a name (recorded: between a half and a whole second).
const REVERSED: Duration = Duration::from_millis(500);

const LISTING: Listing = Listing {
    kind: KIND,
    items: "ips",
    filters: &["project_id", "organization_id", ANY_TAG, "is_ipv6"],
    order: &["created_at", "updated_at", "attached_at", "ip_address", "mac_address"],
};

pub(super) fn book(call: &mut Call<'_>) -> Answer {
    let mut fields = schema::create(BOOKING, &call.body)?;
    let said = |name: &str| fields["source"].get(name).and_then(Value::as_str).unwrap_or_default();
    let wanted = fields.get("address").and_then(Value::as_str).map(booking::address).transpose()?;
    let is_ipv6 = wanted.map_or(fields["is_ipv6"] == true, |address| address.is_ipv6());
    let subnet = match (said("private_network_id"), said("subnet_id")) {
        ("", "") => return Err(private_only()),
        ("", id) => call.find(subnet::KIND, id)?.clone(),
        (network, _) => booking::subnet_of(call, network, is_ipv6)?,
    };
    let project = call.text("project_id").to_owned();
    if project != subnet.project {
        let help = format!("must be the private network's, {}", subnet.project);
        return Err(Refusal::constraint("project_id", help));
    }
    let resource = match fields.remove("resource") {
        Some(Value::Object(resource)) => custom(call, resource)?,
        _ => Value::Null,
    };
    let more = body! {"tags": fields["tags"].clone(), "resource": resource};
    let id = booking::book(call, &project, &subnet, wanted, more)?;
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let said = |name: &'static str| {
        let values = call.query_all(name).filter(|value| !value.is_empty() && *value != "unknown_type");
        values.collect::<Vec<_>>()
    };
    let any_of = |names: [&'static str; 2]| [said(names[0]), said(names[1])].concat();
    let (ids, resources) = (said("ip_ids"), any_of(["resource_id", "resource_ids"]));
    let types = any_of(["resource_type", "resource_types"]);
    let (names, macs) = (said("resource_name"), said("mac_address"));
    let attached = call.query("attached").and_then(|flag| flag.parse::<bool>().ok());
    let subnets = said("subnet_id");
    let hidden = [("private_network_id", said("private_network_id")), ("vpc_id", said("vpc_id"))];
    let is_public = ["zonal", "regional", "source_vpc_id"].iter().any(|name| !said(name).is_empty());
    let is =
        |wanted: &[&str], value: &Value| wanted.is_empty() || wanted.iter().any(|wanted| value == *wanted);
    let keep = |ip: &Record| {
        let resource = &ip.body["resource"];
        let name = resource["name"].as_str().unwrap_or_default();
        !is_public
            && is(&ids, &ip.body["id"])
            && is(&resources, &resource["id"])
            && is(&types, &resource["type"])
            && is(&macs, &resource["mac_address"])
            && names.iter().all(|wanted| name.contains(wanted))
            && attached.is_none_or(|attached| resource.is_null() != attached)
            && is(&subnets, &ip.body["source"]["subnet_id"])
            && hidden.iter().all(|(name, wanted)| is(wanted, ip.hidden.get(*name).unwrap_or(&Value::Null)))
    };
    LISTING.answer_with(call, keep, |ip| ip.body.clone())
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    call.show(KIND, "ip_id")
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, ip) = call.target(KIND, "ip_id")?;
    let mut patch = schema::update(UPDATE, &call.body, &ip.body)?;
    let reverses = patch.remove("reverses");
    call.change(KIND, &id, patch);
    let mut answer = call.view(KIND, &id);
    if let Some(Value::Array(wanted)) = reverses {
        answer.insert("reverses".into(), Value::Array(Vec::new()));
        let at = call.due(REVERSED);
        let effect = Effect::Set { body: body! {"reverses": reversed(&ip, wanted)}, hidden: Body::new() };
        call.world.store.schedule(KIND, &id, vec![Transition { at, effect }]);
    }
    Ok(Reply::resource(answer))
}

/// The names that an address has when the DNS knows of them: the platform's own stay, those asked for follow, and all end
/// with a dot. The answer to the update has none (all recorded).
fn reversed(ip: &Record, wanted: Vec<Value>) -> Vec<Value> {
    let is_own =
        |reverse: &&Value| reverse["hostname"].as_str().is_some_and(|name| name.ends_with(".scw.cloud."));
    let own = ip.body["reverses"].as_array().into_iter().flatten().filter(is_own).cloned();
    let wanted = wanted.into_iter().map(|mut reverse| {
        let name = reverse["hostname"].as_str().unwrap_or_default().trim_end_matches('.');
        reverse["hostname"] = format!("{name}.").into();
        reverse
    });
    own.chain(wanted).collect()
}

pub(super) fn release(call: &mut Call<'_>) -> Answer {
    let (id, ip) = call.target(KIND, "ip_id")?;
    must_be_free(&ip)?;
    call.world.store.remove(KIND, &id);
    Ok(Reply::empty())
}

/// All or none.
pub(super) fn release_set(call: &mut Call<'_>) -> Answer {
    let fields = schema::create(&[texts("ip_ids")], &call.body)?;
    let ids: Vec<_> = fields["ip_ids"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for id in &ids {
        must_be_free(call.find(KIND, id)?)?;
    }
    for id in ids {
        call.world.store.remove(KIND, id);
    }
    Ok(Reply::empty())
}

pub(super) fn attach(call: &mut Call<'_>) -> Answer {
    let (id, ip) = call.target(KIND, "ip_id")?;
    let resource = said_resource(call, "resource")?;
    must_be_free(&ip)?;
    let resource = custom(call, resource)?;
    Ok(hold(call, &id, resource))
}

pub(super) fn detach(call: &mut Call<'_>) -> Answer {
    let (id, ip) = call.target(KIND, "ip_id")?;
    must_be_on(call, &ip, "resource")?;
    Ok(hold(call, &id, Value::Null))
}

pub(super) fn move_ip(call: &mut Call<'_>) -> Answer {
    let (id, ip) = call.target(KIND, "ip_id")?;
    must_be_on(call, &ip, "from_resource")?;
    let to = match call.body.get("to_resource") {
        None | Some(Value::Null) => Value::Null,
        Some(_) => {
            let resource = said_resource(call, "to_resource")?;
            custom(call, resource)?
        }
    };
    Ok(hold(call, &id, to))
}

/// 412: what an address is attached to goes first.
fn must_be_free(ip: &Record) -> Result<(), Refusal> {
    if ip.body["resource"].is_null() {
        return Ok(());
    }
    Err(Refusal::precondition_failed("resource_still_in_use", "the IP is attached to a resource"))
}

/// Only custom resources are attached and detached here; the others by their own products.
fn must_be_on(call: &Call<'_>, ip: &Record, field: &'static str) -> Result<(), Refusal> {
    let wanted = said_resource(call, field)?;
    let resource = &ip.body["resource"];
    if resource["type"] == "custom" && wanted.get("mac_address") == Some(&resource["mac_address"]) {
        return Ok(());
    }
    Err(Refusal::constraint(field, "the IP is not attached to this custom resource"))
}

fn said_resource(call: &Call<'_>, field: &'static str) -> Result<Body, Refusal> {
    match call.body.get(field) {
        Some(Value::Object(resource)) => schema::create(CUSTOM_RESOURCE, resource),
        _ => Err(Refusal::invalid_arguments(&[crate::refusal::Problem::required(field)])),
    }
}

fn custom(call: &Call<'_>, mut resource: Body) -> Result<Value, Refusal> {
    resource.extend(body! {"type": "custom", "id": call.world.uuid()?});
    Ok(resource.into())
}

fn hold(call: &mut Call<'_>, id: &str, resource: Value) -> Reply {
    call.change(KIND, id, Body::new());
    if let Some(ip) = call.world.store.get_mut(KIND, id) {
        ip.body.insert("resource".into(), resource);
    }
    Reply::resource(call.view(KIND, id))
}

/// 501: addresses of zones, regions and VPCs are public or not of a network.
fn private_only() -> Refusal {
    let message = "the emulator books addresses of private networks and subnets only";
    Refusal::raw(StatusCode::NOT_IMPLEMENTED, json!({"type": "not_implemented", "message": message}))
}
