//! VPCs, private networks, subnets, connectors, endpoints of Object Storage.

use std::time::Duration;

use scaleway_vpc::{
    ConnectorStatus, CreateConnector, CreatePrivateNetwork, CreateVpc, ListConnectors, ListPrivateNetworks,
    ListSubnetOverlaps, ListSubnets, ListVpcs, ListVpcsOrder, UpdateConnector, UpdatePrivateNetwork,
    UpdateVpc,
};
use serde_json::{Value, json};
use wiremock::matchers::{body_json, method, path, query_param};
use wiremock::{Mock, MockServer};

use crate::{MADE, PROJECT, expect, no_content, not_found, ok, vpcs};

const VPCS: &str = "/vpc/v2/regions/fr-par/vpcs";
const NETWORKS: &str = "/vpc/v2/regions/fr-par/private-networks";
const CONNECTORS: &str = "/vpc/v2/regions/fr-par/vpc-connectors";
const S3: &str = "/vpc/v2/regions/fr-par/s3-integration/vpc-1";

fn vpc() -> Value {
    json!({
        "id": "vpc-1", "name": "evalap", "organization_id": "org", "project_id": PROJECT, "region": "fr-par",
        "tags": ["a"], "is_default": false, "created_at": MADE, "updated_at": MADE, "private_network_count": 1,
        "routing_enabled": true, "custom_routes_propagation_enabled": true, "transitivity_enabled": false,
        "s3_integration_enabled": false, "srn": "srn://vpc",
    })
}

fn subnet(id: &str, range: &str) -> Value {
    json!({
        "id": id, "created_at": MADE, "updated_at": MADE, "subnet": range, "project_id": PROJECT,
        "private_network_id": "network-1", "vpc_id": "vpc-1", "region": "fr-par",
    })
}

fn network() -> Value {
    json!({
        "id": "network-1", "name": "evalap", "organization_id": "org", "project_id": PROJECT, "region": "fr-par",
        "tags": [], "created_at": MADE, "updated_at": MADE,
        "subnets": [subnet("subnet-1", "10.42.0.0/24"), subnet("subnet-2", "fd46:78ab:30b8:5fd0::/64")],
        "vpc_id": "vpc-1", "dhcp_enabled": true, "default_route_propagation_enabled": false, "has_s3_integration": false,
    })
}

fn connector(status: &str) -> Value {
    json!({
        "id": "connector-1", "name": "to-shared", "organization_id": "org", "project_id": PROJECT, "vpc_id": "vpc-1",
        "target_vpc_id": "vpc-2", "status": status, "region": "fr-par", "tags": [], "created_at": MADE, "updated_at": MADE,
        "peer_info": {"organization_id": "org", "project_id": PROJECT, "vpc_name": "shared"},
    })
}

/// Answers two pages of a list that share an item.
async fn two_pages(server: &MockServer, at: &str, field: &str, item: Value) {
    for (page, ids) in [("1", ["a", "b"]), ("2", ["b", "c"])] {
        let items = ids.map(|id| {
            let mut item = item.clone();
            item["id"] = id.into();
            item
        });
        Mock::given(method("GET"))
            .and(path(at))
            .and(query_param("page", page))
            .respond_with(ok(json!({field: items, "total_count": 4})))
            .expect(1)
            .mount(server)
            .await;
    }
}

#[tokio::test]
async fn a_vpc_is_made_in_the_default_project_and_nothing_of_the_answer_is_lost() {
    let (server, vpcs) = vpcs().await;
    let body = json!({"name": "evalap", "project_id": PROJECT, "tags": ["a"], "enable_transitivity": true});
    expect(&server, "POST", VPCS, Some(body), ok(vpc())).await;
    let create = CreateVpc::new("evalap").tags(vec!["a".to_owned()]).enable_transitivity(true);
    let made = vpcs.create_vpc(create).await.unwrap();
    assert_eq!(serde_json::to_value(&made).unwrap(), vpc());
}

