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

use scaleway_cockpit::{Cockpit, DataSource};
use scaleway_core::{Client, Clock, Config, Https, HttpsOptions, RetryPolicy, Timestamp};
use serde_json::Value;
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const KEY: &str = "11111111-1111-4111-8111-111111111111";
const PROJECT: &str = "22222222-2222-4222-8222-222222222222";
const TOKEN: &str = "33333333-3333-4333-8333-333333333333";
const REGIONAL: &str = "/cockpit/v1/regions/fr-par";
const GLOBAL: &str = "/cockpit/v1";

/// A mocked API and a client of it, which never waits.
async fn mocked() -> (MockServer, Cockpit) {
    let server = MockServer::start().await;
    let client = client(config(&server), &Clock::manual_from(Timestamp::UNIX_EPOCH));
    (server, Cockpit::new(&client))
}

fn config(server: &MockServer) -> Config {
    Config::new(KEY)
        .with_default_project(PROJECT.parse().unwrap())
        .with_api_url(server.uri().parse().unwrap())
}

/// A client that sends again at once.
fn client(config: Config, clock: &Clock) -> Client {
    let mut retry = RetryPolicy::default();
    retry.first_wait = Duration::ZERO;
    let https = Https::new(&HttpsOptions::default(), clock.clone()).unwrap();
    Client::builder(config, https).clock(clock.clone()).retry(retry).build().unwrap()
}

/// Expects exactly one authenticated request with this body, and answers it.
async fn expect(server: &MockServer, verb: &str, at: &str, body: Option<Value>, answer: ResponseTemplate) {
    let mock = Mock::given(method(verb)).and(path(at)).and(header("x-auth-token", KEY));
    let mock = if let Some(body) = body { mock.and(body_json(body)) } else { mock };
    mock.respond_with(answer).expect(1).mount(server).await;
}

/// Expects exactly one authenticated request without a body and with this query, whole.
async fn expect_query(
    server: &MockServer,
    verb: &str,
    at: &str,
    query: &'static str,
    answer: ResponseTemplate,
) {
    Mock::given(method(verb))
        .and(path(at))
        .and(header("x-auth-token", KEY))
        .and(move |request: &wiremock::Request| {
            request.body.is_empty() && request.url.query().unwrap_or_default() == query
        })
        .respond_with(answer)
        .expect(1)
        .mount(server)
        .await;
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

fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn no_content() -> ResponseTemplate {
    ResponseTemplate::new(204)
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

/// `value` with another `field`.
fn with(mut value: Value, field: &str, other: impl Into<Value>) -> Value {
    value[field] = other.into();
    value
}

/// That nothing of an answer is lost in reading it.
#[track_caller]
fn assert_whole(read: &impl serde::Serialize, answer: &Value) {
    assert_eq!(&serde_json::to_value(read).unwrap(), answer);
}
