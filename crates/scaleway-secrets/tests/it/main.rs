//! Single exchanges against a mocked API, and all that was recorded.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod by_name;
mod folder;
mod secret;
mod version;

use mock::{PROJECT, expect, ok};
use scaleway_secrets::Secrets;
use serde_json::{Value, json};
use wiremock::MockServer;

const SECRETS: &str = "/secret-manager/v1beta1/regions/fr-par/secrets";

/// A mocked API and a client of it.
async fn mocked() -> (MockServer, Secrets) {
    let (server, client) = mock::started().await;
    (server, Secrets::new(&client))
}

fn secret(id: &str) -> Value {
    json!({
        "id": id, "project_id": PROJECT, "name": "openai-key", "status": "ready", "tags": ["evalap"], "version_count": 2,
        "created_at": "2026-07-03T15:28:04.271187Z", "updated_at": "2026-07-03T15:28:04.271187Z", "description": "",
        "managed": false, "protected": true, "type": "totp", "path": "/evalap/staging",
        "ephemeral_policy": {"time_to_live": "1800s", "expires_once_accessed": false, "action": "disable"},
        "used_by": ["edge_services", "toaster"], "deletion_requested_at": "2026-07-04T15:28:04Z", "key_id": "key-1",
        "region": "fr-par",
    })
}

fn version(revision: u32, status: &str) -> Value {
    json!({
        "revision": revision, "secret_id": "secret-1", "status": status, "latest": true, "description": "first",
        "created_at": "2026-07-03T15:28:04.760416Z", "updated_at": "2026-07-03T15:28:04.760416Z", "region": "fr-par",
        "ephemeral_properties": {"expires_at": "2026-07-05T15:28:04Z", "action": "delete"},
    })
}
