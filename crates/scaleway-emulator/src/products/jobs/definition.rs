//! Definitions: what a job runs, with what, and when by itself.

use http::StatusCode;
use scaleway_core::Timestamp;
use serde_json::Value;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, duration, number, object, pairs, text, texts};
use crate::store::{Body, Kind, Record};
use crate::world::World;

use super::{cron, life, lost, off_contract, run};

pub(super) const KIND: Kind = Kind { collection: "jobs.definitions", resource: "job definition" };

const DAY: u32 = 86_400;

/// As documented.
const MOST_RETRIES: i64 = 5;

/// What an update that says nothing of it inside takes away.
const SCHEDULE: &str = "cron_schedule";
const RETRIES: &str = "retry_policy";

/// Sizes are in MB, CPU in thousandths of one; bounds and defaults are the documented ones.
const FIELDS: &[Field] = &[
    text("project_id").required().fixed(),
    text("name").length(1, 255).required(),
    text("description"),
    text("image_uri").required(),
    text("command"),
    texts("startup_command"),
    texts("args"),
    pairs("environment_variables"),
    number("cpu_limit", 70, 6_000).or_number(1_120).zero_is_unsaid(),
    number("memory_limit", 128, 16_384).or_number(2_048).zero_is_unsaid(),
    number("local_storage_capacity", 1, 10_000).or_number(1_000).zero_is_unsaid(),
    duration("job_timeout", 1, DAY).or_text("86400s"),
    object(SCHEDULE, &[text("schedule").required(), text("timezone").or_text("UTC")]).or_null(),
    object(RETRIES, &[number("max_retries", 0, MOST_RETRIES)]),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "job_definitions",
    filters: &["project_id", "organization_id"],
    order: &["created_at"],
};

/// Two may have the same name (recorded).
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    // The SDKs send 0 for what was not said, and a policy of no retries for none.
    call.body.retain(|field, value| value.as_u64() != Some(0) && (field != RETRIES || !says_nothing(value)));
    let mut fields = schema::create(FIELDS, &call.body)?;
    cron::check(fields.get(SCHEDULE), SCHEDULE)?;
    let project = call.text("project_id").to_owned();
    fields.extend(body! {"region": call.region()});
    let id = call.create(KIND, call.draft(&project, fields))?;
    schedule(call.world, &id);
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    LISTING.answer(call)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (_, definition) = target(call)?;
    Ok(Reply::resource(definition.body))
}

/// Runs that are under way keep what they were started with.
pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, definition) = target(call)?;
    let takes_away = |call: &mut Call<'_>, field: &str| {
        call.body.get(field).is_some_and(says_nothing) && call.body.remove(field).is_some()
    };
    let (unscheduled, unrepeated) = (takes_away(call, SCHEDULE), takes_away(call, RETRIES));
    let mut patch = schema::update(FIELDS, &call.body, &definition.body)?;
    if unscheduled {
        patch.insert(SCHEDULE.into(), Value::Null);
    }
    cron::check(patch.get(SCHEDULE), SCHEDULE)?;
    let moved = patch.contains_key(SCHEDULE);
    call.world.lay(KIND, &id, patch);
    if unrepeated && let Some(definition) = call.world.store.get_mut(KIND, &id) {
        definition.body.remove(RETRIES);
    }
    if moved {
        schedule(call.world, &id);
    }
    Ok(Reply::resource(call.view(KIND, &id)))
}

/// An empty schedule, or a policy of no retries.
fn says_nothing(setting: &Value) -> bool {
    let empty = |value: &Value| value.is_null() || value.as_str() == Some("") || value.as_u64() == Some(0);
    setting.as_object().is_some_and(|fields: &Body| fields.values().all(empty))
}

/// With its runs, secrets and triggers; refused while a run is under way (recorded).
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, _) = target(call)?;
    let runs = call.world.store.children(KIND, &id, run::KIND);
    let is_active = |run: &String| call.world.store.get(run::KIND, run).is_some_and(life::is_active);
    if runs.iter().any(is_active) {
        return Err(off_contract(StatusCode::FORBIDDEN, "one or more job runs are still running"));
    }
    call.world.store.remove(KIND, &id);
    Ok(Reply::empty())
}

pub(super) fn target(call: &Call<'_>) -> Result<(String, Record), Refusal> {
    call.target(KIND, "job_definition_id").map_err(|_| lost(KIND))
}

/// The definition that the request's body names.
pub(super) fn of_body(call: &Call<'_>) -> Result<(String, Record), Refusal> {
    let id = call.text("job_definition_id").to_owned();
    let definition = call.find(KIND, &id).map_err(|_| lost(KIND))?.clone();
    Ok((id, definition))
}

pub(super) fn schedule(world: &mut World, id: &str) {
    let config = world.store.get(KIND, id).and_then(|definition| definition.body.get(SCHEDULE));
    let config = config.cloned();
    cron::schedule(world, KIND, id, config.as_ref());
}

pub(super) fn fire(world: &mut World, id: &str, now: Timestamp) {
    if cron::is_worth_it(world, now) {
        // Nobody is there to hear of a refusal.
        let _ = run::make(world, id, &Body::new());
    }
    schedule(world, id);
}
