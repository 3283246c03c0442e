use std::error::Error;

use scaleway_secrets::{
    AccessSecretVersionByPath, CreateSecretVersion, ListSecretVersions, Payload, Revision,
    SecretVersionStatus, UpdateSecretVersion,
};
use serde_json::json;
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::{PROJECT, SECRETS, expect, mocked, ok, version};

/// `hunter2` in base64, and its CRC32.
const DATA: &str = "aHVudGVyMg==";
const CRC32: u32 = 0x2747_fc56;

fn accessed(crc32: u32) -> serde_json::Value {
    json!({"secret_id": "secret-1", "revision": 3, "data": DATA, "data_crc32": crc32, "type": "opaque"})
}

#[tokio::test]
async fn a_value_travels_in_base64_with_its_crc32_and_is_never_shown() {
    let (server, secrets) = mocked().await;
    let body = json!({"data": DATA, "data_crc32": CRC32, "disable_previous": true});
    let at = format!("{SECRETS}/secret-1/versions");
    expect(&server, "POST", &at, Some(body), ok(version(1, "enabled"))).await;
    let create = CreateSecretVersion::new(Payload::text("hunter2")).disable_previous(true);
    let shown = format!("{create:?}");
    assert!(!shown.contains("hunter") && !shown.contains(DATA), "{shown}");
    let made = secrets.create_secret_version(&"secret-1".parse().unwrap(), create).await.unwrap();
    assert_eq!(made.status, SecretVersionStatus::Enabled);
    assert_eq!(serde_json::to_value(&made).unwrap(), version(1, "enabled"));
}

#[tokio::test]
async fn a_value_comes_back_as_it_was() {
    let (server, secrets) = mocked().await;
    let at = format!("{SECRETS}/secret-1/versions/latest_enabled/access");
    expect(&server, "GET", &at, None, ok(accessed(CRC32))).await;
    let version =
        secrets.access_secret_version(&"secret-1".parse().unwrap(), Revision::LatestEnabled).await.unwrap();
    assert_eq!((version.revision, version.data.as_text()), (3, Some("hunter2")));
    assert_eq!(serde_json::to_value(&version).unwrap(), accessed(CRC32));
    assert!(!format!("{version:?}").contains("hunter"));
}

#[tokio::test]
async fn a_damaged_value_is_refused_without_showing_it() {
    let (server, secrets) = mocked().await;
    let at = "/secret-manager/v1beta1/regions/fr-par/secrets-by-path/versions/3/access";
    Mock::given(method("GET"))
        .and(path(at))
        .and(query_param("secret_path", "/evalap"))
        .and(query_param("secret_name", "openai-key"))
        .and(query_param("project_id", PROJECT))
        .respond_with(ok(accessed(7)))
        .expect(1)
        .mount(&server)
        .await;
    let request = AccessSecretVersionByPath::new("/evalap", "openai-key");
    let error = secrets.access_secret_version_by_path(3, request).await.unwrap_err();
    let cause = error.source().unwrap().to_string();
    assert!(cause.starts_with("data_crc32 is 7, but the data's CRC32 is 659029078"), "{cause}");
    for text in [cause, error.to_string(), format!("{error:?}")] {
        assert!(!text.contains("hunter") && !text.contains(DATA), "{text}");
    }
}

#[tokio::test]
async fn an_update_leaves_what_is_unset() {
    let (server, secrets) = mocked().await;
    let at = format!("{SECRETS}/secret-1/versions/2");
    expect(&server, "PATCH", &at, Some(json!({"description": ""})), ok(version(2, "enabled"))).await;
    let update = UpdateSecretVersion::default().description("");
    secrets.update_secret_version(&"secret-1".parse().unwrap(), 2, update).await.unwrap();
}

#[tokio::test]
async fn what_turns_a_version_goes_to_an_address_of_its_own() {
    let (server, secrets) = mocked().await;
    let id = "secret-1".parse().unwrap();
    for (turn, status) in [("disable", "disabled"), ("enable", "enabled"), ("restore", "rusty")] {
        let at = format!("{SECRETS}/secret-1/versions/latest/{turn}");
        expect(&server, "POST", &at, Some(json!({})), ok(version(2, status))).await;
    }
    let at = format!("{SECRETS}/secret-1/versions/2");
    expect(&server, "DELETE", &at, None, ResponseTemplate::new(204)).await;
    expect(&server, "GET", &at, None, ok(version(2, "scheduled_for_deletion"))).await;
    let disabled = secrets.disable_secret_version(&id, Revision::Latest).await.unwrap();
    assert_eq!(disabled.status, SecretVersionStatus::Disabled);
    secrets.enable_secret_version(&id, Revision::Latest).await.unwrap();
    secrets.delete_secret_version(&id, 2).await.unwrap();
    let scheduled = secrets.get_secret_version(&id, 2).await.unwrap();
    assert_eq!(scheduled.status, SecretVersionStatus::ScheduledForDeletion);
    let restored = secrets.restore_secret_version(&id, Revision::Latest).await.unwrap();
    assert_eq!(restored.status, SecretVersionStatus::Other("rusty".into()));
}

#[tokio::test]
async fn versions_are_told_apart_by_number_across_pages() {
    let (server, secrets) = mocked().await;
    for (page, revisions) in [("1", [3, 2]), ("2", [2, 1])] {
        let items: Vec<_> = revisions.map(|revision| version(revision, "enabled")).into();
        Mock::given(method("GET"))
            .and(path(format!("{SECRETS}/secret-1/versions")))
            .and(query_param("page", page))
            .and(query_param("status", "enabled"))
            .respond_with(ok(json!({"versions": items, "total_count": 4})))
            .expect(1)
            .mount(&server)
            .await;
    }
    let list = ListSecretVersions::default().status(vec![SecretVersionStatus::Enabled]);
    let all = secrets.list_secret_versions(&"secret-1".parse().unwrap(), list).all().await.unwrap();
    assert_eq!(all.iter().map(|version| version.revision).collect::<Vec<_>>(), [3, 2, 1]);
}
