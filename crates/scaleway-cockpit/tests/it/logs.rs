use std::collections::BTreeMap;
use std::time::Duration;

use scaleway_cockpit::{LogRange, Logs, QueryResult};
use scaleway_core::{Secret, Timestamp};
use serde_json::json;
use wiremock::{MockServer, ResponseTemplate};

use crate::{TOKEN, expect_data, mocked, no_content, ok, only_body, source};

async fn opened() -> (MockServer, Logs) {
    let (server, cockpit) = mocked().await;
    let logs = cockpit.logs(&source(&server, "logs"), &Secret::new(TOKEN)).unwrap();
    (server, logs)
}

#[tokio::test]
async fn lines_are_found_with_their_instant_to_the_nanosecond() {
    let (server, logs) = opened().await;
    let lines = json!([["1570818238000000001", "fizz"], ["1570818238000000002", "buzz", {"trace": "1"}]]);
    let streams = json!([{"stream": {"app": "evalap"}, "values": lines}]);
    let answer = json!({"status": "success", "data": {"resultType": "streams", "result": streams, "stats": {"a": {}}}});
    let query = &[
        ("query", "{app=\"evalap\"} |= \"zz\""),
        ("start", "1970-01-01T00:00:00Z"),
        ("end", "1970-01-01T00:01:00Z"),
        ("direction", "forward"),
        ("limit", "5"),
    ];
    expect_data(&server, ("GET", "/loki/api/v1/query_range"), "x-token", query, ok(answer)).await;
    let start = Timestamp::UNIX_EPOCH;
    let range = LogRange::new("{app=\"evalap\"} |= \"zz\"", start, start + Duration::from_mins(1));
    let found = logs.query_range(range.limit(5u32).oldest_first(true)).await.unwrap();
    let QueryResult::Streams(streams) = found else { panic!("streams were answered") };
    let lines: Vec<_> = streams[0].lines.iter().map(|line| (line.at.to_string(), &*line.text)).collect();
    assert_eq!(streams[0].labels["app"], "evalap");
    assert_eq!(lines[0], ("2019-10-11T18:23:58.000000001Z".to_owned(), "fizz"));
    assert_eq!(lines[1].1, "buzz");
}

#[tokio::test]
async fn what_counts_is_asked_for_now() {
    let (server, logs) = opened().await;
    let result = json!([{"metric": {}, "value": [0, "7"]}]);
    let answer = json!({"status": "success", "data": {"resultType": "vector", "result": result}});
    let query = &[("query", "sum(rate({a=\"b\"}[1m]))"), ("time", "1970-01-01T00:00:00Z")];
    expect_data(&server, ("GET", "/loki/api/v1/query"), "x-token", query, ok(answer)).await;
    let found = logs.query("sum(rate({a=\"b\"}[1m]))").await.unwrap();
    assert!(matches!(found, QueryResult::Vector(samples) if samples[0].point.value > 6.9));
}

#[tokio::test]
async fn a_line_is_pushed_with_labels_or_not_at_all() {
    let (server, logs) = opened().await;
    expect_data(&server, ("POST", "/loki/api/v1/push"), "x-token", &[], no_content()).await;
    let error = logs.push(&BTreeMap::new(), "smoke").await.unwrap_err();
    assert_eq!(error.to_string(), "PushLogLine: labels: a line needs a label, such as app=\"evalap\"");
    logs.push(&BTreeMap::from([("app".into(), "evalap".into())]), "smoke").await.unwrap();
    let body = json!({"streams": [{"stream": {"app": "evalap"}, "values": [["0", "smoke"]]}]});
    assert_eq!(only_body(&server).await, body);
}

#[tokio::test]
async fn a_refusal_in_plain_text_is_told() {
    let (server, logs) = opened().await;
    let answer = ResponseTemplate::new(401).set_body_string("unauthorized: no such token\n");
    expect_data(&server, ("POST", "/loki/api/v1/push"), "x-token", &[], answer).await;
    let error = logs.push(&BTreeMap::from([("app".into(), "evalap".into())]), "smoke").await.unwrap_err();
    assert!(error.is_unauthenticated());
    assert!(error.to_string().ends_with("401 error: unauthorized: no such token"), "{error}");
}

#[tokio::test]
async fn a_token_without_the_scope_is_denied_in_plain_text() {
    let (server, logs) = opened().await;
    let answer = ResponseTemplate::new(403).set_body_string("the token cannot write logs\n");
    expect_data(&server, ("POST", "/loki/api/v1/push"), "x-token", &[], answer).await;
    let error = logs.push(&BTreeMap::from([("app".into(), "evalap".into())]), "smoke").await.unwrap_err();
    assert!(error.is_permission_denied());
    assert!(error.to_string().ends_with("403 permissions_denied: the token cannot write logs"), "{error}");
}
