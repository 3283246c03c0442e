//! The emulator's own addresses.

use scaleway_emulator::{Fault, FaultKind, Image, ImageBook};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::desk::{CONTAINERS, Desk, PROJECT};

fn names(desk: &Desk) -> Vec<String> {
    let list = desk.ok("GET", &format!("{CONTAINERS}/namespaces?order_by=name_asc"), Value::Null);
    list["namespaces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn faults_are_injected_listed_and_cleared() {
    let desk = Desk::instant();
    let throttled = json!({"kind": "throttled", "operation": "containers.ListNamespaces", "times": 2});
    desk.ok("POST", "/_emulator/faults", throttled);
    let more =
        json!({"faults": [{"kind": "lagging", "seconds": 5, "rate": 0.5}, {"kind": "reset", "nth": 3}]});
    let listed = desk.ok("POST", "/_emulator/faults", more);
    assert_eq!(listed["faults"].as_array().unwrap().len(), 3);
    let request = http::Request::get(format!("https://api.scaleway.com{CONTAINERS}/namespaces"));
    let answer = desk.send(request.body(bytes::Bytes::new()).unwrap()).unwrap();
    assert_eq!(answer.status(), 429);
    let listed = desk.ok("GET", "/_emulator/faults", Value::Null);
    assert_eq!((&listed["faults"][0]["kind"], &listed["faults"][0]["met"]), (&json!("throttled"), &json!(1)));
    assert_eq!(desk.emulator.faults()[0].met(), 1);
    assert_eq!(desk.ask("DELETE", "/_emulator/faults", Value::Null).0, 204);
    assert_eq!(names(&desk), [""; 0]);
}

#[test]
fn what_is_wrong_is_told_with_field_and_remedy_and_changes_nothing() {
    let desk = Desk::instant();
    let refused = |verb: &str, path: &str, body: Value| {
        let (status, answer) = desk.ask(verb, path, body);
        assert_eq!(status, 400, "{answer}");
        let detail = &answer["details"][0];
        format!("{} {}", detail["argument_name"].as_str().unwrap(), detail["help_message"].as_str().unwrap())
    };
    let faults = "/_emulator/faults";
    let told = refused("POST", faults, json!({"kind": "broken"}));
    assert!(told.starts_with("kind") && told.contains("broken") && told.contains("lost_answer"), "{told}");
    let told = refused("POST", faults, json!({"faults": [{"kind": "reset"}, {"kind": "slow"}]}));
    assert!(told.starts_with("faults[1].seconds is required"), "{told}");
    let told = refused("POST", faults, json!({"kind": "reset", "operation": "CreateNothing"}));
    assert!(told.contains("CreateNothing") && told.contains("/_emulator/coverage"), "{told}");
    let told = refused("POST", faults, json!({"kind": "reset", "often": true}));
    assert!(told.contains("often") && told.contains("rate"), "{told}");
    assert_eq!(desk.ok("GET", faults, Value::Null)["faults"], json!([]));
    let told = refused("POST", "/_emulator/images", json!({"image": "a", "error_rate": 3}));
    assert!(told.starts_with("error_rate") && told.contains('3'), "{told}");
    let told = refused("PUT", "/_emulator/images", json!({"images": [{"image": "a", "port": "x"}]}));
    assert!(told.starts_with("images[0].port"), "{told}");
    let told = refused("POST", "/_emulator/advance", json!({"seconds": -1}));
    assert!(told.starts_with("seconds") && told.contains("-1"), "{told}");
    let told = refused("POST", "/_emulator/restore", json!({"name": "before"}));
    assert!(told.starts_with("name") && told.contains("before"), "{told}");
    let told = refused("GET", "/_emulator/requests?last=few", Value::Null);
    assert!(told.starts_with("last") && told.contains("few"), "{told}");
    let (status, answer) = desk.ask("PUT", "/_emulator/reset", Value::Null);
    assert!(status == 501 && answer["message"].as_str().unwrap().contains("POST"), "{answer}");
}

#[test]
fn images_can_be_declared_while_it_runs() {
    let desk =
        Desk::with(|builder| builder.images(ImageBook::new().with(Image::new("evalap/api").crashes())));
    let namespace = desk.namespace("evalap");
    let deployed = |name: &str, image: &str| {
        let body = json!({"namespace_id": namespace, "name": name, "image": image});
        let made = desk.ok("POST", &format!("{CONTAINERS}/containers"), body);
        desk.wait(600);
        desk.get(&format!("{CONTAINERS}/containers/{}", made["id"].as_str().unwrap())).1["status"].clone()
    };
    assert_eq!(deployed("a", "evalap/api:1"), "error");
    let listed =
        desk.ok("POST", "/_emulator/images", json!({"image": "evalap/api:2", "answers_in_seconds": 0.5}));
    assert_eq!(listed["images"][1], json!({"image": "evalap/api", "crashes": true}));
    assert_eq!(
        (deployed("b", "evalap/api:2"), deployed("c", "evalap/api:1")),
        (json!("ready"), json!("error"))
    );
    desk.ok("PUT", "/_emulator/images", json!({"images": []}));
    assert_eq!(deployed("d", "evalap/api:1"), "ready");
    desk.ok("DELETE", "/_emulator/images", Value::Null);
    assert_eq!(deployed("e", "evalap/api:2"), "error");
}

#[test]
fn a_world_is_put_aside_and_taken_back() {
    let folder = TempDir::new().unwrap();
    let open = || Desk::with(|builder| builder.data_dir(folder.path()));
    let desk = open();
    let kept = desk.namespace("kept");
    let listed = desk.ok("POST", "/_emulator/snapshot", json!({"name": "before"}));
    assert_eq!(listed["snapshots"][0]["name"], "before");
    desk.namespace("lost");
    desk.ok("DELETE", &format!("{CONTAINERS}/namespaces/{kept}"), Value::Null);
    desk.wait(60);
    assert_eq!(names(&desk), ["lost"]);
    assert_eq!(desk.ask("POST", "/_emulator/restore", json!({"name": "before"})).0, 204);
    assert_eq!(names(&desk), ["kept"]);
    drop(desk);
    let desk = open();
    assert_eq!(names(&desk), ["kept"], "what is taken back is kept");
    let again = desk.namespace("again");
    assert_eq!(desk.get(&format!("{CONTAINERS}/namespaces/{again}")).1["status"], "ready");
}

#[test]
fn a_reset_goes_back_to_the_beginning() {
    let desk = Desk::with(|builder| {
        builder
            .strict_auth(true)
            .owner_key("SCWAAAAAAAAAAAAAAAAA", "11111111-1111-4111-8111-111111111111")
            .faults([Fault::new(FaultKind::ErrorBefore).operation("ListContainers")])
    });
    desk.namespace("evalap");
    desk.emulator.inject(Fault::new(FaultKind::Reset).always().operation("GetNamespace"));
    assert_eq!(desk.ask("POST", "/_emulator/reset", Value::Null).0, 204);
    assert_eq!(desk.emulator.requests().total(), 0);
    assert_eq!(desk.emulator.faults().len(), 1);
    assert_eq!(names(&desk), [""; 0], "the owner's key still opens it");
    let body = json!({"project_id": PROJECT, "name": "evalap"});
    assert_eq!(desk.ask("POST", &format!("{CONTAINERS}/namespaces"), body).0, 200);
}

#[test]
fn deployed_addresses_are_told_with_a_line_that_reaches_them() {
    let desk = Desk::instant();
    let namespace = desk.namespace("evalap");
    let body = json!({"namespace_id": namespace, "name": "api", "image": "any"});
    let made = desk.ok("POST", &format!("{CONTAINERS}/containers"), body);
    desk.emulator.announce("http://0.0.0.0:8099").unwrap();
    let told = desk.ok("GET", "/_emulator/addresses", Value::Null);
    let host = made["public_endpoint"].as_str().unwrap().strip_prefix("https://").unwrap();
    let curl = format!("curl --resolve {host}:8099:127.0.0.1 http://{host}:8099/");
    assert_eq!(told["addresses"], json!([{"name": "api", "host": host, "status": "ready", "curl": curl}]));
}

#[test]
fn the_log_counts_what_was_asked_of_scaleway() {
    let desk = Desk::instant();
    for _ in 0..5 {
        names(&desk);
    }
    let log = desk.ok("GET", "/_emulator/requests?last=2", Value::Null);
    assert_eq!((&log["total"], log["recent"].as_array().unwrap().len()), (&json!(5), 2));
    assert_eq!(log["recent"][1]["number"], 5);
    assert_eq!(desk.ask("DELETE", "/_emulator/requests", Value::Null).0, 204);
    assert_eq!(desk.emulator.requests().total(), 0);
    let index = desk.ok("GET", "/_emulator/", Value::Null);
    assert!(index["POST /_emulator/reset"].is_string(), "{index}");
}

#[test]
fn what_was_there_before_is_put_there() {
    let desk = Desk::instant();
    let id = "33333333-3333-4333-8333-333333333333";
    let path = format!("{CONTAINERS}/namespaces/{id}");
    let body = json!({"id": id, "name": "old", "project_id": PROJECT, "status": "ready"});
    let answer = desk.ok("POST", "/_emulator/seed", json!({"path": path, "body": body}));
    assert_eq!(answer["kind"], "containers.namespaces");
    assert_eq!(desk.get(&path).1["name"], "old");
    let (status, answer) = desk.ask("POST", "/_emulator/seed", json!({"path": "/nowhere", "body": {}}));
    assert!(status == 400 && answer.to_string().contains("/nowhere"), "{answer}");
}

#[test]
fn a_world_is_a_value_that_is_put_aside_and_taken_back_in_rust_too() {
    let desk = Desk::with(|builder| builder.strict_auth(true));
    let all = format!("{CONTAINERS}/namespaces");
    let ask = |verb: &str, body: Value| {
        let key = desk.emulator.owner_key().unwrap().secret_key.expose().to_owned();
        let request = http::Request::builder().method(verb).uri(format!("https://api.scaleway.com{all}"));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = desk.send(request.header("X-Auth-Token", key).body(body.into()).unwrap()).unwrap();
        serde_json::from_slice::<Value>(answer.body()).unwrap()
    };
    let create = |name: &str| ask("POST", json!({"project_id": PROJECT, "name": name}));
    create("first");
    let before = desk.emulator.snapshot();
    assert_eq!(before.at(), desk.clock.now());
    create("second");
    desk.emulator.restore(&before).unwrap();
    assert_eq!(ask("GET", Value::Null)["total_count"], 1);
    let other = Desk::instant();
    other.emulator.restore(&before).unwrap();
    assert_eq!(other.get(&all).1["namespaces"][0]["name"], "first");
    desk.emulator.reset().unwrap();
    assert_eq!(desk.emulator.requests().recent().count(), 0);
    assert_eq!(ask("GET", Value::Null)["total_count"], 0, "the owner's key is still one");
}

#[test]
fn what_is_taken_back_is_kept_in_the_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let all = format!("{CONTAINERS}/namespaces");
    {
        let desk = Desk::with(|builder| builder.data_dir(folder.path()));
        desk.namespace("first");
        let before = desk.emulator.snapshot();
        desk.namespace("second");
        desk.emulator.restore(&before).unwrap();
    }
    let desk = Desk::with(|builder| builder.data_dir(folder.path()));
    assert_eq!(desk.get(&all).1["total_count"], 1);
}
