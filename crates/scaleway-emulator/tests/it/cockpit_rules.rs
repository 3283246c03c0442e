//! Own alert rules: set at the address of a data source, evaluated by the clock.

use serde_json::{Value, json};

use crate::cockpit_endpoints::Source;
use crate::desk::{Desk, PROJECT};

const CONFIG: &str = "/prometheus/config/v1/rules";
const RULES: &str = "/prometheus/api/v1/rules";
const ALERTS: &str = "/prometheus/api/v1/alerts";

const GROUP: &str = r#"
name: availability
interval: 30s
rules:
  - alert: TooLong
    expr: queue_length > 10
    for: 2m
    labels:
      severity: critical
    annotations:
      summary: "{{ $labels.env_name }} has {{ $value }}, {{ humanize $value }}"
"#;

fn set(desk: &Desk, source: &Source, namespace: &str, yaml: &str) -> (u16, String) {
    source.send(desk, "POST", &format!("{CONFIG}/{namespace}"), "application/yaml", yaml.to_owned())
}

#[test]
fn groups_are_set_read_and_deleted_by_namespace() {
    let desk = Desk::instant();
    let source = Source::new(&desk, "metrics");
    let get = |path: &str| source.send(&desk, "GET", &format!("{CONFIG}{path}"), "", "");
    assert_eq!(get(""), (404, "no rule groups found".into()));
    let (status, accepted) = set(&desk, &source, "evalap%2Fstaging", GROUP);
    let expected = json!({"status": "success", "data": null, "errorType": "", "error": ""});
    assert_eq!((status, serde_json::from_str::<Value>(&accepted).unwrap()), (202, expected));
    set(&desk, &source, "other", &GROUP.replace("availability", "second"));
    let (status, all) = get("");
    assert!(status == 200 && all.contains("evalap/staging:") && all.contains("other:"), "{all}");
    let one = get("/evalap%2Fstaging/availability").1;
    assert!(one.contains("for: 2m") && one.contains("severity: critical"), "{one}");
    assert_eq!(get("/other/availability"), (404, "group does not exist".into()));

    let delete = |path: &str| source.send(&desk, "DELETE", &format!("{CONFIG}{path}"), "", "").0;
    assert_eq!(
        (delete("/evalap%2Fstaging/availability"), delete("/evalap%2Fstaging/availability")),
        (202, 404)
    );
    assert_eq!((delete("/other"), delete("/other"), get("").0), (202, 404, 404));
}

#[test]
fn what_is_wrong_with_a_group_is_said() {
    let desk = Desk::instant();
    let source = Source::new(&desk, "metrics");
    let rules = |count: usize| {
        let rules: Vec<_> =
            (0..count).map(|n| json!({"alert": format!("A{n}"), "expr": "up == 0"})).collect();
        json!({"name": "many", "rules": rules}).to_string()
    };
    assert_eq!(set(&desk, &source, "a", &rules(20)).0, 202);
    for (yaml, why) in [
        (rules(21), "limit: 20 actual: 21"),
        (rules(0), "has no rules"),
        (GROUP.replace("queue_length >", "queue_length >>"), "could not parse expression"),
        (GROUP.replace("for: 2m", "for: two minutes"), "not a valid duration"),
        (GROUP.replace("alert: TooLong", "record: TooLong"), "recording rule"),
        (GROUP.replace("name: availability", "name: ''"), "name must not be empty"),
        ("- no group".into(), "unable to decode"),
    ] {
        let (status, answer) = set(&desk, &source, "a", &yaml);
        assert!(status == 400 && answer.contains(why), "{why}: {status} {answer}");
    }
}

