//! IPAM: the addresses of private networks.

use serde_json::{Value, json};

use crate::desk::{Desk, PROJECT};

const IPS: &str = "/ipam/v1/regions/fr-par/ips";

fn id(body: &Value) -> &str {
    body["id"].as_str().unwrap()
}

fn network(desk: &Desk, range: &str) -> Value {
    let body = json!({"name": "n", "project_id": PROJECT, "subnets": [range]});
    desk.ok("POST", "/vpc/v2/regions/fr-par/private-networks", body)
}

fn book(desk: &Desk, network: &Value, more: Value) -> (u16, Value) {
    let mut body = json!({"project_id": PROJECT, "source": {"private_network_id": network["id"]}, "is_ipv6": false, "tags": []});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    desk.ask("POST", IPS, body)
}

#[test]
fn addresses_are_given_from_the_third_one_on_and_once() {
    let desk = Desk::instant();
    let network = network(&desk, "10.0.0.0/28");
    let (status, first) = book(&desk, &network, json!({"tags": ["a"]}));
    assert_eq!((status, &first["address"]), (200, &json!("10.0.0.2/28")));
    assert_eq!(first["source"], json!({"subnet_id": network["subnets"][0]["id"]}));
    assert!(first["resource"].is_null() && first["zone"].is_null());
    assert_eq!((&first["reverses"], &first["is_ipv6"]), (&json!([]), &json!(false)));
    assert_eq!(desk.get(&format!("{IPS}/{}", id(&first))).1, first);
    // 16 addresses less the first two and the last two.
    for n in 3..14 {
        assert_eq!(book(&desk, &network, json!({})).1["address"], format!("10.0.0.{n}/28"));
    }
    let (status, full) = book(&desk, &network, json!({}));
    assert_eq!((status, &full["details"][0]["argument_name"]), (400, &json!("source")));
    assert_eq!(desk.ask("DELETE", &format!("{IPS}/{}", id(&first)), json!({})), (204, Value::Null));
    assert_eq!(book(&desk, &network, json!({})).1["address"], "10.0.0.2/28");
}

#[test]
fn a_certain_address_is_booked_if_it_is_there_and_free() {
    let desk = Desk::instant();
    let network = network(&desk, "10.0.0.0/24");
    assert_eq!(book(&desk, &network, json!({"address": "10.0.0.7"})).1["address"], "10.0.0.7/24");
    for wrong in ["10.0.0.7", "10.0.0.0", "10.0.0.1", "10.0.0.254", "10.0.0.255", "10.0.1.2", "seven"] {
        let (status, body) = book(&desk, &network, json!({"address": wrong}));
        assert_eq!((status, &body["details"][0]["argument_name"]), (400, &json!("address")), "{wrong}");
    }
    let v6 = book(&desk, &network, json!({"is_ipv6": true})).1;
    let range = network["subnets"][1]["subnet"].as_str().unwrap();
    assert!(v6["address"].as_str().unwrap().starts_with(range.trim_end_matches(":/64")), "{v6}");
}

#[test]
fn what_is_not_of_a_private_network_is_refused_loudly() {
    let desk = Desk::instant();
    let body = |source: Value| json!({"project_id": PROJECT, "source": source});
    let (status, refused) = desk.ask("POST", IPS, body(json!({"zonal": "fr-par-1"})));
    assert_eq!((status, &refused["type"]), (501, &json!("not_implemented")));
    let (status, refused) = desk.ask("POST", IPS, body(json!({"private_network_id": "nothing"})));
    assert_eq!((status, &refused["resource"]), (404, &json!("private_network")));
    let network = network(&desk, "10.0.0.0/24");
    let (status, refused) = desk.ask(
        "POST",
        IPS,
        json!({"project_id": "another", "source": {"private_network_id": network["id"]}}),
    );
    assert_eq!((status, &refused["details"][0]["argument_name"]), (400, &json!("project_id")));
    let (status, refused) = desk.ask("GET", &format!("{IPS}/nothing"), Value::Null);
    let expected = json!({"type": "not_found", "message": "resource is not found", "resource": "ip", "resource_id": "nothing"});
    assert_eq!((status, refused), (404, expected));
}

