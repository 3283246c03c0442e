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

use scaleway_core::{Client, Clock, Config, Https, HttpsOptions, Timestamp};
use scaleway_iam::Iam;
use serde_json::{Value, json};
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const KEY: &str = "11111111-1111-4111-8111-111111111111";
const PROJECT: &str = "22222222-2222-4222-8222-222222222222";
const ORGANIZATION: &str = "33333333-3333-4333-8333-333333333333";
const ROOT: &str = "/iam/v1alpha1";
/// When the client thinks it is.
const NOW: &str = "2026-05-05T12:00:00Z";

/// A mocked API and a client of it, whose clock stands still.
async fn mocked() -> (MockServer, Iam) {
    let server = MockServer::start().await;
    let config = Config::new(KEY)
        .with_default_organization(ORGANIZATION.parse().unwrap())
        .with_default_project(PROJECT.parse().unwrap())
        .with_api_url(server.uri().parse().unwrap());
    let clock = Clock::manual_from(NOW.parse::<Timestamp>().unwrap());
    let https = Https::new(&HttpsOptions::default(), clock.clone()).unwrap();
    let client = Client::builder(config, https).clock(clock).build().unwrap();
    (server, Iam::new(&client))
}

/// Expects exactly one authenticated request, with this body if one is given, and answers it.
async fn expect(server: &MockServer, verb: &str, at: &str, body: Option<Value>, answer: ResponseTemplate) {
    let mock = Mock::given(method(verb)).and(path(format!("{ROOT}/{at}"))).and(header("x-auth-token", KEY));
    let mock = if let Some(body) = body { mock.and(body_json(body)) } else { mock };
    mock.respond_with(answer).up_to_n_times(1).expect(1).mount(server).await;
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

/// `value` without `field`.
fn without(mut value: Value, field: &str) -> Value {
    value.as_object_mut().unwrap().remove(field);
    value
}
