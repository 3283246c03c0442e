use scaleway_secrets::{BrowseSecrets, ListSecretTypes, ListTags, SecretType};
use serde_json::json;
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer};

use crate::{PROJECT, SECRETS, mocked, ok};

async fn expect_list(server: &MockServer, at: &str, body: serde_json::Value) {
    Mock::given(method("GET"))
        .and(path(format!("/secret-manager/v1beta1/regions/fr-par/{at}")))
        .and(query_param("project_id", PROJECT))
        .respond_with(ok(body))
        .expect(1)
        .mount(server)
        .await;
}

#[tokio::test]
async fn a_folder_holds_secrets_and_folders_and_loses_nothing() {
    let (server, secrets) = mocked().await;
    let folder = json!({"current_path": "/evalap", "total_count": 2, "items": [
        {"name": "staging", "created_at": "2026-07-03T15:28:04Z", "folder": {}},
        {"name": "openai-key", "updated_at": "2026-07-03T15:28:04Z", "secret": {
            "id": "secret-1", "tags": [], "version_count": 1, "protected": false, "type": "opaque",
            "ephemeral_policy": {"expires_once_accessed": true, "action": "delete"}}},
    ]});
    Mock::given(method("GET"))
        .and(path(format!("{SECRETS}/browse")))
        .and(query_param("prefix", "/evalap"))
        .and(query_param("page", "2"))
        .and(query_param("project_id", PROJECT))
        .respond_with(ok(folder.clone()))
        .expect(1)
        .mount(&server)
        .await;
    let seen = secrets.browse_secrets(BrowseSecrets::default().prefix("/evalap").page(2u32)).await.unwrap();
    assert!(seen.items[0].folder.is_some() && seen.items[0].secret.is_none());
    assert_eq!(serde_json::to_value(&seen).unwrap(), folder);
}

#[tokio::test]
async fn tags_and_types_are_listed_as_texts() {
    let (server, secrets) = mocked().await;
    expect_list(&server, "tags", json!({"tags": ["evalap", "staging"], "total_count": 2})).await;
    expect_list(&server, "secret-types", json!({"types": ["opaque", "totp"], "total_count": 2})).await;
    let project: scaleway_core::ProjectId = PROJECT.parse().unwrap();
    let tags = secrets.list_tags(ListTags::default().project_id(&project)).all().await.unwrap();
    assert_eq!(tags.iter().map(ToString::to_string).collect::<Vec<_>>(), ["evalap", "staging"]);
    let types =
        secrets.list_secret_types(ListSecretTypes::default().project_id(project)).all().await.unwrap();
    assert_eq!(types, [SecretType::Opaque, SecretType::Other("totp".into())]);
}
