use std::time::Duration;

use scaleway_core::Timestamp;
use scaleway_iam::{AccessKey, BearerType, CreateApiKey, ListApiKeys, UpdateApiKey};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::{
    ORGANIZATION, PROJECT, assert_whole, expect, expect_pages, mocked, no_content, ok, with, without,
};

const OLD: &str = "SCWOLD0000000000000A";
const NEW: &str = "SCWNEW0000000000000A";

fn key(access_key: &str) -> Value {
    json!({
        "access_key": access_key, "secret_key": "s3cr3t-value", "application_id": "application-1", "description": "for CI",
        "created_at": "2026-05-01T12:00:00Z", "updated_at": "2026-05-01T12:00:00Z", "expires_at": "2026-05-08T12:00:00Z",
        "default_project_id": PROJECT, "editable": true, "deletable": true, "managed": false, "creation_ip": "192.0.2.1",
    })
}

fn old() -> AccessKey {
    OLD.parse().unwrap()
}

#[tokio::test]
async fn its_secret_is_answered_once_and_never_shown() {
    let (server, iam) = mocked().await;
    let body = json!({"application_id": "application-1", "expires_at": "2026-05-08T12:00:00Z", "default_project_id": PROJECT});
    expect(&server, "POST", "api-keys", Some(body), ok(key(OLD))).await;
    let got = without(key(OLD), "secret_key");
    expect(
        &server,
        "GET",
        &format!("api-keys/{OLD}"),
        None,
        ok(with(got.clone(), "secret_key", Value::Null)),
    )
    .await;
    let create = CreateApiKey::for_application("application-1".parse().unwrap())
        .expires_at("2026-05-08T12:00:00Z".parse::<Timestamp>().unwrap())
        .default_project_id(PROJECT.parse::<scaleway_core::ProjectId>().unwrap());
    let made = iam.create_api_key(create).await.unwrap();
    assert_eq!(made.secret_key.as_ref().unwrap().expose(), "s3cr3t-value");
    assert!(!format!("{made:?}").contains("s3cr3t"));
    assert_whole(&made, &key(OLD));
    let again = iam.get_api_key(&old()).await.unwrap();
    assert_eq!(again.secret_key, None);
    assert_whole(&again, &got);
}

#[tokio::test]
async fn an_update_clears_with_empty_and_leaves_what_is_unset() {
    let (server, iam) = mocked().await;
    let at = format!("api-keys/{OLD}");
    expect(&server, "PATCH", &at, Some(json!({"description": ""})), ok(key(OLD))).await;
    iam.update_api_key(&old(), UpdateApiKey::default().description("")).await.unwrap();
}

#[tokio::test]
async fn a_list_reads_every_page_once_and_filters() {
    let (server, iam) = mocked().await;
    let items = ["a", "b", "c"].map(key);
    expect_pages(&server, "api-keys", "api_keys", ("bearer_type", "application"), items).await;
    let list = ListApiKeys::default().bearer_type(BearerType::Application);
    let all = iam.list_api_keys(list).all().await.unwrap();
    assert_eq!(all.iter().map(|key| key.access_key.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    let query = server.received_requests().await.unwrap()[0].url.query().unwrap().to_owned();
    assert_eq!(query, format!("organization_id={ORGANIZATION}&bearer_type=application&page=1&page_size=100"));
}

#[tokio::test]
async fn a_rotation_makes_a_key_that_lives_as_long_and_deletes_the_old_one_last() {
    let (server, iam) = mocked().await;
    expect(&server, "GET", &format!("api-keys/{OLD}"), None, ok(without(key(OLD), "secret_key"))).await;
    // A week from now, as the old one was made for a week.
    let body = json!({
        "application_id": "application-1", "expires_at": "2026-05-12T12:00:00Z", "default_project_id": PROJECT,
        "description": "for CI",
    });
    expect(&server, "POST", "api-keys", Some(body), ok(key(NEW))).await;
    let rotation = iam.rotate_api_key(&old(), None).await.unwrap();
    assert_eq!((rotation.old_key(), rotation.new_key().access_key.as_str()), (&old(), NEW));
    assert!(rotation.new_key().secret_key.is_some() && !format!("{rotation:?}").contains("s3cr3t"));

    expect(&server, "DELETE", &format!("api-keys/{OLD}"), None, no_content()).await;
    rotation.finish().await.unwrap();
    let gone = ResponseTemplate::new(404).set_body_json(json!({"type": "not_found", "message": "gone"}));
    expect(&server, "DELETE", &format!("api-keys/{OLD}"), None, gone).await;
    rotation.finish().await.unwrap();
}

#[tokio::test]
async fn a_rotation_that_is_abandoned_leaves_the_old_key() {
    let (server, iam) = mocked().await;
    let endless = without(without(key(OLD), "secret_key"), "expires_at");
    let endless = with(without(endless, "application_id"), "user_id", "user-1");
    expect(&server, "GET", &format!("api-keys/{OLD}"), None, ok(endless)).await;
    let body = json!({
        "user_id": "user-1", "expires_at": "2026-05-05T13:00:00Z", "default_project_id": PROJECT, "description": "for CI",
    });
    expect(&server, "POST", "api-keys", Some(body), ok(key(NEW))).await;
    expect(&server, "DELETE", &format!("api-keys/{NEW}"), None, no_content()).await;
    let rotation = iam.rotate_api_key(&old(), Some(Duration::from_hours(1))).await.unwrap();
    rotation.abandon().await.unwrap();
}

#[tokio::test]
async fn a_rotation_deletes_nothing_where_no_key_was_made() {
    let (server, iam) = mocked().await;
    expect(&server, "GET", &format!("api-keys/{OLD}"), None, ok(without(key(OLD), "secret_key"))).await;
    let refusal =
        json!({"type": "quotas_exceeded", "details": [{"resource": "api_key", "quota": 2, "current": 2}]});
    expect(&server, "POST", "api-keys", None, ResponseTemplate::new(403).set_body_json(refusal)).await;
    let error = iam.rotate_api_key(&old(), None).await.unwrap_err();
    assert!(error.is_quota_exceeded(), "{error}");
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
}
