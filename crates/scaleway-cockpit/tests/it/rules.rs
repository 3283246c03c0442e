use std::time::Duration;

use scaleway_cockpit::{OwnRules, Rule, RuleGroup};
use scaleway_core::Secret;
use serde_json::json;
use wiremock::{MockServer, ResponseTemplate};

use crate::{TOKEN, expect_data, mocked, ok, only_body, source};

/// The rules of both kinds of data sources, and where each has them.
async fn opened() -> [(MockServer, OwnRules, &'static str); 2] {
    let token = Secret::new(TOKEN);
    let (metrics, cockpit) = mocked().await;
    let of_metrics = cockpit.metrics(&source(&metrics, "metrics"), &token).unwrap().rules();
    let (logs, cockpit) = mocked().await;
    let of_logs = cockpit.logs(&source(&logs, "logs"), &token).unwrap().rules();
    [(metrics, of_metrics, "/prometheus/config/v1/rules"), (logs, of_logs, "/loki/api/v1/rules")]
}

fn group(rules: usize) -> RuleGroup {
    RuleGroup::new("availability", vec![Rule::alert("Down", "up == 0"); rules])
}

#[tokio::test]
async fn a_group_is_set_as_yaml_in_its_namespace() {
    for (server, rules, root) in opened().await {
        let accepted = ResponseTemplate::new(202).set_body_json(json!({"status": "success"}));
        let at = format!("{root}/evalap%2Fstaging");
        expect_data(&server, ("POST", &at), "x-auth-token", &[], accepted).await;
        let down = Rule::alert("Down", "up{job=\"web\"} == 0")
            .hold(Duration::from_mins(5))
            .label("severity", "critical")
            .annotation("summary", "{{ $labels.instance }} is down");
        let group = RuleGroup::new("availability", [down, Rule::record("up:sum", "sum(up)")])
            .interval(Duration::from_millis(1500));
        rules.set("evalap/staging", &group).await.unwrap();
        let alert = json!({"alert": "Down", "expr": "up{job=\"web\"} == 0", "for": "300s",
            "labels": {"severity": "critical"}, "annotations": {"summary": "{{ $labels.instance }} is down"}});
        let body = json!({"name": "availability", "interval": "1500ms", "rules": [alert, {"record": "up:sum", "expr": "sum(up)"}]});
        assert_eq!(only_body(&server).await, body);
        let sent = &server.received_requests().await.unwrap()[0];
        assert_eq!(sent.headers["content-type"], "application/yaml");
    }
}

#[tokio::test]
async fn what_the_data_source_would_refuse_is_not_sent() {
    for (server, rules, root) in opened().await {
        expect_data(&server, ("POST", &format!("{root}/a")), "x-auth-token", &[], ok(json!({}))).await;
        rules.set("a", &group(20)).await.unwrap();
        for count in [0, 21] {
            let error = rules.set("a", &group(count)).await.unwrap_err().to_string();
            let expected =
                format!("SetRuleGroup: rules: {count} in group availability: a group takes 1 to 20");
            assert_eq!(error, expected);
        }
        for name in ["", ".."] {
            assert!(rules.set(name, &group(1)).await.unwrap_err().is_invalid_arguments());
            assert!(rules.delete_namespace(name).await.unwrap_err().is_invalid_arguments());
            assert!(rules.delete_group("a", name).await.unwrap_err().is_invalid_arguments());
        }
        assert_eq!(server.received_requests().await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn groups_and_namespaces_are_deleted() {
    for (server, rules, root) in opened().await {
        let accepted = || ResponseTemplate::new(202).set_body_json(json!({"status": "success"}));
        expect_data(&server, ("DELETE", &format!("{root}/a/b")), "x-auth-token", &[], accepted()).await;
        expect_data(&server, ("DELETE", &format!("{root}/a")), "x-auth-token", &[], accepted()).await;
        rules.delete_group("a", "b").await.unwrap();
        rules.delete_namespace("a").await.unwrap();
    }
}

#[tokio::test]
async fn rules_are_listed_with_what_became_of_them() {
    for (server, rules, _) in opened().await {
        let rule = json!({"name": "Down", "query": "up == 0", "state": "firing", "health": "err", "lastError": "no data",
            "type": "alerting", "labels": {"severity": "critical"}, "duration": 300, "evaluationTime": 0.1, "alerts": []});
        let groups = json!([{"name": "availability", "file": "evalap", "interval": 60, "rules": [rule]}]);
        let answer = ok(json!({"status": "success", "data": {"groups": groups}}));
        expect_data(&server, ("GET", "/prometheus/api/v1/rules"), "x-auth-token", &[], answer).await;
        let listed = rules.list().await.unwrap();
        assert_eq!((&*listed[0].name, &*listed[0].namespace), ("availability", "evalap"));
        let rule = &listed[0].rules[0];
        assert_eq!((rule.state.as_deref(), rule.last_error.as_deref()), (Some("firing"), Some("no data")));
        assert_eq!((&*rule.expr, &*rule.labels["severity"]), ("up == 0", "critical"));
    }
}
