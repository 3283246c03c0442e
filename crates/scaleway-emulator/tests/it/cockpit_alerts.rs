//! Cockpit: the alert manager, its alerts and those it tells.

use serde_json::{Value, json};

use crate::desk::{Desk, PROJECT};

const COCKPIT: &str = "/cockpit/v1/regions/fr-par";

/// The rules that watch the connections of two database engines.
const POSTGRESQL: &str = "6c6843af-1815-46df-9e52-6feafcf31fd7";
const MYSQL: &str = "eb8a941e-698d-47d6-b62d-4b6c13f7b4b7";

/// An operation of the alert manager on the project.
fn manager(desk: &Desk, operation: &str, more: Value) -> (u16, Value) {
    let mut request = json!({"project_id": PROJECT});
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    desk.ask("POST", &format!("{COCKPIT}/alert-manager/{operation}"), request)
}

fn state(desk: &Desk) -> Value {
    desk.ok("GET", &format!("{COCKPIT}/alert-manager?project_id={PROJECT}"), Value::Null)
}

fn alerts(desk: &Desk, query: &str) -> Vec<Value> {
    let list = desk.get(&format!("{COCKPIT}/alerts?project_id={PROJECT}{query}")).1;
    list["alerts"].as_array().unwrap().clone()
}

fn alert(desk: &Desk, id: &str) -> Value {
    let found = alerts(desk, "").into_iter().find(|alert| alert["annotations"]["rule_id"] == id);
    found.unwrap()
}

#[test]
fn a_project_has_one_alert_manager_a_region() {
    let desk = Desk::instant();
    let disabled = json!({"alert_manager_enabled": false, "alert_manager_url": null,
        "managed_alerts_enabled": false, "region": "fr-par"});
    assert_eq!(state(&desk), disabled);
    let (status, enabled) = manager(&desk, "enable", json!({}));
    assert_eq!((status, &enabled["alert_manager_enabled"]), (200, &json!(true)));
    let url = enabled["alert_manager_url"].as_str().unwrap();
    assert!(url.starts_with("https://") && url.ends_with(".alertmanager.cockpit.fr-par.scw.cloud"));
    assert_eq!(manager(&desk, "enable", json!({})).1, enabled);
    assert_eq!(state(&desk), enabled);
    let elsewhere = format!("{}/alert-manager?project_id={PROJECT}", COCKPIT.replace("fr-par", "nl-ams"));
    assert_eq!(desk.get(&elsewhere).1["alert_manager_enabled"], false);
    assert_eq!(manager(&desk, "disable", json!({})), (200, disabled));
}

#[test]
fn what_needs_the_alert_manager_is_refused_while_it_is_disabled() {
    let desk = Desk::instant();
    for (operation, more) in [
        ("contact-points", json!({"email": {"to": "ops@example.com"}})),
        ("enable-alert-rules", json!({"rule_ids": [POSTGRESQL]})),
        ("managed-alerts/enable", json!({})),
        ("trigger-test-alert", json!({})),
    ] {
        let (status, refusal) = manager(&desk, operation, more.clone());
        assert_eq!((status, &refusal["type"]), (412, &json!("precondition_failed")), "{operation}");
    }
    manager(&desk, "enable", json!({}));
    assert_eq!(manager(&desk, "trigger-test-alert", json!({})), (204, Value::Null));
    let (status, refusal) = desk.ask("POST", &format!("{COCKPIT}/alert-manager/enable"), json!({}));
    assert_eq!((status, &refusal["details"][0]["argument_name"]), (400, &json!("project_id")));
}

