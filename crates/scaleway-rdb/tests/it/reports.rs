//! What the platform tells: logs, metrics, maintenances, engines, node types.

use std::time::Duration;

use scaleway_rdb::{
    EngineSettingType, GetInstanceMetrics, ListDatabaseEngines, ListInstanceLogs, ListInstanceLogsOrder,
    ListNodeTypes, MaintenanceStatus, NodeTypeStock, PrepareInstanceLogs, PurgeInstanceLogs,
};
use serde_json::{Value, json};
use wiremock::Mock;
use wiremock::matchers::{method, path, query_param};

use crate::{ROOT, expect, expect_pages, id, instance_id, mocked, no_content, ok, with};

fn log(status: &str) -> Value {
    json!({"download_url": "https://s3.example/log?token=x", "id": "log-1", "status": status, "node_name": "78307941",
        "expires_at": "2026-05-06T00:00:00Z", "created_at": "2026-05-05T00:00:00Z", "region": "fr-par"})
}

#[tokio::test]
async fn logs_are_prepared_listed_and_purged() {
    let (server, rdb) = mocked().await;
    let at = "instances/instance-1";
    let logs = json!({"instance_logs": [log("creating")]});
    let body = json!({"start_date": "2026-05-04T00:00:00Z"});
    expect(&server, "POST", &format!("{at}/prepare-logs"), Some(body), ok(logs.clone())).await;
    Mock::given(method("GET"))
        .and(path(format!("{ROOT}/{at}/logs")))
        .and(query_param("order_by", "created_at_desc"))
        .respond_with(ok(logs.clone()))
        .expect(1)
        .mount(&server)
        .await;
    let details = json!({"details": [{"log_name": "postgresql.log", "size": 4096}]});
    expect(&server, "GET", &format!("{at}/logs-details"), None, ok(details.clone())).await;
    expect(
        &server,
        "POST",
        &format!("{at}/purge-logs"),
        Some(json!({"log_name": "postgresql.log"})),
        no_content(),
    )
    .await;

    let since: scaleway_core::Timestamp = "2026-05-04T00:00:00Z".parse().unwrap();
    let prepared = rdb
        .prepare_instance_logs(&instance_id(), PrepareInstanceLogs::default().start_date(since))
        .await
        .unwrap();
    assert_eq!(serde_json::to_value(&prepared).unwrap(), logs);
    assert!(!format!("{prepared:?}").contains("token"), "the address of a log is a key to it");
    let request = ListInstanceLogs::default().order_by(ListInstanceLogsOrder::CreatedAtDesc);
    assert_eq!(rdb.list_instance_logs(&instance_id(), request).await.unwrap(), prepared);
    let files = rdb.list_instance_logs_details(&instance_id()).await.unwrap();
    assert_eq!(serde_json::to_value(&files).unwrap(), details);
    rdb.purge_instance_logs(&instance_id(), PurgeInstanceLogs::default().log_name("postgresql.log"))
        .await
        .unwrap();
}

#[tokio::test]
async fn waiting_for_a_log_ends_with_ready_and_with_error() {
    let (server, rdb) = mocked().await;
    Mock::given(method("GET")).respond_with(ok(log("creating"))).up_to_n_times(1).mount(&server).await;
    expect(&server, "GET", "logs/log-1", None, ok(log("ready"))).await;
    rdb.wait_for_instance_log(&id("log-1")).interval(Duration::ZERO).await.unwrap();

    let (server, rdb) = mocked().await;
    expect(&server, "GET", "logs/log-1", None, ok(log("error"))).await;
    let error = rdb.wait_for_instance_log(&id("log-1")).await.unwrap_err();
    assert_eq!(error.to_string(), "log log-1 is error");
}

