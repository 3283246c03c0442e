//! Runs: started, listed, stopped.

use http::StatusCode;
use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::page::Listing;
use crate::quota;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, number, pairs, text, texts};
use crate::store::{Body, Kind, Record};
use crate::world::World;

use super::{definition, life, lost, off_contract};

pub(super) const KIND: Kind = Kind { collection: "jobs.runs", resource: "job run" };

/// What a start may say otherwise than the definition.
const OVERRIDES: &[Field] = &[
    text("command").or_absent(),
    texts("startup_command").or_absent(),
    texts("args").or_absent(),
    pairs("environment_variables").or_absent(),
    number("replicas", 1, 400).or_number(1),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "job_runs",
    filters: &["job_definition_id", "project_id", "organization_id", "state"],
    order: &["created_at"],
};

/// One run a replica, each with a life of its own.
pub(super) fn start(call: &mut Call<'_>) -> Answer {
    let (id, _) = definition::target(call)?;
    call.body.retain(|_, value| value.as_u64() != Some(0));
    let overrides = schema::create(OVERRIDES, &call.body)?;
    let replicas = overrides.get("replicas").and_then(Value::as_u64).unwrap_or(1);
    let mut runs = Vec::new();
    for _ in 0..replicas {
        let run = make(call.world, &id, &overrides)?;
        runs.push(Value::Object(call.view(KIND, &run)));
    }
    Ok(Reply::ok(json!({ "job_runs": runs })))
}

/// A new run of the definition as it is now, with what is overridden.
pub(super) fn make(world: &mut World, definition: &str, overrides: &Body) -> Result<String, Refusal> {
    let record = world.store.get(definition::KIND, definition).ok_or_else(|| lost(definition::KIND))?;
    let (region, project) = (record.region.clone(), record.project.clone());
    let setting = |field: &str| record.body.get(field).cloned().unwrap_or_default();
    let mut body: Body = body! {
        "job_definition_id": definition,
        "region": region.as_str(),
        "created_at": world.stamp(),
        "updated_at": world.stamp(),
        "started_at": Value::Null,
        "terminated_at": Value::Null,
        "run_duration": Value::Null,
        "state": "validated",
        "cpu_limit": setting("cpu_limit"),
        "memory_limit": setting("memory_limit"),
        "local_storage_capacity": setting("local_storage_capacity"),
    };
    for field in ["command", "startup_command", "args"] {
        let said = overrides.get(field).cloned();
        body.insert(field.into(), said.unwrap_or_else(|| setting(field)));
    }
    let mut variables = setting("environment_variables");
    if let (Some(Value::Object(more)), Value::Object(variables)) =
        (overrides.get("environment_variables"), &mut variables)
    {
        variables.extend(more.clone());
    }
    body.insert("environment_variables".into(), variables);
    let hidden = body! {
        "image": setting("image_uri"),
        "timeout": setting("job_timeout"),
        "max_retries": setting("retry_policy")["max_retries"].as_u64().unwrap_or_default(),
    };
    let id = world.new_id(KIND)?;
    body.insert("id".into(), id.clone().into());
    let parent = Some((definition::KIND.collection.into(), definition.into()));
    let run = Record { region, project, parent, body, hidden, ..Record::default() };
    quota::must_have_room(world, KIND, &run, 1)?;
    world.store.insert(KIND, &id, run);
    life::begin(world, &id);
    Ok(id)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let said = |name: &str| -> Vec<&str> {
        call.query_all(name).filter(|value| !value.is_empty() && !value.starts_with("unknown")).collect()
    };
    let (states, reasons) = (said("states"), said("reasons"));
    let is_one = |value: &str, of: &[&str]| of.is_empty() || of.contains(&value);
    LISTING.answer_with(
        call,
        |run| is_one(run.text("state"), &states) && is_one(run.text("reason"), &reasons),
        |run| run.body.clone(),
    )
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (_, run) = target(call)?;
    Ok(Reply::resource(run.body))
}

pub(super) fn stop(call: &mut Call<'_>) -> Answer {
    let (id, run) = target(call)?;
    if !life::is_active(&run) {
        return Err(off_contract(StatusCode::FORBIDDEN, "job run is already terminated"));
    }
    life::interrupt(call.world, &id);
    Ok(Reply::resource(call.view(KIND, &id)))
}

fn target(call: &Call<'_>) -> Result<(String, Record), Refusal> {
    call.target(KIND, "job_run_id").map_err(|_| lost(KIND))
}
