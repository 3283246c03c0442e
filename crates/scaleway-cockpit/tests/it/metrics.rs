use std::collections::BTreeMap;
use std::time::Duration;

use scaleway_cockpit::{Cockpit, Metrics, QueryResult};
use scaleway_core::{Secret, Timestamp};
use serde_json::json;
use wiremock::{MockServer, ResponseTemplate};

use crate::{TOKEN, expect_data, mocked, ok, only_body, source};

async fn opened() -> (MockServer, Metrics) {
    let (server, cockpit) = mocked().await;
    let metrics = cockpit.metrics(&source(&server, "metrics"), &Secret::new(TOKEN)).unwrap();
    (server, metrics)
}

#[tokio::test]
async fn an_instant_query_asks_for_now_with_the_token_alone() {
    let (server, metrics) = opened().await;
    let answer = json!({"status": "success", "data": {"resultType": "vector", "result": [
        {"metric": {"__name__": "up", "job": "a b"}, "value": [1_435_781_451.781, "1"]},
        {"metric": {}, "value": [1_435_781_451, "NaN"]},
    ]}});
    let query = &[("query", "up{job=\"a b\"} > 0"), ("time", "1970-01-01T00:00:00Z")];
    expect_data(&server, ("GET", "/prometheus/api/v1/query"), "x-token", query, ok(answer)).await;
    let QueryResult::Vector(samples) = metrics.query("up{job=\"a b\"} > 0").await.unwrap() else {
        panic!("a vector was answered")
    };
    assert_eq!(samples[0].labels["job"], "a b");
    assert_eq!(samples[0].point.at.to_string(), "2015-07-01T20:10:51.781Z");
    assert!((samples[0].point.value - 1.0).abs() < f64::EPSILON && samples[1].point.value.is_nan());
}

#[tokio::test]
async fn a_range_has_start_end_and_step() {
    let (server, metrics) = opened().await;
    let answer = json!({"status": "success", "data": {"resultType": "matrix", "result": [
        {"metric": {"__name__": "up"}, "values": [[0, "0"], [15, "+Inf"]]}]}});
    let query = &[
        ("query", "up"),
        ("start", "1970-01-01T00:00:00Z"),
        ("end", "1970-01-01T00:01:00Z"),
        ("step", "15"),
    ];
    expect_data(&server, ("GET", "/prometheus/api/v1/query_range"), "x-token", query, ok(answer)).await;
    let (start, step) = (Timestamp::UNIX_EPOCH, Duration::from_secs(15));
    let found = metrics.query_range("up", start, start + Duration::from_mins(1), step).await.unwrap();
    let QueryResult::Matrix(series) = found else { panic!("a matrix was answered") };
    let points: Vec<_> =
        series[0].points.iter().map(|point| (point.at.as_unix_millis(), point.value)).collect();
    assert_eq!(points, [(0, 0.0), (15_000, f64::INFINITY)]);
}

#[tokio::test]
async fn a_scalar_is_a_result_too_and_nothing_is_none() {
    let (server, metrics) = opened().await;
    let answer = json!({"status": "success", "data": {"resultType": "scalar", "result": [3, "2.5"]}});
    let query = &[("query", "2.5"), ("time", "1970-01-01T00:00:00Z")];
    expect_data(&server, ("GET", "/prometheus/api/v1/query"), "x-token", query, ok(answer)).await;
    let found = metrics.query("2.5").await.unwrap();
    assert!(matches!(found, QueryResult::Scalar(point) if point.at.as_unix_millis() == 3000));
    assert!(!found.is_empty() && QueryResult::Vector(Vec::new()).is_empty());
}

#[tokio::test]
async fn a_value_is_pushed_as_otlp() {
    let (server, metrics) = opened().await;
    expect_data(&server, ("POST", "/otlp/v1/metrics"), "x-token", &[], ok(json!({}))).await;
    metrics.push("smoke", &BTreeMap::from([("env".into(), "staging".into())]), 1.5).await.unwrap();
    let attributes = json!([{"key": "env", "value": {"stringValue": "staging"}}]);
    let point = json!({"timeUnixNano": "0", "asDouble": 1.5, "attributes": attributes});
    let metric = json!({"name": "smoke", "gauge": {"dataPoints": [point]}});
    let body = json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]});
    assert_eq!(only_body(&server).await, body);
}

#[tokio::test]
async fn a_refusal_is_told_in_the_data_sources_words_and_shows_no_token() {
    let (server, metrics) = opened().await;
    let refusal = json!({"status": "error", "errorType": "bad_data", "error": "parse error: unexpected end"});
    let answer = ResponseTemplate::new(400).set_body_json(refusal);
    let query = &[("query", "up{"), ("time", "1970-01-01T00:00:00Z")];
    expect_data(&server, ("GET", "/prometheus/api/v1/query"), "x-token", query, answer).await;
    let error = metrics.query("up{").await.unwrap_err();
    let expected = format!(
        "QueryMetrics (GET {}/prometheus/api/v1/query): 400 bad_data: parse error: unexpected end",
        server.uri()
    );
    assert_eq!(error.to_string(), expected);
    assert!(!format!("{error:?} {metrics:?}").contains(TOKEN));
}

#[tokio::test]
async fn what_cannot_be_opened_says_why() {
    let (server, cockpit): (_, Cockpit) = mocked().await;
    let token = Secret::new(TOKEN);
    let refused = |source, token| cockpit.metrics(&source, token).unwrap_err().to_string();
    let logs = refused(source(&server, "logs"), &token);
    assert_eq!(logs, "OpenMetrics: type: evalap keeps logs: give a data source of metrics");
    let mut plain = source(&server, "metrics");
    plain.url = "http://metrics.example".into();
    let plain = refused(plain, &token);
    assert!(plain.starts_with("OpenMetrics: url: http://metrics.example/ would show the token"), "{plain}");
    let empty = refused(source(&server, "metrics"), &Secret::new(""));
    assert!(empty.starts_with("OpenMetrics: token: empty"), "{empty}");
}
