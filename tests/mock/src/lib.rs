//! A mocked API, for the tests of the client crates: what is expected of a client, and what it is answered.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot go on has failed")]

use scaleway_core::{Client, Config};
use serde::Serialize;
use serde_json::Value;
use wiremock::matchers::{body_json, header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// The secret key that every request must carry.
pub const KEY: &str = "11111111-1111-4111-8111-111111111111";
/// The default project.
pub const PROJECT: &str = "22222222-2222-4222-8222-222222222222";

/// A mocked API that nothing is expected of yet, and a client of it.
pub async fn started() -> (MockServer, Client) {
    let server = MockServer::start().await;
    let client = Client::new(config(&server)).unwrap();
    (server, client)
}

/// The configuration of a client of `server`.
pub fn config(server: &MockServer) -> Config {
    Config::new(KEY)
        .with_default_project(PROJECT.parse().unwrap())
        .with_api_url(server.uri().parse().unwrap())
}

/// Expects exactly one authenticated request, with this body if one is given, and answers it. What is expected of the same
/// address is expected in turn.
pub async fn expect(
    server: &MockServer,
    verb: &str,
    at: impl AsRef<str>,
    body: Option<Value>,
    answer: ResponseTemplate,
) {
    let mock = Mock::given(method(verb)).and(path(at.as_ref())).and(header("x-auth-token", KEY));
    let mock = if let Some(body) = body { mock.and(body_json(body)) } else { mock };
    mock.respond_with(answer).up_to_n_times(1).expect(1).mount(server).await;
}

/// Expects exactly one authenticated request without a body and with this query, whole, and answers it.
pub async fn expect_query(
    server: &MockServer,
    verb: &str,
    at: impl AsRef<str>,
    query: impl Into<String>,
    answer: ResponseTemplate,
) {
    let query = query.into();
    Mock::given(method(verb))
        .and(path(at.as_ref()))
        .and(header("x-auth-token", KEY))
        .and(move |asked: &Request| asked.body.is_empty() && asked.url.query().unwrap_or_default() == query)
        .respond_with(answer)
        .up_to_n_times(1)
        .expect(1)
        .mount(server)
        .await;
}

/// A success with this body.
pub fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// What the API answers where there is nothing to say.
pub fn no_content() -> ResponseTemplate {
    ResponseTemplate::new(204)
}

/// `value` with another `field`.
#[must_use]
pub fn with(mut value: Value, field: &str, other: impl Into<Value>) -> Value {
    value[field] = other.into();
    value
}

/// That nothing of an answer is lost in reading it.
#[track_caller]
pub fn assert_whole(read: &impl Serialize, answer: &Value) {
    assert_eq!(&serde_json::to_value(read).unwrap(), answer);
}
