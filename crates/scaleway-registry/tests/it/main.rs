//! Single exchanges against a mocked API, and the recorded ones.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod image;
mod namespace;
mod publish;
mod shelf;
mod tag;

use scaleway_core::{Client, Config};
use scaleway_registry::Registry;
use serde_json::{Value, json};
use wiremock::matchers::{body_json, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const KEY: &str = "11111111-1111-4111-8111-111111111111";
const PROJECT: &str = "22222222-2222-4222-8222-222222222222";
const ROOT: &str = "/registry/v1/regions/fr-par";

/// A mocked API and a client of it.
async fn mocked() -> (MockServer, Registry) {
    let server = MockServer::start().await;
    let config = Config::new(KEY)
        .with_default_project(PROJECT.parse().unwrap())
        .with_api_url(server.uri().parse().unwrap());
    let client = Client::new(config).unwrap();
    (server, Registry::new(&client))
}

/// Expects exactly one authenticated request with this body, and answers it.
async fn expect(server: &MockServer, verb: &str, at: &str, body: Option<Value>, answer: ResponseTemplate) {
    let mock = Mock::given(method(verb)).and(path(format!("{ROOT}/{at}"))).and(header("x-auth-token", KEY));
    let mock = if let Some(body) = body { mock.and(body_json(body)) } else { mock };
    mock.respond_with(answer).expect(1).mount(server).await;
}

/// Expects exactly one GET or DELETE with this query, whole.
async fn expect_query(server: &MockServer, verb: &str, at: &str, query: &'static str, answer: Value) {
    Mock::given(method(verb))
        .and(path(format!("{ROOT}/{at}")))
        .and(move |request: &wiremock::Request| request.url.query().unwrap_or_default() == query)
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

/// A 404 as the registry answers it: off the API's contract, without a type.
fn gone() -> ResponseTemplate {
    ResponseTemplate::new(404).set_body_json(json!({"message": "Thing was not found"}))
}

/// `value` with another `field`.
fn with(mut value: Value, field: &str, other: impl Into<Value>) -> Value {
    value[field] = other.into();
    value
}

fn namespace(status: &str) -> Value {
    json!({
        "id": "namespace-1", "name": "evalap", "description": "", "organization_id": "organization-1",
        "project_id": PROJECT, "status": status, "status_message": "", "endpoint": "rg.fr-par.scw.cloud/evalap",
        "is_public": false, "size": 5_120_000_123_u64, "created_at": "2026-07-03T15:28:04.271187Z",
        "updated_at": "2026-07-03T15:28:04.271187123Z", "image_count": 2, "region": "fr-par",
    })
}

fn image(status: &str) -> Value {
    json!({
        "id": "image-1", "name": "streamlit", "namespace_id": "namespace-1", "status": status, "status_message": "",
        "visibility": "inherit", "size": 5_120_000_123_u64, "created_at": "2026-07-03T15:28:04.271187Z",
        "updated_at": "2026-07-03T15:28:04Z", "tags": ["1.4.2", "latest"],
    })
}

fn tag(status: &str) -> Value {
    json!({
        "id": "tag-1", "name": "1.4.2", "image_id": "image-1", "status": status, "digest": "sha256:0123abcd",
        "created_at": "2026-07-03T15:28:04.271187Z", "updated_at": "2026-07-03T15:28:04Z",
    })
}
