//! What goes wrong when it is told to.

use std::time::Duration;

use bytes::Bytes;
use scaleway_emulator::{Fault, FaultKind, Latency};
use serde_json::{Value, json};

use crate::desk::{CONTAINERS, Desk, PROJECT};

fn namespaces() -> String {
    format!("{CONTAINERS}/namespaces")
}

fn namespace(name: &str) -> Value {
    json!({"project_id": PROJECT, "name": name})
}

#[test]
fn a_truncated_answer_is_lost_after_its_effect_and_a_slow_one_takes_its_time() {
    let desk = Desk::instant();
    desk.emulator.inject(Fault::new(FaultKind::Truncated).operation("CreateNamespace"));
    let request = http::Request::post(format!("https://api.scaleway.com{}", namespaces()));
    let request = request.header("X-Auth-Token", "any").body(namespace("a").to_string().into()).unwrap();
    assert!(!desk.send(request).unwrap_err().is_never_sent());
    assert_eq!(desk.get(&namespaces()).1["total_count"], 1);

    desk.emulator.inject(Fault::new(FaultKind::Slow(Duration::from_secs(40))));
    let before = desk.clock.now();
    desk.get(&namespaces());
    assert_eq!(desk.clock.now().since(before), Duration::from_secs(40));
    desk.get(&namespaces());
    assert_eq!(desk.clock.now().since(before), Duration::from_secs(40), "only one was to be slow");
}

#[test]
fn refusals_have_the_api_s_form_and_no_effect() {
    let desk = Desk::instant();
    desk.emulator.inject(Fault::new(FaultKind::OutOfStock).operation("containers.CreateNamespace"));
    desk.emulator.inject(Fault::new(FaultKind::Forbidden).operation("ListNamespaces"));
    let (status, body) = desk.ask("POST", &namespaces(), namespace("a"));
    assert_eq!(
        (status, &body["type"], &body["resource"]),
        (412, &json!("out_of_stock"), &json!("namespace"))
    );
    let (status, body) = desk.get(&namespaces());
    assert_eq!(
        (status, &body["type"], &body["details"][0]["action"]),
        (403, &json!("permissions_denied"), &json!("read"))
    );
    assert_eq!(desk.get(&namespaces()).1["total_count"], 0);
}

#[test]
fn what_was_just_made_is_not_found_for_a_while() {
    let desk = Desk::instant();
    let old = desk.namespace("old");
    desk.emulator.inject(Fault::new(FaultKind::NotFoundYet(Duration::from_secs(5))).always());
    let made = desk.ok("POST", &namespaces(), namespace("new"));
    let path = |id: &str| format!("{}/{id}", namespaces());
    let new = path(made["id"].as_str().unwrap());
    let (status, body) = desk.get(&new);
    assert_eq!((status, &body["type"], &body["resource"]), (404, &json!("not_found"), &json!("namespace")));
    assert_eq!(desk.get(&path(&old)).0, 200);
    assert_eq!(desk.ask("PATCH", &new, json!({"description": "there"})).0, 200, "writes see what is there");
    desk.wait(4);
    assert_eq!(desk.get(&new).0, 404);
    desk.wait(1);
    assert_eq!(desk.get(&new).1["description"], "there");
}

#[test]
fn lists_lag_behind_what_is_made_changed_and_removed() {
    let desk = Desk::instant();
    desk.emulator
        .inject(Fault::new(FaultKind::Lagging(Duration::from_secs(10))).operation("ListNamespaces").always());
    let listed = || {
        let list = desk.ok("GET", &format!("{}?order_by=name_asc", namespaces()), Value::Null);
        let named = |item: &Value| {
            format!("{} {}", item["name"].as_str().unwrap(), item["description"].as_str().unwrap())
        };
        list["namespaces"].as_array().unwrap().iter().map(named).collect::<Vec<_>>()
    };
    let made = desk.ok("POST", &namespaces(), namespace("a"));
    let path = format!("{}/{}", namespaces(), made["id"].as_str().unwrap());
    assert_eq!(listed(), [""; 0]);
    desk.wait(11);
    assert_eq!(listed(), ["a "]);
    desk.ok("PATCH", &path, json!({"description": "changed"}));
    assert_eq!(
        (desk.get(&path).1["description"].as_str().unwrap(), listed()),
        ("changed", vec!["a ".to_owned()])
    );
    desk.wait(11);
    assert_eq!(listed(), ["a changed"]);
    desk.ok("DELETE", &path, Value::Null);
    assert_eq!((desk.get(&path).0, listed()), (404, vec!["a changed".to_owned()]));
    desk.wait(11);
    assert_eq!(listed(), [""; 0]);
}

#[test]
fn readiness_comes_later_or_never() {
    let desk = Desk::with(|builder| {
        let fault =
            Fault::new(FaultKind::SlowReadiness(Duration::from_mins(10))).operation("CreateNamespace");
        builder
            .latency(Latency::Recorded)
            .faults([fault, Fault::new(FaultKind::FailedReadiness).operation("CreateContainer")])
    });
    let made = desk.ok("POST", &namespaces(), namespace("a"));
    let path = format!("{}/{}", namespaces(), made["id"].as_str().unwrap());
    desk.wait(590);
    assert_eq!(desk.get(&path).1["status"], "creating");
    desk.wait(30);
    assert_eq!(desk.get(&path).1["status"], "ready");
    let body = json!({"namespace_id": made["id"], "name": "api", "image": "any"});
    let made = desk.ok("POST", &format!("{CONTAINERS}/containers"), body);
    let path = format!("{CONTAINERS}/containers/{}", made["id"].as_str().unwrap());
    desk.wait(60);
    let container = desk.get(&path).1;
    assert_eq!(container["status"], "error");
    assert!(container["error_message"].as_str().unwrap().contains("told to"), "{container}");
    let request =
        http::Request::get(container["public_endpoint"].as_str().unwrap()).body(Bytes::new()).unwrap();
    assert_eq!(desk.send(request).unwrap().status(), 503);
    desk.ok("POST", &format!("{path}/redeploy"), Value::Null);
    desk.wait(60);
    assert_eq!(desk.get(&path).1["status"], "ready", "the next deployment works");
}

#[test]
fn a_rate_is_drawn_from_the_seed_and_leaves_the_ids_alone() {
    let run = |seed: u64, faults: &[Fault]| {
        let desk = Desk::with(|builder| builder.seed(seed).faults(faults.iter().cloned()));
        let made: Vec<(u16, Value)> =
            (0..60).map(|n| desk.ask("POST", &namespaces(), namespace(&format!("n{n}")))).collect();
        let statuses: Vec<u16> = made.iter().map(|(status, _)| *status).collect();
        (statuses, made[0].1["id"].clone())
    };
    let failing = [Fault::new(FaultKind::ErrorAfter).rate(0.4).operation("CreateNamespace").nth(2)];
    let (statuses, first) = run(1, &failing);
    let failed = statuses.iter().filter(|status| **status == 500).count();
    assert!((12..36).contains(&failed), "{failed} of 60");
    assert_eq!(run(1, &failing), (statuses.clone(), first.clone()));
    assert_ne!(run(2, &failing).0, statuses);
    assert_eq!(run(1, &[]).1, first);
}
