//! The products that send data, and how much there is: none, since nothing is ever ingested here.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::call::Call;
use crate::products::pages;
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::schema::seconds;

use super::{order, queried_project, sort};

static PRODUCTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../data/cockpit-products.json")).unwrap_or_default()
});

pub(super) fn products(call: &mut Call<'_>) -> Answer {
    let mut products = PRODUCTS.clone();
    // They have no date: in the order of creation they stay as they are.
    match order(call, "created_at_asc", &["created_at", "display_name", "family_name"])? {
        ("created_at", false) => {}
        ("created_at", true) => products.reverse(),
        by => sort(&mut products, by),
    }
    pages::answer(call, "products_list", products)
}

pub(super) fn overview(call: &mut Call<'_>) -> Answer {
    let project = queried_project(call)?;
    let interval = call.query("interval").filter(|text| !text.is_empty());
    if interval.is_some_and(|text| seconds(text).is_none()) {
        let problem = Problem::format("interval", "must be a duration, as \"30s\"");
        return Err(Refusal::invalid_arguments(&[problem]));
    }
    let usage = |origin: &str, of: &str| {
        json!({
            "data_source_id": null,
            "project_id": project,
            "data_source_origin": origin,
            "data_source_type": of,
            "unit": if of == "metrics" { "samples" } else { "bytes" },
            "interval": interval,
            "quantity_over_interval": 0,
            "region": call.region(),
        })
    };
    Ok(Reply::ok(json!({
        "scaleway_metrics_usage": usage("scaleway", "metrics"),
        "scaleway_logs_usage": usage("scaleway", "logs"),
        "external_metrics_usage": usage("custom", "metrics"),
        "external_logs_usage": usage("custom", "logs"),
        "external_traces_usage": usage("custom", "traces"),
    })))
}
