use std::time::Duration;

use scaleway_account::{
    Accounts, CreateProject, DeleteProjectWithResources, ListProjects, ListProjectsOrder, ProjectStatus,
    UpdateProject,
};
use scaleway_core::{Client, Error, OrganizationId, ProjectId};
use serde_json::json;
use wiremock::{MockServer, ResponseTemplate};

use crate::{ORGANIZATION, config, expect, expect_in_turn, expect_query, gone, mocked, ok, project, with};

const AT: &str = "projects/project-1";

fn id() -> ProjectId {
    "project-1".parse().unwrap()
}

#[tokio::test]
async fn it_is_made_in_the_default_organization_and_nothing_of_the_answer_is_lost() {
    let (server, accounts) = mocked().await;
    let body = json!({"name": "evalap", "organization_id": ORGANIZATION, "description": "staging"});
    expect(&server, "POST", "projects", Some(body), ok(with(project(), "qualification", json!(null)))).await;
    let create = CreateProject::new("evalap").description("staging");
    let made = accounts.create_project(create).await.unwrap();
    assert_eq!((made.qualification, made.status), (None, None));
    let whole = with(
        with(project(), "status", "resting"),
        "qualification",
        json!({"architecture_type": "quantum", "host_website": {"sub_use_case": "high_website"}}),
    );
    expect(&server, "GET", AT, None, ok(whole.clone())).await;
    assert_eq!(serde_json::to_value(accounts.get_project(&id()).await.unwrap()).unwrap(), whole);
}

#[tokio::test]
async fn without_an_organization_none_is_made_and_the_error_names_the_variable() {
    let server = MockServer::start().await;
    let accounts = Accounts::new(&Client::new(config(&server)).unwrap());
    let error = accounts.create_project(CreateProject::new("evalap")).await.unwrap_err();
    assert!(error.to_string().contains("SCW_DEFAULT_ORGANIZATION_ID"), "{error}");
    expect_query(
        &server,
        "GET",
        "projects",
        "page=1&page_size=100",
        json!({"total_count": 0, "projects": []}),
    )
    .await;
    assert!(accounts.list_projects(ListProjects::default()).all().await.unwrap().is_empty());
    let asked = server.received_requests().await.unwrap();
    assert_eq!(asked.len(), 1, "nothing was sent to make a project");
}

#[tokio::test]
async fn an_update_clears_with_empty_and_leaves_what_is_unset() {
    let (server, accounts) = mocked().await;
    expect(&server, "PATCH", AT, Some(json!({"description": ""})), ok(project())).await;
    accounts.update_project(&id(), UpdateProject::default().description("")).await.unwrap();
    expect(&server, "PATCH", AT, Some(json!({"name": "evalap-2"})), ok(project())).await;
    accounts.update_project(&id(), UpdateProject::default().name("evalap-2")).await.unwrap();
}

#[tokio::test]
async fn a_list_reads_every_page_and_filters() {
    let (server, accounts) = mocked().await;
    let query = "organization_id=other&order_by=name_desc&project_ids=a&project_ids=b";
    for (page, id) in [(1, "a"), (2, "b")] {
        let answer = json!({"total_count": 2, "projects": [with(project(), "id", id)]});
        expect_query(&server, "GET", "projects", &format!("{query}&page={page}&page_size=100"), answer).await;
    }
    let list = ListProjects::default()
        .organization_id("other".parse::<OrganizationId>().unwrap())
        .order_by(ListProjectsOrder::NameDesc)
        .project_ids(vec!["a".parse().unwrap(), "b".parse().unwrap()]);
    let all = accounts.list_projects(list).all().await.unwrap();
    assert_eq!(all.iter().map(|project| project.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}

#[tokio::test]
async fn a_name_is_found_whole_or_not_at_all() {
    let (server, accounts) = mocked().await;
    let longer = with(with(project(), "name", "evalap-staging"), "id", "project-2");
    let found = json!({"total_count": 2, "projects": [longer, project()]});
    for name in ["evalap", "eval"] {
        let query = format!("organization_id={ORGANIZATION}&name={name}&page=1&page_size=100");
        expect_query(&server, "GET", "projects", &query, found.clone()).await;
    }
    assert_eq!(accounts.find_project("evalap").await.unwrap().unwrap().id, id());
    assert_eq!(accounts.find_project("eval").await.unwrap(), None);
}

#[tokio::test]
async fn waiting_ends_when_it_is_active_or_says_nothing_of_it() {
    let (server, accounts) = mocked().await;
    let status = |status: &str| ok(with(project(), "status", status));
    expect_in_turn(&server, AT, [gone(), status("unknown_status"), status("active"), ok(project())]).await;
    let active = accounts.wait_for_project(&id()).interval(Duration::ZERO).await.unwrap();
    assert_eq!(active.status, Some(ProjectStatus::Active));
    assert_eq!(accounts.wait_for_project(&id()).await.unwrap().status, None);
}

#[tokio::test]
async fn waiting_ends_at_once_where_it_is_being_deleted() {
    let (server, accounts) = mocked().await;
    expect(&server, "GET", AT, None, ok(with(project(), "status", "deleting"))).await;
    let error = accounts.wait_for_project(&id()).await.unwrap_err();
    assert!(matches!(error, Error::Never { .. }) && error.to_string() == "project project-1 is deleting");
}

#[tokio::test]
async fn an_empty_one_is_deleted_at_once() {
    let (server, accounts) = mocked().await;
    expect(&server, "DELETE", AT, None, ResponseTemplate::new(204)).await;
    accounts.delete_project(&id()).await.unwrap();
    expect_in_turn(&server, AT, [gone()]).await;
    accounts.wait_until_project_gone(&id()).await.unwrap();
}

#[tokio::test]
async fn what_is_in_it_goes_only_with_its_name_said_again() {
    let (server, accounts) = mocked().await;
    let at = format!("{AT}/delete-with-resources");
    expect_query(&server, "POST", &at, "project_name=evalap", with(project(), "status", "deleting")).await;
    let request = DeleteProjectWithResources::new("evalap");
    let going = accounts.delete_project_with_resources(&id(), request).await.unwrap();
    assert_eq!(going.status, Some(ProjectStatus::Deleting));
    let deleting = ok(with(project(), "status", "deleting"));
    expect_in_turn(&server, AT, [ok(project()), deleting, gone()]).await;
    accounts.wait_until_project_gone(&id()).interval(Duration::ZERO).await.unwrap();
}
