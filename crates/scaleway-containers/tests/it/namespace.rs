use scaleway_containers::{CreateNamespace, ListNamespaces, NamespaceId, NamespaceStatus};
use serde_json::json;
use wiremock::matchers::{method, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::{PROJECT, expect, mocked, namespace, ok};

const NAMESPACES: &str = "/containers/v1/regions/fr-par/namespaces";

#[tokio::test]
async fn a_namespace_is_made_in_the_default_project() {
    let (server, containers) = mocked().await;
    let body = json!({"project_id": PROJECT, "name": "evalap-staging", "tags": ["a"], "secret_environment_variables": {"K": "v"}});
    expect(&server, "POST", NAMESPACES, Some(body), ok(namespace("creating"))).await;
    let create =
        CreateNamespace::new("evalap-staging").tags(vec!["a".to_owned()]).secret_environment_variables(
            [("K".to_owned(), "v".into())].into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        );
    assert!(!format!("{create:?}").contains("\"v\""));
    let made = containers.create_namespace(create).await.unwrap();
    assert_eq!(made.status, NamespaceStatus::Creating);
    assert_eq!(serde_json::to_value(&made).unwrap(), namespace("creating"));
}

#[tokio::test]
async fn waiting_ends_when_it_is_ready() {
    let (server, containers) = mocked().await;
    let id: NamespaceId = "namespace-1".parse().unwrap();
    let at = format!("{NAMESPACES}/namespace-1");
    Mock::given(method("GET")).respond_with(ok(namespace("creating"))).up_to_n_times(1).mount(&server).await;
    expect(&server, "GET", &at, None, ok(namespace("ready"))).await;
    let waiter = containers.wait_for_namespace(&id).interval(std::time::Duration::ZERO);
    assert_eq!(waiter.await.unwrap().status, NamespaceStatus::Ready);
}

#[tokio::test]
async fn waiting_for_the_end_ends_with_not_found() {
    let (server, containers) = mocked().await;
    let gone = json!({"type": "not_found", "message": "resource is not found", "resource": "namespace", "resource_id": "namespace-1"});
    expect(
        &server,
        "GET",
        &format!("{NAMESPACES}/namespace-1"),
        None,
        ResponseTemplate::new(404).set_body_json(gone),
    )
    .await;
    containers.wait_until_namespace_gone(&"namespace-1".parse().unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_list_reads_every_page_once() {
    let (server, containers) = mocked().await;
    for (page, ids) in [("1", ["a", "b"]), ("2", ["b", "c"])] {
        let items: Vec<_> = ids
            .map(|id| {
                let mut item = namespace("ready");
                item["id"] = id.into();
                item
            })
            .into();
        Mock::given(method("GET"))
            .and(query_param("page", page))
            .and(query_param("name", "x"))
            .and(query_param("page_size", "100"))
            .respond_with(ok(json!({"namespaces": items, "total_count": 4})))
            .expect(1)
            .mount(&server)
            .await;
    }
    let mut pager = containers.list_namespaces(ListNamespaces::default().name("x"));
    let mut seen = Vec::new();
    while let Some(page) = pager.next_page().await.unwrap() {
        seen.extend(page.items.into_iter().map(|namespace| namespace.id.to_string()));
    }
    assert_eq!(seen, ["a", "b", "c"]);
    assert!(pager.may_have_missed(), "an item moved over the border of two pages");
}
