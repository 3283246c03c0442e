use scaleway_iam::{
    FinishWebAuthnRegistration, ListGracePeriods, ListWebAuthnAuthenticators, StartWebAuthnRegistration,
    UpdateWebAuthnAuthenticator, UserId, ValidateUserMfaOtp,
};
use serde_json::{Value, json};

use crate::{assert_whole, expect, expect_pages, mocked, no_content, ok};

fn id() -> UserId {
    "user-1".parse().unwrap()
}

fn authenticator(id: &str) -> Value {
    json!({"id": id, "name": "yellow key", "created_at": "2026-05-05T14:42:12.873213Z"})
}

#[tokio::test]
async fn one_time_passwords_are_set_up_without_showing_what_is_secret() {
    let (server, iam) = mocked().await;
    expect(&server, "POST", "users/user-1/mfa-otp", Some(json!({})), ok(json!({"secret": "s3cr3t"}))).await;
    let codes = json!({"recovery_codes": ["s3cr3t-1", "s3cr3t-2"]});
    let body = json!({"one_time_password": "123456"});
    expect(&server, "POST", "users/user-1/validate-mfa-otp", Some(body), ok(codes.clone())).await;
    expect(&server, "DELETE", "users/user-1/mfa-otp", Some(json!({})), no_content()).await;

    let otp = iam.create_user_mfa_otp(&id()).await.unwrap();
    assert_eq!(otp.secret.expose(), "s3cr3t");
    let validate = ValidateUserMfaOtp::new("123456");
    assert!(
        !format!("{otp:?} {validate:?}").contains("s3cr3t") && !format!("{validate:?}").contains("123456")
    );
    let answered = iam.validate_user_mfa_otp(&id(), validate).await.unwrap();
    assert!(!format!("{answered:?}").contains("s3cr3t"));
    assert_whole(&answered, &codes);
    iam.delete_user_mfa_otp(&id()).await.unwrap();
}

#[tokio::test]
async fn grace_periods_are_read_whole() {
    let (server, iam) = mocked().await;
    let periods = json!({"grace_periods": [
        {"type": "set_mfa", "created_at": "2026-05-05T14:42:12Z", "expires_at": "2026-05-12T14:42:12Z"}, {"type": "smile"},
    ]});
    expect(&server, "GET", "grace-periods", None, ok(periods.clone())).await;
    let list = ListGracePeriods::default().user_id(id());
    assert_whole(&iam.list_grace_periods(list).await.unwrap(), &periods);
    assert_eq!(server.received_requests().await.unwrap()[0].url.query(), Some("user_id=user-1"));
}

#[tokio::test]
async fn an_authenticator_is_registered_renamed_and_deleted() {
    let (server, iam) = mocked().await;
    let ceremony = json!({
        "ceremony_id": "ceremony-1", "challenge": "AAAA", "public_key_algorithms": [-7, -257], "timeout": "60s",
        "exclude_credentials": [],
    });
    expect(&server, "POST", "users/user-1/start-webauthn-registration", None, ok(ceremony.clone())).await;
    let start = StartWebAuthnRegistration::new("https://example.org");
    assert_whole(&iam.start_user_webauthn_registration(&id(), start).await.unwrap(), &ceremony);
    let started = &server.received_requests().await.unwrap()[0];
    assert_eq!((started.url.query(), started.body.len()), (Some("origin=https%3A%2F%2Fexample.org"), 0));

    let body =
        json!({"ceremony_id": "ceremony-1", "authenticator_name": "yellow key", "public_key_algorithm": -7});
    let registered = json!({"authenticator_id": "key-1"});
    let at = "users/user-1/finish-webauthn-registration";
    expect(&server, "POST", at, Some(body), ok(registered.clone())).await;
    let finish = FinishWebAuthnRegistration::new("ceremony-1")
        .authenticator_name("yellow key")
        .public_key_algorithm(-7);
    let registered_id = iam.finish_user_webauthn_registration(&id(), finish).await.unwrap();
    assert_whole(&registered_id, &registered);

    let key = registered_id.authenticator_id;
    let body = json!({"authenticator_name": "blue key"});
    expect(&server, "PATCH", "webauthn-authenticator/key-1", Some(body), ok(authenticator("key-1"))).await;
    expect(&server, "DELETE", "webauthn-authenticator/key-1", Some(json!({})), no_content()).await;
    let rename = UpdateWebAuthnAuthenticator::default().name("blue key");
    assert_whole(&iam.update_webauthn_authenticator(&key, rename).await.unwrap(), &authenticator("key-1"));
    iam.delete_webauthn_authenticator(&key).await.unwrap();
}

#[tokio::test]
async fn a_list_reads_every_page_once() {
    let (server, iam) = mocked().await;
    let items = ["a", "b", "c"].map(authenticator);
    let at = "users/user-1/webauthn-authenticators";
    expect_pages(&server, at, "authenticators", ("page_size", "100"), items).await;
    let list = ListWebAuthnAuthenticators::default();
    let all = iam.list_user_webauthn_authenticators(&id(), list).all().await.unwrap();
    assert_eq!(all.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}
