//! Triggers: what calls a container by itself. They are kept, checked and answered; here they never fire.

use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::page::Listing;
use crate::products::jobs::cron;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, choice, object, pairs, text, texts};
use crate::store::{Body, Kind};
use crate::world::stamp_seconds;

use super::container;

const KIND: Kind = Kind { collection: "containers.triggers", resource: "trigger" };

const CRON: &str = "cron_config";

/// Exactly one of these says where calls come from.
const SOURCES: [(&str, &str); 3] = [(CRON, "cron"), ("sqs_config", "sqs"), ("nats_config", "nats")];

const METHODS: &[&str] = &["get", "post", "put", "patch", "delete"];

/// Credentials are taken and never kept: nothing here would use them.
const FIELDS: &[Field] = &[
    text("container_id").required().fixed(),
    text("name").length(1, 50).required(),
    text("description"),
    texts("tags"),
    object(
        "destination_config",
        &[text("http_path").or_text("/"), choice("http_method", METHODS).or_text("post")],
    ),
    object(
        CRON,
        &[text("schedule").required(), text("timezone").or_text("UTC"), text("body"), pairs("headers")],
    ),
    object("sqs_config", &[text("region"), text("endpoint"), text("access_key_id"), text("queue_url")]),
    object("nats_config", &[texts("server_urls"), text("subject")]),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "triggers",
    filters: &["project_id", "organization_id", "container_id"],
    order: &["created_at", "name"],
};

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = schema::create(FIELDS, &call.body)?;
    let sources: Vec<_> = SOURCES.iter().filter(|(config, _)| fields.contains_key(*config)).collect();
    let [(_, source)] = sources[..] else {
        let help = "exactly one of cron_config, sqs_config and nats_config must be set";
        return Err(Refusal::constraint("source", help));
    };
    cron::check(fields.get(CRON), CRON)?;
    fields.extend(body! {"status": "creating", "source_type": *source});
    fields.entry("destination_config").or_insert_with(|| json!({"http_path": "/", "http_method": "post"}));
    let parent = call.text("container_id").to_owned();
    let container = call.find(container::KIND, &parent)?;
    let (project, namespace) = (container.project.clone(), container.text("namespace_id").to_owned());
    let mut draft = call.draft(&project, fields);
    draft.parent = Some((container::KIND.collection.into(), parent));
    draft.hidden.insert("namespace_id".into(), namespace.into());
    call.must_be_unique(KIND, &draft, "name")?;
    let id = call.create(KIND, draft)?;
    settle(call, &id);
    Ok(Reply::resource(call.view(KIND, &id)))
}

fn settle(call: &mut Call<'_>, id: &str) {
    let at = stamp_seconds(call.due(call.until_ready()));
    call.becomes(KIND, id, body! {"status": "ready", "error_message": "", "updated_at": at});
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let said =
        |name: &str| call.query(name).filter(|value| !value.is_empty() && !value.starts_with("unknown"));
    let (namespace, source) = (said("namespace_id"), said("trigger_type"));
    let is = |value: Option<&Value>, wanted: Option<&str>| {
        wanted.is_none_or(|wanted| value.is_some_and(|value| value == wanted))
    };
    LISTING.answer_with(
        call,
        |trigger| {
            is(trigger.hidden.get("namespace_id"), namespace) && is(trigger.body.get("source_type"), source)
        },
        |trigger| trigger.body.clone(),
    )
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    call.show(KIND, "trigger_id")
}

/// A new name, description or tags are there at once; anything else takes time (recorded).
pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, trigger) = call.target(KIND, "trigger_id")?;
    call.must_be_settled(KIND, &id, &["ready", "error"])?;
    let patch = schema::update(FIELDS, &call.body, &trigger.body)?;
    if let Some((config, _)) = SOURCES
        .iter()
        .find(|(config, source)| patch.contains_key(*config) && trigger.text("source_type") != *source)
    {
        return Err(Refusal::constraint(config, "the kind of source cannot be changed"));
    }
    cron::check(patch.get(CRON), CRON)?;
    let takes_time =
        call.body.iter().any(|(field, value)| field.ends_with("_config") && says_something(value));
    call.change(KIND, &id, patch);
    if takes_time {
        call.change(KIND, &id, body! {"status": "updating", "error_message": Value::Null});
        settle(call, &id);
    }
    Ok(Reply::resource(call.view(KIND, &id)))
}

/// Not all of its fields are null.
fn says_something(config: &Value) -> bool {
    config.as_object().is_some_and(|config: &Body| config.values().any(|value| !value.is_null()))
}

/// Unlike elsewhere, `updated_at` stays (recorded).
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "trigger_id")?;
    if let Some(trigger) = call.world.store.get_mut(KIND, &id) {
        trigger.body.remove("error_message");
    }
    call.delete_in_time(KIND, &id);
    Ok(Reply::resource(call.view(KIND, &id)))
}
