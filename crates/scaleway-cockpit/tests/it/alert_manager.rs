use scaleway_cockpit::{Cockpit, InProject};
use scaleway_core::{Client, Config, ProjectId};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{KEY, PROJECT, REGIONAL, assert_whole, expect, expect_query, mocked, no_content, ok, with};

fn alert_manager() -> Value {
    json!({
        "alert_manager_url": "https://x.alertmanager.example", "alert_manager_enabled": true,
        "managed_alerts_enabled": false, "region": "fr-par",
    })
}

#[tokio::test]
async fn it_is_enabled_and_disabled_whole_or_in_part() {
    let (server, cockpit) = mocked().await;
    let project: ProjectId = "other".parse().unwrap();
    let at = |path: &str| format!("{REGIONAL}/alert-manager/{path}");
    let off = with(with(alert_manager(), "alert_manager_enabled", false), "alert_manager_url", Value::Null);
    let managed = with(alert_manager(), "managed_alerts_enabled", true);
    for (path, answer) in [
        ("enable", alert_manager()),
        ("managed-alerts/enable", managed.clone()),
        ("managed-alerts/disable", alert_manager()),
        ("disable", off),
    ] {
        expect(&server, "POST", &at(path), Some(json!({"project_id": "other"})), ok(answer)).await;
    }
    assert_whole(&cockpit.enable_alert_manager(&project).await.unwrap(), &alert_manager());
    assert_whole(&cockpit.enable_managed_alerts(&project).await.unwrap(), &managed);
    assert!(!cockpit.disable_managed_alerts(&project).await.unwrap().managed_alerts_enabled);
    let off = cockpit.disable_alert_manager(&project).await.unwrap();
    assert_eq!((off.enabled, off.url), (false, None));
}

#[tokio::test]
async fn it_is_the_default_projects_unless_told_otherwise() {
    let (server, cockpit) = mocked().await;
    let query = "project_id=22222222-2222-4222-8222-222222222222";
    expect_query(&server, "GET", &format!("{REGIONAL}/alert-manager"), query, ok(alert_manager())).await;
    assert_whole(&cockpit.get_alert_manager(InProject::default()).await.unwrap(), &alert_manager());
}

#[tokio::test]
async fn without_any_project_nothing_is_sent() {
    let (server, _) = mocked().await;
    let config = Config::new(KEY).with_api_url(server.uri().parse().unwrap());
    let cockpit = Cockpit::new(&Client::new(config).unwrap());
    assert!(cockpit.enable_alert_manager(InProject::default()).await.is_err());
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn enabling_again_is_safe_and_testing_again_is_not() {
    let (server, cockpit) = mocked().await;
    let failed = || ResponseTemplate::new(502);
    let project: ProjectId = PROJECT.parse().unwrap();
    expect_once_then(&server, &format!("{REGIONAL}/alert-manager/enable"), failed(), ok(alert_manager()))
        .await;
    assert!(cockpit.enable_alert_manager(&project).await.unwrap().enabled);

    let at = format!("{REGIONAL}/alert-manager/trigger-test-alert");
    expect(&server, "POST", &at, Some(json!({"project_id": PROJECT})), failed()).await;
    assert!(cockpit.trigger_test_alert(&project).await.unwrap_err().may_have_happened());
    server.reset().await;
    expect(&server, "POST", &at, Some(json!({"project_id": PROJECT})), no_content()).await;
    cockpit.trigger_test_alert(&project).await.unwrap();
}

/// Expects two requests: one with each answer.
async fn expect_once_then(server: &MockServer, at: &str, first: ResponseTemplate, then: ResponseTemplate) {
    Mock::given(method("POST"))
        .and(path(at))
        .respond_with(first)
        .up_to_n_times(1)
        .expect(1)
        .mount(server)
        .await;
    expect(server, "POST", at, None, then).await;
}
