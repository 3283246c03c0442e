//! Instances made from what others hold: clones, snapshots, replicas, and upgrades to another major version.

use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::refusal::Refusal;
use crate::reply::Answer;
use crate::schema::{self, Field, choice, flag, text};
use crate::store::{Body, Effect, Record, Transition};

use super::catalogue::EngineVersion;
use super::endpoint::{self, Asked};
use super::network::Owner;
use super::{cluster, database, instance, network, node, privilege, read_replica, snapshot, user};

const CLONE: &[Field] = &[text("name").length(1, 255).required(), text("node_type")];
const FROM_SNAPSHOT: &[Field] = &[
    text("instance_name").length(1, 255).required(),
    flag("is_ha_cluster"),
    choice("high_availability_mode", instance::MODES),
    text("node_type"),
];

/// What an instance holds: its users, databases and privileges.
pub(super) fn content(call: &Call<'_>, instance: &str) -> Value {
    let ids = call.world.store.children(instance::KIND, instance, user::KIND);
    let users = ids.iter().filter_map(|id| call.world.store.get(user::KIND, id));
    let users = users.map(|user| json!([user.text("name"), user.body["is_admin"], user::verifier_of(user)]));
    let privileges =
        privilege::all(call, instance).into_iter().map(|privilege| Value::Object(privilege.body.clone()));
    json!({
        "users": users.collect::<Vec<_>>(),
        "databases": database::all(call, instance),
        "privileges": privileges.collect::<Vec<_>>(),
    })
}

fn fill(call: &mut Call<'_>, instance: &str, content: &Value) {
    let list = |name: &str| content[name].as_array().into_iter().flatten();
    for user in list("users") {
        let verifier = user[2].as_str().map(str::to_owned);
        user::insert(call, instance, user[0].as_str().unwrap_or_default(), user[1] == true, verifier);
    }
    for name in list("databases").filter_map(Value::as_str) {
        database::insert(call, instance, name);
    }
    for granted in list("privileges") {
        let text = |field: &str| granted[field].as_str().unwrap_or_default();
        let (database, user) = (text("database_name"), text("user_name"));
        privilege::insert(call, instance, database, user, granted["permission"].clone());
    }
}

pub(super) fn clone(call: &mut Call<'_>) -> Answer {
    let (id, source) = instance::ready(call)?;
    let asked = schema::create(CLONE, &call.body)?;
    let mut body = inherited(&source);
    body.insert("is_ha_cluster".into(), source.body["is_ha_cluster"].clone());
    name(&mut body, &asked, "name")?;
    let held = content(call, &id);
    let copy = make(call, &source.project, body, &held, true)?;
    cluster::begin_with(call.world, &copy, &id);
    instance::answer(call, &copy)
}

pub(super) fn from_snapshot(call: &mut Call<'_>) -> Answer {
    let (id, snapshot) = call.target(snapshot::KIND, "snapshot_id")?;
    call.must_be_settled(snapshot::KIND, &id, &["ready"])?;
    let asked = schema::create(FROM_SNAPSHOT, &call.body)?;
    let mut body = snapshot.hidden.get("instance").and_then(Value::as_object).cloned().unwrap_or_default();
    body.insert("is_ha_cluster".into(), asked["is_ha_cluster"].clone());
    if let Some(mode) = asked.get("high_availability_mode") {
        body.insert("is_ha_cluster".into(), (mode != "disabled").into());
        body.insert("high_availability_mode".into(), mode.clone());
    }
    name(&mut body, &asked, "instance_name")?;
    let held = snapshot.hidden.get("content").cloned().unwrap_or_default();
    let copy = make(call, &snapshot.project, body, &held, true)?;
    cluster::begin_with(call.world, &copy, &id);
    instance::answer(call, &copy)
}

