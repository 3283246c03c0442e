//! What an instance has: endpoints, ACL, databases, users, privileges, certificate, settings.

use scaleway_rdb::{
    AclRuleSpec, Certificate, CreateDatabase, CreateEndpoint, CreateUser, DeleteAclRules,
    DeleteInstanceSettings, EndpointSpec, InstanceSetting, InstanceSettings, ListDatabases, ListPrivileges,
    ListUsers, ListUsersOrder, MigrateEndpoint, Permission, PrivateNetworkSpec, ProvisioningMode,
    SetPrivilege, UpdateUser, WriteAclRules,
};
use serde_json::{Value, json};

use crate::{
    NETWORK, expect, expect_pages, id, instance_id, mocked, no_content, ok, private_endpoint,
    public_endpoint, with,
};

fn rule(ip: &str) -> Value {
    json!({"ip": ip, "protocol": "tcp", "direction": "inbound", "action": "allow", "description": "office", "port": 3583})
}

#[tokio::test]
async fn an_endpoint_lives_and_dies() {
    let (server, rdb) = mocked().await;
    let body = json!({"endpoint_spec": {"private_network": {"private_network_id": NETWORK, "service_ip": "172.16.20.4/22"}}});
    expect(&server, "POST", "instances/instance-1/endpoints", Some(body), ok(private_endpoint())).await;
    expect(&server, "GET", "endpoints/endpoint-1", None, ok(public_endpoint())).await;
    let migrate = json!({"instance_id": "instance-2"});
    expect(&server, "POST", "endpoints/endpoint-1/migrate", Some(migrate), ok(public_endpoint())).await;
    expect(&server, "DELETE", "endpoints/endpoint-1", None, no_content()).await;

    let spec = EndpointSpec::PrivateNetwork(PrivateNetworkSpec::fixed(id(NETWORK), "172.16.20.4/22"));
    let made = rdb.create_endpoint(&instance_id(), CreateEndpoint::new(spec)).await.unwrap();
    assert!(made.is_private() && !made.is_public());
    assert_eq!(made.private_network.as_ref().unwrap().provisioning_mode, Some(ProvisioningMode::Ipam));
    assert_eq!(serde_json::to_value(&made).unwrap(), private_endpoint());

    let read = rdb.get_endpoint(&id("endpoint-1")).await.unwrap();
    assert!(read.is_public() && !read.is_private());
    assert_eq!(serde_json::to_value(&read).unwrap(), public_endpoint());
    rdb.migrate_endpoint(&read.id, MigrateEndpoint::new(id("instance-2"))).await.unwrap();
    rdb.delete_endpoint(&read.id).await.unwrap();
}

#[tokio::test]
async fn acl_rules_are_added_set_and_deleted() {
    let (server, rdb) = mocked().await;
    let at = "instances/instance-1/acls";
    let answer = json!({"rules": [rule("203.0.113.0/24")]});
    let write = json!({"rules": [{"ip": "203.0.113.0/24", "description": "office"}]});
    expect(&server, "POST", at, Some(write), ok(answer.clone())).await;
    expect(&server, "PUT", at, Some(json!({"rules": []})), ok(json!({"rules": []}))).await;
    expect(&server, "DELETE", at, Some(json!({"acl_rule_ips": ["203.0.113.0/24"]})), ok(answer.clone()))
        .await;

    let request = WriteAclRules::new([AclRuleSpec::new("203.0.113.0/24", "office")]);
    let rules = rdb.add_instance_acl_rules(&instance_id(), request).await.unwrap();
    assert_eq!(serde_json::to_value(&rules).unwrap(), answer);
    let rules = rdb.set_instance_acl_rules(&instance_id(), WriteAclRules::new(Vec::new())).await.unwrap();
    assert!(rules.rules.is_empty());
    let request = DeleteAclRules::new(["203.0.113.0/24".to_owned()]);
    rdb.delete_instance_acl_rules(&instance_id(), request).await.unwrap();
}

#[tokio::test]
async fn acl_rules_are_listed() {
    let (server, rdb) = mocked().await;
    let items = [rule("203.0.113.0/24"), rule("198.51.100.7/32")];
    expect_pages(&server, "instances/instance-1/acls", "rules", None, items.clone()).await;
    let rules = rdb.list_instance_acl_rules(&instance_id()).all().await.unwrap();
    assert_eq!(serde_json::to_value(rules).unwrap(), json!(items));
}

#[tokio::test]
async fn databases_are_made_listed_and_deleted() {
    let (server, rdb) = mocked().await;
    let at = "instances/instance-1/databases";
    let made = json!({"name": "evalap", "owner": "", "managed": true, "size": 0});
    expect(&server, "POST", at, Some(json!({"name": "evalap"})), ok(made.clone())).await;
    let other = with(made.clone(), json!({"name": "odd/name", "owner": "api", "size": 7_739_059}));
    expect_pages(
        &server,
        at,
        "databases",
        Some(("skip_size_retrieval", "true")),
        [made.clone(), other.clone()],
    )
    .await;
    expect(&server, "DELETE", &format!("{at}/odd%2Fname"), None, no_content()).await;

    let database = rdb.create_database(&instance_id(), CreateDatabase::new("evalap")).await.unwrap();
    assert_eq!(serde_json::to_value(&database).unwrap(), made);
    let request = ListDatabases::default().skip_size_retrieval(true);
    let listed = rdb.list_databases(&instance_id(), request).all().await.unwrap();
    assert_eq!(serde_json::to_value(&listed).unwrap(), json!([made, other]));
    rdb.delete_database(&instance_id(), "odd/name").await.unwrap();
}