#[tokio::test]
async fn an_update_of_a_vpc_clears_with_empty_and_leaves_what_is_unset() {
    let (server, vpcs) = vpcs().await;
    let at = format!("{VPCS}/vpc-1");
    expect(&server, "PATCH", &at, Some(json!({"tags": []})), ok(vpc())).await;
    vpcs.update_vpc(&"vpc-1".parse().unwrap(), UpdateVpc::default().tags(Vec::new())).await.unwrap();
}

#[tokio::test]
async fn what_is_switched_on_in_a_vpc_is_asked_for_with_an_empty_body() {
    let (server, vpcs) = vpcs().await;
    let id = "vpc-1".parse().unwrap();
    for action in ["enable-routing", "enable-custom-routes-propagation"] {
        expect(&server, "POST", &format!("{VPCS}/vpc-1/{action}"), Some(json!({})), ok(vpc())).await;
    }
    vpcs.enable_routing(&id).await.unwrap();
    vpcs.enable_custom_routes_propagation(&id).await.unwrap();
}

#[tokio::test]
async fn a_deleted_vpc_is_gone_when_it_is_not_found() {
    let (server, vpcs) = vpcs().await;
    let (id, at) = ("vpc-1".parse().unwrap(), format!("{VPCS}/vpc-1"));
    expect(&server, "DELETE", &at, None, no_content()).await;
    Mock::given(method("GET")).respond_with(ok(vpc())).up_to_n_times(1).mount(&server).await;
    expect(&server, "GET", &at, None, not_found("vpc", "vpc-1")).await;
    vpcs.delete_vpc(&id).await.unwrap();
    vpcs.wait_until_vpc_gone(&id).interval(Duration::ZERO).await.unwrap();
}

#[tokio::test]
async fn vpcs_are_listed_page_by_page_by_what_is_asked_for() {
    let (server, vpcs) = vpcs().await;
    two_pages(&server, VPCS, "vpcs", vpc()).await;
    let list = ListVpcs::default()
        .order_by(ListVpcsOrder::NameAsc)
        .is_default(false)
        .tags(vec!["a".to_owned(), "b".to_owned()]);
    let ids: Vec<_> = vpcs.list_vpcs(list).all().await.unwrap().into_iter().map(|vpc| vpc.id).collect();
    assert_eq!(ids, ["a", "b", "c"].map(|id| id.parse().unwrap()));
    let first = &server.received_requests().await.unwrap()[0];
    let query = "order_by=name_asc&tags=a&tags=b&is_default=false&page=1&page_size=100";
    assert_eq!(first.url.query(), Some(query));
}

#[tokio::test]
async fn a_private_network_is_made_and_nothing_of_the_answer_is_lost() {
    let (server, vpcs) = vpcs().await;
    let body =
        json!({"name": "evalap", "project_id": PROJECT, "subnets": ["10.42.0.0/24"], "vpc_id": "vpc-1"});
    expect(&server, "POST", NETWORKS, Some(body), ok(network())).await;
    let create = CreatePrivateNetwork::new("evalap")
        .subnets(vec!["10.42.0.0/24".parse().unwrap()])
        .vpc_id("vpc-1".parse::<scaleway_vpc::VpcId>().unwrap());
    let made = vpcs.create_private_network(create).await.unwrap();
    assert_eq!(made.subnets[0].subnet.prefix_len(), 24);
    assert_eq!(serde_json::to_value(&made).unwrap(), network());
}

#[tokio::test]
async fn an_older_answer_that_lacks_newer_fields_is_read_and_gains_none() {
    let (server, vpcs) = vpcs().await;
    let mut old = network();
    let fields = old.as_object_mut().unwrap();
    fields.retain(|name, _| {
        !["default_route_propagation_enabled", "has_s3_integration"].contains(&name.as_str())
    });
    old["subnets"] = json!([]);
    expect(&server, "GET", &format!("{NETWORKS}/network-1"), None, ok(old.clone())).await;
    let read = vpcs.get_private_network(&"network-1".parse().unwrap()).await.unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), old);
}

