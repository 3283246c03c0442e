use std::time::Duration;

use scaleway_rdb::{
    CreateReadReplica, CreateReadReplicaEndpoint, PrivateNetworkSpec, ReadReplicaEndpointSpec, ReadReplicaId,
    ReadReplicaStatus,
};
use serde_json::json;
use wiremock::Mock;
use wiremock::matchers::method;

use crate::{NETWORK, expect, gone, id, instance, instance_id, mocked, ok, read_replica};

fn replica_id() -> ReadReplicaId {
    id("replica-1")
}

#[tokio::test]
async fn a_replica_is_made_and_gets_another_endpoint() {
    let (server, rdb) = mocked().await;
    let body =
        json!({"instance_id": "instance-1", "endpoint_spec": [{"direct_access": {}}], "same_zone": false});
    expect(&server, "POST", "read-replicas", Some(body), ok(read_replica("provisioning"))).await;
    let body =
        json!({"endpoint_spec": [{"private_network": {"private_network_id": NETWORK, "ipam_config": {}}}]});
    expect(&server, "POST", "read-replicas/replica-1/endpoints", Some(body), ok(read_replica("configuring")))
        .await;

    let create =
        CreateReadReplica::new(instance_id(), [ReadReplicaEndpointSpec::direct_access()]).same_zone(false);
    let made = rdb.create_read_replica(create).await.unwrap();
    assert!(made.endpoints[0].is_public());
    assert_eq!(serde_json::to_value(&made).unwrap(), read_replica("provisioning"));
    let private = ReadReplicaEndpointSpec::PrivateNetwork(PrivateNetworkSpec::ipam(id(NETWORK)));
    rdb.create_read_replica_endpoint(&made.id, CreateReadReplicaEndpoint::new([private])).await.unwrap();
}

#[tokio::test]
async fn a_replica_is_reset_promoted_and_deleted() {
    let (server, rdb) = mocked().await;
    expect(
        &server,
        "POST",
        "read-replicas/replica-1/reset",
        Some(json!({})),
        ok(read_replica("initializing")),
    )
    .await;
    expect(&server, "POST", "read-replicas/replica-1/promote", Some(json!({})), ok(instance("configuring")))
        .await;
    expect(&server, "DELETE", "read-replicas/replica-1", None, ok(read_replica("deleting"))).await;
    let reset = rdb.reset_read_replica(&replica_id()).await.unwrap();
    assert_eq!(reset.status, ReadReplicaStatus::Initializing);
    assert_eq!(rdb.promote_read_replica(&replica_id()).await.unwrap().id, instance_id());
    assert_eq!(rdb.delete_read_replica(&replica_id()).await.unwrap().status, ReadReplicaStatus::Deleting);
}

#[tokio::test]
async fn waiting_ends_with_ready_with_error_and_with_the_end() {
    let (server, rdb) = mocked().await;
    Mock::given(method("GET"))
        .respond_with(ok(read_replica("promoting")))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    expect(&server, "GET", "read-replicas/replica-1", None, ok(read_replica("ready"))).await;
    rdb.wait_for_read_replica(&replica_id()).interval(Duration::ZERO).await.unwrap();

    let (server, rdb) = mocked().await;
    expect(&server, "GET", "read-replicas/replica-1", None, ok(read_replica("error"))).await;
    let error = rdb.wait_for_read_replica(&replica_id()).await.unwrap_err();
    assert_eq!(error.to_string(), "read replica replica-1 is error");

    let (server, rdb) = mocked().await;
    expect(&server, "GET", "read-replicas/replica-1", None, gone("read_replica")).await;
    rdb.wait_until_read_replica_gone(&replica_id()).await.unwrap();
}
