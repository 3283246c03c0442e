//! Single exchanges against a mocked API, and all recorded ones.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod archive;
mod backup;
mod edit;
mod ensure;
mod instance;
mod parts;
mod read_replica;
mod reports;
mod snapshot;
mod upgrade;

use std::future::Future;

use mock::{PROJECT, no_content, ok};
use scaleway_core::{Client, Clock, Https, HttpsOptions, Random, Timestamp};
use scaleway_rdb::{InstanceId, Rdb};
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const NETWORK: &str = "33333333-3333-4333-8333-333333333333";
const ROOT: &str = "/rdb/v1/regions/fr-par";

/// A mocked API and a client of it.
async fn mocked() -> (MockServer, Rdb) {
    let (server, client) = mock::started().await;
    (server, Rdb::new(&client))
}

/// Runs `test` with a mocked API and a client of it, on a clock that jumps over every wait.
fn timeless<F: Future<Output = ()>>(test: impl FnOnce(MockServer, Rdb) -> F) {
    let clock = Clock::virtual_from(Timestamp::UNIX_EPOCH);
    let run = async {
        let server = MockServer::start().await;
        let https = Https::new(&HttpsOptions::default(), clock.clone()).unwrap();
        let client = Client::builder(mock::config(&server), https)
            .clock(clock.clone())
            .random(Random::seeded(1))
            .build();
        test(server, Rdb::new(&client.unwrap())).await;
    };
    clock.block_on(run).unwrap();
}

/// As [`expect`], for a list of these items.
async fn then_list(server: &MockServer, at: &str, field: &str, items: Vec<Value>) {
    let answer = ok(json!({"total_count": items.len(), field: items}));
    expect(server, "GET", at, None, answer).await;
}

fn busy() -> ResponseTemplate {
    let body = json!({"type": "transient_state", "message": "resource is in a transient state", "resource": "instance",
        "resource_id": "instance-1", "current_state": "configuring"});
    ResponseTemplate::new(409).set_body_json(body)
}

async fn expect(server: &MockServer, verb: &str, at: &str, body: Option<Value>, answer: ResponseTemplate) {
    mock::expect(server, verb, format!("{ROOT}/{at}"), body, answer).await;
}

/// Answers a list at `at` in two pages of one item each, when the filter is there.
async fn expect_pages(
    server: &MockServer,
    at: &str,
    field: &str,
    filter: Option<(&str, &str)>,
    items: [Value; 2],
) {
    for (number, item) in items.into_iter().enumerate() {
        let mock = Mock::given(method("GET"))
            .and(path(format!("{ROOT}/{at}")))
            .and(query_param("page", (number + 1).to_string()))
            .and(query_param("page_size", "100"));
        let mock = if let Some((key, value)) = filter { mock.and(query_param(key, value)) } else { mock };
        mock.respond_with(ok(json!({field: [item], "total_count": 2}))).expect(1).mount(server).await;
    }
}

fn gone(resource: &str) -> ResponseTemplate {
    let body = json!({"type": "not_found", "message": "resource is not found", "resource": resource, "resource_id": "x"});
    ResponseTemplate::new(404).set_body_json(body)
}

/// `base` with other fields.
fn with(mut base: Value, fields: Value) -> Value {
    base.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    base
}

fn id<T>(text: &str) -> scaleway_core::Id<T> {
    text.parse().unwrap()
}

fn instance_id() -> InstanceId {
    id("instance-1")
}

fn public_endpoint() -> Value {
    json!({"id": "endpoint-1", "ip": "51.15.0.1", "port": 3583, "load_balancer": {}})
}

fn private_endpoint() -> Value {
    json!({"id": "endpoint-2", "ip": "172.16.20.4", "port": 5432, "name": "private", "private_network": {
        "private_network_id": NETWORK, "service_ip": "172.16.20.4/22", "zone": "fr-par-1", "provisioning_mode": "ipam"}})
}

fn read_replica(status: &str) -> Value {
    json!({
        "id": "replica-1", "endpoints": [{"id": "endpoint-3", "ip": "51.15.0.2", "port": 5432, "direct_access": {}}],
        "status": status, "region": "fr-par", "same_zone": true, "instance_id": "instance-1",
    })
}

fn instance(status: &str) -> Value {
    json!({
        "id": "instance-1", "name": "evalap", "organization_id": "org", "project_id": PROJECT, "status": status,
        "engine": "PostgreSQL-16", "node_type": "db-dev-s", "tags": ["evalap"], "region": "fr-par",
        "upgradable_version": [{"id": "version-17", "name": "PostgreSQL-17", "version": "17", "minor_version": "17.4"}],
        "volume": {"type": "sbs_5k", "size": 10_000_000_000_u64, "class": "sbs"}, "is_ha_cluster": true,
        "high_availability_mode": "multiple_zone", "endpoint": public_endpoint(),
        "endpoints": [public_endpoint(), private_endpoint()], "settings": [{"name": "work_mem", "value": "4"}],
        "init_settings": [], "backup_same_region": false,
        "backup_schedule": {"frequency": 24, "retention": 7, "disabled": false, "next_run_at": "2026-05-06T14:42:12Z"},
        "read_replicas": [read_replica("ready")], "logs_policy": {"max_age_retention": 30},
        "maintenances": [{"starts_at": "2026-06-23T08:00:00Z", "stops_at": "2026-06-30T08:00:00Z", "reason": "a new kernel",
            "status": "pending", "forced_at": "2026-06-30T08:00:00Z", "is_applicable": true}],
        "encryption": {"enabled": true}, "created_at": "2026-05-05T14:42:12.873213Z",
    })
}
