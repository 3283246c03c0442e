//! Account: projects and contracts.

use serde_json::{Value, json};

use crate::desk::{Desk, PROJECT};

const PROJECTS: &str = "/account/v3/projects";

fn project(desk: &Desk, name: &str) -> (Value, String) {
    let made = desk.ok("POST", PROJECTS, json!({"name": name, "description": ""}));
    let one = format!("{PROJECTS}/{}", made["id"].as_str().unwrap());
    (made, one)
}

#[test]
fn the_organization_has_a_first_project() {
    let desk = Desk::instant();
    let organization = desk.emulator.organization();
    let unknown = json!({"architecture_type": "unknown_architecture_type"});
    for organization in [organization.as_str(), "951df375-e094-4d26-97c1-ba548eeb9c42"] {
        let path = format!("{PROJECTS}?name=default&order_by=created_at_asc&organization_id={organization}");
        let list = desk.ok("GET", &path, Value::Null);
        let first = &list["projects"][0];
        assert_eq!((&list["total_count"], &first["id"]), (&json!(1), &json!(organization)));
        assert_eq!((&first["qualification"], &first["description"]), (&unknown, &json!("")));
        assert_eq!(desk.ask("DELETE", &format!("{PROJECTS}/{organization}"), Value::Null).0, 412);
    }
}

#[test]
fn a_project_is_made_changed_and_deleted() {
    let desk = Desk::instant();
    let (made, one) = project(&desk, "staging");
    assert_eq!(
        (&made["qualification"], &made["organization_id"]),
        (&json!(null), &json!(desk.emulator.organization()))
    );
    let mut seen = made.clone();
    seen["qualification"] = json!({"architecture_type": "unknown_architecture_type"});
    assert_eq!(desk.get(&one), (200, seen));
    assert_eq!(desk.ask("POST", PROJECTS, json!({"name": "staging"})).0, 409);
    desk.wait(1);
    let changed = desk.ok("PATCH", &one, json!({"description": "d"}));
    assert_eq!((&changed["description"], &changed["name"]), (&json!("d"), &json!("staging")));
    assert_ne!(changed["updated_at"], made["updated_at"]);
    let qualification =
        json!({"architecture_type": "serverless", "host_website": {"sub_use_case": "ecommerce_website"}});
    let set = json!({"qualification": qualification});
    let answer = desk.ok("POST", &format!("{one}/project-qualification"), set);
    assert_eq!(answer, json!({"project_id": made["id"], "qualification": qualification}));
    assert_eq!(desk.ok("GET", &one, Value::Null)["qualification"], qualification);
    assert_eq!(desk.ask("DELETE", &one, Value::Null), (204, Value::Null));
    let gone = json!({"message": "resource is not found", "resource": "project_id", "resource_id": made["id"],
        "type": "not_found"});
    assert_eq!(desk.get(&one), (404, gone));
}

#[test]
fn a_project_that_is_not_empty_goes_only_with_its_resources() {
    let desk = Desk::recorded();
    let (made, one) = project(&desk, "staging");
    let secrets = "/secret-manager/v1beta1/regions/fr-par/secrets";
    let secret = desk.ok("POST", secrets, json!({"project_id": made["id"], "name": "a"}));
    let (status, refusal) = desk.ask("DELETE", &one, Value::Null);
    assert_eq!((status, &refusal["precondition"]), (412, &json!("resource_still_in_use")));
    let with = |name: &str| format!("{one}/delete-with-resources?project_name={name}");
    assert_eq!(desk.ask("POST", &with("production"), json!({})).0, 400, "its name is the confirmation");
    assert_eq!(desk.ok("POST", &with("staging"), json!({}))["status"], "deleting");
    desk.wait(60);
    assert_eq!(desk.get(&one).0, 404);
    assert_eq!(desk.get(&format!("{secrets}/{}", secret["id"].as_str().unwrap())).0, 404);
}

#[test]
fn a_project_that_a_request_names_is_taken_at_its_word() {
    let desk = Desk::instant();
    assert_eq!(desk.get(&format!("{PROJECTS}/{PROJECT}")).0, 404);
    desk.namespace("a");
    let seen = desk.ok("GET", &format!("{PROJECTS}/{PROJECT}"), Value::Null);
    assert_eq!((&seen["id"], &seen["name"]), (&json!(PROJECT), &json!(PROJECT)));
    let both = desk.ok("GET", &format!("{PROJECTS}?project_ids={PROJECT}&project_ids=x"), Value::Null);
    assert_eq!(both["total_count"], 1);
}

#[test]
fn projects_are_counted() {
    let desk = Desk::instant();
    for n in 0..24 {
        project(&desk, &format!("p{n}"));
    }
    let (status, refusal) = desk.ask("POST", PROJECTS, json!({"name": "one more"}));
    assert_eq!(
        (status, &refusal["type"], &refusal["details"][0]["quota"]),
        (403, &json!("quotas_exceeded"), &json!(25))
    );
}

#[test]
fn contracts_are_signed_once() {
    let desk = Desk::instant();
    let signatures = "/account/v3/contract-signatures";
    let contract = json!({"contract_type": "global", "contract_name": "general-terms"});
    let check = || desk.ok("POST", &format!("{signatures}/check"), contract.clone());
    assert_eq!(check(), json!({"created": false, "validated": false}));
    let made = desk.ok("POST", signatures, contract.clone());
    assert_eq!((&made["signed_at"], &made["contract"]["name"]), (&json!(null), &json!("general-terms")));
    assert_eq!(check(), json!({"created": true, "validated": false}));
    let one = format!("{signatures}/{}", made["id"].as_str().unwrap());
    assert!(desk.ok("POST", &format!("{one}/validate"), json!({}))["signed_at"].is_string());
    assert_eq!(check(), json!({"created": true, "validated": true}));
    assert_eq!(desk.ask("POST", signatures, contract.clone()).0, 409);
    let file = desk.ok("GET", &format!("{one}/download?locale=en_US"), Value::Null);
    assert_eq!(file["content_type"], "text/plain");
    assert_eq!(desk.ok("GET", signatures, Value::Null)["total_count"], 1);
}
