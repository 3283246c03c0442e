//! Single exchanges against a mocked API, and the recorded ones.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod definition;
mod run;
mod secret;
mod trigger;

use scaleway_core::{Client, Clock, Config, Https, HttpsOptions, Timestamp};
use scaleway_jobs::Jobs;
use serde_json::{Value, json};
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const KEY: &str = "11111111-1111-4111-8111-111111111111";
const PROJECT: &str = "22222222-2222-4222-8222-222222222222";
const ROOT: &str = "/serverless-jobs/v1alpha2/regions/fr-par";

/// A mocked API and a client of it, whose clock stands still.
async fn mocked() -> (MockServer, Jobs) {
    mocked_at(&Clock::manual_from(Timestamp::UNIX_EPOCH)).await
}

async fn mocked_at(clock: &Clock) -> (MockServer, Jobs) {
    let server = MockServer::start().await;
    let config = Config::new(KEY)
        .with_default_project(PROJECT.parse().unwrap())
        .with_api_url(server.uri().parse().unwrap());
    let https = Https::new(&HttpsOptions::default(), clock.clone()).unwrap();
    let client = Client::builder(config, https).clock(clock.clone()).build().unwrap();
    (server, Jobs::new(&client))
}

/// Expects exactly one authenticated request, with this body if one is given, and answers it.
async fn expect(server: &MockServer, verb: &str, at: &str, body: Option<Value>, answer: ResponseTemplate) {
    let mock = Mock::given(method(verb)).and(path(format!("{ROOT}/{at}"))).and(header("x-auth-token", KEY));
    let mock = if let Some(body) = body { mock.and(body_json(body)) } else { mock };
    mock.respond_with(answer).up_to_n_times(1).expect(1).mount(server).await;
}

/// Expects the two pages of a list of three items, filtered by `filter`.
async fn expect_pages(server: &MockServer, at: &str, filter: (&str, &str), items: [Value; 3]) {
    let [a, b, c] = items;
    for (page, items) in [("1", vec![a, b]), ("2", vec![c])] {
        Mock::given(method("GET"))
            .and(path(format!("{ROOT}/{at}")))
            .and(query_param("page", page))
            .and(query_param(filter.0, filter.1))
            .respond_with(ok(json!({at.replace('-', "_"): items, "total_count": 3})))
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

fn run(state: &str) -> Value {
    json!({
        "id": "run-1", "job_definition_id": "job-1", "created_at": "2026-05-05T14:42:12.873213Z", "state": state,
        "cpu_limit": 560, "memory_limit": 1024, "local_storage_capacity": 5120, "environment_variables": {"A": "b"},
        "startup_command": ["alembic"], "args": [], "attempts": 1, "region": "fr-par",
    })
}
