//! Data sources: an address each, for one of metrics, logs and traces.

use std::time::Duration;

use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, choice, number, text};
use crate::store::{Body, Effect, Kind, Transition};

pub(super) const KIND: Kind = Kind { collection: "cockpit.data_sources", resource: "data source" };

/// As recorded.
const SYNCHRONIZATION: Duration = Duration::from_millis(3_900);

const SHORTEST_DAYS: i64 = 1;
const LONGEST_DAYS: i64 = 1_825;

const FIELDS: &[Field] = &[
    text("project_id").required().fixed(),
    text("name").length(1, 255).required(),
    choice("type", &["metrics", "logs", "traces"]).required().fixed(),
    number("retention_days", SHORTEST_DAYS, LONGEST_DAYS).or_absent(),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "data_sources",
    filters: &["project_id"],
    order: &["created_at", "name", "type"],
};

fn default_days(of: &str) -> u32 {
    if of == "metrics" { 31 } else { 7 }
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let fields = schema::create(FIELDS, &call.body)?;
    let id = make(call, fields, own_origin(call))?;
    let answer = call.view(KIND, &id);
    // Every answer but this one has it (recorded).
    if let Some(source) = call.world.store.get_mut(KIND, &id) {
        source.body.insert("current_month_usage".into(), 0.into());
    }
    Ok(Reply::resource(answer))
}

/// The origin of what the platform did not make, under the name that it had first or has now.
fn own_origin(call: &Call<'_>) -> &'static str {
    if call.world.is_before("2024-10-12") { "external" } else { "custom" }
}

fn make(call: &mut Call<'_>, mut fields: Body, origin: &str) -> Result<String, Refusal> {
    let text = |field: &str| fields.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (project, of) = (text("project_id"), text("type"));
    fields.entry("retention_days").or_insert_with(|| default_days(&of).into());
    fields.extend(body! {
        "origin": origin,
        "region": call.region(),
        "synchronized_with_grafana": origin == "scaleway",
    });
    let draft = call.draft(&project, fields);
    let id = call.create(KIND, draft)?;
    let url = format!("https://{id}.{of}.cockpit.{}.scw.cloud", call.region());
    if let Some(source) = call.world.store.get_mut(KIND, &id) {
        source.body.insert("url".into(), url.into());
    }
    Ok(id)
}

/// What the platform makes for its products' own data, in each of their regions (documented).
const PLATFORMS: [(&str, &str); 2] = [("Scaleway Metrics", "metrics"), ("Scaleway Logs", "logs")];

/// The default project, which has the organisation's id, has the sources that the platform makes.
fn make_platforms(call: &mut Call<'_>) -> Result<(), Refusal> {
    let organization = call.world.settings.organization.clone();
    let is_there = call.world.store.all(KIND).any(|(_, source)| {
        source.project == organization
            && source.region == call.region()
            && source.text("origin") == "scaleway"
    });
    if is_there || call.query("project_id") != Some(organization.as_str()) {
        return Ok(());
    }
    for (name, of) in PLATFORMS {
        let fields = body! {
            "project_id": organization.as_str(),
            "name": name,
            "type": of,
            "current_month_usage": 0,
        };
        make(call, fields, "scaleway")?;
    }
    Ok(())
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    make_platforms(call)?;
    let types: Vec<&str> = call.query_all("types").filter(|of| !of.starts_with("unknown")).collect();
    // `external` is what `custom` was called before.
    let origin = super::wanted(call, "origin")
        .map(|origin| if origin == "external" { own_origin(call) } else { origin });
    LISTING.answer_with(
        call,
        |source| {
            (types.is_empty() || types.contains(&source.text("type")))
                && origin.is_none_or(|origin| source.text("origin") == origin)
        },
        |source| source.body.clone(),
    )
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    call.show(KIND, "data_source_id")
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, source) = call.target(KIND, "data_source_id")?;
    must_be_custom(source.text("origin"))?;
    let patch = schema::update(FIELDS, &call.body, &source.body)?;
    call.change(KIND, &id, patch);
    Ok(Reply::resource(call.view(KIND, &id)))
}

/// Takes its exporters along.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, source) = call.target(KIND, "data_source_id")?;
    must_be_custom(source.text("origin"))?;
    call.world.store.remove(KIND, &id);
    Ok(Reply::empty())
}

fn must_be_custom(origin: &str) -> Result<(), Refusal> {
    if origin != "scaleway" {
        return Ok(());
    }
    Err(Refusal::precondition_failed(
        "resource_not_usable",
        "the platform's own data sources cannot be changed",
    ))
}

/// Every source of the project, in all regions, is soon shown by its Grafana.
pub(super) fn synchronize_all(call: &mut Call<'_>, project: &str) {
    let sources = call.world.store.all(KIND).filter(|(_, source)| source.project == project);
    let ids: Vec<String> = sources.map(|(id, _)| id.to_owned()).collect();
    for id in ids {
        synchronize(call, &id);
    }
}

pub(super) fn synchronize(call: &mut Call<'_>, id: &str) {
    let at = call.due(SYNCHRONIZATION);
    let effect = Effect::Set { body: body! {"synchronized_with_grafana": true}, hidden: Body::new() };
    call.world.store.schedule(KIND, id, vec![Transition { at, effect }]);
}

/// The bounds of retention.
#[expect(clippy::unnecessary_wraps, reason = "all handlers have one signature")]
pub(super) fn config(_call: &mut Call<'_>) -> Answer {
    let days = |of: &str| json!({"min_days": SHORTEST_DAYS, "max_days": LONGEST_DAYS, "default_days": default_days(of)});
    Ok(Reply::ok(json!({
        "custom_metrics_retention": days("metrics"),
        "custom_logs_retention": days("logs"),
        "custom_traces_retention": days("traces"),
        "product_metrics_retention": days("metrics"),
        "product_logs_retention": days("logs"),
    })))
}
