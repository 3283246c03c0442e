//! Containers.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::page::Listing;
use crate::products::vpc::private_network;
use crate::quota;
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, choice, duration, flag, number, object, pairs, text, texts};
use crate::store::{Body, Kind, Record};

use super::{deploy, namespace, variables};

pub(crate) const KIND: Kind = Kind { collection: "containers.containers", resource: "container" };

const MEGABYTE: i64 = 1_000_000;

/// Ports that the platform itself uses.
const TAKEN_PORTS: [u64; 6] = [8008, 8012, 8013, 8022, 9090, 9091];

const PROBE: &[Field] = &[
    number("failure_threshold", 1, 50).or_number(30).zero_is_unsaid(),
    duration("interval", 1, 3600).or_text("10s"),
    duration("timeout", 1, 3600).or_text("1s"),
    object("tcp", &[]),
    object("http", &[text("path").or_text("/")]),
];

const SCALING: &[Field] = &[
    number("concurrent_requests_threshold", 1, 80).or_absent(),
    number("cpu_usage_threshold", 1, 100).or_absent(),
    number("memory_usage_threshold", 1, 100).or_absent(),
];

const FIELDS: &[Field] = &[
    text("namespace_id").required().fixed(),
    // What is left of a DNS label after the namespace's part of the address.
    text("name").length(1, 34).required().fixed(),
    text("description"),
    pairs("environment_variables"),
    pairs("secret_environment_variables"),
    number("min_scale", 0, 50).or_number(0),
    number("max_scale", 1, 50).or_number(5),
    number("memory_limit_bytes", 128 * MEGABYTE, 12_228 * MEGABYTE).or_number(2_048 * MEGABYTE),
    number("mvcpu_limit", 70, 6_000).or_number(1_000),
    number("local_storage_limit_bytes", 0, 24_000 * MEGABYTE).or_number(1_000 * MEGABYTE),
    duration("timeout", 10, 3_600).or_text("300s"),
    choice("privacy", &["public", "private"]).or_text("public"),
    text("image").required(),
    choice("protocol", &["http1", "h2c"]).or_text("http1"),
    number("port", 1, 65_535).or_number(8_080),
    flag("https_connections_only"),
    choice("sandbox", &["v1", "v2"]).or_text("v2"),
    object("scaling_option", SCALING).whole(),
    object("liveness_probe", PROBE),
    object("startup_probe", PROBE).or_null(),
    texts("tags"),
    text("private_network_id").or_absent(),
    texts("command"),
    texts("args"),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "containers",
    filters: &["project_id", "organization_id", "namespace_id", "name"],
    order: &["created_at", "name"],
};

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = schema::create(FIELDS, &call.body)?;
    fields.entry("scaling_option").or_insert_with(|| json!({"concurrent_requests_threshold": 50}));
    fields
        .entry("liveness_probe")
        .or_insert_with(|| json!({"failure_threshold": 30, "interval": "10s", "timeout": "1s", "tcp": {}}));
    let said = |field: &str| call.body.get(field).is_some_and(|value| !value.is_null());
    pair(said("memory_limit_bytes"), said("mvcpu_limit"), &mut fields);
    check(&fields)?;
    variables::seal(call.world, &mut fields, None)?;

    let parent = call.text("namespace_id").to_owned();
    call.must_be_settled(namespace::KIND, &parent, &["ready"])?;
    let namespace = call.find(namespace::KIND, &parent)?;
    must_have_network(call, &fields)?;
    let (project, host) = (namespace.project.clone(), label(namespace.text("name"), &parent));
    let name = call.text("name");
    let endpoint = format!("https://{host}-{name}.functions.fnc.{}.scw.cloud", call.region());
    fields.extend(body! {"region": call.region(), "status": "creating", "public_endpoint": endpoint});
    let mut draft = call.draft(&project, fields);
    draft.parent = Some((namespace::KIND.collection.into(), parent));
    call.must_be_unique(KIND, &draft, "name")?;
    must_fit_quotas(call, "", &draft)?;
    let id = call.create(KIND, draft)?;
    deploy::start(call, &id);
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    LISTING.answer(call)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    call.show(KIND, "container_id")
}

/// Any update deploys anew.
pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, container) = call.target(KIND, "container_id")?;
    call.must_be_settled(KIND, &id, &["ready", "error"])?;
    // The field has another name in updates than everywhere else.
    if let Some(only) = call.body.remove("https_connection_only") {
        call.body.insert("https_connections_only".into(), only);
    }
    let mut patch = schema::update(FIELDS, &call.body, &container.body)?;
    for probe in ["liveness_probe", "startup_probe"] {
        choose_protocol(call.body.get(probe), patch.get_mut(probe));
    }
    must_have_network(call, &patch)?;
    // An empty one takes the container out of its network.
    if patch.get("private_network_id").is_some_and(|network| network == "") {
        patch.insert("private_network_id".into(), Value::Null);
    }
    let mut whole = container.body.clone();
    whole.extend(patch.clone());
    check(&whole)?;
    must_fit_quotas(call, &id, &Record { body: whole, ..container.clone() })?;
    variables::seal(call.world, &mut patch, Some(&container.body))?;
    call.change(KIND, &id, patch);
    Ok(restart(call, &id))
}

pub(super) fn redeploy(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "container_id")?;
    call.must_be_settled(KIND, &id, &["ready", "error"])?;
    Ok(restart(call, &id))
}

