use std::collections::BTreeMap;
use std::time::Duration;

use scaleway_cockpit::{
    Cockpit, CreateExporter, DatadogDestination, Exporter, ExporterStatus, ListExporters, OtlpDestination,
    UpdateExporter,
};
use scaleway_core::{Clock, Result, Secret, Timestamp};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer};

use crate::{
    PROJECT, REGIONAL, assert_whole, client, config, expect, expect_pages, expect_query, mocked, no_content,
    ok, with,
};

fn exporter(status: &str) -> Value {
    json!({
        "id": "exporter-1", "name": "evalap", "description": "", "datasource_id": "source-1",
        "otlp_destination": {"endpoint": "https://otlp.example", "headers": {"x-key": "s3cr3t-value"}}, "status": status,
        "exported_products": ["all"], "created_at": "2026-05-05T14:42:12.873213Z",
        "updated_at": "2026-05-05T14:42:12.873213Z",
    })
}

fn otlp() -> OtlpDestination {
    let headers = BTreeMap::from([("x-key".to_owned(), Secret::new("s3cr3t-value"))]);
    OtlpDestination::new("https://otlp.example").headers(headers)
}

#[tokio::test]
async fn it_sends_by_otlp_and_its_headers_are_never_shown() {
    let (server, cockpit) = mocked().await;
    let body = json!({
        "datasource_id": "source-1", "name": "evalap", "exported_products": ["all"],
        "otlp_destination": {"endpoint": "https://otlp.example", "headers": {"x-key": "s3cr3t-value"}},
    });
    expect(&server, "POST", &format!("{REGIONAL}/exporters"), Some(body), ok(exporter("creating"))).await;
    let create = CreateExporter::to_otlp("source-1".parse().unwrap(), "evalap", otlp());
    assert!(!format!("{create:?}").contains("s3cr3t"));
    let made = cockpit.create_exporter(create).await.unwrap();
    assert!(!format!("{made:?}").contains("s3cr3t"));
    assert_whole(&made, &exporter("creating"));
}

#[tokio::test]
async fn it_sends_to_datadog() {
    let (server, cockpit) = mocked().await;
    let body = json!({
        "datasource_id": "source-1", "name": "evalap", "exported_products": ["rdb"], "description": "to Datadog",
        "datadog_destination": {"api_key": "s3cr3t-value"},
    });
    let mut answer =
        with(exporter("creating"), "datadog_destination", json!({"endpoint": "https://datadog.example"}));
    answer.as_object_mut().unwrap().remove("otlp_destination");
    expect(&server, "POST", &format!("{REGIONAL}/exporters"), Some(body), ok(answer.clone())).await;
    let datadog = DatadogDestination::default().api_key("s3cr3t-value");
    let create = CreateExporter::to_datadog("source-1".parse().unwrap(), "evalap", datadog)
        .exported_products(["rdb".to_owned()])
        .description("to Datadog");
    assert!(!format!("{create:?}").contains("s3cr3t"));
    assert_whole(&cockpit.create_exporter(create).await.unwrap(), &answer);
}

#[tokio::test]
async fn an_update_clears_with_empty_and_leaves_what_is_unset() {
    let (server, cockpit) = mocked().await;
    let (at, id) = (format!("{REGIONAL}/exporters/exporter-1"), "exporter-1".parse().unwrap());
    expect(&server, "PATCH", &at, Some(json!({"description": ""})), ok(exporter("creating"))).await;
    cockpit.update_exporter(&id, UpdateExporter::default().description("")).await.unwrap();
    expect_query(&server, "DELETE", &at, "", no_content()).await;
    cockpit.delete_exporter(&id).await.unwrap();
}

#[tokio::test]
async fn a_list_reads_every_page_once() {
    let (server, cockpit) = mocked().await;
    let items = ["a", "b", "c"].map(|id| with(exporter("ready"), "id", id));
    expect_pages(&server, &format!("{REGIONAL}/exporters"), "exporters", items).await;
    let all = cockpit.list_exporters(ListExporters::default()).all().await.unwrap();
    assert_eq!(all.iter().map(|exporter| exporter.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    server.reset().await;
    let query = format!("project_id={PROJECT}&datasource_id=source-1&page=1&page_size=100").leak();
    let answer = json!({"exporters": [], "total_count": 0});
    expect_query(&server, "GET", &format!("{REGIONAL}/exporters"), query, ok(answer)).await;
    let list =
        ListExporters::default().datasource_id("source-1".parse::<scaleway_cockpit::DataSourceId>().unwrap());
    assert!(cockpit.list_exporters(list).all().await.unwrap().is_empty());
}

/// What waiting ends with when the exporter is in these states, 4 seconds apart; and how often it was looked at.
async fn wait_through(states: &'static [&'static str]) -> (Result<Exporter>, usize) {
    let server = MockServer::start().await;
    let clock = Clock::manual_from(Timestamp::UNIX_EPOCH);
    let client = client(config(&server), &clock);
    let looks = std::sync::Mutex::new(states.iter());
    let answer = move |_: &wiremock::Request| {
        clock.advance(Duration::from_secs(4));
        ok(exporter(looks.lock().unwrap().next().unwrap_or(&"nothing more")))
    };
    Mock::given(method("GET"))
        .and(path(format!("{REGIONAL}/exporters/exporter-1")))
        .respond_with(answer)
        .mount(&server)
        .await;
    let waiter = Cockpit::new(&client).wait_for_exporter(&"exporter-1".parse().unwrap());
    let end = waiter.interval(Duration::ZERO).await;
    (end, server.received_requests().await.unwrap().len())
}

#[tokio::test]
async fn what_it_shows_before_it_starts_is_not_believed() {
    let (end, looks) =
        wait_through(&["ready", "unknown_status", "error", "creating", "creating", "ready"]).await;
    assert_eq!((end.unwrap().status, looks), (ExporterStatus::Ready, 6));
}

#[tokio::test]
async fn an_error_that_lasts_ends_waiting() {
    let (end, looks) = wait_through(&["error", "error", "error", "error", "error", "ready"]).await;
    let error = end.unwrap_err();
    assert_eq!((error.to_string().as_str(), looks), ("exporter exporter-1 is error", 4));
    assert!(!error.is_transient());
}
