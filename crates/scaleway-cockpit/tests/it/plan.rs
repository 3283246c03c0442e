//! Plans, products, limits and usage.

use std::time::Duration;

use scaleway_cockpit::{
    GetUsageOverview, InProject, ListPlans, ListProducts, ListProductsOrder, PlanName, SelectPlan, UsageUnit,
};
use serde_json::{Value, json};

use crate::{GLOBAL, PROJECT, REGIONAL, assert_whole, expect, expect_pages, expect_query, mocked, ok, with};

const IN_PROJECT: &str = "project_id=22222222-2222-4222-8222-222222222222";

fn plan(name: &str) -> Value {
    json!({
        "name": name, "retention_metrics_interval": "31536000s", "retention_logs_interval": "2678400s",
        "retention_traces_interval": "2678400s", "sample_ingestion_price": 15, "logs_ingestion_price": 35,
        "traces_ingestion_price": 35, "monthly_price": 29,
    })
}

#[tokio::test]
async fn a_plan_is_selected_by_name() {
    let (server, cockpit) = mocked().await;
    let body = json!({"project_id": PROJECT, "plan_name": "premium"});
    expect(&server, "PATCH", &format!("{GLOBAL}/plans"), Some(body), ok(plan("premium"))).await;
    expect_query(&server, "GET", &format!("{GLOBAL}/current-plan"), IN_PROJECT, ok(plan("premium"))).await;
    let selected = cockpit.select_plan(SelectPlan::new(PlanName::Premium)).await.unwrap();
    assert_eq!(selected.retention_logs_interval, Some(Duration::from_hours(31 * 24)));
    assert_whole(&selected, &plan("premium"));
    assert_eq!(cockpit.get_current_plan(InProject::default()).await.unwrap(), selected);
}

#[tokio::test]
async fn plans_and_products_are_listed_page_by_page() {
    let (server, cockpit) = mocked().await;
    expect_pages(&server, &format!("{GLOBAL}/plans"), "plans", ["free", "premium", "gold"].map(plan)).await;
    let plans = cockpit.list_plans(ListPlans::default()).all().await.unwrap();
    assert_eq!(plans[2].name, PlanName::Other("gold".into()));
    assert_eq!(plans.len(), 3);

    let product = json!({"name": "rdb", "display_name": "PostgreSQL", "family_name": "Databases", "resource_types": ["rdb_instance"]});
    let items = ["a", "b", "c"].map(|name| with(product.clone(), "name", name));
    expect_pages(&server, &format!("{REGIONAL}/products"), "products_list", items.clone()).await;
    let list = ListProducts::default().order_by(ListProductsOrder::DisplayNameAsc);
    assert_whole(&cockpit.list_products(list).all().await.unwrap(), &Value::from(items.to_vec()));
}

#[tokio::test]
async fn limits_are_read_whole() {
    let (server, cockpit) = mocked().await;
    let limit = |days: u32| json!({"min_days": 1, "max_days": 1825, "default_days": days});
    let answer = json!({
        "custom_metrics_retention": limit(31), "custom_logs_retention": limit(7), "custom_traces_retention": limit(8),
        "product_metrics_retention": limit(32), "product_logs_retention": limit(9),
    });
    expect_query(&server, "GET", &format!("{REGIONAL}/config"), "", ok(answer.clone())).await;
    let limits = cockpit.get_config().await.unwrap();
    assert_eq!(limits.custom_traces.unwrap().default, 8);
    assert_whole(&limits, &answer);
}

#[tokio::test]
async fn usage_is_read_whole() {
    let (server, cockpit) = mocked().await;
    let usage = json!({
        "data_source_id": "source-1", "project_id": PROJECT, "data_source_origin": "scaleway", "data_source_type": "metrics",
        "unit": "samples", "interval": "86400s", "quantity_over_interval": u64::MAX, "region": "fr-par",
    });
    let answer = json!({"scaleway_metrics_usage": usage});
    let query = "project_id=22222222-2222-4222-8222-222222222222&interval=86400s";
    expect_query(&server, "GET", &format!("{REGIONAL}/usage-overview"), query, ok(answer.clone())).await;
    let request = GetUsageOverview::default().interval(Duration::from_hours(24));
    let overview = cockpit.get_usage_overview(request).await.unwrap();
    assert_eq!(overview.scaleway_metrics.as_ref().unwrap().unit, UsageUnit::Samples);
    assert_whole(&overview, &answer);
}
