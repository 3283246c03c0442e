use scaleway_containers::{CreateDomain, ListDomains, UpdateDomain};
use serde_json::json;
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::{expect, mocked, ok};

const DOMAINS: &str = "/containers/v1/regions/fr-par/domains";

fn domain(id: &str, status: &str, error: &str) -> serde_json::Value {
    json!({
        "id": id, "container_id": "container-1", "hostname": "evalap.example.org", "status": status, "error_message": error,
        "created_at": "2026-05-05T14:42:31.337471Z", "updated_at": "2026-05-05T14:42:31.337471Z", "tags": ["a"],
    })
}

#[tokio::test]
async fn a_domain_is_made_and_nothing_of_the_answer_is_lost() {
    let (server, containers) = mocked().await;
    let body = json!({"container_id": "container-1", "hostname": "evalap.example.org", "tags": ["a"]});
    expect(&server, "POST", DOMAINS, Some(body), ok(domain("domain-1", "mending", ""))).await;
    let create =
        CreateDomain::new("container-1".parse().unwrap(), "evalap.example.org").tags(vec!["a".to_owned()]);
    let made = containers.create_domain(create).await.unwrap();
    assert_eq!(serde_json::to_value(&made).unwrap(), domain("domain-1", "mending", ""));
}

#[tokio::test]
async fn an_update_clears_tags_or_leaves_them() {
    let (server, containers) = mocked().await;
    let at = format!("{DOMAINS}/domain-1");
    let answer = || ok(domain("domain-1", "updating", ""));
    expect(&server, "PATCH", &at, Some(json!({"tags": []})), answer()).await;
    expect(&server, "PATCH", &at, Some(json!({})), answer()).await;
    let id = "domain-1".parse().unwrap();
    containers.update_domain(&id, UpdateDomain::default().tags(Vec::new())).await.unwrap();
    containers.update_domain(&id, UpdateDomain::default()).await.unwrap();
}

#[tokio::test]
async fn waiting_ends_when_it_is_ready_and_when_it_never_will_be() {
    let (server, containers) = mocked().await;
    let id = "domain-1".parse().unwrap();
    for (status, error) in [("creating", ""), ("ready", ""), ("error", "no CNAME record")] {
        Mock::given(method("GET"))
            .and(path(format!("{DOMAINS}/domain-1")))
            .respond_with(ok(domain("domain-1", status, error)))
            .up_to_n_times(1)
            .expect(1)
            .mount(&server)
            .await;
    }
    let wait = || containers.wait_for_domain(&id).interval(std::time::Duration::ZERO);
    wait().await.unwrap();
    assert_eq!(wait().await.unwrap_err().to_string(), "domain domain-1 is error: no CNAME record");
}

#[tokio::test]
async fn waiting_for_the_end_ends_with_not_found() {
    let (server, containers) = mocked().await;
    let at = format!("{DOMAINS}/domain-1");
    expect(&server, "DELETE", &at, None, ok(domain("domain-1", "deleting", ""))).await;
    let gone = json!({"type": "not_found", "message": "resource is not found"});
    expect(&server, "GET", &at, None, ResponseTemplate::new(404).set_body_json(gone)).await;
    let id = "domain-1".parse().unwrap();
    containers.delete_domain(&id).await.unwrap();
    containers.wait_until_domain_gone(&id).await.unwrap();
}

#[tokio::test]
async fn a_list_reads_every_page_and_filters() {
    let (server, containers) = mocked().await;
    for (page, id) in [("1", "a"), ("2", "b")] {
        Mock::given(method("GET"))
            .and(path(DOMAINS))
            .and(query_param("page", page))
            .and(query_param("container_id", "container-1"))
            .respond_with(ok(json!({"domains": [domain(id, "ready", "")], "total_count": 2})))
            .expect(1)
            .mount(&server)
            .await;
    }
    let container: scaleway_containers::ContainerId = "container-1".parse().unwrap();
    let all = containers.list_domains(ListDomains::default().container_id(container)).all().await.unwrap();
    assert_eq!(all.iter().map(|domain| domain.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}

#[tokio::test]
async fn connecting_makes_a_domain_and_names_the_record_that_is_missing() {
    let (server, containers) = mocked().await;
    let container = serde_json::from_value(crate::container("ready", "")).unwrap();
    expect(&server, "GET", DOMAINS, None, ok(json!({"domains": [], "total_count": 0}))).await;
    let body = json!({"container_id": "container-1", "hostname": "evalap.example.org"});
    expect(&server, "POST", DOMAINS, Some(body), ok(domain("domain-1", "creating", ""))).await;
    let refused = domain("domain-1", "error", "no CNAME record found");
    expect(&server, "GET", &format!("{DOMAINS}/domain-1"), None, ok(refused)).await;
    let error = containers.connect_domain(&container, "evalap.example.org").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "domain evalap.example.org (needs a DNS record: CNAME to x.functions.fnc.fr-par.scw.cloud) is error: no CNAME record found"
    );
}

#[tokio::test]
async fn connecting_takes_the_domain_that_is_there() {
    let (server, containers) = mocked().await;
    let container = serde_json::from_value(crate::container("ready", "")).unwrap();
    let there = json!({"domains": [domain("domain-1", "creating", "")], "total_count": 1});
    expect(&server, "GET", DOMAINS, None, ok(there)).await;
    expect(&server, "GET", &format!("{DOMAINS}/domain-1"), None, ok(domain("domain-1", "ready", ""))).await;
    let connected = containers.connect_domain(&container, "evalap.example.org").await.unwrap();
    assert_eq!(connected.id.as_str(), "domain-1");
}
