//! Triggers: what starts a job by itself, each with a command of its own where it says one.

use scaleway_core::Timestamp;
use serde_json::Value;

use crate::call::Call;
use crate::page::Listing;
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, object, text, texts};
use crate::store::{Body, Kind, Record};
use crate::world::World;

use super::{cron, definition, lost, run};

pub(super) const KIND: Kind = Kind { collection: "jobs.triggers", resource: "trigger" };

const CRON: &[Field] =
    &[text("schedule").required(), text("timezone").or_text("UTC"), texts("startup_command"), texts("args")];

const FIELDS: &[Field] = &[
    text("job_definition_id").required().fixed(),
    text("name").length(1, 255).required(),
    object("cron_config", CRON),
];

const LISTING: Listing =
    Listing { kind: KIND, items: "triggers", filters: &["job_definition_id"], order: &["created_at"] };

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let fields = schema::create(FIELDS, &call.body)?;
    if !fields.contains_key("cron_config") {
        return Err(Refusal::invalid_arguments(&[Problem::required("cron_config")]));
    }
    cron::check(fields.get("cron_config"), "cron_config")?;
    let (parent, definition) = definition::of_body(call)?;
    let mut draft = call.draft(&definition.project, fields);
    draft.parent = Some((definition::KIND.collection.into(), parent));
    let id = call.create(KIND, draft)?;
    schedule(call.world, &id);
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    LISTING.answer(call)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (_, trigger) = target(call)?;
    Ok(Reply::resource(trigger.body))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, trigger) = target(call)?;
    let patch = schema::update(FIELDS, &call.body, &trigger.body)?;
    cron::check(patch.get("cron_config"), "cron_config")?;
    call.change(KIND, &id, patch);
    schedule(call.world, &id);
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, _) = target(call)?;
    call.world.store.remove(KIND, &id);
    Ok(Reply::empty())
}

fn target(call: &Call<'_>) -> Result<(String, Record), Refusal> {
    call.target(KIND, "trigger_id").map_err(|_| lost(KIND))
}

fn schedule(world: &mut World, id: &str) {
    let config = world.store.get(KIND, id).and_then(|trigger| trigger.body.get("cron_config")).cloned();
    cron::schedule(world, KIND, id, config.as_ref());
}

pub(super) fn fire(world: &mut World, id: &str, now: Timestamp) {
    let Some(trigger) = world.store.get(KIND, id) else { return };
    let definition = trigger.text("job_definition_id").to_owned();
    let config = trigger.body.get("cron_config").and_then(Value::as_object).cloned().unwrap_or_default();
    let is_said = |value: &Value| value.as_array().is_some_and(|items| !items.is_empty());
    let overrides: Body = config
        .into_iter()
        .filter(|(field, value)| matches!(field.as_str(), "startup_command" | "args") && is_said(value))
        .collect();
    if cron::is_worth_it(world, now) {
        // Nobody is there to hear of a refusal.
        let _ = run::make(world, &definition, &overrides);
    }
    schedule(world, id);
}
