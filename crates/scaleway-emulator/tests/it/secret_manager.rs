//! Secret Manager: secrets.

use serde_json::{Value, json};

use crate::desk::{Desk, PROJECT};

pub(crate) const SECRETS: &str = "/secret-manager/v1beta1/regions/fr-par/secrets";
pub(crate) const DAY: u64 = 24 * 3600;

/// `value-1` in base64.
pub(crate) const VALUE: &str = "dmFsdWUtMQ==";

/// A secret as the request says: what was answered, and its path.
pub(crate) fn secret(desk: &Desk, name: &str, more: Value) -> (Value, String) {
    let made = desk.ok("POST", SECRETS, request(name, more));
    let one = format!("{SECRETS}/{}", made["id"].as_str().unwrap());
    (made, one)
}

fn request(name: &str, more: Value) -> Value {
    let mut request = json!({"project_id": PROJECT, "name": name});
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

pub(crate) fn add(desk: &Desk, secret: &str, data: &str) -> Value {
    desk.ok("POST", &format!("{secret}/versions"), json!({"data": data}))
}

pub(crate) fn data(desk: &Desk, secret: &str, revision: &str) -> Value {
    desk.ok("GET", &format!("{secret}/versions/{revision}/access"), Value::Null)["data"].clone()
}

pub(crate) fn refused(desk: &Desk, verb: &str, path: &str, body: Value) -> (u16, String, Value) {
    let (status, body) = desk.ask(verb, path, body);
    (status, body["type"].as_str().unwrap_or_default().to_owned(), body)
}

fn names(list: &Value, items: &str, field: &str) -> Vec<String> {
    let items = list[items].as_array().unwrap().iter();
    items.map(|item| item[field].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_secret_has_the_platforms_defaults() {
    let desk = Desk::instant();
    let (made, one) = secret(&desk, "db-url", json!({"tags": null}));
    for (field, value) in [
        ("status", json!("ready")),
        ("type", json!("opaque")),
        ("path", json!("/")),
        ("description", json!("")),
        ("tags", json!([])),
        ("version_count", json!(0)),
        ("managed", json!(false)),
        ("protected", json!(false)),
        ("ephemeral_policy", json!(null)),
        ("deletion_requested_at", json!(null)),
        ("key_id", json!(null)),
        ("used_by", json!([])),
        ("region", json!("fr-par")),
        ("project_id", json!(PROJECT)),
    ] {
        assert_eq!(made.get(field), Some(&value), "{field}");
    }
    assert_eq!(desk.get(&one), (200, made));
}

#[test]
fn what_an_update_does_not_name_stays() {
    let desk = Desk::instant();
    let (made, one) = secret(&desk, "db-url", json!({"tags": ["a"], "description": "d"}));
    desk.wait(1);
    let moved = desk.ok("PATCH", &one, json!({"path": "/evalap/staging/", "type": "ssh_key"}));
    assert_eq!((&moved["path"], &moved["tags"]), (&json!("/evalap/staging"), &json!(["a"])));
    assert_eq!((&moved["type"], &moved["description"]), (&json!("opaque"), &json!("d")));
    assert_ne!(moved["updated_at"], made["updated_at"]);
    let emptied = desk.ok("PATCH", &one, json!({"tags": [], "description": ""}));
    assert_eq!((&emptied["tags"], &emptied["description"]), (&json!([]), &json!("")));
}

#[test]
fn a_name_is_taken_once_a_folder() {
    let desk = Desk::instant();
    let (made, _) = secret(&desk, "key", json!({"path": "/a"}));
    let (_, other) = secret(&desk, "key", json!({"path": "/b"}));
    for (verb, path, body) in
        [("POST", SECRETS, request("key", json!({"path": "/a/"}))), ("PATCH", &other, json!({"path": "/a"}))]
    {
        let (status, kind, body) = refused(&desk, verb, path, body);
        assert_eq!((status, kind.as_str()), (409, "already_exists"));
        assert_eq!((&body["resource"], &body["resource_id"]), (&json!("secret"), &made["id"]));
    }
    desk.ok("POST", SECRETS, json!({"project_id": "another", "name": "key", "path": "/a"}));
    desk.ok("POST", &SECRETS.replace("fr-par", "nl-ams"), request("key", json!({"path": "/a"})));
}

#[test]
fn names_paths_and_types_are_checked() {
    let desk = Desk::instant();
    for (more, field) in [
        (json!({"name": "a b"}), "name"),
        (json!({"name": "-a"}), "name"),
        (json!({"path": "a"}), "path"),
        (json!({"path": "/a//b"}), "path"),
        (json!({"type": "password"}), "type"),
        (json!({"project_id": ""}), "project_id"),
        (json!({"ephemeral_policy": {"action": "delete"}}), "ephemeral_policy"),
    ] {
        let (status, kind, body) = refused(&desk, "POST", SECRETS, request("a", more));
        assert_eq!((status, kind.as_str()), (400, "invalid_arguments"), "{field}");
        assert_eq!(body["details"][0]["argument_name"], field);
    }
}

#[test]
fn a_deleted_secret_can_be_restored_for_seven_days() {
    let desk = Desk::instant();
    let (made, one) = secret(&desk, "key", json!({}));
    add(&desk, &one, VALUE);
    assert_eq!(desk.ask("DELETE", &one, Value::Null), (204, Value::Null));
    let (status, scheduled) = desk.get(&one);
    assert_eq!((status, scheduled["deletion_requested_at"].is_string()), (200, true));
    let all = format!("{SECRETS}?project_id={PROJECT}&type=unknown_type&order_by=name_asc");
    let listed =
        |flag: bool| desk.get(&format!("{all}&scheduled_for_deletion={flag}")).1["total_count"].clone();
    assert_eq!((listed(false), listed(true)), (json!(0), json!(1)));
    for (verb, path, body) in [
        ("GET", format!("{one}/versions/1/access"), Value::Null),
        ("POST", format!("{one}/versions"), json!({"data": VALUE})),
        ("PATCH", one.clone(), json!({"description": "a"})),
    ] {
        assert_eq!(refused(&desk, verb, &path, body).0, 412, "{verb} {path}");
    }
    desk.wait(6 * DAY);
    let restored = desk.ok("POST", &format!("{one}/restore"), json!({}));
    assert_eq!((&restored["id"], &restored["deletion_requested_at"]), (&made["id"], &json!(null)));
    desk.wait(2 * DAY);
    assert_eq!((listed(false), listed(true)), (json!(1), json!(0)));
    assert_eq!(data(&desk, &one, "1"), VALUE);
    desk.ask("DELETE", &one, Value::Null);
    desk.wait(7 * DAY + 1);
    let (status, gone) = desk.get(&one);
    let expected = json!({"message": "resource is not found", "resource": "secret",
        "resource_id": made["id"], "type": "not_found"});
    assert_eq!((status, gone), (404, expected));
    assert_eq!(desk.get(&format!("{one}/versions/1")).0, 404);
}

#[test]
fn a_deleted_secret_gives_up_its_name() {
    let desk = Desk::instant();
    let (_, old) = secret(&desk, "key", json!({}));
    desk.ask("DELETE", &old, Value::Null);
    let (new, _) = secret(&desk, "key", json!({}));
    let (status, kind, body) = refused(&desk, "POST", &format!("{old}/restore"), json!({}));
    assert_eq!((status, kind.as_str(), &body["resource_id"]), (409, "already_exists", &new["id"]));
}

#[test]
fn a_protected_secret_cannot_be_deleted() {
    let desk = Desk::instant();
    let (_, one) = secret(&desk, "key", json!({"protected": true}));
    let (status, kind, body) = refused(&desk, "DELETE", &one, Value::Null);
    assert_eq!((status, kind.as_str()), (412, "precondition_failed"));
    assert_eq!(body["precondition"], "protected_resource");
    add(&desk, &one, VALUE);
    assert_eq!(desk.ok("POST", &format!("{one}/unprotect"), json!({}))["protected"], false);
    assert_eq!(desk.ok("POST", &format!("{one}/protect"), json!({}))["protected"], true);
    assert_eq!(desk.ask("DELETE", &one, Value::Null).0, 412);
    desk.ok("POST", &format!("{one}/unprotect"), json!({}));
    assert_eq!(desk.ask("DELETE", &one, Value::Null).0, 204);
}

#[test]
fn an_ephemeral_policy_is_given_at_creation_and_changed_as_a_whole() {
    let desk = Desk::instant();
    let policy = json!({"time_to_live": "60s", "expires_once_accessed": false, "action": "disable"});
    let (_, plain) = secret(&desk, "plain", json!({}));
    assert_eq!(refused(&desk, "PATCH", &plain, json!({"ephemeral_policy": policy})).0, 400);
    let (_, one) = secret(&desk, "ephemeral", json!({"ephemeral_policy": policy}));
    let burning = json!({"time_to_live": null, "expires_once_accessed": true, "action": "delete"});
    assert_eq!(desk.ok("PATCH", &one, json!({"ephemeral_policy": burning}))["ephemeral_policy"], burning);
    let listed = desk.get(&format!("{SECRETS}?project_id={PROJECT}&ephemeral=true")).1;
    assert_eq!(names(&listed, "secrets", "name"), ["ephemeral"]);
    add(&desk, &one, VALUE);
    let sooner = json!({"ephemeral_properties": {"expires_at": "2026-09-01T08:00:10Z"}});
    desk.ok("PATCH", &format!("{one}/versions/1"), sooner);
    desk.wait(10);
    assert_eq!(desk.get(&format!("{one}/versions/1")).1["status"], "deleted");
}

#[test]
fn lists_filter_by_name_folder_tags_and_type() {
    let desk = Desk::instant();
    secret(&desk, "b", json!({"tags": ["prod", "db"], "path": "/x"}));
    secret(&desk, "a", json!({"tags": ["prod"], "type": "ssh_key"}));
    secret(&desk, "c", json!({"tags": ["dev"], "path": "/x"}));
    desk.ok("POST", SECRETS, json!({"project_id": "another", "name": "other", "tags": ["far"]}));
    let listed = |query: &str| {
        names(&desk.get(&format!("{SECRETS}?project_id={PROJECT}{query}")).1, "secrets", "name")
    };
    assert_eq!(listed(""), ["a", "b", "c"]);
    assert_eq!(listed("&order_by=name_desc"), ["c", "b", "a"]);
    assert_eq!(listed("&order_by=created_at_asc"), ["b", "a", "c"]);
    assert_eq!(listed("&tags=prod"), ["a", "b"]);
    assert_eq!(listed("&tags=prod&tags=db"), ["b"]);
    assert_eq!(listed("&path=/x"), ["b", "c"]);
    assert_eq!(listed("&name=c"), ["c"]);
    assert_eq!(listed("&type=ssh_key"), ["a"]);
    assert_eq!(listed("&page=2&page_size=2"), ["c"]);
    let base = SECRETS.trim_end_matches("secrets");
    let tags = desk.get(&format!("{base}tags?project_id={PROJECT}")).1;
    assert_eq!(tags, json!({"tags": ["db", "dev", "prod"], "total_count": 3}));
    let types = desk.get(&format!("{base}secret-types?project_id={PROJECT}")).1;
    assert_eq!(types, json!({"types": ["opaque", "ssh_key"], "total_count": 2}));
}

#[test]
fn a_folder_shows_its_secrets_and_the_folders_below() {
    let desk = Desk::instant();
    let (top, _) = secret(&desk, "top", json!({"tags": ["a"]}));
    secret(&desk, "url", json!({"path": "/evalap/staging/db"}));
    secret(&desk, "key", json!({"path": "/evalap"}));
    let browse = |query: &str| desk.get(&format!("{SECRETS}/browse?project_id={PROJECT}{query}")).1;
    let root = browse("");
    assert_eq!(
        (names(&root, "items", "name"), &root["current_path"]),
        (vec!["evalap".into(), "top".into()], &json!("/"))
    );
    assert_eq!(root["items"][0]["folder"], json!({}));
    let details = json!({"id": top["id"], "tags": ["a"], "version_count": 0, "protected": false,
        "ephemeral_policy": null, "type": "opaque"});
    assert_eq!(root["items"][1]["secret"], details);
    let below = browse("&prefix=/evalap/");
    assert_eq!(names(&below, "items", "name"), ["key", "staging"]);
    assert_eq!((&below["current_path"], &below["total_count"]), (&json!("/evalap"), &json!(2)));
    assert_eq!(names(&browse("&prefix=/evalap&order_by=name_desc"), "items", "name"), ["staging", "key"]);
    assert_eq!(browse("&prefix=/eval")["items"], json!([]));
    assert_eq!(names(&browse("&tags=a"), "items", "name"), ["top"]);
}

#[test]
fn a_product_becomes_an_owner_once() {
    let desk = Desk::instant();
    let (_, one) = secret(&desk, "cert", json!({"type": "certificate"}));
    let owner = format!("{one}/add-owner");
    for _ in 0..2 {
        assert_eq!(desk.ask("POST", &owner, json!({"product": "edge_services"})).0, 204);
    }
    assert_eq!(desk.get(&one).1["used_by"], json!(["edge_services"]));
    assert_eq!(desk.ask("POST", &owner, json!({"product": "unknown_product"})).0, 400);
}

#[test]
fn a_thousand_deleted_secrets_are_kept() {
    let desk = Desk::instant();
    let made = || {
        let made = desk.ok("POST", SECRETS, json!({"project_id": PROJECT, "name": "churn"}));
        let path = format!("{SECRETS}/{}", made["id"].as_str().unwrap());
        assert_eq!(desk.ask("DELETE", &path, json!(null)).0, 204);
        desk.wait(1);
        path
    };
    let (first, second) = (made(), made());
    (2..1_001).for_each(|_| _ = made());
    assert_eq!(desk.get(&first).0, 404);
    assert_eq!(desk.get(&second).0, 200);
}
