//! Serverless Containers.

use serde_json::{Value, json};

use crate::desk::{CONTAINERS, Desk, PROJECT};

#[test]
fn a_namespace_goes_from_creating_to_ready_on_the_clock() {
    let desk = Desk::recorded();
    let all = format!("{CONTAINERS}/namespaces");
    let made = desk.ok("POST", &all, json!({"project_id": PROJECT, "name": "evalap", "tags": null}));
    let id = made["id"].as_str().unwrap();
    let one = format!("{all}/{id}");
    assert_eq!(made["status"], "creating");
    assert_eq!(made["description"], "");
    assert_eq!(made["tags"], json!([]));
    assert_eq!(made["region"], "fr-par");
    desk.wait(3);
    assert_eq!(desk.get(&one).1["status"], "creating");
    desk.wait(2);
    let ready = desk.get(&one).1;
    assert_eq!(ready["status"], "ready");
    assert_eq!(ready["created_at"], made["created_at"]);
}

#[test]
fn what_a_namespace_update_does_not_name_stays() {
    let desk = Desk::recorded();
    let id = desk.namespace("evalap");
    let one = format!("{CONTAINERS}/namespaces/{id}");
    let tagged = desk.ok("PATCH", &one, json!({"tags": ["a"], "description": null}));
    assert_eq!((&tagged["status"], &tagged["tags"]), (&json!("ready"), &json!(["a"])));
    let varied = desk.ok("PATCH", &one, json!({"environment_variables": {"A": "1"}}));
    assert_eq!((&varied["status"], &varied["tags"]), (&json!("updating"), &json!(["a"])));
    let (status, refused) = desk.ask("PATCH", &one, json!({"tags": []}));
    assert_eq!((status, &refused["type"]), (409, &json!("transient_state")));
    assert_eq!(refused["current_state"], "updating");
}

#[test]
fn a_name_is_taken_once_a_project_and_region() {
    let desk = Desk::instant();
    let id = desk.namespace("evalap");
    let all = format!("{CONTAINERS}/namespaces");
    let (status, refused) = desk.ask("POST", &all, json!({"project_id": PROJECT, "name": "evalap"}));
    assert_eq!((status, &refused["type"], &refused["resource_id"]), (409, &json!("already_exists"), &json!(id)));
    desk.ok("POST", &all, json!({"project_id": "another", "name": "evalap"}));
    let elsewhere = all.replace("fr-par", "nl-ams");
    desk.ok("POST", &elsewhere, json!({"project_id": PROJECT, "name": "evalap"}));
}

#[test]
fn a_deleted_namespace_is_gone_after_a_while() {
    let desk = Desk::recorded();
    let id = desk.namespace("evalap");
    let one = format!("{CONTAINERS}/namespaces/{id}");
    assert_eq!(desk.ok("DELETE", &one, Value::Null)["status"], "deleting");
    assert_eq!(desk.get(&one).1["status"], "deleting");
    desk.wait(6);
    let (status, gone) = desk.get(&one);
    let expected = json!({"message": "resource is not found", "resource": "namespace", "resource_id": id,
        "type": "not_found"});
    assert_eq!((status, gone), (404, expected));
}
