use std::time::Duration;

use scaleway_core::Error;
use scaleway_registry::{
    CreateNamespace, ListNamespaces, ListNamespacesOrder, NamespaceId, Status, UpdateNamespace,
};
use serde_json::json;

use crate::{PROJECT, expect, expect_in_turn, expect_query, gone, mocked, namespace, ok, with};

const AT: &str = "namespaces/namespace-1";

fn id() -> NamespaceId {
    "namespace-1".parse().unwrap()
}

#[tokio::test]
async fn it_is_made_in_the_default_project_and_nothing_of_the_answer_is_lost() {
    let (server, registry) = mocked().await;
    let body = json!({"name": "evalap", "project_id": PROJECT, "is_public": false});
    expect(&server, "POST", "namespaces", Some(body), ok(namespace("ready"))).await;
    let made = registry.create_namespace(CreateNamespace::new("evalap").is_public(false)).await.unwrap();
    assert_eq!(made.size.as_bytes(), 5_120_000_123);
    assert_eq!(serde_json::to_value(&made).unwrap(), namespace("ready"));
}

#[tokio::test]
async fn an_organization_takes_the_place_of_the_default_project() {
    let (server, registry) = mocked().await;
    let body = json!({"name": "evalap", "organization_id": "organization-1", "description": "images"});
    expect(&server, "POST", "namespaces", Some(body), ok(namespace("ready"))).await;
    let organization: scaleway_core::OrganizationId = "organization-1".parse().unwrap();
    let create = CreateNamespace::new("evalap").organization_id(organization).description("images");
    registry.create_namespace(create).await.unwrap();
}

#[tokio::test]
async fn an_update_clears_with_empty_and_leaves_what_is_unset() {
    let (server, registry) = mocked().await;
    expect(&server, "PATCH", AT, Some(json!({"description": ""})), ok(namespace("ready"))).await;
    registry.update_namespace(&id(), UpdateNamespace::default().description("")).await.unwrap();
    expect(&server, "PATCH", AT, Some(json!({"is_public": false})), ok(namespace("ready"))).await;
    registry.update_namespace(&id(), UpdateNamespace::default().is_public(false)).await.unwrap();
}

#[tokio::test]
async fn a_list_reads_every_page_and_filters() {
    let (server, registry) = mocked().await;
    let page = |id: &str| json!({"namespaces": [with(namespace("ready"), "id", id)], "total_count": 2});
    let first = "order_by=description_desc&name=evalap&page=1&page_size=100";
    expect_query(&server, "GET", "namespaces", first, page("a")).await;
    let second = "order_by=description_desc&name=evalap&page=2&page_size=100";
    expect_query(&server, "GET", "namespaces", second, page("b")).await;
    let list = ListNamespaces::default().order_by(ListNamespacesOrder::DescriptionDesc).name("evalap");
    let all = registry.list_namespaces(list).all().await.unwrap();
    assert_eq!(all.iter().map(|namespace| namespace.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}

#[tokio::test]
async fn a_name_is_found_whole_or_not_at_all() {
    let (server, registry) = mocked().await;
    let longer = with(with(namespace("ready"), "name", "evalap-staging"), "id", "namespace-2");
    let found = json!({"namespaces": [longer, namespace("ready")], "total_count": 2});
    expect_query(&server, "GET", "namespaces", "name=evalap&page=1&page_size=100", found.clone()).await;
    assert_eq!(registry.find_namespace("evalap").await.unwrap().unwrap().name, "evalap");
    expect_query(&server, "GET", "namespaces", "name=eval&page=1&page_size=100", found).await;
    assert_eq!(registry.find_namespace("eval").await.unwrap(), None);
}

#[tokio::test]
async fn waiting_ends_when_it_is_ready() {
    let (server, registry) = mocked().await;
    let answers = [ok(namespace("unknown")), ok(namespace("thinking")), ok(namespace("ready"))];
    expect_in_turn(&server, AT, answers).await;
    let ready = registry.wait_for_namespace(&id()).interval(Duration::ZERO).await.unwrap();
    assert_eq!(ready.status, Status::Ready);
}

#[tokio::test]
async fn waiting_ends_at_once_where_it_never_will_be() {
    for status in ["error", "locked", "deleting"] {
        let (server, registry) = mocked().await;
        expect(&server, "GET", AT, None, ok(with(namespace(status), "status_message", "no space"))).await;
        let error = registry.wait_for_namespace(&id()).await.unwrap_err();
        assert!(matches!(error, Error::Never { .. }), "{error}");
        assert_eq!(error.to_string(), format!("registry namespace namespace-1 is {status}: no space"));
    }
}

#[tokio::test]
async fn deleting_ends_with_a_not_found_that_has_no_type() {
    let (server, registry) = mocked().await;
    expect(&server, "DELETE", AT, None, ok(namespace("deleting"))).await;
    assert_eq!(registry.delete_namespace(&id()).await.unwrap().status, Status::Deleting);
    expect_in_turn(&server, AT, [ok(namespace("deleting")), gone(), gone()]).await;
    registry.wait_until_namespace_gone(&id()).interval(Duration::ZERO).await.unwrap();
    let error = registry.get_namespace(&id()).await.unwrap_err();
    assert!(error.is_not_found() && error.kind().is_none());
    assert!(error.to_string().contains("Thing was not found"), "{error}");
}

#[tokio::test]
async fn a_deletion_that_fails_is_not_waited_for() {
    let (server, registry) = mocked().await;
    let failed = with(namespace("error"), "status_message", "an image is locked");
    expect_in_turn(&server, AT, [ok(namespace("deleting")), ok(failed)]).await;
    let waiter = registry.wait_until_namespace_gone(&id()).interval(Duration::ZERO);
    assert!(waiter.await.unwrap_err().to_string().ends_with("is error: an image is locked"));
}
