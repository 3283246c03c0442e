//! Instances.

use std::time::Duration;

use scaleway_core::Timestamp;
use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::page::Listing;
use crate::products::ipam;
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, any, choice, flag, number, object, objects, text, texts};
use crate::store::{Body, Effect, Kind, Record, Transition};
use crate::world::{World, stamp};

use super::catalogue::EngineVersion;
use super::endpoint::Asked;
use super::network::Owner;
use super::{acl, cluster, database, endpoint, node, pace, read_replica, setting, user};

pub(super) const KIND: Kind = Kind { collection: "rdb.instances", resource: "instance" };

pub(super) const MODES: &[&str] = &["disabled", "single_zone", "multiple_zone"];
pub(super) const VOLUMES: &[&str] = &["lssd", "bssd", "sbs_5k", "sbs_15k"];

const FIELDS: &[Field] = &[
    text("project_id"),
    text("organization_id"),
    text("name").length(0, 255),
    text("engine").required(),
    text("user_name"),
    text("password"),
    text("node_type").required(),
    flag("is_ha_cluster"),
    choice("high_availability_mode", MODES),
    flag("disable_backup"),
    texts("tags"),
    objects("init_settings", &[text("name").required(), text("value")]),
    choice("volume_type", VOLUMES).or_text("lssd"),
    number("volume_size", 0, i64::MAX),
    any("init_endpoints"),
    flag("backup_same_region"),
    object("encryption", &[flag("enabled")]),
];

const UPDATE: &[Field] = &[
    number("backup_schedule_frequency", 1, 8_760),
    number("backup_schedule_retention", 1, 365),
    flag("is_backup_schedule_disabled"),
    number("backup_schedule_start_hour", 0, 23),
    text("name").length(1, 255),
    texts("tags"),
    object(
        "logs_policy",
        &[
            number("max_age_retention", 0, 365).or_null(),
            number("total_disk_retention", 0, i64::MAX).or_null(),
        ],
    ),
    flag("backup_same_region"),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "instances",
    filters: &["project_id", "organization_id", "tags"],
    order: &["created_at", "name", "status", "region"],
};

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let asked = schema::create(FIELDS, &call.body)?;
    let text = |field: &str| asked.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let flag = |field: &str| asked.get(field).and_then(Value::as_bool).unwrap_or_default();
    let project =
        Some(text("project_id")).filter(|id| !id.is_empty()).unwrap_or_else(|| text("organization_id"));
    if project.is_empty() {
        return Err(Refusal::invalid_arguments(&[Problem::required("project_id")]));
    }
    let engine = EngineVersion::offered(call, &text("engine"))?;
    let machine = node::find(&text("node_type"))?;
    let size = asked.get("volume_size").and_then(Value::as_u64).unwrap_or_default();
    let volume = machine.volume(&text("volume_type"), size)?;
    let (user_name, password) = (text("user_name"), text("password"));
    if !user_name.is_empty() {
        user::check(&engine.name(), &user_name, "user_name")?;
        user::check_password(&password, "password")?;
    }
    let init_settings = asked.get("init_settings").cloned().unwrap_or_default();
    setting::check(engine, &init_settings, true, "init_settings")?;
    let endpoints = endpoint::asked(call, asked.get("init_endpoints"))?;
    let mode = Some(text("high_availability_mode")).filter(|mode| !mode.is_empty());
    let standby = mode.as_deref().map_or_else(|| flag("is_ha_cluster"), |mode| mode != "disabled");
    let name = match text("name") {
        name if name.is_empty() => format!("ins-{}", &call.world.uuid()?[..8]),
        name => name,
    };
    let next_run_at = (!flag("disable_backup")).then(|| stamp(call.world.now() + hours(24)));
    let body = body! {
        "project_id": project.as_str(),
        "organization_id": call.world.organization_of(&project),
        "region": call.region(),
        "name": name,
        "engine": engine.name(),
        "node_type": machine.name.as_str(),
        "is_ha_cluster": standby,
        "high_availability_mode": mode.unwrap_or_else(|| "unknown_high_availability_mode".into()),
        "tags": asked.get("tags").cloned().unwrap_or_default(),
        "init_settings": init_settings,
        "settings": json!([]),
        "volume": volume,
        "encryption": asked.get("encryption").cloned().unwrap_or_else(|| json!({"enabled": false})),
        "backup_schedule": json!({
            "disabled": flag("disable_backup"), "frequency": 24, "retention": 7, "next_run_at": next_run_at,
        }),
        "backup_same_region": flag("backup_same_region"),
        "logs_policy": json!({"max_age_retention": 30, "total_disk_retention": null}),
        "maintenances": json!([]),
        "upgradable_version": engine.upgrades(call),
    };
    let settings = setting::as_list(&engine.initial_settings());
    let id = provision(call, &project, body, &endpoints, body! {"settings": settings})?;
    database::insert(call, &id, database::DEFAULT);
    if !user_name.is_empty() {
        let verifier = cluster::verifier(call, &id, &password)?;
        user::insert(call, &id, &user_name, true, verifier);
    }
    cluster::begin(call.world, &id);
    answer(call, &id)
}

