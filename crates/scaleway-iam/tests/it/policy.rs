use scaleway_iam::{
    CreatePolicy, ListPermissionSets, ListPolicies, ListPoliciesOrder, ListRules, PermissionSetScope,
    PolicyId, Preset, RuleSpec, SetRules, UpdatePolicy,
};
use serde_json::{Value, json};

use crate::{
    ORGANIZATION, PROJECT, assert_whole, expect, expect_pages, mocked, no_content, ok, with, without,
};

fn policy(id: &str) -> Value {
    json!({
        "id": id, "name": "evalap-ci", "description": "", "organization_id": ORGANIZATION,
        "created_at": "2026-05-05T14:42:12.873213Z", "updated_at": "2026-05-05T14:42:12.873213Z", "editable": true,
        "deletable": true, "managed": false, "nb_rules": 1, "nb_scopes": 1, "nb_permission_sets": 2, "tags": [],
        "application_id": "application-1",
    })
}

fn rule(id: &str) -> Value {
    json!({
        "id": id, "permission_set_names": ["VPCReadOnly"], "permission_sets_scope_type": "planets", "condition": "",
        "project_ids": [PROJECT],
    })
}

fn id() -> PolicyId {
    "policy-1".parse().unwrap()
}

#[tokio::test]
async fn a_policy_is_made_for_an_application_with_rules_for_a_project() {
    let (server, iam) = mocked().await;
    let body = json!({
        "name": "evalap-ci", "organization_id": ORGANIZATION, "application_id": "application-1", "rules": [
            {"permission_set_names": ["VPCReadOnly"], "project_ids": [PROJECT], "condition": "request.ip == \"192.0.2.1\""},
        ],
    });
    expect(&server, "POST", "policies", Some(body), ok(policy("policy-1"))).await;
    let rule = RuleSpec::for_projects(["VPCReadOnly".to_owned()], [PROJECT.parse().unwrap()])
        .condition("request.ip == \"192.0.2.1\"");
    let create = CreatePolicy::for_application("evalap-ci", "application-1".parse().unwrap(), [rule]);
    assert_whole(&iam.create_policy(create).await.unwrap(), &policy("policy-1"));
}

#[tokio::test]
async fn a_policy_can_be_for_anybody_and_for_nobody() {
    let (server, iam) = mocked().await;
    let policy = without(policy("policy-1"), "application_id");
    let organization = ORGANIZATION.parse().unwrap();
    let rules = || Preset::OPERATOR.rules([PROJECT.parse().unwrap()], &organization);
    for (field, value, create) in [
        ("group_id", json!("group-1"), CreatePolicy::for_group("p", "group-1".parse().unwrap(), rules())),
        ("user_id", json!("user-1"), CreatePolicy::for_user("p", "user-1".parse().unwrap(), rules())),
        ("no_principal", json!(true), CreatePolicy::for_nobody("p", rules())),
    ] {
        let answer = with(policy.clone(), field, value.clone());
        expect(&server, "POST", "policies", None, ok(answer.clone())).await;
        assert_whole(&iam.create_policy(create).await.unwrap(), &answer);
        let sent: Value = server.received_requests().await.unwrap().last().unwrap().body_json().unwrap();
        assert_eq!(sent[field], value);
        assert_eq!(sent["rules"][0]["project_ids"], json!([PROJECT]));
        assert_eq!(
            sent["rules"][1],
            json!({"permission_set_names": ["IAMManager"], "organization_id": ORGANIZATION})
        );
    }
}

#[tokio::test]
async fn a_policy_is_got_changed_cloned_and_deleted() {
    let (server, iam) = mocked().await;
    let body = json!({"description": "", "group_id": "group-1"});
    expect(&server, "GET", "policies/policy-1", None, ok(policy("policy-1"))).await;
    expect(&server, "PATCH", "policies/policy-1", Some(body), ok(policy("policy-1"))).await;
    expect(&server, "POST", "policies/policy-1/clone", Some(json!({})), ok(policy("policy-2"))).await;
    expect(&server, "DELETE", "policies/policy-1", None, no_content()).await;
    assert_whole(&iam.get_policy(&id()).await.unwrap(), &policy("policy-1"));
    let group: scaleway_iam::GroupId = "group-1".parse().unwrap();
    iam.update_policy(&id(), UpdatePolicy::default().description("").group_id(group)).await.unwrap();
    assert_eq!(iam.clone_policy(&id()).await.unwrap().id.as_str(), "policy-2");
    iam.delete_policy(&id()).await.unwrap();
}

#[tokio::test]
async fn rules_are_replaced_whole() {
    let (server, iam) = mocked().await;
    let body = json!({"policy_id": "policy-1", "rules": []});
    let answer = json!({"rules": [rule("rule-1")]});
    expect(&server, "PUT", "rules", Some(body), ok(answer.clone())).await;
    let set = iam.set_rules(SetRules::new(id(), [])).await.unwrap();
    assert_eq!(set.rules[0].permission_sets_scope_type, PermissionSetScope::Other("planets".into()));
    assert_whole(&set, &answer);
}

#[tokio::test]
async fn lists_read_every_page_once() {
    let (server, iam) = mocked().await;
    let ids = ["a", "b", "c"];
    expect_pages(&server, "policies", "policies", ("policy_name", "evalap"), ids.map(policy)).await;
    expect_pages(&server, "rules", "rules", ("policy_id", "policy-1"), ids.map(rule)).await;
    let set = |id| json!({"id": id, "name": "VPCReadOnly", "scope_type": "projects", "description": "", "categories": ["network"]});
    let organization = ("organization_id", ORGANIZATION);
    expect_pages(&server, "permission-sets", "permission_sets", organization, ids.map(set)).await;

    let list = ListPolicies::default().name("evalap").order_by(ListPoliciesOrder::PolicyNameAsc);
    let policies = iam.list_policies(list).all().await.unwrap();
    assert_eq!(policies.iter().map(|policy| policy.id.as_str()).collect::<Vec<_>>(), ids);
    let rules = iam.list_rules(ListRules::new(id())).all().await.unwrap();
    assert_eq!(rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ids);
    let sets = iam.list_permission_sets(ListPermissionSets::default()).all().await.unwrap();
    assert_eq!(sets.iter().map(|set| set.id.as_str()).collect::<Vec<_>>(), ids);
    assert_whole(&sets[0], &set("a"));
}
