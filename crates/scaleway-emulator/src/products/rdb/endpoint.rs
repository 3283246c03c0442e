//! Endpoints: where an instance answers.

use std::time::Duration;

use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::store::{Body, Kind, Record};

use super::catalogue::EngineVersion;
use super::{instance, network, pace, read_replica};

/// Endpoints are kept in the records of their instances and replicas.
const KIND: Kind = Kind { collection: "rdb.endpoints", resource: "endpoint" };

/// The endpoints of something that is being made.
#[derive(Debug, Default)]
pub(super) struct Planned {
    /// Private ones are shown at once.
    pub(super) at_once: Vec<Value>,
    /// A public one is shown when it is ready.
    pub(super) public: Option<Value>,
}

/// What a request asks for; a public endpoint unless it says otherwise.
pub(super) fn planned(call: &Call<'_>, specs: Option<&Value>, port: u16) -> Result<Planned, Refusal> {
    let specs = specs.and_then(Value::as_array).filter(|specs| !specs.is_empty());
    let Some(specs) = specs else {
        return Ok(Planned { public: Some(load_balancer(call)?), ..Planned::default() });
    };
    let mut planned = Planned::default();
    for (n, spec) in specs.iter().enumerate() {
        let path = format!("init_endpoints.{n}");
        let taken = match wanted(spec) {
            Some(("load_balancer", _)) if planned.public.is_none() => {
                planned.public = Some(load_balancer(call)?);
                continue;
            }
            Some(("private_network", details)) if planned.at_once.is_empty() => {
                planned.at_once.push(private(call, details, &path, port, &[])?);
                continue;
            }
            Some((kind, _)) => format!("an instance has one {kind} endpoint at most"),
            None => "must have one of load_balancer and private_network".into(),
        };
        return Err(Refusal::constraint(&path, taken));
    }
    Ok(planned)
}

/// The one field of a specification that says something.
pub(super) fn wanted(spec: &Value) -> Option<(&'static str, &Value)> {
    let kinds = ["load_balancer", "private_network", "direct_access"].into_iter();
    let mut said =
        kinds.filter_map(|kind| Some((kind, spec.get(kind).filter(|details| details.is_object())?)));
    let first = said.next()?;
    said.next().is_none().then_some(first)
}

pub(super) fn load_balancer(call: &Call<'_>) -> Result<Value, Refusal> {
    let (ip, port) = network::public_address(call)?;
    Ok(json!({"id": call.world.uuid()?, "ip": ip, "port": port, "name": null, "load_balancer": {}}))
}

/// In a private network: at an address of the caller's choice, or else at one that IPAM gives.
pub(super) fn private(
    call: &Call<'_>,
    details: &Value,
    path: &str,
    port: u16,
    taken: &[Value],
) -> Result<Value, Refusal> {
    let id = details["private_network_id"].as_str().unwrap_or_default();
    if id.is_empty() {
        let problem = Problem::required(format!("{path}.private_network.private_network_id"));
        return Err(Refusal::invalid_arguments(&[problem]));
    }
    let asked = details["service_ip"].as_str().filter(|ip| !ip.is_empty());
    let (mode, address) = match asked {
        Some(asked) => {
            network::must_exist(call, id)?;
            let address = network::block(asked).ok_or_else(|| {
                let field = format!("{path}.private_network.service_ip");
                Refusal::constraint(
                    &field,
                    format!("must be an address with its block's length, is {asked:?}"),
                )
            })?;
            ("static", address)
        }
        None => ("ipam", network::free_address(call, id, taken)?),
    };
    Ok(json!({
        "id": call.world.uuid()?,
        "ip": address.split('/').next(),
        "port": port,
        "name": null,
        "private_network": {
            "private_network_id": id,
            "service_ip": address,
            "zone": format!("{}-1", call.region()),
            "provisioning_mode": mode,
        },
    }))
}

/// The public endpoint of an instance.
pub(super) fn public(instance: &Body) -> Option<&Value> {
    let endpoints = instance.get("endpoints").and_then(Value::as_array);
    endpoints.into_iter().flatten().find(|endpoint| endpoint.get("load_balancer").is_some())
}