/// Makes an instance that will be ready when this operation's recorded time has passed, with these endpoints and the
/// fields of `later`. A public endpoint is open to the world.
pub(super) fn provision(
    call: &mut Call<'_>,
    project: &str,
    mut body: Body,
    asked: &Asked,
    mut later: Body,
) -> Result<String, Refusal> {
    let port =
        EngineVersion::find(body["engine"].as_str().unwrap_or_default()).map_or(5432, EngineVersion::port);
    body.extend(body! {"status": "provisioning", "endpoints": json!([])});
    let mut draft = call.draft(project, body);
    draft.hidden = certificate_serial(call.world)?;
    let is_cluster = cluster::serves(call.world, draft.text("engine"));
    let public = if asked.public { Some(endpoint::load_balancer(call, is_cluster)?) } else { None };
    let id = call.create(KIND, draft)?;
    acl::open(call, &id);
    if is_cluster {
        cluster::mark(call.world, &id);
    }
    let mut endpoints = Vec::new();
    if let Some(private) = &asked.private {
        let owner = Owner::of(call.find(KIND, &id)?);
        match endpoint::attach(call, private, port, &owner) {
            Ok(made) => endpoints.push(made),
            Err(refusal) => {
                call.world.store.remove(KIND, &id);
                return Err(refusal);
            }
        }
        call.change(KIND, &id, body! {"endpoints": endpoints.clone()});
        ipam::taken_in(call, &id, pace::ADDRESS);
    }
    later.insert("status".into(), "ready".into());
    if let Some(public) = public {
        endpoints.push(public.clone());
        later.extend(body! {"endpoints": endpoints, "endpoint": public});
    }
    let ready = call.until_ready();
    let transition = |after: Duration, body| Transition {
        at: call.due(after),
        effect: Effect::Set { body, hidden: Body::new() },
    };
    let pending = vec![
        transition(ready.saturating_sub(pace::INITIALIZATION), body! {"status": "initializing"}),
        transition(ready, later),
    ];
    call.world.store.schedule(KIND, &id, pending);
    Ok(id)
}

