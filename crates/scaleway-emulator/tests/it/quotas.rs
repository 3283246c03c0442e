//! How much there may be of a thing.

use scaleway_emulator::{Emulator, EmulatorError};
use serde_json::{Value, json};

use crate::desk::{CONTAINERS, Desk, PROJECT};

const OTHER: &str = "8b1d2f6a-6a0c-4d52-9d3f-0c7e5a1b4f22";

fn refused(answer: (u16, Value), detail: Value) {
    let (status, body) = answer;
    assert_eq!((status, &body["type"], &body["details"]), (403, &json!("quotas_exceeded"), &json!([detail])));
}

fn namespace(desk: &Desk, project: &str, name: &str) -> (u16, Value) {
    let body = json!({"project_id": project, "name": name});
    desk.ask("POST", &format!("{CONTAINERS}/namespaces"), body)
}

#[test]
fn a_project_has_at_most_a_hundred_namespaces_and_deleting_one_makes_room() {
    let desk = Desk::instant();
    let first = desk.namespace("first");
    for n in 1..100 {
        assert_eq!(namespace(&desk, PROJECT, &format!("n{n}")).0, 200);
    }
    let detail = json!({"resource": "namespace", "quota": 100, "current": 100, "scope": "project"});
    refused(namespace(&desk, PROJECT, "one-more"), detail);
    assert_eq!(namespace(&desk, OTHER, "of-another-project").0, 200);
    desk.ok("DELETE", &format!("{CONTAINERS}/namespaces/{first}"), Value::Null);
    assert_eq!(namespace(&desk, PROJECT, "one-more").0, 200);
}

#[test]
fn containers_share_the_memory_and_the_networks_of_their_organization() {
    let desk = Desk::instant();
    let namespace = desk.namespace("evalap");
    let create = |name: &str, more: Value| {
        let mut body = json!({"namespace_id": namespace, "name": name, "image": "nginx:1"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        desk.ask("POST", &format!("{CONTAINERS}/containers"), body)
    };
    let big = json!({"memory_limit_bytes": 12_000_000_000_u64, "mvcpu_limit": 6_000, "max_scale": 50});
    assert_eq!(create("big", big.clone()).0, 200);
    let detail = json!({"resource": "memory", "quota": 644_245_094_400_u64, "current": 600_000_000_000_u64,
        "scope": "organization"});
    refused(create("bigger", big), detail.clone());
    let (status, small) = create("small", json!({"memory_limit_bytes": 1_000_000_000, "max_scale": 1}));
    assert_eq!(status, 200);
    desk.wait(60);
    let small = format!("{CONTAINERS}/containers/{}", small["id"].as_str().unwrap());
    refused(desk.ask("PATCH", &small, json!({"max_scale": 50})), detail);
    assert_eq!(desk.ask("PATCH", &small, json!({"max_scale": 40})).0, 200);

    let desk = Desk::with(|builder| builder.quota("containers.private_networks", 1));
    let namespace = desk.namespace("evalap");
    let (one, other) = (desk.network("one"), desk.network("other"));
    let create = |name: &str, network: &str| {
        let body = json!({"namespace_id": namespace, "name": name, "image": "nginx:1", "max_scale": 1,
            "private_network_id": network});
        desk.ask("POST", &format!("{CONTAINERS}/containers"), body)
    };
    assert_eq!((create("a", &one).0, create("b", &one).0), (200, 200));
    let detail = json!({"resource": "private_network", "quota": 1, "current": 1, "scope": "organization"});
    refused(create("c", &other), detail);
}

#[test]
fn a_limit_can_be_chosen_and_is_told() {
    let desk = Desk::with(|builder| builder.quota("secret-manager.secrets", 2).quota("iam.groups", 1));
    let create = |name: &str| {
        let body = json!({"project_id": PROJECT, "name": name});
        desk.ask("POST", "/secret-manager/v1beta1/regions/fr-par/secrets", body)
    };
    assert_eq!((create("a").0, create("b").0), (200, 200));
    refused(create("c"), json!({"resource": "secret", "quota": 2, "current": 2, "scope": "project"}));
    let quotum = desk.get("/iam/v1alpha1/quota/iam_groups").1;
    assert_eq!((&quotum["limit"], &quotum["locality_type"]), (&json!(1), &json!("global")));
    let all = desk.get("/iam/v1alpha1/quota?page_size=100").1;
    assert!(all["quota"].as_array().unwrap().iter().any(|it| it["name"] == "containers_namespaces"));
    let wrong = Emulator::builder().quota("containers.boats", 1).build().unwrap_err();
    assert!(
        matches!(wrong, EmulatorError::NoSuchQuota { .. }) && wrong.to_string().contains("containers.boats")
    );
}

#[test]
fn acl_rules_and_buckets_are_counted_too() {
    let desk = Desk::with(|builder| builder.quota("rdb.acl_rules", 2).quota("object_storage.buckets", 1));
    let rdb = "/rdb/v1/regions/fr-par/instances";
    let body = json!({"project_id": PROJECT, "name": "db", "engine": "PostgreSQL-16", "node_type": "db-dev-s",
        "user_name": "evalap", "password": "Secret-2026!"});
    let instance = desk.ok("POST", rdb, body);
    desk.wait(600);
    let rules = format!("{rdb}/{}/acls", instance["id"].as_str().unwrap());
    let three = json!({"rules": [{"ip": "10.0.0.1/32"}, {"ip": "10.0.0.2/32"}, {"ip": "10.0.0.3/32"}]});
    let detail = json!({"resource": "acl_rule", "quota": 2, "current": 0, "scope": "project"});
    refused(desk.ask("PUT", &rules, three), detail);
    desk.ok("PUT", &rules, json!({"rules": [{"ip": "10.0.0.1/32"}]}));

    let create = |name: &str| {
        let request = http::Request::put(format!("https://s3.fr-par.scw.cloud/{name}"));
        desk.send(request.body(bytes::Bytes::new()).unwrap()).unwrap()
    };
    assert_eq!(create("mine").status(), 200);
    let refused = create("one-more");
    assert_eq!(refused.status(), 400);
    assert!(String::from_utf8_lossy(refused.body()).contains("<Code>TooManyBuckets</Code>"));
}
