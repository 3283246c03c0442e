use std::time::Duration;

use scaleway_core::{OrganizationId, Timestamp};
use scaleway_iam::{
    AddSamlCertificate, GetQuotum, ListLogs, ListQuota, ListScimTokens, LogAction, MetadataFile,
    ParseSamlMetadata, SamlCertificateType, SamlStatus, SetOrganizationAlias, UpdateLoginMethods, UpdateSaml,
    UpdateSecuritySettings,
};
use serde_json::{Value, json};

use crate::{ORGANIZATION, assert_whole, expect, expect_pages, mocked, no_content, ok};

fn id() -> OrganizationId {
    "org-1".parse().unwrap()
}

#[tokio::test]
async fn how_people_sign_in_is_got_and_changed() {
    let (server, iam) = mocked().await;
    let login = json!({
        "id": "org-1", "name": "EvalAP", "alias": "evalap", "login_password_enabled": true, "login_magic_code_enabled": false,
        "login_oauth2_enabled": false, "login_saml_enabled": true,
    });
    expect(&server, "GET", "organizations/org-1", None, ok(login.clone())).await;
    let alias = json!({"alias": "evalap"});
    expect(&server, "PUT", "organizations/org-1/alias", Some(alias), ok(login.clone())).await;
    let methods = json!({"login_oauth2_enabled": false});
    expect(&server, "PATCH", "organizations/org-1/login-methods", Some(methods), ok(login.clone())).await;
    assert_whole(&iam.get_organization(&id()).await.unwrap(), &login);
    iam.set_organization_alias(&id(), SetOrganizationAlias::new("evalap")).await.unwrap();
    let update = UpdateLoginMethods::default().login_oauth2_enabled(false);
    iam.update_organization_login_methods(&id(), update).await.unwrap();
}

#[tokio::test]
async fn security_settings_are_got_and_changed() {
    let (server, iam) = mocked().await;
    let settings = json!({
        "enforce_password_renewal": true, "grace_period_duration": "604800s", "login_attempts_before_locked": 5,
        "max_login_session_duration": "3600s", "max_api_key_expiration_duration": "2592000s",
    });
    let at = "organizations/org-1/security-settings";
    expect(&server, "GET", at, None, ok(settings.clone())).await;
    let body = json!({"max_api_key_expiration_duration": "86400s"});
    expect(&server, "PATCH", at, Some(body), ok(settings.clone())).await;
    assert_whole(&iam.get_organization_security_settings(&id()).await.unwrap(), &settings);
    let update = UpdateSecuritySettings::default().max_api_key_expiration_duration(Duration::from_hours(24));
    iam.update_organization_security_settings(&id(), update).await.unwrap();
}

#[tokio::test]
async fn saml_is_enabled_configured_and_deleted() {
    let (server, iam) = mocked().await;
    let saml = json!({
        "id": "saml-1", "status": "missing_certificate", "entity_id": "", "single_sign_on_url": "",
        "service_provider": {"entity_id": "scaleway", "assertion_consumer_service_url": "https://example.org"},
    });
    expect(&server, "POST", "organizations/org-1/saml", Some(json!({})), ok(saml.clone())).await;
    expect(&server, "GET", "organizations/org-1/saml", None, ok(saml.clone())).await;
    let body = json!({"entity_id": "idp"});
    expect(&server, "PATCH", "saml/saml-1", Some(body), ok(saml.clone())).await;
    expect(&server, "DELETE", "saml/saml-1", None, no_content()).await;
    let enabled = iam.enable_organization_saml(&id()).await.unwrap();
    assert_eq!(enabled.status, Some(SamlStatus::MissingCertificate));
    assert_whole(&iam.get_organization_saml(&id()).await.unwrap(), &saml);
    iam.update_saml(&enabled.id, UpdateSaml::default().entity_id("idp")).await.unwrap();
    iam.delete_saml(&enabled.id).await.unwrap();
}

#[tokio::test]
async fn saml_metadata_and_certificates_are_read_whole() {
    let (server, iam) = mocked().await;
    let saml = "saml-1".parse().unwrap();
    let metadata =
        json!({"single_sign_on_url": "https://idp", "entity_id": "idp", "signing_certificates": ["PEM"]});
    let body = json!({"file": {"name": "m.xml", "content_type": "text/xml", "content": "PHg+"}});
    expect(&server, "POST", "parse-saml-metadata", Some(body), ok(metadata.clone())).await;
    let file = MetadataFile::new("m.xml", "text/xml", "PHg+");
    assert_whole(&iam.parse_saml_metadata(ParseSamlMetadata::new(file)).await.unwrap(), &metadata);

    let certificate = json!({
        "id": "certificate-1", "type": "signing", "origin": "identity_provider", "content": "PEM",
        "expires_at": "2027-05-05T14:42:12Z",
    });
    let all = json!({"certificates": [certificate]});
    let body = json!({"type": "signing", "content": "PEM"});
    expect(&server, "POST", "saml/saml-1/certificates", Some(body), ok(certificate.clone())).await;
    expect(&server, "GET", "saml/saml-1/certificates", None, ok(all.clone())).await;
    expect(&server, "GET", "saml-certificates/certificate-1", None, ok(certificate.clone())).await;
    expect(&server, "DELETE", "saml-certificates/certificate-1", None, no_content()).await;
    let add = AddSamlCertificate::new(SamlCertificateType::Signing, "PEM");
    let added = iam.add_saml_certificate(&saml, add).await.unwrap();
    assert_whole(&iam.list_saml_certificates(&saml).await.unwrap(), &all);
    assert_whole(&iam.get_saml_certificate(&added.id).await.unwrap(), &certificate);
    iam.delete_saml_certificate(&added.id).await.unwrap();
}

