//! Managed Database: instances, their endpoints and upgrades, and what is copied from them.

use scaleway_emulator::{Latency, WhileChanging};
use serde_json::{Value, json};

use crate::desk::{Desk, PROJECT};

const RDB: &str = "/rdb/v1/regions/fr-par";

pub(crate) fn instances() -> String {
    format!("{RDB}/instances")
}

/// A request for an instance, with `more` laid over it.
fn request(more: &Value) -> Value {
    let mut request = json!({"project_id": PROJECT, "name": "evalap", "engine": "PostgreSQL-16",
        "user_name": "evalap", "password": "thiZ_is_v&ry_s3cret", "node_type": "DB-DEV-S",
        "volume_type": "sbs_5k", "volume_size": 10_000_000_000_u64});
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

/// A ready instance: its path and its body.
pub(crate) fn make(desk: &Desk, more: &Value) -> (String, Value) {
    let made = desk.ok("POST", &instances(), request(more));
    let one = format!("{}/{}", instances(), made["id"].as_str().unwrap());
    desk.wait(300);
    let ready = desk.get(&one).1;
    assert_eq!(ready["status"], "ready");
    (one, ready)
}

fn make_network(desk: &Desk) -> String {
    let vpc = desk.ok("POST", "/vpc/v2/regions/fr-par/vpcs", json!({"name": "v", "project_id": PROJECT}));
    let network =
        json!({"name": "n", "project_id": PROJECT, "vpc_id": vpc["id"], "subnets": ["192.168.0.0/24"]});
    let network = desk.ok("POST", "/vpc/v2/regions/fr-par/private-networks", network);
    network["id"].as_str().unwrap().to_owned()
}

fn addresses(desk: &Desk, network: &str) -> Vec<String> {
    let ips = desk.get(&format!("/ipam/v1/regions/fr-par/ips?private_network_id={network}&is_ipv6=false")).1;
    let ips = ips["ips"].as_array().unwrap().clone();
    ips.iter().map(|ip| ip["address"].as_str().unwrap().to_owned()).collect()
}

pub(crate) fn refused(answer: &(u16, Value), status: u16, field: &str) {
    let argument = &answer.1["details"][0]["argument_name"];
    assert_eq!((answer.0, argument.as_str()), (status, Some(field)), "{}", answer.1);
}

#[test]
fn a_new_instance_takes_its_address_and_is_initialized_at_last() {
    let desk = Desk::recorded();
    let network = make_network(&desk);
    let private = json!([{"private_network": {"private_network_id": network, "ipam_config": {}}}]);
    let made = desk.ok("POST", &instances(), request(&json!({"init_endpoints": private})));
    let ip = || {
        let ips =
            desk.get(&format!("/ipam/v1/regions/fr-par/ips?private_network_id={network}&is_ipv6=false"));
        let ip = ips.1["ips"][0].clone();
        (ip["created_at"].as_str().unwrap().to_owned(), ip["updated_at"].as_str().unwrap().to_owned())
    };
    let (created, updated) = ip();
    assert_eq!(created, updated);
    desk.wait(30);
    assert!(ip().1 > created, "attached to the machine");
    let one = format!("{}/{}", instances(), made["id"].as_str().unwrap());
    let mut statuses = vec![made["status"].clone()];
    for _ in 0..300 {
        desk.wait(1);
        let status = desk.get(&one).1["status"].clone();
        if statuses.last() != Some(&status) {
            statuses.push(status);
        }
    }
    assert_eq!(statuses, ["provisioning", "initializing", "ready"]);
}

#[test]
fn an_instance_has_the_platforms_defaults_and_becomes_ready_in_recorded_time() {
    let desk = Desk::recorded();
    let body = json!({"project_id": PROJECT, "name": "small", "engine": "PostgreSQL-16", "user_name": "",
        "password": "", "node_type": "db-dev-s", "tags": null, "init_endpoints": null, "volume_size": 0});
    let made = desk.ok("POST", &instances(), body);
    for (field, value) in [
        ("status", json!("provisioning")),
        ("endpoint", Value::Null),
        ("endpoints", json!([])),
        ("settings", json!([])),
        ("init_settings", json!([])),
        ("read_replicas", json!([])),
        ("maintenances", json!([])),
        ("tags", json!([])),
        ("is_ha_cluster", json!(false)),
        ("encryption", json!({"enabled": false})),
        ("volume", json!({"type": "lssd", "size": 5_000_000_000_u64, "class": "lssd"})),
        ("logs_policy", json!({"max_age_retention": 30, "total_disk_retention": null})),
        ("backup_same_region", json!(false)),
    ] {
        assert_eq!(made[field], value, "{field}");
    }
    assert!(made.get("endpoint").is_some() && made.get("updated_at").is_none());
    assert_eq!(made["backup_schedule"]["retention"], 7);
    assert!(made["backup_schedule"]["next_run_at"].as_str().unwrap().starts_with("2026-09-02T08:00:0"));

    let one = format!("{}/{}", instances(), made["id"].as_str().unwrap());
    desk.wait(200);
    let soon = desk.get(&one).1;
    assert_eq!((&soon["status"], &soon["endpoints"]), (&json!("provisioning"), &json!([])));
    desk.wait(15);
    let ready = desk.get(&one).1;
    assert_eq!(ready["status"], "ready");
    assert_eq!(ready["endpoint"], ready["endpoints"][0]);
    assert_eq!(ready["endpoint"]["load_balancer"], json!({}));
    let settings: Vec<_> = ready["settings"].as_array().unwrap().iter().map(|s| s["name"].clone()).collect();
    assert_eq!(settings.len(), 6);
    assert!(settings.contains(&json!("max_connections")));
    let users = desk.get(&format!("{one}/users")).1;
    assert_eq!(users, json!({"users": [], "total_count": 0}));
    let acls = desk.get(&format!("{one}/acls")).1;
    assert_eq!(
        (&acls["rules"][0]["ip"], &acls["rules"][0]["port"]),
        (&json!("0.0.0.0/0"), &ready["endpoint"]["port"])
    );
}

#[test]
fn what_an_instance_cannot_be_is_refused() {
    let desk = Desk::instant();
    for (more, field) in [
        (json!({"engine": "PostgreSQL-12"}), "engine"),
        (json!({"node_type": "db-huge"}), "node_type"),
        (json!({"volume_size": 12_000_000_000_u64}), "volume_size"),
        (json!({"volume_type": "lssd", "node_type": "db-play2-pico", "volume_size": 0}), "volume_type"),
        (json!({"password": "weak"}), "password"),
        (json!({"password": "NoSpecial1234"}), "password"),
        (json!({"project_id": ""}), "project_id"),
        (json!({"init_settings": [{"name": "nothing", "value": "1"}]}), "init_settings.0.name"),
        (json!({"init_endpoints": [{}]}), "init_endpoints.0"),
        (json!({"init_endpoints": [{"load_balancer": {}}, {"load_balancer": {}}]}), "init_endpoints.1"),
    ] {
        refused(&desk.ask("POST", &instances(), request(&more)), 400, field);
    }
    let elsewhere =
        json!({"init_endpoints": [{"private_network": {"private_network_id": "none", "ipam_config": {}}}]});
    let (status, body) = desk.ask("POST", &instances(), request(&elsewhere));
    assert_eq!((status, &body["resource"]), (404, &json!("private_network")));
    assert_eq!(desk.get(&instances()).1["total_count"], 0, "nothing is left of what was refused");
}

#[test]
fn a_private_instance_has_its_address_at_once_and_no_public_one() {
    let desk = Desk::recorded();
    let network = make_network(&desk);
    let spec =
        json!({"init_endpoints": [{"private_network": {"private_network_id": network, "ipam_config": {}}}]});
    let made = desk.ok("POST", &instances(), request(&spec));
    let endpoint = &made["endpoints"][0];
    assert_eq!((&endpoint["ip"], &endpoint["port"]), (&json!("192.168.0.2"), &json!(5432)));
    let details = json!({"private_network_id": network, "service_ip": "192.168.0.2/24", "zone": "fr-par-1",
        "provisioning_mode": "ipam"});
    assert_eq!(endpoint["private_network"], details);
    assert_eq!(addresses(&desk, &network), ["192.168.0.2/24"]);
    desk.wait(300);
    let one = format!("{}/{}", instances(), made["id"].as_str().unwrap());
    let ready = desk.get(&one).1;
    assert_eq!((&ready["endpoints"], &ready["endpoint"]), (&made["endpoints"], &Value::Null));
    let at = |address: &str| {
        let private = json!({"private_network_id": network, "service_ip": address});
        desk.ask("POST", &instances(), request(&json!({"init_endpoints": [{"private_network": private}]})))
    };
    refused(&at("192.168.0.2/24"), 400, "address");
    let (status, edge) = at("192.168.0.254/24");
    assert_eq!(
        (status, &edge["endpoints"][0]["private_network"]["service_ip"]),
        (200, &json!("192.168.0.254/24"))
    );
    assert_eq!(at("10.12.1.0/20").0, 200, "not of the network's own range (recorded)");
    assert_eq!(desk.get(&instances()).1["total_count"], 3, "nothing is left of the one that was refused");
    desk.ok("DELETE", &one, Value::Null);
    desk.wait(60);
    assert_eq!(desk.get(&one).0, 404);
    assert!(addresses(&desk, &network).is_empty());
}

#[test]
fn endpoints_come_and_go_while_the_instance_is_reconfigured() {
    let desk = Desk::recorded();
    let network = make_network(&desk);
    let (one, ready) = make(&desk, &json!({}));
    let spec = json!({"endpoint_spec": {"private_network": {"private_network_id": network, "service_ip": "192.168.0.9/24"}}});
    let private = desk.ok("POST", &format!("{one}/endpoints"), spec.clone());
    assert_eq!(private["private_network"]["provisioning_mode"], "static");
    assert_eq!(desk.get(&one).1["status"], "initializing");
    assert_eq!(desk.ask("POST", &format!("{one}/endpoints"), spec.clone()).0, 409);
    desk.wait(60);
    assert_eq!(desk.get(&one).1["status"], "initializing", "a chosen address takes minutes");
    desk.wait(400);
    refused(&desk.ask("POST", &format!("{one}/endpoints"), spec), 400, "endpoint_spec");
    let public = ready["endpoint"]["id"].as_str().unwrap();
    assert_eq!(desk.get(&format!("{RDB}/endpoints/{public}")).1, ready["endpoint"]);
    assert_eq!(desk.ask("DELETE", &format!("{RDB}/endpoints/{public}"), Value::Null).0, 204);
    let after = desk.get(&one).1;
    assert_eq!((&after["status"], &after["endpoints"]), (&json!("ready"), &json!([private])));
    assert_eq!(desk.get(&format!("{one}/acls")).1["rules"][0]["port"], 0);

    let id = private["id"].as_str().unwrap();
    assert_eq!(desk.ask("DELETE", &format!("{RDB}/endpoints/{id}"), Value::Null).0, 204);
    let during = desk.get(&one).1;
    assert_eq!((&during["status"], &during["endpoints"]), (&json!("configuring"), &json!([private])));
    desk.wait(31);
    assert_eq!(desk.get(&one).1["endpoints"], json!([]));
    assert_eq!(desk.get(&format!("{RDB}/endpoints/{id}")).1["resource"], "endpoint");

    let empty = desk.ok("POST", &format!("{one}/endpoints"), json!({"endpoint_spec": {"load_balancer": {}}}));
    assert_eq!(empty, json!({"id": "", "name": null, "port": 0}));
    desk.wait(31);
    let public = desk.get(&one).1["endpoint"].clone();
    let (other, _) = make(&desk, &json!({"name": "other"}));
    let path = format!("{RDB}/endpoints/{}/migrate", public["id"].as_str().unwrap());
    let to = other.rsplit('/').next().unwrap();
    refused(&desk.ask("POST", &path, json!({"instance_id": to})), 400, "instance_id");
    let theirs = desk.get(&other).1["endpoint"]["id"].as_str().unwrap().to_owned();
    desk.ask("DELETE", &format!("{RDB}/endpoints/{theirs}"), Value::Null);
    desk.ok("POST", &path, json!({"instance_id": to}));
    desk.wait(31);
    assert_eq!((&desk.get(&other).1["endpoint"], &desk.get(&one).1["endpoint"]), (&public, &Value::Null));
}

#[test]
fn an_update_leaves_what_it_does_not_name() {
    let desk = Desk::recorded();
    let (one, before) = make(&desk, &json!({"tags": ["a"]}));
    let same = desk.ok("PATCH", &one, json!({}));
    assert_eq!(same, before);
    let next = |instance: &Value| instance["backup_schedule"]["next_run_at"].as_str().unwrap().to_owned();
    let kept =
        desk.ok("PATCH", &one, json!({"is_backup_schedule_disabled": false, "backup_same_region": true}));
    assert_eq!((next(&kept), &kept["backup_same_region"]), (next(&before), &json!(true)));
    let moved =
        desk.ok("PATCH", &one, json!({"backup_schedule_frequency": 12, "backup_schedule_retention": 30}));
    assert_ne!(next(&moved), next(&before));
    assert_eq!(
        (&moved["backup_schedule"]["frequency"], &moved["backup_schedule"]["retention"]),
        (&json!(12), &json!(30))
    );
    let hour = desk.ok("PATCH", &one, json!({"backup_schedule_start_hour": 3}));
    assert_eq!(next(&hour), "2026-09-02T03:00:00.000000Z");
    desk.wait(2 * 86_400);
    assert_eq!(next(&desk.get(&one).1), "2026-09-03T15:00:00.000000Z");
    let off = desk.ok("PATCH", &one, json!({"is_backup_schedule_disabled": true, "tags": []}));
    assert_eq!(
        (&off["backup_schedule"]["next_run_at"], &off["tags"], &off["status"]),
        (&Value::Null, &json!([]), &json!("ready"))
    );
}

#[test]
fn an_upgrade_makes_one_change_and_takes_its_time() {
    let desk = Desk::recorded();
    let (one, _) = make(&desk, &json!({}));
    let upgrade = |body: Value| desk.ask("POST", &format!("{one}/upgrade"), body);
    refused(&upgrade(json!({})), 400, "upgrade");
    refused(&upgrade(json!({"enable_ha": true, "volume_size": 20_000_000_000_u64})), 400, "upgrade");
    refused(&upgrade(json!({"volume_size": 5_000_000_000_u64})), 400, "volume_size");
    refused(&upgrade(json!({"volume_size": 10_000_000_000_u64})), 400, "volume_size");
    refused(&upgrade(json!({"volume_size": 21_000_000_000_u64})), 400, "volume_size");
    refused(&upgrade(json!({"enable_ha": false})), 400, "enable_ha");
    refused(&upgrade(json!({"high_availability_mode": "disabled"})), 400, "high_availability_mode");
    refused(&upgrade(json!({"enable_encryption": false})), 400, "enable_encryption");
    for (change, field, value, seconds) in [
        (
            json!({"volume_size": 20_000_000_000_u64}),
            "volume",
            json!({"type": "sbs_5k", "class": "sbs", "size": 20_000_000_000_u64}),
            30,
        ),
        (
            json!({"volume_type": "sbs_15k"}),
            "volume",
            json!({"type": "sbs_15k", "class": "sbs", "size": 20_000_000_000_u64}),
            420,
        ),
        (json!({"enable_ha": true}), "is_ha_cluster", json!(true), 480),
        (json!({"enable_encryption": true}), "encryption", json!({"enabled": true}), 720),
        (json!({"node_type": "DB-GP-XS"}), "node_type", json!("db-gp-xs"), 182),
    ] {
        let (status, answer) = upgrade(change.clone());
        assert_eq!(
            (status, &answer["status"], &answer[field]),
            (200, &json!("initializing"), &value),
            "{change}"
        );
        assert_eq!(upgrade(change.clone()).0, 409, "{change}");
        desk.wait(seconds - 10);
        assert_eq!(desk.get(&one).1["status"], "initializing", "{change}");
        desk.wait(11);
        assert_eq!(desk.get(&one).1["status"], "ready", "{change}");
    }
    refused(&upgrade(json!({"enable_ha": true})), 400, "enable_ha");
    refused(&upgrade(json!({"enable_encryption": true})), 400, "enable_encryption");
}

#[test]
fn a_major_upgrade_is_another_instance_that_takes_the_endpoints_but_not_the_rules() {
    let desk = Desk::recorded();
    let (one, old) = make(&desk, &json!({"is_ha_cluster": true, "tags": ["a"]}));
    desk.ok("PUT", &format!("{one}/acls"), json!({"rules": [{"ip": "1.2.3.4/32", "description": "office"}]}));
    desk.wait(30);
    let to = old["upgradable_version"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(to["name"], "PostgreSQL-17");
    let upgrade = |version: &Value| {
        let body =
            json!({"major_upgrade_workflow": {"upgradable_version_id": version, "with_endpoints": true}});
        desk.ask("POST", &format!("{one}/upgrade"), body)
    };
    refused(&upgrade(&json!("none")), 400, "upgradable_version_id");
    let (_, new) = upgrade(&to["id"]);
    assert_ne!(new["id"], old["id"]);
    assert_eq!(
        (&new["engine"], &new["is_ha_cluster"], &new["endpoints"]),
        (&json!("PostgreSQL-17"), &json!(false), &json!([]))
    );
    assert_eq!(
        (&new["tags"], &new["settings"], &new["upgradable_version"]),
        (&json!(["a"]), &old["settings"], &json!([]))
    );
    assert_eq!(desk.get(&one).1["endpoint"], old["endpoint"], "until the new one is ready");
    desk.wait(185);
    let other = format!("{}/{}", instances(), new["id"].as_str().unwrap());
    let (new, left) = (desk.get(&other).1, desk.get(&one).1);
    assert_eq!((&new["status"], &new["endpoint"]), (&json!("ready"), &old["endpoint"]));
    assert_eq!(
        (&left["status"], &left["endpoint"], &left["endpoints"]),
        (&json!("ready"), &Value::Null, &json!([]))
    );
    assert_eq!(desk.get(&format!("{other}/acls")).1["rules"][0]["ip"], "0.0.0.0/0");
    assert_eq!(desk.get(&format!("{one}/acls")).1["rules"][0]["port"], 0);
    assert_eq!(desk.get(&format!("{other}/users")).1["users"], json!([{"name": "evalap", "is_admin": true}]));
}

#[test]
fn a_deleted_instance_is_deleting_for_a_while_and_takes_what_is_in_it_along() {
    let desk = Desk::recorded();
    let made = desk.ok("POST", &instances(), request(&json!({})));
    let one = format!("{}/{}", instances(), made["id"].as_str().unwrap());
    let (status, body) = desk.ask("DELETE", &one, Value::Null);
    assert_eq!(
        (status, &body["type"], &body["current_state"]),
        (409, &json!("transient_state"), &json!("provisioning"))
    );
    desk.wait(300);
    assert_eq!(desk.ok("DELETE", &one, Value::Null)["status"], "deleting");
    assert_eq!(desk.get(&one).1["status"], "deleting");
    assert_eq!(desk.ask("PATCH", &one, json!({"tags": []})).0, 409);
    desk.wait(30);
    let (status, gone) = desk.get(&one);
    let expected = json!({"message": "resource is not found", "resource": "instance", "resource_id": made["id"], "type": "not_found"});
    assert_eq!((status, gone), (404, expected));
    assert_eq!(desk.get(&format!("{one}/users")).0, 404);
}

#[test]
fn instances_are_listed_by_what_they_are() {
    let desk = Desk::instant();
    make(&desk, &json!({"name": "a", "tags": ["x", "y"]}));
    make(&desk, &json!({"name": "b", "tags": ["x"], "project_id": "another"}));
    let names = |query: &str| {
        let list = desk.get(&format!("{}?{query}", instances())).1;
        list["instances"]
            .as_array()
            .unwrap()
            .iter()
            .map(|i| i["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("order_by=name_desc"), ["b", "a"]);
    assert_eq!(names("tags=x&tags=y"), ["a"]);
    assert_eq!(names("project_id=another"), ["b"]);
    assert_eq!(names("name=a"), ["a"]);
    assert!(names("has_maintenances=true").is_empty());
    assert_eq!(names("has_maintenances=false"), ["a", "b"]);
    make(&desk, &json!({"name": "abc"}));
    assert_eq!(names("name=bc"), ["abc"], "a part of the name");
}

#[test]
fn changes_in_transit_add_up_where_they_are_taken() {
    let desk = Desk::with(|builder| builder.latency(Latency::Recorded).while_changing(WhileChanging::Accept));
    let (one, _) = make(&desk, &json!({"init_endpoints": [{"load_balancer": {}}]}));
    let endpoint = desk.get(&one).1["endpoint"]["id"].as_str().unwrap().to_owned();
    desk.ask("DELETE", &format!("{RDB}/endpoints/{endpoint}"), Value::Null);
    desk.ok("POST", &format!("{one}/endpoints"), json!({"endpoint_spec": {"load_balancer": {}}}));
    desk.ok("PUT", &format!("{one}/acls"), json!({"rules": []}));
    desk.wait(31);
    let ready = desk.get(&one).1;
    assert_eq!((&ready["status"], ready["endpoints"].as_array().unwrap().len()), (&json!("ready"), 1));
}
