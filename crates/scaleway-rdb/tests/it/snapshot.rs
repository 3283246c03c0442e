use std::time::Duration;

use scaleway_rdb::{
    CreateInstanceFromSnapshot, CreateSnapshot, ListSnapshots, ListSnapshotsOrder, SnapshotId,
    SnapshotStatus, UpdateSnapshot,
};
use serde_json::{Value, json};
use wiremock::Mock;
use wiremock::matchers::method;

use crate::{expect, expect_pages, gone, id, instance, instance_id, mocked, ok, with};

fn snapshot(status: &str) -> Value {
    json!({
        "id": "snapshot-1", "instance_id": "instance-1", "name": "before", "status": status, "size": 10_000_000_000_u64,
        "expires_at": "2027-05-05T14:42:12Z", "created_at": "2026-05-05T14:42:12Z", "updated_at": "2026-05-05T14:42:42Z",
        "instance_name": "evalap", "node_type": "db-dev-s", "volume_type": {"type": "sbs_15k", "class": "sbs"}, "region": "fr-par",
    })
}

fn snapshot_id() -> SnapshotId {
    id("snapshot-1")
}

#[tokio::test]
async fn a_snapshot_is_made_changed_used_and_deleted() {
    let (server, rdb) = mocked().await;
    let at = "snapshots/snapshot-1";
    expect(
        &server,
        "POST",
        "instances/instance-1/snapshots",
        Some(json!({"name": "before"})),
        ok(snapshot("creating")),
    )
    .await;
    expect(&server, "PATCH", at, Some(json!({"name": "after"})), ok(snapshot("ready"))).await;
    let body = json!({"instance_name": "copy", "is_ha_cluster": false, "node_type": "DB-DEV-S"});
    expect(&server, "POST", &format!("{at}/create-instance"), Some(body), ok(instance("provisioning"))).await;
    expect(&server, "DELETE", at, None, ok(snapshot("deleting"))).await;

    let made = rdb.create_snapshot(&instance_id(), CreateSnapshot::new("before")).await.unwrap();
    assert_eq!(serde_json::to_value(&made).unwrap(), snapshot("creating"));
    rdb.update_snapshot(&made.id, UpdateSnapshot::default().name("after")).await.unwrap();
    let create = CreateInstanceFromSnapshot::new("copy").is_ha_cluster(false).node_type("DB-DEV-S");
    let copy = rdb.create_instance_from_snapshot(&made.id, create).await.unwrap();
    assert_eq!(serde_json::to_value(&copy).unwrap(), instance("provisioning"));
    assert_eq!(rdb.delete_snapshot(&made.id).await.unwrap().status, SnapshotStatus::Deleting);
}

#[tokio::test]
async fn waiting_ends_with_ready_with_error_and_with_the_end() {
    let (server, rdb) = mocked().await;
    Mock::given(method("GET")).respond_with(ok(snapshot("creating"))).up_to_n_times(1).mount(&server).await;
    expect(&server, "GET", "snapshots/snapshot-1", None, ok(snapshot("ready"))).await;
    rdb.wait_for_snapshot(&snapshot_id()).interval(Duration::ZERO).await.unwrap();

    let (server, rdb) = mocked().await;
    expect(&server, "GET", "snapshots/snapshot-1", None, ok(snapshot("locked"))).await;
    let error = rdb.wait_for_snapshot(&snapshot_id()).await.unwrap_err();
    assert_eq!(error.to_string(), "snapshot snapshot-1 is locked");

    let (server, rdb) = mocked().await;
    expect(&server, "GET", "snapshots/snapshot-1", None, gone("instance_snapshot")).await;
    rdb.wait_until_snapshot_gone(&snapshot_id()).await.unwrap();
}

#[tokio::test]
async fn snapshots_are_listed() {
    let (server, rdb) = mocked().await;
    let items = ["a", "b"].map(|id| with(snapshot("ready"), json!({"id": id})));
    expect_pages(&server, "snapshots", "snapshots", Some(("order_by", "expires_at_desc")), items.clone())
        .await;
    let request = ListSnapshots::default().order_by(ListSnapshotsOrder::ExpiresAtDesc);
    let listed = rdb.list_snapshots(request).all().await.unwrap();
    assert_eq!(serde_json::to_value(listed).unwrap(), json!(items));
}
