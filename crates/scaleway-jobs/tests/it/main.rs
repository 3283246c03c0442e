//! Single exchanges against a mocked API, and the recorded ones.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod definition;
mod run;
mod secret;
mod trigger;

use mock::{PROJECT, assert_whole, no_content, ok, with};
use scaleway_core::{Client, Clock, Https, HttpsOptions, Timestamp};
use scaleway_jobs::Jobs;
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const ROOT: &str = "/serverless-jobs/v1alpha2/regions/fr-par";

/// A mocked API and a client of it, whose clock stands still.
async fn mocked() -> (MockServer, Jobs) {
    mocked_at(&Clock::manual_from(Timestamp::UNIX_EPOCH)).await
}

async fn mocked_at(clock: &Clock) -> (MockServer, Jobs) {
    let server = MockServer::start().await;
    let https = Https::new(&HttpsOptions::default(), clock.clone()).unwrap();
    let client = Client::builder(mock::config(&server), https).clock(clock.clone()).build().unwrap();
    (server, Jobs::new(&client))
}

async fn expect(server: &MockServer, verb: &str, at: &str, body: Option<Value>, answer: ResponseTemplate) {
    mock::expect(server, verb, format!("{ROOT}/{at}"), body, answer).await;
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

fn run(state: &str) -> Value {
    json!({
        "id": "run-1", "job_definition_id": "job-1", "created_at": "2026-05-05T14:42:12.873213Z", "state": state,
        "cpu_limit": 560, "memory_limit": 1024, "local_storage_capacity": 5120, "environment_variables": {"A": "b"},
        "startup_command": ["alembic"], "args": [], "attempts": 1, "region": "fr-par",
    })
}