#[test]
fn a_contact_point_is_its_address() {
    let desk = Desk::instant();
    manager(&desk, "enable", json!({}));
    let point = |to: &str| json!({"email": {"to": to}});
    let (status, made) = manager(&desk, "contact-points", point("b@example.com"));
    let expected =
        json!({"email": {"to": "b@example.com"}, "region": "fr-par", "send_resolved_notifications": true});
    assert_eq!((status, made), (200, expected));
    manager(&desk, "contact-points", point("a@example.com"));
    assert_eq!(manager(&desk, "contact-points", point("a@example.com")).0, 409);
    assert_eq!(manager(&desk, "contact-points", point("nobody")).0, 400);
    assert_eq!(manager(&desk, "contact-points", json!({})).0, 400);
    let points = format!("{COCKPIT}/alert-manager/contact-points");
    let quiet = json!({"project_id": PROJECT, "email": {"to": "a@example.com"}, "send_resolved_notifications": false});
    assert_eq!(desk.ok("PATCH", &points, quiet)["send_resolved_notifications"], false);
    let listed = desk.get(&format!("{points}?project_id={PROJECT}")).1;
    let seen: Vec<_> = listed["contact_points"].as_array().unwrap().iter().collect();
    assert_eq!(
        (&seen[0]["email"]["to"], &seen[1]["email"]["to"]),
        (&json!("b@example.com"), &json!("a@example.com"))
    );
    assert_eq!((&listed["total_count"], &seen[1]["send_resolved_notifications"]), (&json!(2), &json!(false)));
    assert_eq!(
        (&listed["has_additional_receivers"], &listed["has_additional_contact_points"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(manager(&desk, "contact-points/delete", point("b@example.com")), (204, Value::Null));
    assert_eq!(manager(&desk, "contact-points/delete", point("b@example.com")).0, 404);
    assert_eq!(desk.get(&format!("{points}?project_id=another")).1["total_count"], 0);
}

#[test]
fn a_rule_is_enabled_and_disabled_in_a_while() {
    let desk = Desk::recorded();
    manager(&desk, "enable", json!({}));
    assert!(alerts(&desk, "").iter().all(|alert| alert["rule_status"] == "disabled"));
    let enabled = manager(&desk, "enable-alert-rules", json!({"rule_ids": [POSTGRESQL]}));
    assert_eq!(enabled, (200, json!({"enabled_rule_ids": [POSTGRESQL]})));
    let again = manager(&desk, "enable-alert-rules", json!({"rule_ids": [POSTGRESQL]}));
    assert_eq!(again, (200, json!({"enabled_rule_ids": []})), "only what was not enabled before");
    let seen = alert(&desk, POSTGRESQL);
    assert_eq!((&seen["rule_status"], &seen["state"]), (&json!("enabling"), &json!("unknown_state")));
    assert_eq!(state(&desk)["managed_alerts_enabled"], true);
    desk.wait(6);
    let seen = alert(&desk, POSTGRESQL);
    assert_eq!((&seen["rule_status"], &seen["state"]), (&json!("enabled"), &json!("inactive")));
    manager(&desk, "enable-alert-rules", json!({"rule_ids": [MYSQL]}));
    assert_eq!(alert(&desk, MYSQL)["data_source_id"], seen["data_source_id"]);
    desk.wait(6);
    assert_eq!(alerts(&desk, "&rule_status=enabled").len(), 2);
    let disabled = manager(&desk, "disable-alert-rules", json!({"rule_ids": [MYSQL, POSTGRESQL]}));
    assert_eq!(disabled, (200, json!({"disabled_rule_ids": [POSTGRESQL, MYSQL]})));
    let seen = alert(&desk, MYSQL);
    assert_eq!((&seen["rule_status"], &seen["state"]), (&json!("disabling"), &json!("inactive")));
    desk.wait(6);
    let seen = alert(&desk, MYSQL);
    assert_eq!((&seen["rule_status"], &seen["state"]), (&json!("disabled"), &json!("unknown_state")));
    assert_eq!(
        (&seen["data_source_id"], &state(&desk)["managed_alerts_enabled"]),
        (&json!(""), &json!(false))
    );
}

#[test]
fn alerts_tell_what_they_watch_and_can_be_filtered() {
    let desk = Desk::instant();
    let seen = alert(&desk, POSTGRESQL);
    assert_eq!(
        (&seen["name"], &seen["preconfigured"]),
        (&json!("PostgresqlTooManyConnections"), &json!(true))
    );
    assert_eq!(seen["preconfigured_data"]["preconfigured_rule_id"], POSTGRESQL);
    assert_eq!(seen["preconfigured_data"]["product_name"], "PostgreSQL");
    assert!(seen["rule"].as_str().unwrap().contains('>'));
    let count = |query: &str| alerts(&desk, query).len();
    assert_eq!((count(""), count("&is_preconfigured=true&page=1")), (22, 22));
    assert_eq!((count("&is_preconfigured=false"), count("&rule_status=enabled")), (0, 0));
    assert_eq!((count("&rule_status=disabled"), count("&state=firing")), (22, 0));
}

#[test]
fn managed_alerts_are_all_rules_and_end_with_the_alert_manager() {
    let desk = Desk::instant();
    manager(&desk, "enable", json!({}));
    assert_eq!(manager(&desk, "managed-alerts/enable", json!({})).1["managed_alerts_enabled"], true);
    assert_eq!(alerts(&desk, "&rule_status=enabled").len(), 22);
    let count = || desk.get(&format!("{COCKPIT}/rules/count?project_id={PROJECT}")).1;
    assert_eq!(
        count(),
        json!({"rules_count_by_datasource": [], "preconfigured_rules_count": 22, "custom_rules_count": 0})
    );
    assert_eq!(manager(&desk, "managed-alerts/disable", json!({})).1["managed_alerts_enabled"], false);
    assert_eq!(count()["preconfigured_rules_count"], 0);
    manager(&desk, "enable-alert-rules", json!({"rule_ids": [MYSQL]}));
    manager(&desk, "contact-points", json!({"email": {"to": "ops@example.com"}}));
    manager(&desk, "disable", json!({}));
    assert_eq!(alert(&desk, MYSQL)["rule_status"], "disabled");
    let points = desk.get(&format!("{COCKPIT}/alert-manager/contact-points?project_id={PROJECT}")).1;
    assert_eq!(points["total_count"], 0);
}

#[test]
fn a_rule_that_does_not_exist_is_named() {
    let desk = Desk::instant();
    manager(&desk, "enable", json!({}));
    let (status, refusal) = manager(&desk, "enable-alert-rules", json!({"rule_ids": [MYSQL, "nothing"]}));
    assert_eq!((status, &refusal["resource_id"]), (404, &json!("nothing")));
    assert_eq!(alert(&desk, MYSQL)["rule_status"], "disabled");
}

#[test]
fn a_query_must_name_its_project() {
    let desk = Desk::instant();
    for path in ["alert-manager", "alert-manager/contact-points", "alerts", "rules/count", "usage-overview"] {
        let (status, refusal) = desk.get(&format!("{COCKPIT}/{path}"));
        assert_eq!((status, &refusal["details"][0]["argument_name"]), (400, &json!("project_id")), "{path}");
    }
}
