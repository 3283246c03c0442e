//! Single exchanges against a mocked API, and the recorded ones.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod ipam;
mod network;
mod rules;

use scaleway_core::{Client, Config};
use scaleway_vpc::{Ipam, Vpcs};
use serde_json::{Value, json};
use wiremock::matchers::{body_json, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const KEY: &str = "11111111-1111-4111-8111-111111111111";
const PROJECT: &str = "22222222-2222-4222-8222-222222222222";
const MADE: &str = "2026-05-05T14:42:12.873213Z";

async fn server() -> (MockServer, Client) {
    let server = MockServer::start().await;
    let config = Config::new(KEY)
        .with_default_project(PROJECT.parse().unwrap())
        .with_api_url(server.uri().parse().unwrap());
    (server, Client::new(config).unwrap())
}

/// A mocked API and a client of VPCs.
async fn vpcs() -> (MockServer, Vpcs) {
    let (server, client) = server().await;
    (server, Vpcs::new(&client))
}

/// A mocked API and a client of IPAM.
async fn ipam() -> (MockServer, Ipam) {
    let (server, client) = server().await;
    (server, Ipam::new(&client))
}

/// Expects exactly one authenticated request with this body, and answers it.
async fn expect(server: &MockServer, verb: &str, at: &str, body: Option<Value>, answer: ResponseTemplate) {
    let mock = Mock::given(method(verb)).and(path(at)).and(header("x-auth-token", KEY));
    let mock = if let Some(body) = body { mock.and(body_json(body)) } else { mock };
    mock.respond_with(answer).expect(1).mount(server).await;
}

fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// What the API answers where there is nothing to say.
fn nothing() -> ResponseTemplate {
    ResponseTemplate::new(204)
}

fn not_found(resource: &str, id: &str) -> ResponseTemplate {
    let body = json!({"type": "not_found", "message": "resource is not found", "resource": resource, "resource_id": id});
    ResponseTemplate::new(404).set_body_json(body)
}