#[tokio::test]
async fn metrics_are_pairs() {
    let (server, rdb) = mocked().await;
    let metrics = json!({"timeseries": [{"name": "cpu_usage_percent", "metadata": {"node": "78307941"},
        "points": [["2026-05-05T14:42:00Z", 1.5], ["2026-05-05T14:43:00Z", 2.0]]}]});
    Mock::given(method("GET"))
        .and(path(format!("{ROOT}/instances/instance-1/metrics")))
        .and(query_param("metric_name", "cpu_usage_percent"))
        .and(query_param("start_date", "2026-05-05T14:42:00Z"))
        .respond_with(ok(metrics.clone()))
        .expect(1)
        .mount(&server)
        .await;
    let since: scaleway_core::Timestamp = "2026-05-05T14:42:00Z".parse().unwrap();
    let request = GetInstanceMetrics::default().metric_name("cpu_usage_percent").start_date(since);
    let read = rdb.get_instance_metrics(&instance_id(), request).await.unwrap();
    assert_eq!(read.timeseries[0].points[0].at, since);
    assert_eq!(serde_json::to_value(&read).unwrap(), metrics);
}

#[tokio::test]
async fn a_maintenance_is_applied() {
    let (server, rdb) = mocked().await;
    let maintenance = json!({"starts_at": "2026-06-23T08:00:00Z", "stops_at": "2026-06-30T08:00:00Z",
        "closed_at": "2026-06-23T11:55:47.936299Z", "reason": "a new kernel", "status": "done",
        "forced_at": "2026-06-30T08:00:00Z", "is_applicable": false});
    expect(
        &server,
        "POST",
        "instances/instance-1/apply-maintenance",
        Some(json!({})),
        ok(maintenance.clone()),
    )
    .await;
    let applied = rdb.apply_instance_maintenance(&instance_id()).await.unwrap();
    assert_eq!(applied.status, MaintenanceStatus::Done);
    assert_eq!(serde_json::to_value(&applied).unwrap(), maintenance);
}

#[tokio::test]
async fn engines_say_what_their_settings_may_be() {
    let (server, rdb) = mocked().await;
    let engine = json!({"name": "PostgreSQL", "logo_url": "https://s3.example/pg.svg", "region": "fr-par", "versions": [{
        "version": "16", "name": "PostgreSQL-16", "end_of_life": "2028-11-09T00:00:00Z", "disabled": false, "beta": false,
        "release_date": "2023-09-14T00:00:00Z", "available_init_settings": [],
        "available_settings": [{"name": "random_page_cost", "default_value": "4", "hot_configurable": true,
            "description": "cost of a page out of order", "property_type": "FLOAT", "unit": "pages", "string_constraint": "^.+$",
            "int_min": -1, "int_max": 2_147_483_647, "float_min": 0.1, "float_max": 100.0}]}]});
    let items = [engine.clone(), with(engine.clone(), json!({"name": "MySQL", "versions": []}))];
    expect_pages(&server, "database-engines", "engines", Some(("version", "16")), items.clone()).await;
    let listed = rdb.list_database_engines(ListDatabaseEngines::default().version("16")).all().await.unwrap();
    assert_eq!(listed[0].versions[0].available_settings[0].property_type, EngineSettingType::Float);
    assert_eq!(serde_json::to_value(&listed).unwrap(), json!(items));
}

#[tokio::test]
async fn node_types_say_what_volumes_they_take() {
    let (server, rdb) = mocked().await;
    let node = json!({"name": "db-dev-s", "stock_status": "low_stock", "description": "2 vCPUs, 2 GB", "vcpus": 2,
        "memory": 2_000_000_000_u64, "volume_constraint": {"min_size": 5_000_000_000_u64, "max_size": 20_000_000_000_u64},
        "is_bssd_compatible": false, "disabled": false, "beta": false, "is_ha_required": false,
        "available_volume_types": [{"type": "sbs_5k", "description": "block storage", "min_size": 5_000_000_000_u64,
            "max_size": 10_000_000_000_000_u64, "chunk_size": 5_000_000_000_u64, "class": "sbs"}],
        "generation": "generation_v1", "instance_range": "Development", "region": "fr-par"});
    let items = [node.clone(), with(node, json!({"name": "db-gp-xs"}))];
    expect_pages(
        &server,
        "node-types",
        "node_types",
        Some(("include_disabled_types", "true")),
        items.clone(),
    )
    .await;
    let listed =
        rdb.list_node_types(ListNodeTypes::default().include_disabled_types(true)).all().await.unwrap();
    assert_eq!(listed[0].stock_status, NodeTypeStock::LowStock);
    assert_eq!(serde_json::to_value(&listed).unwrap(), json!(items));
}
