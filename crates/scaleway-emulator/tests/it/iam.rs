//! IAM: applications, keys, groups, users and policies, as recorded.

use serde_json::{Value, json};

use crate::desk::{Desk, PROJECT};

const IAM: &str = "/iam/v1alpha1";
const MEMBER: &str = "ef29ce05-3f2b-4fa0-a259-d76110850d57";
const OTHER_MEMBER: &str = "84d20ae1-9650-419a-ab74-7ab09b6262e0";

fn application(desk: &Desk, name: &str) -> (Value, String) {
    let made = desk.ok("POST", &format!("{IAM}/applications"), json!({"name": name}));
    let one = format!("{IAM}/applications/{}", made["id"].as_str().unwrap());
    (made, one)
}

fn group(desk: &Desk, name: &str) -> (Value, String) {
    let made = desk.ok("POST", &format!("{IAM}/groups"), json!({"name": name, "tags": ["a"]}));
    let one = format!("{IAM}/groups/{}", made["id"].as_str().unwrap());
    (made, one)
}

fn reading(desk: &Desk) -> Value {
    json!([{"permission_set_names": ["ContainersReadOnly"], "organization_id": desk.emulator.organization()}])
}

fn gone(desk: &Desk, resource: &str, one: &str) {
    let id = one.rsplit('/').next().unwrap();
    let refusal = json!({"message": "resource is not found", "resource": resource, "resource_id": id,
        "type": "not_found"});
    assert_eq!(desk.get(one), (404, refusal));
}

#[test]
fn an_application_counts_its_keys_and_takes_them_with_it() {
    let desk = Desk::instant();
    let (made, one) = application(&desk, "ci");
    assert_eq!(
        (&made["nb_api_keys"], &made["tags"], &made["managed"]),
        (&json!(0), &json!([]), &json!(false))
    );
    let request = json!({"application_id": made["id"], "description": "a"});
    let key = desk.ok("POST", &format!("{IAM}/api-keys"), request);
    let seen = desk.ok("GET", &one, Value::Null);
    assert_eq!((&seen["nb_api_keys"], &seen["updated_at"]), (&json!(1), &made["updated_at"]));
    desk.wait(1);
    let changed = desk.ok("PATCH", &one, json!({"tags": ["b"]}));
    assert_eq!((&changed["tags"], &changed["name"]), (&json!(["b"]), &json!("ci")));
    assert_ne!(changed["updated_at"], made["updated_at"]);
    let found = desk.ok("GET", &format!("{IAM}/applications?tag=b&name=c"), Value::Null);
    assert_eq!(found["total_count"], 1);
    assert_eq!(desk.ask("DELETE", &one, Value::Null), (204, Value::Null));
    gone(&desk, "application", &one);
    gone(&desk, "access_key", &format!("{IAM}/api-keys/{}", key["access_key"].as_str().unwrap()));
}

#[test]
fn the_secret_of_a_key_is_answered_once() {
    let desk = Desk::instant();
    let (application, _) = application(&desk, "ci");
    let request = json!({"application_id": application["id"], "expires_at": "2035-07-06T11:00:00+02:00"});
    let key = desk.ok("POST", &format!("{IAM}/api-keys"), request);
    let access_key = key["access_key"].as_str().unwrap();
    assert!(access_key.starts_with("SCW") && access_key.len() == 20, "{access_key}");
    assert_eq!(key["secret_key"].as_str().unwrap().len(), 36);
    assert_eq!(key["expires_at"], "2035-07-06T09:00:00Z");
    assert_eq!(key["default_project_id"], desk.emulator.organization(), "the first project has its id");
    let one = format!("{IAM}/api-keys/{access_key}");
    let seen = desk.ok("GET", &one, Value::Null);
    assert_eq!((&seen["secret_key"], &seen["application_id"]), (&json!(null), &application["id"]));
    assert!(seen.get("user_id").is_none());
    let changed = desk.ok("PATCH", &one, json!({"description": "b", "default_project_id": PROJECT}));
    assert_eq!(
        (&changed["description"], &changed["default_project_id"], &changed["expires_at"]),
        (&json!("b"), &json!(PROJECT), &seen["expires_at"])
    );
    for wrong in [json!({}), json!({"application_id": application["id"], "user_id": MEMBER})] {
        assert_eq!(desk.ask("POST", &format!("{IAM}/api-keys"), wrong).0, 400);
    }
    let past = json!({"application_id": application["id"], "expires_at": "2001-01-01T00:00:00Z"});
    assert_eq!(
        desk.ask("POST", &format!("{IAM}/api-keys"), past).1["details"][0]["argument_name"],
        "expires_at"
    );
}

