use scaleway_cockpit::{AlertRules, AlertState, AlertStatus, InProject, ListAlerts};
use serde_json::{Value, json};

use crate::{PROJECT, REGIONAL, assert_whole, expect, expect_pages, expect_query, mocked, ok, with};

fn preconfigured(id: &str) -> Value {
    json!({
        "region": "fr-par", "preconfigured": true, "name": "DatabaseFull", "rule": "disk_used > 0.9", "duration": "5m",
        "rule_status": "enabling", "state": "unknown_state", "annotations": {"summary": "{{ $value }}"},
        "preconfigured_data": {
            "preconfigured_rule_id": id, "display_name": "Disk full", "display_description": "The disk is full",
            "product_name": "RDB", "product_family": "Databases",
        },
        "data_source_id": "",
    })
}

fn own(name: &str, source: &str) -> Value {
    json!({
        "region": "fr-par", "preconfigured": false, "name": name, "rule": "up == 0", "duration": "0s",
        "rule_status": "enabled", "state": "firing", "annotations": {}, "data_source_id": source,
    })
}

#[tokio::test]
async fn a_list_reads_every_page_once() {
    let (server, cockpit) = mocked().await;
    let items = ["a", "b", "c"].map(preconfigured);
    expect_pages(&server, &format!("{REGIONAL}/alerts"), "alerts", items.clone()).await;
    let all = cockpit.list_alerts(ListAlerts::default()).all().await.unwrap();
    assert_whole(&all, &Value::from(items.to_vec()));
    assert_eq!(
        (&all[0].rule_status, &all[0].state),
        (&AlertStatus::Enabling, &Some(AlertState::UnknownState))
    );
}

#[tokio::test]
async fn own_rules_of_one_name_in_two_data_sources_are_two() {
    let (server, cockpit) = mocked().await;
    let answer = json!({"alerts": [own("Down", "source-1"), own("Down", "source-2")], "total_count": 2});
    let query = "project_id=22222222-2222-4222-8222-222222222222&rule_status=enabled&is_preconfigured=false&state=firing\
                 &page=1&page_size=100";
    expect_query(&server, "GET", &format!("{REGIONAL}/alerts"), query, ok(answer)).await;
    let list = ListAlerts::default()
        .rule_status(AlertStatus::Enabled)
        .is_preconfigured(false)
        .state(AlertState::Firing);
    let all = cockpit.list_alerts(list).all().await.unwrap();
    assert_whole(&all, &json!([own("Down", "source-1"), own("Down", "source-2")]));
}

#[tokio::test]
async fn rules_are_switched_by_their_ids() {
    let (server, cockpit) = mocked().await;
    let at = |path: &str| format!("{REGIONAL}/alert-manager/{path}");
    let body = json!({"project_id": PROJECT, "rule_ids": ["a", "b"]});
    let (on, off) = (json!({"enabled_rule_ids": ["b"]}), json!({"disabled_rule_ids": ["b", "a"]}));
    expect(&server, "POST", &at("enable-alert-rules"), Some(body.clone()), ok(on.clone())).await;
    expect(&server, "POST", &at("disable-alert-rules"), Some(body), ok(off.clone())).await;
    let rules = AlertRules::new(["a".parse().unwrap(), "b".parse().unwrap()]);
    assert_whole(&cockpit.enable_alert_rules(rules.clone()).await.unwrap(), &on);
    assert_whole(&cockpit.disable_alert_rules(rules).await.unwrap(), &off);
}

#[tokio::test]
async fn all_rules_are_an_empty_list() {
    let (server, cockpit) = mocked().await;
    let body = json!({"project_id": PROJECT, "rule_ids": []});
    let answer = ok(json!({"enabled_rule_ids": []}));
    expect(&server, "POST", &format!("{REGIONAL}/alert-manager/enable-alert-rules"), Some(body), answer)
        .await;
    assert!(cockpit.enable_alert_rules(AlertRules::all()).await.unwrap().enabled_rule_ids.is_empty());
}

#[tokio::test]
async fn rules_are_counted() {
    let (server, cockpit) = mocked().await;
    let source = json!({"data_source_id": "source-1", "data_source_name": "evalap", "rules_count": 2});
    let answer = json!({"rules_count_by_datasource": [source], "preconfigured_rules_count": 22, "custom_rules_count": 2});
    let query = "project_id=22222222-2222-4222-8222-222222222222";
    expect_query(&server, "GET", &format!("{REGIONAL}/rules/count"), query, ok(answer.clone())).await;
    assert_whole(&cockpit.get_rules_count(InProject::default()).await.unwrap(), &answer);
}

#[tokio::test]
async fn a_status_that_came_later_survives() {
    let (server, cockpit) = mocked().await;
    let item = with(own("Down", "source-1"), "rule_status", "muted");
    let answer = json!({"alerts": [item.clone()], "total_count": 1});
    expect(&server, "GET", &format!("{REGIONAL}/alerts"), None, ok(answer)).await;
    let all = cockpit.list_alerts(ListAlerts::default()).all().await.unwrap();
    assert_eq!(all[0].rule_status, AlertStatus::Other("muted".into()));
    assert_whole(&all[0], &item);
}
