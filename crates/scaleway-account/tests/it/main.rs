//! Single exchanges against a mocked API, and the recorded ones.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod contract;
mod project;
mod qualification;

use mock::{config, ok, with};
use scaleway_account::Accounts;
use scaleway_core::Client;
use serde_json::{Value, json};
use wiremock::{MockServer, ResponseTemplate};

const ORGANIZATION: &str = "33333333-3333-4333-8333-333333333333";
const ROOT: &str = "/account/v3";

/// A mocked API and a client of it that has a default organization.
async fn mocked() -> (MockServer, Accounts) {
    let server = MockServer::start().await;
    let config = config(&server).with_default_organization(ORGANIZATION.parse().unwrap());
    let accounts = Accounts::new(&Client::new(config).unwrap());
    (server, accounts)
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

fn gone() -> ResponseTemplate {
    let body = json!({"type": "not_found", "message": "resource is not found", "resource": "project_id",
        "resource_id": "project-1"});
    ResponseTemplate::new(404).set_body_json(body)
}

/// A project as it was recorded: without a status.
fn project() -> Value {
    json!({
        "id": "project-1", "name": "evalap", "organization_id": ORGANIZATION, "description": "",
        "created_at": "2026-07-03T15:28:04.271187Z", "updated_at": "2026-07-03T15:28:04Z",
        "qualification": {"architecture_type": "unknown_architecture_type"},
    })
}
