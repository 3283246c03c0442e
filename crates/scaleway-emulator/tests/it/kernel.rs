//! What every product shares.

use bytes::Bytes;
use scaleway_emulator::{Fault, FaultKind};
use serde_json::{Value, json};

use crate::desk::{CONTAINERS, Desk, PROJECT, start};

#[test]
fn what_is_not_known_is_a_501_that_names_the_route() {
    let desk = Desk::instant();
    let (status, body) = desk.get("/functions/v1beta1/regions/fr-par/functions");
    assert_eq!((status, &body["path"]), (501, &json!("/functions/v1beta1/regions/fr-par/functions")));
    let (status, body) = desk.ask("PUT", &format!("{CONTAINERS}/namespaces"), json!({}));
    assert_eq!((status, &body["verb"]), (501, &json!("PUT")));
    assert!(body["message"].as_str().unwrap().contains("POST"), "{body}");
    let path = format!("{CONTAINERS}/namespaces").replace("fr-par", "us-east");
    assert_eq!(desk.get(&path).0, 404);
}

#[test]
fn a_token_must_be_there() {
    let desk = Desk::instant();
    let uri = format!("https://api.scaleway.com{CONTAINERS}/namespaces");
    let request = http::Request::get(&uri).body(Bytes::new()).unwrap();
    let answer = desk.send(request).unwrap();
    assert_eq!(answer.status(), 401);
    assert!(answer.headers().contains_key("x-request-id"));
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(body["type"], "denied_authentication");
    let request = http::Request::get("https://api.scaleway.com/metadata").body(Bytes::new()).unwrap();
    assert_eq!(desk.send(request).unwrap().status(), 200);
}

#[test]
fn a_body_that_is_no_json_and_a_field_that_is_wrong_are_400() {
    let desk = Desk::instant();
    let request = http::Request::post(format!("https://api.scaleway.com{CONTAINERS}/namespaces"))
        .header("X-Auth-Token", "any");
    assert_eq!(desk.send(request.body("{".into()).unwrap()).unwrap().status(), 400);
    let (status, body) = desk.ask("POST", &format!("{CONTAINERS}/namespaces"), json!({"tags": "a"}));
    assert_eq!((status, &body["type"]), (400, &json!("invalid_arguments")));
    assert_eq!(body["details"].as_array().unwrap().len(), 3);
}

#[test]
fn hosts_that_nobody_has_are_never_reached() {
    let desk = Desk::instant();
    let request =
        http::Request::get("https://nobody.functions.fnc.fr-par.scw.cloud/").body(Bytes::new()).unwrap();
    assert!(desk.send(request).unwrap_err().is_never_sent());
}

#[test]
fn lists_come_in_pages_and_in_the_order_asked_for() {
    let desk = Desk::instant();
    // As many as a project may have, and some of another's.
    for n in (0..100).rev() {
        desk.namespace(&format!("n{n:03}"));
    }
    for n in (100..120).rev() {
        let body = json!({"project_id": "8b1d2f6a-6a0c-4d52-9d3f-0c7e5a1b4f22", "name": format!("n{n}")});
        desk.ok("POST", &format!("{CONTAINERS}/namespaces"), body);
        desk.wait(60);
    }
    let all = format!("{CONTAINERS}/namespaces");
    let names = |query: &str| -> Vec<String> {
        let body = desk.ok("GET", &format!("{all}?{query}"), Value::Null);
        assert_eq!(body["total_count"], 120);
        let items = body["namespaces"].as_array().unwrap();
        items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("").len(), 50);
    assert_eq!(names("page_size=100&page=2").len(), 20);
    assert_eq!(names("page=4").len(), 0);
    assert_eq!(names("order_by=name_asc&page_size=2&page=2"), ["n002", "n003"]);
    assert_eq!(names("order_by=created_at_desc&page_size=1"), ["n100"]);
    let other = format!("{all}?project_id=another");
    assert_eq!(desk.get(&other).1["total_count"], 0);
    assert_eq!(desk.get(&format!("{all}?order_by=size_asc")).0, 400);
    assert_eq!(desk.get(&format!("{all}?page_size=101")).0, 400);
}