#[test]
fn an_organization_can_want_keys_that_end() {
    let desk = Desk::instant();
    let settings = format!("{IAM}/organizations/{}/security-settings", desk.emulator.organization());
    desk.ok("PATCH", &settings, json!({"max_api_key_expiration_duration": "86400s"}));
    let (application, _) = application(&desk, "ci");
    let key = |expires_at: Value| {
        let request = json!({"application_id": application["id"], "expires_at": expires_at});
        desk.ask("POST", &format!("{IAM}/api-keys"), request).0
    };
    assert_eq!((key(json!(null)), key(json!("2035-01-01T00:00:00Z"))), (400, 400));
    assert_eq!(key(json!("2026-09-02T00:00:00Z")), 200);
}

#[test]
fn members_are_answered_as_written_and_read_in_order() {
    let desk = Desk::instant();
    let (made, one) = group(&desk, "ops");
    let members = json!({"user_ids": [MEMBER, OTHER_MEMBER], "application_ids": []});
    let set = desk.ok("PUT", &format!("{one}/members"), members);
    assert_eq!((&set["user_ids"], &set["updated_at"]), (&json!([MEMBER, OTHER_MEMBER]), &made["updated_at"]));
    assert_eq!(desk.ok("GET", &one, Value::Null)["user_ids"], json!([OTHER_MEMBER, MEMBER]));
    let less = desk.ok("POST", &format!("{one}/remove-member"), json!({"user_id": MEMBER}));
    assert_eq!(less["user_ids"], json!([OTHER_MEMBER]));
    let refusal = json!({"message": "resource is not found", "resource": "", "resource_id": MEMBER, "type": "not_found"});
    assert_eq!(desk.ask("POST", &format!("{one}/remove-member"), json!({"user_id": MEMBER})), (404, refusal));
    let unknown = "11111111-1111-4111-8111-111111111111";
    assert_eq!(
        desk.ask("POST", &format!("{one}/add-member"), json!({"user_id": unknown})).1["resource"],
        "user"
    );
    let (application, application_one) = application(&desk, "ci");
    let both = json!({"user_ids": [MEMBER], "application_ids": [application["id"]]});
    assert_eq!(
        desk.ok("POST", &format!("{one}/add-members"), both)["application_ids"],
        json!([application["id"]])
    );
    desk.ask("DELETE", &application_one, Value::Null);
    assert_eq!(desk.ok("GET", &one, Value::Null)["application_ids"], json!([]));
}