/// A public one gets its address later; until then its answer is empty (recorded).
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let (id, instance) = instance::ready(call)?;
    let spec = call.body.get("endpoint_spec").cloned().unwrap_or_default();
    let Some((kind, details)) = wanted(&spec).filter(|(kind, _)| *kind != "direct_access") else {
        return Err(Refusal::constraint(
            "endpoint_spec",
            "must have one of load_balancer and private_network",
        ));
    };
    if network::endpoints(&instance).any(|endpoint| endpoint.get(kind).is_some()) {
        return Err(Refusal::constraint(
            "endpoint_spec",
            format!("the instance has a {kind} endpoint already"),
        ));
    }
    let mut endpoints: Vec<_> = network::endpoints(&instance).cloned().collect();
    if kind == "load_balancer" {
        let made = load_balancer(call)?;
        endpoints.push(made.clone());
        let later = body! {"endpoints": endpoints, "endpoint": made};
        pace::ready_in(call, &id, "initializing", pace::ENDPOINT, later);
        return Ok(Reply::ok(json!({"id": "", "name": null, "port": 0})));
    }
    let port = EngineVersion::find(instance.text("engine")).map_or(5432, EngineVersion::port);
    let made = private(call, details, "endpoint_spec", port, &[])?;
    endpoints.push(made.clone());
    call.change(instance::KIND, &id, body! {"endpoints": endpoints});
    pace::ready_in(call, &id, "initializing", attachment(&made), Body::new());
    Ok(Reply::ok(made))
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    Ok(Reply::ok(target(call)?.endpoint))
}

/// A public one is gone at once, a private one when the instance has been reconfigured (recorded).
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let Found { kind, owner, record, endpoint } = target(call)?;
    call.must_be_settled(kind, &owner, &["ready"])?;
    let left = without(&record, &endpoint);
    if kind != instance::KIND {
        call.change(kind, &owner, body! {"endpoints": left});
    } else if endpoint.get("load_balancer").is_some() {
        // What is left is named in short (recorded).
        let first = left.first().map_or(Value::Null, in_short);
        call.change(kind, &owner, body! {"endpoints": left, "endpoint": first});
    } else {
        pace::ready_in(call, &owner, "configuring", pace::ENDPOINT, body! {"endpoints": left});
    }
    Ok(Reply::empty())
}

/// Moves an endpoint, address and all, to another instance.
pub(super) fn migrate(call: &mut Call<'_>) -> Answer {
    let Found { kind, owner, record, endpoint } = target(call)?;
    let to = call.text("instance_id").to_owned();
    let target = call.find(instance::KIND, &to)?.clone();
    if kind != instance::KIND || owner == to {
        return Err(Refusal::constraint("instance_id", "must be another instance than the one it is of"));
    }
    let what = if endpoint.get("load_balancer").is_some() { "load_balancer" } else { "private_network" };
    if network::endpoints(&target).any(|have| have.get(what).is_some()) {
        return Err(Refusal::constraint(
            "instance_id",
            format!("the instance has a {what} endpoint already"),
        ));
    }
    for id in [&owner, &to] {
        call.must_be_settled(instance::KIND, id, &["ready"])?;
    }
    let (left, got) = handed_over(&record, &target, &endpoint);
    pace::ready_in(call, &owner, "configuring", pace::ENDPOINT, left);
    pace::ready_in(call, &to, "configuring", pace::ENDPOINT, got);
    Ok(Reply::ok(endpoint))
}

/// The fields of both instances after one gave an endpoint to the other.
fn handed_over(from: &Record, to: &Record, endpoint: &Value) -> (Body, Body) {
    let left = body! {"endpoints": without(from, endpoint)};
    let got = network::endpoints(to).chain([endpoint]).cloned().collect::<Vec<_>>();
    (with_short_name(left), with_short_name(body! {"endpoints": got}))
}

/// `endpoint`, the older field: the public endpoint, or nothing.
pub(super) fn with_short_name(mut patch: Body) -> Body {
    let public = public(&patch).cloned().unwrap_or(Value::Null);
    patch.insert("endpoint".into(), public);
    patch
}

fn without(record: &Record, endpoint: &Value) -> Vec<Value> {
    network::endpoints(record).filter(|other| other["id"] != endpoint["id"]).cloned().collect()
}

fn in_short(endpoint: &Value) -> Value {
    json!({"id": endpoint["id"], "ip": endpoint["ip"], "port": endpoint["port"], "name": endpoint["name"]})
}

/// An endpoint and what it is of.
struct Found {
    kind: Kind,
    owner: String,
    record: Record,
    endpoint: Value,
}

fn target(call: &Call<'_>) -> Result<Found, Refusal> {
    let id = call.param("endpoint_id");
    for kind in [instance::KIND, read_replica::KIND] {
        for (owner, record) in call.world.store.all(kind).filter(|(_, record)| record.region == call.region())
        {
            if let Some(endpoint) = network::endpoints(record).find(|endpoint| endpoint["id"] == id) {
                let (record, endpoint) = (record.clone(), endpoint.clone());
                return Ok(Found { kind, owner: owner.to_owned(), record, endpoint });
            }
        }
    }
    Err(Refusal::not_found(KIND, id))
}

/// How long an endpoint takes to answer.
fn attachment(endpoint: &Value) -> Duration {
    if endpoint["private_network"]["provisioning_mode"] == "static" {
        pace::STATIC_ENDPOINT
    } else {
        pace::ENDPOINT
    }
}
