//! Managed Database: what is copied from instances: backups, snapshots, clones, replicas.

use serde_json::{Value, json};

use crate::desk::Desk;
use crate::rdb::{instances, make, refused};

const RDB: &str = "/rdb/v1/regions/fr-par";

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

#[test]
fn a_backup_is_of_one_database_and_outlives_the_instance() {
    let desk = Desk::recorded();
    let (one, _) = make(&desk, &json!({"backup_same_region": true}));
    desk.ok("POST", &format!("{one}/databases"), json!({"name": "evalap"}));
    let all = format!("{RDB}/backups");
    let request = json!({"instance_id": id(&one), "database_name": "evalap", "name": "nightly", "expires_at": "2026-09-03T08:00:00Z"});
    let made = desk.ok("POST", &all, request);
    for (field, value) in [
        ("status", json!("creating")),
        ("size", Value::Null),
        ("updated_at", Value::Null),
        ("download_url", Value::Null),
        ("same_region", json!(true)),
        ("instance_name", json!("evalap")),
    ] {
        assert_eq!(made.get(field), Some(&value), "{field}");
    }
    let backup = format!("{all}/{}", made["id"].as_str().unwrap());
    assert_eq!(desk.ask("POST", &format!("{backup}/export"), json!({})).0, 409);
    desk.wait(32);
    assert_eq!(
        (&desk.get(&backup).1["status"], &desk.get(&backup).1["size"]),
        (&json!("ready"), &json!(1335))
    );
    assert_eq!(desk.ok("PATCH", &backup, json!({"name": "kept"}))["name"], "kept");
    assert_eq!(desk.get(&format!("{all}?instance_id={}&name=kept", id(&one))).1["total_count"], 1);
    assert_eq!(desk.ok("POST", &format!("{backup}/export"), json!({}))["status"], "exporting");
    desk.wait(32);
    assert!(desk.get(&backup).1["download_url"].as_str().unwrap().starts_with("https://"));
    let (status, none) =
        desk.ask("POST", &all, json!({"instance_id": id(&one), "database_name": "none", "name": "x"}));
    assert_eq!((status, &none["resource"]), (404, &json!("database")));
    let into = json!({"instance_id": id(&one), "database_name": "copy"});
    assert_eq!(desk.ok("POST", &format!("{backup}/restore"), into)["status"], "restoring");
    desk.wait(32);
    assert_eq!(desk.get(&format!("{one}/databases?name=copy")).1["total_count"], 1);
    desk.ok("DELETE", &one, Value::Null);
    desk.wait(60);
    assert_eq!(desk.get(&backup).0, 200);
    desk.wait(3 * 86_400);
    assert_eq!(desk.get(&backup).1["resource"], "database_backup", "it has expired");
    refused(
        &desk.ask("POST", &all, json!({"instance_id": id(&one), "database_name": "evalap", "name": ""})),
        400,
        "name",
    );
}

#[test]
fn a_deleted_backup_is_gone_at_once() {
    let desk = Desk::recorded();
    let (one, _) = make(&desk, &json!({}));
    let made = desk.ok(
        "POST",
        &format!("{RDB}/backups"),
        json!({"instance_id": id(&one), "database_name": "rdb", "name": "b"}),
    );
    let backup = format!("{RDB}/backups/{}", made["id"].as_str().unwrap());
    desk.wait(32);
    assert_eq!(desk.ok("DELETE", &backup, Value::Null)["status"], "deleting");
    assert_eq!(desk.get(&backup).0, 404);
}