#[test]
fn an_address_is_attached_moved_and_detached_and_only_then_released() {
    let desk = Desk::instant();
    let network = network(&desk, "10.0.0.0/24");
    let ip = book(&desk, &network, json!({})).1;
    let one = format!("{IPS}/{}", id(&ip));
    let (first, second) = (
        json!({"mac_address": "02:00:00:00:00:01", "name": "vm"}),
        json!({"mac_address": "02:00:00:00:00:02"}),
    );
    let attached = desk.ok("POST", &format!("{one}/attach"), json!({"resource": first}));
    assert_eq!(
        (&attached["resource"]["type"], &attached["resource"]["name"]),
        (&json!("custom"), &json!("vm"))
    );
    assert_eq!(desk.ask("POST", &format!("{one}/attach"), json!({"resource": second})).0, 412);
    let (status, refused) = desk.ask("DELETE", &one, json!({}));
    assert_eq!((status, &refused["precondition"]), (412, &json!("resource_still_in_use")));
    let moved =
        desk.ok("POST", &format!("{one}/move"), json!({"from_resource": first, "to_resource": second}));
    assert_eq!(moved["resource"]["mac_address"], second["mac_address"]);
    assert_eq!(desk.ask("POST", &format!("{one}/detach"), json!({"resource": first})).0, 400);
    let detached = desk.ok("POST", &format!("{one}/detach"), json!({"resource": second}));
    assert!(detached["resource"].is_null());
    let other = book(&desk, &network, json!({"resource": first})).1;
    let release = "/ipam/v1/regions/fr-par/ip-sets/release";
    let both = json!({"ip_ids": [id(&ip), id(&other)]});
    assert_eq!(desk.ask("POST", release, both).0, 412, "all or none");
    assert_eq!(desk.get(&one).0, 200);
    assert_eq!(desk.ask("POST", release, json!({"ip_ids": [id(&ip)]})).0, 204);
    assert_eq!(desk.get(&one).0, 404);
}

#[test]
fn an_update_replaces_tags_and_leaves_what_is_null() {
    let desk = Desk::recorded();
    let network = network(&desk, "10.0.0.0/24");
    let ip = book(&desk, &network, json!({"tags": ["a"]})).1;
    desk.wait(1);
    let one = format!("{IPS}/{}", id(&ip));
    let updated = desk.ok("PATCH", &one, json!({"tags": null, "reverses": [{"hostname": "x.example.org"}]}));
    assert_eq!((&updated["tags"], &updated["reverses"]), (&json!(["a"]), &json!([])));
    desk.wait(1);
    let updated = desk.ok("PATCH", &one, json!({"tags": ["b"], "reverses": null}));
    assert_eq!(
        (&updated["tags"], &updated["reverses"][0]["hostname"]),
        (&json!(["b"]), &json!("x.example.org."))
    );
    assert_ne!(updated["updated_at"], ip["updated_at"]);
}

#[test]
fn lists_find_what_is_attached_where() {
    let desk = Desk::instant();
    let [a, b] = ["10.0.0.0/24", "10.0.1.0/24"].map(|range| network(&desk, range));
    let resource = json!({"mac_address": "02:00:00:00:00:01", "name": "vm-one"});
    let attached = book(&desk, &a, json!({"resource": resource})).1;
    book(&desk, &a, json!({"tags": ["x", "y"]}));
    book(&desk, &b, json!({"is_ipv6": true}));
    let found = |query: &str| {
        let listed = desk.get(&format!("{IPS}?order_by=created_at_desc&project_id={PROJECT}&{query}")).1;
        assert_eq!(listed["ips"].as_array().unwrap().len(), listed["total_count"]);
        listed["total_count"].as_u64().unwrap()
    };
    let resource_id = attached["resource"]["id"].as_str().unwrap();
    for (query, count) in [
        (String::new(), 3),
        (format!("private_network_id={}", id(&a)), 2),
        (format!("subnet_id={}", b["subnets"][1]["id"].as_str().unwrap()), 1),
        (format!("vpc_id={}", a["vpc_id"].as_str().unwrap()), 3),
        ("attached=true".into(), 1),
        ("attached=false".into(), 2),
        (format!("resource_id={resource_id}&resource_type=custom"), 1),
        (format!("resource_ids={resource_id}&resource_types=rdb_instance&resource_types=custom"), 1),
        ("resource_type=rdb_instance".into(), 0),
        ("resource_type=unknown_type".into(), 3),
        ("resource_name=one".into(), 1),
        ("mac_address=02:00:00:00:00:01".into(), 1),
        ("tags=x&tags=y".into(), 1),
        ("is_ipv6=true".into(), 1),
        (format!("ip_ids={}", id(&attached)), 1),
        ("zonal=fr-par-1".into(), 0),
    ] {
        assert_eq!(found(&query), count, "{query}");
    }
}