#[tokio::test]
async fn an_update_of_a_private_network_leaves_what_is_unset() {
    let (server, vpcs) = vpcs().await;
    let body = json!({"tags": [], "default_route_propagation_enabled": true});
    expect(&server, "PATCH", &format!("{NETWORKS}/network-1"), Some(body), ok(network())).await;
    let update = UpdatePrivateNetwork::default().tags(Vec::new()).default_route_propagation_enabled(true);
    vpcs.update_private_network(&"network-1".parse().unwrap(), update).await.unwrap();
}

#[tokio::test]
async fn a_private_network_in_use_is_not_deleted_and_one_that_is_deleted_goes() {
    let (server, vpcs) = vpcs().await;
    let (id, at) = ("network-1".parse().unwrap(), format!("{NETWORKS}/network-1"));
    let refused = json!({
        "type": "precondition_failed", "message": "precondition failed", "precondition": "resource_still_in_use",
        "help_message": "detach what is attached"});
    let refused = wiremock::ResponseTemplate::new(412).set_body_json(refused);
    Mock::given(method("DELETE")).respond_with(refused).up_to_n_times(1).mount(&server).await;
    let error = vpcs.delete_private_network(&id).await.unwrap_err();
    assert!(error.is_precondition_failed() && error.to_string().contains("resource_still_in_use"), "{error}");
    expect(&server, "DELETE", &at, None, no_content()).await;
    expect(&server, "GET", &at, None, not_found("private_network", "network-1")).await;
    vpcs.delete_private_network(&id).await.unwrap();
    vpcs.wait_until_private_network_gone(&id).await.unwrap();
}

#[tokio::test]
async fn private_networks_and_subnets_are_listed_page_by_page() {
    let (server, vpcs) = vpcs().await;
    two_pages(&server, NETWORKS, "private_networks", network()).await;
    two_pages(&server, "/vpc/v2/regions/fr-par/subnets", "subnets", subnet("s", "10.0.0.0/24")).await;
    assert_eq!(vpcs.list_private_networks(ListPrivateNetworks::default()).all().await.unwrap().len(), 3);
    assert_eq!(vpcs.list_subnets(ListSubnets::default()).all().await.unwrap().len(), 3);
}

#[tokio::test]
async fn dhcp_is_switched_on() {
    let (server, vpcs) = vpcs().await;
    expect(&server, "POST", &format!("{NETWORKS}/network-1/enable-dhcp"), Some(json!({})), ok(network()))
        .await;
    let enabled = vpcs.enable_dhcp(&"network-1".parse().unwrap()).await.unwrap();
    assert_eq!(enabled.dhcp_enabled, Some(true));
}

#[tokio::test]
async fn a_connector_is_made_changed_and_deleted() {
    let (server, vpcs) = vpcs().await;
    let (id, at) = ("connector-1".parse().unwrap(), format!("{CONNECTORS}/connector-1"));
    let body = json!({"name": "to-shared", "vpc_id": "vpc-1", "target_vpc_id": "vpc-2"});
    expect(&server, "POST", CONNECTORS, Some(body), ok(connector("orphan"))).await;
    expect(&server, "PATCH", &at, Some(json!({"name": "x", "tags": []})), ok(connector("orphan"))).await;
    expect(&server, "DELETE", &at, None, no_content()).await;
    let create = CreateConnector::new("to-shared", "vpc-1".parse().unwrap(), "vpc-2".parse().unwrap());
    let made = vpcs.create_connector(create).await.unwrap();
    assert_eq!(serde_json::to_value(&made).unwrap(), connector("orphan"));
    vpcs.update_connector(&id, UpdateConnector::default().name("x").tags(Vec::new())).await.unwrap();
    vpcs.delete_connector(&id).await.unwrap();
}

