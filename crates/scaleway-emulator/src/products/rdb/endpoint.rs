//! Endpoints: where an instance answers.

use std::time::Duration;

use ipnet::IpNet;
use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::store::{Body, Kind, Record};

use super::catalogue::EngineVersion;
use super::network::Owner;
use super::{cluster, instance, network, pace, read_replica};

/// Endpoints are kept in the records of their instances and replicas.
const KIND: Kind = Kind { collection: "rdb.endpoints", resource: "endpoint" };

/// The endpoints that a request asks for.
#[derive(Debug)]
pub(super) struct Asked {
    /// Is shown at once.
    pub(super) private: Option<Private>,
    /// Is shown when it is ready.
    pub(super) public: bool,
}

impl Asked {
    pub(super) const PUBLIC: Self = Self { private: None, public: true };
    pub(super) const NONE: Self = Self { private: None, public: false };
}

/// A private endpoint that is asked for.
#[derive(Debug)]
pub(super) struct Private {
    network: String,
    /// One of the caller's choice; IPAM gives one otherwise.
    address: Option<IpNet>,
}

/// What a request for an instance asks for; a public endpoint unless it says otherwise.
pub(super) fn asked(call: &Call<'_>, specs: Option<&Value>) -> Result<Asked, Refusal> {
    let specs = specs.and_then(Value::as_array).filter(|specs| !specs.is_empty());
    let Some(specs) = specs else { return Ok(Asked::PUBLIC) };
    let mut asked = Asked::NONE;
    for (n, spec) in specs.iter().enumerate() {
        let path = format!("init_endpoints.{n}");
        let help = match wanted(spec) {
            Some(("load_balancer", _)) if !asked.public => {
                asked.public = true;
                continue;
            }
            Some(("private_network", details)) if asked.private.is_none() => {
                asked.private = Some(private(call, details, &path)?);
                continue;
            }
            Some((kind @ ("load_balancer" | "private_network"), _)) => {
                format!("an instance has one {kind} endpoint at most")
            }
            _ => "must have one of load_balancer and private_network".into(),
        };
        return Err(Refusal::constraint(&path, help));
    }
    Ok(asked)
}

/// The one field of a specification that says something.
pub(super) fn wanted(spec: &Value) -> Option<(&'static str, &Value)> {
    let kinds = ["load_balancer", "private_network", "direct_access"].into_iter();
    let mut said =
        kinds.filter_map(|kind| Some((kind, spec.get(kind).filter(|details| details.is_object())?)));
    let first = said.next()?;
    said.next().is_none().then_some(first)
}

/// Where an instance answers; of a cluster, where it really does.
pub(super) fn load_balancer(call: &Call<'_>, is_cluster: bool) -> Result<Value, Refusal> {
    let (ip, port) = if is_cluster { network::free_port()? } else { network::public_address(call)? };
    Ok(json!({"id": call.world.uuid()?, "ip": ip, "port": port, "name": null, "load_balancer": {}}))
}

/// Reads what a request says of a private endpoint.
pub(super) fn private(call: &Call<'_>, details: &Value, path: &str) -> Result<Private, Refusal> {
    let network = details["private_network_id"].as_str().unwrap_or_default().to_owned();
    if network.is_empty() {
        let problem = Problem::required(format!("{path}.private_network.private_network_id"));
        return Err(Refusal::invalid_arguments(&[problem]));
    }
    network::must_exist(call, &network)?;
    let address = match details["service_ip"].as_str().filter(|ip| !ip.is_empty()) {
        None => None,
        Some(ip) => Some(network::block(ip).ok_or_else(|| {
            let field = format!("{path}.private_network.service_ip");
            Refusal::constraint(&field, format!("must be an address with its block's length, is {ip:?}"))
        })?),
    };
    Ok(Private { network, address })
}

/// Makes the endpoint, and books its address.
pub(super) fn attach(
    call: &mut Call<'_>,
    asked: &Private,
    port: u16,
    owner: &Owner,
) -> Result<Value, Refusal> {
    let address = network::attach(call, &asked.network, asked.address, owner)?;
    // The length of the block is the caller's where the address is.
    let address = asked.address.map_or(address, |asked| asked.to_string());
    Ok(json!({
        "id": call.world.uuid()?,
        "ip": address.split('/').next(),
        "port": port,
        "name": null,
        "private_network": {
            "private_network_id": asked.network,
            "service_ip": address,
            "zone": format!("{}-1", call.region()),
            "provisioning_mode": if asked.address.is_some() { "static" } else { "ipam" },
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
        let made = load_balancer(call, cluster::is_one(call.world, &instance))?;
        endpoints.push(made.clone());
        let later = body! {"endpoints": endpoints, "endpoint": made};
        pace::ready_in(call, &id, "initializing", pace::ENDPOINT, later);
        cluster::restart(call.world, &id);
        return Ok(Reply::ok(json!({"id": "", "name": null, "port": 0})));
    }
    let port = EngineVersion::find(instance.text("engine")).map_or(5432, EngineVersion::port);
    let asked = private(call, details, "endpoint_spec")?;
    let made = attach(call, &asked, port, &Owner::of(&instance))?;
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
    network::release(call, &endpoint, &owner);
    if kind != instance::KIND {
        call.change(kind, &owner, body! {"endpoints": left});
    } else if endpoint.get("load_balancer").is_some() {
        // What is left is named in short (recorded).
        let first = left.first().map_or(Value::Null, in_short);
        call.change(kind, &owner, body! {"endpoints": left, "endpoint": first});
    } else {
        pace::ready_in(call, &owner, "configuring", pace::ENDPOINT, body! {"endpoints": left});
    }
    cluster::restart(call.world, &owner);
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
    network::hand_over(call, &endpoint, &owner, &Owner::of(&target))?;
    let (left, got) = handed_over(&record, &target, &endpoint);
    pace::ready_in(call, &owner, "configuring", pace::ENDPOINT, left);
    pace::ready_in(call, &to, "configuring", pace::ENDPOINT, got);
    cluster::restart(call.world, &owner);
    cluster::restart(call.world, &to);
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
