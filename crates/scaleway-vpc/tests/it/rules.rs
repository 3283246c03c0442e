//! Routes, ACLs, ingress rules.

use scaleway_vpc::{
    Acl, AclAction, AclProtocol, AclRule, CreateIngressRule, CreateRoute, GetAcl, ListIngressRules,
    ListRoutes, NexthopType, RouteType, SetAcl, UpdateIngressRule, UpdateRoute,
};
use serde_json::{Value, json};
use wiremock::Mock;
use wiremock::matchers::{method, path, query_param};

use crate::{MADE, PROJECT, expect, no_content, ok, vpcs};

const ROUTES: &str = "/vpc/v2/regions/fr-par/routes";
const ACL: &str = "/vpc/v2/regions/fr-par/vpcs/vpc-1/acl-rules";
const RULES: &str = "/vpc/v2/regions/fr-par/ingress-rules";

fn route(id: &str, destination: &str) -> Value {
    json!({
        "id": id, "description": "Custom route", "tags": [], "vpc_id": "vpc-1", "destination": destination,
        "nexthop_private_network_id": "network-1", "created_at": MADE, "updated_at": MADE, "is_read_only": false,
        "type": "custom", "region": "fr-par",
    })
}

fn rule() -> Value {
    json!({
        "id": "rule-1", "vpc_id": "vpc-1", "created_at": MADE, "updated_at": MADE, "is_ipv6": false, "source": "10.1.0.0/24",
        "nexthop_resource_ip": "10.42.0.2", "nexthop_private_network_id": "network-1", "description": "d", "tags": [],
        "organization_id": "org", "project_id": PROJECT, "region": "fr-par",
    })
}

#[tokio::test]
async fn a_route_is_made_read_changed_and_deleted() {
    let (server, vpcs) = vpcs().await;
    let (id, at) = ("route-1".parse().unwrap(), format!("{ROUTES}/route-1"));
    let body =
        json!({"vpc_id": "vpc-1", "destination": "10.9.0.0/16", "nexthop_private_network_id": "network-1"});
    expect(&server, "POST", ROUTES, Some(body), ok(route("route-1", "10.9.0.0/16"))).await;
    let mut unknown = route("route-1", "10.9.0.0/16");
    unknown["type"] = "teleport".into();
    expect(&server, "GET", &at, None, ok(unknown.clone())).await;
    let body = json!({"description": "", "destination": "10.8.0.0/16"});
    expect(&server, "PATCH", &at, Some(body), ok(route("route-1", "10.8.0.0/16"))).await;
    expect(&server, "DELETE", &at, None, no_content()).await;

    let create = CreateRoute::new("vpc-1".parse().unwrap(), "10.9.0.0/16".parse().unwrap())
        .nexthop_private_network_id("network-1".parse::<scaleway_core::PrivateNetworkId>().unwrap());
    let made = vpcs.create_route(create).await.unwrap();
    assert_eq!(made.kind, Some(RouteType::Custom));
    assert_eq!(serde_json::to_value(&made).unwrap(), route("route-1", "10.9.0.0/16"));
    let read = vpcs.get_route(&id).await.unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), unknown, "a type that came later survives");
    let destination: scaleway_vpc::IpNet = "10.8.0.0/16".parse().unwrap();
    let update = UpdateRoute::default().description("").destination(destination);
    vpcs.update_route(&id, update).await.unwrap();
    vpcs.delete_route(&id).await.unwrap();
}

#[tokio::test]
async fn managed_routes_have_no_id_and_all_are_listed() {
    let (server, vpcs) = vpcs().await;
    let page = |first: &str, second: &str| {
        let with_nexthop = |destination| json!({"route": route("", destination), "nexthop_ip": "10.42.0.2", "nexthop_name": "db", "nexthop_resource_type": "vpn_gateway"});
        json!({"routes": [with_nexthop(first), with_nexthop(second)], "total_count": 4})
    };
    for (number, page) in [("1", page("10.0.0.0/24", "fd00::/64")), ("2", page("10.0.1.0/24", "fd00::/64"))] {
        Mock::given(method("GET"))
            .and(path("/vpc/v2/regions/fr-par/routes-with-nexthop"))
            .and(query_param("page", number))
            .and(query_param("contains", "10.0.0.7/32"))
            .respond_with(ok(page))
            .expect(1)
            .mount(&server)
            .await;
    }
    let contains: scaleway_vpc::IpNet = "10.0.0.7/32".parse().unwrap();
    let routes = vpcs.list_routes(ListRoutes::default().contains(contains)).all().await.unwrap();
    assert_eq!(routes.len(), 3, "what both pages have is one route");
    assert_eq!(routes[0].nexthop_resource_type, NexthopType::VpnGateway);
}

