//! What lists may be asked, the same for every product: order, filters, and what is refused.

use serde_json::{Value, json};

use crate::desk::{CONTAINERS, Desk, PROJECT};

const VPC: &str = "/vpc/v2/regions/fr-par";

fn names(list: &Value, items: &str) -> Vec<String> {
    let items = list[items].as_array().unwrap_or_else(|| panic!("no {items} in {list}"));
    items.iter().map(|item| item["name"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_list_that_names_no_order_has_the_first_that_the_api_names() {
    let desk = Desk::instant();
    for name in ["b", "a"] {
        desk.ok("POST", "/iam/v1alpha1/policies", json!({"name": name, "no_principal": true, "rules": []}));
        desk.ok("POST", "/iam/v1alpha1/applications", json!({ "name": name }));
        desk.ok("POST", &format!("{CONTAINERS}/namespaces"), json!({"project_id": PROJECT, "name": name}));
    }
    let list = |path: &str, items: &str| names(&desk.get(path).1, items);
    assert_eq!(list("/iam/v1alpha1/policies", "policies"), ["a", "b"]);
    assert_eq!(list("/iam/v1alpha1/policies?order_by=created_at_asc", "policies"), ["b", "a"]);
    assert_eq!(list("/iam/v1alpha1/applications", "applications"), ["b", "a"]);
    assert_eq!(list(&format!("{CONTAINERS}/namespaces?order_by="), "namespaces"), ["b", "a"]);
    let ips = "/ipam/v1/regions/fr-par/ips";
    let network = desk.network("inside");
    let book = json!({"project_id": PROJECT, "source": {"private_network_id": network}});
    let booked = [desk.ok("POST", ips, book.clone()), desk.ok("POST", ips, book)];
    let listed = desk.get(ips).1;
    assert_eq!(listed["ips"], json!([booked[1], booked[0]]), "the newest first");
}

#[test]
fn every_order_of_the_api_is_one() {
    let desk = Desk::instant();
    for path in [
        "/iam/v1alpha1/users?order_by=last_login_desc",
        "/rdb/v1/regions/fr-par/instances?order_by=region",
        "/registry/v1/regions/fr-par/namespaces?order_by=name_desc",
    ] {
        assert_eq!(desk.get(path).0, 200, "{path}");
    }
}

#[test]
fn what_a_parameter_cannot_be_is_refused() {
    let desk = Desk::instant();
    for (path, argument, reason) in [
        ("/iam/v1alpha1/users?mfa=maybe", "mfa", "format"),
        ("/iam/v1alpha1/api-keys?bearer_type=robot", "bearer_type", "constraint"),
        ("/containers/v1/regions/fr-par/triggers?trigger_type=post", "trigger_type", "constraint"),
        ("/ipam/v1/regions/fr-par/ips?resource_types=boat", "resource_types", "constraint"),
        ("/vpc/v2/regions/fr-par/vpcs?order_by=age_asc", "order_by", "constraint"),
    ] {
        let (status, refused) = desk.get(path);
        assert_eq!((status, &refused["type"]), (400, &json!("invalid_arguments")), "{path}");
        let detail = &refused["details"][0];
        assert_eq!((&detail["argument_name"], &detail["reason"]), (&json!(argument), &json!(reason)));
    }
}

#[test]
fn a_flag_is_read_in_the_spelling_of_every_language() {
    let desk = Desk::instant();
    desk.ok("POST", &format!("{VPC}/vpcs"), json!({"project_id": PROJECT, "name": "mine"}));
    for (spelling, expected) in [("true", "default"), ("True", "default"), ("False", "mine")] {
        let listed = desk.get(&format!("{VPC}/vpcs?project_id={PROJECT}&is_default={spelling}")).1;
        assert_eq!(names(&listed, "vpcs"), [expected], "{spelling}");
    }
}

#[test]
fn one_of_the_tags_is_enough_for_what_networks_are_made_of() {
    let desk = Desk::instant();
    for (name, tags) in [("a", json!(["x"])), ("b", json!(["y", "z"])), ("c", json!([]))] {
        for kind in ["vpcs", "private-networks"] {
            let body = json!({"project_id": PROJECT, "name": name, "tags": tags});
            desk.ok("POST", &format!("{VPC}/{kind}"), body);
        }
    }
    for (kind, items) in [("vpcs", "vpcs"), ("private-networks", "private_networks")] {
        let of = |query: &str| names(&desk.get(&format!("{VPC}/{kind}?{query}")).1, items);
        assert_eq!(of("tags=x&tags=z"), ["a", "b"]);
        assert_eq!(of("tags=nobody"), [""; 0]);
    }
}

#[test]
fn routes_are_found_by_the_range_that_holds_them() {
    let desk = Desk::instant();
    let vpc = desk.ok("POST", &format!("{VPC}/vpcs"), json!({"project_id": PROJECT, "name": "v"}));
    let body = json!({"project_id": PROJECT, "name": "n", "vpc_id": vpc["id"], "subnets": ["10.1.0.0/24"]});
    let network = desk.ok("POST", &format!("{VPC}/private-networks"), body);
    for destination in ["10.9.0.0/24", "172.16.0.0/16"] {
        let body = json!({"vpc_id": vpc["id"], "destination": destination, "description": "",
            "nexthop_private_network_id": network["id"]});
        desk.ok("POST", &format!("{VPC}/routes"), body);
    }
    let of = |range: &str| {
        let vpc = vpc["id"].as_str().unwrap();
        let list = desk.get(&format!("{VPC}/routes-with-nexthop?vpc_id={vpc}&contains={range}")).1;
        let routes = list["routes"].as_array().unwrap().clone();
        routes.into_iter().map(|it| it["route"]["destination"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(of("10.9.0.0/16"), ["10.9.0.0/24"]);
    assert_eq!(of("172.16.1.0/24"), [""; 0]);
}
