use scaleway_iam::{ApplicationId, CreateApplication, ListApplications, UpdateApplication};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::{ORGANIZATION, assert_whole, expect, expect_pages, mocked, no_content, ok};

fn application(id: &str) -> Value {
    json!({
        "id": id, "name": "evalap-ci", "description": "", "created_at": "2026-05-05T14:42:12.873213Z",
        "updated_at": "2026-05-05T14:42:12.873213Z", "organization_id": ORGANIZATION, "editable": true, "deletable": true,
        "managed": false, "nb_api_keys": 1, "tags": ["evalap"], "srn": "srn:iam:application",
    })
}

#[tokio::test]
async fn only_what_is_set_is_sent_and_nothing_of_the_answer_is_lost() {
    let (server, iam) = mocked().await;
    let body = json!({"name": "evalap-ci", "organization_id": ORGANIZATION, "tags": ["evalap"]});
    expect(&server, "POST", "applications", Some(body), ok(application("a"))).await;
    let create = CreateApplication::new("evalap-ci").tags(["evalap".to_owned()]);
    assert_whole(&iam.create_application(create).await.unwrap(), &application("a"));
    expect(&server, "GET", "applications/a", None, ok(application("a"))).await;
    assert_whole(&iam.get_application(&"a".parse().unwrap()).await.unwrap(), &application("a"));
}

#[tokio::test]
async fn an_update_clears_with_empty_and_leaves_what_is_unset() {
    let (server, iam) = mocked().await;
    let body = json!({"description": "", "tags": []});
    expect(&server, "PATCH", "applications/a", Some(body), ok(application("a"))).await;
    let update = UpdateApplication::default().description("").tags(Vec::new());
    iam.update_application(&"a".parse().unwrap(), update).await.unwrap();
}

#[tokio::test]
async fn a_list_is_of_the_default_organization_and_reads_every_page_once() {
    let (server, iam) = mocked().await;
    let items = ["a", "b", "c"].map(application);
    expect_pages(&server, "applications", "applications", ("organization_id", ORGANIZATION), items).await;
    let all = iam.list_applications(ListApplications::default()).all().await.unwrap();
    assert_eq!(all.iter().map(|application| application.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[tokio::test]
async fn deleting_twice_finds_nothing() {
    let (server, iam) = mocked().await;
    let id: ApplicationId = "a".parse().unwrap();
    let gone = json!({"type": "not_found", "message": "resource is not found", "resource": "application", "resource_id": "a"});
    expect(&server, "DELETE", "applications/a", None, no_content()).await;
    expect(&server, "DELETE", "applications/a", None, ResponseTemplate::new(404).set_body_json(gone)).await;
    iam.delete_application(&id).await.unwrap();
    assert!(iam.delete_application(&id).await.unwrap_err().is_not_found());
}
