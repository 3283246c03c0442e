//! Addresses.

use scaleway_vpc::{
    BookIp, CustomResource, IpResourceType, IpSource, ListIps, ListIpsOrder, MoveIp, Reverse, UpdateIp,
};
use serde_json::{Value, json};
use wiremock::Mock;
use wiremock::matchers::{method, query_param};

use crate::{MADE, PROJECT, expect, ipam, no_content, ok};

const IPS: &str = "/ipam/v1/regions/fr-par/ips";

fn ip(id: &str) -> Value {
    json!({
        "id": id, "address": "10.42.0.2/24", "project_id": PROJECT, "is_ipv6": false, "created_at": MADE, "updated_at": MADE,
        "source": {"subnet_id": "subnet-1"}, "tags": [], "reverses": [{"hostname": "db.example.org", "address": "10.42.0.2"}],
        "resource": {"type": "rdb_instance", "id": "rdb-1", "mac_address": "02:00:00:00:00:01", "name": "db"},
        "region": "fr-par", "zone": "fr-par-1",
    })
}

#[tokio::test]
async fn an_address_is_booked_in_a_private_network_and_nothing_of_the_answer_is_lost() {
    let (server, ipam) = ipam().await;
    let body =
        json!({"project_id": PROJECT, "source": {"private_network_id": "network-1"}, "address": "10.42.0.2"});
    expect(&server, "POST", IPS, Some(body), ok(ip("ip-1"))).await;
    let address: std::net::IpAddr = "10.42.0.2".parse().unwrap();
    let source = IpSource::private_network("network-1".parse().unwrap());
    let booked = ipam.book_ip(BookIp::new(source).address(address)).await.unwrap();
    assert_eq!(booked.address.addr(), address, "the host's part of the address is kept");
    assert_eq!(booked.resource.as_ref().map(|of| &of.kind), Some(&IpResourceType::RdbInstance));
    assert_eq!(serde_json::to_value(&booked).unwrap(), ip("ip-1"));
}

#[tokio::test]
async fn an_address_without_anything_is_read_too() {
    let (server, ipam) = ipam().await;
    let mut bare = ip("ip-1");
    for field in ["resource", "zone", "source"] {
        bare[field] = Value::Null;
    }
    expect(&server, "GET", &format!("{IPS}/ip-1"), None, ok(bare)).await;
    let read = ipam.get_ip(&"ip-1".parse().unwrap()).await.unwrap();
    assert_eq!((read.resource, read.zone, read.source), (None, None, None));
}

#[tokio::test]
async fn an_update_clears_with_empty_and_leaves_what_is_unset() {
    let (server, ipam) = ipam().await;
    let at = format!("{IPS}/ip-1");
    expect(&server, "PATCH", &at, Some(json!({"reverses": []})), ok(ip("ip-1"))).await;
    let body = json!({"tags": ["a"], "reverses": [{"hostname": "x.example.org"}]});
    expect(&server, "PATCH", &at, Some(body), ok(ip("ip-1"))).await;
    let id = "ip-1".parse().unwrap();
    ipam.update_ip(&id, UpdateIp::default().reverses(Vec::new())).await.unwrap();
    let update = UpdateIp::default().tags(vec!["a".to_owned()]).reverses(vec![Reverse::new("x.example.org")]);
    ipam.update_ip(&id, update).await.unwrap();
}

#[tokio::test]
async fn an_address_goes_from_one_custom_resource_to_another_and_is_released() {
    let (server, ipam) = ipam().await;
    let id = "ip-1".parse().unwrap();
    let resource = json!({"resource": {"mac_address": "02:00:00:00:00:01", "name": "vm"}});
    expect(&server, "POST", &format!("{IPS}/ip-1/attach"), Some(resource.clone()), ok(ip("ip-1"))).await;
    let moved =
        json!({"from_resource": resource["resource"], "to_resource": {"mac_address": "02:00:00:00:00:02"}});
    expect(&server, "POST", &format!("{IPS}/ip-1/move"), Some(moved), ok(ip("ip-1"))).await;
    let second = json!({"resource": {"mac_address": "02:00:00:00:00:02"}});
    expect(&server, "POST", &format!("{IPS}/ip-1/detach"), Some(second), ok(ip("ip-1"))).await;
    expect(&server, "DELETE", &format!("{IPS}/ip-1"), Some(json!({})), no_content()).await;
    let set = json!({"ip_ids": ["ip-1", "ip-2"]});
    expect(&server, "POST", "/ipam/v1/regions/fr-par/ip-sets/release", Some(set), no_content()).await;

    let (first, second) =
        (CustomResource::new("02:00:00:00:00:01").name("vm"), CustomResource::new("02:00:00:00:00:02"));
    ipam.attach_ip(&id, &first).await.unwrap();
    ipam.move_ip(&id, MoveIp::new(first).to_resource(second.clone())).await.unwrap();
    ipam.detach_ip(&id, &second).await.unwrap();
    ipam.release_ip(&id).await.unwrap();
    ipam.release_ip_set(&[id, "ip-2".parse().unwrap()]).await.unwrap();
}

#[tokio::test]
async fn the_addresses_of_a_resource_are_listed_page_by_page() {
    let (server, ipam) = ipam().await;
    for (page, ids) in [("1", ["a", "b"]), ("2", ["b", "c"])] {
        Mock::given(method("GET"))
            .and(query_param("page", page))
            .respond_with(ok(json!({"ips": ids.map(ip), "total_count": 4})))
            .expect(1)
            .mount(&server)
            .await;
    }
    let list = ListIps::default()
        .order_by(ListIpsOrder::CreatedAtDesc)
        .resource_id("rdb-1")
        .resource_types(vec![IpResourceType::RdbInstance, IpResourceType::ServerlessContainer])
        .private_network_id("network-1".parse::<scaleway_core::PrivateNetworkId>().unwrap());
    let ids: Vec<_> = ipam.list_ips(list).all().await.unwrap().into_iter().map(|ip| ip.id).collect();
    assert_eq!(ids, ["a", "b", "c"].map(|id| id.parse().unwrap()));
    let first = &server.received_requests().await.unwrap()[0];
    assert_eq!(
        first.url.query(),
        Some(
            "order_by=created_at_desc&resource_id=rdb-1&resource_types=rdb_instance&resource_types=serverless_container\
             &private_network_id=network-1&page=1&page_size=100"
        )
    );
}
