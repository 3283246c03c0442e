//! Secret Manager: versions and their values.

use serde_json::{Value, json};

use crate::desk::{Desk, PROJECT};
use crate::secret_manager::{DAY, SECRETS, VALUE, add, data, refused, secret};

/// Of [`VALUE`].
const VALUE_CRC32: u32 = 0xeeb7_7f6c;

/// `value-2` in base64.
const OTHER: &str = "dmFsdWUtMg==";

#[test]
fn versions_come_newest_first_and_only_the_newest_is_the_latest() {
    let desk = Desk::instant();
    let (made, one) = secret(&desk, "key", json!({}));
    let first = add(&desk, &one, VALUE);
    for (field, value) in [
        ("revision", json!(1)),
        ("secret_id", made["id"].clone()),
        ("status", json!("enabled")),
        ("description", json!("")),
        ("latest", json!(true)),
        ("deleted_at", json!(null)),
        ("deletion_requested_at", json!(null)),
        ("ephemeral_properties", json!(null)),
        ("region", json!("fr-par")),
    ] {
        assert_eq!(first.get(field), Some(&value), "{field}");
    }
    assert!(first.get("data").is_none() && first.get("id").is_none());
    add(&desk, &one, OTHER);
    let list = desk.ok("GET", &format!("{one}/versions?page=1"), Value::Null);
    let seen: Vec<_> = list["versions"].as_array().unwrap().iter().collect();
    assert_eq!((&seen[0]["revision"], &seen[0]["latest"]), (&json!(2), &json!(true)));
    assert_eq!((&seen[1]["revision"], &seen[1]["latest"]), (&json!(1), &json!(false)));
    assert_eq!(list["total_count"], 2);
    let now = desk.get(&one).1;
    assert_eq!((&now["version_count"], &now["updated_at"]), (&json!(2), &made["updated_at"]));
}

#[test]
fn a_value_is_read_by_number_by_latest_and_by_path() {
    let desk = Desk::instant();
    let (made, one) = secret(&desk, "key", json!({"path": "/evalap"}));
    add(&desk, &one, VALUE);
    add(&desk, &one, OTHER);
    let read = desk.ok("GET", &format!("{one}/versions/1/access"), Value::Null);
    let expected = json!({"secret_id": made["id"], "revision": 1, "data": VALUE, "data_crc32": null,
        "type": "opaque"});
    assert_eq!(read, expected);
    assert_eq!(data(&desk, &one, "latest"), OTHER);
    desk.ok("POST", &format!("{one}/versions/2/disable"), json!({}));
    assert_eq!(data(&desk, &one, "latest_enabled"), VALUE);
    let by_path = SECRETS.replace("/secrets", "/secrets-by-path/versions/latest_enabled/access");
    let query = format!("?secret_path=/evalap&secret_name=key&project_id={PROJECT}");
    assert_eq!(desk.ok("GET", &format!("{by_path}{query}"), Value::Null), expected);
    let elsewhere = query.replace("/evalap", "/");
    let (status, kind, body) = refused(&desk, "GET", &format!("{by_path}{elsewhere}"), Value::Null);
    assert_eq!((status, kind.as_str(), &body["resource"]), (404, "not_found", &json!("secret")));
    let (status, _, body) = refused(&desk, "GET", &format!("{one}/versions/3/access"), Value::Null);
    assert_eq!((status, &body["resource"]), (404, &json!("secret_version")));
}

#[test]
fn a_value_is_checked_and_never_repeated_by_a_refusal() {
    let desk = Desk::instant();
    let (_, one) = secret(&desk, "key", json!({}));
    let (_, credentials) = secret(&desk, "login", json!({"type": "basic_credentials"}));
    let versions = format!("{one}/versions");
    let stated = desk.ok("POST", &versions, json!({"data": VALUE, "data_crc32": VALUE_CRC32}));
    assert_eq!(stated["revision"], 1);
    let read = desk.ok("GET", &format!("{versions}/latest/access"), Value::Null);
    assert_eq!(read["data_crc32"], VALUE_CRC32);
    for (path, body, field) in [
        (versions.clone(), json!({"data": VALUE, "data_crc32": VALUE_CRC32 + 1}), "data_crc32"),
        (versions.clone(), json!({"data": "no base64!"}), "data"),
        (versions.clone(), json!({}), "data"),
        (versions.clone(), json!({"data": "A".repeat(4 * 65_536 / 3 + 4)}), "data"),
        (format!("{credentials}/versions"), json!({"data": VALUE}), "data"),
    ] {
        let (status, kind, refusal) = refused(&desk, "POST", &path, body.clone());
        assert_eq!((status, kind.as_str()), (400, "invalid_arguments"));
        assert_eq!(refusal["details"][0]["argument_name"], field);
        if let Some(value) = body["data"].as_str() {
            assert!(!refusal.to_string().contains(value));
        }
    }
    assert_eq!(desk.get(&one).1["version_count"], 1);
}

#[test]
fn no_value_reaches_the_request_log() {
    let desk = Desk::instant();
    let (_, one) = secret(&desk, "key", json!({}));
    add(&desk, &one, VALUE);
    assert_eq!(data(&desk, &one, "latest"), VALUE);
    let log = format!("{:?}", desk.emulator.requests());
    assert!(log.contains("AccessSecretVersion") && !log.contains(VALUE));
    assert!(!desk.get("/_emulator/requests").1.to_string().contains(VALUE));
}

