use scaleway_secrets::{CreateSecret, CreateSecretVersion, KeepVersions, Payload, SecretType};
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{PROJECT, SECRETS, expect, mocked, ok, secret, version};

/// Answers the next listing of `openai-key` in `/evalap/staging` with these secrets.
async fn expect_look(server: &MockServer, found: Vec<Value>) {
    Mock::given(method("GET"))
        .and(path(SECRETS))
        .and(query_param("name", "openai-key"))
        .and(query_param("path", "/evalap/staging"))
        .and(query_param("project_id", PROJECT))
        .and(query_param("scheduled_for_deletion", "false"))
        .respond_with(ok(json!({"total_count": found.len(), "secrets": found})))
        .up_to_n_times(1)
        .expect(1)
        .mount(server)
        .await;
}

fn wanted() -> CreateSecret {
    CreateSecret::new("openai-key").path("evalap/staging/").secret_type(SecretType::Other("totp".into()))
}

#[tokio::test]
async fn a_secret_that_is_missing_is_made() {
    let (server, secrets) = mocked().await;
    expect_look(&server, vec![]).await;
    let body =
        json!({"project_id": PROJECT, "name": "openai-key", "type": "totp", "path": "/evalap/staging"});
    expect(&server, "POST", SECRETS, Some(body), ok(secret("secret-1"))).await;
    let ensuring: Box<dyn Future<Output = _> + Send> = Box::new(secrets.ensure_secret(wanted()));
    assert_eq!(Box::into_pin(ensuring).await.unwrap().id.as_str(), "secret-1");
}

#[tokio::test]
async fn a_secret_that_is_there_is_changed_only_where_it_differs() {
    let (server, secrets) = mocked().await;
    expect_look(&server, vec![secret("secret-1")]).await;
    let same = wanted().tags(vec!["evalap".to_owned()]).description("").protected(true);
    assert_eq!(secrets.ensure_secret(same).await.unwrap().id.as_str(), "secret-1");

    expect_look(&server, vec![secret("secret-1")]).await;
    let at = format!("{SECRETS}/secret-1");
    expect(&server, "PATCH", &at, Some(json!({"description": "new"})), ok(secret("secret-1"))).await;
    expect(&server, "POST", &format!("{at}/unprotect"), Some(json!({})), ok(secret("secret-1"))).await;
    let other = wanted().tags(vec!["evalap".to_owned()]).description("new").protected(false);
    secrets.ensure_secret(other).await.unwrap();
}

#[tokio::test]
async fn a_secret_whose_creation_was_lost_is_found_again() {
    let (server, secrets) = mocked().await;
    expect_look(&server, vec![]).await;
    expect_look(&server, vec![secret("secret-1")]).await;
    expect(&server, "POST", SECRETS, None, ResponseTemplate::new(502)).await;
    assert_eq!(secrets.ensure_secret(wanted()).await.unwrap().id.as_str(), "secret-1");
}

#[tokio::test]
async fn a_type_cannot_change() {
    let (server, secrets) = mocked().await;
    expect_look(&server, vec![secret("secret-1")]).await;
    let error = secrets.ensure_secret(wanted().secret_type(SecretType::Opaque)).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("type: secret openai-key (secret-1) has totp and cannot change to opaque"),
        "{text}"
    );
}

#[tokio::test]
async fn a_new_version_takes_the_place_of_old_ones() {
    let (server, secrets) = mocked().await;
    let versions = format!("{SECRETS}/secret-1/versions");
    let there = [4, 3, 2, 1].map(|revision| version(revision, "enabled"));
    let list = ok(json!({"versions": there, "total_count": 4}));
    expect(&server, "GET", &versions, None, list).await;
    expect(&server, "POST", &format!("{versions}/3/disable"), None, ok(version(3, "disabled"))).await;
    for old in [2, 1] {
        expect(&server, "DELETE", &format!("{versions}/{old}"), None, ResponseTemplate::new(204)).await;
    }
    expect(&server, "POST", &versions, None, ok(version(5, "enabled"))).await;
    let create = CreateSecretVersion::new(Payload::text("hunter3"));
    let keep = KeepVersions::new(2, 3);
    let made = secrets.rotate_secret(&"secret-1".parse().unwrap(), create, keep).await.unwrap();
    assert_eq!(made.revision, 5);
}
