//! Container Registry's JSON API.

use serde_json::{Value, json};

use crate::desk::{Desk, PROJECT};

const REGISTRY: &str = "/registry/v1/regions/fr-par";

#[test]
fn a_namespace_is_ready_at_once_and_an_empty_one_is_gone_at_once() {
    let desk = Desk::recorded();
    let body =
        json!({"name": "evalap-staging", "description": "d", "project_id": PROJECT, "is_public": false});
    let made = desk.ok("POST", &format!("{REGISTRY}/namespaces"), body);
    assert_eq!((&made["status"], &made["status_message"]), (&json!("ready"), &json!("")));
    assert_eq!((&made["size"], &made["image_count"]), (&json!(0), &json!(0)));
    assert_eq!(made["endpoint"], "rg.fr-par.scw.cloud/evalap-staging");
    let path = format!("{REGISTRY}/namespaces/{}", made["id"].as_str().unwrap());
    let changed = desk.ok("PATCH", &path, json!({"is_public": true}));
    assert_eq!((&changed["is_public"], &changed["description"]), (&json!(true), &json!("d")));
    assert_eq!(desk.ok("DELETE", &path, Value::Null)["status"], "deleting");
    assert_eq!(desk.get(&path), (404, json!({"message": "Namespace was not found"})));
}

#[test]
fn a_name_is_taken_in_its_region_whoever_has_it() {
    let desk = Desk::instant();
    let create = |region: &str, project: &str, name: &str| {
        let body = json!({"name": name, "project_id": project});
        desk.ask("POST", &format!("/registry/v1/regions/{region}/namespaces"), body).0
    };
    assert_eq!(create("fr-par", PROJECT, "evalap"), 200);
    assert_eq!(create("fr-par", "2d8b4b0e-9a63-4b6a-8c9d-1e117a3f4c1e", "evalap"), 409);
    assert_eq!(create("nl-ams", PROJECT, "evalap"), 200);
    for wrong in ["eval_ap", "1evalap", "evalap-", ""] {
        assert_eq!(create("fr-par", PROJECT, wrong), 400, "{wrong}");
    }
    let list = desk.ok("GET", &format!("{REGISTRY}/namespaces?name=evalap"), Value::Null);
    assert_eq!(list["total_count"], 1);
}