#[tokio::test]
async fn waiting_for_a_connector_ends_when_both_halves_are_there() {
    let (server, vpcs) = vpcs().await;
    Mock::given(method("GET")).respond_with(ok(connector("orphan"))).up_to_n_times(1).mount(&server).await;
    expect(&server, "GET", &format!("{CONNECTORS}/connector-1"), None, ok(connector("peered"))).await;
    let waiter = vpcs.wait_for_connector(&"connector-1".parse().unwrap()).interval(Duration::ZERO);
    assert_eq!(waiter.await.unwrap().status, ConnectorStatus::Peered);
}

#[tokio::test]
async fn a_conflict_ends_waiting_for_a_connector_and_its_overlaps_are_listed() {
    let (server, vpcs) = vpcs().await;
    let id = "connector-1".parse().unwrap();
    expect(&server, "GET", &format!("{CONNECTORS}/connector-1"), None, ok(connector("conflict"))).await;
    // One subnet may overlap several: all are told.
    let overlap = |target: &str| json!({"subnet_id": "s-1", "subnet": "10.0.0.0/16", "target_subnet_id": target, "target_subnet": "10.0.1.0/24"});
    let page = json!({"subnet_overlaps": [overlap("s-2"), overlap("s-3")], "total_count": 2});
    expect(&server, "GET", &format!("{CONNECTORS}/connector-1/subnet-overlaps"), None, ok(page)).await;
    let error = vpcs.wait_for_connector(&id).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "VPC connector connector-1 is conflict: the two VPCs have subnets that overlap"
    );
    let overlaps = vpcs.list_subnet_overlaps(&id, ListSubnetOverlaps::default()).all().await.unwrap();
    assert_eq!(serde_json::to_value(&overlaps).unwrap(), json!([overlap("s-2"), overlap("s-3")]));
}

#[tokio::test]
async fn connectors_are_listed_by_status_page_by_page() {
    let (server, vpcs) = vpcs().await;
    two_pages(&server, CONNECTORS, "vpc_connectors", connector("peered")).await;
    let list = ListConnectors::default().status(ConnectorStatus::Peered);
    assert_eq!(vpcs.list_connectors(list).all().await.unwrap().len(), 3);
    let first = &server.received_requests().await.unwrap()[0];
    assert_eq!(first.url.query(), Some("status=peered&page=1&page_size=100"));
}

#[tokio::test]
async fn endpoints_of_object_storage_are_switched_for_the_vpc_and_for_networks() {
    let (server, vpcs) = vpcs().await;
    let (id, network) = ("vpc-1".parse().unwrap(), "network-1".parse().unwrap());
    let endpoint = json!({"vpc_id": "vpc-1", "private_network_ids": ["network-1"]});
    Mock::given(method("POST"))
        .and(path(format!("{S3}/enable")))
        .and(query_param("private_network_ids", "network-1"))
        .respond_with(ok(vpc()))
        .expect(1)
        .mount(&server)
        .await;
    expect(&server, "POST", &format!("{S3}/disable"), None, ok(vpc())).await;
    Mock::given(method("PUT"))
        .and(path(format!("{S3}/private-networks")))
        .and(body_json(json!({"private_network_ids": []})))
        .respond_with(ok(json!({"vpc_id": "vpc-1", "private_network_ids": []})))
        .expect(1)
        .mount(&server)
        .await;
    let body = json!({"private_network_id": "network-1"});
    expect(&server, "POST", &format!("{S3}/private-networks"), Some(body), ok(endpoint.clone())).await;
    expect(&server, "DELETE", &format!("{S3}/private-networks/network-1"), None, no_content()).await;
    vpcs.enable_s3_endpoint(&id, std::slice::from_ref(&network)).await.unwrap();
    let added = vpcs.add_private_network_s3_endpoint(&id, &network).await.unwrap();
    assert_eq!(serde_json::to_value(&added).unwrap(), endpoint);
    assert!(vpcs.set_private_networks_s3_endpoint(&id, &[]).await.unwrap().private_network_ids.is_empty());
    vpcs.delete_private_network_s3_endpoint(&id, &network).await.unwrap();
    vpcs.disable_s3_endpoint(&id).await.unwrap();
}