/// The replica becomes an instance of its own, and is gone as a replica when that is ready.
pub(super) fn promote(call: &mut Call<'_>) -> Answer {
    let (id, replica) = call.target(read_replica::KIND, "read_replica_id")?;
    call.must_be_settled(read_replica::KIND, &id, &["ready"])?;
    let of = replica.text("instance_id").to_owned();
    let source = call.find(instance::KIND, &of)?.clone();
    let held = content(call, &of);
    let promoted = make(call, &source.project, inherited(&source), &held, true)?;
    cluster::begin_with(call.world, &promoted, &of);
    call.change(read_replica::KIND, &id, body! {"status": "promoting"});
    let at = call.due(call.until_ready());
    call.world.store.schedule(read_replica::KIND, &id, vec![Transition { at, effect: Effect::Delete }]);
    instance::answer(call, &promoted)
}

/// Makes a new instance in the newer version. High availability and ACL stay behind, and so does what is written from now
/// on; endpoints move when the new one is ready, if asked to (recorded).
pub(super) fn major_upgrade(
    call: &mut Call<'_>,
    id: &str,
    source: &Record,
    version: &str,
    with_endpoints: bool,
) -> Answer {
    let current = EngineVersion::find(source.text("engine"));
    let Some(newer) = current.and_then(|current| current.upgrade(call, version)) else {
        let help = format!("{version:?} is no version that {} upgrades to", source.text("engine"));
        return Err(Refusal::constraint("upgradable_version_id", help));
    };
    let mut body = inherited(source);
    body.insert("engine".into(), newer.name().into());
    body.insert("upgradable_version".into(), newer.upgrades(call));
    let held = content(call, id);
    let copy = make(call, &source.project, body, &held, !with_endpoints)?;
    if with_endpoints {
        hand_over(call, id, &copy, source)?;
        // Its port must be free when the copy starts.
        cluster::restart(call.world, id);
    }
    cluster::begin_with(call.world, &copy, id);
    instance::answer(call, &copy)
}

/// The copy gets the endpoints of `source` when it is ready.
fn hand_over(call: &mut Call<'_>, id: &str, copy: &str, source: &Record) -> Result<(), Refusal> {
    let owner = Owner::of(call.find(instance::KIND, copy)?);
    for endpoint in network::endpoints(source) {
        network::hand_over(call, endpoint, id, &owner)?;
    }

    let moved: Vec<_> = network::endpoints(source).cloned().collect();
    let at = call.due(call.until_ready());
    let set = |body: Body| vec![Transition { at, effect: Effect::Set { body, hidden: Body::new() } }];
    let mut got = endpoint::with_short_name(body! {"endpoints": moved});
    got.insert("status".into(), "ready".into());
    call.world.store.schedule(instance::KIND, copy, set(got));
    let left = endpoint::with_short_name(body! {"endpoints": json!([])});
    call.world.store.schedule(instance::KIND, id, set(left));
    Ok(())
}

/// What a copy takes over of an instance.
pub(super) fn inherited(source: &Record) -> Body {
    let mut body = source.body.clone();
    for field in ["id", "created_at", "updated_at", "status", "endpoint", "endpoints"] {
        body.remove(field);
    }
    body.extend(body! {
        "is_ha_cluster": false,
        "high_availability_mode": "unknown_high_availability_mode",
        "maintenances": json!([]),
    });
    body
}

/// The name and the machine that the request asks for.
fn name(body: &mut Body, asked: &Body, field: &str) -> Result<(), Refusal> {
    body.insert("name".into(), asked[field].clone());
    let node_type = asked["node_type"].as_str().unwrap_or_default();
    if !node_type.is_empty() {
        let machine = node::find(node_type)?;
        let volume = &body["volume"];
        machine.volume(
            volume["type"].as_str().unwrap_or_default(),
            volume["size"].as_u64().unwrap_or_default(),
        )?;
        body.insert("node_type".into(), machine.name.as_str().into());
    }
    Ok(())
}

/// Answers the copy's id.
fn make(
    call: &mut Call<'_>,
    project: &str,
    body: Body,
    content: &Value,
    public: bool,
) -> Result<String, Refusal> {
    let asked = if public { Asked::PUBLIC } else { Asked::NONE };
    let id = instance::provision(call, project, body, &asked, Body::new())?;
    fill(call, &id, content);
    Ok(id)
}