#[test]
fn a_snapshot_holds_what_was_there_when_it_was_made() {
    let desk = Desk::recorded();
    let (one, instance) = make(&desk, &json!({"tags": ["a"]}));
    desk.ok("POST", &format!("{one}/databases"), json!({"name": "before"}));
    let made = desk.ok("POST", &format!("{one}/snapshots"), json!({"name": "s"}));
    assert_eq!(
        (&made["status"], &made["size"], &made["updated_at"]),
        (&json!("creating"), &Value::Null, &Value::Null)
    );
    assert_eq!(made["volume_type"], json!({"type": "sbs_5k", "class": "sbs"}));
    assert_eq!(&made["expires_at"].as_str().unwrap()[..10], "2027-09-01");
    desk.ok("POST", &format!("{one}/databases"), json!({"name": "after"}));
    let snapshot = format!("{RDB}/snapshots/{}", made["id"].as_str().unwrap());
    let create = json!({"instance_name": "copy", "is_ha_cluster": false, "node_type": "db-dev-m"});
    assert_eq!(desk.ask("POST", &format!("{snapshot}/create-instance"), create.clone()).0, 409);
    desk.wait(31);
    assert_eq!(desk.get(&snapshot).1["size"], 10_000_000_000_u64);
    assert_eq!(desk.ok("PATCH", &snapshot, json!({"name": "t"}))["name"], "t");
    assert_eq!(desk.get(&format!("{RDB}/snapshots?instance_id={}", id(&one))).1["total_count"], 1);
    let copy = desk.ok("POST", &format!("{snapshot}/create-instance"), create);
    assert_eq!(
        (&copy["name"], &copy["node_type"], &copy["tags"]),
        (&json!("copy"), &json!("db-dev-m"), &json!(["a"]))
    );
    assert_eq!((&copy["settings"], &copy["endpoints"]), (&instance["settings"], &json!([])));
    desk.wait(250);
    let copy = format!("{}/{}", instances(), copy["id"].as_str().unwrap());
    let ready = desk.get(&copy).1;
    assert!(ready["endpoint"].is_object() && ready["endpoint"] != instance["endpoint"]);
    let names = desk.get(&format!("{copy}/databases")).1["databases"].to_string();
    assert!(names.contains("before") && !names.contains("after"), "{names}");
    assert_eq!(desk.ok("DELETE", &snapshot, Value::Null)["status"], "deleting");
    desk.wait(10);
    assert_eq!(desk.get(&snapshot).1["resource"], "instance_snapshot");
    let (local, _) = make(&desk, &json!({"volume_type": "lssd", "volume_size": 0}));
    assert_eq!(desk.ask("POST", &format!("{local}/snapshots"), json!({"name": "s"})).0, 412);
}

#[test]
fn a_clone_is_an_instance_of_its_own() {
    let desk = Desk::recorded();
    let (one, _) = make(&desk, &json!({"is_ha_cluster": true}));
    let clone = desk.ok("POST", &format!("{one}/clone"), json!({"name": "twin"}));
    assert_eq!(
        (&clone["name"], &clone["is_ha_cluster"], &clone["status"]),
        (&json!("twin"), &json!(true), &json!("provisioning"))
    );
    desk.ok("DELETE", &one, Value::Null);
    desk.wait(300);
    let twin = format!("{}/{}", instances(), clone["id"].as_str().unwrap());
    assert_eq!(desk.get(&format!("{twin}/users")).1["users"][0]["name"], "evalap");
}

#[test]
fn replicas_are_shown_by_their_instance_and_can_become_one() {
    let desk = Desk::recorded();
    let (one, _) = make(&desk, &json!({}));
    let all = format!("{RDB}/read-replicas");
    let request =
        json!({"instance_id": id(&one), "endpoint_spec": [{"direct_access": {}}], "same_zone": true});
    let made = desk.ok("POST", &all, request.clone());
    let expected = json!({"id": made["id"], "instance_id": id(&one), "region": "fr-par", "same_zone": true,
        "status": "provisioning", "endpoints": []});
    assert_eq!(made, expected);
    refused(
        &desk.ask("POST", &all, json!({"instance_id": id(&one), "endpoint_spec": []})),
        400,
        "endpoint_spec",
    );
    let replica = format!("{all}/{}", made["id"].as_str().unwrap());
    assert_eq!(desk.ask("POST", &format!("{replica}/reset"), json!({})).0, 409);
    desk.wait(185);
    let ready = desk.get(&replica).1;
    assert_eq!(
        (&ready["status"], &ready["endpoints"][0]["direct_access"], &ready["endpoints"][0]["port"]),
        (&json!("ready"), &json!({}), &json!(5432))
    );
    assert_eq!(desk.get(&one).1["read_replicas"], json!([ready]));
    assert_eq!(desk.ok("POST", &format!("{replica}/reset"), json!({}))["status"], "initializing");
    desk.wait(185);
    let spec = json!({"endpoint_spec": [{"direct_access": {}}]});
    refused(&desk.ask("POST", &format!("{replica}/endpoints"), spec), 400, "endpoint_spec.0");
    let promoted = desk.ok("POST", &format!("{replica}/promote"), json!({}));
    assert_eq!(promoted["status"], "provisioning");
    assert_eq!(desk.get(&replica).1["status"], "promoting");
    desk.wait(300);
    assert_eq!(desk.get(&replica).1["resource"], "read_replica");
    assert_eq!(desk.get(&one).1["read_replicas"], json!([]));
    let other = format!("{}/{}", instances(), promoted["id"].as_str().unwrap());
    assert_eq!(desk.get(&other).1["status"], "ready");
    for _ in 0..3 {
        desk.ok("POST", &all, request.clone());
    }
    assert_eq!(desk.ask("POST", &all, request).1["type"], "quotas_exceeded");
    desk.wait(185);
    let replica = desk.get(&one).1["read_replicas"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(desk.ok("DELETE", &format!("{all}/{replica}"), Value::Null)["status"], "deleting");
    desk.wait(10);
    assert_eq!(desk.get(&one).1["read_replicas"].as_array().unwrap().len(), 2);
}
