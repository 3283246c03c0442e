//! Single exchanges against a mocked API, and the recorded ones.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod api_key;
mod application;
mod group;
mod organization;
mod policy;
mod second_factor;
mod ssh_key;
mod user;

use mock::{PROJECT, assert_whole, no_content, ok, with};
use scaleway_core::{Client, Clock, Https, HttpsOptions, Timestamp};
use scaleway_iam::Iam;
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const ORGANIZATION: &str = "33333333-3333-4333-8333-333333333333";
const ROOT: &str = "/iam/v1alpha1";
/// When the client thinks it is.
const NOW: &str = "2026-05-05T12:00:00Z";

/// A mocked API and a client of it, whose clock stands still.
async fn mocked() -> (MockServer, Iam) {
    let server = MockServer::start().await;
    let config = mock::config(&server).with_default_organization(ORGANIZATION.parse().unwrap());
    let clock = Clock::manual_from(NOW.parse::<Timestamp>().unwrap());
    let https = Https::new(&HttpsOptions::default(), clock.clone()).unwrap();
    let client = Client::builder(config, https).clock(clock).build().unwrap();
    (server, Iam::new(&client))
}

async fn expect(server: &MockServer, verb: &str, at: &str, body: Option<Value>, answer: ResponseTemplate) {
    mock::expect(server, verb, format!("{ROOT}/{at}"), body, answer).await;
}

/// Expects the two pages of a list of three items, in `field`, with this `query`.
async fn expect_pages(server: &MockServer, at: &str, field: &str, query: (&str, &str), items: [Value; 3]) {
    let [a, b, c] = items;
    for (page, items) in [("1", vec![a, b]), ("2", vec![c])] {
        Mock::given(method("GET"))
            .and(path(format!("{ROOT}/{at}")))
            .and(query_param("page", page))
            .and(query_param(query.0, query.1))
            .respond_with(ok(json!({field: items, "total_count": 3})))
            .expect(1)
            .mount(server)
            .await;
    }
}

/// `value` without `field`.
fn without(mut value: Value, field: &str) -> Value {
    value.as_object_mut().unwrap().remove(field);
    value
}