#[test]
fn a_policy_counts_rules_scopes_and_sets_once_it_is_read() {
    let desk = Desk::instant();
    let organization = desk.emulator.organization();
    let rule =
        |set: &str| json!({"permission_set_names": [set], "condition": "", "organization_id": organization});
    let request = json!({"name": "p", "no_principal": true, "tags": null,
        "rules": [rule("AllProductsFullAccess"), rule("ContainerRegistryReadOnly")]});
    let made = desk.ok("POST", &format!("{IAM}/policies"), request);
    let counts = |policy: &Value| {
        ["nb_rules", "nb_scopes", "nb_permission_sets"].map(|field| policy[field].as_u64().unwrap())
    };
    assert_eq!((counts(&made), &made["no_principal"]), ([0, 0, 0], &json!(true)));
    let one = format!("{IAM}/policies/{}", made["id"].as_str().unwrap());
    assert_eq!(counts(&desk.ok("GET", &one, Value::Null)), [2, 1, 2]);
    let rules = format!("{IAM}/rules?policy_id={}", made["id"].as_str().unwrap());
    let before = desk.ok("GET", &rules, Value::Null);
    assert_eq!(
        (&before["total_count"], &before["rules"][1]["permission_set_names"]),
        (&json!(2), &json!(["ContainerRegistryReadOnly"]))
    );
    assert_eq!(before["rules"][0]["permission_sets_scope_type"], "projects");
    desk.wait(1);
    let patched = desk.ok("PATCH", &one, json!({"tags": ["t"]}));
    assert_eq!((&patched["updated_at"], counts(&patched)), (&made["updated_at"], [2, 1, 2]));
    let set = json!({"policy_id": made["id"], "rules": [rule("AllProductsFullAccess")]});
    let set = desk.ok("PUT", &format!("{IAM}/rules"), set);
    assert_eq!(set["rules"].as_array().unwrap().len(), 1);
    assert_ne!(set["rules"][0]["id"], before["rules"][0]["id"], "every rule is made anew");
    let seen = desk.ok("GET", &one, Value::Null);
    assert_eq!(counts(&seen), [1, 1, 1]);
    assert_ne!(seen["updated_at"], made["updated_at"]);
}

#[test]
fn a_policy_has_one_principal_and_is_left_to_nobody_when_that_is_gone() {
    let desk = Desk::instant();
    let (application, application_one) = application(&desk, "ci");
    let request = json!({"name": "p", "no_principal": true, "rules": reading(&desk)});
    let made = desk.ok("POST", &format!("{IAM}/policies"), request);
    let one = format!("{IAM}/policies/{}", made["id"].as_str().unwrap());
    let linked = desk.ok("PATCH", &one, json!({"application_id": application["id"]}));
    assert_eq!(linked["application_id"], application["id"]);
    assert!(linked.get("no_principal").is_none());
    let of = format!("{IAM}/policies?application_ids={}", application["id"].as_str().unwrap());
    assert_eq!(desk.ok("GET", &of, Value::Null)["total_count"], 1);
    desk.ask("DELETE", &application_one, Value::Null);
    let left = desk.ok("GET", &one, Value::Null);
    assert_eq!((left.get("application_id"), &left["no_principal"]), (None, &json!(true)));
    let two = json!({"name": "q", "no_principal": true, "user_id": MEMBER, "rules": []});
    assert_eq!(desk.ask("POST", &format!("{IAM}/policies"), two).0, 400);
    let copy = desk.ok("POST", &format!("{one}/clone"), json!({}));
    assert_eq!((&copy["name"], &copy["nb_rules"]), (&json!("p (copy)"), &json!(1)));
    assert_ne!(copy["id"], made["id"]);
}

#[test]
fn a_rule_is_for_projects_or_for_the_organization() {
    let desk = Desk::instant();
    let organization = desk.emulator.organization();
    let ask = |rule: Value| {
        let request = json!({"name": "p", "no_principal": true, "rules": [rule]});
        let (status, body) = desk.ask("POST", &format!("{IAM}/policies"), request);
        (status, body["details"][0]["argument_name"].as_str().unwrap_or_default().to_owned())
    };
    let sets = |names: &[&str]| json!({"permission_set_names": names});
    let with = |mut rule: Value, field: &str, value: Value| {
        rule[field] = value;
        rule
    };
    let projects = (400, "rules.0.project_ids".to_owned());
    assert_eq!(ask(sets(&["ContainersReadOnly"])), projects);
    assert_eq!(ask(with(sets(&["IAMManager"]), "project_ids", json!([PROJECT]))), projects);
    let both = with(sets(&["ContainersReadOnly"]), "project_ids", json!([PROJECT]));
    assert_eq!(ask(with(both, "organization_id", json!(organization))), projects);
    let mixed = with(sets(&["ContainersReadOnly", "IAMManager"]), "organization_id", json!(organization));
    assert_eq!(ask(mixed), (400, "rules.0.permission_set_names".into()));
    assert_eq!(ask(with(sets(&["Containers"]), "project_ids", json!([PROJECT]))).0, 404);
    assert_eq!(desk.ok("GET", &format!("{IAM}/policies"), Value::Null)["total_count"], 0);
}