#[test]
fn recorded_latency_passes_on_the_clock() {
    let desk = Desk::recorded();
    let path = format!("{CONTAINERS}/namespaces");
    desk.get(&path);
    let passed = desk.clock.now().since(start());
    assert_eq!(passed, desk.emulator.timings().request("GET", &path.replace("fr-par", "{region}")));
}

#[test]
fn a_request_whose_caller_went_away_has_its_effect() {
    use scaleway_core::Transport;
    use std::task::{Context, Waker};

    let desk = Desk::recorded();
    let request = || {
        http::Request::post(format!("https://api.scaleway.com{CONTAINERS}/namespaces"))
            .header("X-Auth-Token", "any")
            .body(json!({"project_id": PROJECT, "name": "evalap"}).to_string().into())
            .unwrap()
    };
    drop(desk.emulator.send(request()));
    assert_eq!(desk.emulator.requests().count("CreateNamespace"), 0, "what was never polled was never sent");
    let mut sent = desk.emulator.send(request());
    assert!(sent.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(sent);
    assert_eq!(desk.emulator.requests().count("containers.CreateNamespace"), 1);
    assert_eq!(desk.get(&format!("{CONTAINERS}/namespaces")).1["total_count"], 1);
}

#[test]
fn faults_meet_the_request_that_they_name() {
    let desk = Desk::instant();
    let path = format!("{CONTAINERS}/namespaces");
    let create = |name: &str| {
        let body = json!({"project_id": PROJECT, "name": name}).to_string();
        let request = http::Request::post(format!("https://api.scaleway.com{path}"));
        desk.send(request.header("X-Auth-Token", "any").body(body.into()).unwrap())
    };
    desk.emulator.inject(Fault::new(FaultKind::Throttled).operation("CreateNamespace").nth(2));
    desk.emulator.inject(Fault::new(FaultKind::LostAnswer).operation("CreateNamespace").nth(3));
    desk.emulator.inject(Fault::new(FaultKind::ErrorBefore).operation("ListNamespaces").times(2));
    assert_eq!(create("a").unwrap().status(), 200);
    let throttled = create("b").unwrap();
    assert_eq!(
        (throttled.status().as_u16(), &throttled.headers()["x-envoy-ratelimited"]),
        (429, &"true".parse().unwrap())
    );
    assert!(!create("c").unwrap_err().is_never_sent());
    assert_eq!(create("d").unwrap().status(), 200);
    let list = || {
        let request = http::Request::get(format!("https://api.scaleway.com{path}"));
        desk.send(request.header("X-Auth-Token", "any").body(Bytes::new()).unwrap()).unwrap()
    };
    assert_eq!([list().status(), list().status()], [503, 503]);
    let body: Value = serde_json::from_slice(list().body()).unwrap();
    assert_eq!(body["total_count"], 3, "a, c and d");
    assert_eq!(desk.emulator.requests().recent().filter(|entry| entry.status.is_none()).count(), 1);
}

#[test]
fn the_same_seed_makes_the_same_world() {
    let world = || {
        let desk = Desk::recorded();
        desk.namespace("a");
        desk.namespace("b");
        desk.get(&format!("{CONTAINERS}/namespaces")).1
    };
    assert_eq!(world(), world());
}

#[test]
fn coverage_and_the_log_can_be_asked_for() {
    let desk = Desk::instant();
    desk.namespace("a");
    assert_eq!(desk.get("/_emulator/health").0, 200);
    assert_eq!(desk.get("/_emulator/coverage").1["containers.CreateNamespace"], "faithful");
    let log = desk.get("/_emulator/requests").1;
    assert_eq!(log["by_operation"]["containers.CreateNamespace"], 1);
}
