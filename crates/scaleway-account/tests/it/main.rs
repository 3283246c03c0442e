//! Single exchanges against a mocked API, and the recorded ones.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod contract;
mod project;
mod qualification;

use scaleway_account::Accounts;
use scaleway_core::{Client, Config};
use serde_json::{Value, json};
use wiremock::matchers::{body_json, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const KEY: &str = "11111111-1111-4111-8111-111111111111";
const ORGANIZATION: &str = "33333333-3333-4333-8333-333333333333";
const ROOT: &str = "/account/v3";

/// A mocked API and a client of it that has a default organization.
async fn mocked() -> (MockServer, Accounts) {
    let server = MockServer::start().await;
    let config = config(&server).with_default_organization(ORGANIZATION.parse().unwrap());
    let accounts = Accounts::new(&Client::new(config).unwrap());
    (server, accounts)
}

fn config(server: &MockServer) -> Config {
    Config::new(KEY).with_api_url(server.uri().parse().unwrap())
}

/// Expects exactly one authenticated request with this body, and answers it.
async fn expect(server: &MockServer, verb: &str, at: &str, body: Option<Value>, answer: ResponseTemplate) {
    let mock = Mock::given(method(verb)).and(path(format!("{ROOT}/{at}"))).and(header("x-auth-token", KEY));
    let mock = if let Some(body) = body { mock.and(body_json(body)) } else { mock };
    mock.respond_with(answer).expect(1).mount(server).await;
}

/// Expects exactly one request without a body and with this query, whole.
async fn expect_query(server: &MockServer, verb: &str, at: &str, query: &str, answer: Value) {
    let query = query.to_owned();
    Mock::given(method(verb))
        .and(path(format!("{ROOT}/{at}")))
        .and(move |request: &wiremock::Request| {
            request.body.is_empty() && request.url.query().unwrap_or_default() == query
        })
        .respond_with(ok(answer))
        .expect(1)
        .mount(server)
        .await;
}

/// Expects one GET for each answer, in this order.
async fn expect_in_turn<const N: usize>(server: &MockServer, at: &str, answers: [ResponseTemplate; N]) {
    for answer in answers {
        Mock::given(method("GET"))
            .and(path(format!("{ROOT}/{at}")))
            .respond_with(answer)
            .up_to_n_times(1)
            .expect(1)
            .mount(server)
            .await;
    }
}

fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn gone() -> ResponseTemplate {
    let body = json!({"type": "not_found", "message": "resource is not found", "resource": "project_id",
        "resource_id": "project-1"});
    ResponseTemplate::new(404).set_body_json(body)
}

/// `value` with another `field`.
fn with(mut value: Value, field: &str, other: impl Into<Value>) -> Value {
    value[field] = other.into();
    value
}

/// A project as it was recorded: without a status.
fn project() -> Value {
    json!({
        "id": "project-1", "name": "evalap", "organization_id": ORGANIZATION, "description": "",
        "created_at": "2026-07-03T15:28:04.271187Z", "updated_at": "2026-07-03T15:28:04Z",
        "qualification": {"architecture_type": "unknown_architecture_type"},
    })
}