/// What tells one certificate of an instance from another.
pub(super) fn certificate_serial(world: &World) -> Result<Body, Refusal> {
    Ok(body! {"certificate": world.uuid()?})
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let maintained = call.query("has_maintenances").and_then(|wanted| wanted.parse::<bool>().ok());
    let has = |record: &Record| {
        record.body.get("maintenances").and_then(Value::as_array).is_some_and(|m| !m.is_empty())
    };
    let name = call.query("name").unwrap_or_default();
    let keep = |record: &Record| {
        record.text("name").contains(name) && maintained.is_none_or(|wanted| has(record) == wanted)
    };
    LISTING.answer_with(call, keep, |record| view(call.world, record))
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let instance = call.find(KIND, call.param("instance_id"))?;
    Ok(Reply::resource(view(call.world, instance)))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, instance) = ready(call)?;
    let mut patch = schema::update(UPDATE, &call.body, &instance.body)?;
    let mut schedule = instance.body.get("backup_schedule").cloned().unwrap_or_default();
    let mut anew = false;
    for (asked, field) in [
        ("backup_schedule_frequency", "frequency"),
        ("backup_schedule_retention", "retention"),
        ("is_backup_schedule_disabled", "disabled"),
    ] {
        if let Some(value) = patch.remove(asked) {
            anew |= field == "frequency" || schedule[field] != value;
            schedule[field] = value;
        }
    }
    let hour = patch.remove("backup_schedule_start_hour").and_then(|hour| hour.as_u64());
    if schedule["disabled"] == true {
        schedule["next_run_at"] = Value::Null;
    } else if let Some(hour) = hour {
        schedule["next_run_at"] = stamp(next_hour(call.world.now(), hour)).into();
    } else if anew {
        schedule["next_run_at"] =
            stamp(call.world.now() + hours(schedule["frequency"].as_u64().unwrap_or(24))).into();
    }
    patch.insert("backup_schedule".into(), schedule);
    call.change(KIND, &id, patch);
    answer(call, &id)
}

pub(super) fn restart(call: &mut Call<'_>) -> Answer {
    let (id, _) = ready(call)?;
    pace::ready_in(call, &id, "restarting", pace::RESTART, Body::new());
    cluster::restart(call.world, &id);
    answer(call, &id)
}

/// Takes all that is below it along; backups and snapshots stay.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "instance_id")?;
    call.must_be_settled(KIND, &id, &["ready", "error"])?;
    for replica in call.world.store.children(KIND, &id, read_replica::KIND) {
        ipam::release_all(call.world, &replica, None);
    }
    ipam::release_all(call.world, &id, None);
    call.change(KIND, &id, body! {"status": "deleting"});
    call.delete_in_time(KIND, &id);
    answer(call, &id)
}

/// The instance of the path, which must be ready.
pub(super) fn ready(call: &Call<'_>) -> Result<(String, Record), Refusal> {
    let (id, record) = call.target(KIND, "instance_id")?;
    call.must_be_settled(KIND, &id, &["ready"])?;
    Ok((id, record))
}

pub(super) fn answer(call: &Call<'_>, id: &str) -> Answer {
    Ok(Reply::resource(view(call.world, call.find(KIND, id)?)))
}

/// What the API answers about an instance.
fn view(world: &World, record: &Record) -> Body {
    let mut body = record.body.clone();
    body.remove("updated_at");
    body.entry("endpoint").or_insert(Value::Null);
    let replicas = world.store.children(KIND, record.text("id"), read_replica::KIND);
    let replicas = replicas.iter().filter_map(|id| world.store.get(read_replica::KIND, id));
    let mut replicas: Vec<_> = replicas.collect();
    replicas.sort_by_key(|replica| replica.order);
    body.insert(
        "read_replicas".into(),
        replicas.into_iter().map(|replica| Value::Object(read_replica::view(replica))).collect(),
    );
    if let Some(schedule) = body.get_mut("backup_schedule")
        && let Some(mut next) =
            schedule["next_run_at"].as_str().and_then(|next| next.parse::<Timestamp>().ok())
    {
        let step = hours(schedule["frequency"].as_u64().unwrap_or(24).max(1));
        while next <= world.now() {
            next = next + step;
        }
        schedule["next_run_at"] = stamp(next).into();
    }
    body
}

fn hours(hours: u64) -> Duration {
    Duration::from_hours(hours)
}

/// The next time that a clock in UTC shows this full hour.
fn next_hour(now: Timestamp, hour: u64) -> Timestamp {
    const DAY: i64 = 86_400_000;
    let hour = i64::try_from(hour).unwrap_or_default() * 3_600_000;
    let now = now.as_unix_millis();
    let today = now - now.rem_euclid(DAY) + hour;
    Timestamp::from_unix_millis(if today > now { today } else { today + DAY })
}
