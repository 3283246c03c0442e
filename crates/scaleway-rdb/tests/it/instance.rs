use std::time::Duration;

use scaleway_core::Size;
use scaleway_rdb::{
    CloneInstance, CreateInstance, EndpointSpec, HighAvailabilityMode, InstanceSetting, InstanceStatus,
    ListInstances, ListInstancesOrder, LogsPolicy, MajorUpgrade, UpdateInstance, UpgradeInstance, VolumeType,
};
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, ResponseTemplate};

use crate::{NETWORK, PROJECT, expect, expect_pages, gone, id, instance, instance_id, mocked, ok, with};

#[tokio::test]
async fn an_instance_is_made_in_the_default_project_and_nothing_of_the_answer_is_lost() {
    let (server, rdb) = mocked().await;
    let body = json!({
        "project_id": PROJECT, "name": "evalap", "engine": "PostgreSQL-16", "node_type": "DB-DEV-S", "user_name": "admin",
        "password": "aB3-aB3-", "volume_type": "sbs_5k", "volume_size": 10_000_000_000_u64, "disable_backup": false,
        "init_settings": [{"name": "locale", "value": "fr"}],
        "init_endpoints": [{"private_network": {"private_network_id": NETWORK, "ipam_config": {}}}, {"load_balancer": {}}],
    });
    expect(&server, "POST", "instances", Some(body), ok(instance("provisioning"))).await;
    let create = CreateInstance::new("evalap", "PostgreSQL-16", "DB-DEV-S")
        .user_name("admin")
        .password("aB3-aB3-")
        .volume_type(VolumeType::Sbs5k)
        .volume_size(Size::gigabytes(10))
        .disable_backup(false)
        .init_settings(vec![InstanceSetting::new("locale", "fr")])
        .init_endpoints(vec![EndpointSpec::private_network(id(NETWORK)), EndpointSpec::load_balancer()]);
    assert!(!format!("{create:?}").contains("aB3-"));
    let made = rdb.create_instance(create).await.unwrap();
    assert_eq!(made.status, InstanceStatus::Provisioning);
    assert_eq!(made.public_endpoint().unwrap().id.as_str(), "endpoint-1");
    assert_eq!(made.private_endpoint().unwrap().host(), Some("172.16.20.4"));
    assert_eq!(serde_json::to_value(&made).unwrap(), instance("provisioning"));
}

#[tokio::test]
async fn an_organization_stands_in_for_the_project() {
    let (server, rdb) = mocked().await;
    let body = json!({"organization_id": "org", "name": "evalap", "engine": "PostgreSQL-16", "node_type": "DB-DEV-S"});
    expect(&server, "POST", "instances", Some(body), ok(instance("provisioning"))).await;
    let create = CreateInstance::new("evalap", "PostgreSQL-16", "DB-DEV-S");
    rdb.create_instance(create.organization_id(id("org"))).await.unwrap();
}

#[tokio::test]
async fn an_answer_with_nulls_and_values_that_came_later_is_read() {
    let (server, rdb) = mocked().await;
    let later = json!({
        "status": "hibernating", "endpoint": null, "endpoints": null, "settings": null, "logs_policy": null, "tags": null,
        "volume": {"type": "sbs_50k", "size": 5_000_000_000_u64, "class": "ssd"}, "high_availability_mode": "orbit",
    });
    expect(&server, "GET", "instances/instance-1", None, ok(with(instance("ready"), later))).await;
    let read = rdb.get_instance(&instance_id()).await.unwrap();
    assert_eq!(read.status, InstanceStatus::Other("hibernating".into()));
    assert_eq!(read.high_availability_mode, Some(HighAvailabilityMode::Other("orbit".into())));
    assert!(read.endpoints.is_empty() && read.private_endpoint().is_none() && read.endpoint.is_none());
    assert_eq!(
        serde_json::to_value(&read).unwrap()["volume"],
        json!({"type": "sbs_50k", "size": 5_000_000_000_u64, "class": "ssd"})
    );
}

#[tokio::test]
async fn an_update_clears_with_empty_and_leaves_what_is_unset() {
    let (server, rdb) = mocked().await;
    let body = json!({"tags": [], "backup_schedule_retention": 14, "logs_policy": {"max_age_retention": 7}});
    expect(&server, "PATCH", "instances/instance-1", Some(body), ok(instance("ready"))).await;
    let update = UpdateInstance::default()
        .tags(Vec::new())
        .backup_schedule_retention(14u32)
        .logs_policy(LogsPolicy::default().max_age_retention(7u32));
    rdb.update_instance(&instance_id(), update).await.unwrap();
}