#[test]
fn an_alert_is_pending_then_fires_then_is_over() {
    let desk = Desk::instant();
    let source = Source::new(&desk, "metrics");
    set(&desk, &source, "evalap", GROUP);
    let rule = || source.data(&desk, RULES, &[])["groups"][0]["rules"][0].clone();
    assert_eq!((&rule()["state"], &rule()["health"]), (&json!("inactive"), &json!("unknown")));
    source.write(&desk, "queue.length", "staging", 12.0);
    desk.wait(30);
    let pending = rule();
    assert_eq!(
        (&pending["state"], &pending["health"], &pending["duration"]),
        (&json!("pending"), &json!("ok"), &json!(120.0))
    );
    desk.wait(119);
    assert_eq!(rule()["state"], "pending");
    desk.wait(1);
    let alerts = source.data(&desk, ALERTS, &[])["alerts"].clone();
    let labels = json!({"alertname": "TooLong", "env_name": "staging", "severity": "critical"});
    assert_eq!((&alerts[0]["state"], &alerts[0]["labels"]), (&json!("firing"), &labels));
    assert_eq!(alerts[0]["annotations"]["summary"], "staging has 12, {{ humanize $value }}");
    assert_eq!(alerts[0]["activeAt"], "2026-09-01T08:00:30.5Z");
    source.write(&desk, "queue.length", "staging", 2.0);
    desk.wait(30);
    assert_eq!(source.data(&desk, ALERTS, &[]), json!({"alerts": []}));
    // The same group again changes nothing, another one begins anew.
    set(&desk, &source, "evalap", GROUP);
    assert_eq!(rule()["health"], "ok");
    set(&desk, &source, "evalap", &GROUP.replace("> 10", "> 1"));
    assert_eq!(rule()["health"], "unknown");
}

#[test]
fn rules_of_logs_count_lines() {
    let desk = Desk::instant();
    let source = Source::new(&desk, "logs");
    let rule =
        |expr: &str| json!({"name": "errors", "rules": [{"alert": "Errors", "expr": expr}]}).to_string();
    let set = |expr: &str| {
        source.send(&desk, "POST", "/loki/api/v1/rules/evalap", "application/yaml", rule(expr)).0
    };
    assert_eq!(set("{app=\"api\"}"), 400);
    assert_eq!(set("sum(count_over_time({app=\"api\"} |= \"error\" [5m])) > 1"), 202);
    for _ in 0..2 {
        desk.wait(31);
        source.log(&desk, "api", "error");
    }
    let state = || source.data(&desk, RULES, &[])["groups"][0]["rules"][0]["state"].clone();
    assert_eq!(state(), "inactive");
    desk.wait(60);
    assert_eq!(state(), "firing");
    let listed = source.send(&desk, "GET", "/loki/api/v1/rules/evalap", "", "").1;
    assert!(listed.contains("Errors"), "{listed}");
}

#[test]
fn what_cannot_be_evaluated_says_so() {
    let desk = Desk::instant();
    let source = Source::new(&desk, "metrics");
    let group = json!({"name": "a", "rules": [
        {"alert": "Slow", "expr": "histogram_quantile(0.95, sum by (le) (rate(seconds_bucket[5m]))) > 2"},
        {"record": "queue:sum", "expr": "sum(queue_length)"},
    ]});
    assert_eq!(set(&desk, &source, "evalap", &group.to_string()).0, 202, "valid PromQL is taken");
    desk.wait(60);
    let rules = source.data(&desk, RULES, &[])["groups"][0]["rules"].clone();
    for (n, why) in [(0, "does not evaluate histogram_quantile"), (1, "does not record")] {
        assert_eq!(rules[n]["health"], "err");
        assert!(rules[n]["lastError"].as_str().unwrap().contains(why), "{}", rules[n]);
    }
}

#[test]
fn cockpits_own_api_lists_and_counts_them() {
    let desk = Desk::instant();
    let source = Source::new(&desk, "metrics");
    set(&desk, &source, "evalap", GROUP);
    let api = "/cockpit/v1/regions/fr-par";
    let counts = desk.ok("GET", &format!("{api}/rules/count?project_id={PROJECT}"), Value::Null);
    let by_source = json!([{"data_source_id": source.id, "data_source_name": "evalap", "rules_count": 1}]);
    assert_eq!(
        (&counts["custom_rules_count"], &counts["rules_count_by_datasource"]),
        (&json!(1), &by_source)
    );
    let query = format!("project_id={PROJECT}&data_source_id={}&is_preconfigured=false", source.id);
    let alerts = desk.ok("GET", &format!("{api}/alerts?{query}"), Value::Null);
    assert_eq!((&alerts["total_count"], &alerts["alerts"][0]["name"]), (&json!(1), &json!("TooLong")));
    assert_eq!(
        (&alerts["alerts"][0]["duration"], &alerts["alerts"][0]["state"]),
        (&json!("120s"), &json!("inactive"))
    );
    desk.ask("DELETE", &format!("{api}/data-sources/{}", source.id), Value::Null);
    let counts = desk.ok("GET", &format!("{api}/rules/count?project_id={PROJECT}"), Value::Null);
    assert_eq!(counts["custom_rules_count"], 0);
}
