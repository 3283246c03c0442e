use std::time::Duration;

use scaleway_secrets::{
    AddSecretOwner, CreateSecret, EphemeralAction, EphemeralPolicy, ListSecrets, Product, SecretType,
    UpdateSecret,
};
use serde_json::json;
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::{PROJECT, SECRETS, expect, mocked, ok, secret};

#[tokio::test]
async fn only_what_is_set_is_sent_and_nothing_of_the_answer_is_lost() {
    let (server, secrets) = mocked().await;
    let body = json!({
        "project_id": PROJECT, "name": "openai-key", "type": "key_value", "path": "/evalap/staging",
        "ephemeral_policy": {"time_to_live": "1800s", "action": "delete"},
    });
    expect(&server, "POST", SECRETS, Some(body), ok(secret("secret-1"))).await;
    let create = CreateSecret::new("openai-key")
        .secret_type(SecretType::KeyValue)
        .path("/evalap/staging")
        .ephemeral_policy(
            EphemeralPolicy::new(EphemeralAction::Delete).time_to_live(Duration::from_mins(30)),
        );
    let made = secrets.create_secret(create).await.unwrap();
    assert_eq!(made.secret_type, SecretType::Other("totp".into()), "values that came later survive");
    assert_eq!(made.used_by.as_deref(), Some(&[Product::EdgeServices, Product::Other("toaster".into())][..]));
    assert_eq!(serde_json::to_value(&made).unwrap(), secret("secret-1"));
}

#[tokio::test]
async fn an_update_clears_with_empty_and_leaves_what_is_unset() {
    let (server, secrets) = mocked().await;
    let at = format!("{SECRETS}/secret-1");
    expect(&server, "PATCH", &at, Some(json!({"description": "", "tags": []})), ok(secret("secret-1"))).await;
    let update = UpdateSecret::default().description("").tags(Vec::new());
    secrets.update_secret(&"secret-1".parse().unwrap(), update).await.unwrap();
}

#[tokio::test]
async fn a_list_reads_every_page_and_filters() {
    let (server, secrets) = mocked().await;
    for (page, id) in [("1", "a"), ("2", "b")] {
        Mock::given(method("GET"))
            .and(path(SECRETS))
            .and(query_param("page", page))
            .and(query_param("path", "/evalap"))
            .and(query_param("type", "opaque"))
            .and(query_param("tags", "x"))
            .and(query_param("scheduled_for_deletion", "false"))
            .respond_with(ok(json!({"secrets": [secret(id)], "total_count": 2})))
            .expect(1)
            .mount(&server)
            .await;
    }
    let list = ListSecrets::default()
        .path("/evalap")
        .secret_type(SecretType::Opaque)
        .tags(vec!["x".to_owned()])
        .scheduled_for_deletion(false);
    let all = secrets.list_secrets(list).all().await.unwrap();
    assert_eq!(all.iter().map(|secret| secret.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}

#[tokio::test]
async fn a_protected_secret_says_why_it_stays() {
    let (server, secrets) = mocked().await;
    let refusal = json!({"type": "precondition_failed", "precondition": "protected_resource", "message": "precondition failed",
        "help_message": "unprotect it first"});
    let at = format!("{SECRETS}/secret-1");
    expect(&server, "DELETE", &at, None, ResponseTemplate::new(412).set_body_json(refusal)).await;
    let error = secrets.delete_secret(&"secret-1".parse().unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("protected_resource; unprotect it first"), "{error}");
}

#[tokio::test]
async fn what_turns_a_secret_goes_to_an_address_of_its_own() {
    let (server, secrets) = mocked().await;
    let id = "secret-1".parse().unwrap();
    for turn in ["protect", "unprotect", "restore"] {
        let at = format!("{SECRETS}/secret-1/{turn}");
        expect(&server, "POST", &at, Some(json!({})), ok(secret("secret-1"))).await;
    }
    let none = || ResponseTemplate::new(204);
    let owner = json!({"product": "s2s_vpn"});
    expect(&server, "POST", &format!("{SECRETS}/secret-1/add-owner"), Some(owner), none()).await;
    expect(&server, "DELETE", &format!("{SECRETS}/secret-1"), None, none()).await;
    expect(&server, "GET", &format!("{SECRETS}/secret-1"), None, ok(secret("secret-1"))).await;
    secrets.protect_secret(&id).await.unwrap();
    secrets.unprotect_secret(&id).await.unwrap();
    secrets.add_secret_owner(&id, AddSecretOwner::new(Product::S2sVpn)).await.unwrap();
    secrets.delete_secret(&id).await.unwrap();
    secrets.restore_secret(&id).await.unwrap();
    assert_eq!(secrets.get_secret(&id).await.unwrap().id, id);
}