#[tokio::test]
async fn an_upgrade_is_one_change() {
    let major = MajorUpgrade::new(id("version-17")).with_endpoints(true);
    for (upgrade, body) in [
        (UpgradeInstance::NodeType("DB-GP-XS".into()), json!({"node_type": "DB-GP-XS"})),
        (UpgradeInstance::EnableHa(true), json!({"enable_ha": true})),
        (
            UpgradeInstance::HighAvailabilityMode(HighAvailabilityMode::MultipleZone),
            json!({"high_availability_mode": "multiple_zone"}),
        ),
        (UpgradeInstance::VolumeSize(Size::gigabytes(20)), json!({"volume_size": 20_000_000_000_u64})),
        (UpgradeInstance::VolumeType(VolumeType::Sbs15k), json!({"volume_type": "sbs_15k"})),
        (
            UpgradeInstance::UpgradableVersionId(id("version-17")),
            json!({"upgradable_version_id": "version-17"}),
        ),
        (
            UpgradeInstance::MajorUpgradeWorkflow(major),
            json!({"major_upgrade_workflow": {"upgradable_version_id": "version-17", "with_endpoints": true}}),
        ),
        (UpgradeInstance::EnableEncryption(true), json!({"enable_encryption": true})),
    ] {
        assert_eq!(serde_json::from_value::<UpgradeInstance>(body.clone()).unwrap(), upgrade);
        let (server, rdb) = mocked().await;
        expect(&server, "POST", "instances/instance-1/upgrade", Some(body), ok(instance("configuring")))
            .await;
        rdb.upgrade_instance(&instance_id(), upgrade).await.unwrap();
    }
}

#[tokio::test]
async fn cloning_restarting_and_deleting_answer_the_instance() {
    let (server, rdb) = mocked().await;
    let clone = json!({"name": "copy", "node_type": "DB-GP-XS"});
    expect(&server, "POST", "instances/instance-1/clone", Some(clone), ok(instance("provisioning"))).await;
    expect(&server, "POST", "instances/instance-1/restart", Some(json!({})), ok(instance("restarting")))
        .await;
    expect(&server, "DELETE", "instances/instance-1", None, ok(instance("deleting"))).await;
    let request = CloneInstance::new("copy").node_type("DB-GP-XS");
    rdb.clone_instance(&instance_id(), request).await.unwrap();
    assert_eq!(rdb.restart_instance(&instance_id()).await.unwrap().status, InstanceStatus::Restarting);
    assert_eq!(rdb.delete_instance(&instance_id()).await.unwrap().status, InstanceStatus::Deleting);
}

#[tokio::test]
async fn waiting_ends_when_it_is_ready() {
    let (server, rdb) = mocked().await;
    for status in ["provisioning", "initializing"] {
        Mock::given(method("GET")).respond_with(ok(instance(status))).up_to_n_times(1).mount(&server).await;
    }
    expect(&server, "GET", "instances/instance-1", None, ok(instance("ready"))).await;
    let waiter = rdb.wait_for_instance(&instance_id()).interval(Duration::ZERO);
    assert_eq!(waiter.await.unwrap().status, InstanceStatus::Ready);
}

#[tokio::test]
async fn waiting_ends_at_once_when_it_will_never_be_ready() {
    for (status, message) in [
        ("error", "instance instance-1 is error"),
        ("locked", "instance instance-1 is locked"),
        (
            "disk_full",
            "instance instance-1 is disk_full: it takes no writes until its volume is enlarged by UpgradeInstance",
        ),
    ] {
        let (server, rdb) = mocked().await;
        expect(&server, "GET", "instances/instance-1", None, ok(instance(status))).await;
        let error = rdb.wait_for_instance(&instance_id()).await.unwrap_err();
        assert_eq!(error.to_string(), message);
        assert!(!error.is_transient());
    }
}

#[tokio::test]
async fn waiting_for_the_end_ends_with_not_found() {
    let (server, rdb) = mocked().await;
    Mock::given(method("GET")).respond_with(ok(instance("deleting"))).up_to_n_times(1).mount(&server).await;
    expect(&server, "GET", "instances/instance-1", None, gone("instance")).await;
    rdb.wait_until_instance_gone(&instance_id()).interval(Duration::ZERO).await.unwrap();
}

#[tokio::test]
async fn a_list_reads_every_page() {
    let (server, rdb) = mocked().await;
    let items = ["a", "b"].map(|id| with(instance("ready"), json!({"id": id})));
    expect_pages(&server, "instances", "instances", Some(("order_by", "name_asc")), items).await;
    let request =
        ListInstances::default().order_by(ListInstancesOrder::NameAsc).tags(vec!["x".into(), "y".into()]);
    let found = rdb.list_instances(request).all().await.unwrap();
    assert_eq!(found.iter().map(|instance| instance.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let queries: Vec<_> =
        server.received_requests().await.unwrap().iter().map(|r| r.url.query().unwrap().to_owned()).collect();
    assert_eq!(queries[0], "tags=x&tags=y&order_by=name_asc&page=1&page_size=100");
}

#[tokio::test]
async fn a_write_while_the_instance_changes_is_told_as_such() {
    let (server, rdb) = mocked().await;
    let body: Value = json!({"type": "transient_state", "resource": "instance", "resource_id": "instance-1",
        "current_state": "configuring", "message": "resource is in a transient state"});
    expect(&server, "DELETE", "instances/instance-1", None, ResponseTemplate::new(409).set_body_json(body))
        .await;
    let error = rdb.delete_instance(&instance_id()).await.unwrap_err();
    assert!(error.is_transient_state() && error.is_conflict());
}