#[tokio::test]
async fn an_acl_is_set_whole_and_read_for_one_version_of_ip() {
    let (server, vpcs) = vpcs().await;
    let id = "vpc-1".parse().unwrap();
    let acl = json!({
        "rules": [{
            "protocol": "TCP", "source": "0.0.0.0/0", "src_port_low": 0, "src_port_high": 0, "destination": "10.42.0.0/24",
            "dst_port_low": 5432, "dst_port_high": 5432, "action": "accept", "description": "database"}],
        "default_policy": "drop",
    });
    let mut body = acl.clone();
    body["is_ipv6"] = false.into();
    expect(&server, "PUT", ACL, Some(body), ok(acl.clone())).await;
    Mock::given(method("GET"))
        .and(path(ACL))
        .and(query_param("is_ipv6", "true"))
        .respond_with(ok(json!({"rules": [], "default_policy": "accept"})))
        .expect(1)
        .mount(&server)
        .await;
    let (any, network) = ("0.0.0.0/0".parse().unwrap(), "10.42.0.0/24".parse().unwrap());
    let rule = AclRule::new(AclAction::Accept, AclProtocol::Tcp, any, network)
        .to_ports(5432..=5432)
        .description("database");
    let set = vpcs.set_acl(&id, SetAcl::new(AclAction::Drop).rules(vec![rule])).await.unwrap();
    assert_eq!(serde_json::to_value(&set).unwrap(), acl);
    let read = vpcs.get_acl(&id, GetAcl::default().is_ipv6(true)).await.unwrap();
    assert_eq!((read.rules.len(), read.default_policy), (0, AclAction::Accept));
    let unknown = json!({"rules": [], "default_policy": "ponder"});
    let read: Acl = serde_json::from_value(unknown.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), unknown, "an action that came later survives");
}

#[tokio::test]
async fn an_ingress_rule_is_made_listed_changed_and_deleted() {
    let (server, vpcs) = vpcs().await;
    let (id, at) = ("rule-1".parse().unwrap(), format!("{RULES}/rule-1"));
    let body = json!({
        "vpc_id": "vpc-1", "source": "10.1.0.0/24", "nexthop_resource_ip": "10.42.0.2", "nexthop_private_network_id": "network-1"});
    expect(&server, "POST", RULES, Some(body), ok(rule())).await;
    expect(&server, "PATCH", &at, Some(json!({"description": "", "tags": []})), ok(rule())).await;
    expect(&server, "GET", &at, None, ok(rule())).await;
    expect(&server, "DELETE", &at, None, no_content()).await;
    for (page, id) in [("1", "a"), ("2", "b")] {
        let mut item = rule();
        item["id"] = id.into();
        Mock::given(method("GET"))
            .and(path(RULES))
            .and(query_param("page", page))
            .respond_with(ok(json!({"rules": [item], "total_count": 2})))
            .expect(1)
            .mount(&server)
            .await;
    }
    let create = CreateIngressRule::new(
        "vpc-1".parse().unwrap(),
        "10.1.0.0/24".parse().unwrap(),
        "10.42.0.2".parse().unwrap(),
        "network-1".parse().unwrap(),
    );
    let made = vpcs.create_ingress_rule(create).await.unwrap();
    assert_eq!(serde_json::to_value(&made).unwrap(), rule());
    let update = UpdateIngressRule::default().description("").tags(Vec::new());
    vpcs.update_ingress_rule(&id, update).await.unwrap();
    vpcs.get_ingress_rule(&id).await.unwrap();
    assert_eq!(vpcs.list_ingress_rules(ListIngressRules::default()).all().await.unwrap().len(), 2);
    vpcs.delete_ingress_rule(&id).await.unwrap();
}