#[tokio::test]
async fn a_user_without_a_name_is_not_deleted() {
    let (server, rdb) = mocked().await;
    assert!(rdb.delete_user(&instance_id(), "").await.unwrap_err().is_invalid_arguments());
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn users_are_made_listed_updated_and_deleted() {
    let (server, rdb) = mocked().await;
    let at = "instances/instance-1/users";
    let user = json!({"name": "api", "is_admin": false});
    let body = json!({"name": "api", "password": "aB3-aB3-", "is_admin": false});
    expect(&server, "POST", at, Some(body), ok(user.clone())).await;
    let admin = json!({"name": "admin", "is_admin": true});
    expect_pages(&server, at, "users", Some(("order_by", "is_admin_asc")), [user.clone(), admin.clone()])
        .await;
    expect(&server, "PATCH", &format!("{at}/api"), Some(json!({"password": "cD4-cD4-"})), ok(user.clone()))
        .await;
    expect(&server, "DELETE", &format!("{at}/api"), None, no_content()).await;

    let create = CreateUser::new("api", "aB3-aB3-");
    assert!(!format!("{create:?}").contains("aB3-"));
    let made = rdb.create_user(&instance_id(), create).await.unwrap();
    assert_eq!(serde_json::to_value(&made).unwrap(), user);
    let request = ListUsers::default().order_by(ListUsersOrder::IsAdminAsc);
    let listed = rdb.list_users(&instance_id(), request).all().await.unwrap();
    assert_eq!(serde_json::to_value(&listed).unwrap(), json!([user, admin]));
    rdb.update_user(&instance_id(), "api", UpdateUser::default().password("cD4-cD4-")).await.unwrap();
    rdb.delete_user(&instance_id(), "api").await.unwrap();
}

#[tokio::test]
async fn privileges_are_told_apart_by_database_and_user() {
    let (server, rdb) = mocked().await;
    let at = "instances/instance-1/privileges";
    let privilege =
        |database, user| json!({"permission": "all", "database_name": database, "user_name": user});
    expect(&server, "PUT", at, Some(privilege("evalap", "api")), ok(privilege("evalap", "api"))).await;
    let items = [privilege("evalap", "api"), privilege("evalap", "reader")];
    expect_pages(&server, at, "privileges", Some(("database_name", "evalap")), items.clone()).await;

    let request = SetPrivilege::new("evalap", "api", Permission::All);
    let set = rdb.set_privilege(&instance_id(), request).await.unwrap();
    assert_eq!(serde_json::to_value(&set).unwrap(), privilege("evalap", "api"));
    let mut pager = rdb.list_privileges(&instance_id(), ListPrivileges::default().database_name("evalap"));
    let mut listed = Vec::new();
    while let Some(page) = pager.next_page().await.unwrap() {
        listed.extend(page.items);
    }
    assert_eq!(serde_json::to_value(&listed).unwrap(), json!(items));
    assert!(!pager.may_have_missed());
}

#[tokio::test]
async fn a_certificate_is_read_and_renewed() {
    let (server, rdb) = mocked().await;
    let at = "instances/instance-1/certificate";
    let file = json!({"name": "ssl_certificate", "content_type": "application/x-pem-file", "content": "LS0tLS1CRUdJTg=="});
    expect(&server, "GET", at, None, ok(file.clone())).await;
    expect(&server, "POST", "instances/instance-1/renew-certificate", Some(json!({})), no_content()).await;
    let certificate = rdb.get_instance_certificate(&instance_id()).await.unwrap();
    assert_eq!(certificate.content, "-----BEGIN");
    assert_eq!(serde_json::to_value(&certificate).unwrap(), file);
    rdb.renew_instance_certificate(&instance_id()).await.unwrap();
    assert!(serde_json::from_value::<Certificate>(with(file, json!({"content": "no base64!"}))).is_err());
}

#[tokio::test]
async fn settings_are_added_set_and_deleted() {
    let (server, rdb) = mocked().await;
    let at = "instances/instance-1/settings";
    let settings = json!({"settings": [{"name": "max_connections", "value": "200"}]});
    expect(&server, "POST", at, Some(settings.clone()), ok(settings.clone())).await;
    expect(&server, "PUT", at, Some(json!({"settings": []})), ok(json!({"settings": []}))).await;
    let delete = json!({"setting_names": ["max_connections"]});
    expect(&server, "DELETE", at, Some(delete), ok(json!({"settings": []}))).await;

    let request = InstanceSettings::new([InstanceSetting::new("max_connections", "200")]);
    let added = rdb.add_instance_settings(&instance_id(), request.clone()).await.unwrap();
    assert_eq!(added, request);
    rdb.set_instance_settings(&instance_id(), InstanceSettings::default()).await.unwrap();
    let request = DeleteInstanceSettings::new(["max_connections".to_owned()]);
    assert!(rdb.delete_instance_settings(&instance_id(), request).await.unwrap().settings.is_empty());
}
