//! Plans: what keeping data for long costs. The API has deprecated them.

use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::products::pages;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, choice, text};
use crate::store::Kind;

use super::{order, queried_project, sort};

const KIND: Kind = Kind { collection: "cockpit.plans", resource: "plan" };

const NAMES: &[&str] = &["custom", "free", "premium"];

const FIELDS: &[Field] = &[text("project_id").required(), choice("plan_name", NAMES).required()];

fn plan(name: &str) -> Value {
    let (metrics, others, price) =
        if name == "free" { ("2678400s", "604800s", 0) } else { ("31536000s", "2678400s", 29) };
    json!({
        "name": name,
        "retention_metrics_interval": metrics,
        "retention_logs_interval": others,
        "retention_traces_interval": others,
        "sample_ingestion_price": 15,
        "logs_ingestion_price": 35,
        "traces_ingestion_price": 35,
        "monthly_price": price,
    })
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut plans: Vec<_> = NAMES.iter().map(|name| plan(name)).collect();
    sort(&mut plans, order(call, "name_asc", &["name"])?);
    pages::answer(call, "plans", plans)
}

pub(super) fn select(call: &mut Call<'_>) -> Answer {
    let fields = schema::create(FIELDS, &call.body)?;
    let (project, name) = (call.text("project_id").to_owned(), call.text("plan_name").to_owned());
    super::put(call, KIND, &project, &project, body! {"name": fields["plan_name"].clone()});
    Ok(Reply::ok(plan(&name)))
}

/// Free until another one is selected.
pub(super) fn current(call: &mut Call<'_>) -> Answer {
    let selected = call.view(KIND, queried_project(call)?);
    Ok(Reply::ok(plan(selected.get("name").and_then(Value::as_str).unwrap_or("free"))))
}
