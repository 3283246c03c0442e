//! Single exchanges against a mocked API, and all that was recorded.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod container;
mod deploy;
mod domain;
mod namespace;
mod trigger;

use mock::{KEY, PROJECT, expect, ok};
use scaleway_containers::Containers;
use serde_json::{Value, json};
use wiremock::MockServer;

/// A mocked API and a client of it.
async fn mocked() -> (MockServer, Containers) {
    let (server, client) = mock::started().await;
    (server, Containers::new(&client))
}

fn namespace(status: &str) -> Value {
    json!({
        "id": "namespace-1", "name": "evalap-staging", "organization_id": "org", "project_id": PROJECT, "description": "",
        "status": status, "environment_variables": {}, "secret_environment_variables": {}, "tags": [],
        "created_at": "2026-05-05T14:42:12.873213Z", "updated_at": "2026-05-05T14:42:12.873213Z", "region": "fr-par",
    })
}

fn container(status: &str, error: &str) -> Value {
    json!({
        "id": "container-1", "name": "streamlit", "namespace_id": "namespace-1", "description": "", "status": status,
        "error_message": error, "environment_variables": {}, "secret_environment_variables": {}, "min_scale": 0, "max_scale": 5,
        "memory_limit_bytes": 2_048_000_000_u64, "mvcpu_limit": 1000, "timeout": "300s", "privacy": "public",
        "image": "streamlit:1", "protocol": "http1", "port": 8501, "https_connections_only": true, "sandbox": "v3",
        "local_storage_limit_bytes": 1_000_000_000, "scaling_option": {"concurrent_requests_threshold": 50}, "tags": [],
        "command": [], "args": [], "public_endpoint": "https://x.functions.fnc.fr-par.scw.cloud",
        "liveness_probe": {"failure_threshold": 30, "interval": "10s", "timeout": "1s", "tcp": {}}, "region": "fr-par",
    })
}