#[tokio::test]
async fn a_directory_is_let_in_by_a_token_that_is_answered_once() {
    let (server, iam) = mocked().await;
    let scim = json!({"id": "scim-1", "created_at": "2026-05-05T14:42:12Z"});
    let token = |id: &str| json!({"id": id, "scim_id": "scim-1", "created_at": "2026-05-05T14:42:12Z", "expires_at": "2027-05-05T14:42:12Z"});
    expect(&server, "POST", "organizations/org-1/scim", Some(json!({})), ok(scim.clone())).await;
    expect(&server, "GET", "organizations/org-1/scim", None, ok(scim.clone())).await;
    let made = json!({"token": token("token-1"), "bearer_token": "s3cr3t"});
    expect(&server, "POST", "scim/scim-1/tokens", None, ok(made.clone())).await;
    expect(&server, "DELETE", "scim-tokens/token-1", None, no_content()).await;
    expect(&server, "DELETE", "scim/scim-1", None, no_content()).await;
    let enabled = iam.enable_organization_scim(&id()).await.unwrap();
    assert_whole(&iam.get_organization_scim(&id()).await.unwrap(), &scim);
    let created = iam.create_scim_token(&enabled.id).await.unwrap();
    assert!(!format!("{created:?}").contains("s3cr3t"));
    assert_whole(&created, &made);
    iam.delete_scim_token(&created.token.unwrap().id).await.unwrap();
    iam.delete_scim(&enabled.id).await.unwrap();

    let items = ["a", "b", "c"].map(token);
    expect_pages(&server, "scim/scim-1/tokens", "scim_tokens", ("page_size", "100"), items).await;
    let all = iam.list_scim_tokens(&enabled.id, ListScimTokens::default()).all().await.unwrap();
    assert_eq!(all.iter().map(|token| token.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[tokio::test]
async fn quota_are_numbers_or_none() {
    let (server, iam) = mocked().await;
    let quotum = |name: &str| -> Value {
        json!({
            "name": name, "unlimited": true, "pretty_name": "Namespaces", "unit": "namespaces", "description": "",
            "locality_type": "region", "limits": [{"region": "fr-par", "limit": 10}, {"zone": "fr-par-1", "unlimited": true}],
        })
    };
    expect(&server, "GET", "quota/a%20b", None, ok(quotum("a b"))).await;
    assert_whole(&iam.get_quotum("a b", GetQuotum::default()).await.unwrap(), &quotum("a b"));
    let query = server.received_requests().await.unwrap()[0].url.query().unwrap().to_owned();
    assert_eq!(query, format!("organization_id={ORGANIZATION}"));
    let items = ["a", "b", "c"].map(quotum);
    expect_pages(&server, "quota", "quota", ("organization_id", ORGANIZATION), items).await;
    let all = iam.list_quota(ListQuota::default()).all().await.unwrap();
    assert_eq!(all.iter().map(|quotum| quotum.name.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[tokio::test]
async fn logs_are_searched_by_time() {
    let (server, iam) = mocked().await;
    let log = |id: &str| -> Value {
        json!({
            "id": id, "created_at": "2026-05-05T14:42:12Z", "ip": "2001:db8::1", "user_agent": "curl", "action": "renamed",
            "bearer_id": "user-1", "organization_id": ORGANIZATION, "resource_type": "api_key", "resource_id": "SCW",
        })
    };
    expect(&server, "GET", "logs/log-1", None, ok(log("log-1"))).await;
    let one = iam.get_log(&"log-1".parse().unwrap()).await.unwrap();
    assert_eq!(one.action, LogAction::Other("renamed".into()));
    assert_whole(&one, &log("log-1"));
    let items = ["a", "b", "c"].map(log);
    expect_pages(&server, "logs", "logs", ("created_after", "2026-05-05T12:00:00Z"), items).await;
    let list = ListLogs::default().created_after("2026-05-05T12:00:00Z".parse::<Timestamp>().unwrap());
    let all = iam.list_logs(list).all().await.unwrap();
    assert_eq!(all.iter().map(|log| log.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}
