//! Exporters: what sends a data source's content elsewhere. Nothing is sent from here.

use std::time::Duration;

use serde_json::Value;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, object, pairs, text, texts};
use crate::store::{Body, Effect, Kind, Transition};

use super::data_source;

const KIND: Kind = Kind { collection: "cockpit.exporters", resource: "exporter" };

/// As recorded.
const PACE: [(Duration, &str); 3] = [
    (Duration::from_secs(1), "error"),
    (Duration::from_secs(4), "creating"),
    (Duration::from_secs(20), "ready"),
];

/// Exactly one of these says where to.
const DESTINATIONS: [&str; 2] = ["datadog_destination", "otlp_destination"];

const FIELDS: &[Field] = &[
    text("datasource_id").required().fixed(),
    text("name").length(1, 255).required(),
    text("description"),
    texts("exported_products"),
    object("datadog_destination", &[text("api_key").or_null(), text("endpoint").or_null()]).whole(),
    object("otlp_destination", &[text("endpoint").required(), pairs("headers")]).whole(),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "exporters",
    filters: &["project_id", "datasource_id"],
    order: &["created_at", "name"],
};

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = schema::create(FIELDS, &call.body)?;
    if DESTINATIONS.iter().filter(|name| fields.contains_key(**name)).count() != 1 {
        let help = format!("exactly one of {} must be set", DESTINATIONS.join(" and "));
        return Err(Refusal::constraint("destination", help));
    }
    hide_key(&mut fields);
    fields.extend(body! {"status": "unknown_status"});
    let source = call.text("datasource_id").to_owned();
    let project = call.find(data_source::KIND, &source)?.project.clone();
    let mut draft = call.draft(&project, fields);
    draft.parent = Some((data_source::KIND.collection.into(), source));
    let id = call.create(KIND, draft)?;
    let destination = destination(call, &id);
    if let Some(destination) = destination {
        data_source::synchronize(call, &destination);
    }
    Ok(deploy(call, &id))
}

/// The data source of this project that it sends to, if it is one.
fn destination(call: &Call<'_>, id: &str) -> Option<String> {
    let exporter = call.world.store.get(KIND, id)?;
    let endpoint = exporter.body.get("otlp_destination")?["endpoint"].as_str()?;
    let (source, _) = endpoint.strip_prefix("https://")?.split_once('.')?;
    let record = call.world.store.get(data_source::KIND, source)?;
    (record.project == exporter.project).then(|| source.to_owned())
}

/// It says `creating`, but for whoever asks then it first stays what it was, fails for a moment, and is created after
/// that (recorded, each time).
fn deploy(call: &mut Call<'_>, id: &str) -> Reply {
    let pending = PACE.map(|(after, status)| Transition {
        at: call.due(after),
        effect: Effect::Set { body: body! {"status": status}, hidden: Body::new() },
    });
    call.world.store.schedule(KIND, id, pending.into());
    let mut answer = call.view(KIND, id);
    answer.extend(body! {"status": "creating"});
    Reply::resource(answer)
}

/// The other side's key is taken and never kept: nothing here would use it.
fn hide_key(fields: &mut Body) {
    if let Some(Value::Object(destination)) = fields.get_mut("datadog_destination") {
        destination.insert("api_key".into(), Value::Null);
    }
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    LISTING.answer(call)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    call.show(KIND, "exporter_id")
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, exporter) = call.target(KIND, "exporter_id")?;
    let mut patch = schema::update(FIELDS, &call.body, &exporter.body)?;
    let mut asked = DESTINATIONS.iter().filter(|name| patch.contains_key(**name));
    if let Some(other) = asked.find(|name| !exporter.body.contains_key(**name)) {
        return Err(Refusal::constraint(other, "the kind of destination cannot be changed"));
    }
    hide_key(&mut patch);
    call.change(KIND, &id, patch);
    Ok(deploy(call, &id))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "exporter_id")?;
    call.world.store.remove(KIND, &id);
    Ok(Reply::empty())
}