#[test]
fn a_disabled_version_is_closed_until_it_is_enabled() {
    let desk = Desk::instant();
    let (_, one) = secret(&desk, "key", json!({}));
    add(&desk, &one, VALUE);
    let disabled = desk.ok("POST", &format!("{one}/versions/1/disable"), json!({}));
    assert_eq!(disabled["status"], "disabled");
    let (status, kind, _) = refused(&desk, "GET", &format!("{one}/versions/1/access"), Value::Null);
    assert_eq!((status, kind.as_str()), (412, "precondition_failed"));
    let (status, _, _) = refused(&desk, "GET", &format!("{one}/versions/latest_enabled/access"), Value::Null);
    assert_eq!(status, 404);
    assert_eq!(desk.ok("POST", &format!("{one}/versions/1/enable"), json!({}))["status"], "enabled");
    assert_eq!(data(&desk, &one, "1"), VALUE);
    desk.ok("POST", &format!("{one}/versions"), json!({"data": OTHER, "disable_previous": true}));
    assert_eq!(desk.get(&format!("{one}/versions/1")).1["status"], "disabled");
    let list = desk.ok("GET", &format!("{one}/versions?status=disabled"), Value::Null);
    assert_eq!((&list["total_count"], &list["versions"][0]["revision"]), (&json!(1), &json!(1)));
}

#[test]
fn a_secret_takes_twenty_versions_and_deleting_one_makes_room() {
    let desk = Desk::instant();
    let (_, one) = secret(&desk, "key", json!({}));
    for _ in 0..20 {
        add(&desk, &one, VALUE);
    }
    let versions = format!("{one}/versions");
    let (status, kind, body) = refused(&desk, "POST", &versions, json!({"data": VALUE}));
    assert_eq!((status, kind.as_str()), (403, "quotas_exceeded"));
    assert_eq!((&body["details"][0]["quota"], &body["details"][0]["current"]), (&json!(20), &json!(20)));
    assert_eq!(desk.ask("DELETE", &format!("{versions}/3"), Value::Null), (204, Value::Null));
    assert_eq!(add(&desk, &one, VALUE)["revision"], 21);
}

#[test]
fn a_deleted_version_can_be_restored_for_seven_days() {
    let desk = Desk::instant();
    let (_, one) = secret(&desk, "key", json!({}));
    let made = add(&desk, &one, VALUE);
    let version = format!("{one}/versions/1");
    desk.wait(1);
    assert_eq!(desk.ask("DELETE", &version, Value::Null).0, 204);
    let scheduled = desk.get(&version).1;
    assert_eq!(scheduled["status"], "scheduled_for_deletion");
    assert_eq!(scheduled["updated_at"], made["updated_at"]);
    assert!(scheduled["deletion_requested_at"].is_string());
    assert_eq!(refused(&desk, "GET", &format!("{version}/access"), Value::Null).0, 412);
    desk.wait(6 * DAY);
    assert_eq!(desk.ok("POST", &format!("{version}/restore"), json!({})), made);
    assert_eq!(data(&desk, &one, "1"), VALUE);
    desk.wait(2 * DAY);
    assert_eq!(desk.get(&version).1["status"], "enabled");
    desk.ask("DELETE", &version, Value::Null);
    desk.wait(7 * DAY + 1);
    let gone = desk.get(&version).1;
    assert!(gone["status"] == "deleted" && gone["deleted_at"].is_string());
    assert_eq!(refused(&desk, "POST", &format!("{version}/restore"), json!({})).0, 412);
    assert_eq!(desk.get(&one).1["version_count"], 0);
}

#[test]
fn an_ephemeral_version_ends_with_its_time_or_its_access() {
    let desk = Desk::instant();
    let policy =
        json!({"time_to_live": "1800.000000000s", "expires_once_accessed": false, "action": "disable"});
    let (made, timed) = secret(&desk, "timed", json!({"ephemeral_policy": policy}));
    assert_eq!(
        made["ephemeral_policy"],
        json!({"time_to_live": "1800s", "expires_once_accessed": false, "action": "disable"})
    );
    let version = add(&desk, &timed, VALUE);
    assert_eq!(version["ephemeral_properties"]["expires_at"], "2026-09-01T08:30:00.500000Z");
    desk.wait(1_799);
    assert_eq!(data(&desk, &timed, "1"), VALUE);
    desk.wait(1);
    assert_eq!(desk.get(&format!("{timed}/versions/1")).1["status"], "disabled");
    let again = desk.ok("POST", &format!("{timed}/versions/1/enable"), json!({}));
    assert_eq!(again["ephemeral_properties"]["expires_at"], "2026-09-01T09:00:00.500000Z");

    let policy = json!({"expires_once_accessed": true, "action": "delete"});
    let (made, once) = secret(&desk, "once", json!({"ephemeral_policy": policy}));
    assert_eq!(made["ephemeral_policy"]["time_to_live"], json!(null));
    add(&desk, &once, VALUE);
    assert_eq!(data(&desk, &once, "1"), VALUE);
    assert_eq!(refused(&desk, "GET", &format!("{once}/versions/1/access"), Value::Null).0, 412);
    assert_eq!(desk.get(&format!("{once}/versions/1")).1["status"], "deleted");
    assert_eq!(desk.ask("DELETE", &once, Value::Null).0, 204);
    assert_eq!(desk.get(&once).0, 404);
}

#[test]
fn a_version_has_a_description_that_changes() {
    let desk = Desk::instant();
    let (_, one) = secret(&desk, "key", json!({}));
    let made = add(&desk, &one, VALUE);
    desk.wait(1);
    let changed = desk.ok("PATCH", &format!("{one}/versions/latest"), json!({"description": "first"}));
    assert_eq!((&changed["description"], &changed["status"]), (&json!("first"), &json!("enabled")));
    assert_ne!(changed["updated_at"], made["updated_at"]);
    assert_eq!(data(&desk, &one, "1"), VALUE);
}
