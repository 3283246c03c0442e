//! Single exchanges against a mocked API, and the recorded ones.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod alert;
mod alert_manager;
mod contact_point;
mod data_source;
mod exporter;
mod grafana;
mod logs;
mod metrics;
mod plan;
mod rules;
mod token;

use std::time::Duration;

use mock::{KEY, PROJECT, assert_whole, config, expect, expect_query, no_content, ok, with};
use scaleway_cockpit::{Cockpit, DataSource};
use scaleway_core::{Client, Clock, Config, Https, HttpsOptions, RetryPolicy, Timestamp};
use serde_json::Value;
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const TOKEN: &str = "33333333-3333-4333-8333-333333333333";
const REGIONAL: &str = "/cockpit/v1/regions/fr-par";
const GLOBAL: &str = "/cockpit/v1";

/// A mocked API and a client of it, which never waits.
async fn mocked() -> (MockServer, Cockpit) {
    let server = MockServer::start().await;
    let client = client(config(&server), &Clock::manual_from(Timestamp::UNIX_EPOCH));
    (server, Cockpit::new(&client))
}

/// A client that sends again at once.
fn client(config: Config, clock: &Clock) -> Client {
    let mut retry = RetryPolicy::default();
    retry.first_wait = Duration::ZERO;
    let https = Https::new(&HttpsOptions::default(), clock.clone()).unwrap();
    Client::builder(config, https).clock(clock.clone()).retry(retry).build().unwrap()
}

/// Expects the two pages of a list of three items that moved by one while it was read, in `field`.
async fn expect_pages(server: &MockServer, at: &str, field: &str, items: [Value; 3]) {
    let [a, b, c] = items;
    for (page, items) in [("1", [a, b.clone()]), ("2", [b, c])] {
        let answer = serde_json::json!({field: items, "total_count": 4});
        Mock::given(method("GET"))
            .and(path(at))
            .and(query_param("page", page))
            .and(query_param("page_size", "100"))
            .respond_with(ok(answer))
            .expect(1)
            .mount(server)
            .await;
    }
}

/// A data source that is the mocked server itself.
fn source(server: &MockServer, kind: &str) -> DataSource {
    let source = serde_json::json!({"id": "source-1", "project_id": PROJECT, "name": "evalap", "url": server.uri(), "type": kind,
        "origin": "custom", "region": "fr-par"});
    serde_json::from_value(source).unwrap()
}

/// Expects exactly one request of a data source, with this header and this query, whole, and without the client's own key.
async fn expect_data(
    server: &MockServer,
    (verb, at): (&str, &str),
    token: &'static str,
    query: &'static [(&str, &str)],
    answer: ResponseTemplate,
) {
    Mock::given(method(verb))
        .and(path(at))
        .and(header(token, TOKEN))
        .and(move |request: &wiremock::Request| {
            let other = if token == "x-token" { "x-auth-token" } else { "x-token" };
            let pairs: Vec<_> = request.url.query_pairs().collect();
            !request.headers.contains_key(other)
                && pairs.iter().map(|(name, value)| (&**name, &**value)).eq(query.iter().copied())
        })
        .respond_with(answer)
        .expect(1)
        .mount(server)
        .await;
}

/// The body of the only request.
async fn only_body(server: &MockServer) -> Value {
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    serde_json::from_slice(&requests[0].body).unwrap()
}
