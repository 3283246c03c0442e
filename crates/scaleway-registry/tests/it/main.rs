//! Single exchanges against a mocked API, and the recorded ones.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod image;
mod namespace;
mod publish;
mod shelf;
mod tag;

use mock::{KEY, PROJECT, ok, with};
use scaleway_registry::Registry;
use serde_json::{Value, json};
use wiremock::{MockServer, ResponseTemplate};

const ROOT: &str = "/registry/v1/regions/fr-par";

/// A mocked API and a client of it.
async fn mocked() -> (MockServer, Registry) {
    let (server, client) = mock::started().await;
    (server, Registry::new(&client))
}

async fn expect(server: &MockServer, verb: &str, at: &str, body: Option<Value>, answer: ResponseTemplate) {
    mock::expect(server, verb, format!("{ROOT}/{at}"), body, answer).await;
}

async fn expect_query(server: &MockServer, verb: &str, at: &str, query: &str, answer: Value) {
    mock::expect_query(server, verb, format!("{ROOT}/{at}"), query, ok(answer)).await;
}

/// Expects one GET for each answer, in this order.
async fn expect_in_turn<const N: usize>(server: &MockServer, at: &str, answers: [ResponseTemplate; N]) {
    for answer in answers {
        expect(server, "GET", at, None, answer).await;
    }
}

/// A 404 as the registry answers it: off the API's contract, without a type.
fn gone() -> ResponseTemplate {
    ResponseTemplate::new(404).set_body_json(json!({"message": "Thing was not found"}))
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
