//! Read replicas of instances.

use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::products::ipam;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, any, flag, text};
use crate::store::{Body, Kind, Record};

use super::catalogue::EngineVersion;
use super::endpoint::Asked;
use super::network::Owner;
use super::{endpoint, instance, network};

pub(super) const KIND: Kind = Kind { collection: "rdb.read_replicas", resource: "read_replica" };

const FIELDS: &[Field] =
    &[text("instance_id").required(), any("endpoint_spec"), flag("same_zone").or_flag(true)];

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let asked = schema::create(FIELDS, &call.body)?;
    let of = call.text("instance_id").to_owned();
    let instance = call.find(instance::KIND, &of)?.clone();
    call.must_be_settled(instance::KIND, &of, &["ready"])?;
    let asked_endpoints = endpoints(call, &[])?;
    let body = body! {
        "instance_id": of.as_str(),
        "status": "provisioning",
        "endpoints": Vec::<Value>::new(),
        "same_zone": asked["same_zone"].clone(),
        "region": call.region(),
    };
    let mut draft = call.draft(&instance.project, body);
    draft.parent = Some((instance::KIND.collection.into(), of));
    let id = call.create(KIND, draft)?;
    if let Err(refusal) = attach(call, &id, &instance, &asked_endpoints) {
        call.world.store.remove(KIND, &id);
        return Err(refusal);
    }
    answer(call, &id)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (_, replica) = call.target(KIND, "read_replica_id")?;
    Ok(Reply::resource(view(&replica)))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, _) = ready(call)?;
    ipam::release_all(call.world, &id, None);
    call.delete_in_time(KIND, &id);
    answer(call, &id)
}

/// Copies the instance anew.
pub(super) fn reset(call: &mut Call<'_>) -> Answer {
    let (id, _) = ready(call)?;
    call.change(KIND, &id, body! {"status": "initializing"});
    call.becomes(KIND, &id, body! {"status": "ready"});
    answer(call, &id)
}

pub(super) fn add_endpoints(call: &mut Call<'_>) -> Answer {
    let (id, replica) = ready(call)?;
    let instance = call.find(instance::KIND, replica.text("instance_id"))?.clone();
    let have: Vec<_> = network::endpoints(&replica).cloned().collect();
    let asked = endpoints(call, &have)?;
    call.change(KIND, &id, body! {"status": "configuring"});
    attach(call, &id, &instance, &asked)?;
    answer(call, &id)
}

/// The endpoints that the request asks for, beside those it has; a public one is direct.
fn endpoints(call: &Call<'_>, have: &[Value]) -> Result<Asked, Refusal> {
    let mut asked = Asked::NONE;
    let specs = call.body.get("endpoint_spec").and_then(Value::as_array).into_iter().flatten();
    for (n, spec) in specs.enumerate() {
        let path = format!("endpoint_spec.{n}");
        let is_new = |kind: &str| have.iter().all(|endpoint| endpoint.get(kind).is_none());
        match endpoint::wanted(spec) {
            Some(("private_network", details)) if asked.private.is_none() && is_new("private_network") => {
                asked.private = Some(endpoint::private(call, details, &path)?);
            }
            Some(("direct_access", _)) if !asked.public && is_new("direct_access") => asked.public = true,
            Some((kind @ ("private_network" | "direct_access"), _)) => {
                return Err(Refusal::constraint(&path, format!("a replica has one {kind} endpoint at most")));
            }
            _ => {
                return Err(Refusal::constraint(&path, "must have one of direct_access and private_network"));
            }
        }
    }
    if asked.private.is_none() && !asked.public {
        return Err(Refusal::constraint("endpoint_spec", "must have at least one endpoint"));
    }
    Ok(asked)
}

/// Adds the endpoints: a private one is shown at once, a direct one when the replica is ready.
fn attach(call: &mut Call<'_>, id: &str, instance: &Record, asked: &Asked) -> Result<(), Refusal> {
    let port = EngineVersion::find(instance.text("engine")).map_or(5432, EngineVersion::port);
    let mut endpoints: Vec<_> = network::endpoints(call.find(KIND, id)?).cloned().collect();
    if let Some(private) = &asked.private {
        let owner = Owner { id: id.into(), ..Owner::of(instance) };
        endpoints.push(endpoint::attach(call, private, port, &owner)?);
        call.change(KIND, id, body! {"endpoints": endpoints.clone()});
    }
    if asked.public {
        let (ip, _) = network::public_address(call)?;
        endpoints.push(
            json!({"id": call.world.uuid()?, "ip": ip, "port": port, "name": null, "direct_access": {}}),
        );
    }
    call.becomes(KIND, id, body! {"status": "ready", "endpoints": endpoints});
    Ok(())
}

fn ready(call: &Call<'_>) -> Result<(String, Record), Refusal> {
    let (id, replica) = call.target(KIND, "read_replica_id")?;
    call.must_be_settled(KIND, &id, &["ready"])?;
    Ok((id, replica))
}

fn answer(call: &Call<'_>, id: &str) -> Answer {
    Ok(Reply::resource(view(call.find(KIND, id)?)))
}

/// It has no timestamps (recorded).
pub(super) fn view(replica: &Record) -> Body {
    let mut body = replica.body.clone();
    body.remove("created_at");
    body.remove("updated_at");
    body
}