#[test]
fn names_are_taken_once_in_an_organization() {
    let desk = Desk::instant();
    let (made, _) = application(&desk, "ci");
    let (status, refusal) = desk.ask("POST", &format!("{IAM}/applications"), json!({"name": "ci"}));
    assert_eq!(
        (status, &refusal["type"], &refusal["resource_id"]),
        (409, &json!("already_exists"), &made["id"])
    );
    group(&desk, "ci");
    let (_, other) = application(&desk, "cd");
    assert_eq!(desk.ask("PATCH", &other, json!({"name": "ci"})).0, 409);
    let elsewhere = json!({"name": "ci", "organization_id": "951df375-e094-4d26-97c1-ba548eeb9c42"});
    assert_eq!(desk.ask("POST", &format!("{IAM}/applications"), elsewhere).0, 200);
}

#[test]
fn what_an_organization_may_have_is_counted() {
    let desk = Desk::instant();
    for n in 0..50 {
        group(&desk, &format!("g{n}"));
    }
    let (status, refusal) = desk.ask("POST", &format!("{IAM}/groups"), json!({"name": "one more"}));
    let details = json!([{"resource": "group", "quota": 50, "current": 50, "scope": "organization"}]);
    assert_eq!((status, &refusal["type"], &refusal["details"]), (403, &json!("quotas_exceeded"), &details));
    assert_eq!(desk.ok("GET", &format!("{IAM}/quota/iam_groups"), Value::Null)["limit"], 50);
    let page =
        desk.ok("GET", &format!("{IAM}/groups?page=3&page_size=20&order_by=created_at_desc"), Value::Null);
    assert_eq!((&page["total_count"], &page["groups"][9]["name"]), (&json!(50), &json!("g0")));
}

#[test]
fn lists_are_ordered_and_filtered() {
    let desk = Desk::instant();
    for name in ["b", "a", "c"] {
        let request = json!({"name": name, "no_principal": true, "rules": reading(&desk)});
        desk.ok("POST", &format!("{IAM}/policies"), request);
    }
    let list = desk.ok("GET", &format!("{IAM}/policies?order_by=policy_name_desc"), Value::Null);
    let names: Vec<_> = list["policies"].as_array().unwrap().iter().map(|policy| &policy["name"]).collect();
    assert_eq!(names, ["c", "b", "a"]);
    let found = desk.ok("GET", &format!("{IAM}/policies?policy_name=b&no_principal=true"), Value::Null);
    assert_eq!(found["total_count"], 1);
    let other = desk.ok("GET", &format!("{IAM}/policies?organization_id={PROJECT}"), Value::Null);
    assert_eq!(other["total_count"], 0);
    let sets = desk.ok("GET", &format!("{IAM}/permission-sets?page_size=100"), Value::Null);
    assert!(sets["total_count"].as_u64().unwrap() > 100);
    assert_eq!(sets["permission_sets"][0]["name"], "AbuseTicketManager");
}

