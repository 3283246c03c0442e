//! Single exchanges against a mocked API, and the recorded ones.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod ipam;
mod network;
mod rules;

use mock::{PROJECT, expect, no_content, ok};
use scaleway_vpc::{Ipam, Vpcs};
use serde_json::json;
use wiremock::{MockServer, ResponseTemplate};

const MADE: &str = "2026-05-05T14:42:12.873213Z";

/// A mocked API and a client of VPCs.
async fn vpcs() -> (MockServer, Vpcs) {
    let (server, client) = mock::started().await;
    (server, Vpcs::new(&client))
}

/// A mocked API and a client of IPAM.
async fn ipam() -> (MockServer, Ipam) {
    let (server, client) = mock::started().await;
    (server, Ipam::new(&client))
}

fn not_found(resource: &str, id: &str) -> ResponseTemplate {
    let body = json!({"type": "not_found", "message": "resource is not found", "resource": resource, "resource_id": id});
    ResponseTemplate::new(404).set_body_json(body)
}
