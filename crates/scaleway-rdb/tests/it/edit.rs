//! Settings and access rules changed by the entry.

use scaleway_rdb::{AclEdit, Error, SettingsEdit};
use serde_json::{Value, json};
use wiremock::Mock;
use wiremock::ResponseTemplate;
use wiremock::matchers::{method, path};

use crate::{ROOT, busy, expect, instance, instance_id, ok, then_list, timeless, with};

const AT: &str = "instances/instance-1";
const SETTINGS: &str = "instances/instance-1/settings";
const ACLS: &str = "instances/instance-1/acls";

fn holding(settings: Value) -> ResponseTemplate {
    ok(with(instance("ready"), json!({"settings": settings})))
}

fn setting(name: &str, value: &str) -> Value {
    json!({"name": name, "value": value})
}

fn rule(ip: &str, description: &str) -> Value {
    json!({"ip": ip, "protocol": "tcp", "direction": "inbound", "action": "allow", "description": description, "port": 3583})
}

#[test]
fn an_edit_names_only_its_own_settings() {
    timeless(|server, rdb| async move {
        let before = json!([setting("max_connections", "100"), setting("work_mem", "4")]);
        expect(&server, "GET", AT, None, holding(before)).await;
        let body = json!({"settings": [setting("work_mem", "8")]});
        expect(&server, "POST", SETTINGS, None, busy()).await;
        expect(&server, "GET", AT, None, ok(instance("ready"))).await;
        expect(&server, "POST", SETTINGS, Some(body.clone()), ok(body)).await;
        let body = json!({"setting_names": ["max_connections"]});
        expect(&server, "DELETE", SETTINGS, Some(body), ok(json!({"settings": []}))).await;
        expect(&server, "GET", AT, None, ok(instance("configuring"))).await;
        // What somebody else has set meanwhile stays.
        let after = json!([setting("jit", "off"), setting("work_mem", "8")]);
        expect(&server, "GET", AT, None, holding(after.clone())).await;
        let edit =
            SettingsEdit::new().set("work_mem", "8").reset("max_connections").reset("statement_timeout");
        let set = rdb.edit_instance_settings(&instance_id(), edit.clone()).await.unwrap();
        assert_eq!(serde_json::to_value(set).unwrap(), after);

        expect(&server, "GET", AT, None, holding(after)).await;
        rdb.edit_instance_settings(&instance_id(), edit).await.unwrap();
    });
}

#[test]
fn what_was_moved_in_between_is_put_right_and_a_lost_answer_is_looked_at() {
    timeless(|server, rdb| async move {
        let (old, new) = (json!([setting("work_mem", "4")]), json!([setting("work_mem", "8")]));
        let body = json!({"settings": new});
        expect(&server, "GET", AT, None, holding(old.clone())).await;
        expect(&server, "POST", SETTINGS, Some(body.clone()), ok(body.clone())).await;
        expect(&server, "GET", AT, None, holding(old)).await;
        expect(&server, "POST", SETTINGS, Some(body), ResponseTemplate::new(502)).await;
        expect(&server, "GET", AT, None, holding(new)).await;
        rdb.edit_instance_settings(&instance_id(), SettingsEdit::new().set("work_mem", "8")).await.unwrap();
    });
}

#[test]
fn a_quarrel_ends() {
    timeless(|server, rdb| async move {
        let always = holding(json!([setting("work_mem", "4")]));
        Mock::given(method("GET")).respond_with(always).expect(4).mount(&server).await;
        let answer = ok(json!({"settings": []}));
        let write = Mock::given(method("POST")).and(path(format!("{ROOT}/{SETTINGS}"))).respond_with(answer);
        write.expect(3).mount(&server).await;
        let edit = SettingsEdit::new().set("work_mem", "8");
        let error = rdb.edit_instance_settings(&instance_id(), edit).await.unwrap_err();
        assert!(matches!(error, Error::StillChanging { .. }), "{error}");
        assert!(
            error.to_string().starts_with("settings of instance instance-1 is still not as written"),
            "{error}"
        );
    });
}

#[test]
fn answers_that_are_always_lost_are_the_error() {
    timeless(|server, rdb| async move {
        Mock::given(method("GET")).respond_with(holding(json!([]))).mount(&server).await;
        let write = Mock::given(method("POST")).and(path(format!("{ROOT}/{SETTINGS}")));
        write.respond_with(ResponseTemplate::new(502)).expect(3).mount(&server).await;
        let edit = SettingsEdit::new().set("work_mem", "8");
        let error = rdb.edit_instance_settings(&instance_id(), edit).await.unwrap_err();
        assert!(error.may_have_happened() && error.status() == Some(502), "{error}");
    });
}

#[test]
fn an_edit_names_only_its_own_rules() {
    timeless(|server, rdb| async move {
        let ready = || expect(&server, "GET", AT, None, ok(instance("ready")));
        ready().await;
        let office = rule("203.0.113.0/24", "office");
        let before =
            vec![rule("0.0.0.0/0", "IP allowed"), office.clone(), rule("198.51.100.7/32", "IP allowed")];
        then_list(&server, ACLS, "rules", before).await;
        let added = json!({"rules": [{"ip": "192.0.2.1/32", "description": "VPN"}]});
        expect(&server, "POST", ACLS, Some(added), ok(json!({"rules": [rule("192.0.2.1/32", "VPN")]}))).await;
        let gone = json!({"acl_rule_ips": ["0.0.0.0/0"]});
        expect(&server, "DELETE", ACLS, Some(gone), ok(json!({"rules": []}))).await;
        ready().await;
        let after = vec![office.clone(), rule("198.51.100.7/32", "IP allowed"), rule("192.0.2.1/32", "VPN")];
        then_list(&server, ACLS, "rules", after.clone()).await;
        // One address is its own block, and bits beyond the prefix say nothing.
        let edit = AclEdit::new()
            .allow("192.0.2.1", "VPN")
            .allow("203.0.113.9/24", "office")
            .allow("198.51.100.7", "")
            .revoke("0.0.0.0/0")
            .revoke("10.0.0.0/8");
        let rules = rdb.edit_instance_acl_rules(&instance_id(), edit).await.unwrap();
        assert_eq!(serde_json::to_value(rules).unwrap(), json!(after));
    });
}

#[test]
fn what_is_no_address_is_refused_before_any_call() {
    timeless(|_, rdb| async move {
        let error =
            rdb.edit_instance_acl_rules(&instance_id(), AclEdit::new().revoke("office")).await.unwrap_err();
        assert!(error.to_string().contains("\"office\" is no block of addresses"), "{error}");
    });
}