#[test]
fn users_are_there_and_come_and_go() {
    let desk = Desk::instant();
    let users = desk.ok("GET", &format!("{IAM}/users"), Value::Null);
    assert_eq!((&users["total_count"], &users["users"][0]["type"]), (&json!(4), &json!("owner")));
    let owner = format!("{IAM}/users/{}", users["users"][0]["id"].as_str().unwrap());
    assert_eq!(desk.ask("DELETE", &owner, Value::Null).0, 412);
    let member = json!({"member": {"email": "a@example.com", "username": "a", "password": "short"}});
    assert_eq!(desk.ask("POST", &format!("{IAM}/users"), member.clone()).0, 400);
    let mut member = member;
    member["member"]["password"] = json!("Long-enough-1");
    let made = desk.ok("POST", &format!("{IAM}/users"), member.clone());
    assert_eq!((&made["status"], &made["type"]), (&json!("activated"), &json!("member")));
    assert!(!made.to_string().contains("Long-enough"));
    assert_eq!(desk.ask("POST", &format!("{IAM}/users"), member).0, 409);
    let one = format!("{IAM}/users/{}", made["id"].as_str().unwrap());
    desk.ok("POST", &format!("{one}/update-username"), json!({"username": "b"}));
    let otp = desk.ok("POST", &format!("{one}/mfa-otp"), json!({}));
    assert_eq!(otp["secret"].as_str().unwrap().len(), 32);
    let codes = desk.ok("POST", &format!("{one}/validate-mfa-otp"), json!({"one_time_password": "123456"}));
    assert_eq!(codes["recovery_codes"].as_array().unwrap().len(), 10);
    let seen = desk.ok("GET", &one, Value::Null);
    assert_eq!((&seen["username"], &seen["mfa"]), (&json!("b"), &json!(true)));
    desk.ask("DELETE", &one, Value::Null);
    gone(&desk, "user", &one);
    desk.ask("DELETE", &format!("{IAM}/users/{MEMBER}"), Value::Null);
    gone(&desk, "user", &format!("{IAM}/users/{MEMBER}"));
}

