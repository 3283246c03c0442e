//! VPC: VPCs, private networks, and what routes and filters between them.

use scaleway_core::Clock;
use scaleway_emulator::Emulator;
use serde_json::{Value, json};

use crate::desk::{Desk, PROJECT};

const VPC: &str = "/vpc/v2/regions/fr-par";

fn id(body: &Value) -> &str {
    body["id"].as_str().unwrap()
}

/// Makes something and answers it.
fn make(desk: &Desk, collection: &str, body: Value) -> Value {
    desk.ok("POST", &format!("{VPC}/{collection}"), body)
}

fn make_vpc(desk: &Desk, name: &str) -> Value {
    make(desk, "vpcs", json!({"name": name, "project_id": PROJECT}))
}

fn make_network(desk: &Desk, vpc: &Value, subnets: Value) -> Value {
    make(
        desk,
        "private-networks",
        json!({"name": "n", "project_id": PROJECT, "vpc_id": vpc["id"], "subnets": subnets}),
    )
}

fn ranges(network: &Value) -> Vec<&str> {
    network["subnets"].as_array().unwrap().iter().map(|subnet| subnet["subnet"].as_str().unwrap()).collect()
}

/// Status and name of the argument of a refused request.
fn refused(desk: &Desk, verb: &str, path: &str, body: Value) -> (u16, String) {
    let (status, body) = desk.ask(verb, &format!("{VPC}/{path}"), body);
    let name = &body["details"][0]["argument_name"];
    (status, name.as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_vpc_is_there_at_once_and_routes_whatever_is_asked_for() {
    let desk = Desk::recorded();
    let body = json!({"name": "v", "project_id": PROJECT, "tags": null, "enable_routing": false, "enable_transitivity": true});
    let made = make(&desk, "vpcs", body);
    let expected = json!({
        "name": "v", "project_id": PROJECT, "tags": [], "region": "fr-par", "is_default": false, "private_network_count": 0,
        "routing_enabled": true, "custom_routes_propagation_enabled": true, "transitivity_enabled": true,
        "s3_integration_enabled": false,
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&made[field], value, "{field}");
    }
    let one = format!("{VPC}/vpcs/{}", id(&made));
    assert_eq!(desk.get(&one).1, made);
    desk.wait(1);
    let on = desk.ok("POST", &format!("{one}/enable-custom-routes-propagation"), json!({}));
    assert_eq!(on, made, "what is on already stays as it is");
    let updated = desk.ok("PATCH", &one, json!({"tags": ["a"], "name": null}));
    assert_eq!((&updated["name"], &updated["tags"]), (&json!("v"), &json!(["a"])));
    assert_ne!(updated["updated_at"], made["updated_at"]);
    assert_eq!(desk.ask("DELETE", &one, Value::Null), (204, Value::Null));
    let gone = json!({"type": "not_found", "message": "resource is not found", "resource": "vpc", "resource_id": id(&made)});
    assert_eq!(desk.get(&one), (404, gone));
}

#[test]
fn every_project_has_one_default_vpc_in_a_region() {
    let desk = Desk::instant();
    let list = |region: &str| {
        let path = format!("/vpc/v2/regions/{region}/vpcs?is_default=true&project_id={PROJECT}");
        desk.get(&path).1["vpcs"].as_array().unwrap().clone()
    };
    let [vpc] = &list("fr-par")[..] else { panic!("not one default VPC") };
    assert_eq!((&vpc["name"], &vpc["tags"]), (&json!("default"), &json!(["default"])));
    assert_eq!(list("fr-par").len(), 1, "looking again makes no other");
    assert_ne!(list("nl-ams")[0]["id"], vpc["id"]);
    let network = make(&desk, "private-networks", json!({"name": "n", "project_id": PROJECT}));
    assert_eq!(network["vpc_id"], vpc["id"]);
    let (status, refused) = desk.ask("DELETE", &format!("{VPC}/vpcs/{}", id(vpc)), Value::Null);
    assert_eq!((status, &refused["type"]), (412, &json!("precondition_failed")));
}

#[test]
fn a_vpc_counts_its_networks_and_is_not_deleted_with_one() {
    let desk = Desk::recorded();
    let vpc = make_vpc(&desk, "v");
    let one = format!("{VPC}/vpcs/{}", id(&vpc));
    desk.wait(1);
    let network = make_network(&desk, &vpc, Value::Null);
    let counted = desk.get(&one).1;
    assert_eq!((&counted["private_network_count"], &counted["updated_at"]), (&json!(1), &vpc["updated_at"]));
    let (status, refused) = desk.ask("DELETE", &one, Value::Null);
    assert_eq!((status, &refused["precondition"]), (412, &json!("resource_still_in_use")));
    assert_eq!(desk.ask("DELETE", &format!("{VPC}/private-networks/{}", id(&network)), Value::Null).0, 204);
    assert_eq!(desk.ask("DELETE", &one, Value::Null).0, 204);
}

#[test]
fn a_network_gets_a_range_of_each_version_that_overlaps_no_other() {
    let desk = Desk::instant();
    let vpc = make_vpc(&desk, "v");
    let chosen = make_network(&desk, &vpc, json!(["172.16.0.0/22"]));
    assert_eq!(ranges(&chosen)[0], "172.16.0.0/22");
    assert!(ranges(&chosen)[1].starts_with("fd") && ranges(&chosen)[1].ends_with("::/64"));
    let automatic = make_network(&desk, &vpc, Value::Null);
    assert_eq!(ranges(&automatic)[0], "172.16.4.0/22");
    assert_ne!(ranges(&automatic)[1], ranges(&chosen)[1]);
    assert_eq!(ranges(&automatic)[1][..14], ranges(&chosen)[1][..14], "one /48 a project and region");
    let both = make_network(&desk, &vpc, json!(["fd00:1:2:3::/64", "10.0.0.0/24"]));
    assert_eq!(ranges(&both), ["10.0.0.0/24", "fd00:1:2:3::/64"]);
    let listed = desk.get(&format!("{VPC}/subnets?vpc_id={}", id(&vpc))).1;
    assert_eq!(listed["total_count"], 6);
    assert_eq!(listed["subnets"][0], chosen["subnets"][0]);
}

#[test]
fn ranges_that_cannot_be_are_refused_all_at_once() {
    let desk = Desk::instant();
    let vpc = make_vpc(&desk, "v");
    make_network(&desk, &vpc, json!(["10.0.0.0/24"]));
    for wrong in ["10.0.0.128/25", "10.1.0.1/24", "10.0.0.0/8", "10.0.0.0/30", "fd00::/48", "network"] {
        let body = json!({"name": "n", "project_id": PROJECT, "vpc_id": vpc["id"], "subnets": [wrong]});
        assert_eq!(refused(&desk, "POST", "private-networks", body), (400, "subnets.0".into()), "{wrong}");
    }
    let body = json!({"name": "n", "project_id": PROJECT, "vpc_id": vpc["id"], "subnets": ["x", "10.9.0.0/24", "10.8.0.0/24"]});
    let (_, refused) = desk.ask("POST", &format!("{VPC}/private-networks"), body);
    let names: Vec<_> =
        refused["details"].as_array().unwrap().iter().map(|d| d["argument_name"].clone()).collect();
    assert_eq!(names, ["subnets.0", "subnets.2"]);
    let other = make_vpc(&desk, "other");
    assert_eq!(ranges(&make_network(&desk, &other, json!(["10.0.0.0/24"])))[0], "10.0.0.0/24");
}

#[test]
fn a_network_in_use_is_not_deleted() {
    let desk = Desk::instant();
    let vpc = make_vpc(&desk, "v");
    let network = make_network(&desk, &vpc, Value::Null);
    let one = format!("{VPC}/private-networks/{}", id(&network));
    let ips = "/ipam/v1/regions/fr-par/ips";
    let ip =
        desk.ok("POST", ips, json!({"project_id": PROJECT, "source": {"private_network_id": id(&network)}}));
    let expected = json!({
        "type": "precondition_failed", "message": "a precondition is not respected",
        "precondition": "resource_still_in_use", "help_message": "Private Network must be empty to be deleted"});
    assert_eq!(desk.ask("DELETE", &one, Value::Null), (412, expected.clone()));
    assert_eq!(desk.ask("DELETE", &format!("{ips}/{}", id(&ip)), json!({})).0, 204);
    let namespace = desk.namespace("n");
    let container =
        json!({"namespace_id": namespace, "name": "c", "image": "i", "private_network_id": id(&network)});
    desk.ok("POST", "/containers/v1/regions/fr-par/containers", container);
    assert_eq!(desk.ask("DELETE", &one, Value::Null), (412, expected));
    desk.ok("DELETE", &format!("/containers/v1/regions/fr-par/namespaces/{namespace}"), Value::Null);
    desk.wait(60);
    assert_eq!(desk.ask("DELETE", &one, Value::Null).0, 204);
    let gone = json!({
        "type": "not_found", "message": "resource is not found", "resource": "private_network", "resource_id": id(&network)});
    assert_eq!(desk.get(&one), (404, gone.clone()));
    assert_eq!(desk.ask("DELETE", &one, Value::Null), (404, gone));
    assert_eq!(desk.get(&format!("{VPC}/subnets")).1["total_count"], 0);
}

#[test]
fn an_update_of_a_network_leaves_what_it_does_not_name() {
    let desk = Desk::instant();
    let vpc = make_vpc(&desk, "v");
    let network = make_network(&desk, &vpc, Value::Null);
    let one = format!("{VPC}/private-networks/{}", id(&network));
    let patch = json!({"default_route_propagation_enabled": true, "subnets": ["10.0.0.0/24"], "tags": null});
    let updated = desk.ok("PATCH", &one, patch);
    assert_eq!(updated["default_route_propagation_enabled"], true);
    assert_eq!(
        (&updated["name"], &updated["subnets"], &updated["tags"]),
        (&network["name"], &network["subnets"], &json!([]))
    );
    assert_eq!(desk.ok("POST", &format!("{one}/enable-dhcp"), json!({})), updated);
}

#[test]
fn lists_are_filtered_by_part_of_the_name_by_tags_and_by_ids() {
    let desk = Desk::instant();
    let [a, b] = ["evalap-staging", "evalap-production"].map(|name| make_vpc(&desk, name));
    desk.ok("PATCH", &format!("{VPC}/vpcs/{}", id(&a)), json!({"tags": ["x", "y"]}));
    let names = |query: &str| {
        let listed = desk.get(&format!("{VPC}/vpcs?order_by=name_desc&project_id={PROJECT}&{query}")).1;
        listed["vpcs"].as_array().unwrap().iter().map(|vpc| vpc["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(""), ["evalap-staging", "evalap-production", "default"]);
    assert_eq!(names("name=prod"), ["evalap-production"]);
    assert_eq!(names("tags=x&tags=y"), ["evalap-staging"]);
    assert_eq!(names("tags=x&tags=z"), ["evalap-staging"], "one is enough");
    assert_eq!(names("tags=z"), [""; 0]);
    let network = make_network(&desk, &b, Value::Null);
    make_network(&desk, &a, Value::Null);
    let listed = desk.get(&format!("{VPC}/private-networks?private_network_ids={}", id(&network))).1;
    assert_eq!(listed, json!({"private_networks": [network], "total_count": 1}));
}

#[test]
fn routes_are_those_of_subnets_and_those_that_were_made() {
    let desk = Desk::instant();
    let vpc = make_vpc(&desk, "v");
    let network = make_network(&desk, &vpc, Value::Null);
    let body = json!({
        "description": "", "tags": ["t"], "vpc_id": id(&vpc), "destination": "192.168.42.0/24",
        "nexthop_private_network_id": id(&network)});
    let route = make(&desk, "routes", body);
    assert_eq!(
        (&route["description"], &route["type"], &route["is_read_only"]),
        (&json!("Custom route"), &json!("custom"), &json!(false))
    );
    assert!(route["nexthop_resource_id"].is_null() && route["nexthop_vpc_connector_id"].is_null());
    let list = |query: &str| {
        desk.get(&format!("{VPC}/routes-with-nexthop?vpc_id={}&{query}", id(&vpc))).1["routes"].clone()
    };
    let all = list("nexthop_resource_type=unknown_type&tags=t");
    assert_eq!(all.as_array().unwrap().len(), 3, "managed routes come whatever the tags are");
    let managed = &all[0]["route"];
    assert_eq!(
        (&managed["id"], &managed["tags"], &managed["type"]),
        (&json!(""), &json!(["MANAGED"]), &json!("subnet"))
    );
    assert_eq!(managed["destination"], network["subnets"][0]["subnet"]);
    assert_eq!(all[2]["route"], route);
    assert_eq!(all[2]["nexthop_resource_type"], "unknown_type");
    assert_eq!(list("tags=u").as_array().unwrap().len(), 2);
    assert_eq!(list("contains=192.168.0.0/16")[0]["route"], route);
    assert_eq!(list("is_ipv6=true")[0]["route"]["destination"], network["subnets"][1]["subnet"]);

    let one = format!("{VPC}/routes/{}", id(&route));
    let updated = desk.ok("PATCH", &one, json!({"description": "d", "nexthop_resource_id": "server"}));
    assert_eq!((&updated["description"], &updated["nexthop_resource_id"]), (&json!("d"), &json!("server")));
    assert_eq!(updated["destination"], route["destination"]);
    assert_eq!(desk.ask("DELETE", &one, Value::Null).0, 204);
    let gone = json!({"type": "not_found", "message": "resource is not found", "resource": "unknown", "resource_id": ""});
    assert_eq!(desk.get(&one), (404, gone));
}

#[test]
fn routes_that_lead_nowhere_are_refused() {
    let desk = Desk::instant();
    let [a, b] = ["a", "b"].map(|name| make_vpc(&desk, name));
    let network = make_network(&desk, &b, Value::Null);
    let try_it = |more: Value| {
        let mut body = json!({"vpc_id": id(&a), "destination": "10.0.0.0/24"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        refused(&desk, "POST", "routes", body)
    };
    assert_eq!(try_it(json!({})), (400, "nexthop_private_network_id".into()));
    assert_eq!(
        try_it(json!({"nexthop_private_network_id": id(&network)})),
        (400, "nexthop_private_network_id".into())
    );
    assert_eq!(try_it(json!({"nexthop_private_network_id": "nothing"})).0, 404);
    assert_eq!(try_it(json!({"nexthop_vpc_connector_id": "nothing"})).0, 404);
    assert_eq!(try_it(json!({"destination": "10.0.0.1/24"})), (400, "destination".into()));
    let body = json!({"vpc_id": id(&a), "destination": "10.0.0.0/24", "nexthop_resource_id": "nic"});
    let route = make(&desk, "routes", body);
    assert_eq!(
        (&route["nexthop_resource_id"], &route["nexthop_private_network_id"]),
        (&json!("nic"), &Value::Null)
    );
}

#[test]
fn acls_are_one_a_version_and_replaced_whole() {
    let desk = Desk::instant();
    let vpc = make_vpc(&desk, "v");
    let acl = format!("{VPC}/vpcs/{}/acl-rules", id(&vpc));
    let open = json!({"rules": [], "default_policy": "accept"});
    assert_eq!(desk.get(&acl), (200, open.clone()));
    let rule = json!({
        "protocol": "TCP", "source": "0.0.0.0/0", "src_port_low": 0, "src_port_high": 0, "destination": "10.0.0.0/24",
        "dst_port_low": 80, "dst_port_high": 80, "action": "accept", "description": "http"});
    let set = desk.ok("PUT", &acl, json!({"rules": [rule], "is_ipv6": false, "default_policy": "drop"}));
    let mut expected = rule;
    expected["description"] = "(Rule scope: client) http".into();
    assert_eq!(set, json!({"rules": [expected], "default_policy": "drop"}));
    assert_eq!(desk.get(&format!("{acl}?is_ipv6=false")).1, set);
    assert_eq!(desk.get(&format!("{acl}?is_ipv6=true")).1, open);
    let cleared = json!({"rules": null, "is_ipv6": false, "default_policy": "accept"});
    assert_eq!(desk.ok("PUT", &acl, cleared), open);
    let wrong = json!({"rules": [{"source": "all", "destination": "10.0.0.0/24", "action": "accept"}], "default_policy": "drop"});
    let (status, body) = desk.ask("PUT", &acl, wrong);
    assert_eq!((status, &body["details"][0]["argument_name"]), (400, &json!("rules.0.source")));
    assert_eq!(desk.get(&format!("{VPC}/vpcs/nothing/acl-rules")).0, 404);
}

#[test]
fn a_connector_is_an_orphan_until_there_is_one_the_other_way() {
    let desk = Desk::instant();
    let [a, b] = ["a", "b"].map(|name| make_vpc(&desk, name));
    let connect = |from: &Value, to: &Value| {
        make(&desk, "vpc-connectors", json!({"name": "c", "vpc_id": id(from), "target_vpc_id": id(to)}))
    };
    let there = connect(&a, &b);
    assert_eq!((&there["status"], &there["peer_info"]), (&json!("orphan"), &Value::Null));
    let back = connect(&b, &a);
    assert_eq!((&back["status"], &back["peer_info"]["vpc_name"]), (&json!("peered"), &json!("a")));
    let one = format!("{VPC}/vpc-connectors/{}", id(&there));
    assert_eq!(desk.get(&one).1["status"], "peered");
    for vpc in [&a, &b] {
        make_network(&desk, vpc, json!(["10.0.0.0/24"]));
    }
    assert_eq!(desk.get(&one).1["status"], "conflict");
    let overlaps = desk.get(&format!("{one}/subnet-overlaps")).1;
    assert_eq!(
        (&overlaps["total_count"], &overlaps["subnet_overlaps"][0]["target_subnet"]),
        (&json!(1), &json!("10.0.0.0/24"))
    );
    let conflicts = desk.get(&format!("{VPC}/vpc-connectors?status=conflict&vpc_id={}", id(&a))).1;
    assert_eq!(conflicts["total_count"], 1);
    assert_eq!(desk.ok("PATCH", &one, json!({"name": "d"}))["name"], "d");
    assert_eq!(desk.ask("DELETE", &one, Value::Null).0, 204);
    assert_eq!(desk.get(&format!("{VPC}/vpc-connectors/{}", id(&back))).1["status"], "orphan");
}

#[test]
fn ingress_rules_know_their_version_of_ip() {
    let desk = Desk::instant();
    let vpc = make_vpc(&desk, "v");
    let network = make_network(&desk, &vpc, Value::Null);
    let mut body = json!({
        "vpc_id": id(&vpc), "source": "10.1.0.0/24", "nexthop_resource_ip": "172.16.0.2",
        "nexthop_private_network_id": id(&network), "description": "d"});
    let rule = make(&desk, "ingress-rules", body.clone());
    assert_eq!((&rule["is_ipv6"], &rule["project_id"]), (&json!(false), &json!(PROJECT)));
    body["nexthop_resource_ip"] = "fd00::2".into();
    assert_eq!(refused(&desk, "POST", "ingress-rules", body), (400, "nexthop_resource_ip".into()));
    let one = format!("{VPC}/ingress-rules/{}", id(&rule));
    let updated = desk.ok("PATCH", &one, json!({"source": "fd01::/64", "nexthop_resource_ip": "fd00::2"}));
    assert_eq!((&updated["is_ipv6"], &updated["description"]), (&json!(true), &json!("d")));
    assert_eq!(desk.get(&format!("{VPC}/ingress-rules?is_ipv6=false")).1["total_count"], 0);
    assert_eq!(desk.ask("DELETE", &one, Value::Null).0, 204);
    assert_eq!(desk.get(&one).1["resource"], "unknown");
}

#[test]
fn object_storage_is_reached_from_the_networks_that_are_named() {
    let desk = Desk::instant();
    let vpc = make_vpc(&desk, "v");
    let networks = [(); 2].map(|()| make_network(&desk, &vpc, Value::Null));
    let [a, b] = [id(&networks[0]), id(&networks[1])];
    let s3 = format!("{VPC}/s3-integration/{}", id(&vpc));
    let has = |network: &str| {
        desk.get(&format!("{VPC}/private-networks/{network}")).1["has_s3_integration"] == true
    };
    let on = desk.ok("POST", &format!("{s3}/enable?private_network_ids={a}"), Value::Null);
    assert_eq!((&on["s3_integration_enabled"], has(a), has(b)), (&json!(true), true, false));
    let set = desk.ok("PUT", &format!("{s3}/private-networks"), json!({"private_network_ids": [b]}));
    assert_eq!(set, json!({"vpc_id": id(&vpc), "private_network_ids": [b]}));
    desk.ok("POST", &format!("{s3}/private-networks"), json!({"private_network_id": a}));
    assert_eq!(desk.ask("DELETE", &format!("{s3}/private-networks/{b}"), Value::Null).0, 204);
    assert_eq!((has(a), has(b)), (true, false));
    let off = desk.ok("POST", &format!("{s3}/disable"), Value::Null);
    assert_eq!((&off["s3_integration_enabled"], has(a)), (&json!(false), false));
    assert_eq!(
        desk.ask("PUT", &format!("{s3}/private-networks"), json!({"private_network_ids": ["x"]})).0,
        404
    );
}

#[test]
fn a_dated_world_answers_as_the_api_did() {
    let fields = |day: &str| {
        let clock = Clock::virtual_from(format!("{day}T12:00:00Z").parse().unwrap());
        let desk =
            Desk { emulator: Emulator::builder().clock(clock.clone()).dated(true).build().unwrap(), clock };
        let vpc = make_vpc(&desk, "v");
        let network = make_network(&desk, &vpc, json!(null));
        [
            vpc["custom_routes_propagation_enabled"] == true,
            vpc.get("transitivity_enabled").is_some(),
            network["subnets"][0].get("region").is_some(),
            network.get("has_s3_integration").is_some(),
        ]
    };
    assert_eq!(fields("2025-06-30"), [false, false, false, false]);
    assert_eq!(fields("2026-05-25"), [true, false, false, false]);
    assert_eq!(fields("2026-06-23"), [true, false, true, false]);
    assert_eq!(fields("2026-06-24"), [true, true, true, false]);
    assert_eq!(fields("2026-07-30"), [true; 4]);
}
