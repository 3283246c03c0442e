//! Worlds that begin with something in them, and things that happen sooner or later than by themselves.

use std::time::Duration;

use scaleway_emulator::{Emulator, End, Latency};
use serde_json::json;

const VPC: &str = "/vpc/v2/regions/fr-par/vpcs/11111111-0000-4000-8000-000000000001";
const NETWORK: &str = "/vpc/v2/regions/fr-par/private-networks/11111111-0000-4000-8000-000000000002";

fn ids() -> (serde_json::Value, serde_json::Value) {
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let vpc = json!({"id": id(VPC), "name": "old", "project_id": "p", "tags": []});
    let subnet =
        json!({"id": "s", "private_network_id": id(NETWORK), "vpc_id": id(VPC), "subnet": "10.0.0.0/22"});
    let network =
        json!({"id": id(NETWORK), "vpc_id": id(VPC), "name": "net", "project_id": "p", "subnets": [subnet]});
    (vpc, network)
}

#[test]
fn what_is_seeded_is_answered_and_lives_on() {
    let emulator = Emulator::builder().build().unwrap();
    let (vpc, network) = ids();
    assert_eq!(emulator.seed(VPC, vpc).unwrap(), "vpc.vpcs");
    assert_eq!(emulator.seed(NETWORK, network).unwrap(), "vpc.private_networks");
    let kinds: Vec<_> = emulator.inventory().into_iter().map(|thing| thing.kind).collect();
    assert!(kinds.contains(&"vpc.subnets".to_owned()), "{kinds:?}");
    emulator.withdraw(VPC);
    let left = emulator.inventory().into_iter().filter(|thing| thing.kind.starts_with("vpc."));
    assert_eq!(left.count(), 0, "what is in it went along");
}

#[test]
fn what_cannot_be_seeded_is_refused_with_a_remedy() {
    let emulator = Emulator::builder().build().unwrap();
    for (path, body) in
        [(VPC, json!([])), ("/vpc/v2/regions/fr-par/vpcs", json!({})), ("/nothing/at/all", json!({}))]
    {
        let error = emulator.seed(path, body).unwrap_err().to_string();
        assert!(error.contains(path) && error.contains("name the path"), "{error}");
    }
}

#[test]
fn what_is_about_to_happen_can_be_moved() {
    use scaleway_core::{Clock, Transport};
    let clock = Clock::virtual_from("2026-09-01T00:00:00Z".parse().unwrap());
    let emulator = Emulator::builder().clock(clock.clone()).latency(Latency::Recorded).build().unwrap();
    let request = http::Request::post("https://api.scaleway.com/containers/v1/regions/fr-par/namespaces")
        .header("x-auth-token", "any")
        .body(bytes::Bytes::from(r#"{"project_id": "p", "name": "space"}"#))
        .unwrap();
    let answer = clock.block_on(emulator.send(request)).unwrap().unwrap();
    let answer: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    let id = answer["id"].as_str().unwrap();

    let pace = emulator.pace(id).unwrap();
    assert_eq!((pace.kind.as_str(), pace.status.as_str()), ("containers.namespaces", "creating"));
    assert_eq!(pace.coming[0].end, End::Status("ready".into()));
    emulator.reschedule(id, clock.now() + Duration::from_hours(1));
    clock.advance(Duration::from_secs(3_599));
    assert_eq!(emulator.pace(id).unwrap().status, "creating", "held back");
    emulator.reschedule(id, clock.now());
    assert_eq!(emulator.pace(id).unwrap().status, "ready", "hurried");
    assert_eq!(emulator.pace("nobody"), None);
}