#[test]
fn who_changed_what_is_in_the_log() {
    let desk = Desk::instant();
    let (made, one) = application(&desk, "ci");
    desk.ok("PATCH", &one, json!({"description": "d"}));
    let key = desk.ok("POST", &format!("{IAM}/api-keys"), json!({"application_id": made["id"]}));
    desk.ask("DELETE", &one, Value::Null);
    let logs = desk.ok("GET", &format!("{IAM}/logs?order_by=created_at_asc"), Value::Null);
    let told: Vec<_> = logs["logs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|log| (log["action"].as_str().unwrap(), log["resource_type"].as_str().unwrap()))
        .collect();
    let expected = [
        ("created", "application"),
        ("updated", "application"),
        ("created", "api_key"),
        ("deleted", "application"),
    ];
    assert_eq!(told, expected);
    assert!(!logs.to_string().contains(key["secret_key"].as_str().unwrap()));
    let only = desk.ok("GET", &format!("{IAM}/logs?action=deleted&resource_type=application"), Value::Null);
    assert_eq!((&only["total_count"], &only["logs"][0]["resource_id"]), (&json!(1), &made["id"]));
    let log = format!("{IAM}/logs/{}", only["logs"][0]["id"].as_str().unwrap());
    assert_eq!(desk.ok("GET", &log, Value::Null), only["logs"][0]);
}

#[test]
fn ssh_keys_have_a_fingerprint() {
    let desk = Desk::instant();
    let public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH a@b";
    let request = json!({"name": "laptop", "public_key": public_key, "project_id": PROJECT});
    let made = desk.ok("POST", &format!("{IAM}/ssh-keys"), request);
    assert!(made["fingerprint"].as_str().unwrap().ends_with(" a@b (ED25519)"));
    let one = format!("{IAM}/ssh-keys/{}", made["id"].as_str().unwrap());
    assert_eq!(desk.ok("PATCH", &one, json!({"disabled": true}))["disabled"], true);
    let enabled = desk.ok("GET", &format!("{IAM}/ssh-keys?disabled=false&project_id={PROJECT}"), Value::Null);
    assert_eq!(enabled["total_count"], 0);
    let wrong = json!({"name": "x", "public_key": "hello", "project_id": PROJECT});
    assert_eq!(
        desk.ask("POST", &format!("{IAM}/ssh-keys"), wrong).1["details"][0]["argument_name"],
        "public_key"
    );
    desk.ask("DELETE", &one, Value::Null);
    gone(&desk, "ssh_key", &one);
}

#[test]
fn an_organization_has_settings_an_alias_and_ways_to_sign_in() {
    let desk = Desk::instant();
    let one = format!("{IAM}/organizations/{}", desk.emulator.organization());
    let seen = desk.ok("GET", &one, Value::Null);
    assert_eq!((&seen["login_password_enabled"], &seen["alias"]), (&json!(true), &json!("")));
    assert_eq!(desk.ok("PUT", &format!("{one}/alias"), json!({"alias": "evalap"}))["alias"], "evalap");
    let (status, refused) = desk.ask("PUT", &format!("{one}/alias"), json!({"alias": "other"}));
    assert_eq!((status, &refused["type"]), (412, &json!("precondition_failed")), "an alias stays");
    let login = desk.ok("PATCH", &format!("{one}/login-methods"), json!({"login_oauth2_enabled": false}));
    assert_eq!(
        (&login["login_oauth2_enabled"], &login["login_password_enabled"]),
        (&json!(false), &json!(true))
    );
    let settings = desk.ok("GET", &format!("{one}/security-settings"), Value::Null);
    assert!(settings.get("alias").is_none() && settings.get("login_attempts_before_locked").is_some());
}

#[test]
fn identity_providers_and_scim_are_kept() {
    let desk = Desk::instant();
    let organization = format!("{IAM}/organizations/{}", desk.emulator.organization());
    assert_eq!(desk.get(&format!("{organization}/saml")).0, 404);
    let saml = desk.ok("POST", &format!("{organization}/saml"), json!({}));
    let one = format!("{IAM}/saml/{}", saml["id"].as_str().unwrap());
    assert_eq!(saml["status"], "missing_entity_id");
    let told = json!({"entity_id": "https://idp", "single_sign_on_url": "https://idp/sso"});
    assert_eq!(desk.ok("PATCH", &one, told)["status"], "missing_certificate");
    desk.ok("POST", &format!("{one}/certificates"), json!({"type": "signing", "content": "AAAA"}));
    assert_eq!(desk.ok("GET", &format!("{organization}/saml"), Value::Null)["status"], "valid");
    assert_eq!(desk.ask("DELETE", &one, Value::Null).0, 204);
    assert_eq!(desk.get(&format!("{organization}/saml")).0, 404);
    let scim = desk.ok("POST", &format!("{organization}/scim"), json!({}));
    let tokens = format!("{IAM}/scim/{}/tokens", scim["id"].as_str().unwrap());
    let token = desk.ok("POST", &tokens, json!({}));
    assert_eq!(token["token"]["scim_id"], scim["id"]);
    let listed = desk.ok("GET", &tokens, Value::Null);
    assert!(!listed.to_string().contains(token["bearer_token"].as_str().unwrap()));
    assert_eq!(listed["total_count"], 1);
}

#[test]
fn users_connect_and_register_authenticators() {
    let desk = Desk::instant();
    let (one, other) = (format!("{IAM}/users/{MEMBER}"), format!("{IAM}/users/{OTHER_MEMBER}"));
    let token = desk.ok("POST", &format!("{one}/initiate-connection"), json!({}));
    assert_eq!(desk.ask("POST", &format!("{other}/join-connection"), token.clone()).0, 204);
    assert_eq!(desk.ask("POST", &format!("{other}/join-connection"), token).0, 400, "good once");
    let seen = desk.ok("GET", &format!("{one}/connections"), Value::Null);
    assert_eq!(seen["connections"][0]["user"]["id"], OTHER_MEMBER);
    let ended = json!({"target_user_id": OTHER_MEMBER});
    assert_eq!(desk.ask("POST", &format!("{one}/remove-connection"), ended).0, 204);
    assert_eq!(desk.ok("GET", &format!("{other}/connections"), Value::Null), json!({"connections": []}));
    let begun = desk.ok("POST", &format!("{one}/start-webauthn-registration?origin=x"), json!({}));
    let request = json!({"ceremony_id": begun["ceremony_id"], "authenticator_name": "key"});
    assert_eq!(desk.ask("POST", &format!("{other}/finish-webauthn-registration"), request.clone()).0, 404);
    let made = desk.ok("POST", &format!("{one}/finish-webauthn-registration"), request);
    let listed = desk.ok("GET", &format!("{one}/webauthn-authenticators"), Value::Null);
    assert_eq!(listed["authenticators"][0]["id"], made["authenticator_id"]);
}