fn restart(call: &mut Call<'_>, id: &str) -> Reply {
    call.change(KIND, id, body! {"status": "updating", "error_message": Value::Null});
    deploy::start(call, id);
    Reply::resource(call.view(KIND, id))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "container_id")?;
    call.change(KIND, &id, body! {"error_message": Value::Null});
    call.delete_in_time(KIND, &id);
    Ok(Reply::resource(call.view(KIND, &id)))
}

/// Refuses a private network that does not exist in the region.
fn must_have_network(call: &Call<'_>, fields: &Body) -> Result<(), Refusal> {
    let network = fields.get("private_network_id").and_then(Value::as_str).filter(|id| !id.is_empty());
    network.map_or(Ok(()), |id| call.find(private_network::KIND, id).map(drop))
}

/// The namespace's part of a container's address: 20 letters and digits of its name and 8 of its id.
fn label(namespace: &str, id: &str) -> String {
    let name = namespace.chars().filter(char::is_ascii_alphanumeric).take(20).collect::<String>();
    format!("{}{}", name.to_ascii_lowercase(), id.get(..8).unwrap_or(id))
}

/// A probe asks by TCP or by HTTP: the one that an update names takes the other's place.
fn choose_protocol(request: Option<&Value>, probe: Option<&mut Value>) {
    let (Some(Value::Object(request)), Some(Value::Object(probe))) = (request, probe) else { return };
    for (chosen, other) in [("tcp", "http"), ("http", "tcp")] {
        if request.get(chosen).is_some_and(|value| !value.is_null()) {
            probe.remove(other);
        }
    }
}

/// Where only one of memory and CPU is said and the other's default does not go with it, the other is what does: 2 MB for
/// each mvCPU.
fn pair(memory: bool, cpu: bool, container: &mut Body) {
    if memory == cpu || fits(container) {
        return;
    }
    let number = |field: &str| container.get(field).and_then(Value::as_u64).unwrap_or_default();
    let (field, value) = if memory {
        ("mvcpu_limit", (number("memory_limit_bytes") / 2_000_000).clamp(70, 6_000))
    } else {
        ("memory_limit_bytes", (number("mvcpu_limit") * 2_000_000).clamp(128_000_000, 12_228_000_000))
    };
    container.insert(field.into(), value.into());
}

/// Between 1 and 4 MB for each mvCPU.
fn fits(container: &Body) -> bool {
    let number = |field: &str| container.get(field).and_then(Value::as_u64).unwrap_or_default();
    let mvcpu = number("mvcpu_limit");
    (mvcpu..=4 * mvcpu).contains(&(number("memory_limit_bytes") / 1_000_000))
}

/// What all containers of the organisation may have together: memory at their greatest scale, and private networks.
fn must_fit_quotas(call: &Call<'_>, id: &str, container: &Record) -> Result<(), Refusal> {
    if ["containers.memory", "containers.private_networks"]
        .iter()
        .all(|name| quota::is_lifted(call.world, name))
    {
        return Ok(());
    }
    let organization = call.world.organization_of(&container.project);
    let others = call.world.store.all(KIND).filter(|(other_id, _)| *other_id != id).map(|(_, other)| other);
    let others = others.filter(|other| call.world.organization_of(&other.project) == organization);
    let (mut memory, mut networks) = (0, BTreeSet::new());
    for other in others {
        memory += greatest_memory(other);
        networks.insert(other.text("private_network_id"));
    }
    networks.remove("");
    quota::admit(call.world, "containers.memory", "memory", memory, greatest_memory(container))?;
    let network = container.text("private_network_id");
    let more = u64::from(!network.is_empty() && !networks.contains(network));
    quota::admit(call.world, "containers.private_networks", "private_network", networks.len() as u64, more)
}

/// In bytes, when it runs as often as it may.
fn greatest_memory(container: &Record) -> u64 {
    let number = |field: &str| container.body.get(field).and_then(Value::as_u64).unwrap_or_default();
    number("memory_limit_bytes") * number("max_scale")
}

/// What holds between fields.
fn check(container: &Body) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    let number = |field: &str| container.get(field).and_then(Value::as_u64).unwrap_or_default();
    if number("min_scale") > number("max_scale") {
        problems.push(Problem::constraint("min_scale", "must not be above max_scale"));
    }
    if TAKEN_PORTS.contains(&number("port")) {
        problems.push(Problem::constraint("port", format!("{} is reserved by the platform", number("port"))));
    }
    if !fits(container) {
        let (megabytes, mvcpu) = (number("memory_limit_bytes") / 1_000_000, number("mvcpu_limit"));
        let help = format!("{megabytes} MB must be between 1 and 4 MB for each of {mvcpu} mvCPU");
        problems.push(Problem::constraint("memory_limit_bytes", help));
    }
    for probe in ["liveness_probe", "startup_probe"] {
        if let Some(probe_fields) = container.get(probe).filter(|probe| probe.is_object())
            && probe_fields.get("tcp").is_some() == probe_fields.get("http").is_some()
        {
            problems.push(Problem::constraint(probe, "must have exactly one of tcp and http"));
        }
    }
    if let Some(option) = container.get("scaling_option").and_then(Value::as_object) {
        if option.len() != 1 {
            problems.push(Problem::constraint("scaling_option", "must have exactly one threshold"));
        } else if number("min_scale") == 0 && !option.contains_key("concurrent_requests_threshold") {
            let help = "must be above 0 to scale by the use of CPU or memory";
            problems.push(Problem::constraint("min_scale", help));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Refusal::invalid_arguments(&problems)) }
}
