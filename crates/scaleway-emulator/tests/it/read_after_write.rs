//! What clients that compare the answer with what they wrote rely on, as Terraform's provider does: what an update takes away is gone.

use serde_json::{Value, json};

use crate::desk::{CONTAINERS, Desk, PROJECT};

#[test]
fn a_retry_policy_without_retries_is_none() {
    let desk = Desk::instant();
    let all = "/serverless-jobs/v1alpha2/regions/fr-par/job-definitions";
    let body = json!({"project_id": PROJECT, "name": "a", "image_uri": "alpine", "retry_policy": {"max_retries": 0}});
    let made = desk.ok("POST", all, body);
    assert!(made.get("retry_policy").is_none(), "{made}");
    let one = format!("{all}/{}", made["id"].as_str().unwrap());
    for nothing in [json!({}), json!({"max_retries": null}), json!({"max_retries": 0})] {
        let repeated = desk.ok("PATCH", &one, json!({"retry_policy": {"max_retries": 3}}));
        assert_eq!(repeated["retry_policy"], json!({"max_retries": 3}));
        let kept = desk.ok("PATCH", &one, json!({"name": "b"}));
        assert_eq!(kept["retry_policy"], json!({"max_retries": 3}));
        let cleared = desk.ok("PATCH", &one, json!({ "retry_policy": nothing }));
        assert!(cleared.get("retry_policy").is_none(), "{cleared}");
    }
}

#[test]
fn a_container_leaves_its_private_network_by_an_empty_one() {
    let desk = Desk::instant();
    let network = desk.network("inside");
    let body = json!({"namespace_id": desk.namespace("evalap"), "name": "api", "image": "api:1",
        "private_network_id": network});
    let made = desk.ok("POST", &format!("{CONTAINERS}/containers"), body);
    let one = format!("{CONTAINERS}/containers/{}", made["id"].as_str().unwrap());
    assert_eq!(desk.ok("PATCH", &one, json!({"port": 80}))["private_network_id"], network);
    desk.ok("PATCH", &one, json!({"private_network_id": ""}));
    let alone = desk.ok("GET", &one, Value::Null);
    assert!(alone.get("private_network_id").is_none(), "{alone}");
}

#[test]
fn an_object_is_copied_onto_itself_where_the_request_names_a_grant() {
    let desk = Desk::instant();
    desk.bucket("evalap");
    desk.put("evalap/key", "content");
    let source = ("x-amz-copy-source", "evalap/key");
    assert_eq!(desk.s3("PUT", "evalap/key", &[source], "").code(), (400, "InvalidRequest".into()));
    let granted = [source, ("x-amz-acl", "public-read"), ("x-amz-meta-k", "v")];
    assert_eq!(desk.s3("PUT", "evalap/key", &granted, "").status, 200);
    assert_eq!(desk.read("evalap/key").text(), "content");
}

#[test]
fn what_terraform_s_documentation_rules_out_is_refused() {
    let desk = Desk::instant();
    let scaled = json!({"namespace_id": desk.namespace("evalap"), "name": "api", "image": "api:1",
        "scaling_option": {"cpu_usage_threshold": 70}});
    let (status, refused) = desk.ask("POST", &format!("{CONTAINERS}/containers"), scaled.clone());
    assert_eq!((status, &refused["details"][0]["argument_name"]), (400, &json!("min_scale")));
    let mut kept = scaled;
    kept["min_scale"] = json!(1);
    desk.ok("POST", &format!("{CONTAINERS}/containers"), kept);

    desk.bucket("evalap");
    let statement = r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"evalap/*"}"#;
    for (version, statements, status) in
        [("2023-04-17", statement, 204), ("1999-01-01", statement, 400), ("2023-04-17", "", 400)]
    {
        let policy = format!(r#"{{"Version":"{version}","Statement":[{statements}]}}"#);
        assert_eq!(desk.s3("PUT", "evalap?policy", &[], policy.clone()).status, status, "{policy}");
    }
}

#[test]
fn a_token_of_a_namespace_is_told_once_and_goes_with_it() {
    let desk = Desk::instant();
    let namespace = desk.namespace("evalap");
    let all = "/containers/v1beta1/regions/fr-par/tokens";
    let made = desk.ok("POST", all, json!({"namespace_id": namespace, "expires_at": "2034-01-01T00:00:00Z"}));
    assert_eq!(made["token"].as_str().unwrap().split('.').count(), 3);
    let one = format!("{all}/{}", made["id"].as_str().unwrap());
    let read = desk.get(&one).1;
    assert_eq!((&read["token"], &read["expires_at"]), (&json!(""), &json!("2034-01-01T00:00:00Z")));
    assert_eq!(desk.get(&format!("{all}?namespace_id={namespace}")).1["total_count"], 1);
    assert_eq!(desk.ask("POST", all, json!({"description": "of nothing"})).0, 400);
    let lost = json!({"container_id": "11111111-1111-4111-8111-111111111111"});
    assert_eq!(desk.ask("POST", all, lost).0, 404);
    desk.ok("DELETE", &format!("{CONTAINERS}/namespaces/{namespace}"), Value::Null);
    assert_eq!(desk.get(&one).0, 404);
}
